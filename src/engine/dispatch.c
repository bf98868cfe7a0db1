/* dispatch -- every event under the one key that divides best.
 *
 * Tables of one field share the work of getting its text. Events of one value, or of one prefix, hang in
 * a chain: an event has one key, so it hangs in one only. Which regexes match a value is remembered for
 * as long as its values repeat; else those are left over that the value's literals allow.
 *
 * Of lines that end like one before, all values that decide being the same, nothing is asked again
 * (`trail_note`). */
#include "config.h"

#include "engine/dispatch.h"

#include "base/xalloc.h"
#include "engine/literals.h"
#include "engine/memo.h"
#include "engine/prefixes.h"

#include <stdlib.h>

/* A required literal of so many bytes is rarer in lines than a first byte is at their beginning. */
enum { LITERAL_GOOD = 4 };

/* A value that so many events ask for divides them badly. */
enum { CROWD = 8 };

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
    struct map values;           /* V -> first event */
    struct map prefixes;         /* P -> first event */
    struct prefixes *sorted;     /* made when all are there; NULL = none */
    bool begins[256];            /* first bytes of prefixes */
    struct literal_set literals; /* of `=~` */
    struct list regexes;         /* events of `=~` without a literal */
    bool has_regex;              /* either */
};

enum found_by {
    BY_VALUE,
    BY_PREFIX,
    BY_FIRST_BYTE,
    BY_LITERAL,
    BY_REGEX,
    BY_LINE_LITERAL,
    BY_PARENT,
    BY_SPAN,
    BY_TRYING
};

struct finder {
    enum found_by by;
    const struct condition *condition; /* that decides; NULL for PARENT, ALWAYS */
};

struct dispatch_index {
    struct finder *finders; /* of each event */
    uint32_t *next;  /* of each event: the next of the chain that it hangs in; or EVENT_NONE */
    uint32_t always; /* first event */
    struct field_table *fields;
    unsigned nfields, fields_cap;
    struct list by_first_byte[256];
    struct literal_set literals;
    bool literals_begin[256]; /* first bytes of lines that `literals` may match */
};

/* What a field's lines told. */
struct field_state {
    struct memo memo; /* a value -> events that its regexes allow */
    uint64_t *marks;  /* of its literals */
};

struct dispatch {
    const struct dispatch_index *index;
    struct dispatch_index *own; /* it; NULL: it is shared */
    struct field_state *fields; /* of each table */
    uint64_t *marks;            /* of the line's literals */
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

/* What rules compare fields with. */
struct asked {
    struct map events; /* field, operator and text -> how many events ask for it */
    unsigned *values;  /* of each field, how many distinct ones: the more, the better it divides */
};

static struct slice asked_key(const struct condition *c, struct buf *key)
{
    buf_clear(key);
    buf_u32(key, c->field.slots[0]);
    buf_u32(key, (uint32_t)c->op);
    buf_slice(key, c->text);
    return buf_all(key);
}

static void count_asked(const struct ruleset *rules, struct asked *ret)
{
    struct buf key = BUF_INIT;

    *ret = (struct asked){.values = xcalloc(rules->ndecoded + 1, sizeof *ret->values)};
    for (unsigned e = 0; e < rules->nevents; e++) {
        for (unsigned i = 0; i < rules->events[e].nconditions; i++) {
            const struct condition *c = &rules->events[e].conditions[i];
            bool is_value = is_plain_field(rules, c, OP_EQ);
            uint64_t before = 0;

            if (!is_value && !is_plain_field(rules, c, OP_PREFIX))
                continue;
            map_get(&ret->events, asked_key(c, &key), &before);
            map_put(&ret->events, buf_all(&key), before + 1);
            ret->values[c->field.slots[0]] += is_value && before == 0;
        }
    }
    buf_release(&key);
}

static bool is_crowded(const struct asked *asked, const struct condition *c)
{
    struct buf key = BUF_INIT;
    uint64_t n = 0;

    map_get(&asked->events, asked_key(c, &key), &n);
    buf_release(&key);
    return n > CROWD;
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

    if (!on_line)
        return (struct finder){n ? BY_LITERAL : BY_REGEX, c};
    if (n < LITERAL_GOOD && pattern_first_bytes(c->capture.pattern, first))
        return (struct finder){BY_FIRST_BYTE, c};
    return n ? (struct finder){BY_LINE_LITERAL, c} : (struct finder){BY_TRYING, NULL};
}

/* By its texts: the value that divides best, else a prefix. */
static struct finder choose_by_text(const struct ruleset *rules, const struct event *e,
                                    const struct asked *asked)
{
    struct finder best = {BY_TRYING, NULL};

    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct condition *c = &e->conditions[i];

        if (is_plain_field(rules, c, OP_EQ) &&
            (best.by != BY_VALUE ||
             asked->values[c->field.slots[0]] > asked->values[best.condition->field.slots[0]]))
            best = (struct finder){BY_VALUE, c};
        else if (best.by == BY_TRYING && is_plain_field(rules, c, OP_PREFIX))
            best = (struct finder){BY_PREFIX, c};
    }
    return best;
}

