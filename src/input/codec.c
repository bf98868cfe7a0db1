/* codec -- why pull, and one interface for three: a compressed rotated file is read by the same
 * code as a plain one.
 *
 * Reading ahead is a ring of chunks. The thread fills the one behind the last filled, the caller
 * empties the first; only how many are filled is shared. The copy out of a chunk costs a few
 * percent of what unpacking it did.
 *
 * gzip: several members one after another are one file (RFC 1952, 2.2); what follows the last
 * member and is no member (tape padding, rubbish) is ignored, as gzip does. zstd: frames and
 * skippable frames likewise.
 *
 * It does not seek: what was read before must be decompressed again to get to the rest. */
#include "config.h"

#include "input/codec.h"

#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

enum { INPUT = 64 * 1024, MAGIC_LEN = 6, GZIP_ANY = 15 + 16 };
enum { CHUNKS = 4, CHUNK = 256 * 1024 };

struct chunk {
    ssize_t n;         /* what was unpacked; 0 and less: there is nothing behind it */
    uint64_t position; /* in the file behind it */
    char bytes[CHUNK];
};

struct ahead {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned filled; /* chunks from `first` on; guarded by the mutex, as is stop */
    bool stop;
    unsigned first; /* the caller's: the chunk to empty, and how far it is */
    size_t at;
    uint64_t position;
    struct chunk ring[CHUNKS];
};

struct codec_reader {
    int fd;
    /* By what it is compressed with. */
    ssize_t (*unpack)(struct codec_reader *c, char *out, size_t n);
    bool eof;      /* of the file */
    bool in_frame; /* a member or frame has begun and not ended */
    uint64_t position;
    uint64_t left;  /* bytes that may still be read */
    size_t at, end; /* unread part of `in` */
    z_stream z;
#ifdef HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
    struct ahead *ahead; /* NULL: the caller unpacks; else only the thread uses what is above */
    unsigned char in[INPUT];
};

static uint64_t position(const struct codec_reader *c)
{
    return c->position - (c->end - c->at);
}

static ssize_t read_fd(struct codec_reader *c, void *out, size_t n)
{
    if (n > c->left)
        n = (size_t)c->left;
    for (;;) {
        ssize_t r = sys_read(c->fd, out, n);

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
    if (n < 4)
        return false;
    if (p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd)
        return true;
    return (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18;
}

/* xz and bzip2: what no build unpacks. */
static bool is_foreign(const unsigned char *p, size_t n)
{
    static const unsigned char xz[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    static const unsigned char bzip2[] = {'B', 'Z', 'h'};

    return (n >= sizeof(xz) && memcmp(p, xz, sizeof(xz)) == 0) ||
           (n > sizeof(bzip2) && memcmp(p, bzip2, sizeof(bzip2)) == 0 && p[3] >= '1' &&
            p[3] <= '9');
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
    if (c->at == c->end && !c->eof) {
        int r = refill(c);

        if (r < 0)
            return r;
    }
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

static int start(struct codec_reader *c)
{
    int r = fill_magic(c);

    if (r < 0)
        return r;
    if (is_gzip(c->in, c->end)) {
        c->unpack = read_gzip;
        if (inflateInit2(&c->z, GZIP_ANY) != Z_OK)
            return -ENOMEM;
        c->in_frame = true;
    } else if (is_zstd(c->in, c->end)) {
#ifdef HAVE_ZSTD
        c->unpack = read_zstd;
        c->zstd = ZSTD_createDStream();
        if (!c->zstd)
            return -ENOMEM;
        c->in_frame = true;
#else
        return -EOPNOTSUPP;
#endif
    } else if (is_foreign(c->in, c->end)) {
        return -EOPNOTSUPP;
    }
    return 0;
}

int codec_open(int fd, struct codec_reader **ret_reader)
{
    struct codec_reader *c = codec_open_part(fd, UINT64_MAX);
    int r = start(c);

    if (r < 0) {
        codec_close(c);
        return r;
    }
    *ret_reader = c;
    return 0;
}

struct codec_reader *codec_open_part(int fd, uint64_t n)
{
    struct codec_reader *c = xcalloc(1, sizeof(*c));

    c->fd = fd;
    c->left = n;
    c->unpack = read_plain;
    return c;
}

static void free_ahead(struct ahead *a)
{
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->mutex);
    free(a);
}

static void stop_ahead(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->mutex);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
    pthread_join(a->thread, NULL);
    free_ahead(a);
}

void codec_close(struct codec_reader *c)
{
    if (!c)
        return;
    stop_ahead(c->ahead);
    (void)inflateEnd(&c->z); /* nothing when it was not begun */
#ifdef HAVE_ZSTD
    (void)ZSTD_freeDStream(c->zstd);
#endif
    free(c);
}

bool codec_is_plain(const struct codec_reader *c)
{
    return c->unpack == read_plain;
}

/* Waits for room; false: the caller is done. */
static bool wait_for_room(struct ahead *a)
{
    pthread_mutex_lock(&a->mutex);
    while (!a->stop && a->filled == CHUNKS)
        pthread_cond_wait(&a->changed, &a->mutex);
    bool go_on = !a->stop;

    pthread_mutex_unlock(&a->mutex);
    return go_on;
}

static void change_filled(struct ahead *a, int by)
{
    pthread_mutex_lock(&a->mutex);
    a->filled += (unsigned)by;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
}

static void *run_ahead(void *ctx)
{
    struct codec_reader *c = ctx;
    ssize_t n = 1;

    for (unsigned i = 0; n > 0 && wait_for_room(c->ahead); i = (i + 1) % CHUNKS) {
        struct chunk *chunk = &c->ahead->ring[i];

        chunk->n = n = c->unpack(c, chunk->bytes, CHUNK);
        chunk->position = position(c);
        change_filled(c->ahead, 1);
    }
    return NULL;
}

void codec_read_ahead(struct codec_reader *c)
{
    struct ahead *a;

    if (codec_is_plain(c) || c->ahead)
        return;
    c->ahead = a = xmalloc(sizeof *a);
    a->filled = a->first = 0;
    a->stop = false;
    a->at = 0;
    a->position = position(c);
    pthread_mutex_init(&a->mutex, NULL);
    pthread_cond_init(&a->changed, NULL);
    if (pthread_create(&a->thread, NULL, run_ahead, c) != 0) {
        free_ahead(a);
        c->ahead = NULL;
    }
}

static ssize_t take_chunk(struct ahead *a, char *out, size_t n)
{
    struct chunk *chunk = &a->ring[a->first];

    pthread_mutex_lock(&a->mutex);
    while (a->filled == 0)
        pthread_cond_wait(&a->changed, &a->mutex);
    pthread_mutex_unlock(&a->mutex);
    a->position = chunk->position;
    if (chunk->n <= 0)
        return chunk->n; /* again and again */
    if (n > (size_t)chunk->n - a->at)
        n = (size_t)chunk->n - a->at;
    memcpy(out, chunk->bytes + a->at, n);
    a->at += n;
    if (a->at == (size_t)chunk->n) {
        a->at = 0;
        a->first = (a->first + 1) % CHUNKS;
        change_filled(a, -1);
    }
    return (ssize_t)n;
}

ssize_t codec_read(struct codec_reader *c, char *out, size_t n)
{
    return c->ahead ? take_chunk(c->ahead, out, n) : c->unpack(c, out, n);
}

uint64_t codec_position(const struct codec_reader *c)
{
    return c->ahead ? c->ahead->position : position(c);
}
