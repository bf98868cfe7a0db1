/* Fuzzes what a state says of files: whatever the bytes, they are refused and leave nothing, or what
 * comes of them is saved again and read again; also after the files that lie on a simulated disk
 * (tests/sim) were met, some of which a state may know. */
#include "config.h"

#include "world.h"

#include "base/log.h"
#include "input/tailset.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- the disk, and the loop of its process --- */

struct world world;
const int errors[ERRORS]; /* none is given */

void story_actors_step(void)
{
}

void story_die(bool cut)
{
    (void)cut;
    abort();
}

void oracle_fault(enum fault kind, const char *format, ...)
{
    (void)kind, (void)format;
    abort();
}

static struct dent *add(const char *path, unsigned mode)
{
    const char *name;
    struct node *dir = disk_parent(path, &name);

    return disk_link(dir, name, disk_new(mode));
}

static void add_file(const char *path, struct slice text)
{
    struct dent *d = add(path, S_IFREG | 0644);

    disk_write(d->node, d, text.p, text.n, 0);
}

static void make_disk(void)
{
    static const char *const dirs[] = {"/logs", "/proc", "/proc/sys", "/proc/sys/kernel",
                                       "/proc/sys/kernel/random"};
    /* two 1, two 2, two 3 */
    static const char packed[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x2b\x29\xcf\x57\x30\xe4\x2a\x01\x92\x46"
        "\x60\xd2\x98\x0b\x00\x84\x5c\x32\x77\x12\x00\x00\x00";

    world.grain_ns = NSEC_PER_MSEC;
    world.queue_max = QUEUE_MAX;
    world.root = disk_new(S_IFDIR | 0755);
    world.root->links = 1;
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        (void)add(dirs[i], S_IFDIR | 0755);
    add_file("/proc/sys/kernel/random/boot_id", SLICE("00000000-0000-4000-8000-000000000001\n"));
    add_file("/logs/a.log", SLICE("one 1\none 2\none 3\nhalf"));
    add_file("/logs/a.log.1", SLICE("two 1\ntwo 2\n"));
    add_file("/logs/a.log.2.gz", slice_make(packed, sizeof packed - 1));
    add_file("/logs/b.log", SLICE("other 1\n"));
    disk_settle();
}

/* Nothing but time changes there. */
static void begin(void)
{
    world.mono_ns = 100 * NSEC_PER_SEC;
    world.wall_off_ns = INT64_C(1772355600) * NSEC_PER_SEC;
    if (!world.root)
        make_disk();
}

/* Some looks at everything: what is lost is given up. */
#define OPEN_NS (10 * NSEC_PER_SEC)

/* --- who takes the lines --- */

static void *open_sink(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    static char file;

    (void)ctx, (void)log, (void)stream, (void)path, (void)id, (void)carry;
    return &file;
}

static uint64_t take_lines(void *ctx, void *file, const char *p, size_t n)
{
    (void)ctx, (void)file;
    assert(n > 0);
    return (uint64_t)(p[n - 1] == '\n');
}

static void carry_none(void *ctx, void *file, struct buf *out)
{
    (void)ctx, (void)file, (void)out;
}

static void rename_none(void *ctx, void *file, const char *path)
{
    (void)ctx, (void)file, (void)path;
}

static void close_none(void *ctx, void *file)
{
    (void)ctx, (void)file;
}

static void note_none(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    (void)ctx, (void)log, (void)what, (void)n;
}

/* --- */

static void count(void *ctx, const struct tail_known *k)
{
    unsigned *n = ctx;

    assert(k->log && k->stream && k->path);
    (*n)++;
}

struct saved {
    struct buf state;
    struct tail_memory memory;
};

/* How many contents came of it, or -1; and what is saved of them, after the set was open for so long. */
static int restored(const struct slice *state, struct slice memory, int64_t open_ns,
                    struct saved *ret_saved)
{
    static const char *const globs[] = {"/logs/*.log"};
    static const struct tail_log log = {.name = "app", .globs = globs, .nglobs = 1};
    static const struct tail_options options = {.logs = &log, .nlogs = 1, .max_line = 100};
    static const struct tail_sink sink = {.open = open_sink,
                                          .lines = take_lines,
                                          .carry = carry_none,
                                          .renamed = rename_none,
                                          .close = close_none,
                                          .note = note_none};
    struct loop *loop;
    struct tailset *t;
    unsigned n = 0;
    int r = 0;

    begin();
    if (loop_new(&loop) < 0)
        abort();
    t = tailset_new(loop, &options, &sink);
    if (state)
        r = tailset_restore(t, *state, memory);
    tailset_known(t, count, &n);
    assert(r == 0 || n == 0);
    if (r == 0 && open_ns > 0)
        loop_run_until(loop, world.mono_ns + open_ns);
    *ret_saved = (struct saved){.state = BUF_INIT};
    tailset_encode(t, &ret_saved->state, &ret_saved->memory);
    tailset_free(t);
    loop_free(loop);
    return r < 0 ? -1 : (int)n;
}

static void release(struct saved *s)
{
    buf_release(&s->state);
    buf_release(&s->memory.bytes);
}

/* What was saved can be read. */
static int restored_again(struct saved *saved)
{
    struct slice state = buf_all(&saved->state);
    struct saved again;
    int n = restored(&state, buf_all(&saved->memory.bytes), 0, &again);

    release(&again);
    return n;
}

static void try_both(struct slice state, struct slice memory)
{
    struct saved saved, after;
    int n = restored(&state, memory, 0, &saved);

    if (n >= 0) {
        assert(restored_again(&saved) == n);
        (void)restored(&state, memory, OPEN_NS, &after);
        assert(restored_again(&after) >= 0);
        release(&after);
    }
    release(&saved);
}

/* As a state, and as the memory beside one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_make((const char *)data, size);
    struct saved empty;

    log_set(LOG_AS_TEXT, LOG_ERROR);
    (void)restored(NULL, bytes, 0, &empty);
    try_both(bytes, SLICE(""));
    try_both(buf_all(&empty.state), bytes);
    release(&empty);
    return 0;
}
