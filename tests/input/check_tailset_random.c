/* A writer, a rotator and a daemon that is killed at any moment do what chance says; whatever they
 * did, every line must have been handed out exactly once in the end.
 *
 * The story keeps to what can be known at all: nothing is deleted or truncated that was not yet
 * read and saved, except where a copy remains. The seed is printed when a story fails; TAIL_SEED
 * runs that one alone, TAIL_STEPS sets its length, with TAIL_STORM
 * calls fail meanwhile: not every story ends exactly then, so that is no test yet but a way to look. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { BASES = 2, CHAIN = 40, SEEDS = 6, STEPS = 400 };

struct writer {
    char base[16];
    int fd;
    int old; /* a writer that still has the rotated file open */
    bool partial;
    unsigned packed_from; /* app.log.N is compressed from this N on */
    char half[64];
};

static struct world w;
static struct writer writers[BASES];
static uint64_t state;
static unsigned sequence;
static unsigned steps = STEPS;
static bool banner;

static unsigned chance(unsigned n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % n;
}

static void append_to(int fd, unsigned count);

/* The same at the beginning of every generation; then a line of its own, since nobody could tell
 * two generations apart that begin alike as far as they were read. */
static void put_banner(int fd)
{
    char line[256];

    for (int i = 0; banner && i < 4; i++) {
        memset(line, '#', sizeof(line));
        (void)snprintf(line + 180, 60, " banner line %d\n", i);
        line[179] = '#';
        world_put(fd, line);
        world_expect_line(&w, line);
    }
    append_to(fd, banner);
}

static void open_new(struct writer *x)
{
    x->fd = open(world_path(&w, x->base), O_WRONLY | O_APPEND | O_CREAT, 0644);
    ck_assert_int_ge(x->fd, 0);
}

static void new_line(char *line, size_t n)
{
    unsigned pad = chance(10) == 0 ? chance(3000) : chance(100);
    size_t at = (size_t)snprintf(line, n, "line %u ", ++sequence);

    for (unsigned i = 0; i < pad; i++)
        line[at + i] = (char)('a' + chance(26));
    line[at + pad] = '\n';
    line[at + pad + 1] = 0;
}

static void append_to(int fd, unsigned count)
{
    char line[4096];

    while (count-- > 0) {
        new_line(line, sizeof(line));
        world_put(fd, line);
        world_expect_line(&w, line);
    }
}

static void end_partial(struct writer *x)
{
    char line[80];

    if (!x->partial)
        return;
    world_put(x->fd, "end\n");
    (void)snprintf(line, sizeof(line), "%send\n", x->half);
    world_expect_line(&w, line);
    x->partial = false;
}

static void begin_partial(struct writer *x)
{
    if (x->partial)
        return;
    (void)snprintf(x->half, sizeof(x->half), "half %u ", ++sequence);
    world_put(x->fd, x->half);
    x->partial = true;
}

static const char *numbered(const struct writer *x, unsigned n, const char *ending)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "%s.%u%s", x->base, n, ending);
    return world_path(&w, name);
}

static void compress_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "r");
    gzFile out = gzopen(to, "w1");
    char p[4096];
    size_t n;

    ck_assert(in && out);
    while ((n = fread(p, 1, sizeof(p), in)) > 0)
        ck_assert_int_eq(gzwrite(out, p, (unsigned)n), (int)n);
    (void)fclose(in);
    ck_assert_int_eq(gzclose(out), Z_OK);
}

/* Everything moves up by one; .1 is free then. */
static void shift(struct writer *x)
{
    for (unsigned n = CHAIN; n >= 1; n--) {
        if (rename(numbered(x, n, ".gz"), numbered(x, n + 1, ".gz")) < 0)
            ck_assert_int_eq(errno, ENOENT);
        if (rename(numbered(x, n, ""), numbered(x, n + 1, "")) < 0)
            ck_assert_int_eq(errno, ENOENT);
    }
}

static void rotate(struct writer *x)
{
    end_partial(x);
    shift(x);
    ck_assert_int_eq(rename(world_path(&w, x->base), numbered(x, 1, "")), 0);
    if (x->old >= 0)
        (void)close(x->old);
    x->old = x->fd;
    if (chance(4) == 0)
        world_run(&w, 1);
    open_new(x);
    put_banner(x->fd);
}

static bool program_runs(void)
{
    return w.set != NULL;
}

static void turn(unsigned n)
{
    while (program_runs() && n-- > 0)
        ck_assert_int_eq(loop_turn(w.loop, 1), 0);
}

static void settle_and_save(void)
{
    if (!program_runs())
        world_start(&w);
    world_settle(&w);
    world_save(&w);
}

static void copytruncate(struct writer *x)
{
    int in, out;
    char p[1500];
    ssize_t n;

    end_partial(x);
    if (banner)
        settle_and_save();
    shift(x);
    in = open(world_path(&w, x->base), O_RDONLY);
    out = open(numbered(x, 1, ""), O_WRONLY | O_CREAT | O_EXCL, 0644);
    ck_assert(in >= 0 && out >= 0);
    while ((n = read(in, p, sizeof(p))) > 0) {
        ck_assert_int_eq(write(out, p, (size_t)n), n);
        if (chance(3) == 0)
            turn(chance(3));
    }
    (void)close(in);
    (void)close(out);
    turn(chance(3));
    ck_assert_int_eq(ftruncate(x->fd, 0), 0);
    if (chance(2))
        turn(chance(4));
    put_banner(x->fd);
}

