/* kinds -- unmatched lines put together to shapes, with the true number of lines of each.
 *
 * Finding shapes costs microseconds for every text, and a log may have millions of unmatched lines. So a
 * line is first looked at for what costs a nanosecond a byte: its words, where all that hold a digit are one.
 * Lines alike in that are a kind, of which only a few are taken as texts, more and more rarely; all
 * others are counted with the first. */
#ifndef LT_REPORT_KINDS_H
#define LT_REPORT_KINDS_H

#include "base/buf.h"
#include "base/slots.h"
#include "suggest/shapes.h"

struct kind {
    uint64_t sign;
    uint64_t count, taken; /* lines; those that became texts */
    size_t text;           /* the first: its number */
};

struct kinds {
    size_t most; /* texts; a kind that comes when there are so many is none */
    struct kind *list;
    size_t n, cap;
    struct slots slots;
    struct shapes shapes;   /* the most frequent first when all are found */
    struct slice *examples; /* a line of each of its texts; OWNED */
    size_t nexamples, examples_cap;
    size_t bytes;       /* of texts and examples */
    uint64_t ungrouped; /* lines that are of no kind */
};

/* A record goes by its first line. */
void kinds_add(struct kinds *k, struct slice record);
/* When all were added. */
void kinds_find(struct kinds *k);
void kinds_release(struct kinds *k);
/* When they are found: the shape of a record that was added; NULL: it is of none. */
const struct shape *kinds_of(const struct kinds *k, struct slice record);
/* The words of a shape, what varies as `<number>`; of one text only, that text. */
void kinds_words(const struct shape *s, struct buf *out);
/* The first line that has it. */
struct slice kinds_example(const struct kinds *k, const struct shape *s);

#endif
