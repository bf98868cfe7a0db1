/* slurp -- read(2) until there is no more: also from a pipe, whose size nobody knows. */
#include "config.h"

#include "base/slurp.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16 };

int slurp_fd(int fd, size_t most, struct buf *out)
{
    size_t before = out->n;

    for (;;) {
        ssize_t n = sys_read(fd, buf_reserve(out, BLOCK), BLOCK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        out->n += (size_t)n;
        out->p[out->n] = '\0';
        if (out->n - before > most)
            return -EFBIG;
    }
}

int slurp(const char *path, struct buf *out)
{
    int fd = sys_open(path, O_RDONLY | O_CLOEXEC);
    int r = fd < 0 ? -errno : slurp_fd(fd, SIZE_MAX, out);

    if (fd >= 0)
        (void)sys_close(fd);
    return r;
}

/* What a shell makes of `<(...)`, or standard input. */
static bool is_of_shell(const char *path, mode_t mode)
{
    return S_ISFIFO(mode) && (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0);
}

/* A daemon that reloads must not wait for who writes into a fifo, nor read a device that has no end.
 * False with the reason. */
static bool may_be_read(const char *path, int fd, size_t most, bool pipes, struct buf *why)
{
    struct stat st;

    if (sys_fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
        return true; /* reading it says why */
    if (pipes && is_of_shell(path, st.st_mode)) {
        (void)sys_fcntl(fd, F_SETFL, sys_fcntl(fd, F_GETFL, 0) & ~O_NONBLOCK);
        return true;
    }
    if (!S_ISREG(st.st_mode))
        return buf_fail(why, "it is no regular file");
    return (uint64_t)st.st_size <= most || buf_fail(why, "it is larger than %zu MiB", most >> 20);
}

bool slurp_given(const char *path, size_t most, bool pipes, struct buf *out, struct buf *why)
{
    int fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = 0;

    if (fd < 0)
        return buf_fail(why, "%s", strerror(errno));
    if (may_be_read(path, fd, most, pipes, why))
        r = slurp_fd(fd, most, out);
    (void)sys_close(fd);
    if (r < 0)
        buf_fail(why, "%s", strerror(-r));
    return why->n == 0;
}
