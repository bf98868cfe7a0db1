/* server -- libmicrohttpd made to run in a loop that is not its own.
 *
 * One microhttpd daemon a listener, none with a thread: each has an epoll set of its own, which is
 * one descriptor in our loop. What libmicrohttpd 0.9.75 wants besides being run when that is
 * readable:
 * - MHD_get_timeout may say 0 (it holds input that no event will announce); it wants a run also
 *   after a resume and after a shutdown(2) of ours. All three: `soon`, a timer due at once. But it says
 *   0 for ever while a TLS client has said half of a handshake: then a little later (turns.h).
 * - At its connection limit it takes the listening socket out of its epoll set and puts it back
 *   only at the start of a run, so a run that closed a connection is followed by another. The limit
 *   proper is conn.c's, over all listeners; MHD's own lies a little above it, for connections that
 *   were cut off and not yet closed.
 * - With no descriptor left and no connection open it would try accept for ever: it is left alone
 *   for a moment.
 * - A FIN that comes together with the last bytes of half a request is lost to it (edge-triggered,
 *   and a short read means to it that there is no more): that connection goes when its time is up.
 * - MHD_stop_daemon aborts while a connection is suspended, so kept requests are answered before.
 * - It closes the listening socket unless it was quiesced, so it always is: listen.c opened it.
 *
 * With TLS each session gets its credentials when the connection begins (request.c), so that a new
 * certificate needs no new daemon. */
#include "config.h"

#include "http/server.h"

#include "http/conn.h"
#include "http/listen.h"
#include "http/request.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* Connections over the limit that MHD may hold until they are closed: it accepts ten in a run. */
#define LIMIT_SLACK 32
/* Memory of a connection for the request's head; a longer head is answered 431. */
#define HEAD_MAX ((size_t)32 * 1024)
/* Before accept is tried again that had no descriptor. */
#define PAUSE_NS (20 * NSEC_PER_MSEC)
/* Before it is run again in which only handshakes were ready that wait for their clients. */
#define HALF_NS (10 * NSEC_PER_MSEC)

struct listener {
    struct http_server *server;
    struct listen_socket socket;
    struct request_door door;
    struct MHD_Daemon *daemon;
    struct loop_watch *watch; /* NULL: paused, or not yet watched */
};

struct http_server {
    const struct http_route *routes[HTTP_TABLES];
    struct loop *loop;
    struct loop_timer *soon;
    int64_t soon_ns; /* when it is due */
    struct request_env env;
    struct listener *listeners;
    unsigned nlisteners;
};

static unsigned connections_of(const struct listener *l)
{
    return MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

/* Or before. */
static void run_at(struct http_server *s, int64_t at_ns)
{
    if (at_ns >= s->soon_ns)
        return;
    s->soon_ns = at_ns;
    loop_timer_set(s->soon, at_ns);
}

static void run_soon(void *ctx)
{
    run_at(ctx, 0);
}

/* Somebody waits and was not let in, although there is nobody inside: no descriptor was free. */
static bool cannot_accept(const struct listener *l)
{
    struct pollfd p = {.fd = l->socket.fd, .events = POLLIN};

    return connections_of(l) == 0 && poll(&p, 1, 0) == 1;
}

static void pause_listener(struct listener *l)
{
    loop_remove_fd(l->server->loop, l->watch);
    l->watch = NULL;
    run_at(l->server, clock_mono_ns() + PAUSE_NS);
}

static void run_listener(struct listener *l)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    enum turns_next next;
    unsigned before = connections_of(l);

    turns_run(&l->door.turns);
    (void)MHD_run(l->daemon);
    next = turns_ran(&l->door.turns);
    if (connections_of(l) < before)
        run_at(l->server, 0);
    else if (MHD_get_timeout(l->daemon, &wait_ms) == MHD_YES) /* no time is set: it is 0 */
        run_at(l->server, next == TURNS_NOW ? 0 : clock_mono_ns() + HALF_NS);
    else if (cannot_accept(l))
        pause_listener(l);
}

static void on_readable(void *ctx, uint32_t events)
{
    (void)events;
    run_listener(ctx);
}

static int watch_listener(struct listener *l)
{
    int fd = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

    return loop_add_fd(l->server->loop, fd, EPOLLIN, on_readable, l, &l->watch);
}

static void on_soon(void *ctx)
{
    struct http_server *s = ctx;

    s->soon_ns = INT64_MAX;
    for (unsigned i = 0; i < s->nlisteners; i++) {
        struct listener *l = &s->listeners[i];

        if (l->watch == NULL && watch_listener(l) < 0)
            run_at(s, clock_mono_ns() + PAUSE_NS);
        run_listener(l);
    }
}

