/* sys -- the calls of the kernel that the input room and the saved state are made of.
 *
 * Each is the call of the same name, with its arguments, its result and errno, and nothing else: no
 * decision is made here. Together with base/loop.h (readiness, timers) and base/clock.h this is all
 * that they know of the machine, so a test program that brings its own sys.c, loop.c and clock.c puts
 * them into a world of its own; tests/layers.sh proves that there is no way around. */
#ifndef LT_BASE_SYS_H
#define LT_BASE_SYS_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

struct rlimit;
struct stat;
struct statx;

/* Reading. */
int sys_open(const char *path, int flags);
int sys_openat(int dir, const char *name, int flags, mode_t mode);
int sys_close(int fd);
ssize_t sys_pread(int fd, void *p, size_t n, off_t offset);
ssize_t sys_read(int fd, void *p, size_t n);
off_t sys_lseek(int fd, off_t offset, int whence);
int sys_fadvise(int fd, off_t offset, off_t n, int advice);
int sys_fcntl(int fd, int command, int argument);
int sys_ioctl(int fd, unsigned long request, int *argument);

/* Names and what is behind them. */
int sys_statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret_st);
int sys_fstat(int fd, struct stat *ret_st);
int sys_lstat(const char *path, struct stat *ret_st);
ssize_t sys_readlink(const char *path, char *p, size_t n);
int sys_faccessat(int dir, const char *name, int mode, int flags);
DIR *sys_opendir(const char *path);
struct dirent *sys_readdir(DIR *list);
int sys_closedir(DIR *list);

/* Changes. */
int sys_inotify_init1(int flags);
int sys_inotify_add_watch(int fd, const char *path, unsigned mask);
int sys_inotify_rm_watch(int fd, int wd);

/* Writing. */
int sys_mkdir(const char *path, mode_t mode);
int sys_flock(int fd, int operation);
ssize_t sys_write(int fd, const void *p, size_t n);
int sys_fsync(int fd);
int sys_linkat(int dir, const char *name, int to_dir, const char *to, int flags);
int sys_renameat(int dir, const char *name, int to_dir, const char *to);
int sys_renameat2(int dir, const char *name, int to_dir, const char *to, unsigned flags);
int sys_unlinkat(int dir, const char *name, int flags);

uid_t sys_geteuid(void);
int sys_getrlimit(int resource, struct rlimit *ret_limit);

#endif
