/* prefixes -- which of many texts does a text begin with?
 *
 *     struct prefixes *p = prefixes_new(&texts);
 *     for (uint32_t i = prefixes_longest(p, text); i != PREFIX_NONE; i = prefixes_shorter(p, i))
 *         use(prefixes_value(p, i));
 *
 * The cost grows with the logarithm of their number, whatever their lengths are. */
#ifndef LT_ENGINE_PREFIXES_H
#define LT_ENGINE_PREFIXES_H

#include "base/map.h"

#define PREFIX_NONE UINT32_MAX

struct prefixes;

/* Of a map's keys, none of which is empty; BORROWS them. NULL when there are none. */
struct prefixes *prefixes_new(const struct map *texts);
void prefixes_free(struct prefixes *p);

uint32_t prefixes_longest(const struct prefixes *p, struct slice text);
uint32_t prefixes_shorter(const struct prefixes *p, uint32_t i);
uint64_t prefixes_value(const struct prefixes *p, uint32_t i);

#endif