static struct MHD_Daemon *start_daemon(struct request_door *door, int fd, unsigned max_connections)
{
    struct request_env *env = door->env;
    struct MHD_OptionItem end = {MHD_OPTION_END, 0, NULL};
    struct MHD_OptionItem with_tls[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_placeholder()},
                                        end};

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (door->tls ? MHD_USE_TLS : 0), 0, NULL, NULL,
        request_on_access, env, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
        MHD_OPTION_CONNECTION_LIMIT, conn_ceiling(max_connections) + LIMIT_SLACK,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX, MHD_OPTION_URI_LOG_CALLBACK,
        request_on_target, env, MHD_OPTION_NOTIFY_CONNECTION, request_on_connection, door,
        MHD_OPTION_NOTIFY_COMPLETED, request_on_completed, env, MHD_OPTION_ARRAY,
        door->tls ? with_tls : &end, MHD_OPTION_END);
}

static int start_listener(struct http_server *s, struct listener *l, const char *spec, unsigned max,
                          struct buf *err)
{
    int r;

    l->server = s;
    l->door.env = &s->env;
    r = listen_open(spec, &l->socket, err);
    if (r < 0)
        return r;
    l->door.tls = s->env.access && access_tls(s->env.access) && !listen_is_unix(&l->socket);
    l->daemon = start_daemon(&l->door, l->socket.fd, max);
    if (l->daemon == NULL) {
        /* MHD may or may not have closed the socket: it is left alone. */
        l->socket.fd = -1;
        buf_fmt(err, "cannot serve on %s: libmicrohttpd did not start", spec);
        return -EIO;
    }
    r = watch_listener(l);
    if (r < 0)
        buf_fmt(err, "cannot serve on %s: %s", spec, strerror(-r));
    return r;
}

int http_server_new(struct loop *loop, const struct http_options *options,
                    struct http_server **ret_server, struct buf *err)
{
    struct http_server *s = xcalloc(1, sizeof(*s));
    int r = 0;

    s->loop = loop;
    memcpy(s->routes, options->routes, sizeof s->routes);
    s->soon = loop_timer_new(loop, on_soon, s);
    s->soon_ns = INT64_MAX;
    s->env = (struct request_env){
        .routes = s->routes,
        .open = options->open,
        .ctx = options->ctx,
        .conns = conn_table_new(loop, options->max_connections, options->timeout_ns, run_soon, s),
        .wake = run_soon,
        .wake_ctx = s,
    };
    s->listeners = xcalloc(options->nlisten, sizeof(*s->listeners));
    if (options->web_config)
        r = access_new(loop, options->web_config, &s->env.access, err);
    while (r == 0 && s->nlisteners < options->nlisten) {
        struct listener *l = &s->listeners[s->nlisteners];

        l->socket.fd = -1;
        r = start_listener(s, l, options->listen[s->nlisteners], options->max_connections, err);
        s->nlisteners++;
    }
    if (r < 0) {
        http_server_free(s);
        return r;
    }
    *ret_server = s;
    return 0;
}

static void quiesce(struct listener *l)
{
    loop_remove_fd(l->server->loop, l->watch);
    if (l->daemon != NULL)
        (void)MHD_quiesce_daemon(l->daemon);
}

/* One last run, so that the 503s are on their way. */
static void stop(struct listener *l)
{
    if (l->daemon != NULL) {
        (void)MHD_run(l->daemon);
        MHD_stop_daemon(l->daemon);
    }
    listen_close(&l->socket);
}

void http_server_free(struct http_server *s)
{
    if (s == NULL)
        return;
    for (unsigned i = 0; i < s->nlisteners; i++)
        quiesce(&s->listeners[i]);
    access_free(s->env.access); /* whose password is being checked is answered 503 too */
    s->env.access = NULL;
    request_env_close(&s->env);
    for (unsigned i = 0; i < s->nlisteners; i++)
        stop(&s->listeners[i]);
    conn_table_free(s->env.conns);
    free(s->env.counts);
    loop_timer_free(s->soon);
    free(s->listeners);
    free(s);
}

const char *http_server_address(const struct http_server *s, unsigned i)
{
    assert(i < s->nlisteners);
    return s->listeners[i].socket.address;
}

void http_server_reread(struct http_server *s)
{
    if (s->env.access)
        access_look(s->env.access, true);
}

const char *http_server_refused(const struct http_server *s)
{
    return s->env.access ? access_refused(s->env.access) : NULL;
}

bool http_server_count(const struct http_server *s, size_t *at, const char **ret_path,
                       unsigned *ret_status, uint64_t *ret_count)
{
    const struct request_count *c;

    if (*at >= s->env.ncounts)
        return false;
    c = &s->env.counts[(*at)++];
    *ret_path = c->path;
    *ret_status = c->status;
    *ret_count = c->n;
    return true;
}
