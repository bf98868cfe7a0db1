/* explain_json -- what is told of a line as one JSON object. Private to explain. */
#ifndef LT_ENGINE_EXPLAIN_JSON_H
#define LT_ENGINE_EXPLAIN_JSON_H

#include "engine/explain.h"

void explain_json(const struct trace *t, bool is_line, const struct explain_options *o,
                  struct buf *out);

#endif
