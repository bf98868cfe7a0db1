/* peer -- numbers that are no IPv6 network lie where those of multicast are, whence nobody connects:
 * else whoever has the right network would be taken for this machine. */
#include "config.h"

#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define NO_NETWORK (UINT64_C(0xff) << 56)
#define NUMBER_UNIX (NO_NETWORK | UINT64_C(1) << 32)
#define NUMBER_OTHER (NO_NETWORK | UINT64_C(2) << 32)

static struct peer_address of_v4(const void *bytes)
{
    uint32_t host;

    memcpy(&host, bytes, sizeof host);
    host = ntohl(host);
    return (struct peer_address){.number = NO_NETWORK | host, .is_loopback = host >> 24 == 127};
}

static struct peer_address of_v6(const struct in6_addr *v6)
{
    struct peer_address a = {.is_loopback = IN6_IS_ADDR_LOOPBACK(v6)};

    if (IN6_IS_ADDR_V4MAPPED(v6))
        return of_v4(&v6->s6_addr[12]);
    for (unsigned i = 0; i < 8; i++)
        a.number = a.number << 8 | v6->s6_addr[i];
    return a;
}

struct peer_address peer_of(const struct sockaddr *address)
{
    struct sockaddr_in6 v6;
    struct sockaddr_in v4;

    switch (address->sa_family) {
    case AF_INET:
        memcpy(&v4, address, sizeof v4);
        return of_v4(&v4.sin_addr);
    case AF_INET6:
        memcpy(&v6, address, sizeof v6);
        return of_v6(&v6.sin6_addr);
    case AF_UNIX:
        return (struct peer_address){.number = NUMBER_UNIX, .is_unix = true};
    default:
        return (struct peer_address){.number = NUMBER_OTHER};
    }
}
