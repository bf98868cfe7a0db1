/* check_registry -- label sets, limits, updates, expiry. */
#include "config.h"

#include "suite.h"

#include "metrics/registry.h"

#include "base/xalloc.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const two_labels[] = {"method", "path"};
static const double bounds[] = {0.1, 1, 10};

static struct registry *r;

static void begin_with(struct registry_limits limits)
{
    registry_free(r);
    r = registry_new(&limits);
}

static void begin(void)
{
    begin_with((struct registry_limits){.label_bytes = 64});
}

static void end(void)
{
    registry_free(r);
    r = NULL;
}

static struct family_spec spec_of(const char *name, enum family_type type, unsigned nlabels)
{
    return (struct family_spec){
        .name = name,
        .help = "Help.",
        .type = type,
        .nlabels = nlabels,
        .labels = two_labels,
        .nbuckets = type == FAMILY_HISTOGRAM ? 3 : 0,
        .buckets = bounds,
    };
}

static struct family *add(const char *name, enum family_type type, unsigned nlabels)
{
    struct family_spec spec = spec_of(name, type, nlabels);

    return registry_family(r, &spec);
}

static uint32_t series2(struct family *f, const char *a, const char *b, struct folded *folded)
{
    return family_series(f, (struct slice[]){slice_str(a), slice_str(b)}, 0, folded);
}

static uint32_t series1(struct family *f, const char *a)
{
    return family_series(f, (struct slice[]){slice_str(a)}, 0, NULL);
}

static bool has1(struct family *f, const char *a)
{
    uint32_t index;

    return family_lookup(f, (struct slice[]){slice_str(a)}, &index);
}

static double gauge_value(struct family *f, uint32_t index)
{
    return family_cells(f)->gauge[index].value;
}

static struct num number(double d)
{
    bool integral = d >= 0 && d < 0x1p64 && d == floor(d);

    return (struct num){d, integral ? (uint64_t)d : 0, integral};
}

static struct slice family_label(const struct family *f, uint32_t index, unsigned label)
{
    struct slice values[LABELS_MAX];

    family_labels(f, index, values);
    return values[label];
}

static void assert_label(const struct family *f, uint32_t index, unsigned label, const char *want)
{
    struct slice have = family_label(f, index, label);

    ck_assert_msg(slice_eq(have, slice_str(want)), "label is \"%.*s\", not \"%s\"", SLICE_FMT(have),
                  want);
}

FIXTURE(begin, end);

TEST(family_is_made_once)
{
    char name[] = "a_total", help[] = "Help.";
    struct family_spec spec = {.name = name, .help = help, .type = FAMILY_COUNTER};
    struct family *f = registry_family(r, &spec);

    name[0] = 'x';
    help[0] = 'X';
    ck_assert_str_eq(family_spec(f)->name, "a_total");
    ck_assert_str_eq(family_spec(f)->help, "Help.");
    ck_assert_ptr_eq(add("a_total", FAMILY_COUNTER, 0), f);
    ck_assert_ptr_eq(registry_find(r, SLICE("a_total")), f);
    ck_assert_ptr_null(registry_find(r, SLICE("b_total")));
    ck_assert_uint_eq(registry_nfamilies(r), 1);
    ck_assert_ptr_eq(registry_at(r, 0), f);
}

TEST(same_labels_are_the_same_series)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 2);
    uint32_t a = series2(f, "GET", "/x", NULL), b = series2(f, "GET", "/y", NULL);

    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(series2(f, "GET", "/x", NULL), a);
    ck_assert_uint_eq(family_nseries(f), 2);
    assert_label(f, b, 0, "GET");
    assert_label(f, b, 1, "/y");
}

TEST(label_values_cannot_forge_another_series)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 2);
    uint32_t a = series2(f, "ab", "c", NULL), b = series2(f, "a", "bc", NULL);
    uint32_t c = series2(f, "a\",path=\"b", "c", NULL);

    ck_assert_uint_ne(a, b);
    ck_assert_uint_ne(a, c);
    ck_assert_uint_ne(b, c);
}

