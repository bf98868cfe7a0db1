/* family -- what belongs to a family, whichever of its sections says it; and, when all
 * sections were read, what can be said only then: defaults, what is there from the start, bounds of
 * zeros. */
#include "config.h"

#include "config/section.h"
#include "rules/load/metric.h"

static void check_family_name(struct load *l, const char *name, struct where at)
{
    struct slice s = slice_str(name);

    if (memchr(s.p, ':', s.n))
        load_mistake(l, at, "\"%s\" is not a metric name: colons are for recording rules", name);
    else if (!name_is_prometheus(s))
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

static void set_buckets(struct load *l, struct family_spec *spec, const double *bounds, unsigned n)
{
    double *kept = load_alloc(l, n, sizeof *kept);

    memcpy(kept, bounds, n * sizeof *kept);
    spec->buckets = kept;
    spec->nbuckets = n;
}

static void read_buckets(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    double bounds[BUCKETS_MAX];
    unsigned n = metric_buckets(t->l, e, bounds);
    bool same = n == spec->nbuckets;

    for (unsigned i = 0; same && i < n; i++)
        same = bounds[i] == spec->buckets[i];
    if (n > 0 && first_time(t, e, &t->draft->buckets, same))
        set_buckets(t->l, spec, bounds, n);
}

static void read_limit(struct metric *t, const struct ini_entry *e, struct where *at,
                       uint32_t *limit)
{
    struct key_value v;

    if (key_read(e->key, e, t->l->m, &v) && first_time(t, e, at, v.n == *limit))
        *limit = (uint32_t)v.n;
}

static void read_expire(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    struct key_value v;

    if (key_read(e->key, e, t->l->m, &v) &&
        first_time(t, e, &t->draft->expire, (int64_t)v.n == spec->expire_ns))
        spec->expire_ns = (int64_t)v.n;
}

static void read_min(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    struct key_value v;

    if (!key_read(e->key, e, t->l->m, &v) || !first_time(t, e, &t->draft->min, spec->min == v.d))
        return;
    spec->has_min = true;
    spec->min = v.d;
}

void metric_family_key(struct metric *t, const struct ini_entry *e)
{
    switch (e->key->id) {
    case KEY_HELP:
        read_help(t, e);
        break;
    case KEY_BUCKETS:
        read_buckets(t, e);
        break;
    case KEY_MAX_VALUES:
        read_limit(t, e, &t->draft->max_values, &t->def->spec.max_values);
        break;
    case KEY_MAX_SERIES:
        read_limit(t, e, &t->draft->max_series, &t->def->spec.max_series);
        break;
    case KEY_EXPIRE:
        read_expire(t, e);
        break;
    case KEY_MIN:
        read_min(t, e);
        break;
    default: /* of the section alone */
        break;
    }
}

static void default_buckets(struct load *l, struct family_spec *spec)
{
    const struct key *k = key_row(KEY_BUCKETS);
    struct ini_entry e = {.name = k->name, .key = k, .value = slice_str(k->dflt)};
    double bounds[BUCKETS_MAX];

    set_buckets(l, spec, bounds, metric_buckets(l, &e, bounds));
}

static void set_defaults(struct load *l, struct family_spec *spec)
{
    const struct ruleset_options *o = l->options;

    if (spec->max_values == 0)
        spec->max_values =
            o && o->dflt_max_values ? o->dflt_max_values : (uint32_t)key_default(KEY_MAX_VALUES).n;
    if (spec->max_series == 0)
        spec->max_series =
            o && o->dflt_max_series ? o->dflt_max_series : (uint32_t)key_default(KEY_MAX_SERIES).n;
    if (spec->type == FAMILY_HISTOGRAM && spec->nbuckets == 0)
        default_buckets(l, spec);
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
