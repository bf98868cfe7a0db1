/* expose_text -- Prometheus text 0.0.4 and OpenMetrics 1.0.0.
 *
 * Everything that is the same for all series of a family is put together once: the text before each
 * label value, and each bucket's `le`. A line is then a few short copies and a number, written into
 * room that was reserved for the whole series. */
#include "config.h"

#include "metrics/escape.h"
#include "metrics/expose_impl.h"
#include "metrics/shape.h"

#include <math.h>

struct family_text {
    const struct family_copy *f;
    const struct expose_options *o;
    bool openmetrics;
    struct slice base; /* without _total where OpenMetrics wants it so */
    char stamp[NUM_TEXT + 2];
    size_t nstamp;    /* " 1520879607.789", or nothing */
    struct shape one; /* the sample, or for histograms the labels alone */
    struct shape created;
    struct buf bucket; /* "name_bucket{" */
    struct buf les;    /* `le="0.1"} ` of each bucket */
    size_t le_begin[BUCKETS_MAX + 2];
    struct buf labels; /* of the present series of a histogram */
    struct buf *out;
};

static bool with_total(const struct family_copy *f)
{
    return f->info->spec.type == FAMILY_COUNTER &&
           slice_ends(slice_str(f->info->spec.name), SLICE("_total"));
}

/* What follows the value: timestamp, exemplar, line feed. */
static char *put_end(char *p, const struct family_text *t, struct slice exemplar)
{
    p = put(p, t->stamp, t->nstamp);
    if (exemplar.n)
        p = put(p, exemplar.p, exemplar.n);
    *p++ = '\n';
    return p;
}

static void put_created(struct family_text *t, const struct label_set *set)
{
    int64_t created_ns = atomic_load_explicit(&set->created_ns, memory_order_relaxed);
    unsigned nlabels = t->f->info->spec.nlabels;
    char *p;

    if (!t->created.text.n || created_ns <= 0)
        return;
    p = buf_reserve(t->out, shape_room(&t->created, set, nlabels) + 2 * NUM_TEXT);
    p = shape_put(p, &t->created, set, nlabels);
    p += num_format(p, (double)created_ns / 1e9);
    p = put_end(p, t, (struct slice){0});
    buf_commit(t->out, p);
}

static struct slice exemplar_of(const struct family_text *t, uint32_t index, unsigned slot)
{
    bool shown = t->openmetrics && !(t->o->flags & EXPOSE_TIMES);

    return shown ? exemplars_text(&t->f->exemplars, index, slot) : (struct slice){0};
}

static void put_single(struct family_text *t, const struct series *at)
{
    const struct family_cells *c = &t->f->cells;
    unsigned nlabels = t->f->info->spec.nlabels;
    struct slice exemplar = {0};
    char *p;

    if (with_total(t->f))
        exemplar = exemplar_of(t, at->index, 0);
    p = buf_reserve(t->out, shape_room(&t->one, at->labels, nlabels) + 3 * NUM_TEXT + exemplar.n);
    p = shape_put(p, &t->one, at->labels, nlabels);
    if (t->f->info->spec.type == FAMILY_COUNTER)
        p += counter_format(p, &c->counter[at->index]);
    else
        p += num_format(p, c->gauge[at->index].value);
    p = put_end(p, t, exemplar);
    buf_commit(t->out, p);
    put_created(t, at->labels);
}

/* "name_sum{labels} " */
static char *put_suffixed(char *p, const struct family_text *t, struct slice suffix)
{
    p = put(p, t->base.p, t->base.n);
    p = put(p, suffix.p, suffix.n);
    if (t->labels.n) {
        *p++ = '{';
        p = put(p, t->labels.p, t->labels.n);
        *p++ = '}';
    }
    *p++ = ' ';
    return p;
}

static char *put_bucket(char *p, const struct family_text *t, unsigned i, uint64_t count)
{
    p = put_piece(p, t->bucket.p, t->bucket.n);
    p = put(p, t->labels.p, t->labels.n);
    if (t->labels.n)
        *p++ = ',';
    p = put_piece(p, t->les.p + t->le_begin[i], t->le_begin[i + 1] - t->le_begin[i]);
    return p + num_format_u64(p, count);
}

static void series_labels(struct family_text *t, const struct label_set *set)
{
    unsigned nlabels = t->f->info->spec.nlabels;
    char *p;

    buf_clear(&t->labels);
    p = buf_reserve(&t->labels, shape_room(&t->one, set, nlabels));
    p = shape_put(p, &t->one, set, nlabels);
    buf_commit(&t->labels, p);
}

