/* Who may come in by a password: what is checked at once, what later, and what not at all. */
#include "config.h"

#include "suite.h"

#include "http/http_rig.h"
#include "http/users.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* bcrypt of the cost 4, the least. */
#define ALICE "$2y$04$xiQ/8NmR4pi/CGSDkSLPtuIHuCxU3ffF5urPJFcEVNVmjfKNm0VuW" /* correct horse */
#define OTHER "$2y$04$MrFoJ7eHomp4eaSFOzoDSOFbaMKjRM6pdkVN3Dl5YIxdF8l6g3pdu" /* battery */

#define COSTLY "$2y$06$MrFoJ7eHomp4eaSFOzoDSOFbaMKjRM6pdkVN3Dl5YIxdF8l6g3pdu"

#define RIGHT "Basic YWxpY2U6Y29ycmVjdCBob3JzZQ=="  /* alice:correct horse */
#define WRONG "Basic YWxpY2U6d3Jvbmc="              /* alice:wrong */
#define BOB_WRONG "Basic Ym9iOndyb25n"              /* bob:wrong */
#define NOBODY "Basic bm9ib2R5OmNvcnJlY3QgaG9yc2U=" /* nobody:correct horse */

enum { PLACES = 16 };

static struct loop *loop;
static struct users *users;
static struct buf err;
static unsigned answers[USERS_LATER + 1];

static void set_alice(const char *hash)
{
    users_set(users, &(struct web_user){"alice", hash}, 1);
}

static void begin(void)
{
    ck_assert_int_eq(loop_new(&loop), 0);
    users = users_new(loop, &err);
    ck_assert_ptr_nonnull(users);
    ck_assert(!users_any(users));
    set_alice(ALICE);
    ck_assert(users_any(users));
}

static void end(void)
{
    users_free(users);
    loop_free(loop);
    buf_release(&err);
}

FIXTURE(begin, end);

static void on_answer(void *ctx, enum users_verdict verdict)
{
    (void)ctx;
    answers[verdict]++;
}

static enum users_verdict ask(const char *authorization, uint64_t peer)
{
    return users_check(users, slice_str(authorization), peer, on_answer, NULL);
}

/* Asks what is checked on the thread; what came of it. */
static enum users_verdict ask_and_wait(const char *authorization, uint64_t peer)
{
    unsigned before = answers[USERS_RIGHT] + answers[USERS_WRONG], right = answers[USERS_RIGHT];

    ck_assert_int_eq(ask(authorization, peer), USERS_LATER);
    while (answers[USERS_RIGHT] + answers[USERS_WRONG] == before)
        ck_quietly(loop_turn(loop, 1000) == 0);
    return answers[USERS_RIGHT] > right ? USERS_RIGHT : USERS_WRONG;
}

static const char *const no_passwords[] = {
    "",
    "Basic",
    "Basic ",
    "Basic   ",
    "Bearer YWxpY2U6Y29ycmVjdCBob3JzZQ==",
    "Basic !!!",
    "Basic YWxpY2U=",             /* alice */
    "Basic YWxpY2U6Y29ycmVjdAA=", /* with a NUL behind it */
};

TEST_EACH(what_is_no_name_with_a_password_is_wrong_at_once,
          sizeof no_passwords / sizeof *no_passwords)
{
    ck_assert_int_eq(ask(no_passwords[_i], 1), USERS_WRONG);
}

TEST(a_password_without_end_is_wrong_at_once)
{
    struct buf header = BUF_INIT;

    buf_str(&header, "Basic YTph"); /* a:a, and then many more */
    for (int i = 0; i < 400; i++)
        buf_str(&header, "YWFh");
    ck_assert_int_eq(ask(header.p, 1), USERS_WRONG);
    buf_release(&header);
}

TEST(what_was_proved_is_known_at_once)
{
    ck_assert_int_eq(ask_and_wait(RIGHT, 1), USERS_RIGHT);
    ck_assert_int_eq(ask(RIGHT, 1), USERS_RIGHT);
    ck_assert_int_eq(ask("basic  YWxpY2U6Y29ycmVjdCBob3JzZQ== ", 2), USERS_RIGHT);
    ck_assert_int_eq(ask_and_wait(WRONG, 1), USERS_WRONG);
    ck_assert_int_eq(ask(RIGHT, 1), USERS_RIGHT);
}

