/* engine -- the order of work for one line, and the counters of lines.
 *
 * dispatch proposes events; each is tried once, its parent and its `unless` first, and what was
 * found is kept for the line (`verdict`). Most events have one condition, which being found has
 * proved already (`sure`): they are not tried at all. Children are tried when their parent hit.
 * Only when all events of the line are known are metrics updated, so that the order of updates is
 * that of the rules and not that of dispatch.
 *
 * A trace costs other lines nothing: what it wants to know is either known anyway when a line is
 * done, or comes of a rare path (gave_up) or of an entry of its own (updater_trace). */
#include "config.h"

#include "engine/engine.h"

#include "base/xalloc.h"
#include "engine/dispatch.h"
#include "engine/match.h"
#include "engine/update.h"
#include "metrics/own.h"

#include <stdlib.h>

enum { TOO_LONG = DECODED_UNDECODABLE + 1, LINE_KINDS };

struct log_counters {
    uint32_t lines[LINE_KINDS]; /* series of logtally_log_lines_total */
    uint32_t matched, bytes, times_unreadable;
    uint32_t records_cut, encoding_errors;
};

struct event_state {
    uint64_t
        verdict; /* twice the number of the line it was tried on last, and 1 if it was this event */
    uint32_t hits; /* series of logtally_event_hits_total */
    bool sure;     /* found by dispatch it is certain */
};

struct engine {
    const struct ruleset *rules;
    struct engine_options options;
    struct record record;
    struct dispatch *dispatch;
    struct plan *plans;
    struct updater *updater;
    struct event_state *events;
    uint32_t *candidates, *hits;
    unsigned nhits;
    bool peeking; /* events are tried for their time only */
    struct trace trace;
    bool tracing; /* the line at hand */
    /* Own counters. */
    struct family *lines, *matched, *bytes, *times_unreadable, *records_cut, *encoding_errors,
        *event_hits;
    struct log_counters *logs;
    uint64_t unmatched;
    struct joined done;     /* the record at hand, of a log with `record` */
    struct source *waiting; /* those with open records */
    int64_t now_ns;
};

static uint32_t series(struct engine *e, struct family *f, const char *a, const char *b)
{
    struct slice values[] = {slice_str(a), slice_str(b)};

    family_pin(f, values, e->now_ns);
    return family_series(f, values, e->now_ns, NULL);
}

static void add_own_counters(struct engine *e, struct registry *r)
{
    e->lines = own_family(r, OWN_LOG_LINES);
    e->matched = own_family(r, OWN_LOG_LINES_MATCHED);
    e->bytes = own_family(r, OWN_LOG_BYTES);
    e->times_unreadable = own_family(r, OWN_TIMES_UNREADABLE);
    e->records_cut = own_family(r, OWN_RECORDS_CUT);
    e->encoding_errors = own_family(r, OWN_ENCODING_ERRORS);
    e->event_hits = own_family(r, OWN_EVENT_HITS);
    for (unsigned i = 0; i < e->rules->nlogs; i++) {
        const char *name = e->rules->logs[i].name;

        for (unsigned k = 0; k < LINE_KINDS; k++)
            e->logs[i].lines[k] =
                series(e, e->lines, name, k == TOO_LONG ? "too_long" : decoded_text(k));
        e->logs[i].matched = series(e, e->matched, name, NULL);
        e->logs[i].bytes = series(e, e->bytes, name, NULL);
        e->logs[i].times_unreadable = series(e, e->times_unreadable, name, NULL);
        e->logs[i].records_cut = series(e, e->records_cut, name, NULL);
        e->logs[i].encoding_errors = series(e, e->encoding_errors, name, NULL);
    }
    for (unsigned i = 0; i < e->rules->nevents; i++)
        e->events[i].hits = series(e, e->event_hits, e->rules->events[i].name, NULL);
}

/* Nothing but its one condition decides it, and nothing must be made of it before updates. */
static bool is_simple(const struct event *ev, const struct plan *p)
{
    return ev->nconditions == 1 && !ev->each && ev->parent == EVENT_NONE && ev->nunless == 0 &&
           !ev->logs && !p->has_time && !p->actions_always;
}

