/* identity -- why statx: it is the only unprivileged call that knows the birth time on every file
 * system; it costs what stat costs. */
#include "config.h"

#include "input/identity.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int64_t ns_of(const struct statx_timestamp *t)
{
    return clock_ns(t->tv_sec, t->tv_nsec);
}

static int look(int dir, const char *path, int flags, struct look *ret_look)
{
    struct statx st;

    if (sys_statx(dir, path, flags, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
        return -errno;
    *ret_look = (struct look){
        .id = {.dev = makedev(st.stx_dev_major, st.stx_dev_minor),
               .ino = st.stx_ino,
               .birth_ns = st.stx_mask & STATX_BTIME ? ns_of(&st.stx_btime) : 0},
        .size = st.stx_size,
        .mtime_ns = ns_of(&st.stx_mtime),
        .ctime_ns = ns_of(&st.stx_ctime),
        .links = st.stx_nlink,
        .mode = st.stx_mode,
    };
    return 0;
}

int look_at(const char *path, struct look *ret_look)
{
    return look(AT_FDCWD, path, 0, ret_look);
}

int look_at_fd(int fd, struct look *ret_look)
{
    return look(fd, "", AT_EMPTY_PATH, ret_look);
}

bool look_is_passing(int r)
{
    return r < 0 && r != -ENOENT && r != -ENOTDIR && r != -ELOOP && r != -EACCES;
}

bool identity_eq(const struct identity *a, const struct identity *b)
{
    if (a->dev != b->dev || a->ino != b->ino)
        return false;
    return a->birth_ns == b->birth_ns || a->birth_ns == 0 || b->birth_ns == 0;
}

uint64_t identity_hash(const struct identity *id)
{
    return hash_number(id->ino ^ id->dev << 40); /* inode numbers lie close together */
}

uint64_t identity_hash_at(const struct identity *id, int64_t mtime_ns)
{
    return hash_number(identity_hash(id) ^ (uint64_t)mtime_ns);
}
