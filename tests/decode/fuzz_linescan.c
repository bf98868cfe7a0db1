/* Fuzzes the fast scanners against the plain ones: the same line's end, the same verdict, the same
 * fields, with exactly the promised slack behind the line. The first byte chooses the instructions
 * and the form, and whether the lines are a block, which is read over and over so that they have shapes:
 * whichever is guessed by what two of them have in common, both must be right. Lines that end with one step of the trail
 * have the same values that decide. */
#include "config.h"

#include "decode/linescan.h"
#include "decode/trail.h"

#include "decode/slots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "k", "msg", "level", "", "sixteen_letters_", "a.b"};

enum { N = sizeof names / sizeof *names, MSG = 2, LEVEL };

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

static void compare(const struct linescan *scan, bool json, bool lenient, char *p, size_t n,
                    struct trail *trail, char **decided)
{
    struct slice line = {p, n};
    struct got plain, fast;
    const char *end;

    begin(&plain);
    begin(&fast);
    plain.valid = json ? json_fields(line, trail->want, plain.fields, &plain.touched)
                       : logfmt_fields(line, lenient, trail->want, plain.fields, &plain.touched);
    if (json)
        end = scan->json(p, &fast.valid, trail, fast.fields, &fast.touched);
    else
        end = scan->logfmt(p, lenient, &fast.valid, trail, fast.fields, &fast.touched);
    if (end != p + n || !same(&plain, &fast))
        abort();
    if (fast.valid && trail->end &&
        !slots_say_same(&decided[trail->end - trail->steps], &fast.fields[LEVEL],
                        &fast.fields[MSG]))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t how = size > 0 ? data[0] : 0;
    const struct linescan *scan = linescan_get((enum linescan_level)(how % LINESCAN_LEVELS));
    size_t n = size > 0 ? size - 1 : 0;
    struct fieldnames *want;
    struct trail *trail;
    char *text, *p, *nl, **decided;

    if (scan == NULL)
        return 0;
    want = fieldnames_new(names, N);
    trail = trail_new(want);
    text = malloc(n + LINESCAN_SLACK);
    memcpy(text, data + (size > 0), n);
    text[n] = '\n';
    memset(text + n + 1, how & 32 ? '"' : '}', LINESCAN_SLACK - 1);
    trail_decide(trail, (const uint16_t[]){MSG, LEVEL}, 2);
    decided = calloc(TRAIL_STEPS, sizeof *decided);
    for (unsigned i = how & 16 ? 4 : 1; i > 0; i--) {
        for (p = text; p <= text + n; p = nl + 1) {
            nl = memchr(p, '\n', (size_t)(text + n + 1 - p));
            compare(scan, how & 4, how & 8, p, (size_t)(nl - p), trail, decided);
        }
    }
    for (unsigned i = 0; i < trail->n; i++)
        free(decided[i]);
    free(decided);
    free(text);
    trail_free(trail);
    fieldnames_free(want);
    return 0;
}
