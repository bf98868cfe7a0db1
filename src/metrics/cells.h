/* cells -- the updates that run for every line, inline. Included by registry.h; not to be included
 * alone.
 *
 * A family keeps its values in one flat array, a cell per series. What an update needs stands at
 * the front of struct family, in one cache line: an update with a known index is two loads and a
 * store. Gauges are rare in logs and remember more than a number (gauge.c). */
#ifndef LT_METRICS_CELLS_H
#define LT_METRICS_CELLS_H

#include "base/num.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* First member of struct family. */
struct family_cells {
    union {
        void *any;
        struct counter *counter;
        struct gauge *gauge;
        char *histogram; /* cells of `stride` bytes */
    };
    size_t stride;        /* bytes of a cell */
    const double *bounds; /* nbounds upper bounds; padded with +Inf to a multiple of 4 */
    uint32_t nbounds;
    bool updated;    /* since the last snapshot */
    int64_t *stamps; /* time of the last update of each series; NULL without expire */
    /* Exemplars: slots per series (one, or one per bucket; 0 = none are kept), and which of them
     * hold one that no snapshot has taken yet (NULL before the first). */
    unsigned exemplar_slots;
    const uint8_t *exemplar_fresh;
};

/* For linear search; longer lists are halved. */
enum { BOUNDS_LINEAR_MAX = 16 };

typedef double bound_pair __attribute__((vector_size(16)));
typedef long long count_pair __attribute__((vector_size(16)));

static inline struct family_cells *family_cells(struct family *f)
{
    return (struct family_cells *)(void *)f;
}

static inline struct histogram *histogram_at(const struct family_cells *c, uint32_t index)
{
    return (struct histogram *)(void *)(c->histogram + index * c->stride);
}

static inline void family_updated(struct family_cells *c, uint32_t index, int64_t now_ns)
{
    c->updated = true;
    if (c->stamps)
        c->stamps[index] = now_ns;
}

/* A gauge's: by a reset, after which it is no series any more. */
static inline bool gauge_is_dropped(struct family *f, uint32_t index)
{
    return family_cells(f)->gauge[index].dropped;
}

/* The bucket of v: how many bounds lie below it. Comparing with all of them, two at a time, costs
 * less than one mispredicted branch of a search. */
static inline unsigned bucket_of(const double *bounds, uint32_t n, double v)
{
    const double *at = bounds;

    if (n <= BOUNDS_LINEAR_MAX) {
        count_pair below = {0, 0};

        for (uint32_t i = 0; i < n; i += 2) {
            bound_pair b;

            memcpy(&b, bounds + i, sizeof b);
            below -= (count_pair)((bound_pair){v, v} > b);
        }
        return (unsigned)(below[0] + below[1]);
    }
    while (n > 1) {
        uint32_t half = n / 2;

        at += at[half - 1] < v ? half : 0;
        n -= half;
    }
    return (unsigned)(at - bounds) + (*at < v);
}

/* The rest of counter_add: what is not whole, and what goes beyond 2^64. */
void counter_add_part(struct counter *c, double v);

static inline void counter_add_whole(struct counter *c, uint64_t n)
{
    if (__builtin_add_overflow(c->whole, n, &c->whole))
        nsum_add(&c->part, 0x1p64);
}

static inline void counter_inc(struct family *f, uint32_t index, uint64_t n, int64_t now_ns)
{
    struct family_cells *c = family_cells(f);

    counter_add_whole(&c->counter[index], n);
    family_updated(c, index, now_ns);
}

static inline void counter_add(struct family *f, uint32_t index, const struct num *v,
                               int64_t now_ns)
{
    struct family_cells *c = family_cells(f);

    if (v->integral)
        counter_add_whole(&c->counter[index], v->u);
    else
        counter_add_part(&c->counter[index], v->d);
    family_updated(c, index, now_ns);
}

/* Returns the bucket. */
static inline unsigned histogram_observe(struct family *f, uint32_t index, double v, int64_t now_ns)
{
    struct family_cells *c = family_cells(f);
    struct histogram *h = histogram_at(c, index);
    unsigned bucket = bucket_of(c->bounds, c->nbounds, v);

    h->bucket[bucket]++;
    nsum_add(&h->sum, v);
    family_updated(c, index, now_ns);
    return bucket;
}

/* Would an exemplar of a value in this bucket (of a counter: 0) be news? Making one costs more than all
 * else an update does, and of those between two snapshots only one is ever seen. */
static inline bool family_wants_exemplar(struct family *f, uint32_t index, unsigned bucket)
{
    const struct family_cells *c = family_cells(f);
    size_t at = (size_t)index * c->exemplar_slots + bucket;

    return c->exemplar_slots && !(c->exemplar_fresh && c->exemplar_fresh[at]);
}

#endif
