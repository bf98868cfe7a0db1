/* check_server_start -- a server that cannot start, or cannot watch, or ends in the middle: what is
 * said, and that nothing is left behind. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "http/http_rig.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static struct rig rig;
static struct buf err;

static void start(void)
{
    rig_start(&rig, 64, 10000);
}

static void stop(void)
{
    rig_stop(&rig);
    buf_release(&err);
}

/* A second server, on an address of its own and on `also`. */
static int start_another(const char *also, struct http_server **ret_server)
{
    const char *listen[] = {"127.0.0.1:0", also};
    const struct http_options o = {
        .listen = listen, .nlisten = 2, .max_connections = 4, .timeout_ns = NSEC_PER_SEC};

    return http_server_new(rig.loop, &o, ret_server, &err);
}

/* It does not start for this reason, says this, and leaves no descriptor. */
static void expect_no_start(const char *also, int error, const char *why)
{
    struct http_server *none = NULL;
    unsigned fds = rig_count_fds();

    ck_assert_int_eq(start_another(also, &none), error);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(err.p, why) != NULL, "%s", err.p);
    ck_assert_uint_eq(rig_count_fds(), fds);
    buf_clear(&err);
}

static void expect_service(void)
{
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 200);
}

FIXTURE(start, stop);

TEST(no_server_is_freed_too)
{
    http_server_free(NULL);
    expect_service();
}

TEST(one_address_in_use_ends_the_start_of_all)
{
    expect_no_start(http_server_address(rig.server, 0), -EADDRINUSE, "in use");
    expect_service();
}

TEST(a_loop_that_cannot_watch_ends_the_start)
{
    failing_call("epoll_ctl", 1, ENOSPC);
    expect_no_start("127.0.0.1:0", -ENOSPC, "cannot serve on 127.0.0.1:0: No space left");
    failing_call("epoll_ctl", 2, ENOSPC);
    expect_no_start("127.0.0.1:0", -ENOSPC, "cannot serve on 127.0.0.1:0: No space left");
    expect_service();
}

/* For the socket, and for nothing that libmicrohttpd needs. */
TEST(without_descriptors_libmicrohttpd_does_not_start)
{
    int next_fd = dup(0);
    struct rlimit limit, old;

    ck_assert_int_eq(close(next_fd), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    limit = (struct rlimit){(rlim_t)next_fd + 1, old.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct http_server *none = NULL;
    int r = start_another("127.0.0.1:0", &none);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_int_eq(r, -EIO);
    ck_assert_str_eq(err.p, "cannot serve on 127.0.0.1:0: libmicrohttpd did not start");
    expect_service();
}

/* Everybody waits for a descriptor, and when there are some again the loop has none for its own
 * watch at first. Valgrind takes a connection that is over the limit, and closes it. */
TEST(a_paused_listener_is_watched_again_however_often_that_fails)
{
    if (getenv("LT_VALGRIND"))
        return;
    struct client c = client_connect(&rig, 0);
    struct rlimit limit, old;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    limit = (struct rlimit){(rlim_t)c.fd + 1, old.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    (void)client_send_str(&rig, &c, GET("/hello"));
    for (int i = 0; i < 3; i++)
        rig_turn(&rig);
    failing_call("epoll_ctl", 1, ENOMEM);
    for (int64_t until = clock_mono_ns() + RIG_PATIENCE_MS * NSEC_PER_MSEC; !failing_happened();) {
        rig_turn(&rig);
        ck_quietly(clock_mono_ns() < until);
    }
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    client_expect(&rig, &c, 200, "hello\n");
    client_close(&c);
}

TEST(a_request_that_comes_with_the_end_is_answered_503)
{
    struct client c = client_connect(&rig, 0);
    static const char request[] = GET("/hello");
    char text[512] = "";

    client_send_str(&rig, &c, GET("/hello"));
    client_expect(&rig, &c, 200, NULL);
    ck_assert_int_eq(send(c.fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
    http_server_free(rig.server);
    rig.server = NULL;
    ck_assert_int_gt(recv(c.fd, text, sizeof(text) - 1, 0), 0);
    ck_assert_msg(strncmp(text, "HTTP/1.1 503", 12) == 0, "%s", text);
    client_close(&c);
}
