/* disk -- inodes and names, and what a power cut leaves of them.
 *
 * Data is durable up to synced_n; behind it a cut keeps all, a part, or NULs. Changes of names go
 * into a list of operations: fsync of a directory makes its own durable; a cut applies a prefix of
 * the rest, or any subset, as the journals of different file systems do. */
#include "config.h"

#include "world.h"

#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

enum { LINKS_FOLLOWED = 16 };

uint64_t world_random(uint64_t n)
{
    uint64_t x = world.random += 0x9e3779b97f4a7c15; /* splitmix64 */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return (x ^ x >> 31) % n;
}

static void *zalloc(size_t n)
{
    return arena_zalloc(&world.arena, n);
}

int64_t disk_time(void)
{
    int64_t ns = world.mono_ns + world.wall_off_ns;

    return ns - ns % world.grain_ns;
}

void disk_free_number(const struct node *n)
{
    world.free_ino = n->ino;
    world.free_birth_ns = n->birth_ns;
}

static void op_apply(struct op *o);

/* No number is given away before the disk knows that it is free. */
static void settle_names(void)
{
    for (size_t i = 0; i < world.nops; i++)
        if (!world.ops[i].done)
            op_apply(&world.ops[i]);
    world.nops = 0;
}

/* Who has had it was not born at the same time: a file is not made, read and deleted within a tick of the clock. */
static bool is_given_away(void)
{
    return (world.knobs & KNOB_REUSE) && world.free_ino &&
           ((world.knobs & KNOB_NO_BIRTH) || world.free_birth_ns != disk_time());
}

struct node *disk_new(unsigned mode)
{
    struct node *n = zalloc(sizeof(*n));

    if (is_given_away()) {
        settle_names();
        n->ino = world.free_ino;
        world.free_ino = 0;
    } else {
        n->ino = ++world.next_ino;
    }
    n->mode = mode;
    n->birth_ns = n->mtime_ns = n->ctime_ns = disk_time();
    n->next = world.nodes;
    world.nodes = n;
    return n;
}

struct dent *disk_name(const struct node *dir, const char *name)
{
    struct dent *d = dir->names;

    while (d && strcmp(d->name, name) != 0)
        d = d->next;
    return d;
}

static struct node *top(struct node *n)
{
    while (n && n->mounted)
        n = n->mounted;
    return n;
}

static struct node *walk(struct node *at, const char *path, bool follow, unsigned depth,
                         struct dent **ret_dent)
{
    char name[256], joined[600];

    while (*path) {
        size_t k = (size_t)(strchrnul(path, '/') - path);
        struct dent *d;

        if (k == 0) {
            path++;
            continue;
        }
        if (k >= sizeof(name))
            return NULL; /* there is no such name */
        memcpy(name, path, k);
        name[k] = '\0';
        path += k;
        if (strcmp(name, ".") == 0)
            continue;
        d = S_ISDIR(at->mode) ? disk_name(at, name) : NULL;
        if (!d)
            return NULL;
        if (ret_dent)
            *ret_dent = d;
        at = top(d->node);
        if (S_ISLNK(at->mode) && (follow || *path)) {
            if (depth == 0)
                return NULL;
            (void)snprintf(joined, sizeof(joined), "%.*s%s", (int)at->data.n, at->data.p, path);
            return walk(*joined == '/' ? world.root : d->dir, joined, follow, depth - 1, ret_dent);
        }
    }
    return at;
}

struct node *disk_find(const char *path, bool follow, struct dent **ret_dent)
{
    return walk(world.root, path, follow, LINKS_FOLLOWED, ret_dent);
}

struct node *disk_parent(const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    char dir[300];

    *ret_name = slash + 1;
    MUST((size_t)(slash - path) < sizeof(dir));
    memcpy(dir, path, (size_t)(slash - path));
    dir[slash - path] = '\0';
    return disk_find(dir, true, NULL);
}

/* --- names: in memory, and on the disk --- */

static void list_add(struct dent **list, struct dent *d)
{
    while (*list)
        list = &(*list)->next;
    d->next = NULL;
    *list = d;
}

static struct dent *list_take(struct dent **list, const char *name)
{
    while (*list && strcmp((*list)->name, name) != 0)
        list = &(*list)->next;
    struct dent *d = *list;

    if (d)
        *list = d->next;
    return d;
}

static struct dent *dent_new(struct node *dir, const char *name, struct node *n)
{
    struct dent *d = zalloc(sizeof(*d));

    d->dir = dir;
    d->node = n;
    d->name = arena_str(&world.arena, name);
    return d;
}

