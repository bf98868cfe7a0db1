/* timeline -- the lines of several files in the order of their own times.
 *
 * Files are read side by side, always the one that is furthest behind; lines wait in a heap until
 * no file can bring an older one, `slack` taken into account. A line later than that is handed out
 * at the time of the last one, and counted. Lines of a file whose first time is not known yet come
 * first, with time_ns TIMELINE_NO_TIME. Memory is what `slack` of log holds, at most HELD_MAX. */
#ifndef LT_CMD_TIMELINE_H
#define LT_CMD_TIMELINE_H

#include "cmd/session.h"

#define TIMELINE_NO_TIME INT64_MIN

struct timeline;

struct timeline_stats {
    uint64_t lines, late, without_time;
    int zone_offset_s; /* that undated lines constantly have to their dated neighbours; 0 = none */
};

struct timeline *timeline_new(struct session *s, int64_t slack_ns);
void timeline_free(struct timeline *t);
/* `first_ns`: the first date in the file, from which lines before it take theirs, and which says
 * when it is the file's turn; TIMELINE_NO_TIME: unknown. 0 or negative errno with a sentence in
 * *err. */
int timeline_add(struct timeline *t, const char *path, unsigned log, int64_t first_ns,
                 struct buf *err);
/* The next line; it dies with the next call. 1, 0 at the end, or negative errno with a sentence. */
int timeline_next(struct timeline *t, struct source **ret_source, struct engine_peek *ret_line,
                  struct buf *err);
void timeline_stats(const struct timeline *t, struct timeline_stats *ret_stats);

#endif
