/* What the three compilations of linescan_kernel.h have in common and need not be fast.
 * Internal. */
#ifndef LT_DECODE_LINESCAN_PARTS_H
#define LT_DECODE_LINESCAN_PARTS_H

#include "decode/fieldnames.h"
#include "decode/linescan.h"

extern const struct linescan linescan_avx2, linescan_sse2, linescan_swar;

/* Behind the number, true, false or null at p; NULL when there is none. Reads at most 8 bytes too
 * far; ends at the latest at a byte that no scalar can hold, which must be there. */
const char *linescan_scalar(const char *p);

/* Behind the escape of JSON, or of Go, whose backslash is at p in a line that ends with a newline;
 * NULL when it is none. */
const char *linescan_json_escape(const char *p);
const char *linescan_go_escape(const char *p);

/* The plain scanners on [p, end), with empty slots when the line is refused. They return `end`. */
const char *linescan_json_plain(const char *p, const char *end, bool *ret_valid,
                                const struct fieldnames *want, struct field *slots,
                                struct touched *touched);
const char *linescan_logfmt_plain(const char *p, const char *end, bool lenient, bool *ret_valid,
                                  const struct fieldnames *want, struct field *slots,
                                  struct touched *touched);

#endif
