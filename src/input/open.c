/* open -- which files are held open, and who gets their lines.
 *
 * Why descriptors are a cache: a file that can be found by its name can be closed at any time and
 * opened again; its fingerprint says then whether it is the same. Only what has no name any more
 * must stay open; if that takes all descriptors there are, those that have been silent longest do
 * not get their rotate_wait. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { CLOSE_AT_ONCE = 32, FD_RESERVE = 128 };
#define LATE_NS NSEC_PER_SEC

void file_set_fd(struct tailset *t, struct tail_file *f, int fd)
{
    f->tail.fd = fd;
    t->nopen++;
    t->full = false;
}

static void pipe_close(struct tail_file *f)
{
    struct pipe_input *p = f->pipe;

    if (!p)
        return;
    if (p->watch)
        loop_remove_fd(p->set->loop, p->watch);
    loop_timer_free(p->timer);
    (void)sys_close(p->fd);
    linebuf_release(&p->lines);
    free(p);
    f->pipe = NULL;
}

static void stop_unpacking(struct tailset *t, struct tail_file *f)
{
    if (!f->unpack)
        return;
    unpack_close(f->unpack);
    f->unpack = NULL;
    t->nunpacking--;
    t->nopen--;
}

void file_close_fd(struct tailset *t, struct tail_file *f)
{
    pipe_close(f);
    stop_unpacking(t, f);
    if (f->tail.fd < 0)
        return;
    (void)sys_close(f->tail.fd);
    f->tail.fd = -1;
    t->nopen--;
}

void file_open_sink(struct tailset *t, struct tail_file *f)
{
    struct log *log = f->stream->log;

    if (f->sink || !f->stream->wanted)
        return;
    f->sink =
        t->sink.open(t->sink.ctx, log->number, f->stream->path, f->path, f->id, buf_all(&f->carry));
    buf_release(&f->carry);
}

void file_close_sink(struct tailset *t, struct tail_file *f)
{
    if (!f->sink)
        return;
    buf_clear(&f->carry);
    t->sink.carry(t->sink.ctx, f->sink, &f->carry);
    t->sink.close(t->sink.ctx, f->sink);
    f->sink = NULL;
}

static void pass_from(struct tailset *t, struct tail_file *older, struct tail_file *f)
{
    if (older->queued || older->failures > 0 || !t->sink.pass)
        return;
    if (older->carry.n > 0)
        file_open_sink(t, older);
    if (older->sink)
        t->sink.pass(t->sink.ctx, older->sink, f->sink);
}

/* The first lines of a generation: parts of a line may have begun in the one before, which was read
 * to its end. If that is gone it must be saved anew without them. */
static void pass_unfinished(struct tailset *t, struct tail_file *f)
{
    struct tail_file *gone = f->stream->gone, *older = NULL;

    for (struct tail_file *g = f->stream->files; g && g != f; g = g->stream_next)
        if (file_has_content(g) && !g->denied)
            older = g;
    if (gone && gone->carry.n > 0) {
        pass_from(t, gone, f);
        file_close_sink(t, gone);
        gone_renew(t, gone);
    }
    if (older)
        pass_from(t, older, f);
    if (older && older->packed && older->retired)
        file_close_sink(t, older); /* it was open for what has been passed on */
}

/* A pipe is not saved. */
void count_lines(struct tailset *t, struct tail_file *f, uint64_t n)
{
    *(f->state == FILE_PIPE ? &t->sum.lines_forgotten : &f->tail.count.lines) += n;
    t->sum.lines += n;
}

void tailset_count_completed(struct tailset *t)
{
    for (struct tail_file *f = t->files.first; f && t->sink.completed; f = f->next)
        if (f->sink)
            count_lines(t, f, t->sink.completed(t->sink.ctx, f->sink));
    t->version++;
}

