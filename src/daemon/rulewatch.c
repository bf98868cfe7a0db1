/* rulewatch -- a log that grows in the same folder makes events without end, and each read costs as
 * much as a reload: after reads that found nothing the next one waits, twice as long each time, up to
 * a minute, until the folder is silent for so long. */
#include "config.h"

#include "daemon/rulewatch.h"

#include "app/folders.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define REST_NS NSEC_PER_SEC
#define POLL_NS (60 * NSEC_PER_SEC) /* where a folder cannot be watched */

struct rulewatch {
    struct loop *loop;
    struct watch *watch; /* NULL: no inotify is left */
    struct loop_watch *events;
    struct loop_timer *timer;
    bool (*look)(void *ctx);
    void *ctx;
    uint64_t known, seen; /* seen: by the read before, or known */
    int64_t due_ns;       /* of the timer; INT64_MAX: no read is due */
    int64_t looked_ns;    /* when the last read began */
    int64_t vain_ns;      /* how long after it the next may; grows with those that found nothing */
    atomic_bool blind;    /* some folder could not be watched by the read that is under way */
    bool told;
};

static void look_at(struct rulewatch *w, int64_t at_ns)
{
    if (at_ns >= w->due_ns)
        return;
    w->due_ns = at_ns;
    loop_timer_set(w->timer, at_ns);
}

static void look_soon(struct rulewatch *w)
{
    int64_t now = loop_now(w->loop), at = now + REST_NS;

    if (now - w->looked_ns > 2 * w->vain_ns)
        w->vain_ns = 0;
    else if (at < w->looked_ns + w->vain_ns)
        at = w->looked_ns + w->vain_ns;
    look_at(w, at);
}

static void on_events(void *ctx, uint32_t events)
{
    struct rulewatch *w = ctx;
    struct watch_event event;

    (void)events;
    while (watch_next(w->watch, &event))
        ;
    look_soon(w);
}

static void on_time(void *ctx)
{
    struct rulewatch *w = ctx;

    w->due_ns = INT64_MAX;
    atomic_store(&w->blind, w->watch == NULL);
    if (w->look(w->ctx))
        w->looked_ns = loop_now(w->loop);
    else
        look_soon(w);
}

struct rulewatch *rulewatch_new(struct loop *loop, bool (*look)(void *ctx), void *ctx,
                                uint64_t contents)
{
    struct rulewatch *w = xcalloc(1, sizeof *w);
    int r = watch_new(&w->watch);

    w->loop = loop;
    w->look = look;
    w->ctx = ctx;
    w->known = w->seen = contents;
    w->timer = loop_timer_new(loop, on_time, w);
    if (r == 0)
        r = loop_add_fd(loop, watch_fd(w->watch), EPOLLIN, on_events, w, &w->events);
    if (r < 0) {
        log_warn("[rules] watch: no events of folders (%s); rules are read every minute",
                 strerror(-r));
        watch_free(w->watch);
        w->watch = NULL;
    }
    w->due_ns = INT64_MAX;
    look_at(w, clock_mono_ns()); /* no folder is watched yet */
    return w;
}

void rulewatch_free(struct rulewatch *w)
{
    if (!w)
        return;
    if (w->events)
        loop_remove_fd(w->loop, w->events);
    loop_timer_free(w->timer);
    watch_free(w->watch);
    free(w);
}

void rulewatch_add(void *rulewatch, const char *glob)
{
    struct rulewatch *w = rulewatch;
    int r = w->watch ? folders_watch(w->watch, glob) : 0;

    if (r < 0 && !atomic_exchange(&w->blind, true) && !w->told) {
        log_warn(
            "[rules] watch: the folder of %s cannot be watched (%s); rules are read every minute",
            glob, strerror(-r));
        w->told = true;
    }
}

enum rulewatch_news rulewatch_judge(struct rulewatch *w, uint64_t contents)
{
    bool rests = contents == w->seen;

    w->seen = contents;
    if (contents != w->known) {
        w->vain_ns = 0;
        if (!rests)
            look_at(w, loop_now(w->loop) + REST_NS);
        return rests ? RULES_CHANGED : RULES_RESTLESS;
    }
    w->vain_ns = w->vain_ns ? 2 * w->vain_ns : REST_NS;
    if (w->vain_ns > POLL_NS)
        w->vain_ns = POLL_NS;
    if (atomic_load(&w->blind))
        look_at(w, loop_now(w->loop) + POLL_NS);
    return RULES_KNOWN;
}

void rulewatch_know(struct rulewatch *w, uint64_t contents)
{
    w->known = w->seen = contents;
}
