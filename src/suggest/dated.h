/* dated -- a day and a time of day as people spell them, 25.11.2026 06:00:00,001 or 11/29/2026, 1:40:00 PM: read
 * piece by piece, and written as the regex and the time_format that take them. Which number is the day and which the
 * month, the numbers above 12 in all of them tell. */
#ifndef LT_SUGGEST_DATED_H
#define LT_SUGGEST_DATED_H

#include "base/buf.h"

#include <stdbool.h>

struct dated;
struct matcher;

struct dated *dated_new(void);
void dated_free(struct dated *d);
/* Reads one that the text begins with: its length, 0 when there is none or it is of a kind too many.
 * *ret_form: the number of its kind. */
size_t dated_read(struct dated *d, struct matcher *m, struct slice text, unsigned *ret_form);
/* It is the time of a line: its numbers count. */
void dated_note(struct dated *d, unsigned form, struct slice text);
unsigned dated_forms(const struct dated *d);
/* NULL: no line has such a time. */
const char *dated_regex(const struct dated *d, unsigned form);
/* Appends it; false when no order of day, month and year fits all. */
bool dated_format(const struct dated *d, unsigned form, struct buf *out);
/* More than one order fits: the other that may be meant; NULL: it is sure. */
const char *dated_doubt(const struct dated *d, unsigned form);

#endif