struct engine *engine_new(const struct ruleset *rules, struct registry *registry,
                          const struct engine_options *options, int64_t now_ns)
{
    struct engine *e = xcalloc(1, sizeof *e);

    e->rules = rules;
    e->options = *options;
    e->now_ns = now_ns;
    record_init(&e->record, rules);
    e->dispatch = dispatch_new(rules);
    e->plans = plans_new(rules);
    e->events = xcalloc(rules->nevents + 1, sizeof *e->events);
    for (unsigned i = 0; i < rules->nevents; i++)
        e->events[i].sure = !options->no_dispatch && dispatch_proves(e->dispatch, i) &&
                            is_simple(&rules->events[i], &e->plans[i]);
    e->candidates = xcalloc(rules->nevents + 1, sizeof *e->candidates);
    e->hits = xcalloc(rules->nevents + 1, sizeof *e->hits);
    e->logs = xcalloc(rules->nlogs + 1, sizeof *e->logs);
    e->trace.record = &e->record;
    e->trace.patience = options->patience;
    e->trace.trials = xcalloc(rules->nevents + 1, sizeof *e->trace.trials);
    e->trace.updates = xcalloc(rules->nmappings + 1, sizeof *e->trace.updates);
    e->updater = updater_new(rules, registry, e->plans, now_ns);
    add_own_counters(e, registry);
    return e;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    updater_free(e->updater);
    plans_free(e->plans, e->rules);
    dispatch_free(e->dispatch);
    record_release(&e->record);
    joined_release(&e->done);
    free(e->events);
    free(e->candidates);
    free(e->hits);
    free(e->trace.trials);
    free(e->trace.updates);
    free(e->logs);
    free(e);
}

void engine_set_time(struct engine *e, int64_t now_ns, int64_t wall_ns)
{
    e->now_ns = now_ns;
    e->record.wall_ns = wall_ns;
    updater_set_now(e->updater, now_ns);
}

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

static void take(struct engine *e, enum record_result result)
{
    if (result == RECORD_LINE)
        count_line(e, NULL);
    else if (result == RECORD_TOO_LONG)
        engine_too_long(e, e->record.source->log, 1);
}

/* Lines of a source were taken, and their bytes go. Where no line needs the time of another, that of the
 * last one tells whether times can be read at all. */
static void settle(struct engine *e, enum record_result last)
{
    struct record *r = &e->record;

    if (last == RECORD_LINE && !r->log->keeps_time)
        record_note_time(r);
    record_settle(r);
    if (r->unreadable == 0)
        return;
    counter_inc(e->times_unreadable, e->logs[r->source->log].times_unreadable, r->unreadable,
                e->now_ns);
    r->unreadable = 0;
}

void engine_read(struct engine *e, unsigned log, uint64_t bytes)
{
    counter_inc(e->bytes, e->logs[log].bytes, bytes, e->now_ns);
}

/* What was joined becomes the record at hand. */
static void joined(struct engine *e, unsigned stream)
{
    if (e->done.cut)
        counter_inc(e->records_cut, e->logs[e->record.source->log].records_cut, 1, e->now_ns);
    record_joined(&e->record, &e->done, stream);
}

/* Of a line that was taken out of its wrapper. */
static bool begins_record(struct record *r)
{
    return r->line.n && pattern_match(r->log->record, r->line) == PATTERN_YES;
}

bool engine_begins_record(struct engine *e, struct source *s, struct slice raw)
{
    record_source(&e->record, s);
    return record_unwrap(&e->record, raw, e->options.max_line) == RECORD_LINE &&
           begins_record(&e->record);
}

/* A line that was taken out of its wrapper, of a log with `record`. True: it ended the record before,
 * which is at hand now. */
static bool join(struct engine *e)
{
    struct record *r = &e->record;
    struct source *s = r->source;
    unsigned stream = multiline_stream(r->stream);
    bool complete = multiline_add(&s->records, stream, r->line, r->wrapper_time, begins_record(r),
                                  e->options.max_line, &e->done);

    if (s->records.open[stream].lines)
        source_wait(s, &e->waiting);
    if (complete)
        joined(e, stream);
    return complete;
}

/* The next open record of the source of the last record_source is at hand; false when there is
 * none. */
static bool next_open(struct engine *e)
{
    struct source *s = e->record.source;
    unsigned stream;

    s->records_stale = false;
    if (!multiline_take(&s->records, &e->done, &stream)) {
        source_wait_end(s);
        return false;
    }
    joined(e, stream);
    return true;
}

/* The rest of what a line goes through, whatever it was made of. */
static bool decode_and_take(struct engine *e)
{
    bool is = record_decode(&e->record);

    if (is)
        take(e, RECORD_LINE);
    return is;
}

