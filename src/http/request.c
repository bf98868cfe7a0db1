/* request -- one request, as MHD tells of it piece by piece.
 *
 * MHD calls in this order: request_on_target with the raw target (before it unescapes %00 and the
 * like), request_on_access once when the head is there, again for each piece of a body, once more
 * at the end, and request_on_completed. Only the last access dispatches: until then a body is read
 * and thrown away, so that the connection can be used again. A handler that did not answer leaves
 * the connection suspended; http_reply resumes it, and MHD calls request_on_access once more to
 * fetch the answer. */
#include "config.h"

#include "http/request.h"

#include "http/framing.h"
#include "http/origin.h"
#include "http/peer.h"

#include "base/refs.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* Nothing that we serve reads a body. */
#define BODY_MAX ((uint64_t)64 * 1024)
/* A body without a declared length is read so far, to answer it; then the connection is closed. */
#define DRAIN_MAX ((uint64_t)1024 * 1024)
/* A longer target, or one with more arguments, is nobody's that we know: see is_too_long. */
enum { TARGET_MOST = 16 * 1024, ARGUMENTS_MOST = 100 };
#define TEXT_TYPE "text/plain; charset=utf-8"

/* The socket context of an MHD connection. */
struct client {
    struct conn *conn;
    struct tls *tls;  /* that it began with; NULL: plain HTTP */
    struct turn turn; /* of its handshake */
    struct peer_address peer;
};

struct http_request {
    struct request_env *env;
    struct MHD_Connection *connection;
    struct client *client;
    char *path;         /* raw target without scheme and host, up to `?` */
    const char *method; /* MHD's; lives as long as the request */
    const struct http_route *route;
    bool is_odd;    /* its target */
    bool is_user;   /* of those that there were when it came: it may wait, and there be others */
    uint64_t nbody; /* bytes of body thrown away */
    bool kept;      /* suspended, and in env->kept */
    struct http_request *prev, *next;
    struct MHD_Response *response; /* NULL until answered */
    unsigned status;
};

/* Bodies. The writer thread makes a page and the loop serves it to many scrapers, so the count is
 * atomic; the bytes never change once the body is made. */

struct http_body {
    atomic_uint refs;
    struct buf bytes;
};

struct http_body *http_body_new(struct buf *bytes)
{
    struct http_body *b = xmalloc(sizeof(*b));

    atomic_init(&b->refs, 1);
    b->bytes = *bytes;
    *bytes = BUF_INIT;
    return b;
}

struct http_body *http_body_ref(struct http_body *b)
{
    refs_take(&b->refs);
    return b;
}

void http_body_unref(struct http_body *b)
{
    if (b == NULL || !refs_drop(&b->refs))
        return;
    buf_release(&b->bytes);
    free(b);
}

struct slice http_body_bytes(const struct http_body *b)
{
    return buf_all(&b->bytes);
}

/* Counting. */

static void count(struct request_env *env, const char *path, unsigned status)
{
    size_t i = 0;

    while (i < env->ncounts && (env->counts[i].path != path || env->counts[i].status != status))
        i++;
    if (i == env->ncounts) {
        GROW(env->counts, env->ncounts, env->counts_cap);
        env->counts[env->ncounts++] = (struct request_count){path, status, 0};
    }
    env->counts[i].n++;
}

/* Answering. */

/* What a response sends, end to end and without a copy: a hundred slow scrapers hold one page. */
struct bodies {
    struct http_body *list[2];
};

static void bodies_free(void *cls)
{
    struct bodies *b = cls;

    http_body_unref(b->list[0]);
    http_body_unref(b->list[1]);
    free(b);
}

static void add_unless_there(const struct http_header *h, struct MHD_Response *m)
{
    for (; h && h->name; h++)
        if (MHD_get_response_header(m, h->name) == NULL)
            (void)MHD_add_response_header(m, h->name, h->value);
}

