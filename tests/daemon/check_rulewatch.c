/* [rules] watch: what is taken and when, and which folders make somebody look. */
#include "config.h"

#include "suite.h"

#include "base/clock.h"
#include "daemon/rulewatch.h"
#include "tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KNOWN = 1, HALF, WHOLE };

static struct loop *loop;
static struct rulewatch *rules;
static unsigned looks;
static bool free_to_look;

static bool look(void *ctx)
{
    (void)ctx;
    looks += free_to_look;
    return free_to_look;
}

static void setup(void)
{
    looks = 0;
    free_to_look = true;
    ck_assert_int_eq(loop_new(&loop), 0);
    rules = rulewatch_new(loop, look, NULL, KNOWN);
}

static void teardown(void)
{
    rulewatch_free(rules);
    loop_free(loop);
}

/* Until there were so many looks. */
static void turn_until(unsigned wanted)
{
    int64_t end = clock_mono_ns() + 60 * NSEC_PER_SEC;

    while (looks < wanted && clock_mono_ns() < end)
        ck_quietly(loop_turn(loop, 100) >= 0);
    ck_assert_uint_eq(looks, wanted);
}

FIXTURE(setup, teardown);

TEST(a_change_is_taken_when_two_reads_came_to_it)
{
    ck_assert_int_eq(rulewatch_judge(rules, KNOWN), RULES_KNOWN);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_CHANGED);
    rulewatch_know(rules, WHOLE);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_KNOWN);
}

TEST(what_is_half_written_is_not_taken)
{
    ck_assert_int_eq(rulewatch_judge(rules, HALF), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, HALF), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_CHANGED);
}

TEST(what_was_changed_back_is_nothing)
{
    ck_assert_int_eq(rulewatch_judge(rules, HALF), RULES_RESTLESS);
    ck_assert_int_eq(rulewatch_judge(rules, KNOWN), RULES_KNOWN);
    ck_assert_int_eq(rulewatch_judge(rules, HALF), RULES_RESTLESS);
}

TEST(what_a_signal_took_first_is_nothing)
{
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_RESTLESS);
    rulewatch_know(rules, WHOLE);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_KNOWN);
}

TEST(the_first_look_comes_by_itself_and_waits_until_it_can)
{
    free_to_look = false;
    for (unsigned i = 0; i < 5; i++)
        ck_quietly(loop_turn(loop, 1) >= 0);
    free_to_look = true;
    turn_until(1);
}

TEST(what_does_not_rest_is_read_again_without_an_event)
{
    turn_until(1);
    ck_assert_int_eq(rulewatch_judge(rules, HALF), RULES_RESTLESS);
    turn_until(2);
}

static void write_file(const char *path, const char *text)
{
    put_file(path, slice_str(text));
}

/* As the kubelet keeps a ConfigMap: rules/a.ini -> ..data/a.ini, ..data -> ..VERSION. */
static void place_version(const char *version, const char *text)
{
    char path[64];

    snprintf(path, sizeof path, "rules/%s", version);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "rules/%s/a.ini", version);
    write_file(path, text);
    ck_assert_int_eq(symlink(version, "rules/..data_tmp"), 0);
    ck_assert_int_eq(rename("rules/..data_tmp", "rules/..data"), 0);
}

/* Where it cannot watch, it reads every minute; an event elsewhere waits for no minute. */
TEST(a_folder_that_is_not_there_puts_no_event_off)
{
    char home[] = "/tmp/check_rulewatch.XXXXXX";
    int64_t began = clock_mono_ns();

    ck_assert_ptr_nonnull(mkdtemp(home));
    ck_assert_int_eq(chdir(home), 0);
    turn_until(1);
    rulewatch_add(rules, "nowhere/*.ini");
    rulewatch_add(rules, "./*.ini");
    ck_assert_int_eq(rulewatch_judge(rules, KNOWN), RULES_KNOWN);
    write_file("a.ini", "1");
    turn_until(2);
    ck_assert_int_lt(clock_mono_ns() - began, 45 * NSEC_PER_SEC);
    remove_tree(home);
}

TEST(a_link_swap_a_file_renamed_and_one_behind_a_link_make_somebody_look)
{
    char home[] = "/tmp/check_rulewatch.XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(home));
    ck_assert_int_eq(chdir(home), 0);
    ck_assert_int_eq(mkdir("rules", 0755) | mkdir("elsewhere", 0755), 0);
    write_file("elsewhere/b", "1");
    place_version("..1", "1");
    ck_assert_int_eq(symlink("..data/a.ini", "rules/a.ini"), 0);
    ck_assert_int_eq(symlink("../elsewhere/b", "rules/b.ini"), 0);
    turn_until(1);
    rulewatch_add(rules, "rules/*.ini");
    rulewatch_add(rules, "rules/b.ini");
    ck_assert_int_eq(rulewatch_judge(rules, KNOWN), RULES_KNOWN);

    place_version("..2", "2");
    turn_until(2);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_RESTLESS);
    turn_until(3);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_CHANGED);
    rulewatch_know(rules, WHOLE);

    write_file("rules/new", "3");
    ck_assert_int_eq(rename("rules/new", "rules/c.ini"), 0);
    turn_until(4);
    ck_assert_int_eq(rulewatch_judge(rules, WHOLE), RULES_KNOWN);
    write_file("elsewhere/b", "2");
    turn_until(5);
    remove_tree(home);
}
