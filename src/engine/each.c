/* each -- a walk over members, each tried on the slots of the event as if it were alone.
 *
 * What the conditions and actions of one member set is taken back before the next: the slots touched
 * since, and those that conditions above `each` had set already (`line`). Builtin fields that are
 * made meanwhile go too, and are made again when asked for. */
#include "config.h"

#include "engine/each.h"

#include "base/hash.h"
#include "engine/match.h"
#include "engine/steps.h"
#include "engine/trace.h"

struct walk {
    bool is_object;
    struct record *r;
    const struct event *e;
    struct members *m;
    bool *limit;
    struct step *steps; /* of each member, of each action; the plain way does not look at it */
};

void each_hide(struct record *r, const struct event *e, struct members *m)
{
    if (!m->shown)
        return;
    touched_undo(r->slots, &r->touched, m->touched);
    for (unsigned i = 0; i < e->each->nlocals; i++)
        if (m->line[i].kind != FIELD_NONE)
            r->slots[e->each->locals[i]] = m->line[i];
    m->shown = false;
}

static void put(struct record *r, uint16_t slot, const struct field *f)
{
    if (f->kind == FIELD_NONE)
        return;
    if (r->slots[slot].kind == FIELD_NONE)
        r->touched.slots[r->touched.n++] = slot;
    r->slots[slot] = *f;
}

void each_show(struct record *r, const struct event *e, struct members *m, unsigned k)
{
    each_hide(r, e, m);
    m->touched = r->touched.n;
    m->shown = true;
    for (unsigned i = 0; i < e->each->nlocals; i++)
        put(r, e->each->locals[i], &m->fields[k][i]);
}

/* What the event's own slots hold. */
static struct field *keep(struct record *r, const struct event *e)
{
    struct field *kept = arena_alloc(&r->scratch, e->each->nlocals * sizeof *kept);

    for (unsigned i = 0; i < e->each->nlocals; i++)
        kept[i] = r->slots[e->each->locals[i]];
    return kept;
}

/* The slots hold a member: does the event happen for it? */
TRACED void try_member(struct walk *w, bool noted)
{
    if (match_members(w->r, w->e, w->limit)) {
        if (noted)
            steps_make(w->r, w->e, w->steps + (size_t)w->m->n * w->e->nactions);
        else
            match_actions(w->r, w->e, w->limit);
        w->m->fields[w->m->n++] = keep(w->r, w->e);
    }
    each_hide(w->r, w->e, w->m);
}

/* Before the slots of the next are set. False: there may be no more. */
static bool begin_member(struct walk *w)
{
    struct members *m = w->m;

    if (m->found == EACH_MAX) {
        m->cut = true;
        return false;
    }
    m->found++;
    m->shown = true;
    m->touched = w->r->touched.n;
    return true;
}

/* `_value.a` of a value that is an object or array itself. */
static void put_inner(struct walk *w, struct slice written)
{
    const struct each *each = w->e->each;
    struct field *inner = arena_zalloc(&w->r->scratch, each->nnames * sizeof *inner);
    struct touched touched = {arena_alloc(&w->r->scratch, each->nnames * sizeof(uint16_t)), 0};

    (void)json_member(written.p, written.p + written.n, SLICE("_value"), each->names, inner,
                      &touched);
    for (unsigned i = 0; i < each->nnames; i++) {
        if (inner[i].kind == FIELD_NONE)
            inner[i].kind = FIELD_NULL; /* it hides what the line may call so */
        put(w->r, each->name_slots[i], &inner[i]);
    }
}

/* The first of a key counts, as everywhere. */
static bool is_again(struct members *m, struct slice key)
{
    uint32_t tag = (uint32_t)(hash_text(0, key) >> 32);

    for (unsigned i = 0; i < m->found; i++)
        if (m->tags[i] == tag && slice_eq(m->keys[i], key))
            return true;
    if (m->found < EACH_MAX) {
        m->tags[m->found] = tag;
        m->keys[m->found] = key;
    }
    return false;
}

TRACED bool one_of_json(struct walk *w, const struct field *key, const struct field *value,
                        struct slice written, bool noted)
{
    struct field copy = *key;

    if (w->is_object) {
        if (copy.kind != FIELD_TEXT)
            field_unescape(&copy, &w->r->scratch);
        if (is_again(w->m, slice_make(copy.p, copy.n)))
            return true;
    }
    if (!begin_member(w))
        return false;
    if (copy.kind == FIELD_TEXT) /* the number of an element stands in the walk's own memory */
        record_set(w->r, w->e->each->key, arena_slice(&w->r->scratch, slice_make(copy.p, copy.n)));
    else
        put(w->r, w->e->each->key, &copy);
    put(w->r, w->e->each->value, value);
    if (w->e->each->nnames)
        put_inner(w, written);
    try_member(w, noted);
    return true;
}

static bool json_one(void *ctx, const struct field *key, const struct field *value,
                     struct slice written)
{
    return one_of_json(ctx, key, value, written, false);
}

static bool json_one_noted(void *ctx, const struct field *key, const struct field *value,
                           struct slice written)
{
    return one_of_json(ctx, key, value, written, true);
}

TRACED void regex_all(struct walk *w, const struct condition *c, struct slice text, bool noted)
{
    enum pattern_result result;
    size_t at = 0;

    while (at <= text.n &&
           (result = pattern_next(c->capture.pattern, w->r->matcher, text, at)) != PATTERN_NO) {
        struct slice span;
        size_t end;
        char *digits;

        if (result == PATTERN_ERROR) {
            *w->limit = true;
            return;
        }
        span = matcher_span(w->r->matcher);
        end = (size_t)(span.p - text.p) + span.n;
        at = end > at ? end : at + 1; /* \\K and lookarounds can end before they begin */
        if (!begin_member(w))
            return;
        record_capture(w->r, &c->capture);
        digits = arena_alloc(&w->r->scratch, NUM_TEXT);
        record_set(w->r, w->e->each->key,
                   slice_make(digits, num_format_u64(digits, w->m->found - 1)));
        record_set(w->r, w->e->each->value, span);
        try_member(w, noted);
    }
}

TRACED void find(struct walk *w, bool noted)
{
    const struct condition *c = &w->e->conditions[w->e->nline];
    struct slice text = record_text(w->r, &c->field);
    struct members *m = w->m;

    m->n = m->found = 0;
    m->is_none = m->cut = m->shown = false;
    m->line = keep(w->r, w->e);
    if (text.n == 0)
        return;
    if (c->op == OP_MATCH)
        regex_all(w, c, text, noted);
    else {
        w->is_object = slice_starts(slice_trim(text), SLICE("{"));
        m->is_none = !json_members(text, noted ? json_one_noted : json_one, w);
    }
}

void each_find(struct record *r, const struct event *e, struct members *m, bool *ret_limit)
{
    struct walk w = {false, r, e, m, ret_limit, NULL};

    find(&w, false);
}

struct step *each_steps(struct record *r, const struct event *e, struct members *m)
{
    size_t n = (size_t)(m->n + 1) * e->nactions;
    bool limit = false;
    struct walk w = {false, r, e, m, &limit, arena_zalloc(&r->scratch, n * sizeof *w.steps)};

    find(&w, true);
    return w.steps;
}
