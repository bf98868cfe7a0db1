/* verdict -- which events a decoded line is, and what that does. Private to the engine, whose inside
 * stands here too. */
#ifndef LT_ENGINE_VERDICT_H
#define LT_ENGINE_VERDICT_H

#include "engine/dispatch.h"
#include "engine/engine.h"
#include "engine/update.h"

enum { TOO_LONG = DECODED_UNDECODABLE + 1, LINE_KINDS };

struct log_counters {
    uint32_t lines[LINE_KINDS]; /* series of logtally_log_lines_total */
    uint32_t matched, bytes, times_unreadable;
    uint32_t records_cut, encoding_errors, regex_errors;
};

/* What lines of a log had. */
struct looks {
    uint64_t lines;
    bool *slots; /* NULL: no line yet */
};

/* Lines of the source at hand that are not yet in the registry: they come there when its block ends. */
struct counted_lines {
    uint64_t lines[LINE_KINDS], matched;
};

struct event_state {
    uint64_t
        verdict; /* twice the number of the line it was tried on last, and 1 if it was this event */
    uint32_t hits; /* series of logtally_event_hits_total */
    bool sure;     /* found by dispatch it is certain */
};

/* A span, and the line at hand. */
struct span_state {
    uint64_t ended, begun;   /* number of the line for which that was done last */
    uint64_t keyless;        /* likewise: it lacked a key field, and that was counted */
    struct open_span *found; /* what the line ends; NULL: nothing */
    int missing;             /* key field; -1: none */
};

struct line_time {
    uint64_t number; /* of the record at hand, if it is known */
    int64_t ns;
    bool own;
};

struct span_series {
    uint32_t open, unmatched[SPAN_REASONS];
};

struct engine {
    const struct ruleset *rules;
    struct registry *registry;
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
        *regex_errors, *event_hits;
    struct log_counters *logs;
    struct looks *looks; /* of each log */
    struct counted_lines counted;
    uint64_t unmatched;
    struct joined done;     /* the record at hand, of a log with `record` */
    struct source *waiting; /* those with open records */
    /* Open spans; all NULL when no rule uses one. */
    struct spans *spans;
    struct span_state *span_states;
    struct span_series *span_series;
    struct family *spans_open, *spans_unmatched;
    struct line_time line_time;
    struct open_span *over; /* as engine_is_over found it */
    struct record aside;  /* the record of a line, while something is given up, and of that else */
    uint32_t *hits_aside; /* likewise */
    struct trace given_up_trace; /* of that */
    engine_given_up_fn *given_up;
    void *given_up_ctx;
    int64_t now_ns;
};

/* The record at hand is decoded: it counts. */
void verdict_line(struct engine *e);
/* The same, noting what is done, and what else would have to hold. */
void verdict_traced(struct engine *e, struct trace *t);
/* Reads the time of the record at hand, which counts later, where only trying an event tells it. */
void verdict_time(struct engine *e);

/* Spans of files whose clocks, moved on by the time for which nothing came, are past them: are there
 * any, and gives them up. */
bool verdict_is_over(struct engine *e);
void verdict_silence(struct engine *e);
void verdict_give_up(struct engine *e, struct open_span *o, enum span_reason why, int64_t ns);
/* The stream of a source; rules have spans. */
struct span_stream *verdict_stream(struct engine *e, struct source *s);

#endif
