/* sources -- an editor's save is several events: a file emptied and then written, or another renamed over
 * it. So the files are looked at some milliseconds after the first event, and a little later while one is
 * empty or gone that was not. A file system without events, or one more directory than can be watched, is
 * looked at every second. */
#include "config.h"

#include "live/sources.h"

#include "app/folders.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#define QUIET_NS (8 * NSEC_PER_MSEC)
#define LOOK_NS NSEC_PER_SEC
enum { PATIENCE = 20 }; /* times QUIET_NS, for what is empty or gone */

struct sources {
    struct watch *watch;
    struct loop *loop;
    struct loop_watch *events;
    struct loop_timer *timer;
    struct globs {
        char **list;
        size_t n, cap;
    } globs, next; /* next: being added */
    int64_t began_ns;
    struct state {
        uint64_t hash; /* of names, inodes, sizes and times */
        size_t full;   /* files that are there and not empty */
        int64_t newest_ns;
    } state;   /* of the files, before they were read */
    bool soon; /* they will be looked at: a log that grows beside them does not put it off */
    unsigned waited;
    void (*changed)(void *ctx);
    void *ctx;
};

static void add_file(struct state *state, const char *path)
{
    struct {
        uint64_t inode, bytes;
        int64_t changed_ns;
    } file = {0, 0, 0};
    struct stat st;

    if (stat(path, &st) == 0) {
        file.inode = st.st_ino;
        file.bytes = (uint64_t)st.st_size;
        file.changed_ns = clock_ns(st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    }
    if (file.changed_ns > state->newest_ns)
        state->newest_ns = file.changed_ns;
    state->full += file.bytes > 0;
    state->hash = hash_text(hash_text(state->hash, slice_str(path)),
                            slice_make((const char *)&file, sizeof file));
}

static struct state state_of(const struct sources *s)
{
    struct state state = {0, 0, 0};

    for (size_t i = 0; i < s->globs.n; i++) {
        glob_t found = {0};

        if (glob(s->globs.list[i], 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                add_file(&state, found.gl_pathv[k]);
        globfree(&found);
    }
    return state;
}

static void on_events(void *ctx, uint32_t events)
{
    struct sources *s = ctx;
    struct watch_event event;

    (void)events;
    while (watch_next(s->watch, &event))
        ;
    if (!s->soon)
        loop_timer_set(s->timer, loop_now(s->loop) + QUIET_NS);
    s->soon = true;
}

static void on_time(void *ctx)
{
    struct sources *s = ctx;
    struct state state = state_of(s);

    s->soon = state.full < s->state.full && s->waited++ < PATIENCE;
    loop_timer_set(s->timer, loop_now(s->loop) + (s->soon ? QUIET_NS : LOOK_NS));
    if (s->soon)
        return;
    s->waited = 0;
    if (state.hash == s->state.hash)
        return;
    s->state = state;
    s->changed(s->ctx);
}

int sources_new(struct loop *loop, void (*changed)(void *ctx), void *ctx, struct sources **ret)
{
    struct sources *s = xcalloc(1, sizeof *s);
    int r = watch_new(&s->watch);

    s->loop = loop;
    s->changed = changed;
    s->ctx = ctx;
    s->timer = loop_timer_new(loop, on_time, s);
    if (r == 0)
        r = loop_add_fd(loop, watch_fd(s->watch), EPOLLIN, on_events, s, &s->events);
    *ret = s;
    if (r < 0) {
        sources_free(s);
        *ret = NULL;
    }
    return r;
}

static void forget(struct globs *g)
{
    for (size_t i = 0; i < g->n; i++)
        free(g->list[i]);
    g->n = 0;
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    if (s->events)
        loop_remove_fd(s->loop, s->events);
    loop_timer_free(s->timer);
    watch_free(s->watch);
    forget(&s->globs);
    forget(&s->next);
    free(s->globs.list);
    free(s->next.list);
    free(s);
}

void sources_begin(struct sources *s)
{
    forget(&s->next);
    s->began_ns = clock_wall_ns();
}

void sources_add(void *sources, const char *glob)
{
    struct sources *s = sources;

    GROW(s->next.list, s->next.n, s->next.cap);
    s->next.list[s->next.n++] = xstrdup(glob);
    (void)folders_watch(s->watch, glob);
}

static bool same_globs(const struct globs *a, const struct globs *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->list[i], b->list[i]) == 0;
    return same;
}

/* Of files that were named before, the state is that of before they were read. Of others it can only be
 * asked now: one that was changed since reading began is read again. */
void sources_end(struct sources *s)
{
    struct globs was = s->globs;

    s->globs = s->next;
    s->next = was;
    if (!same_globs(&s->globs, &was)) {
        s->state = state_of(s);
        s->state.hash ^= s->state.newest_ns >= s->began_ns;
    }
    loop_timer_set(s->timer, loop_now(s->loop) + (s->soon ? QUIET_NS : LOOK_NS));
}
