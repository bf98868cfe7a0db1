/* check_merge -- a log read in parts gives what the log read in one piece gives. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "metrics/expose.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

#include <errno.h>
#include <stdio.h>

static const char *const label_names[] = {"a", "b"};
static const double bounds[] = {1, 2, 4};

static struct registry *new_part(void)
{
    return registry_new(&(struct registry_limits){.label_bytes = 256, .part = true});
}

static struct family_spec spec_of(const char *name, enum family_type type, unsigned nlabels)
{
    return (struct family_spec){
        .name = name,
        .help = "Help.",
        .type = type,
        .nlabels = nlabels,
        .labels = label_names,
        .nbuckets = type == FAMILY_HISTOGRAM ? 3 : 0,
        .buckets = bounds,
    };
}

static struct family *add(struct registry *r, const char *name, enum family_type type,
                          unsigned nlabels)
{
    struct family_spec spec = spec_of(name, type, nlabels);

    return registry_family(r, &spec);
}

static uint32_t series1(struct family *f, const char *a)
{
    return family_series(f, (struct slice[]){slice_str(a)}, 1, NULL);
}

static struct buf encoded(struct registry *r)
{
    struct buf out = BUF_INIT;
    struct snapshot *s = snapshot_take(r);

    snapshot_encode(s, &out);
    snapshot_free(s);
    return out;
}

/* Merges `part` into r and frees it. */
static int merge(struct registry *r, struct registry *part, struct buf *err)
{
    struct buf bytes = encoded(part);
    int e = snapshot_merge(r, buf_all(&bytes), err);

    buf_release(&bytes);
    registry_free(part);
    return e;
}

static struct buf page(struct registry *r)
{
    struct expose_options o = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED};
    struct buf out = BUF_INIT;
    struct snapshot *s = snapshot_take(r);

    expose(s, &o, &out);
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

TEST(counters_and_histograms_add_up)
{
    struct registry *whole = new_part(), *sum = new_part();
    struct num half = {0.75, 0, false};

    for (int part = 0; part < 5; part++) {
        struct registry *r = new_part();

        for (int k = 0; k < 2; k++) {
            struct registry *to = k ? r : whole;
            struct family *c = add(to, "c_total", FAMILY_COUNTER, 1);
            struct family *d = add(to, "d_total", FAMILY_COUNTER, 0);
            struct family *h = add(to, "h", FAMILY_HISTOGRAM, 1);
            char text[16];

            (void)snprintf(text, sizeof text, "%d", part % 3);
            counter_inc(c, series1(c, text), UINT64_C(1) << (60 - part), 1);
            counter_add(d, 0, &half, 1);
            histogram_observe(h, series1(h, text), part, 1);
        }
        ck_assert_int_eq(merge(sum, r, NULL), 0);
    }
    assert_same_page(whole, sum);
    registry_free(whole);
    registry_free(sum);
}

TEST(counters_overflow_to_doubles)
{
    struct registry *sum = new_part();
    struct family *f = add(sum, "c_total", FAMILY_COUNTER, 0);

    for (int i = 0; i < 3; i++) {
        struct registry *r = new_part();

        counter_inc(add(r, "c_total", FAMILY_COUNTER, 0), 0, UINT64_C(1) << 63, 1);
        ck_assert_int_eq(merge(sum, r, NULL), 0);
    }
    ck_assert_double_eq(counter_value(family_counter(f, 0)), 0x1.8p64);
    registry_free(sum);
}

TEST(missing_families_are_made_with_their_description)
{
    struct registry *r = new_part(), *sum = new_part();
    struct family_spec spec = spec_of("h", FAMILY_HISTOGRAM, 2);
    const struct family_spec *made;

    spec.own = true;
    registry_family(r, &spec);
    spec = spec_of("g", FAMILY_GAUGE, 0);
    spec.has_min = true;
    spec.min = -2;
    registry_family(r, &spec);
    ck_assert_int_eq(merge(sum, r, NULL), 0);
    made = family_spec(registry_find(sum, SLICE("h")));
    ck_assert_str_eq(made->help, "Help.");
    ck_assert_uint_eq(made->nlabels, 2);
    ck_assert_str_eq(made->labels[1], "b");
    ck_assert_uint_eq(made->nbuckets, 3);
    ck_assert_double_eq(made->buckets[2], 4);
    ck_assert(made->own);
    made = family_spec(registry_find(sum, SLICE("g")));
    ck_assert(made->has_min);
    ck_assert_double_eq(made->min, -2);
    registry_free(sum);
}

