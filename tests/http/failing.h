/* failing -- system calls that fail when a test says so, for the tests of src/http.
 *
 * The program is linked with --wrap for each of them (room.mk), so that what the room calls comes
 * to failing.c first. They are: bind, chmod, epoll_ctl, fchmod, getaddrinfo, getnameinfo,
 * getsockname, listen, lstat, socket, unlink. */
#ifndef LT_TESTS_FAILING_H
#define LT_TESTS_FAILING_H

#include <stdbool.h>

/* The nth call from now, 1 for the next, fails once with this errno; what waited before is
 * forgotten. An unlink that fails with ENOENT is one that came too late: the name is gone. */
void failing_call(const char *name, unsigned nth, int error);
/* Has it failed? Then the test was about what it says. */
bool failing_happened(void);
/* Each host has its addresses twice, until this is said with false. */
void failing_hosts_have_two_addresses(bool on);

#endif
