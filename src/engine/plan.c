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
        if (a->kind != ACTION_SET) {
            refs_add(needed, &a->from);
            continue;
        }
        for (unsigned k = 0; k < template_nfields(a->template); k++)
            refs_add(needed, &a->template_refs[k]);
    }
}

static bool written_by_actions(const struct event *e, const struct ref *ref)
{
    for (unsigned i = 0; i < e->nactions; i++)
        if (reads(ref, e->actions[i].to))
            return true;
    return false;
}

static void add_mapping(struct plan *p, const struct ruleset *rules, unsigned number,
                        struct refs *needed)
{
    const struct mapping *m = &rules->mappings[number];
    const struct event *e = &rules->events[m->event];
    const struct family_spec *spec = &rules->families[m->family].spec;

    p->mappings = xreallocarray(p->mappings, p->nmappings + 1, sizeof *p->mappings);
    p->mappings[p->nmappings++] = (uint16_t)number;
    for (unsigned i = 0; i < spec->nlabels; i++)
        if (!m->labels[i].constant)
            refs_add(needed, &m->labels[i].field);
    if (m->value_is_field && written_by_actions(e, &m->value))
        p->actions_always = true;
    if (m->verb == VERB_RESET)
        p->actions_always = true;
}

static void plan_event(struct plan *p, const struct ruleset *rules, unsigned event)
{
    const struct event *e = &rules->events[event];
    struct refs needed = {0};

    for (unsigned i = 0; i < rules->nmappings; i++)
        if (rules->mappings[i].event == event)
            add_mapping(p, rules, i, &needed);
    for (unsigned i = 0; i < rules->nevents; i++) {
        if (rules->events[i].parent != event || !rules->events[i].used)
            continue;
        p->children = xreallocarray(p->children, p->nchildren + 1, sizeof *p->children);
        p->children[p->nchildren++] = (uint16_t)i;
    }
    for (unsigned i = 0; i < e->nexemplar; i++)
        if (written_by_actions(e, &e->exemplar[i]))
            p->actions_always = true;
    if (p->nchildren)
        p->actions_always = true;
    if (!p->actions_always)
        undo_actions(e, &needed);
    p->inputs = needed.list;
    p->ninputs = needed.n;
    p->texts = xcalloc(needed.n + 1, sizeof *p->texts);
    for (unsigned l = 0; l < rules->nlogs; l++)
        p->has_time |= e->used && record_group_slot(e, rules->logs[l].time_name) != EVENT_NONE;
    p->cache = seriescache_new(p->ninputs, p->nmappings);
}

struct plan *plans_new(const struct ruleset *rules)
{
    struct plan *plans = xcalloc(rules->nevents + 1, sizeof *plans);

    for (unsigned e = 0; e < rules->nevents; e++)
        plan_event(&plans[e], rules, e);
    return plans;
}

void plans_free(struct plan *plans, const struct ruleset *rules)
{
    for (unsigned e = 0; plans && e < rules->nevents; e++) {
        free(plans[e].mappings);
        free(plans[e].inputs);
        free(plans[e].texts);
        free(plans[e].children);
        seriescache_free(plans[e].cache);
    }
    free(plans);
}
