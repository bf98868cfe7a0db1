/* dispatch -- every event under the one key that divides best.
 *
 * Tables of one field share the work of getting its text. A field's prefixes are grouped by length,
 * so that a look-up costs one hash per distinct length, however many prefixes there are. Events of
 * one value, or of one prefix, hang in a chain: an event has one key, so it hangs in one only. */
#include "config.h"

#include "engine/dispatch.h"

#include "base/xalloc.h"
#include "engine/literals.h"

#include <stdlib.h>

/* A required literal of so many bytes is rarer in lines than a first byte is at their beginning. */
enum { LITERAL_GOOD = 4 };

struct list {
    uint32_t *events;
    unsigned n, cap;
};

/* Required literals of regexes on one text, and the events they stand for. */
struct literal_set {
    struct slice *texts;
    uint32_t *events;
    unsigned n, texts_cap, events_cap;
    struct literals *search; /* made when all texts are there; NULL = none */
};

/* Everything that is decided by the value of one decoded field. */
struct field_table {
    uint16_t slot;
    struct map values;   /* V -> first event */
    struct map prefixes; /* P -> first event */
    bool begins[256];    /* first bytes of prefixes */
    size_t *lengths;     /* distinct lengths of prefixes */
    unsigned nlengths, lengths_cap;
    struct literal_set literals; /* of `=~` */
};

enum found_by {
    BY_VALUE,
    BY_PREFIX,
    BY_FIRST_BYTE,
    BY_LITERAL,
    BY_LINE_LITERAL,
    BY_PARENT,
    BY_SPAN,
    BY_TRYING
};

struct finder {
    enum found_by by;
    const struct condition *condition; /* that decides; NULL for PARENT, ALWAYS */
};

struct dispatch {
    struct finder *finders; /* of each event */
    uint32_t *next;  /* of each event: the next of the chain that it hangs in; or EVENT_NONE */
    uint32_t always; /* first event */
    struct field_table *fields;
    unsigned nfields, fields_cap;
    struct list by_first_byte[256];
    struct literal_set literals;
    bool literals_begin[256]; /* first bytes of lines that `literals` may match */
};

static void list_add(struct list *l, unsigned event)
{
    GROW(l->events, l->n, l->cap);
    l->events[l->n++] = event;
}

/* A condition that looks at one decoded field only. */
static bool is_plain_field(const struct ruleset *rules, const struct condition *c, enum op op)
{
    return !c->is_match && c->op == op && c->field.n == 1 && c->field.slots[0] < rules->ndecoded &&
           c->text.n > 0;
}

/* How many distinct values rules compare each field with: the more, the better it divides. */
static unsigned *count_values(const struct ruleset *rules)
{
    unsigned *counts = xcalloc(rules->ndecoded + 1, sizeof *counts);
    struct map seen = MAP_INIT;
    struct buf key = BUF_INIT;

    for (unsigned e = 0; e < rules->nevents; e++) {
        for (unsigned i = 0; i < rules->events[e].nconditions; i++) {
            const struct condition *c = &rules->events[e].conditions[i];

            if (!is_plain_field(rules, c, OP_EQ))
                continue;
            buf_clear(&key);
            buf_u32(&key, c->field.slots[0]);
            buf_slice(&key, c->text);
            counts[c->field.slots[0]] += map_put(&seen, buf_all(&key), 1);
        }
    }
    buf_release(&key);
    map_release(&seen);
    return counts;
}

/* A regex on the raw line: `match`, and `where = _line =~`, which decoded events use instead. */
static bool is_on_line(const struct ruleset *rules, const struct condition *c)
{
    return c->is_match || (c->op == OP_MATCH && c->field.n == 1 && c->text.n > 0 &&
                           c->field.slots[0] == rules->ndecoded + CTX_LINE);
}

/* A long literal decides best; else the first byte, which costs nothing; else a short literal. */
static struct finder choose_by_regex(const struct ruleset *rules, const struct condition *c)
{
    uint8_t first[32];

    bool on_line = is_on_line(rules, c);

    if (!on_line && !is_plain_field(rules, c, OP_MATCH))
        return (struct finder){BY_TRYING, NULL};
    size_t n = pattern_literal(c->capture.pattern).n;

    if (on_line && n < LITERAL_GOOD && pattern_first_bytes(c->capture.pattern, first))
        return (struct finder){BY_FIRST_BYTE, c};
    return n ? (struct finder){on_line ? BY_LINE_LITERAL : BY_LITERAL, c}
             : (struct finder){BY_TRYING, NULL};
}

