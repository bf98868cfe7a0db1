/* expose_json -- the values as JSON, for programs that are not Prometheus.
 *
 * Buckets are cumulative, as in the text formats. */
#include "config.h"

#include "base/jsonout.h"
#include "metrics/expose_impl.h"

#include <math.h>

static void put_labels(const struct family_spec *spec, const struct expose_options *o,
                       const struct label_set *set, struct jsonout *j)
{
    struct slice values[LABELS_MAX];

    label_set_values(set, spec->nlabels, values);
    jsonout_key_open(j, "labels", '{');
    for (unsigned i = 0; i < o->nconst; i++)
        jsonout_key_text(j, o->const_names[i], o->const_values[i]);
    for (unsigned i = 0; i < spec->nlabels; i++)
        jsonout_key_slice(j, spec->labels[i], values[i]);
    jsonout_close(j, '}');
}

static void put_histogram(const struct family_spec *spec, const struct histogram *h,
                          struct jsonout *j)
{
    uint64_t count = 0;
    char le[NUM_TEXT];

    jsonout_key_open(j, "buckets", '{');
    for (unsigned i = 0; i <= spec->nbuckets; i++) {
        num_format_le(le, i < spec->nbuckets ? spec->buckets[i] : (double)INFINITY);
        jsonout_key_u64(j, le, count += h->bucket[i]);
    }
    jsonout_close(j, '}');
    jsonout_key(j, "sum");
    jsonout_number(j, nsum_value(&h->sum));
    jsonout_key_u64(j, "count", count);
}

static void put_value(const struct family_copy *f, uint32_t index, struct jsonout *j)
{
    const struct counter *c = &f->cells.counter[index];
    char number[NUM_TEXT];

    if (f->info->spec.type == FAMILY_HISTOGRAM) {
        put_histogram(&f->info->spec, histogram_at(&f->cells, index), j);
        return;
    }
    jsonout_key(j, "value");
    if (f->info->spec.type == FAMILY_GAUGE)
        jsonout_number(j, f->cells.gauge[index].value);
    else if (isfinite(counter_value(c)))
        jsonout_word(j, slice_make(number, counter_format(number, c)));
    else
        jsonout_number(j, counter_value(c));
}

static void put_head(const struct family_spec *spec, struct jsonout *j)
{
    jsonout_key_text(j, "name", spec->name);
    jsonout_key_text(j, "type", family_type_text(spec->type));
    jsonout_key_text(j, "help", spec->help);
    jsonout_key_open(j, "labels", '[');
    for (unsigned i = 0; i < spec->nlabels; i++)
        jsonout_text(j, slice_str(spec->labels[i]));
    jsonout_close(j, ']');
}

void expose_json_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out)
{
    struct jsonout j = {out, true};
    struct series_order order;
    struct series at;

    jsonout_open(&j, '{');
    put_head(&f->info->spec, &j);
    jsonout_key_open(&j, "series", '[');
    series_order_init(&order, f, o->flags & EXPOSE_SORTED);
    while (f->exposed && series_order_next(&order, &at)) {
        jsonout_open(&j, '{');
        put_labels(&f->info->spec, o, at.labels, &j);
        put_value(f, at.index, &j);
        jsonout_close(&j, '}');
    }
    series_order_release(&order);
    jsonout_close(&j, ']');
    jsonout_close(&j, '}');
}
