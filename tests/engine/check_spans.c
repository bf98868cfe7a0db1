/* Two lines, one event: every rule of spans, seen from outside. */
#include "config.h"

#include "suite.h"
#include "support.h"

#include "engine/explain_spans.h"

#include <stdio.h>

/* o begins, c ends; k and j are the key. */
#define EVENTS             \
    "[log l]\npath = /l\n" \
    "[event o]\nwhere = m == o\n[event c]\nwhere = m == c\n"
#define SPAN "[span s]\nbegin = o\nend = c\nkey = k, j\ntimeout = 1h\n"
#define METRICS                                                    \
    "[counter ended_total]\ninc = s\nlabels = k, u, was=begin.u\n" \
    "[gauge seconds]\nadd = s\nvalue = _duration\n"                \
    "[counter lost_total]\ninc = s.unfinished\nlabels = k, u\n"    \
    "[gauge g]\ninc = o\ndec = s, s.unfinished\n"
#define RULES EVENTS SPAN METRICS

#define AT(time, rest) "time=2001-09-08T" time "Z " rest "\n"

static const char *unmatched(struct world *w, const char *reason)
{
    char sample[80];

    snprintf(sample, sizeof sample, "logtally_spans_unmatched_total{span=\"s\",reason=\"%s\"}",
             reason);
    return world_own(w, sample);
}

static void expect_reasons(struct world *w, const char *reasons)
{
    static const char *const all[] = {"no_begin", "no_key", "replaced", "timeout",
                                      "full",     "reload", "negative"};
    struct buf said = BUF_INIT;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(unmatched(w, all[i]), "0") != 0)
            buf_fmt(&said, "%s%s %s", said.n ? ", " : "", all[i], unmatched(w, all[i]));
    ck_assert_str_eq(said.n ? said.p : "", reasons);
    buf_release(&said);
}

static void expect_open(struct world *w, const char *n)
{
    ck_assert_str_eq(world_own(w, "logtally_spans_open{span=\"s\"}"), n);
}

/* What lines make of rules: the page, how many are open, and what was not matched. */
static void expect(const char *rules, const char *lines, const char *page, const char *open,
                   const char *reasons)
{
    for (int off = 0; off < 2; off++) {
        struct world *w = world_new_with(rules, off);

        world_feed(w, lines);
        ck_assert_str_eq(world_page(w), page);
        expect_open(w, open);
        expect_reasons(w, reasons);
        world_free(w);
    }
}

TEST(an_end_makes_one_event_of_two_lines)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=ann") AT("10:00:01.5", "m=c k=a j=1"),
           "ended_total{k=\"a\",u=\"ann\",was=\"ann\"} 1\ng 0\nseconds 1.5\n", "0", "");
}

TEST(where_both_have_a_field_it_is_the_ends)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=ann") AT("10:00:02", "m=c k=a j=1 u=bob"),
           "ended_total{k=\"a\",u=\"bob\",was=\"ann\"} 1\ng 0\nseconds 2\n", "0", "");
}

TEST(keys_tell_which_begin_belongs_to_which_end)
{
    expect(RULES,
           AT("10:00:00", "m=o k=a j=1 u=x") AT("10:00:01", "m=o k=a j=2 u=y")
               AT("10:00:03", "m=c k=a j=1") AT("10:00:09", "m=c k=a j=2"),
           "ended_total{k=\"a\",u=\"x\",was=\"x\"} 1\nended_total{k=\"a\",u=\"y\",was=\"y\"} 1\n"
           "g 0\nseconds 11\n",
           "0", "");
    /* "ab" "c" is not "a" "bc" */
    expect(RULES, AT("10:00:00", "m=o k=ab j=c") AT("10:00:01", "m=c k=a j=bc"), "g 1\n", "1",
           "no_begin 1");
}

