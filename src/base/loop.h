/* loop -- one epoll set, timers and signals; one turn is: wait, descriptors, signals, timers.
 *
 * Everything runs on the thread that calls loop_run. Callbacks may add and remove watches and
 * timers, also the one they were called for: removal marks, memory is freed after the turn. */
#ifndef LT_BASE_LOOP_H
#define LT_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct loop_timer;

typedef void loop_fd_fn(void *ctx, uint32_t epoll_events);
typedef void loop_timer_fn(void *ctx);
typedef void loop_signal_fn(void *ctx, int signo);

/* 0 or negative errno. */
int loop_new(struct loop **ret_loop);
void loop_free(struct loop *l);

/* `events` as for epoll_ctl. The descriptor stays the caller's; remove before closing it. */
#define loop_add_fd(l, fd, events, fn, ctx, ret_watch) \
    loop_add_named_fd((l), (fd), (events), (fn), #fn, (ctx), (ret_watch))
int loop_add_named_fd(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, const char *name,
                      void *ctx, struct loop_watch **ret_watch);
void loop_remove_fd(struct loop *l, struct loop_watch *w);

/* A timer that is not armed; loop_timer_set arms it once for `at_ns` on the monotonic clock (and
 * replaces an earlier time); INT64_MAX disarms. Timers are not freed with the loop; they may be
 * freed after it, but not set. */
#define loop_timer_new(l, fn, ctx) loop_named_timer_new((l), (fn), #fn, (ctx))
struct loop_timer *loop_named_timer_new(struct loop *l, loop_timer_fn *fn, const char *name,
                                        void *ctx);
void loop_timer_set(struct loop_timer *t, int64_t at_ns);
void loop_timer_free(struct loop_timer *t);

/* Blocks the signal for the whole process and delivers it as an event (signalfd). Call it before
 * any thread is started. */
int loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *ctx);

/* Turns until loop_stop. 0 or negative errno. */
int loop_run(struct loop *l);
/* One turn that waits at most max_wait_ms (-1: until something happens); for tests. */
int loop_turn(struct loop *l, int max_wait_ms);
void loop_stop(struct loop *l);
/* The monotonic time at the start of this turn: read once a turn. */
int64_t loop_now(const struct loop *l);

/* The callback that took the most CPU time of all so far: for as long nothing else is served. Time
 * of the thread, not of the clock: it says the same on a busy machine. */
struct loop_longest {
    int64_t cpu_ns;
    const char *name; /* of the function; NULL before the first */
};

struct loop_longest loop_longest(const struct loop *l);

#endif
