/* Rotated files are read to their end, whatever the rotator does. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"

#include <stdio.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    world_start(&w);
    world_expect(&w, "app.log", "first 1\nfirst 2\n");
    world_settle(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

TEST(rename_keeps_reading_the_old_file_and_begins_the_new_one)
{
    int old = world_open(&w, "app.log");

    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "second 1\n");
    world_settle(&w);
    world_put(old, "late\n");
    world_expect_line(&w, "late\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_ROTATED], 1);
    ground_close(old);
}

TEST(many_rotations_between_two_looks_lose_nothing)
{
    for (int i = 10; i >= 1; i--) {
        char name[32], text[32];

        (void)snprintf(name, sizeof(name), "app.log.%d", i);
        (void)snprintf(text, sizeof(text), "generation %d\n", i);
        world_rename(&w, "app.log", name);
        world_expect(&w, "app.log", text);
    }
    world_settle(&w);
}

TEST(a_new_file_may_be_late)
{
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log.1", "still written\n");
    world_settle(&w);
    world_expect(&w, "app.log", "at last\n");
    world_settle(&w);
}

TEST(a_file_moved_to_another_directory_is_read_on)
{
    int old = world_open(&w, "app.log");

    scene_mkdir(world_path(&w, "old"));
    world_rename(&w, "app.log", "old/app.log.1");
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    world_put(old, "late\n");
    world_expect_line(&w, "late\n");
    world_settle(&w);
    ground_close(old);
}

TEST(a_chain_of_names_is_one_content)
{
    world_rename(&w, "app.log", "app.log.1");
    world_run(&w, 10);
    world_rename(&w, "app.log.1", "app.log.2");
    world_expect(&w, "app.log.2", "tail of it\n");
    world_run(&w, 10);
    world_rename(&w, "app.log.2", "app.log.3");
    world_expect(&w, "app.log.3", "end of it\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_ROTATED], 1);
}

TEST(what_is_unfinished_goes_on_in_the_next_generation)
{
    unsigned before = w.passes;

    world_rename(&w, "app.log", "app.log.1");
    world_run(&w, 10);
    world_expect(&w, "app.log.1", "a part\n");
    world_settle(&w);
    ck_assert_uint_eq(w.passes, before);
    world_expect(&w, "app.log", "its end\n");
    world_settle(&w);
    world_expect(&w, "app.log", "another\n");
    world_settle(&w);
    ck_assert_uint_eq(w.passes, before + 1);
    world_save(&w);
    world_rename(&w, "app.log", "app.log.2");
    world_expect(&w, "app.log", "after a restart\n");
    world_kill(&w);
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.passes, before + 2);
}

TEST(what_is_unfinished_after_rotate_wait_counts_as_it_stands)
{
    world_kill(&w);
    w.options.rotate_wait_ns = 20 * NSEC_PER_MSEC;
    world_start(&w);
    world_expect(&w, "app.log", "a part\n");
    world_settle(&w);
    ck_assert_uint_eq(w.finishes, 0);
    world_rename(&w, "app.log", "app.log.1");
    while (w.finishes == 0)
        world_run(&w, 10);
    world_expect(&w, "app.log", "the rest comes too late\n");
    world_settle(&w);
    ck_assert_uint_eq(w.finishes, 1);
}

TEST(births_and_renames_are_told)
{
    unsigned before;

    world_expect(&w, "app.log", "one\n");
    world_settle(&w);
    before = w.places;
    world_expect(&w, "app.log", "two\n");
    world_settle(&w);
    ck_assert_uint_eq(w.places, before);
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "three\n");
    world_settle(&w);
    ck_assert_uint_eq(w.places, before + 2);
}

static void set_true(void *ctx)
{
    *(bool *)ctx = true;
}

/* On a busy machine both come late, but in their order. */
TEST(rotate_wait_is_as_long_as_it_says)
{
    bool later = false;
    struct loop_timer *timer = loop_timer_new(w.loop, set_true, &later);
    unsigned renames;

    world_kill(&w);
    w.options.rotate_wait_ns = 200 * NSEC_PER_MSEC;
    world_start(&w);
    world_settle(&w);
    renames = w.renames;
    world_rename(&w, "app.log", "app.log.1");
    while (w.renames == renames)
        world_run(&w, 1);
    loop_timer_set(timer, loop_now(w.loop) + 300 * NSEC_PER_MSEC);
    while (!later)
        ck_assert_int_eq(loop_turn(w.loop, 1), 0);
    ck_assert_uint_eq(w.finishes, 1);
    loop_timer_free(timer);
}

