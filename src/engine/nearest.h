/* nearest -- the events that a line is not, those first that it nearly is. Private to explain. */
#ifndef LT_ENGINE_NEAREST_H
#define LT_ENGINE_NEAREST_H

#include "engine/trace.h"

/* Why a line is not an event: what a person can change first. */
enum miss { UNDECODED, OF_SPAN, NOT_PARENT, CONDITION_FAILED, NO_MEMBER, OTHER_LOG, IS_UNLESS };

struct near_event {
    uint32_t event;
    enum miss why;
    unsigned nheld; /* conditions of the line that hold, wherever they stand */
    /* 1 and more: all conditions hold. Else the part of its conditions that hold, one that fails
     * counting as much as its text or regex fitted. */
    double nearness;
};

/* Below this an event has nothing to do with the line. */
#define NEAR_ENOUGH 0.15

/* Room for all events of the rules. How many there are; fewer when patience is over. */
unsigned nearest_find(const struct trace *t, struct near_event *ret);
/* Is that condition, which fails, only one for lack of what another should have captured? */
bool nearest_follows(const struct trace *t, uint32_t event, unsigned condition);

#endif
