/* unescape -- backslashes in JSON strings and in Go-quoted logfmt. Internal to src/rules.
 *
 * `out` needs room for s.n bytes: no escape is shorter than what it stands for. */
#ifndef LT_RULES_UNESCAPE_H
#define LT_RULES_UNESCAPE_H

#include "base/slice.h"

/* The inside of a valid JSON string. An unpaired surrogate is U+FFFD. Returns the length. */
size_t unescape_json(char *out, struct slice s);
/* The inside of a Go-quoted string; what is no escape of Go stands as written. */
size_t unescape_go(char *out, struct slice s);

#endif
