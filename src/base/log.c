/* log -- one message, one write(2), one line of at most PIPE_BUF bytes.
 *
 * PIPE_BUF matters twice: a write of that size to a pipe is never torn by another writer, and a
 * pipe that polls writable has room for it, so that poll-then-write does not block. (Nobody may set
 * O_NONBLOCK on stderr: the flag belongs to all processes that share it.) A lock keeps two threads
 * from polling for the same room. What is too long is cut and ends in "...". */
#include "config.h"

#include "base/log.h"

#include "base/clock.h"
#include "base/slice.h"
#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = PIPE_BUF, TAIL_BYTES = 4 /* "...\n" */ };

static struct {
    /* Guards all but `daemon`, which is set before threads start. */
    pthread_mutex_t lock;
    bool daemon;
    unsigned long dropped; /* since the last line that went out */
} state = {PTHREAD_MUTEX_INITIALIZER, false, 0};

struct line {
    char p[LINE_MAX_BYTES];
    size_t n;
};

void log_set_daemon(bool on)
{
    state.daemon = on;
}

static void begin(struct line *l, const char *level)
{
    int64_t now = clock_wall_ns();
    time_t sec = (time_t)(now / NSEC_PER_SEC);
    struct tm tm;

    l->n = 0;
    if (state.daemon && gmtime_r(&sec, &tm)) {
        l->n = strftime(l->p, 32, "%Y-%m-%dT%H:%M:%S", &tm);
        l->n += (size_t)snprintf(l->p + l->n, 32, ".%03dZ %s ",
                                 (int)(now % NSEC_PER_SEC / NSEC_PER_MSEC), level);
    }
    l->n += (size_t)snprintf(l->p + l->n, 32, "logtally: ");
}

/* The text that stands for one byte that must not go out as it is. */
static size_t escape(char out[5], unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    out[0] = '\\';
    if (c == '\n' || c == '\t' || c == '\r') {
        out[1] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
        return 2;
    }
    out[1] = 'x';
    out[2] = hex[c >> 4];
    out[3] = hex[c & 15];
    return 4;
}

static bool add(struct line *l, const char *p, size_t n)
{
    if (n > sizeof l->p - TAIL_BYTES - l->n)
        return false;
    memcpy(l->p + l->n, p, n);
    l->n += n;
    return true;
}

static bool add_char(struct line *l, struct slice c, bool raw)
{
    char esc[5];

    if (raw)
        return add(l, c.p, c.n);
    for (size_t i = 0; i < c.n; i++)
        if (!add(l, esc, escape(esc, (unsigned char)c.p[i])))
            return false;
    return true;
}

static void add_text(struct line *l, struct slice s, bool cut)
{
    bool fits = true;

    while (s.n && fits) {
        size_t n = utf8_char(s);
        struct slice c = slice_make(s.p, n ? n : 1);

        fits = add_char(l, c, n && !utf8_dangerous(c));
        s = slice_from(s, c.n);
    }
    if (!fits || cut) {
        memcpy(l->p + l->n, "...", 3);
        l->n += 3;
    }
    l->p[l->n++] = '\n';
}

static bool put_line(const struct line *l)
{
    struct pollfd fd = {STDERR_FILENO, POLLOUT, 0};
    ssize_t n;

    if (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT))
        return false;
    do
        n = write(STDERR_FILENO, l->p, l->n);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

static bool put_dropped(struct line *l)
{
    char text[64];
    int n;

    if (state.dropped == 0)
        return true;
    begin(l, "warn");
    n = snprintf(text, sizeof text, "%lu messages were lost: stderr was full", state.dropped);
    add_text(l, slice_make(text, (size_t)n), false);
    if (!put_line(l))
        return false;
    state.dropped = 0;
    return true;
}

__attribute__((format(printf, 2, 0))) static void vlog(const char *level, const char *fmt,
                                                       va_list ap)
{
    char text[LINE_MAX_BYTES];
    struct line l;
    int saved = errno;
    int n;

    n = vsnprintf(text, sizeof text, fmt, ap);
    if (n < 0)
        n = 0;
    (void)pthread_mutex_lock(&state.lock);
    if (put_dropped(&l)) {
        begin(&l, level);
        add_text(&l, slice_make(text, strnlen(text, sizeof text)), (size_t)n >= sizeof text);
        if (!put_line(&l))
            state.dropped++;
    } else {
        state.dropped++;
    }
    (void)pthread_mutex_unlock(&state.lock);
    errno = saved;
}

#define LOG_FUNCTION(name, level)   \
    void name(const char *fmt, ...) \
    {                               \
        va_list ap;                 \
        va_start(ap, fmt);          \
        vlog(level, fmt, ap);       \
        va_end(ap);                 \
    }

LOG_FUNCTION(log_error, "error")
LOG_FUNCTION(log_warn, "warn")
LOG_FUNCTION(log_info, "info")
