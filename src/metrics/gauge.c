/* gauge -- updates of gauges, and how the parts of a log are put together again.
 *
 * A part of a log does not know what a gauge was before it. So a cell keeps two things: `value`,
 * what the gauge is if some `set` of the part counts, and the function {shift, floor} that the part
 * is if no set counts because an earlier part saw a newer one in another file: x -> max(floor, x +
 * shift). Both are exact: inc and dec shift, a minimum lifts the floor, and a reset is the constant
 * shift = -Inf, floor = value, which the same two operations carry on. What falls below all doubles
 * stays at the lowest: -Inf as a shift would read as a reset, and +Inf - Inf is no number. */
#include "config.h"

#include "metrics/registry.h"

#include "metrics/family.h"

#include <float.h>
#include <math.h>

static double higher(double a, double b)
{
    return a < b ? b : a;
}

static bool is_reset(const struct gauge *g)
{
    return isinf(g->shift) && g->shift < 0;
}

/* As if the series had never been. */
static void clear(struct gauge *g, const struct family_spec *spec)
{
    gauge_init(g, spec);
    g->shift = (double)-INFINITY;
    g->floor = g->value;
}

void gauge_add(struct family *f, uint32_t index, double delta, int64_t now_ns)
{
    struct gauge *g = &f->cells.gauge[index];
    double min = higher(-DBL_MAX, gauge_lowest(&f->info->spec));

    family_updated(&f->cells, index, now_ns);
    g->value = higher(min, g->value + delta);
    if (!is_reset(g))
        g->shift = higher(-DBL_MAX, g->shift + delta);
    g->floor = higher(min, g->floor + delta);
}

/* Does a set of this time count, after what g has seen? */
static bool counts(const struct gauge *g, int64_t time_ns, uint32_t file)
{
    return g->set_time_ns == INT64_MIN || g->set_file == file || time_ns >= g->set_time_ns;
}

bool gauge_set(struct family *f, uint32_t index, double v, int64_t line_time_ns, uint32_t file,
               int64_t now_ns)
{
    struct gauge *g = &f->cells.gauge[index];

    if (!counts(g, line_time_ns, file))
        return false;
    family_updated(&f->cells, index, now_ns);
    g->value = higher(v, gauge_lowest(&f->info->spec));
    g->is_set = true;
    g->set_time_ns = line_time_ns;
    g->set_file = file;
    if (line_time_ns > g->set_max_ns)
        g->set_max_ns = line_time_ns;
    return true;
}

static void drop(struct family *f, uint32_t index)
{
    family_set_dropped(f, index, true);
    clear(&f->cells.gauge[index], &f->info->spec);
    f->cells.gauge[index].dropped = true;
}

void gauge_reset(struct family *f, const struct slice *values, int64_t now_ns)
{
    uint32_t index;

    if (!family_lookup(f, values, &index)) {
        if (!f->registry->limits.part)
            return;
        /* An earlier part may have this series. */
        index = family_series(f, values, now_ns, NULL);
    }
    if (f->table.nlabels && !f->table.label_sets[index]->pinned)
        drop(f, index);
    else
        clear(&f->cells.gauge[index], &f->info->spec);
    family_updated(&f->cells, index, now_ns);
}

/* What the part is as a function is put behind what *g is as a function. */
static void compose_function(struct gauge *g, const struct gauge *part)
{
    bool constant = is_reset(g) || is_reset(part);

    g->floor = higher(part->floor, g->floor + part->shift);
    g->shift = constant ? (double)-INFINITY : higher(-DBL_MAX, g->shift + part->shift);
}

void gauge_compose(struct family *f, uint32_t index, const struct gauge *part)
{
    struct gauge *g = &f->cells.gauge[index];
    bool set = part->is_set && (is_reset(part) || counts(g, part->set_max_ns, part->set_file));

    compose_function(g, part);
    if (set)
        g->value = part->value;
    else
        g->value = higher(part->floor, g->value + part->shift);
    if (is_reset(part)) {
        g->set_time_ns = g->set_max_ns = INT64_MIN;
        g->is_set = false;
    }
    if (set) {
        g->is_set = true;
        g->set_time_ns = part->set_time_ns;
        g->set_file = part->set_file;
        g->set_max_ns = part->set_max_ns > g->set_max_ns ? part->set_max_ns : g->set_max_ns;
    }
    if (part->dropped)
        drop(f, index);
    f->cells.updated = true;
}
