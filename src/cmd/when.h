/* when -- a time as a person gives it to a command: RFC 3339, or unix seconds. */
#ifndef LT_CMD_WHEN_H
#define LT_CMD_WHEN_H

#include "base/slice.h"

#include <stdint.h>

/* 0 or -EINVAL. */
int when_parse(struct slice text, int64_t *ret_ns);

#endif
