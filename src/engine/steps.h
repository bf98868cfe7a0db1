/* steps -- what each action of an event made of its field, for a trace. Private to the engine.
 *
 * The actions run once more, one at a time, on the line at hand, which they leave as it was: they make
 * the same of the same. So the plain way need not note anything. */
#ifndef LT_ENGINE_STEPS_H
#define LT_ENGINE_STEPS_H

#include "engine/match.h"

/* The texts live as long as the line. */
struct step {
    struct slice before, after; /* the field that it makes; "" = missing */
    struct slice looked_up;     /* by a map */
    bool made;                  /* false: a rewrite finds nothing, a map has no row */
    bool gave_up;               /* a regex ran into the match limit */
    enum calc_outcome outcome;
    unsigned field; /* number of the operand for MISSING, NO_NUMBER and NO_TIME */
};

/* Of fields that no action made yet. */
void steps_make(struct record *r, const struct event *e, struct step *ret_steps);
/* Of an event that the line is, without `each`, as its actions left its fields. */
void steps_again(struct record *r, const struct event *e, struct step *ret_steps);

#endif
