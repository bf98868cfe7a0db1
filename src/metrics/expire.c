/* expire -- series leave: those that were not updated, and those that were reset.
 *
 * Cells move down over the gaps. Label sets go to a new table, because snapshots may hold the old
 * one; so leaving costs the whole family, and series that a reset dropped wait until they are the
 * most of it. */
#include "config.h"

#include "metrics/registry.h"

#include "metrics/family.h"

/* Dropped series are kept until there are this many more of them than of live ones. */
enum { DROPPED_SLACK = 64 };

static void move_cell(struct family *f, uint32_t from, uint32_t to)
{
    struct family_cells *c = &f->cells;

    memmove((char *)c->any + to * c->stride, (char *)c->any + from * c->stride, c->stride);
    if (c->stamps)
        c->stamps[to] = c->stamps[from];
    exemplars_move(&f->exemplars, from, to);
}

static void uncount_all(struct family *f)
{
    for (uint32_t i = 0; i < f->table.n; i++)
        if (!family_dropped(f, i))
            family_count(f, i, -1);
    f->ndropped = 0;
    if (!f->values)
        return;
    values_free(f->values, f->table.nlabels);
    f->values = values_new(f->table.nlabels, f->registry->seed);
}

static bool stays(const struct family *f, const struct label_set *set, uint32_t index,
                  int64_t cutoff_ns)
{
    if (set->pinned)
        return true;
    return !family_dropped(f, index) && (!f->cells.stamps || f->cells.stamps[index] >= cutoff_ns);
}

/* Removes all series that do not stay, and voids indexes. */
static void rebuild(struct family *f, int64_t cutoff_ns)
{
    struct series_table old = f->table;
    uint32_t n = old.n;

    uncount_all(f);
    series_init(&f->table, old.nlabels, old.seed);
    for (uint32_t i = 0; i < n; i++) {
        struct label_set *set = old.label_sets[i];
        struct slice values[LABELS_MAX];
        uint32_t to;

        if (!stays(f, set, i, cutoff_ns))
            continue;
        label_set_values(set, old.nlabels, values);
        to = series_append(&f->table, values,
                           atomic_load_explicit(&set->created_ns, memory_order_relaxed));
        f->table.label_sets[to]->pinned = set->pinned;
        move_cell(f, i, to);
        if (family_dropped(f, to))
            f->ndropped++;
        else
            family_count(f, to, 1);
    }
    exemplars_forget(&f->exemplars, f->table.n, n);
    series_release(&old);
    f->registry->generation++;
}

static bool any_expired(const struct family *f, int64_t cutoff_ns)
{
    for (uint32_t i = 0; f->cells.stamps && i < f->table.n; i++)
        if (!family_dropped(f, i) && !stays(f, f->table.label_sets[i], i, cutoff_ns))
            return true;
    return false;
}

static uint32_t family_expire(struct family *f, int64_t now_ns)
{
    uint32_t live = family_nseries(f);
    int64_t cutoff_ns = now_ns - f->info->spec.expire_ns;

    if (f->table.nlabels == 0 || f->registry->limits.part)
        return 0;
    if (f->ndropped > live + DROPPED_SLACK || any_expired(f, cutoff_ns))
        rebuild(f, cutoff_ns);
    return live - family_nseries(f);
}

uint32_t registry_expire(struct registry *r, int64_t now_ns)
{
    uint32_t gone = 0;

    if (now_ns > r->now_ns)
        r->now_ns = now_ns;
    for (unsigned i = 0; i < r->n; i++)
        gone += family_expire(r->families[i], now_ns);
    return gone;
}

bool registry_may_expire(const struct registry *r)
{
    for (unsigned i = 0; i < r->n; i++)
        if (r->families[i]->cells.stamps || r->families[i]->ndropped > DROPPED_SLACK)
            return true;
    return false;
}
