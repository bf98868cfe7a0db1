/* named -- the files that a configuration or rules name by a glob. */
#ifndef LT_CONFIG_NAMED_H
#define LT_CONFIG_NAMED_H

#include "config/mistake.h"

#include <glob.h>

/* What matches a pattern, bytewise sorted; globfree() it. False with a mistake where a directory in
 * its way cannot be read: nobody knows what would match. */
bool named_files(const char *pattern, struct where at, glob_t *ret_found, struct mistakes *m);

#endif