static void op_apply(struct op *o)
{
    struct dent *d = o->name ? list_take(&o->dir->disk, o->name) : NULL;
    struct node *n = d ? d->node : o->node;

    o->done = true;
    if (o->to && (!o->name || d)) {
        (void)list_take(&o->to_dir->disk, o->to);
        list_add(&o->to_dir->disk, dent_new(o->to_dir, o->to, n));
    }
}

static void op_add(struct op o)
{
    if (world.nops == OPS_MAX)
        disk_settle();
    world.ops[world.nops++] = o;
}

static void touch_dir(struct node *dir)
{
    dir->mtime_ns = dir->ctime_ns = disk_time();
}

static void drop_link(struct node *n)
{
    n->links--;
    n->ctime_ns = disk_time();
    if (n->links == 0)
        oracle_leaves_alone(n);
    if (n->links == 0 && !sys_holds(n))
        oracle_cuts(n, 0);
    if (n->links == 0 && n->opens == 0)
        disk_free_number(n);
    if (n->links == 0)
        notify_gone(n, IN_DELETE_SELF);
}

static uint32_t isdir(const struct node *n)
{
    return S_ISDIR(n->mode) ? IN_ISDIR : 0;
}

bool tracing;

void world_trace(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vprintf(format, ap);
    va_end(ap);
    (void)putchar('\n');
}

static const char *traced_path(const struct node *dir, const char *name)
{
    static char path[2][400];
    static unsigned turn;
    char *p = path[turn++ % 2];
    size_t n;

    if (!disk_path(dir, NULL, p, sizeof(path[0]) / 2))
        p[0] = 0;
    n = strlen(p);
    (void)snprintf(p + n, sizeof(path[0]) - n, "/%s", name);
    return p;
}

static void trace_link(const struct node *dir, const char *name, const struct node *n)
{
    const char *path = traced_path(dir, name);

    if (S_ISDIR(n->mode))
        world_trace("mkdir %s", path);
    else if (S_ISLNK(n->mode))
        world_trace("symlink %.*s %s", (int)n->data.n, n->data.p, path);
    else
        world_trace("%s %llu %s", n->links ? "link" : "create", (unsigned long long)n->ino, path);
}

static void trace_bytes(const struct node *n, const char *p, size_t size, size_t at)
{
    struct buf hex = BUF_INIT;

    for (size_t i = 0; i < size; i++)
        buf_fmt(&hex, "%02x", (unsigned char)p[i]);
    world_trace("write %llu %zu %lld %s", (unsigned long long)n->ino, at, (long long)n->mtime_ns,
                size ? hex.p : "");
    buf_release(&hex);
}

struct dent *disk_link(struct node *dir, const char *name, struct node *n)
{
    struct dent *d = dent_new(dir, name, n);

    MUST(!disk_name(dir, name));
    if (tracing)
        trace_link(dir, name, n);
    list_add(&dir->names, d);
    if (n->links++ == 0)
        n->dev = dir->dev;
    touch_dir(dir);
    op_add((struct op){.to_dir = dir, .node = n, .to = d->name});
    notify_dir(dir, IN_CREATE | isdir(n), d->name);
    return d;
}

void disk_unlink(struct dent *d)
{
    if (tracing)
        world_trace("unlink %s", traced_path(d->dir, d->name));
    (void)list_take(&d->dir->names, d->name);
    touch_dir(d->dir);
    op_add((struct op){.dir = d->dir, .node = d->node, .name = d->name});
    notify_dir(d->dir, IN_DELETE | isdir(d->node), d->name);
    drop_link(d->node);
}

void disk_rename(struct dent *d, struct node *to, const char *name)
{
    struct node *from = d->dir;
    const char *was = d->name;
    struct dent *over = disk_name(to, name);

    if (over == d || (over && over->node == d->node))
        return;
    if (tracing)
        world_trace("rename %s %s", traced_path(from, was), traced_path(to, name));
    (void)list_take(&from->names, was);
    if (over)
        (void)list_take(&to->names, name);
    d->name = arena_str(&world.arena, name);
    d->dir = to;
    list_add(&to->names, d);
    touch_dir(from);
    touch_dir(to);
    d->node->ctime_ns = disk_time();
    op_add((struct op){.dir = from, .to_dir = to, .node = d->node, .name = was, .to = d->name});
    notify_dir(from, IN_MOVED_FROM | isdir(d->node), was);
    notify_dir(to, IN_MOVED_TO | isdir(d->node), d->name);
    notify_self(d->node, IN_MOVE_SELF);
    if (over)
        drop_link(over->node);
}

/* --- data --- */

static void wrote(struct node *n, struct dent *by)
{
    n->mtime_ns = n->ctime_ns = disk_time();
    if (by)
        notify_dir(by->dir, IN_MODIFY, by->name);
}

