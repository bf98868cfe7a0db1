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
};

/* Those of one kind, each with what its log makes of it: the lines are counted once more, until `fn`
 * returns false. */
typedef bool lines_fn(void *ctx, const struct line_place *place, struct slice line);
void lines_each(const struct outcome *o, struct held *held, size_t shape, lines_fn *fn, void *ctx);
/* Of those, the first LINES_MAX. */
void lines_find(struct lines *l, const struct outcome *o, struct held *held, size_t shape);
void lines_release(struct lines *l);
/* The number of its first line in the file, from 1. */
uint64_t line_number(const struct line_place *p);
/* What becomes of it, in words. */
void line_explain(const struct line_place *p, const struct outcome *o, struct buf *out);

#endif
