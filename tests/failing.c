/* failing -- see failing.h. */
#include "config.h"

#include "failing.h"
#include "tools.h"

#include <errno.h>
#include <string.h>

static struct {
    const char *name;
    unsigned left; /* calls until it fails; 0: none fails */
    int error;
    bool happened;
} next;

static struct {
    struct dice dice;
    unsigned one_in;
} storm;

void failing_call(const char *name, unsigned nth, int error)
{
    next.name = name;
    next.left = nth;
    next.error = error;
    next.happened = false;
}

bool failing_happened(void)
{
    return next.happened;
}

void failing_storm(uint64_t seed, unsigned one_in)
{
    storm.dice.state = seed;
    storm.one_in = one_in;
}

bool failing_now(const char *name, int storm_error)
{
    if (storm.one_in > 0 && storm_error > 0 && roll(&storm.dice, storm.one_in) == 0) {
        errno = storm_error;
        return true;
    }
    if (next.left == 0 || strcmp(name, next.name) != 0 || --next.left > 0)
        return false;
    next.happened = true;
    errno = next.error;
    return true;
}
