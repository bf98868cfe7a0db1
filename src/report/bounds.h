/* bounds -- how many values the rules themselves leave a label: those of a map with `*`, of a constant, of
 * alternatives in a regex. What a log can fill with anything has no bound. */
#ifndef LT_REPORT_BOUNDS_H
#define LT_REPORT_BOUNDS_H

#include "rules/ruleset.h"

/* Label sets of a family, or values of one of its labels; 0 = no bound. */
uint64_t bounds_of_family(const struct ruleset *rules, unsigned family);
uint64_t bounds_of_label(const struct ruleset *rules, unsigned family, unsigned label);

#endif
