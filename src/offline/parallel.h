/* parallel -- inputs cut into parts, worked on by several threads, put together in order.
 *
 * Where the cuts are, and which small files are one part, depends on the files alone, never on the number of threads; each part gets a
 * registry of its own that folds nothing; their snapshots are merged in the order of the files. So
 * the result is the same for every number of threads, to the last bit of every sum. At most a few
 * parts per thread are in memory. */
#ifndef LT_OFFLINE_PARALLEL_H
#define LT_OFFLINE_PARALLEL_H

#include "app/progress.h"
#include "offline/inputs.h"

#include <stdio.h>

enum { PARALLEL_THREADS_MAX = 256 };

struct parallel_options {
    unsigned threads;
    bool no_dispatch;
    struct progress *progress;
    FILE *unmatched; /* lines that no event took, in order; NULL: not wanted */
};

/* Adds all to the registry. An exit code after sentences on stderr: EXIT_MISTAKES when some file
 * could not be read to its end (the rest counts). */
int parallel_run(const struct setup *setup, const struct inputs *inputs,
                 const struct parallel_options *options, struct registry *registry);

#endif
