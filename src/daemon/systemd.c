/* systemd -- see systemd.h. */
#include "config.h"

#include "daemon/systemd.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A day. Whoever asks for more asks for nothing. */
#define WATCHDOG_MOST_USEC (86400LL * 1000 * 1000)

/* '@' stands for the NUL of an abstract name. 0 when it is no address. */
static socklen_t manager_address(struct sockaddr_un *a)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t n = path ? strlen(path) : 0;

    if (n < 2 || n >= sizeof a->sun_path || (path[0] != '/' && path[0] != '@'))
        return 0;
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(a->sun_path, path, n);
    if (path[0] == '@')
        a->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void systemd_notify(const char *fmt, ...)
{
    struct sockaddr_un a;
    socklen_t length = manager_address(&a);
    char text[256];
    va_list ap;
    int fd, n;

    if (length == 0)
        return;
    va_start(ap, fmt);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (n > 0 && (size_t)n < sizeof text)
        (void)sendto(fd, text, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&a, length);
    (void)close(fd);
}

/* A number above 0 from the environment; 0: there is none. */
static long long number(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long long v = text ? strtoll(text, &end, 10) : 0;

    return text && *text && *end == '\0' && v > 0 ? v : 0;
}

/* A manager gives up on a start of which it heard nothing for so long. */
enum { PATIENCE_USEC = 60 * 1000 * 1000 };

void systemd_progress(const char *status)
{
    systemd_notify("STATUS=%s\nEXTEND_TIMEOUT_USEC=%d", status, PATIENCE_USEC);
}

unsigned systemd_listen_fds(void)
{
    long long n = number("LISTEN_FDS");

    if (number("LISTEN_PID") != getpid())
        return 0;
    return n > SYSTEMD_FDS_MOST ? SYSTEMD_FDS_MOST + 1 : (unsigned)n;
}

int64_t systemd_watchdog_ns(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    long long usec = number("WATCHDOG_USEC");

    if (pid && number("WATCHDOG_PID") != getpid())
        return 0;
    return usec > WATCHDOG_MOST_USEC ? 0 : usec * 1000;
}
