/* check_pow10 -- every power of ten against long multiplication and division, which are exact. */
#include "config.h"

#include "suite.h"

#include "base/pow10.h"

#include <inttypes.h>
#include <stdbool.h>

__extension__ typedef unsigned __int128 u128;

/* 2^1280 holds 10^324, and of its quotient by 10^292 there are 300 bits left. */
enum { LIMBS = 21 };

struct big {
    uint64_t limb[LIMBS]; /* the lowest first */
};

static void multiply(struct big *x, uint64_t by)
{
    u128 carry = 0;

    for (int i = 0; i < LIMBS; i++) {
        carry += (u128)x->limb[i] * by;
        x->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

/* Rounded down. */
static void divide(struct big *x, uint64_t by)
{
    u128 rest = 0;

    for (int i = LIMBS - 1; i >= 0; i--) {
        rest = rest << 64 | x->limb[i];
        x->limb[i] = (uint64_t)(rest / by);
        rest %= by;
    }
}

/* The upper 128 bits; *ret_more: there is something below them. */
static u128 top(const struct big *x, bool *ret_more)
{
    int i = LIMBS - 1, shift;
    u128 bits;

    while (x->limb[i] == 0)
        i--;
    ck_assert_int_ge(i, 2);
    shift = __builtin_clzll(x->limb[i]);
    bits = ((u128)x->limb[i] << 64 | x->limb[i - 1]) << shift;
    if (shift)
        bits |= x->limb[i - 2] >> (64 - shift);
    *ret_more = x->limb[i - 2] << shift != 0;
    while (i-- > 2)
        *ret_more |= x->limb[i - 2] != 0;
    return bits;
}

static void expect(int k, u128 want)
{
    struct pow10 g = pow10_get(k);

    ck_assert_msg(g.hi == (uint64_t)(want >> 64) && g.lo == (uint64_t)want,
                  "10^%d: %016" PRIx64 " %016" PRIx64, k, g.hi, g.lo);
}

TEST(powers_from_one_up_are_exact_or_rounded_up)
{
    struct big x = {.limb = {[2] = 1}}; /* 2^128, of which only the place matters */
    bool more;

    for (int k = 0; k <= POW10_MAX; k++, multiply(&x, 10)) {
        u128 bits = top(&x, &more);

        expect(k, bits + more);
    }
}

/* None of them ends, so all are rounded up. */
TEST(powers_below_one_are_rounded_up)
{
    struct big x = {.limb = {[LIMBS - 1] = 1}};
    bool more;

    for (int k = -1; k >= POW10_MIN; k--) {
        divide(&x, 10);
        expect(k, top(&x, &more) + 1);
    }
}
