/* lines -- which lines of the logs no event took: where they stand, so that one can be shown, explained
 * and proposed a rule for. */
#ifndef LT_LIVE_LINES_H
#define LT_LIVE_LINES_H

#include "live/outcome.h"

enum {
    LINES_MAX = 10000,      /* of one kind that can be stepped through */
    LINES_OF_ALL = 1000000, /* of all */
};

struct line_place {
    size_t input; /* which file */
    size_t shape; /* of the kinds; SIZE_MAX: of none */
    struct slice
        raw; /* its line, or those that it was put together from; BORROWED of what is held */
    const char *begin; /* of the file's lines */
};

/* Each line that no event took, with what its log makes of it: all are counted once more, until `fn`
 * returns false. Those of files that are too large to be held are left out. */
typedef bool lines_fn(void *ctx, const struct line_place *place, struct slice line);
void lines_each(const struct outcome *o, struct held *held, lines_fn *fn, void *ctx);

struct lines {
    struct line_place *all;
    size_t nall, all_cap;
    size_t *of_shape; /* how many of each */
    size_t *list;     /* those of the kind that is picked: which of all */
    size_t n, cap;
};

/* The first of each kind. BORROWS what is held. */
void lines_find(struct lines *l, const struct outcome *o, struct held *held);
void lines_pick(struct lines *l, size_t shape);
void lines_release(struct lines *l);

static inline const struct line_place *lines_at(const struct lines *l, size_t i)
{
    return &l->all[l->list[i]];
}

/* The number of its first line in the file, from 1. */
uint64_t line_number(const struct line_place *p);
/* What becomes of it, in words. */
void line_explain(const struct line_place *p, const struct outcome *o, struct buf *out);

#endif
