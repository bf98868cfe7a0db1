/* word -- eight bytes of text as one number, and what can be said of all of them at once. */
#ifndef LT_BASE_WORD_H
#define LT_BASE_WORD_H

#include <stdint.h>
#include <string.h>

/* The first byte lowest, on every machine. */
static inline uint64_t word_load(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* Four of them; the others are 0. */
static inline uint64_t word_load4(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

static inline void word_store4(char *p, uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    memcpy(p, &v, sizeof v);
}

#define WORD_OF(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is 10 or more. */
static inline uint64_t word_no_digits(uint64_t v)
{
    return (((v & WORD_OF(0x7f)) + WORD_OF(0x80 - 10)) | v) & WORD_OF(0x80);
}

/* Eight digits, 0 to 9 each: the number that they write. Two become one of a hundred, and so on. */
static inline uint64_t word_number(uint64_t v)
{
    v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (v * 10000 + (v >> 32)) & UINT32_MAX;
}

#endif
