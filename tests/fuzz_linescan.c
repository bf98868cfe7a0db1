/* Fuzzes the fast scanners against the plain ones: the same line's end, the same verdict, the same
 * fields, with exactly the promised slack behind the line. The first byte chooses the instructions,
 * the form, and whether the line ends with a newline or is a slice. */
#include "config.h"

#include "rules/linescan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "k", "msg", "level", "", "sixteen_letters_", "a.b"};

enum { N = sizeof names / sizeof *names };

struct got {
    bool valid;
    struct field fields[N];
    uint16_t numbers[N + 1];
    struct touched touched;
};

static void begin(struct got *g)
{
    memset(g, 0, sizeof *g);
    g->touched.slots = g->numbers;
}

static bool same(const struct got *a, const struct got *b)
{
    if (a->valid != b->valid)
        return false;
    if (!a->valid)
        return b->touched.n == 0;
    return memcmp(a->fields, b->fields, sizeof a->fields) == 0 && a->touched.n == b->touched.n;
}

static void by_line(const struct linescan *scan, bool json, bool lenient, char *p, size_t n,
                    const struct fieldnames *want, struct got *g)
{
    const char *end;

    p[n] = '\n';
    if (json)
        end = scan->json(p, &g->valid, want, g->fields, &g->touched);
    else
        end = scan->logfmt(p, lenient, &g->valid, want, g->fields, &g->touched);
    if (end != p + n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t how = size > 0 ? data[0] : 0;
    const struct linescan *scan = linescan_get((enum linescan_level)(how % LINESCAN_LEVELS));
    bool json = how & 4, lenient = how & 8, slice = how & 16;
    size_t n = size > 0 ? size - 1 : 0;
    struct got plain, fast;
    struct fieldnames *want;
    struct slice line;
    char *p;

    if (scan == NULL || memchr(data + (size > 0), '\n', n) != NULL)
        return 0;
    want = fieldnames_new(names, N);
    p = malloc(n + LINESCAN_SLACK);
    memcpy(p, data + (size > 0), n);
    memset(p + n, how & 32 ? '"' : '}', LINESCAN_SLACK);
    line = (struct slice){p, n};
    begin(&plain);
    begin(&fast);
    plain.valid = json ? json_fields(line, want, plain.fields, &plain.touched)
                       : logfmt_fields(line, lenient, want, plain.fields, &plain.touched);
    if (!slice)
        by_line(scan, json, lenient, p, n, want, &fast);
    else if (json)
        fast.valid = scan->json_slice(line, want, fast.fields, &fast.touched);
    else
        fast.valid = scan->logfmt_slice(line, lenient, want, fast.fields, &fast.touched);
    if (!same(&plain, &fast))
        abort();
    free(p);
    fieldnames_free(want);
    return 0;
}
