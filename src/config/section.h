/* section -- a section and its keys against the schema: all that can be said of them from the rows
 * alone, before anybody asks what they mean. */
#ifndef LT_CONFIG_SECTION_H
#define LT_CONFIG_SECTION_H

#include "base/map.h"
#include "config/ini.h"

/* Checks the head of a section in a file that may hold the kinds `allowed`; returns the bit of its
 * kind, or 0 when none of its keys are to be read. */
unsigned section_check(const struct ini_section *s, unsigned allowed, struct mistakes *m);

/* The row of a key of `s`, the section `number` of its file; NULL after a mistake. `seen` has the
 * keys of the file so far, for those that may be given once. */
const struct key *section_key(const struct ini_section *s, size_t number, const struct ini_entry *e,
                              struct map *seen, struct mistakes *m);

/* What a value of type NUMBER, COUNT, SIZE, DURATION or CHOICE says. */
struct key_value {
    uint64_t n; /* SIZE in bytes; DURATION in nanoseconds, at most 2^63 - 1; CHOICE: which word */
    double d;   /* NUMBER */
};

/* Reads one as its row says; false after a mistake. */
bool key_read(const struct key *k, const struct ini_entry *e, struct mistakes *m,
              struct key_value *ret_value);
/* The default of such a key, which must have one. */
struct key_value key_default(enum key_id id);

#endif
