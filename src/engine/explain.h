/* explain -- why a line did, or did not, become an event, in words or as JSON. Slow and thorough.
 *
 * Words only: what happened is the engine's to say (trace.h). */
#ifndef LT_ENGINE_EXPLAIN_H
#define LT_ENGINE_EXPLAIN_H

#include "engine/engine.h"

/* All of them, also when an event took the line. */
#define NEAR_ALL UINT32_MAX

struct explain_options {
    bool color;
    unsigned near; /* of a line that no event takes: how many of the nearest to show, or NEAR_ALL */
    bool json;     /* one object, in a line, for each thing that is told */
};

/* Gives one raw line to the engine and appends what became of it; in a log with `record`, of the
 * record that it ended, if any. */
void explain_line(struct engine *e, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out);
/* After the last line: records that are still open, and lines of which only parts came. */
void explain_rest(struct engine *e, struct source *s, const struct explain_options *o,
                  struct buf *out);

/* The same by steps, for who does not want everything told: called for each line, and each span that is
 * given up (`is_line` is false), with a trace that dies with the call. */
typedef void explain_fn(void *ctx, const struct trace *t, bool is_line);
void explain_feed(struct engine *e, struct source *s, struct slice raw, explain_fn *fn, void *ctx);
void explain_feed_rest(struct engine *e, struct source *s, explain_fn *fn, void *ctx);
void explain_told(const struct trace *t, bool is_line, const struct explain_options *o,
                  struct buf *out);
/* What there is to tell without the values: those of which the same is told have the same, the first
 * line of which says it. Of a line that no event takes the nearest event is only looked for when
 * `thorough`; else all that is known without stands for it, which differs at least as often. */
void explain_kind(const struct trace *t, bool is_line, bool thorough, struct buf *out);

#endif
