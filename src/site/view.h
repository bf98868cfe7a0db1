/* view -- what people are shown, as plain data; the daemon fills it in, this room words it.
 *
 * The room makes pages (HTML) and answers for programs (JSON) from a view, and knows nobody: no
 * daemon, no registry, no request. So a page can be made in a test from a view written by hand.
 *
 *   pages    a page for people, in one of two languages       pages.h, on parts.h, html.h, words.h
 *   api      the same for programs                            api.h, described by docs/openapi.json
 *   assets   the style and the script that pages load         assets.h
 *
 * Everything is borrowed for the time of one call. Times are unix nanoseconds, 0 = never. */
#ifndef LT_SITE_VIEW_H
#define LT_SITE_VIEW_H

#include "base/slice.h"

#include <stdint.h>

enum { VIEW_MINUTES = 60 };
/* A longer list is shown in pages of so many rows: none may hold up the daemon. */
enum { VIEW_ROWS = 1000 };

/* Of a list of n rows page `number` (from 1) has those from `from` to before `end`. */
struct view_rows {
    unsigned number, from, end, n;
};

/* False: there is no such page. The first there always is. */
static inline bool view_rows(unsigned number, unsigned n, struct view_rows *ret_rows)
{
    unsigned from = (number - 1) * VIEW_ROWS, end = number * VIEW_ROWS;

    *ret_rows = (struct view_rows){number, from, end < n ? end : n, n};
    return from < n || number == 1;
}

/* A count, and how it grew in the last hour: minute[n - 1] is the present one so far. */
struct view_count {
    uint64_t total, since; /* of it since the start or the last reload */
    double per_second;     /* of about the last minute */
    const uint32_t *minute;
    unsigned n; /* <= VIEW_MINUTES */
};

enum view_file_state { VIEW_READING, VIEW_READ, VIEW_ROTATED, VIEW_FAILING };

struct view_file {
    const char *path;
    uint64_t size, offset;
    int64_t written_ns;
    enum view_file_state state;
    const char *why; /* of VIEW_FAILING */
};

/* A number that should be 0, and what it counts; as in own metrics. */
struct view_trouble {
    const char *metric;
    uint64_t n;
};

struct view_line {
    struct slice text;
    const char *why; /* what explain says; NULL: it was not asked, as that takes too long */
};

struct view_log {
    const char *name;
    const char *const *paths;
    unsigned npaths;
    unsigned nfiles, nopen, nfailing;
    unsigned nunreadable; /* directories */
    uint64_t lag_bytes;
    int64_t last_line_ns;
    bool catching_up, waiting;
    struct view_count lines, unmatched;
    uint64_t times_unreadable;           /* of lines whose time was there and could not be read */
    const struct view_trouble *troubles; /* those above 0 */
    unsigned ntroubles;
    bool shows_lines;
    const struct view_line *recent; /* that no event took, the newest first */
    unsigned nrecent;
    const struct view_file *files; /* of the log that is asked for; else none */
    unsigned nlisted;
};

/* There is something of it that cannot be read. */
static inline bool view_log_fails(const struct view_log *log)
{
    return log->nfailing || log->nunreadable;
}

struct view_event {
    const char *name, *file;
    int line;
    bool used;
    struct view_count hits;
    uint64_t errors; /* times that it was given up: a regex ran into its limit, too many members */
    /* The first field of its conditions, where of `looked` lines of its logs, which were looked at for that,
     * none had any of them; NULL: one had, or it happened. */
    const char *lacks;
    uint64_t looked;
    unsigned log; /* the first of its logs that had lines; of no meaning without `looked` */
};

/* An event and what it updates; a pair may be there twice in a row. */
struct view_update {
    unsigned event, metric;
};

struct view_metric {
    const char *name, *type, *help, *file;
    int line;
    const char *const *labels;
    unsigned nlabels;
    uint64_t series, limit, max_values;
    uint64_t folded, skipped;
    uint64_t updates, folded_since, skipped_since; /* tried since the start or the last reload */
    int64_t updated_ns;
};

struct view {
    const char *version, *revision;
    const char *status; /* ok, degraded, catching_up: as /health */
    int64_t now_ns, start_ns;
    int64_t reload_ns; /* the last one that worked */
    bool reload_ok;
    const char *mistakes; /* of the last one; NULL = none */
    const char *config;   /* the file; NULL: rules were given on the command line alone */
    int64_t checkpoint_ns;
    uint64_t checkpoint_bytes, checkpoint_failures;
    bool keeps_state, save_fails;
    uint64_t series, series_limit;
    const struct view_log *logs;
    unsigned nlogs;
    const struct view_event *events;
    unsigned nevents;
    const struct view_metric *metrics;
    unsigned nmetrics;
    const struct view_update *updates;
    unsigned nupdates;
};

#endif
