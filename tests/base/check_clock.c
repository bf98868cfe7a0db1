/* check_clock -- the right clock in the right unit. */
#include "config.h"

#include "suite.h"

#include "base/clock.h"

#include <time.h>

TEST(monotonic_never_goes_back)
{
    int64_t last = clock_mono_ns();

    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_mono_ns();

        ck_assert_int_ge(now, last);
        last = now;
    }
}

TEST(wall_clock_agrees_with_time)
{
    time_t before = time(NULL);
    int64_t now = clock_wall_ns();

    /* time() may lag behind by a tick, never by a second. */
    ck_assert_int_ge(now / NSEC_PER_SEC, before);
    ck_assert_int_le(now / NSEC_PER_SEC, time(NULL) + 1);
}
