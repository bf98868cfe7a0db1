/* link -- why not realpath: it does not say which symlinks it went through, and each of them may be
 * pointed elsewhere. */
#include "config.h"

#include "input/link.h"

#include "base/sys.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { HOPS_MAX = 40 }; /* as the kernel has it */

struct walk {
    struct buf *real; /* without '/' at its end: "" is the root, or the working directory */
    bool absolute;
    int hops;
    void (*hop)(void *ctx, const char *path);
    void *ctx;
};

static void go_down(struct walk *w, struct slice name)
{
    if (w->absolute || w->real->n > 0)
        buf_char(w->real, '/');
    buf_slice(w->real, name);
}

static void go_up(struct walk *w)
{
    const char *slash = w->real->n ? memrchr(w->real->p, '/', w->real->n) : NULL;

    if (slice_ends(buf_all(w->real), SLICE("..")) || (w->real->n == 0 && !w->absolute)) {
        go_down(w, SLICE(".."));
    } else if (w->real->n > 0) {
        w->real->n = slash ? (size_t)(slash - w->real->p) : 0;
        w->real->p[w->real->n] = 0;
    }
}

static int go(struct walk *w, const char *path);

/* Where we are now may be a symlink. */
static int go_along(struct walk *w)
{
    char to[PATH_MAX];
    ssize_t n = sys_readlink(w->real->p, to, sizeof(to) - 1);

    if (n < 0) /* it is none, or the end of the way */
        return errno == EINVAL || errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    if (w->hops++ == HOPS_MAX)
        return -ELOOP;
    w->hop(w->ctx, w->real->p);
    to[n] = 0;
    go_up(w);
    return go(w, to);
}

static int go(struct walk *w, const char *path)
{
    struct slice rest = slice_str(path), name;
    int r = 0;

    if (path[0] == '/') {
        w->absolute = true;
        buf_clear(w->real);
    }
    while (r == 0 && slice_cut(&rest, '/', &name)) {
        if (name.n == 0 || slice_eq(name, SLICE(".")))
            continue;
        if (slice_eq(name, SLICE(".."))) {
            go_up(w);
            continue;
        }
        go_down(w, name);
        r = go_along(w);
    }
    return r;
}

int link_resolve(const char *path, struct buf *ret_real, void (*hop)(void *ctx, const char *path),
                 void *ctx)
{
    struct walk w = {.real = ret_real, .hop = hop, .ctx = ctx};
    int r;

    buf_clear(ret_real);
    r = go(&w, path);
    return r < 0 ? r : w.hops;
}

int link_is(const char *path)
{
    struct stat st;

    if (sys_lstat(path, &st) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    return S_ISLNK(st.st_mode);
}
