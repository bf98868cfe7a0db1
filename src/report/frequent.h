/* frequent -- what a map counts, the most frequent first. */
#ifndef LT_REPORT_FREQUENT_H
#define LT_REPORT_FREQUENT_H

#include "base/map.h"

struct frequent {
    struct slice key; /* BORROWS the map, which ends it with a NUL */
    uint64_t n;
};

/* As many as the map has; the caller frees them. */
struct frequent *frequent_list(const struct map *counts);

#endif
