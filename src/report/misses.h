/* misses -- why an event never happens: how far the lines of the sample come through its conditions, and what
 * they have where it wants something else. Lines are tried by it one by one, so that only the first so many
 * of each file are. */
#ifndef LT_REPORT_MISSES_H
#define LT_REPORT_MISSES_H

#include "base/map.h"
#include "engine/trace.h"

struct miss {
    uint64_t lines;    /* tried: of its logs, and its parent's */
    unsigned held;     /* the most conditions that held in one of them, */
    uint64_t there;    /* and in how many so many did */
    uint64_t unless;   /* all did, but the line was an event of its `unless` */
    struct map values; /* what the field of the next condition was there -> lines */
};

struct misses {
    const struct ruleset *rules;
    struct miss *list; /* of each event */
};

void misses_init(struct misses *m, const struct ruleset *rules);
void misses_release(struct misses *m);
/* A line that was traced with all its trials. */
void misses_add(struct misses *m, const struct trace *t);
/* Appends why, as it goes on behind "event X never happens: ". */
void misses_words(const struct misses *m, unsigned event, struct buf *out);

#endif
