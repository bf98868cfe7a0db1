/* checks -- checks across all files, when everything has its place: names that clash in the
 * exposition, what nothing uses, and field names that look like a slip of the keyboard. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/xalloc.h"

#include <stdlib.h>

/* The names that a family takes on the page: its own, its samples', and of a counter that of
 * OpenMetrics. A counter without _total is of unknown type there, and has only the one. `_created`
 * stands there if the configuration wants it. */
static void names_of(const struct family_spec *spec, struct map *ret_names)
{
    static const char *const of_total[] = {"", "_created", NULL};
    static const char *const of_histogram[] = {"_count", "_bucket", "_sum", "_created", NULL};
    const char *const *suffix = of_histogram;
    struct slice base = slice_str(spec->name);
    struct buf name = BUF_INIT;

    map_put(ret_names, base, 0);
    if (spec->type == FAMILY_COUNTER && slice_ends(base, SLICE("_total"))) {
        base.n -= strlen("_total");
        suffix = of_total;
    }
    for (; (spec->type == FAMILY_HISTOGRAM || suffix == of_total) && *suffix; suffix++) {
        buf_clear(&name);
        buf_slice(&name, base);
        buf_str(&name, *suffix);
        map_put(ret_names, buf_all(&name), 0);
    }
    buf_release(&name);
}

/* `a` is the one written first. */
static void clash(struct load *l, unsigned a, unsigned b)
{
    const struct family_def *first = &l->r->families[a], *second = &l->r->families[b];

    load_mistake(l, second->at,
                 "metric \"%s\" clashes with \"%s\" (%s:%d): one of them needs another name",
                 second->spec.name, first->spec.name, first->at.file, first->at.line);
}

/* Two families of which one's name, or a sample's, is the other's. */
static void check_clashes(struct load *l)
{
    struct map taken = MAP_INIT; /* name -> family */

    for (unsigned i = 0; i < l->r->nfamilies; i++) {
        struct map names = MAP_INIT;
        struct slice name;
        uint64_t unused, other;

        names_of(&l->r->families[i].spec, &names);
        for (size_t at = 0; map_next(&names, &at, &name, &unused);) {
            if (map_get(&taken, name, &other))
                clash(l, (unsigned)other, i);
            else
                map_put(&taken, name, i);
        }
        map_release(&names);
    }
    map_release(&taken);
}

/* What a used event needs is used too; parents come first in `order`. */
static void mark_used(struct load *l)
{
    for (unsigned i = l->r->nevents; i-- > 0;) {
        struct event *e = &l->r->events[l->r->order[i]];

        if (!e->used)
            continue;
        if (e->parent != EVENT_NONE)
            l->r->events[e->parent].used = true;
        for (unsigned k = 0; k < e->nunless; k++)
            l->r->events[e->unless[k]].used = true;
    }
}

static void check_unused(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        if (!l->r->events[i].used && !l->r->events[i].span)
            load_warning(l, l->r->events[i].at, "nothing uses event \"%s\"", l->r->events[i].name);
}

/* `x_milliseconds` with `unit = ms`: the values are seconds. */
static void check_unit_names(struct load *l)
{
    static const struct {
        const char *suffix;
        enum unit_kind kind;
        const char *base;
    } rows[] = {
        {"_ms", UNIT_TIME, "seconds"},        {"_milliseconds", UNIT_TIME, "seconds"},
        {"_us", UNIT_TIME, "seconds"},        {"_microseconds", UNIT_TIME, "seconds"},
        {"_ns", UNIT_TIME, "seconds"},        {"_nanoseconds", UNIT_TIME, "seconds"},
        {"_minutes", UNIT_TIME, "seconds"},   {"_hours", UNIT_TIME, "seconds"},
        {"_kb", UNIT_SIZE, "bytes"},          {"_mb", UNIT_SIZE, "bytes"},
        {"_kilobytes", UNIT_SIZE, "bytes"},   {"_megabytes", UNIT_SIZE, "bytes"},
        {"_percent", UNIT_PERCENT, "ratios"},
    };

    for (unsigned i = 0; i < l->r->nmappings; i++) {
        const struct mapping *m = &l->r->mappings[i];
        struct slice name = slice_str(l->r->families[m->family].spec.name);

        if (slice_ends(name, SLICE("_total")))
            name.n -= strlen("_total");
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (m->unit.kind == rows[k].kind && slice_ends(name, slice_str(rows[k].suffix)))
                load_warning(l, m->at, "with a unit the values of \"%s\" are %s, not %s",
                             l->r->families[m->family].spec.name, rows[k].base, rows[k].suffix + 1);
    }
}

static void check_exemplars(struct load *l)
{
    struct ruleset *r = l->r;

    for (unsigned i = 0; i < r->nmappings; i++)
        if (r->families[r->mappings[i].family].spec.type != FAMILY_GAUGE)
            l->drafts[r->mappings[i].event].shows_exemplar = true;
    for (unsigned i = 0; i < r->nevents; i++)
        if (r->events[i].nexemplar && r->events[i].used && !l->drafts[i].shows_exemplar)
            load_warning(l, r->events[i].at,
                         "the exemplar of event \"%s\" shows nowhere: it updates no counter and no "
                         "histogram",
                         r->events[i].name);
}

/* Closer than `nearest`: one letter more, less or other, or two swapped. */
static bool is_slip(struct slice a, struct slice b)
{
    if (a.n < 4 || b.n < 4)
        return false;
    while (a.n && b.n && *a.p == *b.p) {
        a = slice_from(a, 1);
        b = slice_from(b, 1);
    }
    while (a.n && b.n && a.p[a.n - 1] == b.p[b.n - 1]) {
        a.n--;
        b.n--;
    }
    return (a.n <= 1 && b.n <= 1) || (a.n == 2 && b.n == 2 && a.p[0] == b.p[1] && a.p[1] == b.p[0]);
}

