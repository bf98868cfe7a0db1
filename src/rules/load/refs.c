/* refs -- events in an order in which parents (`of`), excluded events (`unless`) and the ends of a span
 * come before who needs them, otherwise as written; then every name in an event becomes slots.
 *
 * A depth-first walk with a stack of its own: rules come from people, but also from programs that
 * write thousands of events. An edge that closes a circle is a mistake and is cut, so that all that
 * follows may rely on there being none. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum colour { NEW, OPEN, DONE };

struct frame {
    uint32_t event;
    unsigned next; /* edge: 0 = of, then unless, then the ends of a span */
};

struct walk {
    struct load *l;
    struct frame *stack;
    unsigned depth;
    unsigned char *colour;
    uint32_t *height; /* how many events stand below, one on the other */
    unsigned norder;
};

/* a -> b -> a */
static void circle(struct walk *w, uint32_t to, struct where at)
{
    struct buf path = BUF_INIT;
    unsigned from = w->depth;

    while (from > 0 && w->stack[from - 1].event != to)
        from--;
    for (unsigned i = from ? from - 1 : 0; i < w->depth; i++)
        buf_fmt(&path, "%s -> ", w->l->r->events[w->stack[i].event].name);
    load_mistake(w->l, at, "%s go in a circle: %.*s%s",
                 w->l->r->nspans ? "of, unless and end" : "of and unless",
                 SLICE_FMT(buf_all(&path)), w->l->r->events[to].name);
    buf_release(&path);
}

static bool needs_ends(const struct event *e)
{
    return e->span && !e->unfinished;
}

/* The next event that `f` needs; EVENT_NONE when it has no more. */
static uint32_t next_need(struct load *l, struct frame *f, uint32_t **ret_edge)
{
    struct event *e = &l->r->events[f->event];

    if (f->next == 0) {
        f->next++;
        if (e->parent != EVENT_NONE) {
            *ret_edge = &e->parent;
            return e->parent;
        }
    }
    if (f->next <= e->nunless) {
        *ret_edge = &e->unless[f->next - 1];
        f->next++;
        return **ret_edge;
    }
    if (needs_ends(e) && f->next - e->nunless <= e->span->nends) {
        *ret_edge = &e->span->ends[f->next - e->nunless - 1];
        f->next++;
        return **ret_edge;
    }
    return EVENT_NONE;
}

static void cut(struct load *l, struct frame *f, uint32_t *edge)
{
    struct event *e = &l->r->events[f->event];

    if (edge == &e->parent) {
        e->parent = EVENT_NONE;
        return;
    }
    *edge = needs_ends(e) ? e->span->ends[--e->span->nends] : e->unless[--e->nunless];
    f->next--;
}

/* The engine asks what an event needs before the event, as deep as it goes; so what is too high is
 * cut off like a circle. */
static void done(struct walk *w, uint32_t event)
{
    struct event *e = &w->l->r->events[event];
    struct frame f = {event, 0};
    uint32_t height = 0, need, *edge;

    while ((need = next_need(w->l, &f, &edge)) != EVENT_NONE)
        if (w->height[need] >= height)
            height = w->height[need] + 1;
    if (height == HEIGHT_MAX) {
        load_mistake(w->l, e->at,
                     "event \"%s\" needs %d others, each by way of the next (of, unless)", e->name,
                     HEIGHT_MAX);
        e->parent = EVENT_NONE;
        e->nunless = height = 0;
        if (needs_ends(e))
            e->span->nends = 0;
    }
    w->height[event] = height;
    w->colour[event] = DONE;
    w->l->r->order[w->norder++] = event;
}

static void push(struct walk *w, uint32_t event)
{
    w->stack[w->depth++] = (struct frame){event, 0};
    w->colour[event] = OPEN;
}

static void visit(struct walk *w, uint32_t root)
{
    push(w, root);
    while (w->depth) {
        struct frame *f = &w->stack[w->depth - 1];
        struct draft *d = &w->l->drafts[f->event];
        uint32_t *edge, need = next_need(w->l, f, &edge);

        if (need == EVENT_NONE) {
            done(w, f->event);
            w->depth--;
        } else if (w->colour[need] == OPEN) {
            circle(w, need, f->next == 1 ? d->of_at : d->unless_at);
            cut(w->l, f, edge);
        } else if (w->colour[need] == NEW) {
            push(w, need);
        }
    }
}

void load_order(struct load *l)
{
    unsigned n = l->r->nevents;
    struct walk w = {.l = l};

    w.stack = xcalloc(n + 1, sizeof *w.stack);
    w.colour = xcalloc(n + 1, 1);
    w.height = xcalloc(n + 1, sizeof *w.height);
    l->r->order = load_alloc(l, n, sizeof *l->r->order);
    for (unsigned i = 0; i < n; i++)
        if (w.colour[i] == NEW)
            visit(&w, i);
    free(w.stack);
    free(w.colour);
    free(w.height);
}

/* Is it no mistake when the i-th field that the action reads can be missing? */
static bool is_lenient(const struct action *a, unsigned i)
{
    if (a->kind == ACTION_SET)
        return template_has_default(a->template, i);
    return a->kind == ACTION_MAP && (a->map->has_other || i > 0);
}

static void action_refs(struct load *l, uint32_t event, struct action *a, unsigned stage)
{
    struct buf what = BUF_INIT;

    buf_fmt(&what, "%s.%s", action_text(a->kind), a->name);
    for (unsigned i = 0; i < a->nrefs; i++)
        load_ref(l, event, stage, &a->refs[i], is_lenient(a, i), what.p, a->at);
    buf_release(&what);
}

static void event_refs(struct load *l, uint32_t event)
{
    struct event *e = &l->r->events[event];
    bool decoded_parent = e->parent != EVENT_NONE && l->r->events[e->parent].sees_decoded;

    load_event_units(l, event);
    e->sees_decoded = !e->span && (!l->drafts[event].has_match || decoded_parent);
    for (unsigned i = 0; i < e->nconditions; i++)
        if (!e->conditions[i].is_match)
            load_ref(l, event, i, &e->conditions[i].field, false,
                     e->conditions[i].is_each ? "each" : "where", e->conditions[i].at);
    for (unsigned i = 0; i < e->nactions; i++)
        action_refs(l, event, &e->actions[i], e->nconditions + i);
    for (unsigned i = 0; i < e->nexemplar; i++)
        load_ref(l, event, STAGE_END, &e->exemplar[i], false, "exemplar", e->at);
}

void load_event_refs(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        event_refs(l, l->r->order[i]);
}
