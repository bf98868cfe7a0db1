/* anchor -- what is known of a file's first line before it is read: for times that lack their date or
 * their year, and have no line before them. */
#ifndef LT_APP_ANCHOR_H
#define LT_APP_ANCHOR_H

#include "app/setup.h"

/* "" and "-" are read as they come: now. */
struct time_base anchor_of(const struct setup *s, unsigned log, const char *path);

/* What a person says of it: "2024", "2024-03-01". False when it is none. */
bool anchor_read_year(struct slice text, struct time_base *base);
bool anchor_read_date(struct slice text, struct time_base *base);

#endif