static void put_histogram(struct family_text *t, const struct series *at)
{
    const struct histogram *h = histogram_at(&t->f->cells, at->index);
    unsigned nbuckets = t->f->info->spec.nbuckets;
    size_t line;
    uint64_t count = 0;
    char *p;

    series_labels(t, at->labels);
    line = t->base.n + t->labels.n + 5 * NUM_TEXT + BLOCK;
    for (unsigned i = 0; i <= nbuckets; i++) {
        struct slice exemplar = exemplar_of(t, at->index, i);

        count += h->bucket[i];
        p = buf_reserve(t->out, line + exemplar.n);
        p = put_bucket(p, t, i, count);
        p = put_end(p, t, exemplar);
        buf_commit(t->out, p);
    }
    p = buf_reserve(t->out, 2 * line);
    p = put_suffixed(p, t, SLICE("_sum"));
    p += num_format(p, nsum_value(&h->sum));
    p = put_end(p, t, (struct slice){0});
    p = put_suffixed(p, t, SLICE("_count"));
    p += num_format_u64(p, count);
    p = put_end(p, t, (struct slice){0});
    buf_commit(t->out, p);
    put_created(t, at->labels);
}

struct slice metric_name_unit(struct slice base)
{
    static const char *const units[] = {"seconds", "bytes",   "ratio",  "celsius", "meters",
                                        "volts",   "amperes", "joules", "grams"};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct slice unit = slice_str(units[i]);

        if (base.n > unit.n + 1 && slice_ends(base, unit) && base.p[base.n - unit.n - 1] == '_')
            return unit;
    }
    return (struct slice){0};
}

static void put_meta(struct family_text *t, const char *what, struct slice text)
{
    buf_str(t->out, what);
    buf_slice(t->out, t->base);
    buf_char(t->out, ' ');
    buf_slice(t->out, text);
    buf_char(t->out, '\n');
}

static void put_help(struct family_text *t)
{
    struct slice help = slice_str(t->f->info->spec.help);

    buf_str(t->out, "# HELP ");
    buf_slice(t->out, t->base);
    buf_char(t->out, ' ');
    escape_text(t->out, help, t->openmetrics ? ESCAPE_LABEL : ESCAPE_HELP);
    buf_char(t->out, '\n');
}

static void put_metadata(struct family_text *t)
{
    const char *type = family_type_text(t->f->info->spec.type);
    struct slice unit = metric_name_unit(t->base);

    if (!t->openmetrics) {
        put_help(t);
        put_meta(t, "# TYPE ", slice_str(type));
        return;
    }
    if (t->f->info->spec.type == FAMILY_COUNTER && !with_total(t->f))
        type = "unknown";
    put_meta(t, "# TYPE ", slice_str(type));
    if (unit.n)
        put_meta(t, "# UNIT ", unit);
    put_help(t);
}

static void prepare_stamp(struct family_text *t)
{
    char number[NUM_TEXT];
    size_t n;

    if (!(t->o->flags & EXPOSE_TIMES))
        return;
    n = num_format(number, t->openmetrics ? (double)t->o->time_ms / 1e3 : (double)t->o->time_ms);
    t->stamp[0] = ' ';
    memcpy(t->stamp + 1, number, n);
    t->nstamp = n + 1;
}

static void prepare_les(struct family_text *t)
{
    const struct family_spec *spec = &t->f->info->spec;
    char le[NUM_TEXT];

    for (unsigned i = 0; i <= spec->nbuckets; i++) {
        t->le_begin[i] = t->les.n;
        buf_str(&t->les, "le=\"");
        buf_add(&t->les, le,
                num_format_le(le, i < spec->nbuckets ? spec->buckets[i] : (double)INFINITY));
        buf_str(&t->les, "\"} ");
    }
    t->le_begin[spec->nbuckets + 1] = t->les.n;
    buf_pad(&t->les);
    buf_slice(&t->bucket, t->base);
    buf_str(&t->bucket, "_bucket{");
    buf_pad(&t->bucket);
}

static void prepare(struct family_text *t)
{
    const struct family_spec *spec = &t->f->info->spec;
    bool total = with_total(t->f);

    t->base = slice_str(spec->name);
    if (t->openmetrics && total)
        t->base.n -= sizeof "_total" - 1;
    prepare_stamp(t);
    if (spec->type == FAMILY_HISTOGRAM) {
        prepare_les(t);
        shape_init(&t->one, t->o, spec, (struct slice){0}, "");
    } else {
        shape_init(&t->one, t->o, spec, slice_str(spec->name), "");
    }
    if (t->openmetrics && (t->o->flags & EXPOSE_CREATED) &&
        (spec->type == FAMILY_HISTOGRAM || total))
        shape_init(&t->created, t->o, spec, t->base, "_created");
}

void expose_text_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out)
{
    struct family_text t = {
        .f = f, .o = o, .openmetrics = o->format == EXPOSE_OPENMETRICS, .out = out};
    struct series_order order;
    struct series at;

    prepare(&t);
    if (!(o->flags & EXPOSE_NO_META))
        put_metadata(&t);
    series_order_init(&order, f, o->flags & EXPOSE_SORTED);
    while (f->exposed && series_order_next(&order, &at)) {
        if (f->info->spec.type == FAMILY_HISTOGRAM)
            put_histogram(&t, &at);
        else
            put_single(&t, &at);
    }
    series_order_release(&order);
    buf_release(&t.one.text);
    buf_release(&t.created.text);
    buf_release(&t.bucket);
    buf_release(&t.les);
    buf_release(&t.labels);
}
