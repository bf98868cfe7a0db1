/* What the three compilations of linescan_kernel.h have in common and need not be fast. Internal.
 */
#ifndef LT_RULES_LINESCAN_PARTS_H
#define LT_RULES_LINESCAN_PARTS_H

#include "rules/fieldnames.h"
#include "rules/linescan.h"

extern const struct linescan linescan_avx2, linescan_sse2, linescan_swar;

/* Behind the number, true, false or null at p; NULL when there is none. Reads at most 8 bytes too
 * far; ends at the latest at a byte that no scalar can hold, which must be there. */
const char *linescan_scalar(const char *p);

/* The slot of a key that is no cell's, or FIELDNAME_NO_SLOT. */
unsigned linescan_slot(const struct fieldnames *want, const char *key, size_t n);

/* How long a key of 16 bytes or more is, which ends at the first `close` before `end`; up to `end`
 * when there is none. */
size_t linescan_long_key(const char *key, const char *end, char close);

/* Are these escapes of JSON? Bit i: s[i] stands behind a backslash. Reads at most 4 bytes behind
 * them. */
bool linescan_escapes(const char *s, uint64_t escaped);

/* linescan_masks[n] keeps the first n bytes of 16 that were loaded as two words. */
extern const uint64_t linescan_masks[16][2];

/* The plain scanners on [p, end), with empty slots when the line is refused. They return `end`. */
const char *linescan_json_plain(const char *p, const char *end, bool *ret_valid,
                                const struct fieldnames *want, struct field *slots,
                                struct touched *touched);
const char *linescan_logfmt_plain(const char *p, const char *end, bool lenient, bool *ret_valid,
                                  const struct fieldnames *want, struct field *slots,
                                  struct touched *touched);

/* Empties the slots touched since `before`. */
void linescan_undo(struct field *slots, struct touched *touched, unsigned before);

#endif
