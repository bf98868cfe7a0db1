/* each -- `each = FIELD` and `each = FIELD =~ REGEX` of an event. It stands among the conditions: what
 * is above it is about the line, what is below about the member. */
#include "config.h"

#include "rules/load/loader.h"

enum { EACH_FIELDS_MAX = 256 }; /* times members of a line: memory */

/* What stands behind the field. */
static void load_regex(struct load *l, uint32_t event, struct condition *c,
                       const struct ini_entry *e, struct slice rest)
{
    struct slice op;

    if (!load_word(&rest, &op))
        return;
    if (!slice_eq(op, SLICE("=~"))) {
        load_mistake(l, ini_at(e, op.p),
                     "\"each\" takes a field, or a field, =~ and a regex; not "
                     "\"%.*s\"",
                     SLICE_FMT(op));
        return;
    }
    if (rest.n == 0) {
        load_mistake(l, e->at, "=~ needs a regex");
        return;
    }
    c->op = OP_MATCH;
    c->at = ini_at(e, rest.p);
    c->text = arena_slice(l->text, rest);
    c->capture.pattern = load_pattern(l, rest, c->at);
    load_groups(l, &c->capture, event, c->at);
}

void load_each(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct condition *c = &ev->conditions[ev->nconditions];
    unsigned stage = ev->nconditions;
    struct slice rest = e->value, field;

    if (!load_word(&rest, &field)) {
        load_mistake(l, e->at, "\"each\" is empty; write each = FIELD, or each = FIELD =~ REGEX");
        return;
    }
    if (!name_is_field(field)) {
        if (!load_quoted(l, field, e->at))
            load_mistake(l, e->at, "\"%.*s\" is not a field name", SLICE_FMT(field));
        return;
    }
    *c = (struct condition){.is_each = true, .at = e->at, .text = SLICE("")};
    c->field.name = arena_strslice(l->text, field);
    ev->each = load_alloc(l, 1, sizeof *ev->each);
    ev->nline = stage;
    load_regex(l, event, c, e, rest);
    ev->each->key = load_member_field(l, event, SLICE("_key"), stage)->slot;
    ev->each->value = load_member_field(l, event, SLICE("_value"), stage)->slot;
    load_patch(l, &ev->each->key, 1);
    load_patch(l, &ev->each->value, 1);
    ev->nconditions++;
}

void load_check_each(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++) {
        struct event *e = &l->r->events[i];

        if (e->each && l->drafts[i].nlocals > EACH_FIELDS_MAX)
            load_mistake(l, e->at, "event \"%s\" has \"each\", and makes more than %d fields",
                         e->name, EACH_FIELDS_MAX);
        if (e->parent != EVENT_NONE && l->r->events[e->parent].each)
            load_mistake(
                l, l->drafts[i].of_at,
                "no event can be of \"%s\", which has \"each\" and happens several times a "
                "line",
                l->r->events[e->parent].name);
    }
}
