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
#include "engine/spanline.h"
#include "engine/steps.h"

static void gave_up(struct engine *e, unsigned event)
{
    if (e->tracing)
        e->trace.trials[event].gave_up = true;
    if (!e->peeking)
        updater_count_error(e->updater, event, "match_limit");
}

static bool is_event(struct engine *e, unsigned event);

const char *span_reason_text(enum span_reason reason)
{
    static const char *const texts[] = {"no_begin", "no_key", "replaced", "timeout",
                                        "full",     "reload", "negative"};

    return texts[reason];
}

struct span_stream *verdict_stream(struct engine *e, struct source *s)
{
    if (!s->spans)
        s->spans = spans_stream(e->spans, s->log, s->stream ? s->stream : s->path);
    s->spans->file = s->id;
    return s->spans;
}

/* Does the line, which is the event ends[i], end a span that is open when its clock is there? */
static bool finds_begin(struct engine *e, unsigned number, unsigned i)
{
    struct span_state *state = &e->span_states[number];
    const struct span *span = &e->rules->spans[number];
    struct span_stream *st = verdict_stream(e, e->record.source);
    struct slice key[SPAN_KEYS_MAX];
    bool own;
    int missing = spanline_key(&e->record, span, &span->end_keys[i * span->nkeys], key);

    if (missing >= 0) {
        state->missing = missing;
        return false;
    }
    state->found = st->nopen ? spans_find(st, number, key) : NULL;
    if (state->found) {
        int64_t ns = spanline_time(&e->record, st, &own);

        if (open_span_until(state->found) < span_stream_after(st, ns, own))
            state->found = NULL;
    }
    return state->found;
}

/* Changes nothing but fields: also asked by way of `unless`, before it is known what the line is. */
static bool ends_span(struct engine *e, const struct span *span)
{
    unsigned number = (unsigned)(span - e->rules->spans);
    bool *is_end = arena_zalloc(&e->record.scratch, span->nends * sizeof *is_end), found = false;

    e->span_states[number].found = NULL;
    e->span_states[number].missing = -1;
    for (unsigned i = 0; i < span->nends; i++) {
        is_end[i] = is_event(e, span->ends[i]);
        found = found || (is_end[i] && finds_begin(e, number, i));
    }
    if (found)
        spanline_ended(&e->record, span, e->span_states[number].found, is_end, e->tracing);
    return found;
}

/* Before what every event goes through. */
static bool begin_event(struct engine *e, const struct event *ev, const struct plan *p)
{
    if (ev->span)
        return ev->span->used && !ev->unfinished && !e->peeking && ends_span(e, ev->span);
    if (p->has_time && !record_has_time(&e->record))
        record_event_time(&e->record, ev);
    return true;
}

/* Of a line that passes what the line decides: what there is to be had of it. */
static bool make_event(struct engine *e, const struct event *ev, unsigned event, bool *ret_limit)
{
    const struct plan *p = &e->plans[event];

    if (p->is_special && !begin_event(e, ev, p))
        return false;
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

static void hit_children(struct engine *e, const struct plan *p);

ALWAYS_INLINE void hit(struct engine *e, unsigned event)
{
    const struct plan *p = &e->plans[event];

    e->hits[e->nhits++] = event;
    counter_inc(e->event_hits, e->events[event].hits, p->members ? p->members->n : 1, e->now_ns);
    if (p->nchildren)
        hit_children(e, p);
}

static void hit_children(struct engine *e, const struct plan *p)
{
    for (unsigned i = 0; i < p->nchildren; i++)
        if (is_event(e, p->children[i]))
            hit(e, p->children[i]);
}

static unsigned all_candidates(struct engine *e)
{
    unsigned n = 0;

    for (unsigned i = 0; i < e->rules->nevents; i++)
        if (e->rules->events[i].used && e->rules->events[i].parent == EVENT_NONE &&
            !e->rules->events[i].span)
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
    const uint32_t *candidates = e->candidates;
    unsigned n = e->options.no_dispatch
                     ? all_candidates(e)
                     : dispatch_find(e->dispatch, &e->record, e->candidates, &candidates);

    e->nhits = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned event = candidates[i];

        if (t && is_cut_short(t))
            break;
        if (e->events[event].sure || is_event(e, event))
            hit(e, event);
    }
}

TRACED void apply(struct engine *e, struct trace *t)
{
    if (t)
        updater_trace(e->updater, &e->record, e->hits, e->nhits, t);
    else
        updater_apply(e->updater, &e->record, e->hits, e->nhits);
}

/* --- spans ------------------------------------------------------------------------------------ */

