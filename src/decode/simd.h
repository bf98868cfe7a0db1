/* simd -- comparing and searching text many bytes at a time. The only file with intrinsics.
 *
 * A file that includes this chooses the instructions first, by defining one of
 *
 *   SIMD_AVX2   AVX2 and BMI: x86 since 2013
 *   SIMD_SSE2   what every x86-64 has
 *   SIMD_NEON   what every aarch64 has
 *   SIMD_SWAR   plain C, eight bytes in a 64-bit word: every machine
 *
 * and gets the same names for each, so that a scanner is written once (linescan_kernel.h) and
 * compiled for each. Which one runs is decided at run time (linescan.c); nothing here needs
 * compiler flags of the user. Every function must be marked SIMD_TARGET, else the compiler refuses
 * to inline. All may read up to 32 bytes from where they look. */
#ifndef LT_DECODE_SIMD_H
#define LT_DECODE_SIMD_H

#include "base/inline.h"
#include "base/word.h"

#include <stdbool.h>

#if defined(SIMD_AVX2) || defined(SIMD_SSE2)
#include <immintrin.h>
#elif defined(SIMD_NEON)
#include <arm_neon.h>
#endif

#ifdef SIMD_AVX2
#define SIMD_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#else
#define SIMD_TARGET
#endif
#define SIMD_INLINE ALWAYS_INLINE SIMD_TARGET

SIMD_INLINE unsigned bit_lowest(uint64_t v)
{
    return (unsigned)__builtin_ctzll(v);
}

/* A vector is as many bytes as are looked at together. Its bytes are told apart by bits of a
 * number, VECTOR_BITS of them for each, the first byte's lowest:
 *
 * vector_all(c)           every byte is c (below 0x80)
 * vector_eq(v, all)       which bytes are those of the other?
 * vector_at_most(v, all)  which are at most those?
 * vector_or(a, b)
 * vector_xor(a, b)
 * vector_bits(which)      the number; 0: none of them
 * vector_others(which)    that of those that are not
 * vector_differs(a, b)    a number that has a bit for every byte in which they differ */

#if defined(SIMD_AVX2)

typedef __m256i vector;
enum { VECTOR = 32, VECTOR_BITS = 1 };

SIMD_INLINE vector vector_load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* Which byte is not known to gcc: it would make the vector anew at each use, or keep it in memory across
 * a call. */
SIMD_INLINE vector vector_all(int c)
{
    __asm__ volatile("" : "+r"(c));
    return _mm256_set1_epi8((char)c);
}

SIMD_INLINE vector vector_eq(vector v, vector all)
{
    return _mm256_cmpeq_epi8(v, all);
}

SIMD_INLINE vector vector_at_most(vector v, vector all)
{
    return _mm256_cmpeq_epi8(_mm256_max_epu8(v, all), all);
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return _mm256_or_si256(a, b);
}

SIMD_INLINE vector vector_xor(vector a, vector b)
{
    return _mm256_xor_si256(a, b);
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return (unsigned)_mm256_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_others(vector which)
{
    return ~(unsigned)_mm256_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return vector_others(vector_eq(a, b));
}

#elif defined(SIMD_SSE2)

typedef __m128i vector;
enum { VECTOR = 16, VECTOR_BITS = 1 };

SIMD_INLINE vector vector_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

SIMD_INLINE vector vector_all(int c)
{
    return _mm_set1_epi8((char)c);
}

SIMD_INLINE vector vector_eq(vector v, vector all)
{
    return _mm_cmpeq_epi8(v, all);
}

SIMD_INLINE vector vector_at_most(vector v, vector all)
{
    return _mm_cmpeq_epi8(_mm_max_epu8(v, all), all);
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return _mm_or_si128(a, b);
}

SIMD_INLINE vector vector_xor(vector a, vector b)
{
    return _mm_xor_si128(a, b);
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return (unsigned)_mm_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_others(vector which)
{
    return 0xffff & ~(unsigned)_mm_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return vector_others(vector_eq(a, b));
}

#elif defined(SIMD_NEON)

typedef uint8x16_t vector;
enum { VECTOR = 16, VECTOR_BITS = 4 };

SIMD_INLINE vector vector_load(const char *p)
{
    return vld1q_u8((const uint8_t *)p);
}

SIMD_INLINE vector vector_all(int c)
{
    return vdupq_n_u8((uint8_t)c);
}

SIMD_INLINE vector vector_eq(vector v, vector all)
{
    return vceqq_u8(v, all);
}

SIMD_INLINE vector vector_at_most(vector v, vector all)
{
    return vcleq_u8(v, all);
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return vorrq_u8(a, b);
}

SIMD_INLINE vector vector_xor(vector a, vector b)
{
    return veorq_u8(a, b);
}

/* The middle four bits of every two bytes: there is no instruction that takes one of each, and this
 * is what comes next. */
SIMD_INLINE uint64_t vector_bits(vector which)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(which), 4)), 0);
}