TEST(keys_are_compared_whole)
{
    struct buf lines = BUF_INIT;
    char tail[2] = "x";

    for (int i = 0; i < 2; i++) {
        buf_fmt(&lines, "time=2001-09-08T10:00:0%dZ m=%c k=", i, i ? 'c' : 'o');
        for (int n = 0; n < 3000; n++)
            buf_char(&lines, 'k');
        buf_fmt(&lines, "%s j=1\n", i ? "y" : tail);
    }
    expect(RULES, lines.p, "g 1\n", "1", "no_begin 1");
    buf_release(&lines);
}

TEST(an_end_without_a_begin_is_counted)
{
    expect(RULES, AT("10:00:00", "m=c k=a j=1") AT("10:00:00", "m=o k=a j=1"), "g 1\n", "1",
           "no_begin 1");
}

TEST(a_line_that_lacks_a_key_field_opens_and_ends_nothing)
{
    expect(RULES, AT("10:00:00", "m=o k=a u=ann") AT("10:00:01", "m=c j=1 u=ann"), "g 1\n", "0",
           "no_key 2");
}

TEST(a_second_begin_replaces_the_first)
{
    expect(
        RULES,
        AT("10:00:00", "m=o k=a j=1 u=x") AT("10:00:01", "m=o k=a j=1 u=y")
            AT("10:00:03", "m=c k=a j=1"),
        "ended_total{k=\"a\",u=\"y\",was=\"y\"} 1\ng 0\nlost_total{k=\"a\",u=\"x\"} 1\nseconds 2\n",
        "0", "replaced 1");
}

TEST(without_key_one_is_open_at_a_time)
{
    expect(EVENTS "[span s]\nbegin = o\nend = c\n[counter s_total]\ninc = s\nlabels = n\n",
           AT("10:00:00", "m=o n=1") AT("10:00:01", "m=o n=2") AT("10:00:02", "m=c x=1")
               AT("10:00:03", "m=c x=1"),
           "s_total{n=\"2\"} 1\n", "0", "no_begin 1, replaced 1");
}

/* Intervals. */
TEST(a_line_that_is_both_ends_first)
{
    expect("[event t]\nwhere = m == t\n[span s]\nbegin = t\nend = t\n"
           "[gauge sum]\nadd = s\nvalue = _duration\n[counter s_total]\ninc = s\nlabels = n, "
           "b=begin.n\n",
           AT("10:00:00", "m=t n=1") AT("10:00:02", "m=t n=2") AT("10:00:05", "m=t n=3"),
           "s_total{n=\"2\",b=\"1\"} 1\ns_total{n=\"3\",b=\"2\"} 1\nsum 5\n", "1", "no_begin 1");
}

/* The second press is no begin. */
TEST(a_begin_may_be_no_end)
{
    expect(
        "[event p]\nwhere = m == p\n[event on]\nof = p\nunless = s\n"
        "[span s]\nbegin = on\nend = p\n[counter s_total]\ninc = s\n[counter on_total]\ninc = on\n",
        AT("10:00:00", "m=p n=1") AT("10:00:02", "m=p n=2") AT("10:00:05", "m=p n=3"),
        "on_total 2\ns_total 1\n", "1", "no_begin 2");
}

TEST(several_events_begin_and_end)
{
    expect(
        "[event o]\nmatch = open (?<k>\\d)(?: for (?<u>\\w+))?\n[event r]\nmatch = reopen "
        "(?<k>\\d)\n"
        "[event c]\nmatch = close (?<k>\\d)\n[event x]\nmatch = reset of (?<k>\\d) by (?<by>\\w+)\n"
        "[span s]\nbegin = o, r\nend = c, x\nkey = k\n"
        "[counter s_total]\ninc = s\nlabels = k, u, by\n",
        "open 1 for ann\nclose 1\nopen 2\nreset of 2 by bob\nreopen 3\nclose 3\n",
        "s_total{k=\"1\",u=\"ann\",by=\"unknown\"} 1\ns_total{k=\"2\",u=\"unknown\",by=\"bob\"} 1\n"
        "s_total{k=\"3\",u=\"unknown\",by=\"unknown\"} 1\n",
        "0", "");
}

