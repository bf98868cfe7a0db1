/* suite -- tests that list themselves, and one program a room that runs them (main.c).
 *
 * tests/ROOM/check_X.c is the suite X. Its tests are written one below the other and stand in no
 * list that could forget one, as each has a constructor:
 *
 *     TEST(a_sum_is_what_its_parts_add_up_to)
 *     {
 *         ck_assert_int_eq(1 + 1, 2);
 *     }
 *
 * Check runs every test in a process of its own: it may leave static data as it likes, and die. */
#ifndef LT_TESTS_SUITE_H
#define LT_TESTS_SUITE_H

#include <check.h>

#define TEST(name) TEST_ADDED(name, tcase_add_test(tcase, name))

/* For _i from 0 to n - 1; n is evaluated when the suite begins. */
#define TEST_EACH(name, n) TEST_ADDED(name, tcase_add_loop_test(tcase, name, 0, (int)(n)))

/* So many rounds over cases that are drawn by chance; a fortieth of them, one at least, where the
 * environment has LT_FEW: under valgrind and sanitizers, on an emulated machine (tests/machines). */
int rounds(int n);

/* As ck_assert, where a loop waits: of each ck_assert Check keeps a word, and to read N of them takes it the square of N. */
#define ck_quietly(is)               \
    do {                             \
        if (!(is))                   \
            ck_abort_msg("%s", #is); \
    } while (0)

/* Passes only if this signal ends it. */
#define TEST_DIES(name, signal) TEST_ADDED(name, tcase_add_test_raise_signal(tcase, name, signal))

/* What runs before and after each test below it in the file, up to the next FIXTURE. To Check
 * they are the case SETUP; tests without a fixture are the case X. */
#define FIXTURE(setup, teardown) \
    TEST_LISTED(__LINE__, __FILE__, __LINE__, #setup, NULL, setup, teardown) struct test

struct test {
    const char *file;
    int line;
    const char *fixture;       /* the fixture's name; NULL for a test */
    void (*add)(TCase *tcase); /* NULL for a fixture */
    void (*setup)(void), (*teardown)(void);
    struct test *next;
};

void test_list(struct test *t);

#define TEST_ADDED(name, call)                                              \
    static void name##_body(int _i);                                        \
    START_TEST(name)                                                        \
    {                                                                       \
        name##_body(_i);                                                    \
    }                                                                       \
    END_TEST                                                                \
    static void name##_add(TCase *tcase)                                    \
    {                                                                       \
        call;                                                               \
    }                                                                       \
    TEST_LISTED(__LINE__, __FILE__, __LINE__, NULL, name##_add, NULL, NULL) \
    static void name##_body(int _i __attribute__((unused)))

#define TEST_LISTED(id, ...) TEST_LISTED_AS(id, __VA_ARGS__)
#define TEST_LISTED_AS(id, ...)                              \
    static void __attribute__((constructor)) list_##id(void) \
    {                                                        \
        static struct test t = {__VA_ARGS__, NULL};          \
        test_list(&t);                                       \
    }

#endif
