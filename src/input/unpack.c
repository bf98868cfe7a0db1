/* unpack -- reads on in a compressed rotated file.
 *
 * Why in steps: to get to the place where reading stopped, everything before it must be
 * decompressed again, which takes seconds for a large archive; nobody else may have to wait for
 * that. The head tells at once whether the archive is worth it; the bytes before the place, when it
 * is reached, whether it is the one.
 *
 * Offsets count unpacked bytes, so that they are the same before and after the file was
 * compressed. */
#include "config.h"

#include "input/set.h"

#include "base/sys.h"
#include "base/xalloc.h"
#include "input/codec.h"
#include "input/linebuf.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { STEPS = 64, CHUNK = 16 * 1024 };

struct unpack {
    int fd;
    struct tail seen; /* what was unpacked so far, as if it had been read */
    bool there;       /* seen has reached the place */
    bool ended;       /* ... or the archive's end, before that */
    struct codec_reader *codec;
    struct linebuf lines; /* from the place on */
};

/* At most n bytes: how many, 0 at the end, or negative errno. */
static ssize_t unpack_some(struct unpack *u, uint64_t n)
{
    char p[CHUNK];
    ssize_t got = codec_read(u->codec, p, n < sizeof(p) ? (size_t)n : sizeof(p));

    if (got > 0)
        tail_consume(&u->seen, p, (uint64_t)got);
    return got;
}

/* 1, 0, or negative errno. */
static int begins_like(struct unpack *u, const struct tail *t)
{
    int r = codec_open(u->fd, &u->codec);

    if (r < 0)
        return r;
    if (codec_is_plain(u->codec))
        return -ENODATA; /* as long as it is empty, or its first bytes are missing */
    while (u->seen.offset < t->head_n) {
        ssize_t got = unpack_some(u, t->head_n - u->seen.offset);

        if (got <= 0)
            return got == -EBADMSG || got == 0 ? 0 : (int)got;
    }
    return tail_head_like(t, slice_make(u->seen.head, u->seen.head_n)).whole;
}

int unpack_open(int fd, const struct tail *t, struct unpack **ret_unpack)
{
    struct unpack *u = xcalloc(1, sizeof(*u));
    int r;

    u->fd = fd;
    tail_init(&u->seen);
    linebuf_init(&u->lines, 0);
    u->lines.skipping = t->skipping;
    r = sys_lseek(fd, 0, SEEK_SET) < 0 ? -errno
                                       : begins_like(u, t); /* it may not be the first try */
    if (r == 1) {
        *ret_unpack = u;
        return 1;
    }
    u->fd = -1;
    unpack_close(u);
    return r;
}

int unpack_begins(int fd, const struct tail *t)
{
    struct unpack *u;
    int r = unpack_open(fd, t, &u);

    if (r == 1) {
        u->fd = -1;
        unpack_close(u);
    }
    return r;
}

ssize_t unpack_head(int fd, char head[FINGERPRINT_HEAD])
{
    struct codec_reader *c;
    ssize_t n = 0, got = sys_lseek(fd, 0, SEEK_SET) < 0 ? -errno : codec_open(fd, &c);

    if (got < 0)
        return got;
    while (got >= 0 && n < FINGERPRINT_HEAD &&
           (got = codec_read(c, head + n, (size_t)(FINGERPRINT_HEAD - n))) > 0)
        n += got;
    codec_close(c);
    return got < 0 ? got : n;
}

bool unpack_is_passing(int r)
{
    return r < 0 && r != -EBADMSG && r != -ENODATA && r != -EOPNOTSUPP;
}

bool unpack_has_tail(const struct unpack *u)
{
    return codec_has_tail(u->codec);
}

void unpack_close(struct unpack *u)
{
    if (!u)
        return;
    codec_close(u->codec);
    linebuf_release(&u->lines);
    tail_release(&u->seen);
    if (u->fd >= 0)
        (void)sys_close(u->fd);
    free(u);
}

static bool ends_alike(const struct tail *seen, const struct tail *t)
{
    return seen->tail_n >= t->tail_n &&
           tail_tail_like(t, seen->tail + seen->tail_n - t->tail_n, t->tail_n);
}

/* A few steps towards the place. */
static int approach(struct unpack *u, struct tail *t)
{
    for (int i = 0; i < STEPS && u->seen.offset < t->offset; i++) {
        ssize_t got = unpack_some(u, t->offset - u->seen.offset);

        u->ended = got == 0;
        if (got <= 0)
            return got < 0 ? (int)got : UNPACK_OTHER;
    }
    if (u->seen.offset < t->offset)
        return UNPACK_MORE;
    u->there = true;
    if (!ends_alike(&u->seen, t))
        return UNPACK_OTHER;
    if (t->digest)
        tail_set_bytes(t, u->seen.head, u->seen.tail + u->seen.tail_n - t->tail_n);
    return UNPACK_MORE;
}

bool unpack_is_there(const struct unpack *u)
{
    return u->there;
}

int unpack_is_part(const struct unpack *u, const struct tail *t, uint64_t alike)
{
    bool differ = true;

    if (u->ended && u->seen.offset > alike)
        (void)tail_shared(&u->seen, t, &differ);
    if (differ)
        return 0;
    return u->seen.offset == u->seen.head_n && !t->digest ? 1 : 2;
}

/* Bytes that the line buffer threw away, being part of a line that is too long, count as read. */
static void account(struct unpack *u, struct tail *t, const struct tail_reader *r,
                    uint64_t too_long)
{
    uint64_t offset = u->seen.offset - (u->lines.end - u->lines.start);

    if (offset != t->offset)
        tail_pass_over(t, offset);
    t->skipping = u->lines.skipping;
    for (; too_long < u->lines.too_long; too_long++)
        r->too_long(r->ctx);
}

int unpack_read(struct unpack *u, struct tail *t, const struct tail_reader *r)
{
    uint64_t too_long = u->lines.too_long;
    struct charset *c;
    size_t room;
    char *to;
    ssize_t got;

    if (!u->there)
        return approach(u, t);
    u->lines.max_line = r->max_line;
    u->lines.charset = tail_charset(t, r->encoding, linebuf_pending(&u->lines));
    to = linebuf_space(&u->lines, &room);
    got = codec_read(u->codec, to, room);
    if (got < 0)
        return (int)got;
    u->seen.offset += (uint64_t)got;
    linebuf_filled(&u->lines, (size_t)got);
    c = tail_charset(t, r->encoding, linebuf_pending(&u->lines));
    u->lines.charset = c;
    tail_hand_out(t, r, c, got > 0 ? linebuf_take(&u->lines) : linebuf_take_rest(&u->lines));
    account(u, t, r, too_long);
    return got > 0 ? UNPACK_MORE : UNPACK_END;
}
