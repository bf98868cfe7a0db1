/* savedfiles -- the files of a state that was read from disk, for who only looks at them; or that there is none. */
#ifndef LT_CMD_SAVEDFILES_H
#define LT_CMD_SAVEDFILES_H

#include "input/tailset.h"

struct saved_files {
    struct loop *loop;
    struct tailset *tailset;
};

/* As they were saved; nothing is read or watched. 0, -EBADMSG (the state is damaged), or the loop's
 * negative errno. Without logs in `options` the state's own are known. Release after 0 alone. */
int saved_files_open(const struct tail_options *options, struct slice files, struct slice memory,
                     struct saved_files *ret);
void saved_files_release(struct saved_files *s);

/* These give the exit code that belongs to what they say. */
int say_no_state(const char *directory);
int say_damaged_state(const char *directory);
/* What was said of a state that could not be read, and who can. */
int say_unread_state(const char *directory, int r, const struct buf *err);

#endif
