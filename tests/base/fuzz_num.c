/* Fuzzer: a byte for the unit of a bare number, then a text. The two readers of numbers, one to the
 * nearest double and one exact, take the same texts and say the same; what is written of either reads
 * back as it. */
#include "config.h"

#include "base/exact.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const units[] = {"ns", "us",  "ms", "s",   "min",     "h",      "B",
                                    "kB", "KiB", "MB", "TiB", "percent", "1/1000", "1/7"};

enum { NUNITS = sizeof units / sizeof *units };

static double nearest(const struct exact *e)
{
    char text[EXACT_TEXT + 1];

    text[exact_format(text, e)] = '\0';
    return strtod(text, NULL);
}

static void reads_back(const struct num *n, const struct exact *e)
{
    char text[NUM_TEXT > EXACT_TEXT ? NUM_TEXT : EXACT_TEXT];
    struct exact exact;
    struct num num;

    assert(num_parse(slice_make(text, num_format(text, n->d)), &UNIT_PLAIN, &num) == 0);
    assert(num.d == n->d);
    if (n->integral) {
        assert(n->d == (double)n->u);
        assert(num_parse(slice_make(text, num_format_u64(text, n->u)), &UNIT_PLAIN, &num) == 0);
        assert(num.integral && num.u == n->u);
    }
    if (!e)
        return;
    assert(exact_parse(slice_make(text, exact_format(text, e)), NULL, &exact) == 0);
    assert(exact_cmp(&exact, e) == 0);
}

static void judge(int num_said, const struct num *n, int exact_said, const struct exact *e)
{
    assert(isfinite(n->d));
    if (exact_said == 0 && num_said == 0)
        assert(nearest(e) == n->d);
    else if (exact_said == 0)
        assert(!isfinite(nearest(e))); /* larger than a double */
    else
        assert(exact_said == -ERANGE || num_said < 0);
    if (num_said == 0)
        reads_back(n, exact_said == 0 ? e : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data + 1, size ? size - 1 : 0);
    struct unit unit = UNIT_PLAIN;
    struct num n = {0};
    struct exact e = {0};
    enum unit_kind kind;
    int64_t ns;
    uint64_t bytes;

    if (size == 0)
        return 0;
    if (data[0] % (NUNITS + 1) < NUNITS)
        assert(unit_parse(slice_str(units[data[0] % (NUNITS + 1)]), &unit) == 0);
    judge(num_parse(text, &unit, &n), &n, exact_parse(text, &unit, &e), &e);
    n = (struct num){0};
    if (!slice_eq(text, SLICE("true")) &&
        !slice_eq(text, SLICE("false"))) /* no person means these */
        judge(num_parse_any(text, &n, &kind), &n, exact_parse(text, NULL, &e), &e);
    (void)duration_parse(text, &ns);
    (void)size_parse(text, &bytes);
    return 0;
}
