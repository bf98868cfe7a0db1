/* follow -- whose turn it is to be read, and which files are held open.
 *
 * Why one block a turn: a file that is written at full speed must not keep fifty slow ones, or a
 * scrape, waiting. The queue goes round; each file in it gets one block and goes to the end. Only
 * within a stream there is an order: an older generation is read to its end before a younger one is
 * begun.
 *
 * Why descriptors are a cache: a file that can be found by its name can be closed at any time and
 * opened again; it proves itself then. Only what has no name any more must stay open; if that takes
 * all descriptors there are, those that have been silent longest do not get their rotate_wait. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024, BIG_BLOCK = 1024 * 1024, CLOSE_AT_ONCE = 32, FD_RESERVE = 128 };
enum { PATIENCE = 8 };
#define RETRY_NS (100 * NSEC_PER_MSEC)
#define LATE_NS NSEC_PER_SEC

void follow_queue(struct tailset *t, struct tail_file *f)
{
    if (f->queued || (f->kind != FILE_PLAIN && f->kind != FILE_PACKED) || f->place == PLACE_LOST ||
        (f->kind == FILE_PACKED && f->retired))
        return;
    f->queued = true;
    f->queue_next = NULL;
    *t->queue_end = f;
    t->queue_end = &f->queue_next;
}

void follow_unqueue(struct tailset *t, struct tail_file *f)
{
    struct tail_file **link = &t->queue;

    if (!f->queued)
        return;
    while (*link != f)
        link = &(*link)->queue_next;
    *link = f->queue_next;
    if (!*link)
        t->queue_end = link;
    f->queued = false;
}

void follow_grown(struct tailset *t, struct tail_file *f)
{
    follow_queue(t, f);
    for (struct tail_file *g = f->stream->files; g; g = g->stream_next)
        if (g->place == PLACE_OPEN)
            follow_queue(t, g);
}

static unsigned budget(const struct tailset *t)
{
    struct rlimit limit;

    if (t->options.max_open > 0)
        return t->options.max_open;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 1U << 20)
        return 1U << 20;
    return limit.rlim_cur > 2 * FD_RESERVE ? (unsigned)limit.rlim_cur - FD_RESERVE
                                           : (unsigned)limit.rlim_cur / 2;
}

/* The least recently active of those that can be found again. */
static bool close_idle(struct tailset *t)
{
    unsigned closed = 0;

    for (struct tail_file *f = t->first; f && closed < CLOSE_AT_ONCE; f = f->next) {
        if (f->tail.fd < 0 || f->place != PLACE_NAMED || f->queued || f->kind != FILE_PLAIN ||
            f == t->reading)
            continue;
        follow_close_fd(t, f);
        closed++;
    }
    return closed > 0;
}

/* The least recently active of those that cannot be found again, if no late lines came of it for a
 * while. */
static bool end_idle(struct tailset *t)
{
    for (struct tail_file *f = t->first; f; f = f->next) {
        if (f->tail.fd < 0 || f->place != PLACE_OPEN || f->queued || f->kind != FILE_PLAIN ||
            f->failures > 0 || t->now - f->active_ns < LATE_NS)
            continue;
        follow_finish(t, f);
        if (f->tail.fd < 0)
            return true;
    }
    return false;
}

static bool make_room(struct tailset *t)
{
    return close_idle(t) || end_idle(t);
}

int follow_open(struct tailset *t, const char *path)
{
    for (;;) {
        int fd, error;

        while (t->nopen >= budget(t))
            if (!make_room(t))
                return -EMFILE;
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0)
            return fd;
        error = errno;
        if ((error != EMFILE && error != ENFILE) || !make_room(t))
            return -error;
    }
}

void follow_set_fd(struct tailset *t, struct tail_file *f, int fd)
{
    f->tail.fd = fd;
    t->nopen++;
}

void follow_close_fd(struct tailset *t, struct tail_file *f)
{
    if (f->kind == FILE_PIPE)
        pipe_close(t, f);
    if (f->unpack) {
        unpack_close(f->unpack);
        f->unpack = NULL;
    }
    if (f->tail.fd < 0)
        return;
    (void)close(f->tail.fd);
    f->tail.fd = -1;
    t->nopen--;
}

static void hand_lines(void *ctx, const char *p, size_t n)
{
    struct tailset *t = ctx;
    struct tail_file *f = t->reading;

    f->last_read_wall_ns = f->stream->log->last_read_wall_ns = clock_wall_ns();
    t->version++;
    t->sink->lines(t->sink->ctx, f->sink, p, n);
}

static void hand_too_long(void *ctx)
{
    struct tailset *t = ctx;

    note(t, t->reading->stream->log, TAIL_TOO_LONG, 1);
}

struct tail_reader follow_reader(struct tailset *t, struct tail_file *f)
{
    bool far_behind = f->tail.size > f->tail.offset + BIG_BLOCK;

    t->reading = f;
    return (struct tail_reader){.buffer = &t->buffer,
                                .block = far_behind ? BIG_BLOCK : BLOCK,
                                .max_line = t->options.max_line,
                                .ctx = t,
                                .lines = hand_lines,
                                .too_long = hand_too_long};
}

