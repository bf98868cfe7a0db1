/* exact -- decimal numbers of up to 38 digits, and arithmetic that loses none of them.
 *
 * 0.1 + 0.2 is 0.3 here, and a number of a log that is only added, subtracted and multiplied is
 * never rounded. What needs more than 38 digits is refused. A quotient is the nearest double, as
 * the shortest decimal that means it. */
#ifndef LT_BASE_EXACT_H
#define LT_BASE_EXACT_H

#include "base/num.h"
#include "base/wide.h"

/* mantissa * 10^exp10, or less than 0 by as much; mantissa < 10^38 and without zeros at its end,
 * |exp10| <= 4096; 0 is all zeros: equal numbers have equal members. */
struct exact {
    struct wide mantissa;
    int exp10;
    bool negative;
};

struct exact exact_make(int64_t mantissa, int exp10);

/* As num_parse; with `unit` NULL a bare number is plain, and one that carries a unit of any kind is
 * seconds, bytes or a ratio. 0, -EINVAL (no number), -ERANGE (more than 38 digits). */
int exact_parse(struct slice s, const struct unit *unit, struct exact *ret);

/* False when the result is no such number (a division by zero, more than 38 digits). */
bool exact_add(const struct exact *a, const struct exact *b, struct exact *ret);
bool exact_multiply(const struct exact *a, const struct exact *b, struct exact *ret);
bool exact_divide(const struct exact *a, const struct exact *b, struct exact *ret);
struct exact exact_negate(const struct exact *a);
/* Below, at or above 0, as a is less than, equal to or more than b. */
int exact_cmp(const struct exact *a, const struct exact *b);

/* "-0.05", "1500"; with an exponent where it would be longer than EXACT_TEXT. Returns the length,
 * without NUL. */
enum { EXACT_TEXT = 64 };
size_t exact_format(char out[EXACT_TEXT], const struct exact *a);

#endif
