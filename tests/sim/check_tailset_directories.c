/* Files are found wherever a glob leads, whenever they come. */
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
}

static void end(void)
{
    world_release(&w);
}

static void make_dir(const char *name)
{
    scene_mkdir(world_path(&w, name));
}

FIXTURE(begin, end);

TEST(a_new_file_is_read_from_its_beginning)
{
    world_run(&w, 20);
    world_expect(&w, "late.log", "one\ntwo\n");
    world_settle(&w);
}

static void count_known(void *ctx, const struct tail_known *k)
{
    (void)k;
    ++*(unsigned *)ctx;
}

TEST(files_that_are_gone_are_remembered_so_many_at_most)
{
    unsigned known = 100;
    char name[32];

    world_kill(&w);
    w.options.max_gone = 10;
    w.options.rotate_wait_ns = 20 * NSEC_PER_MSEC;
    world_start(&w);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof(name), "f%d.log", i);
        world_expect(&w, name, "a line\n");
    }
    world_settle(&w);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof(name), "f%d.log", i);
        world_remove(&w, name);
    }
    for (int i = 0; i < 500 && known > 10; i++) {
        world_run(&w, 10);
        known = 0;
        tailset_known(w.set, count_known, &known);
    }
    ck_assert_uint_eq(known, 10);
    world_restart(&w);
    world_run(&w, 10);
    known = 0;
    tailset_known(w.set, count_known, &known);
    ck_assert_uint_eq(known, 10);
    world_settle(&w);
}

TEST(without_events_everything_is_found_as_well)
{
    world_kill(&w);
    w.log.poll = true;
    world_start(&w);
    world_run(&w, 10);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_rename(&w, "a.log", "a.log.1");
    world_expect(&w, "a.log.1", "late\n");
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
    world_truncate(&w, "a.log", 0);
    world_expect(&w, "a.log", "three, and longer than before\n");
    world_settle(&w);
}

TEST(subdirectories_are_entered)
{
    world_follow(&w, "**/*.log");
    make_dir("a");
    make_dir("a/b");
    world_expect(&w, "a/b/x.log", "deep\n");
    world_expect(&w, "y.log", "shallow\n");
    world_settle(&w);
    make_dir("a/b/c");
    world_expect(&w, "a/b/c/z.log", "deeper\n");
    world_settle(&w);
}

TEST(a_circle_of_symlinks_is_not_walked)
{
    world_follow(&w, "**/*.log");
    make_dir("a");
    scene_symlink("..", world_path(&w, "a/up"));
    world_expect(&w, "a/x.log", "once\n");
    world_settle(&w);
}

TEST(a_directory_may_come_later)
{
    world_follow(&w, "one/two/*.log");
    make_dir("one");
    world_run(&w, 20);
    make_dir("one/two");
    world_expect(&w, "one/two/x.log", "at last\n");
    world_settle(&w);
    world_expect(&w, "one/two/x.log", "and more\n");
    world_settle(&w);
}

TEST(a_directory_may_be_deleted_and_made_again)
{
    world_follow(&w, "one/*.log");
    make_dir("one");
    world_expect(&w, "one/x.log", "first\n");
    world_settle(&w);
    world_remove(&w, "one/x.log");
    scene_rmdir(world_path(&w, "one"));
    world_run(&w, 20);
    make_dir("one");
    world_expect(&w, "one/x.log", "second life\n");
    world_settle(&w);
    world_expect(&w, "one/x.log", "goes on\n");
    world_settle(&w);
}

TEST(a_directory_that_is_a_switched_symlink_is_followed)
{
    world_follow(&w, "current/*.log");
    make_dir("r1");
    make_dir("r2");
    world_expect(&w, "r1/x.log", "release one\n");
    scene_symlink("r1", world_path(&w, "current"));
    world_settle(&w);
    world_expect(&w, "r2/x.log", "release two\n");
    scene_symlink("r2", world_path(&w, "next"));
    world_rename(&w, "next", "current");
    world_settle(&w);
}

