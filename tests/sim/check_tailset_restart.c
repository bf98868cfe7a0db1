/* Killed, stopped, reloaded: the next run goes on where the saved state stands. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    world_start(&w);
    world_expect(&w, "app.log", "first 1\nfirst 2\n");
    world_settle(&w);
    world_save(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

/* Up to when all that there was had been looked at, as the state says. */
static int64_t looked_until(void)
{
    struct reader r = reader_of(buf_all(&w.saved));

    (void)read_u32(&r);
    (void)read_blob(&r);
    for (int i = 0; i < 6; i++)
        (void)read_u64(&r);
    return (int64_t)read_u64(&r);
}

TEST(a_state_saved_amid_a_look_that_a_reload_ended_says_that_not_all_was_looked_at)
{
    int64_t before;

    w.options.piece_ns = 1;
    world_restart(&w);
    world_settle(&w);
    world_save(&w);
    before = clock_wall_ns();
    ck_assert_int_le(looked_until(), before);
    for (int i = 0; i < 20; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "f%d.log", i);
        world_expect(&w, name, "line\n");
    }
    for (int i = 0; i < 10; i++)
        ck_assert(!tailset_catch_up(w.set, 0));
    tailset_reconfigure(w.set, &w.options);
    world_save(&w);
    ck_assert_int_le(looked_until(), before);
    world_settle(&w);
}

static void come_and_go(void)
{
    static bool is_there;

    if (is_there)
        world_remove(&w, "app.log.1");
    else
        world_write(&w, "app.log.1", "nobody sees it twice\n");
    is_there = !is_there;
}

TEST(after_a_look_that_missed_a_part_the_next_one_sees_all)
{
    int64_t missed;

    w.log.poll = true;
    world_restart(&w);
    world_settle(&w);
    scene_between(3, come_and_go);
    world_run(&w, 30);
    scene_between(0, NULL);
    missed = clock_wall_ns();
    world_run(&w, 100);
    world_save(&w);
    ck_assert_int_ge(looked_until(), missed);
}

TEST(a_kill_rolls_back_to_the_saved_state)
{
    world_expect(&w, "app.log", "third\n");
    world_settle(&w);
    world_kill(&w);
    world_start(&w);
    world_settle(&w);
}

TEST(rotated_while_down)
{
    world_kill(&w);
    world_expect(&w, "app.log", "unread\n");
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "never seen\n");
    world_rename(&w, "app.log.1", "app.log.2");
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "now\n");
    world_start(&w);
    world_settle(&w);
}

static void compress_file(const char *name)
{
    scene_compress(world_path(&w, name));
}

static void rotate_compressed(void)
{
    world_rename(&w, "app.log", "app.log.1");
    compress_file("app.log.1");
}

static void expect_numbered(const char *word, int n)
{
    char text[64];

    for (int i = 0; i < n; i++) {
        (void)snprintf(text, sizeof(text), "%s %d, squared %d\n", word, i, i * i);
        world_expect(&w, "app.log", text);
    }
}

