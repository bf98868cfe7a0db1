/* story -- steps: drawn from a seed or read from a file, run, and shortened when they fail.
 *
 *   sim [--stories N] [--seed S] [--steps N] [--most N]    new stories from seed S on, until N failed (5)
 *   sim FILE...                                  kept stories
 *
 * A story file has a line for each step: its name, two numbers (what they mean says the table), and
 * after how many calls of the running process it happens (0: when the process rests). `#` begins a
 * comment; `knobs N` sets what the machine is like; `expect-failure` says that the repair is still
 * to come, and the run fails when the story does not. A failing seed prints itself as such a file,
 * shortened: steps are left out as long as it still fails. */
#include "config.h"

#include "world.h"

#include "base/hash.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { STEPS_MAX = 200 };

struct world world;

struct step {
    unsigned kind, a, b, calls;
};

static struct {
    struct step steps[STEPS_MAX];
    unsigned n, at;
    unsigned knobs;
} story;

uint64_t world_random(uint64_t n)
{
    uint64_t x = world.random += 0x9e3779b97f4a7c15; /* splitmix64 */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return (x ^ x >> 31) % n;
}

static void add_dir(const char *path)
{
    const char *name;
    struct node *parent = disk_parent(path, &name);

    (void)disk_link(parent, name, disk_new(S_IFDIR | 0755));
}

static struct node *create(const char *path, struct dent **ret_dent)
{
    const char *name;
    struct node *dir = disk_parent(path, &name), *n;

    if (!dir)
        return NULL;
    n = disk_new(S_IFREG | 0644);
    *ret_dent = disk_link(dir, name, n);
    return n;
}

/* As the kernel names each boot; the name outlives no power cut. */
static void boot(void)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    struct dent *d = NULL;
    struct node *n = disk_find(path, true, &d);
    char id[40];

    if (!n)
        n = create(path, &d);
    (void)snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012u\n", ++world.boots);
    disk_write(n, NULL, id, strlen(id), 0);
    disk_sync(n);
}

void world_init(uint64_t knobs)
{
    memset(&world, 0, offsetof(struct world, queue)); /* what is behind is overwritten before use */
    world.random = knobs;
    world.mono_ns = 100 * NSEC_PER_SEC;
    world.wall_off_ns = INT64_C(1772355600) * NSEC_PER_SEC;
    world.birth_known = (knobs & 1) == 0;
    world.reuse_ino = (knobs & 2) != 0;
    world.queue_max = knobs & 4 ? 4 : QUEUE_MAX - 1;
    world.root = disk_new(S_IFDIR | 0755);
    world.root->links = 1;
    add_dir("/log");
    add_dir("/cur");
    add_dir("/pods");
    add_dir("/proc");
    add_dir("/proc/sys");
    add_dir("/proc/sys/kernel");
    add_dir("/proc/sys/kernel/random");
    struct node *link = disk_new(S_IFLNK | 0777);

    buf_str(&link->data, "/pods/0.log");
    (void)disk_link(disk_find("/cur", true, NULL), "app.log", link);
    boot();
    disk_settle();
    oracle_init();
}

void world_release(void)
{
    for (struct node *n = world.nodes; n; n = n->next) {
        buf_release(&n->data);
        buf_release(&n->plain);
    }
    arena_release(&world.arena);
}

/* --- what actors do --- */

static const char *const streams[] = {"/log/a.log", "/log/b.log", "/pods/0.log"};

static const char *stream_of(unsigned a)
{
    return streams[a % 3];
}

static struct node *file_at(const char *path, struct dent **ret_dent)
{
    struct node *n = disk_find(path, false, ret_dent);

    return n && S_ISREG(n->mode) ? n : NULL;
}

