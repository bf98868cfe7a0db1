/* mistake -- what is wrong in a person's files, collected so that all of it can be said at once.
 *
 * Each one is `file:line: sentence`; a mistake in a regex is followed by the regex and a caret. */
#ifndef LT_CONFIG_MISTAKE_H
#define LT_CONFIG_MISTAKE_H

#include "base/buf.h"
#include "base/slice.h"

/* Where a thing was written. `file` BORROWS the document it was read from. */
struct where {
    const char *file;
    int line;
};

enum severity { MISTAKE, WARNING, ADVICE };

struct mistakes {
    struct mistake *list;
    size_t n, cap;
    size_t nmistakes,
        nwarnings; /* of these severities; the same sentence may be among them twice */
};

#define MISTAKES_INIT ((struct mistakes){0})

void mistake_add(struct mistakes *m, enum severity severity, struct where at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* As above with more lines shown below it (regex and caret); `more` is copied. */
void mistake_add_with(struct mistakes *m, enum severity severity, struct where at,
                      struct slice more, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Appends everything up to `most` severe (MISTAKE, WARNING or ADVICE), sorted by file and line,
 * each once; returns how many of it are of the severity MISTAKE. Warnings read
 * `file:line: warning: sentence`, advice `file:line: advice: sentence`. */
size_t mistakes_print(const struct mistakes *m, enum severity most, struct buf *out);
void mistakes_release(struct mistakes *m);

/* The candidate nearest to `word` (edit distance <= 1/3 of its length, at least 1), or NULL. */
const char *nearest(struct slice word, const char *const *candidates, size_t n);

#endif
