/* cells -- the half of cells.h that is not hot: fractions of counters, and what the accessors of
 * registry.h give. */
#include "config.h"

#include "metrics/registry.h"

#include "metrics/family.h"

#include <math.h>

void gauge_init(struct gauge *g, const struct family_spec *spec)
{
    double lowest = gauge_lowest(spec);

    *g = (struct gauge){
        .value = lowest > 0 ? lowest : 0,
        .floor = (double)-INFINITY,
        .set_time_ns = INT64_MIN,
        .set_max_ns = INT64_MIN,
    };
}

void counter_carry(struct counter *c)
{
    double whole = floor(nsum_value(&c->part));

    if (whole >= 1 && whole < 0x1p64) {
        nsum_add(&c->part, -whole);
        counter_add_whole(c, (uint64_t)whole);
    }
}

/* Fractions are kept below 1: a counter of millions of seconds keeps all digits of its sum. */
void counter_add_part(struct counter *c, double v)
{
    double whole = floor(v);

    if (whole >= 0x1p64) {
        nsum_add(&c->part, v);
        return;
    }
    counter_add_whole(c, (uint64_t)whole);
    nsum_add(&c->part, v - whole);
    counter_carry(c);
}

double counter_value(const struct counter *c)
{
    return (double)c->whole + nsum_value(&c->part);
}

size_t counter_format(char out[NUM_TEXT], const struct counter *c)
{
    double part = nsum_value(&c->part), value;

    if (part < 0 || part > 0) {
        value = counter_value(c);
        return num_format(out, value);
    }
    return num_format_u64(out, c->whole);
}

void counter_store(struct family *f, uint32_t index, double v)
{
    f->cells.counter[index] = (struct counter){0};
    counter_add_part(&f->cells.counter[index], v);
    f->cells.updated = true;
}

const struct counter *family_counter(const struct family *f, uint32_t index)
{
    return &f->cells.counter[index];
}

/* The counter's one, or that of the bucket. */
static unsigned exemplar_slot(const struct family *f, double value)
{
    if (f->info->spec.type != FAMILY_HISTOGRAM)
        return 0;
    return bucket_of(f->cells.bounds, f->cells.nbounds, value);
}

bool family_exemplar(struct family *f, uint32_t index, const struct exemplar *e)
{
    if (!f->info->spec.exemplars || f->info->spec.type == FAMILY_GAUGE)
        return true;
    bool kept = exemplars_put(&f->exemplars, f->cap, index, exemplar_slot(f, e->value), e);

    f->cells.exemplar_fresh = f->exemplars.fresh;
    return kept;
}

const struct family_spec *family_spec(const struct family *f)
{
    return &f->info->spec;
}

uint32_t family_nseries(const struct family *f)
{
    return f->table.n - f->ndropped;
}

uint32_t family_end(const struct family *f)
{
    return f->table.n;
}

bool family_is_shown(const struct family *f, uint32_t index)
{
    return !f->hidden && !family_dropped(f, index) &&
           (f->table.nlabels || f->touched || f->cells.updated);
}

void family_set_hidden(struct family *f, bool hidden)
{
    f->hidden = hidden;
}

void family_touch(struct family *f)
{
    f->touched = true;
}

void family_labels(const struct family *f, uint32_t index, struct slice *ret_values)
{
    label_set_values(f->table.label_sets[index], f->table.nlabels, ret_values);
}
