/* From lines to metrics: every rule of the language, seen from outside. */
#include "config.h"

#include "suite.h"
#include "support.h"

/* --- which lines are an event ---------------------------------------------------------------- */

TEST(match_is_on_the_raw_line_and_unanchored)
{
    world_expect("[event a]\nmatch = b=(?<v>\\d+)\n"
                 "[counter a_total]\ninc = a\nlabels = v\n",
                 "a=1 b=2\n{\"b\":\"b=3\"}\nb=x\n", "a_total{v=\"2\"} 1\na_total{v=\"3\"} 1\n");
}

TEST(a_match_event_does_not_see_decoded_fields)
{
    world_expect("[event a]\nmatch = ^a=(?<x>\\d)?\nset.y = ${x|default(none)}\n"
                 "[counter a_total]\ninc = a\nlabels = y\n",
                 "a= x=7\n", "a_total{y=\"none\"} 1\n");
}

TEST(a_group_stands_in_place_of_the_decoded_field)
{
    world_expect("[event a]\nwhere = _line =~ status=(?<status>\\d)\n"
                 "[counter a_total]\ninc = a\nlabels = status\n",
                 "msg=m status=404\n", "a_total{status=\"4\"} 1\n");
}

TEST(a_group_that_took_no_part_changes_nothing)
{
    world_expect("[event a]\nwhere = _line =~ msg=(?:x|(?<who>y))\n"
                 "[counter a_total]\ninc = a\nlabels = who\n",
                 "msg=x who=z\nmsg=y who=z\n", "a_total{who=\"y\"} 1\na_total{who=\"z\"} 1\n");
}

TEST(conditions_run_in_the_order_written)
{
    /* before the group `msg` is there, the decoded one is meant */
    world_expect("[event a]\nwhere = msg == one two\nwhere = _line =~ \"(?<msg>o..)\n"
                 "where = msg == one\n"
                 "[counter a_total]\ninc = a\nlabels = msg\n",
                 "x=1 msg=\"one two\"\nx=1 msg=one\n", "a_total{msg=\"one\"} 1\n");
}

TEST(every_operator)
{
    static const struct {
        const char *where, *lines, *count;
    } cases[] = {
        {"x == a b", "{\"x\":\"a b\"}\n{\"x\":\"a\"}\n", "1"},
        {"x ==", "y=1 x=\ny=1\ny=1 x=-\n{\"x\":null}\nx=1 y=2\n", "4"},
        {"x != a", "x=a y=1\nx=b y=1\ny=1 z=1\n", "2"},
        {"x !=", "x=a y=1\ny=1 x=-\n", "1"},
        {"x =~ ^a.c$", "x=abc y=1\nx=abcd y=1\n", "1"},
        {"x !~ b", "x=abc y=1\nx=acd y=1\ny=1 z=1\n", "2"},
        {"x ^= ab", "x=ab y=1\nx=abc y=1\nx=a y=1\ny=1 z=1\n", "2"},
        {"x < 2", "x=1 y=1\nx=2 y=1\nx=-3 y=1\nx=q y=1\ny=1 z=1\n", "2"},
        {"x <= 2", "x=2 y=1\nx=2.0001 y=1\n", "1"},
        {"x > 2", "x=2 y=1\nx=1e1 y=1\nx=3s y=1\n", "1"},
        {"x >= 2", "x=2 y=1\nx=1.999 y=1\n{\"x\":\"2\"}\n{\"x\":2}\n", "3"},
        {"x > 1s", "x=1500ms y=1\nx=1h y=1\nx=999ms y=1\nx=5 y=1\n", "3"},
        {"x > 1KiB", "x=2kB y=1\nx=1KiB y=1\n", "1"},
        {"x == -", "x=- y=1\n", "0"},
        {"x.y == 1", "{\"x\":{\"y\":1}}\n{\"x.y\":\"1\"}\n", "2"},
        {"x == \xc3\xa9", "{\"x\":\"\\u00e9\"}\nx=\xc3\xa9 y=1\n", "2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf ini = BUF_INIT;

        buf_fmt(&ini, "[event a]\nwhere = %s\n[counter a_total]\ninc = a\n", cases[i].where);
        for (int off = 0; off < 2; off++) {
            struct world *w = world_new_with(ini.p, off);

            world_feed(w, cases[i].lines);
            ck_assert_msg(strcmp(world_own(w, "a_total"), cases[i].count) == 0,
                          "where %s: %s instead of %s", cases[i].where, w->text, cases[i].count);
            world_free(w);
        }
        buf_release(&ini);
    }
}

TEST(a_child_sees_all_fields_of_its_parent)
{
    world_expect("[event a]\nmatch = user (?<user>\\w+) did (?<what>\\w+)\n"
                 "set.who = <${user}>\n"
                 "[event b]\nof = a\nwhere = what == login\nset.label = ${who|upper}\n"
                 "[event c]\nof = b\nwhere = label =~ (?<two>BO)\n"
                 "[counter a_total]\ninc = a\nlabels = who\n"
                 "[counter b_total]\ninc = b\nlabels = label, what\n"
                 "[counter c_total]\ninc = c\nlabels = two, user\n",
                 "user bob did login\nuser eve did logout\n",
                 "a_total{who=\"<bob>\"} 1\na_total{who=\"<eve>\"} 1\n"
                 "b_total{label=\"<BOB>\",what=\"login\"} 1\n"
                 "c_total{two=\"BO\",user=\"bob\"} 1\n");
}

TEST(what_a_child_makes_is_its_own)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "[event b]\nof = a\nset.x = changed\n"
                 "[event c]\nof = a\n"
                 "[counter a_total]\ninc = a\nlabels = x\n"
                 "[counter b_total]\ninc = b\nlabels = x\n"
                 "[counter c_total]\ninc = c\nlabels = x\n",
                 "msg=m x=1\n",
                 "a_total{x=\"1\"} 1\nb_total{x=\"changed\"} 1\nc_total{x=\"1\"} 1\n");
}

TEST(unless_and_log)
{
    struct world *w = world_new("[log web]\npath = /web\n[log db]\npath = /db\n"
                                "[event a]\nwhere = msg == m\nwhere = x == 1\n"
                                "[event b]\nwhere = msg == m\nunless = a\n"
                                "[event c]\nlog = db\nwhere = msg == m\n"
                                "[event d]\nlog = web, db\nwhere = msg == m\n"
                                "[counter a_total]\ninc = a\n[counter b_total]\ninc = b\n"
                                "[counter c_total]\ninc = c\n[counter d_total]\ninc = d\n");
    struct source *db = source_new(w->rules, 1, "/db", 1);

    world_feed(w, "msg=m x=1\nmsg=m x=2\n");
    world_feed_slice(w, db, SLICE("msg=m x=3\n"));
    ck_assert_str_eq(world_page(w), "a_total 1\nb_total 2\nc_total 1\nd_total 3\n");
    source_free(db);
    world_free(w);
}

TEST(an_event_used_by_unless_only_is_still_found)
{
    for (int off = 0; off < 2; off++) {
        struct world *w = world_new_with("[event noise]\nwhere = level == DEBUG\n"
                                         "[event a]\nmatch = \\bmsg\\b\nunless = noise\n"
                                         "[counter a_total]\ninc = a\n",
                                         off);

        world_feed(w, "level=DEBUG msg=x\nlevel=INFO msg=x\n");
        ck_assert_str_eq(world_page(w), "a_total 1\n");
        world_free(w);
    }
}

TEST(an_event_that_nothing_uses_does_nothing)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n[event b]\nwhere = msg == n\n"
                                "[counter a_total]\ninc = a\n");

    world_feed(w, "msg=n x=1\n");
    ck_assert_str_eq(w->unmatched.p, "msg=n x=1\n");
    ck_assert_uint_eq(engine_unmatched(w->engine), 1);
    world_free(w);
}

/* --- set, rewrite, map ------------------------------------------------------------------------ */

TEST(set_rewrite_and_map_run_as_written)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "set.x     = ${path|lower}\n"
                 "rewrite.x = \\d+ -> N\n"
                 "map.x     = /a/N -> numbered\n"
                 "map.x     = *    -> other\n"
                 "set.y     = [${x}]\n"
                 "[counter a_total]\ninc = a\nlabels = x, y, path\n",
                 "msg=m path=/A/12\nmsg=m path=/B\n",
                 "a_total{x=\"numbered\",y=\"[numbered]\",path=\"/A/12\"} 1\n"
                 "a_total{x=\"other\",y=\"[other]\",path=\"/B\"} 1\n");
}

