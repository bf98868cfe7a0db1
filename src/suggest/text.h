/* text -- what a log says, as names of rules, and as text that means itself in a value, a comment or
 * a help text. All append to *out. */
#ifndef LT_SUGGEST_TEXT_H
#define LT_SUGGEST_TEXT_H

#include "suggest/proposal.h"

/* What a kind of line is called: `payment_failed`. Never empty, never reserved. */
void add_kind_name(const struct kind *k, struct buf *out);
/* A name made of a field's: letters, digits and underscores. */
void add_field_name(struct slice field, struct buf *out);
/* What the group at a variable word of the shape is called: its key in `key=value`, or what it is;
 * `885 ms` is a duration_ms. */
void add_group_name(const struct shape *s, size_t word, const struct field_stats *f,
                    struct buf *out);
/* Drops each of these endings, in this order, that the name has; blanks divide them. */
void drop_ends(struct buf *name, const char *ends);
/* The name, with _2, _3 ... appended until it is not in *taken; takes it, and hands it over. */
char *unique_name(struct map *taken, struct buf *name);

/* Can the text stand as the VALUE of a `where` as it is? */
bool text_is_plain(struct slice text);
/* `;` escaped. */
void add_value(struct slice text, struct buf *out);
/* For a comment or a help text: cut, no control characters. */
void add_shown(struct slice text, size_t most, struct buf *out);

#endif
