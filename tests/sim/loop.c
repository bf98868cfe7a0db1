/* loop -- base/loop.h and base/clock.h on a virtual clock: when nothing is ready, time jumps to the
 * next timer. Each look at a clock takes a microsecond, so that budgets end.
 *
 * A loop that never rests is a fault: its turns within a second are counted, and the calls that
 * each turn makes, also of a process that was killed. */
#include "config.h"

#include "world.h"

#include "base/loop.h"
#include "base/must.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <sys/epoll.h>

struct loop_timer {
    struct loop_timer *next;
    struct loop *loop;
    loop_timer_fn *fn;
    void *ctx;
    int64_t at_ns;
    uint64_t set; /* of two at the same time the one set earlier goes first */
};

struct loop_watch {
    loop_fd_fn *fn;
    void *ctx;
};

struct loop {
    struct loop_timer *timers;
    struct loop_watch *events; /* one descriptor is enough: inotify's */
    uint64_t sets;
    int64_t now_ns;
    unsigned turns; /* since then */
    int64_t counted_from_ns;
};

/* Five times what any story takes that is right. */
enum { TURNS_A_SECOND = 300, CALLS_A_TURN = 20000, PIECES = 20 };

static int64_t now(void)
{
    return world.mono_ns - world.boot_ns;
}

static void spins(const char *what)
{
    oracle_fault(FAULT_SPINS, "%s", what);
    story_die(false);
}

void loop_called(void)
{
    if (++world.turn_calls == CALLS_A_TURN)
        spins("a turn of the loop does not end");
    MUST(world.turn_calls < 2 * CALLS_A_TURN); /* nor does it when all its calls fail */
}

static void begin_turn(struct loop *l)
{
    l->now_ns = now();
    world.turn_calls = 0;
    if (l->now_ns - l->counted_from_ns >= NSEC_PER_SEC) {
        l->turns = 0;
        l->counted_from_ns = l->now_ns;
    }
    if (++l->turns == TURNS_A_SECOND * (world.knobs & KNOB_PIECES ? PIECES : 1))
        spins("the loop does not rest");
}

int64_t clock_mono_ns(void)
{
    loop_called();
    world.mono_ns += 1000;
    return now();
}

int64_t clock_wall_ns(void)
{
    return world.mono_ns + world.wall_off_ns;
}

int64_t clock_thread_ns(void);
int64_t clock_thread_ns(void)
{
    return world.mono_ns;
}

int loop_new(struct loop **ret_loop)
{
    *ret_loop = xcalloc(1, sizeof(struct loop));
    (*ret_loop)->now_ns = (*ret_loop)->counted_from_ns = now();
    world.turn_calls = 0;
    return 0;
}

void loop_free(struct loop *l)
{
    free(l);
}

int loop_add_named_fd(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, const char *name,
                      void *ctx, struct loop_watch **ret_watch)
{
    (void)fd, (void)events, (void)name;
    l->events = *ret_watch = xcalloc(1, sizeof(**ret_watch));
    l->events->fn = fn;
    l->events->ctx = ctx;
    return 0;
}

void loop_remove_fd(struct loop *l, struct loop_watch *w)
{
    if (l->events == w)
        l->events = NULL;
    free(w);
}

struct loop_timer *loop_named_timer_new(struct loop *l, loop_timer_fn *fn, const char *name,
                                        void *ctx)
{
    struct loop_timer *t = xcalloc(1, sizeof(*t));

    (void)name;
    *t = (struct loop_timer){l->timers, l, fn, ctx, INT64_MAX, 0};
    l->timers = t;
    return t;
}

void loop_timer_set(struct loop_timer *t, int64_t at_ns)
{
    t->at_ns = at_ns;
    t->set = ++t->loop->sets;
}

void loop_timer_free(struct loop_timer *t)
{
    struct loop_timer **link;

    if (!t)
        return;
    for (link = &t->loop->timers; *link != t; link = &(*link)->next)
        ;
    *link = t->next;
    free(t);
}

int64_t loop_now(const struct loop *l)
{
    return l->now_ns;
}

static struct loop_timer *first(const struct loop *l)
{
    struct loop_timer *best = NULL;

    for (struct loop_timer *t = l->timers; t; t = t->next)
        if (!best || t->at_ns < best->at_ns || (t->at_ns == best->at_ns && t->set < best->set))
            best = t;
    return best && best->at_ns != INT64_MAX ? best : NULL;
}

void loop_run_until(struct loop *l, int64_t until_ns)
{
    while (!world.ghost) {
        struct loop_timer *t = first(l);

        if (l->events && world.nqueue > 0) {
            begin_turn(l);
            l->events->fn(l->events->ctx, EPOLLIN);
            continue;
        }
        if (!t || t->at_ns > until_ns - world.boot_ns)
            break;
        if (t->at_ns > now())
            world.mono_ns = t->at_ns + world.boot_ns;
        begin_turn(l);
        t->at_ns = INT64_MAX;
        t->fn(t->ctx);
    }
    if (!world.ghost && world.mono_ns < until_ns)
        world.mono_ns = until_ns;
}
