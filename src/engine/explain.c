/* explain -- tries every event in the order of needs (parents and `unless` first), tells what
 * held, and sorts what did not by how far it got: conditions that held, then how much of the failed
 * one's text or regex fitted. */
#include "config.h"

#include "engine/explain.h"

#include "base/xalloc.h"
#include "engine/explain_text.h"
#include "engine/record.h"
#include "engine/match.h"

#include <stdlib.h>

enum outcome { IS_EVENT, UNDECODED, OTHER_LOG, NOT_PARENT, IS_UNLESS, CONDITION_FAILED };

struct trial {
    enum outcome outcome;
    unsigned held;   /* conditions that held */
    unsigned unless; /* the event that took the line */
    bool limit;
    /* How far the first failed condition got, 0..1: 1 is nearly. */
    double nearness;
};

struct explainer {
    const struct ruleset *rules;
    size_t max_line;
    struct record record;
    struct trial *trials;
};

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

struct explainer *explainer_new(const struct ruleset *rules, size_t max_line)
{
    struct explainer *x = xcalloc(1, sizeof *x);

    x->rules = rules;
    x->max_line = max_line;
    record_init(&x->record, rules);
    x->trials = xcalloc(rules->nevents + 1, sizeof *x->trials);
    return x;
}

void explainer_free(struct explainer *x)
{
    if (!x)
        return;
    record_release(&x->record);
    free(x->trials);
    free(x);
}

static size_t common_prefix(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, i = 0;

    while (i < n && a.p[i] == b.p[i])
        i++;
    return i;
}

static double condition_nearness(struct record *r, const struct condition *c)
{
    struct slice text = c->is_match ? r->line : record_text(r, &c->field);
    size_t at_regex, at_text;

    if (c->is_match || c->op == OP_MATCH) {
        struct slice regex = pattern_text(c->capture.pattern);

        if (!pattern_near(c->capture.pattern, text, &at_regex, &at_text) || regex.n == 0)
            return 0;
        return (double)at_regex / (double)regex.n;
    }
    if (text.n == 0)
        return 0;
    if (c->op == OP_EQ || c->op == OP_PREFIX)
        return (double)common_prefix(text, c->text) / (double)(c->text.n + 1);
    return 0.5;
}

static struct trial try_event(struct explainer *x, unsigned event)
{
    const struct event *e = &x->rules->events[event];
    struct record *r = &x->record;
    struct trial t = {.outcome = IS_EVENT};

    if (!event_for_line(e, r))
        return (struct trial){.outcome = UNDECODED};
    if (e->parent != EVENT_NONE && x->trials[e->parent].outcome != IS_EVENT)
        return (struct trial){.outcome = NOT_PARENT};
    t.held = match_conditions(r, e, &t.limit);
    if (t.held < e->nconditions) {
        t.outcome = CONDITION_FAILED;
        t.nearness = condition_nearness(r, &e->conditions[t.held]);
        return t;
    }
    for (unsigned i = 0; i < e->nunless; i++)
        if (x->trials[e->unless[i]].outcome == IS_EVENT) {
            t.outcome = IS_UNLESS;
            t.unless = e->unless[i];
        }
    if (!event_for_log(e, r->source->log))
        t.outcome = OTHER_LOG;
    if (t.outcome != IS_EVENT)
        return t;
    if (!record_has_time(r))
        record_event_time(r, e);
    match_actions(r, e, &t.limit);
    return t;
}

/* Fields that the event itself made: groups, set, rewrite, map. */
static void show_locals(struct explainer *x, const struct event *e, struct buf *out)
{
    struct record *r = &x->record;

    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct capture *c = &e->conditions[i].capture;

        for (unsigned g = 0; c->group_slots && g < pattern_ngroups(c->pattern); g++)
            explain_field(out, pattern_group(c->pattern, g),
                          field_text(&r->slots[c->group_slots[g]], &r->scratch));
    }
    for (unsigned i = 0; i < e->nactions; i++)
        explain_field(out, e->actions[i].name,
                      field_text(&r->slots[e->actions[i].to], &r->scratch));
}

