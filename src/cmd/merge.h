/* merge -- snapshots of `replay --snapshot` in files: written whole, read checked, added up. */
#ifndef LT_CMD_MERGE_H
#define LT_CMD_MERGE_H

#include "cmd/session.h"

/* Writes the values of a part's registry. 0 or negative errno after a sentence on stderr. */
int merge_write_file(const char *path, struct registry *registry);
/* Adds a file's values to a registry. 0 or negative errno with a sentence in *err. */
int merge_add_file(const char *path, struct registry *registry, struct buf *err);

#endif
