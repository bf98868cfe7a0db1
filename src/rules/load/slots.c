/* slots -- names to slot numbers.
 *
 * A ref lists the slots a name may be found in, nearest first. It ends at the first that is surely
 * set (a `set` further up): so a name that rules make themselves is not also asked of the decoded
 * line. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum { CHAIN_MAX = 256 }; /* slots of one ref */

#define VALUE_DOT SLICE("_value.") /* begins the names of what is inside a member */

static void too_many(struct load *l, struct where at, const char *what)
{
    if (!l->too_many_slots)
        load_mistake(l, at, "too many different fields: %s", what);
    l->too_many_slots = true;
}

static uint16_t *slot_array(struct load *l, unsigned n)
{
    uint16_t *slots = load_alloc(l, n, sizeof *slots);

    load_patch(l, slots, n);
    return slots;
}

void load_patch(struct load *l, uint16_t *slots, unsigned n)
{
    GROW(l->patches, l->npatches, l->patches_cap);
    l->patches[l->npatches++] = (struct patch){slots, n};
}

static struct local *find_local(const struct draft *d, struct slice name)
{
    for (unsigned i = 0; i < d->nlocals; i++)
        if (slice_eq(slice_str(d->locals[i].name), name))
            return &d->locals[i];
    return NULL;
}

struct local *load_local(struct load *l, uint32_t event, struct slice name, unsigned stage)
{
    struct draft *d = &l->drafts[event];
    struct local *found = find_local(d, name);

    if (found)
        return found;
    GROW(d->locals, d->nlocals, d->cap);
    found = &d->locals[d->nlocals++];
    *found = (struct local){.name = arena_strslice(l->text, name), .since = stage, .surely = NEVER};
    if (l->nlocals >= SLOT_END - SLOT_LOCAL) {
        too_many(l, d->section->at, "more than 57,000 that events make");
        found->slot = SLOT_LOCAL;
        return found;
    }
    GROW(l->local_names, l->nlocals, l->locals_cap);
    l->local_names[l->nlocals] = found->name;
    found->slot = (uint16_t)(SLOT_LOCAL + l->nlocals++);
    return found;
}

const struct local *load_find_local(const struct load *l, uint32_t event, const char *name)
{
    return find_local(&l->drafts[event], slice_str(name));
}

struct local *load_member_field(struct load *l, uint32_t event, struct slice name, unsigned stage)
{
    struct local *own = load_local(l, event, name, stage);

    own->surely = (int)stage;
    own->of_each = true;
    return own;
}

/* `_value.a` becomes a field of an event with `each` when somebody asks for it. */
static void ask_member(struct load *l, uint32_t event, struct slice name)
{
    const struct event *ev = &l->r->events[event];
    char *text;

    if (!ev->each || ev->conditions[ev->nline].op == OP_MATCH || !slice_starts(name, VALUE_DOT) ||
        name.n == VALUE_DOT.n)
        return;
    text = arena_strslice(l->text, name);
    if (!load_find_local(l, event, text))
        (void)load_member_field(l, event, name, ev->nline);
}

const struct event *load_span_event(const struct load *l, uint32_t event)
{
    const struct event *e = &l->r->events[event];

    while (e->parent != EVENT_NONE)
        e = &l->r->events[e->parent];
    return e->span ? e : NULL;
}

/* A field of a span's event is one of its lines': which is found when all that is asked is known
 * (span.c). What is there of every line is that of the line that ends it, and `_time` when it
 * happens. */
static void ask_span(struct load *l, uint32_t event, struct slice name, const char *what,
                     struct where at)
{
    const struct event *ev = &l->r->events[event];
    struct local *own;

    if (!ev->span || slice_eq(name, SLICE("_time")) || (!ev->unfinished && load_is_builtin(name)) ||
        find_local(&l->drafts[event], name))
        return;
    if (ev->unfinished && slice_eq(name, SLICE("_duration")))
        load_mistake(l, at, "%s: \"%s\" has no _duration, as its end did not come", what, ev->name);
    own = load_local(l, event, name, 0);
    own->surely = 0;
    GROW(l->asked, l->nasked, l->asked_cap);
    l->asked[l->nasked++] =
        (struct asked){event, own->name, own->slot, arena_str(l->text, what), at};
}

static uint16_t context_slot(struct load *l, struct slice name, struct where at)
{
    uint64_t i;

    if (map_get(&l->context, name, &i))
        return (uint16_t)(SLOT_CONTEXT + i);
    i = l->context.n;
    if (i >= SLOT_LOCAL - SLOT_CONTEXT) {
        too_many(l, at, "more than 4,096 groups of path_match and prefix");
        return SLOT_CONTEXT;
    }
    map_put(&l->context, name, i);
    return (uint16_t)(SLOT_CONTEXT + i);
}

