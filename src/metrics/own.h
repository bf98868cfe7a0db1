/* own -- the metrics that logtally has about itself and its process: one row each, and no other.
 *
 * A row is data: name, type, labels, help, and whether the values are durable (kept in the state,
 * part of every snapshot) or live (of this process, made anew for every page). The rooms above take
 * a family by its id and count in it; docs/metrics.md and OWN METRICS of logtally(1) are made from
 * the same rows (`logtally help metrics`). What a room counts, and when, is not known here. */
#ifndef LT_METRICS_OWN_H
#define LT_METRICS_OWN_H

#include "base/buf.h"
#include "metrics/registry.h"

/* In the order in which they stand on a page. */
enum own_id {
    /* engine */
    OWN_RULE_SKIPPED,
    OWN_RULE_ERRORS,
    OWN_SERIES_FOLDED,
    OWN_LOG_LINES,
    OWN_LOG_LINES_MATCHED,
    OWN_LOG_BYTES,
    OWN_ENCODING_ERRORS,
    OWN_TIMES_UNREADABLE,
    OWN_RECORDS_CUT,
    OWN_LOG_REGEX_ERRORS,
    OWN_EVENT_HITS,
    OWN_SPANS_OPEN,
    OWN_SPANS_UNMATCHED,
    /* input, counted by the daemon */
    OWN_FILES_ROTATED,
    OWN_FILES_TRUNCATED,
    OWN_FILES_AMBIGUOUS,
    OWN_FILES_VANISHED,
    OWN_LOST_BYTES,
    OWN_STATE_RESETS,
    /* the daemon at this moment */
    OWN_SERIES,
    OWN_METRIC_UPDATED,
    OWN_FILES,
    OWN_FILES_OPEN,
    OWN_LAG_BYTES,
    OWN_PATHS_UNMATCHED,
    OWN_DIRECTORIES_UNREADABLE,
    OWN_FILES_NULS,
    OWN_LOG_LAST_LINE,
    OWN_READ_ERRORS,
    OWN_CATCHING_UP,
    OWN_CHECKPOINT_TIME,
    OWN_CHECKPOINT_BYTES,
    OWN_CHECKPOINT_DURATION,
    OWN_CHECKPOINT_FAILURES,
    OWN_STATE_REMOVED,
    OWN_RELOAD_OK,
    OWN_RELOAD_TIME,
    OWN_HTTP_REQUESTS,
    OWN_SCRAPE_DURATION,
    OWN_LOOP_LONGEST,
    OWN_BUILD_INFO,
    /* what every client library says of its process */
    OWN_CPU_SECONDS,
    OWN_RESIDENT_BYTES,
    OWN_VIRTUAL_BYTES,
    OWN_OPEN_FDS,
    OWN_MAX_FDS,
    OWN_START_TIME,
    OWN_METRICS
};

const char *own_name(enum own_id id);
bool own_is_durable(enum own_id id);
/* The family of a row, added to the registry if it is not there yet; without limits. */
struct family *own_family(struct registry *r, enum own_id id);
/* All rows, a line each: name, type, labels, "durable" or "live", help, with a tab between. */
void own_describe(struct buf *out);

#endif
