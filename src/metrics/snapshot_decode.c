/* snapshot_decode -- bytes that are not trusted, in the form of encoded.h. Everything is bounded by
 * the bytes that are there: a number of series is not believed, it is counted down while reading,
 * and each takes at least nine bytes. */
#include "config.h"

#include "metrics/encoded.h"
#include "metrics/snapshot.h"

#include "base/utf8.h"
#include "metrics/expose.h"
#include "metrics/series.h"

#include <errno.h>

static bool text_ok(struct slice s)
{
    return s.n > 0 && s.n <= LABEL_BYTES_MAX && utf8_is_clean(s);
}

static bool labels_ok(const struct encoded_family *f)
{
    for (unsigned i = 0; i < f->nlabels; i++) {
        if (!label_name_valid(f->labels[i]))
            return false;
        for (unsigned k = 0; k < i; k++)
            if (slice_eq(f->labels[i], f->labels[k]))
                return false;
    }
    return true;
}

static bool buckets_ok(const struct encoded_family *f)
{
    if (f->nbuckets && f->type != FAMILY_HISTOGRAM)
        return false;
    for (unsigned i = 1; i < f->nbuckets; i++)
        if (!(f->buckets[i - 1] < f->buckets[i]))
            return false;
    return f->nbuckets == 0 || f->buckets[0] == f->buckets[0];
}

static void read_head(struct reader *r, struct encoded_family *f)
{
    unsigned type;

    f->name = read_blob(r);
    f->help = read_blob(r);
    type = read_u8(r);
    f->flags = read_u8(r);
    f->min = read_f64(r);
    f->nlabels = read_u32(r);
    if (type > FAMILY_HISTOGRAM || f->nlabels > LABELS_MAX || f->min != f->min) {
        r->bad = true;
        return;
    }
    f->type = (enum family_type)type;
    for (unsigned i = 0; i < f->nlabels; i++)
        f->labels[i] = read_blob(r);
    f->nbuckets = read_u32(r);
    if (f->nbuckets > BUCKETS_MAX) {
        r->bad = true;
        return;
    }
    for (unsigned i = 0; i < f->nbuckets; i++)
        f->buckets[i] = read_f64(r);
}

bool family_decode(struct reader *families, struct encoded_family *ret)
{
    struct reader r;

    *ret = (struct encoded_family){.parked_ns = (int64_t)read_u64(families)};
    ret->body = read_bytes(families, read_u64(families));
    if (families->bad || ret->parked_ns < 0)
        return false;
    r = reader_of(ret->body);
    read_head(&r, ret);
    if (r.bad)
        return false;
    ret->head = slice_make(ret->body.p, (size_t)(r.p - ret->body.p));
    ret->nseries = read_u32(&r);
    ret->series = r;
    return !r.bad && metric_name_valid(ret->name) && labels_ok(ret) && buckets_ok(ret) &&
           (ret->help.n == 0 || text_ok(ret->help)) && (ret->nlabels || ret->nseries <= 1);
}

static void read_cell(struct reader *r, const struct encoded_family *f, unsigned flags,
                      struct encoded_series *s)
{
    switch (f->type) {
    case FAMILY_COUNTER:
        s->counter = (struct counter){.whole = read_varint(r)};
        if (flags & SERIES_HAS_PART) {
            s->counter.part.sum = read_f64(r);
            s->counter.part.comp = read_f64(r);
        }
        return;
    case FAMILY_GAUGE:
        s->gauge = (struct gauge){.is_set = flags & SERIES_IS_SET, .dropped = s->dropped};
        s->gauge.value = read_f64(r);
        s->gauge.shift = read_f64(r);
        s->gauge.floor = read_f64(r);
        s->gauge.set_time_ns = (int64_t)read_u64(r);
        s->gauge.set_max_ns = (int64_t)read_u64(r);
        s->gauge.set_file = read_u32(r);
        return;
    default:
        s->sum.sum = read_f64(r);
        s->sum.comp = read_f64(r);
        for (unsigned i = 0; i <= f->nbuckets; i++)
            s->bucket[i] = read_varint(r);
    }
}

