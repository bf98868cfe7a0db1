/* globs -- the patterns of all logs, and which of them may match a path: found by what stands before
 * their first wildcard.
 *
 * Why: a thousand logs with ten files each would be ten million comparisons. */
#ifndef LT_INPUT_GLOBS_H
#define LT_INPUT_GLOBS_H

#include "base/index.h"

struct glob_entry {
    struct index_node by_beginning, by_root;
    struct glob_entry *next;
    const char *glob; /* borrowed */
    unsigned number;
    char *beginning, *root;
};

struct globs {
    struct glob_entry *entries;
    struct index beginnings, roots;
    size_t *lengths; /* that beginnings have, each once */
    size_t nlengths, lengths_cap;
};

#define GLOBS_INIT ((struct globs){0})

void globs_add(struct globs *g, const char *glob, unsigned number);
void globs_release(struct globs *g);

struct globs_search {
    const char *path;
    /* Zero. */
    struct index_node *node;
    size_t length;
    struct slice dir;
};
/* Those that may match `path`, in any order; at last NULL. */
const struct glob_entry *globs_next(const struct globs *g, struct globs_search *s);
/* Those of which matches may lie in the directory `path`, which is theirs or below it. */
const struct glob_entry *globs_next_below(const struct globs *g, struct globs_search *s);

#endif