static void add_open(struct engine *e, unsigned span, int by)
{
    gauge_add(e->spans_open, e->span_series[span].open, by, e->now_ns);
}

static struct span_note *add_note(struct engine *e, struct trace *t, unsigned span,
                                  enum span_reason reason)
{
    struct span_note *n = arena_zalloc(&e->record.scratch, sizeof *n), **last = &t->spans;

    n->span = span;
    n->reason = reason;
    while (*last)
        last = &(*last)->next;
    return *last = n;
}

static void note_key(struct engine *e, struct span_note *n, const struct slice *key)
{
    unsigned nkeys = e->rules->spans[n->span].nkeys;

    n->key = arena_alloc(&e->record.scratch, (nkeys + 1) * sizeof *n->key);
    for (unsigned i = 0; i < nkeys; i++)
        n->key[i] = arena_slice(&e->record.scratch, key[i]);
}

static struct span_note *note_open(struct engine *e, struct trace *t, const struct open_span *o,
                                   enum span_reason reason)
{
    struct span_note *n = add_note(e, t, o->span, reason);
    struct slice key[SPAN_KEYS_MAX];

    for (unsigned i = 0; i < e->rules->spans[o->span].nkeys; i++)
        key[i] = open_span_key(o, i);
    note_key(e, n, key);
    n->own = o->own;
    n->begin_ns = o->node.time_ns;
    return n;
}

static void count_reason(struct engine *e, unsigned span, enum span_reason reason)
{
    counter_inc(e->spans_unmatched, e->span_series[span].unmatched[reason], 1, e->now_ns);
}

/* The record at hand and its events make room for what is given up, or come back. */
static void swap_records(struct engine *e)
{
    struct record record = e->record;
    uint32_t *hits = e->hits;

    e->record = e->aside;
    e->aside = record;
    e->hits = e->hits_aside;
    e->hits_aside = hits;
}

static void trace_clear(const struct engine *e, struct trace *t)
{
    memset(t->trials, 0, e->rules->nevents * sizeof *t->trials);
    memset(t->updates, 0, e->rules->nmappings * sizeof *t->updates);
}

static void tell_given_up(struct engine *e, const struct open_span *o, enum span_reason why,
                          int64_t ns)
{
    struct trace *t = &e->given_up_trace;

    t->record = &e->record;
    t->result = RECORD_LINE;
    t->spans = NULL;
    t->clock_ns = ns;
    note_open(e, t, o, why);
    if (e->given_up)
        e->given_up(e->given_up_ctx, t);
}

static void note_hits(struct engine *e, struct trace *t)
{
    for (unsigned i = 0; i < e->rules->nevents; i++)
        t->trials[i].members = e->plans[i].members;
    for (unsigned i = 0; i < e->nhits; i++)
        t->trials[e->hits[i]].is_event = true;
}

/* What the actions of an event made, which the line is. */
static const struct step *steps_of(struct engine *e, unsigned event, struct members *m)
{
    const struct event *ev = &e->rules->events[event];
    struct step *steps;

    if (ev->nactions == 0)
        return NULL;
    if (m)
        return each_steps(&e->record, ev, m);
    steps = arena_zalloc(&e->record.scratch, ev->nactions * sizeof *steps);
    steps_again(&e->record, ev, steps);
    return steps;
}

static void note_steps(struct engine *e, struct trace *t)
{
    for (unsigned i = 0; i < e->rules->nevents; i++)
        if (t->trials[i].is_event)
            t->trials[i].steps = steps_of(e, i, t->trials[i].members);
}

/* The event NAME.unfinished, and those that are of it. */
static void count_unfinished(struct engine *e, const struct open_span *o, int64_t ns)
{
    const struct span *span = &e->rules->spans[o->span];
    struct trace *t = e->tracing ? &e->given_up_trace : NULL;
    struct span_stream *st = o->stream;
    struct source *source = source_new(e->rules, st->log, st->path, st->file);

    record_lineless(&e->record, source, ns);
    spanline_given_up(&e->record, span, o, e->tracing);
    e->events[span->event + 1].verdict = e->record.number << 1 | 1;
    hit(e, span->event + 1);
    if (t)
        note_hits(e, t);
    apply(e, t);
    if (t && !e->options.trace_hits_only)
        note_steps(e, t);
    e->record.source = NULL;
    source_free(source);
}

