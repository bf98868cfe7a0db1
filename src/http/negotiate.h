/* negotiate -- what a scraper asked for: OpenMetrics by Accept, compression by Accept-Encoding.
 *
 * The rules (q values, ties, parameters, what Prometheus versions really send) are those of RFC
 * 9110 12.5 and of prometheus' scrape manager. */
#ifndef LT_HTTP_NEGOTIATE_H
#define LT_HTTP_NEGOTIATE_H

#include <stdbool.h>

/* False for NULL, an empty header, garbage, or nothing that we have: then it is text 0.0.4. */
bool negotiate_openmetrics(const char *accept);
/* Russian rather than English, by Accept-Language. */
bool negotiate_russian(const char *accept_language);
bool negotiate_gzip(const char *accept_encoding);

#endif
