/* ask -- one question to a server that may not live: `logtally health`.
 *
 * No client of HTTP: of the answer its status is read and no more, and it speaks no TLS. A server that wants
 * TLS hangs up on a plain question, with an alert of TLS or without a word, and that is an answer, too: only who lives
 * gives one. Any other bytes are of another program on that port. */
#ifndef LT_HTTP_ASK_H
#define LT_HTTP_ASK_H

#include "base/buf.h"

#include <stdint.h>

enum { ASK_WANTS_TLS = 0 }; /* it hung up as who wants TLS does */

/* GET of `http://HOST[:PORT][/PATH]` or of `unix:/PATH`; without a port it is ours (base/port.h), without a path
 * /health/live. The status, or ASK_WANTS_TLS; negative errno with one sentence in *err: -EINVAL of what is no such address. Connecting and
 * answering may take timeout_ns each. */
int ask_status(const char *url, int64_t timeout_ns, struct buf *err);

#endif
