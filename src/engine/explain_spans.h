/* explain_spans -- what a line did to a span, in words. Private to explain. */
#ifndef LT_ENGINE_EXPLAIN_SPANS_H
#define LT_ENGINE_EXPLAIN_SPANS_H

#include "engine/trace.h"
#include "base/buf.h"

void explain_span(const struct trace *t, const struct span_note *n, struct buf *out);
/* Of the one note of what is given up. */
void explain_given_up(const struct trace *t, struct buf *out);

#endif
