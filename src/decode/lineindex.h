/* lineindex -- where the bytes stand that may end a value, in the lines that come next.
 *
 * A bit for each byte: a quote, a backslash, a control character; in logfmt a blank too. A piece of the
 * block is looked at in one pass without a branch, whatever it holds (shape_kernel.h). Then the end of
 * a value is a shift and a count of zeros, and how many such bytes a line has tells much of its shape
 * before anything of it is read. */
#ifndef LT_DECODE_LINEINDEX_H
#define LT_DECODE_LINEINDEX_H

#include "decode/trail.h"

enum {
    INDEX_BYTES = 4096,     /* of text: with its index it stays in the first cache */
    INDEX_BEYOND = 32 * 64, /* bytes behind it count as found, so that no search runs away */
};

struct lineindex {
    const char *block, *block_end; /* whole lines, LINESCAN_SLACK bytes around them; equal: none */
    const char *begin, *end;       /* of them, what is indexed */
    enum line_form form;           /* of the lines for which it is */
    uint64_t lines;                /* that were indexed, ever */
    uint16_t *line, *last;         /* the newline of the one at hand; behind the last */
    uint16_t newlines[INDEX_BYTES + 1];
    uint16_t counts[INDEX_BYTES / 64];               /* bits before each 64 bytes */
    char bits[(INDEX_BYTES + INDEX_BEYOND) / 8 + 8]; /* the first byte's lowest */
};

#endif