/* Those of web_config first, then those of the reply, and of every reply, that are not named yet. */
static void add_headers(const struct request_env *env, const struct http_reply *reply,
                        struct MHD_Response *m)
{
    static const struct http_header always[] = {{"X-Content-Type-Options", "nosniff"},
                                                {NULL, NULL}};
    const struct web_header *headers;
    unsigned n = env->access ? access_headers(env->access, &headers) : 0;

    for (unsigned i = 0; i < n; i++)
        (void)MHD_add_response_header(m, headers[i].name, headers[i].value);
    add_unless_there(reply->headers, m);
    add_unless_there(always, m);
}

static struct MHD_Response *make_response(const struct http_reply *reply)
{
    struct bodies *b = xmalloc(sizeof *b);
    struct MHD_IoVec parts[2];
    unsigned n = 0;

    *b = (struct bodies){{reply->body, reply->more}};
    for (unsigned i = 0; i < 2; i++) {
        struct slice bytes = b->list[i] ? http_body_bytes(b->list[i]) : SLICE("");

        if (bytes.n > 0)
            parts[n++] = (struct MHD_IoVec){bytes.p, bytes.n};
    }
    struct MHD_Response *m = MHD_create_response_from_iovec(parts, n, bodies_free, b);

    assert(m != NULL); /* no memory: as xalloc */
    (void)MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    if (reply->content_encoding != NULL)
        (void)MHD_add_response_header(m, MHD_HTTP_HEADER_CONTENT_ENCODING, reply->content_encoding);
    if (reply->vary != NULL)
        (void)MHD_add_response_header(m, MHD_HTTP_HEADER_VARY, reply->vary);
    return m;
}

static void kept_unlink(struct http_request *r)
{
    *(r->prev ? &r->prev->next : &r->env->kept) = r->next;
    if (r->next != NULL)
        r->next->prev = r->prev;
    r->kept = false;
}

static void keep(struct http_request *r)
{
    r->kept = true;
    r->prev = NULL;
    r->next = r->env->kept;
    if (r->next != NULL)
        r->next->prev = r;
    r->env->kept = r;
    conn_set_phase(r->client->conn, CONN_KEPT);
    MHD_suspend_connection(r->connection);
}

void http_reply(struct http_request *r, const struct http_reply *reply)
{
    assert(r->response == NULL);
    r->response = make_response(reply);
    add_headers(r->env, reply, r->response);
    r->status = reply->status;
    if (!r->kept)
        return;
    kept_unlink(r);
    MHD_resume_connection(r->connection);
    r->env->wake(r->env->wake_ctx);
}

void http_reply_text(struct http_request *r, unsigned status, const char *text)
{
    struct buf b = BUF_INIT;

    buf_fmt(&b, "%s\n", text);
    http_reply(r, &(struct http_reply){
                      .status = status, .content_type = TEXT_TYPE, .body = http_body_new(&b)});
}

static enum MHD_Result send_answer(struct http_request *r)
{
    count(r->env, r->route ? r->route->path : "other", r->status);
    conn_set_phase(r->client->conn, CONN_ANSWER);
    return MHD_queue_response(r->connection, r->status, r->response);
}

/* Routing. */

static bool is_for(const struct http_route *route, const char *path)
{
    size_t n = strlen(route->path);

    return n > 1 && route->path[n - 1] == '/' ? strncmp(route->path, path, n) == 0
                                              : strcmp(route->path, path) == 0;
}

static const struct http_route *find_route(const struct request_env *env, const char *path)
{
    for (unsigned i = 0; i < HTTP_TABLES; i++)
        for (const struct http_route *r = env->routes[i]; r && r->path; r++)
            if (is_for(r, path))
                return r;
    return NULL;
}

static bool method_allowed(const char *methods, const char *method)
{
    struct slice rest = slice_str(methods), one;

    while (slice_cut(&rest, ',', &one)) {
        if (slice_eq(slice_trim(one), slice_str(method)))
            return true;
    }
    return false;
}

