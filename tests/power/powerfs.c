/* powerfs -- a file system whose power can be cut; tests/e2e/faults_power.py drives it.
 *
 *     powerfs DIRECTORY [file] [directory]
 *
 * mounts a disk (disk.h) that is empty on DIRECTORY, says `mounted`, and serves it until its
 * standard input ends. Then it unmounts. With `file` it does as if it synced files, and forgets
 * them; with `directory`, names: the controls, without which no test could say that fsync was
 * needed. Standard input takes, one a line, and each is answered with a line:
 *
 *     sync                    everything is kept, as by sync(1)                         `synced`
 *     count                   the steps so far: calls that change or sync something     N
 *     cut N PID               before the Nth step from now (0: now) PID is killed with SIGKILL,
 *                             and from then on every call fails         `armed`, and at N, `cut`
 *     back NAMES DATA SEED    what was not synced is lost as disk_lose says (NAMES: none all prefix
 *                             subset; DATA: none cut nuls all), and the rest mounted again `mounted`
 *
 * The caller is killed by us and not by the test so that it takes no step between the two. Writes
 * come here at once (no writeback cache), one at a time, on one thread. */
#include "config.h"

#define FUSE_USE_VERSION 312

#include "disk.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STATX = 52, /* libfuse of Debian 12 does not answer it; without it there is no birth time */
    STATX_FLAGS = 16, /* struct fuse_statx_in: flags and a handle before what is asked for */
    COMMAND_MAX = 100
};

struct power {
    struct disk disk;
    const char *mountpoint;
    bool keeps_files, keeps_directories;
    bool off;
    long steps, cut_at; /* cut_at 0: not armed */
    pid_t victim;
    struct fuse_session *session;
};

static struct power *power_of(fuse_req_t req)
{
    return fuse_req_userdata(req);
}

static void say(const char *what)
{
    (void)puts(what);
    (void)fflush(stdout);
}

static void cut(struct power *p)
{
    p->off = true;
    p->cut_at = 0;
    if (p->victim > 0)
        (void)kill(p->victim, SIGKILL);
    say("cut");
}

/* False, and answered (req is gone): there is no power. */
static bool powered(fuse_req_t req)
{
    bool off = power_of(req)->off;

    if (off)
        (void)fuse_reply_err(req, EIO);
    return !off;
}

/* As powered, before a call that changes or syncs something. */
static bool step(fuse_req_t req)
{
    struct power *p = power_of(req);

    if (!p->off && ++p->steps == p->cut_at)
        cut(p);
    return powered(req);
}

/* --- what a file is --------------------------------------------------------------------------- */

static struct stat stat_of(struct power *p, fuse_ino_t ino)
{
    struct disk_inode *i = disk_inode(&p->disk, (unsigned)ino);
    struct stat st = {.st_ino = ino,
                      .st_mode = i->mode,
                      .st_nlink = disk_links(&p->disk, (unsigned)ino),
                      .st_uid = getuid(),
                      .st_gid = getgid(),
                      .st_size = (off_t)i->live.bytes.n,
                      .st_blocks = (blkcnt_t)(i->live.bytes.n / 512 + 1),
                      .st_mtim = i->live.mtime,
                      .st_atim = i->live.mtime,
                      .st_ctim = i->ctime};

    return st;
}

static struct fuse_entry_param entry_of(struct power *p, unsigned inode)
{
    return (struct fuse_entry_param){.ino = inode, .generation = 1, .attr = stat_of(p, inode)};
}

static void reply_entry(fuse_req_t req, unsigned inode)
{
    struct fuse_entry_param e = entry_of(power_of(req), inode);

    (void)fuse_reply_entry(req, &e);
}

static struct statx_timestamp statx_time(struct timespec t)
{
    return (struct statx_timestamp){.tv_sec = t.tv_sec, .tv_nsec = (uint32_t)t.tv_nsec};
}