TEST(many_series_are_all_found_again)
{
    enum { N = 20000 };
    struct family *f = add("a_total", FAMILY_COUNTER, 1);
    char text[32];

    for (uint32_t i = 0; i < N; i++) {
        (void)snprintf(text, sizeof text, "%x", i * 2654435761U);
        ck_assert_uint_eq(series1(f, text), i);
        counter_inc(f, i, i, 0);
    }
    for (uint32_t i = 0; i < N; i++) {
        (void)snprintf(text, sizeof text, "%x", i * 2654435761U);
        ck_assert_uint_eq(series1(f, text), i);
        assert_label(f, i, 0, text);
        ck_assert_uint_eq(family_counter(f, i)->whole, i);
    }
}

TEST(series_are_found_while_their_table_grows)
{
    struct family_spec spec = spec_of("c_total", FAMILY_COUNTER, 1);
    struct family *f;
    char name[16];

    spec.max_values = 1000;
    f = registry_family(r, &spec);
    for (unsigned n = 0; n < 800; n++) {
        (void)snprintf(name, sizeof name, "v%u", n);
        if (has1(f, name) || series1(f, name) != n)
            ck_abort_msg("%s is not new", name);
        for (unsigned i = 0; i <= n; i++) {
            (void)snprintf(name, sizeof name, "v%u", i);
            if (series1(f, name) != i)
                ck_abort_msg("%s of %u is lost", name, n + 1);
        }
    }
}

TEST(label_values_are_cleaned)
{
    static const struct {
        struct slice in;
        const char *out;
    } cases[] = {
        {{"", 0}, "unknown"},
        {{NULL, 0}, "unknown"},
        {{"a\0b", 3},
         "a\xef\xbf\xbd"
         "b"},
        {{"\xff", 1}, "\xef\xbf\xbd"},
        {{"\xd0\x9f", 2}, "\xd0\x9f"},
        {{"tab\tnl\n", 7}, "tab\tnl\n"},
    };
    struct family *f = add("a_total", FAMILY_COUNTER, 1);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t index = family_series(f, &cases[i].in, 0, NULL), again = 999;

        assert_label(f, index, 0, cases[i].out);
        ck_assert(family_lookup(f, &cases[i].in, &again));
        ck_assert_uint_eq(index, again);
    }
}

TEST(long_label_values_are_cut_at_a_character)
{
    char text[1000];

    for (unsigned limit = 16; limit < 40; limit++)
        for (unsigned n = 10; n < 60; n++) {
            begin_with((struct registry_limits){.label_bytes = limit});
            struct family *f = add("a_total", FAMILY_COUNTER, 1);
            struct slice have;

            text[0] = 'x'; /* so that two-byte characters lie across even borders */
            for (unsigned i = 0; i < n; i++)
                memcpy(text + 1 + 2 * i, "\xc3\xa9", 2);
            text[1 + 2 * n] = '\0';
            have = family_label(f, series1(f, text), 0);
            ck_assert_uint_le(have.n, limit);
            if (1 + 2 * n <= limit) {
                ck_assert(slice_eq(have, slice_str(text)));
            } else {
                ck_assert(slice_ends(have, SLICE("...")));
                ck_assert_uint_eq((have.n - 3) % 2, 1);
                ck_assert_uint_ge(have.n, limit - 1);
            }
        }
}

TEST(a_value_of_broken_bytes_that_fits_is_whole)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 1);
    char text[] = "\xff............................................................x";
    struct slice have;

    ck_assert_uint_eq(sizeof(text) - 1, 62); /* of the first byte three are made */
    have = family_label(f, series1(f, text), 0);
    ck_assert_uint_eq(have.n, 64);
    ck_assert(slice_ends(have, SLICE("x")));
}

