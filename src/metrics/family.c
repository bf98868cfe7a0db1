/* family -- label sets find their series, or get one, within the limits.
 *
 * Limits look at series that are live: what expired or was reset makes room for others. A label set
 * is folded only when it is not there yet, so what is known stays as it was. */
#include "config.h"

#include "metrics/family.h"

#include "base/refs.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdlib.h>

static struct family_info *info_new(const struct family_spec *spec)
{
    struct family_info *info = xcalloc(1, sizeof *info);
    const char **labels = arena_alloc(&info->text, spec->nlabels * sizeof *labels);
    double *buckets = arena_alloc(&info->text, spec->nbuckets * sizeof *buckets);

    for (unsigned i = 0; i < spec->nlabels; i++)
        labels[i] = arena_str(&info->text, spec->labels[i]);
    for (unsigned i = 0; i < spec->nbuckets; i++)
        buckets[i] = spec->buckets[i];
    atomic_init(&info->refs, 1);
    info->spec = *spec;
    info->spec.name = arena_str(&info->text, spec->name);
    info->spec.help = arena_str(&info->text, spec->help ? spec->help : "");
    info->spec.labels = labels;
    info->spec.buckets = buckets;
    return info;
}

void family_info_unref(struct family_info *info)
{
    if (!refs_drop(&info->refs))
        return;
    arena_release(&info->text);
    free(info);
}

void family_count(struct family *f, uint32_t index, int by)
{
    struct slice values[LABELS_MAX];

    if (!f->info->spec.own)
        f->registry->nlive += (uint32_t)by;
    if (!f->values)
        return;
    label_set_values(f->table.label_sets[index], f->table.nlabels, values);
    for (unsigned i = 0; i < f->table.nlabels; i++)
        value_count(&f->values[i], values[i], by);
}

void family_set_dropped(struct family *f, uint32_t index, bool dropped)
{
    struct gauge *g = &f->cells.gauge[index];

    if (g->dropped == dropped)
        return;
    g->dropped = dropped;
    f->ndropped += dropped ? 1 : UINT32_MAX;
    family_count(f, index, dropped ? -1 : 1);
}

static void bounds_init(struct family_cells *c, const struct family_spec *spec)
{
    unsigned padded = (spec->nbuckets + 3) & ~3U;
    double *bounds;

    if (spec->type != FAMILY_HISTOGRAM)
        return;
    bounds = xcalloc(padded + 1, sizeof *bounds);
    for (unsigned i = 0; i < padded + 1; i++)
        bounds[i] = i < spec->nbuckets ? spec->buckets[i] : (double)INFINITY;
    c->bounds = bounds;
    c->nbounds = spec->nbuckets;
}

static void cells_grow(struct family *f)
{
    struct family_cells *c = &f->cells;
    uint32_t old = f->cap;

    if (f->table.n < f->cap)
        return;
    f->cap = old ? old * 2 : f->table.nlabels ? 8 : 1;
    c->any = xreallocarray(c->any, f->cap, c->stride);
    if (f->info->spec.expire_ns)
        c->stamps = xreallocarray(c->stamps, f->cap, sizeof *c->stamps);
    exemplars_grow(&f->exemplars, old, f->cap);
    f->cells.exemplar_fresh = f->exemplars.fresh;
}

static uint32_t append(struct family *f, const struct slice *values, int64_t now_ns)
{
    struct family_cells *c = &f->cells;
    uint32_t index;

    cells_grow(f);
    index = series_append(&f->table, values, f->registry->wall_ns ? f->registry->wall_ns : now_ns);
    memset((char *)c->any + index * c->stride, 0, c->stride);
    if (f->info->spec.type == FAMILY_GAUGE)
        gauge_init(&c->gauge[index], &f->info->spec);
    if (c->stamps)
        c->stamps[index] = now_ns;
    family_count(f, index, 1);
    return index;
}

size_t family_bytes(const struct family *f)
{
    size_t n =
        f->cap * f->cells.stride + series_bytes(&f->table) + exemplars_bytes(&f->exemplars, f->cap);

    if (f->cells.stamps)
        n += f->cap * sizeof(*f->cells.stamps);
    for (unsigned i = 0; f->values && i < f->table.nlabels; i++)
        n += sizeof(*f->values) + series_bytes(&f->values[i].values) +
             f->values[i].cap * sizeof(*f->values[i].uses);
    return n;
}

static size_t cell_size(const struct family_spec *spec)
{
    switch (spec->type) {
    case FAMILY_COUNTER:
        return sizeof(struct counter);
    case FAMILY_GAUGE:
        return sizeof(struct gauge);
    default:
        return sizeof(struct histogram) + (spec->nbuckets + 1) * sizeof(uint64_t);
    }
}

struct family *family_new(struct registry *r, const struct family_spec *spec)
{
    struct family *f = xcalloc(1, sizeof *f);

