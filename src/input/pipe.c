/* pipe -- fifos and standard input, when they are named without a wildcard.
 *
 * Why apart: they cannot be read again, so the unfinished line must be kept; they have no offset,
 * no identity and no state. What was in a pipe when the program died is gone with it.
 *
 * A fifo is opened for writing as well, so that it does not come to its end whenever the last
 * writer leaves. */
#include "config.h"

#include "input/set.h"

#include "base/log.h"
#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looked at whenever something has come: a mark, or another configuration. */
static struct charset *charset_of(struct pipe_input *p)
{
    struct charset *c =
        tail_charset(&p->file->tail, &p->file->stream->log->encoding, linebuf_pending(&p->lines));

    p->lines.charset = c;
    return c;
}

static void tell_too_long(struct pipe_input *p)
{
    uint64_t n = p->lines.too_long - p->too_long;

    p->too_long += n;
    count_lines(p->set, p->file, n);
    note(p->set, p->file->stream->log, TAIL_TOO_LONG, n);
}

static void hand_out(struct pipe_input *p, bool rest)
{
    struct tail_reader reader = file_reader(p->set, p->file);
    struct charset *c = charset_of(p);

    file_open_sink(p->set, p->file);
    tail_hand_out(&p->file->tail, &reader, c,
                  rest ? linebuf_take_rest(&p->lines) : linebuf_take(&p->lines));
    p->set->reading = NULL;
    tell_too_long(p);
}

/* After the end nothing comes any more: the descriptor goes, the file stays for the status. */
static void finish(struct pipe_input *p)
{
    struct tailset *t = p->set;
    struct tail_file *f = p->file;

    hand_out(p, true);
    f->retired = true;
    file_close_fd(t, f);
    file_close_sink(t, f);
}

/* What was in it is gone. */
static void tell_error(struct pipe_input *p, int error)
{
    log_warn("%s: %s; nothing more is read from it", p->file->path, strerror(error));
    note(p->set, p->file->stream->log, TAIL_READ_ERROR, 1);
}

static void on_readable(void *ctx, uint32_t epoll_events)
{
    struct pipe_input *p = ctx;
    size_t room;
    char *to;
    ssize_t n;

    (void)epoll_events;
    (void)charset_of(p);
    to = linebuf_space(&p->lines, &room);
    n = sys_read(p->fd, to, room);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n < 0)
        tell_error(p, errno);
    if (n <= 0) {
        finish(p);
        return;
    }
    linebuf_filled(&p->lines, (size_t)n);
    hand_out(p, false);
    if (p->timer)
        loop_timer_set(p->timer, loop_now(p->set->loop));
}

static void on_timer(void *ctx)
{
    on_readable(ctx, EPOLLIN);
}

static int open_input(const char *path)
{
    int fd = strcmp(path, "-") == 0 ? sys_fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                    : sys_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

    return fd < 0 ? -errno : fd;
}

static void listen_to(struct pipe_input *p)
{
    struct loop *loop = p->set->loop;

    if (loop_add_fd(loop, p->fd, EPOLLIN, on_readable, p, &p->watch) == 0)
        return;
    p->watch = NULL;
    p->timer = loop_timer_new(loop, on_timer, p);
    loop_timer_set(p->timer, loop_now(loop));
}

void pipe_rest(struct pipe_input *p, bool on)
{
    if (!on) {
        listen_to(p);
        return;
    }
    loop_remove_fd(p->set->loop, p->watch);
    loop_timer_free(p->timer);
    p->watch = NULL;
    p->timer = NULL;
}

static void pipe_begin(struct tailset *t, struct log *log, const char *path)
{
    struct tail_file *f;
    int fd = open_input(path);

    if (fd < 0) {
        warn_once(t, path, strerror(-fd));
        return;
    }
    f = file_new(t, stream_get(t, path, log), FILE_PIPE);
    f->stream->wanted = true; /* whatever it is called */
    f->pipe = xmalloc(sizeof(*f->pipe));
    *f->pipe = (struct pipe_input){.set = t, .file = f, .fd = fd};
    linebuf_init(&f->pipe->lines, t->options.max_line);
    f->path = xstrdup(path);
    index_add_text(&t->path_index, &f->by_path, f->path);
    file_enter(t, f, FILE_PIPE);
    listen_to(f->pipe);
}

/* Another fifo has its name now, and nothing is left in this one. */
static bool was_replaced(const struct tail_file *f)
{
    struct look named, ours;
    int left = 0;

    return f->pipe && look_at(f->path, &named) == 0 && look_at_fd(f->pipe->fd, &ours) == 0 &&
           !identity_eq(&named.id, &ours.id) && sys_ioctl(f->pipe->fd, FIONREAD, &left) == 0 &&
           left == 0;
}

static void reconcile_one(struct tailset *t, struct log *log, const char *path)
{
    struct tail_file *f = file_by_path(t, path);

    if (f && was_replaced(f)) {
        finish(f->pipe);
        file_drop(t, f);
        f = NULL;
    }
    if (!f)
        pipe_begin(t, log, path);
}

void pipes_reconcile(struct tailset *t)
{
    for (unsigned i = 0; i < t->options.nlogs; i++) {
        const struct tail_log *log = &t->options.logs[i];

        for (unsigned k = 0; k < log->nglobs; k++)
            if (glob_names_pipe(log->globs[k]))
                reconcile_one(t, t->by_number[i], plain_glob(log->globs[k]));
    }
}

static bool names_path(const struct tail_log *log, const char *path)
{
    for (unsigned i = 0; i < log->nglobs; i++)
        if (strcmp(plain_glob(log->globs[i]), path) == 0)
            return true;
    return false;
}

struct log *log_of_pipe(const struct tailset *t, const char *path)
{
    for (unsigned i = 0; i < t->options.nlogs; i++)
        if (names_path(&t->options.logs[i], path))
            return t->by_number[i];
    return NULL;
}
