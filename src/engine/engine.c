/* engine -- the order of work for one line, and the counters of lines.
 *
 * dispatch proposes events; each is tried once, its parent and its `unless` first, and what was
 * found is kept for the line in `verdicts`. Most events have one condition, which being found has
 * proved already (`sure`): they are not tried at all. Children are tried when their parent hit.
 * Only when all events of the line are known are metrics updated, so that the order of updates is
 * that of the rules and not that of dispatch. */
#include "config.h"

#include "engine/engine.h"

#include "base/xalloc.h"
#include "engine/dispatch.h"
#include "engine/record.h"
#include "engine/match.h"
#include "engine/update.h"
#include "metrics/own.h"

#include <stdlib.h>

enum { TOO_LONG = DECODED_UNDECODABLE + 1, LINE_KINDS };

enum verdict { UNTRIED, IS_EVENT, IS_NOT };

struct log_counters {
    uint32_t lines[LINE_KINDS]; /* series of logtally_log_lines_total */
    uint32_t matched, bytes;
};

struct engine {
    const struct ruleset *rules;
    struct registry *registry;
    struct engine_options options;
    struct record record;
    struct dispatch *dispatch;
    bool *sure; /* per event: found by dispatch it is certain */
    struct plan *plans;
    struct updater *updater;
    /* This line: what is known of each event, and which hit. */
    uint8_t *verdicts;
    uint16_t *tried, *candidates, *hits;
    unsigned ntried, nhits;
    /* Own counters. */
    struct family *lines, *matched, *bytes, *event_hits;
    struct log_counters *logs;
    uint32_t *hit_series;
    uint64_t unmatched;
    int64_t now_ns;
};

static uint32_t series(struct engine *e, struct family *f, const char *a, const char *b)
{
    struct slice values[] = {slice_str(a), slice_str(b)};
    struct folded folded;

    family_pin(f, values, e->now_ns);
    return family_series(f, values, e->now_ns, &folded);
}

static void add_own_counters(struct engine *e)
{
    static const char *const kinds[LINE_KINDS] = {"json", "logfmt", "text", "undecodable",
                                                  "too_long"};
    struct registry *r = e->registry;

    e->lines = own_family(r, OWN_LOG_LINES);
    e->matched = own_family(r, OWN_LOG_LINES_MATCHED);
    e->bytes = own_family(r, OWN_LOG_BYTES);
    e->event_hits = own_family(r, OWN_EVENT_HITS);
    for (unsigned i = 0; i < e->rules->nlogs; i++) {
        const char *name = e->rules->logs[i].name;

        for (unsigned k = 0; k < LINE_KINDS; k++)
            e->logs[i].lines[k] = series(e, e->lines, name, kinds[k]);
        e->logs[i].matched = series(e, e->matched, name, NULL);
        e->logs[i].bytes = series(e, e->bytes, name, NULL);
    }
    for (unsigned i = 0; i < e->rules->nevents; i++)
        e->hit_series[i] = series(e, e->event_hits, e->rules->events[i].name, NULL);
}

/* Nothing but its one condition decides it, and nothing must be made of it before updates. */
static bool is_simple(const struct event *ev, const struct plan *p)
{
    return ev->nconditions == 1 && ev->parent == EVENT_NONE && ev->nunless == 0 && !ev->logs &&
           !p->has_time && !p->actions_always;
}

struct engine *engine_new(const struct ruleset *rules, struct registry *registry,
                          const struct engine_options *options, int64_t now_ns)
{
    struct engine *e = xcalloc(1, sizeof *e);

    e->rules = rules;
    e->registry = registry;
    e->options = *options;
    e->now_ns = now_ns;
    record_init(&e->record, rules);
    e->dispatch = dispatch_new(rules);
    e->plans = plans_new(rules);
    e->sure = xcalloc(rules->nevents + 1, sizeof *e->sure);
    for (unsigned i = 0; i < rules->nevents; i++)
        e->sure[i] = dispatch_proves(e->dispatch, i) && is_simple(&rules->events[i], &e->plans[i]);
    e->verdicts = xcalloc(rules->nevents + 1, sizeof *e->verdicts);
    e->tried = xcalloc(rules->nevents + 1, sizeof *e->tried);
    e->candidates = xcalloc(rules->nevents + 1, sizeof *e->candidates);
    e->hits = xcalloc(rules->nevents + 1, sizeof *e->hits);
    e->logs = xcalloc(rules->nlogs + 1, sizeof *e->logs);
    e->hit_series = xcalloc(rules->nevents + 1, sizeof *e->hit_series);
    e->updater = updater_new(rules, registry, e->plans, now_ns);
    add_own_counters(e);
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
    free(e->sure);
    free(e->verdicts);
    free(e->tried);
    free(e->candidates);
    free(e->hits);
    free(e->logs);
    free(e->hit_series);
    free(e);
}

