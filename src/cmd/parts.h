/* parts -- which files that are there now would be taken as rotated parts of which: by their names, as
 * `run` would look at them. What is in them is not read, so a weak name is only a perhaps. */
#ifndef LT_CMD_PARTS_H
#define LT_CMD_PARTS_H

#include "input/rotated.h"
#include "rules/ruleset.h"

struct part {
    const struct log_def *log;
    char *file, *part; /* paths */
    bool certain;      /* else only if its content continues or copies the file's */
};

struct parts {
    struct part *list;
    size_t n, cap;
};

/* Sorted by log, file and part. Patterns with ** are left out: whole trees would be walked. */
void parts_find(const struct ruleset *rules, struct parts *ret);
void parts_release(struct parts *p);

#endif
