/* snapshot_impl -- what a snapshot is inside this room.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_SNAPSHOT_IMPL_H
#define LT_METRICS_SNAPSHOT_IMPL_H

#include "metrics/family.h"
#include "metrics/snapshot.h"

struct family_copy {
    struct family_info *info;
    uint32_t n;   /* series, dropped ones included */
    bool exposed; /* has series that are shown when not hidden */
    bool hidden;
    struct family_cells cells; /* `any` and `stamps` are copies; bounds are not set */
    struct chunk_ref *chunks;
    unsigned nchunks;
    struct exemplars exemplars;
};

struct snapshot {
    int64_t now_ns; /* the newest time the registry had seen */
    unsigned n;
    struct family_copy *families;
    unsigned nparked;
    struct parked **parked;
};

/* Steps through the series of a copy, in order of index. */
struct series_walk {
    const struct family_copy *f;
    struct record_walk records;
    uint32_t next;
};

static inline void series_walk_init(struct series_walk *w, const struct family_copy *f)
{
    w->f = f;
    w->next = 0;
    record_walk_init(&w->records, f->chunks, f->info->spec.nlabels);
}

static inline bool series_walk_next(struct series_walk *w, const struct record **ret_record,
                                    uint32_t *ret_index)
{
    if (w->next == w->f->n)
        return false;
    *ret_record = record_walk_next(&w->records);
    *ret_index = w->next++;
    return true;
}

static inline bool copy_dropped(const struct family_copy *f, uint32_t index)
{
    return f->info->spec.type == FAMILY_GAUGE && f->cells.gauge[index].dropped;
}

#endif
