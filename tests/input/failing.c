/* failing -- what tests of src/input may make fail (failing.h): every call of base/sys.h that can.
 *
 * A storm takes only those that read, with what a machine answers that has run out of something or
 * whose disk fails now and then; a storm that said ENOENT would be telling lies. */
#include "config.h"

#include "failing.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

FAILING(int, sys_open, EMFILE, (const char *path, int flags), (path, flags))
FAILING(int, sys_openat, 0, (int dir, const char *name, int flags, mode_t mode),
        (dir, name, flags, mode))
FAILING(ssize_t, sys_pread, EIO, (int fd, void *p, size_t n, off_t offset), (fd, p, n, offset))
FAILING(ssize_t, sys_read, EIO, (int fd, void *p, size_t n), (fd, p, n))
FAILING(off_t, sys_lseek, 0, (int fd, off_t offset, int whence), (fd, offset, whence))
FAILING(int, sys_fcntl, 0, (int fd, int command, int argument), (fd, command, argument))
FAILING(int, sys_ioctl, EIO, (int fd, unsigned long request, int *argument),
        (fd, request, argument))
FAILING(int, sys_statx, EIO,
        (int dir, const char *path, int flags, unsigned mask, struct statx *ret_st),
        (dir, path, flags, mask, ret_st))
FAILING(int, sys_fstat, EIO, (int fd, struct stat *ret_st), (fd, ret_st))
FAILING(int, sys_lstat, EIO, (const char *path, struct stat *ret_st), (path, ret_st))
FAILING(ssize_t, sys_readlink, ENOMEM, (const char *path, char *p, size_t n), (path, p, n))
FAILING(int, sys_faccessat, 0, (int dir, const char *name, int mode, int flags),
        (dir, name, mode, flags))
FAILING_AS(NULL, DIR *, sys_opendir, EMFILE, (const char *path), (path))
FAILING_AS(NULL, struct dirent *, sys_readdir, EIO, (DIR * list), (list))
FAILING(int, sys_inotify_init1, EMFILE, (int flags), (flags))
FAILING(int, sys_inotify_add_watch, ENOSPC, (int fd, const char *path, unsigned mask),
        (fd, path, mask))
FAILING(int, sys_getrlimit, 0, (int resource, struct rlimit *ret_limit), (resource, ret_limit))
FAILING(int, sys_mkdir, 0, (const char *path, mode_t mode), (path, mode))
FAILING(int, sys_flock, 0, (int fd, int operation), (fd, operation))
FAILING(ssize_t, sys_write, 0, (int fd, const void *p, size_t n), (fd, p, n))
FAILING(int, sys_fsync, 0, (int fd), (fd))
FAILING(int, sys_linkat, 0, (int dir, const char *name, int to_dir, const char *to, int flags),
        (dir, name, to_dir, to, flags))
FAILING(int, sys_renameat, 0, (int dir, const char *name, int to_dir, const char *to),
        (dir, name, to_dir, to))
FAILING(int, sys_renameat2, 0,
        (int dir, const char *name, int to_dir, const char *to, unsigned flags),
        (dir, name, to_dir, to, flags))
FAILING(int, sys_unlinkat, 0, (int dir, const char *name, int flags), (dir, name, flags))

/* A descriptor is gone also when close says that it failed. */
WRAPPED(int, sys_close, (int fd))
{
    int r = __real_sys_close(fd);

    return failing_now("sys_close", 0) ? -1 : r;
}