/* What might have been meant: a name decoded elsewhere too, made by the event, or of every line. */
static const char *nearly(struct load *l, const struct decoded_use *use)
{
    struct map names = MAP_INIT;
    const char *near;
    struct slice name;
    uint64_t unused;

    for (unsigned i = 0; i < l->nuses; i++)
        if (l->uses[i].uses > 1 && &l->uses[i] != use)
            map_put(&names, slice_str(l->uses[i].name), 0);
    for (uint32_t e = use->event; e != EVENT_NONE; e = l->r->events[e].parent)
        for (unsigned i = 0; i < l->drafts[e].nlocals; i++)
            map_put(&names, slice_str(l->drafts[e].locals[i].name), 0);
    for (size_t at = 0; map_next(&l->context, &at, &name, &unused);)
        map_put(&names, name, 0);
    near = load_nearest(l, &names, slice_str(use->name));
    map_release(&names);
    return near;
}

static void check_names(struct load *l)
{
    for (unsigned i = 0; i < l->nuses; i++) {
        const struct decoded_use *use = &l->uses[i];
        const char *near;

        if (use->uses > 1 || use->event == EVENT_NONE ||
            load_find_local(l, use->event, use->name) ||
            map_find(&l->context, slice_str(use->name)))
            continue;
        near = nearly(l, use);
        if (near && near[0] == '_' && strcmp(near + 1, use->name) == 0)
            continue; /* logs have fields named time, line, file, bytes */
        if (near && strcmp(near, use->name) == 0)
            continue; /* the event it is `of` makes it */
        if (near && is_slip(slice_str(use->name), slice_str(near))) {
            load_warning(l, use->at, "nothing else names field \"%s\"", use->name);
            mistake_near(l->m, near);
        }
    }
}

/* Of the conditions [from, to) of an event, one that wants another text of the same field; NULL: none. */
static const struct condition *contrary(const struct event *e, unsigned from, unsigned to,
                                        const struct condition *c)
{
    for (unsigned i = from; i < to; i++) {
        const struct condition *other = &e->conditions[i];

        if (!other->is_match && !other->is_each && other->op == OP_EQ &&
            strcmp(other->field.name, c->field.name) == 0 && !slice_eq(other->text, c->text))
            return other;
    }
    return NULL;
}

/* Of those above it in the event, which are of the line as it is, or of a member of `each` as it is; else of
 * the events it is `of`, as long as none of them makes a field of that name. */
static const struct condition *contrary_above(const struct load *l, uint32_t event, unsigned n)
{
    const struct event *e = &l->r->events[event];
    const struct condition *c = &e->conditions[n];
    const struct condition *other = contrary(e, n < e->nline ? 0 : e->nline, n, c);

    while (!other && n < e->nline && e->parent != EVENT_NONE &&
           !load_find_local(l, event, c->field.name)) {
        event = e->parent;
        e = &l->r->events[event];
        n = 0;
        if (!load_find_local(l, event, c->field.name))
            other = contrary(e, 0, e->nline, c);
    }
    return other;
}

static void check_contrary(struct load *l, uint32_t event)
{
    const struct event *e = &l->r->events[event];

    for (unsigned k = 0; k < e->nconditions; k++) {
        const struct condition *c = &e->conditions[k], *other;

        if (c->is_match || c->is_each || c->op != OP_EQ || !(other = contrary_above(l, event, k)))
            continue;
        load_warning(l, c->at,
                     "event \"%s\" never happens: all conditions must hold, also those of what it "
                     "is of, and %s cannot be "
                     "\"%.*s\" and \"%.*s\"; one of both is written %s =~ ^(%.*s|%.*s)$",
                     e->name, c->field.name, SLICE_FMT(other->text), SLICE_FMT(c->text),
                     c->field.name, SLICE_FMT(other->text), SLICE_FMT(c->text));
        return;
    }
}

/* `where = level == error` twice, to mean one of them. */
static void check_contraries(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        check_contrary(l, i);
}

/* Is there a field of that name, as far as the rules know? */
static bool is_named(const struct load *l, uint32_t event, struct slice name)
{
    bool found = map_find(&l->context, name) || map_find(&l->decoded, name);
    char *text = xstrslice(name);

    for (; !found && event != EVENT_NONE; event = l->r->events[event].parent)
        found = load_find_local(l, event, text);
    free(text);
    return found;
}

/* `{status}` where ${status} was meant. /users/{id} may well be text: it is warned of only where a
 * field has that name. */
static void check_braces(struct load *l, uint32_t event, const struct action *a)
{
    for (size_t i = 0; i < a->text.n; i++) {
        struct slice name = slice_until(slice_from(a->text, i + 1), "}|");
        size_t end = i + 1 + name.n;

        if (a->text.p[i] == '{' && (i == 0 || a->text.p[i - 1] != '$') && end < a->text.n &&
            is_named(l, event, name))
            load_warning(l, a->at, "\"{%.*s}\" is plain text; a field is written ${%.*s}",
                         SLICE_FMT(name), SLICE_FMT(name));
    }
}

static void check_templates(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        for (unsigned k = 0; k < l->r->events[i].nactions; k++)
            if (l->r->events[i].actions[k].kind == ACTION_SET)
                check_braces(l, i, &l->r->events[i].actions[k]);
}

void load_check(struct load *l)
{
    check_clashes(l);
    mark_used(l);
    check_unused(l);
    if (l->m->nmistakes == 0)
        check_exemplars(l);
    check_names(l);
    load_check_units(l);
    check_unit_names(l);
    load_check_each(l);
    load_check_spans(l);
    check_templates(l);
    check_contraries(l);
}