void load_groups(struct load *l, struct capture *c, uint32_t event, struct where at)
{
    unsigned n = c->pattern ? pattern_ngroups(c->pattern) : 0;
    uint16_t *slots = slot_array(l, n);

    if (!c->pattern)
        *(event == EVENT_NONE ? &l->groups_unknown : &l->drafts[event].groups_unknown) = true;

    for (unsigned i = 0; i < n; i++) {
        struct slice name = slice_str(pattern_group(c->pattern, i));

        if (load_is_builtin(name))
            load_mistake(l, at, "group \"%.*s\" has the name of a built-in field; choose another",
                         SLICE_FMT(name));
        slots[i] = event == EVENT_NONE
                       ? context_slot(l, name, at)
                       : load_local(l, event, name, l->r->events[event].nconditions)->slot;
    }
    c->group_slots = slots;
}

uint16_t load_decoded(struct load *l, struct slice name, uint32_t event, struct where at)
{
    uint64_t i;

    if (map_get(&l->decoded, name, &i)) {
        l->uses[i].uses++;
        return (uint16_t)i;
    }
    i = l->decoded.n;
    if (i >= SLOT_CONTEXT) {
        too_many(l, at, "more than 4,096 of decoded lines");
        return 0;
    }
    GROW(l->uses, l->nuses, l->uses_cap);
    l->uses[l->nuses++] = (struct decoded_use){arena_strslice(l->text, name), 1, event, at};
    map_put(&l->decoded, name, i);
    return (uint16_t)i;
}

/* What a match event could have meant. */
static const char *nearest_field(struct load *l, uint32_t event, const char *name)
{
    struct map names = MAP_INIT;
    const char *near;
    struct slice key;
    uint64_t i;

    for (uint32_t e = event; e != EVENT_NONE; e = l->r->events[e].parent)
        for (unsigned k = 0; k < l->drafts[e].nlocals; k++)
            map_put(&names, slice_str(l->drafts[e].locals[k].name), 0);
    for (size_t at = 0; map_next(&l->context, &at, &key, &i);)
        map_put(&names, key, 0);
    near = load_nearest(l, &names, slice_str(name));
    map_release(&names);
    return near && strcmp(near, name) != 0 ? near : NULL;
}

/* What else it could have been. */
static const char *advice(const char *what, const char *name)
{
    bool same = strncmp(what, "label \"", 7) == 0 && strncmp(what + 7, name, strlen(name)) == 0;

    if (strcmp(what, "where") == 0)
        return "; to test a decoded field too, write where = _line =~ REGEX instead of match";
    return strncmp(what, "label", 5) == 0 && !same ? "; a constant stands in double quotes" : "";
}

/* A bad regex has its own mistake; that its groups are missing says nothing new. */
static bool groups_unknown(const struct load *l, uint32_t event)
{
    for (; event != EVENT_NONE; event = l->r->events[event].parent)
        if (l->drafts[event].groups_unknown)
            return true;
    return l->groups_unknown;
}

static void not_supplied(struct load *l, uint32_t event, unsigned stage, const char *name,
                         const char *what, struct where at)
{
    const char *event_name = l->r->events[event].name, *near = nearest_field(l, event, name);
    const struct local *own = load_find_local(l, event, name);

    if (own && own->since > stage) {
        load_mistake(l, at, "%s: event \"%s\" makes field \"%s\" only further down", what,
                     event_name, name);
        return;
    }
    load_mistake(
        l, at,
        "%s: event \"%s\" has no field \"%s\"; a match event has its groups, its set fields "
        "and the built-in ones%s",
        what, event_name, name, near ? "" : advice(what, name));
    mistake_near(l->m, near);
}

/* A log that this event is for, if all of them are format = text; NULL when there is another. */
static const struct log_def *only_text(const struct load *l, uint32_t event)
{
    const struct log_def *text = NULL;

    for (unsigned i = 0; i < l->r->nlogs && !text; i++)
        text = l->r->logs[i].format == LOG_TEXT ? &l->r->logs[i] : NULL;
    if (!text)
        return NULL;
    for (unsigned i = 0; i < l->r->nlogs; i++) {
        uint32_t e = event;

        while (e != EVENT_NONE && event_for_log(&l->r->events[e], i))
            e = l->r->events[e].parent;
        if (e == EVENT_NONE && l->r->logs[i].format != LOG_TEXT)
            return NULL;
        if (e == EVENT_NONE)
            text = &l->r->logs[i];
    }
    return text;
}

