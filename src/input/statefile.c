/* statefile -- why one flat file: the state is small, always written whole, by one writer, and read
 * once. Replacing it by rename makes every crash leave either the old or the new one; the
 * generation before stays linked as state.1, for the day when a disk rots the newest.
 *
 *     offset  0  magic "LTSTATE\n"
 *             8  u32 format version       (read before the checksum, so that a newer format is
 *            12  u32 length of the header  refused and not taken for damage)
 *            16  u64 sequence number
 *            24  u64 wall time, ns since 1970
 *            32  u64 length of the payload
 *            40  u64 number of the memory (0: there is none), u64 its length, u32 CRC32C of it
 *            60  payload                  (at 40 in version 1, which had no memory)
 *             n  u32 CRC32C of all before it
 *
 * After a failed fsync the kernel may have dropped the dirty pages and a second fsync would succeed
 * without them: therefore the temporary is thrown away and the next save writes a new one from
 * memory.
 *
 * A process that gave up waiting for its disk leaves a thread in the kernel, perhaps in the rename,
 * which may still happen when the next process has the lock. Both are safe from it: a temporary has
 * a name that no other process uses, and whoever takes the lock removes all of them before it
 * reads. The kernel does one change of a directory after the other, so the late rename comes before
 * that, and is what is read; or after it, and finds nothing to rename.
 *
 * For the same reason no process adds to the memory of another: it begins one of its own. Nor is
 * one added to after an error. One that neither state nor state.1 names is removed by the next
 * save, whether it was replaced or left over.
 *
 * The lock file has some bytes as soon as a state was saved beside it: without them a state that
 * somebody removed would look like none that ever was.
 *
 * It does not know what the payload means, and it never deletes what it cannot read. */
#include "config.h"

#include "input/statefile.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/slurp.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/crc32c.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "LTSTATE\n"
#define TEMPORARY "state.tmp"
#define MEMORY "memory-"
enum { HEADER = 60, HEADER_1 = 40, TRAILER = 4, ASIDE_MAX = 1000, PEEKS = 8, MEMORY_NAME = 32 };

/* Half of what can be addressed, where that is less. */
#define STATE_MAX ((size_t)(SIZE_MAX / 2 < UINT64_C(4) << 30 ? SIZE_MAX / 2 : UINT64_C(4) << 30))

#define UNSWEPT UINT64_MAX

/* As a state names it. */
struct memory {
    uint64_t number, length;
    uint32_t crc;
};

struct statefile {
    char *path;
    char *lock_path;
    int dir;         /* every other path is relative to it: a renamed directory is still ours */
    atomic_int lock; /* taken away by statefile_abandon, in another thread */
    atomic_bool abandoned;
    char temporary[sizeof TEMPORARY + 24]; /* a name of this process alone */
    bool marked;                           /* the lock file says that a state was saved */
    int refused;                           /* why it could not be entered again, or 0 */
    bool there;                            /* a state was loaded or saved, and not yet missed */
    uint64_t sequence;
    struct buf memory; /* all of it */
    struct memory
        current;    /* as much of it as is written; number 0: nothing, or not to be added to */
    uint64_t named; /* the number in the newest state; 0 = none */
    uint64_t
        before; /* in the one before, when memories were last removed, or UNSWEPT: by no save */
    uint64_t last_number; /* that was given to a memory */
};

static int fail(struct buf *err, int r, const char *what, const char *directory)
{
    buf_fmt(err, "%s %s: %s", what, directory, strerror(-r));
    return r;
}

/* A descriptor or negative errno. */
static int open_directory(const char *path, struct buf *err)
{
    int fd = sys_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? fail(err, -errno, "cannot open the state directory", path) : fd;
}

/* Owned by us, by root, or by whom the directory belongs to, who could replace it anyway. */
static bool owner_is_trusted(int dir, uid_t owner)
{
    struct stat st;

    return owner == sys_geteuid() || owner == 0 || (sys_fstat(dir, &st) == 0 && owner == st.st_uid);
}

/* 0, -ENOTTY: no regular file, -EPERM: of somebody else; or another negative errno. */
static int check_file(int dir, int fd, struct stat *ret_stat)
{
    if (sys_fstat(fd, ret_stat) < 0)
        return -errno;
    if (!S_ISREG(ret_stat->st_mode))
        return -ENOTTY;
    return owner_is_trusted(dir, ret_stat->st_uid) ? 0 : -EPERM;
}