TEST(rotated_and_compressed_while_down)
{
    world_kill(&w);
    world_expect(&w, "app.log", "unread 1\nunread 2\n");
    rotate_compressed();
    world_expect(&w, "app.log", "now\n");
    world_start(&w);
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
    world_rename(&w, "app.log.1.gz", "app.log.2.gz");
    rotate_compressed();
    world_expect(&w, "app.log", "later\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST(what_an_editor_put_in_the_place_of_a_log_that_was_not_read_yet_has_all_of_it)
{
    size_t before = w.lines.n;

    world_expect(&w, "b.log", "read\n");
    world_expect(&w, "a.log", "met\n");
    (void)tailset_catch_up(w.set, 0);
    ck_assert_uint_eq(w.lines.n, before + 1);
    ck_assert_str_eq(w.lines.p[before], "read\n");
    world_save(&w);
    world_kill(&w);
    world_copy(&w, "a.log", "a.tmp");
    world_rename(&w, "a.tmp", "a.log");
    world_start(&w);
    world_settle(&w);
    world_run(&w, 5000);
    ck_assert_uint_eq(w.notes[TAIL_LOST_VANISHED], 0);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

TEST(a_compressed_file_that_is_not_read_to_its_end_is_read_on_after_a_restart)
{
    world_kill(&w);
    expect_numbered("unread", 500);
    rotate_compressed();
    world_start(&w);
    (void)tailset_catch_up(w.set, 0);
    ck_assert_uint_lt(w.lines.n, w.expected.n);
    world_restart(&w);
    world_settle(&w);
}

/* As by a copy that begins anew: at first not even its magic number is there. */
TEST(an_archive_that_is_written_again_is_read_from_its_beginning)
{
    enum { THERE = 3 };
    struct buf whole = BUF_INIT;
    int fd;

    world_kill(&w);
    expect_numbered("unread", 500);
    rotate_compressed();
    world_start(&w);
    (void)tailset_catch_up(w.set, 0);
    ck_assert_uint_lt(w.lines.n, w.expected.n);
    world_save(&w);
    world_kill(&w);
    ground_read(world_path(&w, "app.log.1.gz"), &whole);
    world_truncate(&w, "app.log.1.gz", THERE);
    world_start(&w);
    world_until(&w, &w.notes[TAIL_READ_ERROR], 1);
    fd = world_open(&w, "app.log.1.gz");
    ground_put(fd, whole.p + THERE, whole.n - THERE);
    ground_close(fd);
    world_settle(&w);
    buf_release(&whole);
}

TEST(a_compressed_file_is_read_on_in_the_middle_of_many)
{
    expect_numbered("number", 3000);
    world_settle(&w);
    world_save(&w);
    expect_numbered("more", 3000);
    world_kill(&w);
    rotate_compressed();
    world_start(&w);
    world_settle(&w);
}

TEST(an_archive_that_is_still_being_written_is_waited_for)
{
    int64_t size;

    expect_numbered("unread", 500);
    world_kill(&w);
    rotate_compressed();
    world_rename(&w, "app.log.1.gz", "whole");
    size = ground_size(world_path(&w, "whole"));
    world_copy(&w, "whole", "app.log.1.gz");
    world_truncate(&w, "app.log.1.gz", 4);
    world_start(&w);
    world_run(&w, 30);
    world_copy(&w, "whole", "app.log.1.gz");
    world_truncate(&w, "app.log.1.gz", size / 2);
    world_run(&w, 30);
    world_copy(&w, "whole", "app.log.1.gz");
    world_settle(&w);
}

TEST(an_archive_that_becomes_another_is_closed)
{
    unsigned before;

    world_kill(&w);
    before = scene_descriptors();
    for (int i = 0; i < 500; i++) {
        char text[64];

        (void)snprintf(text, sizeof(text), "unread %d, squared %d\n", i, i * i);
        world_write(&w, "app.log", text);
    }
    rotate_compressed();
    world_truncate(&w, "app.log.1.gz", ground_size(world_path(&w, "app.log.1.gz")) / 2);
    world_start(&w);
    world_run(&w, 30);
    world_write(&w, "other", "nothing like it\n");
    compress_file("other");
    world_copy(&w, "other.gz", "app.log.1.gz");
    world_run(&w, 500);
    world_kill(&w);
    ck_assert_uint_eq(scene_descriptors(), before);
}

TEST(a_broken_archive_is_given_up)
{
    world_kill(&w);
    world_expect(&w, "app.log", "lost\n");
    w.expected.n--;
    free(w.expected.p[w.expected.n]);
    world_remove(&w, "app.log");
    world_write(&w, "app.log.1.gz", "\x1f\x8b\x08rubbish that is no deflate stream at all");
    world_expect(&w, "app.log", "now\n");
    world_start(&w);
    world_settle(&w);
}

TEST(a_copy_waits_until_its_original_can_be_read)
{
    world_save(&w);
    world_kill(&w);
    world_copy(&w, "app.log", "app.log.1");
    scene_chmod(world_path(&w, "app.log"), 0);
    world_start(&w);
    world_until(&w, &w.notes[TAIL_READ_ERROR], 1);
    world_run(&w, 50);
    scene_chmod(world_path(&w, "app.log"), 0644);
    world_expect(&w, "app.log", "can be read again\n");
    world_settle(&w);
}

/* Another that begins alike cannot be compared with it. */
TEST(what_has_its_own_inode_waits_for_nothing)
{
    world_rename(&w, "app.log", "app.log.2");
    world_expect(&w, "app.log", "first 1\nfirst 2\nsecond\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    scene_chmod(world_path(&w, "app.log.2"), 0);
    world_rename(&w, "app.log", "aside");
    world_start(&w);
    world_run(&w, 50);
    world_expect(&w, "aside", "third\n");
    world_rename(&w, "aside", "app.log.1");
    world_settle(&w);
}

TEST(truncated_while_down)
{
    world_kill(&w);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
}

TEST(truncated_and_grown_while_down)
{
    world_kill(&w);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "this is now much longer than it was\nbefore\n");
    world_start(&w);
    world_settle(&w);
}

TEST(deleted_while_down_and_the_inode_given_to_another)
{
    world_kill(&w);
    world_remove(&w, "app.log");
    world_expect(&w, "b.log", "first 1\nfirst 2\nnot the same\n");
    world_expect(&w, "app.log", "mine\n");
    world_start(&w);
    world_settle(&w);
}

TEST(files_that_come_while_down_are_read_from_their_beginning)
{
    world_kill(&w);
    w.log.start_at_end = true;
    world_expect(&w, "b.log", "all of it\n");
    world_start(&w);
    world_settle(&w);
}

TEST(an_unfinished_line_is_read_again)
{
    world_write(&w, "app.log", "half");
    world_run(&w, 10);
    world_restart(&w);
    world_write(&w, "app.log", " and half\n");
    world_expect_line(&w, "half and half\n");
    world_settle(&w);
}

TEST(after_a_damaged_state_files_start_at_their_end_and_the_loss_is_told)
{
    world_save(&w);
    world_kill(&w);
    w.has_state = false;
    w.saved_lines = w.lines.n;
    world_start(&w);
    tailset_start_at_end(w.set);
    world_run(&w, 20);
    ck_assert_uint_eq(w.notes[TAIL_LOST_STATE], 16);
    world_expect(&w, "app.log", "on\n");
    world_expect(&w, "new.log", "whole\n");
    world_settle(&w);
}

TEST(a_damaged_record_is_refused_whole)
{
    for (size_t n = 0; n < w.saved.n; n++) {
        struct tailset *set = NULL;

        world_kill(&w);
        w.has_state = false;
        world_start(&w);
        set = w.set;
        ck_assert_int_lt(tailset_restore(set, slice_make(w.saved.p, n), SLICE("")), 0);
    }
    ck_assert_int_eq(tailset_restore(w.set, buf_all(&w.saved), SLICE("")), 0);
    world_settle(&w);
}

TEST(a_reload_changes_nothing_that_was_read)
{
    world_write(&w, "app.log", "ha");
    world_run(&w, 10);
    tailset_reconfigure(w.set, &w.options);
    world_write(&w, "app.log", "lf\n");
    world_expect_line(&w, "half\n");
    world_settle(&w);
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "new\n");
    tailset_reconfigure(w.set, &w.options);
    world_settle(&w);
}

TEST(a_log_that_is_taken_away_and_brought_back_goes_on)
{
    struct tail_log none = {.name = "other", .globs = NULL};
    struct tail_options without = w.options;

    without.logs = &none;
    tailset_reconfigure(w.set, &without);
    world_expect(&w, "app.log", "meanwhile\n");
    world_run(&w, 30);
    ck_assert_uint_lt(w.lines.n, w.expected.n);
    world_save(&w);
    tailset_reconfigure(w.set, &w.options);
    world_settle(&w);
}

/* What is made of it later is written again; also while its loss is not yet told. */
TEST_EACH(what_is_gone_stays_gone_over_a_reload, 2)
{
    world_kill(&w);
    world_remove(&w, "app.log");
    if (_i)
        w.options.lost_wait_ns = 100 * NSEC_PER_SEC;
    world_start(&w);
    world_run(&w, 50);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], _i ? 0 : 1);
    tailset_reconfigure(w.set, &w.options);
    world_run(&w, 100);
    world_expect(&w, "app.log.1", "first 1\nfirst 2\nlater\n");
    world_settle(&w);
}

/* Its name says too little. */
TEST(what_nobody_wants_is_no_part_of_another_log_by_a_weak_name)
{
    world_follow(&w, "other.log");
    world_expect(&w, "other.log", "other\n");
    world_settle(&w);
    world_write(&w, "app.log", "nobody reads it\n");
    world_rename(&w, "app.log", "other.1.log");
    world_settle(&w);
}
