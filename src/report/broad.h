/* broad -- lines that only events take which are of no kind of line, but of many.
 *
 * `match = ^` counts all lines, `where = level == INFO` those of a level. With such an event no line is
 * unmatched, and what the events beside it miss would be missed in silence. An event is broad if
 *
 *   - others, not `of` it nor it `of` them, take at least half of its lines, and
 *   - two of those never take the same line: they are of different kinds.
 *
 * So lines are put together by the events that take them. What is kept of such a set is bounded. */
#ifndef LT_REPORT_BROAD_H
#define LT_REPORT_BROAD_H

#include "engine/trace.h"
#include "report/kinds.h"

struct event_set {
    unsigned *events, n; /* their numbers, ascending */
    uint64_t lines;      /* that are these events and no others */
    struct kinds kinds;  /* of these; only of a set of few events */
    bool hidden;         /* all its events are broad */
};

struct broad {
    const struct ruleset *rules; /* BORROWED */
    struct map numbers;          /* of sets, by their events */
    struct event_set *sets;
    size_t n, cap;
    unsigned *at_hand; /* the events of the line at hand */
    bool lost;         /* there are more sets than are kept: nothing is sure, and nothing found */
};

void broad_init(struct broad *b, const struct ruleset *rules);
/* A line that was traced. */
void broad_add(struct broad *b, const struct trace *t);
/* When all were added: which sets are hidden, and of what kinds their lines are. */
void broad_find(struct broad *b);
void broad_release(struct broad *b);

#endif
