/* Which events a line can be: that the short way finds what the long way finds; and that what is
 * remembered from line to line changes no result. */
#include "config.h"

#include "offline/exposition.h"
#include "suite.h"
#include "support.h"
#include "tools.h"

#include <stdlib.h>

static const char *how(struct world *w, const char *event, struct buf *out)
{
    buf_clear(out);
    engine_how(w->engine, (unsigned)ruleset_event(w->rules, event), out);
    return out->p;
}

TEST(each_event_is_found_by_what_tells_most)
{
    struct world *w = world_new("[event value]\nwhere = level == ERROR\nwhere = msg == m\n"
                                "[event other]\nwhere = msg == n\n"
                                "[event prefix]\nwhere = msg ^= [bot]\n"
                                "[event first]\nmatch = ^\\d+ x\n"
                                "[event literal]\nmatch = (?<a>\\w+) said hello\n"
                                "[event child]\nof = value\nwhere = x == 1\n"
                                "[event regex]\nwhere = msg =~ x\n"
                                "[event always]\nwhere = msg =~ ^[ab]+$\n"
                                "[event always2]\nwhere = msg ==\n"
                                "[event local]\nwhere = _line =~ x=(?<msg>\\d)\nwhere = msg == 1\n"
                                "[counter c_total]\ninc = value, other, prefix, first, literal, "
                                "child, regex, always, always2, local\n");
    struct buf out = BUF_INIT;

    ck_assert_str_eq(how(w, "value", &out), "by the value of msg: \"m\"");
    ck_assert_str_eq(how(w, "prefix", &out), "by the beginning of msg: \"[bot]\"");
    ck_assert_str_eq(how(w, "first", &out), "by the line's first byte");
    ck_assert_str_eq(how(w, "literal", &out), "by the text \" said hello\" in the line");
    ck_assert_str_eq(how(w, "child", &out), "when the event it is `of` was found");
    ck_assert_str_eq(how(w, "regex", &out), "by the text \"x\" in msg");
    ck_assert_str_eq(how(w, "always", &out), "tried on every line");
    ck_assert_str_eq(how(w, "always2", &out), "tried on every line");
    ck_assert_str_eq(how(w, "local", &out), "tried on every line");
    ck_assert(engine_tries_always(w->engine, (unsigned)ruleset_event(w->rules, "always")));
    ck_assert(!engine_tries_always(w->engine, (unsigned)ruleset_event(w->rules, "value")));
    buf_release(&out);
    world_free(w);
}

/* --- random rules and lines ------------------------------------------------------------------- */

enum { FIELDS = 4, EVENTS = 12 };

static const char *field(struct dice *d)
{
    return ((const char *[]){"msg", "level", "x", "a.b"})[roll(d, FIELDS)];
}

static const char *value(struct dice *d)
{
    static const char *const values[] = {"a",  "ab", "abc", "b", "ba",       "1",
                                         "12", "-",  "",    "A", "\xc3\xa9", "a b"};

    return values[roll(d, sizeof values / sizeof *values)];
}

static const char *regex(struct dice *d)
{
    static const char *const all[] = {"^a",
                                      "^(?i)a",
                                      "^[ab]c?b",
                                      "ab",
                                      "(?<x>[ab]+)",
                                      "a|b",
                                      "^\\{",
                                      "\"msg\":\"a",
                                      "msg=(?<msg>\\w+)",
                                      "b(?:c)?\\b",
                                      "^(?<x>.)(?<y>.)?",
                                      "1+2",
                                      "^(?=a)",
                                      "\xc3\xa9",
                                      "^\xc3\xa9",
                                      "(?i)MSG",
                                      "\\.b",
                                      "=a (?<level>\\S)",
                                      "^\\Aa\\Qb\\E",
                                      "(?:level|x)=a"};

    return all[roll(d, sizeof all / sizeof *all)];
}

static void random_condition(struct dice *d, struct buf *out)
{
    switch (roll(d, 9)) {
    case 0:
    case 1:
    case 2:
        buf_fmt(out, "where = %s == %s\n", field(d), value(d));
        break;
    case 3:
    case 4: {
        const char *prefix = value(d);

        buf_fmt(out, "where = %s ^= %s\n", field(d), prefix[0] ? prefix : "a");
        break;
    }
    case 5:
        buf_fmt(out, "where = %s != %s\n", field(d), value(d));
        break;
    case 6:
        buf_fmt(out, "where = %s =~ %s\n", roll(d, 2) ? "_line" : field(d), regex(d));
        break;
    case 7:
        buf_fmt(out, "where = %s !~ %s\n", field(d), regex(d));
        break;
    default:
        buf_fmt(out, "where = %s > 1\n", field(d));
        break;
    }
}

static void random_rules(struct dice *d, struct buf *out)
{
    buf_clear(out);
    for (unsigned e = 0; e < EVENTS; e++) {
        bool child = e > 0 && roll(d, 4) == 0;

        buf_fmt(out, "[event e%u]\n", e);
        if (child)
            buf_fmt(out, "of = e%u\n", roll(d, e));
        if (e > 0 && roll(d, 5) == 0)
            buf_fmt(out, "unless = e%u\n", roll(d, e));
        /* a match event sees its own groups only: no where on fields that it has not */
        bool match = !child && roll(d, 3) == 0;

        if (match) {
            buf_fmt(out, "match = %s\n", regex(d));
        } else {
            for (unsigned n = 1 + roll(d, 3); n > 0; n--)
                random_condition(d, out);
            if (roll(d, 3) == 0)
                buf_str(out, "where = _line =~ (?<x>[abmsg]+).*?(?<msg>\\w)\n");
            for (unsigned n = roll(d, 4), i = 0; i < n; i++)
                buf_fmt(out, "set.%s = ${%s|upper}%u\n", field(d), field(d), i);
            if (roll(d, 3) == 0)
                buf_fmt(out, "map.level = %s -> mapped\n", value(d));
        }
        buf_fmt(out, "[counter c%u_total]\ninc = e%u\n", e, e);
        if (match)
            buf_str(out, "labels = log=_log, bytes=_bytes\n");
        else if (roll(d, 4))
            buf_str(out, "labels = msg, level, x, ab=a.b\n");
    }
    buf_str(out, "[gauge order]\n");
    for (unsigned e = 0; e < EVENTS; e += 3)
        buf_fmt(out, "%s = e%u\n", (const char *[]){"inc", "dec", "set", "add"}[e / 3], e);
    buf_str(out, "value = 3\n");
}