void engine_set_time(struct engine *e, int64_t now_ns, int64_t wall_ns)
{
    e->now_ns = now_ns;
    e->record.wall_ns = wall_ns;
    updater_set_now(e->updater, now_ns);
}

static bool is_event(struct engine *e, unsigned event);

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
    bool all = match_conditions(&e->record, ev, &limit) == ev->nconditions;

    if (all && e->plans[event].has_time && !record_has_time(&e->record))
        record_event_time(&e->record, ev);
    if (all && e->plans[event].actions_always)
        match_actions(&e->record, ev, &limit);
    if (limit)
        updater_count_limit(e->updater, event);
    return all;
}

/* Is the line this event? Found out once a line. */
static bool is_event(struct engine *e, unsigned event)
{
    if (e->verdicts[event] == UNTRIED) {
        bool is = holds(e, &e->rules->events[event], event);

        e->verdicts[event] = is ? IS_EVENT : IS_NOT;
        e->tried[e->ntried++] = (uint16_t)event;
    }
    return e->verdicts[event] == IS_EVENT;
}

static void hit(struct engine *e, unsigned event)
{
    const struct plan *p = &e->plans[event];

    e->hits[e->nhits++] = (uint16_t)event;
    counter_inc(e->event_hits, e->hit_series[event], 1, e->now_ns);
    for (unsigned i = 0; i < p->nchildren; i++)
        if (is_event(e, p->children[i]))
            hit(e, p->children[i]);
}

static unsigned all_candidates(struct engine *e)
{
    unsigned n = 0;

    for (unsigned i = 0; i < e->rules->nevents; i++)
        if (e->rules->events[i].used && e->rules->events[i].parent == EVENT_NONE)
            e->candidates[n++] = (uint16_t)i;
    return n;
}

static void find_events(struct engine *e)
{
    unsigned n = e->options.no_dispatch ? all_candidates(e)
                                        : dispatch_find(e->dispatch, &e->record, e->candidates);

    for (unsigned i = 0; i < e->ntried; i++)
        e->verdicts[e->tried[i]] = UNTRIED;
    e->ntried = e->nhits = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned event = e->candidates[i];

        if ((e->sure[event] && !e->options.no_dispatch) || is_event(e, event))
            hit(e, event);
    }
}

/* What a decoded line means. */
static void count_line(struct engine *e)
{
    struct record *r = &e->record;
    const struct log_counters *log = &e->logs[r->source->log];

    counter_inc(e->lines, log->lines[r->decoded], 1, e->now_ns);
    find_events(e);
    if (e->nhits) {
        counter_inc(e->matched, log->matched, 1, e->now_ns);
        updater_apply(e->updater, r, e->hits, e->nhits);
    } else {
        e->unmatched++;
        if (e->options.unmatched)
            e->options.unmatched(e->options.ctx, r->source, r->line);
    }
    record_note_time(r);
}

static bool take(struct engine *e, enum record_result result)
{
    if (result == RECORD_LINE)
        count_line(e);
    else if (result == RECORD_TOO_LONG)
        engine_too_long(e, e->record.source->log, 1);
    return result == RECORD_LINE;
}

bool engine_line(struct engine *e, struct source *s, struct slice raw)
{
    record_source(&e->record, s);
    return take(e, record_line(&e->record, raw, e->options.max_line));
}

