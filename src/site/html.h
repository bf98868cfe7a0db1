/* html -- text into HTML. Whatever comes from outside is escaped, as there is no other way to put it.
 *
 * A format has only these: %s a text (const char *, NULL is nothing), %S a struct slice, both
 * escaped, made valid UTF-8 and shown without control characters; %L a text of lines, as %s but for its
 * line feeds, which stay (for <pre>); %u a uint64_t; %% a percent sign. */
#ifndef LT_SITE_HTML_H
#define LT_SITE_HTML_H

#include "base/buf.h"

void html(struct buf *out, const char *fmt, ...);

#endif