TEST(long_values_of_broken_bytes_are_cut_too)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 2);
    char *bytes = xmalloc(100000);
    struct slice values[2] = {{bytes, 100000}, {bytes, 100000}}, have;

    memset(bytes, 0xfe, 100000);
    have = family_label(f, family_series(f, values, 0, NULL), 1);
    ck_assert_uint_le(have.n, 64);
    ck_assert(slice_starts(have, SLICE("\xef\xbf\xbd\xef\xbf\xbd")));
    ck_assert(slice_ends(have, SLICE("\xef\xbf\xbd...")));
    free(bytes);
}

TEST(too_many_values_fold_that_label_only)
{
    struct family_spec spec = spec_of("a_total", FAMILY_COUNTER, 2);
    struct folded folded;
    struct family *f;
    uint32_t other;

    spec.max_values = 2;
    f = registry_family(r, &spec);
    series2(f, "GET", "/1", &folded);
    ck_assert(!folded.any);
    series2(f, "GET", "/2", &folded);
    ck_assert(!folded.any);
    other = series2(f, "GET", "/3", &folded);
    ck_assert(folded.any);
    ck_assert(!folded.all);
    ck_assert_uint_eq(folded.mask, 2);
    assert_label(f, other, 0, "GET");
    assert_label(f, other, 1, "other");
    ck_assert_uint_eq(series2(f, "GET", "/4", &folded), other);
    ck_assert(folded.any);
    series2(f, "POST", "/1", &folded);
    ck_assert(!folded.any);
    /* literally `other` in a log is fine, and takes no place */
    ck_assert_uint_eq(series2(f, "GET", "other", &folded), other);
    ck_assert(!folded.any);
    series2(f, "PUT", "/9", &folded);
    ck_assert_uint_eq(folded.mask, 3);
    ck_assert(!folded.all);
}

TEST(too_many_series_fold_all_labels)
{
    struct family_spec spec = spec_of("a_total", FAMILY_COUNTER, 2);
    struct folded folded;
    struct family *f;
    uint32_t other;

    spec.max_series = 3;
    f = registry_family(r, &spec);
    for (int i = 0; i < 3; i++)
        series2(f, "GET", (const char *[]){"/1", "/2", "/3"}[i], NULL);
    other = series2(f, "GET", "/4", &folded);
    ck_assert(folded.all);
    ck_assert(folded.any);
    assert_label(f, other, 0, "other");
    assert_label(f, other, 1, "other");
    ck_assert_uint_eq(series2(f, "POST", "/5", &folded), other);
    ck_assert(folded.all);
    series2(f, "GET", "/2", &folded);
    ck_assert(!folded.any);
    ck_assert_uint_eq(family_nseries(f), 4);
}

TEST(limit_of_all_series_leaves_out_own_families)
{
    begin_with((struct registry_limits){.max_series = 2});
    struct family_spec own = spec_of("own_total", FAMILY_COUNTER, 1);
    struct family *f, *g = add("g_total", FAMILY_COUNTER, 1);
    struct folded folded;

    own.own = true;
    f = registry_family(r, &own);
    for (int i = 0; i < 5; i++)
        series1(f, (const char *[]){"a", "b", "c", "d", "e"}[i]);
    ck_assert_uint_eq(family_nseries(f), 5);
    series1(g, "a");
    series1(g, "b");
    assert_label(g, family_series(g, &SLICE("c"), 0, &folded), 0, "other");
    ck_assert(folded.all);
}

TEST(pinned_series_are_made_beyond_limits)
{
    begin_with((struct registry_limits){.max_series = 1});
    struct family_spec spec = spec_of("a_total", FAMILY_COUNTER, 1);
    struct family *f;

    spec.max_values = 1;
    spec.max_series = 1;
    f = registry_family(r, &spec);
    family_pin(f, &SLICE("a"), 0);
    family_pin(f, &SLICE("b"), 0);
    ck_assert(has1(f, "a"));
    ck_assert(has1(f, "b"));
    assert_label(f, series1(f, "c"), 0, "other");
}