TEST(set_after_set_begins_a_new_table)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "map.x = 1 -> one\n"
                 "map.x = 2 -> two\n"
                 "set.x = ${x}!\n"
                 "map.x = one! -> ONE\n"
                 "[counter a_total]\ninc = a\nlabels = x\n",
                 "msg=m x=1\nmsg=m x=2\nmsg=m x=3\n",
                 "a_total{x=\"3!\"} 1\na_total{x=\"ONE\"} 1\na_total{x=\"two!\"} 1\n");
}

TEST(a_map_looks_up_once_and_star_is_every_other_value)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "map.x = a -> b\nmap.x = b -> c\nmap.x = -> none\nmap.x = * -> rest\n"
                 "map.y = a -> \n"
                 "[counter a_total]\ninc = a\nlabels = x, y\n",
                 "msg=m x=a\nmsg=m x=b\nmsg=m\nmsg=m x=q\nmsg=m x=- y=a\n",
                 "a_total{x=\"b\",y=\"unknown\"} 1\na_total{x=\"c\",y=\"unknown\"} 1\n"
                 "a_total{x=\"none\",y=\"unknown\"} 1\na_total{x=\"rest\",y=\"unknown\"} 1\n");
}

/* What no row fits stays: made by the event, of the line, or missing. */
TEST(a_map_of_another_field)
{
    world_expect("[event a]\nwhere = msg == m\nset.x = ${path|route}\n"
                 "map.x(status) = 404 -> unmatched\nmap.x(status) = 405 -> unmatched\n"
                 "map.y(status) = 200 -> fine\nmap.z(status) = * -> any\nmap.z = any -> ANY\n"
                 "[counter a_total]\ninc = a\nlabels = x, y, z\n",
                 "msg=m path=/a/1 status=200 y=1\nmsg=m path=/.env status=404 y=2\nmsg=m path=/b\n"
                 "msg=m path=/.git status=404 y=2\nmsg=m path=/c status=405\n",
                 "a_total{x=\"/a/:id\",y=\"fine\",z=\"ANY\"} 1\n"
                 "a_total{x=\"/b\",y=\"unknown\",z=\"ANY\"} 1\n"
                 "a_total{x=\"unmatched\",y=\"2\",z=\"ANY\"} 2\n"
                 "a_total{x=\"unmatched\",y=\"unknown\",z=\"ANY\"} 1\n");
    world_expect("[event a]\nmatch = ^(?<code>\\d+) (?<path>\\S+)$\nset.x = ${path}\n"
                 "map.x(code) = 404 -> unmatched\n[counter a_total]\ninc = a\nlabels = x\n",
                 "404 /a\n200 /b\n", "a_total{x=\"/b\"} 1\na_total{x=\"unmatched\"} 1\n");
}

/* A dash is a missing value, also one that the event made, and has no row; a star has one in a file only. */
TEST(a_dash_and_a_star_in_a_map)
{
    world_expect("[event a]\nwhere = msg == m\nset.y = ${x|default(-)}\n"
                 "map.x = - -> dash\nmap.x = -> none\nmap.x = * ->\nmap.y = -> none\n"
                 "[counter a_total]\ninc = a\nlabels = x, y\n",
                 "msg=m x=-\nmsg=m z=1\nmsg=m x=*\nmsg=m x=b\n",
                 "a_total{x=\"none\",y=\"none\"} 2\na_total{x=\"unknown\",y=\"*\"} 1\n"
                 "a_total{x=\"unknown\",y=\"b\"} 1\n");
}

TEST(a_rewrite_replaces_all_and_knows_groups)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "rewrite.x = (\\w)(?<d>\\d+)? -> $1${d}.\n"
                 "[counter a_total]\ninc = a\nlabels = x\n",
                 "msg=m x=a1b\nmsg=m x=--\n", "a_total{x=\"--\"} 1\na_total{x=\"a1.b.\"} 1\n");
}

TEST(what_actions_overwrite_does_not_mix_up_label_sets)
{
    /* b is overwritten after a was made of it */
    static const char with_value[] = "[event e]\nmatch = a (?<b>\\w+)\nset.a = ${b}\n"
                                     "set.b = const\nset.n = 1\n"
                                     "[counter one_total]\nadd = e\nvalue = n\nlabels = a, b\n";

    world_expect(with_value, "a x\na y\na x\n",
                 "one_total{a=\"x\",b=\"const\"} 2\none_total{a=\"y\",b=\"const\"} 1\n");
}

TEST(a_line_that_is_several_events_does_not_mix_up_label_sets)
{
    /* a -> b and b -> c: the label of line 2 must not be taken from what line 1 became */
    world_expect("[event e]\nmatch = x=(?<x>\\w+)\nmap.x = a -> b\nmap.x = b -> c\n"
                 "[event f]\nmatch = x=\n"
                 "[counter e1_total]\ninc = e\nlabels = x\n"
                 "[counter e2_total]\ninc = e\nlabels = x\n"
                 "[counter f_total]\ninc = f\n",
                 "x=a\nx=b\nx=b\n",
                 "e1_total{x=\"b\"} 1\ne1_total{x=\"c\"} 2\n"
                 "e2_total{x=\"b\"} 1\ne2_total{x=\"c\"} 2\nf_total 3\n");
}

/* --- updates ---------------------------------------------------------------------------------- */

TEST(every_verb)
{
    world_expect("[event up]\nwhere = msg == up\n[event down]\nwhere = msg == down\n"
                 "[event level]\nwhere = msg == level\n[event gone]\nwhere = msg == gone\n"
                 "[gauge g]\ninc = up\ndec = down\nset = level\nreset = gone\nvalue = v\n"
                 "[gauge s]\nadd = up\nsub = down\nvalue = v\nlabels = k\n"
                 "[counter c_total]\nadd = up\nvalue = 2.5\n"
                 "[histogram h]\nobserve = up\nvalue = v\nbuckets = 1 2\n",
                 "msg=up v=2 k=a\nmsg=up v=0.5 k=a\nmsg=down v=5 k=a\nmsg=level v=-7\nmsg=up v=9\n",
                 "c_total 7.5\ng -6\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2.0\"} 2\n"
                 "h_bucket{le=\"+Inf\"} 3\nh_sum 11.5\nh_count 3\n"
                 "s{k=\"a\"} -2.5\ns{k=\"unknown\"} 9\n");
}

TEST(reset_drops_a_series_and_zeroes_a_label_less_one)
{
    static const char ini[] = "[event up]\nwhere = msg == up\n[event gone]\nwhere = msg == gone\n"
                              "[gauge g]\ninc = up\nreset = gone\n"
                              "[gauge l]\ninc = up\nreset = gone\nlabels = k\n";

    world_expect(ini, "msg=up k=a\nmsg=up k=b\nmsg=gone k=a\n", "g 0\nl{k=\"b\"} 1\n");
    world_expect(ini, "msg=up k=a\nmsg=gone k=a\nmsg=up k=a\n", "g 1\nl{k=\"a\"} 1\n");
    world_expect(ini, "msg=gone k=a\n", "g 0\n");
}

TEST(a_reset_in_the_midst_of_a_line)
{
    /* reset and then set, of the same event: the series is new */
    world_expect("[event e]\nmatch = k=(?<k>\\w+) v=(?<v>\\d+)\nmap.k = a -> b\nmap.k = b -> c\n"
                 "[gauge g]\nreset = e\nlabels = k\n"
                 "[gauge g]\nadd = e\nvalue = v\nlabels = k\n",
                 "k=a v=5\nk=a v=6\nk=b v=7\n", "g{k=\"b\"} 6\ng{k=\"c\"} 7\n");
}

