/* log -- the program's own messages: one line each on stderr, "logtally: text".
 *
 * Control bytes and invalid UTF-8 are escaped, so nothing that came from a log file can forge a
 * line or move a cursor. Never blocks: when stderr is a pipe that nobody reads, messages are
 * dropped and counted, and the next one that fits says how many. The only global state of the
 * program, but for how a terminal must be left (live/terminal.c). */
#ifndef LT_BASE_LOG_H
#define LT_BASE_LOG_H

#include <stdbool.h>

/* What stands around a message. LOG_AS_PERSON: the program's name alone, for commands that a person
 * runs. LOG_AS_TEXT: time, level and name; where stderr is the systemd journal, which knows them, the
 * priority as sd-daemon(3) writes it instead. LOG_AS_LOGFMT and LOG_AS_JSON: ts, level, msg. */
enum log_style { LOG_AS_PERSON, LOG_AS_TEXT, LOG_AS_LOGFMT, LOG_AS_JSON };
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO };

/* Before threads are started. Messages below `level` are left out. */
void log_set(enum log_style style, enum log_level level);

/* Does a person read stderr as it is, and no program? */
bool log_is_for_person(void);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