TEST(counter_is_exact_to_64_bits)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 0);
    struct num big = {0x1p64, UINT64_MAX - 1, true};

    counter_inc(f, 0, 1, 0);
    counter_add(f, 0, &big, 0);
    ck_assert_uint_eq(family_counter(f, 0)->whole, UINT64_MAX);
    counter_inc(f, 0, 3, 0);
    ck_assert_double_eq(counter_value(family_counter(f, 0)), 0x1p64);
    counter_inc(f, 0, 1 << 20, 0);
    ck_assert_double_eq(counter_value(family_counter(f, 0)), 0x1p64 + (1 << 20));
}

TEST(counter_keeps_fractions_beside_a_large_sum)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 0);
    struct num tenth = number(0.1), large = number(1e15);

    counter_add(f, 0, &large, 0);
    for (int i = 0; i < 1000000; i++)
        counter_add(f, 0, &tenth, 0);
    ck_assert_uint_ge(family_counter(f, 0)->whole, 1000000000099999);
    ck_assert_double_eq(counter_value(family_counter(f, 0)), 1e15 + 100000);
}

TEST(counter_store_replaces)
{
    struct family *f = add("process_cpu_seconds_total", FAMILY_COUNTER, 0);

    counter_store(f, 0, 12.25);
    counter_store(f, 0, 13.5);
    ck_assert_double_eq(counter_value(family_counter(f, 0)), 13.5);
}

/* The specification of a bucket search. */
static unsigned slow_bucket(const double *b, unsigned n, double v)
{
    unsigned i = 0;

    while (i < n && v > b[i])
        i++;
    return i;
}

TEST(bucket_search_equals_the_slow_one)
{
    double many[BUCKETS_MAX];

    for (unsigned i = 0; i < BUCKETS_MAX; i++)
        many[i] = i * 0.5;
    for (unsigned n = 1; n <= BUCKETS_MAX; n += n < 40 ? 1 : 27) {
        begin();
        struct family_spec spec = spec_of("h", FAMILY_HISTOGRAM, 0);
        struct family *f;
        uint64_t want[BUCKETS_MAX + 1] = {0};

        spec.nbuckets = n;
        spec.buckets = many;
        f = registry_family(r, &spec);
        for (double v = 0; v < n * 0.5 + 1; v += 0.25) {
            histogram_observe(f, 0, v, 0);
            want[slow_bucket(many, n, v)]++;
        }
        histogram_observe(f, 0, 1e300, 0);
        want[n]++;
        for (unsigned i = 0; i <= n; i++)
            ck_assert_uint_eq(histogram_at(family_cells(f), 0)->bucket[i], want[i]);
    }
}

TEST(histogram_without_bounds_has_one_bucket)
{
    struct family_spec spec = spec_of("h", FAMILY_HISTOGRAM, 0);
    struct family *f;

    spec.nbuckets = 0;
    f = registry_family(r, &spec);
    histogram_observe(f, 0, 5, 0);
    histogram_observe(f, 0, 0, 0);
    ck_assert_uint_eq(histogram_at(family_cells(f), 0)->bucket[0], 2);
    ck_assert_double_eq(nsum_value(&histogram_at(family_cells(f), 0)->sum), 5);
}

TEST(gauge_is_clamped_at_every_update)
{
    struct family_spec spec = spec_of("g", FAMILY_GAUGE, 0);
    struct family *f;

    spec.has_min = true;
    f = registry_family(r, &spec);
    gauge_add(f, 0, -3, 0);
    gauge_add(f, 0, 2, 0);
    ck_assert_double_eq(gauge_value(f, 0), 2);
    ck_assert(gauge_set(f, 0, -5, 0, 0, 0));
    ck_assert_double_eq(gauge_value(f, 0), 0);
}

