/* held -- whole files kept in memory as their lines came, to be counted again by other rules.
 *
 * A file is read when its lines are first asked for. They are those of an encoding and of a longest
 * line: rules that say otherwise of the file have it read anew. All files together take no more than was
 * said; one that does not fit is not held, and is read from its disk each time. Standard input cannot
 * be: of it the first lines are held, as many as fit, and the rest is left. */
#ifndef LT_OFFLINE_HELD_H
#define LT_OFFLINE_HELD_H

#include "app/setup.h"

#include "base/slice.h"

struct held;

struct held_lines {
    struct slice text; /* whole lines; 64 bytes around them may be read */
    uint64_t too_long, invalid;
    int result; /* how reading ended: 0, or negative errno behind what there is */
    bool cut;   /* standard input had more */
};

struct held *held_new(size_t most_bytes);
void held_free(struct held *h);
/* The lines of a file as its log reads them; NULL: it is not held. They live as long as nobody asks for the
 * file with another encoding. */
const struct held_lines *held_lines(struct held *h, const struct setup *setup, unsigned log,
                                    const char *path);

#endif
