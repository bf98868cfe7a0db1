/* negotiate -- what a scraper asked for: OpenMetrics by Accept, its coding by Accept-Encoding.
 *
 * The rules (q values, ties, parameters, what Prometheus versions really send) are those of RFC
 * 9110 12.5 and of prometheus' scrape manager. */
#ifndef LT_HTTP_NEGOTIATE_H
#define LT_HTTP_NEGOTIATE_H

#include "http/coding.h"

/* False for NULL, an empty header, garbage, or nothing that we have: then it is text 0.0.4. */
bool negotiate_openmetrics(const char *accept);
/* Russian rather than English, by Accept-Language. */
bool negotiate_russian(const char *accept_language);
/* The coding with the highest q of those that are built in; those that `*` alone names are the same,
 * and then it is gzip. Without any: identity. */
enum coding negotiate_coding(const char *accept_encoding);

#endif
