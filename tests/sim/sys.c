/* sys -- the calls of src/base/sys.h on the world.
 *
 * Before each call other actors may step, and with one of them the process may die: from then on
 * its calls change nothing and give EIO until it has come to its end by itself, so that its memory
 * is freed as always. */
#include "config.h"

#include "world.h"

#include "base/hash.h"
#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* What is smaller comes whole, as all of /proc does. */
enum { SHORT_FROM = 64, STORM_CALLS = 100, STORM_DEGREES = 6 };

#define NO_CALL(error) return errno = (error), -1

/* An open directory. Names come in the order of their hashes, as they are at each call: one that
 * is renamed meanwhile is missed or comes twice. */
struct listing {
    const struct node *dir;
    uint64_t after;
    struct dirent e;
};

/* Of each hundred calls none may fail, or up to one in four, with any error. */
static void storm(enum call what)
{
    uint64_t weather = hash_number(world.knobs ^ hash_number(world.calls / STORM_CALLS));
    uint64_t chance = hash_number(weather ^ hash_number(world.calls));

    if (weather % STORM_DEGREES == 0 || chance % (2U << weather % STORM_DEGREES) != 0)
        return;
    world.fail_errno[what] = errors[(chance >> 32) % ERRORS];
    world.fail_count[what] = 1;
}

/* False: the call fails with errno. */
static bool call(enum call what, uint64_t argument)
{
    loop_called();
    if (world.ghost) {
        errno = EIO;
        return false;
    }
    world.calls++;
    if (world.calls == world.next_actor)
        story_actors_step();
    if (world.calls == world.die_at)
        story_die(world.die_by_cut);
    if (world.calls == world.hang_at)
        world.mono_ns += world.hang_ns;
    world.hash = hash_number(world.hash ^ hash_number(argument + what));
    if (world.ghost) {
        errno = EIO;
        return false;
    }
    cover(COVER_CALL, what);
    if (world.storms)
        storm(what);
    if (world.fail_count[what] == 0)
        return true;
    world.fail_count[what]--;
    for (unsigned i = 0; i < ERRORS; i++)
        if (errors[i] == world.fail_errno[what])
            cover(COVER_ERROR, what * ERRORS + i);
    oracle_failed();
    errno = world.fail_errno[what];
    return false;
}

/* After an error it may not look into it; and what may be a copy on its way back waits until it stands still. */
static void sees_cut(struct node *n)
{
    bool waits = n->edited && world.mono_ns + world.wall_off_ns - n->mtime_ns < LOOKED_NS;

    if (!world.failed && !waits)
        n->cut = n->cut ? CUT_SEEN : CUT_NOT;
}

/* The process knows that so much is there: it has read it, or asked for its size behind that. */
static void sees(struct node *n, size_t size)
{
    if (n->seen < size) {
        n->seen = size;
        n->seen_at = world.calls;
    }
    sees_cut(n);
}

static struct fd *fd_of(int fd)
{
    static struct fd none;

    if (fd < 100 || fd >= 100 + FDS || world.fds[fd - 100].kind == FD_FREE)
        return &none;
    return &world.fds[fd - 100];
}

static int fd_new(struct fd f)
{
    for (int i = 0; i < FDS; i++) {
        if (world.fds[i].kind != FD_FREE)
            continue;
        world.fds[i] = f;
        if (f.node)
            f.node->opens++;
        return 100 + i;
    }
    NO_CALL(EMFILE);
}

static void fd_close(struct fd *f)
{
    if (f->node && f->node->opens > 0 && --f->node->opens == 0 && f->node->links == 0)
        disk_free_number(f->node);
    if (f->kind == FD_EVENTS)
        notify_reset();
    *f = (struct fd){.kind = FD_FREE};
}

void sys_forget(void)
{
    for (int i = 0; i < FDS; i++)
        fd_close(&world.fds[i]);
    notify_reset();
}

bool sys_holds(const struct node *n)
{
    for (int i = 0; i < FDS; i++)
        if (world.fds[i].node == n)
            return true;
    return false;
}

static struct node *at(int dir, const char *path, bool follow, struct dent **ret_dent)
{
    const struct fd *f = fd_of(dir);

    if (*path == '/' || !f->node)
        return disk_find(path, follow, ret_dent);
    if (*path == '\0' || strcmp(path, ".") == 0)
        return f->node;
    if (strcmp(path, "..") == 0)
        return world.root;
    struct dent *d = disk_name(f->node, path);

    return d ? d->node : NULL;
}

