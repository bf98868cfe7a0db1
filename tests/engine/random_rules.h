/* random_rules -- rules and lines by dice: few fields and few values, so that much of it meets. */
#ifndef LT_TESTS_RANDOM_RULES_H
#define LT_TESTS_RANDOM_RULES_H

#include "support.h"
#include "tools.h"

enum { RANDOM_EVENTS = 12 }; /* at most */

/* n events e0, e1, ..., each with a counter c0_total, ...; a gauge "order" that many move; and some
 * with `each`.
 * Returns the events that see decoded fields, bit 0: e0. */
unsigned random_rules(struct dice *d, unsigned n, struct buf *out);
/* Appends to those rules metrics v0_total, h0, g0, ... of e0 alone, of each event some, and events
 * that nothing uses. */
void random_values(struct dice *d, unsigned n, unsigned decoded, struct buf *out);
void random_line(struct dice *d, struct buf *out);

#endif
