/* linebuf -- bytes into whole lines, without copying them.
 *
 * lines_next cuts a block of whole lines where something must be left out; it is all that a file
 * needs which can be read again. struct linebuf is for what cannot (pipes, decompressors): it keeps
 * the unfinished line until the rest comes.
 *
 * Invariant: start <= end <= cap; bytes [start, end) are not yet handed out. LINE_PAD bytes before
 * and after whatever is handed out may be read. */
#ifndef LT_INPUT_LINEBUF_H
#define LT_INPUT_LINEBUF_H

#include "base/charset.h"

#include <stdint.h>

enum { LINE_PAD = CHARSET_PAD };

enum lines_found { LINES_END, LINES_BLOCK, LINES_TOO_LONG };

/* Cuts the first part off *rest, which begins at a line's beginning and ends in '\n' (or is the end
 * of everything). NULs at a line's beginning are left out: they are the hole that a crash or a
 * truncation leaves. LINES_BLOCK: *ret_block are lines of at most max_line bytes each (newline not
 * counted). LINES_TOO_LONG: one longer line was left out. In every case all bytes before rest->p
 * are done with. */
enum lines_found lines_next(struct slice *rest, size_t max_line, struct slice *ret_block);

/* How many bytes of NULs it begins with: whole units of the encoding. */
size_t lines_nuls(const struct charset *c, struct slice s);
/* How many bytes a line of at most max_line bytes of UTF-8 may take. */
size_t lines_widest(const struct charset *c, size_t max_line);

struct linebuf {
    char *mem; /* cap + 2 * LINE_PAD */
    size_t cap, start, end;
    size_t scanned;                /* [start, scanned) has no newline */
    size_t max_line;               /* of UTF-8 */
    const struct charset *charset; /* what it holds; NULL = UTF-8; borrowed */
    bool skipping;                 /* in the rest of a line that is too long */
    uint64_t too_long;             /* such lines so far */
};

void linebuf_init(struct linebuf *lb, size_t max_line);
void linebuf_release(struct linebuf *lb);
/* Where the next bytes go, and how many may be put there (never 0). What was handed out dies. */
char *linebuf_space(struct linebuf *lb, size_t *ret_room);
void linebuf_filled(struct linebuf *lb, size_t n);
/* All whole lines that are there, as one block for lines_next, once it is UTF-8; empty when there are
 * none. BORROWS the buffer until linebuf_space. */
struct slice linebuf_take(struct linebuf *lb);
/* At the end: the last line, which has no newline; empty when there is none. */
struct slice linebuf_take_rest(struct linebuf *lb);
/* What was not yet handed out. Likewise. */
struct slice linebuf_pending(const struct linebuf *lb);

#endif
