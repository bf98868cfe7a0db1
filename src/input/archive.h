/* archive -- a file read once from its beginning to its end as whole lines: plain, compressed,
 * or "-".
 *
 * The codec is known by the first bytes, not by the name. For replay, test, explain, backfill and
 * verify. A last line without newline is handed out too. */
#ifndef LT_INPUT_ARCHIVE_H
#define LT_INPUT_ARCHIVE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct archive;

/* 0 or negative errno, -EOPNOTSUPP when it is packed in a way that this build does not unpack. */
int archive_open(const char *path, struct archive **ret_archive);
/* Bytes [from, to) of a plain file, which begin and end at lines (archive_cut); all of it, of
 * whatever kind, when `to` is 0. */
int archive_open_part(const char *path, uint64_t from, uint64_t to, struct archive **ret_archive);
/* Bytes [from, to) of what is in a file, unpacked when it is `packed`: what was counted of a log. */
int archive_open_range(const char *path, bool packed, uint64_t from, uint64_t to,
                       struct archive **ret_archive);
/* CRC32C of the bytes of such a range that were read so far, and how many they are. */
uint32_t archive_crc(const struct archive *a, uint64_t *ret_n);
void archive_close(struct archive *a);
/* How it is written, before its first line is asked for: a name that charset_new knows; NULL = UTF-8,
 * which it is if nobody says otherwise. A mark of UTF-16 at its beginning wins. Lines come as UTF-8. */
void archive_set_encoding(struct archive *a, const char *name);
/* Has a compressed file unpacked by a thread of its own from now on. */
void archive_read_ahead(struct archive *a);

/* Whether a part may begin with a line, of which nothing longer is asked; NULL: with any. */
struct archive_beginning {
    bool (*is)(void *ctx, struct slice line);
    void *ctx;
    size_t max_line;
};
/* Where a file is cut into parts of about part_bytes: *ret_cuts is 0, then ends of lines, then the
 * file's size (the caller frees it); *ret_n is how many parts that makes. A compressed file, one
 * in UTF-16, a pipe and a small file are one part: then *ret_n is 1 and archive_open reads it. 0 or negative
 * errno. */
int archive_cut(const char *path, uint64_t part_bytes, const struct archive_beginning *beginning,
                uint64_t **ret_cuts, unsigned *ret_n);

/* The next block of whole lines; *ret_lines ends in '\n' but at the very end; at least 64 bytes
 * around it may be read; it BORROWS the archive until the next call. 1 = lines, 0 = the end,
 * negative errno: -EIO and such, -EBADMSG for a damaged archive (what came before it was handed
 * out). Lines longer than max_line are left out and counted. */
int archive_next(struct archive *a, size_t max_line, struct slice *ret_lines);
/* What kept it from being read, for people. */
const char *archive_error(int error);
uint64_t archive_too_long(const struct archive *a);
/* Bytes that are no characters of its encoding, and became U+FFFD, so far. */
uint64_t archive_invalid(const struct archive *a);
/* Bytes of the file itself read so far, and its size (0 when unknown): for progress. */
uint64_t archive_position(const struct archive *a);
uint64_t archive_size(const struct archive *a);

#endif
