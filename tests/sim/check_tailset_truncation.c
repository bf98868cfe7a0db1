/* Truncated, rewritten and deleted files: what is there is read once, what is gone is told. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <stdio.h>

enum { SHORT_MS = 200 };
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

TEST(truncation_starts_at_zero)
{
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new 1\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
    ck_assert_uint_eq(w.notes[TAIL_LOST_TRUNCATED], 0);
}

TEST(a_file_that_grew_past_the_old_place_between_two_looks_is_seen)
{
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "this is longer than what was there before\nand so is this\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
}

TEST(a_file_cut_in_its_middle_is_not_read_again)
{
    for (int i = 0; i < 200; i++) {
        char line[64];

        (void)snprintf(line, sizeof(line), "number %d of two hundred, %d\n", i, i * i * i);
        world_expect(&w, "app.log", line);
    }
    world_settle(&w);
    world_truncate(&w, "app.log", ground_size(world_path(&w, "app.log")) - 100);
    world_run(&w, 20);
    world_expect(&w, "app.log", "after the cut\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
}

TEST(copytruncate_takes_the_rest_from_the_copy)
{
    world_kill(&w);
    world_start(&w);
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "app.log", "unread 1\nunread 2\n");
    world_copy(&w, "app.log", "app.log.1");
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_start(&w);
    world_settle(&w);
}

TEST(a_copy_in_progress_is_not_read)
{
    world_copy(&w, "app.log", "app.log.1");
    world_settle(&w);
    world_expect(&w, "app.log", "more\n");
    world_settle(&w);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
}

static void truncate_now(void)
{
    world_truncate(&w, "app.log", 0);
    scene_between(0, NULL);
}

/* When it was found that the log is what was read of it, but before the copy was compared with that. */
TEST_EACH(a_truncation_amid_the_look_at_a_copy_is_no_riddle, 60)
{
    world_copy(&w, "app.log", "app.log.1");
    scene_between(1 + (unsigned)_i, truncate_now);
    world_run(&w, SHORT_MS);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 0);
}

TEST(a_copy_that_grows_slowly_is_not_read)
{
    struct buf all = BUF_INIT;
    int out;

    world_expect(&w, "app.log", "a few more lines\nso that it takes a while\n");
    world_settle(&w);
    ground_read(world_path(&w, "app.log"), &all);
    out = world_open(&w, "app.log.1");
    for (size_t i = 0; i < all.n; i++) {
        ground_put(out, all.p + i, 1);
        world_run(&w, 1);
    }
    ground_close(out);
    buf_release(&all);
    world_settle(&w);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
}

/* The truncation came amid the copying; what is there of the copy was read of the log. Returns what is
 * missing of it. */
static char *leave_part_of_a_copy(void)
{
    static struct buf all;
    size_t part;

    for (int i = 0; i < 400; i++) {
        char line[64];

        (void)snprintf(line, sizeof(line), "number %d of four hundred, %d\n", i, i * i);
        world_expect(&w, "app.log", line);
    }
    world_settle(&w);
    buf_clear(&all);
    ground_read(world_path(&w, "app.log"), &all);
    part = all.n * 3 / 4;
    buf_char(&all, 0);
    world_copy(&w, "app.log", "app.log.1");
    world_truncate(&w, "app.log.1", (long)part);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    return all.p + part;
}

/* Its event comes before any look. */
TEST(the_rest_of_a_copy_that_was_taken_as_read_is_not_read)
{
    world_write(&w, "app.log.1", leave_part_of_a_copy());
    world_settle(&w);
    world_expect(&w, "app.log", "and more\n");
    world_settle(&w);
}

/* Each look that changed something would be saved. */
TEST(a_copy_that_was_taken_as_read_is_looked_into_once)
{
    uint64_t before;

    (void)leave_part_of_a_copy();
    world_run(&w, SHORT_MS);
    before = tailset_version(w.set);
    world_run(&w, SHORT_MS);
    ck_assert_uint_eq(tailset_version(w.set), before);
}

/* What it was a part of went on in another directory, and was forgotten there. */
TEST(the_rest_of_a_copy_of_what_went_on_elsewhere_is_read)
{
    char *rest;

    w.options.max_gone = 1;
    world_save(&w);
    world_follow(&w, "**/*.log");
    rest = leave_part_of_a_copy();
    world_run(&w, SHORT_MS);
    world_copy(&w, "app.log.1", "new");
    world_write(&w, "new", rest);
    world_expect(&w, "new", "and on\n");
    scene_mkdir(world_path(&w, "sub"));
    world_rename(&w, "new", "sub/app.log");
    world_settle(&w);
    world_remove(&w, "sub/app.log");
    world_run(&w, SHORT_MS);
    world_expect(&w, "b.log", "of another\n");
    world_settle(&w);
    world_remove(&w, "b.log");
    world_run(&w, SHORT_MS);
    world_expect(&w, "app.log.1", rest);
    world_settle(&w);
}

TEST(a_copy_that_was_taken_as_read_and_is_written_anew_is_followed_as_any_other)
{
    (void)leave_part_of_a_copy();
    world_truncate(&w, "app.log.1", 0);
    world_expect(&w, "app.log.1", "of somebody else\n");
    world_settle(&w);
    world_rename(&w, "app.log.1", "app.log.2");
    world_settle(&w);
}

