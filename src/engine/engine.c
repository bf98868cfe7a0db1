/* engine -- the order of work: raw bytes to lines or records, each to its verdict (verdict.h), and the
 * counters of lines. */
#include "config.h"

#include "engine/verdict.h"

#include "base/xalloc.h"
#include "metrics/own.h"

#include <stdlib.h>

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
    e->regex_errors = own_family(r, OWN_LOG_REGEX_ERRORS);
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
        e->logs[i].regex_errors = series(e, e->regex_errors, name, NULL);
        e->logs[i].encoding_errors = series(e, e->encoding_errors, name, NULL);
    }
    for (unsigned i = 0; i < e->rules->nevents; i++)
        e->events[i].hits = series(e, e->event_hits, e->rules->events[i].name, NULL);
}

static void add_span_counters(struct engine *e, struct registry *r)
{
    e->spans_open = own_family(r, OWN_SPANS_OPEN);
    e->spans_unmatched = own_family(r, OWN_SPANS_UNMATCHED);
    for (unsigned i = 0; i < e->rules->nspans; i++) {
        const char *name = e->rules->spans[i].name;

        if (!e->rules->spans[i].used)
            continue;
        e->span_series[i].open = series(e, e->spans_open, name, NULL);
        for (unsigned k = 0; k < SPAN_REASONS; k++)
            e->span_series[i].unmatched[k] =
                series(e, e->spans_unmatched, name, span_reason_text(k));
    }
}

static void new_trace(const struct ruleset *rules, struct record *r, struct trace *ret)
{
    *ret = (struct trace){.record = r,
                          .trials = xcalloc(rules->nevents + 1, sizeof *ret->trials),
                          .updates = xcalloc(rules->nmappings + 1, sizeof *ret->updates)};
}

static void release_trace(struct trace *t)
{
    free(t->trials);
    free(t->updates);
}

/* Numbers of what is given up, which is of no line. */
#define ASIDE_NUMBERS (UINT64_C(1) << 61)

static void add_spans(struct engine *e, const struct engine_options *options)
{
    const struct ruleset *rules = e->rules;

    e->spans = spans_new(rules, options->max_label ? options->max_label : UINT16_MAX);
    e->span_states = xcalloc(rules->nspans, sizeof *e->span_states);
    e->span_series = xcalloc(rules->nspans, sizeof *e->span_series);
    e->hits_aside = xcalloc(rules->nevents + 1, sizeof *e->hits_aside);
    record_init(&e->aside, rules);
    e->aside.number = ASIDE_NUMBERS;
    new_trace(rules, &e->record, &e->given_up_trace);
}

static void free_spans(struct engine *e)
{
    if (!e->spans)
        return;
    spans_free(e->spans);
    record_release(&e->aside);
    free(e->span_states);
    free(e->span_series);
    free(e->hits_aside);
    release_trace(&e->given_up_trace);
}

/* Nothing but its one condition decides it, and nothing must be made of it before updates. */
static bool is_simple(const struct event *ev, const struct plan *p)
{
    return ev->nconditions == 1 && !ev->each && ev->parent == EVENT_NONE && ev->nunless == 0 &&
           !ev->logs && !p->is_special && !p->actions_always;
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
    e->dispatch = dispatch_new(rules, options->index);
    dispatch_tell(e->dispatch, e->record.trail);
    e->plans = plans_new(rules);
    e->events = xcalloc(rules->nevents + 1, sizeof *e->events);
    for (unsigned i = 0; i < rules->nevents; i++)
        e->events[i].sure = !options->no_dispatch && dispatch_proves(e->dispatch, i) &&
                            is_simple(&rules->events[i], &e->plans[i]);
    e->candidates = xcalloc(rules->nevents + 1, sizeof *e->candidates);
    e->hits = xcalloc(rules->nevents + 1, sizeof *e->hits);
    e->logs = xcalloc(rules->nlogs + 1, sizeof *e->logs);
    e->looks = xcalloc(rules->nlogs + 1, sizeof *e->looks);
    new_trace(rules, &e->record, &e->trace);
    e->trace.patience = options->patience;
    e->updater = updater_new(rules, registry, e->plans, now_ns);
    add_own_counters(e, registry);
    if (rules->spans_used) {
        add_spans(e, options);
        add_span_counters(e, registry);
    }
    return e;
}

static void free_looks(struct engine *e)
{
    for (unsigned i = 0; i < e->rules->nlogs; i++)
        free(e->looks[i].slots);
    free(e->looks);
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    free_looks(e);
    free_spans(e);
    updater_free(e->updater);
    plans_free(e->plans, e->rules);
    dispatch_free(e->dispatch);
    record_release(&e->record);
    joined_release(&e->done);
    free(e->events);
    free(e->candidates);
    free(e->hits);
    release_trace(&e->trace);
    free(e->logs);
    free(e);
}

void engine_set_time(struct engine *e, int64_t now_ns, int64_t wall_ns)
{
    e->now_ns = now_ns;
    e->record.wall_ns = wall_ns;
    registry_set_wall(e->registry, wall_ns);
    updater_set_now(e->updater, now_ns);
}