TEST(what_events_make_of_fields_is_seen)
{
    expect("[event o]\nwhere = m == o\nset.who = <${u|upper}>\n"
           "[event c]\nwhere = m == c\nset.how = ${code|class}\ncalc.n = a + b\n"
           "[span s]\nbegin = o\nend = c\nkey = k\n"
           "[counter s_total]\nadd = s\nvalue = n\nlabels = who, how\n",
           AT("10:00:00", "m=o k=1 u=ann") AT("10:00:00", "m=c k=1 code=503 a=1 b=2"),
           "s_total{who=\"<ANN>\",how=\"5xx\"} 3\n", "0", "");
}

TEST(of_where_calc_and_unless)
{
    expect(EVENTS
           "[span s]\nbegin = o\nend = c\nkey = k\n"
           "[event long]\nof = s\nwhere = _duration > 1m\ncalc.min = _duration / 60\n"
           "[event short]\nof = s\nunless = long\n"
           "[event lost]\nof = s.unfinished\nwhere = u == ann\nset.v = ${u}!\n"
           "[event other]\nof = s.unfinished\nunless = lost\n"
           "[event odd]\nof = c\nunless = s\n"
           "[gauge minutes]\nadd = long\nvalue = min\n[counter short_total]\ninc = short\n"
           "[counter lost_total]\ninc = lost\nlabels = v\n[counter other_total]\ninc = other\n"
           "[counter odd_total]\ninc = odd\n",
           AT("10:00:00", "m=o k=1") AT("10:01:30", "m=c k=1") AT("10:02:00", "m=o k=1")
               AT("10:02:10", "m=c k=1") AT("10:02:11", "m=c k=1") AT("10:03:00", "m=o k=1 u=ann")
                   AT("10:03:00", "m=o k=1 u=bob") AT("10:03:00", "m=o k=1"),
           "lost_total{v=\"ann!\"} 1\nminutes 1.5\nodd_total 1\nother_total 1\nshort_total 1\n",
           "1", "no_begin 1, replaced 2");
}

/* inc, then dec, then set: of one line, in the order of the rules. */
TEST(updates_run_in_the_order_of_the_rules)
{
    expect(EVENTS "[span s]\nbegin = o\nend = c\n"
                  "[gauge g]\nset = c\nvalue = 5\n[gauge g]\nadd = s\nvalue = 2\n"
                  "[gauge h]\nadd = s\nvalue = 2\n[gauge h]\nset = c\nvalue = 5\n",
           AT("10:00:00", "m=o x=1") AT("10:00:00", "m=c x=1"), "g 7\nh 5\n", "0", "");
}

/* --- time ------------------------------------------------------------------------------------- */

TEST(more_than_its_timeout_it_is_given_up)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") AT("11:00:00", "m=c k=a j=1"),
           "ended_total{k=\"a\",u=\"x\",was=\"x\"} 1\ng 0\nseconds 3600\n", "0", "");
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") AT("11:00:00.001", "m=c k=a j=1"),
           "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n", "0", "no_begin 1, timeout 1");
}

TEST(any_line_of_the_file_moves_the_clock)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") AT("11:00:01", "any=1 b=2"),
           "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n", "0", "timeout 1");
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") "any=1 b=2\n", "g 1\n", "1", "");
}

TEST(an_older_line_does_not_move_it_back)
{
    expect(RULES,
           AT("10:00:00", "m=o k=a j=1 u=x") AT("10:59:00", "a=1 b=2") AT("09:00:00", "a=1 b=2")
               AT("11:00:30", "a=1 b=2"),
           "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n", "0", "timeout 1");
}

