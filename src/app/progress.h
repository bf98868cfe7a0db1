/* progress -- a bar on stderr with rate and time left; silent when stderr is no terminal. */
#ifndef LT_APP_PROGRESS_H
#define LT_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool on;
    uint64_t total; /* bytes; 0 = unknown */
    int64_t start_ns, shown_ns;
};

void progress_start(struct progress *p, uint64_t total_bytes);
/* Shows how far it is, at most ten times a second. */
void progress_at(struct progress *p, uint64_t done_bytes);
/* Removes the bar. */
void progress_end(struct progress *p);

#endif