TEST(gauge_without_min_goes_below_zero)
{
    struct family *f = add("g", FAMILY_GAUGE, 0);

    gauge_add(f, 0, -3, 0);
    ck_assert_double_eq(gauge_value(f, 0), -3);
    gauge_reset(f, NULL, 0);
    ck_assert_double_eq(gauge_value(f, 0), 0);
}

TEST(older_set_of_another_file_is_ignored)
{
    struct family *f = add("g", FAMILY_GAUGE, 0);

    ck_assert(gauge_set(f, 0, 1, 100, 1, 0));
    ck_assert(!gauge_set(f, 0, 2, 99, 2, 0));
    ck_assert_double_eq(gauge_value(f, 0), 1);
    ck_assert(gauge_set(f, 0, 3, 50, 1, 0)); /* within one file order decides */
    ck_assert(gauge_set(f, 0, 4, 60, 2, 0));
    ck_assert_double_eq(gauge_value(f, 0), 4);
    ck_assert(gauge_set(f, 0, 5, 60, 1, 0)); /* of the same time, the later one */
}

TEST(reset_drops_a_series_and_looking_it_up_brings_it_back)
{
    struct family *f = add("g", FAMILY_GAUGE, 1);
    uint32_t index = series1(f, "a");
    uint64_t generation = registry_generation(r);

    gauge_set(f, index, 7, 1000, 1, 0);
    gauge_reset(f, &SLICE("a"), 0);
    ck_assert(!has1(f, "a"));
    ck_assert_uint_eq(family_nseries(f), 0);
    ck_assert_uint_eq(registry_generation(r), generation);
    ck_assert(gauge_is_dropped(f, index));
    ck_assert_uint_eq(series1(f, "a"), index);
    gauge_add(f, index, 2, 0);
    ck_assert(has1(f, "a"));
    ck_assert_uint_eq(family_nseries(f), 1);
    ck_assert_double_eq(gauge_value(f, index), 2);
    gauge_reset(f, &SLICE("a"), 0);
    ck_assert_uint_eq(series1(f, "a"), index);
    ck_assert_double_eq(gauge_value(f, index), 0);
    gauge_reset(f, &SLICE("never seen"), 0);
    ck_assert_uint_eq(family_nseries(f), 1);
}

TEST(reset_gives_back_room_under_the_limits)
{
    begin_with((struct registry_limits){.max_series = 2});
    struct family_spec spec = spec_of("g", FAMILY_GAUGE, 1);
    struct family *f;
    char text[16];

    spec.max_values = 2;
    spec.max_series = 2;
    f = registry_family(r, &spec);
    for (int i = 0; i < 1000; i++) {
        struct folded folded;
        struct slice value;

        (void)snprintf(text, sizeof text, "s%d", i);
        value = slice_str(text);
        gauge_set(f, family_series(f, &value, 0, &folded), i, i, 0, 0);
        ck_assert(!folded.any);
        gauge_reset(f, &value, 0);
        if (i % 300 == 299)
            ck_assert_uint_eq(registry_expire(r, 0), 0);
    }
    ck_assert_uint_eq(family_nseries(f), 0);
    ck_assert_uint_gt(registry_generation(r), 0);
}

TEST(reset_of_a_pinned_series_goes_to_zero)
{
    struct family *f = add("g", FAMILY_GAUGE, 1);

    family_pin(f, &SLICE("a"), 0);
    gauge_add(f, series1(f, "a"), 5, 0);
    gauge_reset(f, &SLICE("a"), 0);
    ck_assert(has1(f, "a"));
    ck_assert_double_eq(gauge_value(f, 0), 0);
}

static struct family *expiring(enum family_type type)
{
    struct family_spec spec = spec_of("e_total", type, 1);

    spec.expire_ns = 100;
    spec.max_values = 3;
    return registry_family(r, &spec);
}

