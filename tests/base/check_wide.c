/* check_wide -- 128 bits in two words: what must hold of any numbers, and where they do not fit. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/wide.h"

#include <inttypes.h>

static struct dice dice = {88172645u};
static const struct wide most = {UINT64_MAX, UINT64_MAX};

/* All bits, few, or an end of the range: carries are rare between two numbers of chance. */
static uint64_t any(struct dice *d)
{
    static const uint64_t ends[] = {0, 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};
    uint64_t v = roll_bits(d);

    return v % 4 ? roll_bits(d) >> v / 4 % 64 : ends[v / 4 % (sizeof ends / sizeof *ends)];
}

static void both(struct wide got, struct wide want, uint64_t a, uint64_t b)
{
    if (wide_cmp(got, want) != 0)
        ck_abort_msg("%" PRIx64 ", %" PRIx64 ": %" PRIx64 " %" PRIx64 ", not %" PRIx64 " %" PRIx64,
                     a, b, got.hi, got.lo, want.hi, want.lo);
}

TEST(both_ways_to_multiply_words_are_one)
{
    both(wide_product_plain(UINT64_MAX, UINT64_MAX), (struct wide){UINT64_MAX - 1, 1}, 0, 0);
    both(wide_product_plain(UINT64_C(1) << 63, 6), (struct wide){3, 0}, 0, 0);
    for (int i = 0; i < rounds(200000); i++) {
        uint64_t a = any(&dice), b = any(&dice);

        both(wide_product_plain(a, b), wide_product(a, b), a, b);
    }
}

/* (a + b) - b, (10 * a + digit) / 10, and a product is that of its parts. */
TEST(what_is_done_can_be_undone)
{
    for (int i = 0; i < rounds(200000); i++) {
        struct wide a = {any(&dice) >> 4, any(&dice)}, b = {any(&dice) >> 1, any(&dice)}, r;
        unsigned digit = (unsigned)(any(&dice) % 10), left = 10;

        if (!wide_add(a, b, &r))
            ck_abort_msg("two of 127 bits do not fit");
        both(wide_minus(r, b), a, a.lo, b.lo);
        both(wide_plus(a, b.lo), wide_minus(r, (struct wide){b.hi, 0}), a.lo, b.lo);
        if (!wide_multiply(a, (struct wide){0, 10}, &r))
            ck_abort_msg("ten times 124 bits do not fit");
        both(wide_tenth(wide_plus(r, digit), &left), a, a.lo, digit);
        if (left != digit)
            ck_abort_msg("%u is left, not %u", left, digit);
    }
}

TEST(what_does_not_fit_is_refused)
{
    static const struct {
        struct wide a, b;
        bool sum, product;
    } rows[] = {
        {{0, 0}, {UINT64_MAX, UINT64_MAX}, true, true},
        {{0, 1}, {UINT64_MAX, UINT64_MAX}, false, true},
        {{0, 1}, {UINT64_MAX, UINT64_MAX - 1}, true, true},
        {{1, 0}, {UINT64_MAX, 0}, false, false},
        {{1, 0}, {0, UINT64_MAX}, true, true},
        {{1, 1}, {0, UINT64_MAX}, true, true}, /* 2^128 - 1 */
        {{1, 2}, {0, UINT64_MAX}, true, false},
        {{2, 0}, {0, UINT64_C(1) << 63}, true, false},
        {{0, UINT64_MAX}, {0, UINT64_MAX}, true, true},
        {{1, 0}, {1, 0}, true, false},
    };
    struct wide r;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_msg(wide_add(rows[i].a, rows[i].b, &r) == rows[i].sum, "sum %zu", i);
        ck_assert_msg(wide_add(rows[i].b, rows[i].a, &r) == rows[i].sum, "sum %zu, turned", i);
        ck_assert_msg(wide_multiply(rows[i].a, rows[i].b, &r) == rows[i].product, "%zu", i);
        ck_assert_msg(wide_multiply(rows[i].b, rows[i].a, &r) == rows[i].product, "%zu turned", i);
    }
    ck_assert(wide_multiply((struct wide){1, 1}, (struct wide){0, UINT64_MAX}, &r));
    both(r, most, 0, 0);
}

TEST(order)
{
    ck_assert_int_lt(wide_cmp((struct wide){0, 5}, (struct wide){1, 0}), 0);
    ck_assert_int_gt(wide_cmp((struct wide){1, 0}, (struct wide){0, UINT64_MAX}), 0);
    ck_assert_int_lt(wide_cmp((struct wide){1, 1}, (struct wide){1, 2}), 0);
    ck_assert_int_gt(wide_cmp((struct wide){1, 2}, (struct wide){1, 1}), 0);
    ck_assert_int_eq(wide_cmp(most, most), 0);
    ck_assert(wide_is_zero((struct wide){0, 0}) && !wide_is_zero((struct wide){1, 0}) &&
              !wide_is_zero((struct wide){0, 1}));
}
