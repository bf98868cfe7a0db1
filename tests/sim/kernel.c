/* kernel -- the simulated disk and its events against those of the machine: the same random
 * operations on both must give the same answers, files and events.
 *
 *     kernel [--sequences N] [--seed S] [DIRECTORY...]    on each of these file systems (., /dev/shm)
 *
 * Without it a story proves only that logtally is right in a world of our own. Not compared, as they
 * are drawn by the story: inode numbers, times, what a power cut leaves, mounts. */
#include "config.h"

#include "world.h"

#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DIRS = 4,    /* /d0 .. /d3; the last is not watched, and not there at first */
    NAMES = 4,   /* in each */
    WRITERS = 3, /* that keep a descriptor */
    OPS = 40,
    WATCHED = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_MODIFY | IN_ATTRIB |
              IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
};

struct world world;
const int errors[ERRORS];

/* What the model asks of the other parts of the simulation. */
void story_actors_step(void)
{
}
void story_die(bool cut)
{
    (void)cut;
}
void loop_called(void)
{
}

static struct {
    char base[200]; /* stands for the model's / */
    int events;     /* the kernel's inotify */
    int wd[WATCHES + 1];
    int model_events;
    struct {
        int fd; /* -1 = none */
        struct node *node;
        struct dent *name;
    } writers[WRITERS];
    char said[4000]; /* of this sequence: what was done */
    char fault[1000];
} both;

__attribute__((format(printf, 1, 2))) static void differ(const char *format, ...)
{
    va_list ap;

    if (both.fault[0])
        return;
    va_start(ap, format);
    (void)vsnprintf(both.fault, sizeof(both.fault), format, ap);
    va_end(ap);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    size_t n = strlen(both.said);
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(both.said + n, sizeof(both.said) - n, format, ap);
    va_end(ap);
}

static const char *real(const char *path)
{
    static char paths[4][300];
    static unsigned next;
    char *p = paths[next++ % 4];

    (void)snprintf(p, 300, "%s%s", both.base, path);
    return p;
}

static const char *some_path(void)
{
    static char paths[4][40];
    static unsigned next;
    char *p = paths[next++ % 4];

    (void)snprintf(p, 40, "/d%u/n%u", (unsigned)world_random(DIRS), (unsigned)world_random(NAMES));
    return p;
}

static const char *some_dir(void)
{
    static char paths[4][40];
    static unsigned next;
    char *p = paths[next++ % 4];

    (void)snprintf(p, 40, "/d%u", (unsigned)world_random(DIRS));
    return p;
}

/* 0 or errno of both, which must agree. */
static void same_result(const char *what, int model, int r)
{
    int kernel = r < 0 ? errno : 0;

    if (model != kernel)
        differ("%s: the model says \"%s\", the kernel \"%s\"", what, strerror(model),
               strerror(kernel));
}

/* --- operations --- */

