/* check_xalloc -- what is given is usable, and what cannot be given kills the program. */
#include "config.h"

#include "suite.h"

#include "base/xalloc.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

TEST(zero_bytes_are_a_pointer)
{
    void *p = xmalloc(0), *q = xcalloc(0, 8), *r = xrealloc(NULL, 0);

    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_nonnull(q);
    ck_assert_ptr_nonnull(r);
    free(p);
    free(q);
    free(r);
}

TEST(copies_end_in_nul)
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

TEST(grow_doubles_and_keeps_what_is_there)
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

TEST_DIES(an_array_whose_size_overflows_aborts, SIGABRT)
{
    volatile size_t count = SIZE_MAX / 4;

    free(xreallocarray(NULL, count, 8));
}
