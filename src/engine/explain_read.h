/* explain_read -- how a line was read, in words. Private to explain. */
#ifndef LT_ENGINE_EXPLAIN_READ_H
#define LT_ENGINE_EXPLAIN_READ_H

#include "engine/trace.h"
#include "base/buf.h"

/* What was taken off it, how it was decoded, its time and its fields. */
void explain_read(const struct trace *t, struct buf *out);
/* A field and its value; "" is missing. */
void explain_field(struct slice name, struct slice text, struct buf *out);

#endif
