/* findings -- what hurts, or will: one sentence each, where it stands in the rules, and whether it is a trap
 * that makes the exit status of check --against. */
#ifndef LT_REPORT_FINDINGS_H
#define LT_REPORT_FINDINGS_H

#include "config/mistake.h"

#include <stdint.h>

enum finding_kind {
    FOUND_NEVER,    /* an event that no line is */
    FOUND_NO_FIELD, /* a field that no line has */
    FOUND_NO_LABEL, /* a label that is "unknown"; a trap where it is so in every update by an event */
    FOUND_SKIPPED,  /* values left out */
    FOUND_FOLDED,   /* updates under "other" */
    FOUND_EXPLODES, /* a label with ever more values */
    FOUND_LOG,      /* a regex of a log that finds nothing, lines that are not of its format */
    FOUND_BUCKETS,  /* values that are all in one bucket */
    FOUND_FILLS,    /* a metric that will come to its limit of series */
    FOUND_TIMES,    /* times that could not be read */
    FOUND_BARE,     /* numbers without a unit that met one */
    FOUND_LOST,     /* lines, bytes, matches or spans that came to nothing */
    FOUND_HIDDEN,   /* lines that would be unmatched without an event that takes all kinds */
    FOUND_KINDS
};

struct finding {
    enum finding_kind kind;
    struct where at; /* `file` NULL: of no place in the rules */
    bool trap;
    uint64_t count; /* of what the sentence counts first; 0 = of nothing */
    const char *metric, *event,
        *name;  /* BORROW the rules: `name` of a field, a label or a log; or NULL */
    char *text; /* a sentence without its full stop */
};

struct findings {
    struct finding *list; /* traps first, and as they stand in the rules */
    size_t n, cap, ntraps;
};

struct report;

/* When all lines are counted. */
void findings_make(struct findings *f, const struct report *r);
void findings_release(struct findings *f);
/* `never`, `no_field`, ... */
const char *finding_word(enum finding_kind kind);
/* Appends `FILE:LINE: sentence`, or the sentence alone. */
void finding_put(const struct finding *f, struct buf *out);

#endif
