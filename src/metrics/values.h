/* values -- the distinct values of each label, for the limit max_values.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_VALUES_H
#define LT_METRICS_VALUES_H

#include "base/map.h"

#include <stdint.h>

/* What every further value is called; itself always allowed, and not counted. */
#define OTHER SLICE("other")

struct value_set {
    struct map uses; /* how many live series have it; 0: none any more */
    uint32_t n;      /* values in use */
};

struct value_set *values_new(unsigned nlabels);
void values_free(struct value_set *sets, unsigned nlabels);

bool value_used(const struct value_set *set, struct slice value);
/* One series more (1) or less (-1) has the value. */
void value_count(struct value_set *set, struct slice value, int by);

#endif