void verdict_give_up(struct engine *e, struct open_span *o, enum span_reason why, int64_t ns)
{
    unsigned nhits = e->nhits;

    count_reason(e, o->span, why);
    add_open(e, o->span, -1);
    swap_records(e);
    e->nhits = 0;
    if (e->tracing)
        trace_clear(e, &e->given_up_trace);
    if (e->rules->events[e->rules->spans[o->span].event + 1].used)
        count_unfinished(e, o, ns);
    if (e->tracing)
        tell_given_up(e, o, why, ns);
    swap_records(e);
    e->nhits = nhits;
    spans_close(o);
}

static void note_unmatched(struct engine *e, struct trace *t, unsigned span, bool begins,
                           enum span_reason reason)
{
    struct span_state *state = &e->span_states[span];
    bool again = reason == SPAN_NO_KEY && state->keyless == e->record.number;

    if (!again)
        count_reason(e, span, reason);
    if (reason == SPAN_NO_KEY)
        state->keyless = e->record.number;
    if (!t)
        return;
    struct span_note *n = add_note(e, t, span, reason);

    n->begins = begins;
    n->missing = state->missing;
}

/* The line is an event that ends it. */
static void end_span(struct engine *e, struct trace *t, unsigned number)
{
    struct span_state *state = &e->span_states[number];
    unsigned event = e->rules->spans[number].event;

    if (state->ended == e->record.number)
        return;
    state->ended = e->record.number;
    if (is_event(e, event)) {
        if (e->rules->events[event].used)
            hit(e, event);
    } else {
        note_unmatched(e, t, number, false, state->missing >= 0 ? SPAN_NO_KEY : SPAN_NO_BEGIN);
    }
}

/* What the line ends is an event of it. */
TRACED void end_spans(struct engine *e, struct trace *t)
{
    for (unsigned i = 0; i < e->nhits; i++) {
        const struct plan *p = &e->plans[e->hits[i]];

        for (unsigned k = 0; k < p->nends; k++)
            end_span(e, t, p->ends[k]);
    }
}

/* All its events are known, and so is its time, which is the same for what it ends and what it begins.
 * The clock moves once a line, and what it is past then is given up. */
static const struct line_time *line_time(struct engine *e, struct span_stream *st)
{
    struct line_time *t = &e->line_time;
    struct open_span *o;

    if (t->number == e->record.number)
        return t;
    t->number = e->record.number;
    t->ns = spanline_time(&e->record, st, &t->own);
    span_stream_move(st, t->ns, t->own, e->now_ns);
    while ((o = span_stream_over(st, st->clock_ns))) /* which the source holds when it is empty */
        verdict_give_up(e, o, SPAN_TIMEOUT, open_span_until(o));
    return t;
}

/* Before the line counts, and as it would be later: what the clock is past. */
static void move_clock(struct engine *e)
{
    struct span_stream *st = verdict_stream(e, e->record.source);

    if (st->nopen)
        (void)line_time(e, st);
}

/* Its event has counted. */
static void close_ended(struct engine *e, struct trace *t, unsigned number)
{
    struct span_state *state = &e->span_states[number];
    struct open_span *o = state->found;
    enum span_reason reason = SPAN_FINE;
    int64_t ns;

    if (!o || state->ended != e->record.number)
        return;
    state->found = NULL;
    if (spanline_duration(&e->record, o, &ns) && ns < 0) {
        count_reason(e, number, SPAN_NEGATIVE);
        reason = SPAN_NEGATIVE;
    }
    if (t)
        note_open(e, t, o, reason);
    add_open(e, number, -1);
    spans_close(o);
}

/* Which of the events that begin it does: the first, as the rules name them, that the line is and of
 * which it has the key. There is one when `missing` is -1 then. */
static unsigned find_begin(struct engine *e, unsigned number, struct slice *ret_key)
{
    const struct span *span = &e->rules->spans[number];
    struct span_state *state = &e->span_states[number];
    int first = -1;

    for (unsigned b = 0; b < span->nbegins; b++) {
        if (!is_event(e, span->begins[b]))
            continue;
        state->missing =
            spanline_key(&e->record, span, &span->begin_keys[b * span->nkeys], ret_key);
        if (state->missing < 0)
            return b;
        first = first < 0 ? state->missing : first;
    }
    state->missing = first;
    return 0;
}

