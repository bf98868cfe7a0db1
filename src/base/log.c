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
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = PIPE_BUF, TAIL_BYTES = 6 /* ..."}\n */ };

static struct {
    /* Guards `dropped`; the rest is set before threads start. */
    pthread_mutex_t lock;
    enum log_style style;
    enum log_level level;
    bool journal;
    unsigned long dropped; /* since the last line that went out */
} state = {PTHREAD_MUTEX_INITIALIZER, LOG_AS_PERSON, LOG_INFO, false, 0};

struct line {
    char p[LINE_MAX_BYTES];
    size_t n;
};

/* systemd.exec(5): $JOURNAL_STREAM names the device and inode that stderr has then. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long dev, ino;
    struct stat st;

    return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void log_set(enum log_style style, enum log_level level)
{
    state.style = style;
    state.level = level;
    state.journal = style == LOG_AS_TEXT && is_journal();
}

bool log_is_for_person(void)
{
    return state.style == LOG_AS_PERSON;
}

static bool is_quoted(void)
{
    return state.style >= LOG_AS_LOGFMT;
}

static size_t put_time(char *out)
{
    int64_t now = clock_wall_ns();
    time_t sec = (time_t)(now / NSEC_PER_SEC);
    struct tm tm;
    size_t n;

    if (!gmtime_r(&sec, &tm))
        return 0;
    n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(out + n, 8, ".%03dZ", (int)(now % NSEC_PER_SEC / NSEC_PER_MSEC));
}

static void begin(struct line *l, enum log_level level)
{
    static const char *const names[] = {[LOG_ERROR] = "error", "warn", "info"};
    static const int priorities[] = {[LOG_ERROR] = 3, 4, 6}; /* of syslog(3) */
    char ts[48];

    ts[put_time(ts)] = '\0';
    if (state.journal)
        l->n = (size_t)snprintf(l->p, 64, "<%d>", priorities[level]);
    else if (state.style == LOG_AS_PERSON)
        l->n = (size_t)snprintf(l->p, 64, "logtally: ");
    else if (state.style == LOG_AS_TEXT)
        l->n = (size_t)snprintf(l->p, 64, "%s %s logtally: ", ts, names[level]);
    else if (state.style == LOG_AS_LOGFMT)
        l->n = (size_t)snprintf(l->p, 96, "ts=%s level=%s msg=\"", ts, names[level]);
    else
        l->n = (size_t)snprintf(l->p, 96, "{\"ts\":\"%s\",\"level\":\"%s\",\"msg\":\"", ts,
                                names[level]);
}

static void end(struct line *l)
{
    if (is_quoted())
        l->p[l->n++] = '"';
    if (state.style == LOG_AS_JSON)
        l->p[l->n++] = '}';
    l->p[l->n++] = '\n';
}

/* The letter of an escape that C and JSON share; 0: there is none. */
static char short_escape(unsigned char c)
{
    if (c == '\n' || c == '\t' || c == '\r')
        return c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
    return 0;
}

/* The text that stands for one byte that must not go out as it is. */
static size_t escape(char out[8], unsigned char c)
{
    char letter = short_escape(c);

    if (letter)
        return (size_t)snprintf(out, 8, "\\%c", letter);
    return (size_t)snprintf(out, 8, "\\x%02x", c);
}

/* The same between quotes, as JSON writes it. Dangerous characters lie below U+10000; a byte that is
 * no character is U+FFFD. */
static size_t escape_json(char out[8], struct slice c)
{
    uint32_t code = (unsigned char)*c.p < 0x80 || c.n > 1 ? utf8_codepoint(c) : 0xfffd;
    char letter = short_escape((unsigned char)*c.p);

    if (letter)
        return (size_t)snprintf(out, 8, "\\%c", letter);
    if (code == '"' || code == '\\')
        return (size_t)snprintf(out, 8, "\\%c", (char)code);
    return (size_t)snprintf(out, 8, "\\u%04x", (unsigned)code);
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
    char esc[8];

    if (is_quoted() && (!raw || *c.p == '"' || *c.p == '\\'))
        return add(l, esc, escape_json(esc, c));
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
    end(l);
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
    begin(l, LOG_WARN);
    n = snprintf(text, sizeof text, "%lu message%s lost: stderr was full", state.dropped,
                 state.dropped == 1 ? " was" : "s were");
    add_text(l, slice_make(text, (size_t)n), false);
    if (!put_line(l))
        return false;
    state.dropped = 0;
    return true;
}

__attribute__((format(printf, 2, 0))) static void vlog(enum log_level level, const char *fmt,
                                                       va_list ap)
{
    char text[LINE_MAX_BYTES];
    struct line l;
    int saved = errno;
    int n;

    if (level > state.level)
        return;
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

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
