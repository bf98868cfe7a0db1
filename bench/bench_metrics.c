/* bench_metrics -- what series cost: memory per series, and time per series of the look-up, of an
 * update, of a snapshot, of its encoding, of the page and its compression. Prints one line a
 * figure, CPU time of the thread; run it twice and take the lesser.
 *
 *     make bench/bench_metrics && bench/bench_metrics [COUNTERS [HISTOGRAMS]] */
#include "config.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "http/coding.h"
#include "metrics/expose.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 9, UPDATES = 8 };

static const char *const label_names[] = {"method", "endpoint", "status"};
static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

static size_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long total = 0, resident = 0;

    if (f) {
        if (fscanf(f, "%lu %lu", &total, &resident) != 2)
            resident = 0;
        (void)fclose(f);
    }
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Label values of about 40 bytes together. */
static void label_set(char text[64], uint32_t i, struct slice values[3])
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    int n = snprintf(text, 64, "/api/v1/catalogue/item/%08x", i * 2654435761U);

    values[0] = slice_str(methods[i & 3]);
    values[1] = slice_make(text, (size_t)n);
    values[2] = i & 4 ? SLICE("200") : SLICE("404");
}

static void fill(struct family *f, uint32_t n)
{
    struct slice values[3];
    char text[64];

    for (uint32_t i = 0; i < n; i++) {
        label_set(text, i, values);
        if (family_spec(f)->type == FAMILY_COUNTER)
            counter_inc(f, family_series(f, values, 1, NULL), i * 37, 1);
        else
            histogram_observe(f, family_series(f, values, 1, NULL), i * 1e-4, 1);
    }
}

static void say(const char *what, double ns, double per)
{
    printf("%-34s %9.1f ns each   %9.3f ms\n", what, ns / per, ns / 1e6);
}

static void say_memory(const char *what, size_t before, uint32_t n)
{
    if (n)
        printf("%-34s %9.1f bytes each\n", what, (double)(resident_bytes() - before) / n);
}

static void bench_lookup(struct family *f, uint32_t n)
{
    char(*texts)[64] = xcalloc(n, sizeof *texts);
    struct slice(*values)[3] = xcalloc(n, sizeof *values);
    int64_t from, best = INT64_MAX;

    for (uint32_t i = 0; i < n; i++)
        label_set(texts[i], i, values[i]);
    for (int k = 0; k < ROUNDS; k++) {
        from = clock_thread_ns();
        for (uint32_t i = 0; i < n; i++)
            counter_inc(f, family_series(f, values[i], 1, NULL), 1, 1);
        if (clock_thread_ns() - from < best)
            best = clock_thread_ns() - from;
    }
    say("look-up and inc", (double)best, n);
    free(values);
    free(texts);
}

static void bench_updates(struct family *counter, struct family *histogram, uint32_t n)
{
    int64_t from = clock_thread_ns();

    for (uint32_t k = 0; k < UPDATES; k++)
        for (uint32_t i = 0; i < n; i++)
            counter_inc(counter, i, 1, 1);
    say("counter_inc, index known", (double)(clock_thread_ns() - from), (double)n * UPDATES);
    from = clock_thread_ns();
    for (uint32_t k = 0; k < UPDATES * 1000; k++)
        histogram_observe(histogram, k & 7, (k & 1023) * 0.01, 1);
    say("histogram_observe, index known", (double)(clock_thread_ns() - from), UPDATES * 1000.0);
}

static void bench_snapshot(struct registry *r, uint32_t n)
{
    struct buf out = BUF_INIT;
    int64_t take = INT64_MAX, encode = INT64_MAX, t0, t1, t2;

    for (int k = 0; k < ROUNDS; k++) {
        struct snapshot *s;

        buf_clear(&out);
        t0 = clock_thread_ns();
        s = snapshot_take(r);
        t1 = clock_thread_ns();
        snapshot_encode(s, &out);
        t2 = clock_thread_ns();
        snapshot_free(s);
        take = t1 - t0 < take ? t1 - t0 : take;
        encode = t2 - t1 < encode ? t2 - t1 : encode;
    }
    say("snapshot_take", (double)take, n);
    say("snapshot_encode", (double)encode, n);
    printf("%-34s %9.1f bytes each\n", "encoded", (double)out.n / n);
    t0 = clock_thread_ns();
    (void)snapshot_restore(r, buf_all(&out), 1, 1, NULL, NULL, NULL);
    say("snapshot_restore, series there", (double)(clock_thread_ns() - t0), n);
    buf_release(&out);
}

