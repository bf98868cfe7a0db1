/* dump -- the resolved rules as text, for `check --dump`. */
#ifndef LT_CMD_DUMP_H
#define LT_CMD_DUMP_H

#include "engine/engine.h"

void dump_rules(const struct ruleset *rules, const struct engine *engine, struct buf *out);

#endif
