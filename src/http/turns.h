/* turns -- whose TLS handshake goes on next, so that many at once hold up nobody.
 *
 * A hello is answered with 1 to 4 ms of CPU, and microhttpd, each time it is run, goes on with every
 * handshake whose client has said something: sixty at once would be a fifth of a second in which no
 * line is read and no scrape answered. So a session in its handshake may read only when it is its
 * turn: any of them as long as the run has used little CPU, else one a run; first who has had our hello
 * and goes on, then whose peer has few connections, then the newest. What it was refused stays in the
 * socket.
 *
 * Also tells when running again is in vain: microhttpd holds a handshake ready for ever whose client
 * said half of a message, and would have the loop turn without a pause. Knows sockets and
 * connections, neither GnuTLS nor microhttpd. */
#ifndef LT_HTTP_TURNS_H
#define LT_HTTP_TURNS_H

#include "http/conn.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Of one listener: all zero at first. */
struct turns {
    int64_t until_ns;         /* of CPU time: until then this run lets anybody read */
    bool moved;               /* in this run bytes were read or sent */
    bool half;                /* in this run a handshake was found that waits for its client */
    struct turn *head, *tail; /* who was refused, the newest last */
    struct turn *chosen;      /* of them, who may read in this run */
};

/* Of one connection, all zero while it has none. */
struct turn {
    struct turns *all;
    const struct conn *conn;
    int fd;
    bool answered; /* our hello was sent */
    bool over;     /* the handshake is done: it reads when it likes */
    bool waits;
    struct turn *prev, *next;
};

void turn_begin(struct turn *t, struct turns *all, const struct conn *conn, int fd);
void turn_end(struct turn *t);

/* For the session's transport: as recv(2) and sendmsg(2); EAGAIN also for who must wait. */
ssize_t turn_read(struct turn *t, void *data, size_t n);
ssize_t turn_send(struct turn *t, const struct iovec *parts, int n);

enum turns_next {
    TURNS_NOW,   /* somebody may go on */
    TURNS_LATER, /* all that is ready are handshakes that wait for their clients */
};

/* Around a run of microhttpd. */
void turns_run(struct turns *all);
enum turns_next turns_ran(struct turns *all);

#endif