/* The line at hand is decoded; of what its events make of it nothing is decoded. */
static void look(struct engine *e)
{
    const struct touched *had = &e->record.touched;
    struct looks *looks = &e->looks[e->record.source->log];

    if (!looks->slots)
        looks->slots = xcalloc(e->rules->nslots + 1, sizeof *looks->slots);
    looks->lines++;
    for (unsigned i = 0; i < had->n; i++)
        looks->slots[had->slots[i]] = true;
}

static bool is_among_first(const struct engine *e)
{
    return e->looks[e->record.source->log].lines < e->options.looks;
}

uint64_t engine_looked(const struct engine *e, unsigned log)
{
    return e->looks[log].lines;
}

bool engine_never_saw(const struct engine *e, unsigned log, const struct ref *ref)
{
    return ruleset_never_had(e->rules, ref, e->looks[log].slots);
}

static void take(struct engine *e, enum record_result result)
{
    if (result == RECORD_LINE)
        verdict_line(e);
    else if (result == RECORD_TOO_LONG)
        engine_too_long(e, e->record.source->log, 1);
}

/* What the record noted since it was asked last. */
static void count_noted(struct engine *e, struct family *f, uint32_t series, uint64_t *n)
{
    if (*n)
        counter_inc(f, series, *n, e->now_ns);
    *n = 0;
}

/* Lines of a source were taken, and their bytes go. Where no line needs the time of another, that of the
 * last one tells whether times can be read at all. */
static void settle(struct engine *e, enum record_result last)
{
    struct record *r = &e->record;

    if (last == RECORD_LINE && !r->log->keeps_time)
        record_note_time(r);
    if (last == RECORD_LINE && e->options.looks)
        look(e);
    record_settle(r);
    record_block(r, slice_make(NULL, 0));
    const struct log_counters *log = &e->logs[r->source->log];

    for (unsigned k = 0; k < LINE_KINDS; k++)
        count_noted(e, e->lines, log->lines[k], &e->counted.lines[k]);
    count_noted(e, e->matched, log->matched, &e->counted.matched);
    count_noted(e, e->times_unreadable, log->times_unreadable, &r->unreadable);
    count_noted(e, e->regex_errors, log->regex_errors, &r->gave_up);
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
    return r->line.n && record_matches(r, r->log->record);
}

bool engine_begins_record(struct engine *e, struct source *s, struct slice raw)
{
    bool begins;

    record_source(&e->record, s);
    begins = record_unwrap(&e->record, raw, e->options.max_line) == RECORD_LINE &&
             begins_record(&e->record);
    e->record.gave_up = 0; /* it is asked again when the line counts */
    return begins;
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

    s->records.open[stream].rewritten |= r->rewritten;
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

    if (is && is_among_first(e))
        look(e);
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
    return e->waiting || (e->spans && spans_any_open(e->spans));
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
    return due || (e->spans && verdict_is_over(e));
}

void engine_complete(struct engine *e, int64_t now_ns)
{
    struct source *next;

    for (struct source *s = e->waiting; s; s = next) {
        uint64_t before = engine_counted(e, s->log);

        next = s->wait_next;
        if (is_due(s, now_ns))
            complete_all(e, s);
        s->completed += engine_counted(e, s->log) - before;
    }
    if (e->spans)
        verdict_silence(e);
}

/* As many lines of a block as are to be looked at; where the next begins. */
static const char *take_first(struct engine *e, const char *p, const char *last,
                              enum record_result *result)
{
    while (p <= last && is_among_first(e)) {
        p = record_next(&e->record, p, e->options.max_line, result) + 1;
        if (*result == RECORD_LINE)
            look(e);
        take(e, *result);
    }
    return p;
}

