/* family -- what belongs to a family, whichever of its sections says it; and, when all
 * sections were read, what can be said only then: defaults, what is there from the start, bounds of
 * zeros. */
#include "config.h"

#include "rules/load/metric.h"

static const double dflt_buckets[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

enum { MAX_VALUES = 200, MAX_SERIES = 2000 };

static void check_family_name(struct load *l, const char *name, struct where at)
{
    struct slice s = slice_str(name);

    if (memchr(s.p, ':', s.n))
        load_mistake(l, at, "\"%s\" is not a metric name: colons are for recording rules", name);
    else if (!load_is_prom_name(s))
        load_mistake(l, at, "\"%s\" is not a metric name ([A-Za-z_][A-Za-z0-9_]*)", name);
    else if (slice_starts(s, SLICE("logtally_")) || slice_starts(s, SLICE("process_")) ||
             strcmp(name, "up") == 0 || strcmp(name, "ALERTS") == 0)
        load_mistake(
            l, at, "the metric name \"%s\" is reserved (logtally_*, process_*, up, ALERTS)", name);
}

/* Finds or makes the family. */
bool metric_family(struct metric *t)
{
    struct load *l = t->l;
    const struct ini_section *s = t->section;
    uint64_t i;

    if (map_get(&l->families, slice_str(s->name), &i)) {
        t->family = (unsigned)i;
        t->def = &l->r->families[i];
        t->draft = &l->family_drafts[i];
        if (t->def->spec.type == t->type)
            return true;
        load_mistake(l, s->at, "\"%s\" is a %s in %s:%d and cannot be a %s too", s->name,
                     family_type_text(t->def->spec.type), t->def->at.file, t->def->at.line,
                     family_type_text(t->type));
        return false;
    }
    check_family_name(l, s->name, s->at);
    t->family = l->r->nfamilies++;
    t->def = &l->r->families[t->family];
    t->draft = &l->family_drafts[t->family];
    t->def->at = s->at;
    t->def->spec.name = arena_str(l->text, s->name);
    t->def->spec.type = t->type;
    map_put(&l->families, slice_str(s->name), t->family);
    return true;
}

/* A key of the family: true when this is the first; else *same says whether it may stay. */
static bool first_time(struct metric *t, const struct ini_entry *e, struct where *at, bool same)
{
    if (at->line == 0) {
        *at = e->at;
        return true;
    }
    if (!same)
        load_mistake(t->l, e->at, "\"%s\" of \"%s\" is given otherwise in %s:%d; give it once",
                     e->name, t->def->spec.name, at->file, at->line);
    return false;
}

static void read_help(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    bool same = spec->help && slice_eq(slice_str(spec->help), e->value);

    if (ini_is_quoted(e->value))
        load_warning(t->l, e->at, "the quotes of \"help\" become part of the text; leave them out");
    if (first_time(t, e, &t->draft->help, same))
        spec->help = arena_slice(t->l->text, e->value).p;
}

static void read_buckets(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    double bounds[BUCKETS_MAX], *kept;
    unsigned n = load_buckets(t->l, e, bounds);
    bool same = n == spec->nbuckets;

    for (unsigned i = 0; same && i < n; i++)
        same = bounds[i] == spec->buckets[i];
    if (n == 0 || !first_time(t, e, &t->draft->buckets, same))
        return;
    kept = load_alloc(t->l, n, sizeof *kept);
    memcpy(kept, bounds, n * sizeof *kept);
    spec->buckets = kept;
    spec->nbuckets = n;
}

static void read_limit(struct metric *t, const struct ini_entry *e, struct where *at,
                       uint32_t *limit)
{
    enum { LIMIT_MAX = 10000000 };
    uint64_t v = 0;
    bool good = e->value.n > 0 && e->value.n <= 8;

    for (size_t i = 0; good && i < e->value.n; i++) {
        good = char_is_digit(e->value.p[i]);
        v = v * 10 + (uint64_t)(e->value.p[i] - '0');
    }
    if (!good || v < 1 || v > LIMIT_MAX)
        load_mistake(t->l, e->at, "\"%s\" is a whole number from 1 to %d, not \"%.*s\"", e->name,
                     LIMIT_MAX, SLICE_FMT(e->value));
    else if (first_time(t, e, at, v == *limit))
        *limit = (uint32_t)v;
}

static void read_expire(struct metric *t, const struct ini_entry *e)
{
    int64_t ns;

    if (duration_parse(e->value, &ns) < 0 || ns <= 0)
        load_mistake(t->l, e->at,
                     "\"expire\" is a time with its unit, as 90s, 15m or 1h, not \"%.*s\"",
                     SLICE_FMT(e->value));
    else if (first_time(t, e, &t->draft->expire, ns == t->def->spec.expire_ns))
        t->def->spec.expire_ns = ns;
}

static void read_min(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    struct num num;

    if (num_parse(e->value, &UNIT_PLAIN, &num) < 0) {
        load_mistake(t->l, e->at, "\"min\" is a number, not \"%.*s\"", SLICE_FMT(e->value));
        return;
    }
    if (!first_time(t, e, &t->draft->min, spec->min == num.d))
        return;
    spec->has_min = true;
    spec->min = num.d;
}

void metric_family_keys(struct metric *t)
{
    for (size_t i = 0; i < t->section->n; i++) {
        const struct ini_entry *e = &t->section->entries[i];

        if (!t->good[i])
            continue;
        if (strcmp(e->name, "help") == 0)
            read_help(t, e);
        else if (strcmp(e->name, "buckets") == 0)
            read_buckets(t, e);
        else if (strcmp(e->name, "max_values") == 0)
            read_limit(t, e, &t->draft->max_values, &t->def->spec.max_values);
        else if (strcmp(e->name, "max_series") == 0)
            read_limit(t, e, &t->draft->max_series, &t->def->spec.max_series);
        else if (strcmp(e->name, "expire") == 0)
            read_expire(t, e);
        else if (strcmp(e->name, "min") == 0)
            read_min(t, e);
    }
}

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
