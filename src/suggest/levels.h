/* levels -- numbers and letters that stand for levels, as words. */
#ifndef LT_SUGGEST_LEVELS_H
#define LT_SUGGEST_LEVELS_H

#include "base/buf.h"
#include "suggest/fields.h"

/* What all values of a field that tells the level are; NULL: they are words already, or who knows what. */
const struct level_names *levels_of(const struct field_stats *f);
/* The word for one of them. */
struct slice level_word(const struct level_names *names, struct slice value);
/* Appends `map.FIELD = VALUE -> WORD` lines. */
void levels_map(const struct field_stats *f, struct buf *out);

#endif
