/* failing -- see failing.h. */
#include "config.h"

#include "http/failing.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const char *name;
    unsigned left; /* calls until it fails; 0: none fails */
    int error;
    bool happened;
} next;

static bool two_addresses;

void failing_call(const char *name, unsigned nth, int error)
{
    next.name = name;
    next.left = nth;
    next.error = error;
    next.happened = false;
}

bool failing_happened(void)
{
    return next.happened;
}

void failing_hosts_have_two_addresses(bool on)
{
    two_addresses = on;
}

static bool fails(const char *name)
{
    if (next.left == 0 || strcmp(name, next.name) != 0 || --next.left > 0)
        return false;
    next.happened = true;
    errno = next.error;
    return true;
}

/* The linker gives the call of `name` to __wrap_name, and the system's to __real_name. */
#define WRAPPED(name, parameters) \
    int __real_##name parameters; \
    int __wrap_##name parameters; \
    int __wrap_##name parameters

#define FAILING(name, parameters, arguments)                \
    WRAPPED(name, parameters)                               \
    {                                                       \
        return fails(#name) ? -1 : __real_##name arguments; \
    }

FAILING(bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
FAILING(chmod, (const char *path, mode_t mode), (path, mode))
FAILING(epoll_ctl, (int epfd, int op, int fd, struct epoll_event *e), (epfd, op, fd, e))
FAILING(fchmod, (int fd, mode_t mode), (fd, mode))
FAILING(getnameinfo,
        (const struct sockaddr *a, socklen_t n, char *host, socklen_t nhost, char *port,
         socklen_t nport, int flags),
        (a, n, host, nhost, port, nport, flags))
FAILING(getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
FAILING(listen, (int fd, int backlog), (fd, backlog))
FAILING(lstat, (const char *path, struct stat *st), (path, st))
FAILING(socket, (int family, int type, int protocol), (family, type, protocol))

WRAPPED(unlink, (const char *path))
{
    if (!fails("unlink"))
        return __real_unlink(path);
    if (next.error == ENOENT)
        (void)__real_unlink(path);
    errno = next.error;
    return -1;
}

WRAPPED(getaddrinfo, (const char *host, const char *port, const struct addrinfo *hints,
                      struct addrinfo **ret_list))
{
    struct addrinfo **end = ret_list;
    int r = fails("getaddrinfo") ? EAI_NONAME : __real_getaddrinfo(host, port, hints, ret_list);

    if (r != 0 || !two_addresses)
        return r;
    while (*end != NULL)
        end = &(*end)->ai_next;
    return __real_getaddrinfo(host, port, hints, end);
}
