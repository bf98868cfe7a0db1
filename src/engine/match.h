/* match -- is a line an event, and what fields does the event give it?
 *
 * Works on a record; knows nothing of metrics and nothing of which events to try (dispatch.h). */
#ifndef LT_ENGINE_MATCH_H
#define LT_ENGINE_MATCH_H

#include "engine/record.h"

/* Is the event for a line that was read like this one? An undecodable line is for match events (and
 * for those that are of one, which their parent decides). */
static inline bool event_for_line(const struct event *e, const struct record *r)
{
    return r->decoded != DECODED_UNDECODABLE || e->parent != EVENT_NONE || !e->sees_decoded;
}

/* Tries the conditions of the line in the order written. Returns how many held before one failed
 * (event->nline: all); groups of those that held are set. None holds when the event is not
 * for the line. *ret_limit is set to true when a regex ran into the match limit (it counts as not
 * matching), else left alone. */
unsigned match_conditions(struct record *r, const struct event *e, bool *ret_limit);

/* Does this one, whatever the others do? The same in all else. */
bool match_condition(struct record *r, const struct condition *c, bool *ret_limit);

/* Do those below `each` hold, for the member in the slots? */
bool match_members(struct record *r, const struct event *e, bool *ret_limit);

/* What became of a calc; the first operand that is not there decides. */
enum calc_outcome {
    OUTCOME_DONE,
    OUTCOME_MISSING,
    OUTCOME_NO_NUMBER,
    OUTCOME_NO_TIME,
    OUTCOME_BY_ZERO,
    OUTCOME_TOO_LONG,
};

/* *ret_field is the number of the operand for MISSING, NO_NUMBER and NO_TIME. */
enum calc_outcome match_calc(struct record *r, const struct action *a, struct exact *ret_result,
                             unsigned *ret_field);

/* set, calc, rewrite, map in the order written. A rewrite that runs into the match limit does nothing. */
void match_actions(struct record *r, const struct event *e, bool *ret_limit);

#endif
