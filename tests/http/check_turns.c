/* check_turns -- whose handshake goes on next. */
#include "config.h"

#include "suite.h"

#include "http/turns.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 8, PLACES = 16 };

static struct loop *loop;
static struct conn_table *conns;
static struct turns all;
static struct turn turn[MOST];
static struct conn *conn[MOST];
static int client[MOST];

static void wake(void *ctx)
{
    (void)ctx;
}

static void start(void)
{
    all = (struct turns){.head = NULL};
    memset(conn, 0, sizeof conn);
    ck_assert_int_eq(loop_new(&loop), 0);
    conns = conn_table_new(loop, PLACES, 60 * NSEC_PER_SEC, wake, NULL);
}

static void begin(unsigned i, uint64_t peer)
{
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    client[i] = pair[1];
    conn[i] = conn_add(conns, pair[0], peer);
    turn_begin(&turn[i], &all, conn[i], pair[0]);
}

static void end(unsigned i)
{
    turn_end(&turn[i]);
    conn_remove(conn[i]);
    conn[i] = NULL;
    (void)close(turn[i].fd);
    (void)close(client[i]);
}

static void stop(void)
{
    for (unsigned i = 0; i < MOST; i++)
        if (conn[i])
            end(i);
    conn_table_free(conns);
    loop_free(loop);
}

static void say(unsigned i)
{
    ck_assert_int_eq(send(client[i], "x", 1, 0), 1);
}

/* Of one run in which all of the CPU time is used up already: the sum of 1 << i of those that read. */
static unsigned who_reads(unsigned n)
{
    unsigned who = 0;
    char c;

    turns_run(&all);
    all.until_ns = 0;
    for (unsigned i = 0; i < n; i++)
        if (conn[i] && turn_read(&turn[i], &c, 1) > 0)
            who |= 1u << i;
        else if (conn[i])
            ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(turns_ran(&all), TURNS_NOW);
    return who;
}

FIXTURE(start, stop);

TEST(all_read_in_a_run_that_used_little)
{
    char c;

    turns_run(&all);
    all.until_ns = INT64_MAX;
    for (unsigned i = 0; i < MOST; i++) {
        begin(i, i);
        say(i);
        ck_assert_int_eq(turn_read(&turn[i], &c, 1), 1);
    }
    ck_assert_int_eq(turns_ran(&all), TURNS_NOW);
    ck_assert_ptr_null(all.head);
}

TEST(one_a_run_of_those_that_wait_the_newest_first)
{
    for (unsigned i = 0; i < 4; i++) {
        begin(i, i);
        say(i);
    }
    ck_assert_uint_eq(who_reads(4), 0);
    for (unsigned i = 4; i-- > 0;)
        ck_assert_uint_eq(who_reads(4), 1u << i);
}

TEST(who_comes_later_waits_though_the_run_used_little)
{
    char c;

    for (unsigned i = 0; i < 3; i++) {
        begin(i, i);
        say(i);
    }
    ck_assert_uint_eq(who_reads(2), 0);
    turns_run(&all);
    all.until_ns = INT64_MAX;
    ck_assert_int_eq(turn_read(&turn[2], &c, 1), -1);
    ck_assert_int_eq(turn_read(&turn[1], &c, 1), 1);
}

TEST(who_goes_on_after_our_hello_goes_first)
{
    struct iovec part = {.iov_base = (char[]){'y'}, .iov_len = 1};

    for (unsigned i = 0; i < MOST; i++)
        begin(i, 1);
    ck_assert_int_eq(turn_send(&turn[3], &part, 1), 1);
    for (unsigned i = 0; i < MOST; i++)
        say(i);
    ck_assert_uint_eq(who_reads(MOST), 0);
    ck_assert_uint_eq(who_reads(MOST), 1u << 3);
    ck_assert_uint_eq(who_reads(MOST), 1u << (MOST - 1));
}

TEST(a_peer_with_many_connections_waits_for_those_with_few)
{
    for (unsigned i = 0; i < MOST; i++) {
        begin(i, i ? 1 : 2);
        say(i);
    }
    ck_assert_uint_eq(who_reads(MOST), 0);
    ck_assert_uint_eq(who_reads(MOST), 1u << 0);
    ck_assert_uint_eq(who_reads(MOST), 1u << (MOST - 1));
}

TEST(who_has_ended_holds_up_nobody_and_hears_of_it_at_once)
{
    char c;

    for (unsigned i = 0; i < 4; i++) {
        begin(i, i);
        say(i);
    }
    ck_assert_uint_eq(who_reads(4), 0); /* 3 is chosen */
    end(3);
    (void)close(client[1]);
    client[1] = -1;
    errno = 0;
    ck_assert_int_eq(turn_read(&turn[1], &c, 1), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    end(1);
    ck_assert_uint_eq(who_reads(4), 0);
    ck_assert_uint_eq(who_reads(4), 1u << 2);
    ck_assert_uint_eq(who_reads(4), 1u << 0);
}

TEST(after_its_handshake_a_session_reads_when_it_likes)
{
    char c;

    begin(0, 0);
    begin(1, 1);
    say(0);
    ck_assert_uint_eq(who_reads(1), 0);
    turn[1].over = true;
    say(1);
    turns_run(&all);
    all.until_ns = 0;
    ck_assert_int_eq(turn_read(&turn[1], &c, 1), 1);
}

TEST(only_half_handshakes_are_no_reason_to_run_again_soon)
{
    struct iovec part = {.iov_base = (char[]){'y'}, .iov_len = 1};
    char c;

    begin(0, 0);
    for (int sent = 0; sent < 2; sent++) {
        turns_run(&all);
        ck_assert_int_eq(turn_read(&turn[0], &c, 1), -1);
        ck_assert_int_eq(errno, EAGAIN);
        if (sent)
            ck_assert_int_eq(turn_send(&turn[0], &part, 1), 1);
        ck_assert_int_eq(turns_ran(&all), sent ? TURNS_NOW : TURNS_LATER);
    }
    turn[0].over = true;
    turns_run(&all);
    ck_assert_int_eq(turn_read(&turn[0], &c, 1), -1);
    ck_assert_int_eq(turns_ran(&all), TURNS_NOW);
}
