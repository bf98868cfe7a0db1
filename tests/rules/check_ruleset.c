/* What the loader makes of right rules: which slots a name becomes, in what order events and
 * updates run, what is there from the start. What it says of wrong ones: check_mistakes.c. */
#include "config.h"

#include "suite.h"

#include "rules/load/load.h"
#include "rules/ruleset.h"

static struct mistakes mistakes;
static struct ini_doc *docs[4];
static unsigned ndocs;
static struct ruleset *rules;

static void setup(void)
{
    mistakes = MISTAKES_INIT;
    ndocs = 0;
    rules = NULL;
}

static void teardown(void)
{
    ruleset_free(rules);
    for (unsigned i = 0; i < ndocs; i++)
        ini_free(docs[i]);
    mistakes_release(&mistakes);
}

static void add_doc(const char *text)
{
    static const char *const names[] = {"a.ini", "b.ini", "c.ini", "d.ini"};

    docs[ndocs] = ini_read_text(slice_str(text), names[ndocs], SECTION_RULE, &mistakes);
    ndocs++;
}

static void load_with(const struct ruleset_options *options)
{
    struct buf said = BUF_INIT;

    rules = ruleset_load(docs, ndocs, options, &mistakes);
    mistakes_print(&mistakes, MISTAKE, &said);
    ck_assert_msg(rules != NULL, "said: %s", said.p ? said.p : "nothing");
    buf_release(&said);
}

static void load(const char *text)
{
    add_doc(text);
    load_with(NULL);
}

static const struct event *event(const char *name)
{
    int i = ruleset_event(rules, slice_str(name));

    ck_assert_msg(i >= 0, "no event %s", name);
    return &rules->events[i];
}

static const struct family_def *family(const char *name)
{
    for (unsigned i = 0; i < rules->nfamilies; i++)
        if (strcmp(rules->families[i].spec.name, name) == 0)
            return &rules->families[i];
    ck_abort_msg("no family %s", name);
    return NULL;
}

static bool is_decoded(unsigned slot)
{
    return slot < rules->ndecoded;
}

static bool is_context(unsigned slot)
{
    return slot >= rules->ndecoded && slot < rules->ndecoded + rules->ncontext;
}

static bool is_local(unsigned slot)
{
    return slot >= rules->ndecoded + rules->ncontext && slot < rules->nslots;
}

/* "l c d": of which kinds the slots of a ref are, in order. All must have the ref's name. */
static void assert_ref(const struct ref *ref, const char *kinds)
{
    char have[64] = "";
    size_t n = 0;

    for (unsigned i = 0; i < ref->n; i++) {
        unsigned slot = ref->slots[i];

        ck_assert_str_eq(rules->slot_names[slot], ref->name);
        have[n++] = is_decoded(slot) ? 'd' : is_context(slot) ? 'c' : 'l';
        have[n] = 0;
    }
    ck_assert_str_eq(have, kinds);
}

static void assert_text(struct slice have, const char *want)
{
    ck_assert_msg(slice_eq(have, slice_str(want)), "have \"%.*s\", want \"%s\"", SLICE_FMT(have),
                  want);
}

FIXTURE(setup, teardown);

TEST(slots_are_decoded_then_context_then_locals)
{
    load("[log l]\npath_match = (?<pod>a)\nprefix = (?<host>b)(?<pod>c)\n"
         "[event e]\nwhere = msg == x\nwhere = path =~ (?<id>\\d)\nset.a = ${pod}\n"
         "[counter c_total]\ninc = e\nlabels = a, id, host, zone\n");
    ck_assert_uint_eq(rules->ndecoded, 11); /* five of times, msg path pod id host zone */
    ck_assert_uint_eq(rules->ncontext, CTX_BUILTINS + 2);
    ck_assert_uint_eq(rules->nslots, 11 + CTX_BUILTINS + 2 + 2);
    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        ck_assert_str_eq(rules->slot_names[rules->ndecoded + i], context_names[i]);
    ck_assert(is_context(rules->logs[0].path_match.group_slots[0]));
    ck_assert_uint_eq(rules->logs[0].path_match.group_slots[0],
                      rules->logs[0].prefix.group_slots[1]);
}

