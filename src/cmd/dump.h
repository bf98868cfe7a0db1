/* dump -- the resolved rules: as text for people (`check --dump`), as JSON for programs
 * (`check --json`). Names, not slot numbers: what can be compared with the rules as written. What
 * is resolved is which log, event and metric each name came to mean, and how dispatch finds an
 * event. */
#ifndef LT_CMD_DUMP_H
#define LT_CMD_DUMP_H

#include "base/jsonout.h"
#include "engine/engine.h"

void dump_rules(const struct ruleset *rules, const struct engine *engine, struct buf *out);
/* Appends a condition as written: `where level == ERROR`. */
void dump_condition(const struct condition *c, struct buf *out);

/* Add the keys "events", "spans", "metrics" and "logs" to an open object; "mistakes". */
void dump_rules_json(const struct ruleset *rules, const struct engine *engine, struct jsonout *j);
void dump_mistakes_json(const struct mistakes *m, enum severity most, struct jsonout *j);

#endif
