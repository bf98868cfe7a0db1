/* encoded -- the bytes of a snapshot, as its writer and its readers share it.
 *
 *   snapshot   u32 version, u64 now_ns, u32 families, then for each
 *   family       u64 parked since (0 = in use), u64 bytes of body, body
 *   body         name, help, u8 type, u8 flags, f64 min, u32 n + labels, u32 n + buckets,
 *                u32 series, then for each
 *   series         u8 flags, u64 created_ns, [u64 stamp,] values, cell
 *   cell             counter    varint whole, [f64 sum, f64 comp]
 *                    gauge      f64 value shift floor, u64 set_time set_max, u32 set_file
 *                    histogram  f64 sum comp, varint per bucket
 *
 * Texts of the head are u32 + bytes, label values varint + bytes. Families carry their length, so
 * that one which fits nowhere can be kept and written again without being understood.
 *
 * Reading trusts nothing: snapshot_decode looks at everything before anybody changes a registry.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_ENCODED_H
#define LT_METRICS_ENCODED_H

#include "base/buf.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

enum { ENCODED_VERSION = 1, VARINT_MAX = 10 };

enum family_flags {
    FAMILY_IS_OWN = 1 << 0,
    FAMILY_EXPOSED = 1 << 1,
    FAMILY_HAS_MIN = 1 << 2,
    FAMILY_HAS_STAMPS = 1 << 3,
    FAMILY_HAS_EXEMPLARS = 1 << 4,
};

enum series_flags {
    SERIES_DROPPED = 1 << 0,
    SERIES_IS_SET = 1 << 1,
    SERIES_HAS_PART = 1 << 2,
};

struct encoded_family {
    int64_t parked_ns; /* 0 = in use */
    struct slice body;
    struct slice head; /* of the body, up to the number of series */
    struct slice name, help;
    enum family_type type;
    unsigned flags;
    double min;
    unsigned nlabels, nbuckets;
    struct slice labels[LABELS_MAX];
    double buckets[BUCKETS_MAX];
    uint32_t nseries;
    struct reader series; /* stands at the first */
};

struct encoded_series {
    struct slice raw; /* all bytes of it */
    int64_t created_ns, stamp_ns;
    bool dropped;
    struct slice values[LABELS_MAX];
    struct counter counter;
    struct gauge gauge;
    struct nsum sum;
    uint64_t bucket[BUCKETS_MAX + 1];
};

/* Steps through the families of an encoded snapshot. */
struct encoded_snapshot {
    int64_t now_ns;
    uint32_t nfamilies;
    struct reader families; /* stands at the first */
};

/* Checks every byte of it. 0 or -EBADMSG. */
int snapshot_decode(struct slice encoded, struct encoded_snapshot *ret);

/* For what snapshot_decode found good: nfamilies calls, nseries calls on a copy of f->series. */
bool family_decode(struct reader *families, struct encoded_family *ret);
bool series_decode(const struct encoded_family *f, struct reader *r, struct encoded_series *ret);

/* What others may know of it. */
struct saved_family encoded_outline(const struct encoded_family *f);
/* Has this family been on the page? */
bool encoded_exposed(const struct encoded_family *f);
/* Where a label is in the family; false: it has none of this name. */
bool encoded_find_label(const struct encoded_family *f, struct slice name, unsigned *ret);
/* Same type, buckets and set of label names as `spec`? Then ret_place[i] is where label i of `spec`
 * is among the labels of `f`. */
bool encoded_fits(const struct encoded_family *f, const struct family_spec *spec,
                  unsigned ret_place[LABELS_MAX]);
/* Would two families fit the same spec? */
bool encoded_alike(const struct encoded_family *a, const struct encoded_family *b);
/* The values of `s` in the order of the labels that `place` was made for. */
void encoded_values(const struct encoded_series *s, const unsigned *place, unsigned n,
                    struct slice *ret_values);

#endif