TEST(a_group_comes_before_the_decoded_field)
{
    load("[event e]\nwhere = path =~ ^(?<path>/\\w+)\nwhere = path == /a\n"
         "[counter c_total]\ninc = e\nlabels = path\n");
    assert_ref(&event("e")->conditions[0].field, "d");
    assert_ref(&event("e")->conditions[1].field, "ld");
    assert_ref(&rules->mappings[0].labels[0].field, "ld");
    ck_assert(is_local(event("e")->conditions[0].capture.group_slots[0]));
}

TEST(what_set_writes_is_not_asked_of_the_line)
{
    load("[event e]\nwhere = msg == x\nset.kind = ${kind|lower}\nset.kind = ${kind}\n"
         "[counter c_total]\ninc = e\nlabels = kind\n");
    assert_ref(&event("e")->actions[0].refs[0], "d");
    assert_ref(&event("e")->actions[1].refs[0], "l");
    assert_ref(&rules->mappings[0].labels[0].field, "l");
}

TEST(rewrite_and_map_may_leave_the_decoded_field)
{
    load("[event e]\nwhere = msg == x\nmap.kind = a -> b\nrewrite.kind = b -> c\n"
         "[counter c_total]\ninc = e\nlabels = kind\n");
    assert_ref(&event("e")->actions[0].refs[0], "d");
    assert_ref(&event("e")->actions[1].refs[0], "ld");
    assert_ref(&rules->mappings[0].labels[0].field, "ld");
}

TEST(builtin_fields_are_not_asked_of_the_line)
{
    load("[event e]\nwhere = _line =~ x\n[gauge g]\nset = e\nvalue = _time\n");
    assert_ref(&event("e")->conditions[0].field, "c");
    assert_ref(&rules->mappings[0].value, "c");
    ck_assert_uint_eq(rules->mappings[0].value.slots[0], rules->ndecoded + CTX_TIME);
}

TEST(a_match_event_sees_nothing_decoded)
{
    load("[event e]\nmatch = (?<a>x)\nset.b = ${a|upper}\n[counter c_total]\ninc = e\nlabels = a, "
         "b\n");
    ck_assert(!event("e")->sees_decoded);
    assert_ref(&rules->mappings[0].labels[0].field, "l");
    ck_assert_uint_eq(rules->ndecoded, 5); /* of times */
    ck_assert_str_eq(rules->slot_names[0], "time");
}

TEST(a_child_sees_its_parents_fields)
{
    load("[event child]\nof = parent\nwhere = status >= 500\nset.class = ${status|class}\n"
         "[event parent]\nmatch = (?<status>\\d+)\nset.b = x\n"
         "[event match_child]\nof = decoded\nmatch = (?<c>x)\n"
         "[event decoded]\nwhere = msg == x\n"
         "[counter c_total]\ninc = child, match_child\nlabels = status, b, class\n");
    assert_ref(&event("child")->conditions[0].field, "ld");
    assert_ref(&rules->mappings[0].labels[1].field, "l");
    ck_assert(event("match_child")->sees_decoded);
    ck_assert(event("parent")->used && event("decoded")->used);
}

static unsigned position(const char *name)
{
    unsigned i = 0;

    while (i < rules->nevents && strcmp(rules->events[rules->order[i]].name, name) != 0)
        i++;
    ck_assert_uint_lt(i, rules->nevents);
    return i;
}

TEST(parents_and_unless_come_first_else_as_written)
{
    load("[event a]\nof = d\n[event b]\nmatch = b\nunless = e, c\n[event c]\nmatch = c\n"
         "[event d]\nmatch = d\nunless = e\n[event e]\nmatch = e\n[event f]\nmatch = f\n"
         "[counter c_total]\ninc = a, b, f\n");
    ck_assert_uint_eq(rules->nevents, 6);
    ck_assert_uint_lt(position("d"), position("a"));
    ck_assert_uint_lt(position("e"), position("d"));
    ck_assert_uint_lt(position("e"), position("b"));
    ck_assert_uint_lt(position("c"), position("b"));
    ck_assert_uint_lt(position("a"), position("b"));
    ck_assert_uint_eq(position("f"), 5);
    ck_assert_str_eq(rules->events[0].name, "a");
    ck_assert_uint_eq(event("a")->parent, (unsigned)ruleset_event(rules, SLICE("d")));
    ck_assert_uint_eq(event("b")->nunless, 2);
    ck_assert_uint_eq(event("f")->parent, EVENT_NONE);
}

