/* buckets -- the value of `buckets`: a list, or a series that is computed. */
#include "config.h"

#include "rules/load/metric.h"

#include <math.h>
#include <stdio.h>

enum { REPORTED_MAX = 4 };

/* 12 digits: what a person would have written instead of 0.30000000000000004. */
static bool round_bound(double v, double *ret_v)
{
    char text[40];
    struct num num;
    int n = snprintf(text, sizeof text, "%.12g", v);

    if (!isfinite(v) || num_parse(slice_make(text, (size_t)n), &UNIT_PLAIN, &num) < 0)
        return false;
    *ret_v = num.d;
    return true;
}

/* The three numbers of exponential(a, b, n) and linear(a, b, n). */
static bool take_numbers(struct slice s, double numbers[3])
{
    struct slice piece;
    unsigned n = 0;

    s = slice_trim(s);
    if (s.n < 2 || *s.p != '(' || s.p[s.n - 1] != ')')
        return false;
    s = slice_make(s.p + 1, s.n - 2);
    while (slice_cut(&s, ',', &piece)) {
        struct num num;

        if (n == 3 || num_parse(slice_trim(piece), &UNIT_PLAIN, &num) < 0)
            return false;
        numbers[n++] = num.d;
    }
    return n == 3;
}

static unsigned computed(struct load *l, const struct ini_entry *e, bool exponential,
                         double *bounds)
{
    const char *form =
        exponential ? "exponential(start, factor, count)" : "linear(start, width, count)";
    double v[3], at;
    unsigned count;

    if (!take_numbers(slice_from(e->value, exponential ? strlen("exponential") : strlen("linear")),
                      v))
        return load_mistake(l, e->at, "\"%.*s\" is not %s", SLICE_FMT(e->value), form);
    if (exponential && (v[0] <= 0 || v[1] <= 1))
        return load_mistake(l, e->at, "%s needs start > 0 and factor > 1", form);
    if (!exponential && v[1] <= 0)
        return load_mistake(l, e->at, "%s needs width > 0", form);
    if (v[2] < 1 || v[2] > BUCKETS_MAX || v[2] != floor(v[2]))
        return load_mistake(l, e->at, "%s needs a count from 1 to %d", form, BUCKETS_MAX);
    count = (unsigned)v[2];
    at = v[0];
    for (unsigned i = 0; i < count; i++) {
        if (!round_bound(at, &bounds[i]))
            return load_mistake(l, e->at, "bound %u of \"%.*s\" is too large for a number", i + 1,
                                SLICE_FMT(e->value));
        at = exponential ? at * v[1] : v[0] + v[1] * (i + 1);
    }
    return count;
}

static void bad_bound(struct load *l, struct slice s, struct where at)
{
    struct num num;
    enum unit_kind kind;

    if (slice_eq(s, SLICE("+Inf")) || slice_eq(s, SLICE("Inf")) || slice_eq(s, SLICE("inf")))
        load_mistake(l, at, "bucket \"%.*s\" is always there; leave it out", SLICE_FMT(s));
    else if (num_parse_any(s, &num, &kind) == 0)
        load_mistake(l, at, "bucket \"%.*s\" has a unit; write plain numbers in seconds or bytes",
                     SLICE_FMT(s));
    else
        load_mistake(l, at,
                     "bucket \"%.*s\" is not a number; write numbers, exponential(start, factor, "
                     "count) or linear(start, width, count)",
                     SLICE_FMT(s));
}

static unsigned listed(struct load *l, const struct ini_entry *e, double *bounds)
{
    struct slice rest = e->value, word;
    unsigned n = 0, bad = 0;

    while (load_word(&rest, &word)) {
        struct num num;

        if (word.n > 1 && word.p[word.n - 1] == ',')
            word.n--;
        if (num_parse(word, &UNIT_PLAIN, &num) < 0) {
            if (bad++ < REPORTED_MAX)
                bad_bound(l, word, ini_at(e, word.p));
        } else {
            if (n == BUCKETS_MAX)
                return load_mistake(l, e->at, "more than %d buckets", BUCKETS_MAX);
            bounds[n++] = num.d;
        }
    }
    return bad ? 0 : n;
}

static void not_ascending(struct load *l, const struct ini_entry *e, bool computed_, double low,
                          double high)
{
    char before[NUM_TEXT], after[NUM_TEXT];

    num_format(before, low);
    num_format(after, high);
    if (computed_)
        load_mistake(l, e->at, "\"%.*s\": bounds are rounded to 12 digits, and then two are %s",
                     SLICE_FMT(e->value), after);
    else
        load_mistake(l, e->at, "buckets must ascend: %s comes after %s", after, before);
}

unsigned metric_buckets(struct load *l, const struct ini_entry *e, double *bounds)
{
    bool exponential = slice_starts(e->value, SLICE("exponential"));
    bool linear = slice_starts(e->value, SLICE("linear"));
    unsigned n;

    if (e->value.n == 0)
        return load_mistake(l, e->at,
                            "\"buckets\" has no value; leave the key out for the default ones");
    if (exponential || linear)
        n = computed(l, e, exponential, bounds);
    else
        n = listed(l, e, bounds);
    for (unsigned i = 1; i < n; i++) {
        if (bounds[i] > bounds[i - 1])
            continue;
        not_ascending(l, e, exponential || linear, bounds[i - 1], bounds[i]);
        return 0;
    }
    return n;
}
