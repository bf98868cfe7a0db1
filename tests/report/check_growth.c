/* check_growth -- what is foretold of series, and what rules bound. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "offline/held.h"
#include "report/bounds.h"
#include "report/growth.h"

#include <stdio.h>
#include <stdlib.h>

static char dir[] = "/tmp/lt-growth-XXXXXX";
static char rules_path[64];
static struct setup setup;

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(rules_path, sizeof rules_path, "%s/r.ini", dir);
}

static void end(void)
{
    setup_release(&setup);
    remove_tree(dir);
}

static void load(const char *text)
{
    const char *list[] = {rules_path};
    struct common_options options = {.rules = {.list = list, .n = 1}};
    struct mistakes m = MISTAKES_INIT;

    put_file(rules_path, slice_str(text));
    if (setup_load(&options, NULL, SETUP_AUTO_LOG, &setup, &m) < 0)
        ck_abort_msg("%s", m.list[0].text);
    mistakes_release(&m);
}

FIXTURE(begin, end);

/* What the event `e` of these lines makes of label x, and what bounds it. */
static const struct bounded {
    const char *event, *label;
    uint64_t bound;
} rows[] = {
    {"match = ^(?<x>GET|POST) ", "x", 3},
    {"match = ^(?<x>GET|P.ST) ", "x", 0},
    {"match = ^(?<x>[A-Z]+) ", "x", 0},
    {"where = x == a", "x", 2},
    {"where = x =~ ^(?:a|b|c)$", "x", 4},
    {"where = x =~ ^(a|b)$", "x", 3},
    {"where = x =~ ^a|b$", "x", 0},
    {"where = x =~ a|b", "x", 0},
    {"where = x != a", "x", 0},
    {"where = y == a", "x", 0},
    {"where = y == a", "x=\"text\"", 1},
    {"where = y == a", "x=_log", 2},
    {"where = y == a\nmap.x = a -> 1\nmap.x = b -> 2\nmap.x = * -> 3", "x", 4},
    {"where = y == a\nmap.x = a -> 1\nmap.x = b -> 1\nmap.x = * -> 1", "x", 2},
    {"where = y == a\nmap.x = a -> 1", "x", 0},
    {"where = y == a\nset.x = text", "x", 2},
    {"where = y == a\nset.x = ${y}", "x", 3},
    {"where = y == a\nset.x = ${z}", "x", 0},
    {"where = y == a\nset.x = ${status|class}", "x", 7},
    {"match = ^(?<x>GET|POST) \nrewrite.x = G -> g", "x", 0},
    {"match = ^(?<x>GET|POST) (?<y>a|b)", "x, y", 9},
};

TEST_EACH(rules_leave_so_many_label_sets, sizeof rows / sizeof *rows)
{
    struct buf text = BUF_INIT;

    buf_fmt(&text, "[event e]\n%s\n[counter es_total]\nhelp = h\ninc = e\nlabels = %s\n",
            rows[_i].event, rows[_i].label);
    load(text.p);
    if (bounds_of_family(setup.rules, 0) != rows[_i].bound)
        ck_abort_msg("%s: %llu", text.p, (unsigned long long)bounds_of_family(setup.rules, 0));
    buf_release(&text);
}

TEST(two_sections_of_a_metric_are_both_bounds)
{
    load("[event e]\nwhere = x == a\n[event f]\nwhere = x == b\n"
         "[counter es_total]\nhelp = h\ninc = e\nlabels = x\nzero = x=c\n"
         "[counter es_total]\ninc = f\nlabels = x\n");
    ck_assert_uint_eq(bounds_of_family(setup.rules, 0), 5);
    ck_assert_uint_eq(bounds_of_label(setup.rules, 0, 0), 5);
}

/* Counts lines whose label is that of `of`, and looks out. */
static void grow(unsigned n, unsigned (*of)(unsigned), struct outlook *o)
{
    struct buf text = BUF_INIT;
    struct session s;
    struct growth g;
    struct held_lines lines = {.result = 0};
    struct buf err = BUF_INIT;

    load("[event e]\nmatch = ^(?<x>\\d+)\n[counter es_total]\nhelp = h\ninc = e\nlabels = x\n"
         "max_values = 1000000\nmax_series = 1000000\n");
    buf_reserve(&text, 64);
    for (unsigned i = 0; i < 64; i++)
        buf_char(&text, '\n');
    for (unsigned i = 0; i < n; i++)
        buf_fmt(&text, "%u\n", of(i));
    buf_reserve(&text, 64);
    lines.text = slice_make(text.p + 64, text.n - 64);

    struct session_range range = {.path = "-", .held = &lines};

    session_init(&s, &setup, SESSION_WHOLE, NULL);
    growth_init(&g, &s);
    s.piece = growth_piece;
    s.piece_ctx = &g;
    ck_assert_int_eq(session_read(&s, &range, NULL, NULL, &err), 0);
    growth_outlook(&g, 0, 0, o);
    growth_release(&g);
    session_release(&s);
    buf_release(&text);
}

static unsigned each_new(unsigned i)
{
    return i;
}

static unsigned ten(unsigned i)
{
    return i % 10;
}

/* The numbers of the squares: as many as the root. */
static unsigned root(unsigned i)
{
    unsigned r = 0;

    while ((r + 1) * (r + 1) <= i)
        r++;
    return r;
}

TEST(ever_new_values_grow_as_the_lines)
{
    struct outlook o;

    grow(5000, each_new, &o);
    ck_assert_uint_eq(o.now, 5000);
    ck_assert(outlook_is_known(&o));
    ck_assert_uint_eq(outlook_after(&o, 10), 50000);
    ck_assert(outlook_when(&o, 50000) > 9.9 && outlook_when(&o, 50000) < 10.1);
}

TEST(a_stock_that_is_used_up_stays)
{
    struct outlook o;

    grow(5000, ten, &o);
    ck_assert(outlook_is_known(&o));
    ck_assert_uint_eq(outlook_after(&o, 100), 10);
    ck_assert(outlook_when(&o, 11) <= 0);
}

TEST(growth_as_the_root_is_foretold_so)
{
    struct outlook o;

    grow(10000, root, &o);
    ck_assert_uint_eq(o.now, 100);
    ck_assert_uint_ge(outlook_after(&o, 100), 900);
    ck_assert_uint_le(outlook_after(&o, 100), 1100);
}

TEST(too_little_is_no_forecast)
{
    struct outlook o;

    grow(10, each_new, &o);
    ck_assert(!outlook_is_known(&o));
}
