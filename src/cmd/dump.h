/* dump -- the resolved rules as text, for `check --dump`. */
#ifndef LT_CMD_DUMP_H
#define LT_CMD_DUMP_H

#include "rules/engine.h"

void dump_rules(const struct ruleset *rules, const struct engine *engine, struct buf *out);

/* `status == 200`, `match ^...` as written; for messages. */
void dump_condition(const struct condition *c, struct buf *out);

#endif