/* The line is an event that begins it. */
static void begin_span(struct engine *e, struct trace *t, unsigned number)
{
    const struct span *span = &e->rules->spans[number];
    struct span_state *state = &e->span_states[number];
    struct span_stream *st = verdict_stream(e, e->record.source);
    struct slice key[SPAN_KEYS_MAX], *kept;
    const struct line_time *at;
    struct open_span *o;
    unsigned b;

    if (state->begun == e->record.number)
        return;
    state->begun = e->record.number;
    b = find_begin(e, number, key);
    if (state->missing >= 0) {
        note_unmatched(e, t, number, true, SPAN_NO_KEY);
        return;
    }
    kept = arena_alloc(&e->record.scratch, (span->nkept + 1) * sizeof *kept);
    spanline_kept(&e->record, span, b, kept);
    at = line_time(e, st);
    if ((o = spans_find(st, number, key)))
        verdict_give_up(e, o, SPAN_REPLACED, at->ns);
    o = spans_open(st, number, key, kept, at->ns, at->own);
    add_open(e, number, 1);
    if (t)
        note_open(e, t, o, SPAN_FINE)->begins = true;
    while ((o = span_stream_surplus(st, number)))
        verdict_give_up(e, o, SPAN_FULL, at->ns);
}

/* The line has counted. First all that it ends, then what it begins. */
TRACED void leave_spans(struct engine *e, struct trace *t)
{
    for (unsigned i = 0; i < e->nhits; i++) {
        const struct plan *p = &e->plans[e->hits[i]];

        for (unsigned k = 0; k < p->nends; k++)
            close_ended(e, t, p->ends[k]);
    }
    for (unsigned i = 0; i < e->nhits; i++) {
        const struct plan *p = &e->plans[e->hits[i]];

        for (unsigned k = 0; k < p->nbegins; k++)
            begin_span(e, t, p->begins[k]);
    }
}

static int64_t silent_clock(const struct engine *e, const struct span_stream *st)
{
    int64_t ns;

    if (__builtin_sub_overflow(e->now_ns, st->running_ns, &ns) ||
        __builtin_add_overflow(st->clock_ns, ns, &ns))
        return INT64_MAX; /* of a damaged state */
    return ns;
}

bool verdict_is_over(struct engine *e)
{
    const struct span_stream *st = NULL;

    while ((st = spans_next(e->spans, st)))
        if (st->nopen && st->until_ns < silent_clock(e, st))
            return true;
    return false;
}

void verdict_silence(struct engine *e)
{
    struct span_stream *st = NULL, *last = NULL;
    struct open_span *o;

    while ((st = spans_next(e->spans, st))) {
        st->refs++;
        span_stream_unref(last);
        last = st;
        while ((o = span_stream_over(st, silent_clock(e, st))))
            verdict_give_up(e, o, SPAN_TIMEOUT, open_span_until(o));
    }
    span_stream_unref(last);
}

/* --- a line ----------------------------------------------------------------------------------- */

/* What a decoded line is and does. `spans`: rules have some. */
TRACED void count_line(struct engine *e, struct trace *t, bool spans)
{
    struct record *r = &e->record;

    e->counted.lines[r->decoded]++;
    find_events(e, t);
    if (spans) {
        end_spans(e, t);
        move_clock(e);
    }
    if (e->nhits) {
        e->counted.matched++;
        apply(e, t);
        if (spans)
            leave_spans(e, t);
    } else {
        e->unmatched++;
        if (e->options.unmatched)
            e->options.unmatched(e->options.ctx, r->source, r->line);
    }
    if (r->log->keeps_time)
        record_note_time(r);
}

/* Apart, so that lines without them do not save what it keeps in registers: 2 or 3 instructions. */
static __attribute__((noinline)) void count_line_of_spans(struct engine *e)
{
    count_line(e, NULL, true);
}

void verdict_line(struct engine *e)
{
    if (e->spans)
        count_line_of_spans(e);
    else
        count_line(e, NULL, false);
}

/* What the conditions behind the first that failed would say. */
static const bool *try_rest(struct record *r, const struct event *ev, struct trial *trial)
{
    bool *holds = arena_zalloc(&r->scratch, ev->nline + 1);

    for (unsigned i = 0; event_for_line(ev, r) && i < ev->nline; i++)
        holds[i] = i < trial->nheld ||
                   (i > trial->nheld && match_condition(r, &ev->conditions[i], &trial->gave_up));
    return holds;
}

/* After the line is done: what else would have to hold. An event that nothing uses is tried like
 * any other, and makes its fields. */
static void try_all(struct engine *e, struct trace *t)
{
    struct record *r = &e->record;

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
            trial->holds = try_rest(r, ev, trial);
            if (ev->each && trial->nheld == ev->nline)
                each_find(r, ev, trial->members, &trial->gave_up);
        }
    }
}

void verdict_traced(struct engine *e, struct trace *t)
{
    e->tracing = true;
    trace_clear(e, t);
    t->spans = NULL;
    count_line(e, t, e->spans);
    note_hits(e, t);
    if (!e->options.trace_hits_only) {
        try_all(e, t);
        note_steps(e, t);
    }
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
