/* statedrop -- `logtally state drop`: takes series out of a saved state. */
#ifndef LT_CMD_STATEDROP_H
#define LT_CMD_STATEDROP_H

#include "app/options.h"

#include <stdbool.h>

/* What the selectors mean, each at least one series, or nothing is changed. An exit code. */
int state_drop(const struct command *self, const char *directory, const struct strings *selectors,
               bool dry_run, bool json);

#endif
