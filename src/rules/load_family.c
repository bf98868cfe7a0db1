/* load_family -- what can be said of a family only when all its sections were read: defaults, what
 * is there from the start, and the bounds of its zeros. */
#include "config.h"

#include "rules/load.h"

static const double dflt_buckets[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

enum { MAX_VALUES = 200, MAX_SERIES = 2000 };

static void set_defaults(struct load *l, struct family_spec *spec)
{
    const struct ruleset_options *o = l->options;

    if (spec->max_values == 0)
        spec->max_values = o && o->dflt_max_values ? o->dflt_max_values : MAX_VALUES;
    if (spec->max_series == 0)
        spec->max_series = o && o->dflt_max_series ? o->dflt_max_series : MAX_SERIES;
    if (spec->type == FAMILY_HISTOGRAM && spec->nbuckets == 0) {
        spec->buckets = dflt_buckets;
        spec->nbuckets = sizeof dflt_buckets / sizeof *dflt_buckets;
    }
    if (!spec->help)
        spec->help = "";
}

static void check_zero_values(struct load *l, const struct family_spec *spec,
                              const struct family_draft *d, unsigned label)
{
    struct map seen = MAP_INIT;

    for (size_t i = 0; i < d->nzeros; i++)
        map_put(&seen, d->zeros[i * spec->nlabels + label], 1);
    if (seen.n > spec->max_values)
        load_mistake(l, d->zero_at,
                     "\"zero\" gives label \"%s\" %zu values, more than max_values = %u",
                     spec->labels[label], seen.n, spec->max_values);
    map_release(&seen);
}

static void keep_zeros(struct load *l, struct family_def *def, const struct family_draft *d)
{
    const struct family_spec *spec = &def->spec;
    size_t n = d->nzeros * spec->nlabels;

    if (d->nzeros > spec->max_series)
        load_mistake(l, d->zero_at, "\"zero\" makes %zu series, more than max_series = %u",
                     d->nzeros, spec->max_series);
    for (unsigned i = 0; i < spec->nlabels; i++)
        check_zero_values(l, spec, d, i);
    def->nzeros = (unsigned)d->nzeros;
    def->zeros = load_alloc(l, n, sizeof *def->zeros);
    if (n)
        memcpy(def->zeros, d->zeros, n * sizeof *def->zeros);
}

static void finish(struct load *l, struct family_def *def, const struct family_draft *d)
{
    struct family_spec *spec = &def->spec;

    if (!spec->help || !*spec->help)
        load_warning(l, def->at, "\"%s\" has no help; a sentence tells what it counts", spec->name);
    set_defaults(l, spec);
    keep_zeros(l, def, d);
    def->at_start = spec->nlabels == 0 && (spec->type != FAMILY_GAUGE || d->inc_or_dec);
    def->unknown_type =
        spec->type == FAMILY_COUNTER && !slice_ends(slice_str(spec->name), SLICE("_total"));
    if (def->unknown_type)
        load_warning(l, def->at,
                     "counter \"%s\" does not end in _total, so OpenMetrics shows it as unknown",
                     spec->name);
}

void load_families(struct load *l)
{
    struct ruleset *r = l->r;

    for (unsigned i = 0; i < r->nfamilies; i++)
        finish(l, &r->families[i], &l->family_drafts[i]);
    r->mappings = load_alloc(l, l->nmappings, sizeof *r->mappings);
    if (l->nmappings)
        memcpy(r->mappings, l->mappings, l->nmappings * sizeof *r->mappings);
    r->nmappings = l->nmappings;
    for (unsigned i = 0; i < r->nmappings; i++) {
        struct family_spec *spec = &r->families[r->mappings[i].family].spec;

        spec->exemplars |=
            spec->type != FAMILY_GAUGE && r->events[r->mappings[i].event].nexemplar > 0;
    }
}
