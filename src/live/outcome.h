/* outcome -- what the rules came to at one save: the setup, and the report of the lines held. */
#ifndef LT_LIVE_OUTCOME_H
#define LT_LIVE_OUTCOME_H

#include "app/setup.h"
#include "report/report.h"

/* A kind of line that no event took. */
struct outcome_kind {
    size_t shape; /* of the report's; SIZE_MAX: there is none now, all of them are taken */
    uint64_t now, before;
    char *words;
};

struct outcome {
    struct setup setup;
    struct report report;
    struct outcome_kind *kinds; /* the most frequent first, those that are no more last */
    size_t nkinds;
    size_t not_held; /* files that are too large to be kept in memory */
    bool compared;   /* with what was before */
};

/* Loads the rules, with all that is wrong with them in *m, and counts the lines. NULL when there are
 * mistakes, or when it was said on stderr what else is wrong; *code is the exit code then. `source` is called for each
 * path and glob that was looked at, in any case. */
typedef void outcome_source_fn(void *ctx, const char *glob);
struct outcome *outcome_new(const struct common_options *options, struct held *held,
                            struct mistakes *m, outcome_source_fn *source, void *ctx,
                            int *ret_code);
void outcome_free(struct outcome *o);
/* Finds the kinds, and how many of each there were before; NULL: nothing was. */
void outcome_compare(struct outcome *o, const struct outcome *before);
/* How often an event of that name hit; false when there is none. */
bool outcome_hits(const struct outcome *o, const char *event, uint64_t *ret_hits);

#endif
