/* proof -- what a tail remembers of the bytes it has read, so that it knows them again; see tail.h,
 * which declares what other parts of the room use. */
#ifndef LT_INPUT_PROOF_H
#define LT_INPUT_PROOF_H

#include <stdint.h>

struct tail;

/* These bytes lie at the offset and are about to be passed. */
void proof_consume(struct tail *t, const char *p, uint64_t n);

#endif
