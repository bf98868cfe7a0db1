/* codec -- why pull, and one interface for three: a compressed rotated file is read by the same
 * code as a plain one. A decompressor that runs ahead is ahead.h, for whom a thread is worth it.
 *
 * gzip: several members one after another are one file (RFC 1952, 2.2); what follows the last
 * member and is no member (tape padding, rubbish) is ignored, as gzip does. zstd: frames and
 * skippable frames likewise.
 *
 * It does not seek: what was read before must be decompressed again to get to the rest. */
#include "config.h"

#include "input/codec.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

enum { INPUT = 64 * 1024, MAGIC_LEN = 4, GZIP_ANY = 15 + 16 };

struct codec_reader {
    int fd;
    enum codec kind;
    bool eof;      /* of the file */
    bool in_frame; /* a member or frame has begun and not ended */
    uint64_t position;
    uint64_t left;  /* bytes that may still be read */
    size_t at, end; /* unread part of `in` */
    z_stream z;
#ifdef HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
    unsigned char in[INPUT];
};

static ssize_t read_fd(struct codec_reader *c, void *out, size_t n)
{
    if (n > c->left)
        n = (size_t)c->left;
    for (;;) {
        ssize_t r = read(c->fd, out, n);

        if (r >= 0) {
            c->position += (uint64_t)r;
            c->left -= (uint64_t)r;
            c->eof = r == 0;
            return r;
        }
        if (errno != EINTR)
            return -errno;
    }
}

/* More input behind what is there; 0 also at the end of the file. */
static int refill(struct codec_reader *c)
{
    ssize_t r;

    memmove(c->in, c->in + c->at, c->end - c->at);
    c->end -= c->at;
    c->at = 0;
    r = read_fd(c, c->in + c->end, INPUT - c->end);
    if (r < 0)
        return (int)r;
    c->end += (size_t)r;
    return 0;
}

