/* check_ask -- what may be asked, and what each kind of answer is taken for. */
#include "config.h"

#include "suite.h"

#include "base/clock.h"
#include "http/ask.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LONG_NS (60 * NSEC_PER_SEC)
#define SHORT_NS (NSEC_PER_SEC / 10)

static struct buf err;

static void stop(void)
{
    buf_release(&err);
}

FIXTURE(NULL, stop);

/* Answers one question with these bytes. */
struct server {
    int fd;
    unsigned port;
    const char *answer;
    size_t n;
    bool hold; /* until who asks has gone */
    char question[256];
    pthread_t thread;
};

static void *serve(void *ctx)
{
    struct server *s = ctx;
    char c;
    int fd = accept(s->fd, NULL, NULL);
    ssize_t n = recv(fd, s->question, sizeof s->question - 1, 0);

    if (n > 0 && send(fd, s->answer, s->n, MSG_NOSIGNAL) >= 0 && s->hold)
        (void)recv(fd, &c, 1, 0);
    (void)close(fd);
    return NULL;
}

static void server_start(struct server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;

    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(listen(s->fd, 1), 0);
    ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
    s->port = ntohs(a.sin_port);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    (void)pthread_join(s->thread, NULL);
    (void)close(s->fd);
}

static const struct {
    const char *answer;
    size_t n;
    int status;
    const char *said;
} answers[] = {
#define ANSWER(text) text, sizeof(text) - 1
    {ANSWER("HTTP/1.1 200 OK\r\n\r\n"), 200, NULL},
    {ANSWER("HTTP/1.0 503 x"), 503, NULL},
    {ANSWER("HTTP/1.1 404"), 404, NULL},
    {ANSWER(""), ASK_WANTS_TLS, NULL},
    {ANSWER("\x15\x03\x03"), ASK_WANTS_TLS, NULL},
    {ANSWER("HTTP/1.1 20"), -EPROTO, "another program"},
    {ANSWER("HTTP/1.1 2x0 OK"), -EPROTO, "another program"},
    {ANSWER("HTTQ/1.1 200 OK"), -EPROTO, "another program"},
    {ANSWER("SSH-2.0-OpenSSH_9.2\r\n"), -EPROTO, "another program"},
};

TEST_EACH(an_answer_is_taken_for_what_it_is, sizeof answers / sizeof *answers)
{
    struct server s = {.answer = answers[_i].answer, .n = answers[_i].n};
    char url[64];

    server_start(&s);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", s.port);
    ck_assert_int_eq(ask_status(url, LONG_NS, &err), answers[_i].status);
    server_stop(&s);
    if (answers[_i].said)
        ck_assert_ptr_nonnull(strstr(err.p, answers[_i].said));
    else
        ck_assert_uint_eq(err.n, 0);
    ck_assert_ptr_nonnull(strstr(s.question, "GET /health/live HTTP/1.0\r\nHost: 127.0.0.1:"));
}

TEST(the_path_is_asked_for)
{
    struct server s = {.answer = "HTTP/1.1 200 OK", .n = 15};
    char url[64];

    server_start(&s);
    (void)snprintf(url, sizeof url, "http://localhost:%u/health/ready", s.port);
    ck_assert_int_eq(ask_status(url, LONG_NS, &err), 200);
    server_stop(&s);
    ck_assert_ptr_nonnull(strstr(s.question, "GET /health/ready HTTP/1.0\r\n"));
}

TEST(who_says_half_of_it_has_no_more_time)
{
    struct server s = {.answer = "HTTP/1.1 2", .n = 10, .hold = true};
    char url[64];

    server_start(&s);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", s.port);
    ck_assert_int_eq(ask_status(url, SHORT_NS, &err), -ETIMEDOUT);
    server_stop(&s);
    ck_assert_ptr_nonnull(strstr(err.p, "does not answer"));
}

TEST(who_says_nothing_has_no_more_time)
{
    struct server s = {.answer = "", .n = 0, .hold = true};
    char url[64];

    server_start(&s);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", s.port);
    ck_assert_int_eq(ask_status(url, SHORT_NS, &err), -ETIMEDOUT);
    server_stop(&s);
}

TEST(nobody_is_there)
{
    ck_assert_int_eq(ask_status("unix:/tmp/check_ask.nobody", LONG_NS, &err), -ENOENT);
    buf_clear(&err);
    ck_assert_int_eq(ask_status("http://host.invalid:1/", LONG_NS, &err), -EHOSTUNREACH);
    ck_assert_ptr_nonnull(strstr(err.p, "no way to this host"));
    buf_clear(&err);

    /* a port that is bound, but not listened at, refuses */
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char url[64];

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(a.sin_port));
    ck_assert_int_eq(ask_status(url, LONG_NS, &err), -ECONNREFUSED);
    (void)close(fd);
}

#define TEN "0123456789"

static const char *const no_addresses[] = {
    "",
    "127.0.0.1:1",
    "https://127.0.0.1:1",
    "ftp://127.0.0.1",
    "http://",
    "http:///health",
    "http://:80",
    "http://[::1",
    "http://[]:1",
    "http://127.0.0.1:",
    "http://127.0.0.1:0",
    "http://127.0.0.1:x1",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:4294967297",
    "unix:",
    "unix:/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN,
};

TEST_EACH(what_is_no_address_is_said, sizeof no_addresses / sizeof *no_addresses)
{
    ck_assert_int_eq(ask_status(no_addresses[_i], SHORT_NS, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.p, "is no address; write http://HOST:PORT/PATH"));
    ck_assert_ptr_nonnull(strstr(err.p, no_addresses[_i]));
}

TEST(a_socket_of_a_file_is_asked)
{
    struct server s = {.answer = "HTTP/1.1 200 OK", .n = 15};
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char dir[] = "/tmp/check_ask.XXXXXX", url[64];

    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/s", dir);
    (void)snprintf(url, sizeof url, "unix:%s/s", dir);
    s.fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s.fd, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(listen(s.fd, 1), 0);
    ck_assert_int_eq(pthread_create(&s.thread, NULL, serve, &s), 0);
    ck_assert_int_eq(ask_status(url, LONG_NS, &err), 200);
    server_stop(&s);
    ck_assert_ptr_nonnull(strstr(s.question, "GET /health/live HTTP/1.0\r\nHost: localhost\r\n"));
    (void)unlink(a.sun_path);
    ck_assert_int_eq(rmdir(dir), 0);
}
