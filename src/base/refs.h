/* refs -- how many hold a thing that is shared between threads and no longer changes.
 *
 *     atomic_uint refs;  in the thing
 *
 * To take a reference needs no order: who takes one has one already, or the thing itself. Who drops
 * the last one frees the thing, and must see all that others did to it before they dropped
 * theirs. */
#ifndef LT_BASE_REFS_H
#define LT_BASE_REFS_H

#include <stdatomic.h>
#include <stdbool.h>

static inline void refs_take(atomic_uint *refs)
{
    atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

/* True when it was the last. */
static inline bool refs_drop(atomic_uint *refs)
{
    return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

#endif
