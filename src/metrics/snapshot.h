/* snapshot -- the values of a whole registry at one instant.
 *
 * Taking one copies values (flat arrays) and shares label text, which is immutable and counted by
 * reference; so it is quick, and the snapshot may be read, encoded and freed on another thread
 * while the registry goes on. It is what the page is rendered from and what the state file holds:
 * the page can never show what is not in a snapshot.
 *
 * Encoding is little-endian and versioned by the caller's file header; it holds, per family, name,
 * type, label names, buckets, then each series' labels, creation time and values. */
#ifndef LT_METRICS_SNAPSHOT_H
#define LT_METRICS_SNAPSHOT_H

#include "base/buf.h"
#include "metrics/registry.h"
#include "metrics/selector.h"

struct snapshot;

struct snapshot *snapshot_take(struct registry *r);
void snapshot_free(struct snapshot *s);

void snapshot_encode(const struct snapshot *s, struct buf *out);

/* What restoring did. Counts are of series; families that no family of the registry accepts (other
 * type, label names or buckets, or gone) are parked. */
struct restore_report {
    uint32_t restored, parked, dropped;
};

/* Says whether some rule can still make this label set; NULL = all can. */
typedef bool snapshot_may_exist_fn(void *ctx, const struct family *f, const struct slice *values);

/* Puts the values of an encoded snapshot into the registry's families of the same name, type, label
 * names (in any order) and buckets (or units of the same meaning: equal bounds). What finds no
 * place is kept, parked, inside the registry and encoded again with every snapshot, until it is
 * restored by a later ruleset or is older than a day (`now_wall_ns`); a parked family is dropped
 * when a family of its name but another shape has been exposed meanwhile. What `expire` counts in
 * goes on at `now_ns` where the snapshot left off: time while nobody ran is not in it. 0 or -EBADMSG
 * (then the registry is unchanged). */
int snapshot_restore(struct registry *r, struct slice encoded, int64_t now_wall_ns, int64_t now_ns,
                     snapshot_may_exist_fn *may_exist, void *ctx,
                     struct restore_report *ret_report);

/* A family of an encoded snapshot; texts BORROW that. */
struct saved_family {
    struct slice name;
    enum family_type type;
    bool own;          /* logtally's */
    int64_t parked_ns; /* since when no rule has it; 0: one has */
    uint32_t nseries;
    unsigned nlabels;
    const struct slice *labels;
};
/* 0 or -EBADMSG. */
typedef void snapshot_family_fn(void *ctx, const struct saved_family *f);
int snapshot_families(struct slice encoded, snapshot_family_fn *each, void *ctx);

/* Writes the snapshot to *out (NULL: nowhere) without the series that are meant, parked ones too; logtally's own stay. Calls
 * `each` with those that go. How many they are, or -EBADMSG. */
typedef void snapshot_dropped_fn(void *ctx, const struct saved_family *f,
                                 const struct slice *values);
int snapshot_drop(struct slice encoded, const struct selector *selector, snapshot_dropped_fn *each,
                  void *ctx, struct buf *out);

/* Adds an encoded snapshot to the registry: counters and histograms are summed, gauges composed in
 * the order of calls; families and series that are missing are made. Limits of the registry apply
 * (folding). 0; -EBADMSG; -EINVAL when a family has another type, label names or buckets: then *err
 * has a sentence. */
int snapshot_merge(struct registry *r, struct slice encoded, struct buf *err);

#endif
