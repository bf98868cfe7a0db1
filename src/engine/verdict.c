/* verdict -- dispatch proposes events; each is tried once, its parent and its `unless` first, and what
 * was found is kept for the line (`verdict`). Most events have one condition, which being found has
 * proved already (`sure`): they are not tried at all. Children are tried when their parent hit.
 * Only when all events of the line are known are metrics updated, so that the order of updates is
 * that of the rules and not that of dispatch.
 *
 * A trace costs other lines nothing: what it wants to know is either known anyway when a line is
 * done, or comes of a rare path (gave_up) or of an entry of its own (updater_trace). */
#include "config.h"

#include "engine/verdict.h"

#include "engine/match.h"

static void gave_up(struct engine *e, unsigned event)
{
    if (e->tracing)
        e->trace.trials[event].gave_up = true;
    if (!e->peeking)
        updater_count_error(e->updater, event, "match_limit");
}

static bool is_event(struct engine *e, unsigned event);

/* Of a line that passes what the line decides: what there is to be had of it. */
static bool make_event(struct engine *e, const struct event *ev, unsigned event, bool *ret_limit)
{
    const struct plan *p = &e->plans[event];

    if (p->has_time && !record_has_time(&e->record))
        record_event_time(&e->record, ev);
    if (!p->members) {
        if (p->actions_always)
            match_actions(&e->record, ev, ret_limit);
        return true;
    }
    each_find(&e->record, ev, p->members, ret_limit);
    if (p->members->cut && !e->peeking)
        updater_count_error(e->updater, event, "each_limit");
    return p->members->n > 0;
}

/* Its own log and conditions, its parent, its `unless`. */
static bool holds(struct engine *e, const struct event *ev, unsigned event)
{
    bool limit = false;

    if (!event_for_log(ev, e->record.source->log))
        return false;
    if (ev->parent != EVENT_NONE && !is_event(e, ev->parent))
        return false;
    for (unsigned i = 0; i < ev->nunless; i++)
        if (is_event(e, ev->unless[i]))
            return false;
    bool all =
        match_conditions(&e->record, ev, &limit) == ev->nline && make_event(e, ev, event, &limit);

    if (limit)
        gave_up(e, event);
    return all;
}

/* Is the line this event? Found out once a line. */
static bool is_event(struct engine *e, unsigned event)
{
    uint64_t *verdict = &e->events[event].verdict;

    if (*verdict >> 1 != e->record.number)
        *verdict = e->record.number << 1 | holds(e, &e->rules->events[event], event);
    return *verdict & 1;
}

static void hit(struct engine *e, unsigned event)
{
    const struct plan *p = &e->plans[event];

    e->hits[e->nhits++] = event;
    counter_inc(e->event_hits, e->events[event].hits, p->members ? p->members->n : 1, e->now_ns);
    for (unsigned i = 0; i < p->nchildren; i++)
        if (is_event(e, p->children[i]))
            hit(e, p->children[i]);
}

static unsigned all_candidates(struct engine *e)
{
    unsigned n = 0;

    for (unsigned i = 0; i < e->rules->nevents; i++)
        if (e->rules->events[i].used && e->rules->events[i].parent == EVENT_NONE)
            e->candidates[n++] = i;
    return n;
}

static bool is_cut_short(struct trace *t)
{
    t->cut_short |= patience_is_over(t->patience);
    return t->cut_short;
}

TRACED void find_events(struct engine *e, struct trace *t)
{
    unsigned n = e->options.no_dispatch ? all_candidates(e)
                                        : dispatch_find(e->dispatch, &e->record, e->candidates);

    e->nhits = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned event = e->candidates[i];

        if (t && is_cut_short(t))
            break;
        if (e->events[event].sure || is_event(e, event))
            hit(e, event);
    }
}

/* What a decoded line is and does. */
TRACED void count_line(struct engine *e, struct trace *t)
{
    struct record *r = &e->record;
    const struct log_counters *log = &e->logs[r->source->log];

    counter_inc(e->lines, log->lines[r->decoded], 1, e->now_ns);
    find_events(e, t);
    if (e->nhits) {
        counter_inc(e->matched, log->matched, 1, e->now_ns);
        if (t)
            updater_trace(e->updater, r, e->hits, e->nhits, t);
        else
            updater_apply(e->updater, r, e->hits, e->nhits);
    } else {
        e->unmatched++;
        if (e->options.unmatched)
            e->options.unmatched(e->options.ctx, r->source, r->line);
    }
    if (r->log->keeps_time)
        record_note_time(r);
}

void verdict_line(struct engine *e)
{
    count_line(e, NULL);
}

/* After the line is done: what else would have to hold. An event that nothing uses is tried like
 * any other, and makes its fields. */
static void try_all(struct engine *e, struct trace *t)
{
    struct record *r = &e->record;

    for (unsigned i = 0; i < e->rules->nevents; i++)
        t->trials[i].members = e->plans[i].members;
    for (unsigned i = 0; i < e->nhits; i++)
        t->trials[e->hits[i]].is_event = true;
    for (unsigned i = 0; i < e->rules->nevents && !is_cut_short(t); i++) {
        unsigned event = e->rules->order[i];
        const struct event *ev = &e->rules->events[event];
        struct trial *trial = &t->trials[event];

        trial->tried = true;
        if (!ev->used && is_event(e, event)) {
            trial->is_event = true;
            trial->gave_up |= updater_actions(e->updater, r, event);
        }
        if (trial->is_event) {
            trial->nheld = ev->nconditions;
        } else if (ev->parent == EVENT_NONE || t->trials[ev->parent].is_event) {
            trial->nheld = match_conditions(r, ev, &trial->gave_up);
            if (ev->each && trial->nheld == ev->nline)
                each_find(r, ev, trial->members, &trial->gave_up);
        }
    }
}

void verdict_traced(struct engine *e, struct trace *t)
{
    e->tracing = true;
    count_line(e, t);
    try_all(e, t);
    e->tracing = false;
}

void verdict_time(struct engine *e)
{
    if (record_has_time(&e->record))
        return;
    e->peeking = true;
    for (unsigned i = 0; i < e->rules->nevents && !e->record.time_own; i++)
        if (e->plans[i].has_time)
            is_event(e, i);
    e->peeking = false;
}
