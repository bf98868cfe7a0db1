/* codec -- the bytes of a file, whatever it is compressed with: plain, gzip, zstd, xz, bzip2.
 *
 * How it is packed is known by the first bytes, never by the name. */
#ifndef LT_INPUT_CODEC_H
#define LT_INPUT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct codec_reader;

/* Reads on from where `fd` stands. The descriptor stays the caller's. 0, negative errno of reading,
 * or -EOPNOTSUPP: packed in a way that this build does not unpack. */
int codec_open(int fd, struct codec_reader **ret_reader);
/* The same for `n` bytes that are known to be plain text: a part of a file. */
struct codec_reader *codec_open_part(int fd, uint64_t n);
void codec_close(struct codec_reader *c);
/* Do the first bytes say that it is packed, also in a way that this build does not unpack? */
int codec_looks_packed(int fd);
bool codec_is_plain(const struct codec_reader *c);
/* From now on a thread unpacks what is compressed, a few chunks ahead, so that it goes on while the
 * caller works with what it has; without a thread to be had, nothing changes. codec_close stops it,
 * after the read that it is in. */
void codec_read_ahead(struct codec_reader *c);

/* At most n bytes: how many, 0 at the end, or negative errno: -EBADMSG damaged, -ENODATA cut off
 * (it may still be being written). */
ssize_t codec_read(struct codec_reader *c, char *out, size_t n);
/* After the end: what stands behind it is no such member, nor padding, and was passed over. */
bool codec_has_tail(const struct codec_reader *c);
#define CODEC_TAIL "what stands behind the compressed data is not read"
/* Bytes of the file itself read so far, for what codec_read has given. */
uint64_t codec_position(const struct codec_reader *c);

#endif
