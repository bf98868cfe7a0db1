/* http_rig -- see http_rig.h. */
#include "config.h"

#include "http/http_rig.h"
#include "suite.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct http_body *body_of(const char *text)
{
    struct buf b = BUF_INIT;

    buf_str(&b, text);
    return http_body_new(&b);
}

static void on_hello(void *ctx, struct http_request *r)
{
    (void)ctx;
    http_reply_text(r, 200, "hello");
}

static void on_negotiated(void *ctx, struct http_request *r)
{
    const char *accept = http_request_header(r, "Accept");

    (void)ctx;
    http_reply(r, &(struct http_reply){.status = 200,
                                       .content_type = "text/plain",
                                       .vary = "Accept, Accept-Encoding",
                                       .body = body_of(accept ? accept : "none")});
}

/* As a page of which a part is kept packed. */
static void on_parts(void *ctx, struct http_request *r)
{
    (void)ctx;
    http_reply(r, &(struct http_reply){.status = 200,
                                       .content_type = "text/plain",
                                       .content_encoding = "x-none",
                                       .body = body_of("one\n"),
                                       .more = body_of("two\n")});
}

static void on_big(void *ctx, struct http_request *r)
{
    struct rig *rig = ctx;

    http_reply(r, &(struct http_reply){.status = 200,
                                       .content_type = "text/plain",
                                       .body = http_body_ref(rig->big)});
}

static void on_kept(void *ctx, struct http_request *r)
{
    struct rig *rig = ctx;

    ck_assert_uint_lt(rig->nkept, sizeof(rig->kept) / sizeof(rig->kept[0]));
    rig->kept[rig->nkept++] = r;
}

static void on_post(void *ctx, struct http_request *r)
{
    (void)ctx;
    http_reply_text(r, 200, "POST");
}

static const struct http_route routes[] = {
    {"/hello", "GET, HEAD", on_hello},
    {"/negotiated", "GET, HEAD", on_negotiated},
    {"/big", "GET, HEAD", on_big},
    {"/kept", "GET, HEAD", on_kept},
    {"/post", "POST", on_post},
    {"/parts", "GET, HEAD", on_parts},
    {NULL, NULL, NULL},
};

void rig_start_with(struct rig *rig, unsigned max_connections, int64_t timeout_ms,
                    const char *web_config)
{
    struct buf big = BUF_INIT, err = BUF_INIT;
    const char *listen[] = {"127.0.0.1:0", rig->unix_spec};
    struct http_options o = {
        .listen = listen,
        .nlisten = 2,
        .max_connections = max_connections,
        .timeout_ns = timeout_ms * NSEC_PER_MSEC,
        .web_config = web_config,
        .routes = {routes},
        .ctx = rig,
    };

    *rig = (struct rig){.nkept = 0};
    (void)snprintf(rig->dir, sizeof(rig->dir), "/tmp/check_http.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(rig->dir));
    (void)snprintf(rig->unix_spec, sizeof(rig->unix_spec), "unix:%s/s", rig->dir);
    memset(buf_reserve(&big, RIG_BIG_BYTES), 'x', RIG_BIG_BYTES);
    big.n = RIG_BIG_BYTES;
    rig->big = http_body_new(&big);
    ck_assert_int_eq(loop_new(&rig->loop), 0);
    ck_assert_msg(http_server_new(rig->loop, &o, &rig->server, &err) == 0, "%s", err.p);
}

void rig_start(struct rig *rig, unsigned max_connections, int64_t timeout_ms)
{
    rig_start_with(rig, max_connections, timeout_ms, NULL);
}

void rig_stop(struct rig *rig)
{
    http_server_free(rig->server);
    http_body_unref(rig->big);
    loop_free(rig->loop);
    ck_assert_int_eq(rmdir(rig->dir), 0); /* the unix socket is gone */
}

void rig_turn(struct rig *rig)
{
    ck_quietly(loop_turn(rig->loop, 1) == 0);
}

static int64_t patience(void)
{
    return clock_mono_ns() + RIG_PATIENCE_MS * NSEC_PER_MSEC;
}

void rig_wait_kept(struct rig *rig, unsigned n)
{
    for (int64_t until = patience(); rig->nkept < n;) {
        rig_turn(rig);
        if (clock_mono_ns() >= until)
            ck_abort_msg("%u of %u requests arrived", rig->nkept, n);
    }
}

void rig_answer_kept(struct rig *rig)
{
    ck_assert_uint_gt(rig->nkept, 0);
    http_reply_text(rig->kept[0], 200, "later");
    rig->nkept--;
    memmove(rig->kept, rig->kept + 1, rig->nkept * sizeof(rig->kept[0]));
}

unsigned rig_count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    ck_assert_ptr_nonnull(d);
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    return n;
}

static int connect_tcp(const char *address)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    ck_assert(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS);
    return fd;
}

static int connect_unix(const char *address)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", address + strlen("unix:"));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

