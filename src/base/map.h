/* map -- text -> number, open addressing; keys are copied and may hold any byte.
 *
 *     struct map m = MAP_INIT;
 *     map_put(&m, SLICE("http_access"), 3);
 *     uint64_t i;
 *     if (map_get(&m, name, &i)) ...
 *     for (size_t at = 0; map_next(&m, &at, &key, &i);) ...     in the order of first insertion
 *     map_release(&m);
 *
 * The one table of text, also of the look-ups that every line makes. Who writes a log cannot choose
 * keys that collide; but nothing is ever removed, so what a log adds must be bounded by the
 * owner. */
#ifndef LT_BASE_MAP_H
#define LT_BASE_MAP_H

#include "base/slice.h"

#include <stdint.h>

struct map_entry;
struct map {
    struct map_entry *entries; /* dense, in insertion order */
    uint32_t *index;           /* slots: entry number + 1, or 0 */
    size_t n, cap, nslots;
    uint64_t seed; /* of the hash */
};

#define MAP_INIT ((struct map){0})

/* The value, or NULL; dies at the next map_put. */
uint64_t *map_find(const struct map *m, struct slice key);

static inline bool map_get(const struct map *m, struct slice key, uint64_t *ret_value)
{
    const uint64_t *value = map_find(m, key);

    if (value)
        *ret_value = *value;
    return value;
}

/* Sets or replaces. Returns true when the key was new. */
bool map_put(struct map *m, struct slice key, uint64_t value);
/* Steps through all entries; start with *at = 0. The key BORROWS the map. */
bool map_next(const struct map *m, size_t *at, struct slice *ret_key, uint64_t *ret_value);
void map_release(struct map *m);

#endif
