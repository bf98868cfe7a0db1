/* condition -- how an event finds its lines: by a value, by how it begins, by a regex, or
 * by the keys it has. */
#ifndef LT_SUGGEST_CONDITION_H
#define LT_SUGGEST_CONDITION_H

#include "suggest/metrics.h"

/* A kind that is proposed, and its name. */
struct chosen {
    const struct kind *kind;
    char *event;
};

/* Can rules name this field? */
bool suggest_usable(struct slice name);
/* Does this key tell what a record is? */
bool suggest_key_tells(struct slice key);

/* The conditions of an event; `chosen` are all that are proposed. */
void suggest_condition(const struct paper *p, const struct proposal *q, const struct chosen *chosen,
                       size_t n);
/* The event that finds lines for one of KIND_KEYS. */
void suggest_keys_line(const struct proposal *q, struct buf *out);

#endif
