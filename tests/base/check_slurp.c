/* check_slurp -- files, pipes, and what cannot be read. */
#include "config.h"

#include "suite.h"

#include "base/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PIPE_BYTES = 60000 }; /* fits into a pipe */

/* A pipe that holds so many bytes and whose other end is closed. */
static int full_pipe(size_t n)
{
    static char bytes[PIPE_BYTES];
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    ck_assert_int_eq(write(fds[1], bytes, n), (ssize_t)n);
    close(fds[1]);
    return fds[0];
}

TEST(a_file_is_appended_whole_and_ended)
{
    struct buf b = BUF_INIT;

    buf_str(&b, "before ");
    ck_assert_int_eq(slurp("/proc/self/comm", &b), 0);
    ck_assert(slice_starts(buf_all(&b), SLICE("before ")) && b.n > 8 && b.p[b.n - 1] == '\n');
    ck_assert_int_eq(b.p[b.n], '\0');
    buf_release(&b);
}

TEST(what_cannot_be_read_says_why)
{
    struct buf b = BUF_INIT;

    ck_assert_int_eq(slurp("/nowhere/to/be/found", &b), -ENOENT);
    ck_assert_int_eq(slurp("/", &b), -EISDIR);
    ck_assert_uint_eq(b.n, 0);
    buf_release(&b);
}

TEST(a_pipe_of_the_most_bytes_is_read_and_one_more_is_too_big)
{
    for (size_t more = 0; more < 2; more++) {
        struct buf b = BUF_INIT;
        int fd = full_pipe(PIPE_BYTES - 1 + more);

        buf_str(&b, "not counted");
        ck_assert_int_eq(slurp_fd(fd, PIPE_BYTES - 1, &b), more ? -EFBIG : 0);
        buf_release(&b);
        close(fd);
    }
}
