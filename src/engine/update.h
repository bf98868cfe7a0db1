/* update -- what events do to metrics: label sets to series, values to updates, and refusals. */
#ifndef LT_ENGINE_UPDATE_H
#define LT_ENGINE_UPDATE_H

#include "engine/plan.h"
#include "engine/trace.h"
#include "metrics/registry.h"

struct updater;

struct updater *updater_new(const struct ruleset *rules, struct registry *registry,
                            struct plan *plans, int64_t now_ns);
void updater_free(struct updater *u);
void updater_set_now(struct updater *u, int64_t now_ns);

/* Does everything that these events (n > 0, their conditions hold) mean, in the order of the
 * mappings. */
void updater_apply(struct updater *u, struct record *r, const uint32_t *events, unsigned n);
/* The same, noting what is done and letting all actions run. */
void updater_trace(struct updater *u, struct record *r, const uint32_t *events, unsigned n,
                   struct trace *t);

/* set, calc, rewrite and map of an event that the line is, unless they ran for this line already. True
 * when a regex ran into the match limit (which is counted). */
bool updater_actions(struct updater *u, struct record *r, unsigned event);

/* Something of this event was given up: "match_limit" of a regex, "each_limit". */
void updater_count_error(struct updater *u, unsigned event, const char *reason);

#endif
