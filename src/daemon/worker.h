/* worker -- a second thread for what would hold up the loop: rendering, building, freeing.
 *
 * Work is done one piece after the other, in the order in which it was given; so whoever gives the
 * freeing of a thing after the last work on it needs no count of references. It waits for a disk at
 * the start, and when rules are read: saving has a thread of its own (writer.h), and a page can be
 * rendered while that one hangs. */
#ifndef LT_DAEMON_WORKER_H
#define LT_DAEMON_WORKER_H

#include "base/loop.h"

/* First member of a piece of work, which the worker owns until `done`. */
struct work {
    void (*run)(struct work *w);  /* on the thread */
    void (*done)(struct work *w); /* on the loop; frees it */
    struct work *next;
};

struct worker;

/* Called on the loop when all that was given is delivered. */
struct worker_idle {
    void (*fn)(void *ctx);
    void *ctx;
};

/* 0 or negative errno. */
int worker_new(struct loop *loop, const struct worker_idle *idle, struct worker **ret_worker);
/* Does what was given, calls `done` for all of it, ends. NULL is fine. */
void worker_free(struct worker *w);

/* Waits until all that was given is done, also what `done` gave, and calls `done`. False: it hangs,
 * as thread_await knows. */
bool worker_wait(struct worker *w);

/* CPU time of the thread so far: who waits for a disk uses none. */
int64_t worker_used_ns(const struct worker *w);
/* Some work is not delivered yet: what is given now has to wait. */
bool worker_busy(const struct worker *w);
/* Takes the work. */
void worker_give(struct worker *w, struct work *work);

#endif
