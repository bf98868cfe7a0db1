/* check_peer -- whence a connection comes: who is of this machine, and who is not although the number
 * of his network looks like it. */
#include "config.h"

#include "suite.h"

#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static struct peer_address of(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_storage any = {.ss_family = AF_UNIX};

    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&any, &v6, sizeof v6);
    else if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&any, &v4, sizeof v4);
    return peer_of((const struct sockaddr *)&any);
}

static const struct {
    const char *address;
    bool is_loopback;
} places[] = {
    {"127.0.0.1", true},
    {"127.255.1.2", true},
    {"::1", true},
    {"::ffff:127.0.0.1", true},
    {"10.0.0.1", false},
    {"1.0.0.127", false},
    {"::ffff:10.0.0.1", false},
    {"2001:db8::1", false},
    /* Networks of which a number of another kind was made up once. */
    {"::2", false},
    {"7f00:1:100::1", false},
    {"1:7f00:0:1::1", false},
};

TEST_EACH(this_machine_is_known_by_its_whole_address, sizeof places / sizeof *places)
{
    struct peer_address a = of(places[_i].address);

    ck_assert_msg(a.is_loopback == places[_i].is_loopback, "%s", places[_i].address);
    ck_assert(!a.is_unix);
}

TEST(numbers_of_different_kinds_differ)
{
    static const char *const list[] = {"unix",          "127.0.0.1",  "::1",
                                       "7f00:1:100::1", "0:0:200::1", "0:2::1"};

    ck_assert(of("unix").is_unix && !of("unix").is_loopback);
    for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
        for (unsigned k = 0; k < i; k++)
            ck_assert_msg(of(list[i]).number != of(list[k]).number, "%s %s", list[i], list[k]);
    ck_assert(of("::ffff:10.0.0.1").number == of("10.0.0.1").number);
    ck_assert(of("2001:db8::1").number == of("2001:db8::2").number);
    ck_assert(of("2001:db8::1").number != of("2001:db8:0:1::1").number);
}
