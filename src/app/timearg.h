/* timearg -- a time as a person gives it to a command (RFC 3339, a date alone, or unix seconds),
 * and as a command shows it. */
#ifndef LT_APP_TIMEARG_H
#define LT_APP_TIMEARG_H

#include "base/slice.h"

#include <stdint.h>

enum { TIMEARG_TEXT = 32 };

/* 0 or -EINVAL. */
int timearg_parse(struct slice text, int64_t *ret_ns);
/* RFC 3339 in UTC, whole seconds. */
void timearg_format(char out[TIMEARG_TEXT], int64_t ns);

#endif