TEST(it_stays_proved_as_long_as_the_hash_does)
{
    ck_assert_int_eq(ask_and_wait(RIGHT, 1), USERS_RIGHT);
    set_alice(ALICE);
    ck_assert_int_eq(ask(RIGHT, 1), USERS_RIGHT);
    set_alice(OTHER);
    ck_assert_int_eq(ask_and_wait(RIGHT, 1), USERS_WRONG);
    ck_assert_int_eq(ask_and_wait("Basic YWxpY2U6YmF0dGVyeQ==", 2), USERS_RIGHT);
    users_set(users, NULL, 0);
    ck_assert(!users_any(users));
}

/* The guess was right for whom the list had then; nothing is proved by it now. */
TEST_EACH(the_list_may_change_while_a_guess_is_checked, 2)
{
    ck_assert_int_eq(ask(RIGHT, 1), USERS_LATER);
    if (_i == 0)
        set_alice(OTHER);
    else
        users_set(users, NULL, 0);
    while (answers[USERS_RIGHT] == 0)
        ck_quietly(loop_turn(loop, 1000) == 0);
    set_alice(OTHER);
    ck_assert_int_eq(ask_and_wait(RIGHT, 1), USERS_WRONG);
}

TEST(who_was_wrong_waits_and_others_do_not)
{
    ck_assert_int_eq(ask_and_wait(WRONG, 1), USERS_WRONG);
    ck_assert_int_eq(ask_and_wait(NOBODY, 2), USERS_WRONG);
    ck_assert_int_eq(ask_and_wait(RIGHT, 3), USERS_RIGHT);
}

/* Rounds of bcrypt that a wrong guess takes. */
static unsigned work_of(const char *authorization, uint64_t peer)
{
    (void)rig_bcrypt_work();
    ck_assert_int_eq(ask_and_wait(authorization, peer), USERS_WRONG);
    return rig_bcrypt_work();
}

TEST(a_name_that_there_is_not_takes_as_long_as_one_that_there_is)
{
    ck_assert_uint_eq(work_of(WRONG, 1), 1 << 4);
    ck_assert_uint_eq(work_of(NOBODY, 2), 1 << 4);
}

/* Whichever comes first in the file. */
TEST_EACH(a_name_of_a_lower_cost_takes_as_long_too, 2)
{
    const struct web_user both[] = {{"alice", ALICE}, {"bob", COSTLY}, {"alice", ALICE}};

    users_set(users, both + _i, 2);
    ck_assert_uint_eq(work_of(WRONG, 1), 1 << 6);
    ck_assert_uint_eq(work_of(BOB_WRONG, 2), 1 << 6);
    ck_assert_uint_eq(work_of(NOBODY, 3), 1 << 6);
    ck_assert_int_eq(ask_and_wait(RIGHT, 4), USERS_RIGHT);
}

TEST(a_peer_guesses_once_at_a_time_and_places_are_few)
{
    for (uint64_t peer = 1; peer <= PLACES; peer++)
        ck_assert_int_eq(ask(WRONG, peer), USERS_LATER);
    ck_assert_int_eq(ask(NOBODY, 1), USERS_BUSY);
    ck_assert_int_eq(ask(RIGHT, PLACES + 1), USERS_BUSY);
    while (answers[USERS_WRONG] < PLACES)
        ck_quietly(loop_turn(loop, 1000) == 0);
    ck_assert_int_eq(ask_and_wait(RIGHT, PLACES + 1), USERS_RIGHT);
}

TEST(who_waits_at_the_end_gets_no_answer)
{
    for (uint64_t peer = 1; peer <= PLACES; peer++)
        ck_assert_int_eq(ask(WRONG, peer), USERS_LATER);
    users_free(users);
    users = NULL;
    ck_quietly(loop_turn(loop, 0) == 0);
    ck_assert_uint_eq(answers[USERS_WRONG], 0);
}
