/* clock -- the two clocks: CLOCK_MONOTONIC drives timers, CLOCK_REALTIME is for display only. */
#ifndef LT_BASE_CLOCK_H
#define LT_BASE_CLOCK_H

#include <stdint.h>

#define NSEC_PER_SEC INT64_C(1000000000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_YEAR (365 * 24 * 3600 * NSEC_PER_SEC)

int64_t clock_mono_ns(void);
int64_t clock_wall_ns(void);

#endif