/* It is 2001-09-09T01:46:40. */
TEST(no_time_over_a_day_ahead_moves_it)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") "time=2001-09-10T01:46:41Z a=1\n", "g 1\n", "1",
           "");
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") "time=2001-09-10T01:46:40Z a=1\n",
           "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n", "0", "timeout 1");
    expect(RULES, AT("10:00:00", "m=o k=a j=1 u=x") "time=2039-09-10T01:46:41Z m=c k=a j=1\n",
           "ended_total{k=\"a\",u=\"x\",was=\"x\"} 1\ng 0\n", "0", "");
}

TEST(a_duration_is_missing_without_a_time)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1") "m=c k=a j=1\n",
           "ended_total{k=\"a\",u=\"unknown\",was=\"unknown\"} 1\ng 0\n", "0", "");
    expect(RULES, "m=o k=a j=1\n" AT("10:00:00", "m=c k=a j=1"),
           "ended_total{k=\"a\",u=\"unknown\",was=\"unknown\"} 1\ng 0\n", "0", "");
}

TEST(a_duration_is_missing_when_negative)
{
    expect(RULES, AT("10:00:00", "m=o k=a j=1") AT("09:59:59", "m=c k=a j=1"),
           "ended_total{k=\"a\",u=\"unknown\",was=\"unknown\"} 1\ng 0\n", "0", "negative 1");
}

/* What has no date of its own is given up by the clock of lines, not at once by the next of them. */
TEST(lines_before_any_time_do_not_spoil_the_clock)
{
    expect(RULES,
           "m=o k=b j=1\n" AT("10:00:00", "m=o k=a j=1") AT("10:30:00", "a=1 b=2")
               AT("10:30:00", "m=c k=a j=1"),
           "ended_total{k=\"a\",u=\"unknown\",was=\"unknown\"} 1\ng 1\nseconds 1800\n", "1", "");
}

TEST(what_is_given_up_happens_at_begin_and_timeout)
{
    expect(EVENTS SPAN "[gauge when]\nset = s.unfinished\nvalue = _time\n"
                       "[gauge began]\nset = s.unfinished\nvalue = begin._time\n",
           "time=999990000 m=o k=a j=1\ntime=999999999 a=1\n", "began 999990000\nwhen 999993600\n",
           "0", "timeout 1");
    /* replaced: when the next begins */
    expect(EVENTS SPAN "[gauge when]\nset = s.unfinished\nvalue = _time\n",
           "time=1000000000 m=o k=a j=1\ntime=1000000005 m=o k=a j=1\n", "when 1000000005\n", "1",
           "replaced 1");
}

static void tell_given_up(void *ctx, const struct trace *t)
{
    explain_given_up(t, ctx);
}

TEST(who_explains_it_says_when_it_was_given_up)
{
    struct world *w = world_new(RULES);
    struct buf out = BUF_INIT;

    world_feed(w, AT("10:00:00", "m=o k=a j=1"));
    engine_trace_given_up(w->engine, tell_given_up, &out);
    (void)engine_trace(w->engine, w->source, SLICE("time=2001-09-08T12:00:00Z a=1 b=2"));
    ck_assert_msg(slice_starts(buf_all(&out), SLICE("(no line) span s is given up  (rules.ini:")),
                  "%.*s", SLICE_FMT(buf_all(&out)));
    ck_assert_msg(
        slice_ends(buf_all(&out), SLICE("    its timeout is over, at 2001-09-08T11:00:00Z\n")),
        "%.*s", SLICE_FMT(buf_all(&out)));
    buf_release(&out);
    world_free(w);
}

TEST(the_oldest_goes_first)
{
    expect(EVENTS SPAN "[gauge order]\nset = s.unfinished\nvalue = n\n",
           AT("10:00:02", "m=o k=a j=1 n=2") AT("10:00:03", "m=o k=b j=1 n=3")
               AT("10:00:01", "m=o k=c j=1 n=1") AT("12:00:00", "a=1 b=2"),
           "order 3\n", "0", "timeout 3");
}

