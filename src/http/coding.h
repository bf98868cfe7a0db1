/* coding -- content codings of a page: a part made once for many, and an end that is new each time.
 *
 * The part is made beside the loop; joining it with an end costs a copy and the coding of the end. What
 * comes out is one gzip member or one zstd frame: some clients stop after the first. */
#ifndef LT_HTTP_CODING_H
#define LT_HTTP_CODING_H

#include "base/buf.h"

#include <stdint.h>

/* In the order in which they are taken where a client does not care. */
enum coding { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD, CODINGS };

/* Without the frame of its coding. */
struct coded {
    struct buf bytes;
    uint32_t crc; /* of the text; gzip's alone */
    uint64_t length;
};

bool coding_is_built(enum coding coding);
/* As Content-Encoding has it; NULL: no such header. */
const char *coding_name(enum coding coding);

/* Neither of these is for CODING_IDENTITY. May be called on any thread. */
void coded_make(enum coding coding, struct slice text, struct coded *ret_coded);
/* Appends all of it to *out. `first` may be NULL. */
void coded_join(enum coding coding, const struct coded *first, struct slice end, struct buf *out);
void coded_release(struct coded *c);

#endif
