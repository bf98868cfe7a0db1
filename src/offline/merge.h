/* merge -- snapshots of `replay --snapshot` in files: written whole, read checked, added up. */
#ifndef LT_OFFLINE_MERGE_H
#define LT_OFFLINE_MERGE_H

#include "offline/session.h"

#include <stdbool.h>

/* Writes the values of a part's registry and the time of its first line (INPUT_NO_TIME: unknown).
 * 0 or negative errno after a sentence on stderr. */
int merge_write_file(const char *path, struct registry *registry, int64_t first_ns);
/* Adds up all files, in the order of their times. *ret_first_ns: of the first line of all. False
 * after a sentence on stderr. */
bool merge_files(const struct strings *files, struct registry *registry, int64_t *ret_first_ns);

#endif