/* The lock file is a file of its own, because the state's own inode changes with each save. Opening
 * it for writing also proves, before any line is read, that states can be written here. A
 * descriptor or negative errno. */
static int take_lock(int dir, const char *directory, bool *ret_marked, struct buf *err)
{
    int fd = sys_openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat st;
    int r = fd < 0 ? -errno : check_file(dir, fd, &st);

    if (r < 0)
        r = r == -ENOTTY || r == -EPERM
                ? fail(err, r, "the lock is no file of our own in the state directory", directory)
                : fail(err, r, "cannot write in the state directory", directory);
    else if (sys_flock(fd, LOCK_EX | LOCK_NB) == 0)
        *ret_marked = st.st_size > 0;
    else if ((r = -errno) != -EWOULDBLOCK)
        r = fail(err, r, "cannot lock the state directory", directory);
    else {
        buf_fmt(err,
                "the state directory %s is in use by another process; stop it or give this one its "
                "own",
                directory);
        r = -EBUSY;
    }
    if (r == 0)
        return fd;
    if (fd >= 0)
        (void)sys_close(fd);
    return r;
}

/* Whoever can write there can take a state away, or put another in its place. Volumes of containers
 * are made so: a warning. */
static void warn_of_others(int dir, const char *directory)
{
    struct stat st;

    if (sys_fstat(dir, &st) < 0)
        return;
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        log_warn("the state directory %s can be written by others (mode %04o); make it 0700",
                 directory, (unsigned)st.st_mode & 07777);
    else if (st.st_uid != sys_geteuid() && st.st_uid != 0)
        log_warn("the state directory %s can be written by others (it belongs to user %u); make it "
                 "that of the user that runs logtally",
                 directory, (unsigned)st.st_uid);
}

/* Its own name must survive a power cut too, and the names in it, which are about to be believed. With
 * every start, as the one that made them may have been killed before it came here. Where the directory
 * above may not be read somebody else made it. */
static void keep_names(int dir)
{
    int above = sys_openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

    if (above >= 0) {
        (void)sys_fsync(above);
        (void)sys_close(above);
    }
    (void)sys_fsync(dir);
}

/* See the head: what a process before this one left, or may yet rename. */
static int remove_temporaries(int dir, const char *directory)
{
    DIR *list = sys_opendir(directory);
    const struct dirent *e;
    int r = 0;

    if (!list)
        return -errno;
    for (errno = 0; (e = sys_readdir(list)) != NULL; errno = 0)
        if (strncmp(e->d_name, TEMPORARY, strlen(TEMPORARY)) == 0 &&
            sys_unlinkat(dir, e->d_name, 0) < 0 && errno != ENOENT && errno != EISDIR && r == 0)
            r = -errno;
    if (r == 0)
        r = -errno;
    (void)sys_closedir(list);
    return r;
}

