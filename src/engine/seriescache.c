/* seriescache -- the table of label texts.
 *
 * Why it is there: without it a line of the JSON corpus costs twice as much. Not a map: a key is
 * several texts, which a line would have to join before each look-up, and all entries go at once.
 *
 *     key:  a short text  [up to 15 bytes, zeros, its length in the last]
 *           a long one    [its length, zeros, 255 in the last][16 bytes at a time, zeros at the end]...
 *
 * Most texts are short. As one chunk of 16 bytes each, all keys of a table are equally long, and are
 * hashed and compared without asking how long a text is: those questions are the branches that no
 * processor foresees. An entry keeps the hash, so that a look-up compares keys only when it agrees,
 * and growing reads no key again. Keys lie in an arena: they all go together. The seed is the address
 * of the table, so that who writes the log cannot choose texts that collide. */
#include "config.h"

#include "engine/seriescache.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/slots.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* So few entries are looked through; a thousand rules with few entries each would have their slots
 * in no cache. */
enum { FEW = 4 };

/* Texts are raw, so they may be as long as a line. On average keys may have so many bytes. */
enum { KEY_BYTES = 256 };

enum { CHUNK = 16, SHORT_MAX = CHUNK - 1 };

typedef long long chunk __attribute__((vector_size(CHUNK)));

struct entry {
    uint32_t tag; /* the key's hash */
    uint32_t n;   /* its chunks */
    chunk *key;
    struct cached_series series[];
};

struct seriescache {
    unsigned ntexts;
    size_t stride; /* bytes of an entry */
    char *entries;
    uint32_t n, cap;
    struct slots slots; /* of entries; empty as long as they are few */
    uint64_t seed;
    struct arena keys;
    size_t key_bytes;
    /* The key last looked for. */
    chunk *chunks;
    size_t nchunks, cap_chunks;
    uint32_t tag;
};

static struct entry *entry_at(const struct seriescache *t, uint32_t i)
{
    return (struct entry *)(void *)(t->entries + (size_t)i * t->stride);
}

struct seriescache *seriescache_new(unsigned ntexts, unsigned nseries)
{
    struct seriescache *t = xcalloc(1, sizeof *t);

    t->seed = hash_number((uintptr_t)t >> 4);
    t->ntexts = ntexts;
    t->stride = sizeof(struct entry) + nseries * sizeof(struct cached_series);
    t->cap_chunks = ntexts;
    t->chunks = xcalloc(t->cap_chunks + 1, sizeof *t->chunks);
    return t;
}

void seriescache_free(struct seriescache *t)
{
    if (!t)
        return;
    seriescache_clear(t);
    free(t->chunks);
    free(t);
}

void seriescache_clear(struct seriescache *t)
{
    free(t->entries);
    slots_release(&t->slots);
    t->entries = NULL;
    t->n = t->cap = 0;
    t->key_bytes = 0;
    arena_release(&t->keys);
}

static inline chunk load_chunk(const void *p)
{
    chunk c;

    memcpy(&c, p, sizeof c);
    return c;
}

/* A short text, behind which a chunk can be read. */
static inline chunk short_chunk(const char *p, size_t n)
{
    static const unsigned char kept[2 * CHUNK] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                  255, 255, 255, 255, 255, 255, 255, 255};
    static const unsigned char lengths[CHUNK][CHUNK] = {
        {[15] = 0},  {[15] = 1},  {[15] = 2},  {[15] = 3}, {[15] = 4},  {[15] = 5},
        {[15] = 6},  {[15] = 7},  {[15] = 8},  {[15] = 9}, {[15] = 10}, {[15] = 11},
        {[15] = 12}, {[15] = 13}, {[15] = 14}, {[15] = 15}};

    return (load_chunk(p) & load_chunk(kept + CHUNK - n)) | load_chunk(lengths[n]);
}