static bool is_gzip(const unsigned char *p, size_t n)
{
    return n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

static bool is_zstd(const unsigned char *p, size_t n)
{
    if (n < MAGIC_LEN)
        return false;
    if (p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd)
        return true;
    return (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18;
}

static int fill_magic(struct codec_reader *c)
{
    while (c->end - c->at < MAGIC_LEN && !c->eof) {
        int r = refill(c);

        if (r < 0)
            return r;
    }
    return 0;
}

static int start(struct codec_reader *c)
{
    int r = fill_magic(c);

    if (r < 0)
        return r;
    if (is_gzip(c->in, c->end)) {
        c->kind = CODEC_GZIP;
        if (inflateInit2(&c->z, GZIP_ANY) != Z_OK)
            return -ENOMEM;
        c->in_frame = true;
    } else if (is_zstd(c->in, c->end)) {
        c->kind = CODEC_ZSTD;
#ifdef HAVE_ZSTD
        c->zstd = ZSTD_createDStream();
        if (!c->zstd)
            return -ENOMEM;
        c->in_frame = true;
#else
        return -EOPNOTSUPP;
#endif
    }
    return 0;
}

int codec_open(int fd, struct codec_reader **ret_reader)
{
    struct codec_reader *c = xcalloc(1, sizeof(*c));
    int r;

    c->fd = fd;
    c->left = UINT64_MAX;
    r = start(c);
    if (r < 0) {
        codec_close(c);
        return r;
    }
    *ret_reader = c;
    return 0;
}

int codec_open_part(int fd, uint64_t n, struct codec_reader **ret_reader)
{
    struct codec_reader *c = xcalloc(1, sizeof(*c));

    c->fd = fd;
    c->left = n;
    *ret_reader = c;
    return 0;
}

void codec_close(struct codec_reader *c)
{
    if (!c)
        return;
    if (c->kind == CODEC_GZIP)
        (void)inflateEnd(&c->z);
#ifdef HAVE_ZSTD
    (void)ZSTD_freeDStream(c->zstd);
#endif
    free(c);
}

enum codec codec_kind(const struct codec_reader *c)
{
    return c->kind;
}

uint64_t codec_position(const struct codec_reader *c)
{
    return c->position - (c->end - c->at);
}

static ssize_t read_plain(struct codec_reader *c, char *out, size_t n)
{
    size_t have = c->end - c->at;

    if (have == 0)
        return c->eof ? 0 : read_fd(c, out, n);
    if (have > n)
        have = n;
    memcpy(out, c->in + c->at, have);
    c->at += have;
    return (ssize_t)have;
}

/* Between two members: 1 another one follows, 0 the end. */
static int next_member(struct codec_reader *c)
{
    int r = fill_magic(c);

    if (r < 0)
        return r;
    if (!is_gzip(c->in + c->at, c->end - c->at))
        return 0;
    (void)inflateReset(&c->z);
    c->in_frame = true;
    return 1;
}

static int step_gzip(struct codec_reader *c)
{
    int r;

    c->z.next_in = c->in + c->at;
    c->z.avail_in = (uInt)(c->end - c->at);
    r = inflate(&c->z, Z_NO_FLUSH);
    c->at = c->end - c->z.avail_in;
    if (r == Z_STREAM_END)
        c->in_frame = false;
    else if (r == Z_MEM_ERROR)
        return -ENOMEM;
    else if (r != Z_OK && r != Z_BUF_ERROR)
        return -EBADMSG;
    return 0;
}

/* 1: there is something to decompress, 0: the end, negative: -ENODATA when it ends in the
 * middle. */
static int ensure_input(struct codec_reader *c)
{
    int r;

    if (c->at < c->end)
        return 1;
    if (c->eof)
        return c->in_frame ? -ENODATA : 0;
    r = refill(c);
    if (r < 0)
        return r;
    if (c->at < c->end)
        return 1;
    return c->in_frame ? -ENODATA : 0;
}

static ssize_t read_gzip(struct codec_reader *c, char *out, size_t n)
{
    c->z.next_out = (unsigned char *)out;
    c->z.avail_out = (uInt)(n > 1U << 30 ? 1U << 30 : n);
    n = c->z.avail_out;
    while (c->z.avail_out == n) {
        int r = c->in_frame ? ensure_input(c) : next_member(c);

        if (r <= 0)
            return r;
        r = step_gzip(c);
        if (r < 0)
            return n > c->z.avail_out ? (ssize_t)(n - c->z.avail_out) : r;
    }
    return (ssize_t)(n - c->z.avail_out);
}

#ifdef HAVE_ZSTD
static ssize_t read_zstd(struct codec_reader *c, char *out, size_t n)
{
    ZSTD_outBuffer to = {out, n, 0};

    while (to.pos == 0) {
        ZSTD_inBuffer from;
        size_t left;
        int r = ensure_input(c);

        if (r < 0 && r != -ENODATA)
            return r;
        if (r == 0)
            return 0;
        from = (ZSTD_inBuffer){c->in + c->at, c->end - c->at, 0};
        left = ZSTD_decompressStream(c->zstd, &to, &from);
        c->at += from.pos;
        if (ZSTD_isError(left))
            return -EBADMSG;
        c->in_frame = left != 0;
        if (r == -ENODATA && to.pos == 0)
            return r;
    }
    return (ssize_t)to.pos;
}
#endif

ssize_t codec_read(struct codec_reader *c, char *out, size_t n)
{
    switch (c->kind) {
    case CODEC_PLAIN:
        return read_plain(c, out, n);
    case CODEC_GZIP:
        return read_gzip(c, out, n);
    case CODEC_ZSTD:
#ifdef HAVE_ZSTD
        return read_zstd(c, out, n);
#else
        break;
#endif
    }
    return -EOPNOTSUPP;
}

int codec_skip(struct codec_reader *c, uint64_t n, uint64_t *ret_skipped)
{
    char waste[16 * 1024];
    uint64_t done = 0;

    while (done < n) {
        uint64_t want = n - done < sizeof(waste) ? n - done : sizeof(waste);
        ssize_t r = codec_read(c, waste, want);

        if (r < 0)
            return (int)r;
        if (r == 0)
            break;
        done += (uint64_t)r;
    }
    *ret_skipped = done;
    return 0;
}
