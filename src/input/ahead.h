/* ahead -- a codec read by a thread of its own, so that unpacking goes on while the caller works
 * with what is unpacked. A few chunks are ready at most. */
#ifndef LT_INPUT_AHEAD_H
#define LT_INPUT_AHEAD_H

#include "input/codec.h"

struct ahead;

/* BORROWS the codec, which nobody else may use until ahead_free; NULL when there is no thread to be
 * had. */
struct ahead *ahead_new(struct codec_reader *codec);
/* Stops the thread, after the read that it is in. */
void ahead_free(struct ahead *a);

/* As codec_read. */
ssize_t ahead_read(struct ahead *a, char *out, size_t n);
/* As codec_position, for what ahead_read has handed out. */
uint64_t ahead_position(const struct ahead *a);

#endif