TEST(several_events_update_one_gauge_in_the_order_of_sections)
{
    world_expect("[event z]\nwhere = msg == m\n[event a]\nwhere = msg == m\n"
                 "[gauge g]\nset = a\nvalue = 10\n"
                 "[gauge g]\ninc = z\n",
                 "msg=m x=1\n", "g 11\n");
    world_expect("[event z]\nwhere = msg == m\n[event a]\nwhere = msg == m\n"
                 "[gauge g]\ninc = z\n"
                 "[gauge g]\nset = a\nvalue = 10\n",
                 "msg=m x=1\n", "g 10\n");
}

TEST(refused_values_make_no_series_and_are_counted)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n"
                                "[counter c_total]\nadd = a\nvalue = v\nlabels = k\n"
                                "[histogram h]\nobserve = a\nvalue = v\nunit = ms\nlabels = k\n"
                                "buckets = 1\n"
                                "[gauge g]\nset = a\nvalue = v\nlabels = k\n");

    world_feed(w, "msg=m k=1\nmsg=m k=2 v=\nmsg=m k=3 v=-\nmsg=m k=4 v=abc\nmsg=m k=5 v=-1\n"
                  "msg=m k=6 v=NaN\nmsg=m k=7 v=Inf\nmsg=m k=8 v=0x10\n{\"msg\":\"m\",\"v\":null}\n"
                  "msg=m k=9 v=1e400\n");
    ck_assert_str_eq(world_page(w), "g{k=\"5\"} -1\n");
    ck_assert_str_eq(world_own(w, "logtally_rule_skipped_total{metric=\"c_total\",event=\"a\","
                                  "reason=\"missing\"}"),
                     "4");
    ck_assert_str_eq(world_own(w, "logtally_rule_skipped_total{metric=\"c_total\",event=\"a\","
                                  "reason=\"not_a_number\"}"),
                     "5");
    ck_assert_str_eq(world_own(w, "logtally_rule_skipped_total{metric=\"h\",event=\"a\","
                                  "reason=\"negative\"}"),
                     "1");
    ck_assert_str_eq(world_own(w, "logtally_rule_skipped_total{metric=\"g\",event=\"a\","
                                  "reason=\"negative\"}"),
                     "");
    world_free(w);
}

TEST(one_refused_value_does_not_stop_the_other_updates)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "[counter c_total]\nadd = a\nvalue = v\n"
                 "[counter n_total]\ninc = a\n",
                 "msg=m v=x\nmsg=m v=true\nmsg=m v=3\n", "c_total 4\nn_total 3\n");
}

TEST(units)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "[counter s_total]\nadd = a\nvalue = d\nunit = ns\n"
                 "[counter b_total]\nadd = a\nvalue = b\nunit = KiB\n"
                 "[gauge p]\nset = a\nvalue = p\nunit = percent\n"
                 "[counter k_total]\nadd = a\nvalue = k\nunit = 1/1000\n",
                 "msg=m d=30e9 b=2 p=50 k=1500\nmsg=m d=1.5s b=1MiB p=\"45 %\" k=500\n",
                 "b_total 1050624\nk_total 2\np 0.45\ns_total 31.5\n");
}

TEST(labels_missing_constant_and_long)
{
    world_expect(
        "[event a]\nwhere = msg == m\n"
        "[counter c_total]\ninc = a\nlabels = k, kind=\"fixed\", other=x\n",
        "msg=m k=- x=\nmsg=m k=\xff"
        "a x=1\n"
        "msg=m x=2 k=0123456789012345678901234567890123456789012345678901234567890123456789"
        "\n",
        "c_total{k=\"012345678901234567890123456789012345678901234567890123456789"
        "0...\",kind=\"fixed\",other=\"2\"} 1\n"
        "c_total{k=\"unknown\",kind=\"fixed\",other=\"unknown\"} 1\n"
        "c_total{k=\"\xef\xbf\xbd"
        "a\",kind=\"fixed\",other=\"1\"} 1\n");
}

TEST(what_is_there_from_the_start)
{
    world_expect("[event a]\nwhere = msg == m\n"
                 "[counter c_total]\ninc = a\n[gauge i]\ninc = a\n[gauge s]\nset = a\nvalue = v\n"
                 "[counter z_total]\ninc = a\nlabels = k, l\nzero = k=1|2 l=\"two words\"\n",
                 "",
                 "c_total 0\ni 0\nz_total{k=\"1\",l=\"two words\"} 0\n"
                 "z_total{k=\"2\",l=\"two words\"} 0\n");
}

TEST(too_many_values_become_other_in_that_label_only)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n"
                                "[counter c_total]\ninc = a\nlabels = path, status\n"
                                "max_values = 2\n");

    world_feed(w, "msg=m path=/1 status=200\nmsg=m path=/2 status=200\nmsg=m path=/3 status=200\n"
                  "msg=m path=/4 status=200\nmsg=m path=/3 status=200\nmsg=m path=/1 status=200\n");
    ck_assert_str_eq(world_page(w), "c_total{path=\"/1\",status=\"200\"} 2\n"
                                    "c_total{path=\"/2\",status=\"200\"} 1\n"
                                    "c_total{path=\"other\",status=\"200\"} 3\n");
    ck_assert_str_eq(
        world_own(w, "logtally_series_folded_total{metric=\"c_total\",label=\"path\"}"), "3");
    world_free(w);
}

TEST(too_many_series_become_other_in_all_labels)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n"
                                "[counter c_total]\ninc = a\nlabels = a, b\nmax_series = 2\n");

    world_feed(w, "msg=m a=1 b=1\nmsg=m a=2 b=2\nmsg=m a=1 b=2\nmsg=m a=1 b=1\nmsg=m a=1 b=2\n");
    ck_assert_str_eq(world_page(w), "c_total{a=\"1\",b=\"1\"} 2\nc_total{a=\"2\",b=\"2\"} 1\n"
                                    "c_total{a=\"other\",b=\"other\"} 2\n");
    ck_assert_str_eq(world_own(w, "logtally_series_folded_total{metric=\"c_total\",label=\"*\"}"),
                     "2");
    world_free(w);
}

/* What a reset dropped comes back only where there is room, and what was folded is asked for again: both as if no line before
 * had been remembered. */
TEST(what_a_reset_leaves_makes_room_for_one)
{
    static const char ini[] = "[event up]\nwhere = msg == up\n[event gone]\nwhere = msg == gone\n"
                              "[gauge g]\ninc = up\nreset = gone\nlabels = k\nmax_series = 3\n";

    world_expect(ini,
                 "msg=up k=a\nmsg=up k=b\nmsg=up k=x\nmsg=gone k=a\nmsg=up k=d\nmsg=up k=a\n"
                 "msg=gone k=b\nmsg=up k=e\nmsg=up k=b\n",
                 "g{k=\"d\"} 1\ng{k=\"other\"} 3\ng{k=\"x\"} 1\n");
    world_expect(ini,
                 "msg=up k=a\nmsg=up k=b\nmsg=up k=x\nmsg=up k=c\nmsg=gone k=a\nmsg=gone k=b\n"
                 "msg=up k=c\n",
                 "g{k=\"c\"} 1\ng{k=\"other\"} 1\ng{k=\"x\"} 1\n");
}

/* msg=m, and each of 32 labels with this value. */
static void feed_all_labels(struct world *w, const char *value)
{
    struct buf line = BUF_INIT;

    buf_str(&line, "msg=m");
    for (unsigned i = 0; i < 32; i++)
        buf_fmt(&line, " l%u=%s", i, value);
    buf_add(&line, "\n", 2);
    world_feed(w, line.p);
    buf_release(&line);
}

TEST(each_label_that_is_folded_is_told_also_when_all_are)
{
    struct buf ini = BUF_INIT;
    struct world *w;

    buf_str(&ini,
            "[event a]\nwhere = msg == m\n[counter c_total]\ninc = a\nmax_values = 1\nlabels = l0");
    for (unsigned i = 1; i < 32; i++)
        buf_fmt(&ini, ", l%u", i);
    buf_add(&ini, "\n", 2);
    w = world_new(ini.p);
    feed_all_labels(w, "1");
    feed_all_labels(w, "2");
    ck_assert_str_eq(world_own(w, "logtally_series_folded_total{metric=\"c_total\",label=\"l0\"}"),
                     "1");
    ck_assert_str_eq(world_own(w, "logtally_series_folded_total{metric=\"c_total\",label=\"l31\"}"),
                     "1");
    ck_assert_str_eq(world_own(w, "logtally_series_folded_total{metric=\"c_total\",label=\"*\"}"),
                     "");
    world_free(w);
    buf_release(&ini);
}

