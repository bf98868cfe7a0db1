/* slurp -- read(2) until there is no more: also from a pipe, whose size nobody knows. */
#include "config.h"

#include "base/slurp.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>

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