void engine_lines(struct engine *e, struct source *s, const char *p, size_t n)
{
    const char *end = p + n, *last = n ? memrchr(p, '\n', n) : NULL;
    enum record_result result = RECORD_NOTHING;

    if (s->records_stale)
        complete_all(e, s);
    record_source(&e->record, s);
    record_block(&e->record, slice_make(p, n));
    engine_read(e, s->log, n);
    if (e->record.log->record) {
        join_lines(e, slice_make(p, n));
        return;
    }
    if (last)
        p = take_first(e, p, last, &result);
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

/* Of a decoded line. Where rules ask for times the verdict has noted that of the line. */
static void trace_line(struct engine *e, struct trace *t)
{
    verdict_traced(e, t);
    if (!e->record.log->keeps_time && !record_has_time(&e->record))
        record_note_time(&e->record);
    settle(e, RECORD_NOTHING);
}

static const struct trace *trace(struct engine *e, struct slice raw, enum record_result result)
{
    struct trace *t = &e->trace;

    t->raw = raw;
    t->cut = e->record.log->record && e->done.cut;
    t->whole = e->record.line;
    t->cut_short = false;
    t->result = result == RECORD_LINE && !record_decode(&e->record) ? RECORD_NOTHING : result;
    if (t->result == RECORD_LINE)
        trace_line(e, t);
    else
        take(e, t->result);
    return t;
}

void engine_trace_given_up(struct engine *e, engine_given_up_fn *fn, void *ctx)
{
    e->given_up = fn;
    e->given_up_ctx = ctx;
}

/* One line: what it is, or the record that it ended. RECORD_LINE is not decoded yet. */
static enum record_result next_line(struct engine *e, struct source *s, struct slice raw)
{
    enum record_result result;

    record_source(&e->record, s);
    result = record_unwrap(&e->record, raw, e->options.max_line);
    if (result == RECORD_LINE && e->record.log->record && !join(e))
        return RECORD_NOTHING;
    return result;
}

const struct trace *engine_trace(struct engine *e, struct source *s, struct slice raw)
{
    return trace(e, raw, next_line(e, s, raw));
}

const struct trace *engine_trace_unfinished(struct engine *e, struct source *s)
{
    enum record_result result;
    unsigned parts = 0;

    record_source(&e->record, s);
    result = next_unfinished(e, &parts);
    return result == RECORD_NOTHING ? NULL : trace(e, (struct slice){NULL, 0}, result);
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
    verdict_time(e);
    bool has_time = record_has_time(r);

    if (!has_time)
        record_note_time(r); /* it may be one that cannot be read */
    settle(e, RECORD_NOTHING);
    *ret_peek = (struct engine_peek){
        .line = line,
        .rest = r->line,
        .stream = slice_eq(r->stream, SLICE("stdout"))   ? "stdout"
                  : slice_eq(r->stream, SLICE("stderr")) ? "stderr"
                                                         : "",
        .lines = r->nlines,
        .decoded = r->decoded,
        .time_ns = record_time(r),
        .has_time = has_time,
        .own_ns = has_time ? record_time(r) : INT64_MIN,
        .dated = r->time_dated,
    };
    return true;
}

bool engine_peek(struct engine *e, struct source *s, struct slice raw, struct engine_peek *ret_peek)
{
    return peek(e, next_line(e, s, raw), ret_peek);
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

    if (!s) {
        verdict_give_up(e, e->over, SPAN_TIMEOUT, open_span_until(e->over));
        return;
    }
    record_source(r, s);
    r->line = peeked->line;
    r->nlines = peeked->lines;
    r->stream = slice_str(peeked->stream);
    r->wrapper_time = (struct slice){"", 0};
    r->taken = true;
    record_decode(r);
    r->time_ns = peeked->time_ns;
    r->time_known = r->time_own = true;
    r->told_ns = peeked->own_ns;
    take(e, RECORD_LINE);
    r->taken = false;
    settle(e, RECORD_NOTHING);
}

bool engine_is_over(struct engine *e, int64_t before_ns, int64_t *ret_ns)
{
    e->over = e->spans ? spans_over_before(e->spans, before_ns) : NULL;
    if (e->over)
        *ret_ns = open_span_until(e->over);
    return e->over;
}

void engine_see(struct engine *e, struct source *s, int64_t ns)
{
    if (e->spans)
        span_stream_see(verdict_stream(e, s), ns);
}

void engine_see_stream(struct engine *e, unsigned log, const char *stream, int64_t ns)
{
    struct span_stream *st = e->spans ? spans_stream(e->spans, log, stream) : NULL;

    if (!st)
        return;
    span_stream_see(st, ns);
    span_stream_unref(st);
}

/* Returns how many. */
static size_t end_stale(struct engine *e)
{
    struct open_span *o;
    size_t n = 0;

    for (; (o = spans_stale(e->spans)); n++)
        verdict_give_up(e, o, SPAN_RELOAD, o->stream->clock_ns);
    return n;
}

void engine_end_spans(struct engine *e, const struct ruleset *rules)
{
    if (!e->spans)
        return;
    spans_make_stale(e->spans, rules);
    (void)end_stale(e);
}

void engine_save_spans(const struct engine *e, struct buf *out)
{
    if (e->spans)
        spans_save(e->spans, out);
}

/* Whatever the values were that the registry was given. */
static void set_open(struct engine *e)
{
    uint64_t *open = xcalloc(e->rules->nspans, sizeof *open);

    spans_count(e->spans, open);
    for (unsigned i = 0; i < e->rules->nspans; i++) {
        uint32_t at = e->span_series[i].open;

        if (e->rules->spans[i].used)
            gauge_add(e->spans_open, at,
                      (double)open[i] - family_cells(e->spans_open)->gauge[at].value, e->now_ns);
    }
    free(open);
}

int engine_load_spans(struct engine *e, struct slice saved, struct spans_report *ret_report)
{
    struct spans *spans = e->spans ? e->spans : spans_new(e->rules, 0);
    int r = saved.n ? spans_load(spans, saved, &ret_report->forgotten) : 0;

    ret_report->given_up = 0;
    if (saved.n == 0 || r < 0)
        ret_report->forgotten = 0;
    if (!e->spans) {
        spans_free(spans);
        return r;
    }
    set_open(e);
    ret_report->given_up = end_stale(e);
    return r;
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
