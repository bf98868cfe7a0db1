/* keys -- the schema for people (`logtally help keys`) and for tools (`--json`): the tables of the
 * documentation and the syntax files of editors are made from the latter. */
#ifndef LT_CMD_KEYS_H
#define LT_CMD_KEYS_H

#include "base/buf.h"

/* Appends the sections of that kind, or all of them (NULL); -EINVAL when there is no such section. */
int keys_text(const char *section, struct buf *out);
void keys_json(struct buf *out);

#endif
