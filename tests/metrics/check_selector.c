/* check_selector -- series by their names, and what is left of a snapshot without them. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "metrics/expose.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

#include <errno.h>
#include <string.h>

static const char *const hostile[] = {
    "quote \" here",    "back\\slash", "line\nfeed",        "a,b=c{d}", "ünïcödé 日本語",
    "\xf0\x9f\xa7\xbe", "\\n",         "tab\tand \x01\x7f", "}",        "\"",
};
enum { NHOSTILE = sizeof hostile / sizeof *hostile };

TEST(a_series_is_read_as_it_is_written)
{
    for (unsigned i = 0; i < NHOSTILE; i++)
        for (unsigned k = 0; k < NHOSTILE; k++) {
            struct slice labels[] = {SLICE("a"), SLICE("b_2")};
            struct slice values[] = {slice_str(hostile[i]), slice_str(hostile[k])};
            struct buf text = BUF_INIT, err = BUF_INIT;
            struct selector s;

            selector_put(SLICE("m_total"), 2, labels, values, &text);
            if (selector_parse(text.p, &s, &err) < 0)
                ck_abort_msg("%s: %s", text.p, err.p);
            if (!slice_eq(s.metric, SLICE("m_total")) || s.nlabels != 2)
                ck_abort_msg("%s", text.p);
            for (unsigned n = 0; n < 2; n++)
                if (!slice_eq(s.labels[n], labels[n]) || !slice_eq(s.values[n], values[n]))
                    ck_abort_msg("%s", text.p);
            selector_release(&s);
            buf_release(&text);
        }
}

TEST(blanks_and_a_last_comma_do_not_matter)
{
    static const char *const texts[] = {"m",     " m ",         "m{}",
                                        "m { }", "m{a=\"x\",}", " m { a = \"x\" , } "};

    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf err = BUF_INIT;
        struct selector s;

        if (selector_parse(texts[i], &s, &err) < 0 || !slice_eq(s.metric, SLICE("m")) ||
            s.nlabels != (i >= 4))
            ck_abort_msg("%s: %s", texts[i], err.p);
        selector_release(&s);
    }
}

TEST(what_is_no_series_is_said)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"", "it ends where the name of a metric was expected"},
        {"{a=\"x\"}", "the name of a metric was expected before {a=\"x\"}"},
        {"9m", "the name of a metric was expected"},
        {"m 1", "{, or nothing more, was expected before 1"},
        {"m{a=\"x\"} 1", "nothing more was expected before 1"},
        {"m{", "it ends where the name of a label, or } was expected"},
        {"m{a}", "= (no other comparison is known here) was expected before }"},
        {"m{a!=\"x\"}", "= (no other comparison is known here) was expected before !=\"x\"}"},
        {"m{a=~\"x\"}", "a value in quotes (no regex is known here) was expected before ~\"x\"}"},
        {"m{a='x'}", "a value in double quotes was expected before 'x'}"},
        {"m{a=x}", "a value in double quotes was expected before x}"},
        {"m{a=\"x}", "it ends where a quote was expected"},
        {"m{a=\"x\\t\"}", "\\, \" or n behind a backslash was expected before t\"}"},
        {"m{a=\"x\\", "\\, \" or n behind a backslash"},
        {"m{a=\"x\\\\", "it ends where a quote was expected"},
        {"m{a=\"x\" b=\"y\"}", ", or } was expected before b=\"y\"}"},
        {"m{a=\"x\",a=\"y\"}", "the label a is there twice"},
        {"m{a=\"x\"", "it ends where , or } was expected"},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf err = BUF_INIT;
        struct selector s;

        if (selector_parse(rows[i].text, &s, &err) != -EINVAL || !strstr(err.p, rows[i].said))
            ck_abort_msg("%s: %s", rows[i].text, err.n ? err.p : "taken");
        selector_release(&s);
        buf_release(&err);
    }
}

TEST(more_labels_than_a_metric_can_have_are_refused)
{
    struct buf text = BUF_INIT, err = BUF_INIT;
    struct selector s;

    buf_str(&text, "m{");
    for (int i = 0; i <= LABELS_MAX; i++)
        buf_fmt(&text, "l%d=\"\",", i);
    buf_str(&text, "}");
    ck_assert_int_eq(selector_parse(text.p, &s, &err), -EINVAL);
    selector_release(&s);
    buf_release(&text);
    buf_release(&err);
}

static const char *const ab[] = {"a", "b"};
static const double bounds[] = {1, 10};

static struct registry *filled(void)
{
    struct registry *r = registry_new(&(struct registry_limits){.label_bytes = 256});
    struct family_spec c = {.name = "c_total", .type = FAMILY_COUNTER, .nlabels = 2, .labels = ab};
    struct family_spec h = {.name = "h", .type = FAMILY_HISTOGRAM, .nlabels = 1, .labels = ab};
    struct family_spec g = {.name = "g", .type = FAMILY_GAUGE};
    struct family_spec own = {.name = "own_total", .type = FAMILY_COUNTER, .own = true};
    struct family *f = registry_family(r, &c);

    for (unsigned i = 0; i < NHOSTILE; i++) {
        struct slice values[] = {slice_str(hostile[i]), slice_str(i % 2 ? "odd" : "even")};

        counter_inc(f, family_series(f, values, 1, NULL), i + 1, 1);
    }
    h.nbuckets = 2;
    h.buckets = bounds;
    f = registry_family(r, &h);
    for (unsigned i = 0; i < 3; i++)
        histogram_observe(f, family_series(f, &(struct slice){&"xyz"[i], 1}, 1, NULL), 5, 1);
    gauge_add(registry_family(r, &g), 0, 7, 1);
    counter_inc(registry_family(r, &own), 0, 1, 1);
    return r;
}

static struct buf page_of(struct slice encoded)
{
    struct registry *r = registry_new(&(struct registry_limits){.label_bytes = 256});
    struct expose_options o = {.flags = EXPOSE_NO_META};
    struct buf page = BUF_INIT;

    ck_assert_int_eq(snapshot_merge(r, encoded, NULL), 0);
    expose_registry(r, &o, &page);
    registry_free(r);
    return page;
}

static void tell(void *ctx, const struct saved_family *f, const struct slice *values)
{
    selector_put(f->name, f->nlabels, f->labels, values, ctx);
    buf_char(ctx, '\n');
}

/* The page without the lines that begin so, and how many series went. */
static int dropped(const char *selector, struct buf *ret_page, struct buf *ret_told)
{
    struct registry *r = filled();
    struct snapshot *taken = snapshot_take(r);
    struct buf bytes = BUF_INIT, left = BUF_INIT, err = BUF_INIT;
    struct selector s;
    int n;

    snapshot_encode(taken, &bytes);
    if (selector_parse(selector, &s, &err) < 0)
        ck_abort_msg("%s: %s", selector, err.p);
    n = snapshot_drop(buf_all(&bytes), &s, tell, ret_told, &left);
    *ret_page = page_of(buf_all(&left));
    selector_release(&s);
    snapshot_free(taken);
    registry_free(r);
    buf_release(&bytes);
    buf_release(&left);
    return n;
}

