/* check_server_abuse -- clients that are slow, many, broken or gone, and a scrape that must get
 * through. */
#include "config.h"

#include "suite.h"

#include "http/http_rig.h"

#include "base/clock.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
/* A request whose head never ends. */
#define HALF "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: "
#define MAX_CONNECTIONS 16
/* While all are being answered. */
#define CEILING 24
/* So long a busy machine may let us wait between two calls; six of them are waited for. */
#define TIMEOUT_MS 1000

static struct rig rig;

static void start(void)
{
    rig_start(&rig, MAX_CONNECTIONS, TIMEOUT_MS);
}

static void start_patient(void)
{
    rig_start(&rig, MAX_CONNECTIONS, 2 * RIG_PATIENCE_MS);
}

static void stop(void)
{
    rig_stop(&rig);
}

/* A scrape on a connection of its own must cost less than a second of the processor, and wait for
 * nobody: whoever waits for the others meets the patience of the rig, as they are cut off after
 * twice that. */
static void expect_quick_answer(void)
{
    clock_t began = clock();

    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200);
    ck_assert_int_lt(clock() - began, CLOCKS_PER_SEC);
}

static void wait_for_fds(unsigned want)
{
    int64_t until = clock_mono_ns() + RIG_PATIENCE_MS * NSEC_PER_MSEC;

    while (rig_count_fds() > want && clock_mono_ns() < until)
        rig_turn(&rig);
    ck_assert_uint_eq(rig_count_fds(), want);
}

static struct client *connect_many(unsigned n, const char *text)
{
    struct client *c = calloc(n, sizeof(*c));

    for (unsigned i = 0; i < n; i++) {
        c[i] = client_connect(&rig, i % 8 == 7);
        (void)client_send_str(&rig, &c[i], text);
    }
    return c;
}

/* Each is held before the next one comes: who has not been heard for a while, as the machine is busy,
 * counts as one that says nothing. */
static struct client *keep_many(unsigned n)
{
    struct client *c = calloc(n, sizeof(*c));

    for (unsigned i = 0; i < n; i++) {
        c[i] = client_connect(&rig, i % 8 == 7);
        (void)client_send_str(&rig, &c[i], GET("/kept"));
        rig_wait_kept(&rig, i + 1);
    }
    return c;
}

static void close_many(struct client *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        client_close(&c[i]);
    free(c);
}

FIXTURE(start_patient, stop);

TEST(a_scrape_gets_through_400_half_requests)
{
    unsigned fds = rig_count_fds();
    struct client *slow = connect_many(400, HALF);

    expect_quick_answer();
    /* They keep dripping. */
    for (int round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 400; i++)
            (void)client_send_str(&rig, &slow[i], "x");
        expect_quick_answer();
    }
    ck_assert_uint_le(rig_count_fds(), fds + 400 + CEILING + 1);
    close_many(slow, 400);
    wait_for_fds(fds);
}

FIXTURE(start, stop);

TEST(a_half_request_is_cut_off_in_time_however_it_drips)
{
    int64_t began = clock_mono_ns();
    struct client c = client_connect(&rig, 0);

    while (client_send_str(&rig, &c, "G") && !c.eof) {
        client_poll(&rig, &c);
        ck_assert_int_lt(clock_mono_ns() - began, RIG_PATIENCE_MS * NSEC_PER_MSEC);
    }
    ck_assert_int_ge(clock_mono_ns() - began, TIMEOUT_MS * NSEC_PER_MSEC);
    client_close(&c);
}

TEST(an_idle_connection_is_closed_after_the_timeout)
{
    int64_t began = clock_mono_ns();
    struct client c = client_connect(&rig, 0);

    client_send_str(&rig, &c, GET("/hello"));
    client_expect(&rig, &c, 200, NULL);
    ck_assert(client_is_closed(&rig, &c));
    ck_assert_int_ge(clock_mono_ns() - began, TIMEOUT_MS * NSEC_PER_MSEC);
    client_close(&c);
}

TEST(a_slow_reader_is_cut_off_after_six_timeouts)
{
    unsigned fds = rig_count_fds();
    int64_t began = clock_mono_ns();
    struct client c = client_connect(&rig, 0);

    client_send_str(&rig, &c, GET("/big"));
    while (rig_count_fds() > fds + 1) {
        rig_turn(&rig);
        ck_assert_int_lt(clock_mono_ns() - began, RIG_PATIENCE_MS * NSEC_PER_MSEC);
    }
    ck_assert_int_ge(clock_mono_ns() - began, 6 * (TIMEOUT_MS - 10) * NSEC_PER_MSEC);
    client_close(&c);
}