/* FUSE_STATX; its answer has the layout of struct statx, after a time of validity. */
static void answer_statx(struct power *p, const struct fuse_in_header *in)
{
    struct stat st = stat_of(p, in->nodeid);
    struct {
        struct fuse_out_header head;
        uint64_t valid;
        uint32_t valid_ns, flags;
        uint64_t spare[2];
        struct statx stat;
    } out = {.head = {.len = sizeof(out), .unique = in->unique}};

    out.stat = (struct statx){
        .stx_mask = STATX_BASIC_STATS | STATX_BTIME,
        .stx_blksize = 4096,
        .stx_nlink = (uint32_t)st.st_nlink,
        .stx_uid = st.st_uid,
        .stx_gid = st.st_gid,
        .stx_mode = (uint16_t)st.st_mode,
        .stx_ino = st.st_ino,
        .stx_size = (uint64_t)st.st_size,
        .stx_blocks = (uint64_t)st.st_blocks,
        .stx_atime = statx_time(st.st_atim),
        .stx_mtime = statx_time(st.st_mtim),
        .stx_ctime = statx_time(st.st_ctim),
        .stx_btime = statx_time(disk_inode(&p->disk, (unsigned)in->nodeid)->born),
    };
    if (p->off) {
        out.head.error = -EIO;
        out.head.len = sizeof(out.head);
    }
    (void)!write(fuse_session_fd(p->session), &out, out.head.len);
}

/* --- calls that only look --------------------------------------------------------------------- */

static void do_init(void *userdata, struct fuse_conn_info *conn)
{
    (void)userdata;
    conn->want &= ~(unsigned)(FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_SPLICE_READ);
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    unsigned inode = disk_lookup(&power_of(req)->disk, (unsigned)parent, name);

    if (!powered(req))
        return;
    if (inode == DISK_NONE)
        (void)fuse_reply_err(req, ENOENT);
    else
        reply_entry(req, inode);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct stat st = stat_of(power_of(req), ino);

    (void)fi;
    if (powered(req))
        (void)fuse_reply_attr(req, &st, 0);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                    struct fuse_file_info *fi)
{
    const struct buf *b = &disk_inode(&power_of(req)->disk, (unsigned)ino)->live.bytes;
    size_t from = (size_t)offset < b->n ? (size_t)offset : b->n;

    (void)fi;
    if (powered(req))
        (void)fuse_reply_buf(req, b->p + from, size < b->n - from ? size : b->n - from);
}

static void do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                       struct fuse_file_info *fi)
{
    struct power *p = power_of(req);
    const struct disk_names *names = &p->disk.live;
    char *out = malloc(size);
    size_t n = 0;

    (void)fi;
    for (size_t i = (size_t)offset; out && i < names->n; i++) {
        const struct disk_entry *e = &names->entries[i];
        struct stat st = stat_of(p, e->inode);
        size_t need;

        if (e->dir != ino || e->inode == DISK_NONE)
            continue;
        need = fuse_add_direntry(req, out + n, size - n, e->name, &st, (off_t)i + 1);
        if (need > size - n)
            break;
        n += need;
    }
    if (powered(req))
        (void)fuse_reply_buf(req, out, n);
    free(out);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* A new inode under a name that is free. */
static unsigned make(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    struct disk *d = &power_of(req)->disk;
    unsigned inode = DISK_NONE;

    if (!step(req))
        return DISK_NONE;
    if (disk_lookup(d, (unsigned)parent, name) != DISK_NONE)
        (void)fuse_reply_err(req, EEXIST);
    else if (strlen(name) > DISK_NAME_MAX || (inode = disk_create(d, mode)) == DISK_NONE)
        (void)fuse_reply_err(req, strlen(name) > DISK_NAME_MAX ? ENAMETOOLONG : ENOSPC);
    else
        disk_name(d, (unsigned)parent, name, inode);
    return inode;
}

static void do_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                      struct fuse_file_info *fi)
{
    unsigned inode = make(req, parent, name, S_IFREG | (mode & 07777));

    if (inode != DISK_NONE) {
        struct fuse_entry_param e = entry_of(power_of(req), inode);
        (void)fuse_reply_create(req, &e, fi);
    }
}