static void act_write(unsigned a, unsigned b)
{
    struct dent *d = NULL;
    struct node *n = file_at(stream_of(a), &d);
    char line[400];

    if (!n && !(n = create(stream_of(a), &d)))
        return;
    if (n->data.n && n->data.p[n->data.n - 1] != '\n')
        disk_write(n, d, "\n", 1, n->data.n);
    for (unsigned i = 0; i <= b % 12 && oracle.nlines < LINES_MAX; i++)
        disk_write(n, d, line, oracle_line(oracle.nlines++, line), n->data.n);
}

static void move(const char *from, const char *to)
{
    const char *name;
    struct dent *d = NULL;
    struct node *dir = disk_parent(to, &name);

    if (dir && disk_find(from, false, &d))
        disk_rename(d, dir, name);
}

static void act_rotate(unsigned a, unsigned b)
{
    char from[100], to[100];

    if (b % 3 == 0) {
        (void)snprintf(to, sizeof(to), "%s.%u", stream_of(a), 1772355600 + oracle.nlines);
        move(stream_of(a), to);
    } else {
        for (unsigned i = 8; i > 0; i--) {
            (void)snprintf(from, sizeof(from), "%s.%u", stream_of(a), i);
            (void)snprintf(to, sizeof(to), "%s.%u", stream_of(a), i + 1);
            move(from, to);
        }
        (void)snprintf(to, sizeof(to), "%s.1", stream_of(a));
        move(stream_of(a), to);
    }
    if (b % 2 && !file_at(stream_of(a), NULL)) {
        struct dent *d;

        (void)create(stream_of(a), &d);
    }
}

/* In one go: nothing is written between copy and truncation, so nothing may be lost. */
static void act_copytruncate(unsigned a, unsigned b)
{
    struct dent *d = NULL, *e = NULL;
    struct node *n = file_at(stream_of(a), &d), *copy;
    char to[100];

    if (!n)
        return;
    act_rotate(a, 2); /* makes room for .1, by moving the file itself there */
    (void)snprintf(to, sizeof(to), "%s.1", stream_of(a));
    if (file_at(to, &e) != n)
        return;
    move(to, stream_of(a));
    (void)b;
    (void)file_at(stream_of(a), &d);
    copy = create(to, &e);
    disk_write(copy, e, n->data.p, n->data.n, 0);
    disk_truncate(n, d, 0);
}

static void act_compress(unsigned a, unsigned b)
{
    char from[100], to[110];
    struct dent *d = NULL, *e = NULL;
    struct node *n, *gz;
    Bytef out[1 << 16];
    z_stream z = {0};

    (void)snprintf(from, sizeof(from), "%s.%u", stream_of(a), 1 + b % 2);
    (void)snprintf(to, sizeof(to), "%s.gz", from);
    n = file_at(from, &d);
    if (!n || n->data.n == 0 || n->data.n > 60000 || disk_find(to, false, NULL))
        return;
    (void)deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)n->data.p;
    z.avail_in = (uInt)n->data.n;
    z.next_out = out;
    z.avail_out = sizeof(out);
    (void)deflate(&z, Z_FINISH);
    gz = create(to, &e);
    disk_write(gz, e, (char *)out, z.total_out, 0);
    buf_add(&gz->plain, n->data.p, n->data.n);
    (void)deflateEnd(&z);
    disk_unlink(d);
}

static void act_unlink(unsigned a, unsigned b)
{
    struct dent *d = NULL;

    (void)b;
    if (file_at(stream_of(a), &d))
        disk_unlink(d);
}

/* sed -i '$d' and the like: another inode with what it was, perhaps without its last line. */
static void act_edit(unsigned a, unsigned b)
{
    struct dent *d = NULL, *e = NULL;
    struct node *n = file_at(stream_of(a), &d), *copy;
    char tmp[100];
    size_t size;

    (void)snprintf(tmp, sizeof(tmp), "%s.tmp", stream_of(a));
    if (!n || n->data.n == 0 || !(copy = create(tmp, &e)))
        return;
    size = n->data.n;
    if (b % 2)
        for (size--; size > 0 && n->data.p[size - 1] != '\n'; size--)
            ;
    disk_write(copy, e, n->data.p, size, 0);
    move(tmp, stream_of(a));
}