TEST(a_kept_request_is_not_cut_off)
{
    struct client c = client_connect(&rig, 0);
    int64_t until = clock_mono_ns() + 3 * TIMEOUT_MS * NSEC_PER_MSEC;

    client_send_str(&rig, &c, GET("/kept"));
    while (clock_mono_ns() < until)
        rig_turn(&rig);
    rig_answer_kept(&rig);
    client_expect(&rig, &c, 200, NULL);
    client_close(&c);
}

FIXTURE(start_patient, stop);

/* More scrapers at once than connections: none of them fails. */
TEST(a_burst_of_scrapes_is_answered_whole)
{
    struct client *many = keep_many(CEILING);

    rig_wait_kept(&rig, CEILING);
    while (rig.nkept > 0)
        rig_answer_kept(&rig);
    for (unsigned i = 0; i < CEILING; i++)
        client_expect(&rig, &many[i], 200, NULL);
    close_many(many, CEILING);
}

TEST(a_slow_reader_does_not_hold_up_others)
{
    struct client *slow = connect_many(MAX_CONNECTIONS - 1, GET("/big"));
    struct answer a;

    expect_quick_answer();
    a = client_answer(&rig, &slow[0], false);
    ck_assert_uint_eq(a.status, 200);
    ck_assert_uint_eq(a.body.n, RIG_BIG_BYTES);
    answer_release(&a);
    close_many(slow, MAX_CONNECTIONS - 1);
}

TEST(a_scrape_gets_through_200_slow_readers)
{
    struct client *slow = connect_many(200, GET("/big"));

    expect_quick_answer();
    close_many(slow, 200);
    expect_quick_answer();
}

/* The reader of the big answer gets all of it, and so do those that wait, one less than the most. */
static void expect_big_and_kept(struct client *reader, struct client *more)
{
    struct answer a = client_answer(&rig, reader, false);

    ck_assert_uint_eq(a.body.n, RIG_BIG_BYTES);
    answer_release(&a);
    while (rig.nkept > 0)
        rig_answer_kept(&rig);
    close_many(more, MAX_CONNECTIONS - 1);
}

TEST(an_idle_connection_makes_room_before_a_reader_does)
{
    struct client reader = client_connect(&rig, 0), idle, *more;
    struct answer a;

    client_send_str(&rig, &reader, GET("/big"));
    idle = client_connect(&rig, 0);
    client_send_str(&rig, &idle, GET("/hello"));
    a = client_answer(&rig, &idle, false);
    answer_release(&a);
    more = connect_many(MAX_CONNECTIONS - 1, GET("/kept"));
    ck_assert(client_is_closed(&rig, &idle));
    expect_big_and_kept(&reader, more);
    client_close(&idle);
    client_close(&reader);
}

/* Who has said nothing for a while goes before a reader; who has just come may be about to. */
TEST(a_silent_connection_makes_room_before_a_reader_does)
{
    struct client silent = client_connect(&rig, 0), reader = client_connect(&rig, 0), *more;

    client_send_str(&rig, &reader, GET("/big"));
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200); /* so both were accepted before */
    int64_t grace = clock_mono_ns() + 150 * NSEC_PER_MSEC;

    while (clock_mono_ns() < grace)
        rig_turn(&rig);
    more = connect_many(MAX_CONNECTIONS - 1, GET("/kept"));
    ck_assert(client_is_closed(&rig, &silent));
    rig_wait_kept(&rig, MAX_CONNECTIONS - 1);
    expect_big_and_kept(&reader, more);
    client_close(&silent);
    client_close(&reader);
}

/* All wait for us: the newcomer has to go, and when they are gone the door is open again. */
TEST(a_full_house_recovers)
{
    struct client *kept = keep_many(CEILING);
    struct client late;

    for (int i = 0; i < 100; i++) {
        late = client_connect(&rig, 0);
        (void)client_send_str(&rig, &late, GET("/hello"));
        ck_assert(client_is_closed(&rig, &late));
        client_close(&late);
    }
    while (rig.nkept > 0)
        rig_answer_kept(&rig);
    for (unsigned i = 0; i < CEILING; i++)
        client_expect(&rig, &kept[i], 200, NULL);
    expect_quick_answer();
    close_many(kept, CEILING);
    expect_quick_answer();
}

static rlim_t limit_fds(rlim_t n)
{
    struct rlimit l;
    rlim_t old;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &l), 0);
    old = l.rlim_cur;
    l.rlim_cur = n;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &l), 0);
    return old;
}

/* Accept fails for want of descriptors: for all, or after one connection. The daemon must neither
 * spin nor, when there are some again, forget who waits. */
