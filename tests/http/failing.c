/* failing -- what tests of src/http may make fail (failing.h). */
#include "config.h"

#include "failing.h"

#include "http/http_rig.h"

#include <crypt.h>
#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool two_addresses;
static atomic_uint bcrypt_work;

void rig_hosts_have_two_addresses(bool on)
{
    two_addresses = on;
}

FAILING(int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
FAILING(int, chmod, (const char *path, mode_t mode), (path, mode))
FAILING(int, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *e), (epfd, op, fd, e))
FAILING(int, fchmod, (int fd, mode_t mode), (fd, mode))
FAILING(int, getnameinfo,
        (const struct sockaddr *a, socklen_t n, char *host, socklen_t nhost, char *port,
         socklen_t nport, int flags),
        (a, n, host, nhost, port, nport, flags))
FAILING(int, getsockname, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
FAILING(int, listen, (int fd, int backlog), (fd, backlog))
#ifdef _TIME_BITS /* it has another name where times are made wider */
WRAPPED(int, __lstat64_time64, (const char *path, struct stat *st))
{
    return failing_now("lstat") ? -1 : __real___lstat64_time64(path, st);
}
#else
FAILING(int, lstat, (const char *path, struct stat *st), (path, st))
#endif
FAILING(int, socket, (int family, int type, int protocol), (family, type, protocol))

/* One that fails with ENOENT came too late: the name is gone. */
WRAPPED(int, unlink, (const char *path))
{
    if (!failing_now("unlink"))
        return __real_unlink(path);
    if (errno == ENOENT && __real_unlink(path) == 0)
        errno = ENOENT;
    return -1;
}

WRAPPED(int, getaddrinfo,
        (const char *host, const char *port, const struct addrinfo *hints,
         struct addrinfo **ret_list))
{
    struct addrinfo **end = ret_list;
    int r =
        failing_now("getaddrinfo") ? EAI_NONAME : __real_getaddrinfo(host, port, hints, ret_list);

    if (r != 0 || !two_addresses)
        return r;
    while (*end != NULL)
        end = &(*end)->ai_next;
    return __real_getaddrinfo(host, port, hints, end);
}

unsigned rig_bcrypt_work(void)
{
    return atomic_exchange(&bcrypt_work, 0);
}

/* "$2y$05$...": the cost is the logarithm of the work. */
WRAPPED(char *, crypt_r, (const char *phrase, const char *setting, struct crypt_data *data))
{
    atomic_fetch_add(&bcrypt_work, 1U << strtoul(setting + 4, NULL, 10));
    return __real_crypt_r(phrase, setting, data);
}
