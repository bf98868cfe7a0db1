/* slurp -- a whole file into memory. */
#ifndef LT_BASE_SLURP_H
#define LT_BASE_SLURP_H

#include "base/buf.h"

/* Append what can be read. 0 or negative errno. */
int slurp(const char *path, struct buf *out);
/* -EFBIG when more than `most` bytes come. */
int slurp_fd(int fd, size_t most, struct buf *out);

/* A file that a person named: what is no regular file is refused, so that reading never waits, but with
 * `pipes` for those that a shell hands over: `<(...)`, standard input. False with a sentence in *why;
 * files of more than `most` bytes, which are whole MiB, are not read. */
bool slurp_given(const char *path, size_t most, bool pipes, struct buf *out, struct buf *why);

#endif
