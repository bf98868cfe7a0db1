/* seriescache -- the table of label texts.
 *
 * An entry keeps the hash, so that a look-up compares bytes only when 64 bits agree, and growing
 * reads no key again. Keys lie in an arena: they all go together. Hash and comparison load eight
 * bytes at a time, the last ones overlapping, because label texts are short and a call of memcmp
 * would be most of the cost. The hash is not hardened: who writes the log can make look-ups slow,
 * not wrong. */
#include "config.h"

#include "engine/seriescache.h"

#include "base/arena.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* So few entries are looked through; a thousand rules with few tuples each would have their slots
 * in no cache. */
enum { FEW = 4, SLOTS_BITS_MIN = 4 };

/* Texts are raw, so they may be as long as a line. On average they may have so many bytes. */
enum { KEY_BYTES = 256 };

struct entry {
    uint64_t hash;
    const char *key; /* the texts' lengths, 4 bytes each, then their bytes */
    struct tuple_series series[];
};

struct tuples {
    unsigned ntexts, nseries;
    size_t stride; /* bytes of an entry */
    char *entries;
    uint32_t n, cap;
    uint32_t *slots; /* entry number + 1, or 0; NULL as long as entries are few */
    unsigned slot_bits;
    uint64_t hash; /* of the texts last looked for */
    struct arena keys;
    size_t key_bytes;
};

static struct entry *entry_at(const struct tuples *t, uint32_t i)
{
    return (struct entry *)(t->entries + (size_t)i * t->stride);
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 m = (unsigned __int128)a * b;

    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t load8(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t load4(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* Multiply and fold (wyhash's step): 16 bytes at a time, the last 16 overlap those before them. */
static uint64_t hash_text(uint64_t h, const char *p, size_t n)
{
    const uint64_t k1 = 0xa0761d6478bd642full, k2 = 0xe7037ed1a0b428dbull;
    uint64_t a = 0, b = 0;

    for (size_t left = n; left > 16; left -= 16, p += 16)
        h = fold(load8(p) ^ k1, load8(p + 8) ^ h);
    if (n > 16) {
        p -= 16 - ((n - 1) % 16 + 1);
        a = load8(p);
        b = load8(p + 8);
    } else if (n >= 8) {
        a = load8(p);
        b = load8(p + n - 8);
    } else if (n >= 4) {
        a = load4(p);
        b = load4(p + n - 4);
    } else if (n > 0) {
        a = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
            (uint64_t)(unsigned char)p[n - 1] << 16;
    }
    return fold(a ^ k2 ^ n, b ^ h);
}

static uint64_t hash_texts(const struct tuples *t, const struct slice *texts)
{
    uint64_t h = 0x8ebc6af09c88c6e3ull;

    for (unsigned i = 0; i < t->ntexts; i++)
        h = hash_text(h, texts[i].p, texts[i].n);
    return h;
}

/* As memcmp(a, b, n) == 0, without the call: label texts are short. */
static bool same_bytes(const char *a, const char *b, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8)
            if (load8(a + i) != load8(b + i))
                return false;
        return load8(a + n - 8) == load8(b + n - 8);
    }
    if (n >= 4)
        return load4(a) == load4(b) && load4(a + n - 4) == load4(b + n - 4);
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

static bool key_is(const struct tuples *t, const char *key, const struct slice *texts)
{
    const char *bytes = key + t->ntexts * sizeof(uint32_t);

    for (unsigned i = 0; i < t->ntexts; i++, key += sizeof(uint32_t)) {
        if (load4(key) != texts[i].n || !same_bytes(bytes, texts[i].p, texts[i].n))
            return false;
        bytes += texts[i].n;
    }
    return true;
}

struct tuples *tuples_new(unsigned ntexts, unsigned nseries)
{
    struct tuples *t = xcalloc(1, sizeof *t);

    t->ntexts = ntexts;
    t->nseries = nseries;
    t->stride = sizeof(struct entry) + nseries * sizeof(struct tuple_series);
    return t;
}

void tuples_free(struct tuples *t)
{
    if (!t)
        return;
    tuples_clear(t);
    free(t);
}

void tuples_clear(struct tuples *t)
{
    free(t->entries);
    free(t->slots);
    t->entries = NULL;
    t->slots = NULL;
    t->n = t->cap = 0;
    t->slot_bits = 0;
    t->key_bytes = 0;
    arena_release(&t->keys);
}

static struct tuple_series *find_among_few(const struct tuples *t, const struct slice *texts)
{
    for (uint32_t i = 0; i < t->n; i++) {
        struct entry *e = entry_at(t, i);

        if (e->hash == t->hash && key_is(t, e->key, texts))
            return e->series;
    }
    return NULL;
}

struct tuple_series *tuples_find(struct tuples *t, const struct slice *texts)
{
    t->hash = hash_texts(t, texts);
    if (t->slots == NULL)
        return find_among_few(t, texts);
    uint32_t mask = (UINT32_C(1) << t->slot_bits) - 1;

    for (uint32_t i = (uint32_t)(t->hash >> (64 - t->slot_bits)); t->slots[i]; i = (i + 1) & mask) {
        struct entry *e = entry_at(t, t->slots[i] - 1);

        if (e->hash == t->hash && key_is(t, e->key, texts))
            return e->series;
    }
    return NULL;
}

static void place(struct tuples *t, uint32_t entry)
{
    uint32_t mask = (UINT32_C(1) << t->slot_bits) - 1;
    uint32_t i = (uint32_t)(entry_at(t, entry)->hash >> (64 - t->slot_bits));

    while (t->slots[i])
        i = (i + 1) & mask;
    t->slots[i] = entry + 1;
}

/* Keeps the table at most half full. */
static void make_room(struct tuples *t, uint32_t max)
{
    if (t->n >= max || t->key_bytes / KEY_BYTES > max)
        tuples_clear(t);
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : FEW;
        t->entries = xreallocarray(t->entries, t->cap, t->stride);
    }
    if (t->n < FEW || (t->slots && t->n < (UINT32_C(1) << t->slot_bits) / 2))
        return;
    t->slot_bits = t->slot_bits ? t->slot_bits + 1 : SLOTS_BITS_MIN;
    free(t->slots);
    t->slots = xcalloc((size_t)1 << t->slot_bits, sizeof *t->slots);
    for (uint32_t i = 0; i < t->n; i++)
        place(t, i);
}

struct tuple_series *tuples_add(struct tuples *t, const struct slice *texts, uint32_t max)
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

    e->hash = t->hash;
    e->key = key;
    memset(e->series, 0, t->nseries * sizeof *e->series);
    if (t->slots)
        place(t, t->n);
    t->n++;
    return e->series;
}
