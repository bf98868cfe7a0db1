/* seen -- what the lines that are looked at have: which fields there are, which of those that rules ask for
 * there are not, and what labels lack in every line. */
#ifndef LT_REPORT_SEEN_H
#define LT_REPORT_SEEN_H

#include "base/map.h"
#include "engine/trace.h"

/* An update of the rules, and the lines that did it. */
struct seen_update {
    uint64_t done;
    uint64_t *lacks; /* of each label: lines in which its field was missing */
    char *refused;   /* the first value that was skipped though there was one, or NULL */
};

/* A log, and what its own regexes found in its lines. */
struct seen_log {
    uint64_t lines, begun; /* records, and those that begin as `record` wants */
    uint64_t cut;          /* a prefix was cut off */
    uint64_t rewritten, timed;
};

struct seen {
    const struct ruleset *rules;
    bool *slots;                 /* of each: a line had it */
    struct seen_update *updates; /* of each mapping */
    struct seen_log *logs;
    struct map names; /* of fields that lines have -> in how many of those that were asked */
    uint64_t asked, lines;
    uint64_t decoded; /* of them, lines that are JSON or have pairs */
};

void seen_init(struct seen *s, const struct ruleset *rules);
void seen_release(struct seen *s);
/* A line, or a span that was given up. */
void seen_add(struct seen *s, const struct trace *t);
/* Was none of what it names ever there, though lines could have it? */
bool seen_never(const struct seen *s, const struct ref *ref);
/* A field that was there and is nearest to this name, or NULL. */
const char *seen_nearest(const struct seen *s, const char *name);
/* The names of the fields that most lines have, divided by commas. */
void seen_list(const struct seen *s, struct buf *out);

#endif
