/* loop -- one turn: wait, descriptors (a signalfd is one), timers, sweep.
 *
 * Callbacks may remove anything at any time. epoll may already have handed over an event for a
 * watch that an earlier callback of the same turn removed; so removal only marks it dead and puts
 * it on a list that is freed at the end of the turn, when no event can point to it any more.
 *
 * Armed timers lie in a heap by time; those of the same time fire in the order in which they were
 * set. Those that are due are first taken out together and then called: one that sets itself to the
 * past comes again in the next turn, after the descriptors had their share, and holds up nobody. */
#include "config.h"

#include "base/loop.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 64, SIGNALS_PER_READ = 8 };

struct loop_watch {
    struct loop_watch *next_dead;
    loop_fd_fn *fn; /* NULL once removed */
    const char *name;
    void *ctx;
    int fd;
};

struct loop_timer {
    struct heap_node node;
    struct loop *loop;
    struct loop_timer *next_due;
    loop_timer_fn *fn;
    const char *name;
    void *ctx;
    enum { NOT_ARMED, ARMED /* in the heap */, DUE } state;
};

struct signal_handler {
    loop_signal_fn *fn;
    void *ctx;
    int signo;
};

struct loop {
    int epfd, sigfd; /* sigfd is -1 until the first signal is added */
    int64_t now_ns;
    int64_t cpu_ns; /* of the thread, when the callback began that runs now */
    struct loop_longest longest;
    bool stop, in_turn;
    struct loop_watch *dead; /* freed at the end of the turn */
    struct loop_watch *signal_watch;
    struct loop_timer *due; /* taken out of the heap, not yet called */
    struct heap timers;
    struct signal_handler *handlers;
    size_t nhandlers, cap_handlers;
    sigset_t signals;
};

static struct loop_timer *timer_of(struct heap_node *node)
{
    return (struct loop_timer *)(void *)node;
}

int loop_new(struct loop **ret_loop)
{
    struct loop *l;
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0)
        return -errno;
    l = xcalloc(1, sizeof *l);
    l->epfd = fd;
    l->sigfd = -1;
    (void)sigemptyset(&l->signals);
    l->now_ns = clock_mono_ns();
    *ret_loop = l;
    return 0;
}

static void free_dead(struct loop *l)
{
    while (l->dead) {
        struct loop_watch *next = l->dead->next_dead;

        free(l->dead);
        l->dead = next;
    }
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    if (l->signal_watch)
        loop_remove_fd(l, l->signal_watch);
    free_dead(l);
    /* The owner of an armed timer may free it after us. */
    for (size_t i = 0; i < l->timers.n; i++)
        timer_of(l->timers.list[i])->state = NOT_ARMED;
    free(l->timers.list);
    free(l->handlers);
    if (l->sigfd >= 0)
        (void)close(l->sigfd);
    (void)close(l->epfd);
    free(l);
}

int loop_add_named_fd(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, const char *name,
                      void *ctx, struct loop_watch **ret_watch)
{
    struct loop_watch *w = xcalloc(1, sizeof *w);
    struct epoll_event ev = {.events = events, .data.ptr = w};

    w->fn = fn;
    w->name = name;
    w->ctx = ctx;
    w->fd = fd;
    if (epoll_ctl(l->epfd, EPOLL_CTL_ADD, fd, &ev) < 0) {
        int r = -errno;

        free(w);
        return r;
    }
    *ret_watch = w;
    return 0;
}

void loop_remove_fd(struct loop *l, struct loop_watch *w)
{
    if (w == NULL || w->fn == NULL)
        return;
    (void)epoll_ctl(l->epfd, EPOLL_CTL_DEL, w->fd, NULL);
    w->fn = NULL;
    w->next_dead = l->dead;
    l->dead = w;
}

static void due_remove(struct loop *l, struct loop_timer *t)
{
    struct loop_timer **at = &l->due;

    while (*at != t)
        at = &(*at)->next_due;
    *at = t->next_due;
    t->state = NOT_ARMED;
}

struct loop_timer *loop_named_timer_new(struct loop *l, loop_timer_fn *fn, const char *name,
                                        void *ctx)
{
    struct loop_timer *t = xcalloc(1, sizeof *t);

    t->loop = l;
    t->fn = fn;
    t->name = name;
    t->ctx = ctx;
    return t;
}

static void disarm(struct loop_timer *t)
{
    if (t->state == ARMED)
        heap_remove(&t->loop->timers, &t->node);
    else if (t->state == DUE)
        due_remove(t->loop, t);
    t->state = NOT_ARMED;
}

void loop_timer_set(struct loop_timer *t, int64_t at_ns)
{
    disarm(t);
    if (at_ns == INT64_MAX)
        return;
    t->node.time_ns = at_ns;
    heap_add(&t->loop->timers, &t->node);
    t->state = ARMED;
}