SIMD_INLINE uint64_t vector_others(vector which)
{
    return ~vector_bits(which);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return vector_others(vector_eq(a, b));
}

#else

typedef uint64_t vector;
enum { VECTOR = 8, VECTOR_BITS = 8 };

SIMD_INLINE vector vector_load(const char *p)
{
    return word_load(p);
}

SIMD_INLINE vector vector_all(int c)
{
    return WORD_OF((uint8_t)c);
}

/* The top bit of each. Exact: no carry runs from one byte into the next. */
SIMD_INLINE vector vector_at_most(vector v, vector all)
{
    const vector low = WORD_OF(0x7f);

    return ~(((v & low) + (low - all)) | v | low);
}

SIMD_INLINE vector vector_eq(vector v, vector all)
{
    return vector_at_most(v ^ all, 0);
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return a | b;
}

SIMD_INLINE vector vector_xor(vector a, vector b)
{
    return a ^ b;
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return which;
}

SIMD_INLINE uint64_t vector_others(vector which)
{
    return which ^ WORD_OF(0x80);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return a ^ b;
}

#endif

/* Are the first n bytes the same? n < 32, and `bits` has the n lowest; 32 bytes of both can be read. */
SIMD_INLINE bool text_begins(const char *p, const char *text, unsigned n, uint32_t bits)
{
    if (VECTOR == 32)
        return (vector_differs(vector_load(p), vector_load(text)) & bits) == 0;
    for (; n >= VECTOR; n -= VECTOR, p += VECTOR, text += VECTOR)
        if (vector_differs(vector_load(p), vector_load(text)) != 0)
            return false;
    return (vector_differs(vector_load(p), vector_load(text)) &
            ((UINT64_C(1) << n * VECTOR_BITS) - 1)) == 0;
}

/* What ends a text: the bytes a and b, and all that are at most top. */
struct stops {
    vector a, b, top;
};

SIMD_INLINE struct stops stops_make(char a, char b, char top)
{
    return (struct stops){vector_all(a), vector_all(b), vector_all(top)};
}

/* The first byte that is one; there must be one. */
SIMD_INLINE const char *text_stop(const char *p, const struct stops *s)
{
    for (;; p += VECTOR) {
        vector v = vector_load(p);
        uint64_t bits = vector_bits(vector_or(vector_or(vector_eq(v, s->a), vector_eq(v, s->b)),
                                              vector_at_most(v, s->top)));

        if (bits != 0)
            return p + bit_lowest(bits) / VECTOR_BITS;
    }
}

struct digits {
    vector zero, nine;
};

SIMD_INLINE struct digits digits_make(void)
{
    return (struct digits){vector_all('0'), vector_all(9)};
}

/* The first byte that is no digit; there must be one. */
SIMD_INLINE const char *text_no_digit(const char *p, const struct digits *d)
{
    for (;; p += VECTOR) {
        uint64_t bits = vector_others(vector_at_most(vector_xor(vector_load(p), d->zero), d->nine));

        if (bits != 0)
            return p + bit_lowest(bits) / VECTOR_BITS;
    }
}

/* The first newline; there must be one. */
SIMD_INLINE const char *text_newline(const char *p)
{
    const vector newline = vector_all('\n');

    for (;; p += VECTOR) {
        uint64_t bits = vector_bits(vector_eq(vector_load(p), newline));

        if (bits != 0)
            return p + bit_lowest(bits) / VECTOR_BITS;
    }
}

#endif
