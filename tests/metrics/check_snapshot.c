/* check_snapshot -- a snapshot stays as it was, survives encoding, and never trusts its input. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "metrics/expose.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY = 24 * 60 * 60 };
#define SECOND INT64_C(1000000000)

static const char *const ab[] = {"a", "b"};
static const char *const ba[] = {"b", "a"};
static const double bounds[] = {0.1, 1, 10};
static const double other_bounds[] = {0.1, 1, 11};

static struct registry *new_registry(void)
{
    return registry_new(&(struct registry_limits){.label_bytes = 256});
}

static struct family *add(struct registry *r, const char *name, enum family_type type,
                          unsigned nlabels, const char *const *labels, const double *buckets)
{
    struct family_spec spec = {
        .name = name,
        .help = "Help.",
        .type = type,
        .nlabels = nlabels,
        .labels = labels,
        .nbuckets = type == FAMILY_HISTOGRAM ? 3 : 0,
        .buckets = buckets,
    };

    return registry_family(r, &spec);
}

static uint32_t series(struct family *f, const char *a, const char *b, int64_t now_ns)
{
    return family_series(f, (struct slice[]){slice_str(a), slice_str(b)}, now_ns, NULL);
}

static struct buf encoded(struct registry *r)
{
    struct buf out = BUF_INIT;
    struct snapshot *s = snapshot_take(r);

    snapshot_encode(s, &out);
    snapshot_free(s);
    return out;
}

/* Saves all of `from` and restores it into `to`. */
static struct restore_report restore(struct registry *from, struct registry *to, int64_t now_ns)
{
    struct restore_report report = {0};
    struct buf bytes = encoded(from);

    ck_assert_int_eq(snapshot_restore(to, buf_all(&bytes), now_ns, now_ns, NULL, NULL, &report), 0);
    buf_release(&bytes);
    return report;
}

static struct buf page_of(const struct snapshot *s)
{
    struct expose_options o = {.format = EXPOSE_OPENMETRICS,
                               .flags = EXPOSE_SORTED | EXPOSE_CREATED};
    struct buf out = BUF_INIT;

    expose(s, &o, &out);
    return out;
}

static struct buf page(struct registry *r)
{
    struct snapshot *s = snapshot_take(r);
    struct buf out = page_of(s);

    snapshot_free(s);
    return out;
}

static void assert_same_page(struct registry *x, struct registry *y)
{
    struct buf a = page(x), b = page(y);

    ck_assert_str_eq(a.p, b.p);
    buf_release(&a);
    buf_release(&b);
}

/* All families that fill() fills, empty. */
static struct registry *families(const char *const *labels)
{
    struct registry *r = new_registry();
    struct family_spec expiring = {.name = "e_total",
                                   .type = FAMILY_COUNTER,
                                   .nlabels = 1,
                                   .labels = ab,
                                   .expire_ns = 100 * SECOND};

    add(r, "c_total", FAMILY_COUNTER, 2, labels, NULL);
    add(r, "d_total", FAMILY_COUNTER, 0, NULL, NULL);
    add(r, "g", FAMILY_GAUGE, 2, labels, NULL);
    add(r, "h", FAMILY_HISTOGRAM, 2, labels, bounds);
    add(r, "i", FAMILY_HISTOGRAM, 0, NULL, bounds);
    add(r, "touched", FAMILY_GAUGE, 0, NULL, NULL);
    add(r, "untouched", FAMILY_GAUGE, 0, NULL, NULL);
    registry_family(r, &expiring);
    return r;
}

