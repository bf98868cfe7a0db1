/* literals -- windows of a few texts in a table, a filter in front of it. The idea of fingerprints
 * at every step-th byte is Wu and Manber's (A fast algorithm for multi-pattern searching, 1994),
 * with a filter bit in place of their shift table. A line against a hundred texts costs 3,390
 * instructions; 58,948 when they are searched for one by one (make bench-count, row `texts`). */
#include "config.h"

#include "engine/literals.h"

#include "base/hash.h"
#include "base/inline.h"
#include "base/map.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* Of the filter: one bit of 64 at most is set, of many texts one of 8; that of a few lies in a few lines of
 * the cache. */
enum { FILTER_BITS = 10, FILTER_BITS_FEW = 17, FILTER_BITS_MAX = 23, COUNT_BITS = 17 };

#define NONE UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

/* A set of long texts is told apart by windows of eight bytes, which many fewer of them share than
 * windows of four; `LEAST` leaves a step of five for them and of three for those. */
enum { WINDOW = 4, LEAST = 6, LONG_WINDOW = 8, LONG_LEAST = 12, FEW = 8, STEP_MAX = 8 };

/* A place that texts of one length have in common: these bytes, so far behind their begin. However many
 * there are, a line is compared with one of them, or looked up among all. */
struct window {
    uint64_t bytes;
    uint32_t text;   /* the one that has it, SEVERAL, or NONE: a free slot */
    uint32_t offset; /* of the window in the text */
    uint32_t length; /* of the text */
};

struct literals {
    const struct slice *texts;
    struct map numbers; /* text -> number of the first that reads so */
    uint32_t *same;     /* of each text: another that reads the same; NONE */
    unsigned n, step;
    size_t window; /* bytes of one */
    size_t least;  /* shorter texts are searched for one by one */
    unsigned filter_bits;
    uint64_t *filter;       /* 1 << filter_bits bits */
    struct window *windows; /* open addressing; equal windows stand one after the other */
    unsigned window_bits;
    uint32_t *shorts; /* texts of less than `least` bytes */
    unsigned nshorts;
};

static inline uint64_t load_window(const char *p, size_t window)
{
    return window == LONG_WINDOW ? word_load(p) : word_load4(p);
}

static inline uint32_t mix(uint64_t v)
{
    return (uint32_t)(hash_number(v) >> 32);
}

/* Where its bit in the filter is. */
static inline uint32_t filter_bit(uint64_t v, unsigned bits)
{
    return (uint32_t)(hash_number(v) >> (64 - bits));
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
    uint32_t *counts = xcalloc((size_t)1 << COUNT_BITS, sizeof *counts);

    for (unsigned i = 0; i < l->n; i++)
        for (size_t k = 0; k + l->window <= l->texts[i].n; k++)
            counts[mix(load_window(l->texts[i].p + k, l->window)) >> (32 - COUNT_BITS)]++;
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
            uint32_t c = counts[mix(load_window(text.p + k, l->window)) >> (32 - COUNT_BITS)];

            worst = c > worst ? c : worst;
        }
        if (worst < best_worst) {
            best_worst = worst;
            best = at;
        }
    }
    return best;
}

static inline uint32_t first_slot(const struct literals *l, uint32_t hash)
{
    return hash >> (32 - l->window_bits);
}

static inline uint32_t next_slot(const struct literals *l, uint32_t slot)
{
    return (slot + 1) & ((UINT32_C(1) << l->window_bits) - 1);
}

