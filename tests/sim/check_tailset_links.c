/* Logs that are named by symlinks: to a file, over a chain of them, through a directory. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"

#include <stdio.h>

/* `link` leads to `to`; the log is written as pods/0.log in each. */
static const struct way {
    const char *glob, *link, *to, *link2, *to2;
} ways[] = {
    {"c/*.log", "c/x.log", "pods/0.log", NULL, NULL},
    {"c/*.log", "c/x.log", "mid", "mid", "pods/0.log"},
    {"cur/0.log", "cur", "pods", NULL, NULL},
    {"pods/0.log", NULL, NULL, NULL, NULL}, /* as without */
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]), LINKS = WAYS - 1 };

static struct world w;

static void lead(const char *link, const char *to)
{
    char target[512], next[512];

    (void)snprintf(target, sizeof(target), "%s", world_path(&w, to));
    (void)snprintf(next, sizeof(next), "%s", world_path(&w, "next"));
    scene_symlink(target, next);
    ground_rename(next, world_path(&w, link));
}

static void make_dir(const char *name)
{
    scene_mkdir(world_path(&w, name));
}

static void begin(void)
{
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

static void begin_way(int i)
{
    const struct way *way = &ways[i];

    world_init(&w, way->glob);
    make_dir("c");
    make_dir("pods");
    make_dir("other");
    if (way->link)
        lead(way->link, way->to);
    if (way->link2)
        lead(way->link2, way->to2);
    world_expect(&w, "pods/0.log", "first 1\nfirst 2\n");
    world_start(&w);
    world_settle(&w);
    world_save(&w);
}

TEST_EACH(rotated_while_down, WAYS)
{
    begin_way(_i);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "unread\n");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_expect(&w, "pods/0.log", "new\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
    world_expect(&w, "pods/0.log.1", "late\n");
    world_settle(&w);
}

TEST_EACH(rotated_twice_between_two_looks, WAYS)
{
    begin_way(_i);
    world_expect(&w, "pods/0.log", "unread\n");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_expect(&w, "pods/0.log", "never seen\n");
    world_rename(&w, "pods/0.log.1", "pods/0.log.2");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_expect(&w, "pods/0.log", "new\n");
    world_settle(&w);
}

TEST_EACH(ten_fast_rotations, WAYS)
{
    char from[32], to[32], text[32];

    begin_way(_i);
    for (int i = 0; i < 10; i++) {
        for (int k = i; k > 0; k--) {
            (void)snprintf(from, sizeof(from), "pods/0.log.%d", k);
            (void)snprintf(to, sizeof(to), "pods/0.log.%d", k + 1);
            world_rename(&w, from, to);
        }
        world_rename(&w, "pods/0.log", "pods/0.log.1");
        (void)snprintf(text, sizeof(text), "of generation %d\n", i);
        world_expect(&w, "pods/0.log", text);
    }
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST_EACH(copied_and_truncated_before_it_was_read, WAYS)
{
    begin_way(_i);
    world_expect(&w, "pods/0.log", "unread\n");
    world_copy(&w, "pods/0.log", "pods/0.log.1");
    world_truncate(&w, "pods/0.log", 0);
    world_expect(&w, "pods/0.log", "new\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

TEST_EACH(copied_and_truncated_while_down, WAYS)
{
    begin_way(_i);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "unread\n");
    world_copy(&w, "pods/0.log", "pods/0.log.1");
    world_truncate(&w, "pods/0.log", 0);
    world_expect(&w, "pods/0.log", "new\n");
    world_start(&w);
    world_settle(&w);
}

TEST_EACH(compressed_while_down, WAYS)
{
    begin_way(_i);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "unread\n");
    world_rename(&w, "pods/0.log", "pods/0.log.20260301-100000");
    scene_compress(world_path(&w, "pods/0.log.20260301-100000"));
    world_expect(&w, "pods/0.log", "new\n");
    world_start(&w);
    world_settle(&w);
}

static void switch_to(int i, const char *dir)
{
    char to[64];

    if (i == LINKS - 1) {
        lead("cur", dir);
        return;
    }
    (void)snprintf(to, sizeof(to), "%s/0.log", dir);
    lead(ways[i].link2 ? ways[i].link2 : ways[i].link, to);
}

/* The old target is written on, while the daemon runs and after it was killed; the link comes
 * back. */
TEST_EACH(pointed_elsewhere, LINKS)
{
    begin_way(_i);
    world_expect(&w, "other/0.log", "of the other\n");
    switch_to(_i, "other");
    world_expect(&w, "pods/0.log", "late 1\n");
    world_settle(&w);
    world_expect(&w, "pods/0.log", "late 2\n");
    world_expect(&w, "other/0.log", "more of the other\n");
    world_settle(&w);
    world_restart(&w);
    world_expect(&w, "pods/0.log", "late 3\n");
    world_settle(&w);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "late 4\n");
    world_start(&w);
    world_settle(&w);
    world_save(&w);
    switch_to(_i, "pods");
    world_expect(&w, "pods/0.log", "back\n");
    world_expect(&w, "other/0.log", "late, of the other\n");
    world_settle(&w);
    world_kill(&w);
    world_start(&w);
    world_settle(&w);
}

TEST_EACH(pointed_elsewhere_while_down, LINKS)
{
    begin_way(_i);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "unread\n");
    world_expect(&w, "other/0.log", "of the other\n");
    switch_to(_i, "other");
    world_start(&w);
    world_settle(&w);
    world_expect(&w, "pods/0.log", "late\n");
    world_settle(&w);
    world_restart(&w);
    world_settle(&w);
}