TEST(exemplars)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\nset.short = ${id|upper}\n"
                                "exemplar = id, short\n"
                                "[counter c_total]\ninc = a\n"
                                "[histogram h]\nobserve = a\nvalue = v\nbuckets = 1\n"
                                "[gauge g]\nset = a\nvalue = v\n");
    const char *page;

    world_feed(w, "msg=m v=0.5\n");
    ck_assert_ptr_null(strstr(world_openmetrics(w), "# {"));
    world_feed(w, "time=2001-09-09T01:46:39.5Z msg=m id=x1 v=2\n");
    page = world_openmetrics(w);
    ck_assert_ptr_nonnull(strstr(page, "c_total 2 # {id=\"x1\",short=\"X1\"} 1 999999999.5\n"));
    ck_assert_ptr_nonnull(
        strstr(page, "h_bucket{le=\"+Inf\"} 2 # {id=\"x1\",short=\"X1\"} 2 999999999.5\n"));
    ck_assert_ptr_null(strstr(page, "h_bucket{le=\"1.0\"} 1 #"));
    /* more than 128 characters: none rather than half of one */
    world_feed(w, "msg=m v=2 id=0123456789012345678901234567890123456789012345678901234567890123456"
                  "7890123456789\n");
    ck_assert_ptr_nonnull(strstr(world_openmetrics(w), "c_total 3 # {id=\"x1\""));
    world_free(w);
}

TEST(expire)
{
    const int64_t now = INT64_C(1000000000000000000), minute = INT64_C(60000000000);
    struct world *w = world_new("[event a]\nwhere = msg == m\n"
                                "[counter c_total]\ninc = a\nlabels = k\nexpire = 1h\n"
                                "zero = k=always\n");

    world_feed(w, "msg=m k=1\nmsg=m k=2\n");
    engine_set_time(w->engine, now + 40 * minute, now);
    world_feed(w, "msg=m k=2\n");
    registry_expire(w->registry, now + 70 * minute);
    ck_assert_str_eq(world_page(w), "c_total{k=\"2\"} 2\nc_total{k=\"always\"} 0\n");
    world_feed(w, "msg=m k=1\nmsg=m k=2\n");
    ck_assert_str_eq(world_page(w),
                     "c_total{k=\"1\"} 1\nc_total{k=\"2\"} 3\nc_total{k=\"always\"} 0\n");
    world_free(w);
}

TEST(min_clamps_a_gauge)
{
    world_expect("[event up]\nwhere = msg == up\n[event down]\nwhere = msg == down\n"
                 "[gauge g]\ninc = up\ndec = down\nmin = 0\n",
                 "msg=down x=1\nmsg=down x=1\nmsg=up x=1\n", "g 1\n");
}

/* --- time ------------------------------------------------------------------------------------- */

static void feed_to(struct world *w, struct source *s, const char *lines)
{
    world_feed_slice(w, s, slice_str(lines));
}

TEST(between_files_an_older_set_is_ignored)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = v\n");
    struct source *b = source_new(w->rules, 0, "/b", 1);

    world_feed(w, "time=2024-01-01T00:00:10Z msg=m v=10\n");
    feed_to(w, b, "time=2024-01-01T00:00:05Z msg=m v=5\n");
    ck_assert_str_eq(world_page(w), "g 10\n");
    feed_to(w, b, "time=2024-01-01T00:00:15Z msg=m v=15\n");
    ck_assert_str_eq(world_page(w), "g 15\n");
    /* within a file, order decides */
    feed_to(w, b, "time=2024-01-01T00:00:12Z msg=m v=12\n");
    ck_assert_str_eq(world_page(w), "g 12\n");
    source_free(b);
    world_free(w);
}

TEST(a_line_without_time_has_that_of_the_line_before)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n"
                                "[gauge g]\nset = a\nvalue = _time\n");

    world_feed(w, "msg=m x=1\n");
    ck_assert_str_eq(world_page(w), "g 1000000000\n");
    world_feed(w, "time=2024-01-01T00:00:10.25Z msg=other\nmsg=m x=1\n");
    ck_assert_str_eq(world_page(w), "g 1704067210.25\n");
    world_feed(w, "time=2024-01-01T00:00:11Z msg=m\n");
    ck_assert_str_eq(world_page(w), "g 1704067211\n");
    world_free(w);
}

TEST(a_time_in_the_prefix_or_the_wrapper_counts_for_lines_after_it)
{
    world_expect("[log l]\npath = /l\nprefix = ^(?<time>\\S+Z) \n"
                 "[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n",
                 "2024-01-01T00:00:10Z text\nmsg=m x=1\n", "g 1704067210\n");
    world_expect("[log l]\npath = /l\nunwrap = docker\n"
                 "[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n",
                 "{\"log\":\"text\\n\",\"stream\":\"stdout\",\"time\":\"2024-01-01T00:00:10Z\"}\n"
                 "msg=m x=1\n",
                 "g 1704067210\n");
    world_expect("[log l]\npath = /l\ntime_match = at (?<time>\\S+)\n"
                 "[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n",
                 "text at 2024-01-01T00:00:10Z\nmsg=m x=1\n", "g 1704067210\n");
}

TEST(the_group_named_time_of_a_match_event_is_the_time)
{
    world_expect("[log l]\npath = /l\ntime_format = rfc3339\ntime_format = %H:%M:%S\n"
                 "[event first]\nmatch = ^\\d(?<time>none)?\n"
                 "[event a]\nmatch = ^(?<time>\\S+) (?<v>\\w+)\nset.t = ${_time}\n"
                 "[counter first_total]\ninc = first\n"
                 "[gauge g]\nset = a\nvalue = t\nlabels = v\n",
                 "2024-01-01T23:59:58Z a\n23:59:59 b\n00:00:01 c\n",
                 "first_total 3\ng{v=\"a\"} 1704153598\ng{v=\"b\"} 1704153599\n"
                 "g{v=\"c\"} 1704153601\n");
}

TEST(a_date_is_remembered_over_lines_without_one)
{
    /* nobody asks for the first two times when they pass */
    world_expect("[log l]\npath = /l\ntime_format = rfc3339\ntime_format = %H:%M:%S\n"
                 "[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n",
                 "time=2024-01-01T00:00:10Z msg=x\ntime=00:00:11 msg=x\ntime=00:00:12 msg=m\n",
                 "g 1704067212\n");
}

static const char LAST[] = "[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n";

TEST(the_first_of_the_usual_fields_that_can_be_read_is_the_time)
{
    world_expect(LAST, "{\"msg\":\"m\",\"ts\":1704067210}\n", "g 1704067210\n");
    world_expect(LAST, "{\"msg\":\"m\",\"t\":{\"$date\":\"2024-01-01T00:00:10.5Z\"}}\n",
                 "g 1704067210.5\n");
    world_expect(
        LAST,
        "{\"msg\":\"m\",\"time\":\"soon\",\"ts\":17,\"@timestamp\":\"2024-01-01T00:00:11Z\"}\n",
        "g 1704067211\n");
    /* that of the line before, which nobody asked for when it passed */
    world_expect(LAST,
                 "{\"time\":\"-\",\"timestamp\":\"2024-01-01T00:00:12Z\"}\n"
                 "{\"time\":\"x\",\"ts\":\"2024-01-01T00:00:13Z\"}\nmsg=m x=1\n",
                 "g 1704067213\n");
    world_expect(LAST, "time=2024-01-01T00:00:14Z x=1\n\nmsg=m x=1\n", "g 1704067214\n");
}

TEST(a_log_may_name_its_own_fields_for_the_time)
{
    world_expect("[log l]\npath = /l\ntime = when, at\n[event a]\nmatch = ^(?<at>\\S+) m\n"
                 "[event b]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = _time\n"
                 "[gauge h]\nset = b\nvalue = _time\n",
                 "2024-01-01T00:00:10Z m\n{\"msg\":\"m\",\"at\":\"2024-01-01T00:00:11Z\"}\n",
                 "g 1704067210\nh 1704067211\n");
    world_expect("[event a]\nmatch = ^(?<ts>\\S+) m\n[gauge g]\nset = a\nvalue = _time\n",
                 "2024-01-01T00:00:10Z m\n", "g 1000000000\n"); /* of a match only `time` */
}

