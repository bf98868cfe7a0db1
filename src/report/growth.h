/* growth -- how the series of each metric came, line by line: what there will be in a longer log.
 *
 * While lines are counted, marks are set: how many series there are and how often each event happened. With
 * more than MARKS of them every other goes, so that they are always about as far apart. Of a metric the
 * mark counts at which half of its updates were done: in the second half so many new series came as many as
 * Heaps' law says of words in a text, series = updates ^ power, and with that power it goes on. That is an
 * honest guess for label values that are drawn from a large or endless stock, and too high for those of a
 * small one that is nearly used up; what rules bound is no guess (bounds.h). */
#ifndef LT_REPORT_GROWTH_H
#define LT_REPORT_GROWTH_H

#include "offline/session.h"

struct growth {
    const struct session *session;
    uint64_t lines, next, step; /* read; of the next mark; between marks */
    uint64_t *hits;             /* of each mark, those of each event */
    uint32_t *series;           /* likewise of each family */
    unsigned nmarks;
    uint32_t *at_start; /* of each family */
    unsigned *first;    /* of each family, and behind the last: where it begins in `updaters` */
    uint32_t *updaters; /* the events of all mappings, family by family */
};

/* The session is new; it counts as many bytes at once as growth_piece says. */
void growth_init(struct growth *g, const struct session *s);
void growth_release(struct growth *g);
size_t growth_piece(void *growth, struct slice rest);

/* Of a metric, or of one of its labels (>= 0). */
struct outlook {
    uint32_t start, now,
        half; /* series, or values: from the start, of them all, at half of the updates */
    uint64_t updates, updates_half;
    double power;   /* 0: no more came; 1: as many as updates */
    uint64_t bound; /* what rules leave; 0 = none */
    uint32_t limit; /* max_series or max_values; 0 = none */
};

void growth_outlook(const struct growth *g, unsigned family, int label, struct outlook *ret);
/* After `times` as many updates. */
uint64_t outlook_after(const struct outlook *o, double times);
/* After how many times as many updates there are so many; 0: never, as far as one can tell. */
double outlook_when(const struct outlook *o, uint64_t n);
/* Is enough known to say so? Not by a handful of updates, nor of new series. */
bool outlook_is_known(const struct outlook *o);

/* The newest values of a label; returns how many. They BORROW the registry. */
unsigned growth_newest(const struct growth *g, unsigned family, unsigned label, struct slice *ret,
                       unsigned most);

#endif