static void warn_of_text(struct load *l, uint32_t event, const char *name, const char *what,
                         struct where at)
{
    const struct log_def *log = only_text(l, event);

    if (log)
        load_warning(l, at,
                     "%s: log \"%s\" has format = text, so there is no field \"%s\"; take it from "
                     "the line with match, or with where = _line =~ REGEX",
                     what, log->name, name);
}

void load_ref(struct load *l, uint32_t event, unsigned stage, struct ref *ref, bool lenient,
              const char *what, struct where at)
{
    struct slice name = slice_str(ref->name);
    uint16_t chain[CHAIN_MAX];
    unsigned n = 0;
    bool supplied = false, surely = false;
    uint64_t context;

    ask_member(l, event, name);
    for (uint32_t e = event; e != EVENT_NONE && n < CHAIN_MAX - 2 && !surely;
         e = l->r->events[e].parent) {
        const struct local *own;
        unsigned seen_at = e == event ? stage : STAGE_END;

        ask_span(l, e, name, what, at);
        own = find_local(&l->drafts[e], name);

        if (!own || own->since >= seen_at)
            continue;
        chain[n++] = own->slot;
        supplied = true;
        surely = own->surely != NEVER && (unsigned)own->surely < seen_at;
    }
    if (!surely && map_get(&l->context, name, &context)) {
        chain[n++] = (uint16_t)(SLOT_CONTEXT + context);
        supplied = true;
        surely = context < CTX_BUILTINS;
        l->r->uses_time |= context == CTX_TIME;
    }
    if (!surely && l->r->events[event].sees_decoded) {
        if (!supplied && !lenient)
            warn_of_text(l, event, ref->name, what, at);
        chain[n++] = load_decoded(l, name, event, at);
        supplied = true;
    }
    if (!supplied && !lenient && !groups_unknown(l, event))
        not_supplied(l, event, stage, ref->name, what, at);
    ref->slots = memcpy(slot_array(l, n), chain, n * sizeof *chain);
    ref->n = (uint16_t)n;
}

/* When all was asked: which slots a member has. */
static void member_slots(struct load *l, uint32_t event)
{
    struct each *each = l->r->events[event].each;
    const struct draft *d = &l->drafts[event];
    const char **names = load_alloc(l, d->nlocals + 1, sizeof *names);

    each->locals = load_alloc(l, d->nlocals, sizeof *each->locals);
    each->name_slots = load_alloc(l, d->nlocals, sizeof *each->name_slots);
    for (unsigned i = 0; i < d->nlocals; i++) {
        const struct local *own = &d->locals[i];

        each->locals[each->nlocals++] = own->slot;
        if (!own->of_each || !slice_starts(slice_str(own->name), VALUE_DOT))
            continue;
        names[each->nnames] = own->name;
        each->name_slots[each->nnames++] = own->slot;
    }
    load_patch(l, each->locals, each->nlocals);
    load_patch(l, each->name_slots, each->nnames);
    if (each->nnames)
        each->names = fieldnames_new(names, each->nnames);
}

static uint16_t renumber(const struct load *l, uint16_t slot)
{
    if (slot == SLOT_NONE || slot < SLOT_CONTEXT)
        return slot;
    if (slot < SLOT_LOCAL)
        return (uint16_t)(slot - SLOT_CONTEXT + l->r->ndecoded);
    return (uint16_t)(slot - SLOT_LOCAL + l->r->ndecoded + l->r->ncontext);
}

void load_slots(struct load *l)
{
    struct ruleset *r = l->r;
    unsigned n = 0;
    struct slice key;
    uint64_t i;

    r->ndecoded = l->nuses;
    r->ncontext = (unsigned)l->context.n;
    r->nslots = r->ndecoded + r->ncontext + l->nlocals;
    r->slot_names = load_alloc(l, r->nslots + 1, sizeof *r->slot_names);
    for (unsigned k = 0; k < l->nuses; k++)
        r->slot_names[n++] = l->uses[k].name;
    for (size_t at = 0; map_next(&l->context, &at, &key, &i);)
        r->slot_names[n++] = arena_strslice(l->text, key);
    for (unsigned k = 0; k < l->nlocals; k++)
        r->slot_names[n++] = l->local_names[k];
    for (unsigned k = 0; k < r->nevents; k++)
        if (r->events[k].each)
            member_slots(l, k);
    for (unsigned k = 0; k < l->npatches; k++)
        for (unsigned j = 0; j < l->patches[k].n; j++)
            l->patches[k].slots[j] = renumber(l, l->patches[k].slots[j]);
    r->decoded = fieldnames_new(r->slot_names, r->ndecoded);
}
