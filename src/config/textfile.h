/* textfile -- a file that a person wrote, whole: INI, and what rules name besides. */
#ifndef LT_CONFIG_TEXTFILE_H
#define LT_CONFIG_TEXTFILE_H

#include "config/mistake.h"

/* Appends what is in it. False with a sentence in *why; files of more than `most` bytes, which are
 * whole MiB, are not read. */
bool textfile_read(const char *path, size_t most, struct buf *out, struct buf *why);

/* Says what keeps it from being text in UTF-8. False when nothing else need be said: it is no text
 * at all. */
bool textfile_check(struct slice text, const char *name, struct mistakes *m);

#endif
