/* expose_json -- the values as JSON, for programs that are not Prometheus.
 *
 * Buckets are cumulative, as in the text formats. JSON knows no NaN and no infinity: they are
 * strings. */
#include "config.h"

#include "metrics/escape.h"
#include "metrics/expose_impl.h"

#include <math.h>

static void put_string(struct buf *out, struct slice s)
{
    buf_char(out, '"');
    escape_text(out, s, ESCAPE_JSON);
    buf_char(out, '"');
}

static void put_number(struct buf *out, double v)
{
    char number[NUM_TEXT];
    struct slice text = {number, num_format(number, v)};

    if (isfinite(v))
        buf_slice(out, text);
    else
        put_string(out, text);
}

static void put_pair(struct buf *out, const char *name, struct slice value, bool first)
{
    if (!first)
        buf_char(out, ',');
    put_string(out, slice_str(name));
    buf_char(out, ':');
    put_string(out, value);
}

static void put_labels(const struct family_spec *spec, const struct expose_options *o,
                       const struct record *rec, struct buf *out)
{
    buf_str(out, "{\"labels\":{");
    for (unsigned i = 0; i < o->nconst; i++)
        put_pair(out, o->const_names[i], slice_str(o->const_values[i]), i == 0);
    for (unsigned i = 0; i < spec->nlabels; i++)
        put_pair(out, spec->labels[i], record_value(rec, spec->nlabels, i), o->nconst + i == 0);
    buf_char(out, '}');
}

static void put_u64(struct buf *out, uint64_t v)
{
    char number[NUM_TEXT];

    buf_add(out, number, num_format_u64(number, v));
}

static void put_histogram(const struct family_spec *spec, const struct histogram *h,
                          struct buf *out)
{
    uint64_t count = 0;
    char le[NUM_TEXT];

    buf_str(out, ",\"buckets\":{");
    for (unsigned i = 0; i <= spec->nbuckets; i++) {
        double bound = i < spec->nbuckets ? spec->buckets[i] : (double)INFINITY;

        if (i)
            buf_char(out, ',');
        put_string(out, slice_make(le, num_format_le(le, bound)));
        buf_char(out, ':');
        count += h->bucket[i];
        put_u64(out, count);
    }
    buf_str(out, "},\"sum\":");
    put_number(out, nsum_value(&h->sum));
    buf_str(out, ",\"count\":");
    put_u64(out, count);
    buf_char(out, '}');
}

static void put_value(const struct family_copy *f, uint32_t index, struct buf *out)
{
    const struct counter *c = &f->cells.counter[index];
    char number[NUM_TEXT];

    if (f->info->spec.type == FAMILY_HISTOGRAM) {
        put_histogram(&f->info->spec, histogram_at(&f->cells, index), out);
        return;
    }
    buf_str(out, ",\"value\":");
    if (f->info->spec.type == FAMILY_GAUGE)
        put_number(out, f->cells.gauge[index].value);
    else if (isfinite(counter_value(c)))
        buf_add(out, number, counter_format(number, c));
    else
        put_number(out, counter_value(c));
    buf_char(out, '}');
}

static void put_head(const struct family_spec *spec, struct buf *out)
{
    buf_str(out, "{\"name\":");
    put_string(out, slice_str(spec->name));
    buf_fmt(out, ",\"type\":\"%s\",\"help\":", family_type_text(spec->type));
    put_string(out, slice_str(spec->help));
    buf_str(out, ",\"labels\":[");
    for (unsigned i = 0; i < spec->nlabels; i++) {
        if (i)
            buf_char(out, ',');
        put_string(out, slice_str(spec->labels[i]));
    }
    buf_str(out, "],\"series\":[");
}

void expose_json_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out)
{
    struct series_order order;
    struct placed at;
    bool first = true;

    put_head(&f->info->spec, out);
    series_order_init(&order, f, o->flags & EXPOSE_SORTED);
    while (f->exposed && series_order_next(&order, &at)) {
        if (!first)
            buf_char(out, ',');
        first = false;
        put_labels(&f->info->spec, o, at.record, out);
        put_value(f, at.index, out);
    }
    series_order_release(&order);
    buf_str(out, "]}");
}