static size_t put_long(struct seriescache *t, size_t at, struct slice text)
{
    size_t n = (text.n + CHUNK - 1) / CHUNK, need = at + 1 + n + t->ntexts;
    unsigned char head[CHUNK] = {[SHORT_MAX] = 255};

    if (need > t->cap_chunks) { /* the texts behind it still need theirs */
        t->cap_chunks = 2 * need;
        t->chunks = xreallocarray(t->chunks, t->cap_chunks, sizeof *t->chunks);
    }
    memcpy(head, &text.n, sizeof text.n);
    t->chunks[at] = load_chunk(head);
    t->chunks[at + n] = (chunk){0, 0};
    memcpy(&t->chunks[at + 1], text.p, text.n);
    return at + 1 + n;
}

/* For every text right. Returns how many chunks the key has then. */
static __attribute__((noinline)) size_t put_any(struct seriescache *t, size_t at, struct slice text)
{
    char copy[CHUNK] = {0};

    if (text.n > SHORT_MAX)
        return put_long(t, at, text);
    if (text.n)
        memcpy(copy, text.p, text.n);
    t->chunks[at] = short_chunk(copy, text.n);
    return at + 1;
}

/* Makes the key. */
static inline void put_texts(struct seriescache *t, const struct slice *texts, struct slice block)
{
    size_t at = 0;

    for (unsigned i = 0; i < t->ntexts; i++) {
        const char *p = texts[i].p;
        size_t n = texts[i].n;

        if (n <= SHORT_MAX && (uintptr_t)p - (uintptr_t)block.p < block.n)
            t->chunks[at++] = short_chunk(p, n);
        else
            at = put_any(t, at, texts[i]);
    }
    t->nchunks = at;
}

static inline uint32_t hash_key(const struct seriescache *t)
{
    const char *at = (const char *)t->chunks, *end = (const char *)(t->chunks + t->nchunks);
    uint64_t h = t->seed, s = (h << 29 | h >> 35) ^ UINT64_C(0xe7037ed1a0b428db);

    for (; at < end; at += CHUNK)
        h = hash_fold(word_load(at) ^ h, word_load(at + 8) ^ s);
    return (uint32_t)(h >> 32);
}

static inline bool is_key(const struct seriescache *t, const struct entry *e)
{
    const chunk *a = t->chunks, *end = a + t->nchunks, *b = e->key;
    chunk differs = {0, 0};

    if (e->n != t->nchunks)
        return false;
    for (; a < end; a++, b++)
        differs |= *a ^ *b;
    return (differs[0] | differs[1]) == 0;
}

static struct cached_series *find_among_few(const struct seriescache *t)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct entry *e = entry_at(t, i);

        if (e->tag == t->tag && is_key(t, e))
            return e->series;
    }
    return NULL;
}

struct cached_series *seriescache_find(struct seriescache *t, const struct slice *texts,
                                       struct slice block)
{
    const struct slots *slots = &t->slots;

    put_texts(t, texts, block);
    t->tag = hash_key(t);
    if (slots->list == NULL)
        return find_among_few(t);
    for (size_t at = slots_first(slots, t->tag); slots->list[at].ref; at = slots_next(slots, at)) {
        struct entry *e = entry_at(t, slots->list[at].ref - 1);

        if (slots->list[at].tag == t->tag && is_key(t, e))
            return e->series;
    }
    return NULL;
}

static void make_room(struct seriescache *t, uint32_t max)
{
    if (t->n >= max || t->key_bytes / KEY_BYTES > max)
        seriescache_clear(t);
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : FEW;
        t->entries = xreallocarray(t->entries, t->cap, t->stride);
    }
    for (uint32_t i = 0; t->n == FEW && i < FEW; i++)
        slots_add(&t->slots, entry_at(t, i)->tag, i, SLOTS_HALF);
}

struct cached_series *seriescache_add(struct seriescache *t, uint32_t max)
{
    size_t bytes = t->nchunks * sizeof *t->chunks;
    struct entry *e;

    make_room(t, max);
    e = entry_at(t, t->n);
    memset(e, 0, t->stride);
    e->tag = t->tag;
    e->n = (uint32_t)t->nchunks;
    e->key = arena_alloc(&t->keys, bytes);
    memcpy(e->key, t->chunks, bytes);
    t->key_bytes += bytes;
    if (t->slots.list)
        slots_add(&t->slots, t->tag, t->n, SLOTS_HALF);
    t->n++;
    return e->series;
}
