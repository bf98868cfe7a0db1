/* Fuzzes files that are read once: whatever is in them, plain or compressed, whole lines come out,
 * none longer than asked for, or an error. The first byte chooses how long, and who unpacks. */
#include "config.h"

#include "input/archive.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCKS_MOST = 300 }; /* a bomb is not read to its end */

static void read_lines(struct archive *a, size_t max_line)
{
    struct slice lines;
    int r = 1;

    for (int i = 0; i < BLOCKS_MOST && r > 0; i++) {
        volatile char sum = 0;

        r = archive_next(a, max_line, &lines);
        if (r <= 0)
            continue;
        assert(lines.n > 0);
        for (int k = 1; k <= 64; k++)
            sum = (char)(sum + lines.p[-k] + lines.p[lines.n + (size_t)k - 1]); /* may be read */
        if (lines.p[lines.n - 1] != '\n')
            assert(archive_next(a, max_line, &lines) <= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[40];
    struct archive *a;
    int fd;

    if (size == 0)
        return 0;
    fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)size - 1)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (archive_open(path, &a) == 0) {
        if (data[0] & 1)
            archive_read_ahead(a);
        read_lines(a, data[0] & 2 ? 20 : 1 << 20);
        archive_close(a);
    }
    (void)close(fd);
    return 0;
}