static void act_away(unsigned a, unsigned b)
{
    (void)a, (void)b;
    move("/log", "/moved");
}

static void act_back(unsigned a, unsigned b)
{
    (void)a, (void)b;
    if (!disk_find("/log", false, NULL))
        move("/moved", "/log");
}

/* --- what happens to the process --- */

static void act_tick(unsigned a, unsigned b)
{
    process_run((int64_t)(a % 64) * (int64_t)(b % 100 + 1) * NSEC_PER_MSEC);
}

static void act_start(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_start();
}

static void act_stop(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_stop();
}

static void act_kill(unsigned a, unsigned b)
{
    (void)a, (void)b;
    world.ghost = process_alive();
}

static void act_cut(unsigned a, unsigned b)
{
    (void)a, (void)b;
    world.ghost = process_alive();
    disk_cut();
    boot();
}

static void act_scrape(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_scrape();
}

static void act_settle(unsigned a, unsigned b)
{
    (void)a, (void)b;
    disk_settle();
}

static void act_fail(unsigned a, unsigned b)
{
    static const int errors[] = {EIO, ENOMEM, ENOSPC, EMFILE};

    world.fail_errno = errors[a % 4];
    world.fail_at = world.calls + 1 + b;
}

static const struct kind {
    const char *name;
    void (*fn)(unsigned a, unsigned b);
    unsigned weight;
    bool inside; /* may happen between two calls of the process */
} kinds[] = {
    {"write", act_write, 30, true},  /* stream, lines - 1 */
    {"tick", act_tick, 25, false},   /* milliseconds, times b + 1 */
    {"rotate", act_rotate, 8, true}, /* stream; b: odd creates, 0 mod 3 dated */
    {"copytruncate", act_copytruncate, 4, true},
    {"compress", act_compress, 4, true},
    {"unlink", act_unlink, 2, true},
    {"edit", act_edit, 2, true}, /* stream; b odd: without its last line */
    {"away", act_away, 1, true}, /* the directory of the logs */
    {"back", act_back, 2, true},
    {"start", act_start, 8, false},
    {"stop", act_stop, 2, false},
    {"kill", act_kill, 3, true},
    {"cut", act_cut, 1, true},
    {"scrape", act_scrape, 4, false},
    {"settle", act_settle, 2, true},
    {"fail", act_fail, 1, false}, /* EIO ENOMEM ENOSPC EMFILE; after b calls */
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* --- running --- */

static void arm(void)
{
    const struct step *s = &story.steps[story.at];

    world.next_actor = 0;
    if (story.at < story.n && s->calls && kinds[s->kind].inside)
        world.next_actor = world.calls + s->calls;
}

void story_actors_step(void)
{
    const struct step *s = &story.steps[story.at++];

    kinds[s->kind].fn(s->a, s->b);
    if (!world.ghost)
        arm();
    else
        world.next_actor = 0;
}

static bool run_story(void)
{
    world_init(story.knobs);
    process_start();
    for (story.at = 0; story.at < story.n && !oracle.fault[0];) {
        const struct step *s = &story.steps[story.at++];

        arm();
        kinds[s->kind].fn(s->a, s->b);
        process_reap();
        oracle_look(false);
    }
    world.next_actor = world.fail_at = 0;
    act_back(0, 0);
    process_start();
    process_run(30 * NSEC_PER_SEC);
    process_scrape();
    if (!oracle.fault[0])
        oracle_end();
    process_close();
    world.ghost = false;
    world_release();
    return oracle.fault[0] == '\0';
}

static void draw(uint64_t seed, unsigned n)
{
    unsigned total = 0;

    for (unsigned k = 0; k < KINDS; k++)
        total += kinds[k].weight;
    world.random = seed * 0xd1342543de82ef95;
    story.knobs = (unsigned)world_random(8);
    story.n = n;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (unsigned)world_random(total), k = 0;

        for (; at >= kinds[k].weight; k++)
            at -= kinds[k].weight;
        story.steps[i] = (struct step){k, (unsigned)world_random(64), (unsigned)world_random(100),
                                       world_random(3) ? 0 : 1 + (unsigned)world_random(40)};
    }
}

