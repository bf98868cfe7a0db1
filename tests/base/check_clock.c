/* check_clock -- the right clock in the right unit. */
#include "config.h"

#include "base/clock.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

START_TEST(monotonic_never_goes_back)
{
    int64_t last = clock_mono_ns();

    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_mono_ns();

        ck_assert_int_ge(now, last);
        last = now;
    }
}
END_TEST

START_TEST(wall_clock_agrees_with_time)
{
    time_t before = time(NULL);
    int64_t now = clock_wall_ns();

    /* time() may lag behind by a tick, never by a second. */
    ck_assert_int_ge(now / NSEC_PER_SEC, before);
    ck_assert_int_le(now / NSEC_PER_SEC, time(NULL) + 1);
}
END_TEST

static Suite *clock_suite(void)
{
    Suite *s = suite_create("clock");
    TCase *t = tcase_create("clock");

    tcase_add_test(t, monotonic_never_goes_back);
    tcase_add_test(t, wall_clock_agrees_with_time);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(clock_suite());
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