static void hand_lines(void *ctx, const char *p, size_t n)
{
    struct tailset *t = ctx;
    struct tail_file *f = t->reading;

    f->stream->log->last_read_wall_ns = clock_wall_ns();
    t->version++;
    if (f->tail.offset == 0) {
        pass_unfinished(t, f);
        placed(t); /* what is empty could not be known again */
    }
    count_lines(t, f, t->sink.lines(t->sink.ctx, f->sink, p, n));
}

static void hand_too_long(void *ctx)
{
    struct tailset *t = ctx;

    count_lines(t, t->reading, 1);
    note(t, t->reading->stream->log, TAIL_TOO_LONG, 1);
}

static void hand_invalid(void *ctx, uint64_t bytes)
{
    struct tailset *t = ctx;

    note(t, t->reading->stream->log, TAIL_INVALID, bytes);
    warn_once(t, t->reading->path,
              "has bytes that are no characters of its encoding: they were replaced");
}

struct tail_reader file_reader(struct tailset *t, struct tail_file *f)
{
    t->reading = f;
    return (struct tail_reader){.buffer = &t->buffer,
                                .block = t->block,
                                .max_line = t->options.max_line,
                                .encoding = &f->stream->log->encoding,
                                .ctx = t,
                                .lines = hand_lines,
                                .too_long = hand_too_long,
                                .invalid = hand_invalid};
}

void file_finish(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader;
    int r;

    if (!f->stream->wanted)
        return;
    reader = file_reader(t, f);
    file_open_sink(t, f);
    r = tail_finish(&f->tail, &reader);
    t->reading = NULL;
    if (r == TAIL_END) {
        if (t->sink.finish && f->sink)
            count_lines(t, f, t->sink.finish(t->sink.ctx, f->sink));
        file_close_sink(t, f);
        file_close_fd(t, f);
        f->retired = true;
        f->rebooted = 0;
        t->version++;
    } else {
        queue_read(t, f);
    }
}

static unsigned budget(const struct tailset *t)
{
    struct rlimit limit;

    if (t->options.max_open > 0)
        return t->options.max_open;
    if (sys_getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 1U << 20)
        return 1U << 20;
    if (limit.rlim_cur > 2 * FD_RESERVE)
        return (unsigned)limit.rlim_cur - FD_RESERVE;
    /* The program itself has a dozen open, and needs one or two for a scrape and for a save. */
    return (unsigned)limit.rlim_cur / (limit.rlim_cur < 64 ? 4 : 2);
}

/* The least recently active of those that can be found again. */
static bool close_idle(struct tailset *t)
{
    unsigned closed = 0;

    for (struct tail_file *f = t->files.first; f && closed < CLOSE_AT_ONCE; f = f->next) {
        if (f->tail.fd < 0 || f->state != FILE_NAMED || f->queued || f->packed || f == t->reading)
            continue;
        file_close_fd(t, f);
        closed++;
    }
    return closed > 0;
}

/* The least recently active of those that cannot be found again, if no late lines came of it for a
 * while. */
static bool end_idle(struct tailset *t)
{
    for (struct tail_file *f = t->files.first; f; f = f->next) {
        if (f->tail.fd < 0 || f->state != FILE_OPEN || f->queued || f->packed || f->failures > 0 ||
            t->now - f->active_ns < LATE_NS)
            continue;
        file_finish(t, f);
        if (f->tail.fd < 0)
            return true;
    }
    return false;
}

/* Who has asked in vain asks again when something has changed: files may be looked at by thousands. */
static bool make_room(struct tailset *t)
{
    t->full = t->full || (!close_idle(t) && !end_idle(t));
    return !t->full;
}

int open_within_budget(struct tailset *t, const char *path)
{
    for (;;) {
        int fd, error;

        while (t->nopen >= budget(t))
            if (!make_room(t))
                return -EMFILE;
        fd = sys_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0)
            return fd;
        error = errno;
        if ((error != EMFILE && error != ENFILE) || !make_room(t))
            return -error;
    }
}
