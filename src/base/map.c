/* map -- a dense array of entries and, beside it, a table of slots that name entries.
 *
 *     entries: [k0 v0][k1 v1][k2 v2]...      insertion order, so iteration needs no sorting
 *     index:   [ 2 | 0 | 1 | 3 | 0 ... ]     entry number + 1, linear probing, at most a quarter full
 *
 * There is no removal: nothing that uses a map removes, and without it probing needs no tombstones.
 * The hash of each key is kept, so that growing does not read the keys again and a probe compares
 * bytes only when 64 bits agree. So few slots are taken that a text which is not there, which is
 * what most look-ups of a line are for, mostly ends at the first. */
#include "base/map.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct map_entry {
    char *key; /* owned, NUL-terminated */
    size_t n;
    uint64_t hash;
    uint64_t value;
};

uint64_t *map_find(const struct map *m, struct slice key)
{
    size_t mask = m->nslots - 1;

    if (m->n == 0)
        return NULL;
    uint64_t hash = hash_text(m->seed, key);

    for (size_t at = (size_t)hash & mask; m->index[at]; at = (at + 1) & mask) {
        struct map_entry *e = &m->entries[m->index[at] - 1];

        if (e->hash == hash && e->n == key.n && hash_same(e->key, key.p, key.n))
            return &e->value;
    }
    return NULL;
}

static void place(struct map *m, size_t entry)
{
    size_t mask = m->nslots - 1;
    size_t at = (size_t)m->entries[entry].hash & mask;

    while (m->index[at])
        at = (at + 1) & mask;
    m->index[at] = (uint32_t)(entry + 1);
}

static void grow_index(struct map *m)
{
    size_t nslots = m->nslots ? m->nslots * 2 : 16;

    free(m->index);
    m->index = xcalloc(nslots, sizeof *m->index);
    if (m->nslots == 0)
        m->seed = hash_number((uintptr_t)m->index >> 4); /* kept: entries hold their hash */
    m->nslots = nslots;
    for (size_t i = 0; i < m->n; i++)
        place(m, i);
}

bool map_put(struct map *m, struct slice key, uint64_t value)
{
    uint64_t *found = map_find(m, key);

    if (found) {
        *found = value;
        return false;
    }
    if (m->n == UINT32_MAX - 1)
        abort(); /* entry numbers are 32 bits wide */
    if (4 * (m->n + 1) > m->nslots)
        grow_index(m);
    GROW(m->entries, m->n, m->cap);
    m->entries[m->n] = (struct map_entry){xstrslice(key), key.n, hash_text(m->seed, key), value};
    place(m, m->n++);
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
