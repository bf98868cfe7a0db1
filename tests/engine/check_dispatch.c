/* Which events a line can be: that the short way finds what the long way finds; and that what is
 * remembered from line to line changes no result. */
#include "config.h"

#include "offline/exposition.h"
#include "random_rules.h"
#include "suite.h"

#include <stdlib.h>

static const char *how(struct world *w, const char *event, struct buf *out)
{
    buf_clear(out);
    engine_how(w->engine, (unsigned)ruleset_event(w->rules, slice_str(event)), out);
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
                                "[event tried]\nwhere = msg =~ ^[ab]+$\n"
                                "[event always]\nwhere = msg != a\n"
                                "[event always2]\nwhere = msg ==\n"
                                "[event line]\nwhere = _line =~ x=(?<y>\\d)\nwhere = msg != m\n"
                                "[event begins]\nwhere = _line =~ ^\\d+ x\n"
                                "[event local]\nwhere = _line =~ (?<msg>\\d)\nwhere = msg == 1\n"
                                "[counter c_total]\ninc = value, other, prefix, first, literal, "
                                "child, regex, tried, line, begins, always, always2, local\n");
    struct buf out = BUF_INIT;

    ck_assert_str_eq(how(w, "value", &out), "by the value of msg: \"m\"");
    ck_assert_str_eq(how(w, "prefix", &out), "by the beginning of msg: \"[bot]\"");
    ck_assert_str_eq(how(w, "first", &out), "by the line's first byte");
    ck_assert_str_eq(how(w, "literal", &out), "by the text \" said hello\" in the line");
    ck_assert_str_eq(how(w, "child", &out), "when the event it is `of` was found");
    ck_assert_str_eq(how(w, "regex", &out), "by the text \"x\" in msg");
    ck_assert_str_eq(how(w, "line", &out), "by the text \"x=\" in the line");
    ck_assert_str_eq(how(w, "begins", &out), "by the line's first byte");
    ck_assert_str_eq(how(w, "tried", &out),
                     "by trying its regex, once for each value of msg that lines repeat");
    ck_assert_str_eq(how(w, "always", &out), "tried on every line");
    ck_assert_str_eq(how(w, "always2", &out), "tried on every line");
    ck_assert_str_eq(how(w, "local", &out), "tried on every line");
    ck_assert(engine_tries_always(w->engine, (unsigned)ruleset_event(w->rules, SLICE("always"))));
    ck_assert(!engine_tries_always(w->engine, (unsigned)ruleset_event(w->rules, SLICE("value"))));
    buf_release(&out);
    world_free(w);
}

/* --- random rules and lines ------------------------------------------------------------------- */

static void feed_and_page(const char *rules, const char *lines, bool no_dispatch, struct buf *page,
                          uint64_t *ret_unmatched)
{
    struct world *w = world_new_with(rules, no_dispatch);

    world_feed(w, lines);
    buf_clear(page);
    buf_str(page, world_page(w));
    for (unsigned e = 0; e < RANDOM_EVENTS; e++)
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
        random_rules(&d, RANDOM_EVENTS, &rules);
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
        random_rules(&d, RANDOM_EVENTS, &rules);
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