TEST(limits_of_the_sum_fold)
{
    struct registry *sum = registry_new(&(struct registry_limits){.max_series = 2});
    struct registry *r = new_part();
    struct family *f = add(r, "c_total", FAMILY_COUNTER, 1), *g;
    uint32_t other;

    for (int i = 0; i < 5; i++)
        counter_inc(f, series1(f, (const char *[]){"a", "b", "c", "d", "e"}[i]), 1, 1);
    ck_assert_int_eq(merge(sum, r, NULL), 0);
    g = registry_find(sum, SLICE("c_total"));
    ck_assert(family_lookup(g, &SLICE("other"), &other));
    ck_assert_uint_eq(family_counter(g, other)->whole, 3);
    registry_free(sum);
}

TEST(what_was_folded_while_parts_were_added_up_is_known)
{
    struct registry *sum = registry_new(&(struct registry_limits){.max_series = 100});
    struct family_spec spec = spec_of("c_total", FAMILY_COUNTER, 2);
    static const char *const parts[][2] = {{"a", "1"}, {"a", "2"}, {"b", "1"}};
    static const unsigned masks[] = {0, 2, 3}; /* of labels */
    struct folded folded;
    struct family *f;

    spec.max_values = 1;
    f = registry_family(sum, &spec);
    for (int i = 0; i < 3; i++) {
        struct registry *r = new_part();
        struct slice values[] = {slice_str(parts[i][0]), slice_str(parts[i][1])};
        struct family *part = add(r, "c_total", FAMILY_COUNTER, 2);

        counter_inc(part, family_series(part, values, 1, NULL), 1, 1);
        ck_assert_int_eq(merge(sum, r, NULL), 0);
        folded = family_merged(f);
        ck_assert_int_eq(folded.any, i > 0);
        ck_assert(!folded.all);
        ck_assert_uint_eq(folded.mask, masks[i]);
    }
    registry_free(sum);
}

TEST(other_shapes_are_refused_and_nothing_changes)
{
    static const struct {
        enum family_type type;
        unsigned nlabels, nbuckets;
        const char *say;
    } cases[] = {
        {FAMILY_GAUGE, 1, 0, "h is a gauge in one snapshot and a histogram in another"},
        {FAMILY_HISTOGRAM, 2, 3, "h has other labels or buckets in one snapshot than in another"},
        {FAMILY_HISTOGRAM, 1, 2, "h has other buckets in one snapshot than in another"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct registry *sum = new_part(), *r = new_part(), *same = new_part();
        struct family_spec spec = spec_of("h", cases[i].type, cases[i].nlabels);
        struct buf err = BUF_INIT;
        struct family *c = add(r, "a_total", FAMILY_COUNTER, 1);

        spec.nbuckets = cases[i].nbuckets;
        registry_family(sum, &spec);
        registry_family(same, &spec);
        counter_inc(c, series1(c, "x"), 1, 1);
        add(r, "h", FAMILY_HISTOGRAM, 1);
        ck_assert_int_eq(merge(sum, r, &err), -EINVAL);
        ck_assert_str_eq(err.p, cases[i].say);
        assert_same_page(sum, same);
        buf_release(&err);
        registry_free(sum);
        registry_free(same);
    }
}

TEST(damaged_bytes_are_refused)
{
    struct registry *r = new_part(), *sum = new_part();
    struct buf bytes;

    add(r, "c_total", FAMILY_COUNTER, 0);
    bytes = encoded(r);
    ck_assert_int_eq(snapshot_merge(sum, slice_make(bytes.p, bytes.n - 1), NULL), -EBADMSG);
    ck_assert_uint_eq(registry_nfamilies(sum), 0);
    buf_release(&bytes);
    registry_free(r);
    registry_free(sum);
}

TEST(reset_wins_over_an_earlier_part)
{
    struct registry *sum = new_part(), *r = new_part();
    struct family *f = add(r, "g", FAMILY_GAUGE, 1);
    uint32_t index;

    gauge_set(f, series1(f, "x"), 5, 10, 1, 1);
    gauge_set(f, series1(f, "y"), 5, 10, 1, 1);
    ck_assert_int_eq(merge(sum, r, NULL), 0);
    r = new_part();
    f = add(r, "g", FAMILY_GAUGE, 1);
    gauge_reset(f, &SLICE("x"), 1); /* a series this part never saw */
    ck_assert_int_eq(merge(sum, r, NULL), 0);
    f = registry_find(sum, SLICE("g"));
    ck_assert(!family_lookup(f, &SLICE("x"), &index));
    ck_assert(family_lookup(f, &SLICE("y"), &index));
    registry_free(sum);
}

/* A shift that overflows downwards is no reset, and what is infinite stays so. */
TEST(a_gauge_beyond_all_doubles_is_the_same_in_parts)
{
    struct registry *whole = new_part(), *sum = new_part();

    for (int part = 0; part < 2; part++) {
        struct registry *r = new_part();

        for (int k = 0; k < 4; k++) {
            struct family *f = add(k % 2 ? r : whole, "g", FAMILY_GAUGE, 0);

            gauge_add(f, family_series(f, NULL, 1, NULL), part == 0 ? 1e308 : -1e308, 1);
        }
        ck_assert_int_eq(merge(sum, r, NULL), 0);
    }
    assert_same_page(whole, sum);
    registry_free(whole);
    registry_free(sum);
}

/* A made-up log: what each of its lines does to gauges. */
struct step {
    enum { STEP_ADD, STEP_SET, STEP_RESET } verb;
    unsigned label; /* 0: the gauge without labels */
    double value;
    int64_t time;
    uint32_t file;
};

/* Files follow each other, as replay reads them; their times overlap. */
static void make_steps(struct step *steps, unsigned n, struct dice *dice)
{
    unsigned file = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t verb = roll_bits(dice) % 10;

        file += roll_bits(dice) % 9 == 0;
        steps[i] = (struct step){
            .verb = verb < 7   ? STEP_ADD
                    : verb < 9 ? STEP_SET
                               : STEP_RESET,
            .label = (unsigned)(roll_bits(dice) % 3),
            .value = (double)(roll_bits(dice) % 9) - 4,
            .time = (int64_t)(roll_bits(dice) % 20),
            .file = file,
        };
    }
}

