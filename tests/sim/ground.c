/* ground -- input/ground.h on the simulated disk: nothing that a test waits for takes any time, and no other
 * machine's load makes it come out otherwise. What tests/sim/sim has for its stories (oracle, actors) is not
 * there: a test says itself what must come. */
#include "config.h"

#include "scene.h"
#include "world.h"

#include "base/loop.h"
#include "base/must.h"
#include "input/ground.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { WRITERS = 64 };
static const char boot_id[] = "/proc/sys/kernel/random/boot_id";

struct world world;
const int errors[ERRORS]; /* none is given */

static struct writer {
    struct node *node;
    struct dent *name;
} writers[WRITERS];

static struct {
    unsigned nth;
    void (*step)(void);
} between;

/* --- what the simulation asks for --- */

static void arm(void)
{
    world.next_actor = between.step ? world.calls + between.nth : 0;
}

void story_actors_step(void)
{
    between.step();
    arm();
}

void story_die(bool cut)
{
    (void)cut;
    ck_abort_msg("the loop does not rest");
}

void oracle_fault(enum fault kind, const char *format, ...)
{
    (void)kind;
    ck_abort_msg("%s", format);
}

int loop_turn(struct loop *l, int max_wait_ms)
{
    loop_run_until(l, world.mono_ns + max_wait_ms * NSEC_PER_MSEC);
    return 0;
}

/* --- names --- */

static struct dent *name_of(const char *path)
{
    struct dent *d = NULL;

    if (!disk_find(path, false, &d))
        ck_abort_msg("%s is not there", path);
    return d;
}

static struct node *file_of(const char *path, struct dent **ret_name)
{
    struct node *n = disk_find(path, true, ret_name);

    if (!n)
        ck_abort_msg("%s is not there", path);
    return n;
}

static struct dent *add(const char *path, struct node *n)
{
    const char *name;
    struct node *dir = disk_parent(path, &name);

    if (!dir)
        ck_abort_msg("%s has no directory", path);
    return disk_link(dir, name, n);
}

void scene_mkdir(const char *path)
{
    (void)add(path, disk_new(S_IFDIR | 0755));
}

void scene_rmdir(const char *path)
{
    ck_assert_ptr_null(name_of(path)->node->names);
    disk_unlink(name_of(path));
}

void scene_link(const char *from, const char *to)
{
    (void)add(to, file_of(from, NULL));
}

void scene_symlink(const char *target, const char *path)
{
    struct node *link = disk_new(S_IFLNK | 0777);

    buf_str(&link->data, target);
    (void)add(path, link);
}

void ground_rename(const char *from, const char *to)
{
    const char *name;
    struct node *dir = disk_parent(to, &name);

    disk_rename(name_of(from), dir, name);
}

void ground_unlink(const char *path)
{
    disk_unlink(name_of(path));
}

/* --- files --- */

int ground_open(const char *path)
{
    struct dent *d = NULL;
    struct node *n = disk_find(path, true, &d);
    int fd = 0;

    if (!n) {
        n = disk_new(S_IFREG | 0644);
        d = add(path, n);
    }
    while (fd < WRITERS && writers[fd].node)
        fd++;
    MUST(fd < WRITERS);
    writers[fd] = (struct writer){n, d};
    n->opens++;
    return fd;
}

void ground_put(int fd, const char *p, size_t n)
{
    disk_write(writers[fd].node, writers[fd].name, p, n, writers[fd].node->data.n);
}

void ground_close(int fd)
{
    writers[fd].node->opens--;
    writers[fd].node = NULL;
}

void ground_read(const char *path, struct buf *out)
{
    buf_slice(out, buf_all(&file_of(path, NULL)->data));
}

int64_t ground_size(const char *path)
{
    const struct node *n = disk_find(path, true, NULL);

    return n ? (int64_t)n->data.n : -1;
}

void ground_truncate(const char *path, int64_t size)
{
    struct dent *d;
    struct node *n = file_of(path, &d);

    disk_truncate(n, d, (size_t)size);
}

void scene_chmod(const char *path, unsigned mode)
{
    struct node *n = file_of(path, NULL);

    n->mode = (n->mode & S_IFMT) | mode;
    n->ctime_ns = disk_time();
}

void scene_date(const char *path, int64_t seconds)
{
    struct dent *d;
    struct node *n = file_of(path, &d);

    disk_set_time(n, d, seconds * NSEC_PER_SEC);
}

static void deflate_into(const struct buf *from, struct buf *out)
{
    z_stream z = {0};

    ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)from->p;
    z.avail_in = (uInt)from->n;
    z.avail_out = (uInt)deflateBound(&z, from->n) + 64;
    z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_commit(out, (char *)z.next_out);
    (void)deflateEnd(&z);
}

void scene_compress(const char *path)
{
    const struct node *n = file_of(path, NULL);
    struct buf packed = BUF_INIT;
    char to[300];
    int fd;

    (void)snprintf(to, sizeof(to), "%s.gz", path);
    deflate_into(&n->data, &packed);
    fd = ground_open(to);
    ground_put(fd, packed.p, packed.n);
    disk_set_time(writers[fd].node, writers[fd].name, n->mtime_ns);
    ground_close(fd);
    buf_release(&packed);
    ground_unlink(path);
}

/* --- the process --- */

unsigned scene_descriptors(void)
{
    unsigned n = 0;

    for (int i = 0; i < FDS; i++)
        n += world.fds[i].kind != FD_FREE;
    return n;
}

void scene_pass(int64_t ns)
{
    world.mono_ns += ns;
}

void scene_without_births(void)
{
    world.knobs |= KNOB_NO_BIRTH;
}

void scene_between(unsigned nth, void (*step)(void))
{
    between.nth = nth;
    between.step = step;
    arm();
}

/* --- */

static struct node *new_root(uint64_t dev)
{
    struct node *n = disk_new(S_IFDIR | 0755);

    n->dev = dev;
    n->links = 1;
    return n;
}

void ground_begin(char dir[GROUND_PATH])
{
    static const char *const dirs[] = {"/proc", "/proc/sys", "/proc/sys/kernel",
                                       "/proc/sys/kernel/random", "/w"};
    int fd;

    memset(&world, 0, sizeof(world));
    world.mono_ns = 100 * NSEC_PER_SEC;
    world.wall_off_ns = INT64_C(1772355600) * NSEC_PER_SEC;
    world.grain_ns = 4 * NSEC_PER_MSEC;
    world.queue_max = QUEUE_MAX;
    world.knobs = KNOB_PIECES; /* a test's loop may turn more often */
    world.root = new_root(7);
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        scene_mkdir(dirs[i]);
    fd = ground_open(boot_id);
    ground_put(fd, "00000000-0000-4000-8000-000000000001\n", 37);
    ground_close(fd);
    disk_settle();
    (void)snprintf(dir, GROUND_PATH, "/w");
}

void ground_end(const char *dir)
{
    (void)dir;
    for (struct node *n = world.nodes; n; n = n->next) {
        buf_release(&n->data);
        buf_release(&n->plain);
    }
    arena_release(&world.arena);
}
