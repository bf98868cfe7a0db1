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

/* The record at hand is decoded: it counts. */
void verdict_line(struct engine *e);
/* The same, noting what is done, and what else would have to hold. */
void verdict_traced(struct engine *e, struct trace *t);
/* Reads the time of the record at hand, which counts later, where only trying an event tells it. */
void verdict_time(struct engine *e);

#endif