int sys_openat(int dir, const char *path, int flags, mode_t mode)
{
    struct node *n, *parent = fd_of(dir)->node;
    struct dent *by = NULL;
    const char *name = path;

    if (!call(CALL_OPEN, hash_text(0, slice_str(path))))
        return -1;
    n = at(dir, path, true, &by);
    if (!n && (flags & O_CREAT)) {
        if (*path == '/')
            parent = disk_parent(path, &name);
        if (parent) {
            n = disk_new(S_IFREG | mode);
            by = disk_link(parent, name, n);
        }
    } else if (n && (flags & O_EXCL)) {
        NO_CALL(EEXIST);
    }
    if (!n)
        NO_CALL(ENOENT);
    if ((flags & O_DIRECTORY) && !S_ISDIR(n->mode))
        NO_CALL(ENOTDIR);
    if (!(n->mode & 0400))
        NO_CALL(EACCES);
    if (flags & O_TRUNC)
        disk_truncate(n, NULL, 0);
    return fd_new(
        (struct fd){.kind = FD_NODE, .node = n, .by = by, .at = flags & O_APPEND ? n->data.n : 0});
}

int sys_open(const char *path, int flags)
{
    return sys_openat(AT_FDCWD, path, flags, 0);
}

/* When it fails it is closed all the same. */
int sys_close(int fd)
{
    bool fine = call(CALL_CLOSE, 0);

    if (!world.ghost)
        fd_close(fd_of(fd));
    return fine ? 0 : -1;
}

ssize_t sys_pread(int fd, void *p, size_t n, off_t offset)
{
    const struct fd *f = fd_of(fd);
    size_t from = (size_t)offset;

    if (!call(CALL_PREAD, from))
        return -1;
    if (!f->node)
        NO_CALL(EBADF);
    if (S_ISDIR(f->node->mode))
        NO_CALL(EISDIR);
    if (from >= f->node->data.n)
        return 0;
    if (n > f->node->data.n - from)
        n = f->node->data.n - from;
    if (world.short_reads && n >= SHORT_FROM)
        n = 1 + (size_t)world_random(n);
    sees(f->node, from + n);
    memcpy(p, f->node->data.p + from, n);
    world.hash = hash_number(world.hash ^ hash_text(n, slice_make(p, n)));
    return (ssize_t)n;
}

static ssize_t read_events(char *p, size_t room)
{
    size_t used = 0, taken = 0;

    for (; taken < world.nqueue; taken++) {
        const struct event *e = &world.queue[taken];
        size_t len = *e->name ? (strlen(e->name) + 16) & ~(size_t)15 : 0;
        struct inotify_event out = {.wd = e->wd, .mask = e->mask, .len = (uint32_t)len};

        if (used + sizeof(out) + len > room)
            break;
        memcpy(p + used, &out, sizeof(out));
        memset(p + used + sizeof(out), 0, len);
        memcpy(p + used + sizeof(out), e->name, strlen(e->name));
        used += sizeof(out) + len;
    }
    world.nqueue -= taken;
    memmove(world.queue, world.queue + taken, world.nqueue * sizeof(*world.queue));
    world.overflowed &= world.nqueue > 0; /* that event is the last */
    if (used == 0)
        NO_CALL(EAGAIN);
    return (ssize_t)used;
}

ssize_t sys_read(int fd, void *p, size_t n)
{
    struct fd *f = fd_of(fd);
    ssize_t r;

    if (f->kind == FD_EVENTS)
        return call(CALL_EVENTS, world.nqueue) ? read_events(p, n) : -1;
    r = sys_pread(fd, p, n, (off_t)f->at);
    if (r > 0)
        f->at += (uint64_t)r;
    return r;
}

off_t sys_lseek(int fd, off_t offset, int whence)
{
    struct fd *f = fd_of(fd);

    if (!call(CALL_LSEEK, (uint64_t)offset))
        return -1;
    if (!f->node)
        NO_CALL(EBADF);
    if (whence == SEEK_END)
        return (off_t)f->node->data.n;
    if (whence == SEEK_DATA || whence == SEEK_HOLE) {
        if ((size_t)offset >= f->node->data.n)
            NO_CALL(ENXIO);
        return whence == SEEK_DATA ? offset : (off_t)f->node->data.n;
    }
    f->at = (uint64_t)offset;
    return offset;
}

int sys_fadvise(int fd, off_t offset, off_t n, int advice)
{
    (void)fd, (void)offset, (void)n, (void)advice;
    return 0;
}

int sys_fcntl(int fd, int command, int argument)
{
    (void)fd, (void)command, (void)argument;
    NO_CALL(EBADF);
}

int sys_ioctl(int fd, unsigned long request, int *argument)
{
    (void)fd, (void)request, (void)argument;
    NO_CALL(ENOTTY);
}

