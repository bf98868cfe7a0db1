/* wide -- whole numbers of 128 bits, in two of 64: products and sums that say when they do not fit.
 *
 * Not the compiler's __int128, which 32-bit machines lack: what counts a number exactly is one code
 * on all of them. Only the product of two words, which each machine does best in its own way, is
 * written twice, and both ways are tested where there are both. */
#ifndef LT_BASE_WIDE_H
#define LT_BASE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

struct wide {
    uint64_t hi, lo;
};

/* a * b from the products of their halves. */
static inline struct wide wide_product_plain(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32); /* below 2^64: (2^32 - 1) * 2^32 */
    uint64_t other = a0 * b1 + (uint32_t)cross;

    return (struct wide){a1 * b1 + (cross >> 32) + (other >> 32), other << 32 | (uint32_t)low};
}

static inline struct wide wide_product(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;

    return (struct wide){(uint64_t)(m >> 64), (uint64_t)m};
#else
    return wide_product_plain(a, b);
#endif
}

static inline bool wide_is_zero(struct wide a)
{
    return (a.hi | a.lo) == 0;
}

/* Below, at or above 0, as a is less than, equal to or more than b. */
static inline int wide_cmp(struct wide a, struct wide b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

/* a + b; it must fit. */
static inline struct wide wide_plus(struct wide a, uint64_t b)
{
    return (struct wide){a.hi + (a.lo + b < b), a.lo + b};
}

/* a - b; b is at most a. */
static inline struct wide wide_minus(struct wide a, struct wide b)
{
    return (struct wide){a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
}

/* a + b; false when it does not fit. */
static inline bool wide_add(struct wide a, struct wide b, struct wide *ret)
{
    uint64_t hi, lo;
    bool carry = __builtin_add_overflow(a.lo, b.lo, &lo);
    bool over = __builtin_add_overflow(a.hi, b.hi, &hi);

    over |= __builtin_add_overflow(hi, (uint64_t)carry, &hi);
    *ret = (struct wide){hi, lo};
    return !over;
}

/* a * b; false when it does not fit. */
static inline bool wide_multiply(struct wide a, struct wide b, struct wide *ret)
{
    struct wide cross = a.hi ? wide_product(a.hi, b.lo) : wide_product(b.hi, a.lo);
    struct wide m = wide_product(a.lo, b.lo);
    bool over = (a.hi && b.hi) || cross.hi || __builtin_add_overflow(m.hi, cross.lo, &m.hi);

    *ret = m;
    return !over;
}

/* a / 10, and the digit that is left: by halves of words, as on paper. */
static inline struct wide wide_tenth(struct wide a, unsigned *ret_digit)
{
    uint64_t upper = (a.hi % 10) << 32 | a.lo >> 32;
    uint64_t lower = (upper % 10) << 32 | (uint32_t)a.lo;

    *ret_digit = (unsigned)(lower % 10);
    return (struct wide){a.hi / 10, (upper / 10) << 32 | lower / 10};
}

#endif
