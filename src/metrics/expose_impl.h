/* expose_impl -- what the writers of the formats share.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_EXPOSE_IMPL_H
#define LT_METRICS_EXPOSE_IMPL_H

#include "metrics/expose.h"
#include "metrics/snapshot_impl.h"

/* A series in its place on the page. */
struct placed {
    const struct record *record;
    uint32_t index;
};

/* The series of a family in the order of the page, dropped ones left out. */
struct series_order {
    struct series_walk walk;
    struct placed *sorted; /* NULL: as they were made */
    uint32_t n, next;
};

void series_order_init(struct series_order *o, const struct family_copy *f, bool sorted);
bool series_order_next(struct series_order *o, struct placed *ret);
void series_order_release(struct series_order *o);

void expose_text_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out);
void expose_json_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out);

/* Writes a counter's value: all digits of a whole one, else the shortest double. Returns the
 * length. */
size_t counter_format(char out[NUM_TEXT], const struct counter *c);

#endif
