/* check_exact -- exact decimals against 128-bit and plain integer arithmetic, quotients against the
 * C library's division. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/exact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct dice dice = {2463534242u};

static struct exact make(const char *text)
{
    struct exact e;

    ck_assert_msg(exact_parse(slice_str(text), NULL, &e) == 0, "%s", text);
    return e;
}

static const char *show(const struct exact *e)
{
    static char text[EXACT_TEXT + 1];

    text[exact_format(text, e)] = '\0';
    return text;
}

typedef bool operation(const struct exact *a, const struct exact *b, struct exact *ret);

/* "" when there is no result. */
static const char *join(const char *a, operation *op, const char *b)
{
    struct exact x = make(a), y = make(b), r;

    return op(&x, &y, &r) ? show(&r) : "";
}

TEST(texts_come_back_in_one_form)
{
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0.00", "0"},
        {"007.50", "7.5"},
        {"1e3", "1000"},
        {"-12.5e-4", "-0.00125"},
        {"true", "1"},
        {"1.5s", "1.5"},
        {"1h2m3.5s", "3723.5"},
        {"0:00:31.877", "31.877"},
        {"12.345ms", "0.012345"},
        {"1.5KiB", "1536"},
        {"45 %", "0.45"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        {"0.00000000000000000001", "0.00000000000000000001"},
        {"1000000000000000000000000000000000000000000", "1e42"},
        {"1234e-60", "1234e-60"},
        {"1.00000000000000000000000000000000000000000000000", "1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exact e = make(cases[i][0]);

        ck_assert_str_eq(show(&e), cases[i][1]);
    }
}

TEST(what_is_no_number_and_what_is_too_long)
{
    struct unit ms, div, plain = UNIT_PLAIN;
    struct exact e;

    ck_assert_int_eq(exact_parse(SLICE("abc"), NULL, &e), -EINVAL);
    ck_assert_int_eq(exact_parse(SLICE(""), NULL, &e), -EINVAL);
    ck_assert_int_eq(exact_parse(SLICE("1s"), &plain, &e), -EINVAL);
    ck_assert_int_eq(exact_parse(SLICE("123456789012345678901234567890123456789"), NULL, &e),
                     -ERANGE);
    ck_assert_int_eq(exact_parse(SLICE("1e5000"), NULL, &e), -ERANGE);
    ck_assert_int_eq(unit_parse(SLICE("ms"), &ms), 0);
    ck_assert_int_eq(unit_parse(SLICE("1/8"), &div), 0);
    ck_assert_int_eq(exact_parse(SLICE("5"), &ms, &e), 0);
    ck_assert_str_eq(show(&e), "0.005");
    ck_assert_int_eq(exact_parse(SLICE("2s"), &ms, &e), 0);
    ck_assert_str_eq(show(&e), "2");
    ck_assert_int_eq(exact_parse(SLICE("2B"), &ms, &e), -EINVAL);
    ck_assert_int_eq(exact_parse(SLICE("3"), &div, &e), 0);
    ck_assert_str_eq(show(&e), "0.375");
}

static bool same(const struct exact *a, const struct exact *b)
{
    return wide_cmp(a->mantissa, b->mantissa) == 0 && a->exp10 == b->exp10 &&
           a->negative == b->negative;
}

TEST(sums_and_products_are_exact)
{
    ck_assert_str_eq(join("0.1", exact_add, "0.2"), "0.3");
    ck_assert_str_eq(join("1e20", exact_add, "0.001"), "100000000000000000000.001");
    ck_assert_str_eq(join("1e30", exact_add, "1e-9"), "");
    ck_assert_str_eq(join("0", exact_add, "1e-900"), "1e-900");
    ck_assert_str_eq(join("1.1", exact_multiply, "1.1"), "1.21");
    ck_assert_str_eq(join("99999999999999999999", exact_multiply, "9999999999999999999"), "");
    ck_assert_str_eq(join("1e3000", exact_multiply, "1e3000"), "");
    ck_assert_str_eq(join("5e19", exact_multiply, "2e-19"), "10");
    for (int i = 0; i < rounds(100000); i++) {
        int64_t a = (int64_t)roll_bits(&dice) >> (1 + (roll_bits(&dice) & 31));
        int64_t b = (int64_t)roll_bits(&dice) >> (33 + (roll_bits(&dice) & 15));
        struct exact x = exact_make(a, -3), y = exact_make(b, -3), sum, product;
        struct exact want_sum = exact_make(a + b, -3), want_product;
        struct exact upper = exact_make(a / 1000000000 * b, 3);
        struct exact lower = exact_make(a % 1000000000 * b, -6);

        if (!exact_add(&x, &y, &sum) || !same(&sum, &want_sum))
            ck_abort_msg("%" PRId64 " + %" PRId64, a, b);
        if (!exact_add(&upper, &lower, &want_product) || !exact_multiply(&x, &y, &product) ||
            !same(&product, &want_product))
            ck_abort_msg("%" PRId64 " * %" PRId64, a, b);
        if ((exact_cmp(&x, &y) > 0) != (a > b) || (exact_cmp(&x, &y) < 0) != (a < b))
            ck_abort_msg("%" PRId64 " <> %" PRId64, a, b);
    }
}

TEST(a_quotient_is_the_nearest_double)
{
    ck_assert_str_eq(join("1", exact_divide, "3"), "0.3333333333333333");
    ck_assert_str_eq(join("29", exact_divide, "100"), "0.29");
    ck_assert_str_eq(join("-1", exact_divide, "8"), "-0.125");
    ck_assert_str_eq(join("0", exact_divide, "7"), "0");
    ck_assert_str_eq(join("7", exact_divide, "0"), "");
    ck_assert_str_eq(join("1e300", exact_divide, "1e-300"), "");
    ck_assert_str_eq(join("1", exact_divide, "99999999999999999999999999999999999999"), "1e-38");
    ck_assert_str_eq(join("99999999999999999999999999999999999998", exact_divide,
                          "99999999999999999999999999999999999999"),
                     "1");
    for (int i = 0; i < rounds(50000); i++) {
        uint64_t a = (roll_bits(&dice) >> 11) >> (roll_bits(&dice) & 31);
        uint64_t b = 1 + ((roll_bits(&dice) >> 12) >> (roll_bits(&dice) & 31));
        struct exact x = exact_make((int64_t)a, 0), y = exact_make((int64_t)b, 0), q;
        /* the same quotient the long way: both too large for one division of doubles */
        struct exact k = exact_make(1000000007, 0), x_long, y_long, q_long;

        if (!exact_divide(&x, &y, &q) || strtod(show(&q), NULL) != (double)a / (double)b)
            ck_abort_msg("%" PRIu64 " / %" PRIu64 ": %s", a, b, show(&q));
        if (!exact_multiply(&x, &k, &x_long) || !exact_multiply(&y, &k, &y_long) ||
            !exact_divide(&x_long, &y_long, &q_long) || exact_cmp(&q, &q_long) != 0)
            ck_abort_msg("%" PRIu64 " / %" PRIu64 " the long way: %s", a, b, show(&q_long));
    }
}

TEST(order)
{
    static const char *const ascending[] = {
        "-1e4000",
        "-1e30",
        "-2",
        "-1.5",
        "-1e-4000",
        "0",
        "1e-4000",
        "0.1",
        "0.11",
        "1.1",
        "9",
        "10",
        "99999999999999999999999999999999999999",
        "1e38",
        "1.1e38",
    };
    const size_t n = sizeof ascending / sizeof *ascending;

    for (size_t i = 0; i < n * n; i++) {
        struct exact a = make(ascending[i / n]), b = make(ascending[i % n]);
        int want = (i / n > i % n) - (i / n < i % n);

        ck_assert_msg(exact_cmp(&a, &b) == want, "%s %s", ascending[i / n], ascending[i % n]);
    }
}
