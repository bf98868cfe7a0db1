/* The program of a room's unit tests: runs its suites, each in a process of its own, side by side.
 *
 *     tests/base/check [-j N] [SUITE...]
 *
 *   -j N      so many suites at a time; without it as many as there are processors
 *   SUITE...  only those whose name contains one of these words; CK_RUN_SUITE, CK_RUN_CASE and the
 *             other variables of Check count as well
 *
 * What a suite says is printed in one piece when it has ended, and below it `check_X: N passed, N
 * failed`. A suite that ends before it has counted its tests has failed, whatever it said. The last
 * line is `N passed, N failed`; a program that ran nothing has failed. */
#include "config.h"

#include "suite.h"

#include "base/xalloc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct suite {
    char name[64];
    struct test **tests; /* as they stand in the file */
    int ntests;
    pid_t pid;
    FILE *said;
};

/* Shared with the suite's process, which fills it in as the last thing that it does. */
struct outcome {
    bool counted;
    int run, failed;
};

static struct test *listed;
static int nlisted;
static struct suite *suites;
static struct outcome *outcomes; /* one a suite */
static int nsuites;

int rounds(int n)
{
    return getenv("LT_FEW") ? 1 + n / 40 : n;
}

void test_list(struct test *t)
{
    t->next = listed;
    listed = t;
    nlisted++;
}

/* Constructors run in no order that one may rely on. */
static int by_place(const void *a, const void *b)
{
    const struct test *x = *(struct test *const *)a, *y = *(struct test *const *)b;
    int files = strcmp(x->file, y->file);

    return files ? files : x->line - y->line;
}

/* "../tests/base/check_map.c" is the suite "map". */
static void name_suite(struct suite *s, const char *file)
{
    const char *base = strrchr(file, '/');

    base = base ? base + 1 : file;
    if (sscanf(base, "check_%63[^.].c", s->name) != 1) {
        fprintf(stderr, "%s: not a check_NAME.c\n", file);
        exit(2);
    }
}

static void find_suites(void)
{
    struct test **tests = xcalloc((size_t)nlisted, sizeof *tests);
    int n = 0;

    for (; listed; listed = listed->next)
        tests[n++] = listed;
    qsort(tests, (size_t)n, sizeof *tests, by_place);
    suites = xcalloc((size_t)n, sizeof *suites);
    for (int i = 0; i < n; i++) {
        if (i == 0 || strcmp(tests[i]->file, tests[i - 1]->file) != 0) {
            suites[nsuites].tests = tests + i;
            name_suite(&suites[nsuites++], tests[i]->file);
        }
        suites[nsuites - 1].ntests++;
    }
    outcomes = mmap(NULL, sizeof *outcomes * (size_t)n, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcomes == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
}

static bool is_wanted(const char *name, char **words)
{
    const char *only = getenv("CK_RUN_SUITE");
    bool wanted = !*words;

    for (; *words && !wanted; words++)
        wanted = strstr(name, *words) != NULL;
    return wanted && (!only || strcmp(only, name) == 0);
}

static Suite *build(const struct suite *s)
{
    Suite *suite = suite_create(s->name);
    TCase *tcase = NULL;

    for (int i = 0; i < s->ntests; i++) {
        struct test *t = s->tests[i];

        if (!tcase || t->fixture) {
            tcase = tcase_create(t->fixture ? t->fixture : s->name);
            tcase_add_checked_fixture(tcase, t->setup, t->teardown);
            suite_add_tcase(suite, tcase);
        }
        if (t->add)
            t->add(tcase);
    }
    return suite;
}

static void run(const struct suite *s, struct outcome *o)
{
    SRunner *r = srunner_create(build(s));

    srunner_run_all(r, CK_ENV);
    o->run = srunner_ntests_run(r);
    o->failed = srunner_ntests_failed(r);
    srunner_free(r);
    o->counted = true;
}

static void start(int i)
{
    struct suite *s = &suites[i];

    s->said = tmpfile();
    s->pid = s->said ? fork() : -1;
    if (s->pid < 0) {
        perror(s->name);
        exit(2);
    }
    if (s->pid > 0)
        return;
    dup2(fileno(s->said), STDOUT_FILENO);
    dup2(fileno(s->said), STDERR_FILENO);
    for (int k = 0; k < nsuites; k++)
        if (suites[k].said)
            fclose(suites[k].said); /* tests that count descriptors find none but their own */
    run(s, &outcomes[i]);
    exit(0);
}

/* Waits for one of the suites that run. */
static void finish(struct outcome *sum)
{
    int status, i = 0, c;
    pid_t pid = wait(&status);

    while (i < nsuites && suites[i].pid != pid)
        i++;
    if (i == nsuites)
        return;
    struct suite *s = &suites[i];
    struct outcome *o = &outcomes[i];

    s->pid = 0; /* a later suite may get the same */
    rewind(s->said);
    while ((c = getc(s->said)) != EOF)
        putchar(c);
    fclose(s->said);
    s->said = NULL;
    if (!o->counted || status != 0) {
        printf("%s did not run to its end: wait status %#x\n", s->name, (unsigned)status);
        o->run++;
        o->failed++;
    }
    printf("check_%s: %d passed, %d failed\n", s->name, o->run - o->failed, o->failed);
    fflush(stdout);
    sum->run += o->run;
    sum->failed += o->failed;
}

int main(int argc, char **argv)
{
    int jobs = (int)sysconf(_SC_NPROCESSORS_ONLN), running = 0, c;
    struct outcome sum = {0};

    while ((c = getopt(argc, argv, "j:")) != -1) {
        if (c != 'j' || (jobs = atoi(optarg)) < 1) {
            fprintf(stderr, "usage: %s [-j N] [SUITE...]\n", argv[0]);
            return 2;
        }
    }
    /* Only a test that hangs may meet its limit, on however busy a machine, and under valgrind. */
    setenv("CK_DEFAULT_TIMEOUT", "3600", 0);
    setenv("CK_MAX_MSG_SIZE", "100000", 0); /* a random story is told whole when it fails */
    find_suites();
    for (int i = 0; i < nsuites; i++) {
        if (!is_wanted(suites[i].name, argv + optind))
            continue;
        if (running == jobs) {
            finish(&sum);
            running--;
        }
        start(i);
        running++;
    }
    for (; running > 0; running--)
        finish(&sum);
    printf("%d passed, %d failed\n", sum.run - sum.failed, sum.failed);
    return sum.run == 0 || sum.failed > 0;
}
