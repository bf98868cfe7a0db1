/* expose_impl -- what the writers of the formats share.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_EXPOSE_IMPL_H
#define LT_METRICS_EXPOSE_IMPL_H

#include "metrics/expose.h"
#include "metrics/snapshot_impl.h"

/* The series of a family in the order of the page, dropped ones left out. */
struct series_order {
    const struct family_copy *f;
    struct series_walk walk;
    struct series *sorted; /* NULL: as they were made */
    uint32_t n, next;
};

void series_order_init(struct series_order *o, const struct family_copy *f, bool sorted);
bool series_order_next(struct series_order *o, struct series *ret);
void series_order_release(struct series_order *o);

void expose_text_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out);
void expose_json_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out);

#endif
