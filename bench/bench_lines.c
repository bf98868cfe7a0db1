/* bench_lines -- what a line costs, from the file to the series, once the series exist.
 *
 *     bench_lines RULES FILE [WALKS]
 *
 * Reads FILE through the rules again and again, as the daemon does with a long log (`replay` cuts
 * it into parts that begin without series). Prints the CPU time per line of the first walk and of
 * the best of the others, and by how much the process grew. The program to run under a profiler. */
#include "config.h"

#include "base/log.h"
#include "offline/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static long resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long total = 0, resident = 0;

    if (f != NULL) {
        if (fscanf(f, "%ld %ld", &total, &resident) != 2)
            resident = 0;
        (void)fclose(f);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static uint64_t count_lines(const char *path)
{
    FILE *f = fopen(path, "re");
    uint64_t n = 0;
    int c;

    if (f == NULL)
        return 0;
    while ((c = getc_unlocked(f)) != EOF)
        n += c == '\n';
    (void)fclose(f);
    return n;
}

static int64_t walk(struct session *s, const char *path, struct buf *err)
{
    struct session_range range = {.path = path};
    int64_t began = cpu_ns();

    return session_read(s, &range, NULL, NULL, err) < 0 ? -1 : cpu_ns() - began;
}

static int measure(const struct setup *setup, const char *path, unsigned walks)
{
    double lines = (double)count_lines(path);
    struct buf err = BUF_INIT;
    struct session session;
    int64_t first, best = INT64_MAX;
    long before;

    session_init(&session, setup, SESSION_WHOLE, NULL);
    before = resident_kib();
    first = walk(&session, path, &err);
    for (unsigned i = 1; i < walks && err.n == 0; i++) {
        int64_t took = walk(&session, path, &err);

        best = took < best ? took : best;
    }
    if (err.n > 0 || lines == 0)
        log_error("bench_lines: %s", err.n > 0 ? err.p : "no lines");
    else
        printf("first %.2f ns/line, best %.2f ns/line, grew %ld KiB\n", (double)first / lines,
               (double)best / lines, resident_kib() - before);
    session_release(&session);
    buf_release(&err);
    return lines == 0 ? EXIT_SYSTEM : EXIT_FINE;
}

int main(int argc, char **argv)
{
    struct common_options options = {.config = NULL};
    struct setup setup;
    int code;

    if (argc < 3) {
        fputs("usage: bench_lines RULES FILE [WALKS]\n", stderr);
        return EXIT_USAGE;
    }
    strings_add(&options.rules, argv[1]);
    code = setup_or_say(&options, SETUP_AUTO_LOG, &setup);
    if (code < 0) {
        setup.settings.max_series = UINT32_MAX; /* the rules' own limits are what is measured */
        code = measure(&setup, argv[2], argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5);
        setup_release(&setup);
    }
    free(options.rules.list);
    return code;
}
