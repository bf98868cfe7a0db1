/* alike -- what explain tells of thousands of lines: once for all of which the same is told, with how many
 * there are and the first of them. */
#ifndef LT_CMD_ALIKE_H
#define LT_CMD_ALIKE_H

#include "base/map.h"
#include "engine/explain.h"

struct alike {
    uint64_t count;
    char *title;      /* "no event", "event a, b" */
    const char *file; /* of the first; "" = none. BORROWED */
    uint64_t line;
    struct buf text; /* what is told of it */
};

struct alikes {
    struct alike *list;
    size_t n, cap;
    struct map kinds;       /* to a place in the list */
    struct map cheap;       /* likewise, by what costs less to find; not of all */
    uint64_t lines, others; /* told, and of kinds beyond ALIKE_MAX */
};

enum { ALIKE_MAX = 1000 };

/* Counts it. Not NULL: it is the first of its kind, and text is to be filled. */
struct alike *alikes_add(struct alikes *a, const struct trace *t, bool is_line, const char *file,
                         uint64_t line);
/* Those that no event takes first, then those of which a value is skipped; the most frequent first. */
void alikes_sort(struct alikes *a);
void alikes_release(struct alikes *a);

#endif