TEST(times_that_cannot_be_read_are_counted)
{
    struct world *w = world_new(LAST);

    world_feed(w, "{\"msg\":\"m\",\"time\":\"soon\"}\n{\"msg\":\"m\",\"ts\":\"never\"}\n"
                  "{\"msg\":\"m\"}\n{\"msg\":\"m\",\"ts\":1704067210}\n");
    ck_assert_str_eq(world_own(w, "logtally_log_times_unreadable_total{log=\"auto\"}"), "2");
    ck_assert(
        slice_eq(engine_bad_time(w->engine), SLICE("\"soon\" (time, log auto) is none of auto")));
    world_free(w);
    /* where nobody wants a time, the last line of a block tells */
    w = world_new("[event a]\nwhere = msg == m\n[counter c_total]\ninc = a\n");
    world_feed(w, "{\"msg\":\"m\",\"time\":\"soon\"}\n{\"msg\":\"m\",\"ts\":\"never\"}\n");
    ck_assert_str_eq(world_own(w, "logtally_log_times_unreadable_total{log=\"auto\"}"), "1");
    world_feed(w, "{\"msg\":\"m\",\"ts\":1704067210}\n");
    ck_assert_str_eq(world_own(w, "logtally_log_times_unreadable_total{log=\"auto\"}"), "1");
    world_free(w);
}

TEST(a_year_goes_on_from_line_to_line)
{
    struct world *w = world_new("[log l]\npath = /l\ntime_match = ^(?<time>.{15})\n"
                                "time_format = %b %e %T\n"
                                "[event a]\nmatch = m$\n[gauge g]\nset = a\nvalue = _time\n");

    w->source->base.year = 2023;
    world_feed(w, "Jul  1 00:00:00 x\nDec 31 23:59:59 x\nJan  1 00:00:01 x\nFeb 29 00:00:00 x\n"
                  "Aug  1 00:00:00 x\nJan  2 00:00:00 m\n");
    ck_assert_str_eq(world_page(w), "g 1735776000\n"); /* 2025 */
    world_free(w);
}

TEST(a_line_is_rewritten_before_anything_looks_at_it)
{
    world_expect(
        "[log l]\npath = /l\nrewrite = \\x1b\\[[0-9;]*m ->\nrewrite = ^web-(\\d)[ ]+\\|[ ](.*) -> "
        "$2 n=$1\n"
        "rewrite = ^drop ->\n"
        "[event a]\nwhere = msg == m\n[counter c_total]\ninc = a\nlabels = n, l=_line, b=_bytes\n",
        "msg=m n=3\nweb-1  | \x1b[1mmsg=\x1b[0mm x=y\ndrop\n",
        "c_total{n=\"1\",l=\"msg=m x=y n=1\",b=\"13\"} 1\nc_total{n=\"3\",l=\"msg=m n=3\",b=\"9\"} "
        "1\n");
    world_expect("[log l]\npath = /l\nunwrap = cri\nrewrite = ^>[ ] ->\nrecord = ^\\S\n[event "
                 "a]\nwhere = _line =~ .\n"
                 "[counter c_total]\ninc = a\nlabels = l=_line\n",
                 "2024-01-01T00:00:10Z stdout F > a\n2024-01-01T00:00:10Z stdout F >  b\n"
                 "2024-01-01T00:00:10Z stdout F c\n",
                 "c_total{l=\"a\\n b\"} 1\n");
}

TEST(pairs_between_text)
{
    static const char rules[] =
        "[log l]\npath = /l\nformat = kv\nunwrap = auto\n"
        "[event a]\nwhere = k != \n[event t]\nmatch = ^text\n"
        "[counter c_total]\ninc = a\nlabels = k, b\n[counter t_total]\ninc = t\n"
        "[gauge time]\nset = a\nvalue = _time\n";

    world_expect(
        rules,
        "at once (k=1; b=\"x y\") k=2 ts=2024-01-01T00:00:05Z\ntext\n{\"k\":\"v\"}\ntext b=3\n"
        "2024-01-01T00:00:10Z stdout F it k={a b} done\n",
        "c_total{k=\"1\",b=\"x y\"} 1\nc_total{k=\"{a b}\",b=\"unknown\"} 1\n"
        "t_total 2\ntime 1704067210\n");
}

static const char RECORDS[] = "[log l]\npath = /l\nrecord = ^\\S\n[event a]\nwhere = _line =~ .\n"
                              "[counter c_total]\nadd = a\nvalue = _lines\nlabels = l=_line\n";

TEST(lines_that_begin_no_record_belong_to_the_one_before)
{
    struct world *w = world_new(RECORDS);

    world_feed(w, "\n 0\n 1\na\n\n b\r\n\n\nc\nd\n");
    world_feed(w, " e\n");
    ck_assert_str_eq(world_page(w), "c_total{l=\" 0\\n 1\"} 2\nc_total{l=\"a\\n\\n b\"} 3\n"
                                    "c_total{l=\"c\"} 1\n");
    ck_assert_uint_eq(engine_finish(w->engine, w->source, NULL), 1);
    ck_assert_str_eq(world_page(w), "c_total{l=\" 0\\n 1\"} 2\nc_total{l=\"a\\n\\n b\"} 3\n"
                                    "c_total{l=\"c\"} 1\nc_total{l=\"d\\n e\"} 2\n");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_total{log=\"l\",decoded=\"text\"}"), "4");
    ck_assert_uint_eq(engine_finish(w->engine, w->source, NULL), 0);
    world_free(w);
}

TEST(an_open_record_goes_over_a_restart_and_is_complete_in_silence)
{
    struct world *w = world_new(RECORDS);
    struct buf saved = BUF_INIT;

    world_feed(w, "a\n b\n\n");
    source_save(w->source, &saved);
    ck_assert(source_saved_open(buf_all(&saved)));
    source_free(w->source);
    w->source = source_new(w->rules, 0, "/l", 0);
    ck_assert_int_eq(source_load(w->source, buf_all(&saved)), 0);
    ck_assert(!engine_waits(w->engine) && !w->source->records_stale);
    engine_wait(w->engine, w->source);
    ck_assert(engine_waits(w->engine));
    ck_assert(!engine_is_due(w->engine, 0)); /* it came just now */
    ck_assert(!engine_is_due(w->engine, INT64_C(4999999999)));
    world_feed(w, " c\n");
    ck_assert(!engine_is_due(w->engine, INT64_C(6000000000)));
    ck_assert(engine_is_due(w->engine, INT64_C(11000000000)));
    engine_complete(w->engine, INT64_C(11000000000));
    ck_assert(!engine_waits(w->engine));
    world_feed(w, " d\n"); /* too late */
    ck_assert_str_eq(world_page(w), "c_total{l=\"a\\n b\\n\\n c\"} 4\n");
    buf_clear(&saved);
    (void)engine_finish(w->engine, w->source, NULL);
    source_save(w->source, &saved);
    ck_assert(!source_saved_open(buf_all(&saved)));
    for (size_t n = 0; n + 1 < saved.n; n++) {
        struct source *s = source_new(w->rules, 0, "/l", 0);

        (void)source_saved_open(slice_make(saved.p, n));
        (void)source_load(s, slice_make(saved.p, n));
        source_free(s);
    }
    buf_release(&saved);
    world_free(w);
}

/* Lines without a date get that of the last one that had it. */
TEST(the_times_of_a_source_go_over_a_restart)
{
    struct world *w = world_new(RECORDS);
    struct source *s = source_new(w->rules, 0, "/l", 0);
    struct buf saved = BUF_INIT;

    w->source->dated_ns = 1234567890;
    w->source->base.last_ns = 2345678901;
    source_save(w->source, &saved);
    ck_assert_int_eq(source_load(s, buf_all(&saved)), 0);
    ck_assert_int_eq(s->dated_ns, 1234567890);
    ck_assert_int_eq(s->base.last_ns, 2345678901);
    buf_release(&saved);
    source_free(s);
    world_free(w);
}

