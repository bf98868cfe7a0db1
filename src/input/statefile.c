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
 *            40  payload
 *             n  u32 CRC32C of all before it
 *
 * After a failed fsync the kernel may have dropped the dirty pages and a second fsync would succeed
 * without them: therefore the temporary is thrown away and the next save writes a new one from
 * memory.
 *
 * It does not know what the payload means, and it never deletes what it cannot read. */
#include "config.h"

#include "input/statefile.h"

#include "base/slurp.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/crc32c.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "LTSTATE\n"
enum { HEADER = 40, TRAILER = 4, ASIDE_MAX = 1000 };
#define STATE_MAX (UINT64_C(4) << 30)

struct statefile {
    int dir; /* every path below is relative to it: a renamed directory is still ours */
    int lock;
    uint64_t sequence;
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

/* Its own name must survive a power cut too. With every start, as the one that made it may have been
 * killed before it came here. Where the directory above may not be read somebody else made it. */
static void keep_name(int dir)
{
    int above = sys_openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

    if (above >= 0) {
        (void)sys_fsync(above);
        (void)sys_close(above);
    }
}

/* The lock file is a file of its own, because the state's own inode changes with each save. Opening
 * it for writing also proves, before any line is read, that states can be written here. */
static int take_lock(struct statefile *s, const char *directory, struct buf *err)
{
    s->lock = sys_openat(s->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock < 0)
        return fail(err, -errno, "cannot write in the state directory", directory);
    if (sys_flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return fail(err, -errno, "cannot lock the state directory", directory);
    buf_fmt(err,
            "the state directory %s is in use by another process; stop it or give this one its own",
            directory);
    return -EBUSY;
}

int statefile_open(const char *directory, struct statefile **ret_file, struct buf *err)
{
    struct statefile *s = xcalloc(1, sizeof(*s));
    int r;

    s->dir = s->lock = -1;
    if (sys_mkdir(directory, 0700) < 0 && errno != EEXIST)
        r = fail(err, -errno, "cannot make the state directory", directory);
    else
        r = s->dir = open_directory(directory, err);
    if (r >= 0 && sys_faccessat(s->dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
        r = fail(err, -errno, "cannot write in the state directory", directory);
    if (r >= 0)
        r = take_lock(s, directory, err);
    if (r < 0) {
        statefile_close(s);
        return r;
    }
    keep_name(s->dir);
    *ret_file = s;
    return 0;
}

void statefile_close(struct statefile *s)
{
    if (!s)
        return;
    if (s->lock >= 0)
        (void)sys_close(s->lock);
    if (s->dir >= 0)
        (void)sys_close(s->dir);
    free(s);
}

static int read_whole(int dir, const char *name, struct buf *ret_bytes)
{
    struct stat st;
    int fd = sys_openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (sys_fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > STATE_MAX)
        r = -EBADMSG;
    else
        r = slurp_fd(fd, STATE_MAX, ret_bytes);
    (void)sys_close(fd);
    return r;
}

/* 0, -EPROTO (newer), or -EBADMSG. */
static int decode(struct slice bytes, struct saved_state *ret_state)
{
    struct reader r = reader_of(bytes);
    struct reader trailer;
    uint64_t sequence, length;
    int64_t wall_ns;
    uint32_t version, header;

    if (bytes.n < HEADER + TRAILER || memcmp(bytes.p, MAGIC, 8) != 0)
        return -EBADMSG;
    r.p += 8;
    version = read_u32(&r);
    header = read_u32(&r);
    if (version > STATEFILE_VERSION)
        return -EPROTO;
    if (version == 0 || header != HEADER)
        return -EBADMSG;
    sequence = read_u64(&r);
    wall_ns = (int64_t)read_u64(&r);
    length = read_u64(&r);
    if (length != bytes.n - HEADER - TRAILER)
        return -EBADMSG;
    trailer = reader_of(slice_from(bytes, bytes.n - TRAILER));
    if (read_u32(&trailer) != crc32c(0, bytes.p, bytes.n - TRAILER))
        return -EBADMSG;
    ret_state->sequence = sequence;
    ret_state->wall_ns = wall_ns;
    buf_clear(&ret_state->payload);
    buf_add(&ret_state->payload, bytes.p + HEADER, length);
    return 0;
}

/* 0; -ENOENT; -EBADMSG: what is there cannot be right, or the disk does not give it back; or
 * another error, and *err has a sentence. Then it may be in order, only not for us: a state saved
 * as root. Going on without it would lose lines. */
static int load_one(int dir, const char *name, struct saved_state *ret_state, struct buf *err)
{
    struct buf bytes = BUF_INIT;
    int r = read_whole(dir, name, &bytes);

    if (r == 0)
        r = decode(buf_all(&bytes), ret_state);
    buf_release(&bytes);
    if (r == -EIO)
        return -EBADMSG;
    if (r == -EPROTO)
        buf_fmt(
            err,
            "the file \"%s\" in the state directory was written by a newer version of logtally; "
            "install that version or give this one another directory",
            name);
    else if (r < 0 && r != -ENOENT && r != -EBADMSG)
        buf_fmt(err, "cannot read the file \"%s\" in the state directory: %s", name, strerror(-r));
    return r;
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

static int load(int dir, bool change, struct saved_state *ret_state, struct buf *err)
{
    int first = load_one(dir, "state", ret_state, err);
    int second;

    ret_state->found = STATEFILE_LOADED;
    if (first != -ENOENT && first != -EBADMSG)
        return first;
    second = load_one(dir, "state.1", ret_state, err);
    if (second < 0 && second != -ENOENT && second != -EBADMSG)
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
    int r = load(s->dir, true, ret_state, err);

    if (r == 0)
        s->sequence = ret_state->sequence;
    return r;
}

int statefile_peek(const char *directory, struct saved_state *ret_state, struct buf *err)
{
    int dir = open_directory(directory, err);
    int r;

    if (dir < 0)
        return dir;
    r = load(dir, false, ret_state, err);
    (void)sys_close(dir);
    return r;
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

static int write_state(int fd, struct slice payload, uint64_t sequence, int64_t wall_ns)
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

static int write_temporary(struct statefile *s, struct slice payload, int64_t wall_ns)
{
    int fd = sys_openat(s->dir, "state.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                        0600);
    int r;

    if (fd < 0)
        return -errno;
    r = write_state(fd, payload, s->sequence + 1, wall_ns);
    if (r == 0 && sys_fsync(fd) < 0)
        r = -errno;
    if (sys_close(fd) < 0 && r == 0)
        r = -errno;
    return r;
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

int statefile_save(struct statefile *s, struct slice payload, int64_t wall_ns)
{
    int r;

    if (payload.n > STATE_MAX - HEADER - TRAILER)
        return -EFBIG; /* the next start would take it for damaged */
    r = write_temporary(s, payload, wall_ns);
    if (r == 0)
        r = keep_previous(s);
    if (r == 0 && sys_renameat(s->dir, "state.tmp", s->dir, "state") < 0)
        r = -errno;
    if (r == 0 && sys_fsync(s->dir) < 0)
        r = -errno;
    if (r < 0) {
        (void)sys_unlinkat(s->dir, "state.tmp", 0);
        return r;
    }
    s->sequence++;
    return 0;
}