static struct finder choose_finder(const struct ruleset *rules, const struct event *e,
                                   const unsigned *counts)
{
    struct finder best = {BY_TRYING, NULL};

    if (e->span)
        return (struct finder){BY_SPAN, NULL};
    if (e->parent != EVENT_NONE)
        return (struct finder){BY_PARENT, NULL};
    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct condition *c = &e->conditions[i];

        if (is_plain_field(rules, c, OP_EQ) &&
            (best.by != BY_VALUE ||
             counts[c->field.slots[0]] > counts[best.condition->field.slots[0]]))
            best = (struct finder){BY_VALUE, c};
        else if (best.by == BY_TRYING && is_plain_field(rules, c, OP_PREFIX))
            best = (struct finder){BY_PREFIX, c};
    }
    for (unsigned i = 0; i < e->nconditions && best.by == BY_TRYING; i++)
        best = choose_by_regex(rules, &e->conditions[i]);
    return best;
}

static struct field_table *field_table(struct dispatch *d, uint16_t slot)
{
    for (unsigned i = 0; i < d->nfields; i++)
        if (d->fields[i].slot == slot)
            return &d->fields[i];
    GROW(d->fields, d->nfields, d->fields_cap);
    d->fields[d->nfields] = (struct field_table){.slot = slot};
    return &d->fields[d->nfields++];
}

static void add_text(struct dispatch *d, struct map *texts, struct slice text, unsigned event)
{
    uint64_t first = EVENT_NONE;

    map_get(texts, text, &first);
    map_put(texts, text, event);
    d->next[event] = (uint32_t)first;
}

static void add_length(struct field_table *t, size_t n)
{
    for (unsigned i = 0; i < t->nlengths; i++)
        if (t->lengths[i] == n)
            return;
    GROW(t->lengths, t->nlengths, t->lengths_cap);
    t->lengths[t->nlengths++] = n;
}

static void add_first_bytes(struct dispatch *d, const struct pattern *p, unsigned event)
{
    uint8_t first[32];

    pattern_first_bytes(p, first);
    for (unsigned b = 0; b < 256; b++)
        if (first[b / 8] & (1u << b % 8))
            list_add(&d->by_first_byte[b], event);
}

/* Lines that begin otherwise need not be searched. */
static void allow_first_bytes(struct dispatch *d, const struct pattern *p)
{
    uint8_t first[32];
    bool known = pattern_first_bytes(p, first);

    for (unsigned b = 0; b < 256; b++)
        d->literals_begin[b] |= !known || (first[b / 8] & (1u << b % 8));
}

static void set_add(struct literal_set *set, struct slice text, unsigned event)
{
    GROW(set->texts, set->n, set->texts_cap);
    GROW(set->events, set->n, set->events_cap);
    set->texts[set->n] = text;
    set->events[set->n++] = event;
}

static void set_release(struct literal_set *set)
{
    literals_free(set->search);
    free(set->texts);
    free(set->events);
}

/* There is room for the numbers of the literals, too: each event stands in one list at most. */
static unsigned set_find(struct literal_set *set, struct slice text, uint32_t *events, unsigned n)
{
    unsigned end = n + literals_find(set->search, text, events + n);

    for (; n < end; n++)
        events[n] = set->events[events[n]];
    return n;
}

static void add_event(struct dispatch *d, unsigned event)
{
    const struct finder *k = &d->finders[event];
    const struct condition *c = k->condition;
    struct field_table *t;

    switch (k->by) {
    case BY_VALUE:
        t = field_table(d, c->field.slots[0]);
        add_text(d, &t->values, c->text, event);
        break;
    case BY_PREFIX:
        t = field_table(d, c->field.slots[0]);
        add_text(d, &t->prefixes, c->text, event);
        add_length(t, c->text.n);
        t->begins[(unsigned char)c->text.p[0]] = true;
        break;
    case BY_FIRST_BYTE:
        add_first_bytes(d, c->capture.pattern, event);
        break;
    case BY_LITERAL:
        set_add(&field_table(d, c->field.slots[0])->literals, pattern_literal(c->capture.pattern),
                event);
        break;
    case BY_LINE_LITERAL:
        set_add(&d->literals, pattern_literal(c->capture.pattern), event);
        allow_first_bytes(d, c->capture.pattern);
        break;
    case BY_TRYING:
        d->next[event] = d->always;
        d->always = event;
        break;
    case BY_PARENT:
    case BY_SPAN:
        break;
    }
}

struct dispatch *dispatch_new(const struct ruleset *rules)
{
    struct dispatch *d = xcalloc(1, sizeof *d);
    unsigned *counts = count_values(rules);