static void do_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    unsigned inode = make(req, parent, name, S_IFDIR | (mode & 07777));

    if (inode != DISK_NONE)
        reply_entry(req, inode);
}

static void remove_name(fuse_req_t req, fuse_ino_t parent, const char *name, int refused)
{
    struct disk *d = &power_of(req)->disk;
    unsigned inode = disk_lookup(d, (unsigned)parent, name);
    int error = inode == DISK_NONE ? ENOENT : refused;

    if (!step(req))
        return;
    if (error == 0)
        disk_name(d, (unsigned)parent, name, DISK_NONE);
    (void)fuse_reply_err(req, error);
}

static void do_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    remove_name(req, parent, name, 0);
}

static void do_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct disk *d = &power_of(req)->disk;
    unsigned dir = disk_lookup(d, (unsigned)parent, name);

    remove_name(req, parent, name, disk_is_empty(d, dir) ? 0 : ENOTEMPTY);
}

static void do_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
    struct disk *d = &power_of(req)->disk;

    if (!step(req))
        return;
    if (disk_lookup(d, (unsigned)parent, name) != DISK_NONE) {
        (void)fuse_reply_err(req, EEXIST);
        return;
    }
    disk_name(d, (unsigned)parent, name, (unsigned)ino);
    reply_entry(req, (unsigned)ino);
}

static void do_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to,
                      const char *to_name, unsigned flags)
{
    struct disk *d = &power_of(req)->disk;
    unsigned there = disk_lookup(d, (unsigned)to, to_name);
    int error = 0;

    if (!step(req))
        return;
    if (flags & ~(unsigned)RENAME_NOREPLACE)
        error = EINVAL;
    else if (there != DISK_NONE && flags)
        error = EEXIST;
    else if (disk_lookup(d, (unsigned)parent, name) == DISK_NONE)
        error = ENOENT;
    else
        disk_rename(d, (unsigned)parent, name, (unsigned)to, to_name);
    (void)fuse_reply_err(req, error);
}

static void do_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int what,
                       struct fuse_file_info *fi)
{
    struct disk_inode *i = disk_inode(&power_of(req)->disk, (unsigned)ino);

    if (!step(req))
        return;
    if (what & FUSE_SET_ATTR_SIZE)
        disk_resize(i, (size_t)st->st_size);
    if (what & FUSE_SET_ATTR_MODE)
        i->mode = (i->mode & S_IFMT) | (st->st_mode & 07777);
    if (what & FUSE_SET_ATTR_MTIME && !(what & FUSE_SET_ATTR_MTIME_NOW))
        i->live.mtime = st->st_mtim;
    do_getattr(req, ino, fi);
}

static void do_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t offset,
                     struct fuse_file_info *fi)
{
    struct disk *d = &power_of(req)->disk;

    (void)fi;
    if (!step(req))
        return;
    disk_write(disk_inode(d, (unsigned)ino), (size_t)offset, slice_make(bytes, size));
    (void)fuse_reply_write(req, size);
}

static void do_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    struct power *p = power_of(req);

    (void)datasync;
    (void)fi;
    if (!step(req))
        return;
    if (p->keeps_files)
        disk_sync_file(&p->disk, (unsigned)ino);
    (void)fuse_reply_err(req, 0);
}