TEST(a_long_chain_of_events_is_sorted)
{
    struct buf text = BUF_INIT;

    for (int i = 0; i < 999; i++)
        buf_fmt(&text, "[event e%d]\nof = e%d\n", i, i + 1);
    buf_str(&text, "[event e999]\nmatch = x\n[counter c_total]\ninc = e0\n");
    load(text.p);
    ck_assert_uint_eq(rules->order[0], 999);
    ck_assert_uint_eq(rules->order[999], 0);
    ck_assert(rules->events[500].used);
    buf_release(&text);
}

TEST(updates_run_by_file_section_verb_and_event)
{
    static const char *const want[][3] = {
        {"g", "set", "b"},   {"g", "inc", "a"},       {"g", "inc", "b"}, {"c_total", "inc", "b"},
        {"g", "reset", "a"}, {"c_total", "inc", "a"}, {"g", "sub", "b"}, {"h", "observe", "a"},
    };

    add_doc(
        "[event a]\nmatch = a\n[gauge g]\nset = b\nvalue = 1\ninc = a, b\n[counter c_total]\ninc = "
        "b\n");
    add_doc("[gauge g]\nreset = a\n[counter c_total]\ninc = a\n[gauge g]\nsub = b\nvalue = 2\n");
    add_doc("[event b]\nmatch = b\n[histogram h]\nobserve = a\nvalue = 3\n");
    load_with(NULL);
    ck_assert_uint_eq(rules->nmappings, sizeof want / sizeof *want);
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *k = &rules->mappings[i];

        ck_assert_str_eq(rules->families[k->family].spec.name, want[i][0]);
        ck_assert_str_eq(verb_text(k->verb), want[i][1]);
        ck_assert_str_eq(rules->events[k->event].name, want[i][2]);
    }
}

TEST(map_lines_are_one_table_until_the_next_set)
{
    const struct event *e;
    uint64_t i;

    load("[event e]\nwhere = msg == x\n"
         "map.k = a -> 1\nset.other = y\nmap.k = b -> 2 -> 3\nmap.j = a -> 9\nmap.k = * ->\n"
         "set.k = ${k}\nmap.k = a -> 4\nrewrite.k = x -> y\nmap.k = -> 5\n"
         "[counter c_total]\ninc = e\nlabels = k\n");
    e = event("e");
    ck_assert_uint_eq(e->nactions, 7);
    ck_assert_int_eq(e->actions[0].kind, ACTION_MAP);
    ck_assert_int_eq(e->actions[1].kind, ACTION_SET);
    ck_assert_int_eq(e->actions[2].kind, ACTION_MAP); /* j */
    ck_assert_int_eq(e->actions[3].kind, ACTION_SET);
    ck_assert_int_eq(e->actions[4].kind, ACTION_MAP);
    ck_assert_int_eq(e->actions[5].kind, ACTION_REWRITE);
    ck_assert_int_eq(e->actions[6].kind, ACTION_MAP);
    ck_assert_uint_eq(e->actions[0].map->table.n, 2);
    ck_assert(e->actions[0].map->has_other);
    assert_text(e->actions[0].map->other, "");
    ck_assert(map_get(&e->actions[0].map->table, SLICE("b -> 2"), &i));
    assert_text(e->actions[0].map->results[i], "3");
    ck_assert(map_get(&e->actions[6].map->table, SLICE(""), &i));
    assert_text(e->actions[6].map->results[i], "5");
    ck_assert_int_eq(e->actions[0].at.line, 3);
}

TEST(conditions_keep_their_order_and_text)
{
    const struct condition *c;

    load("[event e]\nwhere = _line =~ ^a\nmatch = b\nwhere = _bytes > 1.5kB\nwhere = _log ==\n"
         "where = _log != two  words\nwhere = _bytes <= 5\n[counter c_total]\ninc = e\n");
    c = event("e")->conditions;
    ck_assert_uint_eq(event("e")->nconditions, 6);
    ck_assert_int_eq(c[0].op, OP_MATCH);
    ck_assert(c[1].is_match);
    ck_assert_int_eq(c[2].op, OP_GT);
    ck_assert_int_eq(c[2].unit.kind, UNIT_SIZE);
    ck_assert_double_eq(c[2].number.d, 1500);
    assert_text(c[2].text, "1.5kB");
    ck_assert_int_eq(c[3].op, OP_EQ);
    assert_text(c[3].text, "");
    assert_text(c[4].text, "two  words");
    ck_assert_int_eq(c[5].unit.kind, UNIT_NONE);
}

