/* simd -- comparing and searching text many bytes at a time. The only file with intrinsics.
 *
 * A file that includes this chooses the instructions first, by defining one of
 *
 *   SIMD_AVX2   AVX2 and BMI: x86 since 2013
 *   SIMD_SSE2   what every x86-64 has
 *   SIMD_SWAR   plain C, eight bytes in a 64-bit word: every machine
 *
 * and gets the same names for each, so that a scanner is written once (linescan_kernel.h) and
 * compiled three times. Which one runs is decided at run time (linescan.c); nothing here needs
 * compiler flags of the user. Every function must be marked SIMD_TARGET, else the compiler refuses
 * to inline. All may read up to 32 bytes from where they look. */
#ifndef LT_RULES_SIMD_H
#define LT_RULES_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(SIMD_AVX2) || defined(SIMD_SSE2)
#include <immintrin.h>
#endif

#ifdef SIMD_AVX2
#define SIMD_TARGET __attribute__((target("avx2,bmi,bmi2")))
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

/* Each compilation defines:
 *
 * text_begins(p, text, n)     are the first n bytes the same? n <= 32; 32 bytes of both are readable
 * text_stop(p, a, b, top)     the first byte that is a, or b, or at most top (below 0x80); there is
 *                             one
 * text_newline(p)             the first '\n'; there is one */

#if defined(SIMD_AVX2)

SIMD_INLINE __m256i vector_load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

SIMD_INLINE bool text_begins(const char *p, const char *text, unsigned n)
{
    __m256i same = _mm256_cmpeq_epi8(vector_load(p), vector_load(text));

    return _bzhi_u32(~(unsigned)_mm256_movemask_epi8(same), n) == 0;
}

SIMD_INLINE const char *text_stop(const char *p, char a, char b, char top)
{
    const __m256i as = _mm256_set1_epi8(a), bs = _mm256_set1_epi8(b), tops = _mm256_set1_epi8(top);

    for (;; p += 32) {
        __m256i v = vector_load(p);
        __m256i found = _mm256_or_si256(_mm256_cmpeq_epi8(v, as), _mm256_cmpeq_epi8(v, bs));

        found = _mm256_or_si256(found, _mm256_cmpeq_epi8(_mm256_max_epu8(v, tops), tops));
        unsigned bits = (unsigned)_mm256_movemask_epi8(found);

        if (bits != 0)
            return p + bit_lowest(bits);
    }
}

SIMD_INLINE const char *text_newline(const char *p)
{
    const __m256i newline = _mm256_set1_epi8('\n');

    for (;; p += 32) {
        unsigned bits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(vector_load(p), newline));

        if (bits != 0)
            return p + bit_lowest(bits);
    }
}

#elif defined(SIMD_SSE2)

SIMD_INLINE __m128i vector_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

SIMD_INLINE bool text_begins(const char *p, const char *text, unsigned n)
{
    __m128i low = _mm_cmpeq_epi8(vector_load(p), vector_load(text));
    __m128i high = _mm_cmpeq_epi8(vector_load(p + 16), vector_load(text + 16));
    uint64_t same = (unsigned)_mm_movemask_epi8(low) | (uint64_t)_mm_movemask_epi8(high) << 16;

    return (~same & ((UINT64_C(1) << n) - 1)) == 0;
}

SIMD_INLINE const char *text_stop(const char *p, char a, char b, char top)
{
    const __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b), tops = _mm_set1_epi8(top);

    for (;; p += 16) {
        __m128i v = vector_load(p);
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(v, as), _mm_cmpeq_epi8(v, bs));

        found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_max_epu8(v, tops), tops));
        unsigned bits = (unsigned)_mm_movemask_epi8(found);

        if (bits != 0)
            return p + bit_lowest(bits);
    }
}

SIMD_INLINE const char *text_newline(const char *p)
{
    const __m128i newline = _mm_set1_epi8('\n');

    for (;; p += 16) {
        unsigned bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(vector_load(p), newline));

        if (bits != 0)
            return p + bit_lowest(bits);
    }
}

#else

#define EACH_BYTE(x) (UINT64_C(0x0101010101010101) * (uint8_t)(x))

/* The top bit of each byte that is at most `top`. Exact: no carry runs from one byte into the next.
 */
SIMD_INLINE uint64_t word_at_most(uint64_t v, char top)
{
    return ~(((v & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f - top)) | v) & EACH_BYTE(0x80);
}

SIMD_INLINE uint64_t word_eq(uint64_t v, char c)
{
    return word_at_most(v ^ EACH_BYTE(c), 0);
}

SIMD_INLINE bool text_begins(const char *p, const char *text, unsigned n)
{
    for (; n >= 8; n -= 8, p += 8, text += 8)
        if (word_load(p) != word_load(text))
            return false;
    return n == 0 || ((word_load(p) ^ word_load(text)) & ((UINT64_C(1) << 8 * n) - 1)) == 0;
}

SIMD_INLINE const char *text_stop(const char *p, char a, char b, char top)
{
    for (;; p += 8) {
        uint64_t v = word_load(p);
        uint64_t found = word_eq(v, a) | word_eq(v, b) | word_at_most(v, top);

        if (found != 0)
            return p + bit_lowest(found) / 8;
    }
}

SIMD_INLINE const char *text_newline(const char *p)
{
    for (;; p += 8) {
        uint64_t found = word_eq(word_load(p), '\n');

        if (found != 0)
            return p + bit_lowest(found) / 8;
    }
}

#endif

#endif