static void op_create(void)
{
    const char *path = some_path(), *name;
    struct node *dir = disk_parent(path, &name);
    int model = !dir ? ENOENT : disk_name(dir, name) ? EEXIST : 0, fd;

    say("create %s\n", path);
    fd = open(real(path), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    same_result("create", model, fd);
    if (fd >= 0)
        (void)close(fd);
    if (model == 0)
        (void)disk_link(dir, name, disk_new(S_IFREG | 0644));
}

static void op_open(void)
{
    const char *path = some_path();
    unsigned w = (unsigned)world_random(WRITERS);
    struct dent *d = NULL;
    struct node *n = disk_find(path, false, &d);
    int fd;

    if (n && !S_ISREG(n->mode))
        return;
    say("open %s as %u\n", path, w);
    fd = open(real(path), O_WRONLY | O_APPEND | O_CLOEXEC);
    same_result("open", n ? 0 : ENOENT, fd);
    if (fd < 0 || !n)
        return;
    if (both.writers[w].fd >= 0)
        (void)close(both.writers[w].fd);
    both.writers[w].fd = fd;
    both.writers[w].node = n;
    both.writers[w].name = d;
}

static void op_write(void)
{
    unsigned w = (unsigned)world_random(WRITERS);
    char text[40];
    size_t n = (size_t)snprintf(text, sizeof(text), "%llu\n", (unsigned long long)world_random(99));

    if (both.writers[w].fd < 0)
        return;
    say("write by %u\n", w);
    if (write(both.writers[w].fd, text, n) != (ssize_t)n)
        differ("write: %s", strerror(errno));
    disk_write(both.writers[w].node, both.writers[w].name, text, n, both.writers[w].node->data.n);
}

static void op_truncate(void)
{
    const char *path = some_path();
    struct dent *d = NULL;
    struct node *n = disk_find(path, false, &d);
    size_t size = n ? n->data.n / (1 + (size_t)world_random(3)) : 0;

    if (!n || !S_ISREG(n->mode))
        return;
    if (world_random(2))
        size = 0;
    say("truncate %s to %zu\n", path, size);
    same_result("truncate", 0, truncate(real(path), (off_t)size));
    disk_truncate(n, d, size);
}

static void op_rename(void)
{
    const char *from = some_path(), *to = some_path(), *name;
    struct dent *d = NULL;
    struct node *n = disk_find(from, false, &d), *dir = disk_parent(to, &name);

    say("rename %s to %s\n", from, to);
    same_result("rename", n && dir ? 0 : ENOENT, rename(real(from), real(to)));
    if (n && dir)
        disk_rename(d, dir, name);
}

static void op_rename_dir(void)
{
    const char *from = some_dir(), *to = some_dir();
    struct dent *d = NULL;
    struct node *n = disk_find(from, false, &d);

    if (!n || disk_find(to, false, NULL))
        return;
    say("rename %s to %s\n", from, to);
    same_result("rename", 0, rename(real(from), real(to)));
    disk_rename(d, world.root, to + 1);
}

static void op_unlink(void)
{
    const char *path = some_path();
    struct dent *d = NULL;
    const struct node *n = disk_find(path, false, &d);

    say("unlink %s\n", path);
    same_result("unlink", n ? 0 : ENOENT, unlink(real(path)));
    if (n)
        disk_unlink(d);
}

static void op_link(void)
{
    const char *from = some_path(), *to = some_path(), *name;
    struct node *n = disk_find(from, false, NULL), *dir = disk_parent(to, &name);
    int model = !n || !dir ? ENOENT : disk_name(dir, name) ? EEXIST : 0;

    say("link %s to %s\n", from, to);
    same_result("link", model, link(real(from), real(to)));
    if (model == 0)
        (void)disk_link(dir, name, n);
}

static void op_symlink(void)
{
    const char *target = some_path(), *path = some_path(), *name;
    struct node *dir = disk_parent(path, &name), *n;
    int model = !dir ? ENOENT : disk_name(dir, name) ? EEXIST : 0;

    say("symlink %s to %s\n", path, target);
    same_result("symlink", model, symlink(target + 1 + strlen("dN/"), real(path)));
    if (model != 0)
        return;
    n = disk_new(S_IFLNK | 0777);
    buf_str(&n->data, target + 1 + strlen("dN/"));
    (void)disk_link(dir, name, n);
}

static void op_touch(void)
{
    const struct timespec times[2] = {{1, 0}, {1, 0}};
    const char *path = some_path();
    struct dent *d = NULL;
    struct node *n = disk_find(path, false, &d);

    if (!n || !S_ISREG(n->mode))
        return;
    say("touch %s\n", path);
    same_result("touch", 0, utimensat(AT_FDCWD, real(path), times, 0));
    disk_set_time(n, d, NSEC_PER_SEC);
}

/* --- events --- */

struct told {
    int wd;
    uint32_t mask;
    char name[40];
};

/* How many events these bytes are. */
static size_t parse(const char *p, ssize_t n, struct told *out, size_t room)
{
    size_t count = 0;

    for (const char *end = p + (n > 0 ? n : 0); p < end && count < room; count++) {
        const struct inotify_event *e = (const void *)p;

        out[count] = (struct told){.wd = e->wd, .mask = e->mask};
        (void)snprintf(out[count].name, sizeof(out[count].name), "%s", e->len ? e->name : "");
        p += sizeof(*e) + e->len;
    }
    return count;
}

static int model_wd(int kernel)
{
    for (int i = 1; i <= WATCHES; i++)
        if (both.wd[i] == kernel)
            return i;
    return -1;
}

static void same_events(void)
{
    static _Alignas(struct inotify_event) char p[32768];
    static struct told kernel[512], model[512];
    size_t n = parse(p, read(both.events, p, sizeof(p)), kernel, 512);
    size_t m = parse(p, sys_read(both.model_events, p, sizeof(p)), model, 512);

    for (size_t i = 0; i < n; i++)
        kernel[i].wd = kernel[i].wd < 0 ? -1 : model_wd(kernel[i].wd);
    for (size_t i = 0; i < n && i < m; i++)
        if (kernel[i].wd != model[i].wd || kernel[i].mask != model[i].mask ||
            strcmp(kernel[i].name, model[i].name) != 0)
            differ("event %zu: the model says %d %x \"%s\", the kernel %d %x \"%s\"", i,
                   model[i].wd, model[i].mask, model[i].name, kernel[i].wd, kernel[i].mask,
                   kernel[i].name);
    if (n != m)
        differ("the model has %zu events, the kernel %zu", m, n);
}

/* A directory is watched by what is at its path now; who is watched already keeps its number. */
static void op_watch(void)
{
    const char *path = some_dir();
    int wd = inotify_add_watch(both.events, real(path), WATCHED), model;

    say("watch %s\n", path);
    model = sys_inotify_add_watch(both.model_events, path, WATCHED);
    if ((wd < 0) != (model < 0))
        differ("watch %s: the model says %d, the kernel %d", path, model, wd);
    if (wd < 0 || model < 0)
        return;
    if (both.wd[model] && both.wd[model] != wd)
        differ("watch %s: %d is a new number to the kernel, an old one to the model", path, wd);
    both.wd[model] = wd;
}

/* --- what is there --- */

static void same_content(const char *path, const struct node *n)
{
    char p[2000];
    int fd = open(real(path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, p, sizeof(p)) : -1;

    if (got != (ssize_t)n->data.n || (got > 0 && memcmp(p, n->data.p, (size_t)got) != 0))
        differ("%s: other bytes: the model has %zu, the kernel %zd", path, n->data.n, got);
    if (fd >= 0)
        (void)close(fd);
}

static void same_file(const char *path)
{
    struct node *n = disk_find(path, false, NULL);
    struct stat st;
    int r = lstat(real(path), &st);

    if ((n == NULL) != (r < 0))
        differ("%s: the model says that it is %sthere", path, n ? "" : "not ");
    if (!n || r < 0)
        return;
    if ((n->mode & S_IFMT) != (st.st_mode & S_IFMT))
        differ("%s: another type", path);
    if (!S_ISDIR(n->mode) && n->links != st.st_nlink)
        differ("%s: %u links to the model, %u to the kernel", path, n->links,
               (unsigned)st.st_nlink);
    if (S_ISREG(n->mode))
        same_content(path, n);
    n = disk_find(path, true, NULL);
    r = stat(real(path), &st);
    if ((n == NULL) != (r < 0))
        differ("%s: the model says that it leads %s", path, n ? "to a file" : "nowhere");
}

/* Every name that readdir gives is in the model, and as many. */
static void same_names(const char *path)
{
    DIR *kernel = opendir(real(path)), *model = sys_opendir(path);
    const struct dirent *e;
    unsigned n = 0, m = 0;

    if ((kernel == NULL) != (model == NULL))
        differ("%s: the model says that it is %sthere", path, model ? "" : "not ");
    while (kernel && (e = readdir(kernel)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        n++;
        if (!disk_name(disk_find(path, false, NULL), e->d_name))
            differ("%s/%s is not there to the model", path, e->d_name);
    }
    while (model && sys_readdir(model) != NULL)
        m++;
    if (n != m)
        differ("%s: the model lists %u names, the kernel %u", path, m, n);
    if (kernel)
        (void)closedir(kernel);
    if (model)
        (void)sys_closedir(model);
}

static void same_all(void)
{
    char path[40];

    for (unsigned d = 0; d < DIRS; d++) {
        (void)snprintf(path, sizeof(path), "/d%u", d);
        same_names(path);
        for (unsigned i = 0; i < NAMES; i++) {
            (void)snprintf(path, sizeof(path), "/d%u/n%u", d, i);
            same_file(path);
        }
    }
}

/* --- sequences --- */

static void set_up(uint64_t seed)
{
    memset(&world, 0, offsetof(struct world, queue));
    world.random = seed;
    world.grain_ns = 1;
    world.queue_max = QUEUE_MAX;
    world.root = disk_new(S_IFDIR | 0755);
    world.root->links = 1;
    world.volume = world.root;
    both.said[0] = both.fault[0] = 0;
    memset(both.wd, 0, sizeof(both.wd));
    both.model_events = sys_inotify_init1(0);
    for (unsigned i = 0; i < WRITERS; i++)
        both.writers[i].fd = -1;
    for (unsigned i = 0; i + 1 < DIRS; i++) {
        char path[8];

        (void)snprintf(path, sizeof(path), "/d%u", i);
        (void)mkdir(real(path), 0755);
        (void)disk_link(world.root, path + 1, disk_new(S_IFDIR | 0755));
        if (i < 2) {
            int wd = sys_inotify_add_watch(both.model_events, path, WATCHED);

            both.wd[wd] = inotify_add_watch(both.events, real(path), WATCHED);
        }
    }
}

static void tear_down(void)
{
    char path[40];

    for (unsigned i = 0; i < WRITERS; i++)
        if (both.writers[i].fd >= 0)
            (void)close(both.writers[i].fd);
    for (unsigned d = 0; d < DIRS; d++) {
        for (unsigned i = 0; i < NAMES; i++) {
            (void)snprintf(path, sizeof(path), "/d%u/n%u", d, i);
            (void)unlink(real(path));
        }
        (void)snprintf(path, sizeof(path), "/d%u", d);
        (void)rmdir(real(path));
    }
    while (read(both.events, both.said, sizeof(both.said)) > 0) /* an instance is slow to close */
        ;
    for (struct node *n = world.nodes; n; n = n->next)
        buf_release(&n->data);
    arena_release(&world.arena);
}

static bool run_sequence(uint64_t seed)
{
    static void (*const ops[])(void) = {
        op_create, op_create,   op_open,   op_open,   op_write,      op_write,
        op_write,  op_truncate, op_rename, op_rename, op_rename_dir, op_unlink,
        op_link,   op_symlink,  op_touch,  op_watch,  same_events,
    };

    set_up(seed);
    for (int i = 0; i < OPS && !both.fault[0]; i++)
        ops[world_random(sizeof(ops) / sizeof(ops[0]))]();
    same_events();
    same_all();
    if (both.fault[0])
        printf("%s, sequence %llu: %s\n%s", both.base, (unsigned long long)seed, both.fault,
               both.said);
    tear_down();
    return both.fault[0] == 0;
}

/* Events that are no neighbours do not merge, and the queue overflows: once, at its end. */
static bool overflows_alike(void)
{
    size_t n = 0, m = 0;
    uint32_t last = 0;
    ssize_t got;
    static _Alignas(struct inotify_event) char p[65536];
    static struct told some[4096];

    set_up(1);
    for (unsigned i = 0; i < 2 * (QUEUE_MAX + 100); i++) {
        const char *path = i % 2 ? "/d0/n0" : "/d0/n1";
        struct dent *d = NULL;
        struct node *file = disk_find(path, false, &d);

        if (!file) {
            file = disk_new(S_IFREG | 0644);
            d = disk_link(disk_find("/d0", true, NULL), strrchr(path, '/') + 1, file);
        }
        (void)close(open(real(path), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        (void)truncate(real(path), 0);
        disk_truncate(file, d, 0);
    }
    while ((got = read(both.events, p, sizeof(p))) > 0) {
        size_t more = parse(p, got, some, 4096);

        last = some[more - 1].mask;
        n += more;
    }
    while ((got = sys_read(both.model_events, p, sizeof(p))) > 0)
        m += parse(p, got, some, 4096);
    tear_down();
    if (n == m && last == IN_Q_OVERFLOW)
        return true;
    printf("%s: the queue overflows after %zu events, the model's after %zu\n", both.base, n, m);
    return false;
}

/* Both kinds of file system, where they are. */
static bool compare_on(const char *directory, uint64_t seed, uint64_t n, unsigned *passed)
{
    bool right = true;

    (void)snprintf(both.base, sizeof(both.base), "%s/sim-kernel-XXXXXX", directory);
    if (!mkdtemp(both.base)) {
        printf("%s: %s; not tried\n", directory, strerror(errno));
        return true;
    }
    for (uint64_t k = 0; k < n && right; k++) {
        right = run_sequence(seed + k);
        *passed += right;
    }
    right = right && overflows_alike();
    *passed += right;
    (void)rmdir(both.base);
    return right;
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {".", "/dev/shm"};
    uint64_t n = 1000, seed = 1;
    unsigned passed = 0, failed = 0;
    int i = 1;

    both.events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
        *(strcmp(argv[i], "--seed") == 0 ? &seed : &n) = strtoull(argv[i + 1], NULL, 10);
    for (int k = 0; i == argc && k < 2; k++)
        failed += !compare_on(usual[k], seed, n, &passed);
    for (; i < argc; i++)
        failed += !compare_on(argv[i], seed, n, &passed);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
