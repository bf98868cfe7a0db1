/* checks -- checks across all files, when everything has its place: names that clash in the
 * exposition, what nothing uses, and field names that look like a slip of the keyboard. */
#include "config.h"

#include "rules/load/loader.h"

/* Two families whose samples or OpenMetrics names would be the same. `name` may be the name of a
 * family, or what is left of a counter's without _total. */
static void clash(struct load *l, unsigned family, struct slice name, const char *suffix)
{
    struct family_def *def = &l->r->families[family], *other;
    struct buf full = BUF_INIT;
    uint64_t i;

    buf_slice(&full, name);
    buf_str(&full, suffix);
    if (map_get(&l->families, buf_all(&full), &i) && i != family) {
        other = &l->r->families[i];
        if (i < family)
            load_mistake(l, def->at,
                         "metric \"%s\" clashes with \"%s\" (%s:%d): one of them needs "
                         "another name",
                         def->spec.name, other->spec.name, other->at.file, other->at.line);
        else
            load_mistake(l, other->at,
                         "metric \"%s\" clashes with \"%s\" (%s:%d): one of them needs "
                         "another name",
                         other->spec.name, def->spec.name, def->at.file, def->at.line);
    }
    buf_release(&full);
}

static void check_clashes(struct load *l, unsigned family)
{
    static const char *const suffixes[] = {"_total", "_count", "_bucket", "_sum", "_created"};
    struct slice name = slice_str(l->r->families[family].spec.name);

    for (unsigned i = 0; i < 5; i++)
        clash(l, family, name, suffixes[i]);
    if (l->r->families[family].spec.type != FAMILY_COUNTER || !slice_ends(name, SLICE("_total")))
        return;
    name.n -= strlen("_total");
    clash(l, family, name, "");
    clash(l, family, name, "_created");
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
        if (!l->r->events[i].used)
            load_warning(l, l->r->events[i].at, "nothing uses event \"%s\"", l->r->events[i].name);
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

/* What might have been meant: a name decoded elsewhere too, made by the event, or built in. */
static const char *nearly(struct load *l, const struct decoded_use *use)
{
    struct map names = MAP_INIT;
    const char *near;

    for (unsigned i = 0; i < l->nuses; i++)
        if (l->uses[i].uses > 1 && &l->uses[i] != use)
            map_put(&names, slice_str(l->uses[i].name), 0);
    for (uint32_t e = use->event; e != EVENT_NONE; e = l->r->events[e].parent)
        for (unsigned i = 0; i < l->drafts[e].nlocals; i++)
            map_put(&names, slice_str(l->drafts[e].locals[i].name), 0);
    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        map_put(&names, slice_str(context_names[i]), 0);
    near = load_nearest(l, &names, slice_str(use->name));
    map_release(&names);
    return near;
}

static void check_names(struct load *l)
{
    for (unsigned i = 0; i < l->nuses; i++) {
        const struct decoded_use *use = &l->uses[i];
        const char *near;

        if (use->uses > 1 || use->event == EVENT_NONE || load_find_local(l, use->event, use->name))
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

void load_check(struct load *l)
{
    for (unsigned i = 0; i < l->r->nfamilies; i++)
        check_clashes(l, i);
    mark_used(l);
    check_unused(l);
    if (l->m->nmistakes == 0)
        check_exemplars(l);
    check_names(l);
}
