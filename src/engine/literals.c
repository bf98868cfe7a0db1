/* literals -- windows of a few texts in a table, a filter in front of it. The idea of fingerprints
 * at every step-th byte is Wu and Manber's (A fast algorithm for multi-pattern searching, 1994),
 * with a filter bit in place of their shift table. A line against a hundred texts costs 3,802
 * instructions; 58,948 when they are searched for one by one (make bench-count, row `texts`). */
#include "config.h"

#include "engine/literals.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { FILTER_BITS = 17 };

#define NONE UINT32_MAX

/* A set of long texts is told apart by windows of eight bytes, which many fewer of them share than
 * windows of four; `LEAST` leaves a step of five for them and of three for those. */
enum { WINDOW = 4, LEAST = 6, LONG_WINDOW = 8, LONG_LEAST = 12, FEW = 8, STEP_MAX = 8 };

struct window {
    uint64_t bytes;
    uint32_t text;   /* number; NONE = free slot */
    uint32_t offset; /* of the window in the text */
};

struct literals {
    const struct slice *texts;
    unsigned n, step;
    size_t window;          /* bytes of one */
    size_t least;           /* shorter texts are searched for one by one */
    uint64_t *filter;       /* 1 << FILTER_BITS bits */
    struct window *windows; /* open addressing; equal windows stand one after the other */
    unsigned window_bits;
    uint32_t *shorts; /* texts of less than `least` bytes */
    unsigned nshorts;
    uint64_t *seen; /* per text: the line it was last found in */
    uint64_t line;
};

static uint64_t load_window(const char *p, size_t window)
{
    uint64_t v = 0;

    memcpy(&v, p, window == LONG_WINDOW ? LONG_WINDOW : WINDOW);
    return v;
}

static uint32_t mix(uint64_t v)
{
    return (uint32_t)(hash_number(v) >> 32);
}

/* How many texts are shorter than `n`, of those that are no shorter than WINDOW. */
static unsigned count_shorter(const struct slice *texts, unsigned ntexts, size_t n)
{
    unsigned shorter = 0;

    for (unsigned i = 0; i < ntexts; i++)
        shorter += texts[i].n >= WINDOW && texts[i].n < n;
    return shorter;
}

/* A few short texts would make the windows and the step of all smaller; many must be entered all
 * the same. */
static void choose_window(struct literals *l)
{
    bool few_short = count_shorter(l->texts, l->n, LONG_LEAST) <= FEW;

    l->window = few_short ? LONG_WINDOW : WINDOW;
    if (few_short)
        l->least = LONG_LEAST;
    else
        l->least = count_shorter(l->texts, l->n, LEAST) <= FEW ? LEAST : WINDOW;
}

/* As many windows as the shortest text has, at most STEP_MAX. */
static void choose_step(struct literals *l)
{
    l->step = STEP_MAX;
    for (unsigned i = 0; i < l->n; i++)
        if (l->texts[i].n >= l->least && l->texts[i].n - l->window + 1 < l->step)
            l->step = (unsigned)(l->texts[i].n - l->window + 1);
}

/* How often each window stands in all texts, by its hash. */
static uint32_t *count_windows(const struct literals *l)
{
    uint32_t *counts = xcalloc((size_t)1 << FILTER_BITS, sizeof *counts);

    for (unsigned i = 0; i < l->n; i++)
        for (size_t k = 0; k + l->window <= l->texts[i].n; k++)
            counts[mix(load_window(l->texts[i].p + k, l->window)) >> (32 - FILTER_BITS)]++;
    return counts;
}

/* Where `step` windows in a row are rarest: their most frequent one is least frequent. */
static size_t rarest_offset(const struct literals *l, struct slice text, const uint32_t *counts)
{
    size_t best = 0;
    uint32_t best_worst = UINT32_MAX;

    for (size_t at = 0; at + l->step + l->window - 1 <= text.n; at++) {
        uint32_t worst = 0;

        for (size_t k = at; k < at + l->step; k++) {
            uint32_t c = counts[mix(load_window(text.p + k, l->window)) >> (32 - FILTER_BITS)];

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
    uint64_t bytes = load_window(l->texts[text].p + offset, l->window);
    uint32_t h = mix(bytes);
    uint32_t mask = (UINT32_C(1) << l->window_bits) - 1, i = h >> (32 - l->window_bits);
    uint32_t bit = h >> (32 - FILTER_BITS);

    while (l->windows[i].text != NONE)
        i = (i + 1) & mask;
    l->windows[i] = (struct window){bytes, text, (uint32_t)offset};
    l->filter[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void add_text(struct literals *l, unsigned text, const uint32_t *counts)
{
    if (l->texts[text].n < l->least) {
        l->shorts[l->nshorts++] = text;
        return;
    }
    size_t offset = rarest_offset(l, l->texts[text], counts);

    for (unsigned k = 0; k < l->step; k++)
        add_window(l, text, offset + k);
}

struct literals *literals_new(const struct slice *texts, unsigned n)
{
    if (n == 0)
        return NULL;
    struct literals *l = xcalloc(1, sizeof *l);

    l->n = n;
    l->texts = texts;
    choose_window(l);
    choose_step(l);
    for (l->window_bits = 4; (UINT32_C(1) << l->window_bits) < 2 * n * l->step;)
        l->window_bits++;
    l->filter = xcalloc(((size_t)1 << FILTER_BITS) / 64, sizeof *l->filter);
    l->windows = xcalloc((size_t)1 << l->window_bits, sizeof *l->windows);
    for (size_t i = 0; i < (size_t)1 << l->window_bits; i++)
        l->windows[i].text = NONE;
    l->shorts = xcalloc(n, sizeof *l->shorts);
    l->seen = xcalloc(n, sizeof *l->seen);
    uint32_t *counts = count_windows(l);

    for (unsigned i = 0; i < n; i++)
        add_text(l, i, counts);
    free(counts);
    return l;
}

void literals_free(struct literals *l)
{
    if (!l)
        return;
    free(l->filter);
    free(l->windows);
    free(l->shorts);
    free(l->seen);
    free(l);
}

static unsigned found(struct literals *l, unsigned text, uint32_t *ret, unsigned n)
{
    if (l->seen[text] == l->line)
        return n;
    l->seen[text] = l->line;
    ret[n++] = text;
    return n;
}

/* The texts that have this window and stand around position `at` of the line. */
static unsigned look_up(struct literals *l, struct slice line, size_t at, uint64_t bytes,
                        uint32_t *ret, unsigned n)
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

unsigned literals_find(struct literals *l, struct slice line, uint32_t *ret)
{
    unsigned n = 0;

    l->line++;
    for (size_t at = 0; at + l->window <= line.n; at += l->step) {
        uint64_t bytes = load_window(line.p + at, l->window);
        uint32_t bit = mix(bytes) >> (32 - FILTER_BITS);

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
