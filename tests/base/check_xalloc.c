/* check_xalloc -- what is given is usable, and what cannot be given kills the program. */
#include "config.h"

#include "base/xalloc.h"

#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

START_TEST(zero_bytes_are_a_pointer)
{
    void *p = xmalloc(0), *q = xcalloc(0, 8), *r = xrealloc(NULL, 0);

    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_nonnull(q);
    ck_assert_ptr_nonnull(r);
    free(p);
    free(q);
    free(r);
}
END_TEST

START_TEST(copies_end_in_nul)
{
    char *a = xstrdup("abc"), *b = xstrslice(slice_make("abcdef", 2)),
         *c = xstrslice((struct slice){0});

    ck_assert_str_eq(a, "abc");
    ck_assert_str_eq(b, "ab");
    ck_assert_str_eq(c, "");
    free(a);
    free(b);
    free(c);
}
END_TEST

START_TEST(grow_doubles_and_keeps_what_is_there)
{
    int *a = NULL;
    size_t cap = 0;

    for (size_t n = 0; n < 1000; n++) {
        GROW(a, n, cap);
        ck_assert_uint_gt(cap, n);
        a[n] = (int)n;
    }
    ck_assert_uint_eq(cap, 1024);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(a[i], i);
    free(a);
}
END_TEST

START_TEST(an_array_whose_size_overflows_aborts)
{
    volatile size_t count = SIZE_MAX / 4;

    free(xreallocarray(NULL, count, 8));
}
END_TEST

static Suite *xalloc_suite(void)
{
    Suite *s = suite_create("xalloc");
    TCase *t = tcase_create("xalloc");

    tcase_add_test(t, zero_bytes_are_a_pointer);
    tcase_add_test(t, copies_end_in_nul);
    tcase_add_test(t, grow_doubles_and_keeps_what_is_there);
    tcase_add_test_raise_signal(t, an_array_whose_size_overflows_aborts, SIGABRT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(xalloc_suite());
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