struct client client_connect(struct rig *rig, unsigned listener)
{
    const char *address = http_server_address(rig->server, listener);
    struct client c = {.fd = -1};

    c.fd = slice_starts(slice_str(address), SLICE("unix:")) ? connect_unix(address)
                                                            : connect_tcp(address);
    ck_assert_int_ge(c.fd, 0);
    return c;
}

void client_close(struct client *c)
{
    (void)close(c->fd);
    buf_release(&c->in);
}

bool client_send(struct rig *rig, struct client *c, struct slice bytes)
{
    int64_t until = patience();

    while (bytes.n != 0) {
        ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN && errno != ENOTCONN)
            return false;
        if (n > 0)
            bytes = slice_from(bytes, (size_t)n);
        ck_quietly(loop_turn(rig->loop, 0) == 0);
        if (clock_mono_ns() >= until)
            ck_abort_msg("the server does not read");
    }
    return true;
}

bool client_send_str(struct rig *rig, struct client *c, const char *text)
{
    return client_send(rig, c, slice_str(text));
}

void client_poll(struct rig *rig, struct client *c)
{
    char *room = buf_reserve(&c->in, 65536);
    ssize_t n;

    rig_turn(rig);
    n = recv(c->fd, room, 65536, 0);
    if (n > 0)
        c->in.n += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != ENOTCONN))
        c->eof = true;
}

/* Takes `n` bytes off what was read. */
static struct buf take(struct client *c, size_t n)
{
    struct buf out = BUF_INIT;

    buf_add(&out, c->in.p, n);
    c->in.n -= n;
    memmove(c->in.p, c->in.p + n, c->in.n);
    return out;
}

const char *answer_header(const struct answer *a, const char *name)
{
    static char value[256];
    struct slice rest = buf_all(&a->head), line, key;

    value[0] = '\0';
    while (slice_cut(&rest, '\n', &line)) {
        if (slice_cut(&line, ':', &key) && line.p != NULL && key.n == strlen(name) &&
            strncasecmp(key.p, name, key.n) == 0)
            (void)snprintf(value, sizeof(value), "%.*s", (int)line.n - 2, line.p + 1);
    }
    return value;
}

struct answer client_answer(struct rig *rig, struct client *c, bool head_only)
{
    int64_t until = patience();
    struct answer a = {.status = 0};
    const char *end;
    size_t length;

    while ((end = memmem(c->in.p ? c->in.p : "", c->in.n, "\r\n\r\n", 4)) == NULL) {
        if (c->eof)
            return a;
        client_poll(rig, c);
        if (clock_mono_ns() >= until)
            ck_abort_msg("no answer; so far: %s", c->in.p);
    }
    a.head = take(c, (size_t)(end - c->in.p) + 4);
    a.status = (unsigned)atoi(a.head.p + strlen("HTTP/1.1 "));
    length = a.status == 100 || head_only ? 0 : (size_t)atoll(answer_header(&a, "Content-Length"));
    while (c->in.n < length) {
        if (c->eof)
            ck_abort_msg("the answer was cut short");
        client_poll(rig, c);
        if (clock_mono_ns() >= until)
            ck_abort_msg("the body does not come");
    }
    a.body = take(c, length);
    return a;
}

void client_expect(struct rig *rig, struct client *c, unsigned status, const char *body)
{
    struct answer a = client_answer(rig, c, false);

    ck_assert_uint_eq(a.status, status);
    if (body)
        ck_assert_str_eq(a.body.p, body);
    answer_release(&a);
}

bool client_is_closed(struct rig *rig, struct client *c)
{
    int64_t until = patience();

    while (!c->eof && clock_mono_ns() < until) {
        buf_clear(&c->in);
        client_poll(rig, c);
    }
    return c->eof;
}

void answer_release(struct answer *a)
{
    buf_release(&a->head);
    buf_release(&a->body);
}

struct answer rig_request(struct rig *rig, const char *method, const char *target)
{
    struct client c = client_connect(rig, 0);
    struct buf text = BUF_INIT;
    struct answer a;

    buf_fmt(&text, "%s %s HTTP/1.1\r\nHost: x\r\n\r\n", method, target);
    (void)client_send(rig, &c, buf_all(&text));
    a = client_answer(rig, &c, strcmp(method, "HEAD") == 0);
    buf_release(&text);
    client_close(&c);
    return a;
}

unsigned rig_status(struct rig *rig, const char *method, const char *target)
{
    struct answer a = rig_request(rig, method, target);

    answer_release(&a);
    return a.status;
}

uint64_t rig_counted(const struct rig *rig, const char *path, unsigned status)
{
    const char *p;
    unsigned st;
    uint64_t n;

    for (size_t at = 0; http_server_count(rig->server, &at, &p, &st, &n);) {
        if (strcmp(p, path) == 0 && st == status)
            return n;
    }
    return 0;
}
