/* bare -- numbers of a line that met a unit, where no rule says what they count themselves. What the
 * engine took them for may be wrong by a thousand, and no number on the page would show it. And what makes
 * a number of a text with a decimal comma or with blanks, which is none. */
#ifndef LT_ENGINE_BARE_H
#define LT_ENGINE_BARE_H

#include "engine/record.h"

struct bare_number {
    const char *field;
    struct slice text; /* dies with the line */
    const struct where *at;
    const struct condition *condition; /* it counts what VALUE counts; NULL: a `calc` mixes units */
};

typedef void bare_fn(void *ctx, const struct bare_number *b);

/* Of an event that the line is, with what it made of the line in its slots. */
void bare_find(struct record *r, const struct event *e, bare_fn *found, void *ctx);
/* Appends a sentence. */
void bare_words(const struct bare_number *b, struct buf *out);
/* Of a text that is no number to a metric whose unit is of that kind, such as 1.234,50 or 1 200 or 1.5s: how rules
 * make one of it, if its comma, its blanks, or that the metric has no unit, are all that is in the way. */
void number_words(const char *field, struct slice text, enum unit_kind kind, struct buf *out);

#endif
