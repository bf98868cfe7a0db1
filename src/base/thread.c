/* thread -- why CLOCK_MONOTONIC for the condition: the writer waits for so long at most, and a clock
 * that is set must not change that. */
#include "config.h"

#include "base/thread.h"

#include "base/clock.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOOK_NS (50 * NSEC_PER_MSEC)
/* A thread that has used no CPU time in so many looks hangs. They are counted, not timed: time goes on
 * while a process is stopped. */
enum { HANGS_LOOKS = 30 };

static void init_locks(struct thread *t)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&t->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

int thread_start(struct thread *t, struct loop *loop, void *(*run)(void *), loop_fd_fn *deliver,
                 void *ctx)
{
    int r;

    *t = (struct thread){.loop = loop, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (t->wake < 0)
        return -errno;
    init_locks(t);
    r = loop_add_fd(loop, t->wake, EPOLLIN, deliver, ctx, &t->watch);
    if (r < 0)
        goto fail;
    r = -pthread_create(&t->id, NULL, run, ctx);
    if (r == 0)
        return 0;
    loop_remove_fd(loop, t->watch);
fail:
    close(t->wake);
    return r;
}

void thread_end(struct thread *t)
{
    pthread_mutex_lock(&t->mutex);
    t->stop = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->mutex);
    pthread_join(t->id, NULL);
    loop_remove_fd(t->loop, t->watch);
    close(t->wake);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->mutex);
}

bool thread_await(struct thread *t, struct thread_patience *p)
{
    int64_t until = clock_mono_ns() + LOOK_NS, used;
    struct timespec at = {.tv_sec = until / NSEC_PER_SEC, .tv_nsec = until % NSEC_PER_SEC};

    (void)pthread_cond_timedwait(&t->changed, &t->mutex, &at);
    used = thread_used_ns(t);
    p->idle = used == p->used_ns ? p->idle + 1 : 0;
    p->used_ns = used;
    return p->idle < HANGS_LOOKS;
}

int64_t thread_used_ns(const struct thread *t)
{
    clockid_t clock;
    struct timespec used = {0};

    if (pthread_getcpuclockid(t->id, &clock) == 0)
        (void)clock_gettime(clock, &used);
    return used.tv_sec * NSEC_PER_SEC + used.tv_nsec;
}

void thread_wake(struct thread *t)
{
    eventfd_write(t->wake, 1);
}

void thread_woken(struct thread *t)
{
    eventfd_t count;

    eventfd_read(t->wake, &count);
}