static void answer(struct http_request *r)
{
    if (r->nbody > BODY_MAX) {
        http_reply_text(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    } else if (r->route == NULL) {
        http_reply_text(r, MHD_HTTP_NOT_FOUND, "not found");
    } else if (!method_allowed(r->route->methods, r->method)) {
        http_reply_text(r, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed");
        (void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_ALLOW, r->route->methods);
    } else {
        r->route->handler(r->env->ctx, r);
    }
}

/* Who is right is answered; who is wrong learns nothing. */
static void on_verdict(void *ctx, enum users_verdict verdict)
{
    struct http_request *r = ctx;

    if (verdict == USERS_RIGHT) {
        answer(r);
    } else if (verdict == USERS_WRONG) {
        http_reply_text(r, MHD_HTTP_UNAUTHORIZED, "unauthorized");
        (void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                      "Basic realm=\"logtally\", charset=\"UTF-8\"");
    } else if (verdict == USERS_BUSY) {
        http_reply_text(r, MHD_HTTP_TOO_MANY_REQUESTS, "too many requests");
        (void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    }
}

static bool is_open(const struct http_request *r)
{
    for (const char *const *p = r->env->open; p && *p; p++)
        if (strcmp(r->path, *p) == 0)
            return true;
    return false;
}

/* USERS_LATER when on_verdict will be called. */
static enum users_verdict may_ask(struct http_request *r)
{
    struct access *a = r->env->access;

    if (!a)
        return USERS_RIGHT;
    access_look(a, false);
    if (is_open(r))
        return USERS_RIGHT;
    r->is_user = access_has_users(a);
    return access_ask(a, http_request_header(r, MHD_HTTP_HEADER_AUTHORIZATION),
                      r->client->peer.number, on_verdict, r);
}

static void dispatch(struct http_request *r)
{
    r->route = find_route(r->env, r->path);
    if (r->env->closing)
        http_reply_text(r, MHD_HTTP_SERVICE_UNAVAILABLE, "shutting down");
    else
        on_verdict(r, may_ask(r));
}

/* MHD has checked that the number is one. */
static bool declares_too_much(const struct http_request *r)
{
    const char *length = http_request_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length != NULL && strtoull(length, NULL, 10) > BODY_MAX;
}

/* What MHD calls. */

static struct client *client_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* RFC 9112 3.2.2 has servers take "http://host/path" too, though only proxies are asked so. The
 * target from its path on. */
static const char *origin_form(const char *target)
{
    const char *host;

    if (strncasecmp(target, "http://", 7) == 0)
        host = target + 7;
    else if (strncasecmp(target, "https://", 8) == 0)
        host = target + 8;
    else
        return target;
    if (*host == '/')
        return target; /* no host: it names nothing */
    host += strcspn(host, "/?");
    return *host == '/' ? host : "/";
}

/* microhttpd makes an entry of 56 bytes for each argument, in the memory that the head is in, and when
 * there is no room for one it holds the connection in silence until its time is up. Nobody here reads
 * arguments: the few that one would send are let in. */
static bool is_too_long(const char *target)
{
    size_t most = ARGUMENTS_MOST, length = strlen(target);

    for (const char *p = strchr(target, '?'); p && most; p = strchr(p + 1, '&'))
        most--;
    return most == 0 || length > TARGET_MOST;
}

void *request_on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct http_request *r = xcalloc(1, sizeof(*r));
    const char *path = origin_form(target);

    r->env = cls;
    r->connection = connection;
    r->client = client_of(connection);
    r->path = xstrslice(slice_make(path, strcspn(path, "?")));
    r->is_odd = framing_target_is_odd(target);
    conn_set_phase(r->client->conn, CONN_HEAD);
    if (is_too_long(target)) {
        count(r->env, "other", MHD_HTTP_URI_TOO_LONG);
        conn_cut(r->client->conn);
        r->env->wake(r->env->wake_ctx);
    }
    return r;
}

/* What is answered before the body came, and then closed. */
static bool refuse_head(struct http_request *r, const char *version)
{
    const char *wrong = r->is_odd ? "the target holds what it must not"
                                  : framing_wrong(r->connection, r->method, version);

    if (!wrong && !declares_too_much(r))
        return false;
    r->route = find_route(r->env, r->path);
    if (wrong)
        http_reply_text(r, MHD_HTTP_BAD_REQUEST, wrong);
    else
        http_reply_text(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    (void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONNECTION, "close");
    return true;
}

enum MHD_Result request_on_access(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request)
{
    struct http_request *r = *request;

    (void)cls, (void)connection, (void)url, (void)upload;
    if (*upload_size != 0) {
        r->nbody += *upload_size;
        *upload_size = 0;
        return r->nbody > DRAIN_MAX ? MHD_NO : MHD_YES;
    }
    if (r->method == NULL) {
        r->method = method;
        return refuse_head(r, version) ? send_answer(r) : MHD_YES;
    }
    if (r->response == NULL)
        dispatch(r);
    if (r->response != NULL)
        return send_answer(r);
    keep(r);
    return MHD_YES;
}

void request_on_completed(void *cls, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code)
{
    struct http_request *r = *request;

    (void)cls, (void)connection, (void)code;
    /* MHD does not complete what is suspended, and what completes began with its target. */
    assert(r != NULL && !r->kept);
    *request = NULL;
    conn_set_phase(r->client->conn, CONN_IDLE);
    if (r->response != NULL)
        MHD_destroy_response(r->response);
    free(r->path);
    free(r);
}

static struct client *client_new(struct request_door *door, struct MHD_Connection *connection)
{
    struct request_env *env = door->env;
    struct client *c = xcalloc(1, sizeof *c);
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

    c->peer = peer_of(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    c->conn = conn_add(env->conns, fd, c->peer.number);
    if (!env->access)
        return c;
    access_look(env->access, false);
    if (door->tls) {
        c->tls = tls_ref(access_tls(env->access));
        turn_begin(&c->turn, &door->turns, c->conn, fd);
        tls_attach(
            c->tls,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session,
            &c->turn);
    }
    return c;
}

static void client_free(struct client *c)
{
    turn_end(&c->turn);
    conn_remove(c->conn);
    tls_unref(c->tls);
    free(c);
}

void request_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = client_new(cls, connection);
    else
        client_free(*socket_context);
}

/* What handlers ask. */

const char *http_request_header(const struct http_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

const char *http_request_rest(const struct http_request *r)
{
    return r->path + strlen(r->route->path);
}

static void machine_name(char name[256])
{
    memset(name, 0, 256);
    (void)gethostname(name, 255);
}

/* A proxy has brought it, for whomever: that it is on this machine says nothing. Not all tell so. */
static bool is_forwarded(const struct http_request *r)
{
    static const char *const names[] = {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
                                        "X-Real-IP", "Via"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (http_request_header(r, names[i]))
            return true;
    return false;
}

/* Whoever knows a password is who he says, by whatever name he came. */
bool http_request_is_private(const struct http_request *r)
{
    const char *host = http_request_header(r, MHD_HTTP_HEADER_HOST);
    char machine[256];

    if (origin_is_other(http_request_header(r, "Sec-Fetch-Site"),
                        http_request_header(r, MHD_HTTP_HEADER_ORIGIN), host))
        return false;
    if (r->is_user)
        return true;
    if (is_forwarded(r))
        return false;
    machine_name(machine);
    return r->client->peer.is_unix ||
           (r->client->peer.is_loopback && origin_is_fixed(host, machine));
}

bool http_request_is_foreign(const struct http_request *r)
{
    char machine[256];

    machine_name(machine);
    return origin_is_foreign(http_request_header(r, "Sec-Fetch-Site"),
                             http_request_header(r, MHD_HTTP_HEADER_ORIGIN),
                             http_request_header(r, MHD_HTTP_HEADER_HOST), machine);
}

void request_env_close(struct request_env *env)
{
    env->closing = true;
    while (env->kept != NULL)
        http_reply_text(env->kept, MHD_HTTP_SERVICE_UNAVAILABLE, "shutting down");
}
