/* merge -- an encoded snapshot added to a registry: the parts of one log, or archives that were
 * processed on many machines. All families are looked at before the first value is added. */
#include "config.h"

#include "metrics/snapshot.h"

#include "metrics/encoded.h"
#include "metrics/family.h"

#include <errno.h>

static void say_misfit(const struct encoded_family *e, const struct family_spec *spec,
                       struct buf *err)
{
    const char *what = e->nbuckets != spec->nbuckets ? "other buckets" : "other labels or buckets";

    if (!err)
        return;
    if (e->type != spec->type)
        buf_fmt(err, "%s is a %s in one snapshot and a %s in another", spec->name,
                family_type_text(spec->type), family_type_text(e->type));
    else
        buf_fmt(err, "%s has %s in one snapshot than in another", spec->name, what);
}

static struct family *make_family(struct registry *r, const struct encoded_family *e)
{
    struct arena text = {0};
    const char *labels[LABELS_MAX];
    struct family_spec spec = {
        .name = arena_strslice(&text, e->name),
        .help = arena_strslice(&text, e->help),
        .type = e->type,
        .nlabels = e->nlabels,
        .labels = labels,
        .nbuckets = e->nbuckets,
        .buckets = e->buckets,
        .has_min = e->flags & FAMILY_HAS_MIN,
        .min = e->min,
        .own = e->flags & FAMILY_IS_OWN,
        .exemplars = e->flags & FAMILY_HAS_EXEMPLARS,
    };
    struct family *f;

    for (unsigned i = 0; i < e->nlabels; i++)
        labels[i] = arena_strslice(&text, e->labels[i]);
    f = registry_family(r, &spec);
    arena_release(&text);
    return f;
}

static void add_counter(struct counter *c, const struct counter *more)
{
    counter_add_whole(c, more->whole);
    nsum_merge(&c->part, &more->part);
    counter_carry(c);
}

static void add_histogram(struct histogram *h, const struct encoded_series *s, unsigned nbuckets)
{
    for (unsigned i = 0; i <= nbuckets; i++)
        h->bucket[i] += s->bucket[i];
    nsum_merge(&h->sum, &s->sum);
}

static void keep_older(struct label_set *set, int64_t created_ns)
{
    int64_t have = atomic_load_explicit(&set->created_ns, memory_order_relaxed);

    if (created_ns && (!have || created_ns < have))
        atomic_store_explicit(&set->created_ns, created_ns, memory_order_relaxed);
}

static void merge_series(struct family *f, const struct encoded_series *s,
                         const struct slice *values)
{
    struct folded folded;
    uint32_t index;

    if (s->dropped && !f->registry->limits.part && !family_lookup(f, values, &index))
        return;
    index = family_series(f, values, s->created_ns, &folded);
    f->merged.any |= folded.any;
    f->merged.all |= folded.all;
    f->merged.mask |= folded.all ? 0 : folded.mask;
    if (f->cells.stamps && s->stamp_ns > f->cells.stamps[index])
        f->cells.stamps[index] = s->stamp_ns;
    keep_older(f->table.label_sets[index], s->created_ns);
    switch (f->info->spec.type) {
    case FAMILY_COUNTER:
        add_counter(&f->cells.counter[index], &s->counter);
        break;
    case FAMILY_GAUGE:
        gauge_compose(f, index, &s->gauge);
        break;
    default:
        add_histogram(histogram_at(&f->cells, index), s, f->info->spec.nbuckets);
    }
}

static void merge_family(struct registry *r, const struct encoded_family *e)
{
    struct family *f = registry_find(r, e->name);
    struct slice values[LABELS_MAX];
    unsigned place[LABELS_MAX];
    struct reader series = e->series;
    struct encoded_series s;

    if (!f)
        f = make_family(r, e);
    if (!encoded_fits(e, &f->info->spec, place))
        return; /* the same name twice in one snapshot: no snapshot of ours */
    if (e->nlabels == 0 && !encoded_exposed(e))
        return;
    for (uint32_t i = 0; i < e->nseries && series_decode(e, &series, &s); i++) {
        encoded_values(&s, place, e->nlabels, values);
        merge_series(f, &s, values);
    }
    if (e->nlabels == 0)
        family_touch(f);
}

/* Does every family fit the one of its name? */
static int check_families(struct registry *r, const struct encoded_snapshot *s, struct buf *err)
{
    struct reader families = s->families;
    struct encoded_family e;
    unsigned place[LABELS_MAX];

    for (uint32_t i = 0; i < s->nfamilies && family_decode(&families, &e); i++) {
        const struct family *f = registry_find(r, e.name);

        if (e.parked_ns || !f || encoded_fits(&e, &f->info->spec, place))
            continue;
        say_misfit(&e, &f->info->spec, err);
        return -EINVAL;
    }
    return 0;
}

int snapshot_merge(struct registry *r, struct slice encoded, struct buf *err)
{
    struct encoded_snapshot s;
    struct encoded_family e;
    struct reader families;
    int ret = snapshot_decode(encoded, &s);

    if (ret == 0)
        ret = check_families(r, &s, err);
    if (ret < 0)
        return ret;
    families = s.families;
    for (uint32_t i = 0; i < s.nfamilies && family_decode(&families, &e); i++)
        if (!e.parked_ns)
            merge_family(r, &e);
    return 0;
}

struct folded family_merged(const struct family *f)
{
    return f->merged;
}
