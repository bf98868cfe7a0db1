/* report -- what is asked of a report that was made. */
#include "config.h"

#include "report/report.h"

bool report_looked_at_all(const struct report *r)
{
    return r->options.looked_at == 0 || r->seen.lines == report_lines(r);
}

/* Times are read when something needs them, and of lines that are looked at always. */
static struct registry *registry_of(const struct report *r, enum own_id id)
{
    return id == OWN_TIMES_UNREADABLE ? r->looked.registry : r->counted.registry;
}

void report_rows(const struct report *r, enum own_id id, report_row_fn *row, void *ctx)
{
    const struct family *f = own_family(registry_of(r, id), id);

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        uint64_t n = family_counter(f, i)->whole;
        struct slice labels[LABELS_MAX] = {{0}};

        family_labels(f, i, labels);
        if (n)
            row(ctx, labels, n);
    }
}

uint64_t report_lines(const struct report *r)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < r->setup->rules->nlogs; i++)
        n += engine_counted(r->counted.engine, i);
    return n;
}

static bool has_input(const struct report *r, const struct event *e)
{
    for (size_t i = 0; i < r->inputs.n; i++)
        if (event_for_log(e, r->inputs.list[i].log))
            return true;
    return false;
}

static bool tries_one(const struct report *r, const uint32_t *events, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (report_tries(r, &r->setup->rules->events[events[i]]))
            return true;
    return false;
}

bool report_tries(const struct report *r, const struct event *e)
{
    const struct span *s = e->span;

    return e->used && has_input(r, e) && (e->parent == EVENT_NONE || tries_one(r, &e->parent, 1)) &&
           (!s || (tries_one(r, s->begins, s->nbegins) && tries_one(r, s->ends, s->nends)));
}

bool report_never_there(const struct report *r, const struct slice *labels, uint64_t n)
{
    int event = ruleset_event(r->setup->rules, labels[1]); /* metric, event, reason */

    return event >= 0 && slice_eq(labels[2], SLICE("missing")) &&
           n >= engine_hits(r->counted.engine, (unsigned)event);
}
