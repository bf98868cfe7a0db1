/* lines -- which lines of the logs no event took: where they stand, so that one can be shown, explained
 * and proposed a rule for. */
#ifndef LT_LIVE_LINES_H
#define LT_LIVE_LINES_H

#include "live/outcome.h"

enum { LINES_MAX = 10000 }; /* of one kind that can be stepped through */

struct line_place {
    size_t input; /* which file */
    struct slice
        raw; /* its line, or those that it was put together from; BORROWED of what is held */
    const char *begin; /* of the file's lines */
};

struct lines {
    struct line_place *list;
    size_t n, cap;
    size_t not_held; /* files whose lines are not in memory */
};

/* Those of one kind: the lines are counted once more. */
void lines_find(struct lines *l, const struct outcome *o, struct held *held, size_t shape);
void lines_release(struct lines *l);
/* The number of its first line in the file, from 1. */
uint64_t line_number(const struct line_place *p);
/* What becomes of it, in words. */
void line_explain(const struct line_place *p, const struct outcome *o, struct buf *out);

#endif
