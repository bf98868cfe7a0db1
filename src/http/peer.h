/* peer -- whence a connection comes: a number, to count and to delay by, and whether that is here. */
#ifndef LT_HTTP_PEER_H
#define LT_HTTP_PEER_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

struct peer_address {
    /* All of an IPv4 address, the network (/64) of IPv6, one number for all unix sockets, and one for any
     * other family that a socket of a manager may have. */
    uint64_t number;
    bool is_unix;     /* whom the socket's mode lets in */
    bool is_loopback; /* of TCP: this machine */
};

struct peer_address peer_of(const struct sockaddr *address);

#endif