TEST(excluded_and_compressed_names_are_not_read)
{
    static const char *const excludes[] = {"secret*"};

    world_kill(&w);
    w.log.excludes = excludes;
    w.log.nexcludes = 1;
    free(w.globs[0]);
    w.globs[0] = xstrdup(world_path(&w, "*"));
    world_start(&w);
    world_write(&w, "secret.log", "no\n");
    world_write(&w, "old.log.gz", "no\n");
    world_expect(&w, "plain", "yes\n");
    world_settle(&w);
}

TEST(at_the_first_start_rotated_files_are_history)
{
    world_kill(&w);
    world_write(&w, "app.log.1", "history\n");
    world_write(&w, "app.log.2", "older history\n");
    world_expect(&w, "app.log", "now\n");
    world_start(&w);
    world_settle(&w);
    world_rename(&w, "app.log.2", "app.log.3");
    world_rename(&w, "app.log.1", "app.log.2");
    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST(a_log_that_starts_at_its_end_skips_what_was_there)
{
    world_kill(&w);
    w.log.start_at_end = true;
    world_write(&w, "app.log", "before\nhalf a ");
    world_start(&w);
    world_run(&w, 20);
    world_write(&w, "app.log", "line\n");
    world_expect_line(&w, "half a line\n");
    world_expect(&w, "later.log", "all of it\n");
    world_settle(&w);
}

TEST(a_file_that_may_not_be_read_is_tried_again)
{
    world_expect(&w, "a.log", "hidden\n");
    scene_chmod(world_path(&w, "a.log"), 0);
    world_until(&w, &w.notes[TAIL_READ_ERROR], 1);
    world_run(&w, 30);
    ck_assert_uint_eq(w.notes[TAIL_READ_ERROR], 1);
    scene_chmod(world_path(&w, "a.log"), 0644);
    world_settle(&w);
}

TEST(the_status_tells_what_is_there)
{
    struct tail_log_status s;

    world_run(&w, 10);
    tailset_log_status(w.set, 0, &s);
    ck_assert(s.waiting && s.first_start && s.backlog_done);
    world_expect(&w, "a.log", "one\n");
    world_write(&w, "a.log", "unfinished");
    world_settle(&w);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.files, 1);
    ck_assert_uint_eq(s.open, 1);
    ck_assert_uint_eq(s.lag_bytes, 10);
    ck_assert(!s.waiting && s.last_read_wall_ns > 0);
}

TEST(created_and_deleted_between_two_looks_is_told)
{
    world_run(&w, 10);
    world_write(&w, "brief.log", "nobody saw me\n");
    world_remove(&w, "brief.log");
    world_until(&w, &w.notes[TAIL_VANISHED], 1);
    world_settle(&w);
}

enum { FILES = 100 }; /* each is held open */
static unsigned removed;

static void remove_next(void)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%u.log", removed);
    if (removed < FILES)
        world_remove(&w, name);
    removed += removed < FILES;
}

/* The look at everything may notice before the event is read that a name is gone. */
TEST(what_was_read_before_it_was_deleted_did_not_vanish)
{
    char name[32];

    w.options.reconcile_ns = 1;
    world_restart(&w);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof(name), "%d.log", i);
        world_expect(&w, name, "read\n");
    }
    world_settle(&w);
    scene_between(3, remove_next);
    for (int i = 0; i < 100000 && removed < FILES; i++)
        ck_assert_int_eq(loop_turn(w.loop, 1), 0);
    scene_between(0, NULL);
    ck_assert_uint_eq(removed, FILES);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

static void pass_a_millisecond(void)
{
    scene_pass(NSEC_PER_MSEC);
}

TEST(files_are_read_where_a_look_at_all_takes_longer_than_until_the_next)
{
    char name[32];

    w.options.reconcile_ns = 20 * NSEC_PER_MSEC;
    world_restart(&w);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof(name), "%d.log", i);
        world_expect(&w, name, "read\n");
    }
    scene_between(1, pass_a_millisecond);
    world_run(&w, 10000);
    scene_between(0, NULL);
    ck_assert_uint_eq(w.lines.n, w.expected.n);
    world_settle(&w);
}
