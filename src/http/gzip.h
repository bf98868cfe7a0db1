/* gzip -- one gzip member from parts.
 *
 * A part is raw deflate ended by a full flush, with its CRC and length; joining parts is then a
 * copy and crc32_combine. */
#ifndef LT_HTTP_GZIP_H
#define LT_HTTP_GZIP_H

#include "http/coding.h"

/* By isa-l if it was built in, else zlib. May be called on any thread. */
void gzip_make(struct slice text, struct coded *ret_part);
/* Appends the member to *out. */
void gzip_join(const struct coded *const *parts, unsigned n, struct buf *out);

#endif