static void complete_all(struct engine *e, struct source *s)
{
    record_source(&e->record, s);
    while (next_open(e))
        decode_and_take(e);
    settle(e, RECORD_NOTHING);
}

/* Lines of a log with `record`. */
static void join_lines(struct engine *e, struct slice block)
{
    struct slice raw;

    if (block.n && block.p[block.n - 1] == '\n')
        block.n--;
    while (slice_cut(&block, '\n', &raw)) {
        enum record_result result = record_unwrap(&e->record, raw, e->options.max_line);

        if (result == RECORD_LINE && join(e))
            decode_and_take(e);
        else if (result == RECORD_TOO_LONG)
            take(e, result);
    }
    settle(e, RECORD_NOTHING);
}

void engine_wait(struct engine *e, struct source *s)
{
    if (multiline_is_open(&s->records))
        source_wait(s, &e->waiting);
}

bool engine_waits(const struct engine *e)
{
    return e->waiting != NULL;
}

static bool is_due(const struct source *s, int64_t now_ns)
{
    int64_t wait_ns = s->records_stale ? 0 : s->rules->logs[s->log].record_wait_ns;

    return !s->fresh && now_ns - s->quiet_from >= wait_ns;
}

bool engine_is_due(struct engine *e, int64_t now_ns)
{
    bool due = false;

    for (struct source *s = e->waiting; s; s = s->wait_next) {
        if (s->fresh)
            s->quiet_from = now_ns;
        s->fresh = false;
        due |= is_due(s, now_ns);
    }
    return due;
}

void engine_complete(struct engine *e, int64_t now_ns)
{
    struct source *next;

    for (struct source *s = e->waiting; s; s = next) {
        next = s->wait_next;
        if (is_due(s, now_ns))
            complete_all(e, s);
    }
}

void engine_lines(struct engine *e, struct source *s, const char *p, size_t n)
{
    const char *end = p + n, *last = n ? memrchr(p, '\n', n) : NULL;
    enum record_result result = RECORD_NOTHING;

    if (s->records_stale)
        complete_all(e, s);
    record_source(&e->record, s);
    engine_read(e, s->log, n);
    if (e->record.log->record) {
        join_lines(e, slice_make(p, n));
        return;
    }
    while (last && p <= last) {
        p = record_next(&e->record, p, e->options.max_line, &result) + 1;
        take(e, result);
    }
    if (p < end) {
        result = record_line(&e->record, slice_make(p, (size_t)(end - p)), e->options.max_line);
        take(e, result);
    }
    settle(e, result);
}

/* The next thing that is unfinished: RECORD_LINE is not decoded yet, RECORD_NOTHING the end. *parts
 * counts lines of which only parts came. */
static enum record_result next_unfinished(struct engine *e, unsigned *parts)
{
    enum record_result result;

    while ((result = record_unfinished(&e->record)) != RECORD_NOTHING) {
        (*parts)++;
        if (result == RECORD_TOO_LONG || !e->record.log->record || join(e))
            return result;
    }
    return next_open(e) ? RECORD_LINE : RECORD_NOTHING;
}

unsigned engine_finish(struct engine *e, struct source *s, unsigned *ret_parts)
{
    enum record_result result;
    unsigned n = 0, parts = 0;

    record_source(&e->record, s);
    while ((result = next_unfinished(e, &parts)) != RECORD_NOTHING) {
        n++;
        if (result == RECORD_TOO_LONG)
            take(e, result);
        else
            decode_and_take(e);
    }
    settle(e, RECORD_NOTHING);
    if (ret_parts)
        *ret_parts = parts;
    return n;
}

uint64_t engine_counted(const struct engine *e, unsigned log)
{
    uint64_t n = 0;

    for (int k = 0; k < LINE_KINDS; k++)
        n += family_counter(e->lines, e->logs[log].lines[k])->whole;
    return n;
}

void engine_too_long(struct engine *e, unsigned log, uint64_t lines)
{
    counter_inc(e->lines, e->logs[log].lines[TOO_LONG], lines, e->now_ns);
}

