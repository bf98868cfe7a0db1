/* failing -- calls that fail when a test says so.
 *
 * A test program is linked with --wrap for each of them (room.mk), so that what its room calls comes
 * to tests/ROOM/failing.c first. There each is a line:
 *
 *     FAILING(int, listen, (int fd, int backlog), (fd, backlog)) */
#ifndef LT_TESTS_FAILING_H
#define LT_TESTS_FAILING_H

#include <stdbool.h>

/* The nth call from now, 1 for the next, fails once with this errno; what waited before is
 * forgotten. */
void failing_call(const char *name, unsigned nth, int error);
/* Each call from now fails, until another is named. */
void failing_calls(const char *name, int error);
/* Has it failed? Then the test was about what it says. */
bool failing_happened(void);

/* For FAILING: must this call fail? Then errno is set. */
bool failing_now(const char *name);

/* The linker gives the call of `name` to __wrap_name, and the system's to __real_name. */
#define WRAPPED(type, name, parameters) \
    type __real_##name parameters;      \
    type __wrap_##name parameters;      \
    type __wrap_##name parameters

#define FAILING_AS(failed, type, name, parameters, arguments)           \
    WRAPPED(type, name, parameters)                                     \
    {                                                                   \
        return failing_now(#name) ? (failed) : __real_##name arguments; \
    }

#define FAILING(type, name, parameters, arguments) FAILING_AS(-1, type, name, parameters, arguments)

#endif
