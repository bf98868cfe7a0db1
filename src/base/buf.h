/* buf -- a growing byte buffer.
 *
 * Invariant: n <= cap; p is NULL only while cap is 0; when p is not NULL, p[n] is a NUL that is not
 * counted in n, so that p can be handed to functions that want a C string. A zeroed struct buf is a
 * valid empty buffer (BUF_INIT). */
#ifndef LT_BASE_BUF_H
#define LT_BASE_BUF_H

#include "base/slice.h"

#include <stdarg.h>
#include <stdint.h>

struct buf {
    char *p;
    size_t n, cap;
};

#define BUF_INIT ((struct buf){0})

/* Room for `extra` more bytes (and the NUL); returns where they go. Does not change n. */
char *buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_slice(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* The i-th of n words, as a sentence lists them: "a, b or c" where `last` is "or". */
void buf_word(struct buf *b, const char *word, size_t i, size_t n, const char *last);
/* The path that `name` is where it stands in `file`: beside it, unless it begins with a slash. */
void buf_beside(struct buf *b, const char *file, struct slice name);
/* Appends a sentence about what failed; always false: `return buf_fail(err, ...)`. */
bool buf_fail(struct buf *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Little-endian fixed-width integers, for files of our own. */
void buf_u8(struct buf *b, uint8_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_f64(struct buf *b, double v);
/* u32 length, then the bytes. */
void buf_blob(struct buf *b, struct slice s);
/* Seven bits a byte, the lowest first; the highest bit says that there are more (LEB128). */
void buf_varint(struct buf *b, uint64_t v);
/* Its length as such a number, then the bytes. */
void buf_vblob(struct buf *b, struct slice s);

/* The end of a noun behind its number: "%u line%s". */
static inline const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Appends `3 lines`, `1 line`. */
void buf_count(struct buf *b, uint64_t n, const char *noun);

/* Takes "text" in double quotes off the front of *rest and appends what it says: \" and \\ stand
 * for the quote and the backslash. False when it is not closed; all of *rest is taken then. */
bool buf_unquote(struct buf *b, struct slice *rest);

/* After buf_reserve: what was written up to `end` belongs to *b. */
static inline void buf_commit(struct buf *b, char *end)
{
    *end = '\0';
    b->n = (size_t)(end - b->p);
}

/* Empties, keeps the memory. */
void buf_clear(struct buf *b);
/* Frees the memory; the buffer is empty again. */
void buf_release(struct buf *b);
/* Hands over the bytes (NUL-terminated, never NULL); the buffer is empty again. */
char *buf_detach(struct buf *b);

static inline struct slice buf_all(const struct buf *b)
{
    return (struct slice){b->p, b->n};
}

/* Reading back what buf_u8 .. buf_blob wrote. Any read past the end sets `bad` and gives zero (or
 * an empty slice); check `bad` once at the end. Slices BORROW the input. */
struct reader {
    const char *p, *end;
    bool bad;
};

static inline struct reader reader_of(struct slice s)
{
    return (struct reader){s.p, s.p ? s.p + s.n : NULL, false};
}
uint8_t read_u8(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
double read_f64(struct reader *r);
struct slice read_blob(struct reader *r);
uint64_t read_varint(struct reader *r);
struct slice read_bytes(struct reader *r, uint64_t n);
struct slice read_vblob(struct reader *r);

#endif