TEST(a_silent_files_clock_moves_by_running_time)
{
    struct world *w = world_new(RULES);
    const int64_t second = 1000000000, start = 1000000000 * second;

    engine_set_time(w->engine, 5 * second, start);
    ck_assert(!engine_waits(w->engine));
    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x") AT("10:10:00", "a=1 b=2"));
    ck_assert(engine_waits(w->engine));
    engine_set_time(w->engine, (5 + 50 * 60) * second, start);
    ck_assert(!engine_is_due(w->engine, 0));
    engine_set_time(w->engine, (5 + 50 * 60) * second + 1, start);
    ck_assert(engine_is_due(w->engine, 0));
    engine_complete(w->engine, 0);
    ck_assert_str_eq(world_page(w), "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n");
    expect_reasons(w, "timeout 1");
    ck_assert(!engine_waits(w->engine));
    world_free(w);
}

/* --- bounds ----------------------------------------------------------------------------------- */

TEST(of_too_many_the_oldest_is_given_up)
{
    expect(EVENTS "[span s]\nbegin = o\nend = c\nkey = k\nmax_open = 2\n"
                  "[counter lost_total]\ninc = s.unfinished\nlabels = k\n",
           AT("10:00:01", "m=o k=a") AT("10:00:00", "m=o k=b") AT("10:00:02", "m=o k=c"),
           "lost_total{k=\"b\"} 1\n", "2", "full 1");
}

TEST(long_keys_are_bounded_too)
{
    struct world *w = world_new(EVENTS "[span s]\nbegin = o\nend = c\nkey = k\nmax_open = 10\n"
                                       "[counter s_total]\ninc = s\n");
    struct buf line = BUF_INIT;

    for (int i = 0; i < 10; i++) {
        buf_clear(&line);
        buf_fmt(&line, "time=2001-09-08T10:00:0%dZ m=o k=%d", i, i);
        for (int n = 0; n < 5000; n++)
            buf_char(&line, 'k');
        buf_char(&line, '\n');
        world_feed(w, line.p);
    }
    expect_open(w, "2"); /* 10 KiB */
    expect_reasons(w, "full 8");
    buf_release(&line);
    world_free(w);
}

TEST(max_open_is_of_each_file)
{
    struct world *w = world_new(EVENTS "[span s]\nbegin = o\nend = c\nkey = k\nmax_open = 1\n"
                                       "[counter s_total]\ninc = s\n");
    struct source *other = source_new(w->rules, 0, "/other", 1);

    world_feed(w, AT("10:00:00", "m=o k=a"));
    world_feed_slice(w, other, SLICE(AT("10:00:00", "m=o k=a")));
    expect_open(w, "2");
    source_free(other);
    expect_open(w, "2"); /* it waits on without a source */
    world_free(w);
}

TEST(kept_fields_are_cut_as_labels_are)
{
    struct registry_limits limits = {.label_bytes = 64};
    struct world *w = world_new(EVENTS "[span s]\nbegin = o\nend = c\n"
                                       "[counter o_total]\ninc = o\nlabels = u\n"
                                       "[counter s_total]\ninc = s\nlabels = u\n");
    struct engine_options options = {.max_line = 1 << 16, .max_label = 64};
    struct buf line = BUF_INIT;
    const char *o, *s;

    engine_free(w->engine);
    registry_free(w->registry);
    w->registry = registry_new(&limits);
    w->engine = engine_new(w->rules, w->registry, &options, 0);
    buf_str(&line, "a=1 m=o u=\"");
    for (int i = 0; i < 40; i++)
        buf_str(&line, "\xc3\xa9\xe2\x82\xac");
    buf_str(&line, "\"\nm=c a=1\n");
    world_feed(w, line.p);
    o = strstr(world_page(w), "o_total");
    s = strstr(w->page.p, "s_total");
    ck_assert(o && s && strncmp(o + 1, s + 1, 64 + strlen("_total{u=\"\"}")) == 0);
    buf_release(&line);
    world_free(w);
}

/* --- files ------------------------------------------------------------------------------------ */