/* The copy was met again after the next generation had begun, and yet is older than that. */
TEST(a_copy_that_takes_its_originals_place_takes_its_turn)
{
    w.options.rotate_wait_ns = 30 * NSEC_PER_MSEC;
    world_restart(&w);
    world_settle(&w);
    world_copy(&w, "app.log", "app.log.1");
    world_settle(&w);
    world_remove(&w, "app.log");
    world_expect(&w, "app.log", "the next generation\n");
    world_settle(&w);
    world_rename(&w, "app.log.1", "app.log.2");
    world_run(&w, 100);
    world_copy(&w, "app.log", "written.anew");
    world_rename(&w, "written.anew", "app.log");
    world_expect(&w, "app.log", "and more\n");
    world_settle(&w);
}

/* The size that was seen last is the new content's. */
TEST(a_truncation_that_took_nothing_is_no_loss)
{
    w.log.poll = true;
    world_restart(&w);
    world_settle(&w);
    for (int i = 0; i < 20; i++) {
        world_truncate(&w, "app.log", 0);
        world_expect(&w, "app.log",
                     i % 2 ? "short\n" : "longer than what was there before by far\n");
        world_settle(&w);
    }
    world_run(&w, 50);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 20);
    ck_assert_uint_eq(w.notes[TAIL_LOST_TRUNCATED], 0);
}

TEST(what_a_truncation_took_is_told)
{
    world_save(&w);
    world_kill(&w);
    world_write(&w, "app.log", "seen by its size only, since the line has no end");
    world_start(&w);
    world_run(&w, 30);
    world_truncate(&w, "app.log", 0);
    world_until(&w, &w.notes[TAIL_LOST_TRUNCATED], 48);
    ck_assert_uint_eq(w.notes[TAIL_LOST_TRUNCATED], 48);
    world_settle(&w);
}

/* The look that shows more of it than there was shows what came after it. */
TEST(what_a_truncation_took_of_what_was_unfinished_is_told)
{
    w.log.poll = true;
    world_restart(&w);
    world_write(&w, "b.log", "half a line");
    world_run(&w, SHORT_MS);
    world_truncate(&w, "b.log", 0);
    world_write(&w, "b.log", "another one, which is longer, ");
    world_run(&w, SHORT_MS);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
    world_until(&w, &w.notes[TAIL_LOST_TRUNCATED], 1);
    ck_assert_uint_eq(w.notes[TAIL_LOST_TRUNCATED], strlen("half a line"));
    world_write(&w, "b.log", "and is read\n");
    world_expect_line(&w, "another one, which is longer, and is read\n");
    world_settle(&w);
}

TEST(what_was_written_anew_before_its_first_read_is_told_once)
{
    w.options.collect_ns = 400 * NSEC_PER_MSEC;
    w.options.reconcile_ns = 5 * NSEC_PER_SEC;
    world_restart(&w);
    world_run(&w, 1000);
    for (int i = 0; i < 1000; i++)
        world_write(&w, "b.log", "ten bytes\n");
    world_run(&w, 150);
    world_truncate(&w, "b.log", 0);
    world_expect(&w, "b.log", "other 1\nother 2\n");
    world_run(&w, 12000);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
    ck_assert_uint_eq(w.notes[TAIL_LOST_TRUNCATED], 10000);
}

TEST(a_file_written_anew_with_the_same_bytes_is_not_read_again)
{
    world_copy(&w, "app.log", "app.tmp");
    world_rename(&w, "app.tmp", "app.log");
    world_settle(&w);
    world_expect(&w, "app.log", "and on\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 0);
}

TEST(files_that_begin_alike_are_different_files)
{
    world_expect(&w, "b.log", "first 1\nfirst 2\n");
    world_settle(&w);
    world_expect(&w, "b.log", "b\n");
    world_expect(&w, "app.log", "a\n");
    world_settle(&w);
    world_restart(&w);
    world_expect(&w, "b.log", "b\n");
    world_settle(&w);
}

TEST(a_hard_link_is_counted_once)
{
    scene_link(world_path(&w, "app.log"), world_path(&w, "link.log"));
    world_run(&w, 20);
    world_expect(&w, "link.log", "through the link\n");
    world_settle(&w);
    world_remove(&w, "link.log");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
    scene_link(world_path(&w, "app.log"), world_path(&w, "link.log"));
    world_run(&w, 20);
    world_remove(&w, "app.log");
    world_expect(&w, "link.log", "only the link is left\n");
    world_settle(&w);
    world_remove(&w, "link.log");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

TEST(a_directory_that_is_removed_is_no_vanished_file)
{
    scene_mkdir(world_path(&w, "directory.log"));
    world_run(&w, 20);
    scene_rmdir(world_path(&w, "directory.log"));
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

TEST(deleted_before_it_was_read_is_told)
{
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "b.log", "line 1\n");
    world_start(&w);
    world_settle(&w);
    world_write(&w, "b.log", "no end");
    world_run(&w, 20);
    world_save(&w);
    world_kill(&w);
    world_remove(&w, "b.log");
    world_start(&w);
    world_until(&w, &w.notes[TAIL_LOST_VANISHED], 6);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 1);
    world_settle(&w);
}

static void shift_parts(void)
{
    scene_between(0, NULL);
    world_rename(&w, "app.log.1", "app.log.2");
    world_expect(&w, "app.log.1", "of somebody else 1\nof somebody else 2\n");
}

/* When that ends a copy takes its place; under the name of this there may be another file by then. */
TEST_EACH(names_shift_while_a_deleted_file_ends, 100)
{
    w.options.rotate_wait_ns = 50 * NSEC_PER_MSEC;
    world_restart(&w);
    world_copy(&w, "app.log", "app.log.1");
    world_settle(&w);
    world_remove(&w, "app.log");
    world_run(&w, 45);
    scene_between(1 + (unsigned)_i, shift_parts);
    world_run(&w, SHORT_MS);
    scene_between(0, NULL);
    world_settle(&w);
}