/* Tried again at a reconcile, later each time. */
static void fail(struct tailset *t, struct tail_file *f, int error)
{
    unsigned shift = f->failures < 9 ? f->failures : 9;

    f->error = error;
    f->failures++;
    f->retry_ns = t->now + (RETRY_NS << shift);
    if (error == EMFILE || error == ENFILE)
        return;
    if (f->failures == 1)
        log_warn("%s: %s; trying again", f->path, strerror(error));
    note(t, f->stream->log, TAIL_READ_ERROR, 1);
}

int follow_reopen(struct tailset *t, struct tail_file *f)
{
    struct look look;
    int fd = follow_open(t, f->path);
    int r;

    if (fd == -ENOENT || fd == -ENOTDIR) {
        place_examine(t, f->path);
        return 1;
    }
    if (fd < 0)
        return fd;
    if (look_at_fd(fd, &look) < 0 || !identity_eq(&look.id, &f->tail.id)) {
        (void)close(fd);
        place_examine(t, f->path);
        return 1;
    }
    follow_set_fd(t, f, fd);
    if (f->kind == FILE_PACKED || f->tail.offset == 0)
        return 0;
    r = tail_compare(&f->tail, fd, look.size);
    if (r < 0 || r == TAIL_SAME)
        return r < 0 ? r : 0;
    file_generation_ended(t, f);
    return 1;
}

/* The archive is not what it began like, or cannot be read to its end: the search goes on without
 * it. */
static void reject_archive(struct tailset *t, struct tail_file *f)
{
    int64_t lost_wall_ns = f->lost_wall_ns;
    struct look look;

    follow_close_fd(t, f);
    file_reject(f, &f->tail.id);
    f->kind = FILE_PLAIN;
    file_unname(t, f);
    file_lose(t, f);
    f->lost_wall_ns = lost_wall_ns;
    if (f->nrejected < PATIENCE)
        file_release_copies(t, f->stream);
    if (look_at(f->path, &look) == 0)
        newcomer_hold(t, f->stream, f->path, &look, NULL);
}

/* Enum tail_result or negative errno. */
static int read_archive(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader;
    int r;

    if (!f->unpack) {
        r = unpack_open(f->tail.fd, &f->tail, &f->unpack);
        if (r < 0)
            return r;
        if (r == 0) {
            reject_archive(t, f);
            return TAIL_END;
        }
        f->tail.fd = -1;
        t->nopen--;
    }
    reader = follow_reader(t, f);
    r = unpack_read(f->unpack, &f->tail, &reader);
    switch (r) {
    case UNPACK_MORE:
        return TAIL_MORE;
    case UNPACK_OTHER:
        reject_archive(t, f);
        return TAIL_END;
    case UNPACK_END:
        f->retired = true;
        follow_close_fd(t, f);
        file_close_sink(t, f);
        return TAIL_END;
    default:
        follow_close_fd(t, f);
        if (r == -EBADMSG || f->failures > PATIENCE)
            reject_archive(t, f);
        return r;
    }
}

/* A file that shrank, or of which only now something was read, may have been truncated without a
 * trace in what was read; but a copy that is held back shows it. */
static int read_plain(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader = follow_reader(t, f);
    uint64_t before = f->tail.read_to;
    bool fresh = f->tail.offset == 0;
    int r = tail_read(&f->tail, &reader);

    if (f->tail.read_to != before || r == TAIL_MORE) {
        file_touch(t, f);
        f->retired = false;
    }
    if (r == TAIL_END && f->tail.read_to < f->tail.size) {
        f->tail.size = f->tail.proved = f->tail.read_to;
        file_release_copies(t, f->stream);
    } else if (fresh && f->tail.offset > 0) {
        file_release_copies(t, f->stream);
    }
    return r;
}

static void read_one(struct tailset *t, struct tail_file *f)
{
    int r = 0;

    if (!f->stream->log->config || f->retry_ns > t->now)
        return;
    if (f->tail.fd < 0 && !f->unpack)
        r = follow_reopen(t, f);
    if (r == 1)
        return;
    if (r == 0) {
        file_open_sink(t, f);
        r = f->kind == FILE_PACKED ? read_archive(t, f) : read_plain(t, f);
    }
    if (r < 0) {
        fail(t, f, -r);
        file_set_backlog(f, false);
        return;
    }
    f->failures = 0;
    f->error = 0;
    if (r == TAIL_MORE)
        follow_queue(t, f);
    else if (r == TAIL_CHANGED)
        file_generation_ended(t, f);
    else
        file_set_backlog(f, false);
}

static bool must_wait(const struct tailset *t, const struct tail_file *f)
{
    for (const struct tail_file *g = f->stream->files; g && g != f; g = g->stream_next)
        if (g->queued && g->retry_ns <= t->now)
            return true;
    return false;
}

bool follow_turn(struct tailset *t, int64_t until_ns)
{
    while (t->queue) {
        struct tail_file *f = t->queue;

        follow_unqueue(t, f);
        if (must_wait(t, f)) {
            follow_queue(t, f);
            continue;
        }
        read_one(t, f);
        t->reading = NULL;
        if (clock_mono_ns() >= until_ns)
            break;
    }
    return t->queue == NULL;
}

void follow_finish(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader = follow_reader(t, f);
    int r;

    if (!f->stream->log->config)
        return;
    file_open_sink(t, f);
    r = tail_finish(&f->tail, &reader);
    t->reading = NULL;
    if (r == TAIL_END) {
        file_close_sink(t, f);
        follow_close_fd(t, f);
        f->retired = true;
        t->version++;
    } else {
        follow_queue(t, f);
    }
}