    d->finders = xcalloc(rules->nevents + 1, sizeof *d->finders);
    d->next = xcalloc(rules->nevents + 1, sizeof *d->next);
    d->always = EVENT_NONE;
    for (unsigned e = rules->nevents; e-- > 0;) { /* so that chains are in the order written */
        d->finders[e] = choose_finder(rules, &rules->events[e], counts);
        if (rules->events[e].used)
            add_event(d, e);
    }
    free(counts);
    d->literals.search = literals_new(d->literals.texts, d->literals.n);
    for (unsigned i = 0; i < d->nfields; i++) {
        struct literal_set *set = &d->fields[i].literals;

        set->search = literals_new(set->texts, set->n);
    }
    return d;
}

void dispatch_free(struct dispatch *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < d->nfields; i++) {
        struct field_table *t = &d->fields[i];

        free(t->lengths);
        map_release(&t->values);
        map_release(&t->prefixes);
        set_release(&t->literals);
    }
    for (unsigned b = 0; b < 256; b++)
        free(d->by_first_byte[b].events);
    set_release(&d->literals);
    free(d->fields);
    free(d->finders);
    free(d->next);
    free(d);
}

void dispatch_how(const struct dispatch *d, unsigned event, struct buf *out)
{
    const struct condition *c = d->finders[event].condition;

    switch (d->finders[event].by) {
    case BY_VALUE:
        buf_fmt(out, "by the value of %s: \"%.*s\"", c->field.name, SLICE_FMT(c->text));
        break;
    case BY_PREFIX:
        buf_fmt(out, "by the beginning of %s: \"%.*s\"", c->field.name, SLICE_FMT(c->text));
        break;
    case BY_FIRST_BYTE:
        buf_str(out, "by the line's first byte");
        break;
    case BY_LITERAL:
    case BY_LINE_LITERAL: {
        struct slice text = pattern_literal(c->capture.pattern);

        buf_fmt(out, "by the text \"%.*s\" in %s", SLICE_FMT(text),
                d->finders[event].by == BY_LINE_LITERAL ? "the line" : c->field.name);
        break;
    }
    case BY_PARENT:
        buf_str(out, "when the event it is `of` was found");
        break;
    case BY_SPAN:
        buf_str(out, "by the events that begin and end it");
        break;
    case BY_TRYING:
        buf_str(out, "tried on every line");
        break;
    }
}

bool dispatch_tries_always(const struct dispatch *d, unsigned event)
{
    return d->finders[event].by == BY_TRYING;
}

bool dispatch_proves(const struct dispatch *d, unsigned event)
{
    return d->finders[event].by == BY_VALUE || d->finders[event].by == BY_PREFIX;
}

static unsigned take(const struct dispatch *d, uint64_t first, uint32_t *events, unsigned n)
{
    for (; first != EVENT_NONE; first = d->next[first])
        events[n++] = (uint32_t)first;
    return n;
}

static unsigned find_by_prefix(const struct dispatch *d, const struct field_table *t,
                               struct slice text, uint32_t *events, unsigned n)
{
    uint64_t i;

    for (unsigned k = 0; k < t->nlengths; k++) {
        struct slice prefix = {text.p, t->lengths[k]};

        if (prefix.n <= text.n && map_get(&t->prefixes, prefix, &i))
            n = take(d, i, events, n);
    }
    return n;
}

static unsigned find_by_field(const struct dispatch *d, struct field_table *t, struct record *r,
                              uint32_t *events, unsigned n)
{
    struct field *f = &r->slots[t->slot];
    uint64_t i;

    if (f->kind == FIELD_NONE)
        return n;
    struct slice text = field_text(f, &r->scratch);

    if (text.n == 0)
        return n;
    if (map_get(&t->values, text, &i))
        n = take(d, i, events, n);
    if (t->begins[(unsigned char)text.p[0]])
        n = find_by_prefix(d, t, text, events, n);
    if (t->literals.search)
        n = set_find(&t->literals, text, events, n);
    return n;
}

unsigned dispatch_find(struct dispatch *d, struct record *r, uint32_t *ret_events)
{
    unsigned n = take(d, d->always, ret_events, 0);

    for (unsigned i = 0; i < d->nfields; i++)
        n = find_by_field(d, &d->fields[i], r, ret_events, n);
    if (r->line.n == 0)
        return n;
    unsigned char begin = (unsigned char)r->line.p[0];
    const struct list *l = &d->by_first_byte[begin];

    for (unsigned i = l->n; i-- > 0;)
        ret_events[n++] = l->events[i];
    if (d->literals.search && d->literals_begin[begin])
        n = set_find(&d->literals, r->line, ret_events, n);
    return n;
}
