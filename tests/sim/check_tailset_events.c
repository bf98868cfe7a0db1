/* By events alone: the look at everything, which finds what they miss, is an hour away. */
#include "config.h"

#include "scene.h"
#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    w.options.reconcile_ns = 3600 * NSEC_PER_SEC;
    world_start(&w);
    world_run(&w, 10);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

TEST(what_a_symlink_leads_to_is_followed)
{
    scene_mkdir(world_path(&w, "data"));
    world_expect(&w, "data/x", "one\n");
    scene_symlink("data/x", world_path(&w, "x.log"));
    world_settle(&w);
    world_expect(&w, "data/x", "two\n");
    world_settle(&w);
    world_rename(&w, "data/x", "data/x.1");
    world_expect(&w, "data/x", "three\n");
    world_settle(&w);
}

/* Who is killed before the next look at everything finds it by the state. */
TEST(where_a_directory_was_moved_is_known)
{
    unsigned before;

    scene_mkdir(world_path(&w, "one"));
    world_follow(&w, "one/*.log");
    world_expect(&w, "one/x.log", "first\n");
    world_settle(&w);
    before = w.places;
    world_rename(&w, "one", "two");
    world_run(&w, 10);
    ck_assert_uint_gt(w.places, before); /* it is to be saved */
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "two/x.log", "late\n");
    world_start(&w);
    world_settle(&w);
}

/* A writer's many small pieces are read together. */
TEST(events_are_collected_for_five_milliseconds)
{
    int64_t began;

    w.options.collect_ns = 0;
    tailset_reconfigure(w.set, &w.options);
    world_run(&w, 10);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_run(&w, 100); /* nothing is being collected */
    began = clock_mono_ns();
    world_expect(&w, "a.log", "two\n");
    while (w.lines.n < w.expected.n)
        ck_assert_int_eq(loop_turn(w.loop, 1), 0);
    ck_assert_int_ge(clock_mono_ns() - began, 5 * NSEC_PER_MSEC);
    ck_assert_int_lt(clock_mono_ns() - began, 40 * NSEC_PER_MSEC);
    world_settle(&w);
}
