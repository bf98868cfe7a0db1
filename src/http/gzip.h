/* gzip -- one gzip member from parts: a big cached one and a small live one.
 *
 * A part is raw deflate ended by a full flush, with its CRC and length; joining parts is then a
 * copy and crc32_combine. One member, because some clients stop after the first. */
#ifndef LT_HTTP_GZIP_H
#define LT_HTTP_GZIP_H

#include "base/buf.h"

#include <stdint.h>

struct gzip_part {
    struct buf deflated;
    uint32_t crc;
    uint64_t length;
};

/* By isa-l if it was built in, else zlib. May be called on any thread. */
void gzip_part_make(struct slice text, struct gzip_part *ret_part);
void gzip_part_release(struct gzip_part *p);
/* Appends the member to *out. */
void gzip_join(const struct gzip_part *const *parts, unsigned n, struct buf *out);

#endif