bool series_decode(const struct encoded_family *f, struct reader *r, struct encoded_series *ret)
{
    const char *from = r->p;
    unsigned flags = read_u8(r);

    ret->dropped = flags & SERIES_DROPPED;
    ret->created_ns = (int64_t)read_u64(r);
    ret->stamp_ns = f->flags & FAMILY_HAS_STAMPS ? (int64_t)read_u64(r) : 0;
    for (unsigned i = 0; i < f->nlabels; i++)
        ret->values[i] = read_bytes(r, read_varint(r));
    if (r->bad)
        return false;
    read_cell(r, f, flags, ret);
    ret->raw = slice_make(from, (size_t)(r->p - from));
    return !r->bad && (!ret->dropped || (f->type == FAMILY_GAUGE && f->nlabels));
}

static bool family_ok(const struct encoded_family *f)
{
    struct reader r = f->series;
    struct encoded_series s;

    for (uint32_t i = 0; i < f->nseries; i++) {
        if (!series_decode(f, &r, &s))
            return false;
        for (unsigned k = 0; k < f->nlabels; k++)
            if (!text_ok(s.values[k]))
                return false;
    }
    return r.p == r.end;
}

int snapshot_decode(struct slice encoded, struct encoded_snapshot *ret)
{
    struct reader r = reader_of(encoded);
    struct encoded_snapshot s;
    struct encoded_family f;
    uint32_t version = read_u32(&r);

    s.now_ns = (int64_t)read_u64(&r);
    s.nfamilies = read_u32(&r);
    s.families = r;
    if (r.bad || version != ENCODED_VERSION)
        return -EBADMSG;
    for (uint32_t i = 0; i < s.nfamilies; i++)
        if (!family_decode(&r, &f) || !family_ok(&f))
            return -EBADMSG;
    if (r.p != r.end)
        return -EBADMSG;
    *ret = s;
    return 0;
}

bool encoded_exposed(const struct encoded_family *f)
{
    return f->nseries > 0 && (f->flags & FAMILY_EXPOSED);
}

bool encoded_find_label(const struct encoded_family *f, struct slice name, unsigned *ret)
{
    for (unsigned i = 0; i < f->nlabels; i++)
        if (slice_eq(f->labels[i], name)) {
            *ret = i;
            return true;
        }
    return false;
}

static bool buckets_same(const double *a, const double *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (a[i] < b[i] || a[i] > b[i])
            return false;
    return true;
}

bool encoded_fits(const struct encoded_family *f, const struct family_spec *spec,
                  unsigned ret_place[LABELS_MAX])
{
    if (f->type != spec->type || f->nlabels != spec->nlabels || f->nbuckets != spec->nbuckets ||
        !buckets_same(f->buckets, spec->buckets, f->nbuckets))
        return false;
    for (unsigned i = 0; i < spec->nlabels; i++)
        if (!encoded_find_label(f, slice_str(spec->labels[i]), &ret_place[i]))
            return false;
    return true;
}

bool encoded_alike(const struct encoded_family *a, const struct encoded_family *b)
{
    unsigned place;

    if (a->type != b->type || a->nlabels != b->nlabels || a->nbuckets != b->nbuckets ||
        !buckets_same(a->buckets, b->buckets, a->nbuckets))
        return false;
    for (unsigned i = 0; i < a->nlabels; i++)
        if (!encoded_find_label(b, a->labels[i], &place))
            return false;
    return true;
}

void encoded_values(const struct encoded_series *s, const unsigned *place, unsigned n,
                    struct slice *ret_values)
{
    for (unsigned i = 0; i < n; i++)
        ret_values[i] = s->values[place[i]];
}

struct saved_family encoded_outline(const struct encoded_family *f)
{
    return (struct saved_family){
        .name = f->name,
        .type = f->type,
        .own = f->flags & FAMILY_IS_OWN,
        .parked_ns = f->parked_ns,
        .nseries = f->nseries,
        .nlabels = f->nlabels,
        .labels = f->labels,
    };
}

int snapshot_families(struct slice encoded, snapshot_family_fn *each, void *ctx)
{
    struct saved_family outline;
    struct encoded_snapshot s;
    struct encoded_family f;

    if (snapshot_decode(encoded, &s) < 0)
        return -EBADMSG;
    for (uint32_t i = 0; i < s.nfamilies && family_decode(&s.families, &f); i++) {
        outline = encoded_outline(&f);
        each(ctx, &outline);
    }
    return 0;
}