TEST(one_series_goes_and_all_others_stay)
{
    struct buf all, page, told = BUF_INIT, whole = BUF_INIT;

    ck_assert_int_eq(dropped("nothing", &all, &told), 0);
    ck_assert_uint_eq(told.n, 0);
    for (unsigned i = 0; i < NHOSTILE; i++) {
        struct slice label = SLICE("a"), value = slice_str(hostile[i]);
        const char *at;

        buf_clear(&whole);
        selector_put(SLICE("c_total"), 1, &label, &value, &whole);
        buf_clear(&told);
        if (dropped(whole.p, &page, &told) != 1)
            ck_abort_msg("%s", whole.p);
        told.p[--told.n] = '\0'; /* the line of the page, without its value */
        at = strstr(all.p, told.p);
        if (!at || strstr(page.p, told.p))
            ck_abort_msg("%s", told.p);
        if (strlen(page.p) != all.n - (size_t)(strchr(at, '\n') + 1 - at) ||
            memcmp(page.p, all.p, (size_t)(at - all.p)) != 0)
            ck_abort_msg("%s", page.p);
        buf_release(&page);
    }
    buf_release(&all);
    buf_release(&told);
    buf_release(&whole);
}

TEST(some_labels_mean_all_series_that_have_them)
{
    static const struct {
        const char *selector;
        int n;
        const char *gone, *there;
    } rows[] = {
        {"c_total{b=\"odd\"}", 5, "odd", "even"},
        {"c_total{b=\"odd\",a=\"}\"}", 0, "none", "odd"},
        {"c_total", 10, "c_total", "h_bucket"},
        {"h{a=\"y\"}", 1, "a=\"y\"", "h_count{a=\"x\"}"},
        {"h", 3, "h_", "c_total"},
        {"g", 1, "\ng ", "h_sum"},
        {"c_total{c=\"x\"}", 0, "none", "even"},
        {"c_total{a=\"\"}", 0, "none", "even"},
        {"own_total", 0, "none", "own_total 1"},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf page, told = BUF_INIT;

        if (dropped(rows[i].selector, &page, &told) != rows[i].n || strstr(page.p, rows[i].gone) ||
            !strstr(page.p, rows[i].there))
            ck_abort_msg("%s: %s", rows[i].selector, page.p);
        buf_release(&page);
        buf_release(&told);
    }
}

TEST(bytes_that_are_no_snapshot_are_refused)
{
    struct selector s = {.metric = SLICE("m")};
    struct buf out = BUF_INIT;

    ck_assert_int_eq(snapshot_drop(SLICE("\1\0\0\0"), &s, tell, NULL, &out), -EBADMSG);
    ck_assert_uint_eq(out.n, 0);
}
