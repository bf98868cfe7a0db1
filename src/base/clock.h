/* clock -- the clocks: CLOCK_MONOTONIC drives timers, CLOCK_REALTIME is for display only,
 * CLOCK_THREAD_CPUTIME_ID measures what a callback costs. */
#ifndef LT_BASE_CLOCK_H
#define LT_BASE_CLOCK_H

#include <stdint.h>

#define NSEC_PER_SEC INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_YEAR (365 * 24 * 3600 * NSEC_PER_SEC)

/* CPU time of the calling thread; a system call. */
int64_t clock_thread_ns(void);
int64_t clock_mono_ns(void);
int64_t clock_wall_ns(void);

#endif