/* The stream is that of the file's own name, whichever is met first. */
TEST(two_names_are_one_content)
{
    world_init(&w, "*.log");
    world_expect(&w, "real.log", "one\n");
    lead("alias.log", "real.log");
    world_start(&w);
    world_settle(&w);
    ck_assert_str_eq(w.last_path, world_path(&w, "real.log"));
    world_restart(&w);
    world_expect(&w, "real.log", "two\n");
    world_settle(&w);
    ck_assert_str_eq(w.last_path, world_path(&w, "real.log"));
    ck_assert_uint_eq(w.notes[TAIL_ROTATED], 0);
}

/* What lay beside a log before the link led there is history. */
TEST(what_was_before_the_link_is_history)
{
    world_init(&w, "c/*.log");
    make_dir("c");
    make_dir("pods");
    world_start(&w);
    world_run(&w, 20);
    world_write(&w, "pods/0.log.1", "history\n");
    world_expect(&w, "pods/0.log", "one\n");
    world_run(&w, 20);
    lead("c/x.log", "pods/0.log");
    world_settle(&w);
    world_rename(&w, "pods/0.log.1", "pods/0.log.2");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_expect(&w, "pods/0.log", "two\n");
    world_settle(&w);
}

TEST_EACH(the_file_comes_later, LINKS)
{
    begin_way(_i);
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_run(&w, 50);
    world_expect(&w, "pods/0.log", "later\n");
    world_settle(&w);
    world_kill(&w);
    world_remove(&w, "pods/0.log.1");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_start(&w);
    world_run(&w, 50);
    world_expect(&w, "pods/0.log", "much later\n");
    world_settle(&w);
}

/* Between the two nothing lies where the link leads, and nothing may come there again. */
TEST_EACH(born_and_rotated_while_the_link_leads_nowhere, WAYS)
{
    begin_way(_i);
    world_rename(&w, "pods/0.log", "other/0.log.9");
    world_run(&w, 50);
    world_expect(&w, "pods/0.log", "born\n");
    world_rename(&w, "pods/0.log", "pods/0.log.old");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "pods/0.log", "next\n");
    world_rename(&w, "pods/0.log", "pods/0.log.1");
    world_start(&w);
    world_settle(&w);
}

TEST(a_symlink_that_leads_nowhere_is_waited_for)
{
    world_init(&w, "c/*.log");
    make_dir("c");
    make_dir("pods");
    lead("c/x.log", "pods/0.log");
    world_start(&w);
    world_run(&w, 50);
    world_expect(&w, "pods/0.log", "one\n");
    world_settle(&w);
}

/* What comes where it led is nobody's then. */
TEST(a_file_in_the_place_of_a_symlink_that_led_nowhere)
{
    world_init(&w, "c/*.log");
    make_dir("c");
    make_dir("pods");
    lead("c/x.log", "pods/0.log");
    world_start(&w);
    world_run(&w, 50);
    world_expect(&w, "plain", "one\n");
    world_rename(&w, "plain", "c/x.log");
    world_settle(&w);
    world_write(&w, "pods/0.log.1", "of another\n");
    world_run(&w, 50);
    world_settle(&w);
}

/* Moved where nobody looks, and written on. */
TEST(moved_away_and_killed)
{
    world_init(&w, "*.log");
    make_dir("away");
    world_start(&w);
    world_expect(&w, "app.log", "one\n");
    world_settle(&w);
    world_rename(&w, "app.log", "away/app.log");
    world_expect(&w, "away/app.log", "two\n");
    world_settle(&w);
    world_rename(&w, "away/app.log", "away/again.log");
    world_run(&w, 50);
    world_save(&w);
    world_expect(&w, "away/again.log", "three\n");
    world_kill(&w);
    world_expect(&w, "away/again.log", "four\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
    world_rename(&w, "away/again.log", "app.log");
    world_expect(&w, "app.log", "five\n");
    world_settle(&w);
}

/* As it has its number, but does not begin as that did. */
TEST(what_lies_where_an_unread_log_was_is_another)
{
    world_init(&w, "c/*.log");
    scene_without_births();
    make_dir("c");
    make_dir("pods");
    lead("c/x.log", "pods/0.log");
    world_write(&w, "pods/0.log",
                "the first line, longer than sixty-four bytes, is not yet at its end");
    world_start(&w);
    world_run(&w, 50);
    world_save(&w);
    world_kill(&w);
    world_remove(&w, "c/x.log");
    world_truncate(&w, "pods/0.log", 0);
    world_write(&w, "pods/0.log",
                "of another, which nobody reads as no name of a log leads to it: longer than the "
                "first was\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.open_files, 0);
}
