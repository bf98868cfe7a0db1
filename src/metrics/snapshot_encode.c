/* snapshot_encode -- a snapshot as bytes; the form is in encoded.h.
 *
 * One reservation per series, then plain stores: 100,000 series take a few milliseconds. */
#include "config.h"

#include "metrics/snapshot.h"

#include "metrics/encoded.h"
#include "metrics/snapshot_impl.h"

#include <endian.h>

enum { FIXED = 64 }; /* no series has more beside labels and finite buckets: a gauge has 61 */

static char *put_u32(char *p, uint32_t v)
{
    v = htole32(v);
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

static char *put_u64(char *p, uint64_t v)
{
    v = htole64(v);
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

static char *put_f64(char *p, double d)
{
    uint64_t v;

    memcpy(&v, &d, sizeof v);
    return put_u64(p, v);
}

static char *put_varint(char *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *p++ = (char)(v | 0x80);
    *p++ = (char)v;
    return p;
}

static char *put_counter(char *p, const struct counter *c)
{
    p = put_varint(p, c->whole);
    if (c->part.sum == 0 && c->part.comp == 0)
        return p;
    p = put_f64(p, c->part.sum);
    return put_f64(p, c->part.comp);
}

static char *put_gauge(char *p, const struct gauge *g)
{
    p = put_f64(p, g->value);
    p = put_f64(p, g->shift);
    p = put_f64(p, g->floor);
    p = put_u64(p, (uint64_t)g->set_time_ns);
    p = put_u64(p, (uint64_t)g->set_max_ns);
    return put_u32(p, g->set_file);
}

static char *put_histogram(char *p, const struct histogram *h, unsigned nbuckets)
{
    p = put_f64(p, h->sum.sum);
    p = put_f64(p, h->sum.comp);
    for (unsigned i = 0; i <= nbuckets; i++)
        p = put_varint(p, h->bucket[i]);
    return p;
}

static unsigned series_flags(const struct family_copy *f, uint32_t index)
{
    const struct family_cells *c = &f->cells;
    unsigned flags = 0;

    if (f->info->spec.type == FAMILY_COUNTER) {
        const struct nsum *part = &c->counter[index].part;

        return part->sum == 0 && part->comp == 0 ? 0 : SERIES_HAS_PART;
    }
    if (f->info->spec.type == FAMILY_GAUGE) {
        flags |= c->gauge[index].dropped ? SERIES_DROPPED : 0;
        flags |= c->gauge[index].is_set ? SERIES_IS_SET : 0;
    }
    return flags;
}

static char *put_cell(char *p, const struct family_copy *f, uint32_t index)
{
    switch (f->info->spec.type) {
    case FAMILY_COUNTER:
        return put_counter(p, &f->cells.counter[index]);
    case FAMILY_GAUGE:
        return put_gauge(p, &f->cells.gauge[index]);
    default:
        return put_histogram(p, histogram_at(&f->cells, index), f->info->spec.nbuckets);
    }
}

static void encode_series(const struct family_copy *f, const struct label_set *set, uint32_t index,
                          struct buf *out)
{
    unsigned nlabels = f->info->spec.nlabels;
    const char *text = label_set_text(set, nlabels);
    size_t room = FIXED + f->info->spec.nbuckets * VARINT_MAX;
    char *p;

    for (unsigned i = 0; i < nlabels; i++)
        room += set->len[i] + (size_t)VARINT_MAX;
    p = buf_reserve(out, room);
    *p++ = (char)series_flags(f, index);
    p = put_u64(p, (uint64_t)atomic_load_explicit(&set->created_ns, memory_order_relaxed));
    if (f->cells.stamps)
        p = put_u64(p, (uint64_t)f->cells.stamps[index]);
    for (unsigned i = 0; i < nlabels; i++) {
        p = put_varint(p, set->len[i]);
        memcpy(p, text, set->len[i]);
        p += set->len[i];
        text += set->len[i];
    }
    p = put_cell(p, f, index);
    buf_commit(out, p);
}

static unsigned family_flags(const struct family_copy *f)
{
    const struct family_spec *spec = &f->info->spec;

    return (spec->own ? FAMILY_IS_OWN : 0U) | (f->exposed ? FAMILY_EXPOSED : 0U) |
           (spec->has_min ? FAMILY_HAS_MIN : 0U) | (f->cells.stamps ? FAMILY_HAS_STAMPS : 0U) |
           (spec->exemplars ? FAMILY_HAS_EXEMPLARS : 0U);
}

static void encode_head(const struct family_copy *f, struct buf *out)
{
    const struct family_spec *spec = &f->info->spec;

    buf_blob(out, slice_str(spec->name));
    buf_blob(out, slice_str(spec->help));
    buf_u8(out, (uint8_t)spec->type);
    buf_u8(out, (uint8_t)family_flags(f));
    buf_f64(out, spec->min);
    buf_u32(out, spec->nlabels);
    for (unsigned i = 0; i < spec->nlabels; i++)
        buf_blob(out, slice_str(spec->labels[i]));
    buf_u32(out, spec->nbuckets);
    for (unsigned i = 0; i < spec->nbuckets; i++)
        buf_f64(out, spec->buckets[i]);
    buf_u32(out, f->n);
}

static void encode_family(const struct family_copy *f, struct buf *out)
{
    size_t length_at, body_at;
    struct series_walk w;
    struct series s;

    buf_u64(out, 0);
    length_at = out->n;
    buf_u64(out, 0);
    body_at = out->n;
    encode_head(f, out);
    series_walk_init(&w, f->chunks, f->info->spec.nlabels, f->n);
    while (series_walk_next(&w, &s))
        encode_series(f, s.labels, s.index, out);
    (void)put_u64(out->p + length_at, out->n - body_at);
}

void snapshot_encode(const struct snapshot *s, struct buf *out)
{
    buf_u32(out, ENCODED_VERSION);
    buf_u64(out, (uint64_t)s->now_ns);
    buf_u32(out, s->n + s->nparked);
    for (unsigned i = 0; i < s->n; i++)
        encode_family(&s->families[i], out);
    for (unsigned i = 0; i < s->nparked; i++) {
        buf_u64(out, (uint64_t)s->parked[i]->since_ns);
        buf_u64(out, s->parked[i]->n);
        buf_add(out, s->parked[i]->bytes, s->parked[i]->n);
    }
}
