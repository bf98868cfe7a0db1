/* plan -- the inputs of an event are found by walking its actions backwards from its labels: what
 * an action writes is replaced by what it reads. Where the actions run for every line anyway, the
 * inputs are the labels as the actions left them. */
#include "config.h"

#include "engine/plan.h"

#include "base/xalloc.h"
#include "engine/record.h"

#include <stdlib.h>

struct refs {
    struct ref *list;
    unsigned n, cap;
};

static bool same_ref(const struct ref *a, const struct ref *b)
{
    return a->n == b->n && memcmp(a->slots, b->slots, a->n * sizeof *a->slots) == 0;
}

static void refs_add(struct refs *refs, const struct ref *ref)
{
    for (unsigned i = 0; i < refs->n; i++)
        if (same_ref(&refs->list[i], ref))
            return;
    GROW(refs->list, refs->n, refs->cap);
    refs->list[refs->n++] = *ref;
}

static bool reads(const struct ref *ref, uint16_t slot)
{
    for (unsigned i = 0; i < ref->n; i++)
        if (ref->slots[i] == slot)
            return true;
    return false;
}

/* Takes out all that read `slot`; says whether there were any. */
static bool refs_remove(struct refs *refs, uint16_t slot)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < refs->n; i++)
        if (!reads(&refs->list[i], slot))
            refs->list[kept++] = refs->list[i];
    bool any = kept < refs->n;

    refs->n = kept;
    return any;
}

static void undo_actions(const struct event *e, struct refs *needed)
{
    for (unsigned i = e->nactions; i-- > 0;) {
        const struct action *a = &e->actions[i];

        if (!refs_remove(needed, a->to))
            continue;
        for (unsigned k = 0; k < a->nrefs; k++)
            refs_add(needed, &a->refs[k]);
    }
}

/* What time(...) makes of a text without a date depends on the lines before. */
static bool reads_times(const struct event *e)
{
    for (unsigned i = 0; i < e->nactions; i++)
        for (unsigned k = 0; k < e->actions[i].nrefs; k++)
            if (e->actions[i].calc && calc_field_is_time(e->actions[i].calc, k))
                return true;
    return false;
}

static bool written_by_actions(const struct event *e, const struct ref *ref)
{
    for (unsigned i = 0; i < e->nactions; i++)
        if (reads(ref, e->actions[i].to))
            return true;
    return false;
}

/* Numbers of things that belong to events, those of one event side by side and ascending. */
struct groups {
    uint32_t *numbers;
    uint32_t *starts; /* of each event's; one more for the end */
};

/* The event that thing i belongs to, or EVENT_NONE. */
typedef uint32_t owner_fn(const struct ruleset *rules, unsigned i);

static struct groups group_by_event(const struct ruleset *rules, unsigned n, owner_fn *owner)
{
    struct groups g = {.numbers = xcalloc(n + 1, sizeof *g.numbers),
                       .starts = xcalloc(rules->nevents + 2, sizeof *g.starts)};

    for (unsigned i = 0; i < n; i++)
        if (owner(rules, i) != EVENT_NONE)
            g.starts[owner(rules, i) + 2]++;
    for (unsigned e = 0; e < rules->nevents; e++)
        g.starts[e + 2] += g.starts[e + 1];
    for (unsigned i = 0; i < n; i++)
        if (owner(rules, i) != EVENT_NONE)
            g.numbers[g.starts[owner(rules, i) + 1]++] = i;
    return g;
}

static uint32_t event_of_mapping(const struct ruleset *rules, unsigned mapping)
{
    return rules->mappings[mapping].event;
}

static uint32_t parent_if_used(const struct ruleset *rules, unsigned event)
{
    return rules->events[event].used ? rules->events[event].parent : EVENT_NONE;
}

static void need_mapping(struct plan *p, const struct ruleset *rules, const struct mapping *m,
                         struct refs *needed)
{
    const struct family_spec *spec = &rules->families[m->family].spec;

    for (unsigned i = 0; i < spec->nlabels; i++)
        if (!m->labels[i].constant)
            refs_add(needed, &m->labels[i].field);
    if (m->value_is_field && written_by_actions(&rules->events[m->event], &m->value))
        p->actions_always = true;
    if (m->verb == VERB_RESET)
        p->actions_always = true;
}

