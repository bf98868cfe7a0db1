/* xalloc -- allocation that cannot fail: out of memory names the size on stderr and aborts.
 * A daemon whose state is exact on disk loses nothing by dying. */
#ifndef LT_BASE_XALLOC_H
#define LT_BASE_XALLOC_H

#include "base/slice.h"

void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));
/* Checks count * size for overflow. */
void *xreallocarray(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
/* A NUL-terminated copy of a slice. */
char *xstrslice(struct slice s) __attribute__((malloc, returns_nonnull));

/* Grows array `a` (of `cap` elements) so that element `n` exists; doubles. `cap` is an lvalue. */
#define GROW(a, n, cap)                                   \
    do {                                                  \
        if ((n) >= (cap)) {                               \
            (cap) = (cap) ? (cap)*2 : 8;                  \
            (a) = xreallocarray((a), (cap), sizeof *(a)); \
        }                                                 \
    } while (0)

#endif
