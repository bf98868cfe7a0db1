/* failing -- what tests of src/input may make fail (failing.h): every call of base/sys.h that can. */
#include "config.h"

#include "failing.h"

#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

FAILING(int, sys_open, (const char *path, int flags), (path, flags))
FAILING(int, sys_openat, (int dir, const char *name, int flags, mode_t mode),
        (dir, name, flags, mode))
FAILING(ssize_t, sys_pread, (int fd, void *p, size_t n, off_t offset), (fd, p, n, offset))
FAILING(ssize_t, sys_read, (int fd, void *p, size_t n), (fd, p, n))
FAILING(off_t, sys_lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
FAILING(int, sys_fcntl, (int fd, int command, int argument), (fd, command, argument))
FAILING(int, sys_ioctl, (int fd, unsigned long request, int *argument), (fd, request, argument))
FAILING(int, sys_statx, (int dir, const char *path, int flags, unsigned mask, struct statx *ret_st),
        (dir, path, flags, mask, ret_st))
FAILING(int, sys_fstat, (int fd, struct stat *ret_st), (fd, ret_st))
FAILING(int, sys_lstat, (const char *path, struct stat *ret_st), (path, ret_st))
FAILING(ssize_t, sys_readlink, (const char *path, char *p, size_t n), (path, p, n))
FAILING(int, sys_faccessat, (int dir, const char *name, int mode, int flags),
        (dir, name, mode, flags))
FAILING_AS(NULL, DIR *, sys_opendir, (const char *path), (path))
FAILING_AS(NULL, struct dirent *, sys_readdir, (DIR * list), (list))
FAILING(int, sys_inotify_init1, (int flags), (flags))
FAILING(int, sys_inotify_add_watch, (int fd, const char *path, unsigned mask), (fd, path, mask))
FAILING(int, sys_getrlimit, (int resource, struct rlimit *ret_limit), (resource, ret_limit))
FAILING(int, sys_mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(int, sys_flock, (int fd, int operation), (fd, operation))
FAILING(ssize_t, sys_write, (int fd, const void *p, size_t n), (fd, p, n))
FAILING(int, sys_fsync, (int fd), (fd))
FAILING(int, sys_linkat, (int dir, const char *name, int to_dir, const char *to, int flags),
        (dir, name, to_dir, to, flags))
FAILING(int, sys_renameat, (int dir, const char *name, int to_dir, const char *to),
        (dir, name, to_dir, to))
FAILING(int, sys_renameat2, (int dir, const char *name, int to_dir, const char *to, unsigned flags),
        (dir, name, to_dir, to, flags))
FAILING(int, sys_unlinkat, (int dir, const char *name, int flags), (dir, name, flags))

/* A descriptor is gone also when close says that it failed. */
WRAPPED(int, sys_close, (int fd))
{
    int r = __real_sys_close(fd);

    return failing_now("sys_close") ? -1 : r;
}
