/* explain -- why a line did, or did not, become an event, in words. Slow and thorough.
 *
 * Uses the very functions the engine uses, one event after the other, without dispatch. */
#ifndef LT_ENGINE_EXPLAIN_H
#define LT_ENGINE_EXPLAIN_H

#include "engine/source.h"
#include "rules/ruleset.h"

struct explainer;

struct explainer *explainer_new(const struct ruleset *rules, size_t max_line);
void explainer_free(struct explainer *x);

struct explain_options {
    bool color;
    unsigned near;    /* how many events that nearly matched to show */
    bool always_near; /* also when another event took the line */
};

/* Appends the explanation of one raw line. */
void explain_line(struct explainer *x, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out);

#endif
