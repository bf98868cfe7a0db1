/* seriescache -- the table of label texts.
 *
 * Why it is there: without it a line of the JSON corpus costs twice as much. Not a map: a key is
 * several texts, which a line would have to join before each look-up, and all entries go at once.
 *
 * An entry keeps the hash, so that a look-up compares keys only when it agrees, and growing reads no
 * key again. Keys lie in an arena: they all go together. */
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

struct entry {
    uint32_t tag; /* the key's hash */
    uint32_t n;   /* its chunks */
    series_chunk *key;
    uint32_t series[];
};

struct seriescache {
    size_t stride; /* bytes of an entry */
    char *entries;
    uint32_t n, cap;
    struct slots slots; /* of entries; empty as long as they are few */
    struct arena keys;
    size_t key_bytes;
};

static struct entry *entry_at(const struct seriescache *t, uint32_t i)
{
    return (struct entry *)(void *)(t->entries + (size_t)i * t->stride);
}

struct seriescache *seriescache_new(unsigned nseries)
{
    struct seriescache *t = xcalloc(1, sizeof *t);
    size_t size = sizeof(struct entry) + nseries * sizeof(uint32_t), align = _Alignof(struct entry);

    t->stride = (size + align - 1) / align * align;
    return t;
}

void seriescache_free(struct seriescache *t)
{
    if (!t)
        return;
    seriescache_clear(t);
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

void serieskey_init(struct serieskey *k, unsigned ntexts)
{
    *k = (struct serieskey){.ntexts = ntexts, .cap = ntexts};
    k->chunks = xcalloc(k->cap + 1, sizeof *k->chunks);
    k->seeds[0] = hash_number((uintptr_t)k->chunks >> 4);
    k->seeds[1] = hash_number(k->seeds[0]);
}

void serieskey_release(struct serieskey *k)
{
    free(k->chunks);
}

static void add_long(struct serieskey *k, struct slice text)
{
    size_t n = (text.n + SERIES_CHUNK - 1) / SERIES_CHUNK, need = k->n + 1 + n + k->ntexts;
    unsigned char chunk[SERIES_CHUNK] = {[SERIES_SHORT] = 255};

    if (need > k->cap) { /* the texts behind it still need theirs */
        k->cap = 2 * need;
        k->chunks = xreallocarray(k->chunks, k->cap, sizeof *k->chunks);
    }
    memcpy(chunk, &text.n, sizeof text.n);
    serieskey_put(k, series_chunk_load(chunk));
    for (; text.n >= SERIES_CHUNK; text = slice_from(text, SERIES_CHUNK))
        serieskey_put(k, series_chunk_load(text.p));
    if (text.n == 0)
        return;
    memset(chunk, 0, sizeof chunk);
    memcpy(chunk, text.p, text.n);
    serieskey_put(k, series_chunk_load(chunk));
}

void serieskey_add_any(struct serieskey *k, struct slice text)
{
    char copy[SERIES_CHUNK] = {0};

    if (text.n > SERIES_SHORT) {
        add_long(k, text);
        return;
    }
    if (text.n)
        memcpy(copy, text.p, text.n);
    serieskey_put(k, series_chunk_short(copy, text.n));
}

static uint32_t tag_of(const struct serieskey *k)
{
    return (uint32_t)(k->hash >> 32);
}

static inline bool is_key(const struct entry *e, const struct serieskey *k)
{
    const series_chunk *a = k->chunks, *end = a + k->n, *b = e->key;
    series_chunk differs = {0, 0};

    if (e->n != k->n)
        return false;
    for (; a < end; a++, b++)
        differs |= *a ^ *b;
    return (differs[0] | differs[1]) == 0;
}

static uint32_t *find_among_few(const struct seriescache *t, const struct serieskey *k)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct entry *e = entry_at(t, i);

        if (e->tag == tag_of(k) && is_key(e, k))
            return e->series;
    }
    return NULL;
}

uint32_t *seriescache_find(struct seriescache *t, const struct serieskey *k)
{
    const struct slots *slots = &t->slots;
    const uint32_t tag = tag_of(k);

    if (slots->list == NULL)
        return find_among_few(t, k);
    for (size_t at = slots_first(slots, tag); slots->list[at].ref; at = slots_next(slots, at)) {
        struct entry *e = entry_at(t, slots->list[at].ref - 1);

        if (slots->list[at].tag == tag && is_key(e, k))
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

uint32_t *seriescache_add(struct seriescache *t, const struct serieskey *k, uint32_t max)
{
    size_t bytes = k->n * sizeof *k->chunks;
    struct entry *e;

    make_room(t, max);
    e = entry_at(t, t->n);
    memset(e, 0, t->stride);
    e->tag = tag_of(k);
    e->n = (uint32_t)k->n;
    e->key = arena_alloc(&t->keys, bytes);
    memcpy(e->key, k->chunks, bytes);
    t->key_bytes += bytes;
    if (t->slots.list)
        slots_add(&t->slots, e->tag, t->n, SLOTS_HALF);
    t->n++;
    return e->series;
}
