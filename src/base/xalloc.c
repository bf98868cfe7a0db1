/* xalloc -- malloc that does not return NULL.
 *
 * Every caller in the program would have to unwind half-made state on a failure that never comes on
 * Linux before the OOM killer does; what is saved on disk is exact at any moment, so dying is safe.
 * The message goes out with plain write calls: printf may allocate. */
#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static void say(const char *s, size_t n)
{
    if (write(STDERR_FILENO, s, n) < 0)
        return; /* there is nobody left to tell */
}

_Noreturn static void die(size_t n)
{
    char digits[24];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    say("logtally: out of memory, wanted ", 32);
    say(digits + at, sizeof digits - at);
    say(" bytes\n", 7);
    abort();
}

void *xmalloc(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (p == NULL)
        die(n);
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (p == NULL)
        die(size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return p;
}

void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n ? n : 1);
    if (p == NULL)
        die(n);
    return p;
}

void *xreallocarray(void *p, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        die(SIZE_MAX);
    return xrealloc(p, count * size);
}

char *xstrdup(const char *s)
{
    return xstrslice(slice_str(s));
}

char *xstrslice(struct slice s)
{
    char *p = xmalloc(s.n + 1);

    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}
