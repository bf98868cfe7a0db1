/* simd -- 64 bytes at a time as 64-bit masks: bit i speaks of byte i. The only file with
 * intrinsics.
 *
 * A file that includes this chooses the instructions first, by defining one of
 *
 *   SIMD_AVX2   AVX2, BMI, BMI2 and carry-less multiplication: x86 since 2013
 *   SIMD_SSE2   what every x86-64 has
 *   SIMD_SWAR   plain C, eight bytes in a 64-bit word: every machine
 *
 * and gets the same names for each, so that a scanner is written once (linescan_kernel.h) and
 * compiled three times. Which one runs is decided at run time (linescan.c); nothing here needs
 * compiler flags of the user. Every function must be marked SIMD_TARGET, else the compiler refuses
 * to inline. */
#ifndef LT_RULES_SIMD_H
#define LT_RULES_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(SIMD_AVX2) || defined(SIMD_SSE2)
#include <immintrin.h>
#endif

#ifdef SIMD_AVX2
#define SIMD_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#else
#define SIMD_TARGET
#endif
#define SIMD_PRAGMA(text) _Pragma(#text)
#define SIMD_UNROLL(n) SIMD_PRAGMA(GCC unroll n) /* -O2 alone does not */
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

/* Of no bits: any number, but no more than 64. */
SIMD_INLINE unsigned bit_lowest_or_any(uint64_t v)
{
#ifdef SIMD_AVX2
    return (unsigned)_tzcnt_u64(v);
#else
    return (unsigned)__builtin_ctzll(v | UINT64_C(1) << 63);
#endif
}

/* Keeps the compiler from gathering single stores into a vector, which costs more than it saves. */
#define SIMD_STORE_NOW() __asm__ volatile("" ::: "memory")

SIMD_INLINE unsigned bit_count(uint64_t v)
{
    return (unsigned)__builtin_popcountll(v);
}

/* The bits below the lowest one; all when there is none. */
SIMD_INLINE uint64_t bits_below(uint64_t v)
{
    return (v - 1) & ~v;
}

/* Bit i of the result: is the number of ones in bits 0..i odd? */
SIMD_INLINE uint64_t bits_parity(uint64_t v)
{
#ifdef SIMD_AVX2
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)v), _mm_set1_epi8(-1), 0);

    return (uint64_t)_mm_cvtsi128_si64(product);
#else
    v ^= v << 1;
    v ^= v << 2;
    v ^= v << 4;
    v ^= v << 8;
    v ^= v << 16;
    v ^= v << 32;
    return v;
#endif
}

/* block_load(p): 64 bytes. block_eq(b, c): which bytes are c? block_control(b): which are below
 * 0x20? text_find16(p, c): where in 16 bytes is the first c? 16 when there is none. */

#if defined(SIMD_AVX2)

struct block {
    __m256i a, b;
};

SIMD_INLINE struct block block_load(const char *p)
{
    return (struct block){_mm256_loadu_si256((const __m256i *)(const void *)p),
                          _mm256_loadu_si256((const __m256i *)(const void *)(p + 32))};
}

SIMD_INLINE uint64_t block_bits(__m256i a, __m256i b)
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(a), high = (uint32_t)_mm256_movemask_epi8(b);

    return low | (uint64_t)high << 32;
}

SIMD_INLINE uint64_t block_eq(struct block v, char c)
{
    __m256i all = _mm256_set1_epi8(c);

    return block_bits(_mm256_cmpeq_epi8(v.a, all), _mm256_cmpeq_epi8(v.b, all));
}

SIMD_INLINE void block_seen(struct block *seen, struct block v, char c)
{
    __m256i all = _mm256_set1_epi8(c);

    seen->a = _mm256_or_si256(seen->a, _mm256_cmpeq_epi8(v.a, all));
    seen->b = _mm256_or_si256(seen->b, _mm256_cmpeq_epi8(v.b, all));
}

SIMD_INLINE bool block_any(struct block seen)
{
    __m256i both = _mm256_or_si256(seen.a, seen.b);

    return _mm256_testz_si256(both, both) == 0;
}

SIMD_INLINE uint64_t block_control(struct block v)
{
    __m256i top = _mm256_set1_epi8(0x1f);

    return block_bits(_mm256_cmpeq_epi8(_mm256_max_epu8(v.a, top), top),
                      _mm256_cmpeq_epi8(_mm256_max_epu8(v.b, top), top));
}

