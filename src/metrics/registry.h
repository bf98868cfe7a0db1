/* registry -- families of counters, gauges and histograms, and their series. The head of the room.
 *
 * The room keeps what was counted, copies it for other threads, writes it as pages for Prometheus
 * and as bytes for the state file, and reads those bytes again.
 *
 *   registry -> family (name, type, label names, buckets, limits)             family.h
 *                 -> series table: label values -> index                      series.h
 *                 -> cells, one per index: counter | gauge | histogram        cells.h
 *                 -> exemplars of counters and buckets                        exemplars.h
 *   snapshot = a copy of all cells, the label sets shared                     snapshot.h
 *                 -> page: text 0.0.4, OpenMetrics 1.0.0, JSON                expose.h
 *                 -> bytes -> restore into a registry, or merge               encoded.h
 *
 * What holds:
 * - A series is found by its label VALUES with their lengths, compared whole: no text from a log
 * can
 *   forge another series' key.
 * - A label value is UTF-8 without NUL and not empty before it is stored, every other text before
 * it
 *   stands on a page: no log line can make a page that Prometheus refuses.
 * - Limits lose nothing from totals: beyond max_values distinct values of one label a further value
 *   becomes "other" in that label; beyond max_series (of the family, or of all together) a further
 *   label set becomes "other" in all its labels.
 * - The index of a series is stable until registry_expire removes series of that family; then
 *   `generation` of the registry changes and every index kept outside is void.
 * - The page can never show what is not in a snapshot; bytes are checked whole before a registry
 *   changes.
 *
 * One thread owns a registry and updates it with plain stores. A snapshot belongs to whoever took
 * it, on any thread, and needs the registry no more. What both share (label sets, descriptions,
 * parked families, exemplars) is counted by reference and does not change. Families are never
 * removed from a registry; a reload builds a new one and restores the old values into it.
 *
 * Time comes in as an argument. The room opens no file, reads no clock, writes no log, and knows
 * neither lines nor rules nor HTTP. */
#ifndef LT_METRICS_REGISTRY_H
#define LT_METRICS_REGISTRY_H

#include "base/num.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum family_type { FAMILY_COUNTER, FAMILY_GAUGE, FAMILY_HISTOGRAM };
/* "counter", "gauge", "histogram". */
const char *family_type_text(enum family_type type);

enum { LABELS_MAX = 32, BUCKETS_MAX = 256, EXEMPLAR_LABELS_MAX = 4 };

struct family_spec {
    const char *name; /* as in text 0.0.4: with _total */
    const char *help;
    enum family_type type;
    unsigned nlabels; /* <= LABELS_MAX */
    const char *const *labels;
    unsigned nbuckets; /* upper bounds without +Inf, strictly ascending; <= BUCKETS_MAX */
    const double *buckets;
    uint32_t max_values; /* per label; 0 = no limit */
    uint32_t max_series; /* 0 = no limit */
    int64_t expire_ns;   /* 0 = never */
    bool has_min;        /* gauges: values below `min` are clamped to it */
    double min;
    bool own;       /* logtally's own (replay prints only the others; not counted in limits) */
    bool exemplars; /* keep the latest exemplar of each counter / bucket */
};

/* A counter: whole is exact to 2^64; fractions are summed apart, so that they never blur it. */
struct counter {
    uint64_t whole;
    struct nsum part;
};

/* A gauge. Beside its value stands the function that its updates were, had every `set` been
 * ignored: x -> max(floor, x + shift); a `reset` is the constant {shift = -Inf, floor = value}.
 * With it parts of a log can be composed in order (snapshot_merge), also when an earlier part turns
 * out to hold a newer `set` of another file. */
struct gauge {
    double value;
    double shift, floor;
    /* Time of the line of the last `set`; INT64_MIN = none since the last reset. */
    int64_t set_time_ns;
    int64_t set_max_ns; /* the newest of them */
    uint32_t set_file;  /* which file the last one came from */
    bool is_set;        /* there was a `set` since the last reset: value is a constant */
    /* By `reset`: not shown, not counted; family_series brings it back, where there is room. */
    bool dropped;
};

/* A histogram cell is followed in memory by nbuckets + 1 uint64_t, not cumulative, +Inf last; the
 * count is their sum. */
struct histogram {
    struct nsum sum;
    uint64_t bucket[];
};

/* The newest exemplar of a counter or of one bucket. Labels are name/value pairs, at most 128
 * characters together (OpenMetrics 1.0.0). */
struct exemplar {
    double value;
    double time; /* unix seconds; NaN = none */
    unsigned nlabels;
    struct slice name[EXEMPLAR_LABELS_MAX], text[EXEMPLAR_LABELS_MAX];
};

struct registry;
struct family;

