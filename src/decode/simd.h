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

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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
#define SIMD_INLINE static inline SIMD_TARGET __attribute__((always_inline))

/* Eight bytes as one number, the first byte lowest, on every machine. */
SIMD_INLINE uint64_t word_load(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

SIMD_INLINE unsigned bit_lowest(uint64_t v)
{
    return (unsigned)__builtin_ctzll(v);
}

/* A vector is as many bytes as are looked at together. Its bytes are told apart by bits of a
 * number, VECTOR_BITS of them for each, the first byte's lowest:
 *
 * vector_eq(v, c)         which bytes are c?
 * vector_at_most(v, top)  which are at most top? (top is below 0x80)
 * vector_or(a, b)
 * vector_bits(which)      the number; 0: none of them
 * vector_differs(a, b)    a number that has a bit for every byte in which they differ */

#if defined(SIMD_AVX2)

typedef __m256i vector;
enum { VECTOR = 32, VECTOR_BITS = 1 };

SIMD_INLINE vector vector_load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

SIMD_INLINE vector vector_eq(vector v, char c)
{
    return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

SIMD_INLINE vector vector_at_most(vector v, char top)
{
    return _mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8(top)), _mm256_set1_epi8(top));
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return _mm256_or_si256(a, b);
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return (unsigned)_mm256_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}

#elif defined(SIMD_SSE2)

typedef __m128i vector;
enum { VECTOR = 16, VECTOR_BITS = 1 };

SIMD_INLINE vector vector_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

SIMD_INLINE vector vector_eq(vector v, char c)
{
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

SIMD_INLINE vector vector_at_most(vector v, char top)
{
    return _mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(top)), _mm_set1_epi8(top));
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return _mm_or_si128(a, b);
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return (unsigned)_mm_movemask_epi8(which);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return 0xffff & ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
}

#elif defined(SIMD_NEON)

typedef uint8x16_t vector;
enum { VECTOR = 16, VECTOR_BITS = 4 };

SIMD_INLINE vector vector_load(const char *p)
{
    return vld1q_u8((const uint8_t *)p);
}

SIMD_INLINE vector vector_eq(vector v, char c)
{
    return vceqq_u8(v, vdupq_n_u8((uint8_t)c));
}

SIMD_INLINE vector vector_at_most(vector v, char top)
{
    return vcleq_u8(v, vdupq_n_u8((uint8_t)top));
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return vorrq_u8(a, b);
}

/* The middle four bits of every two bytes: there is no instruction that takes one of each, and this
 * is what comes next. */
SIMD_INLINE uint64_t vector_bits(vector which)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(which), 4)), 0);
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return ~vector_bits(vceqq_u8(a, b));
}

#else

typedef uint64_t vector;
enum { VECTOR = 8, VECTOR_BITS = 8 };

#define EACH_BYTE(x) (UINT64_C(0x0101010101010101) * (uint8_t)(x))

SIMD_INLINE vector vector_load(const char *p)
{
    return word_load(p);
}

/* The top bit of each. Exact: no carry runs from one byte into the next. */
SIMD_INLINE vector vector_at_most(vector v, char top)
{
    return ~(((v & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f - top)) | v) & EACH_BYTE(0x80);
}

SIMD_INLINE vector vector_eq(vector v, char c)
{
    return vector_at_most(v ^ EACH_BYTE(c), 0);
}

SIMD_INLINE vector vector_or(vector a, vector b)
{
    return a | b;
}

SIMD_INLINE uint64_t vector_bits(vector which)
{
    return which;
}

SIMD_INLINE uint64_t vector_differs(vector a, vector b)
{
    return a ^ b;
}

#endif

/* Are the first n bytes the same? n < 32; 32 bytes of both can be read. */
SIMD_INLINE bool text_begins(const char *p, const char *text, unsigned n)
{
    for (; VECTOR < 32 && n >= VECTOR; n -= VECTOR, p += VECTOR, text += VECTOR)
        if (vector_differs(vector_load(p), vector_load(text)) != 0)
            return false;
    return (vector_differs(vector_load(p), vector_load(text)) &
            ((UINT64_C(1) << n * VECTOR_BITS) - 1)) == 0;
}

/* The first byte that is a, or b, or at most top; there must be one. */
SIMD_INLINE const char *text_stop(const char *p, char a, char b, char top)
{
    for (;; p += VECTOR) {
        vector v = vector_load(p);
        uint64_t bits = vector_bits(
            vector_or(vector_or(vector_eq(v, a), vector_eq(v, b)), vector_at_most(v, top)));

        if (bits != 0)
            return p + bit_lowest(bits) / VECTOR_BITS;
    }
}

/* The first newline; there must be one. */
SIMD_INLINE const char *text_newline(const char *p)
{
    for (;; p += VECTOR) {
        uint64_t bits = vector_bits(vector_eq(vector_load(p), '\n'));

        if (bits != 0)
            return p + bit_lowest(bits) / VECTOR_BITS;
    }
}

#endif