/* As after a restart with a smaller [limits] line. */
TEST(a_record_over_a_limit_that_came_later_does_not_grow)
{
    struct multiline m = {0};
    struct joined done = {.text = BUF_INIT, .time = BUF_INIT};
    unsigned stream;

    (void)multiline_add(&m, 0, SLICE("0123456789"), SLICE(""), true, 100, &done);
    (void)multiline_add(&m, 0, SLICE("more"), SLICE(""), false, 5, &done);
    ck_assert(multiline_take(&m, &done, &stream));
    ck_assert(slice_eq(buf_all(&done.text), SLICE("0123456789")));
    ck_assert(done.cut);
    joined_release(&done);
    multiline_release(&m);
}

TEST(what_a_damaged_state_says_of_records_is_refused)
{
    struct world *w = world_new(RECORDS);
    struct buf saved = BUF_INIT;

    world_feed(w, "a\n b\n\n");
    source_save(w->source, &saved);
    for (size_t i = 0; i < saved.n * 8; i++) {
        struct source *s = source_new(w->rules, 0, "/l", 0);

        saved.p[i / 8] ^= (char)(1 << i % 8);
        (void)source_load(s, buf_all(&saved));
        (void)source_load(s, slice_make(saved.p, i / 8));
        saved.p[i / 8] ^= (char)(1 << i % 8);
        source_free(s);
    }
    buf_release(&saved);
    world_free(w);
}

/* By whatever way the line comes. */
TEST_EACH(a_regex_of_the_log_that_gives_up_is_counted, 4)
{
    static const char *const keys[] = {"record = ^(a+)+$", "rewrite = ^(a+)+$ -> z",
                                       "prefix = ^(a+)+$", "time_match = ^(?<time>(a+)+)$"};
    static const char line[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n";
    struct buf rules = BUF_INIT;
    struct world *w;

    buf_fmt(&rules, "[log l]\npath = /l\n%s\n[event a]\nmatch = b\n[counter c_total]\ninc = a\n",
            keys[_i]);
    w = world_new(rules.p);
    world_feed(w, line);
    world_feed(w, line);
    ck_assert_str_eq(world_own(w, "logtally_log_regex_errors_total{log=\"l\"}"), "2");
    world_free(w);
    buf_release(&rules);
}

/* --- built-in fields, path and prefix --------------------------------------------------------- */

TEST(built_in_fields)
{
    world_expect("[log l]\npath = /x\n[event a]\nwhere = _line ^= msg=m\n"
                 "[counter c_total]\ninc = a\nlabels = file=_file, log=_log, line=_line, "
                 "bytes=_bytes, stream=_stream\n",
                 "msg=m x=1\r\n",
                 "c_total{file=\"/var/log/app.log\",log=\"l\",line=\"msg=m x=1\",bytes=\"9\","
                 "stream=\"unknown\"} 1\n");
}

TEST(the_stream_of_a_container)
{
    world_expect("[log l]\npath = /x\nunwrap = docker\n[event a]\nmatch = hello\n"
                 "[counter c_total]\ninc = a\nlabels = stream=_stream\n",
                 "{\"log\":\"hel\",\"stream\":\"stderr\",\"time\":\"2024-01-01T00:00:10Z\"}\n"
                 "{\"log\":\"lo\\n\",\"stream\":\"stderr\",\"time\":\"2024-01-01T00:00:10Z\"}\n",
                 "c_total{stream=\"stderr\"} 1\n");
}

TEST(groups_of_path_match_follow_a_rename)
{
    struct world *w = world_new("[log l]\npath = /x\npath_match = /(?<pod>[^/_]+)_(?<ns>\\w+)?\n"
                                "[event a]\nmatch = .\n"
                                "[counter c_total]\ninc = a\nlabels = pod, ns\n");
    struct source *s = source_new(w->rules, 0, "/logs/web_prod.log", 1);

    feed_to(w, s, "x\n");
    source_rename(s, "/logs/db_");
    feed_to(w, s, "x\n");
    source_rename(s, "/logs/other");
    feed_to(w, s, "x\n");
    ck_assert_str_eq(world_page(w), "c_total{pod=\"db\",ns=\"unknown\"} 1\n"
                                    "c_total{pod=\"unknown\",ns=\"unknown\"} 1\n"
                                    "c_total{pod=\"web\",ns=\"prod\"} 1\n");
    source_free(s);
    world_free(w);
}

TEST(a_prefix_is_cut_off_and_its_groups_are_fields)
{
    world_expect("[log l]\npath = /x\nprefix = ^<(?<pri>\\d+)>\\s*\n"
                 "[event a]\nwhere = msg == m\n"
                 "[counter c_total]\ninc = a\nlabels = pri\n",
                 "<13> {\"msg\":\"m\"}\n{\"msg\":\"m\"}\nx <14>{\"msg\":\"m\"}\n<15>\n",
                 "c_total{pri=\"13\"} 1\nc_total{pri=\"unknown\"} 1\n");
}

TEST(a_group_of_the_prefix_gives_way_to_that_of_the_path_again)
{
    struct world *w = world_new("[log l]\npath = /x\npath_match = /(?<pod>\\w+)\\.\n"
                                "prefix = ^\\[(?<pod>\\w+)\\] \n"
                                "[event a]\nmatch = .\n"
                                "[counter c_total]\ninc = a\nlabels = pod\n");
    struct source *s = source_new(w->rules, 0, "/logs/path.log", 1);

    feed_to(w, s, "[line] x\ny\n");
    ck_assert_str_eq(world_page(w), "c_total{pod=\"line\"} 1\nc_total{pod=\"path\"} 1\n");
    source_free(s);
    world_free(w);
}

/* --- lines ------------------------------------------------------------------------------------ */

TEST(line_ends_and_marks)
{
    struct world *w = world_new("[event a]\nmatch = ^a$\n[counter a_total]\ninc = a\n");

    world_feed(w, "\xef\xbb\xbf"
                  "a\r\n\n\r\na\na");
    ck_assert_str_eq(world_page(w), "a_total 3\n");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_total{log=\"auto\",decoded=\"text\"}"), "3");
    ck_assert_str_eq(world_own(w, "logtally_log_bytes_total{log=\"auto\"}"), "12");
    ck_assert_uint_eq(engine_unmatched(w->engine), 0);
    world_free(w);
}

TEST(lines_are_counted_by_how_they_were_decoded)
{
    struct world *w = world_new("[log j]\npath = /x\nformat = json\n"
                                "[event a]\nmatch = x\n[event b]\nwhere = m == 1\n"
                                "[counter a_total]\ninc = a\n[counter b_total]\ninc = b\n");

    world_feed(w, "{\"m\":1}\nx\n{\"m\":1} x\nq\n");
    engine_too_long(w->engine, 0, 2);
    ck_assert_str_eq(world_page(w), "a_total 2\nb_total 1\n");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_total{log=\"j\",decoded=\"json\"}"), "1");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_total{log=\"j\",decoded=\"undecodable\"}"),
                     "3");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_total{log=\"j\",decoded=\"too_long\"}"), "2");
    ck_assert_uint_eq(engine_counted(w->engine, 0), 6);
    ck_assert_str_eq(world_own(w, "logtally_log_lines_matched_total{log=\"j\"}"), "3");
    ck_assert_str_eq(world_own(w, "logtally_event_hits_total{event=\"a\"}"), "2");
    ck_assert_uint_eq(engine_hits(w->engine, 0), 2);
    ck_assert_str_eq(w->unmatched.p, "q\n");
    world_free(w);
}

TEST(an_undecodable_line_is_for_match_events_and_their_children)
{
    world_expect("[log j]\npath = /x\nformat = json\n"
                 "[event a]\nmatch = foo (?<g>\\w+)\n[event b]\nof = a\nwhere = g == bar\n"
                 "[event c]\nwhere = level != ERROR\n[event d]\nof = c\n"
                 "[event e]\nwhere = _line =~ foo\n[event f]\nwhere = _line ^= foo\n"
                 "[event g]\nmatch = foo\nunless = c\n"
                 "[counter n_total]\ninc = a, b, c, d, e, f, g\nlabels = by=_bytes\n",
                 "foo bar\n{\"foo\":1}\nfoo bar baz\n",
                 "n_total{by=\"11\"} 3\nn_total{by=\"7\"} 3\n"
                 "n_total{by=\"9\"} 3\n");
}

