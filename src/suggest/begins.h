/* begins -- do lines of a sample belong together to records of several, and how does each begin? As stack
 * traces, tracebacks, SQL statements and pretty-printed JSON look; nothing else is guessed. */
#ifndef LT_SUGGEST_BEGINS_H
#define LT_SUGGEST_BEGINS_H

#include "base/slice.h"

#include <stdbool.h>

struct begins;

struct begins *begins_new(void);
void begins_free(struct begins *b);
/* The next line, taken out of its wrapper. */
void begins_note(struct begins *b, struct slice line);
/* The regex that a record begins with; NULL: each line stands alone. */
const char *begins_found(const struct begins *b);
/* Does a line name an exception, as a trace does? */
bool begins_traces(const struct begins *b);

#endif
