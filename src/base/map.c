/* map -- a dense array of entries and, beside it, a table of slots that name entries.
 *
 *     entries: [k0 v0][k1 v1][k2 v2]...      insertion order, so iteration needs no sorting
 *     index:   [ 2 | 0 | 1 | 3 | 0 ... ]     entry number + 1, linear probing, at most half full
 *
 * There is no removal: nothing that uses a map removes, and without it probing needs no tombstones.
 * The hash of each key is kept, so that growing does not read the keys again and a probe compares
 * bytes only when 64 bits agree. Not hardened against keys chosen to collide. */
#include "base/map.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct map_entry {
    char *key; /* owned, NUL-terminated */
    size_t n;
    uint64_t hash;
    uint64_t value;
};

static uint64_t load64(const char *p, size_t n)
{
    uint64_t v = 0;

    memcpy(&v, p, n);
    return v;
}

/* The two halves of a 64 x 64 bit product, folded: the mixing step of wyhash (Wang Yi). */
static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 m = (unsigned __int128)a * b;

    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t slice_hash(struct slice s)
{
    uint64_t h = fold(s.n ^ UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db));

    while (s.n >= 8) {
        h = fold(h ^ load64(s.p, 8), UINT64_C(0x8ebc6af09c88c6e3));
        s = slice_from(s, 8);
    }
    if (s.n)
        h = fold(h ^ load64(s.p, s.n), UINT64_C(0x589965cc75374cc3));
    return fold(h ^ UINT64_C(0xe7037ed1a0b428db), UINT64_C(0x1d8e4e27c47d124f));
}

/* The slot that holds `key`, or the empty one where it belongs. */
static size_t find_slot(const struct map *m, struct slice key, uint64_t hash)
{
    size_t mask = m->nslots - 1;
    size_t at = (size_t)hash & mask;

    for (; m->index[at]; at = (at + 1) & mask) {
        const struct map_entry *e = &m->entries[m->index[at] - 1];

        if (e->hash == hash && slice_eq(slice_make(e->key, e->n), key))
            break;
    }
    return at;
}

static void grow_index(struct map *m)
{
    size_t mask;

    m->nslots = m->nslots ? m->nslots * 2 : 16;
    free(m->index);
    m->index = xcalloc(m->nslots, sizeof *m->index);
    mask = m->nslots - 1;
    for (size_t i = 0; i < m->n; i++) {
        size_t at = (size_t)m->entries[i].hash & mask;

        while (m->index[at])
            at = (at + 1) & mask;
        m->index[at] = (uint32_t)(i + 1);
    }
}

bool map_get(const struct map *m, struct slice key, uint64_t *ret_value)
{
    size_t at;

    if (m->n == 0)
        return false;
    at = find_slot(m, key, slice_hash(key));
    if (m->index[at] == 0)
        return false;
    *ret_value = m->entries[m->index[at] - 1].value;
    return true;
}

bool map_put(struct map *m, struct slice key, uint64_t value)
{
    uint64_t hash = slice_hash(key);
    size_t at;

    if (2 * (m->n + 1) > m->nslots)
        grow_index(m);
    at = find_slot(m, key, hash);
    if (m->index[at]) {
        m->entries[m->index[at] - 1].value = value;
        return false;
    }
    if (m->n == UINT32_MAX - 1)
        abort(); /* entry numbers are 32 bits wide */
    GROW(m->entries, m->n, m->cap);
    m->entries[m->n] = (struct map_entry){xstrslice(key), key.n, hash, value};
    m->index[at] = (uint32_t)++m->n;
    return true;
}

bool map_next(const struct map *m, size_t *at, struct slice *ret_key, uint64_t *ret_value)
{
    const struct map_entry *e;

    if (*at >= m->n)
        return false;
    e = &m->entries[(*at)++];
    *ret_key = slice_make(e->key, e->n);
    *ret_value = e->value;
    return true;
}

void map_release(struct map *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->entries[i].key);
    free(m->entries);
    free(m->index);
    *m = MAP_INIT;
}