static void add_window(struct literals *l, uint32_t text, size_t offset)
{
    struct window w = {load_window(l->texts[text].p + offset, l->window), text, (uint32_t)offset,
                       (uint32_t)l->texts[text].n};
    uint32_t hash = mix(w.bytes), bit = filter_bit(w.bytes, l->filter_bits), i;

    for (i = first_slot(l, hash); l->windows[i].text != NONE; i = next_slot(l, i)) {
        struct window *other = &l->windows[i];

        if (other->bytes == w.bytes && other->offset == w.offset && other->length == w.length) {
            other->text = SEVERAL;
            return;
        }
    }
    l->windows[i] = w;
    l->filter[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void add_text(struct literals *l, uint32_t text, const uint32_t *counts)
{
    uint64_t first;

    l->same[text] = NONE;
    if (map_get(&l->numbers, l->texts[text], &first)) {
        l->same[text] = l->same[first];
        l->same[first] = text;
        return;
    }
    map_put(&l->numbers, l->texts[text], text);
    if (l->texts[text].n < l->least) {
        l->shorts[l->nshorts++] = text;
        return;
    }
    size_t offset = rarest_offset(l, l->texts[text], counts);

    for (unsigned k = 0; k < l->step; k++)
        add_window(l, text, offset + k);
}

/* For so many windows. */
static void make_tables(struct literals *l, size_t n)
{
    for (l->window_bits = 4; (UINT32_C(1) << l->window_bits) < 2 * n;)
        l->window_bits++;
    for (l->filter_bits = FILTER_BITS;
         l->filter_bits < FILTER_BITS_MAX &&
         (size_t)1 << l->filter_bits < (l->filter_bits < FILTER_BITS_FEW ? 64 * n : 8 * n);)
        l->filter_bits++;
    l->filter = xcalloc(((size_t)1 << l->filter_bits) / 64, sizeof *l->filter);
    l->windows = xcalloc((size_t)1 << l->window_bits, sizeof *l->windows);
    for (size_t i = 0; i < (size_t)1 << l->window_bits; i++)
        l->windows[i].text = NONE;
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
    make_tables(l, (size_t)n * l->step);
    l->same = xcalloc(n, sizeof *l->same);
    l->shorts = xcalloc(n, sizeof *l->shorts);
    uint32_t *counts = count_windows(l);

    for (uint32_t i = 0; i < n; i++)
        add_text(l, i, counts);
    free(counts);
    return l;
}

void literals_free(struct literals *l)
{
    if (!l)
        return;
    map_release(&l->numbers);
    free(l->same);
    free(l->filter);
    free(l->windows);
    free(l->shorts);
    free(l);
}

/* Of each text the number of the line it was last found in; behind them that of the line at hand. */
uint64_t *literals_marks(const struct literals *l)
{
    return l ? xcalloc((size_t)l->n + 1, sizeof(uint64_t)) : NULL;
}

/* It, and all that read the same. */
static unsigned found(const struct literals *l, uint32_t text, uint64_t *marks, uint32_t *ret,
                      unsigned n)
{
    if (marks[text] == marks[l->n])
        return n;
    marks[text] = marks[l->n];
    for (; text != NONE; text = l->same[text])
        ret[n++] = text;
    return n;
}

/* The text with this window that stands in the line from p on; or NONE. */
static uint32_t text_at(const struct literals *l, const struct window *w, const char *p)
{
    uint64_t text;

    if (w->text == SEVERAL)
        return map_get(&l->numbers, slice_make(p, w->length), &text) ? (uint32_t)text : NONE;
    return hash_same(p, l->texts[w->text].p, w->length) ? w->text : NONE;
}

/* The texts that have this window and stand around position `at` of the line. */
static __attribute__((noinline)) unsigned look_up(const struct literals *l, struct slice line,
                                                  size_t at, uint64_t bytes, uint64_t *marks,
                                                  uint32_t *ret, unsigned n)
{
    for (uint32_t i = first_slot(l, mix(bytes)); l->windows[i].text != NONE; i = next_slot(l, i)) {
        const struct window *w = &l->windows[i];
        uint32_t text;

        if (w->bytes != bytes || w->offset > at || w->length - w->offset > line.n - at)
            continue;
        text = text_at(l, w, line.p + at - w->offset);
        if (text != NONE)
            n = found(l, text, marks, ret, n);
    }
    return n;
}

/* The next position from p on whose window passes the filter; or one behind `last`. */
ALWAYS_INLINE const char *next_passing(const struct literals *l, const char *p, const char *last,
                                       size_t window, size_t step)
{
    const uint64_t *filter = l->filter;
    unsigned bits = l->filter_bits;

    for (; p <= last; p += step) {
        uint32_t bit = filter_bit(load_window(p, window), bits);

        if (filter[bit / 64] >> bit % 64 & 1)
            break;
    }
    return p;
}

/* `window` and `step` are constant in each of its copies. No line comes here that is shorter than a window. */
ALWAYS_INLINE unsigned walk(const struct literals *l, struct slice line, size_t window, size_t step,
                            uint64_t *marks, uint32_t *ret)
{
    const char *last = line.p + line.n - window;
    unsigned n = 0;

    for (const char *p = next_passing(l, line.p, last, window, step); p <= last;
         p = next_passing(l, p + step, last, window, step))
        n = look_up(l, line, (size_t)(p - line.p), load_window(p, window), marks, ret, n);
    return n;
}

unsigned literals_find(const struct literals *l, struct slice line, uint64_t *marks, uint32_t *ret)
{
    unsigned n = 0;

    marks[l->n]++;
    if (line.n < l->window)
        n = 0;
    else if (l->window == LONG_WINDOW)
        n = l->step == STEP_MAX ? walk(l, line, LONG_WINDOW, STEP_MAX, marks, ret)
                                : walk(l, line, LONG_WINDOW, l->step, marks, ret);
    else
        n = walk(l, line, WINDOW, l->step, marks, ret);
    for (unsigned i = 0; i < l->nshorts; i++) {
        struct slice text = l->texts[l->shorts[i]];

        if (memmem(line.p, line.n, text.p, text.n))
            n = found(l, l->shorts[i], marks, ret, n);
    }
    return n;
}
