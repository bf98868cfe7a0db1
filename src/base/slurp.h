/* slurp -- a whole file into memory. */
#ifndef LT_BASE_SLURP_H
#define LT_BASE_SLURP_H

#include "base/buf.h"

/* Append what can be read. 0 or negative errno. */
int slurp(const char *path, struct buf *out);
/* -EFBIG when more than `most` bytes come. */
int slurp_fd(int fd, size_t most, struct buf *out);

#endif
