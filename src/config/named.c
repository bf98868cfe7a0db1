/* named -- glob(3), and what it keeps silent about: a directory that may not be listed has no files for it, and one that
 * may not be entered none of any name. Its sorting goes by the locale, which is never set here. */
#include "config.h"

#include "config/named.h"

#include "base/buf.h"
#include "base/slice.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static bool has_wildcard(struct slice component)
{
    return memchr(component.p, '*', component.n) || memchr(component.p, '?', component.n) ||
           memchr(component.p, '[', component.n);
}

/* 0, or an errno. Through what is no directory, or not there, nothing matches. */
static int may_read(const char *directory, struct slice component)
{
    struct buf path = BUF_INIT;
    int error = 0;

    buf_fmt(&path, "%s/", directory);
    if (access(path.p, has_wildcard(component) ? R_OK : X_OK) < 0 && errno != ENOENT &&
        errno != ENOTDIR)
        error = errno;
    buf_release(&path);
    return error;
}

/* Of the directories that match what stands before a component. */
static bool may_read_all(struct slice above, struct slice component, struct where at,
                         struct mistakes *m)
{
    char *pattern = xstrslice(above);
    glob_t found = {0};
    int error = 0;

    (void)glob(pattern, 0, NULL, &found);
    for (size_t i = 0; !error && i < found.gl_pathc; i++)
        if ((error = may_read(found.gl_pathv[i], component)) != 0)
            mistake_add(m, MISTAKE, at, "cannot read %s: %s", found.gl_pathv[i], strerror(error));
    globfree(&found);
    free(pattern);
    return error == 0;
}

bool named_files(const char *pattern, struct where at, glob_t *ret_found, struct mistakes *m)
{
    struct slice rest = slice_str(pattern), component;
    size_t above = pattern[0] == '/';

    while (slice_cut(&rest, '/', &component)) {
        struct slice dir = above ? slice_make(pattern, above) : SLICE(".");

        if (component.n && !may_read_all(dir, component, at, m))
            return false;
        above = (size_t)(component.p - pattern) + component.n;
    }
    (void)glob(pattern, 0, NULL, ret_found);
    return true;
}