#elif defined(SIMD_SSE2)

struct block {
    __m128i q[4];
};

SIMD_INLINE struct block block_load(const char *p)
{
    struct block v;

    SIMD_UNROLL(4)
    for (int i = 0; i < 4; i++)
        v.q[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    return v;
}

SIMD_INLINE uint64_t block_eq(struct block v, char c)
{
    __m128i all = _mm_set1_epi8(c);
    uint64_t bits = 0;

    SIMD_UNROLL(4)
    for (int i = 0; i < 4; i++)
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v.q[i], all)) << 16 * i;
    return bits;
}

SIMD_INLINE void block_seen(struct block *seen, struct block v, char c)
{
    __m128i all = _mm_set1_epi8(c);

    SIMD_UNROLL(4)
    for (int i = 0; i < 4; i++)
        seen->q[i] = _mm_or_si128(seen->q[i], _mm_cmpeq_epi8(v.q[i], all));
}

SIMD_INLINE bool block_any(struct block seen)
{
    __m128i all =
        _mm_or_si128(_mm_or_si128(seen.q[0], seen.q[1]), _mm_or_si128(seen.q[2], seen.q[3]));

    return _mm_movemask_epi8(all) != 0;
}

SIMD_INLINE uint64_t block_control(struct block v)
{
    __m128i top = _mm_set1_epi8(0x1f);
    uint64_t bits = 0;

    SIMD_UNROLL(4)
    for (int i = 0; i < 4; i++) {
        __m128i is = _mm_cmpeq_epi8(_mm_max_epu8(v.q[i], top), top);

        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(is) << 16 * i;
    }
    return bits;
}

#else

struct block {
    uint64_t w[8];
};

#define EACH_BYTE(x) (UINT64_C(0x0101010101010101) * (uint8_t)(x))

SIMD_INLINE struct block block_load(const char *p)
{
    struct block v;

    SIMD_UNROLL(8)
    for (int i = 0; i < 8; i++)
        v.w[i] = word_load(p + 8 * i);
    return v;
}

/* The top bit of each byte that is zero. Exact: no carry runs from one byte into the next. */
SIMD_INLINE uint64_t word_zeros(uint64_t v)
{
    return ~(((v & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | v | EACH_BYTE(0x7f));
}

/* The eight top bits, side by side. */
SIMD_INLINE uint64_t word_gather(uint64_t tops)
{
    return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

SIMD_INLINE uint64_t block_eq(struct block v, char c)
{
    uint64_t bits = 0;

    SIMD_UNROLL(8)
    for (int i = 0; i < 8; i++)
        bits |= word_gather(word_zeros(v.w[i] ^ EACH_BYTE(c))) << 8 * i;
    return bits;
}

SIMD_INLINE void block_seen(struct block *seen, struct block v, char c)
{
    SIMD_UNROLL(8)
    for (int i = 0; i < 8; i++)
        seen->w[i] |= word_zeros(v.w[i] ^ EACH_BYTE(c));
}

SIMD_INLINE bool block_any(struct block seen)
{
    uint64_t all = 0;

    SIMD_UNROLL(8)
    for (int i = 0; i < 8; i++)
        all |= seen.w[i];
    return all != 0;
}

SIMD_INLINE uint64_t block_control(struct block v)
{
    uint64_t bits = 0;

    SIMD_UNROLL(8)
    for (int i = 0; i < 8; i++)
        bits |= word_gather(word_zeros(v.w[i] & EACH_BYTE(0xe0))) << 8 * i;
    return bits;
}

#endif

#if defined(SIMD_AVX2) || defined(SIMD_SSE2)
SIMD_INLINE unsigned text_find16(const char *p, char c)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    unsigned bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));

#ifdef SIMD_AVX2
    return (unsigned)_tzcnt_u32(bits);
#else
    return (unsigned)__builtin_ctz(bits | 0x10000);
#endif
}
#else
SIMD_INLINE unsigned text_find16(const char *p, char c)
{
    uint64_t low = word_zeros(word_load(p) ^ EACH_BYTE(c));
    uint64_t high = word_zeros(word_load(p + 8) ^ EACH_BYTE(c));

    if (low != 0)
        return bit_lowest(low) / 8;
    return high != 0 ? 8 + bit_lowest(high) / 8 : 16;
}
#endif

#endif
