/* worker -- two lists guarded by a mutex: what was given and not begun, and what is done and not
 * yet delivered. An eventfd wakes the loop. */
#include "config.h"

#include "daemon/worker.h"

#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct list {
    struct work *first, **end;
};

struct worker {
    struct loop *loop;
    struct loop_watch *watch;
    int wake; /* eventfd: some work is done */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /* Guarded by the mutex: */
    bool stop;
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
    while (!w->given.first && !w->stop)
        pthread_cond_wait(&w->changed, &w->mutex);
    return list_take(&w->given);
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct work *next;

    pthread_mutex_lock(&w->mutex);
    while ((next = await(w))) {
        w->running = true;
        pthread_mutex_unlock(&w->mutex);
        next->run(next);
        pthread_mutex_lock(&w->mutex);
        w->running = false;
        list_add(&w->done, next);
        pthread_cond_broadcast(&w->changed);
        eventfd_write(w->wake, 1);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

static struct work *next_done(struct worker *w)
{
    struct work *next;

    pthread_mutex_lock(&w->mutex);
    next = list_take(&w->done);
    pthread_mutex_unlock(&w->mutex);
    return next;
}

static void deliver(void *ctx, uint32_t events)
{
    struct worker *w = ctx;
    struct work *next;
    eventfd_t count;

    (void)events;
    eventfd_read(w->wake, &count);
    while ((next = next_done(w)))
        next->done(next);
}

int worker_new(struct loop *loop, struct worker **ret_worker)
{
    struct worker *w = xcalloc(1, sizeof *w);
    int r;

    w->loop = loop;
    list_clear(&w->given);
    list_clear(&w->done);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->wake < 0) {
        r = -errno;
        goto fail;
    }
    r = loop_add_fd(loop, w->wake, EPOLLIN, deliver, w, &w->watch);
    if (r < 0)
        goto fail_wake;
    r = -pthread_create(&w->thread, NULL, work, w);
    if (r < 0)
        goto fail_watch;
    *ret_worker = w;
    return 0;
fail_watch:
    loop_remove_fd(loop, w->watch);
fail_wake:
    close(w->wake);
fail:
    free(w);
    return r;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    worker_wait(w);
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    loop_remove_fd(w->loop, w->watch);
    close(w->wake);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w);
}

static bool is_idle(struct worker *w)
{
    bool idle;

    pthread_mutex_lock(&w->mutex);
    while ((w->given.first || w->running) && !w->done.first)
        pthread_cond_wait(&w->changed, &w->mutex);
    idle = !w->given.first && !w->running && !w->done.first;
    pthread_mutex_unlock(&w->mutex);
    return idle;
}

void worker_wait(struct worker *w)
{
    while (!is_idle(w))
        deliver(w, 0);
}

void worker_give(struct worker *w, struct work *work)
{
    pthread_mutex_lock(&w->mutex);
    list_add(&w->given, work);
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}