/* Makes the directory if need be, opens and locks it. On failure nothing is changed in s. */
static int enter(struct statefile *s, struct buf *err)
{
    int r, dir, lock;

    if (sys_mkdir(s->path, 0700) < 0 && errno != EEXIST)
        return fail(err, -errno, "cannot make the state directory", s->path);
    dir = open_directory(s->path, err);
    if (dir < 0)
        return dir;
    if (sys_faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
        lock = fail(err, -errno, "cannot write in the state directory", s->path);
    else
        lock = take_lock(dir, s->path, &s->marked, err);
    r = lock < 0 ? lock : remove_temporaries(dir, s->path);
    if (lock >= 0 && r < 0) {
        (void)sys_close(lock);
        fail(err, r, "cannot remove what an earlier run left in the state directory", s->path);
    }
    if (r < 0) {
        (void)sys_close(dir);
        return r;
    }
    warn_of_others(dir, s->path);
    keep_names(dir);
    if (s->dir >= 0)
        (void)sys_close(s->dir);
    s->dir = dir;
    lock = atomic_exchange(&s->lock, lock);
    if (lock >= 0)
        (void)sys_close(lock);
    return 0;
}

static char *lock_in(const char *directory)
{
    struct buf path = BUF_INIT;

    buf_fmt(&path, "%s/lock", directory);
    return buf_detach(&path);
}

int statefile_open(const char *directory, struct statefile **ret_file, struct buf *err)
{
    struct statefile *s = xcalloc(1, sizeof(*s));
    int r;

    s->path = xstrdup(directory);
    s->lock_path = lock_in(directory);
    s->before = UNSWEPT;
    s->dir = -1;
    s->lock = -1;
    (void)snprintf(s->temporary, sizeof(s->temporary), TEMPORARY "-%llx",
                   (unsigned long long)clock_wall_ns());
    r = enter(s, err);
    if (r < 0) {
        statefile_close(s);
        return r;
    }
    *ret_file = s;
    return 0;
}

void statefile_abandon(struct statefile *s)
{
    int lock;

    if (!s)
        return;
    atomic_store(&s->abandoned, true);
    lock = atomic_exchange(&s->lock, -1);
    if (lock >= 0)
        (void)sys_close(lock);
}

void statefile_close(struct statefile *s)
{
    if (!s)
        return;
    statefile_abandon(s);
    if (s->dir >= 0)
        (void)sys_close(s->dir);
    buf_release(&s->memory);
    free(s->path);
    free(s->lock_path);
    free(s);
}

static bool is_gone(int dir, const char *name)
{
    return sys_faccessat(dir, name, F_OK, 0) < 0 && errno == ENOENT;
}

/* Is the lock that we hold the one that the next process would find? Not when it, or the directory, was
 * removed, moved away, or replaced. An error is no evidence, and who gave up holds none. */
static bool is_in_place(struct statefile *s)
{
    int lock = atomic_load(&s->lock);
    struct stat held, named;

    if (lock < 0 || sys_fstat(lock, &held) < 0)
        return true;
    if (sys_lstat(s->lock_path, &named) < 0)
        return errno != ENOENT;
    return (named.st_dev == held.st_dev && named.st_ino == held.st_ino) ||
           atomic_load(&s->abandoned);
}

bool statefile_missed(struct statefile *s)
{
    bool missed = s->there && (is_gone(s->dir, "state") || !is_in_place(s));

    if (missed)
        s->there = false;
    return missed;
}

static int read_whole(int dir, const char *name, struct buf *ret_bytes)
{
    struct stat st;
    int fd = sys_openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    int r;

    if (fd < 0)
        return -errno;
    r = check_file(dir, fd, &st);
    if (r == -ENOTTY || (r == 0 && (uint64_t)st.st_size > STATE_MAX))
        r = -EBADMSG;
    if (r == 0)
        r = slurp_fd(fd, STATE_MAX, ret_bytes);
    (void)sys_close(fd);
    return r;
}

/* 0, -EPROTO (newer), or -EBADMSG. */
static int decode(struct slice bytes, struct saved_state *ret_state, struct memory *ret_memory)
{
    struct memory memory = {0};
    struct reader r = reader_of(bytes);
    struct reader trailer;
    uint64_t sequence, length;
    int64_t wall_ns;
    uint32_t version, header;

    if (bytes.n < HEADER_1 + TRAILER || memcmp(bytes.p, MAGIC, 8) != 0)
        return -EBADMSG;
    r.p += 8;
    version = read_u32(&r);
    header = read_u32(&r);
    if (version > STATEFILE_VERSION)
        return -EPROTO;
    if (version == 0 || header != (version == 1 ? HEADER_1 : HEADER) ||
        bytes.n < header + (size_t)TRAILER)
        return -EBADMSG;
    sequence = read_u64(&r);
    wall_ns = (int64_t)read_u64(&r);
    length = read_u64(&r);
    if (header == HEADER) {
        memory.number = read_u64(&r);
        memory.length = read_u64(&r);
        memory.crc = read_u32(&r);
    }
    if (length != bytes.n - header - TRAILER)
        return -EBADMSG;
    trailer = reader_of(slice_from(bytes, bytes.n - TRAILER));
    if (read_u32(&trailer) != crc32c(0, bytes.p, bytes.n - TRAILER))
        return -EBADMSG;
    ret_state->sequence = sequence;
    ret_state->wall_ns = wall_ns;
    buf_clear(&ret_state->payload);
    buf_add(&ret_state->payload, bytes.p + header, length);
    *ret_memory = memory;
    return 0;
}

static const char *memory_name(char name[MEMORY_NAME], uint64_t number)
{
    (void)snprintf(name, MEMORY_NAME, MEMORY "%llx", (unsigned long long)number);
    return name;
}

/* What reading a file of the state came to, as load_one says it: with a sentence in *err. */
static int tell_unread(int r, const char *name, struct buf *err)
{
    if (r == -EIO)
        return -EBADMSG;
    if (r == -EPROTO)
        buf_fmt(
            err,
            "the file \"%s\" in the state directory was written by a newer version of logtally; "
            "install that version or give this one another directory",
            name);
    else if (r == -EPERM)
        buf_fmt(err,
                "the file \"%s\" in the state directory belongs to somebody else; remove it, or "
                "make it belong to the user that runs logtally",
                name);
    else if (r < 0 && r != -ENOENT && r != -EBADMSG)
        buf_fmt(err, "cannot read the file \"%s\" in the state directory: %s", name, strerror(-r));
    return r;
}

/* As much as the state names; as load_one. */
static int read_memory(int dir, const struct memory *memory, struct buf *ret_bytes, struct buf *err)
{
    char name[MEMORY_NAME];
    int r;

    buf_clear(ret_bytes);
    if (memory->number == 0)
        return 0;
    r = read_whole(dir, memory_name(name, memory->number), ret_bytes);
    if (r == 0 &&
        (ret_bytes->n < memory->length || crc32c(0, ret_bytes->p, memory->length) != memory->crc))
        r = -EBADMSG;
    if (r < 0)
        buf_clear(ret_bytes);
    else
        ret_bytes->n = memory->length;
    return tell_unread(r, name, err);
}

/* 0; -ENOENT; -EBADMSG: what is there cannot be right, or the disk does not give it back; or
 * another error, and *err has a sentence. Then it may be in order, only not for us: a state saved
 * as root. Going on without it would lose lines. */
static int load_one(int dir, const char *name, struct saved_state *ret_state,
                    struct memory *ret_memory, struct buf *err)
{
    struct buf bytes = BUF_INIT;
    int r = read_whole(dir, name, &bytes);

    if (r == 0)
        r = decode(buf_all(&bytes), ret_state, ret_memory);
    buf_release(&bytes);
    return tell_unread(r, name, err);
}

/* A bad file is evidence: it gets the first free name and stays. */
static void put_aside(int dir, const char *name)
{
    char aside[40];

    for (int i = 1; i < ASIDE_MAX; i++) {
        (void)snprintf(aside, sizeof(aside), "state.damaged-%d", i);
        if (sys_renameat2(dir, name, dir, aside, RENAME_NOREPLACE) == 0)
            return;
        if (errno == EINVAL && sys_faccessat(dir, aside, F_OK, 0) < 0 &&
            sys_renameat(dir, name, dir, aside) == 0)
            return;
        if (errno != EEXIST && errno != EINVAL)
            return;
    }
}

/* It is missing or damaged, as load_one says: there is no other to wait for. */
static bool is_lost(int r)
{
    return r == -ENOENT || r == -EBADMSG;
}

static int load(int dir, bool change, struct saved_state *ret_state, struct memory *ret_memory,
                struct buf *err)
{
    int first, second;

    buf_clear(&ret_state->payload);
    *ret_memory = (struct memory){0};
    first = load_one(dir, "state", ret_state, ret_memory, err);
    ret_state->found = STATEFILE_LOADED;
    if (!is_lost(first))
        return first;
    second = load_one(dir, "state.1", ret_state, ret_memory, err);
    if (second < 0 && !is_lost(second))
        return second;
    if (change && first == -EBADMSG)
        put_aside(dir, "state");
    if (change && second == -EBADMSG)
        put_aside(dir, "state.1");
    if (second == 0)
        ret_state->found = STATEFILE_PREVIOUS;
    else
        ret_state->found =
            first == second && first == -ENOENT ? STATEFILE_EMPTY : STATEFILE_DAMAGED;
    return 0;
}

int statefile_load(struct statefile *s, struct saved_state *ret_state, struct buf *err)
{
    struct memory memory;
    int r = load(s->dir, true, ret_state, &memory, err);
    int missing = r == 0 ? read_memory(s->dir, &memory, &ret_state->memory, err) : 0;

    if (missing < 0 && !is_lost(missing))
        r = missing;
    if (r < 0)
        return r;
    if (ret_state->found == STATEFILE_EMPTY && s->marked)
        ret_state->found = STATEFILE_REMOVED;
    s->there = ret_state->found == STATEFILE_LOADED;
    s->sequence = ret_state->sequence;
    s->named = memory.number;
    s->last_number = memory.number;
    ret_state->memory_damaged = missing < 0;
    return 0;
}

int statefile_peek(const char *directory, struct saved_state *ret_state, struct buf *err)
{
    int dir = open_directory(directory, err);
    struct memory memory;
    int r = 0, missing = 0;

    if (dir < 0)
        return dir;
    for (int i = 0; i < PEEKS; i++) { /* who owns it may have replaced both meanwhile */
        r = load(dir, false, ret_state, &memory, err);
        missing = r == 0 ? read_memory(dir, &memory, &ret_state->memory, err) : 0;
        if (missing != -ENOENT)
            break;
    }
    ret_state->memory_damaged = missing < 0;
    (void)sys_close(dir);
    return missing < 0 && !is_lost(missing) ? missing : r;
}

static int write_all(int fd, struct slice s)
{
    while (s.n > 0) {
        ssize_t n = sys_write(fd, s.p, s.n);

        if (n >= 0)
            s = slice_from(s, (size_t)n);
        else if (errno != EINTR)
            return -errno;
    }
    return 0;
}

static int write_state(int fd, struct slice payload, uint64_t sequence, int64_t wall_ns,
                       const struct memory *memory)
{
    struct buf own = BUF_INIT;
    uint32_t crc;
    int r;

    buf_add(&own, MAGIC, 8);
    buf_u32(&own, STATEFILE_VERSION);
    buf_u32(&own, HEADER);
    buf_u64(&own, sequence);
    buf_u64(&own, (uint64_t)wall_ns);
    buf_u64(&own, payload.n);
    buf_u64(&own, memory->number);
    buf_u64(&own, memory->length);
    buf_u32(&own, memory->crc);
    crc = crc32c(crc32c(0, own.p, own.n), payload.p, payload.n);
    r = write_all(fd, buf_all(&own));
    if (r == 0)
        r = write_all(fd, payload);
    buf_clear(&own);
    buf_u32(&own, crc);
    if (r == 0)
        r = write_all(fd, buf_all(&own));
    buf_release(&own);
    return r;
}

/* What has the name already is left of a save that failed, or was put there: it is removed, never
 * opened. */
static int open_temporary(struct statefile *s)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW };
    int fd = sys_openat(s->dir, s->temporary, FLAGS, 0600);

    if (fd < 0 && errno == EEXIST && sys_unlinkat(s->dir, s->temporary, 0) == 0)
        fd = sys_openat(s->dir, s->temporary, FLAGS, 0600);
    return fd < 0 ? -errno : fd;
}

