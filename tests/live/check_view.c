/* check_view -- screens of all sizes, made of rules on a log, and of nothing yet. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "live/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/lt-view-XXXXXX";
static char rules_path[64], log_path[64];
static struct common_options options;
static struct held *held;

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(rules_path, sizeof rules_path, "%s/r.ini", dir);
    (void)snprintf(log_path, sizeof log_path, "%s/l.log", dir);
    strings_add(&options.rules, rules_path);
    strings_add(&options.files, log_path);
    held = held_new(1 << 20);
}

static void end(void)
{
    held_free(held);
    free(options.rules.list);
    free(options.files.list);
    remove_tree(dir);
}

static struct outcome *load(const char *rules, const struct outcome *before)
{
    struct mistakes m = MISTAKES_INIT;
    int code = 0;

    put_file(rules_path, slice_str(rules));
    struct outcome *o = outcome_new(&options, held, &m, NULL, NULL, &code);

    mistakes_release(&m);
    if (o)
        outcome_compare(o, before);
    return o;
}

#define RULES                                                                                     \
    "[event a]\nmatch = ^a (?<x>\\w+)\n[counter a_total]\nhelp = h\ninc = a\nlabels = x\n[gauge " \
    "g]\n"                                                                                        \
    "help = g\nset = a\nvalue = _bytes\n[histogram h]\nhelp = h\nobserve = a\nvalue = _bytes\n"   \
    "buckets = 1\n"

static void draw_all_sizes(struct shown *s)
{
    struct page p = {.n = 0};

    for (size_t rows = 1; rows < 40; rows++)
        for (size_t columns = 1; columns < 100; columns += columns < 10 ? 1 : 17)
            for (s->view = VIEW_ALL; s->view < VIEWS; s->view++)
                for (s->top = 0; s->top < 100; s->top += 33) {
                    (void)view_draw(s, rows, columns, &p);
                    if (p.n != rows || p.rows[rows - 1].style != STYLE_TITLE)
                        ck_abort_msg("%zu rows of %zu, view %d", p.n, rows, (int)s->view);
                }
    page_release(&p);
}

FIXTURE(begin, end);

TEST(a_screen_of_any_size_is_filled)
{
    struct mistakes none = MISTAKES_INIT;
    struct lines lines = {.n = 0};
    struct buf explained = BUF_INIT;
    struct shown s = {.options = &options, .mistakes = &none, .lines = &lines, .explained = ""};

    put_file(log_path, SLICE("a b\na c\nb one\nb two\nc\n"));
    draw_all_sizes(&s);
    struct outcome *before = load(RULES, NULL), *now;

    ck_assert_ptr_nonnull(before);
    s.now = before;
    draw_all_sizes(&s);
    now = load("[event b]\nmatch = ^b\n[counter b_total]\nhelp = h\ninc = b\n", before);
    ck_assert_ptr_nonnull(now);
    s.now = now;
    s.before = before;
    lines_find(&lines, now, held);
    lines_pick(&lines, now->kinds[0].shape);
    ck_assert_uint_gt(lines.n, 0);
    line_explain(lines_at(&lines, 0), now, &explained);
    s.explained = explained.p;
    draw_all_sizes(&s);
    buf_release(&explained);
    lines_release(&lines);
    outcome_free(now);
    outcome_free(before);
}

TEST(a_series_that_no_page_has_has_no_value)
{
    struct mistakes none = MISTAKES_INIT;
    struct lines lines = {.n = 0};
    struct page p = {.n = 0};
    struct shown s = {.options = &options, .mistakes = &none, .lines = &lines};
    const char *at;

    put_file(log_path, SLICE("c\n"));
    struct outcome *o = load(RULES, NULL);

    ck_assert_ptr_nonnull(o);
    s.now = o;
    view_text(&s, &p);
    at = strstr(p.text.p, "0         g");
    ck_assert_msg(at != NULL, "%s", p.text.p);
    ck_assert_uint_eq(strspn(at - 27, " "), 27); /* its value, its change, most of its series */
    page_release(&p);
    outcome_free(o);
}

/* Of each kind, in the order in which they stand: the raw lines. */
static void expect_lines(const char *log, const char *text, const char *const *want)
{
    struct lines lines = {.n = 0};
    struct buf rules = BUF_INIT;
    size_t n = 0;

    buf_fmt(&rules,
            "[log l]\npath = /nowhere\n%s[event ok]\nmatch = ^OK\n[counter ok_total]\n"
            "help = h\ninc = ok\n",
            log);
    put_file(log_path, slice_str(text));
    held_free(held);
    held = held_new(1 << 20);
    struct outcome *o = load(rules.p, NULL);

    ck_assert_ptr_nonnull(o);
    lines_find(&lines, o, held);
    for (size_t i = 0; i < o->nkinds; i++) {
        lines_pick(&lines, o->kinds[i].shape);
        ck_assert_uint_eq(lines.n, o->kinds[i].now);
        for (size_t k = 0; k < lines.n; k++, n++) {
            bool known = false;

            for (size_t w = 0; want[w]; w++)
                known |= slice_eq(slice_str(want[w]), lines_at(&lines, k)->raw);
            ck_assert_msg(known, "\"%.*s\"", SLICE_FMT(lines_at(&lines, k)->raw));
        }
    }
    for (size_t w = 0; want[w]; w++, n--)
        ;
    ck_assert_uint_eq(n, 0);
    lines_release(&lines);
    outcome_free(o);
    buf_release(&rules);
}

TEST(an_unmatched_line_is_found_where_it_stands)
{
    expect_lines("", "one\nOK\n\ntwo 2\nthree", (const char *[]){"one", "two 2", "three", NULL});
    expect_lines("prefix = ^\\[\\d+\\]\\s\n", "[1] OK\n[2] no\n", (const char *[]){"[2] no", NULL});
}

TEST(so_are_those_it_was_put_together_from)
{
    expect_lines("record = ^[A-Z]\n", "lost\nOK\n x\nNo\n y\n\n z\nOK\nNo 2\n",
                 (const char *[]){"lost\n", "No\n y\n\n z\n", "No 2\n", NULL});
    expect_lines("rewrite = o -> O\n", "no\nOK\nyes\n", (const char *[]){"no\n", "yes\n", NULL});
}
