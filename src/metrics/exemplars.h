/* exemplars -- the newest exemplar of each counter or bucket, as text that is ready for the page.
 *
 * Few families keep any, and of those few cells have one: so arrays of pointers, one for each block
 * of series, allocated with the first exemplar there. An exemplar is counted by reference and shared with snapshots; it is written
 * in place only while nobody else holds it.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_EXEMPLARS_H
#define LT_METRICS_EXEMPLARS_H

#include "metrics/registry.h"

struct exemplar_text;

struct exemplars {
    struct exemplar_text ***blocks; /* each series x slots, or NULL; NULL before the first */
    uint8_t *fresh; /* series x slots: 1 = no snapshot has taken it yet; NULL in a copy */
    unsigned slots; /* per series */
};

/* Characters of all names and values together that OpenMetrics 1.0.0 allows. */
enum { EXEMPLAR_CHARS_MAX = 128 };

/* False when the labels are too long. cap: series there is room for. */
bool exemplars_put(struct exemplars *x, uint32_t cap, uint32_t index, unsigned slot,
                   const struct exemplar *e);
void exemplars_grow(struct exemplars *x, uint32_t old_cap, uint32_t cap);
/* Series `from` becomes series `to`, whose own are forgotten. */
void exemplars_move(struct exemplars *x, uint32_t from, uint32_t to);
/* Forgets those of the series [from, to). */
void exemplars_forget(struct exemplars *x, uint32_t from, uint32_t to);
/* Allocated bytes. */
size_t exemplars_bytes(const struct exemplars *x, uint32_t cap);
void exemplars_release(struct exemplars *x, uint32_t cap);

/* The first n series' exemplars, each counted once more; none of them is fresh any more. */
struct exemplars exemplars_share(struct exemplars *x, uint32_t n);
/* " # {...} value time", or the empty slice. BORROWS. */
struct slice exemplars_text(const struct exemplars *x, uint32_t index, unsigned slot);

#endif