TEST_EACH(running_out_of_descriptors_is_survived, 2)
{
    struct client c[4];
    unsigned turns = 0;
    rlim_t old;

    for (int i = 0; i < 4; i++)
        c[i] = client_connect(&rig, 0);
    old = limit_fds((rlim_t)c[3].fd + 1 + (rlim_t)_i);
    for (int i = 0; i < 4; i++)
        (void)client_send_str(&rig, &c[i], GET("/hello"));
    for (int64_t until = clock_mono_ns() + 300 * NSEC_PER_MSEC; clock_mono_ns() < until; turns++)
        ck_quietly(loop_turn(rig.loop, 100) == 0);
    ck_assert_uint_le(turns, 20);
    (void)limit_fds(old);
    for (int i = 0; i < 4; i++) {
        struct answer a = client_answer(&rig, &c[i], false);

        /* The kernel lets them wait; valgrind accepts and drops them. */
        ck_assert(a.status == 200 || a.status == 0);
        answer_release(&a);
        client_close(&c[i]);
    }
    expect_quick_answer();
}

FIXTURE(start, stop);

TEST(a_thousand_aborted_clients_leak_nothing)
{
    unsigned fds = rig_count_fds();
    static const char *const texts[] = {
        GET("/big"),
        HALF,
        "",
        GET("/hello"),
        GET("/big") GET("/big"),
        "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"};
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    for (unsigned i = 0; i < 1000; i++) {
        struct client c = client_connect(&rig, i % 5 == 4);

        (void)client_send_str(&rig, &c, texts[i % 6]);
        if (i % 3 == 0)
            client_poll(&rig, &c);
        if (i % 2 == 0)
            (void)setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        client_close(&c);
    }
    wait_for_fds(fds);
    expect_quick_answer();
}

/* The answer is not 200, or the connection is closed; and the next scrape is fine. */
static void expect_refused(struct slice bytes)
{
    struct client c = client_connect(&rig, 0);
    struct answer a;

    (void)client_send(&rig, &c, bytes);
    (void)shutdown(c.fd, SHUT_WR);
    a = client_answer(&rig, &c, false);
    ck_assert_msg(a.status == 0 || a.status >= 400, "answered %u to %.40s", a.status, bytes.p);
    answer_release(&a);
    client_close(&c);
    expect_quick_answer();
}

TEST(malformed_requests_are_refused)
{
    static const struct slice bad[] = {
        SLICE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n"),
        SLICE("GET /hello\r\n\r\n"),
        SLICE("GET /hello HTTP/9.9\r\n\r\n"),
        SLICE("\r\n\r\n\r\n\r\n"),
        SLICE("GET\r\n\r\n"),
        SLICE("GET /hello HTTP/1.1\r\nno colon here\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 2147483648\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\n"
              "Content-Length: 99999999999999999999999999999999\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        SLICE("POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              "ffffffffffffffffffff\r\nx"),
        SLICE("GET /\0\0\0 HTTP/1.1\r\n\r\n"),
        SLICE("\xff\xff\xff\xff\xff\xff\xff\xff"),
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_refused(bad[i]);
}

TEST(a_header_of_a_megabyte_is_refused)
{
    struct buf text = BUF_INIT;

    buf_fmt(&text, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: %01048576d\r\n\r\n", 0);
    expect_refused(buf_all(&text));
    buf_clear(&text);
    buf_fmt(&text, "GET /%01048576d HTTP/1.1\r\nHost: x\r\n\r\n", 0);
    expect_refused(buf_all(&text));
    buf_clear(&text);
    buf_str(&text, "GET /hello HTTP/1.1\r\nHost: x\r\n");
    for (unsigned i = 0; i < 50000; i++)
        buf_fmt(&text, "X-%u: y\r\n", i);
    buf_str(&text, "\r\n");
    expect_refused(buf_all(&text));
    buf_release(&text);
}

FIXTURE(start_patient, stop);

/* Each is a whole class of state in which the daemon must wait, not spin. */
TEST(waiting_costs_no_processor_time)
{
    struct client idle = client_connect(&rig, 0), half = client_connect(&rig, 0),
                  reader = client_connect(&rig, 0), kept = client_connect(&rig, 0);
    struct answer a;
    unsigned turns = 0;
    int64_t until;

    client_send_str(&rig, &idle, GET("/hello"));
    a = client_answer(&rig, &idle, false);
    answer_release(&a);
    client_send_str(&rig, &half, HALF);
    client_send_str(&rig, &reader, GET("/big"));
    client_send_str(&rig, &kept, GET("/kept"));
    for (int i = 0; i < 50; i++)
        rig_turn(&rig);
    for (until = clock_mono_ns() + 300 * NSEC_PER_MSEC; clock_mono_ns() < until; turns++)
        ck_quietly(loop_turn(rig.loop, 100) == 0);
    ck_assert_uint_le(turns, 6);
    rig_answer_kept(&rig);
    client_close(&idle);
    client_close(&half);
    client_close(&reader);
    client_close(&kept);
}
