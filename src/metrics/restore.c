/* restore -- an encoded snapshot put into a registry; what finds no place is parked.
 *
 * Parked families go first and those that were in use go over them, so that of two values of one
 * series the newer stays. A parked family is the body of an encoded family, kept as it is: whole,
 * or its head with the series that no rule can make any more. */
#include "config.h"

#include "metrics/snapshot.h"

#include "base/xalloc.h"
#include "metrics/encoded.h"
#include "metrics/family.h"

#include <stdlib.h>

enum { PARKED_SECONDS = 24 * 60 * 60 };

struct restore {
    struct registry *registry;
    const struct encoded_snapshot *snapshot;
    int64_t now_wall_ns, now_ns;
    snapshot_may_exist_fn *may_exist;
    void *ctx;
    struct restore_report report;
};

static void put_cell(struct family *f, uint32_t index, const struct encoded_series *s)
{
    struct histogram *h;

    switch (f->info->spec.type) {
    case FAMILY_COUNTER:
        f->cells.counter[index] = s->counter;
        return;
    case FAMILY_GAUGE:
        f->cells.gauge[index] = s->gauge;
        return;
    default:
        h = histogram_at(&f->cells, index);
        h->sum = s->sum;
        memcpy(h->bucket, s->bucket, (f->info->spec.nbuckets + 1) * sizeof *h->bucket);
    }
}

/* No series was updated later than now, whatever the bytes say. */
static int64_t stamp_now(const struct restore *x, int64_t stamp_ns)
{
    return stamp_ns < x->now_ns ? stamp_ns : x->now_ns;
}

static void restore_series(struct restore *x, struct family *f, const struct encoded_family *e,
                           const struct encoded_series *s, const struct slice *values)
{
    uint32_t index = family_place(f, values, x->now_ns, FOLD_NEVER, NULL);

    put_cell(f, index, s);
    if (f->cells.stamps)
        f->cells.stamps[index] =
            e->flags & FAMILY_HAS_STAMPS ? stamp_now(x, s->stamp_ns) : x->now_ns;
    atomic_store_explicit(&f->table.label_sets[index]->created_ns, s->created_ns,
                          memory_order_relaxed);
    x->report.restored++;
}

static void park(struct restore *x, const struct encoded_family *e, struct slice head,
                 uint32_t nseries, struct slice series)
{
    struct registry *r = x->registry;
    struct buf body = BUF_INIT;
    struct parked *p;

    buf_slice(&body, head);
    buf_u32(&body, nseries);
    buf_slice(&body, series);
    p = parked_new(e->parked_ns ? e->parked_ns : x->now_wall_ns, body.n);
    memcpy(p->bytes, body.p, body.n);
    buf_release(&body);
    GROW(r->parked, r->nparked, r->parked_cap);
    r->parked[r->nparked++] = p;
    x->report.parked += nseries;
}

static void restore_family(struct restore *x, struct family *f, const struct encoded_family *e,
                           const unsigned *place)
{
    struct slice values[LABELS_MAX];
    struct reader r = e->series;
    struct buf rest = BUF_INIT;
    struct encoded_series s;
    uint32_t nrest = 0;

    for (uint32_t i = 0; i < e->nseries && series_decode(e, &r, &s); i++) {
        encoded_values(&s, place, e->nlabels, values);
        if (s.dropped)
            continue;
        if (x->may_exist && e->nlabels && !x->may_exist(x->ctx, f, values)) {
            buf_slice(&rest, s.raw);
            nrest++;
        } else {
            restore_series(x, f, e, &s, values);
        }
    }
    if (e->nlabels == 0 && encoded_exposed(e))
        family_touch(f);
    if (nrest)
        park(x, e, e->head, nrest, buf_all(&rest));
    buf_release(&rest);
}

/* Was a family of this name but another shape on the page when the snapshot was taken? */
static bool superseded(const struct restore *x, const struct encoded_family *parked)
{
    struct reader r = x->snapshot->families;
    struct encoded_family e;

    for (uint32_t i = 0; i < x->snapshot->nfamilies && family_decode(&r, &e); i++)
        if (!e.parked_ns && slice_eq(e.name, parked->name) && encoded_exposed(&e) &&
            !encoded_alike(&e, parked))
            return true;
    return false;
}

static void restore_one(struct restore *x, const struct encoded_family *e)
{
    struct family *f = registry_find(x->registry, e->name);
    unsigned place[LABELS_MAX];

    if (e->nseries == 0 || (e->nlabels == 0 && !encoded_exposed(e)))
        return;
    if (e->parked_ns &&
        ((x->now_wall_ns - e->parked_ns) / 1000000000 > PARKED_SECONDS || superseded(x, e)))
        x->report.dropped += e->nseries;
    else if (f && encoded_fits(e, &f->info->spec, place))
        restore_family(x, f, e, place);
    else
        park(x, e, e->head, e->nseries,
             slice_make(e->series.p, (size_t)(e->series.end - e->series.p)));
}

static void restore_all(struct restore *x, bool parked)
{
    struct reader r = x->snapshot->families;
    struct encoded_family e;

    for (uint32_t i = 0; i < x->snapshot->nfamilies && family_decode(&r, &e); i++)
        if ((e.parked_ns != 0) == parked)
            restore_one(x, &e);
}

int snapshot_restore(struct registry *r, struct slice encoded, int64_t now_wall_ns, int64_t now_ns,
                     snapshot_may_exist_fn *may_exist, void *ctx, struct restore_report *ret_report)
{
    struct encoded_snapshot snapshot;
    struct restore x = {.registry = r,
                        .snapshot = &snapshot,
                        .now_wall_ns = now_wall_ns,
                        .now_ns = now_ns,
                        .may_exist = may_exist,
                        .ctx = ctx};
    int e = snapshot_decode(encoded, &snapshot);

    if (e < 0)
        return e;
    restore_all(&x, true);
    restore_all(&x, false);
    if (ret_report)
        *ret_report = x.report;
    return 0;
}
