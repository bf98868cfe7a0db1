/* link -- where a path leads, symlink by symlink. */
#ifndef LT_INPUT_LINK_H
#define LT_INPUT_LINK_H

#include "base/buf.h"

/* Follows `path`, telling each symlink on its way to `hop`, and puts where it ends into *ret_real.
 * How many symlinks there were, or negative errno (-ELOOP: too many). A path that is not absolute
 * stays so, as long as no symlink is absolute. */
int link_resolve(const char *path, struct buf *ret_real, void (*hop)(void *ctx, const char *path),
                 void *ctx);

/* Is the last name of this path itself one? 1; 0, also when there is nothing; or negative errno. */
int link_is(const char *path);

#endif