static void plan_event(struct plan *p, const struct ruleset *rules, const struct event *e)
{
    struct refs needed = {0};

    for (unsigned i = 0; i < p->nmappings; i++)
        need_mapping(p, rules, &rules->mappings[p->mappings[i]], &needed);
    for (unsigned i = 0; i < e->nexemplar; i++)
        if (written_by_actions(e, &e->exemplar[i]))
            p->actions_always = true;
    if (e->each)
        p->members = xcalloc(1, sizeof *p->members);
    if (p->nchildren || p->nbegins || p->nends || reads_times(e) || e->each)
        p->actions_always = true;
    if (!p->actions_always)
        undo_actions(e, &needed);
    p->inputs =
        xreallocarray(needed.list, needed.n + 1, sizeof *p->inputs); /* as few as they are */
    p->ninputs = needed.n;
    serieskey_init(&p->key, p->ninputs);
    p->cache = seriescache_new(p->nmappings);
}

static void find_spans(struct plan *plans, const struct ruleset *rules)
{
    for (unsigned s = 0; s < rules->nspans; s++) {
        const struct span *span = &rules->spans[s];

        for (unsigned i = 0; i < span->nbegins && span->used; i++) {
            struct plan *p = &plans[span->begins[i]];

            GROW(p->begins, p->nbegins, p->begins_cap);
            p->begins[p->nbegins++] = s;
        }
        for (unsigned i = 0; i < span->nends && span->used; i++) {
            struct plan *p = &plans[span->ends[i]];

            GROW(p->ends, p->nends, p->ends_cap);
            p->ends[p->nends++] = s;
        }
    }
}

/* Logs mostly name their time alike: each list of names is looked for once. */
static void find_times(struct plan *plans, const struct ruleset *rules)
{
    struct map seen = MAP_INIT;
    struct buf names = BUF_INIT;

    for (unsigned l = 0; l < rules->nlogs; l++) {
        const struct log_def *log = &rules->logs[l];

        buf_clear(&names);
        for (unsigned i = 0; i < log->ntime_groups; i++)
            buf_fmt(&names, "%s,", log->time_names[i]);
        if (!map_put(&seen, buf_all(&names), l))
            continue;
        for (unsigned e = 0; e < rules->nevents; e++)
            plans[e].has_time |=
                rules->events[e].used && record_group_slot(&rules->events[e], log) != SLOT_NONE;
    }
    map_release(&seen);
    buf_release(&names);
}

struct plan *plans_new(const struct ruleset *rules)
{
    struct plan *plans = xcalloc(rules->nevents + 1, sizeof *plans);
    struct groups mappings = group_by_event(rules, rules->nmappings, event_of_mapping);
    struct groups children = group_by_event(rules, rules->nevents, parent_if_used);

    find_spans(plans, rules);
    for (unsigned e = 0; e < rules->nevents; e++) {
        struct plan *p = &plans[e];

        p->mappings = mappings.numbers + mappings.starts[e];
        p->nmappings = mappings.starts[e + 1] - mappings.starts[e];
        p->children = children.numbers + children.starts[e];
        p->nchildren = children.starts[e + 1] - children.starts[e];
        plan_event(p, rules, &rules->events[e]);
    }
    find_times(plans, rules);
    for (unsigned e = 0; e < rules->nevents; e++)
        plans[e].is_special = plans[e].has_time || rules->events[e].span;
    /* The arrays begin with the first event's; without events with that of the one behind. */
    plans[0].mappings = mappings.numbers;
    plans[0].children = children.numbers;
    free(mappings.starts);
    free(children.starts);
    return plans;
}

void plans_free(struct plan *plans, const struct ruleset *rules)
{
    if (!plans)
        return;
    free(plans[0].mappings);
    free(plans[0].children);
    for (unsigned e = 0; e < rules->nevents; e++) {
        free(plans[e].inputs);
        serieskey_release(&plans[e].key);
        free(plans[e].begins);
        free(plans[e].ends);
        free(plans[e].members);
        seriescache_free(plans[e].cache);
    }
    free(plans);
}