TEST(a_line_refused_half_way_leaves_no_field_behind)
{
    world_expect("[event a]\nmatch = broken\n[event b]\nwhere = m == 1\n"
                 "[event c]\nwhere = m ==\n"
                 "[counter b_total]\ninc = b\n[counter c_total]\ninc = c\n",
                 "{\"m\":\"1\", broken\nm=1 \"broken\n", "b_total 0\nc_total 2\n");
}

TEST(broken_bytes_lose_no_line)
{
    world_expect("[event a]\nwhere = msg =~ caf\xc3\xa9\n[counter a_total]\ninc = a\n",
                 "x=\xff msg=\"caf\xc3\xa9 \xfe\"\n{\"msg\":\"\xfe caf\xc3\xa9\"}\n",
                 "a_total 2\n");
}

TEST(a_regex_that_gives_up_does_not_match_and_is_counted)
{
    struct world *w = world_new("[event a]\nmatch = ^(a+)+$\n"
                                "[event b]\nwhere = _line =~ ^a\nset.x = ${_line}\n"
                                "rewrite.x = ^(a+)+$ -> y\n"
                                "[counter a_total]\ninc = a\n[counter b_total]\ninc = b\n"
                                "labels = x\n");

    world_feed(w, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\naaa\n");
    ck_assert_str_eq(world_page(w), "a_total 1\n"
                                    "b_total{x=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"
                                    "\"} 1\nb_total{x=\"y\"} 1\n");
    ck_assert_str_eq(world_own(w, "logtally_rule_errors_total{event=\"a\",reason=\"match_limit\"}"),
                     "1");
    ck_assert_str_eq(world_own(w, "logtally_rule_errors_total{event=\"b\",reason=\"match_limit\"}"),
                     "1");
    world_free(w);
}

TEST(many_label_sets_are_told_apart)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\nset.k = ${k|upper}\n"
                                "[counter c_total]\ninc = a\nlabels = k\nmax_values = 900\n");
    struct buf lines = BUF_INIT;

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 800; i++)
            buf_fmt(&lines, "msg=m k=k%d\n", i);
    world_feed(w, lines.p);
    for (int i = 0; i < 800; i++) {
        buf_clear(&lines);
        buf_fmt(&lines, "c_total{k=\"K%d\"}", i);
        ck_assert_str_eq(world_own(w, lines.p), "2");
    }
    buf_release(&lines);
    world_free(w);
}

/* 80,000 events: their numbers, and those of their mappings, need more than 16 bits. */
TEST(many_events_are_told_apart)
{
    enum { N = 80000 };
    struct buf ini = BUF_INIT;

    for (int i = 0; i < N; i++)
        buf_fmt(&ini, "[event e%d]\nwhere = msg == m%d\n", i, i);
    buf_str(&ini, "[counter a_total]\ninc = e0");
    for (int i = 1; i < N; i++)
        buf_fmt(&ini, ", e%d", i);
    buf_fmt(&ini, "\n[counter b_total]\ninc = e0, e14464, e%d\n", N - 1);
    buf_fmt(&ini, "[event child]\nof = e%d\n[counter c_total]\ninc = child\n", N - 1);
    world_expect(ini.p, "msg=m0 x=1\nmsg=m14463 x=1\nmsg=m65536 x=1\nmsg=m79999 x=1\n",
                 "a_total 4\nb_total 2\nc_total 1\n");
    buf_release(&ini);
}

TEST(a_line_has_no_time_of_an_event_that_it_is_not)
{
    struct world *w = world_new("[event noise]\nmatch = noise$\n"
                                "[event a]\nmatch = ^at (?<time>\\S+)\nunless = noise\n"
                                "[counter n_total]\ninc = a, noise\n");
    struct engine_peek peek;

    ck_assert(engine_peek(w->engine, w->source, SLICE("at 2024-01-01T00:00:10Z noise"), &peek));
    ck_assert(!peek.has_time);
    ck_assert(engine_peek(w->engine, w->source, SLICE("at 2024-01-01T00:00:10Z x"), &peek));
    ck_assert(peek.has_time);
    world_free(w);
}

TEST(a_line_can_be_looked_at_first_and_taken_later)
{
    struct world *w = world_new("[event a]\nwhere = msg == m\n[gauge g]\nset = a\nvalue = v\n");
    struct engine_peek peek;

    ck_assert(
        engine_peek(w->engine, w->source, SLICE("time=2024-01-01T00:00:10Z msg=m v=3"), &peek));
    ck_assert(peek.has_time && peek.dated);
    ck_assert_int_eq(peek.time_ns, INT64_C(1704067210000000000));
    ck_assert_str_eq(world_page(w), "");
    engine_take(w->engine, w->source, &peek);
    ck_assert_str_eq(world_page(w), "g 3\n");
    ck_assert(!engine_peek(w->engine, w->source, SLICE("\r"), &peek));
    ck_assert(engine_peek(w->engine, w->source, SLICE("text"), &peek));
    ck_assert(!peek.has_time);
    ck_assert_int_eq(peek.time_ns, INT64_C(1704067210000000000));
    world_free(w);
}

/* --- calc ------------------------------------------------------------------------------------ */

TEST(calc_makes_a_field_of_numbers)
{
    world_expect("[event a]\nwhere = msg == m\ncalc.sum = x + y\ncalc.ratio = x / (x + y)\n"
                 "calc.left = max(${in-flight} - 1, 0)\n"
                 "[event b]\nof = a\nwhere = sum > 0.25\n"
                 "[gauge s]\nset = a\nvalue = sum\nlabels = who\n"
                 "[gauge r]\nset = a\nvalue = ratio\nlabels = who\n"
                 "[counter b_total]\ninc = b\nlabels = left\n",
                 "msg=m who=1 x=0.1 y=0.2 in-flight=7\n"
                 "msg=m who=2 x=100ms y=0\n"
                 "msg=m who=3 x=0 y=0\n"
                 "msg=m who=4 x=q y=1\n"
                 "msg=m who=5 x=1h y=1s in-flight=0\n"
                 "msg=m who=6 sum=1 x=99999999999999999999999999999999999999 y=0.1\n",
                 "b_total{left=\"0\"} 1\nb_total{left=\"6\"} 1\n"
                 "r{who=\"1\"} 0.3333333333333333\nr{who=\"2\"} 1\n"
                 "r{who=\"5\"} 0.9997222993612885\n"
                 "s{who=\"1\"} 0.3\ns{who=\"2\"} 0.1\ns{who=\"3\"} 0\ns{who=\"5\"} 3601\n");
}

/* A missing result hides what the line calls so, and stands in the order of set, rewrite, map. */
TEST(calc_stands_among_set_rewrite_and_map)
{
    world_expect("[event a]\nwhere = msg == m\nset.n = ${x}\nrewrite.n = k$ ->\ncalc.n = n * 1000\n"
                 "map.n = 2000 -> two\n"
                 "[counter a_total]\ninc = a\nlabels = n\n",
                 "msg=m x=2k n=9\nmsg=m x=3k n=9\nmsg=m x=- n=9\n",
                 "a_total{n=\"3000\"} 1\na_total{n=\"two\"} 1\na_total{n=\"unknown\"} 1\n");
}

TEST(calc_reads_times)
{
    world_expect("[log app]\npath = /x\ntime_format = rfc3339\ntime_format = %H:%M:%S\n"
                 "[event a]\nwhere = msg == m\ncalc.lag = _time - time(made)\n"
                 "[counter a_total]\ninc = a\nlabels = lag\n",
                 "time=2024-01-01T00:00:10.5Z msg=m made=2024-01-01T00:00:10Z\n"
                 "time=2024-01-01T00:00:10.5Z msg=m made=23:59:59\n"
                 "time=2024-01-02T00:00:10.5Z msg=m made=23:59:59\n"
                 "time=2024-01-02T00:00:10.5Z msg=m made=yesterday\n",
                 "a_total{lag=\"0.5\"} 1\na_total{lag=\"11.5\"} 2\na_total{lag=\"unknown\"} 1\n");
}

/* --- units ----------------------------------------------------------------------------------- */

