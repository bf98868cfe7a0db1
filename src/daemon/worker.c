/* worker -- two lists guarded by a mutex: what was given and not begun, and what is done and not
 * yet delivered. */
#include "config.h"

#include "daemon/worker.h"

#include "base/xalloc.h"
#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>

struct list {
    struct work *first, **end;
};

struct worker {
    struct thread thread;
    struct worker_idle idle;
    unsigned undelivered; /* of the loop's side */
    /* Guarded by its mutex: */
    struct list given, done;
    bool running; /* a piece that is in neither list */
};

static void list_clear(struct list *l)
{
    l->first = NULL;
    l->end = &l->first;
}

static void list_add(struct list *l, struct work *work)
{
    work->next = NULL;
    *l->end = work;
    l->end = &work->next;
}

static struct work *list_take(struct list *l)
{
    struct work *first = l->first;

    if (first)
        l->first = first->next;
    if (!l->first)
        l->end = &l->first;
    return first;
}

/* The next work; NULL when the thread is to end, which it does with nothing left to do. */
static struct work *await(struct worker *w)
{
    while (!w->given.first && !w->thread.stop)
        pthread_cond_wait(&w->thread.changed, &w->thread.mutex);
    return list_take(&w->given);
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct work *next;

    pthread_mutex_lock(&w->thread.mutex);
    while ((next = await(w))) {
        w->running = true;
        pthread_mutex_unlock(&w->thread.mutex);
        next->run(next);
        pthread_mutex_lock(&w->thread.mutex);
        w->running = false;
        list_add(&w->done, next);
        pthread_cond_broadcast(&w->thread.changed);
        thread_wake(&w->thread);
    }
    pthread_mutex_unlock(&w->thread.mutex);
    return NULL;
}

static struct work *next_done(struct worker *w)
{
    struct work *next;

    pthread_mutex_lock(&w->thread.mutex);
    next = list_take(&w->done);
    pthread_mutex_unlock(&w->thread.mutex);
    return next;
}

bool worker_busy(const struct worker *w)
{
    return w->undelivered > 0;
}

static void deliver(void *ctx, uint32_t events)
{
    struct worker *w = ctx;
    struct work *next;

    (void)events;
    thread_woken(&w->thread);
    while ((next = next_done(w))) {
        w->undelivered--;
        next->done(next);
    }
    if (!worker_busy(w))
        w->idle.fn(w->idle.ctx);
}

int worker_new(struct loop *loop, const struct worker_idle *idle, struct worker **ret_worker)
{
    struct worker *w = xcalloc(1, sizeof *w);
    int r;

    w->idle = *idle;
    list_clear(&w->given);
    list_clear(&w->done);
    r = thread_start(&w->thread, loop, work, deliver, w);
    if (r < 0) {
        free(w);
        return r;
    }
    *ret_worker = w;
    return 0;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    (void)worker_wait(w);
    thread_end(&w->thread);
    free(w);
}

/* 1: something is to be delivered; 0: nothing is left to do; -EBUSY: it hangs. */
static int await_done(struct worker *w)
{
    struct thread_patience patience = {0};
    bool works = true;
    int r;

    pthread_mutex_lock(&w->thread.mutex);
    while ((w->given.first || w->running) && !w->done.first && works)
        works = thread_await(&w->thread, &patience);
    r = w->done.first ? 1 : works ? 0 : -EBUSY;
    pthread_mutex_unlock(&w->thread.mutex);
    return r;
}

bool worker_wait(struct worker *w)
{
    int r;

    while ((r = await_done(w)) == 1)
        deliver(w, 0);
    return r == 0;
}

int64_t worker_used_ns(const struct worker *w)
{
    return thread_used_ns(&w->thread);
}

void worker_give(struct worker *w, struct work *work)
{
    w->undelivered++;
    pthread_mutex_lock(&w->thread.mutex);
    list_add(&w->given, work);
    pthread_cond_broadcast(&w->thread.changed);
    pthread_mutex_unlock(&w->thread.mutex);
}