void engine_invalid(struct engine *e, unsigned log, uint64_t bytes)
{
    counter_inc(e->encoding_errors, e->logs[log].encoding_errors, bytes, e->now_ns);
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

/* Of a decoded line. */
static void trace_line(struct engine *e, struct trace *t)
{
    memset(t->trials, 0, e->rules->nevents * sizeof *t->trials);
    memset(t->updates, 0, e->rules->nmappings * sizeof *t->updates);
    e->tracing = true;
    count_line(e, t);
    try_all(e, t);
    if (!record_has_time(&e->record))
        record_note_time(&e->record);
    settle(e, RECORD_NOTHING);
    e->tracing = false;
}

static const struct trace *trace(struct engine *e, enum record_result result)
{
    struct trace *t = &e->trace;

    t->cut = e->record.log->record && e->done.cut;
    t->cut_short = false;
    t->result = result == RECORD_LINE && !record_decode(&e->record) ? RECORD_NOTHING : result;
    if (t->result == RECORD_LINE)
        trace_line(e, t);
    else
        take(e, t->result);
    return t;
}

const struct trace *engine_trace(struct engine *e, struct source *s, struct slice raw)
{
    enum record_result result;

    record_source(&e->record, s);
    result = record_unwrap(&e->record, raw, e->options.max_line);
    if (result == RECORD_LINE && e->record.log->record && !join(e))
        result = RECORD_NOTHING;
    return trace(e, result);
}

const struct trace *engine_trace_unfinished(struct engine *e, struct source *s)
{
    enum record_result result;
    unsigned parts = 0;

    record_source(&e->record, s);
    result = next_unfinished(e, &parts);
    return result == RECORD_NOTHING ? NULL : trace(e, result);
}

/* A match event may name the time in its regex: only trying the event tells. */
static void find_event_time(struct engine *e)
{
    if (record_has_time(&e->record))
        return;
    e->peeking = true;
    for (unsigned i = 0; i < e->rules->nevents && !e->record.time_own; i++)
        if (e->plans[i].has_time)
            is_event(e, i);
    e->peeking = false;
}

/* Of the line that was just taken out of its wrapper. */
static bool peek(struct engine *e, enum record_result result, struct engine_peek *ret_peek)
{
    struct record *r = &e->record;

    if (result == RECORD_TOO_LONG)
        engine_too_long(e, r->source->log, 1);
    if (result != RECORD_LINE)
        return false;
    struct slice line = r->line;

    if (!record_decode(r))
        return false;
    find_event_time(e);
    bool has_time = record_has_time(r);

    if (!has_time)
        record_note_time(r); /* it may be one that cannot be read */
    settle(e, RECORD_NOTHING);
    *ret_peek = (struct engine_peek){
        .line = line,
        .stream = slice_eq(r->stream, SLICE("stdout"))   ? "stdout"
                  : slice_eq(r->stream, SLICE("stderr")) ? "stderr"
                                                         : "",
        .lines = r->nlines,
        .decoded = r->decoded,
        .time_ns = record_time(r),
        .has_time = has_time,
        .dated = r->time_dated,
    };
    return true;
}

bool engine_peek(struct engine *e, struct source *s, struct slice raw, struct engine_peek *ret_peek)
{
    enum record_result result;

    record_source(&e->record, s);
    result = record_unwrap(&e->record, raw, e->options.max_line);
    if (result == RECORD_LINE && e->record.log->record && !join(e))
        result = RECORD_NOTHING;
    return peek(e, result, ret_peek);
}

bool engine_peek_unfinished(struct engine *e, struct source *s, struct engine_peek *ret_peek)
{
    unsigned parts = 0;

    record_source(&e->record, s);
    return peek(e, next_unfinished(e, &parts), ret_peek);
}

void engine_take(struct engine *e, struct source *s, const struct engine_peek *peeked)
{
    struct record *r = &e->record;

    record_source(r, s);
    r->line = peeked->line;
    r->nlines = peeked->lines;
    r->stream = slice_str(peeked->stream);
    r->wrapper_time = (struct slice){"", 0};
    record_decode(r);
    r->time_ns = peeked->time_ns;
    r->time_known = r->time_own = true;
    take(e, RECORD_LINE);
    settle(e, RECORD_NOTHING);
}

struct slice engine_bad_time(const struct engine *e)
{
    return buf_all(&e->record.bad_time);
}

uint64_t engine_hits(const struct engine *e, unsigned event)
{
    return family_counter(e->event_hits, e->events[event].hits)->whole;
}

uint64_t engine_unmatched(const struct engine *e)
{
    return e->unmatched;
}

bool engine_tries_always(const struct engine *e, unsigned event)
{
    return dispatch_tries_always(e->dispatch, event);
}

void engine_how(const struct engine *e, unsigned event, struct buf *out)
{
    dispatch_how(e->dispatch, event, out);
}