static struct statx_timestamp stamp(int64_t ns)
{
    return (struct statx_timestamp){.tv_sec = ns / NSEC_PER_SEC,
                                    .tv_nsec = (uint32_t)(ns % NSEC_PER_SEC)};
}

int sys_statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret_st)
{
    struct node *n;

    if (!call(CALL_STATX, hash_text((uint64_t)dir, slice_str(path))))
        return -1;
    n = at(dir, path, !(flags & AT_SYMLINK_NOFOLLOW), NULL);
    if (!n)
        NO_CALL(ENOENT);
    if (!(world.knobs & KNOB_FEW_OPEN) && world.config == 0) { /* else it may not look into it */
        sees_cut(n);
        n->crashed = n->crashed ? CRASHED_SEEN : CRASHED_NOT;
    }
    *ret_st = (struct statx){
        .stx_mask = mask & ~(world.knobs & KNOB_NO_BIRTH ? STATX_BTIME : 0U),
        .stx_ino = n->ino,
        .stx_dev_minor = (unsigned)n->dev,
        .stx_mode = (uint16_t)n->mode,
        .stx_nlink = n->links,
        .stx_size = n->data.n,
        .stx_mtime = stamp(n->mtime_ns),
        .stx_ctime = stamp(n->ctime_ns),
        .stx_btime = stamp(n->birth_ns),
    };
    world.hash = hash_number(world.hash ^ n->ino ^ n->data.n << 20);
    return 0;
}

static int stat_node(const struct node *n, struct stat *ret_st)
{
    if (!n)
        NO_CALL(ENOENT);
    memset(ret_st, 0, sizeof(*ret_st));
    ret_st->st_dev = makedev(0, (unsigned)n->dev);
    ret_st->st_ino = n->ino;
    ret_st->st_mode = n->mode;
    ret_st->st_nlink = n->links;
    ret_st->st_size = (off_t)n->data.n;
    ret_st->st_mtim.tv_sec = n->mtime_ns / NSEC_PER_SEC;
    ret_st->st_mtim.tv_nsec = n->mtime_ns % NSEC_PER_SEC;
    return 0;
}

int sys_fstat(int fd, struct stat *ret_st)
{
    struct node *n = fd_of(fd)->node;

    if (n && !world.ghost)
        sees(n, n->data.n);
    return call(CALL_FSTAT, 0) ? stat_node(fd_of(fd)->node, ret_st) : -1;
}

int sys_lstat(const char *path, struct stat *ret_st)
{
    return call(CALL_LSTAT, 0) ? stat_node(disk_find(path, false, NULL), ret_st) : -1;
}

/* Where an open file is now; the kernel adds " (deleted)" to the name of one that has none. */
static ssize_t read_fd_link(int fd, char *p, size_t n)
{
    const struct fd *f = fd_of(fd);
    char path[300];

    if (!f->node)
        NO_CALL(ENOENT);
    if (!disk_path(f->node, f->by, path, sizeof(path)))
        (void)snprintf(path, sizeof(path), "/gone (deleted)");
    n = strlen(path) < n ? strlen(path) : n;
    memcpy(p, path, n);
    return (ssize_t)n;
}

ssize_t sys_readlink(const char *path, char *p, size_t n)
{
    const struct node *link;
    int fd;

    if (!call(CALL_READLINK, hash_text(0, slice_str(path))))
        return -1;
    if (sscanf(path, "/proc/self/fd/%d", &fd) == 1)
        return read_fd_link(fd, p, n);
    link = disk_find(path, false, NULL);
    if (!link || !S_ISLNK(link->mode))
        NO_CALL(link ? EINVAL : ENOENT);
    if (n > link->data.n)
        n = link->data.n;
    memcpy(p, link->data.p, n);
    return (ssize_t)n;
}

int sys_faccessat(int dir, const char *name, int mode, int flags)
{
    (void)mode, (void)flags;
    if (!call(CALL_ACCESS, 0))
        return -1;
    if (!at(dir, name, true, NULL))
        NO_CALL(ENOENT);
    return 0;
}

DIR *sys_opendir(const char *path)
{
    const struct node *n;
    struct listing *l;

    if (!call(CALL_OPENDIR, hash_text(0, slice_str(path))))
        return NULL;
    n = disk_find(path, true, NULL);
    if (!n || !S_ISDIR(n->mode)) {
        errno = n ? ENOTDIR : ENOENT;
        return NULL;
    }
    l = xcalloc(1, sizeof(*l));
    l->dir = n;
    return (DIR *)l;
}

struct dirent *sys_readdir(DIR *list)
{
    struct listing *l = (struct listing *)list;
    const struct dent *next = NULL;
    uint64_t least = UINT64_MAX;

