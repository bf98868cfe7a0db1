/* bench_fields -- what a line costs the scanners, alone.
 *
 *     bench_fields FILE [NAME...]
 *
 * Reads the whole file, then for each scanner walks all its lines for the given names (default:
 * those of a slog backend) and prints nanoseconds of CPU per line: the least of several rounds,
 * which is what the scanner costs when nothing else disturbs it. `plain` is json_fields and
 * logfmt_fields with memchr for the newlines; `newline` is finding the lines and nothing else. */
#include "config.h"

#include "decode/linescan.h"
#include "decode/trail.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, SLOTS_MAX = 256, PIECE = 1 << 20 };

static const char *const backend_names[] = {"level",         "msg",
                                            "method",        "path",
                                            "status",        "duration",
                                            "database",      "type",
                                            "active",        "idle",
                                            "service",       "model",
                                            "error_type",    "duration_seconds",
                                            "source",        "count",
                                            "operation",     "input_tokens",
                                            "output_tokens", "records_deleted"};

struct work {
    const char *p, *end;
    struct fieldnames *want;
    struct trail *trail;
    struct field slots[SLOTS_MAX];
    uint16_t numbers[SLOTS_MAX + 1];
    struct touched touched;
    unsigned long lines, decoded, fields;
};

typedef void walk_fn(struct work *w, const struct linescan *scan);

static void clear(struct work *w)
{
    w->fields += w->touched.n;
    while (w->touched.n > 0)
        w->slots[w->numbers[--w->touched.n]].kind = FIELD_NONE;
}

static void walk_plain(struct work *w, const struct linescan *scan)
{
    (void)scan;
    for (const char *p = w->p, *nl; p < w->end; p = nl + 1) {
        struct slice line;

        nl = memchr(p, '\n', (size_t)(w->end - p));
        line = slice_make(p, (size_t)(nl - p));
        if (*p == '{')
            w->decoded += json_fields(line, w->want, w->slots, &w->touched);
        else
            w->decoded += logfmt_fields(line, false, w->want, w->slots, &w->touched);
        clear(w);
        w->lines++;
    }
}

static void walk_fast(struct work *w, const struct linescan *scan)
{
    for (const char *p = w->p, *nl; p < w->end; p = nl + 1) {
        bool valid;

        if (*p == '{')
            nl = scan->json(p, &valid, w->trail, w->slots, &w->touched);
        else
            nl = scan->logfmt(p, false, &valid, w->trail, w->slots, &w->touched);
        w->decoded += valid;
        clear(w);
        w->lines++;
    }
}

static void walk_newline(struct work *w, const struct linescan *scan)
{
    for (const char *p = w->p; p < w->end; p = scan->newline(p) + 1)
        w->lines++;
}

static double cpu_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The least of several walks over the piece from w->p to w->end. */
static double measure_piece(struct work *w, walk_fn *walk, const struct linescan *scan)
{
    struct work before = *w;
    double best = 0;

    for (int i = 0; i < ROUNDS; i++) {
        double start, ns;

        w->lines = before.lines;
        w->decoded = before.decoded;
        w->fields = before.fields;
        start = cpu_ns();
        walk(w, scan);
        ns = cpu_ns() - start;
        if (i == 0 || ns < best)
            best = ns;
    }
    return best;
}

static void measure(struct work *w, struct slice text, const char *name, walk_fn *walk,
                    const struct linescan *scan)
{
    double ns = 0;

    w->lines = w->decoded = w->fields = 0;
    for (w->end = text.p; w->end < text.p + text.n;) {
        size_t left = (size_t)(text.p + text.n - w->end);

        w->p = w->end;
        w->end = left > PIECE ? memrchr(w->p, '\n', PIECE) : w->p + left - 1;
        if (w->end == NULL) {
            fprintf(stderr, "a line is longer than %d bytes\n", PIECE);
            exit(EXIT_FAILURE);
        }
        w->end++;
        ns += measure_piece(w, walk, scan);
    }
    printf("%-14s %7.1f ns/line   %lu lines, %lu decoded, %lu fields\n", name,
           ns / (double)w->lines, w->lines, w->decoded, w->fields);
}

/* The whole file, a newline at its end and slack behind it. */
static struct slice read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    size_t n = 0, cap = 1 << 20, got;

    if (f == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    do {
        cap *= 2;
        p = xrealloc(p, cap + 1 + LINESCAN_SLACK);
        got = fread(p + n, 1, cap - n, f);
        n += got;
    } while (n == cap);
    (void)fclose(f);
    if (n > 0 && p[n - 1] != '\n')
        p[n++] = '\n';
    memset(p + n, 0, LINESCAN_SLACK);
    return slice_make(p, n);
}

int main(int argc, char **argv)
{
    static struct work w;
    unsigned n = sizeof backend_names / sizeof *backend_names;
    const char *const *names = backend_names;
    struct slice text;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_fields FILE [NAME...]\n");
        return 2;
    }
    if (argc > 2) {
        names = (const char *const *)argv + 2;
        n = (unsigned)argc - 2 < SLOTS_MAX ? (unsigned)argc - 2 : SLOTS_MAX;
    }
    text = read_all(argv[1]);
    w.want = fieldnames_new(names, n);
    w.trail = trail_new(w.want);
    w.touched.slots = w.numbers;
    measure(&w, text, "plain", walk_plain, NULL);
    for (int level = 0; level < LINESCAN_LEVELS; level++) {
        const struct linescan *scan = linescan_get((enum linescan_level)level);
        char name[32];

        if (scan == NULL)
            continue;
        measure(&w, text, scan->name, walk_fast, scan);
        (void)snprintf(name, sizeof name, "%s newline", scan->name);
        measure(&w, text, name, walk_newline, scan);
    }
    trail_free(w.trail);
    fieldnames_free(w.want);
    free((char *)text.p);
    return EXIT_SUCCESS;
}