static void fill(struct registry *r)
{
    struct family *c = registry_find(r, SLICE("c_total")), *g = registry_find(r, SLICE("g"));
    struct family *h = registry_find(r, SLICE("h")), *d = registry_find(r, SLICE("d_total"));
    struct family *e = registry_find(r, SLICE("e_total"));
    struct num tenth = {0.1, 0, false};

    counter_inc(c, series(c, "x", "y", 5 * SECOND), UINT64_MAX, 0);
    counter_inc(c, series(c, "q\"\n\\", "\xf0\x9f\x98\x80", 6 * SECOND), 7, 0);
    for (int i = 0; i < 5; i++)
        counter_add(d, 0, &tenth, 0);
    gauge_set(g, series(g, "x", "y", 7 * SECOND), -1.5, 1234, 9, 0);
    gauge_add(g, series(g, "x", "z", 8 * SECOND), 3, 0);
    gauge_set(g, series(g, "gone", "z", 8 * SECOND), 3, 3, 3, 0);
    gauge_reset(g, (struct slice[]){SLICE("gone"), SLICE("z")}, 0);
    for (int i = 0; i < 1000; i++) {
        histogram_observe(h, series(h, "x", i & 1 ? "y" : "z", 9 * SECOND), i * 0.013, 0);
        histogram_observe(registry_find(r, SLICE("i")), 0, i * 0.1, 0);
    }
    family_touch(registry_find(r, SLICE("touched")));
    counter_inc(e, family_series(e, &SLICE("old"), 10 * SECOND, NULL), 1, 10 * SECOND);
    counter_inc(e, family_series(e, &SLICE("new"), 60 * SECOND, NULL), 1, 60 * SECOND);
}

TEST(snapshot_does_not_see_later_updates)
{
    struct registry *r = families(ab);
    struct family *c = registry_find(r, SLICE("c_total"));
    struct snapshot *s;
    struct buf before, after;
    char text[32];

    fill(r);
    s = snapshot_take(r);
    before = page_of(s);
    fill(r);
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        counter_inc(c, series(c, text, "", 0), 1, 0);
    }
    ck_assert_uint_gt(registry_expire(r, 1000 * SECOND), 0);
    after = page_of(s);
    ck_assert_str_eq(before.p, after.p);
    buf_release(&after);
    registry_free(r);
    after = page_of(s);
    ck_assert_str_eq(before.p, after.p);
    snapshot_free(s);
    buf_release(&after);
    buf_release(&before);
}

static void *read_snapshot(void *arg)
{
    struct snapshot *s = arg;
    struct buf first = page_of(s), bytes = BUF_INIT;

    for (int i = 0; i < 20; i++) {
        struct buf again = page_of(s);

        ck_assert_str_eq(first.p, again.p);
        buf_release(&again);
        buf_clear(&bytes);
        snapshot_encode(s, &bytes);
    }
    snapshot_free(s);
    buf_release(&bytes);
    buf_release(&first);
    return NULL;
}

