/* origin -- does a page of another site make this request? (cross-site request forgery)
 *
 * A browser says so in Sec-Fetch-Site and Origin, which a page cannot change; a program that is no
 * browser sends neither and is not meant. A page can make its own name lead to our address (DNS
 * rebinding) and is then of the same site, so a browser's Host must be a name that cannot be
 * rebound: an address, localhost, or the name of this machine. */
#ifndef LT_HTTP_ORIGIN_H
#define LT_HTTP_ORIGIN_H

#include <stdbool.h>

/* Headers of the request, NULL when there are none; `machine` as gethostname(2) says. */

/* Does a page of another site ask, by name? */
bool origin_is_other(const char *fetch_site, const char *origin, const char *host);
/* The same, or by a name that may have been rebound. */
bool origin_is_foreign(const char *fetch_site, const char *origin, const char *host,
                       const char *machine);

/* Is Host such a name? For what may be read here only: of a rebound page that only reads, a browser
 * says neither of the two where it came over plain HTTP. */
bool origin_is_fixed(const char *host, const char *machine);

#endif
