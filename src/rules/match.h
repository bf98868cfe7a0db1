/* match -- is a line an event, and what fields does the event give it?
 *
 * Works on a record; knows nothing of metrics and nothing of which events to try (dispatch.h). */
#ifndef LT_RULES_MATCH_H
#define LT_RULES_MATCH_H

#include "rules/record.h"

/* Tries the conditions in the order written. Returns how many held before one failed
 * (event->nconditions: all); groups of those that held are set. *ret_limit is set to true when a
 * regex ran into the match limit (it counts as not matching), else left alone. */
unsigned match_conditions(struct record *r, const struct event *e, bool *ret_limit);

/* set, rewrite, map in the order written. A rewrite that runs into the match limit does nothing. */
void match_actions(struct record *r, const struct event *e, bool *ret_limit);

#endif
