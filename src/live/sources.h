/* sources -- tells when a file changes from which the rules were read.
 *
 * Events of the directories say that something may have; what is there now (which files, their inodes,
 * sizes and times) says whether it did: a log that grows in the same directory is no save. */
#ifndef LT_LIVE_SOURCES_H
#define LT_LIVE_SOURCES_H

#include "base/loop.h"

struct sources;

/* `changed` is called on the loop, once for all that comes within a moment. 0 or negative errno. */
int sources_new(struct loop *loop, void (*changed)(void *ctx), void *ctx, struct sources **ret);
void sources_free(struct sources *s);

/* What is looked at from now on: between them, each path and glob. */
void sources_begin(struct sources *s);
void sources_add(void *sources, const char *glob);
void sources_end(struct sources *s);

#endif
