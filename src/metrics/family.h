/* family -- what a family is inside this room: its description, its table of series, its cells.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_FAMILY_H
#define LT_METRICS_FAMILY_H

#include "base/arena.h"
#include "base/map.h"
#include "metrics/exemplars.h"
#include "metrics/registry.h"
#include "metrics/series.h"

#include <math.h>
#include <stdatomic.h>

/* What every further value is called; itself always allowed, and not counted. */
#define OTHER SLICE("other")

/* The values of one label. Those out of use stay in the table until the family is rebuilt. */
struct value_set {
    struct series_table values; /* each a label set of one value */
    uint32_t *uses;             /* how many live series have it; 0: none any more */
    size_t cap;                 /* of uses */
    uint32_t n;                 /* values in use */
};

/* The description. Never changes; counted by reference, because snapshots outlive registries. */
struct family_info {
    atomic_uint refs;
    struct family_spec spec;
    struct arena text; /* what spec points to */
};

void family_info_unref(struct family_info *info);

struct family {
    struct family_cells cells; /* must be first: see cells.h */
    struct registry *registry;
    struct family_info *info;
    struct series_table table;
    uint32_t cap;         /* of cells, stamps and exemplars */
    uint32_t ndropped;    /* series of a gauge that are dropped */
    struct folded merged; /* of what was merged into it */
    bool touched;         /* a label-less family is exposed */
    bool hidden;
    struct value_set *values; /* one per label; NULL without max_values */
    struct exemplars exemplars;
};

/* A family of encoded snapshots that found no place. Never changes; counted by reference. */
struct parked {
    atomic_uint refs;
    int64_t since_ns; /* wall clock */
    size_t n;
    char bytes[];
};

struct parked *parked_new(int64_t since_ns, size_t n);
void parked_unref(struct parked *p);

struct registry {
    struct registry_limits limits;
    uint64_t seed;
    uint64_t generation;
    int64_t now_ns;  /* the newest time that any call brought */
    int64_t wall_ns; /* when a series that appears now is created; 0 = its now_ns */
    struct family **families;
    unsigned n, cap;
    struct map names;
    uint32_t nlive; /* series of families that are not own */
    struct parked **parked;
    unsigned nparked, parked_cap;
};

/* How a label set is brought into a family. */
enum folding {
    FOLD_BEYOND_LIMITS, /* the limits hold */
    FOLD_NEVER,         /* limits do not: `zero`, and what was counted before a restart */
};

struct family *family_new(struct registry *r, const struct family_spec *spec);
void family_free(struct family *f);
/* Values must be clean (labels_clean). */
uint32_t family_place(struct family *f, const struct slice *values, int64_t now_ns,
                      enum folding how, struct folded *ret_folded);
/* A series begins (1) or ceases (-1) to count for the limits. */
void family_count(struct family *f, uint32_t index, int by);
/* A gauge's series is dropped, or comes back. */
void family_set_dropped(struct family *f, uint32_t index, bool dropped);

/* Fills ret_values with what label values become before they are stored: valid UTF-8 without NUL,
 * not empty, at most `limit` bytes. They BORROW from values and from *scratch. */
void labels_clean(const struct slice *values, unsigned n, uint32_t limit, struct buf *scratch,
                  struct slice *ret_values);

struct value_set *values_new(unsigned nlabels, uint64_t seed);
void values_free(struct value_set *sets, unsigned nlabels);

bool value_used(const struct value_set *set, struct slice value);
/* One series more (1) or less (-1) has the value. */
void value_count(struct value_set *set, struct slice value, int by);

/* Moves what is whole in c->part to c->whole. */
void counter_carry(struct counter *c);
/* Writes the value: all digits of a whole one, else the shortest double. Returns the length. */
size_t counter_format(char out[NUM_TEXT], const struct counter *c);

/* A gauge never goes below it; -Inf without `min`. */
static inline double gauge_lowest(const struct family_spec *spec)
{
    return spec->has_min ? spec->min : (double)-INFINITY;
}

void gauge_init(struct gauge *g, const struct family_spec *spec);
/* gauge.c: part 2 of a log put onto part 1. */
void gauge_compose(struct family *f, uint32_t index, const struct gauge *part);

static inline bool family_dropped(const struct family *f, uint32_t index)
{
    return f->info->spec.type == FAMILY_GAUGE && f->cells.gauge[index].dropped;
}

#endif