TEST(a_span_lives_in_one_file)
{
    struct world *w = world_new(RULES);
    struct source *other = source_new(w->rules, 0, "/other", 1);

    world_feed(w, AT("10:00:00", "m=o k=a j=1"));
    world_feed_slice(w, other, SLICE(AT("10:00:01", "m=c k=a j=1") AT("20:00:00", "a=1 b=2")));
    expect_open(w, "1");
    expect_reasons(w, "no_begin 1");
    source_free(other);
    world_free(w);
}

TEST(and_in_what_it_was_rotated_into)
{
    struct world *w = world_new(RULES);
    struct source *one = source_new(w->rules, 0, "/l.1", 1),
                  *two = source_new(w->rules, 0, "/l", 2);

    source_of_stream(one, "/l");
    world_feed_slice(w, one, SLICE(AT("10:00:00", "m=o k=a j=1") AT("10:00:00", "m=o k=a j=2")));
    world_feed_slice(w, two, SLICE(AT("10:00:01", "m=c k=a j=1")));
    world_feed_slice(w, one, SLICE(AT("10:00:02", "m=c k=a j=2"))); /* a latecomer */
    source_free(one);
    source_free(two);
    expect_open(w, "0");
    expect_reasons(w, "");
    ck_assert_str_eq(world_own(w, "seconds"), "3");
    world_free(w);
}

/* Whichever is found first. */
TEST(of_two_begins_on_a_line_the_first_that_has_the_key_begins)
{
    static const char rules[] =
        "[event a]\nmatch = first (?<v>\\w+)\n[event b]\nmatch = second (?<v>\\w+) by (?<k>\\w+)\n"
        "[event c]\nmatch = end (?<k>\\w+)?\n";
    static const char metric[] = "[counter s_total]\ninc = s\nlabels = v=begin.v\n";
    struct buf text = BUF_INIT;

    buf_fmt(&text, "%s[span s]\nbegin = a, b\nend = c\n%s", rules, metric);
    expect(text.p, "second y by z first x\nend z\nfirst u second w by z\nend z\n",
           "s_total{v=\"u\"} 1\ns_total{v=\"x\"} 1\n", "0", "");
    buf_clear(&text);
    buf_fmt(&text, "%s[span s]\nbegin = b, a\nend = c\n%s", rules, metric);
    expect(text.p, "second y by z first x\nend z\nfirst u second w by z\nend z\n",
           "s_total{v=\"w\"} 1\ns_total{v=\"y\"} 1\n", "0", "");
    buf_release(&text);
    /* a, which comes first, has no u there */
    expect("[event a]\nmatch = first(?<u>\\d)?\n[event b]\nmatch = second (?<u>\\w+)\n"
           "[event c]\nmatch = end (?<u>\\w+)\n[span s]\nbegin = a, b\nend = c\nkey = u\n"
           "[counter s_total]\ninc = s\nlabels = u\n",
           "second y first x\nend y\nfirst x second w\nend w\nfirst\n",
           "s_total{u=\"w\"} 1\ns_total{u=\"y\"} 1\n", "0", "no_key 1");
}

/* --- the state -------------------------------------------------------------------------------- */

/* Another engine, by other rules perhaps, with what is open in w. Values are not taken along. */
static struct world *go_on(struct world *w, const char *rules, int expected)
{
    struct world *next = world_new(rules);
    struct spans_report report;
    struct buf saved = BUF_INIT;

    engine_save_spans(w->engine, &saved);
    ck_assert_int_eq(engine_load_spans(next->engine, buf_all(&saved), &report), expected);
    buf_release(&saved);
    world_free(w);
    return next;
}

