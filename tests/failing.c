/* failing -- see failing.h. */
#include "config.h"

#include "failing.h"

#include <errno.h>
#include <string.h>

static struct {
    const char *name;
    unsigned left; /* calls until it fails; 0: none fails */
    unsigned then; /* likewise, when it has failed */
    int error;
    bool happened;
} next;

void failing_call(const char *name, unsigned nth, int error)
{
    next.name = name;
    next.left = nth;
    next.then = 0;
    next.error = error;
    next.happened = false;
}

void failing_calls(const char *name, int error)
{
    failing_call(name, 1, error);
    next.then = 1;
}

bool failing_happened(void)
{
    return next.happened;
}

bool failing_now(const char *name)
{
    if (next.left == 0 || strcmp(name, next.name) != 0 || --next.left > 0)
        return false;
    next.happened = true;
    next.left = next.then;
    errno = next.error;
    return true;
}
