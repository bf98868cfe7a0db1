/* ask -- the kernel keeps the time: SO_SNDTIMEO is that of connect(2), too, and with MSG_WAITALL one recv(2) waits
 * for all bytes together no longer than SO_RCVTIMEO. */
#include "config.h"

#include "http/ask.h"

#include "base/clock.h"
#include "base/port.h"
#include "base/slice.h"
#include "base/xalloc.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define HTTP_PREFIX SLICE("http://")
#define UNIX_PREFIX SLICE("unix:")
#define PATH SLICE("/health/live")

enum { PORT_MAX = 65535, TLS_ALERT = 0x15 };

/* What stands before the first digit of the status, and all of it. */
enum { STATUS_AT = sizeof "HTTP/1.1 " - 1, STATUS_END = STATUS_AT + 3 };

static int open_socket(int family, int64_t timeout_ns)
{
    struct timeval t = {.tv_sec = timeout_ns / NSEC_PER_SEC,
                        .tv_usec = timeout_ns % NSEC_PER_SEC / 1000};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    return fd;
}

/* A wait that ended is told as EINPROGRESS by connect, as EAGAIN by others. */
static int last_error(void)
{
    return errno == EINPROGRESS || errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int connect_to(const struct sockaddr *address, socklen_t n, int64_t timeout_ns)
{
    int fd = open_socket(address->sa_family, timeout_ns), r = fd;

    if (fd >= 0 && connect(fd, address, n) < 0) {
        r = last_error();
        (void)close(fd);
    }
    return r;
}

static int connect_unix(struct slice path, int64_t timeout_ns)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    if (path.n == 0 || path.n >= sizeof a.sun_path)
        return -EINVAL;
    memcpy(a.sun_path, path.p, path.n);
    return connect_to((const struct sockaddr *)&a, sizeof a, timeout_ns);
}

/* getaddrinfo(3) takes 99999 for the port 34463, which is somebody else's. */
static bool is_port(struct slice s)
{
    unsigned port = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        port = port * 10 + (unsigned)(s.p[i] - '0');
        if (port > PORT_MAX)
            return false;
    }
    return port > 0;
}

/* "HOST:PORT", "[IPV6]:PORT", either without the port. */
static bool cut_port(struct slice at, char **ret_host, char **ret_port)
{
    const char *colon = at.n ? memrchr(at.p, ':', at.n) : NULL;
    const char *bracket = at.n ? memchr(at.p, ']', at.n) : NULL;
    struct slice host = at, port = SLICE(PORT_DEFAULT);

    if (colon && (!bracket || colon > bracket)) {
        host = slice_make(at.p, (size_t)(colon - at.p));
        port = slice_from(at, host.n + 1);
    }
    if (bracket && at.p[0] == '[')
        host = slice_make(host.p + 1, host.n - 2);
    if (host.n == 0 || host.p[0] == '[' || !is_port(port))
        return false;
    *ret_host = xstrslice(host);
    *ret_port = xstrslice(port);
    return true;
}

/* The first of the host's addresses that answers. */
static int connect_tcp(struct slice at, int64_t timeout_ns)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char *host, *port;
    int r = -EINVAL;

    if (!cut_port(at, &host, &port))
        return -EINVAL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        r = -EHOSTUNREACH;
    for (const struct addrinfo *a = found; a && r < 0; a = a->ai_next)
        r = connect_to(a->ai_addr, a->ai_addrlen, timeout_ns);
    if (found)
        freeaddrinfo(found);
    free(host);
    free(port);
    return r;
}

static bool is_status(const char *answer)
{
    for (int i = STATUS_AT; i < STATUS_END; i++)
        if (answer[i] < '0' || answer[i] > '9')
            return false;
    return memcmp(answer, "HTTP/", 5) == 0;
}

/* Less than was asked for is the end of the answer, or of the time. */
static bool has_ended(int fd)
{
    char more;

    return recv(fd, &more, 1, MSG_DONTWAIT) == 0;
}

static int talk(int fd, struct slice host, struct slice path)
{
    struct buf question = BUF_INIT;
    char answer[STATUS_END];
    ssize_t n;

    buf_fmt(&question, "GET %.*s HTTP/1.0\r\nHost: %.*s\r\n\r\n", SLICE_FMT(path), SLICE_FMT(host));
    n = send(fd, question.p, question.n, MSG_NOSIGNAL);
    buf_release(&question);
    if (n >= 0)
        n = recv(fd, answer, STATUS_END, MSG_WAITALL);
    if (n < 0)
        return last_error();
    if (n < STATUS_END && !has_ended(fd))
        return -ETIMEDOUT;
    if (n == 0 || answer[0] == TLS_ALERT)
        return ASK_WANTS_TLS;
    if (n < STATUS_END || !is_status(answer))
        return -EPROTO;
    return (answer[STATUS_AT] - '0') * 100 + (answer[STATUS_AT + 1] - '0') * 10 +
           answer[STATUS_AT + 2] - '0';
}

int ask_status(const char *url, int64_t timeout_ns, struct buf *err)
{
    struct slice at = slice_str(url), path = PATH;
    int fd = -EINVAL, r;

    if (slice_starts(at, UNIX_PREFIX)) {
        fd = connect_unix(slice_from(at, UNIX_PREFIX.n), timeout_ns);
        at = SLICE("localhost");
    } else if (slice_starts(at, HTTP_PREFIX)) {
        at = slice_from(at, HTTP_PREFIX.n);
        const char *slash = at.n ? memchr(at.p, '/', at.n) : NULL;

        if (slash) {
            path = slice_from(at, (size_t)(slash - at.p));
            at = slice_make(at.p, (size_t)(slash - at.p));
        }
        fd = connect_tcp(at, timeout_ns);
    }
    r = fd < 0 ? fd : talk(fd, at, path);
    if (fd >= 0)
        (void)close(fd);
    if (r == -EINVAL)
        buf_fmt(err, "\"%s\" is no address; write http://HOST:PORT/PATH or unix:/PATH", url);
    else if (r == -EPROTO)
        buf_fmt(err,
                "%s answers neither in HTTP nor as who wants TLS: another program has this port",
                url);
    else if (r == -EHOSTUNREACH)
        buf_fmt(err, "%s does not answer: no way to this host is known", url);
    else if (r < 0)
        buf_fmt(err, "%s does not answer: %s", url, strerror(-r));
    return r;
}
