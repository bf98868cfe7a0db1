/* slots -- what a scanner finds in a line, and what the walk over all its fields says it must find;
 * for the tests and the fuzzers of the scanners. */
#ifndef LT_TESTS_SLOTS_H
#define LT_TESTS_SLOTS_H

#include "decode/fields.h"

enum { SLOTS_MAX = 12 };

/* How a line is read. */
enum scan_form { SCAN_JSON, SCAN_LOGFMT, SCAN_LENIENT, SCAN_KV };

/* The fields of a line in the slots of some names. */
struct slots {
    bool valid;
    struct field fields[SLOTS_MAX];
    uint16_t numbers[SLOTS_MAX + 1];
    struct touched touched;
};

void slots_begin(struct slots *s);
bool slots_scan(struct slots *s, enum scan_form form, struct slice line,
                const struct fieldnames *want);
/* All fields, one after the other; false when the line is not of this form. */
bool slots_each(enum scan_form form, struct slice line, field_visit_fn *fn, void *ctx);

/* NULL when the slots of the n names hold the first field of each that the walk finds, and none
 * when it refuses the line; else what is different. `want` is of the same names. Every field of the
 * line is also unescaped. */
const char *slots_differ(enum scan_form form, struct slice line, const char *const *names,
                         unsigned n, const struct fieldnames *want);

/* What two fields say is kept in *known, of the heap. False when another text was there, which stays. */
bool slots_say_same(char **known, const struct field *first, const struct field *second);

#endif