/* Worth most under a thread sanitizer. */
TEST(snapshots_are_read_on_another_thread)
{
    struct registry *r = families(ab);
    struct family *c = registry_find(r, SLICE("c_total"));
    struct family *e = registry_find(r, SLICE("e_total"));
    char text[32];

    for (int round = 0; round < 4; round++) {
        pthread_t thread;

        fill(r);
        ck_assert_int_eq(pthread_create(&thread, NULL, read_snapshot, snapshot_take(r)), 0);
        for (int i = 0; i < 2000; i++) {
            struct slice value = {text, 0};

            value.n = (size_t)snprintf(text, sizeof text, "%d", i);
            counter_inc(c, series(c, text, "", SECOND), 1, 0);
            counter_inc(e, family_series(e, &value, i * SECOND, NULL), 1, i * SECOND);
            if (i % 500 == 499)
                ck_assert_uint_gt(registry_expire(r, i * SECOND), 300);
        }
        registry_expire(r, 1000 * SECOND);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    registry_free(r);
}

TEST(everything_survives_encoding)
{
    struct registry *x = families(ab), *y = families(ab);
    struct restore_report report;

    fill(x);
    report = restore(x, y, 60 * SECOND);
    ck_assert_uint_eq(report.restored, 11);
    ck_assert_uint_eq(report.parked, 0);
    ck_assert_uint_eq(report.dropped, 0);
    assert_same_page(x, y);
    ck_assert_int_eq(memcmp(family_counter(registry_find(x, SLICE("d_total")), 0),
                            family_counter(registry_find(y, SLICE("d_total")), 0),
                            sizeof(struct counter)),
                     0);
    ck_assert_int_eq(memcmp(histogram_at(family_cells(registry_find(x, SLICE("h"))), 1),
                            histogram_at(family_cells(registry_find(y, SLICE("h"))), 1),
                            sizeof(struct histogram) + 4 * sizeof(uint64_t)),
                     0);
    registry_free(x);
    x = families(ab);
    restore(y, x, 60 * SECOND);
    assert_same_page(x, y);
    registry_free(x);
    registry_free(y);
}

static struct registry *with_all_buckets(const double *most)
{
    struct registry *r = new_registry();

    registry_family(r, &(struct family_spec){.name = "h",
                                             .help = "Help.",
                                             .type = FAMILY_HISTOGRAM,
                                             .nbuckets = BUCKETS_MAX,
                                             .buckets = most});
    return r;
}

TEST(as_many_buckets_as_there_can_be_survive_encoding)
{
    double most[BUCKETS_MAX];
    struct registry *a, *b;

    for (int i = 0; i < BUCKETS_MAX; i++)
        most[i] = i;
    a = with_all_buckets(most);
    b = with_all_buckets(most);
    for (int i = 0; i < 1000 * BUCKETS_MAX; i++)
        histogram_observe(registry_find(a, SLICE("h")), 0, i % (BUCKETS_MAX + 1), 0);
    restore(a, b, SECOND);
    assert_same_page(a, b);
    registry_free(a);
    registry_free(b);
}

TEST(restored_set_still_ignores_older_lines_of_other_files)
{
    struct registry *x = families(ab), *y = families(ab);
    struct family *g = registry_find(y, SLICE("g"));
    uint32_t index;

    fill(x);
    restore(x, y, 0);
    ck_assert(family_lookup(g, (struct slice[]){SLICE("x"), SLICE("y")}, &index));
    ck_assert(!gauge_set(g, index, 5, 1233, 8, 0));
    ck_assert(gauge_set(g, index, 5, 1233, 9, 0));
    registry_free(x);
    registry_free(y);
}

/* The registry's other times are those of the wall clock. */
TEST(expire_counts_on_where_the_snapshot_left_off)
{
    struct registry *x = families(ab), *y = families(ab);
    int64_t now = 60 * SECOND;

    (void)family_series(registry_find(x, SLICE("c_total")),
                        (struct slice[]){SLICE("a"), SLICE("b")}, 1000000 * SECOND, NULL);

    fill(x);
    restore(x, y, now);
    /* "old" was 50 s behind "new" and has 50 s left, however long nobody ran */
    ck_assert_uint_eq(registry_expire(y, now + 50 * SECOND), 0);
    ck_assert_uint_eq(registry_expire(y, now + 51 * SECOND), 1);
    ck_assert_uint_eq(registry_expire(y, now + 101 * SECOND), 1);
    registry_free(x);
    registry_free(y);
}

TEST(labels_in_another_order_are_mapped)
{
    struct registry *x = new_registry(), *y = new_registry();
    struct family *c = add(x, "c_total", FAMILY_COUNTER, 2, ab, NULL), *d;
    uint32_t index;

    counter_inc(c, series(c, "1", "2", 0), 3, 0);
    d = add(y, "c_total", FAMILY_COUNTER, 2, ba, NULL);
    restore(x, y, 0);
    ck_assert(family_lookup(d, (struct slice[]){SLICE("2"), SLICE("1")}, &index));
    ck_assert_uint_eq(family_counter(d, index)->whole, 3);
    registry_free(x);
    registry_free(y);
}

TEST(restored_series_keep_their_place_beyond_new_limits)
{
    struct registry *x = new_registry(),
                    *y =
                        registry_new(&(struct registry_limits){.max_series = 1, .label_bytes = 16});
    struct family *c = add(x, "c_total", FAMILY_COUNTER, 2, ab, NULL);

    series(c, "1", "a value longer than sixteen bytes", 0);
    series(c, "2", "2", 0);
    add(y, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    restore(x, y, 0);
    assert_same_page(x, y);
    registry_free(x);
    registry_free(y);
}

TEST(zero_series_take_the_restored_value_and_stay_pinned)
{
    struct registry *x = families(ab), *y = families(ab);
    struct family *e = registry_find(y, SLICE("e_total"));
    uint32_t index;

    fill(x);
    family_pin(e, &SLICE("old"), 0);
    restore(x, y, SECOND);
    registry_expire(y, 1000 * SECOND);
    ck_assert(family_lookup(e, &SLICE("old"), &index));
    ck_assert_uint_eq(family_counter(e, index)->whole, 1);
    ck_assert_uint_eq(family_nseries(e), 1);
    registry_free(x);
    registry_free(y);
}

/* As a reload does it: the old one is gone then. */
static struct restore_report reload(struct registry *from, struct registry *to, int64_t now_ns)
{
    struct restore_report report = restore(from, to, now_ns);

    registry_free(from);
    return report;
}

static struct registry *with_h(const double *buckets, bool used)
{
    struct registry *r = new_registry();
    struct family *h = add(r, "h", FAMILY_HISTOGRAM, 2, ab, buckets);

    if (used)
        histogram_observe(h, series(h, "1", "2", SECOND), 3, 0);
    return r;
}

TEST(family_that_is_gone_is_parked_and_comes_back)
{
    struct registry *a = with_h(bounds, true), *b = new_registry(), *c = new_registry(), *d;
    struct restore_report report = reload(a, b, SECOND);

    ck_assert_uint_eq(report.parked, 1);
    report = reload(b, c, 2 * SECOND);
    ck_assert_uint_eq(report.parked, 1);
    d = with_h(bounds, false);
    report = reload(c, d, DAY * SECOND);
    ck_assert_uint_eq(report.restored, 1);
    ck_assert_uint_eq(report.parked, 0);
    a = with_h(bounds, true);
    assert_same_page(a, d);
    registry_free(a);
    registry_free(d);
}

TEST(parked_family_is_dropped_after_a_day)
{
    struct registry *a = with_h(bounds, true), *b = new_registry(), *c = with_h(bounds, false);
    struct restore_report report;

    reload(a, b, SECOND);
    report = reload(b, c, (DAY + 2) * SECOND);
    ck_assert_uint_eq(report.restored, 0);
    ck_assert_uint_eq(report.dropped, 1);
    registry_free(c);
}

TEST(parked_family_is_dropped_when_another_shape_was_shown)
{
    struct registry *a = with_h(bounds, true), *b = with_h(other_bounds, false), *c;
    struct restore_report report = reload(a, b, SECOND);
    struct family *h = registry_find(b, SLICE("h"));

    ck_assert_uint_eq(report.parked, 1);
    histogram_observe(h, series(h, "1", "2", SECOND), 3, 0);
    c = with_h(bounds, false);
    report = reload(b, c, 2 * SECOND);
    ck_assert_uint_eq(report.restored, 0);
    ck_assert_uint_eq(report.dropped, 1);
    ck_assert_uint_eq(report.parked, 1);
    registry_free(c);
}

TEST(parked_family_comes_back_when_the_other_shape_was_never_shown)
{
    struct registry *a = with_h(bounds, true), *b = with_h(other_bounds, false),
                    *c = with_h(bounds, false);
    struct restore_report report;

    reload(a, b, SECOND);
    report = reload(b, c, 2 * SECOND);
    ck_assert_uint_eq(report.restored, 1);
    registry_free(c);
}

static bool first_is_one(void *ctx, const struct family *f, const struct slice *values)
{
    (void)f;
    ++*(int *)ctx;
    return slice_eq(values[0], SLICE("1"));
}

TEST(series_that_no_rule_makes_is_parked)
{
    struct registry *a = new_registry(), *b = new_registry(), *c = new_registry();
    struct family *f = add(a, "c_total", FAMILY_COUNTER, 2, ab, NULL), *g;
    struct restore_report report;
    struct buf bytes;
    int calls = 0;

    counter_inc(f, series(f, "1", "x", 0), 10, 0);
    counter_inc(f, series(f, "2", "x", 0), 20, 0);
    bytes = encoded(a);
    g = add(b, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    ck_assert_int_eq(
        snapshot_restore(b, buf_all(&bytes), SECOND, SECOND, first_is_one, &calls, &report), 0);
    buf_release(&bytes);
    ck_assert_int_eq(calls, 2);
    ck_assert_uint_eq(report.restored, 1);
    ck_assert_uint_eq(report.parked, 1);
    ck_assert_uint_eq(family_nseries(g), 1);
    add(c, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    reload(b, c, 2 * SECOND);
    assert_same_page(a, c);
    registry_free(a);
    registry_free(c);
}

TEST(newer_value_wins_over_a_parked_one)
{
    struct registry *a = new_registry(), *b = new_registry(), *c = new_registry();
    struct family *f = add(a, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    struct buf bytes;
    int calls = 0;
    uint32_t index;

    counter_inc(f, series(f, "2", "x", 0), 20, 0);
    bytes = encoded(a);
    registry_free(a);
    f = add(b, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    ck_assert_int_eq(
        snapshot_restore(b, buf_all(&bytes), SECOND, SECOND, first_is_one, &calls, NULL), 0);
    buf_release(&bytes);
    counter_inc(f, series(f, "2", "x", 0), 1, 0);
    f = add(c, "c_total", FAMILY_COUNTER, 2, ab, NULL);
    reload(b, c, 2 * SECOND);
    ck_assert(family_lookup(f, (struct slice[]){SLICE("2"), SLICE("x")}, &index));
    ck_assert_uint_eq(family_counter(f, index)->whole, 1);
    registry_free(c);
}

/* The bytes in memory of exactly their length, so that a sanitizer sees any read past the end. */
static int restore_exactly(struct registry *r, const char *p, size_t n)
{
    char *copy = xmalloc(n ? n : 1);
    int e;

    memcpy(copy, p, n);
    e = snapshot_restore(r, slice_make(copy, n), SECOND, SECOND, NULL, NULL, NULL);
    free(copy);
    return e;
}

TEST(every_truncation_is_refused)
{
    struct registry *x = families(ab);
    struct buf bytes;

    fill(x);
    bytes = encoded(x);
    for (size_t n = 0; n < bytes.n; n++) {
        struct registry *y = families(ab), *empty = families(ab);

        ck_assert_int_eq(restore_exactly(y, bytes.p, n), -EBADMSG);
        assert_same_page(y, empty);
        registry_free(y);
        registry_free(empty);
    }
    buf_release(&bytes);
    registry_free(x);
}

TEST(bytes_behind_the_last_series_of_a_family_are_refused)
{
    struct registry *x = families(ab), *y = families(ab);
    struct buf bytes;
    struct reader r;
    char *length = NULL;

    fill(x);
    bytes = encoded(x);
    buf_char(&bytes, 0);
    r = reader_of(buf_all(&bytes));
    (void)read_u32(&r);
    (void)read_u64(&r);
    for (uint32_t n = read_u32(&r); n > 0; n--) {
        (void)read_u64(&r);
        length = bytes.p + (r.p - bytes.p);
        r.p += read_u64(&r);
    }
    ck_assert_ptr_eq(r.p + 1, r.end);
    ++*length; /* the lowest byte; it does not overflow here */
    ck_assert_int_ne(*length, 0);
    ck_assert_int_eq(restore_exactly(y, bytes.p, bytes.n), -EBADMSG);
    buf_release(&bytes);
    registry_free(x);
    registry_free(y);
}

/* Whatever the bytes were, what comes of them can be shown, saved and read again. */
static void use(struct registry *r)
{
    struct registry *again = families(ba);
    struct buf text = page(r), bytes = encoded(r), err = BUF_INIT;

    ck_assert_int_eq(snapshot_restore(again, buf_all(&bytes), SECOND, SECOND, NULL, NULL, NULL), 0);
    ck_assert_msg(snapshot_merge(again, buf_all(&bytes), &err) == 0, "%s", err.p);
    buf_release(&err);
    buf_release(&text);
    buf_release(&bytes);
    registry_free(again);
}

TEST(damaged_bytes_are_refused_or_consistent)
{
    struct registry *x = families(ab);
    struct dice dice = {88172645463325252u};
    struct buf bytes;
    char *copy;
    int good = 0;

    fill(x);
    bytes = encoded(x);
    copy = xmalloc(bytes.n);
    for (int i = 0; i < 30000; i++) {
        struct registry *y = families(i & 1 ? ab : ba);
        unsigned flips = 1 + roll_bits(&dice) % 3;

        memcpy(copy, bytes.p, bytes.n);
        while (flips--) {
            uint64_t at = roll_bits(&dice) % bytes.n;

            if (roll_bits(&dice) & 1)
                copy[at] = (char)roll_bits(&dice);
            else
                copy[at] = (char)(copy[at] ^ (1 << (at & 7)));
        }
        if (restore_exactly(y, copy, bytes.n) == 0) {
            good++;
            if (good % 50 == 0)
                use(y);
        }
        registry_free(y);
    }
    ck_assert_int_gt(good, 100);
    free(copy);
    buf_release(&bytes);
    registry_free(x);
}
