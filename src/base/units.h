/* units -- which units there are, and the number of a text that carries its own.
 *
 * Only num.c and exact.c use this; what the others want is in num.h and exact.h. */
#ifndef LT_BASE_UNITS_H
#define LT_BASE_UNITS_H

#include "base/decimal.h"

/* A value and its unit: number * unit. */
struct measure {
    struct decimal number; /* BORROWS the text that was read, or digits[] */
    struct unit unit;
    char digits[40]; /* of a sum of pieces; below 2^128 */
};

/* `s` is all of the text, `rest` what follows the first number `d`. `kind` restricts the kind of
 * unit (UNIT_NONE: any). 0 or -EINVAL. */
int units_read(struct slice s, struct slice rest, const struct decimal *d, enum unit_kind kind,
               struct measure *ret_measure);

/* "true" is 1, "false" is 0. 0 or -EINVAL. */
int units_read_word(struct slice s, struct decimal *ret_decimal);

#endif