void disk_write(struct node *n, struct dent *by, const char *p, size_t size, size_t at)
{
    while (n->data.n < at)
        buf_char(&n->data, '\0');
    if (at < n->data.n) {
        n->data.n = at;
        n->synced_n = n->synced_n < at ? n->synced_n : at;
    }
    buf_add(&n->data, p, size);
    wrote(n, by);
    if (tracing)
        trace_bytes(n, p, size, at);
}

void disk_truncate(struct node *n, struct dent *by, size_t size)
{
    if (size < n->data.n) {
        oracle_leaves_alone(n);
        oracle_cuts(n, size);
        n->data.n = size;
    }
    if (n->synced_n > size)
        n->synced_n = size;
    wrote(n, by);
    if (tracing)
        world_trace("truncate %llu %zu %lld", (unsigned long long)n->ino, size,
                    (long long)n->mtime_ns);
}

void disk_set_time(struct node *n, struct dent *by, int64_t mtime_ns)
{
    n->mtime_ns = mtime_ns;
    if (tracing)
        world_trace("utime %llu %lld", (unsigned long long)n->ino, (long long)mtime_ns);
    n->ctime_ns = disk_time();
    notify_dir(by->dir, IN_ATTRIB, by->name);
}

void disk_sync(struct node *n)
{
    if (!n->written_off)
        n->synced_n = n->data.n;
    for (size_t i = 0; S_ISDIR(n->mode) && i < world.nops; i++)
        if (!world.ops[i].done && (world.ops[i].dir == n || world.ops[i].to_dir == n))
            op_apply(&world.ops[i]);
}

void disk_settle(void)
{
    settle_names();
    for (struct node *n = world.nodes; n; n = n->next)
        if (!n->written_off)
            n->synced_n = n->data.n;
}

static void cut_data(struct node *n)
{
    size_t unsure = n->data.n - n->synced_n, keep;

    if (n->crashed) /* that it was written on before this crash nobody can know */
        oracle_excuse(n);
    if (!S_ISREG(n->mode) || unsure == 0)
        return;
    /* Where it was cut cannot be known exactly once it is written on. */
    oracle_doubts(n, DOUBT_TOLD);
    n->crashed = CRASHED;
    keep = n->synced_n + world_random(unsure + 1);
    if (n->written_off)
        memset(n->data.p + n->synced_n, 0, unsure);
    else if (world_random(3) == 0)
        memset(n->data.p + keep, 0, n->data.n - keep);
    else
        n->data.n = keep;
    if (n->plain.n)
        oracle_doubts(n, DOUBT_FREE); /* its file may be back beside it */
    n->plain.n = 0;
    n->synced_n = n->data.n;
    n->seen = n->seen < n->data.n ? n->seen : n->data.n;
}

void disk_cut(void)
{
    size_t sure = world_random(world.nops + 1);
    bool prefix = world_random(2) == 0;

    for (size_t i = 0; i < world.nops; i++)
        if (!world.ops[i].done && (prefix ? i < sure : world_random(2) == 0))
            op_apply(&world.ops[i]);
    world.nops = 0;
    world.free_ino = 0; /* its file may be back */
    for (struct node *n = world.nodes; n; n = n->next) {
        cut_data(n);
        n->deleted = n->links == 0;
        n->links = 0;
        n->opens = 0;
        n->names = NULL;
    }
    for (struct node *n = world.nodes; n; n = n->next) {
        for (struct dent *d = n->disk; d; d = d->next) {
            if (d->node->deleted) /* it may be copied now */
                oracle_may_double(d->node);
            list_add(&n->names, dent_new(n, d->name, d->node));
            d->node->links++;
        }
    }
    world.root->links = world.volume->links = 1;
}

/* --- places --- */

static bool path_below(const struct node *dir, const struct node *n, const struct dent *by,
                       char *out, size_t size)
{
    for (const struct dent *d = dir->names; d; d = d->next) {
        const struct node *there = top(d->node);
        size_t k = (size_t)snprintf(out, size, "/%s", d->name);

        if ((there == n && (!by || d == by)) ||
            (S_ISDIR(there->mode) && k < size && path_below(there, n, by, out + k, size - k)))
            return true;
    }
    return false;
}

bool disk_path(const struct node *n, const struct dent *by, char *out, size_t size)
{
    return path_below(world.root, n, by, out, size);
}

void disk_mount(struct node *on, struct node *root)
{
    on->mounted = root;
}

/* While a file there is open it can only be unmounted lazily, and nothing says so. */
void disk_unmount(struct node *on)
{
    const struct node *root = on->mounted;
    bool busy = false;

    for (const struct node *n = world.nodes; n; n = n->next)
        busy |= n->dev == root->dev && n->opens > 0;
    on->mounted = NULL;
    if (!busy)
        notify_unmounted(root->dev);
}
