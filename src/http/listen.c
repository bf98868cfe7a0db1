/* listen -- sockets that are never open to more than they should be.
 *
 * ":80" is one IPv6 socket that also takes IPv4 (or an IPv4 one where the kernel has no IPv6);
 * "[::]:80" is IPv6 only, so that "0.0.0.0:80, [::]:80" is not a conflict. Names are resolved
 * once, at the start.
 *
 * A unix socket: Linux gives the name the mode of the socket's own inode less the umask, so fchmod
 * before bind closes the moment in which everybody could connect; chmod after it gives back what
 * the umask took. */
#include "config.h"

#include "http/listen.h"

#include "base/xalloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define FD_PREFIX "fd:"
#define UNIX_MODE 0660

static int cannot_listen(const char *spec, int error, struct buf *err)
{
    if (error == EADDRINUSE)
        buf_fmt(err, "cannot listen on %s: the address is in use by another program", spec);
    else if (error == EADDRNOTAVAIL)
        buf_fmt(err, "cannot listen on %s: this machine does not have that address", spec);
    else
        buf_fmt(err, "cannot listen on %s: %s", spec, strerror(error));
    return -error;
}

static int bad_address(const char *spec, const char *why, struct buf *err)
{
    buf_fmt(err, "cannot listen on \"%s\": %s; write HOST:PORT, [IPV6]:PORT, :PORT or unix:/PATH",
            spec, why);
    return -EINVAL;
}

static int open_stream(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    return fd < 0 ? -errno : fd;
}

/* Unix sockets. */

static int unix_address(const char *spec, struct sockaddr_un *ret_address, struct buf *err)
{
    const char *path = spec + strlen(UNIX_PREFIX);
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    if (path[0] == '\0')
        return bad_address(spec, "the path is missing", err);
    if (strlen(path) >= sizeof(a.sun_path))
        return bad_address(spec, "the path is longer than a unix socket's may be (107 bytes)", err);
    memcpy(a.sun_path, path, strlen(path) + 1);
    *ret_address = a;
    return 0;
}

/* Removes the socket of a program that has died. A connect that would have to wait means that
 * somebody listens and is busy. */