TEST(what_is_open_is_saved)
{
    struct world *w = world_new(RULES);

    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x") AT("10:00:01", "m=o k=b j=1 u=y"));
    w = go_on(w, RULES, 0);
    expect_open(w, "2");
    world_feed(w, AT("10:00:03", "m=c k=a j=1"));
    w = go_on(w, RULES, 0);
    world_feed(w, AT("11:00:02", "a=1 b=2"));
    ck_assert_str_eq(world_page(w), "g -1\nlost_total{k=\"b\",u=\"y\"} 1\n");
    expect_open(w, "0");
    world_free(w);
}

/* As on the machine that goes on: numbers with the lowest byte first. */
TEST(a_state_is_one_for_all_machines)
{
    static const char key[] = "\x0e\0\0\0"
                              "\x05\0\0\0"
                              "alpha"
                              "\x01\0\0\0"
                              "1";
    struct world *w = world_new(RULES);
    struct buf saved = BUF_INIT;

    world_feed(w, AT("10:00:00", "m=o k=alpha j=1 u=x"));
    engine_save_spans(w->engine, &saved);
    ck_assert_ptr_nonnull(memmem(saved.p, saved.n, key, sizeof key - 1));
    buf_release(&saved);
    world_free(w);
}

TEST(its_order_is_saved)
{
    const char *rules = EVENTS "[span s]\nbegin = o\nend = c\nkey = k\nmax_open = 5\n"
                               "[counter lost_total]\ninc = s.unfinished\nlabels = k\n";
    struct world *w = world_new(rules);

    world_feed(w, AT("10:00:00", "m=o k=b") AT("10:00:00", "m=o k=a") AT("10:00:00", "m=o k=d")
                      AT("10:00:00", "m=o k=c") AT("10:00:00", "m=o k=e"));
    w = go_on(go_on(w, rules, 0), rules, 0);
    world_feed(w, AT("10:00:00", "m=o k=f") AT("10:00:00", "m=o k=g"));
    ck_assert_str_eq(world_page(w), "lost_total{k=\"a\"} 1\nlost_total{k=\"b\"} 1\n");
    world_free(w);
}

TEST(other_metrics_keep_it)
{
    struct world *w = world_new(RULES);

    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x v=2"));
    w = go_on(w, EVENTS SPAN "[counter s_total]\ninc = s\nlabels = v, u\n", 0);
    world_feed(w, AT("10:00:01", "m=c k=a j=1"));
    ck_assert_str_eq(world_page(w), "s_total{v=\"unknown\",u=\"x\"} 1\n");
    world_free(w);
}

TEST(other_rules_give_it_up)
{
    static const char *const others[] = {
        EVENTS "[span s]\nbegin = o\nend = c\nkey = k, j\ntimeout = 2h\n" METRICS,
        "[log l]\npath = /l\n[event o]\nwhere = m == o\n[event c]\nwhere = m ^= c\n" SPAN METRICS,
        "[log other]\npath = /l\n[event o]\nwhere = m == o\n[event c]\nwhere = m == c\n" SPAN
            METRICS,
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct world *w = world_new(RULES);

        world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x"));
        w = go_on(w, others[i], 0);
        expect_open(w, "0");
        expect_reasons(w, "reload 1");
        ck_assert_str_eq(world_page(w), "g -1\nlost_total{k=\"a\",u=\"x\"} 1\n");
        world_free(w);
    }
}

/* Another span's series are not touched. */
TEST(what_nothing_uses_any_more_is_forgotten)
{
    static const char two[] = EVENTS SPAN "[span t]\nbegin = o\nend = c\nkey = k, j\n";
    struct buf rules = BUF_INIT, saved = BUF_INIT;
    struct spans_report report;
    struct world *w, *next;

    buf_fmt(&rules, "%s%s[counter t_total]\ninc = t\n", two, METRICS);
    w = world_new(rules.p);
    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x"));
    engine_save_spans(w->engine, &saved);
    buf_clear(&rules);
    buf_fmt(&rules, "%s%s", two, METRICS);
    next = world_new(rules.p);
    ck_assert_int_eq(engine_load_spans(next->engine, buf_all(&saved), &report), 0);
    ck_assert_uint_eq(report.given_up, 0);
    ck_assert_uint_eq(report.forgotten, 1);
    expect_open(next, "1");
    expect_reasons(next, "");
    world_free(next);
    world_free(w);
    buf_release(&rules);
    buf_release(&saved);
}