static int write_temporary(struct statefile *s, struct slice payload, int64_t wall_ns)
{
    int fd = open_temporary(s);
    int r;

    if (fd < 0)
        return fd;
    r = write_state(fd, payload, s->sequence + 1, wall_ns, &s->current);
    if (r == 0 && sys_fsync(fd) < 0)
        r = -errno;
    if (sys_close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}

/* A new memory, of a number that nobody has: an earlier process may have left one behind, and write
 * to it yet. Its name must be there before a state names it. A descriptor or negative errno. */
static int create_memory(struct statefile *s, struct memory *ret_memory)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW };
    char name[MEMORY_NAME];
    int fd, tries = 0;

    do
        fd = sys_openat(s->dir, memory_name(name, ++s->last_number), FLAGS, 0600);
    while (fd < 0 && errno == EEXIST && ++tries < ASIDE_MAX);
    if (fd < 0)
        return -errno;
    *ret_memory = (struct memory){.number = s->last_number};
    if (sys_fsync(s->dir) == 0)
        return fd;
    (void)sys_close(fd);
    return -EIO;
}

/* The one that was written with the last save, to be added to. */
static int open_memory(struct statefile *s)
{
    enum { FLAGS = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK };
    char name[MEMORY_NAME];
    struct stat st;
    int fd = sys_openat(s->dir, memory_name(name, s->current.number), FLAGS, 0);
    int r;

    if (fd < 0)
        return -errno;
    r = check_file(s->dir, fd, &st);
    if (r == 0 && (uint64_t)st.st_size == s->current.length)
        return fd;
    (void)sys_close(fd);
    return r < 0 ? r : -EBADMSG;
}

