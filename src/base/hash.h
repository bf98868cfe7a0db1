/* hash -- one hash for all tables of text, and the comparison that goes with it.
 *
 * The algorithm is wyhash's (Wang Yi, https://github.com/wangyi-fudan/wyhash, public domain): the
 * two halves of a 64 x 64 bit product, folded, take in 16 bytes at a time. Label values, keys and
 * paths are short, so the last 16 bytes are read as two words that overlap where there are fewer,
 * and nothing is finished off afterwards. All 64 bits are good. Reads are those of the text alone.
 *
 * The value is the same on every machine, but may change with any version: it is never written to a
 * file or a page.
 *
 * Both factors of a product take in the seed. With a seed that the writer of a log cannot know
 * (registry.c) he can neither make a factor zero, which would drop all that came before, nor choose
 * texts that collide; with a fixed seed he can, and look-ups become slow, not wrong. */
#ifndef LT_BASE_HASH_H
#define LT_BASE_HASH_H

#include "base/slice.h"
#include "base/wide.h"
#include "base/word.h"

#include <stdint.h>

/* The two halves of the product, folded. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    struct wide m = wide_product(a, b);

    return m.lo ^ m.hi;
}

/* The hash of several texts in a row: the hash of one is the seed of the next. */
static inline uint64_t hash_text(uint64_t seed, struct slice text)
{
    const char *p = text.p;
    size_t n = text.n;
    uint64_t h = seed ^ n * UINT64_C(0xa0761d6478bd642f);
    uint64_t s = (seed << 29 | seed >> 35) ^ UINT64_C(0xe7037ed1a0b428db);
    uint64_t a = 0, b = 0;

    if (n > 16) {
        const char *last = p + n - 16;

        for (; p < last; p += 16)
            h = hash_fold(word_load(p) ^ h, word_load(p + 8) ^ s);
        a = word_load(last);
        b = word_load(last + 8);
    } else if (n >= 8) {
        a = word_load(p);
        b = word_load(p + n - 8);
    } else if (n >= 4) {
        a = word_load4(p);
        b = word_load4(p + n - 4);
    } else if (n > 0) {
        a = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
            (uint64_t)(unsigned char)p[n - 1] << 16;
    }
    return hash_fold(a ^ h, b ^ s);
}

/* A number, by its product with 2^64 divided by the golden ratio (Knuth, The Art of Computer
 * Programming, volume 3, section 6.4): the upper half is the good one. */
static inline uint64_t hash_number(uint64_t v)
{
    return v * UINT64_C(0x9e3779b97f4a7c15);
}

/* As memcmp(a, b, n) == 0, without the call: most texts are short. */
static inline bool hash_same(const char *a, const char *b, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8)
            if (word_load(a + i) != word_load(b + i))
                return false;
        return word_load(a + n - 8) == word_load(b + n - 8);
    }
    if (n >= 4)
        return word_load4(a) == word_load4(b) && word_load4(a + n - 4) == word_load4(b + n - 4);
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

#endif
