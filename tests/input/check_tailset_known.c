/* What a state knows is found again without being read, and what is forgotten stays in the sum. */
#include "config.h"

#include "suite.h"

#include "input/tail_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    world_start(&w);
    world_expect(&w, "app.log", "one\ntwo\nthree\n");
    world_settle(&w);
    world_save(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

static void *open_none(void *ctx, unsigned log, const char *path, uint32_t id, struct slice carry)
{
    (void)ctx, (void)log, (void)path, (void)id, (void)carry;
    return NULL;
}

static void note_none(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    (void)ctx, (void)log, (void)what, (void)n;
}

static struct buf found;

static void on_known(void *ctx, const struct tail_known *k)
{
    static const char *const where[] = {"there", "packed", "rewritten", "gone"};
    const char *name = strrchr(k->path, '/');

    (void)ctx;
    ck_assert_str_eq(k->log, "test");
    buf_fmt(&found, "%s %s %llu lines\n", name + 1, where[k->where],
            (unsigned long long)k->count.lines);
}

/* After a kill, as a program beside a daemon that does not run. */
static void find(const char *wanted)
{
    static const struct tail_sink sink = {.open = open_none, .note = note_none};
    struct tailset *t = tailset_new(w.loop, &w.options, &sink);
    struct tail_sum sum;

    ck_assert_int_eq(tailset_restore(t, buf_all(&w.saved), buf_all(&w.memory)), 0);
    tailset_find(t);
    tailset_known(t, on_known, NULL);
    sum = tailset_sum(t);
    ck_assert_uint_eq(sum.lines, w.saved_lines);
    ck_assert_uint_eq(sum.lines_forgotten, 0);
    tailset_free(t);
    buf_char(&found, 0);
    ck_assert_str_eq(found.p, wanted);
    buf_release(&found);
}

TEST(what_stayed_is_there)
{
    world_kill(&w);
    world_write(&w, "app.log", "written since\n");
    find("app.log there 3 lines\n");
}

TEST(what_was_renamed_is_there_by_its_new_name)
{
    world_kill(&w);
    world_rename(&w, "app.log", "app.log.1");
    world_write(&w, "app.log", "another\n");
    find("app.log.1 there 3 lines\napp.log there 0 lines\n");
}

TEST(what_was_compressed_is_packed)
{
    char command[600];

    world_kill(&w);
    world_rename(&w, "app.log", "app.log.1");
    (void)snprintf(command, sizeof(command), "gzip %s", world_path(&w, "app.log.1"));
    ck_assert_int_eq(system(command), 0);
    find("app.log.1.gz packed 3 lines\n");
}

TEST(what_was_removed_is_gone)
{
    world_kill(&w);
    world_remove(&w, "app.log");
    find("app.log gone 3 lines\n");
}

TEST(what_was_written_anew_is_rewritten)
{
    world_kill(&w);
    world_truncate(&w, "app.log", 0);
    world_write(&w, "app.log", "entirely other lines\nand more of them\n");
    find("app.log rewritten 3 lines\napp.log there 0 lines\n");
}

TEST(one_content_in_a_file_and_one_in_an_archive)
{
    char command[600];

    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "four\nfive\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    (void)snprintf(command, sizeof(command), "gzip %s", world_path(&w, "app.log.1"));
    ck_assert_int_eq(system(command), 0);
    find("app.log.1.gz packed 3 lines\napp.log there 2 lines\n");
}

/* What is gone is remembered for a while, and then its lines alone. */
TEST(what_is_forgotten_stays_in_the_sum)
{
    world_kill(&w);
    w.options.keep_ns = w.options.lost_wait_ns = 1;
    world_start(&w);
    world_remove(&w, "app.log");
    for (int i = 0; i < 3000 && tailset_sum(w.set).lines_forgotten == 0; i++)
        world_run(&w, 10);
    ck_assert_uint_eq(tailset_sum(w.set).lines_forgotten, 3);
    ck_assert_uint_eq(tailset_sum(w.set).lines, 3);
}
