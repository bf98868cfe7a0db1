/* check_loop -- turns with real descriptors, signals and short timers. */
#include "config.h"

#include "suite.h"

#include "base/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

struct pipe_watch {
    struct loop_watch *watch;
    struct pipe_watch *victim; /* removed by the callback, if set */
    int fds[2];
    int calls;
};

static struct loop *l;

static void begin(void)
{
    ck_assert_int_eq(loop_new(&l), 0);
}

static void end(void)
{
    loop_free(l);
}

static void on_readable(void *ctx, uint32_t events)
{
    struct pipe_watch *w = ctx;
    char c;

    ck_assert(events & EPOLLIN);
    ck_assert_int_eq(read(w->fds[0], &c, 1), 1);
    w->calls++;
    if (w->victim) {
        loop_remove_fd(l, w->victim->watch);
        w->victim->watch = NULL;
    }
}

static void open_watch(struct pipe_watch *w)
{
    *w = (struct pipe_watch){0};
    ck_assert_int_eq(pipe2(w->fds, O_CLOEXEC | O_NONBLOCK), 0);
    ck_assert_int_eq(loop_add_fd(l, w->fds[0], EPOLLIN, on_readable, w, &w->watch), 0);
}

static void poke(struct pipe_watch *w)
{
    ck_assert_int_eq(write(w->fds[1], "x", 1), 1);
}

static void close_watch(struct pipe_watch *w)
{
    loop_remove_fd(l, w->watch);
    (void)close(w->fds[0]);
    (void)close(w->fds[1]);
}

FIXTURE(begin, end);

TEST(a_readable_descriptor_is_reported_once_per_turn)
{
    struct pipe_watch w;

    open_watch(&w);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_int_eq(w.calls, 0);
    poke(&w);
    poke(&w);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(w.calls, 1);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(w.calls, 2);
    close_watch(&w);
}

TEST(a_callback_may_remove_itself_and_others_with_pending_events)
{
    struct pipe_watch a, b;

    open_watch(&a);
    open_watch(&b);
    a.victim = &b; /* whichever comes first silences the other */
    b.victim = &a;
    poke(&a);
    poke(&b);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(a.calls + b.calls, 1);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_int_eq(a.calls + b.calls, 1);
    close_watch(&a);
    close_watch(&b);

    open_watch(&a);
    a.victim = &a;
    poke(&a);
    poke(&a);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_int_eq(a.calls, 1);
    close_watch(&a);
}

TEST(a_bad_descriptor_is_an_error)
{
    struct loop_watch *w = NULL;

    ck_assert_int_eq(loop_add_fd(l, -1, EPOLLIN, on_readable, NULL, &w), -EBADF);
    ck_assert_ptr_null(w);
    loop_remove_fd(l, NULL);
    loop_free(NULL);
}

enum { TIMERS = 200 };

struct alarm_clock {
    struct loop_timer *timer;
    int *order, *n; /* where calls are noted */
    int name;
};

static void on_alarm(void *ctx)
{
    struct alarm_clock *a = ctx;

    a->order[(*a->n)++] = a->name;
}

TEST(timers_fire_by_time_and_equal_ones_in_the_order_they_were_set)
{
    struct alarm_clock a[TIMERS];
    int order[TIMERS], n = 0;
    int64_t past = clock_mono_ns() - NSEC_PER_SEC;

    for (int i = 0; i < TIMERS; i++) {
        a[i] = (struct alarm_clock){loop_timer_new(l, on_alarm, &a[i]), order, &n, i};
        loop_timer_set(a[i].timer, INT64_C(1) << 60); /* set twice: the later one counts */
    }
    for (int i = 0; i < TIMERS; i++)
        loop_timer_set(a[i].timer, past + i * 37 % 50);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(n, TIMERS);
    for (int i = 1; i < TIMERS; i++) {
        int before = order[i - 1] * 37 % 50, now = order[i] * 37 % 50;

        ck_assert(before < now || (before == now && order[i - 1] < order[i]));
    }
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_int_eq(n, TIMERS); /* once only */
    for (int i = 0; i < TIMERS; i++)
        loop_timer_free(a[i].timer);
}

TEST(disarmed_and_freed_timers_are_silent_and_leave_the_rest_in_order)
{
    struct alarm_clock a[TIMERS];
    int order[TIMERS], n = 0, last = -1;
    int64_t past = clock_mono_ns() - NSEC_PER_SEC;

    for (int i = 0; i < TIMERS; i++) {
        a[i] = (struct alarm_clock){loop_timer_new(l, on_alarm, &a[i]), order, &n, i};
        loop_timer_set(a[i].timer, past + i * 71 % TIMERS);
    }
    for (int i = 0; i < TIMERS; i += 3) {
        loop_timer_set(a[i].timer, INT64_MAX);
        if (i + 1 < TIMERS)
            loop_timer_free(a[i + 1].timer);
    }
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_int_eq(n, TIMERS / 3);
    for (int i = 0; i < n; i++) {
        ck_assert_int_eq(order[i] % 3, 2);
        ck_assert_int_gt(order[i] * 71 % TIMERS, last);
        last = order[i] * 71 % TIMERS;
    }
    for (int i = 0; i < TIMERS; i++)
        if (i % 3 != 1)
            loop_timer_free(a[i].timer);
    loop_timer_free(NULL);
}

