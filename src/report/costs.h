/* costs -- what a line costs, and which events cost most: the first lines are counted again by the rules
 * without some of their events. Only CPU time of this thread is taken, the least of several turns, with
 * and without by turns; little differences are not told. */
#ifndef LT_REPORT_COSTS_H
#define LT_REPORT_COSTS_H

#include "offline/held.h"
#include "offline/inputs.h"

enum { COSTS_SHOWN = 5 };

struct cost {
    unsigned event;
    double ns; /* a line */
};

struct costs {
    uint64_t lines;                /* that were counted each time; 0: too few to tell */
    double line_ns;                /* a line, all told, */
    double without_ns;             /* and without any event: reading and decoding */
    struct cost list[COSTS_SHOWN]; /* the most expensive first */
    unsigned n;
};

void costs_measure(struct costs *c, const struct setup *setup, const struct inputs *inputs,
                   struct held *held);

#endif
