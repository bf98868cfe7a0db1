/* frequent -- those that are as frequent, in the order of their bytes: the same lines give the same page. */
#include "config.h"

#include "report/frequent.h"

#include "base/xalloc.h"

#include <stdlib.h>

static int by_count(const void *a, const void *b)
{
    const struct frequent *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return slice_cmp(x->key, y->key);
}

struct frequent *frequent_list(const struct map *counts)
{
    struct frequent *list = xcalloc(counts->n + 1, sizeof *list);
    size_t n = 0;

    for (size_t at = 0; map_next(counts, &at, &list[n].key, &list[n].n);)
        n++;
    qsort(list, n, sizeof *list, by_count);
    return list;
}