static void show_labels(struct explainer *x, const struct mapping *m, struct buf *out)
{
    const struct family_spec *spec = &x->rules->families[m->family].spec;

    for (unsigned i = 0; i < spec->nlabels; i++) {
        const struct label *l = &m->labels[i];
        struct slice text = l->constant ? l->text : record_text(&x->record, &l->field);

        buf_fmt(out, "%s%s=\"", i ? "," : "{", spec->labels[i]);
        explain_text(out, text.n ? text : SLICE("unknown"));
        buf_char(out, '"');
    }
    if (spec->nlabels)
        buf_char(out, '}');
}

static void show_value(struct explainer *x, const struct mapping *m, struct buf *out)
{
    bool gauge = x->rules->families[m->family].spec.type == FAMILY_GAUGE;
    struct num v = m->number;
    char text[NUM_TEXT];

    if (m->verb == VERB_INC || m->verb == VERB_DEC || m->verb == VERB_RESET)
        return;
    if (m->value_is_field) {
        struct slice raw = record_text(&x->record, &m->value);

        if (raw.n == 0) {
            buf_fmt(out, " -- skipped: %s is missing", m->value.name);
            return;
        }
        if (num_parse(raw, &m->unit, &v) < 0) {
            buf_fmt(out, " -- skipped: %s is no number: ", m->value.name);
            explain_text(out, raw);
            return;
        }
        if (v.d < 0 && !gauge) {
            buf_fmt(out, " -- skipped: %s is negative", m->value.name);
            return;
        }
    }
    buf_char(out, ' ');
    buf_add(out, text, v.integral ? num_format_u64(text, v.u) : num_format(text, v.d));
}

static void show_updates(struct explainer *x, unsigned event, struct buf *out)
{
    for (unsigned i = 0; i < x->rules->nmappings; i++) {
        const struct mapping *m = &x->rules->mappings[i];

        if (m->event != event)
            continue;
        buf_fmt(out, "    -> %s %s", verb_text(m->verb), x->rules->families[m->family].spec.name);
        show_labels(x, m, out);
        show_value(x, m, out);
        buf_char(out, '\n');
    }
}

static void show_event(struct explainer *x, unsigned event, const struct explain_options *o,
                       struct buf *out)
{
    const struct event *e = &x->rules->events[event];

    buf_fmt(out, "  %sis event %s%s  (%s:%d)%s\n", o->color ? GREEN BOLD : "", e->name,
            o->color ? PLAIN : "", e->at.file, e->at.line,
            x->trials[event].limit ? "  a regex gave up: match limit" : "");
    show_locals(x, e, out);
    show_updates(x, event, out);
}

/* Where the regex got to, with a caret under it and one under the text. */
static void show_regex_place(const struct condition *c, struct slice text, struct buf *out)
{
    struct slice regex = pattern_text(c->capture.pattern);
    size_t at_regex, at_text;

    if (text.n > EXPLAIN_TEXT_MAX || regex.n > EXPLAIN_TEXT_MAX ||
        !pattern_near(c->capture.pattern, text, &at_regex, &at_text))
        return;
    buf_str(out, "      ");
    explain_text(out, regex);
    buf_fmt(out, "\n      %*s^ matched up to here\n      ",
            explain_columns(slice_make(regex.p, at_regex)), "");
    explain_text(out, text);
    buf_fmt(out, "\n      %*s^ and here in the text\n",
            explain_columns(slice_make(text.p, at_text)), "");
}