struct registry_limits {
    uint32_t max_series;  /* all families that are not `own` together; 0 = no limit */
    uint32_t label_bytes; /* longer label values are cut to this, with "..."; 0 = 65535 */
    int64_t now_ns;       /* creation time of series until registry_set_wall; 0 = unknown */
    bool part; /* one part of a log, to be merged: remembers every reset, folds nothing */
};

struct registry *registry_new(const struct registry_limits *limits);
void registry_free(struct registry *r);
/* Series that appear from now on were created then: what calls bring as now_ns is what `expire`
 * counts in, and need not be the time of day. */
void registry_set_wall(struct registry *r, int64_t wall_ns);

/* Adds a family, or finds the one of that name. All text is copied. The order of first adding is
 * the order of exposition unless sorting is asked for. A family without labels has its one series,
 * index 0, from the start, but is exposed only after it was touched: see family_touch. */
struct family *registry_family(struct registry *r, const struct family_spec *spec);
/* NULL when there is none. */
struct family *registry_find(const struct registry *r, struct slice name);
unsigned registry_nfamilies(const struct registry *r);
struct family *registry_at(const struct registry *r, unsigned i);
/* Changes whenever indexes became void. */
uint64_t registry_generation(const struct registry *r);

const struct family_spec *family_spec(const struct family *f);
/* Live series, exposed or not. */
uint32_t family_nseries(const struct family *f);
/* Allocated for its series: cells, label values, the tables that find them, exemplars. What snapshots share
 * with it is among that; pages and copies of cells are not. */
size_t family_bytes(const struct family *f);
/* Above the indexes of all series, of which some may be live no more. */
uint32_t family_end(const struct family *f);
/* Does a page show the series of this index? */
bool family_is_shown(const struct family *f, uint32_t index);
/* Left out of the page while true (a log's first backlog; see design section 5). */
void family_set_hidden(struct family *f, bool hidden);

/* What folding did to a label set. */
struct folded {
    bool any;
    bool all;      /* all labels became "other": limit of series */
    uint32_t mask; /* bit i: label i became "other": limit of values */
};

/* Finds or makes the series of these label values (spec.nlabels of them), after making each valid
 * UTF-8 without NUL, cutting it to label_bytes, and naming an empty one "unknown". A new series is
 * exposed from now on. `now_ns` stamps a new series for `expire`. */
uint32_t family_series(struct family *f, const struct slice *values, int64_t now_ns,
                       struct folded *ret_folded);
/* What snapshot_merge folded so far, of all label sets: how many updates that were is not known. */
struct folded family_merged(const struct family *f);
/* Finds only; false when there is none. */
bool family_lookup(const struct family *f, const struct slice *values, uint32_t *ret_index);
/* Makes the series permanent: exposed at 0 from the start, never expires, never folded (key
 * `zero`). */
void family_pin(struct family *f, const struct slice *values, int64_t now_ns);
/* Exposes the series of a label-less family at its present value. */
void family_touch(struct family *f);
/* The label values of a series; they BORROW, valid as long as the series lives. */
void family_labels(const struct family *f, uint32_t index, struct slice *ret_values);

/* Updates; counter_inc, counter_add and histogram_observe are inline, in cells.h. All of them stamp
 * the series for `expire` with now_ns only if the family has expire_ns, and expose a
 * label-less one. The value is validated by the caller: finite, and not negative for counters and
 * histograms. */
void gauge_add(struct family *f, uint32_t index, double delta, int64_t now_ns);
/* Between different files an older line time than the last one's is ignored (returns false). */
bool gauge_set(struct family *f, uint32_t index, double v, int64_t line_time_ns, uint32_t file,
               int64_t now_ns);
/* Drops the series of this label set (its index stays valid: an update brings it back); a
 * label-less or pinned one goes to 0 (clamped to min). */
void gauge_reset(struct family *f, const struct slice *values, int64_t now_ns);

/* Reading. */
double counter_value(const struct counter *c);
const struct counter *family_counter(const struct family *f, uint32_t index);

/* Sets the counter of an own, live family to an absolute value (process_cpu_seconds_total). */
void counter_store(struct family *f, uint32_t index, double v);

/* Copies; kept for the counter, or for the bucket that `value` falls into. Ignored (returns false)
 * when the labels are longer than OpenMetrics allows. */
bool family_exemplar(struct family *f, uint32_t index, const struct exemplar *e);

/* Drops series not updated since now_ns - expire_ns; pinned and label-less ones stay. Returns how
 * many were dropped. Call it now and then also without any `expire`: it gives back the memory of
 * gauges that were reset, and costs nothing when there is nothing to do. */
uint32_t registry_expire(struct registry *r, int64_t now_ns);
/* Could registry_expire find anything to do, now or later? */
bool registry_may_expire(const struct registry *r);

#include "metrics/cells.h"

#endif
