/* request -- one request from its first line to its answer, as microhttpd tells of it.
 *
 * Inside the room: server.c starts the daemons and gives them these callbacks; the env is what all
 * requests of a server share. */
#ifndef LT_HTTP_REQUEST_H
#define LT_HTTP_REQUEST_H

#include "http/access.h"
#include "http/conn.h"
#include "http/server.h"
#include "http/turns.h"

#include <microhttpd.h>

/* Called when a kept request was answered: the daemons must be run. */
typedef void request_wake_fn(void *ctx);

struct request_count {
    const char *path;
    unsigned status;
    uint64_t n;
};

struct request_env {
    const struct http_route *const *routes; /* HTTP_TABLES of them */
    void *ctx;                              /* of the handlers */
    const char *const *open;                /* of http_options */
    struct conn_table *conns;
    struct access *access; /* NULL: everybody may, in plain HTTP */
    request_wake_fn *wake;
    void *wake_ctx;
    struct http_request *kept; /* waiting for http_reply */
    bool closing;              /* every request is answered 503 */
    struct request_count *counts;
    size_t ncounts, counts_cap;
};

/* What all connections of a listener share. */
struct request_door {
    struct request_env *env;
    bool tls; /* it speaks TLS only */
    struct turns turns;
};

/* Answers 503 to whatever was kept, and to whatever comes. */
void request_env_close(struct request_env *env);

/* For MHD; `cls` is the env, and the door of request_on_connection. */
void *request_on_target(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result request_on_access(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request);
void request_on_completed(void *cls, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code);
void request_on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code);

#endif
