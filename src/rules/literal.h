/* literal -- the longest text that every match of a regex must contain.
 *
 * It is what lets a rule be skipped without running its regex: a line that does not hold the text
 * cannot match. PCRE2's public API gives no such text, but compiled with PCRE2_AUTO_CALLOUT a
 * pattern can be enumerated item by item (pattern.c does that), and the items are enough: a run of
 * plain characters outside alternations, optional groups, classes and lookarounds is required.
 * Where in doubt there is no literal; that costs time, never a match. Knows no PCRE2, so that it
 * can be tested on tokens alone. */
#ifndef LT_RULES_LITERAL_H
#define LT_RULES_LITERAL_H

#include "base/buf.h"
#include "base/slice.h"

/* One item of a pattern: `(?:`, `a`, `\.`, `)+` ... in the order of the pattern. */
struct regex_item {
    size_t at, n;
};

/* Appends the literal, or nothing when none is known. */
void required_literal(struct slice regex, const struct regex_item *items, size_t n,
                      struct buf *ret_literal);

#endif
