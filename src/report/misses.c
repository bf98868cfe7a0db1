/* misses -- one line after the other, and the condition at which most of them end. */
#include "config.h"

#include "report/misses.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "config/mistake.h"
#include "report/frequent.h"

#include <stdlib.h>
#include <strings.h>

enum { VALUES_MAX = 1000, VALUE_BYTES = 80, VALUES_SHOWN = 3 };

void misses_init(struct misses *m, const struct ruleset *rules)
{
    *m = (struct misses){.rules = rules};
    m->list = xcalloc(rules->nevents + 1, sizeof *m->list);
}

void misses_release(struct misses *m)
{
    for (unsigned i = 0; m->list && i < m->rules->nevents; i++)
        map_release(&m->list[i].values);
    free(m->list);
    *m = (struct misses){.rules = NULL};
}

static void note_value(struct miss *miss, struct record *r, const struct condition *c)
{
    struct slice text;
    uint64_t *n;

    if (c->is_match)
        return;
    text = record_text(r, &c->field);
    text.n = utf8_cut(text, VALUE_BYTES);
    n = map_find(&miss->values, text);
    if (n)
        (*n)++;
    else if (miss->values.n < VALUES_MAX)
        map_put(&miss->values, text, 1);
}

static void note_trial(struct misses *m, const struct trace *t, unsigned event)
{
    const struct event *e = &m->rules->events[event];
    const struct trial *trial = &t->trials[event];
    struct miss *miss = &m->list[event];

    if (!trial->tried || trial->is_event || !event_for_log(e, t->record->source->log) ||
        (e->parent != EVENT_NONE && !t->trials[e->parent].is_event))
        return;
    miss->lines++;
    if (trial->nheld < miss->held)
        return;
    if (trial->nheld > miss->held) {
        miss->held = trial->nheld;
        miss->there = 0;
        map_release(&miss->values);
    }
    miss->there++;
    if (trial->nheld == e->nconditions)
        miss->unless++;
    else
        note_value(miss, t->record, &e->conditions[trial->nheld]);
}

void misses_add(struct misses *m, const struct trace *t)
{
    for (unsigned i = 0; i < m->rules->nevents; i++)
        if (m->rules->events[i].used && !m->rules->events[i].span)
            note_trial(m, t, i);
}

static void put_condition(const struct condition *c, struct buf *out)
{
    struct slice text = c->is_match || c->op == OP_MATCH || c->op == OP_NOT_MATCH
                            ? pattern_text(c->capture.pattern)
                            : c->text;

    if (c->is_match)
        buf_str(out, "match ");
    else
        buf_fmt(out, "where %s %s ", c->field.name, op_text(c->op));
    utf8_show(out, text);
}

static void put_quoted(struct slice value, struct buf *out)
{
    buf_char(out, '"');
    utf8_show(out, value);
    buf_char(out, '"');
}

/* The most frequent ones. */
static void put_values(const struct miss *miss, const struct frequent *list, const char *field,
                       struct buf *out)
{
    size_t shown = miss->values.n < VALUES_SHOWN ? miss->values.n : VALUES_SHOWN;

    buf_fmt(out, "; %s is ", field);
    for (size_t i = 0; i < shown; i++) {
        buf_str(out, i == 0 ? "" : i + 1 == miss->values.n ? " or " : ", ");
        if (list[i].key.n)
            put_quoted(list[i].key, out);
        else
            buf_str(out, "missing");
    }
    if (miss->values.n > shown)
        buf_str(out, ", ...");
    buf_str(out, " there");
}

/* What may have been meant: the same in other letters, or nearly the same. */
static struct slice near_value(const struct frequent *list, size_t n, struct slice wanted)
{
    const char **texts = xcalloc(n + 1, sizeof *texts), *near = NULL;

    for (size_t i = 0; i < n; i++) {
        texts[i] = list[i].key.p; /* of a map, which ends each with a NUL */
        if (!near && list[i].key.n == wanted.n &&
            strncasecmp(list[i].key.p, wanted.p, wanted.n) == 0)
            near = texts[i];
    }
    if (!near)
        near = nearest(wanted, texts, n);
    free(texts);
    return near ? slice_str(near) : (struct slice){"", 0};
}

static void put_there(const struct miss *miss, const struct condition *c, struct buf *out)
{
    struct frequent *list = frequent_list(&miss->values);
    struct slice near = {"", 0};
    size_t n = miss->values.n;

    if (c->op == OP_EQ || c->op == OP_PREFIX)
        near = near_value(list, n, c->text);
    if (near.n) {
        buf_fmt(out, "; %s is ", c->field.name);
        put_quoted(near, out);
        buf_str(out, " there");
    } else if (n) {
        put_values(miss, list, c->field.name, out);
    }
    free(list);
}

static void put_held(const struct misses *m, const struct miss *miss, const struct event *e,
                     struct buf *out)
{
    const struct condition *c = &e->conditions[miss->held];

    if (c->is_each) {
        buf_fmt(out, "in none of %llu lines that come so far has %s a member that holds",
                (unsigned long long)miss->there, c->field.name);
        return;
    }
    put_condition(c, out);
    if (miss->held)
        buf_fmt(out, " holds in none of the %llu lines in which all before it holds",
                (unsigned long long)miss->there);
    else if (e->parent != EVENT_NONE)
        buf_fmt(out, " holds in none of the %llu lines of event %s",
                (unsigned long long)miss->there, m->rules->events[e->parent].name);
    else
        buf_str(out, " holds in no line");
    if (!c->is_match)
        put_there(miss, c, out);
}

void misses_words(const struct misses *m, unsigned event, struct buf *out)
{
    const struct event *e = &m->rules->events[event];
    const struct miss *miss = &m->list[event];

    if (e->span)
        buf_str(out, "no line that ends it found one that began it");
    else if (miss->lines == 0 && e->parent != EVENT_NONE)
        buf_fmt(out, "event %s, of which it is one, does not", m->rules->events[e->parent].name);
    else if (miss->lines == 0)
        buf_str(out, "there are no lines of its logs");
    else if (miss->unless)
        buf_str(out, "the lines that it would take are events of its unless");
    else
        put_held(m, miss, e, out);
}
