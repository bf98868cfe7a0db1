/* explain -- why a line did, or did not, become an event, in words. Slow and thorough.
 *
 * Words only: what happened is the engine's to say (trace.h). */
#ifndef LT_ENGINE_EXPLAIN_H
#define LT_ENGINE_EXPLAIN_H

#include "engine/engine.h"

struct explain_options {
    bool color;
    unsigned near;    /* of a line that no event takes: how many of the nearest to show */
    bool always_near; /* all of them, also when an event took the line */
};

/* Gives one raw line to the engine and appends what became of it; in a log with `record`, of the
 * record that it ended, if any. */
void explain_line(struct engine *e, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out);
/* After the last line: records that are still open, and lines of which only parts came. */
void explain_rest(struct engine *e, struct source *s, const struct explain_options *o,
                  struct buf *out);

#endif
