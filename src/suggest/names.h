/* names -- names for events, metrics and labels made of what a log says. */
#ifndef LT_SUGGEST_NAMES_H
#define LT_SUGGEST_NAMES_H

#include "suggest/kinds.h"

/* Appends what a kind of line is called: `payment_failed`. Never empty, never reserved. */
void suggest_kind_name(const struct kind *k, struct buf *out);
/* Appends a name made of a field's: letters, digits and underscores. */
void suggest_field_name(struct slice name, struct buf *out);
/* Appends _2, _3 ... to the text behind `from` in *name until it is not in *taken; takes it. */
void suggest_unique(struct map *taken, size_t from, struct buf *name);
/* What the group at a variable word of the shape is called: its key in `key=value`, or what it is;
 * `885 ms` is a duration_ms. */
void suggest_group_name(const struct shape *s, size_t word, const struct field_stats *f,
                        struct buf *out);

#endif
