/* selector -- series as a person names them: `metric{label="value"}`, as they stand on a page.
 *
 * A label that is not named may have any value. In quotes \\, \" and \n are escapes, as on the page; every other byte
 * stands for itself. */
#ifndef LT_METRICS_SELECTOR_H
#define LT_METRICS_SELECTOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "metrics/registry.h"

struct selector {
    struct slice metric;
    unsigned nlabels;
    struct slice labels[LABELS_MAX], values[LABELS_MAX];
    struct arena text; /* what the slices point into */
};

/* 0; -EINVAL with one sentence in *err. To be released either way. */
int selector_parse(const char *text, struct selector *ret, struct buf *err);
void selector_release(struct selector *s);

/* Appends a series as a page names it, and as selector_parse reads it. */
void selector_put(struct slice metric, unsigned nlabels, const struct slice *labels,
                  const struct slice *values, struct buf *out);

#endif
