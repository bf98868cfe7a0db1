/* replacement -- what a `rewrite` puts in place of a match: text in which `$1`, `${name}` and `$$`
 * stand for groups and a dollar. PCRE2 does the work (pattern_replace); here is found at load what
 * it would only find on a line. */
#ifndef LT_RULES_REPLACEMENT_H
#define LT_RULES_REPLACEMENT_H

#include "rules/pattern.h"

/* False with a sentence in *err: a group that the regex does not have, a dollar that means none. */
bool replacement_check(const struct pattern *p, struct slice text, struct buf *err);

#endif
