/* plan -- what the engine works out once per event, so that it need not per line.
 *
 * Which mappings an event has, which texts of the line decide all their label sets (the `inputs`),
 * and whether set, calc, rewrite and map must run for every line or only for new label sets. */
#ifndef LT_ENGINE_PLAN_H
#define LT_ENGINE_PLAN_H

#include "engine/each.h"
#include "engine/seriescache.h"
#include "rules/ruleset.h"

struct plan {
    /* Mappings and children lie in one array for all events, which the first event's begin. */
    uint32_t *mappings; /* numbers, ascending: the order of updates */
    unsigned nmappings;
    struct ref *inputs;
    unsigned ninputs;
    struct serieskey key; /* of the inputs, in the line at hand */
    uint32_t *children;   /* events that are `of` this one */
    unsigned nchildren;
    bool actions_always;     /* a child, a value or an exemplar sees what actions make */
    bool has_time;           /* has a match group that is the line's time */
    bool is_special;         /* that, or it is a span's event */
    uint32_t *begins, *ends; /* spans that it begins, that it ends */
    unsigned nbegins, nends, begins_cap, ends_cap;
    struct members *members; /* in the line at hand; NULL without `each` */
    struct seriescache *cache;
};

/* One plan for each event. */
struct plan *plans_new(const struct ruleset *rules);
void plans_free(struct plan *plans, const struct ruleset *rules);

#endif
