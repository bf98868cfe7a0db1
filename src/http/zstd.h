/* zstd -- one frame (RFC 8878) from a part made before and a new end. */
#ifndef LT_HTTP_ZSTD_H
#define LT_HTTP_ZSTD_H

#include "http/coding.h"

/* Blocks without the frame's header, none of them the last. */
void zstd_make(struct slice text, struct coded *ret_coded);
/* As coded_join. */
void zstd_join(const struct coded *first, struct slice end, struct buf *out);

#endif