static unsigned open_files(void)
{
    struct tail_log_status s;

    tailset_log_status(w.set, 0, &s);
    return s.open;
}

/* It is looked into when another comes under its name, or packs it. Deleted, it would keep its place on the
 * disk. */
TEST(what_was_read_to_its_end_is_not_held_open)
{
    w.options.rotate_wait_ns = 20 * NSEC_PER_MSEC;
    world_restart(&w);
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "second\n");
    world_settle(&w);
    world_run(&w, 100);
    ck_assert_uint_eq(open_files(), 1);
    world_rename(&w, "app.log.1", "app.log.2");
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "third\n");
    world_settle(&w);
    world_run(&w, 100);
    ck_assert_uint_eq(open_files(), 1);
    scene_compress(world_path(&w, "app.log.2"));
    world_settle(&w);
    ck_assert_uint_eq(open_files(), 1);
}

/* Taken out of the midst of those that are gone. */
TEST(what_comes_back_leaves_the_others_gone)
{
    static const char *const lines[] = {"one\n", "two\n", "three\n"};
    static const char *const asides[] = {"aside/a", "aside/b", "aside/c"};

    w.options.rotate_wait_ns = 20 * NSEC_PER_MSEC;
    scene_mkdir(world_path(&w, "aside"));
    world_restart(&w);
    for (int i = 0; i < 3; i++) {
        world_expect(&w, "x.log", lines[i]);
        world_settle(&w);
        world_save(&w);
        world_kill(&w);
        world_rename(&w, "x.log", asides[i]);
        world_start(&w);
        world_run(&w, 100);
    }
    world_rename(&w, asides[1], "x.log");
    world_expect(&w, "x.log", "and more\n");
    world_settle(&w);
}

TEST(dated_names_are_rotated_names)
{
    static const char *const names[] = {"app.log-20260102", "app-2026-01-02.log",
                                        "app.log.2026-01-03", "app.log-20260104-10"};

    for (unsigned i = 0; i < 4; i++) {
        char text[32];

        world_rename(&w, "app.log", names[i]);
        (void)snprintf(text, sizeof(text), "after %u\n", i);
        world_expect(&w, names[i], "late\n");
        world_expect(&w, "app.log", text);
        world_settle(&w);
    }
}

TEST(the_unfinished_line_of_a_retired_file_is_handed_out_once)
{
    world_kill(&w);
    w.options.rotate_wait_ns = 20 * NSEC_PER_MSEC;
    world_start(&w);
    world_settle(&w);
    world_write(&w, "app.log", "half a li");
    world_rename(&w, "app.log", "app.log.1");
    world_expect_line(&w, "half a li");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

static void age(const char *name, int64_t seconds)
{
    scene_date(world_path(&w, name), seconds);
}

TEST(generations_that_are_met_together_are_read_oldest_first)
{
    static const char *const order[] = {"first 1\n", "first 2\n", "b\n", "c\n", "d\n"};

    world_save(&w);
    world_kill(&w);
    world_rename(&w, "app.log", "app.log.3");
    world_expect(&w, "app.log.2", order[2]);
    world_expect(&w, "app.log.1", order[3]);
    world_expect(&w, "app.log", order[4]);
    age("app.log.3", 1000);
    age("app.log.2", 2000);
    age("app.log.1", 3000);
    world_start(&w);
    world_settle(&w);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(w.lines.p[i], order[i]);
}

TEST(the_rest_of_a_line_may_come_after_the_rotation)
{
    int old = world_open(&w, "app.log");

    world_write(&w, "app.log", "first ha");
    world_run(&w, 10);
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "new\n");
    world_run(&w, 10);
    world_put(old, "lf\n");
    world_expect_line(&w, "first half\n");
    world_settle(&w);
    ground_close(old);
}

