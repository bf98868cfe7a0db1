/* parallel -- inputs cut into parts, worked on by several threads, put together in order.
 *
 * Where the cuts are depends on the files alone, never on the number of threads; each part gets a
 * registry of its own that folds nothing; their snapshots are merged in the order of the files. So
 * the result is the same for every number of threads, to the last bit of every sum. At most a few
 * parts per thread are in memory. */
#ifndef LT_OFFLINE_PARALLEL_H
#define LT_OFFLINE_PARALLEL_H

#include "app/progress.h"
#include "offline/inputs.h"

enum { PARALLEL_THREADS_MAX = 256 };

struct parallel_options {
    unsigned threads;
    bool no_dispatch;
    struct progress *progress;
    /* In the order of the parts, on the caller's thread. 0, or an exit code that ends the work. */
    int (*merge)(void *ctx, struct slice snapshot);
    /* Lines that no event took, in order, some megabytes at a time, from one thread at a time;
     * NULL: not wanted. */
    void (*unmatched)(void *ctx, struct slice lines);
    void *ctx;
};

/* An exit code: EXIT_MISTAKES when some file could not be read to its end (the rest counts). */
int parallel_run(const struct setup *setup, const struct inputs *inputs,
                 const struct parallel_options *options);

#endif
