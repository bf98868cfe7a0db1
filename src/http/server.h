/* server -- HTTP in the daemon's own loop. The head of the room, which alone knows microhttpd.
 *
 *   listen     sockets from what a person wrote                      listen.h
 *   server     one microhttpd daemon a listener, run by the loop     server.h, server.c
 *   conn       every connection, how long it has waited, whom to cut conn.h
 *   request    from its first line to its answer                     request.h
 *   framing    whether two could read it differently                framing.h
 *   peer       whence a connection comes                            peer.h
 *   access     who may come in: a web-config.yml as it is now        access.h
 *   web_config the file as data                                      web_config.h
 *   tls        certificates and policy, by GnuTLS                    tls.h
 *   users      passwords, checked beside the loop                    users.h
 *   negotiate  what a scraper can read                               negotiate.h
 *   origin     whether another site's page asks                      origin.h
 *   coding     gzip or zstd of a page, piece by piece                coding.h, gzip.h, zstd.h
 *
 * Listeners are TCP (v4, v6) and unix sockets, all in one epoll set. A route has a handler; the
 * handler answers at once with http_reply or keeps the request and answers later (the connection is
 * suspended meanwhile).
 *
 * What holds:
 * - Every request is answered exactly once, also one whose client went away, and those that are kept
 *   when the server ends.
 * - No client holds a connection for ever: a head that takes longer than `timeout` and an answer that
 *   takes longer than six times that are cut off. Over the limit of connections a newcomer wins.
 * - A request's memory is bounded: its head by microhttpd, its body is read and thrown away.
 * - Bodies are shared by reference and never change: one page rendered for many scrapers.
 *
 * The loop's thread owns everything but bodies and gzip parts, which the writer thread makes. The
 * room does not know what a page holds, nor metrics, nor rules. */
#ifndef LT_HTTP_SERVER_H
#define LT_HTTP_SERVER_H

#include "base/buf.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stdint.h>

/* A body, counted by reference, immutable once made. */
struct http_body;
/* Takes the buffer's bytes (the buffer is empty afterwards). */
struct http_body *http_body_new(struct buf *bytes);
struct http_body *http_body_ref(struct http_body *b);
void http_body_unref(struct http_body *b);
struct slice http_body_bytes(const struct http_body *b);

struct http_request;

/* NULL when the header is not there. */
const char *http_request_header(const struct http_request *r, const char *name);

/* What stands behind the route's path, up to `?`. */
const char *http_request_rest(const struct http_request *r);

/* It comes from a user of web_config, over a unix socket, or from this machine by a name that cannot
 * be rebound, and from no page of another site. */
bool http_request_is_private(const struct http_request *r);

/* A browser sends it for a page of another site: what changes something must refuse it. */
bool http_request_is_foreign(const struct http_request *r);

struct http_header {
    const char *name, *value;
};

struct http_reply {
    unsigned status;
    const char *content_type;     /* of every answer, also an empty one */
    const char *content_encoding; /* NULL = none */
    const char *vary;             /* the request's headers that it depends on; NULL = none */
    /* More of them, ended by a NULL name; those of web_config go before. NULL = none. */
    const struct http_header *headers;
    /* Sent one behind the other; the reply takes these references. NULL = nothing. */
    struct http_body *body, *more;
};

/* Answers; exactly once for each request. For a kept request this resumes the connection. */
void http_reply(struct http_request *r, const struct http_reply *reply);
/* A reply with a text/plain body of one sentence. */
void http_reply_text(struct http_request *r, unsigned status, const char *text);

/* Must reply, or keep the request for later. A kept request whose client went away is still replied
 * to (it is then only freed). */
typedef void http_handler_fn(void *ctx, struct http_request *r);

struct http_route {
    /* Compared with the raw target up to `?`: no unescaping. With a slash at its end, of more than
     * that, it is for all paths that begin so. */
    const char *path;
    const char *methods; /* "GET, HEAD" or "POST": as in Allow; a HEAD looks like a GET */
    http_handler_fn *handler;
};

enum { HTTP_TABLES = 2 };

struct http_options {
    const char *const *listen; /* "127.0.0.1:80", "[::1]:80", "unix:/run/x.sock", ":80" */
    unsigned nlisten;
    /* Of all listeners together; a newcomer takes the place of the one that was idle longest. While
     * all are being answered there may be half as many more. */
    unsigned max_connections;
    int64_t timeout_ns;
    const char *web_config; /* a web-config.yml for TLS, users and headers; NULL = none of them */
    const struct http_route *routes[HTTP_TABLES]; /* each ended by a NULL path; borrowed */
    void *ctx;
    /* Paths for which nobody needs a password, and that no rate_limit counts; ended by NULL. NULL =
     * none. Borrowed. */
    const char *const *open;
};

struct http_server;

/* 0 or negative errno with a sentence in *err that names the address. */
int http_server_new(struct loop *loop, const struct http_options *options,
                    struct http_server **ret_server, struct buf *err);
/* Kept requests are answered 503: who kept one must forget it, not answer it, after this. NULL is
 * fine. */
void http_server_free(struct http_server *s);
/* Where listener i really listens ("127.0.0.1:41234" when port 0 was asked). */
const char *http_server_address(const struct http_server *s, unsigned i);

/* Reads web_config again, now or once nothing is written into it; without it nothing. It is also read
 * when it changed. */
void http_server_reread(struct http_server *s);
/* What is wrong with the present web_config while the last good one rules; NULL: nothing. Borrowed
 * until it is read again. */
const char *http_server_refused(const struct http_server *s);
/* 0, or negative errno with the sentence that http_server_new would say about this file. */
int http_web_config_check(const char *path, struct buf *err);

/* Requests answered, by route ("other" for unknown paths) and status; start with *at = 0. */
bool http_server_count(const struct http_server *s, size_t *at, const char **ret_path,
                       unsigned *ret_status, uint64_t *ret_count);

#endif