static void show_condition(struct explainer *x, const struct condition *c, struct buf *out)
{
    struct slice text = c->is_match ? x->record.line : record_text(&x->record, &c->field);

    if (c->is_match) {
        buf_fmt(out, "    the regex does not match  (%s:%d)\n", c->at.file, c->at.line);
        show_regex_place(c, text, out);
        return;
    }
    buf_fmt(out, "    fails: where %s %s %.*s  (%s:%d)\n    but %s is ", c->field.name,
            op_text(c->op), SLICE_FMT(c->text), c->at.file, c->at.line, c->field.name);
    if (text.n == 0) {
        buf_str(out, "missing");
    } else {
        buf_char(out, '"');
        explain_text(out, text);
        buf_char(out, '"');
    }
    buf_char(out, '\n');
    if (c->op == OP_MATCH)
        show_regex_place(c, text, out);
}

static void show_logs(struct explainer *x, const struct event *e, struct buf *out)
{
    const struct ruleset *rules = x->rules;
    bool any = false;

    buf_str(out, "    it is only for log");
    for (unsigned i = 0; i < rules->nlogs; i++)
        if (event_for_log(e, i)) {
            buf_fmt(out, "%s %s", any ? "," : "", rules->logs[i].name);
            any = true;
        }
    buf_fmt(out, ", and this line is of log %s\n", x->record.log->name);
}

static void show_near(struct explainer *x, unsigned event, const struct explain_options *o,
                      struct buf *out)
{
    const struct event *e = &x->rules->events[event];
    const struct trial *t = &x->trials[event];

    buf_fmt(out, "  %snot event %s%s  (%s:%d)\n", o->color ? YELLOW : "", e->name,
            o->color ? PLAIN : "", e->at.file, e->at.line);
    if (t->outcome == OTHER_LOG)
        show_logs(x, e, out);
    else if (t->outcome == UNDECODED)
        buf_str(out, "    the line could not be decoded, and only match takes such lines\n");
    else if (t->outcome == IS_UNLESS)
        buf_fmt(out, "    unless %s: it took the line\n", x->rules->events[t->unless].name);
    else
        show_condition(x, &e->conditions[t->held], out);
}

/* How near an event that did not match came; 0 = not at all. */
static double score(const struct explainer *x, unsigned event)
{
    const struct trial *t = &x->trials[event];

    if (t->outcome == IS_UNLESS || t->outcome == OTHER_LOG)
        return 1000;
    return t->outcome == CONDITION_FAILED ? t->held + t->nearness : 0;
}

static void show_nearest(struct explainer *x, const struct explain_options *o, struct buf *out)
{
    bool *shown = xcalloc(x->rules->nevents + 1, sizeof *shown);

    for (unsigned k = 0; k < o->near; k++) {
        unsigned best = EVENT_NONE;

        for (unsigned i = 0; i < x->rules->nevents; i++)
            if (!shown[i] && score(x, i) > 0.3 &&
                (best == EVENT_NONE || score(x, i) > score(x, best)))
                best = i;
        if (best == EVENT_NONE)
            break;
        shown[best] = true;
        show_near(x, best, o, out);
    }
    free(shown);
}

void explain_line(struct explainer *x, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out)
{
    struct record *r = &x->record;
    unsigned hits = 0;

    explain_text(out, raw);
    buf_char(out, '\n');
    record_source(r, s);
    switch (record_line(r, raw, x->max_line)) {
    case RECORD_NOTHING:
        buf_str(out, "  an empty line, or a part of a line still to come\n");
        return;
    case RECORD_TOO_LONG:
        buf_str(out, "  joined from its parts it is longer than [limits] line: skipped\n");
        return;
    case RECORD_LINE:
        break;
    }
    explain_decoded(out, r);
    for (unsigned i = 0; i < x->rules->nevents; i++)
        x->trials[x->rules->order[i]] = try_event(x, x->rules->order[i]);
    for (unsigned i = 0; i < x->rules->nevents; i++) {
        if (x->trials[i].outcome != IS_EVENT)
            continue;
        show_event(x, i, o, out);
        hits++;
    }
    if (hits == 0)
        buf_str(out, "  no event takes this line\n");
    if (hits == 0 || o->always_near)
        show_nearest(x, o, out);
    record_note_time(r);
}
