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

/* A time that others say, a file or a saved state: outside the years 1824 to 2116 it is the nearest
 * within, so that no difference of two times overflows. */
static inline int64_t clock_within(int64_t ns)
{
    int64_t most = INT64_MAX / 2;

    return ns > most ? most : ns < -most ? -most : ns;
}

static inline int64_t clock_ns(int64_t sec, int64_t nsec)
{
    int64_t ns;

    if (__builtin_mul_overflow(sec, NSEC_PER_SEC, &ns) || __builtin_add_overflow(ns, nsec, &ns))
        ns = sec < 0 ? INT64_MIN : INT64_MAX;
    return clock_within(ns);
}

#endif
