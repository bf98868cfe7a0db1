/* map -- text -> number, open addressing; keys are copied and may hold any byte.
 *
 *     struct map m = MAP_INIT;
 *     map_put(&m, SLICE("http_access"), 3);
 *     uint64_t i;
 *     if (map_get(&m, name, &i)) ...
 *     for (size_t at = 0; map_next(&m, &at, &key, &i);) ...     in the order of first insertion
 *     map_release(&m);
 *
 * For look-ups at load and for names; the hot path has tables of its own. */
#ifndef LT_BASE_MAP_H
#define LT_BASE_MAP_H

#include "base/slice.h"

#include <stdint.h>

struct map_entry;
struct map {
    struct map_entry *entries; /* dense, in insertion order */
    uint32_t *index;           /* slots: entry number + 1, or 0 */
    size_t n, cap, nslots;
};

#define MAP_INIT ((struct map){0})

bool map_get(const struct map *m, struct slice key, uint64_t *ret_value);
/* Sets or replaces. Returns true when the key was new. */
bool map_put(struct map *m, struct slice key, uint64_t value);
/* Steps through all entries; start with *at = 0. The key BORROWS the map. */
bool map_next(const struct map *m, size_t *at, struct slice *ret_key, uint64_t *ret_value);
void map_release(struct map *m);

/* The hash of the map; good enough for other tables of text that need not resist attack. */
uint64_t slice_hash(struct slice s);

#endif
