/* check_pow10 -- every power of ten against long multiplication and division, which are exact. */
#include "config.h"

#include "suite.h"

#include "base/pow10.h"

#include <inttypes.h>
#include <stdbool.h>

/* 2^1280 holds 10^324, and of its quotient by 10^292 there are 300 bits left. */
enum { LIMBS = 21 };

struct big {
    uint64_t limb[LIMBS]; /* the lowest first */
};

static void multiply(struct big *x, uint64_t by)
{
    uint64_t carry = 0;

    for (int i = 0; i < LIMBS; i++) {
        struct wide product = wide_plus(wide_product(x->limb[i], by), carry);

        x->limb[i] = product.lo;
        carry = product.hi;
    }
}

/* By ten, rounded down. */
static void divide(struct big *x)
{
    unsigned rest = 0;

    for (int i = LIMBS - 1; i >= 0; i--)
        x->limb[i] = wide_tenth((struct wide){rest, x->limb[i]}, &rest).lo;
}

/* The upper 128 bits; *ret_more: there is something below them. */
static struct wide top(const struct big *x, bool *ret_more)
{
    int i = LIMBS - 1, shift;
    struct wide bits;

    while (x->limb[i] == 0)
        i--;
    ck_assert_int_ge(i, 2);
    shift = __builtin_clzll(x->limb[i]);
    bits = (struct wide){x->limb[i], x->limb[i - 1]};
    if (shift)
        bits = (struct wide){bits.hi << shift | bits.lo >> (64 - shift),
                             bits.lo << shift | x->limb[i - 2] >> (64 - shift)};
    *ret_more = x->limb[i - 2] << shift != 0;
    while (i-- > 2)
        *ret_more |= x->limb[i - 2] != 0;
    return bits;
}

static void expect(int k, struct wide want)
{
    struct wide g = pow10_get(k);

    ck_assert_msg(wide_cmp(g, want) == 0, "10^%d: %016" PRIx64 " %016" PRIx64, k, g.hi, g.lo);
}

TEST(powers_from_one_up_are_exact_or_rounded_up)
{
    struct big x = {.limb = {[2] = 1}}; /* 2^128, of which only the place matters */
    bool more;

    for (int k = 0; k <= POW10_MAX; k++, multiply(&x, 10)) {
        struct wide bits = top(&x, &more);

        expect(k, wide_plus(bits, more));
    }
}

/* None of them ends, so all are rounded up. */
TEST(powers_below_one_are_rounded_up)
{
    struct big x = {.limb = {[LIMBS - 1] = 1}};
    bool more;

    for (int k = -1; k >= POW10_MIN; k--) {
        divide(&x);
        expect(k, wide_plus(top(&x, &more), 1));
    }
}