static void bench_expose(struct registry *r, uint32_t n, const char *what,
                         enum expose_format format, unsigned flags)
{
    struct expose_options o = {.format = format, .flags = flags};
    struct snapshot *s = snapshot_take(r);
    struct buf out = BUF_INIT;
    int64_t best = INT64_MAX, from;

    for (int k = 0; k < ROUNDS; k++) {
        buf_clear(&out);
        from = clock_thread_ns();
        expose(s, &o, &out);
        if (clock_thread_ns() - from < best)
            best = clock_thread_ns() - from;
    }
    say(what, (double)best, n);
    buf_release(&out);
    snapshot_free(s);
}

/* The page as a scrape gets it. */
static void bench_coding(struct registry *r, enum coding coding, uint32_t n)
{
    struct expose_options o = {.format = EXPOSE_TEXT};
    struct snapshot *s = snapshot_take(r);
    struct buf text = BUF_INIT, page = BUF_INIT;
    int64_t best = INT64_MAX, from;

    expose(s, &o, &text);
    for (int k = 0; k < ROUNDS; k++) {
        buf_clear(&page);
        from = clock_thread_ns();
        coded_join(coding, NULL, buf_all(&text), &page);
        if (clock_thread_ns() - from < best)
            best = clock_thread_ns() - from;
    }
    say(coding_name(coding), (double)best, n);
    printf("%-34s %9.1f bytes each, of %.1f\n", "", (double)page.n / n, (double)text.n / n);
    buf_release(&page);
    buf_release(&text);
    snapshot_free(s);
}

static void bench_all(struct registry *r, const char *what, uint32_t n)
{
    printf("%s, %u series\n", what, n);
    bench_snapshot(r, n);
    bench_expose(r, n, "page, text", EXPOSE_TEXT, 0);
    for (enum coding c = CODING_GZIP; c < CODINGS; c++)
        if (coding_is_built(c))
            bench_coding(r, c, n);
    bench_expose(r, n, "page, openmetrics", EXPOSE_OPENMETRICS, 0);
    bench_expose(r, n, "page, text, sorted", EXPOSE_TEXT, EXPOSE_SORTED);
    bench_expose(r, n, "page, json", EXPOSE_JSON, 0);
}

int main(int argc, char **argv)
{
    uint32_t ncounters = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint32_t nhistograms = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 10000;
    struct registry_limits limits = {0};
    struct family_spec spec = {.name = "http_requests_total",
                               .help = "Requests",
                               .type = FAMILY_COUNTER,
                               .nlabels = 3,
                               .labels = label_names};
    struct registry *counters = registry_new(&limits), *histograms = registry_new(&limits);
    struct family *c = registry_family(counters, &spec), *h;
    size_t before = resident_bytes();

    fill(c, ncounters);
    say_memory("memory of a counter", before, ncounters);
    spec.name = "http_request_duration_seconds";
    spec.type = FAMILY_HISTOGRAM;
    spec.buckets = bounds;
    spec.nbuckets = sizeof bounds / sizeof *bounds;
    h = registry_family(histograms, &spec);
    before = resident_bytes();
    fill(h, nhistograms);
    say_memory("memory of a histogram, 12 buckets", before, nhistograms);
    bench_lookup(c, ncounters);
    bench_updates(c, h, ncounters);
    bench_all(counters, "counters", ncounters);
    bench_all(histograms, "histograms", nhistograms);
    registry_free(counters);
    registry_free(histograms);
    return 0;
}
