/* buf -- growing bytes, and the little-endian fields of our own files.
 *
 * Growth doubles, so that n appended bytes cost O(n). Fields are written byte by byte: the compiler
 * makes one store of it on a little-endian machine, and a file moves between machines unchanged. */
#include "config.h"

#include "base/buf.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static void grow(struct buf *b, size_t extra)
{
    size_t want = b->n + extra;
    size_t cap = b->cap ? b->cap : 64;

    if (want < extra || want > SIZE_MAX / 2 - 1)
        want = cap = SIZE_MAX - 1; /* xrealloc refuses this with the right words */
    while (cap < want)
        cap *= 2;
    b->p = xrealloc(b->p, cap + 1);
    b->cap = cap;
    b->p[b->n] = '\0';
}

char *buf_reserve(struct buf *b, size_t extra)
{
    if (b->p == NULL || extra > b->cap - b->n)
        grow(b, extra);
    return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    char *to = buf_reserve(b, n);

    if (n)
        memcpy(to, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_slice(struct buf *b, struct slice s)
{
    buf_add(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
    char *to = buf_reserve(b, 1);

    to[0] = c;
    to[1] = '\0';
    b->n++;
}

bool buf_fail(struct buf *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(err, fmt, ap);
    va_end(ap);
    return false;
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    (void)buf_reserve(b, 0);
    n = vsnprintf(b->p + b->n, b->cap - b->n + 1, fmt, ap);
    if (n > 0 && (size_t)n > b->cap - b->n) {
        (void)buf_reserve(b, (size_t)n);
        n = vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    if (n > 0)
        b->n += (size_t)n;
    b->p[b->n] = '\0';
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(b, fmt, ap);
    va_end(ap);
}

void buf_word(struct buf *b, const char *word, size_t i, size_t n, const char *last)
{
    if (i > 0 && i + 1 < n)
        buf_str(b, ", ");
    else if (i > 0)
        buf_fmt(b, " %s ", last);
    buf_str(b, word);
}

void buf_beside(struct buf *b, const char *file, struct slice name)
{
    if (!slice_starts(name, SLICE("/")))
        buf_add(b, file, (size_t)(path_name(file) - file));
    buf_slice(b, name);
}

void buf_u8(struct buf *b, uint8_t v)
{
    buf_char(b, (char)v);
}

static void add_le(struct buf *b, uint64_t v, size_t n)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(v >> (8 * i));
    buf_add(b, bytes, n);
}

void buf_u32(struct buf *b, uint32_t v)
{
    add_le(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
    add_le(b, v, 8);
}

void buf_f64(struct buf *b, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    buf_u64(b, bits);
}

void buf_blob(struct buf *b, struct slice s)
{
    /* A blob of 4 GiB is our own bug: everything that becomes one is bounded far below. */
    if (s.n > UINT32_MAX)
        abort();
    buf_u32(b, (uint32_t)s.n);
    buf_slice(b, s);
}

void buf_count(struct buf *b, uint64_t n, const char *noun)
{
    buf_fmt(b, "%llu %s%s", (unsigned long long)n, noun, plural(n));
}

void buf_varint(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_u8(b, (uint8_t)(v | 0x80));
    buf_u8(b, (uint8_t)v);
}

void buf_vblob(struct buf *b, struct slice s)
{
    buf_varint(b, s.n);
    buf_slice(b, s);
}

bool buf_unquote(struct buf *b, struct slice *rest)
{
    size_t i = 1;

    while (i < rest->n && rest->p[i] != '"') {
        if (rest->p[i] == '\\' && i + 1 < rest->n && strchr("\"\\", rest->p[i + 1]))
            i++;
        buf_char(b, rest->p[i++]);
    }
    bool closed = i < rest->n;

    *rest = slice_from(*rest, closed ? i + 1 : rest->n);
    return closed;
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    if (b->p)
        b->p[0] = '\0';
}

void buf_release(struct buf *b)
{
    free(b->p);
    *b = BUF_INIT;
}

char *buf_detach(struct buf *b)
{
    char *p = buf_reserve(b, 0) - b->n;

    *b = BUF_INIT;
    return p;
}

static uint64_t read_le(struct reader *r, size_t n)
{
    uint64_t v = 0;

    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)r->p[i] << (8 * i);
    r->p += n;
    return v;
}

uint8_t read_u8(struct reader *r)
{
    return (uint8_t)read_le(r, 1);
}

uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_le(r, 4);
}

uint64_t read_u64(struct reader *r)
{
    return read_le(r, 8);
}

double read_f64(struct reader *r)
{
    uint64_t bits = read_le(r, 8);
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

struct slice read_bytes(struct reader *r, uint64_t n)
{
    struct slice s;

    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return (struct slice){NULL, 0};
    }
    s = slice_make(r->p, (size_t)n);
    r->p += n;
    return s;
}

struct slice read_blob(struct reader *r)
{
    return read_bytes(r, read_u32(r));
}

uint64_t read_varint(struct reader *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = read_u8(r);

        if (shift == 63 && b > 1)
            break;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80)
            return v;
    }
    r->bad = true;
    return 0;
}

struct slice read_vblob(struct reader *r)
{
    return read_bytes(r, read_varint(r));
}