void engine_read(struct engine *e, unsigned log, uint64_t bytes)
{
    counter_inc(e->bytes, e->logs[log].bytes, bytes, e->now_ns);
}

void engine_lines(struct engine *e, struct source *s, const char *p, size_t n)
{
    const char *end = p + n, *last = n ? memrchr(p, '\n', n) : NULL;
    enum record_result result;

    record_source(&e->record, s);
    engine_read(e, s->log, n);
    while (last && p <= last) {
        p = record_next(&e->record, p, e->options.max_line, &result) + 1;
        take(e, result);
    }
    if (p < end)
        take(e, record_line(&e->record, slice_make(p, (size_t)(end - p)), e->options.max_line));
}

void engine_too_long(struct engine *e, unsigned log, uint64_t lines)
{
    counter_inc(e->lines, e->logs[log].lines[TOO_LONG], lines, e->now_ns);
}

/* A match event may name the time in its regex: only trying the event tells. */
static void find_event_time(struct engine *e)
{
    struct record *r = &e->record;
    bool limit = false;

    if (record_has_time(r))
        return;
    for (unsigned i = 0; i < e->rules->nevents; i++) {
        const struct event *ev = &e->rules->events[i];

        if (e->plans[i].has_time && event_for_log(ev, r->source->log) &&
            match_conditions(r, ev, &limit) == ev->nconditions && record_event_time(r, ev))
            return;
    }
}

bool engine_peek(struct engine *e, struct source *s, struct slice raw, struct engine_peek *ret_peek)
{
    struct record *r = &e->record;
    enum record_result result;

    record_source(r, s);
    result = record_unwrap(r, raw, e->options.max_line);
    if (result == RECORD_TOO_LONG)
        engine_too_long(e, s->log, 1);
    if (result != RECORD_LINE)
        return false;
    struct slice line = r->line;

    if (!record_decode(r))
        return false;
    find_event_time(e);
    bool has_time = record_has_time(r);

    *ret_peek = (struct engine_peek){
        .line = line,
        .stream = slice_eq(r->stream, SLICE("stdout"))   ? "stdout"
                  : slice_eq(r->stream, SLICE("stderr")) ? "stderr"
                                                         : "",
        .time_ns = record_time(r),
        .has_time = has_time,
        .dated = r->time_dated,
    };
    return true;
}

void engine_take(struct engine *e, struct source *s, const struct engine_peek *peeked)
{
    struct record *r = &e->record;

    record_source(r, s);
    r->line = peeked->line;
    r->stream = slice_str(peeked->stream);
    r->wrapper_time = (struct slice){"", 0};
    record_decode(r);
    r->time_ns = peeked->time_ns;
    r->time_known = r->time_own = true;
    count_line(e);
}

uint64_t engine_hits(const struct engine *e, unsigned event)
{
    return family_counter(e->event_hits, e->hit_series[event])->whole;
}

uint64_t engine_unmatched(const struct engine *e)
{
    return e->unmatched;
}

bool engine_tries_always(const struct engine *e, unsigned event)
{
    struct slice text;
    const char *field;

    return dispatch_of(e->dispatch, event, &text, &field) == DISPATCH_ALWAYS;
}

void engine_how(const struct engine *e, unsigned event, struct buf *out)
{
    struct slice text;
    const char *field;

    switch (dispatch_of(e->dispatch, event, &text, &field)) {
    case DISPATCH_VALUE:
        buf_fmt(out, "by the value of %s: \"%.*s\"", field, SLICE_FMT(text));
        break;
    case DISPATCH_PREFIX:
        buf_fmt(out, "by the beginning of %s: \"%.*s\"", field, SLICE_FMT(text));
        break;
    case DISPATCH_FIRST_BYTE:
        buf_str(out, "by the line's first byte");
        break;
    case DISPATCH_LITERAL:
        buf_fmt(out, "by the text \"%.*s\" in %s", SLICE_FMT(text), field ? field : "the line");
        break;
    case DISPATCH_PARENT:
        buf_str(out, "when the event it is `of` was found");
        break;
    case DISPATCH_ALWAYS:
        buf_str(out, "tried on every line");
        break;
    }
}
