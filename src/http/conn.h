/* conn -- every open connection, how long it has been in what it does, and whom to cut off.
 *
 * microhttpd's own timeout counts idle time only, so a client that sends a byte now and then holds
 * a connection for ever; and its limit is per daemon and closes the door to newcomers. Here the
 * limit is over all listeners and the newcomer wins: the connection that has waited longest for its
 * client goes. Knows sockets, not microhttpd: it calls shutdown(2), and the daemon then finds the
 * connection closed. */
#ifndef LT_HTTP_CONN_H
#define LT_HTTP_CONN_H

#include "base/loop.h"

#include <stdint.h>

enum conn_phase {
    /* From accept, or from the request line of a later request, to the end of the request. */
    CONN_HEAD,
    CONN_IDLE,   /* kept alive, between two requests */
    CONN_ANSWER, /* we send and the client reads */
    CONN_KEPT,   /* the client waits for us */
};

struct conn;
struct conn_table;

/* Called after connections were cut off: the daemon must look at them. */
typedef void conn_wake_fn(void *ctx);

struct conn_table *conn_table_new(struct loop *loop, unsigned max, int64_t timeout_ns,
                                  conn_wake_fn *wake, void *ctx);
/* All connections must be removed before. */
void conn_table_free(struct conn_table *t);

/* How many there may be for a moment, while all are being answered: `max` and half as many more. */
unsigned conn_ceiling(unsigned max);

/* A new connection, in CONN_HEAD, from `peer`. The descriptor stays the caller's. Over the limit,
 * another is cut off; or this one, if all others are kept. */
struct conn *conn_add(struct conn_table *t, int fd, uint64_t peer);
void conn_remove(struct conn *c);
/* Its time begins anew, unless it is in that phase already. */
void conn_set_phase(struct conn *c, enum conn_phase phase);
/* It is closed as soon as microhttpd has looked at it. */
void conn_cut(struct conn *c);
/* Has its peer more of the places than one should have while others want some? */
bool conn_is_greedy(const struct conn *c);

#endif
