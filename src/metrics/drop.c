/* drop -- series taken out of the bytes of a snapshot: what stays is copied as it is, without being understood.
 *
 * A family that nothing is left of goes whole. If rules have it yet, the next start makes it anew, with the series that
 * are there from the start at 0. */
#include "config.h"

#include "metrics/snapshot.h"

#include "metrics/encoded.h"

#include <errno.h>
#include <string.h>

struct dropping {
    const struct selector *selector;
    snapshot_dropped_fn *each;
    void *ctx;
    struct buf families;    /* what is left */
    uint32_t dropped, left; /* series, families */
};

/* Where the labels of the selector are in the family; false: it lacks one. */
static bool find_labels(const struct encoded_family *f, const struct selector *s,
                        unsigned ret_place[LABELS_MAX])
{
    for (unsigned i = 0; i < s->nlabels; i++)
        if (!encoded_find_label(f, s->labels[i], &ret_place[i]))
            return false;
    return true;
}

static bool has_values(const struct encoded_series *series, const struct selector *s,
                       const unsigned *place)
{
    for (unsigned i = 0; i < s->nlabels; i++)
        if (!slice_eq(series->values[place[i]], s->values[i]))
            return false;
    return true;
}

static void put_family(const struct encoded_family *f, uint32_t nseries, struct slice series,
                       struct dropping *d)
{
    struct buf *out = &d->families;

    buf_u64(out, (uint64_t)f->parked_ns);
    buf_u64(out, f->head.n + sizeof nseries + series.n);
    buf_slice(out, f->head);
    buf_u32(out, nseries);
    buf_slice(out, series);
    d->left++;
}

/* Puts what is left of the family. What `reset` took from the page goes as well, but is not told: nobody sees it. */
static void drop_from(struct dropping *d, const struct encoded_family *f, const unsigned *place)
{
    struct reader r = f->series;
    struct encoded_series s;
    struct saved_family outline = encoded_outline(f);
    struct buf kept = BUF_INIT;
    uint32_t nkept = 0;

    for (uint32_t i = 0; i < f->nseries && series_decode(f, &r, &s); i++) {
        if (!has_values(&s, d->selector, place)) {
            buf_slice(&kept, s.raw);
            nkept++;
        } else if (!s.dropped) {
            d->dropped++;
            d->each(d->ctx, &outline, s.values);
        }
    }
    if (nkept)
        put_family(f, nkept, buf_all(&kept), d);
    buf_release(&kept);
}

/* Nothing of it was ever shown, or it is logtally's own. */
static bool is_left_alone(const struct encoded_family *f, const struct selector *s)
{
    return !slice_eq(f->name, s->metric) || f->flags & FAMILY_IS_OWN || !encoded_exposed(f);
}

int snapshot_drop(struct slice encoded, const struct selector *selector, snapshot_dropped_fn *each,
                  void *ctx, struct buf *out)
{
    struct dropping d = {.selector = selector, .each = each, .ctx = ctx};
    struct encoded_snapshot s;
    struct encoded_family f;
    unsigned place[LABELS_MAX];

    if (snapshot_decode(encoded, &s) < 0)
        return -EBADMSG;
    for (uint32_t i = 0; i < s.nfamilies && family_decode(&s.families, &f); i++)
        if (!is_left_alone(&f, selector) && find_labels(&f, selector, place))
            drop_from(&d, &f, place);
        else
            put_family(&f, f.nseries, slice_from(f.body, f.head.n + sizeof f.nseries), &d);
    if (out) {
        buf_u32(out, ENCODED_VERSION);
        buf_u64(out, (uint64_t)s.now_ns);
        buf_u32(out, d.left);
        buf_slice(out, buf_all(&d.families));
    }
    buf_release(&d.families);
    return (int)d.dropped;
}