TEST(zero_lines_are_cross_products)
{
    static const char *const want[][3] = {
        {"1", "x y", "k"}, {"1", "|", "k"},    {"2", "x y", "k"},
        {"2", "|", "k"},   {"3", "q\"q", "k"}, {"3", "1", "m"},
    };
    const struct family_def *f;

    load("[event e]\nwhere = msg == x\n"
         "[counter c_total]\ninc = e\nlabels = a, b, c=\"k\"\n"
         "zero = b=\"x y\"|\"|\" a=1|2\nzero = a=3 b=\"q\\\"q\"\nzero = a=1 b=\"|\"\n"
         "[counter c_total]\nadd = e\nvalue = n\nlabels = c=\"m\", b=\"1\", a\nzero = a=3\n");
    f = family("c_total");
    ck_assert_uint_eq(f->nzeros, 6);
    for (unsigned i = 0; i < 6; i++)
        for (unsigned k = 0; k < 3; k++)
            assert_text(f->zeros[i * 3 + k], want[i][k]);
}

TEST(zero_may_be_empty_when_all_labels_are_constant)
{
    load("[event e]\nwhere = msg == x\n"
         "[counter c_total]\ninc = e\nlabels = a=\"1\", b=\"2\"\nzero =\n");
    ck_assert_uint_eq(family("c_total")->nzeros, 1);
    assert_text(family("c_total")->zeros[1], "2");
}

static void assert_buckets(const char *name, const double *want, unsigned n)
{
    const struct family_spec *spec = &family(name)->spec;

    ck_assert_uint_eq(spec->nbuckets, n);
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(spec->buckets[i] == want[i], "%s: bound %u is %.17g", name, i,
                      spec->buckets[i]);
}

