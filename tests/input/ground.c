/* ground -- see ground.h: this machine's. */
#include "config.h"

#include "input/ground.h"
#include "tools.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void ground_begin(char dir[GROUND_PATH])
{
    (void)snprintf(dir, GROUND_PATH, "/tmp/lt-tail-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

void ground_end(const char *dir)
{
    remove_tree(dir);
}

int ground_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);

    ck_assert_int_ge(fd, 0);
    return fd;
}

void ground_put(int fd, const char *p, size_t n)
{
    ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
}

void ground_close(int fd)
{
    ck_assert_int_eq(close(fd), 0);
}

void ground_read(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "re"); /* not by a call that may be made to fail */
    char block[4096];

    ck_assert_ptr_nonnull(f);
    for (size_t n; (n = fread(block, 1, sizeof(block), f)) > 0;)
        buf_add(out, block, n);
    ck_assert_int_eq(fclose(f), 0);
}

int64_t ground_size(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 || st.st_size > 1024 * (off_t)(st.st_blocks + 1) ? -1 : st.st_size;
}

void ground_rename(const char *from, const char *to)
{
    ck_assert_int_eq(rename(from, to), 0);
}

void ground_truncate(const char *path, int64_t size)
{
    ck_assert_int_eq(truncate(path, size), 0);
}

void ground_unlink(const char *path)
{
    ck_assert_int_eq(unlink(path), 0);
}
