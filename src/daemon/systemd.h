/* systemd -- what a service says to its manager, and gets from it: sd_notify(3), sd_listen_fds(3).
 *
 * The protocol is a datagram to $NOTIFY_SOCKET and three variables of the environment, promised to
 * stay as they are (systemd.io/PORTABILITY_AND_STABILITY), so libsystemd is not needed for it. Without
 * a manager everything here does nothing. */
#ifndef LT_DAEMON_SYSTEMD_H
#define LT_DAEMON_SYSTEMD_H

#include <stdint.h>

/* Lines of KEY=VALUE; never waits. */
void systemd_notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A start goes on: the manager's patience is for each sign of progress. */
void systemd_progress(const char *status);

/* Sockets that the manager opened for this process: descriptors 3 and up. How many; above the most
 * they are too many. */
unsigned systemd_listen_fds(void);
enum { SYSTEMD_FIRST_FD = 3, SYSTEMD_FDS_MOST = 64 };

/* Within so long a sign of life is wanted, again and again; 0: none is. */
int64_t systemd_watchdog_ns(void);

#endif
