/* log -- the program's own messages: one line each on stderr, "logtally: text".
 *
 * Control bytes and invalid UTF-8 are escaped, so nothing that came from a log file can forge a
 * line or move a cursor. Never blocks: when stderr is a pipe that nobody reads, messages are
 * dropped and counted, and the next one that fits says how many. The only global state of the
 * program. */
#ifndef LT_BASE_LOG_H
#define LT_BASE_LOG_H

#include <stdbool.h>

/* With true, a line begins with a timestamp and its level (the daemon); without, only with the
 * program's name (commands that a person runs). */
void log_set_daemon(bool on);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
