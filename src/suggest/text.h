/* text -- text from a log written into a rules file so that it means itself: in a value, in
 * a regex, in a comment. */
#ifndef LT_SUGGEST_TEXT_H
#define LT_SUGGEST_TEXT_H

#include "suggest/kinds.h"

/* Can the text stand as the VALUE of a `where` as it is? */
bool suggest_plain(struct slice text);
/* Appends it, `;` escaped. */
void suggest_value(struct slice text, struct buf *out);
/* Appends it for a comment or a help text: cut, no control characters. */
void suggest_shown(struct slice text, size_t most, struct buf *out);
/* Appends an anchored regex for a shape; `names` (per word, NULL = none) become groups. */
void suggest_regex(const struct shape *s, char *const *names, struct buf *out);
/* The shape's fixed beginning if all that varies comes behind it and is not named; n = 0: not
 * so. */
struct slice suggest_beginning(const struct shape *s, char *const *names);

#endif
