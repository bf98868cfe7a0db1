/* expose_order -- the series of a family one by one, as they were made or sorted by label values,
 * for the writers of all formats. */
#include "config.h"

#include "metrics/expose_impl.h"

#include "base/xalloc.h"

#include <stdlib.h>

static int compare_series(const void *pa, const void *pb, void *ctx)
{
    const struct series *a = pa, *b = pb;
    unsigned nlabels = *(const unsigned *)ctx;
    const char *ta = label_set_text(a->labels, nlabels), *tb = label_set_text(b->labels, nlabels);

    for (unsigned i = 0; i < nlabels; i++) {
        size_t na = a->labels->len[i], nb = b->labels->len[i];
        int c = memcmp(ta, tb, na < nb ? na : nb);

        if (c == 0)
            c = (na > nb) - (na < nb);
        if (c)
            return c;
        ta += na;
        tb += nb;
    }
    return 0;
}

static bool next_as_made(struct series_order *o, struct series *ret)
{
    while (series_walk_next(&o->walk, ret))
        if (!copy_dropped(o->f, ret->index))
            return true;
    return false;
}

void series_order_init(struct series_order *o, const struct family_copy *f, bool sorted)
{
    unsigned nlabels = f->info->spec.nlabels;

    *o = (struct series_order){.f = f};
    series_walk_init(&o->walk, f->chunks, nlabels, f->n);
    if (!sorted || f->n == 0)
        return;
    o->sorted = xreallocarray(NULL, f->n, sizeof *o->sorted);
    while (next_as_made(o, &o->sorted[o->n]))
        o->n++;
    qsort_r(o->sorted, o->n, sizeof *o->sorted, compare_series, &nlabels);
}

bool series_order_next(struct series_order *o, struct series *ret)
{
    if (!o->sorted)
        return next_as_made(o, ret);
    if (o->next == o->n)
        return false;
    *ret = o->sorted[o->next++];
    return true;
}

void series_order_release(struct series_order *o)
{
    free(o->sorted);
}
