/* explain_kind -- which lines need telling once: by the events that took them and what went wrong there,
 * or else by what keeps the nearest event from taking them. */
#include "config.h"

#include "engine/explain.h"

#include "base/xalloc.h"
#include "engine/missed.h"
#include "engine/nearest.h"
#include "engine/steps.h"

#include <stdlib.h>

/* Of members the first that is skipped stands for all. */
static void add_updates(const struct trace *t, unsigned event, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;

    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct traced_update *u = trace_update(t, i, event, 0);

        while (u && u->skip == SKIP_NOT)
            u = u->next;
        if (u)
            buf_fmt(out, ", skips %s: %s", rules->families[rules->mappings[i].family].spec.name,
                    skip_text(u->skip));
    }
}

/* Of an event that the line is: what went wrong with its fields. */
static void add_steps(const struct trace *t, unsigned event, struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];
    const struct step *s = t->trials[event].steps;

    for (unsigned i = 0; s && !e->each && i < e->nactions; i++) {
        bool is_wrong = s[i].gave_up || s[i].outcome != OUTCOME_DONE ||
                        (!s[i].made && e->actions[i].kind == ACTION_MAP);

        if (is_wrong)
            buf_fmt(out, "\n%s: %u %d", e->name, i, (int)s[i].outcome);
    }
}

/* Returns whether there are any. */
static bool add_events(const struct trace *t, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;
    bool any = false;

    for (unsigned i = 0; i < rules->nevents; i++) {
        if (!t->trials[i].is_event || !rules->events[i].used)
            continue;
        buf_fmt(out, "%s %s", any ? "," : "event", rules->events[i].name);
        any = true;
    }
    for (unsigned i = 0; any && i < rules->nevents; i++) {
        if (!t->trials[i].is_event)
            continue;
        add_updates(t, i, out);
    }
    for (unsigned i = 0; any && i < rules->nevents; i++) {
        if (!t->trials[i].is_event)
            continue;
        add_steps(t, i, out);
        if (t->trials[i].gave_up)
            buf_fmt(out, "\n%s gave up", rules->events[i].name);
    }
    return any;
}

/* The results of all conditions. */
static void add_results(const struct trace *t, struct buf *out)
{
    for (unsigned i = 0; i < t->record->rules->nevents; i++) {
        const struct trial *trial = &t->trials[i];

        buf_char(out, '\n');
        for (unsigned k = 0; trial->holds && k < t->record->rules->events[i].nline; k++)
            buf_char(out, trial->holds[k] ? '1' : '0');
    }
}

/* A phrase without what is quoted in it, and without numbers. */
static void add_phrase(struct slice s, struct buf *out)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' && (i == 0 || s.p[i - 1] != '\\'))
            quoted = !quoted;
        else if (!quoted && !char_is_digit(s.p[i]))
            buf_char(out, s.p[i]);
    }
}

static void add_misses(const struct trace *t, const struct near_event *n, struct buf *out)
{
    const struct event *e = &t->record->rules->events[n->event];

    for (unsigned i = 0; n->why == CONDITION_FAILED && i < e->nline; i++) {
        struct buf hint = BUF_INIT;

        if (t->trials[n->event].holds[i])
            continue;
        missed_hint(t->record, e, &e->conditions[i], &hint);
        buf_fmt(out, "\n%u %d ", i, missed_subject(t->record, &e->conditions[i]).n == 0);
        add_phrase(buf_all(&hint), out);
        buf_release(&hint);
    }
}

static void add_nearest(const struct trace *t, struct buf *out)
{
    struct near_event *list = xcalloc(t->record->rules->nevents + 1, sizeof *list);

    if (nearest_find(t, list) > 0) {
        buf_fmt(out, ", nearest %s\n%d", t->record->rules->events[list[0].event].name,
                (int)list[0].why);
        add_misses(t, &list[0], out);
    }
    free(list);
}

void explain_kind(const struct trace *t, bool is_line, bool thorough, struct buf *out)
{
    const struct record *r = t->record;

    if (!is_line) {
        buf_fmt(out, "span %s given up: %s", r->rules->spans[t->spans->span].name,
                span_reason_text(t->spans->reason));
        return;
    }
    if (t->result != RECORD_LINE) {
        buf_str(out, t->result == RECORD_NOTHING ? "no line: empty, or a part of one" : "too long");
        return;
    }
    if (!add_events(t, out)) {
        buf_str(out, "no event");
        if (thorough)
            add_nearest(t, out);
        else
            add_results(t, out);
    }
    buf_fmt(out, "\n%s %d %d", r->log->name, (int)r->decoded, r->time_bad && !r->time_own);
    for (const struct span_note *n = t->spans; n; n = n->next)
        buf_fmt(out, "\n%u %d %d", n->span, n->begins, (int)n->reason);
}
