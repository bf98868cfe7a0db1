/* literals -- windows of a few texts in a table, a filter in front of it. The idea of fingerprints
 * at every step-th byte is Wu and Manber's (A fast algorithm for multi-pattern searching, 1994),
 * with a filter bit in place of their shift table. */
#include "config.h"

#include "rules/literals.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum { WINDOW = 4, LONG_ENOUGH = 6, FEW = 8, STEP_MAX = 8, FILTER_BITS = 17, NONE = UINT16_MAX };

struct window {
    uint32_t bytes;
    uint16_t text;   /* number; NONE = free slot */
    uint16_t offset; /* of the window in the text */
};

struct literals {
    const struct slice *texts;
    struct slice *owned;
    unsigned n, step;
    size_t least;           /* shorter texts are searched for one by one */
    uint64_t *filter;       /* 1 << FILTER_BITS bits */
    struct window *windows; /* open addressing; equal windows stand one after the other */
    unsigned window_bits;
    uint16_t *shorts; /* texts of less than WINDOW bytes */
    unsigned nshorts;
    uint64_t *seen; /* per text: the line it was last found in */
    uint64_t line;
};

static uint32_t load_window(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t mix(uint32_t v)
{
    return v * UINT32_C(0x9e3779b1);
}

/* A few texts of 4 and 5 bytes would make the step of all smaller; many must be entered all the
 * same. */
static size_t choose_least(const struct slice *texts, unsigned n)
{
    unsigned small = 0;

    for (unsigned i = 0; i < n; i++)
        small += texts[i].n >= WINDOW && texts[i].n < LONG_ENOUGH;
    return small <= FEW ? LONG_ENOUGH : WINDOW;
}

/* As many windows as the shortest text has, at most STEP_MAX. */
static unsigned choose_step(const struct slice *texts, unsigned n, size_t least)
{
    unsigned step = STEP_MAX;

    for (unsigned i = 0; i < n; i++)
        if (texts[i].n >= least && texts[i].n - WINDOW + 1 < step)
            step = (unsigned)(texts[i].n - WINDOW + 1);
    return step;
}

/* How often each window stands in all texts, by its hash. */
static uint32_t *count_windows(const struct slice *texts, unsigned n)
{
    uint32_t *counts = xcalloc((size_t)1 << FILTER_BITS, sizeof *counts);

    for (unsigned i = 0; i < n; i++)
        for (size_t k = 0; k + WINDOW <= texts[i].n; k++)
            counts[mix(load_window(texts[i].p + k)) >> (32 - FILTER_BITS)]++;
    return counts;
}

/* Where `step` windows in a row are rarest: their most frequent one is least frequent. */
static size_t rarest_offset(struct slice text, unsigned step, const uint32_t *counts)
{
    size_t best = 0;
    uint32_t best_worst = UINT32_MAX;

    for (size_t at = 0; at + step + WINDOW - 1 <= text.n; at++) {
        uint32_t worst = 0;

        for (size_t k = at; k < at + step; k++) {
            uint32_t c = counts[mix(load_window(text.p + k)) >> (32 - FILTER_BITS)];

            worst = c > worst ? c : worst;
        }
        if (worst < best_worst) {
            best_worst = worst;
            best = at;
        }
    }
    return best;
}

static void add_window(struct literals *l, unsigned text, size_t offset)
{
    uint32_t bytes = load_window(l->texts[text].p + offset), h = mix(bytes);
    uint32_t mask = (UINT32_C(1) << l->window_bits) - 1, i = h >> (32 - l->window_bits);
    uint32_t bit = h >> (32 - FILTER_BITS);

    while (l->windows[i].text != NONE)
        i = (i + 1) & mask;
    l->windows[i] = (struct window){bytes, (uint16_t)text, (uint16_t)offset};
    l->filter[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void add_text(struct literals *l, unsigned text, const uint32_t *counts)
{
    if (l->texts[text].n < l->least) {
        l->shorts[l->nshorts++] = (uint16_t)text;
        return;
    }
    size_t offset = rarest_offset(l->texts[text], l->step, counts);

    for (unsigned k = 0; k < l->step; k++)
        add_window(l, text, offset + k);
}

struct literals *literals_new(const struct slice *texts, unsigned n)
{
    if (n == 0)
        return NULL;
    struct literals *l = xcalloc(1, sizeof *l);

    l->n = n;
    l->owned = xcalloc(n, sizeof *l->owned);
    memcpy(l->owned, texts, n * sizeof *texts);
    l->texts = l->owned;
    l->least = choose_least(texts, n);
    l->step = choose_step(texts, n, l->least);
    for (l->window_bits = 4; (UINT32_C(1) << l->window_bits) < 2 * n * l->step;)
        l->window_bits++;
    l->filter = xcalloc(((size_t)1 << FILTER_BITS) / 64, sizeof *l->filter);
    l->windows = xcalloc((size_t)1 << l->window_bits, sizeof *l->windows);
    for (size_t i = 0; i < (size_t)1 << l->window_bits; i++)
        l->windows[i].text = NONE;
    l->shorts = xcalloc(n, sizeof *l->shorts);
    l->seen = xcalloc(n, sizeof *l->seen);
    uint32_t *counts = count_windows(texts, n);

    for (unsigned i = 0; i < n; i++)
        add_text(l, i, counts);
    free(counts);
    return l;
}

void literals_free(struct literals *l)
{
    if (!l)
        return;
    free(l->owned);
    free(l->filter);
    free(l->windows);
    free(l->shorts);
    free(l->seen);
    free(l);
}

static unsigned found(struct literals *l, unsigned text, uint16_t *ret, unsigned n)
{
    if (l->seen[text] == l->line)
        return n;
    l->seen[text] = l->line;
    ret[n++] = (uint16_t)text;
    return n;
}

/* The texts that have this window and stand around position `at` of the line. */
static unsigned look_up(struct literals *l, struct slice line, size_t at, uint32_t bytes,
                        uint16_t *ret, unsigned n)
{
    uint32_t mask = (UINT32_C(1) << l->window_bits) - 1;

    for (uint32_t i = mix(bytes) >> (32 - l->window_bits); l->windows[i].text != NONE;
         i = (i + 1) & mask) {
        const struct window *w = &l->windows[i];
        struct slice text = l->texts[w->text];

        if (w->bytes == bytes && w->offset <= at && text.n - w->offset <= line.n - at &&
            memcmp(line.p + at - w->offset, text.p, text.n) == 0)
            n = found(l, w->text, ret, n);
    }
    return n;
}

unsigned literals_find(struct literals *l, struct slice line, uint16_t *ret)
{
    unsigned n = 0;

    l->line++;
    for (size_t at = 0; at + WINDOW <= line.n; at += l->step) {
        uint32_t bytes = load_window(line.p + at), bit = mix(bytes) >> (32 - FILTER_BITS);

        if (l->filter[bit / 64] >> bit % 64 & 1)
            n = look_up(l, line, at, bytes, ret, n);
    }
    for (unsigned i = 0; i < l->nshorts; i++) {
        struct slice text = l->texts[l->shorts[i]];

        if (memmem(line.p, line.n, text.p, text.n))
            n = found(l, l->shorts[i], ret, n);
    }
    return n;
}
