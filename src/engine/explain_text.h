/* explain_text -- the parts of an explanation that show the line itself. Private to explain.c. */
#ifndef LT_ENGINE_EXPLAIN_TEXT_H
#define LT_ENGINE_EXPLAIN_TEXT_H

#include "engine/record.h"

enum { EXPLAIN_TEXT_MAX = 200 };

/* Text from a log, safe for a terminal, cut after EXPLAIN_TEXT_MAX bytes. */
void explain_text(struct buf *out, struct slice s);
/* How many columns explain_text takes for it. */
int explain_columns(struct slice s);
/* "    name = text" */
void explain_field(struct buf *out, const char *name, struct slice text);
/* How the line was decoded, and its fields; or where it stops being the JSON it means to be. */
void explain_decoded(struct buf *out, const struct record *r);

#endif
