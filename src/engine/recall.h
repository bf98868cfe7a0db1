/* recall -- which events lines may be whose deciding fields have values seen before.
 *
 * dispatch asks each of those fields in turn: its values, its prefixes by their lengths, the literals
 * of its regexes. A program writes few texts in them, so what all that gave is remembered under the
 * values together, however many fields the rules ask for and in whatever way.
 *
 * It only remembers: what is not here, dispatch works out. */
#ifndef LT_ENGINE_RECALL_H
#define LT_ENGINE_RECALL_H

#include "decode/fields.h"

enum {
    RECALL_FIELDS_MAX = 4, /* values of more hardly ever come together again */
    RECALL_AROUND = 64,    /* bytes behind each text begins can be read; no longer one is kept */
};

struct recall;

/* NULL when there are none, or too many. */
struct recall *recall_new(const uint16_t *slots, unsigned nfields);
void recall_free(struct recall *r);

/* Finds the events of the values that these fields of a line have: how many, or -1 when that is not
 * known. *ret_events dies with recall_keep. */
int recall_find(struct recall *r, const struct field *slots, const char *line,
                const uint32_t **ret_events);
/* What recall_find just did not know. */
void recall_keep(struct recall *r, const uint32_t *events, unsigned n);

#endif
