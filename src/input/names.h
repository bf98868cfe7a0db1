/* names -- a set of texts that has a bound, for what was said or seen of paths.
 *
 * Why not base/map: nothing is ever removed there, and paths come and go for as long as logtally runs. */
#ifndef LT_INPUT_NAMES_H
#define LT_INPUT_NAMES_H

#include "base/index.h"
#include "base/slice.h"

#include <stdint.h>

struct name;
/* All zero: empty. */
struct names {
    struct index index;
    struct name *oldest, *newest;
    size_t n;
};

/* Copies it. False when it is in; when there are `most` already, the oldest goes. */
bool names_add(struct names *x, struct slice text, size_t most, int64_t now_ns);
/* False when it is not in. */
bool names_remove(struct names *x, struct slice text);
/* Those that came in before. */
void names_expire(struct names *x, int64_t before_ns);
void names_release(struct names *x);

#endif