static void play(struct registry *r, const struct step *s, bool has_min)
{
    struct family_spec plain = spec_of("plain", FAMILY_GAUGE, 0);
    struct family_spec labelled = spec_of("labelled", FAMILY_GAUGE, 1);
    struct slice value = s->label == 1 ? SLICE("one") : SLICE("two");
    struct family *f;
    uint32_t index;

    plain.has_min = labelled.has_min = has_min;
    plain.min = labelled.min = -1;
    f = registry_family(r, s->label ? &labelled : &plain);
    if (s->verb == STEP_RESET) {
        gauge_reset(f, &value, 1);
        return;
    }
    index = family_series(f, &value, 1, NULL);
    if (s->verb == STEP_ADD)
        gauge_add(f, index, s->value, 1);
    else
        gauge_set(f, index, s->value, s->time, s->file, 1);
}

/* Parts never span files. */
TEST_EACH(gauges_of_parts_equal_those_of_the_whole, 8)
{
    enum { N = 30 };
    struct dice dice = {88172645463325252u + (uint64_t)_i};
    struct step steps[N];

    for (int round = 0; round < 300; round++) {
        struct registry *whole = new_part(), *sum = new_part(), *part = NULL, *pair = new_part();
        bool has_min = round & 1;

        make_steps(steps, N, &dice);
        for (unsigned i = 0; i < N; i++) {
            if (part && (steps[i].file != steps[i - 1].file || roll_bits(&dice) % 4 == 0)) {
                /* now and then two or more parts are put together first */
                ck_assert_int_eq(merge(pair, part, NULL), 0);
                part = NULL;
                if (steps[i].file != steps[i - 1].file || roll_bits(&dice) & 1) {
                    ck_assert_int_eq(merge(sum, pair, NULL), 0);
                    pair = new_part();
                }
            }
            if (!part)
                part = new_part();
            play(whole, &steps[i], has_min);
            play(part, &steps[i], has_min);
        }
        ck_assert_int_eq(merge(pair, part, NULL), 0);
        ck_assert_int_eq(merge(sum, pair, NULL), 0);
        assert_same_page(whole, sum);
        registry_free(whole);
        registry_free(sum);
    }
}
