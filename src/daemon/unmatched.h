/* unmatched -- the last lines of each log that no event took, where [server] show_lines = yes: for
 * the page of the log. Memory is bounded: so many lines, each cut to so many bytes. */
#ifndef LT_DAEMON_UNMATCHED_H
#define LT_DAEMON_UNMATCHED_H

#include "engine/engine.h"

enum { UNMATCHED_LINES = 20, UNMATCHED_BYTES = 2048 };

struct unmatched;

struct unmatched *unmatched_new(unsigned nlogs);
/* NULL is fine. */
void unmatched_free(struct unmatched *u);
/* For engine_options. */
void unmatched_add(void *u, const struct source *source, struct slice line);
/* The newest is number 0; p = NULL: there are no more. */
struct slice unmatched_line(const struct unmatched *u, unsigned log, unsigned number);

#endif
