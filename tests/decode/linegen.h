/* linegen -- random log lines for the tests of the scanners: valid ones with everything their
 * grammar allows, and the same ones damaged. The same seed gives the same lines. */
#ifndef LT_TESTS_LINEGEN_H
#define LT_TESTS_LINEGEN_H

#include "base/buf.h"

#include <stdint.h>

struct linegen {
    uint64_t state;
};

uint64_t linegen_next(struct linegen *g);
/* 0 .. n-1. */
unsigned linegen_below(struct linegen *g, unsigned n);

/* One JSON object of any shape: escapes, surrogates (also unpaired), nesting, duplicate keys,
 * blanks, all forms of numbers. */
void linegen_json(struct linegen *g, struct buf *out);
/* The text as a JSON string, with random choices of escapes; now and then with some more at its
 * end. */
void linegen_json_text(struct linegen *g, struct buf *out, const char *text);
/* As slog's JSONHandler writes it: minified, mostly flat, mostly without backslashes. */
void linegen_slog(struct linegen *g, struct buf *out);
/* logfmt; any mixture of bare and Go-quoted keys and values. */
void linegen_logfmt(struct linegen *g, struct buf *out);
/* As slog's TextHandler writes it. */
void linegen_slog_text(struct linegen *g, struct buf *out);
/* Truncates, flips, drops, doubles or inserts a few bytes; never makes a newline. */
void linegen_damage(struct linegen *g, struct buf *line);

/* strconv.Quote for text that is ASCII or printable UTF-8. */
void linegen_go_quote(struct buf *out, struct slice s);

#endif
