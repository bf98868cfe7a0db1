/* steps -- see the header. */
#include "config.h"

#include "engine/steps.h"

/* The action's own field; what a map looks up may be another. */
static struct slice own_text(struct record *r, const struct action *a)
{
    struct field *f = &r->slots[a->to];

    if (f->kind != FIELD_NONE)
        return field_text(f, &r->scratch);
    return a->kind == ACTION_REWRITE || a->kind == ACTION_MAP
               ? record_text(r, &a->refs[a->nrefs - 1])
               : slice_make("", 0);
}

/* Will it find something, which may be what is there already? */
static bool finds(struct record *r, const struct action *a)
{
    struct slice text = a->nrefs ? record_text(r, &a->refs[0]) : slice_make("", 0), result;

    if (a->kind == ACTION_REWRITE)
        return pattern_match(a->pattern, r->matcher, text) == PATTERN_YES;
    if (a->kind == ACTION_MAP)
        return a->map->has_other || map_find(&a->map->table, text) ||
               (a->map->file && table_find(a->map->file, text, &result));
    return true;
}

void steps_make(struct record *r, const struct event *e, struct step *ret_steps)
{
    for (unsigned i = 0; i < e->nactions; i++) {
        const struct action *a = &e->actions[i];
        struct event alone = *e;
        struct step *s = &ret_steps[i];
        struct exact result;

        *s = (struct step){.before = own_text(r, a), .made = finds(r, a)};
        if (a->kind == ACTION_MAP)
            s->looked_up = record_text(r, &a->refs[0]);
        if (a->kind == ACTION_CALC)
            s->outcome = match_calc(r, a, &result, &s->field);
        alone.actions = &e->actions[i];
        alone.nactions = 1;
        match_actions(r, &alone, &s->gave_up);
        s->after = own_text(r, a);
    }
}

/* Whoever filled it. */
static void unset(struct record *r, uint16_t slot)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < r->touched.n; i++)
        if (r->touched.slots[i] != slot)
            r->touched.slots[kept++] = r->touched.slots[i];
    r->touched.n = kept;
    r->slots[slot].kind = FIELD_NONE;
}

void steps_again(struct record *r, const struct event *e, struct step *ret_steps)
{
    bool limit;

    for (unsigned i = 0; i < e->nactions; i++)
        unset(r, e->actions[i].to);
    (void)match_conditions(r, e, &limit); /* what they captured */
    steps_make(r, e, ret_steps);
}