/* The first that decides at all; but not one that must be tried, where a literal does. */
static struct finder choose_by_regexes(const struct ruleset *rules, const struct event *e)
{
    struct finder best = {BY_TRYING, NULL};

    for (unsigned i = 0; i < e->nconditions; i++) {
        struct finder f = choose_by_regex(rules, &e->conditions[i]);

        if (best.by == BY_TRYING || (best.by == BY_REGEX && f.by != BY_TRYING))
            best = f;
    }
    return best;
}

/* Where many events ask for the same value, one that asks for a prefix or a text too is found by that. */
static struct finder instead_of_crowd(const struct ruleset *rules, const struct event *e,
                                      const struct asked *asked, struct finder crowded)
{
    struct finder f = choose_by_regexes(rules, e);

    for (unsigned i = 0; i < e->nconditions; i++)
        if (is_plain_field(rules, &e->conditions[i], OP_PREFIX) &&
            !is_crowded(asked, &e->conditions[i]))
            return (struct finder){BY_PREFIX, &e->conditions[i]};
    return f.by == BY_LITERAL || f.by == BY_LINE_LITERAL ? f : crowded;
}

static struct finder choose_finder(const struct ruleset *rules, const struct event *e,
                                   const struct asked *asked)
{
    struct finder f;

    if (e->span)
        return (struct finder){BY_SPAN, NULL};
    if (e->parent != EVENT_NONE)
        return (struct finder){BY_PARENT, NULL};
    f = choose_by_text(rules, e, asked);
    if (f.by == BY_TRYING)
        return choose_by_regexes(rules, e);
    return is_crowded(asked, f.condition) ? instead_of_crowd(rules, e, asked, f) : f;
}

static struct field_table *field_table(struct dispatch_index *d, uint16_t slot)
{
    for (unsigned i = 0; i < d->nfields; i++)
        if (d->fields[i].slot == slot)
            return &d->fields[i];
    GROW(d->fields, d->nfields, d->fields_cap);
    d->fields[d->nfields] = (struct field_table){.slot = slot};
    return &d->fields[d->nfields++];
}

static void add_text(struct dispatch_index *d, struct map *texts, struct slice text, unsigned event)
{
    uint64_t first = EVENT_NONE;

    map_get(texts, text, &first);
    map_put(texts, text, event);
    d->next[event] = (uint32_t)first;
}

static void add_first_bytes(struct dispatch_index *d, const struct pattern *p, unsigned event)
{
    uint8_t first[32];

    pattern_first_bytes(p, first);
    for (unsigned b = 0; b < 256; b++)
        if (first[b / 8] & (1u << b % 8))
            list_add(&d->by_first_byte[b], event);
}

/* Lines that begin otherwise need not be searched. */
static void allow_first_bytes(struct dispatch_index *d, const struct pattern *p)
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
static unsigned set_find(const struct literal_set *set, struct slice text, uint64_t *marks,
                         uint32_t *events, unsigned n)
{
    unsigned end = n + literals_find(set->search, text, marks, events + n);

    for (; n < end; n++)
        events[n] = set->events[events[n]];
    return n;
}

static void add_event(struct dispatch_index *d, unsigned event)
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
        t->begins[(unsigned char)c->text.p[0]] = true;
        break;
    case BY_FIRST_BYTE:
        add_first_bytes(d, c->capture.pattern, event);
        break;
    case BY_LITERAL:
        t = field_table(d, c->field.slots[0]);
        set_add(&t->literals, pattern_literal(c->capture.pattern), event);
        t->has_regex = true;
        break;
    case BY_REGEX:
        t = field_table(d, c->field.slots[0]);
        list_add(&t->regexes, event);
        t->has_regex = true;
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

struct dispatch_index *dispatch_index_new(const struct ruleset *rules)
{
    struct dispatch_index *d = xcalloc(1, sizeof *d);
    struct asked asked;

