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

/* {seconds, nanoseconds, what is made of them} */
static const int64_t times[][3] = {
    {0, 0, 0},
    {1, 5, NSEC_PER_SEC + 5},
    {-1, 999999999, -1},
    {4611686018, 427387903, INT64_MAX / 2},
    {4611686018, 427387904, INT64_MAX / 2},
    {16725225600, 0, INT64_MAX / 2}, /* the year 2500 */
    {INT64_MAX, 999999999, INT64_MAX / 2},
    {INT64_MIN, 0, -(INT64_MAX / 2)},
};

TEST_EACH(times_that_a_file_says_are_kept_where_differences_do_not_overflow,
          sizeof times / sizeof *times)
{
    ck_assert_int_eq(clock_ns(times[_i][0], times[_i][1]), times[_i][2]);
    ck_assert_int_eq(clock_within(times[_i][2]), times[_i][2]);
}

TEST(times_of_no_calendar_are_the_nearest_within)
{
    ck_assert_int_eq(clock_within(INT64_MAX), INT64_MAX / 2);
    ck_assert_int_eq(clock_within(INT64_MIN), -(INT64_MAX / 2));
}
