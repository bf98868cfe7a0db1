/* codec -- why pull, and one interface for all: a compressed rotated file is read by the same code as
 * a plain one.
 *
 * Reading ahead is a ring of chunks. The thread fills the one behind the last filled, the caller
 * empties the first; only how many are filled is shared. The copy out of a chunk costs a few
 * percent of what unpacking it did.
 *
 * Several members one after another are one file (for gzip RFC 1952, 2.2). What may follow the last
 * one, if it is no member, packing.h says for each kind; anything else is damage.
 *
 * It does not seek: what was read before must be decompressed again to get to the rest. */
#include "config.h"

#include "input/codec.h"

#include "base/sys.h"
#include "base/xalloc.h"
#include "input/packing.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT = 64 * 1024, OUTPUT_MOST = 1 << 30 };
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
    const struct packing *packing; /* NULL: plain */
    void *state;                   /* of the packing */
    bool eof;                      /* of the file */
    bool in_member;
    bool tail; /* something else stands behind the last member */
    int error; /* damage, told again and again */
    uint64_t position;
    uint64_t left;           /* bytes that may still be read */
    size_t at, end;          /* unread part of `in` */
    struct ahead *ahead;     /* NULL: the caller unpacks; else only the thread uses what is above */
    unsigned char in[INPUT]; /* not cleared: ten thousand small files would pay for it */
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

/* More input behind what is there: how much, 0 at the end of the file, or negative errno. */
static int refill(struct codec_reader *c)
{
    ssize_t r;

    memmove(c->in, c->in + c->at, c->end - c->at);
    c->end -= c->at;
    c->at = 0;
    r = read_fd(c, c->in + c->end, INPUT - c->end);
    if (r > 0)
        c->end += (size_t)r;
    return (int)r;
}

static int fill_magic(struct codec_reader *c)
{
    while (c->end - c->at < PACKING_MAGIC && !c->eof) {
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

/* What begins here; NULL also at the end. */
static const struct packing *packing_here(const struct codec_reader *c)
{
    return packing_of(c->in + c->at, c->end - c->at);
}

static int begin_member(struct codec_reader *c)
{
    int r = c->packing->begin(&c->state);

    c->in_member = r == 0;
    return r;
}

static int skip_padding(struct codec_reader *c)
{
    int r = fill_magic(c);

    while (r == 0 && c->packing->padded && c->at < c->end && c->in[c->at] == 0) {
        c->at++;
        r = fill_magic(c);
    }
    return r;
}

/* Between two members: 1 another one follows, 0 the end, or negative errno. */
static int next_member(struct codec_reader *c)
{
    int r = skip_padding(c);

    if (r < 0)
        return r;
    if (packing_here(c) == c->packing) {
        r = begin_member(c);
        return r < 0 ? r : 1;
    }
    if (c->at < c->end && c->packing->any_tail)
        c->tail = c->in[c->at] != 0;
    if (c->at == c->end || c->packing->any_tail)
        return 0;
    return c->end - c->at < PACKING_MAGIC ? -ENODATA : -EBADMSG;
}

/* Within a member: 1, or negative errno. At the end of the file something may still come out of
 * what was put in. */
static int more_input(struct codec_reader *c)
{
    int r = c->at == c->end && !c->eof ? refill(c) : 0;

    return r < 0 ? r : 1;
}

/* Goes on until something comes out; what cannot be read is told after that. */
static ssize_t read_packed(struct codec_reader *c, char *out, size_t n)
{
    struct packing_io io = {.out = out, .out_n = n < OUTPUT_MOST ? n : OUTPUT_MOST};

    while (io.out == out && c->error == 0) {
        int r = c->in_member ? more_input(c) : next_member(c);

        if (r <= 0)
            return r;
        io.in = c->in + c->at;
        io.in_n = c->end - c->at;
        r = c->packing->step(c->state, &io);
        bool stuck = io.in == c->in + c->at && io.out == out;

        c->at = c->end - io.in_n;
        c->in_member = r != 1;
        c->error = r < 0 ? r : 0;
        if (r == 0 && stuck && c->eof && c->at == c->end)
            return -ENODATA;
    }
    return io.out > out ? io.out - out : c->error;
}

static ssize_t unpack(struct codec_reader *c, char *out, size_t n)
{
    return c->packing ? read_packed(c, out, n) : read_plain(c, out, n);
}

static int start(struct codec_reader *c)
{
    int r = fill_magic(c);

    if (r < 0)
        return r;
    c->packing = packing_here(c);
    if (!c->packing)
        return 0;
    return c->packing->begin ? begin_member(c) : -EOPNOTSUPP;
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
    struct codec_reader *c = xmalloc(sizeof(*c));

    memset(c, 0, offsetof(struct codec_reader, in));
    c->fd = fd;
    c->left = n;
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
    if (c->state)
        c->packing->end(c->state);
    free(c);
}

int codec_looks_packed(int fd)
{
    unsigned char magic[PACKING_MAGIC];
    size_t n = 0;
    ssize_t got;

    while (n < sizeof magic && (got = sys_pread(fd, magic + n, sizeof magic - n, (off_t)n)) > 0)
        n += (size_t)got;
    return got < 0 ? -errno : packing_of(magic, n) != NULL;
}

bool codec_is_plain(const struct codec_reader *c)
{
    return c->packing == NULL;
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

        chunk->n = n = unpack(c, chunk->bytes, CHUNK);
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
    return c->ahead ? take_chunk(c->ahead, out, n) : unpack(c, out, n);
}

bool codec_has_tail(const struct codec_reader *c)
{
    return c->tail;
}

uint64_t codec_position(const struct codec_reader *c)
{
    return c->ahead ? c->ahead->position : position(c);
}