TEST(expire_drops_what_was_not_updated)
{
    struct family *f = expiring(FAMILY_COUNTER);
    uint64_t generation = registry_generation(r);
    uint32_t index;

    family_pin(f, &SLICE("pinned"), 0);
    family_series(f, &SLICE("old"), 0, NULL);
    counter_inc(f, family_series(f, &SLICE("new"), 0, NULL), 42, 50);
    ck_assert_uint_eq(registry_expire(r, 100), 0);
    ck_assert_uint_eq(registry_generation(r), generation);
    ck_assert_uint_eq(registry_expire(r, 101), 1);
    ck_assert_uint_ne(registry_generation(r), generation);
    ck_assert(!has1(f, "old"));
    ck_assert(has1(f, "pinned"));
    ck_assert(family_lookup(f, &SLICE("new"), &index));
    ck_assert_uint_eq(family_counter(f, index)->whole, 42);
    assert_label(f, index, 0, "new");
    ck_assert_uint_eq(registry_expire(r, 1000), 1);
    ck_assert_uint_eq(family_nseries(f), 1);
}

TEST(expired_values_make_room_for_others)
{
    struct family *f = expiring(FAMILY_HISTOGRAM);
    struct folded folded;
    char text[16];

    for (int64_t now = 0; now < 3000; now += 60) {
        struct slice value;

        (void)snprintf(text, sizeof text, "v%d", (int)now);
        value = slice_str(text);
        histogram_observe(f, family_series(f, &value, now, &folded), 1, now);
        ck_assert(!folded.any);
        registry_expire(r, now);
    }
}

TEST(families_without_expire_never_lose_series)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 1);

    series1(f, "a");
    ck_assert_uint_eq(registry_expire(r, INT64_MAX), 0);
    ck_assert(has1(f, "a"));
}

/* Else nobody has to ask again and again. */
TEST(what_may_expire_is_told)
{
    struct family *f = add("a_total", FAMILY_COUNTER, 1);

    series1(f, "a");
    ck_assert(!registry_may_expire(r));
    series1(expiring(FAMILY_COUNTER), "a");
    ck_assert(registry_may_expire(r));
}

TEST(exemplars_are_wanted_where_the_rules_ask_for_them)
{
    struct family_spec spec = spec_of("with_total", FAMILY_COUNTER, 0);

    ck_assert(!family_wants_exemplar(add("without_total", FAMILY_COUNTER, 0), 0, 0));
    spec.exemplars = true;
    ck_assert(family_wants_exemplar(registry_family(r, &spec), 0, 0));
    spec = spec_of("g", FAMILY_GAUGE, 0); /* has none in OpenMetrics */
    spec.exemplars = true;
    ck_assert(!family_wants_exemplar(registry_family(r, &spec), 0, 0));
}

TEST(exemplar_labels_are_limited)
{
    struct family_spec spec = spec_of("h", FAMILY_HISTOGRAM, 0);
    struct exemplar e = {.value = 0.5, .time = NAN, .nlabels = 1, .name = {SLICE("id")}};
    char text[200];
    struct family *f;

    memset(text, 'x', sizeof text);
    spec.exemplars = true;
    f = registry_family(r, &spec);
    e.text[0] = slice_make(text, 126);
    ck_assert(family_exemplar(f, 0, &e));
    e.text[0].n = 127;
    ck_assert(!family_exemplar(f, 0, &e));
}

/* What malloc gave out, large pieces apart. */
static size_t allocated(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

TEST(bytes_are_those_that_were_allocated)
{
    struct family_spec spec = spec_of("a_total", FAMILY_COUNTER, 2);
    size_t before = allocated(), got, said;
    struct family *f;

    if (before == 0)
        return; /* another allocator */
    spec.max_values = 100000;
    f = registry_family(r, &spec);
    for (unsigned i = 0; i < 20000; i++) {
        char value[32];

        (void)snprintf(value, sizeof value, "/some/path/%u", i);
        (void)series2(f, "GET", value, NULL);
    }
    got = allocated() - before;
    said = family_bytes(f);
    if (said * 100 < got * 97 || said > got)
        ck_abort_msg("%zu of %zu", said, got);
}