/* What is not yet written. 0 or negative errno: then the next save begins a new one. */
static int write_memory(struct statefile *s)
{
    struct memory m = s->current;
    struct slice rest;
    int fd, r;

    if (m.number == 0 && s->memory.n == 0)
        return 0;
    fd = m.number ? open_memory(s) : -ENOENT;
    if (fd < 0) { /* none, or somebody took it away */
        fd = create_memory(s, &m);
    }
    s->current.number = 0;
    if (fd < 0)
        return fd;
    rest = slice_from(buf_all(&s->memory), m.length);
    r = write_all(fd, rest);
    if (r == 0 && sys_fsync(fd) < 0)
        r = -errno;
    if (sys_close(fd) < 0 && r == 0)
        r = -errno;
    if (r < 0)
        return r;
    m.crc = crc32c(m.crc, rest.p, rest.n);
    m.length += rest.n;
    s->current = m;
    return 0;
}

static void change_memory(struct statefile *s, const struct memory_change *change)
{
    if (change->replaces) {
        buf_clear(&s->memory);
        s->current = (struct memory){0};
    }
    buf_slice(&s->memory, change->bytes);
}

/* Those that neither the newest state names nor the one before it. */
static void remove_memories(const struct statefile *s, uint64_t newest, uint64_t before)
{
    char keep[2][MEMORY_NAME];
    DIR *list = sys_opendir(s->path);
    const struct dirent *e;

    (void)memory_name(keep[0], newest);
    (void)memory_name(keep[1], before);
    while (list && (e = sys_readdir(list)) != NULL)
        if (strncmp(e->d_name, MEMORY, strlen(MEMORY)) == 0 && strcmp(e->d_name, keep[0]) != 0 &&
            strcmp(e->d_name, keep[1]) != 0)
            (void)sys_unlinkat(s->dir, e->d_name, 0);
    if (list)
        (void)sys_closedir(list);
}