TEST(an_unlinked_file_is_read_while_it_is_written)
{
    int old = world_open(&w, "app.log");

    world_remove(&w, "app.log");
    world_expect(&w, "app.log", "recreated\n");
    world_settle(&w);
    world_put(old, "to the dead\n");
    world_expect_line(&w, "to the dead\n");
    world_settle(&w);
    ground_close(old);
}

TEST(a_symlink_that_is_switched_is_followed)
{
    world_expect(&w, "0.data", "zero\n");
    scene_symlink(world_path(&w, "0.data"), world_path(&w, "pod.log"));
    world_settle(&w);
    world_expect(&w, "1.data", "one\n");
    scene_symlink(world_path(&w, "1.data"), world_path(&w, "pod.tmp"));
    world_expect(&w, "0.data", "zero, later\n");
    world_rename(&w, "pod.tmp", "pod.log");
    world_expect(&w, "0.data", "zero, last\n");
    world_expect(&w, "1.data", "one, later\n");
    world_settle(&w);
}

static unsigned heard;

static void take_time(void)
{
    heard++;
    scene_pass(20 * NSEC_PER_MSEC);
}

/* What replaced it can only be compared with all of it; nobody else waits for that. */
TEST(a_backlog_that_went_out_of_sight_is_read_block_by_block)
{
    char line[4096];

    scene_mkdir(world_path(&w, "out"));
    memset(line, 'x', sizeof(line) - 2);
    line[sizeof(line) - 2] = '\n';
    line[sizeof(line) - 1] = 0;
    world_expect(&w, "app.log", "first\n");
    world_settle(&w);
    for (int i = 0; i < 500; i++)
        world_expect(&w, "app.log", line);
    world_rename(&w, "app.log", "out/app.log.1");
    world_expect(&w, "app.log", "new\n");
    w.heard = take_time;
    while (w.lines.n < w.expected.n) {
        heard = 0;
        ck_assert_int_eq(loop_turn(w.loop, 1), 0);
        ck_assert_uint_le(heard, 4);
    }
    world_settle(&w);
}

/* Out of sight for so long that it was given up. */
TEST(what_comes_back_as_a_part_is_read_before_what_is_written_now)
{
    world_save(&w);
    world_kill(&w);
    world_rename(&w, "app.log", "aside");
    world_start(&w);
    world_expect(&w, "app.log", "second 1\n");
    world_until(&w, &w.notes[TAIL_VANISHED], 1);
    world_settle(&w);
    world_expect(&w, "app.log", "second 2\n");
    world_expect(&w, "aside", "first 3\n");
    world_rename(&w, "aside", "app.log.1");
    world_settle(&w);
    ck_assert_str_eq(w.lines.p[w.lines.n - 2], "first 3\n");
    ck_assert_str_eq(w.lines.p[w.lines.n - 1], "second 2\n");
}

static void expect_lines(const char *name, const char *word, int from, int to)
{
    for (int i = from; i < to; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "%s %d\n", word, i);
        world_expect(&w, name, line);
    }
}

/* An editor's work, beside something else that is called like a part: the log goes on where they differ. */
TEST(what_is_no_copy_says_nothing_of_an_edited_log)
{
    world_rename(&w, "app.log", "app.log.2");
    expect_lines("app.log", "line", 0, 100);
    world_settle(&w);
    for (int i = 0; i < 60; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "line %d\n", i);
        world_write(&w, "new", line);
    }
    expect_lines("new", "edited", 60, 100);
    expect_lines("app.log.1", "of something else", 0, 200);
    world_rename(&w, "new", "app.log");
    world_settle(&w);
}
