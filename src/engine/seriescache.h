/* seriescache -- the label texts of an event, all together, -> the series of all its metrics, in
 * one look-up.
 *
 *     serieskey_begin(&key);
 *     for (each text) serieskey_add(&key, text, block);
 *     uint32_t *series = seriescache_find(t, &key);
 *     if (!series) series = seriescache_add(t, &key, max);
 *
 * Most lines of an event repeat label texts seen before. Their series are remembered under the
 * texts as they stood in the line, before any set, calc, rewrite or map; so those run once for each new
 * set of texts, not once per line. Texts are compared whole, with their lengths.
 *
 *     slots:   hash -> entry number       open addressing, at most half full
 *     entries: hash, key, series...       dense
 *
 * Bounded: a table that is full is emptied and begins anew, so a log of ever new paths costs time
 * but not memory, however long they are. How large it may grow is said with each addition: many
 * more entries than there are series are mostly texts that never come again, and only push others
 * out of the cache. */
#ifndef LT_ENGINE_SERIESCACHE_H
#define LT_ENGINE_SERIESCACHE_H

#include "base/hash.h"
#include "base/slice.h"

#include <stdint.h>

/* Texts, one after the other:
 *
 *     a short text  [up to 15 bytes, zeros, its length in the last]
 *     a long one    [its length, zeros, 255 in the last][16 bytes at a time, zeros at the end]...
 *
 * Most are short. As one chunk of 16 bytes each, all keys of a table are equally long, and are hashed and
 * compared without asking how long a text is: those questions are the branches that no processor
 * foresees. */
enum { SERIES_CHUNK = 16, SERIES_SHORT = SERIES_CHUNK - 1 };

typedef long long series_chunk __attribute__((vector_size(SERIES_CHUNK)));

struct serieskey {
    series_chunk *chunks;
    size_t n, cap;
    unsigned ntexts;
    uint64_t hash;
    uint64_t seeds[2]; /* who writes the log cannot choose texts that collide */
};

/* A key of `ntexts` texts. */
void serieskey_init(struct serieskey *k, unsigned ntexts);
void serieskey_release(struct serieskey *k);

static inline void serieskey_begin(struct serieskey *k)
{
    k->n = 0;
    k->hash = k->seeds[0];
}

static inline series_chunk series_chunk_load(const void *p)
{
    series_chunk c;

    memcpy(&c, p, sizeof c);
    return c;
}

/* A short text, behind which a chunk can be read. */
static inline series_chunk series_chunk_short(const char *p, size_t n)
{
    static const unsigned char kept[2 * SERIES_CHUNK] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                         255, 255, 255, 255, 255, 255, 255, 255};
    static const unsigned char lengths[SERIES_CHUNK][SERIES_CHUNK] = {
        {[15] = 0},  {[15] = 1},  {[15] = 2},  {[15] = 3}, {[15] = 4},  {[15] = 5},
        {[15] = 6},  {[15] = 7},  {[15] = 8},  {[15] = 9}, {[15] = 10}, {[15] = 11},
        {[15] = 12}, {[15] = 13}, {[15] = 14}, {[15] = 15}};

    return (series_chunk_load(p) & series_chunk_load(kept + SERIES_CHUNK - n)) |
           series_chunk_load(lengths[n]);
}

/* There is room for it. */
static inline void serieskey_put(struct serieskey *k, series_chunk c)
{
    const char *at = (const char *)&k->chunks[k->n];

    k->chunks[k->n++] = c;
    k->hash = hash_fold(word_load(at) ^ k->hash, word_load(at + 8) ^ k->seeds[1]);
}

/* For every text right. */
void serieskey_add_any(struct serieskey *k, struct slice text);

/* The next text. One in `block`, behind which 16 bytes can be read, is taken sooner; it need not be there. */
static inline void serieskey_add(struct serieskey *k, struct slice text, struct slice block)
{
    if (text.n <= SERIES_SHORT && (uintptr_t)text.p - (uintptr_t)block.p < block.n)
        serieskey_put(k, series_chunk_short(text.p, text.n));
    else
        serieskey_add_any(k, text);
}

struct seriescache;

/* For entries of `nseries` series. */
struct seriescache *seriescache_new(unsigned nseries);
void seriescache_free(struct seriescache *t);

/* The series of a key, each its index in its family, or NULL. They die with the next seriescache_add or seriescache_clear. */
uint32_t *seriescache_find(struct seriescache *t, const struct serieskey *k);
/* Adds what seriescache_find just did not find, to a table of at most `max` entries, which is
 * emptied first when it is full; the caller fills the series, which are 0. */
uint32_t *seriescache_add(struct seriescache *t, const struct serieskey *k, uint32_t max);
void seriescache_clear(struct seriescache *t);

#endif