    d->finders = xcalloc(rules->nevents + 1, sizeof *d->finders);
    d->next = xcalloc(rules->nevents + 1, sizeof *d->next);
    d->always = EVENT_NONE;
    count_asked(rules, &asked);
    for (unsigned e = rules->nevents; e-- > 0;) { /* so that chains are in the order written */
        d->finders[e] = choose_finder(rules, &rules->events[e], &asked);
        if (rules->events[e].used)
            add_event(d, e);
    }
    map_release(&asked.events);
    free(asked.values);
    d->literals.search = literals_new(d->literals.texts, d->literals.n);
    for (unsigned i = 0; i < d->nfields; i++) {
        struct field_table *t = &d->fields[i];

        t->literals.search = literals_new(t->literals.texts, t->literals.n);
        t->sorted = prefixes_new(&t->prefixes);
    }
    return d;
}

void dispatch_index_free(struct dispatch_index *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < d->nfields; i++) {
        struct field_table *t = &d->fields[i];

        prefixes_free(t->sorted);
        free(t->regexes.events);
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

void dispatch_tell(const struct dispatch *d, struct trail *t)
{
    uint16_t slots[TRAIL_DECIDING];

    for (unsigned i = 0; i < d->index->nfields && i < TRAIL_DECIDING; i++)
        slots[i] = d->index->fields[i].slot;
    trail_decide(t, slots, d->index->nfields);
}

struct dispatch *dispatch_new(const struct ruleset *rules, const struct dispatch_index *index)
{
    struct dispatch *d = xcalloc(1, sizeof *d);

    d->own = index ? NULL : dispatch_index_new(rules);
    d->index = index ? index : d->own;
    d->marks = literals_marks(d->index->literals.search);
    d->fields = xcalloc(d->index->nfields + 1, sizeof *d->fields);
    for (unsigned i = 0; i < d->index->nfields; i++)
        d->fields[i].marks = literals_marks(d->index->fields[i].literals.search);
    return d;
}

void dispatch_free(struct dispatch *d)
{
    if (!d)
        return;
    for (unsigned i = 0; i < d->index->nfields; i++) {
        memo_release(&d->fields[i].memo);
        free(d->fields[i].marks);
    }
    free(d->fields);
    free(d->marks);
    dispatch_index_free(d->own);
    free(d);
}

void dispatch_how(const struct dispatch *d, unsigned event, struct buf *out)
{
    const struct condition *c = d->index->finders[event].condition;

    switch (d->index->finders[event].by) {
    case BY_VALUE:
        buf_fmt(out, "by the value of %s: \"%.*s\"", c->field.name, SLICE_FMT(c->text));
        break;
    case BY_PREFIX:
        buf_fmt(out, "by the beginning of %s: \"%.*s\"", c->field.name, SLICE_FMT(c->text));
        break;
    case BY_FIRST_BYTE:
        buf_str(out, "by the line's first byte");
        break;
    case BY_REGEX:
        buf_fmt(out, "by trying its regex, once for each value of %s that lines repeat",
                c->field.name);
        break;
    case BY_LITERAL:
    case BY_LINE_LITERAL: {
        struct slice text = pattern_literal(c->capture.pattern);

        buf_fmt(out, "by the text \"%.*s\" in %s", SLICE_FMT(text),
                d->index->finders[event].by == BY_LINE_LITERAL ? "the line" : c->field.name);
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
    return d->index->finders[event].by == BY_TRYING;
}

bool dispatch_proves(const struct dispatch *d, unsigned event)
{
    return d->index->finders[event].by == BY_VALUE || d->index->finders[event].by == BY_PREFIX;
}

static unsigned take(const struct dispatch_index *d, uint64_t first, uint32_t *events, unsigned n)
{
    for (; first != EVENT_NONE; first = d->next[first])
        events[n++] = (uint32_t)first;
    return n;
}

static unsigned find_by_prefix(const struct dispatch_index *d, const struct prefixes *p,
                               struct slice text, uint32_t *events, unsigned n)
{
    for (uint32_t i = prefixes_longest(p, text); i != PREFIX_NONE; i = prefixes_shorter(p, i))
        n = take(d, prefixes_value(p, i), events, n);
    return n;
}

static unsigned put(const uint32_t *found, unsigned nfound, uint32_t *events, unsigned n)
{
    for (unsigned i = 0; i < nfound; i++)
        events[n++] = found[i];
    return n;
}

/* Can the value be that of a line that is the event? A regex that gave up is tried again, where that is
 * counted. `each` takes its own way through a value. */
static bool regex_allows(const struct dispatch_index *d, struct record *r, uint32_t event,
                         struct slice text)
{
    const struct condition *c = d->finders[event].condition;

    return c->is_each || pattern_match(c->capture.pattern, r->matcher, text) != PATTERN_NO;
}

/* Those whose literals the value has, and those without. */
static inline unsigned find_by_literal(const struct field_table *t, struct slice text,
                                       uint64_t *marks, uint32_t *events, unsigned n)
{
    if (t->literals.search && text.n)
        n = set_find(&t->literals, text, marks, events, n);
    for (unsigned i = 0; i < t->regexes.n; i++)
        events[n++] = t->regexes.events[i];
    return n;
}

/* Those whose regexes allow the value, by what is remembered of it. */
static unsigned find_by_memo(struct dispatch *d, unsigned field, struct record *r,
                             struct slice text, uint32_t *events, unsigned n)
{
    struct field_state *s = &d->fields[field];
    const uint32_t *known = memo_find(&s->memo, text);
    unsigned end, kept = n;

    if (known)
        return put(known + 1, known[0], events, n);
    end = find_by_literal(&d->index->fields[field], text, s->marks, events, n);
    if (!memo_wants(&s->memo, text))
        return end;
    for (unsigned i = n; i < end; i++)
        if (regex_allows(d->index, r, events[i], text))
            events[kept++] = events[i];
    memo_keep(&s->memo, text, events + n, kept - n);
    return kept;
}

static inline unsigned find_by_regex(struct dispatch *d, unsigned field, struct record *r,
                                     struct slice text, uint32_t *events, unsigned n)
{
    struct field_state *s = &d->fields[field];

    return memo_rests(&s->memo)
               ? find_by_literal(&d->index->fields[field], text, s->marks, events, n)
               : find_by_memo(d, field, r, text, events, n);
}

static unsigned find_by_field(struct dispatch *d, unsigned field, struct record *r,
                              uint32_t *events, unsigned n)
{
    const struct field_table *t = &d->index->fields[field];
    struct field *f = &r->slots[t->slot];
    struct slice text = f->kind == FIELD_NONE ? (struct slice){"", 0} : field_text(f, &r->scratch);
    uint64_t i;

    if (text.n == 0) /* missing: no value, and what a regex may match */
        return t->regexes.n ? find_by_regex(d, field, r, text, events, n) : n;
    if (t->values.n && map_get(&t->values, text, &i))
        n = take(d->index, i, events, n);
    if (t->begins[(unsigned char)text.p[0]])
        n = find_by_prefix(d->index, t->sorted, text, events, n);
    return t->has_regex ? find_by_regex(d, field, r, text, events, n) : n;
}

static unsigned find_by_fields(struct dispatch *d, struct record *r, uint32_t *events, unsigned n)
{
    for (unsigned i = 0; i < d->index->nfields; i++)
        n = find_by_field(d, i, r, events, n);
    return n;
}

/* What the line's first byte and the values that decide say. */
static unsigned find_early(struct dispatch *d, struct record *r, uint32_t *events)
{
    unsigned n = find_by_fields(d, r, events, take(d->index, d->index->always, events, 0));
    const struct list *l = r->line.n ? &d->index->by_first_byte[(unsigned char)r->line.p[0]] : NULL;

    for (unsigned i = l ? l->n : 0; i-- > 0;)
        events[n++] = l->events[i];
    return n;
}

static bool searches_line(const struct dispatch *d, const struct record *r)
{
    return d->index->literals.search && r->line.n &&
           d->index->literals_begin[(unsigned char)r->line.p[0]];
}

/* Those are the same in all lines that end so. */
static void note_events(const struct dispatch *d, const struct record *r, const uint32_t *events,
                        unsigned n)
{
    struct trail_note *note = r->note;

    if (d->index->nfields > TRAIL_DECIDING || n > TRAIL_EVENTS)
        return;
    note->has_events = true;
    note->has_all = !searches_line(d, r);
    note->n = (uint8_t)put(events, n, note->events, 0);
}

unsigned dispatch_work_out(struct dispatch *d, struct record *r, uint32_t *events)
{
    unsigned n;

    if (r->note && r->note->has_events) {
        n = put(r->note->events, r->note->n, events, 0);
    } else {
        n = find_early(d, r, events);
        if (r->note)
            note_events(d, r, events, n);
    }
    return searches_line(d, r) ? set_find(&d->index->literals, r->line, d->marks, events, n) : n;
}
