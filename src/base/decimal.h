/* decimal -- a decimal number as it was written, and its exact product with a unit.
 *
 * Only num.c uses this; what the others want is in num.h. */
#ifndef LT_BASE_DECIMAL_H
#define LT_BASE_DECIMAL_H

#include "base/num.h"

/* Longer text is not a number: a bound for the exact arithmetic. */
enum { DECIMAL_TEXT_MAX = 1024 };

/* The powers of ten that a double holds exactly. */
enum { DECIMAL_POWERS = 23 };
extern const double decimal_powers[DECIMAL_POWERS];

/* The value is (negative ? -1 : 1) * digits * 10^exp10. */
struct decimal {
    struct slice digits; /* BORROWED: '0' to '9' and at most one '.', which does not count */
    uint64_t mantissa;   /* the digits as a number, if `fits` */
    int exp10;
    bool fits, negative;
};

/* Cuts a number off the front of *s: sign, digits, perhaps a point, perhaps an exponent. 0 or
 * -EINVAL. */
int decimal_scan(struct slice *s, struct decimal *ret_decimal);

/* d * u->mul * 10^u->exp10 / u->div, rounded once. 0, or -EINVAL when it overflows a double. */
int decimal_value(const struct decimal *d, const struct unit *u, struct num *ret_num);

#endif