TEST(buckets_are_listed_or_computed_to_12_digits)
{
    static const double dflt[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    static const double tenths[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    static const double powers[] = {0.001, 0.003, 0.009, 0.027, 0.081};
    static const double listed[] = {-1, 0, 1e3};

    load("[event e]\nwhere = msg == x\n"
         "[histogram a]\nobserve = e\nvalue = n\n"
         "[histogram b]\nobserve = e\nvalue = n\nbuckets = linear(0.1, 0.1, 7)\n"
         "[histogram c]\nobserve = e\nvalue = n\nbuckets = exponential(0.001,3,5)\n"
         "[histogram d]\nobserve = e\nvalue = n\nbuckets = -1, 0, 1e3\n");
    assert_buckets("a", dflt, 11);
    assert_buckets("b", tenths, 7);
    assert_buckets("c", powers, 5);
    assert_buckets("d", listed, 3);
}

TEST(what_is_there_from_the_start)
{
    load("[event e]\nwhere = msg == x\n"
         "[counter c_total]\ninc = e\n[counter l_total]\ninc = e\nlabels = a\n"
         "[histogram h]\nobserve = e\nvalue = n\n[gauge set]\nset = e\nvalue = n\n"
         "[gauge added]\nadd = e\nvalue = n\n[gauge inc]\ninc = e\n"
         "[gauge later]\nset = e\nvalue = n\n[gauge later]\ndec = e\n"
         "[counter plain]\ninc = e\n");
    ck_assert(family("c_total")->at_start);
    ck_assert(!family("l_total")->at_start);
    ck_assert(family("h")->at_start);
    ck_assert(!family("set")->at_start);
    ck_assert(!family("added")->at_start);
    ck_assert(family("inc")->at_start);
    ck_assert(family("later")->at_start);
    ck_assert(family("plain")->unknown_type);
    ck_assert(!family("c_total")->unknown_type);
}

TEST(family_keys_and_defaults)
{
    const struct family_spec *a, *b;

    add_doc("[event e]\nwhere = msg == x\nexemplar = id\n"
            "[gauge a]\nset = e\nvalue = n\nmax_values = 3\nexpire = 1h30m\nmin = -1.5\nhelp = A "
            "gauge\n"
            "[gauge a]\nadd = e\nvalue = m\nmax_series = 7\n"
            "[counter b_total]\ninc = e\n");
    load_with(&(struct ruleset_options){.dflt_max_values = 11, .dflt_max_series = 12});
    a = &family("a")->spec;
    b = &family("b_total")->spec;
    ck_assert_uint_eq(a->max_values, 3);
    ck_assert_uint_eq(a->max_series, 7);
    ck_assert_int_eq(a->expire_ns, INT64_C(5400000000000));
    ck_assert(a->has_min && a->min == -1.5);
    ck_assert_str_eq(a->help, "A gauge");
    ck_assert(!a->exemplars && b->exemplars);
    ck_assert_uint_eq(b->max_values, 11);
    ck_assert_uint_eq(b->max_series, 12);
    ck_assert_str_eq(b->help, "");
}

TEST(labels_take_the_familys_order)
{
    const struct label *labels;

    load("[event e]\nwhere = msg == x\n[counter c_total]\ninc = e\nlabels = a, b=field.x, c=\"k\"\n"
         "[counter c_total]\nadd = e\nvalue = n\nlabels = c, a=\"x, \\\"y\\\"\" , b\n");
    labels = rules->mappings[1].labels;
    ck_assert_str_eq(rules->mappings[0].labels[1].field.name, "field.x");
    ck_assert_str_eq(labels[0].name, "a");
    ck_assert(labels[0].constant);
    assert_text(labels[0].text, "x, \"y\"");
    ck_assert_str_eq(labels[2].name, "c");
    ck_assert(!labels[2].constant);
    ck_assert_str_eq(labels[2].field.name, "c");
}

TEST(values_are_fields_or_numbers_with_units)
{
    load("[event e]\nwhere = msg == x\n"
         "[counter a_total]\nadd = e\nvalue = 500\nunit = ms\n"
         "[counter b_total]\nadd = e\nvalue = duration\nunit = 1/1000\n"
         "[gauge c]\nset = e\nvalue = 2s\nunit = ms\n"
         "[gauge d]\nset = e\nvalue = true\n");
    ck_assert_double_eq(rules->mappings[0].number.d, 0.5);
    ck_assert(!rules->mappings[0].value_is_field);
    ck_assert(rules->mappings[1].value_is_field);
    ck_assert_uint_eq(rules->mappings[1].unit.div, 1000);
    ck_assert_double_eq(rules->mappings[2].number.d, 2);
    ck_assert_str_eq(rules->mappings[3].value.name, "true");
}

TEST(a_log_says_how_lines_are_read)
{
    const struct log_def *a, *b;

    load("[log a]\npath = /x/*.log\npath = -\nexclude = *.gz\nrotated = old/a.*\nformat = "
         "logfmt\nunwrap = MESSAGE\n"
         "prefix = ^(?<ts>\\S+) (?<host>\\S+)\nstart = end\npoll = yes\ntime = ts\n"
         "time_match = x(?<other>y)(?<time>z)\ntime_format = unix\ntime_format = unix_ms\n"
         "time_zone = +02:00\n[log b]\npath_match =\n");
    a = &rules->logs[ruleset_log(rules, SLICE("a"))];
    b = &rules->logs[ruleset_log(rules, SLICE("b"))];
    ck_assert_uint_eq(rules->nlogs, 2);
    ck_assert_uint_eq(a->npaths, 2);
    ck_assert_str_eq(a->paths[1], "-");
    ck_assert_str_eq(a->excludes[0], "*.gz");
    ck_assert_uint_eq(a->nrotated, 1);
    ck_assert_str_eq(a->rotated[0], "old/a.*");
    ck_assert_int_eq(a->format, LOG_LOGFMT);
    ck_assert_int_eq(a->unwrap, UNWRAP_KEY);
    assert_text(a->unwrap_key, "MESSAGE");
    ck_assert(a->start_at_end && a->poll);
    ck_assert_uint_eq(a->time_group, 1);
    ck_assert_uint_eq(a->ntime_formats, 2);
    ck_assert_int_eq(a->zone.offset_s, 7200);
    ck_assert_uint_eq(a->ntimes, 1);
    ck_assert_uint_eq(a->ntime_groups, 1);
    ck_assert_str_eq(rules->slot_names[a->time_slots[0]], "ts");
    ck_assert(is_decoded(a->time_slots[0]));
    ck_assert_uint_eq(a->ntime_contexts, 1);
    ck_assert(is_context(a->time_contexts[0]));
    ck_assert_uint_eq(a->time_contexts[0], a->prefix.group_slots[0]);
    ck_assert(!a->time_partial);
    ck_assert_ptr_null(b->path_match.pattern);
    ck_assert_uint_eq(b->ntime_contexts, 0);
    ck_assert_uint_eq(b->ntimes, 5);
    ck_assert_uint_eq(b->ntime_groups, 1);
    ck_assert_str_eq(rules->slot_names[b->time_slots[0]], "time");
    ck_assert_str_eq(rules->slot_names[b->time_slots[4]], "t.$date");
    ck_assert_uint_eq(b->ntime_formats, 1);
    ck_assert_int_eq(ruleset_log(rules, SLICE("c")), -1);
}

TEST(without_a_log_there_is_one_named_auto)
{
    load("[event e]\nmatch = x\n[counter c_total]\ninc = e\n");
    ck_assert_uint_eq(rules->nlogs, 1);
    ck_assert_str_eq(rules->logs[0].name, "auto");
    ck_assert_uint_eq(rules->logs[0].npaths, 0);
    ck_assert_uint_eq(rules->logs[0].ntime_formats, 1);
    ck_assert_int_eq(rules->logs[0].format, LOG_AUTO);
}

TEST(an_event_may_be_for_some_logs_only)
{
    struct buf text = BUF_INIT;

    for (int i = 0; i < 70; i++)
        buf_fmt(&text, "[log l%d]\npath = /%d\n", i, i);
    buf_str(&text, "[event e]\nlog = l1, l69\nmatch = x\n[event f]\nmatch = y\n"
                   "[counter c_total]\ninc = e, f\n");
    load(text.p);
    ck_assert_uint_eq(event("e")->logs[0], 2);
    ck_assert_uint_eq(event("e")->logs[1], 32);
    ck_assert_ptr_null(event("f")->logs);
    buf_release(&text);
}

TEST(an_empty_ruleset_is_one)
{
    load("");
    ck_assert_uint_eq(rules->nevents, 0);
    ck_assert_uint_eq(rules->nfamilies, 0);
    ck_assert_uint_eq(rules->ndecoded, 5);
}

TEST(too_many_fields_are_refused)
{
    struct buf text = BUF_INIT, said = BUF_INIT;

    buf_str(&text, "[counter c_total]\ninc = e0\n");
    for (int i = 0; i < 50; i++) {
        buf_fmt(&text, "[event e%d]\n", i);
        for (int k = 0; k < 100; k++)
            buf_fmt(&text, "where = f%d_%d == x\n", i, k);
    }
    add_doc(text.p);
    ck_assert_ptr_null(ruleset_load(docs, ndocs, NULL, &mistakes));
    ck_assert_uint_eq(mistakes.nmistakes, 1);
    mistakes_print(&mistakes, MISTAKE, &said);
    ck_assert_ptr_nonnull(strstr(said.p, "too many different fields"));
    buf_release(&text);
    buf_release(&said);
}

/* Loads text that is `times` times one line between two others; it must be refused with `want`. */
static void assert_refused(const char *before, const char *line, int times, const char *after,
                           const char *want)
{
    struct buf text = BUF_INIT, said = BUF_INIT;

    buf_str(&text, before);
    for (int i = 0; i < times; i++) {
        const char *number = strstr(line, "%d");

        buf_slice(&text, slice_make(line, number ? (size_t)(number - line) : strlen(line)));
        if (number)
            buf_fmt(&text, "%d%s", i, number + 2);
    }
    buf_str(&text, after);
    add_doc(text.p);
    ck_assert_ptr_null(ruleset_load(docs, ndocs, NULL, &mistakes));
    mistakes_print(&mistakes, MISTAKE, &said);
    ck_assert_msg(strstr(said.p, want) != NULL, "said: %.300s", said.p);
    buf_release(&text);
    buf_release(&said);
}

TEST(an_event_has_a_thousand_conditions_at_most)
{
    assert_refused("[event e]\n", "where = a == b\n", 1001, "[counter c_total]\ninc = e\n",
                   "a.ini:1002: more than 1000 conditions in one event");
}

TEST(an_event_has_a_thousand_actions_at_most)
{
    assert_refused("[event e]\nwhere = a == b\n", "set.f%d = x\n", 1001,
                   "[counter c_total]\ninc = e\n",
                   "a.ini:1003: more than 1000 set, calc, rewrite and map in one event");
}

TEST(a_zero_has_ten_thousand_values_at_most)
{
    assert_refused("[event e]\nmatch = a\n[counter c_total]\ninc = e\nlabels = a=_log\nzero = a=x",
                   "|%d", 10000, "\n", "a.ini:6: more than 10000 values of a label in \"zero\"");
}

TEST(an_event_needs_a_thousand_others_at_most)
{
    struct buf text = BUF_INIT;

    buf_str(&text, "[event e0]\nmatch = x\n");
    for (int i = 1; i < 1000; i++)
        buf_fmt(&text, "[event e%d]\n%s = e%d\nmatch = x\n", i, i % 2 ? "of" : "unless", i - 1);
    assert_refused(text.p, "[event f%d]\nof = e999\n", 1, "[counter c_total]\ninc = f0\n",
                   "event \"f0\" needs 1000 others, each by way of the next (of, unless)");
    buf_release(&text);
}

TEST(there_are_200000_events_at_most)
{
    assert_refused("", "[event e%d]\nwhere = _log == a\n", 200001,
                   "[counter c_total]\ninc = e0, e200000\n",
                   "a.ini:400001: more than 200000 sections of kind [event]");
}

TEST(there_are_65534_metrics_at_most)
{
    assert_refused("[event e]\nmatch = a\n", "[counter c%d_total]\ninc = e\n", 65535, "",
                   "more than 65534 metrics");
}

TEST(there_are_4096_groups_of_paths_at_most)
{
    struct buf text = BUF_INIT, said = BUF_INIT;

    for (int i = 0; i < 100; i++) {
        buf_fmt(&text, "[log l%d]\npath = /%d\nprefix = ", i, i);
        for (int k = 0; k < 50; k++)
            buf_fmt(&text, "(?<g%d_%d>x)", i, k);
        buf_char(&text, '\n');
    }
    add_doc(text.p);
    ck_assert_ptr_null(ruleset_load(docs, ndocs, NULL, &mistakes));
    mistakes_print(&mistakes, MISTAKE, &said);
    ck_assert_ptr_nonnull(strstr(said.p, "more than 4,096 groups of path_match and prefix"));
    ck_assert_uint_eq(mistakes.nmistakes, 1);
    buf_release(&text);
    buf_release(&said);
}

TEST(nearest_finds_slips_and_nothing_else)
{
    static const char *const words[] = {"labels", "value", "help", "a"};

    ck_assert_str_eq(nearest(SLICE("label"), words, 4), "labels");
    ck_assert_str_eq(nearest(SLICE("lables"), words, 4), "labels");
    ck_assert_str_eq(nearest(SLICE("HELP"), words, 4), "help");
    ck_assert_ptr_null(nearest(SLICE("buckets"), words, 4));
    ck_assert_ptr_null(nearest(SLICE(""), words, 4));
    ck_assert_ptr_null(nearest(SLICE("b"), words, 4));
    ck_assert_ptr_null(nearest(SLICE("values"), words, 0));
}

TEST(mistakes_are_sorted_and_each_is_said_once)
{
    struct mistakes m = MISTAKES_INIT;
    struct buf out = BUF_INIT;

    mistake_add(&m, MISTAKE, (struct where){"b", 1, 0}, "one");
    mistake_add(&m, WARNING, (struct where){"a", 10, 0}, "two");
    mistake_add(&m, MISTAKE, (struct where){"a", 9, 0}, "three\x1b[31m\xff");
    mistake_add(&m, MISTAKE, (struct where){"b", 1, 0}, "one");
    mistake_add(&m, ADVICE, (struct where){"a", 1, 0}, "four");
    mistake_add(&m, MISTAKE, (struct where){NULL, 0, 0}, "five");
    mistake_hint(&m, "a hint");
    mistake_more(&m, SLICE("more\n"));
    ck_assert_uint_eq(mistakes_print(&m, WARNING, &out), 3);
    ck_assert_str_eq(
        out.p, "five; a hint\nmore\na:9: three [31m\xEF\xBF\xBD\na:10: warning: two\nb:1: one\n");
    ck_assert_uint_eq(m.nmistakes, 4);
    ck_assert_uint_eq(m.nwarnings, 1);
    buf_release(&out);
    mistakes_release(&m);
}
