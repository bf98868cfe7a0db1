/* negotiate -- what a scraper asked for: format by Accept, compression by Accept-Encoding.
 *
 * The rules (q values, ties, parameters, what Prometheus versions really send) are those of RFC
 * 9110 12.5 and of prometheus' scrape manager. */
#ifndef LT_HTTP_NEGOTIATE_H
#define LT_HTTP_NEGOTIATE_H

#include <stdbool.h>

enum http_format { HTTP_FORMAT_TEXT, HTTP_FORMAT_OPENMETRICS };

/* NULL, empty, garbage, or nothing supported: text. */
enum http_format negotiate_format(const char *accept);
bool negotiate_gzip(const char *accept_encoding);
const char *http_format_content_type(enum http_format format);

#endif
