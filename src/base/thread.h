/* thread -- what threads beside the loop have in common: a mutex with a condition, an
 * eventfd by which the thread wakes the loop, and an end that waits for it. What the mutex guards
 * beside `stop` is its user's. */
#ifndef LT_BASE_THREAD_H
#define LT_BASE_THREAD_H

#include "base/loop.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct thread {
    struct loop *loop;
    struct loop_watch *watch;
    int wake; /* eventfd */
    pthread_t id;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* waits by CLOCK_MONOTONIC */
    bool stop;              /* guarded by the mutex: `run` is to return */
};

/* Calls run(ctx) on a thread of its own, and deliver(ctx, 0) on the loop after each thread_wake. 0
 * or negative errno; then nothing was begun. */
int thread_start(struct thread *t, struct loop *loop, void *(*run)(void *), loop_fd_fn *deliver,
                 void *ctx);
/* Says `stop` and waits until `run` has returned. */
void thread_end(struct thread *t);

/* How long somebody has waited for a thread in vain; begins as zero. */
struct thread_patience {
    int64_t used_ns;
    unsigned idle;
};

/* With the mutex: waits a moment for a change. False when it has waited for seconds while the thread
 * used no CPU time: who works uses some, however slow the machine is; who waits for a disk, perhaps
 * for ever, none. */
bool thread_await(struct thread *t, struct thread_patience *p);

/* The CPU time that the thread has used. */
int64_t thread_used_ns(const struct thread *t);

/* From the thread: the loop has something to deliver. */
void thread_wake(struct thread *t);
/* On the loop, before it delivers. */
void thread_woken(struct thread *t);

#endif
