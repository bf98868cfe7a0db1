/* filter -- the filters of a template: text in, text out. Each appends to *out. */
#ifndef LT_RULES_FILTER_H
#define LT_RULES_FILTER_H

#include "base/buf.h"
#include "base/slice.h"

typedef void filter_fn(struct slice in, struct slice argument, struct buf *out);

struct filter {
    const char *name;
    filter_fn *fn;
    bool takes_argument;
    bool for_missing; /* also called when the field is missing (default) */
};

/* The table of all filters, ended by a NULL name. */
extern const struct filter filters[];

/* NULL when there is none of that name. */
const struct filter *filter_find(struct slice name);

#endif
