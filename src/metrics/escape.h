/* escape -- the escapes of the text formats; JSON has jsonout.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_ESCAPE_H
#define LT_METRICS_ESCAPE_H

#include "base/buf.h"

enum escape {
    ESCAPE_LABEL, /* backslash, quote, line feed; also HELP in OpenMetrics */
    ESCAPE_HELP,  /* backslash, line feed; HELP of text 0.0.4 */
};

/* Writes clean text at p, where there is room for twice as much; returns the end. */
char *escape_put(char *p, struct slice s, enum escape how);
/* Appends any bytes as text that a page may hold: what is no UTF-8, or a NUL, becomes U+FFFD. */
void escape_text(struct buf *out, struct slice s, enum escape how);

#endif
