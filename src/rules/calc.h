/* calc -- the value of a `calc.FIELD`: numbers and fields joined by + - * / ( ) min max time.
 *
 * Parsed once into steps for a stack; evaluating is a walk over them. A calc knows its fields by
 * number; who evaluates it gives their values (base/exact.h). */
#ifndef LT_RULES_CALC_H
#define LT_RULES_CALC_H

#include "base/buf.h"
#include "base/exact.h"

struct calc;

enum { CALC_FIELDS_MAX = 32 };

/* NULL with a sentence in *err; *ret_offset is the byte it is about, for a caret. */
struct calc *calc_new(struct slice text, struct buf *err, size_t *ret_offset);
void calc_free(struct calc *c);

/* Its fields, each once: the same name inside and outside of time(...) is two. */
unsigned calc_nfields(const struct calc *c);
const char *calc_field(const struct calc *c, unsigned i);
bool calc_field_is_time(const struct calc *c, unsigned i);

enum calc_result { CALC_DONE, CALC_BY_ZERO, CALC_TOO_LONG };

/* `values` of all fields. Without a result, why. */
enum calc_result calc_eval(const struct calc *c, const struct exact *values, struct exact *ret);

#endif
