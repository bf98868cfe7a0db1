/* arena -- memory that is all given back at once: scratch for one line, or the parts of a ruleset.
 *
 * arena_reset keeps the largest block, so that a hot loop settles without allocation. Pointers die
 * at the next arena_reset or arena_release. A zeroed struct arena is valid. */
#ifndef LT_BASE_ARENA_H
#define LT_BASE_ARENA_H

#include "base/slice.h"

#include <stdint.h>

struct arena_block;
struct arena {
    struct arena_block *block; /* the newest; older ones hang behind it */
    char *begin;               /* of the newest */
    char *at, *end;            /* free part of the newest */
};

/* Aligned to 16 bytes; uninitialised. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zalloc(struct arena *a, size_t n);
/* A NUL-terminated copy. */
char *arena_strslice(struct arena *a, struct slice s);
char *arena_str(struct arena *a, const char *s);
/* The copy as a slice (also NUL-terminated). */
struct slice arena_slice(struct arena *a, struct slice s);
void arena_take_back(struct arena *a);
/* Where nothing was taken nothing is to be done: most lines need no scratch. */
static inline void arena_reset(struct arena *a)
{
    if (a->at != a->begin)
        arena_take_back(a);
}
void arena_release(struct arena *a);

#endif