static void shorten(void)
{
    for (unsigned chunk = story.n / 2; chunk > 0;) {
        bool shorter = false;

        for (unsigned i = 0; i + chunk <= story.n;) {
            static struct step kept[STEPS_MAX];
            unsigned n = story.n;

            memcpy(kept, story.steps, sizeof(kept));
            memmove(story.steps + i, story.steps + i + chunk,
                    (n - i - chunk) * sizeof(*story.steps));
            story.n = n - chunk;
            if (run_story()) {
                memcpy(story.steps, kept, sizeof(kept));
                story.n = n;
                i += chunk;
            } else {
                shorter = true;
            }
        }
        if (!shorter)
            chunk /= 2;
    }
    (void)run_story();
}

static void print_story(void)
{
    printf("# %s\nknobs %u\n", oracle.fault, story.knobs);
    for (unsigned i = 0; i < story.n; i++)
        printf("%s %u %u %u\n", kinds[story.steps[i].kind].name, story.steps[i].a, story.steps[i].b,
               story.steps[i].calls);
}

/* 0, or -1 after a sentence. */
static int read_story(const char *path, bool *ret_expect)
{
    FILE *f = fopen(path, "r");
    char text[300], name[300];
    struct step s;

    story.n = story.knobs = 0;
    *ret_expect = false;
    while (f && fgets(text, sizeof(text), f)) {
        s = (struct step){0};
        if (*text == '#' || sscanf(text, "%299s %u %u %u", name, &s.a, &s.b, &s.calls) < 1)
            continue;
        if (strcmp(name, "expect-failure") == 0)
            *ret_expect = true;
        else if (strcmp(name, "knobs") == 0)
            story.knobs = s.a;
        else {
            while (s.kind < KINDS && strcmp(kinds[s.kind].name, name) != 0)
                s.kind++;
            if (s.kind == KINDS || story.n == STEPS_MAX) {
                printf("%s: what is \"%s\"?\n", path, name);
                (void)fclose(f);
                return -1;
            }
            story.steps[story.n++] = s;
        }
    }
    if (!f) {
        printf("%s: cannot be read\n", path);
        return -1;
    }
    (void)fclose(f);
    return 0;
}

static int kept(int n, char **paths)
{
    int failed = 0;

    for (int i = 0; i < n; i++) {
        bool expect;
        bool bad = read_story(paths[i], &expect) < 0;

        if (!bad && run_story() == expect) {
            printf("%s: %s\n", paths[i], expect ? "does not fail any more" : oracle.fault);
            bad = true;
        }
        failed += bad;
    }
    printf("%d passed, %d failed\n", n - failed, failed);
    return failed > 0;
}

/* Twice the same: one hash over all calls. */
static bool repeatable(void)
{
    uint64_t first = world.hash;

    (void)run_story();
    return world.hash == first;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, n = 2000;
    unsigned steps = 100, failed = 0, most = 5;

    if (argc > 1 && argv[1][0] != '-')
        return kept(argc - 1, argv + 1);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--stories") == 0)
            n = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--most") == 0)
            most = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--steps") == 0)
            steps = (unsigned)strtoul(argv[i + 1], NULL, 10);
    }
    uint64_t i = 0;

    for (; i < n && failed < most; i++) {
        draw(seed + i, steps < STEPS_MAX ? steps : STEPS_MAX);
        bool right = run_story();

        if (right && i % 64 == 0 && !repeatable())
            printf("seed %llu: not the same twice\n", (unsigned long long)(seed + i));
        if (right)
            continue;
        failed++;
        printf("seed %llu: %s\n", (unsigned long long)(seed + i), oracle.fault);
        shorten();
        print_story();
    }
    printf("%llu passed, %u failed\n", (unsigned long long)i - failed, failed);
    return failed > 0;
}
