/* check_server -- requests and answers: routes, methods, keep-alive, kept requests, listeners. What
 * hostile clients do is in check_server_abuse. */
#include "config.h"

#include "suite.h"

#include "http/http_rig.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static struct rig rig;

static void start(void)
{
    rig_start(&rig, 64, 10000);
}

static void stop(void)
{
    rig_stop(&rig);
}

FIXTURE(start, stop);

TEST(a_route_answers_with_its_length)
{
    struct answer a = rig_request(&rig, "GET", "/hello");

    ck_assert_uint_eq(a.status, 200);
    ck_assert_str_eq(a.body.p, "hello\n");
    ck_assert_str_eq(answer_header(&a, "Content-Length"), "6");
    ck_assert_str_eq(answer_header(&a, "Content-Type"), "text/plain; charset=utf-8");
    ck_assert_str_eq(answer_header(&a, "Vary"), "");
    answer_release(&a);
}

TEST(head_is_get_without_the_body)
{
    struct client c = client_connect(&rig, 0);
    struct answer a;

    client_send_str(&rig, &c, "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" GET("/hello"));
    a = client_answer(&rig, &c, true);
    ck_assert_uint_eq(a.status, 200);
    ck_assert_str_eq(answer_header(&a, "Content-Length"), "6");
    answer_release(&a);
    client_expect(&rig, &c, 200, "hello\n");
    client_close(&c);
}