static void random_line(struct dice *d, struct buf *out)
{
    unsigned kind = roll(d, 4), n = roll(d, 4);

    if (kind == 0) {
        buf_char(out, '{');
        for (unsigned i = 0; i < n; i++)
            buf_fmt(out, "%s\"%s\":\"%s\"", i ? "," : "", field(d), value(d));
        buf_str(out, roll(d, 8) ? "}" : "");
    } else if (kind < 3) {
        for (unsigned i = 0; i <= n; i++)
            buf_fmt(out, "%s%s=%s", i ? " " : "", field(d), roll(d, 2) ? "a" : value(d));
    } else {
        for (unsigned i = 0; i < n; i++)
            buf_str(out, value(d));
    }
    buf_str(out, roll(d, 8) ? "\n" : "\r\n");
}

static void feed_and_page(const char *rules, const char *lines, bool no_dispatch, struct buf *page,
                          uint64_t *ret_unmatched)
{
    struct world *w = world_new_with(rules, no_dispatch);

    world_feed(w, lines);
    buf_clear(page);
    buf_str(page, world_page(w));
    for (unsigned e = 0; e < EVENTS; e++)
        buf_fmt(page, "e%u %llu\n", e, (unsigned long long)engine_hits(w->engine, e));
    *ret_unmatched = engine_unmatched(w->engine);
    world_free(w);
}

TEST_EACH(dispatch_leaves_out_no_event_that_a_line_is, 6)
{
    struct dice d = {1234567 + 7919u * (unsigned)_i};
    struct buf rules = BUF_INIT, lines = BUF_INIT, with = BUF_INIT, without = BUF_INIT;
    uint64_t unmatched[2];

    for (int round = 0; round < 30; round++) {
        random_rules(&d, &rules);
        buf_clear(&lines);
        for (int i = 0; i < 150; i++)
            random_line(&d, &lines);
        feed_and_page(rules.p, lines.p, false, &with, &unmatched[0]);
        feed_and_page(rules.p, lines.p, true, &without, &unmatched[1]);
        ck_assert_msg(strcmp(with.p, without.p) == 0 && unmatched[0] == unmatched[1],
                      "%s\n%s\nwith dispatch\n%s\nwithout\n%s", rules.p, lines.p, with.p,
                      without.p);
    }
    buf_release(&rules);
    buf_release(&lines);
    buf_release(&with);
    buf_release(&without);
}

/* Each line in a world of its own, so that nothing is remembered from one to the next. */
static void pages_of_single_lines(const char *rules, struct slice lines, struct buf *out)
{
    struct slice line;

    while (slice_cut(&lines, '\n', &line)) {
        struct world *w = world_new(rules);

        world_feed_slice(w, w->source, line);
        buf_str(out, world_page(w));
        world_free(w);
    }
}

/* Adds up equal samples; those at 0, and the gauge, are left out. */
static void add_up(struct slice pages, struct buf *out)
{
    struct exposition s;
    struct buf err = BUF_INIT;

    ck_assert_msg(exposition_read(pages, "pages", &s, &err) == 0, "%s", err.p);
    buf_clear(out);
    for (size_t i = 0, k; i < s.n; i = k) {
        unsigned long long sum = 0;

        for (k = i; k < s.n && strcmp(s.list[k].key, s.list[i].key) == 0; k++)
            sum += strtoull(s.list[k].value, NULL, 10);
        if (sum > 0 && s.list[i].key[0] == 'c')
            buf_fmt(out, "%s %llu\n", s.list[i].key, sum);
    }
    buf_str(out, "");
    exposition_release(&s);
    buf_release(&err);
}

TEST_EACH(a_page_is_the_sum_of_its_lines, 4)
{
    struct dice d = {424242 + 104729u * (unsigned)_i};
    struct buf rules = BUF_INIT, lines = BUF_INIT, pages = BUF_INIT, sum = BUF_INIT,
               whole = BUF_INIT;
    size_t counted = 0;

    for (int round = 0; round < 6; round++) {
        random_rules(&d, &rules);
        buf_clear(&lines);
        for (int i = 0; i < 60; i++)
            random_line(&d, &lines);
        buf_clear(&pages);
        pages_of_single_lines(rules.p, buf_all(&lines), &pages);
        add_up(buf_all(&pages), &sum);
        struct world *w = world_new(rules.p);

        world_feed(w, lines.p);
        add_up(slice_str(world_page(w)), &whole);
        ck_assert_msg(slice_eq(buf_all(&sum), buf_all(&whole)),
                      "%s\n%s\nline by line\n%s\nat once\n%s", rules.p, lines.p, sum.p, whole.p);
        counted += sum.n;
        world_free(w);
    }
    ck_assert_uint_gt(counted, 1000);
    buf_release(&rules);
    buf_release(&lines);
    buf_release(&pages);
    buf_release(&sum);
    buf_release(&whole);
}