TEST(the_wait_ends_for_a_timer_and_not_before_it)
{
    struct alarm_clock a;
    int order[1], n = 0, turns = 0;
    int64_t at = clock_mono_ns() + 30 * NSEC_PER_MSEC;

    a = (struct alarm_clock){loop_timer_new(l, on_alarm, &a), order, &n, 7};
    loop_timer_set(a.timer, at);
    do {
        ck_assert_int_eq(loop_turn(l, -1), 0);
        turns++;
    } while (n == 0);
    ck_assert_int_ge(loop_now(l), at);
    ck_assert_int_le(turns, 2);
    loop_timer_free(a.timer);
}

struct restless {
    struct loop_timer *timer, *other;
    int calls, other_calls;
};

static void on_restless(void *ctx)
{
    struct restless *r = ctx;

    r->calls++;
    loop_timer_set(r->timer, 1); /* long ago */
}

static void on_other(void *ctx)
{
    ((struct restless *)ctx)->other_calls++;
}

TEST(a_timer_that_rearms_in_the_past_starves_nobody)
{
    struct restless r = {0};
    struct pipe_watch w;

    open_watch(&w);
    r.timer = loop_timer_new(l, on_restless, &r);
    r.other = loop_timer_new(l, on_other, &r);
    loop_timer_set(r.timer, 1);
    loop_timer_set(r.other, 2);
    poke(&w);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(r.calls, 1);
    ck_assert_int_eq(r.other_calls, 1);
    ck_assert_int_eq(w.calls, 1);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(r.calls, 2);
    loop_timer_free(r.timer);
    loop_timer_free(r.other);
    close_watch(&w);
}

static void on_free_both(void *ctx)
{
    struct restless *r = ctx;

    r->calls++;
    loop_timer_free(r->timer);
    loop_timer_free(r->other);
}

TEST(a_timer_may_free_itself_and_another_that_is_due)
{
    struct restless r = {0};

    r.timer = loop_timer_new(l, on_free_both, &r);
    r.other = loop_timer_new(l, on_other, &r);
    loop_timer_set(r.timer, 1);
    loop_timer_set(r.other, 2);
    ck_assert_int_eq(loop_turn(l, -1), 0);
    ck_assert_int_eq(r.calls, 1);
    ck_assert_int_eq(r.other_calls, 0);
}

TEST(a_timer_may_outlive_its_loop)
{
    struct restless r = {0};

    r.timer = loop_timer_new(l, on_restless, &r);
    r.other = loop_timer_new(l, on_other, &r);
    loop_timer_set(r.timer, INT64_MAX - 1);
    loop_free(l);
    l = NULL;
    loop_timer_free(r.timer);
    loop_timer_free(r.other);
}

struct heard {
    int count[65];
};

static void on_signal(void *ctx, int signo)
{
    struct heard *h = ctx;

    h->count[signo]++;
    if (signo == SIGTERM)
        loop_stop(l);
}

TEST(signals_are_events_and_stop_ends_the_run)
{
    struct heard h = {0};

    ck_assert_int_eq(loop_add_signal(l, SIGHUP, on_signal, &h), 0);
    ck_assert_int_eq(loop_add_signal(l, SIGTERM, on_signal, &h), 0);
    ck_assert_int_eq(loop_add_signal(l, SIGUSR1, on_signal, &h), 0);
    ck_assert_int_eq(kill(getpid(), SIGHUP), 0);
    ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
    ck_assert_int_eq(loop_run(l), 0);
    ck_assert_int_eq(h.count[SIGHUP], 1);
    ck_assert_int_eq(h.count[SIGTERM], 1);
    ck_assert_int_eq(h.count[SIGUSR1], 0);
}

TEST(a_stop_before_the_run_is_not_lost)
{
    loop_stop(l);
    ck_assert_int_eq(loop_run(l), 0);
}

static void on_sigalrm(int signo)
{
    (void)signo;
}

TEST(an_interrupted_wait_is_no_error)
{
    struct sigaction sa = {.sa_handler = on_sigalrm};
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};

    ck_assert_int_eq(sigaction(SIGALRM, &sa, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
    ck_assert_int_eq(loop_turn(l, -1), 0); /* without a limit: only the signal ends it */
}

TEST(many_ready_descriptors_are_all_served)
{
    enum { MANY = 200 };
    struct pipe_watch w[MANY];

    for (int i = 0; i < MANY; i++) {
        open_watch(&w[i]);
        poke(&w[i]);
    }
    for (int turn = 0; turn < 4; turn++)
        ck_assert_int_eq(loop_turn(l, 0), 0);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(w[i].calls, 1);
        close_watch(&w[i]);
    }
}

/* Spends at least so much CPU time, however often it is interrupted. */
static void spend(void *ctx)
{
    int64_t until = clock_thread_ns() + *(const int64_t *)ctx;

    while (clock_thread_ns() < until)
        continue;
}

TEST(the_longest_callback_is_remembered_by_its_cpu_time)
{
    int64_t little = NSEC_PER_MSEC, much = 5 * NSEC_PER_MSEC;
    struct loop_timer *a = loop_timer_new(l, spend, &little);
    struct loop_timer *b = loop_named_timer_new(l, spend, "much", &much);

    ck_assert_ptr_null(loop_longest(l).name);
    loop_timer_set(a, 0);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_str_eq(loop_longest(l).name, "spend");
    ck_assert_int_ge(loop_longest(l).cpu_ns, little);
    loop_timer_set(b, 0);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    loop_timer_set(a, 0);
    ck_assert_int_eq(loop_turn(l, 0), 0);
    ck_assert_str_eq(loop_longest(l).name, "much");
    ck_assert_int_ge(loop_longest(l).cpu_ns, much);
    loop_timer_free(a);
    loop_timer_free(b);
}
