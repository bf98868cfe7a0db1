/* linescan -- a block of lines in one pass: where each line ends, and what fields it has.
 *
 * The scanners of fields.h, sooner: json and logfmt give exactly what json_fields and logfmt_fields
 * give (which they call for every line that is not of the form they are made for), and while they
 * are at it they find the line's end. Lines must stand in a buffer:
 *
 *     for (p = block; p < end; p = line_end + 1)
 *         line_end = *p == '{' ? scan->json(p, &valid, trail, slots, &touched) : scan->newline(p);
 *
 * At least LINESCAN_SLACK bytes behind the line's end must be readable, whatever they hold. No byte
 * before the line is read. */
#ifndef LT_DECODE_LINESCAN_H
#define LT_DECODE_LINESCAN_H

#include "decode/fields.h"

enum { LINESCAN_SLACK = 64 };

enum linescan_level { LINESCAN_SWAR, LINESCAN_SSE2, LINESCAN_AVX2, LINESCAN_NEON, LINESCAN_LEVELS };

struct trail;

struct linescan {
    const char *name;

    /* The first '\n' at p or after; there must be one. */
    const char *(*newline)(const char *p);

    /* The line from p to the first '\n', which must be there and is returned. *ret_valid as
     * json_fields and logfmt_fields return; `slots` must be empty (FIELD_NONE), and when *ret_valid
     * is false they are again. `touched` needs room for one more than there are slots. The trail
     * knows the names that are wanted, and learns. */
    const char *(*json)(const char *p, bool *ret_valid, struct trail *trail, struct field *slots,
                        struct touched *touched);
    const char *(*logfmt)(const char *p, bool lenient, bool *ret_valid, struct trail *trail,
                          struct field *slots, struct touched *touched);
};

/* The kernel compiled for each level; linescan_get knows which this machine can run. */
extern const struct linescan linescan_avx2, linescan_neon, linescan_sse2, linescan_swar;

/* The best one this machine can run. */
const struct linescan *linescan_best(void);
/* NULL when this machine cannot run it; for tests and measurements. */
const struct linescan *linescan_get(enum linescan_level level);

#endif
