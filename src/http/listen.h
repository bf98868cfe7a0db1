/* listen -- listening sockets from what a person wrote: "127.0.0.1:80", "[::1]:80", ":80",
 * "unix:/run/x.sock", or "fd:3" for a socket that the process was started with.
 *
 * Below microhttpd: it only makes descriptors. A unix socket is replaced if nobody answers on it,
 * has mode 0660 from its first moment, and its name goes away with it. */
#ifndef LT_HTTP_LISTEN_H
#define LT_HTTP_LISTEN_H

#include "base/buf.h"

#include <sys/types.h>

struct listen_socket {
    int fd;         /* non-blocking, listening */
    char *address;  /* where it really listens: the port is known */
    char *unixpath; /* NULL for TCP */
    dev_t dev;      /* of the name of a unix socket: so that another's is never removed */
    ino_t ino;
};

/* 0 or negative errno, with one sentence in *err that names the address. */
int listen_open(const char *spec, struct listen_socket *ret_socket, struct buf *err);
bool listen_is_unix(const struct listen_socket *ls);
void listen_close(struct listen_socket *ls);

#endif
