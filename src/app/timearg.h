/* timearg -- a time as a person gives it to a command (RFC 3339, a date alone, or unix seconds), and
 * as a command shows it. */
#ifndef LT_APP_TIMEARG_H
#define LT_APP_TIMEARG_H

#include "base/slice.h"

#include <stdint.h>

enum { WHEN_TEXT = 32 };

/* 0 or -EINVAL. */
int when_parse(struct slice text, int64_t *ret_ns);
/* RFC 3339 in UTC, whole seconds. */
void when_format(char out[WHEN_TEXT], int64_t ns);

#endif
