/* seriescache -- the table of label texts.
 *
 * Why it is there: without it a line of the JSON corpus costs 4,569 instructions, with it 2,043
 * (make bench-count). Not a map: a key is several texts, which a line would have to join before
 * each look-up, and all entries go at once. An entry keeps the hash, so that a look-up compares
 * bytes only when 64 bits agree, and growing reads no key again. Keys lie in an arena: they all go
 * together. The seed is the address of the table, so that who writes the log cannot choose texts
 * that collide. */
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

/* Texts are raw, so they may be as long as a line. On average they may have so many bytes. */
enum { KEY_BYTES = 256 };

struct entry {
    uint32_t tag;    /* their hash */
    const char *key; /* the texts' lengths, 4 bytes each, then their bytes */
    struct cached_series series[];
};

struct seriescache {
    unsigned ntexts, nseries;
    size_t stride; /* bytes of an entry */
    char *entries;
    uint32_t n, cap;
    struct slots slots; /* of entries; empty as long as they are few */
    uint64_t seed;
    uint32_t tag; /* of the texts last looked for */
    struct arena keys;
    size_t key_bytes;
};

static struct entry *entry_at(const struct seriescache *t, uint32_t i)
{
    return (struct entry *)(t->entries + (size_t)i * t->stride);
}

static uint32_t hash_texts(const struct seriescache *t, const struct slice *texts)
{
    uint64_t h = t->seed;

    for (unsigned i = 0; i < t->ntexts; i++)
        h = hash_text(h, texts[i]);
    return (uint32_t)(h >> 32);
}

static bool key_is(const struct seriescache *t, const char *key, const struct slice *texts)
{
    const char *bytes = key + t->ntexts * sizeof(uint32_t);

    for (unsigned i = 0; i < t->ntexts; i++, key += sizeof(uint32_t)) {
        if (hash_load4(key) != texts[i].n || !hash_same(bytes, texts[i].p, texts[i].n))
            return false;
        bytes += texts[i].n;
    }
    return true;
}

struct seriescache *seriescache_new(unsigned ntexts, unsigned nseries)
{
    struct seriescache *t = xcalloc(1, sizeof *t);

    t->seed = hash_number((uintptr_t)t >> 4);
    t->ntexts = ntexts;
    t->nseries = nseries;
    t->stride = sizeof(struct entry) + nseries * sizeof(struct cached_series);
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

static struct cached_series *find_among_few(const struct seriescache *t, const struct slice *texts)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct entry *e = entry_at(t, i);

        if (e->tag == t->tag && key_is(t, e->key, texts))
            return e->series;
    }
    return NULL;
}

struct cached_series *seriescache_find(struct seriescache *t, const struct slice *texts)
{
    const struct slots *slots = &t->slots;

    t->tag = hash_texts(t, texts);
    if (slots->list == NULL)
        return find_among_few(t, texts);
    for (size_t at = slots_first(slots, t->tag); slots->list[at].ref; at = slots_next(slots, at)) {
        struct entry *e = entry_at(t, slots->list[at].ref - 1);

        if (slots->list[at].tag == t->tag && key_is(t, e->key, texts))
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

struct cached_series *seriescache_add(struct seriescache *t, const struct slice *texts,
                                      uint32_t max)
{
    size_t bytes = 0;

    make_room(t, max);
    for (unsigned i = 0; i < t->ntexts; i++)
        bytes += sizeof(uint32_t) + texts[i].n;
    t->key_bytes += bytes;
    char *key = arena_alloc(&t->keys, bytes + 1), *at = key + t->ntexts * sizeof(uint32_t);

    for (unsigned i = 0; i < t->ntexts; i++) {
        uint32_t n = (uint32_t)texts[i].n;

        memcpy(key + i * sizeof n, &n, sizeof n);
        if (n > 0)
            memcpy(at, texts[i].p, n);
        at += n;
    }
    struct entry *e = entry_at(t, t->n);

    e->tag = t->tag;
    e->key = key;
    memset(e->series, 0, t->nseries * sizeof *e->series);
    if (t->slots.list)
        slots_add(&t->slots, t->tag, t->n, SLOTS_HALF);
    t->n++;
    return e->series;
}