TEST(a_field_has_a_unit_for_all_that_reads_it)
{
    world_expect(
        "[event a]\nunit.took = ms\nunit.left = KiB\nwhere = took > 250\n"
        "where = took < 1m\ncalc.twice = took * 2\n"
        "[event b]\nof = a\nwhere = left >= 1MiB\n"
        "[counter a_total]\nadd = a\nvalue = took\n"
        "[counter b_total]\nadd = b\nvalue = left\n"
        "[gauge g]\nset = a\nvalue = twice\nlabels = n\n",
        "n=1 took=250 left=1024\nn=2 took=251 left=1024\nn=3 took=0.3s left=1M\n"
        "n=4 took=60000 left=1024\nn=5 took=1.5s left=1023\n",
        "a_total 2.051\nb_total 2097152\ng{n=\"2\"} 0.502\ng{n=\"3\"} 0.6\ng{n=\"5\"} 3\n");
}

/* --- each ------------------------------------------------------------------------------------ */

#define QUEUES                                         \
    "[event q]\nwhere = msg == stats\neach = queues\n" \
    "[gauge q]\nset = q\nvalue = _value\nlabels = queue=_key\n"

TEST(each_happens_once_for_each_member)
{
    world_expect(QUEUES,
                 "{\"msg\":\"stats\",\"queues\":{\"mail\":3,\"s\\u006ds\":\"4\",\"none\":null,"
                 "\"x\":\"y\"}}\n"
                 "msg=stats queues=\"[5, {\\\"a\\\":1}, 7]\"\n"
                 "{\"msg\":\"stats\",\"queues\":\"{\\\"text\\\": 9}\"}\n"
                 "{\"msg\":\"stats\",\"queues\":{\"broken\":3},\"queues\":1,\"broken\n"
                 "msg=stats queues=\"{\\\"cut\\\": 9\"\n"
                 "msg=stats queues=12\n"
                 "msg=stats queues={}\n"
                 "msg=stats q=1\n",
                 "q{queue=\"0\"} 5\nq{queue=\"2\"} 7\nq{queue=\"mail\"} 3\nq{queue=\"sms\"} 4\n"
                 "q{queue=\"text\"} 9\n");
}

/* As of a line: the first of a key counts, whatever its escapes. */
TEST(a_key_that_stands_twice_is_one_member)
{
    world_expect(
        "[event q]\neach = queues\n[counter c]\nadd = q\nvalue = _value\nlabels = queue=_key\n",
        "{\"queues\":{\"a\":1,\"b\":2,\"a\":4,\"\\u0061\":8,\"b\":16,\"ab\":32}}\n"
        "{\"queues\":[1,1,1]}\n{\"queues\":{\"b\":64}}\n",
        "c{queue=\"0\"} 1\nc{queue=\"1\"} 1\nc{queue=\"2\"} 1\nc{queue=\"a\"} 1\n"
        "c{queue=\"ab\"} 32\nc{queue=\"b\"} 66\n");
}

TEST(each_of_a_regex_happens_once_for_each_match)
{
    world_expect(
        "[event a]\neach = _line =~ (?<k>[a-z]+)=(?<v>\\d*)|\\b\n"
        "where = v !=\n"
        "[counter a_total]\nadd = a\nvalue = v\nlabels = k, n=_key, _value\n",
        "x=1 y=22, z= xyz \xff=3 last=4\n",
        "a_total{k=\"last\",n=\"3\",_value=\"last=4\"} 4\n"
        "a_total{k=\"x\",n=\"0\",_value=\"x=1\"} 1\na_total{k=\"y\",n=\"1\",_value=\"y=22\"} 22\n");
}

/* A text may be as short as one byte, and where there is none even a regex that wants nothing has no
 * match. */
TEST(each_of_a_regex_wants_a_text)
{
    world_expect("[event a]\nwhere = m == x\neach = list =~ \\w*\n"
                 "[counter a_total]\ninc = a\nlabels = _value\n",
                 "m=x list=b\nm=x\nm=x list=\n", "a_total{_value=\"b\"} 1\n");
}

TEST(inner_members_and_conditions_about_them)
{
    world_expect("[event a]\nwhere = up == 1\neach = hosts\nwhere = _value.load > 0.5\n"
                 "where = _key != skip\nset.zone = ${_value.tags.0|default(none)}\n"
                 "[gauge a]\nset = a\nvalue = _value.load\nlabels = host=_key, zone, up\n",
                 "{\"up\":1,\"_value.load\":9,\"hosts\":{\"a\":{\"load\":1,\"tags\":[\"x\",\"y\"]},"
                 "\"b\":{\"load\":0.1},"
                 "\"c\":{\"load\":\"2\"},\"d\":7,\"skip\":{\"load\":3}}}\n"
                 "{\"up\":0,\"hosts\":{\"e\":{\"load\":1}}}\n",
                 "a{host=\"a\",zone=\"x\",up=\"1\"} 1\na{host=\"c\",zone=\"none\",up=\"1\"} 2\n");
}

/* A member sees nothing of the one before; what stands above `each` is there for all. */
TEST(members_do_not_see_each_other)
{
    world_expect("[event a]\nwhere = _line =~ who=(?<who>\\w+)\neach = list\n"
                 "where = _value =~ ^(?:(?<odd>[13])|(?<even>[24])|5)$\n"
                 "rewrite.who = ann -> eve\nmap.who = eve -> eve2\n"
                 "[event b]\nwhere = who == ann\n"
                 "[counter a_total]\ninc = a\nlabels = who, odd, even\n"
                 "[counter b_total]\ninc = b\nlabels = who\n",
                 "who=ann list=[1,2,5] odd=9\n",
                 "a_total{who=\"eve2\",odd=\"1\",even=\"unknown\"} 1\n"
                 "a_total{who=\"eve2\",odd=\"9\",even=\"2\"} 1\n"
                 "a_total{who=\"eve2\",odd=\"9\",even=\"unknown\"} 1\nb_total{who=\"ann\"} 1\n");
}

TEST(updates_run_in_the_order_of_rules_each_for_all_members)
{
    world_expect("[event q]\neach = queues\n[event r]\nwhere = x == 1\n"
                 "[gauge g]\nreset = q\nset = q\nvalue = _value\nlabels = queue=_key\n"
                 "[gauge order]\nset = r\nvalue = 5\n[gauge order]\nset = q\nvalue = _value\n",
                 "{\"x\":1,\"queues\":{\"a\":1,\"b\":2}}\n{\"x\":1,\"queues\":{\"a\":3}}\n",
                 "g{queue=\"a\"} 3\ng{queue=\"b\"} 2\norder 3\n");
}

TEST(unless_asks_whether_it_happened_at_all)
{
    struct world *w = world_new("[event q]\neach = queues\nwhere = _value > 1\n"
                                "[event rest]\nwhere = x == 1\nunless = q\n"
                                "[counter q_total]\ninc = q\n[counter rest_total]\ninc = rest\n");

    world_feed(w, "x=1 queues=[1,2,3]\nx=1 queues=[0,1]\nx=1 queues=0\n");
    ck_assert_str_eq(world_page(w), "q_total 2\nrest_total 2\n");
    ck_assert_str_eq(world_own(w, "logtally_event_hits_total{event=\"q\"}"), "2");
    ck_assert_str_eq(world_own(w, "logtally_log_lines_matched_total{log=\"auto\"}"), "3");
    world_free(w);
}

TEST(a_line_has_a_thousand_members_at_most)
{
    struct world *w = world_new("[event q]\neach = list\n[event m]\neach = _line =~ ,\n"
                                "[counter q_total]\ninc = q\n[counter m_total]\ninc = m\n");
    struct buf line = BUF_INIT;

    for (int n = 1000; n <= 1002; n++) {
        buf_str(&line, "x=1 list=[0");
        for (int i = 1; i < n; i++)
            buf_str(&line, ",0");
        buf_str(&line, "]\n");
    }
    world_feed(w, line.p);
    ck_assert_str_eq(world_page(w), "m_total 2999\nq_total 3000\n");
    ck_assert_str_eq(world_own(w, "logtally_rule_errors_total{event=\"q\",reason=\"each_limit\"}"),
                     "2");
    ck_assert_str_eq(world_own(w, "logtally_rule_errors_total{event=\"m\",reason=\"each_limit\"}"),
                     "1");
    buf_release(&line);
    world_free(w);
}