static void do_fsyncdir(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
    struct power *p = power_of(req);

    (void)datasync;
    (void)fi;
    if (!step(req))
        return;
    if (p->keeps_directories)
        disk_sync_directory(&p->disk, (unsigned)ino);
    (void)fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops operations = {
    .init = do_init,
    .lookup = do_lookup,
    .getattr = do_getattr,
    .read = do_read,
    .readdir = do_readdir,
    .create = do_create,
    .mkdir = do_mkdir,
    .unlink = do_unlink,
    .rmdir = do_rmdir,
    .link = do_link,
    .rename = do_rename,
    .setattr = do_setattr,
    .write = do_write,
    .fsync = do_fsync,
    .fsyncdir = do_fsyncdir,
};

/* --- mounting, commands ----------------------------------------------------------------------- */

static void mount_disk(struct power *p)
{
    char name[] = "powerfs", *argv[] = {name, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, argv);

    p->off = false;
    p->session = fuse_session_new(&args, &operations, sizeof(operations), p);
    if (!p->session || fuse_session_mount(p->session, p->mountpoint) != 0) {
        say("cannot mount");
        exit(1);
    }
    fuse_opt_free_args(&args);
    say("mounted");
}

static void unmount_disk(struct power *p)
{
    fuse_session_unmount(p->session);
    fuse_session_destroy(p->session);
}

static int word_index(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* False: what it says is no way to lose something. */
static bool come_back(struct power *p, const char *command)
{
    static const char *const names_words[] = {"none", "all", "prefix", "subset", NULL};
    static const char *const data_words[] = {"none", "cut", "nuls", "all", NULL};
    char names[COMMAND_MAX], data[COMMAND_MAX];
    unsigned long seed;
    int how_names, how_data;

    if (sscanf(command, "back %s %s %lu", names, data, &seed) != 3 || seed == 0)
        return false;
    how_names = word_index(names, names_words);
    how_data = word_index(data, data_words);
    if (how_names < 0 || how_data < 0)
        return false;
    unmount_disk(p);
    disk_lose(&p->disk, (enum disk_lost_names)how_names, (enum disk_lost_data)how_data, seed);
    mount_disk(p);
    return true;
}

static void obey(struct power *p, const char *command)
{
    long at;
    int victim;

    if (strcmp(command, "sync\n") == 0) {
        disk_sync_all(&p->disk);
        say("synced");
    } else if (strcmp(command, "count\n") == 0) {
        (void)printf("%ld\n", p->steps);
        (void)fflush(stdout);
    } else if (sscanf(command, "cut %ld %d", &at, &victim) == 2) {
        p->victim = victim;
        p->cut_at = p->steps + at;
        say("armed");
        if (at == 0)
            cut(p);
    } else if (!come_back(p, command)) {
        say("what?");
    }
}

/* The next request of the kernel; false when there will be no more. */
static bool answer(struct power *p, struct fuse_buf *buf)
{
    int r = fuse_session_receive_buf(p->session, buf);
    const struct fuse_in_header *in = buf->mem;

    if (r == -EINTR || r == -EAGAIN)
        return true;
    if (r <= 0)
        return false;
    if (in->opcode == STATX)
        answer_statx(p, in);
    else
        fuse_session_process_buf(p->session, buf);
    return true;
}

static void serve(struct power *p)
{
    struct fuse_buf buf = {0};
    char command[COMMAND_MAX];
    bool wanted = true;

    while (wanted) {
        struct pollfd from[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                 {.fd = fuse_session_fd(p->session), .events = POLLIN}};

        if (poll(from, 2, -1) < 0)
            continue;
        if (from[1].revents)
            wanted = answer(p, &buf);
        else if (from[0].revents) {
            wanted = fgets(command, sizeof(command), stdin) != NULL;
            if (wanted)
                obey(p, command);
        }
    }
    free(buf.mem);
}

int main(int argc, char **argv)
{
    struct power p = {.keeps_files = true, .keeps_directories = true};

    if (argc < 2)
        return 2;
    p.mountpoint = argv[1];
    for (int i = 2; i < argc; i++) {
        p.keeps_files &= strcmp(argv[i], "file") != 0;
        p.keeps_directories &= strcmp(argv[i], "directory") != 0;
    }
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* poll() must see what was not read */
    disk_init(&p.disk);
    mount_disk(&p);
    serve(&p);
    unmount_disk(&p);
    disk_release(&p.disk);
    return 0;
}
