/* generate -- logs to measure with, and what their metrics must come to.
 *
 *     generate KIND LINES NAME [N [SEED]]
 *
 * Writes NAME.log and NAME.prom, and NAME.ini where the shipped rules do not fit. KIND is json,
 * logfmt, mixed, noise, steady (the backend's log), java (stack traces), events, texts, series (N of them) or
 * spans (N open at any time). The
 * same arguments give the same bytes on every machine; a shorter log is the beginning of a longer
 * one. */
#include "config.h"

#include "corpus.h"

#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_SYSTEM = 3, SEED = 20251112 };

static void write_json(struct corpus *c)
{
    backend_write(c, BACKEND_JSON);
}

static void write_logfmt(struct corpus *c)
{
    backend_write(c, BACKEND_LOGFMT);
}

static void write_mixed(struct corpus *c)
{
    backend_write(c, BACKEND_MIXED);
}

static void write_noise(struct corpus *c)
{
    backend_write(c, BACKEND_NOISE);
}

static void write_steady(struct corpus *c)
{
    backend_write(c, BACKEND_STEADY);
}

static const struct {
    const char *name;
    void (*write)(struct corpus *);
    bool rules;     /* it brings its own */
    unsigned n_max; /* 0 = takes no N */
} kinds[] = {{"json", write_json, false, 0},          {"logfmt", write_logfmt, false, 0},
             {"mixed", write_mixed, false, 0},        {"noise", write_noise, false, 0},
             {"steady", write_steady, false, 0},      {"java", java_write, true, 0},
             {"events", events_write, true, 1000},    {"texts", texts_write, true, 1000},
             {"series", series_write, true, 2000000}, {"spans", spans_write, true, 1000000}};

static FILE *create(const char *name, const char *ending)
{
    size_t n = strlen(name) + strlen(ending) + 1;
    char *path = malloc(n);
    FILE *f = NULL;

    if (path != NULL) {
        snprintf(path, n, "%s%s", name, ending);
        f = fopen(path, "we");
    }
    if (f == NULL) {
        perror(path);
        exit(EXIT_SYSTEM);
    }
    free(path);
    return f;
}

static void finish(FILE *f)
{
    if (f != NULL && fclose(f) != 0) {
        perror("generate");
        exit(EXIT_SYSTEM);
    }
}

int main(int argc, char **argv)
{
    struct corpus c = {.rng = {SEED}};
    unsigned k = 0;

    while (argc > 3 && k < sizeof kinds / sizeof *kinds && strcmp(kinds[k].name, argv[1]) != 0)
        k++;
    if (argc > 3 && k < sizeof kinds / sizeof *kinds) {
        c.lines = strtoull(argv[2], NULL, 10);
        c.n = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;
        c.rng.state = argc > 5 ? strtoull(argv[5], NULL, 10) : SEED;
    }
    if (c.lines == 0 || (kinds[k].n_max > 0 && (c.n == 0 || c.n > kinds[k].n_max))) {
        fputs("usage: generate json|logfmt|mixed|noise|steady|java LINES NAME\n"
              "       generate events|texts|series|spans LINES NAME N [SEED]\n",
              stderr);
        return EXIT_USAGE;
    }
    c.log = create(argv[3], ".log");
    c.truth = create(argv[3], ".prom");
    c.rules = kinds[k].rules ? create(argv[3], ".ini") : NULL;
    kinds[k].write(&c);
    finish(c.log);
    finish(c.truth);
    finish(c.rules);
    return 0;
}