/* Compresses the oldest plain ones; a late writer of theirs is gone first. */
static void compress_old(struct writer *x)
{
    if (x->old >= 0)
        (void)close(x->old);
    x->old = -1;
    for (unsigned n = 2; n <= CHAIN; n++) {
        struct stat st;

        if (stat(numbered(x, n, ""), &st) < 0 || chance(2))
            continue;
        compress_file(numbered(x, n, ""), numbered(x, n, ".gz"));
        turn(chance(2));
        ck_assert_int_eq(unlink(numbered(x, n, "")), 0);
        turn(chance(2));
    }
}

/* Only what has a record can be found in an archive: compressing waits until all was seen. */
static void compress_step(struct writer *x)
{
    settle_and_save();
    compress_old(x);
}

static void truncate_read(struct writer *x)
{
    end_partial(x);
    settle_and_save();
    ck_assert_int_eq(ftruncate(x->fd, 0), 0);
    turn(chance(3));
    put_banner(x->fd);
    append_to(x->fd, chance(20));
}

static void delete_read(struct writer *x)
{
    end_partial(x);
    settle_and_save();
    ck_assert_int_eq(unlink(world_path(&w, x->base)), 0);
    (void)close(x->fd);
    turn(chance(3));
    open_new(x);
    put_banner(x->fd);
    append_to(x->fd, 1 + chance(5));
}

/* As an editor does it: same bytes, another inode. While nobody looks it could as well be a job that
 * wrote its log anew. */
static void rewrite(struct writer *x)
{
    char name[32];

    end_partial(x);
    settle_and_save();
    (void)snprintf(name, sizeof(name), "%s.tmp", x->base);
    world_copy(&w, x->base, name);
    (void)close(x->fd);
    world_rename(&w, name, x->base);
    open_new(x);
    append_to(x->fd, 1);
    settle_and_save();
}

static void kill_program(void)
{
    if (program_runs())
        world_kill(&w);
}

static void step(void)
{
    struct writer *x = &writers[chance(BASES)];
    unsigned what = chance(40);

    if (w.trace)
        (void)fprintf(stderr, "%s %u sequence %u%s\n", x->base, what, sequence,
                      program_runs() ? "" : " (down)");
    if (what < 10) {
        end_partial(x);
        append_to(x->fd, 1 + chance(10));
    } else if (what < 12)
        begin_partial(x);
    else if (what < 14)
        end_partial(x);
    else if (what < 17)
        rotate(x);
    else if (what < 19 && x->old >= 0)
        append_to(x->old, 1 + chance(2));
    else if (what < 20)
        copytruncate(x);
    else if (what < 21)
        rewrite(x);
    else if (what < 22)
        truncate_read(x);
    else if (what < 23)
        delete_read(x);
    else if (what < 24)
        compress_step(x);
    else if (what < 25)
        kill_program();
    else if (what < 28 && program_runs())
        world_save(&w);
    else if (what < 29)
        settle_and_save();
    else if (!program_runs())
        world_start(&w);
    else
        turn(1 + chance(3));
}

static void tell(uint64_t seed)
{
    (void)fprintf(stderr, "TAIL_SEED=%llu\n", (unsigned long long)seed);
}

/* One call in so many fails while the story goes on; the end is fair weather. */
static void story(uint64_t seed, bool poll, unsigned one_fails_in)
{
    state = seed * 2654435761U + 12345;
    banner = chance(2);
    world_init(&w, "*.log");
    w.log.poll = poll;
    if (chance(2))
        w.options.rotate_wait_ns = (int64_t)chance(40) * NSEC_PER_MSEC;
    world_start(&w);
    world_run(&w, 5);
    world_save(&w);
    for (int i = 0; i < BASES; i++) {
        writers[i] = (struct writer){.old = -1};
        (void)snprintf(writers[i].base, sizeof(writers[i].base), "%c.log", 'a' + i);
        open_new(&writers[i]);
        put_banner(writers[i].fd);
    }
    failing_storm(seed, one_fails_in);
    w.rough = one_fails_in > 0;
    for (unsigned i = 0; i < steps; i++)
        step();
    failing_storm(0, 0);
    w.rough = false;
    for (int i = 0; i < BASES; i++)
        end_partial(&writers[i]);
    settle_and_save();
    world_kill(&w);
    world_start(&w);
    world_settle(&w);
    world_release(&w);
}

static int seeds(void)
{
    const char *count = getenv("TAIL_SEEDS");

    return count ? atoi(count) : SEEDS;
}

TEST_EACH(every_line_comes_exactly_once, seeds())
{
    const char *one = getenv("TAIL_SEED");
    uint64_t seed = one ? strtoull(one, NULL, 10) : (uint64_t)_i + 1;

    if (getenv("TAIL_STEPS"))
        steps = (unsigned)strtoul(getenv("TAIL_STEPS"), NULL, 10);
    tell(seed);
    story(seed, seed % 3 == 0, 0);
}

TEST_EACH(every_line_comes_exactly_once_through_a_storm, getenv("TAIL_STORM") ? seeds() : 0)
{
    const char *one = getenv("TAIL_SEED");
    uint64_t seed = one ? strtoull(one, NULL, 10) : (uint64_t)_i + 1;

    tell(seed);
    story(seed, seed % 3 == 0, 10 << seed % 4);
}
