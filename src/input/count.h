/* count -- what was counted of a content. */
#ifndef LT_INPUT_COUNT_H
#define LT_INPUT_COUNT_H

#include <stdint.h>

/* What was counted, so that it can be checked later: the bytes [first, offset) are known by their
 * CRC32C, and held so many lines. Of what was counted before only the number of lines is kept: the
 * content was cut there, or an older version kept no more. What was skipped counts as nothing. */
struct tail_count {
    uint64_t first;
    uint64_t lines, lines_before;
    uint32_t crc;
};

/* As many lines were counted in all. */
static inline uint64_t tail_count_lines(const struct tail_count *c)
{
    return c->lines_before + c->lines;
}

#endif
