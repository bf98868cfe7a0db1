/* sys -- why a file of its own: it is the only object that is left out where the world is made up. */
#include "config.h"

#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int sys_open(const char *path, int flags)
{
    return open(path, flags);
}

int sys_openat(int dir, const char *name, int flags, mode_t mode)
{
    return openat(dir, name, flags, mode);
}

int sys_close(int fd)
{
    return close(fd);
}

ssize_t sys_pread(int fd, void *p, size_t n, off_t offset)
{
    return pread(fd, p, n, offset);
}

ssize_t sys_read(int fd, void *p, size_t n)
{
    return read(fd, p, n);
}

off_t sys_lseek(int fd, off_t offset, int whence)
{
    return lseek(fd, offset, whence);
}

int sys_fadvise(int fd, off_t offset, off_t n, int advice)
{
    return posix_fadvise(fd, offset, n, advice);
}

int sys_fcntl(int fd, int command, int argument)
{
    return fcntl(fd, command, argument);
}

int sys_ioctl(int fd, unsigned long request, int *argument)
{
    return ioctl(fd, request, argument);
}

int sys_statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret_st)
{
    return statx(dir, path, flags, mask, ret_st);
}

int sys_fstat(int fd, struct stat *ret_st)
{
    return fstat(fd, ret_st);
}

int sys_lstat(const char *path, struct stat *ret_st)
{
    return lstat(path, ret_st);
}

ssize_t sys_readlink(const char *path, char *p, size_t n)
{
    return readlink(path, p, n);
}

int sys_faccessat(int dir, const char *name, int mode, int flags)
{
    return faccessat(dir, name, mode, flags);
}

DIR *sys_opendir(const char *path)
{
    return opendir(path);
}

struct dirent *sys_readdir(DIR *list)
{
    return readdir(list);
}

int sys_closedir(DIR *list)
{
    return closedir(list);
}

int sys_inotify_init1(int flags)
{
    return inotify_init1(flags);
}

int sys_inotify_add_watch(int fd, const char *path, unsigned mask)
{
    return inotify_add_watch(fd, path, mask);
}

int sys_inotify_rm_watch(int fd, int wd)
{
    return inotify_rm_watch(fd, wd);
}

int sys_mkdir(const char *path, mode_t mode)
{
    return mkdir(path, mode);
}

int sys_flock(int fd, int operation)
{
    return flock(fd, operation);
}

ssize_t sys_write(int fd, const void *p, size_t n)
{
    return write(fd, p, n);
}

int sys_fsync(int fd)
{
    return fsync(fd);
}

int sys_linkat(int dir, const char *name, int to_dir, const char *to, int flags)
{
    return linkat(dir, name, to_dir, to, flags);
}

int sys_renameat(int dir, const char *name, int to_dir, const char *to)
{
    return renameat(dir, name, to_dir, to);
}

int sys_renameat2(int dir, const char *name, int to_dir, const char *to, unsigned flags)
{
    return renameat2(dir, name, to_dir, to, flags);
}

int sys_unlinkat(int dir, const char *name, int flags)
{
    return unlinkat(dir, name, flags);
}

uid_t sys_geteuid(void)
{
    return geteuid();
}

int sys_getrlimit(int resource, struct rlimit *ret_limit)
{
    return getrlimit(resource, ret_limit);
}
