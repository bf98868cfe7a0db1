/* missed -- a condition that does not hold: how near the line came to it, and what a person may have got
 * wrong in it. Private to explain; slow.
 *
 * Whether it holds is for match.h to say; here is only looked at what it looked at. */
#ifndef LT_ENGINE_MISSED_H
#define LT_ENGINE_MISSED_H

#include "engine/record.h"

/* What it looks at; "" when that is missing. */
struct slice missed_subject(struct record *r, const struct condition *c);
/* 0 to 1: 1 is nearly. */
double missed_nearness(struct record *r, const struct condition *c);
/* Appends a phrase, or nothing when what the field is, and what the rule wants, says it all. */
void missed_hint(struct record *r, const struct event *e, const struct condition *c,
                 struct buf *out);
/* A row of a map that has none for the value, which may be meant. */
bool missed_row(const struct value_map *m, struct slice value, struct slice *ret_row);
/* Of a condition that compares numbers: `"250ms", 0.25 s`. */
void missed_number(const struct condition *c, struct slice text, struct buf *out);
/* What its VALUE is: `1s`. */
void missed_wanted(const struct condition *c, struct buf *out);

#endif