/* The newest becomes state.1 as well, so that at no moment there is none. A link cannot replace, so
 * it takes a name of its own first. File systems without hard links get a rename, and with it a
 * moment in which only state.1 is there; statefile_load finds it. */
static int keep_previous(struct statefile *s)
{
    (void)sys_unlinkat(s->dir, "state.1.tmp", 0);
    if (sys_linkat(s->dir, "state", s->dir, "state.1.tmp", 0) == 0)
        return sys_renameat(s->dir, "state.1.tmp", s->dir, "state.1") < 0 ? -errno : 0;
    if (errno == ENOENT)
        return 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK && errno != ENOSYS)
        return -errno;
    return sys_renameat(s->dir, "state", s->dir, "state.1") < 0 ? -errno : 0;
}

/* Once for each directory. If it fails, the next save tries again. */
static void mark(struct statefile *s)
{
    static const char text[] = "a state was saved here\n";

    if (!s->marked)
        s->marked = sys_write(s->lock, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1;
}

/* Where the configuration says, the state is looked for by the next start: there the directory is
 * made and locked again when it was removed, moved away, or another lies there. */
static int enter_again(struct statefile *s)
{
    struct buf err = BUF_INIT;
    int r = is_in_place(s) ? 0 : enter(s, &err);

    if (r < 0 && r != s->refused)
        log_error("%s", err.p);
    s->refused = r;
    buf_release(&err);
    return r;
}

static int replace(struct statefile *s)
{
    int r;

    if (atomic_load(&s->abandoned))
        return -ECANCELED;
    r = keep_previous(s);
    if (r == 0 && sys_renameat(s->dir, s->temporary, s->dir, "state") < 0)
        r = -errno;
    if (r == 0 && sys_fsync(s->dir) < 0)
        r = -errno;
    return r;
}

int statefile_save(struct statefile *s, struct slice payload, const struct memory_change *memory,
                   int64_t wall_ns)
{
    uint64_t before = s->named;
    int r;

    change_memory(s, memory);
    if (payload.n > STATE_MAX - HEADER - TRAILER)
        return -EFBIG; /* the next start would take it for damaged */
    r = enter_again(s);
    if (r == 0)
        r = write_memory(s);
    if (r == 0)
        r = write_temporary(s, payload, wall_ns);
    if (r == 0)
        r = replace(s);
    if (r < 0) {
        (void)sys_unlinkat(s->dir, s->temporary, 0);
        return r;
    }
    mark(s);
    s->there = true;
    s->sequence++;
    s->named = s->current.number;
    if (s->named != before || before != s->before)
        remove_memories(s, s->named, before);
    s->before = before;
    return 0;
}
