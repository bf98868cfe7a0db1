/* Under whichever name a rotator leaves a file, whether a glob matches that name too or not: its
 * lines count once. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include <stdio.h>

static const char *const names[] = {
    "app.log.1",
    "app.1.log",
    "app.log-20260301",
    "app.log_2026-03-01",
    "app.20260301.log",
    "app_20260301.log",
    "app20260301.log",
    "app.2026-03-01.0.log",
    "app.log.old",
    "app.log.bak",
    "app.log-old",
    "app.log.Mon",
    "app.log.2026-03-01_10",
    "app-2026-03-01T10-00-00.123.log",
    "app__2026-03-01_00-00-00.log",
};
static const char *const globs[] = {"app.log", "*.log", "*"};

enum { NNAMES = sizeof(names) / sizeof(names[0]), NGLOBS = 3, ALL = NNAMES * NGLOBS };

static struct world w;

static void begin(void)
{
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

/* Case `i`; returns the name. */
static const char *begin_case(int i)
{
    world_init(&w, globs[i / NNAMES]);
    world_start(&w);
    world_expect(&w, "app.log", "first 1\nfirst 2\n");
    world_settle(&w);
    return names[i % NNAMES];
}

/* The same; another log was renamed to it. */
static const char *begin_renamed(int i)
{
    world_init(&w, "*.log");
    world_start(&w);
    world_expect(&w, "other.log", "first 1\nfirst 2\n");
    world_settle(&w);
    world_rename(&w, "other.log", "app.log");
    world_run(&w, 20);
    world_save(&w);
    return names[i];
}

TEST_EACH(rotated_while_down_to_any_name, ALL)
{
    const char *name = begin_case(_i);

    world_save(&w);
    world_kill(&w);
    world_expect(&w, "app.log", "unread\n");
    world_rename(&w, "app.log", name);
    world_expect(&w, "app.log", "new\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

static void copy_before_it_is_read(const char *name)
{
    world_expect(&w, "app.log", "unread\n");
    world_copy(&w, "app.log", name);
    world_truncate(&w, "app.log", 0);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST_EACH(copied_to_any_name_and_truncated_before_it_was_read, ALL)
{
    copy_before_it_is_read(begin_case(_i));
}

static void copy_when_it_is_read(const char *name)
{
    world_copy(&w, "app.log", name);
    world_run(&w, 20);
    world_truncate(&w, "app.log", 0);
    world_run(&w, 20);
    world_expect(&w, "app.log", "new\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST_EACH(copied_to_any_name_when_it_was_read, ALL)
{
    copy_when_it_is_read(begin_case(_i));
}

static void compress_while_down(const char *name)
{
    world_kill(&w);
    world_expect(&w, "app.log", "unread\n");
    world_rename(&w, "app.log", name);
    world_expect(&w, "app.log", "new\n");
    scene_compress(world_path(&w, name));
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

TEST_EACH(compressed_under_any_name_while_down, ALL)
{
    const char *name = begin_case(_i);

    world_save(&w);
    compress_while_down(name);
}

TEST_EACH(renamed_then_copied_and_truncated_before_it_was_read, NNAMES)
{
    copy_before_it_is_read(begin_renamed(_i));
}

TEST_EACH(renamed_then_copied_when_it_was_read, NNAMES)
{
    copy_when_it_is_read(begin_renamed(_i));
}

TEST_EACH(renamed_then_compressed_while_down, NNAMES)
{
    compress_while_down(begin_renamed(_i));
}

/* worker.1.log shows how worker.log is rotated; worker.2.log was there before. */
TEST(a_generation_nobody_saw_is_known_by_the_names_of_others)
{
    world_init(&w, "app.log");
    world_write(&w, "app.7.log", "of another program\n");
    world_start(&w);
    world_expect(&w, "app.log", "first\n");
    world_settle(&w);
    world_rename(&w, "app.log", "app.1.log");
    world_expect(&w, "app.log", "seen\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_rename(&w, "app.1.log", "app.2.log");
    world_rename(&w, "app.log", "app.1.log");
    world_expect(&w, "app.log", "never seen\n");
    world_rename(&w, "app.2.log", "app.3.log");
    world_rename(&w, "app.1.log", "app.2.log");
    world_rename(&w, "app.log", "app.1.log");
    world_run(&w, 20); /* the births are those of different ticks */
    world_expect(&w, "app.log", "now\n");
    world_start(&w);
    world_settle(&w);
}

TEST(logs_that_only_look_like_parts_are_read)
{
    world_init(&w, "*.log");
    world_expect(&w, "app.log", "banner\nof the first\n");
    world_expect(&w, "app.2.log", "banner\nof the second\n");
    world_expect(&w, "app-20260301.log", "banner\nof a day\n");
    world_start(&w);
    world_settle(&w);
    world_expect(&w, "app.3.log", "of the third\n");
    world_settle(&w);
    ck_assert_str_eq(w.last_path, world_path(&w, "app.3.log"));
    world_expect(&w, "app.2.log", "more\n");
    world_remove(&w, "app.3.log");
    world_run(&w, 20);
    world_expect(&w, "app.3.log", "again\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

/* A name that nobody could guess, and one in another directory, are named by the log. */
TEST_EACH(rotated_to_a_name_that_the_log_gives, 4)
{
    static const char *const given[] = {"old-*", "archive/app.*"};
    static const char *const parts[] = {"old-17", "archive/app.17"};
    int i = _i / 2;

    world_init(&w, "*.log");
    scene_mkdir(world_path(&w, "archive"));
    w.log.rotated = &given[i];
    w.log.nrotated = 1;
    world_start(&w);
    world_expect(&w, "app.log", "first 1\nfirst 2\n");
    world_settle(&w);
    if (_i % 2) {
        world_save(&w);
        world_kill(&w);
    }
    world_expect(&w, "app.log", "first 3\n");
    world_rename(&w, "app.log", parts[i]);
    world_expect(&w, "app.log", "second\n");
    if (_i % 2)
        world_start(&w);
    world_settle(&w);
}
