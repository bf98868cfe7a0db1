/* mistake -- what is wrong in a person's files, collected so that all of it can be said at once.
 *
 * Each one is `file:line: sentence`; a mistake in a regex is followed by the regex and a caret. */
#ifndef LT_CONFIG_MISTAKE_H
#define LT_CONFIG_MISTAKE_H

#include "base/buf.h"
#include "base/slice.h"

/* Where a thing was written. `file` BORROWS the document it was read from. Columns count bytes. */
struct where {
    const char *file;
    int line, column; /* from 1; 0 = unknown */
};

enum severity { MISTAKE, WARNING, ADVICE };

struct mistake {
    char *file, *text;
    char *hint; /* what to do; NULL = none */
    char *more; /* lines shown below it, a regex and its caret; NULL = none */
    int line, column;
    enum severity severity;
    size_t number; /* as added: keeps the order within one line */
};

struct mistakes {
    struct mistake *list;
    size_t n, cap;
    size_t nmistakes,
        nwarnings; /* of these severities; the same sentence may be among them twice */
    bool columns;  /* are printed too: `file:line:column: sentence`, as compilers do */
};

#define MISTAKES_INIT ((struct mistakes){0})

/* Always false: `return mistake_add(...)` ends a reader that failed. */
bool mistake_add(struct mistakes *m, enum severity severity, struct where at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* To the mistake last added: what to do about it, read as `sentence; hint`. */
void mistake_hint(struct mistakes *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The hint `did you mean "near"?`; nothing when near is NULL. */
void mistake_near(struct mistakes *m, const char *near);
/* To the mistake last added: lines shown below it; copied. */
void mistake_more(struct mistakes *m, struct slice more);
/* Appends one, without its `more`: `file:line: sentence`. A column that is asked for and unknown is 1. */
void mistake_put(const struct mistake *m, bool column, struct buf *out);
/* Everything up to `most` severe (MISTAKE, WARNING or ADVICE), sorted by file and line, each once.
 * Returns how many; the caller frees the list. */
size_t mistakes_list(const struct mistakes *m, enum severity most,
                     const struct mistake ***ret_list);
/* Appends these; returns how many of them are of the severity MISTAKE. Warnings read
 * `file:line: warning: sentence`, advice `file:line: advice: sentence`. */
size_t mistakes_print(const struct mistakes *m, enum severity most, struct buf *out);
void mistakes_release(struct mistakes *m);

/* The candidate nearest to `word` (edit distance <= 1/3 of its length, at least 1), or NULL. */
const char *nearest(struct slice word, const char *const *candidates, size_t n);

#endif