static int remove_stale(const struct sockaddr_un *a)
{
    struct stat st;
    int fd, r;

    if (lstat(a->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(st.st_mode))
        return -EEXIST;
    fd = open_stream(AF_UNIX);
    if (fd < 0)
        return fd;
    r = connect(fd, (const struct sockaddr *)a, sizeof(*a)) < 0 ? errno : 0;
    (void)close(fd);
    if (r != ECONNREFUSED)
        return r == 0 || r == EAGAIN ? -EADDRINUSE : -r;
    return unlink(a->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

static int bind_unix(int fd, const struct sockaddr_un *a, struct listen_socket *ls)
{
    struct stat st;

    if (fchmod(fd, UNIX_MODE) < 0 || bind(fd, (const struct sockaddr *)a, sizeof(*a)) < 0)
        return -errno;
    if (chmod(a->sun_path, UNIX_MODE) < 0 || listen(fd, SOMAXCONN) < 0 ||
        lstat(a->sun_path, &st) < 0) {
        int r = -errno;

        (void)unlink(a->sun_path);
        return r;
    }
    ls->dev = st.st_dev;
    ls->ino = st.st_ino;
    return 0;
}

static int open_unix(const char *spec, struct listen_socket *ret_socket, struct buf *err)
{
    struct listen_socket ls = {.fd = -1};
    struct sockaddr_un a;
    int r = unix_address(spec, &a, err);

    if (r < 0)
        return r;
    r = remove_stale(&a);
    if (r == -EEXIST)
        return bad_address(spec, "the file is there and is not a socket", err), r;
    if (r < 0)
        return cannot_listen(spec, -r, err);
    ls.fd = open_stream(AF_UNIX);
    if (ls.fd < 0)
        return cannot_listen(spec, -ls.fd, err);
    r = bind_unix(ls.fd, &a, &ls);
    if (r < 0) {
        (void)close(ls.fd);
        return cannot_listen(spec, -r, err);
    }
    ls.unixpath = xstrdup(a.sun_path);
    ls.address = xstrdup(spec);
    *ret_socket = ls;
    return 0;
}

/* TCP. */

struct host_port {
    char host[256]; /* empty: all addresses */
    char port[8];
    bool v6; /* was in brackets */
};

static bool copy_slice(struct slice s, char *out, size_t size)
{
    if (s.n >= size)
        return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

static bool port_valid(const char *port)
{
    size_t n = strspn(port, "0123456789");

    return n > 0 && n <= 5 && port[n] == '\0' && strtol(port, NULL, 10) <= 65535;
}

static int split_host_port(const char *spec, struct host_port *ret, struct buf *err)
{
    const char *colon = strrchr(spec, ':');
    struct slice host;

    if (colon == NULL)
        return bad_address(spec, "the port is missing", err);
    host = slice_make(spec, (size_t)(colon - spec));
    ret->v6 = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (ret->v6)
        host = slice_make(host.p + 1, host.n - 2);
    else if (host.n != 0 && memchr(host.p, ':', host.n) != NULL)
        return bad_address(spec, "an IPv6 address needs brackets", err);
    if (!copy_slice(slice_str(colon + 1), ret->port, sizeof(ret->port)) || !port_valid(ret->port))
        return bad_address(spec, "the port is not a number from 0 to 65535", err);
    if (!copy_slice(host, ret->host, sizeof(ret->host)) || (ret->v6 && host.n == 0))
        return bad_address(spec, "the host is not valid", err);
    return 0;
}

static int bind_tcp(const struct addrinfo *ai, bool v6only)
{
    int one = 1, only = v6only, r;
    int fd = open_stream(ai->ai_family);

    if (fd < 0)
        return fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (ai->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    r = -errno;
    (void)close(fd);
    return r;
}

/* The first address of `host` that can be bound; a descriptor or negative errno, -ENXIO when the
 * host has no address. */
static int bind_host(const char *host, const char *port, bool v6only)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list;
    int fd = -ENXIO;

    if (getaddrinfo(host, port, &hints, &list) != 0)
        return fd;
    for (const struct addrinfo *ai = list; ai != NULL && fd < 0; ai = ai->ai_next)
        fd = bind_tcp(ai, v6only);
    freeaddrinfo(list);
    return fd;
}

/* EAFNOSUPPORT where IPv6 is not built in, EADDRNOTAVAIL where it is switched off. */
static int bind_all(const char *port)
{
    int fd = bind_host("::", port, false);

    if (fd == -ENXIO || fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
        fd = bind_host("0.0.0.0", port, false);
    return fd;
}

static char *tcp_address(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);
    char host[INET6_ADDRSTRLEN + 20], port[8];
    struct buf text = BUF_INIT;

    if (getsockname(fd, (struct sockaddr *)&a, &n) < 0 ||
        getnameinfo((struct sockaddr *)&a, n, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return NULL;
    buf_fmt(&text, a.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return buf_detach(&text);
}

static int open_tcp(const char *spec, struct listen_socket *ret_socket, struct buf *err)
{
    struct host_port hp;
    int fd, r = split_host_port(spec, &hp, err);

    if (r < 0)
        return r;
    fd = hp.host[0] == '\0' ? bind_all(hp.port) : bind_host(hp.host, hp.port, true);
    if (fd == -ENXIO)
        return bad_address(spec, "the host is not known", err);
    if (fd < 0)
        return cannot_listen(spec, -fd, err);
    *ret_socket = (struct listen_socket){.fd = fd, .address = tcp_address(fd)};
    if (ret_socket->address == NULL)
        ret_socket->address = xstrdup(spec);
    return 0;
}

/* The path of a unix socket that another made, or its TCP address. */
static char *inherited_address(int fd)
{
    struct sockaddr_un a = {.sun_family = AF_UNSPEC};
    socklen_t n = sizeof a;
    struct buf text = BUF_INIT;

    if (getsockname(fd, (struct sockaddr *)&a, &n) < 0 || a.sun_family != AF_UNIX)
        return tcp_address(fd);
    buf_fmt(&text, "%s%.*s", UNIX_PREFIX, (int)sizeof a.sun_path, a.sun_path);
    return buf_detach(&text);
}

/* A unix socket's name stays: it is whose who made it. */
static int open_inherited(const char *spec, struct listen_socket *ret_socket, struct buf *err)
{
    char *end;
    long fd = strtol(spec + strlen(FD_PREFIX), &end, 10);
    int listens = 0;
    socklen_t n = sizeof listens;

    if (*end != '\0' || end == spec + strlen(FD_PREFIX) || fd < 0 || fd > INT_MAX)
        return bad_address(spec, "that is no descriptor", err);
    if (getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) < 0 || !listens) {
        buf_fmt(err,
                "cannot listen on %s: it is no socket that listens; who starts this must hand one "
                "over, as a service manager does that sets LISTEN_FDS",
                spec);
        return -EINVAL;
    }
    if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0 ||
        fcntl((int)fd, F_SETFL, fcntl((int)fd, F_GETFL) | O_NONBLOCK) < 0)
        return cannot_listen(spec, errno, err);
    *ret_socket = (struct listen_socket){.fd = (int)fd, .address = inherited_address((int)fd)};
    if (ret_socket->address == NULL)
        ret_socket->address = xstrdup(spec);
    return 0;
}

int listen_open(const char *spec, struct listen_socket *ret_socket, struct buf *err)
{
    if (slice_starts(slice_str(spec), SLICE(UNIX_PREFIX)))
        return open_unix(spec, ret_socket, err);
    if (slice_starts(slice_str(spec), SLICE(FD_PREFIX)))
        return open_inherited(spec, ret_socket, err);
    return open_tcp(spec, ret_socket, err);
}

bool listen_is_unix(const struct listen_socket *ls)
{
    return slice_starts(slice_str(ls->address), SLICE(UNIX_PREFIX));
}

void listen_close(struct listen_socket *ls)
{
    struct stat st;

    /* Before the close: while the socket is open nobody can have its inode number. */
    if (ls->unixpath != NULL && lstat(ls->unixpath, &st) == 0 && st.st_dev == ls->dev &&
        st.st_ino == ls->ino)
        (void)unlink(ls->unixpath);
    if (ls->fd >= 0)
        (void)close(ls->fd);
    free(ls->unixpath);
    free(ls->address);
    *ls = (struct listen_socket){.fd = -1};
}