    f->registry = r;
    f->info = info_new(spec);
    f->cells.stride = cell_size(spec);
    f->exemplars.slots = spec->type == FAMILY_HISTOGRAM ? spec->nbuckets + 1 : 1;
    if (spec->exemplars && spec->type != FAMILY_GAUGE)
        f->cells.exemplar_slots = f->exemplars.slots;
    bounds_init(&f->cells, spec);
    series_init(&f->table, spec->nlabels, r->seed);
    if (spec->max_values)
        f->values = values_new(spec->nlabels, r->seed);
    if (spec->nlabels == 0)
        (void)append(f, NULL, r->now_ns);
    return f;
}

void family_free(struct family *f)
{
    if (!f)
        return;
    values_free(f->values, f->info->spec.nlabels);
    exemplars_release(&f->exemplars, f->cap);
    series_release(&f->table);
    free(f->cells.any);
    free(f->cells.stamps);
    free((void *)(uintptr_t)f->cells.bounds);
    family_info_unref(f->info);
    free(f);
}

/* The index of a live series. */
static bool find_live(const struct family *f, const struct slice *values, uint32_t *ret_index)
{
    uint32_t index = f->table.nlabels ? series_find(&f->table, values) : 0;

    if (index == SERIES_NONE)
        return false;
    if (family_dropped(f, index))
        return false;
    *ret_index = index;
    return true;
}

static uint32_t fold_values(const struct family *f, struct slice *values)
{
    uint32_t mask = 0;

    for (unsigned i = 0; f->values && i < f->table.nlabels; i++) {
        const struct value_set *set = &f->values[i];

        if (set->n < f->info->spec.max_values || slice_eq(values[i], OTHER) ||
            value_used(set, values[i]))
            continue;
        values[i] = OTHER;
        mask |= UINT32_C(1) << i;
    }
    return mask;
}

static bool is_full(const struct family *f)
{
    const struct registry *r = f->registry;
    const struct family_spec *spec = &f->info->spec;

    if (spec->max_series && f->table.n - f->ndropped >= spec->max_series)
        return true;
    return r->limits.max_series && !spec->own && r->nlive >= r->limits.max_series;
}

static uint32_t revive_or_append(struct family *f, const struct slice *values, int64_t now_ns)
{
    uint32_t index = series_find(&f->table, values);

    if (index == SERIES_NONE)
        return append(f, values, now_ns);
    family_set_dropped(f, index, false);
    return index;
}

/* Folds `values` in place until there is a series for them. */
static uint32_t place_folded(struct family *f, struct slice *values, int64_t now_ns,
                             struct folded *ret)
{
    uint32_t index;

    ret->mask = fold_values(f, values);
    ret->any = ret->mask != 0;
    if (ret->any && find_live(f, values, &index))
        return index;
    if (is_full(f)) {
        for (unsigned i = 0; i < f->table.nlabels; i++)
            values[i] = OTHER;
        ret->any = ret->all = true;
        if (find_live(f, values, &index))
            return index;
    }
    return revive_or_append(f, values, now_ns);
}

uint32_t family_place(struct family *f, const struct slice *values, int64_t now_ns,
                      enum folding how, struct folded *ret_folded)
{
    struct slice folded[LABELS_MAX];
    uint32_t index;

    if (now_ns > f->registry->now_ns)
        f->registry->now_ns = now_ns;
    if (find_live(f, values, &index))
        return index;
    if (how == FOLD_NEVER || f->registry->limits.part)
        return revive_or_append(f, values, now_ns);
    for (unsigned i = 0; i < f->table.nlabels; i++)
        folded[i] = values[i];
    return place_folded(f, folded, now_ns, ret_folded);
}

static uint32_t clean_and_place(struct family *f, const struct slice *values, int64_t now_ns,
                                enum folding how, struct folded *ret_folded)
{
    struct slice clean[LABELS_MAX];
    struct buf scratch = BUF_INIT;
    uint32_t index;

    labels_clean(values, f->table.nlabels, f->registry->limits.label_bytes, &scratch, clean);
    index = family_place(f, clean, now_ns, how, ret_folded);
    buf_release(&scratch);
    return index;
}

/* What equals a stored label set is clean already, so known series pay for the look-up only. */
uint32_t family_series(struct family *f, const struct slice *values, int64_t now_ns,
                       struct folded *ret_folded)
{
    struct folded folded = {0};
    uint32_t index;

    if (!find_live(f, values, &index))
        index = clean_and_place(f, values, now_ns, FOLD_BEYOND_LIMITS, &folded);
    if (ret_folded)
        *ret_folded = folded;
    return index;
}

bool family_lookup(const struct family *f, const struct slice *values, uint32_t *ret_index)
{
    struct slice clean[LABELS_MAX];
    struct buf scratch = BUF_INIT;
    bool found = find_live(f, values, ret_index);

    if (found)
        return true;
    labels_clean(values, f->table.nlabels, f->registry->limits.label_bytes, &scratch, clean);
    found = find_live(f, clean, ret_index);
    buf_release(&scratch);
    return found;
}

void family_pin(struct family *f, const struct slice *values, int64_t now_ns)
{
    uint32_t index;

    if (f->table.nlabels == 0) {
        family_touch(f);
        return;
    }
    index = clean_and_place(f, values, now_ns, FOLD_NEVER, NULL);
    f->table.label_sets[index]->pinned = true;
}
