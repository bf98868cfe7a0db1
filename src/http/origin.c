/* origin -- see origin.h; the headers are those of the Fetch standard and of Fetch Metadata. */
#include "config.h"

#include "http/origin.h"

#include "base/slice.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <strings.h>

/* Without its port. */
static struct slice host_name(const char *host)
{
    struct slice s = slice_str(host);
    const char *end = s.n && *s.p == '[' ? memchr(s.p, ']', s.n) : memchr(s.p, ':', s.n);

    if (end && *s.p == '[')
        return slice_make(s.p + 1, (size_t)(end - s.p) - 1);
    return end ? slice_make(s.p, (size_t)(end - s.p)) : s;
}

static bool same_name(struct slice a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static bool is_fixed(struct slice name, const char *machine)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (same_name(name, "localhost") || same_name(name, machine))
        return true;
    return snprintf(text, sizeof text, "%.*s", SLICE_FMT(name)) < (int)sizeof text &&
           (inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1);
}

/* What stands behind the scheme; "null" has none. */
static bool is_origin_of(const char *origin, const char *host)
{
    const char *name = strstr(origin, "://");

    return name && strcasecmp(name + 3, host) == 0;
}

bool origin_is_fixed(const char *host, const char *machine)
{
    return host && is_fixed(host_name(host), machine);
}

bool origin_is_other(const char *fetch_site, const char *origin, const char *host)
{
    if (fetch_site && strcmp(fetch_site, "same-origin") != 0 && strcmp(fetch_site, "none") != 0)
        return true;
    return origin && !(host && is_origin_of(origin, host));
}

bool origin_is_foreign(const char *fetch_site, const char *origin, const char *host,
                       const char *machine)
{
    return (fetch_site || origin) &&
           (origin_is_other(fetch_site, origin, host) || !origin_is_fixed(host, machine));
}
