/* proposal -- a rule for one kind of lines that no event took, as suggest would write it beside the rules
 * that are there, and the file of theirs to which it can be added. */
#ifndef LT_LIVE_PROPOSAL_H
#define LT_LIVE_PROPOSAL_H

#include "live/outcome.h"

/* Appends the rule; nothing when there is none to make. */
void propose(const struct outcome *o, struct held *held, size_t shape, struct buf *out);
/* The last rules file that was read; NULL when there is none. BORROWS the outcome. */
const char *proposal_file(const struct outcome *o);
/* Appends text to a file, whole or not at all. 0 or negative errno. */
int proposal_add(const char *path, struct slice text);

#endif