TEST(unknown_paths_are_404)
{
    ck_assert_uint_eq(rig_status(&rig, "GET", "/"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello/"), 404);
    ck_assert_uint_eq(rig_status(&rig, "POST", "/nothing"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/../hello"), 404);
    ck_assert_uint_eq(rig_counted(&rig, "other", 404), 4);
}

TEST(targets_are_compared_raw_up_to_the_question_mark)
{
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello?x=1&y"), 200);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello?"), 200);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello%00"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello%00.txt"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "%2Fhello"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hell%6F"), 404);
}

TEST(an_absolute_target_is_the_path_in_it)
{
    ck_assert_uint_eq(rig_status(&rig, "GET", "http://127.0.0.1:7684/hello"), 200);
    ck_assert_uint_eq(rig_status(&rig, "GET", "HTTP://x/hello?a=http://y/"), 200);
    ck_assert_uint_eq(rig_status(&rig, "GET", "https://[::1]:1/hello"), 200);
    ck_assert_uint_eq(rig_status(&rig, "GET", "http://x/hello/"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "http://x"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "http:///hello"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "http://hello"), 404);
    ck_assert_uint_eq(rig_status(&rig, "GET", "ftp://x/hello"), 404);
}

TEST(wrong_methods_are_405_with_allow)
{
    struct answer a = rig_request(&rig, "DELETE", "/hello");

    ck_assert_uint_eq(a.status, 405);
    ck_assert_str_eq(answer_header(&a, "Allow"), "GET, HEAD");
    answer_release(&a);
    a = rig_request(&rig, "GET", "/post");
    ck_assert_uint_eq(a.status, 405);
    ck_assert_str_eq(answer_header(&a, "Allow"), "POST");
    answer_release(&a);
    ck_assert_uint_eq(rig_status(&rig, "get", "/hello"), 405);
    ck_assert_uint_eq(rig_counted(&rig, "/hello", 405), 2);
}

TEST(negotiated_answers_say_so)
{
    struct client c = client_connect(&rig, 0);
    struct answer a;

    client_send_str(&rig, &c, "GET /negotiated HTTP/1.1\r\nHost: x\r\naccept: a/b;q=1\r\n\r\n");
    a = client_answer(&rig, &c, false);
    ck_assert_str_eq(answer_header(&a, "Vary"), "Accept, Accept-Encoding");
    ck_assert_str_eq(a.body.p, "a/b;q=1");
    answer_release(&a);
    client_close(&c);
}

TEST(two_parts_are_one_body_and_say_how_it_is_encoded)
{
    struct answer a = rig_request(&rig, "GET", "/parts");

    ck_assert_str_eq(answer_header(&a, "Content-Encoding"), "x-none");
    ck_assert_str_eq(answer_header(&a, "Content-Length"), "8");
    ck_assert_str_eq(a.body.p, "one\ntwo\n");
    answer_release(&a);
}

TEST(answers_are_counted_by_route_and_status)
{
    static const char *const paths[] = {"/hello", "/negotiated", "/parts", "/kept", "/post"};
    struct answer a;

    for (unsigned i = 0; i < 15; i++) {
        a = rig_request(&rig, "PUT", paths[i % 5]);
        ck_assert_uint_eq(a.status, 405);
        answer_release(&a);
    }
    for (unsigned i = 0; i < 8; i++) {
        a = rig_request(&rig, i % 4 == 2 ? "POST" : "GET", i % 4 == 2 ? "/post" : paths[i % 4 % 3]);
        ck_assert_uint_eq(a.status, 200);
        answer_release(&a);
    }
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(rig_counted(&rig, paths[i], 405), 3);
    ck_assert_uint_eq(rig_counted(&rig, "/hello", 200), 4);
    ck_assert_uint_eq(rig_counted(&rig, "/negotiated", 200), 2);
    ck_assert_uint_eq(rig_counted(&rig, "/post", 200), 2);
    ck_assert_uint_eq(rig_counted(&rig, "/big", 200), 0);
    ck_assert_uint_eq(rig_counted(&rig, "other", 404), 0);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/no"), 404);
    ck_assert_uint_eq(rig_counted(&rig, "other", 404), 1);
}

TEST(a_connection_is_used_again)
{
    struct client c = client_connect(&rig, 0);

    for (int i = 0; i < 3; i++) {
        client_send_str(&rig, &c, GET("/hello"));
        client_expect(&rig, &c, 200, NULL);
    }
    ck_assert(!c.eof);
    ck_assert_uint_eq(rig_counted(&rig, "/hello", 200), 3);
    client_close(&c);
}

TEST(pipelined_requests_are_answered_in_order)
{
    struct client c = client_connect(&rig, 0);
    static const unsigned want[] = {200, 404, 200, 405};

    client_send_str(&rig, &c,
                    GET("/hello") GET("/nothing") GET("/big")
                        GET("/kept") "PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 0; i < 3; i++)
        client_expect(&rig, &c, want[i], NULL);
    rig_wait_kept(&rig, 1);
    rig_answer_kept(&rig);
    for (size_t i = 2; i < 4; i++)
        client_expect(&rig, &c, want[i], NULL);
    client_close(&c);
}

TEST(http_1_0_closes_after_the_answer)
{
    struct client c = client_connect(&rig, 0);
    struct answer a;

    client_send_str(&rig, &c, "GET /hello HTTP/1.0\r\n\r\n");
    a = client_answer(&rig, &c, false);
    ck_assert_uint_eq(a.status, 200);
    ck_assert(client_is_closed(&rig, &c));
    answer_release(&a);
    client_close(&c);
}

TEST(a_unix_socket_serves_and_is_ours_alone)
{
    struct client c = client_connect(&rig, 1);
    struct stat st;

    ck_assert_int_eq(stat(rig.unix_spec + strlen("unix:"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0660);
    client_send_str(&rig, &c, GET("/hello"));
    client_expect(&rig, &c, 200, "hello\n");
    client_close(&c);
}

TEST(a_kept_request_is_answered_later_and_others_do_not_wait)
{
    struct client c = client_connect(&rig, 0);

    client_send_str(&rig, &c, GET("/kept"));
    rig_wait_kept(&rig, 1);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200);
    ck_assert_str_eq(http_request_header(rig.kept[0], "host"), "x");
    ck_assert_ptr_null(http_request_header(rig.kept[0], "Accept"));
    rig_answer_kept(&rig);
    client_expect(&rig, &c, 200, "later\n");
    client_send_str(&rig, &c, GET("/hello"));
    client_expect(&rig, &c, 200, NULL);
    client_close(&c);
}

TEST(kept_requests_are_answered_in_any_order)
{
    static const unsigned order[] = {1, 2, 0};
    struct client c[3];

    for (unsigned i = 0; i < 3; i++) {
        c[i] = client_connect(&rig, i % 2);
        client_send_str(&rig, &c[i], GET("/kept"));
        rig_wait_kept(&rig, i + 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        http_reply_text(rig.kept[order[i]], 200, i == 1 ? "second" : "not second");
        client_expect(&rig, &c[order[i]], 200, i == 1 ? "second\n" : "not second\n");
    }
    for (unsigned i = 0; i < 3; i++)
        client_close(&c[i]);
}

TEST(a_client_that_leaves_while_kept_costs_nothing)
{
    unsigned fds = rig_count_fds();
    struct client c = client_connect(&rig, 0);

    client_send_str(&rig, &c, GET("/kept"));
    rig_wait_kept(&rig, 1);
    client_close(&c);
    rig_turn(&rig);
    rig_answer_kept(&rig);
    for (int64_t until = clock_mono_ns() + RIG_PATIENCE_MS * NSEC_PER_MSEC;
         rig_count_fds() > fds && clock_mono_ns() < until;)
        rig_turn(&rig);
    ck_assert_uint_eq(rig_count_fds(), fds);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200);
}

TEST(what_is_kept_at_the_end_is_answered_503)
{
    struct client c = client_connect(&rig, 0);
    char text[512];
    ssize_t n;

    client_send_str(&rig, &c, GET("/kept"));
    rig_wait_kept(&rig, 1);
    http_server_free(rig.server);
    rig.server = NULL;
    n = recv(c.fd, text, sizeof(text), 0);
    ck_assert_int_gt(n, 12);
    ck_assert_int_eq(memcmp(text, "HTTP/1.1 503", 12), 0);
    client_close(&c);
}

TEST(a_body_is_read_and_thrown_away)
{
    struct client c = client_connect(&rig, 0);
    struct buf text = BUF_INIT;

    buf_fmt(&text, "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n%065536d", 0);
    buf_str(&text, "POST /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n0\r\n\r\n");
    client_send(&rig, &c, buf_all(&text));
    client_expect(&rig, &c, 200, "POST\n");
    client_expect(&rig, &c, 405, NULL);
    buf_release(&text);
    client_close(&c);
}

/* Such a one was held until its time was up. */
TEST_EACH(a_target_of_many_arguments_is_cut_at_once, 3)
{
    static const unsigned many[] = {9000, 2000, 100};
    struct client c = client_connect(&rig, 0);
    struct buf text = BUF_INIT;

    buf_str(&text, "GET /hello?");
    for (unsigned i = 0; i < many[_i]; i++)
        buf_str(&text, "a&");
    buf_str(&text, " HTTP/1.1\r\nHost: x\r\n\r\n");
    client_send(&rig, &c, buf_all(&text));
    ck_assert(client_is_closed(&rig, &c));
    ck_assert_uint_eq(rig_counted(&rig, "other", 414), 1);
    client_close(&c);
    buf_release(&text);
}

TEST(a_target_of_some_arguments_is_answered_beside_a_long_head)
{
    struct client c = client_connect(&rig, 0);
    struct buf text = BUF_INIT;

    buf_str(&text, "GET /hello?");
    for (unsigned i = 0; i < 98; i++)
        buf_str(&text, "a&");
    buf_fmt(&text, "%016000d HTTP/1.1\r\nHost: x\r\n\r\n", 0);
    client_send(&rig, &c, buf_all(&text));
    client_expect(&rig, &c, 200, "hello\n");
    client_close(&c);
    buf_release(&text);
}

TEST_EACH(every_answer_says_nosniff, 4)
{
    static const char *const targets[] = {"/hello", "/nothing", "/post", "/parts"};
    struct answer a = rig_request(&rig, "GET", targets[_i]);

    ck_assert_str_eq(answer_header(&a, "X-Content-Type-Options"), "nosniff");
    answer_release(&a);
}

TEST(a_body_over_64_kib_is_413)
{
    struct client c = client_connect(&rig, 0);
    struct buf text = BUF_INIT;

    client_send_str(&rig, &c, "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
    client_expect(&rig, &c, 413, NULL);
    client_close(&c);

    c = client_connect(&rig, 0);
    buf_fmt(&text,
            "POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "10001\r\n%065537d\r\n0\r\n\r\n",
            0);
    client_send(&rig, &c, buf_all(&text));
    client_expect(&rig, &c, 413, NULL);
    buf_release(&text);
    client_close(&c);
}

TEST(an_endless_body_ends_the_connection)
{
    struct client c = client_connect(&rig, 0);
    struct buf chunk = BUF_INIT;
    size_t sent = 0;

    buf_fmt(&chunk, "10000\r\n%065536d\r\n", 0);
    client_send_str(&rig, &c,
                    "POST /post HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (client_send(&rig, &c, buf_all(&chunk)))
        ck_assert_uint_lt(sent += chunk.n, (size_t)64 << 20);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200);
    buf_release(&chunk);
    client_close(&c);
}

#define ROUNDS 100000

static void *take_and_drop(void *body)
{
    for (int i = 0; i < ROUNDS; i++)
        http_body_unref(http_body_ref(body));
    http_body_unref(body);
    return NULL;
}

TEST(a_body_may_be_shared_with_another_thread)
{
    struct buf text = BUF_INIT;
    struct http_body *body;
    pthread_t thread;

    buf_str(&text, "page");
    body = http_body_new(&text);
    ck_assert_ptr_null(text.p);
    ck_assert(slice_eq(http_body_bytes(body), SLICE("page")));
    ck_assert_int_eq(pthread_create(&thread, NULL, take_and_drop, http_body_ref(body)), 0);
    (void)take_and_drop(body);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
