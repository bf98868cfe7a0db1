/* levels -- numbers and letters that stand for levels, as words. */
#ifndef LT_SUGGEST_LEVELS_H
#define LT_SUGGEST_LEVELS_H

#include "base/buf.h"
#include "suggest/fields.h"

/* How most values of a field that tells the level are written; NULL: they are words already, or who knows what. */
const struct level_names *levels_of(const struct field_stats *f);
/* The word for one of them; itself when there is none. */
struct slice level_word(const struct level_names *names, struct slice value);
/* Appends `map.FIELD = VALUE -> WORD` for a value that is no word; for all of the field's. */
void levels_map_one(const struct level_names *names, const char *field, struct slice value,
                    struct buf *out);
void levels_map(const struct field_stats *f, struct buf *out);

#endif
