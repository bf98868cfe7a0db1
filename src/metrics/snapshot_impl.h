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

static inline bool copy_dropped(const struct family_copy *f, uint32_t index)
{
    return f->info->spec.type == FAMILY_GAUGE && f->cells.gauge[index].dropped;
}

#endif
