/* engine -- lines in, updates of the registry out.
 *
 *   raw line -> record: unwrap, prefix, decode      record.h, source.h (what a file carries over)
 *            -> dispatch: events that it may be     dispatch.h, on literals.h, memo.h
 *            -> match: conditions, set/rewrite/map  match.h
 *            -> update: series and their values     update.h, on seriescache.h; plan.h is per event
 *   two lines -> spans: which are open, by file     spans.h; what a line is to them: spanline.h
 *
 * This room decides, in one place (verdict.c), whether a line is an event: for the daemon, replay,
 * backfill, test and explain alike. explain asks with a trace (trace.h) and only words the answer.
 *
 * Pure: no descriptor, no clock, no log call; the caller says what time it is. One thread. All that
 * is known of a line dies with it, but for what `struct source` keeps per file. The ruleset is
 * borrowed and never changed: one ruleset serves the engines of many threads. What files there are, and how pages are made, is not known here. */
#ifndef LT_ENGINE_ENGINE_H
#define LT_ENGINE_ENGINE_H

#include "engine/trace.h"
#include "metrics/registry.h"

struct engine;

struct engine_options {
    size_t max_line;                 /* for lines joined from parts */
    const struct patience *patience; /* of traces; borrowed; NULL = none is needed */
    size_t max_label;                /* so much of a field is kept of a span's begin; 0 = all */
    bool trace_hits_only;            /* a trace does not try the events that the line is not */
    uint32_t looks;   /* lines of each log that engine_never_saw knows of, and one of each block */
    bool no_dispatch; /* try every event on every line: to measure, and to test dispatch */
    const struct dispatch_index
        *index; /* of the rules, shared (dispatch.h); BORROWED; NULL: it makes its own */
    /* Called for each line that no event took; NULL = not. */
    void (*unmatched)(void *ctx, const struct source *source, struct slice line);
    void *ctx;
};

/* Adds the ruleset's families and the engine's own counters to the registry; both must outlive the
 * engine. `now_ns` stamps what is there from the start. */
struct engine *engine_new(const struct ruleset *rules, struct registry *registry,
                          const struct engine_options *options, int64_t now_ns);
void engine_free(struct engine *e);

/* The time from now on: `now_ns` is what `expire` counts in, `wall_ns` is for lines without any
 * time. */
void engine_set_time(struct engine *e, int64_t now_ns, int64_t wall_ns);

/* Whole lines of one file: as many as there are '\n', and one more when the last has none. 64 bytes
 * before p and after p + n can be read. */
void engine_lines(struct engine *e, struct source *s, const char *p, size_t n);
/* Nothing more will come of the file: lines of which only parts came, and open records, count as they
 * stand. How many there were; *ret_parts, if wanted: of lines. */
unsigned engine_finish(struct engine *e, struct source *s, unsigned *ret_parts);

/* `run`: a record is complete when nothing came of its file for record_wait; a span is given up when
 * nothing came of its file and running time takes its clock past its timeout. */
/* The file may have open records: they wait. */
void engine_wait(struct engine *e, struct source *s);
/* Does any, or any span? */
bool engine_waits(const struct engine *e);
/* Would engine_complete complete any now? Notes what is quiet. `now_ns`: by a clock that only goes on. */
bool engine_is_due(struct engine *e, int64_t now_ns);
void engine_complete(struct engine *e, int64_t now_ns);
/* One line without its newline, counted as any other, and how that came. */
const struct trace *engine_trace(struct engine *e, struct source *s, struct slice raw);
/* While lines are traced, called for each span that is given up: not by the line, or before the line is
 * done. The one note of the trace says why. NULL: not. */
typedef void engine_given_up_fn(void *ctx, const struct trace *t);
void engine_trace_given_up(struct engine *e, engine_given_up_fn *fn, void *ctx);
/* The same of what engine_finish would count, one at a time; NULL when there is nothing. */
const struct trace *engine_trace_unfinished(struct engine *e, struct source *s);
/* A line that was too long to be read. */
void engine_too_long(struct engine *e, unsigned log, uint64_t lines);
/* Bytes that are no characters of the log's encoding, and were replaced. */
void engine_invalid(struct engine *e, unsigned log, uint64_t bytes);

/* Lines of a log that were counted so far, of whatever kind. */
uint64_t engine_counted(const struct engine *e, unsigned log);

/* Lines of a log that were looked at. */
uint64_t engine_looked(const struct engine *e, unsigned log);
/* Had none of them any field of a decoded line that this names? False of what is no such field. */
bool engine_never_saw(const struct engine *e, unsigned log, const struct ref *ref);

/* Bytes that were read; engine_lines counts its own. */
void engine_read(struct engine *e, unsigned log, uint64_t bytes);

/* For walking in log time (backfill): a line is looked at when it is read, and taken when its time
 * has come. */
struct engine_peek {
    struct slice line;  /* unwrapped; dies with the next call */
    struct slice rest;  /* the same without the log's prefix */
    const char *stream; /* "stdout", "stderr", "" */
    uint32_t lines;     /* that it was joined from */
    enum decoded decoded;
    int64_t time_ns;
    bool dated;     /* the text held its own date */
    bool has_time;  /* the text held a time at all; else it is that of the line before */
    int64_t own_ns; /* what it held, also if the line counts at another; INT64_MIN: none */
};
/* False when there is no line (empty, a part of one, or one too long, which is counted). */
bool engine_peek(struct engine *e, struct source *s, struct slice raw,
                 struct engine_peek *ret_peek);
/* engine_finish, a line at a time: false when there is none. */
bool engine_peek_unfinished(struct engine *e, struct source *s, struct engine_peek *ret_peek);
/* Without a source: the span that engine_is_over found. */
void engine_take(struct engine *e, struct source *s, const struct engine_peek *peeked);
/* Is a span given up before lines of that time? *ret_ns is when. Known only of files that will have a
 * later line, as engine_see says of those of a rotated set. */
bool engine_is_over(struct engine *e, int64_t before_ns, int64_t *ret_ns);
void engine_see(struct engine *e, struct source *s, int64_t ns);
void engine_see_stream(struct engine *e, unsigned log, const char *stream, int64_t ns);

/* Open spans, for the state. Those that are none of `rules`, which come, are given up first. */
void engine_end_spans(struct engine *e, const struct ruleset *rules);
void engine_save_spans(const struct engine *e, struct buf *out);
/* When the registry has its values back. Those that other rules began are given up. 0, or -EBADMSG
 * with none open; "" = none. */
struct spans_report {
    size_t given_up;
    size_t
        forgotten; /* of a name that the rules do not know or use any more: nothing counts them */
};
int engine_load_spans(struct engine *e, struct slice saved, struct spans_report *ret_report);

/* Does the line begin a record, in a log with `record` and nothing to unwrap? Nothing comes of it. */
bool engine_begins_record(struct engine *e, struct source *s, struct slice raw);

/* A sentence about the first time that could not be read, or "". */
struct slice engine_bad_time(const struct engine *e);

/* How often an event hit since the engine was made. */
uint64_t engine_hits(const struct engine *e, unsigned event);
uint64_t engine_unmatched(const struct engine *e);
/* How event `i` is found, for `check --dump`: one phrase. */
void engine_how(const struct engine *e, unsigned event, struct buf *out);
bool engine_tries_always(const struct engine *e, unsigned event);

#endif
