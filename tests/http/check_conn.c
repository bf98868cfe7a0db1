/* check_conn -- whose connection is cut off when there are too many. */
#include "config.h"

#include "suite.h"

#include "http/conn.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 16, MOST = 200, HONEST = 1, GREEDY = 2 };

static struct loop *loop;
static struct conn_table *conns;
static struct conn *conn[MOST];
static int server[MOST], client[MOST];
static unsigned n;

static void wake(void *ctx)
{
    (void)ctx;
}

static void start(void)
{
    n = 0;
    ck_assert_int_eq(loop_new(&loop), 0);
    conns = conn_table_new(loop, PLACES, 600 * NSEC_PER_SEC, wake, NULL);
}

static void stop(void)
{
    for (unsigned i = 0; i < n; i++) {
        conn_remove(conn[i]);
        (void)close(server[i]);
        (void)close(client[i]);
    }
    conn_table_free(conns);
    loop_free(loop);
}

static unsigned add(uint64_t peer)
{
    int pair[2];

    ck_assert_uint_lt(n, MOST);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    server[n] = pair[0];
    client[n] = pair[1];
    conn[n] = conn_add(conns, pair[0], peer);
    return n++;
}

static bool is_cut(unsigned i)
{
    char c;

    return recv(client[i], &c, 1, 0) == 0;
}

/* Longer than a new connection may take to say what it wants. */
static void grow_old(void)
{
    struct timespec t = {.tv_nsec = 110 * 1000 * 1000}, rest;

    while (nanosleep(&t, &rest) < 0 && errno == EINTR)
        t = rest;
}

static void flood(uint64_t peer, unsigned k)
{
    while (k--)
        add(peer);
}

FIXTURE(start, stop);

TEST(a_flood_takes_its_places_from_itself)
{
    unsigned first = add(HONEST), asked = add(HONEST);

    conn_set_phase(conn[asked], CONN_ANSWER);
    conn_set_phase(conn[asked], CONN_IDLE);
    flood(GREEDY, 100);
    ck_assert(!is_cut(first) && !is_cut(asked));
    ck_assert(is_cut(asked + 1));
}

/* Though all of the flood came only just now, and are no idlers yet. */
TEST(who_is_slow_is_not_taken_for_a_flood)
{
    unsigned slow = add(HONEST), asked = add(HONEST);

    conn_set_phase(conn[asked], CONN_ANSWER);
    conn_set_phase(conn[asked], CONN_IDLE);
    grow_old();
    flood(GREEDY, 100);
    ck_assert(!is_cut(slow) && !is_cut(asked));
}

/* Each has asked, and waits for the page: none of them is idle or slow. */
TEST(a_flood_that_waits_for_pages_takes_its_places_from_itself)
{
    unsigned asked = add(HONEST), late;

    conn_set_phase(conn[asked], CONN_ANSWER);
    conn_set_phase(conn[asked], CONN_IDLE);
    for (unsigned i = 0; i < 100; i++)
        conn_set_phase(conn[add(GREEDY)], CONN_KEPT);
    ck_assert(!is_cut(asked));
    late = add(HONEST);
    ck_assert(!is_cut(asked) && !is_cut(late));
}

TEST(without_a_greedy_peer_the_oldest_that_is_idle_goes)
{
    unsigned i;

    for (i = 0; i < PLACES; i++)
        add(i);
    grow_old();
    add(i);
    ck_assert(is_cut(0) && !is_cut(1));
}

TEST(an_eighth_of_the_places_is_not_greedy)
{
    for (unsigned i = 0; i < PLACES / 2; i++)
        flood(i, 2);
    grow_old();
    flood(100, 1);
    ck_assert(is_cut(0) && !is_cut(1));
}

TEST(a_peer_that_left_is_forgotten)
{
    unsigned i = add(HONEST);

    flood(GREEDY, PLACES);
    ck_assert(conn_is_greedy(conn[1]) && !conn_is_greedy(conn[i]));
    while (n > 3)
        conn_remove(conn[--n]), (void)close(server[n]), (void)close(client[n]);
    ck_assert(!conn_is_greedy(conn[1]));
}
