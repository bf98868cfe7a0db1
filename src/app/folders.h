/* folders -- the directories in which a file can change: that in which its name stands, or where a
 * glob's names appear, and that of the file itself where the name is a symlink.
 *
 * A file that is written in place, one that is renamed over it, and a link that is switched (the
 * kubelet's `..data`) each make an event in one of them. A link in the middle of a chain that stands
 * in yet another directory makes none. */
#ifndef LT_APP_FOLDERS_H
#define LT_APP_FOLDERS_H

#include "input/watch.h"

/* Of a path or glob. 0, or the negative errno of the first directory that cannot be watched. */
int folders_watch(struct watch *w, const char *glob);

#endif