    if (!call(CALL_READDIR, l->after))
        return NULL;
    for (const struct dent *d = l->dir->names; d; d = d->next) {
        uint64_t hash = hash_text(0, slice_str(d->name));

        if (hash > l->after && hash < least) {
            least = hash;
            next = d;
        }
    }
    errno = 0;
    if (!next)
        return NULL;
    l->after = least;
    l->e.d_ino = next->node->ino;
    l->e.d_type = (unsigned char)(IFTODT(next->node->mode));
    (void)snprintf(l->e.d_name, sizeof(l->e.d_name), "%s", next->name);
    return &l->e;
}

int sys_closedir(DIR *list)
{
    free(list);
    return 0;
}

int sys_inotify_init1(int flags)
{
    (void)flags;
    return call(CALL_INOTIFY, 0) ? fd_new((struct fd){.kind = FD_EVENTS}) : -1;
}

int sys_inotify_add_watch(int fd, const char *path, unsigned mask)
{
    struct node *n;

    (void)fd;
    if (!call(CALL_ADD_WATCH, hash_text(0, slice_str(path))))
        return -1;
    n = disk_find(path, true, NULL);
    if (!n)
        NO_CALL(ENOENT);
    if ((mask & IN_ONLYDIR) && !S_ISDIR(n->mode))
        NO_CALL(ENOTDIR);
    return notify_add(n, mask);
}

int sys_inotify_rm_watch(int fd, int wd)
{
    (void)fd;
    return call(CALL_RM_WATCH, (uint64_t)wd) ? notify_remove(wd) : -1;
}

int sys_mkdir(const char *path, mode_t mode)
{
    struct node *parent;
    const char *name;

    if (!call(CALL_MKDIR, 0))
        return -1;
    parent = disk_parent(path, &name);
    if (!parent)
        NO_CALL(ENOENT);
    if (disk_name(parent, name))
        NO_CALL(EEXIST);
    (void)disk_link(parent, name, disk_new(S_IFDIR | mode));
    return 0;
}

int sys_flock(int fd, int operation)
{
    (void)fd, (void)operation;
    return call(CALL_FLOCK, 0) ? 0 : -1;
}

ssize_t sys_write(int fd, const void *p, size_t n)
{
    struct fd *f = fd_of(fd);

    if (!call(CALL_WRITE, n))
        return -1;
    if (!f->node)
        NO_CALL(EBADF);
    disk_write(f->node, NULL, p, n, f->at);
    f->at += n;
    return (ssize_t)n;
}

/* When it fails the pages count as clean: another fsync would succeed without them. */
int sys_fsync(int fd)
{
    const struct fd *f = fd_of(fd);

    if (!call(CALL_FSYNC, 0)) {
        if (f->node && !world.ghost)
            f->node->written_off = true;
        return -1;
    }
    if (!f->node)
        NO_CALL(EBADF);
    disk_sync(f->node);
    return 0;
}

int sys_linkat(int dir, const char *name, int to_dir, const char *to, int flags)
{
    struct node *n;

    (void)flags;
    if (!call(CALL_LINK, 0))
        return -1;
    n = at(dir, name, false, NULL);
    if (!n)
        NO_CALL(ENOENT);
    if (disk_name(fd_of(to_dir)->node, to))
        NO_CALL(EEXIST);
    (void)disk_link(fd_of(to_dir)->node, to, n);
    return 0;
}

int sys_renameat2(int dir, const char *name, int to_dir, const char *to, unsigned flags)
{
    struct dent *d;

    if (!call(CALL_RENAME, 0))
        return -1;
    d = fd_of(dir)->node ? disk_name(fd_of(dir)->node, name) : NULL;
    if (!d)
        NO_CALL(ENOENT);
    if ((flags & RENAME_NOREPLACE) && disk_name(fd_of(to_dir)->node, to))
        NO_CALL(EEXIST);
    disk_rename(d, fd_of(to_dir)->node, to);
    return 0;
}

int sys_renameat(int dir, const char *name, int to_dir, const char *to)
{
    return sys_renameat2(dir, name, to_dir, to, 0);
}

int sys_unlinkat(int dir, const char *name, int flags)
{
    struct dent *d;

    (void)flags;
    if (!call(CALL_UNLINK, 0))
        return -1;
    d = fd_of(dir)->node ? disk_name(fd_of(dir)->node, name) : NULL;
    if (!d)
        NO_CALL(ENOENT);
    disk_unlink(d);
    return 0;
}

uid_t sys_geteuid(void)
{
    return 0;
}

int sys_getrlimit(int resource, struct rlimit *ret_limit)
{
    (void)resource;
    *ret_limit = (struct rlimit){1024, 1024};
    return 0;
}
