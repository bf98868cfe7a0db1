/* nearest -- the events that a line is not, those first that it nearly is. Private to explain. */
#ifndef LT_ENGINE_NEAREST_H
#define LT_ENGINE_NEAREST_H

#include "engine/explain.h"

/* Why a line is not an event: what a person can change first. */
enum miss { UNDECODED, OF_SPAN, NOT_PARENT, CONDITION_FAILED, NO_MEMBER, OTHER_LOG, IS_UNLESS };

struct near_event {
    uint32_t event;
    enum miss why;
    unsigned nheld; /* conditions of the line that hold, wherever they stand */
    /* 1 and more: all conditions hold. Else the part of its conditions that hold, one that fails
     * counting as much as its text or regex fitted. */
    double nearness;
    double lack; /* of CONDITION_FAILED: how much of its conditions does not fit, 1 for each */
};

/* All of them. Room for all events of the rules. How many there are; fewer when patience is over. */
unsigned nearest_find(const struct trace *t, struct near_event *ret);
/* Those to be shown: `near` as in explain_options. Of a line that nothing takes one is always shown, however
 * far it is; of one that is `taken` those that it would be, too, if it were not for that, or for a slip in a
 * rule. */
unsigned nearest_shown(const struct trace *t, bool taken, unsigned near, struct near_event *ret);
/* "unless", "condition", ... */
const char *miss_text(enum miss why);
/* Is that condition, which fails, only one for lack of what another should have captured? */
bool nearest_follows(const struct trace *t, uint32_t event, unsigned condition);

#endif
