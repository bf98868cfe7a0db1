/* framing -- can two who read this request differ on where it ends, or for whom it is?
 *
 * A proxy before us and libmicrohttpd behind it are two such readers. What one of them takes for a body
 * and the other for the next request is a request that nobody let in (request smuggling; RFC 9112
 * 11.2), so whatever is ambiguous is refused. */
#ifndef LT_HTTP_FRAMING_H
#define LT_HTTP_FRAMING_H

#include <stdbool.h>

struct MHD_Connection;

/* A sentence for the 400, or NULL; once the head is there. */
const char *framing_wrong(struct MHD_Connection *connection, const char *method,
                          const char *version);

/* A space or a control character, which no target has: a CR may be the end of a line to others. */
bool framing_target_is_odd(const char *target);

#endif