TEST(another_piece_of_a_rewrite_gives_it_up)
{
    static const char with[] = "[patterns]\nP = %s\n[log l]\npath = /l\n[event o]\nwhere = m == o\n"
                               "rewrite.k = %%{P} ->\n[event c]\nwhere = m == c\n" SPAN METRICS;
    struct buf before = BUF_INIT, after = BUF_INIT;
    struct world *w;

    buf_fmt(&before, with, "x");
    buf_fmt(&after, with, "y");
    w = world_new(before.p);
    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x"));
    w = go_on(w, before.p, 0);
    expect_reasons(w, "");
    w = go_on(w, after.p, 0);
    expect_reasons(w, "reload 1");
    world_free(w);
    buf_release(&before);
    buf_release(&after);
}

/* At a reload, by the old rules. */
TEST(those_that_other_rules_do_not_know_are_given_up_first)
{
    struct world *w = world_new(RULES),
                 *other = world_new(EVENTS SPAN METRICS "[event x]\nwhere = a == b\n");

    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x"));
    engine_end_spans(w->engine, other->rules);
    expect_open(w, "1");
    world_free(other);
    other = world_new(EVENTS "[counter o_total]\ninc = o\n");
    engine_end_spans(w->engine, other->rules);
    expect_open(w, "0");
    expect_reasons(w, "reload 1");
    ck_assert_str_eq(world_page(w), "g 0\nlost_total{k=\"a\",u=\"x\"} 1\n");
    world_free(other);
    world_free(w);
}

TEST(a_damaged_state_opens_nothing)
{
    struct world *w = world_new(RULES), *other;
    struct spans_report report;
    struct buf saved = BUF_INIT;

    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x") AT("10:00:00", "m=o k=b j=1 u=x"));
    engine_save_spans(w->engine, &saved);
    for (size_t n = 1; n < saved.n; n++) {
        other = world_new(RULES);
        if (engine_load_spans(other->engine, slice_make(saved.p, n), &report) == 0)
            ck_abort_msg("%zu of %zu bytes are whole", n, saved.n);
        if (strcmp(world_own(other, "logtally_spans_open{span=\"s\"}"), "0") != 0)
            ck_abort_msg("%zu bytes open something", n);
        world_free(other);
    }
    buf_release(&saved);
    world_free(w);
}

/* Times may be any, and keys, and texts: nothing is computed from them that has no value. */
TEST(any_byte_of_a_state_may_be_another)
{
    struct world *w = world_new(RULES);
    struct spans_report report;
    struct buf saved = BUF_INIT;

    world_feed(w, AT("10:00:00", "m=o k=a j=1 u=x") AT("10:00:00", "m=o k=b j=1 u=x"));
    engine_save_spans(w->engine, &saved);
    for (size_t n = 0; n < saved.n; n++) {
        struct world *other = world_new(RULES);

        saved.p[n] ^= (char)0x80;
        if (engine_load_spans(other->engine, buf_all(&saved), &report) == 0 &&
            engine_is_due(other->engine, 0))
            engine_complete(other->engine, 0);
        world_feed(other, AT("10:00:03", "m=c k=a j=1"));
        world_free(other);
        saved.p[n] ^= (char)0x80;
    }
    buf_release(&saved);
    world_free(w);
}

TEST(what_nothing_uses_is_not_kept)
{
    struct world *w = world_new(EVENTS SPAN "[counter o_total]\ninc = o\n");

    world_feed(w, AT("10:00:00", "m=o k=a j=1"));
    ck_assert(!engine_waits(w->engine));
    ck_assert_str_eq(world_own(w, "logtally_spans_open{span=\"s\"}"), "");
    world_free(w);
}
