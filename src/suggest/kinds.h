/* kinds -- what finding the kinds of lines (suggest.c) hands to writing them down
 * (print.c). */
#ifndef LT_SUGGEST_KINDS_H
#define LT_SUGGEST_KINDS_H

#include "suggest/fields.h"
#include "suggest/shapes.h"

#include "base/buf.h"

enum kind_of_line {
    KIND_VALUE, /* decoded; the field that tells lines apart has a value of this shape */
    KIND_KEYS,  /* decoded, without that field: lines with the same keys */
    KIND_TEXT,
};

struct kind {
    enum kind_of_line of;
    const struct shape *shape;
    struct field_list fields; /* decoded ones */
    struct field_list groups; /* "0", "1": what stands at the variable words of the shape */
};

struct sample_stats {
    const char *name;
    const char *field;                       /* that tells decoded lines apart; NULL = none */
    uint64_t lines, wrapped, decoded, least; /* wrapped: by Docker or Kubernetes */
    const struct field_stats *levels;        /* of the field that tells the level; NULL = none */
};

/* Writes the file; `kinds` are sorted, the most frequent first. */
void suggest_print(const struct sample_stats *stats, const struct kind *kinds, size_t n,
                   struct buf *out);

#endif
