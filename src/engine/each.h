/* each -- the members for which an event with `each` happens.
 *
 * All members of a line are found, and tried, before anything is updated. What a member makes of the
 * event's fields is kept, and put into their slots again for each update. */
#ifndef LT_ENGINE_EACH_H
#define LT_ENGINE_EACH_H

#include "engine/record.h"

enum { EACH_MAX = 1000 }; /* of one line and event */

struct step;

/* Of one event, in the line at hand. */
struct members {
    unsigned n;                     /* for which it happens */
    unsigned found;                 /* there were */
    bool is_none;                   /* the field is no JSON object or array */
    bool cut;                       /* there were more than EACH_MAX */
    struct field *fields[EACH_MAX]; /* of each the event's own */
    uint32_t tags[EACH_MAX];        /* of an object: hashes of the keys that there were, */
    struct slice keys[EACH_MAX];    /* and the keys */
    struct field *line;             /* as they are without a member */
    unsigned touched;               /* record.touched.n then */
    bool shown;                     /* a member's fields are in the slots */
};

/* Finds them on a line that passes what stands above `each`. *ret_limit as in match.h. */
void each_find(struct record *r, const struct event *e, struct members *m, bool *ret_limit);
/* Finds them once more, which makes of them what was made: the steps of each member, and of each action
 * one, which live as long as the line. For a trace. */
struct step *each_steps(struct record *r, const struct event *e, struct members *m);
/* Puts the fields of member k into their slots, until each_hide, before which no slot of another
 * event may be set. */
void each_show(struct record *r, const struct event *e, struct members *m, unsigned k);
void each_hide(struct record *r, const struct event *e, struct members *m);

#endif
