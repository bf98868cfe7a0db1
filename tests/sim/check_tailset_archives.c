/* Archives that begin as a lost log did: which of them is its rest, and what is told of the others. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"

#include <stdio.h>

enum { READ = 100, COMMON = 80, WAIT_S = 100 };

static struct world w;

static void write_lines(const char *name, const char *word, int from, int to)
{
    for (int i = from; i < to; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "%s %d, squared %d\n", word, i, i * i);
        world_write(&w, name, line);
    }
}

static void compress(const char *name)
{
    scene_compress(world_path(&w, name));
}

/* Its first lines are those of the log; then come others, if any. */
static void put_alike(const char *name, int others)
{
    write_lines(name, "line", 0, COMMON);
    write_lines(name, "another", COMMON, COMMON + others);
    compress(name);
}

/* All of a log was read, and it is gone. */
static void begin(void)
{
    world_init(&w, "*.log");
    w.options.lost_wait_ns = WAIT_S * NSEC_PER_SEC;
    world_start(&w);
    for (int i = 0; i < READ; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "line %d, squared %d\n", i, i * i);
        world_expect(&w, "app.log", line);
    }
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

TEST(while_one_archive_is_tried_the_next_one_waits)
{
    put_alike("app.log.1", 2 * READ);
    scene_pass(NSEC_PER_SEC);
    world_rename(&w, "app.log", "app.log.2");
    world_expect(&w, "app.log.2", "unread\n");
    compress("app.log.2");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 1); /* the other may be of a log that nobody saw */
}

/* The second one is of another log, perhaps; then the first one is looked at again. */
static void put_part_and_another(void)
{
    put_alike("app.log.1", 0);
    scene_pass(NSEC_PER_SEC);
    put_alike("app.log.2", 2 * READ);
    world_remove(&w, "app.log");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 1);
}

TEST(an_archive_that_was_a_part_is_told_once)
{
    put_part_and_another();
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

/* So what comes later, and was made before that, is nobody's rest. */
TEST(what_a_part_is_is_known_when_it_was_looked_at_again)
{
    put_part_and_another();
    scene_pass(10 * NSEC_PER_SEC);
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
    write_lines("app.log.3", "of before", 0, READ);
    scene_date(world_path(&w, "app.log.3"), clock_wall_ns() / NSEC_PER_SEC - 5);
    compress("app.log.3");
    world_settle(&w);
}

/* How large an archive is says nothing of what was in the log. */
TEST(an_archive_of_another_log_is_no_loss)
{
    uint64_t next = 1;

    w.options.lost_wait_ns = 50 * NSEC_PER_MSEC;
    world_remove(&w, "app.log");
    write_lines("app.log.1", "line", 0, COMMON);
    for (int i = 0; i < READ; i++) {
        char line[81];

        for (int k = 0; k < 80; k++) {
            next = next * UINT64_C(6364136223846793005) + 1;
            line[k] = (char)('0' + (next >> 40) % 75);
        }
        line[79] = '\n';
        line[80] = 0;
        world_write(&w, "app.log.1", line);
    }
    compress("app.log.1");
    world_start(&w);
    world_run(&w, 500);
    ck_assert_uint_eq(w.notes[TAIL_LOST_VANISHED], 0);
}

/* By the name that it had last it is a part of another log. */
TEST(an_archive_of_what_got_the_name_of_another_part)
{
    world_start(&w);
    world_settle(&w);
    world_rename(&w, "app.log", "other.log.1");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "other.log.1", "unread\n");
    compress("other.log.1");
    world_start(&w);
    world_settle(&w);
}

/* Nobody holds it any more. */
static void pack_what_was_read(void)
{
    world_rename(&w, "app.log", "app.log.1");
    compress("app.log.1");
    world_expect(&w, "app.log", "next\n");
    world_start(&w);
    world_settle(&w);
    world_run(&w, 100); /* until it is known that all of it is in the archive */
}

/* As gunzip does it, slowly. */
TEST(what_is_unpacked_beside_its_archive_counts_once)
{
    pack_what_was_read();
    write_lines("app.log.1", "line", 0, COMMON);
    world_run(&w, 3);
    write_lines("app.log.1", "line", COMMON, READ);
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
    world_remove(&w, "app.log.1.gz");
    world_settle(&w);
    world_expect(&w, "app.log.1", "late\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 0);
}

TEST(what_is_written_again_beside_an_archive_of_it_is_told)
{
    pack_what_was_read();
    write_lines("app.log.2", "line", 0, READ);
    world_expect(&w, "app.log.2", "another\n");
    for (int i = 0; i < READ; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "line %d, squared %d\n", i, i * i);
        world_expect_line(&w, line);
    }
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}