void loop_timer_free(struct loop_timer *t)
{
    if (t == NULL)
        return;
    disarm(t);
    free(t);
}

/* A callback has ended. */
static void measure(struct loop *l, const char *name)
{
    int64_t now = clock_thread_ns(), took = now - l->cpu_ns;

    l->cpu_ns = now;
    if (took > l->longest.cpu_ns)
        l->longest = (struct loop_longest){took, name};
}

static void run_timers(struct loop *l)
{
    struct loop_timer **tail = &l->due;

    while (l->timers.n && l->timers.list[0]->time_ns <= l->now_ns) {
        struct loop_timer *t = timer_of(l->timers.list[0]);

        disarm(t);
        t->state = DUE;
        t->next_due = NULL;
        *tail = t;
        tail = &t->next_due;
    }
    while (l->due) {
        struct loop_timer *t = l->due;

        const char *name = t->name;

        due_remove(l, t);
        t->fn(t->ctx); /* may free t */
        measure(l, name);
    }
}

static void call_handlers(struct loop *l, int signo)
{
    for (size_t i = 0; i < l->nhandlers; i++) {
        struct signal_handler h = l->handlers[i]; /* a handler may add one */

        if (h.signo == signo)
            h.fn(h.ctx, signo);
    }
}

static void on_signals(void *ctx, uint32_t events)
{
    struct loop *l = ctx;
    struct signalfd_siginfo info[SIGNALS_PER_READ];
    ssize_t n;

    (void)events;
    /* What is left over makes the descriptor ready again. */
    n = read(l->sigfd, info, sizeof info);
    for (ssize_t i = 0; i < n / (ssize_t)sizeof *info; i++)
        call_handlers(l, (int)info[i].ssi_signo);
}

static int open_signals(struct loop *l)
{
    int r;

    l->sigfd = signalfd(-1, &l->signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (l->sigfd < 0)
        return -errno;
    r = loop_add_fd(l, l->sigfd, EPOLLIN, on_signals, l, &l->signal_watch);
    if (r < 0) {
        (void)close(l->sigfd);
        l->sigfd = -1;
    }
    return r;
}

int loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *ctx)
{
    int r = 0;

    if (sigaddset(&l->signals, signo) < 0)
        return -errno;
    r = pthread_sigmask(SIG_BLOCK, &l->signals, NULL);
    if (r != 0)
        return -r;
    if (l->sigfd < 0)
        r = open_signals(l);
    else if (signalfd(l->sigfd, &l->signals, 0) < 0)
        r = -errno;
    if (r < 0)
        return r;
    GROW(l->handlers, l->nhandlers, l->cap_handlers);
    l->handlers[l->nhandlers++] = (struct signal_handler){fn, ctx, signo};
    return 0;
}

/* The smaller of two waits, where -1 is forever. */
static int shorter(int a_ms, int b_ms)
{
    if (a_ms < 0 || b_ms < 0)
        return a_ms < 0 ? b_ms : a_ms;
    return a_ms < b_ms ? a_ms : b_ms;
}

/* Until the first timer, rounded up: a wait that ends early would only turn the loop in vain. */
static int timer_wait_ms(const struct loop *l)
{
    int64_t at, now;

    if (l->timers.n == 0)
        return -1;
    at = l->timers.list[0]->time_ns;
    now = clock_mono_ns();
    if (at <= now)
        return 0;
    if (at - now > INT_MAX * NSEC_PER_MSEC)
        return INT_MAX;
    return (int)((at - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

int loop_turn(struct loop *l, int max_wait_ms)
{
    struct epoll_event events[EVENTS_PER_TURN];
    int n;

    assert(!l->in_turn);
    l->in_turn = true;
    n = epoll_wait(l->epfd, events, EVENTS_PER_TURN, shorter(max_wait_ms, timer_wait_ms(l)));
    if (n < 0 && errno != EINTR) {
        l->in_turn = false;
        return -errno;
    }
    l->now_ns = clock_mono_ns();
    l->cpu_ns = clock_thread_ns();
    for (int i = 0; i < n; i++) {
        struct loop_watch *w = events[i].data.ptr;

        if (!w->fn)
            continue;
        w->fn(w->ctx, events[i].events);
        measure(l, w->name);
    }
    run_timers(l);
    free_dead(l);
    l->in_turn = false;
    return 0;
}

int loop_run(struct loop *l)
{
    int r = 0;

    while (!l->stop && r == 0)
        r = loop_turn(l, -1);
    l->stop = false;
    return r;
}

void loop_stop(struct loop *l)
{
    l->stop = true;
}

int64_t loop_now(const struct loop *l)
{
    return l->now_ns;
}

struct loop_longest loop_longest(const struct loop *l)
{
    return l->longest;
}
