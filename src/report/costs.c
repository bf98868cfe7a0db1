/* costs -- groups of events are left out, and the groups that matter are divided until one event is left: so
 * a thousand events that cost nothing are known by a few dozen turns.
 *
 * An event is left out by taking its mark `used`, on rules of their own; what is `of` it never happens then,
 * and is part of what it costs. */
#include "config.h"

#include "report/costs.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "offline/session.h"

#include <stdlib.h>

enum {
    LINES = 4000,    /* a turn, */
    BYTES = 1 << 20, /* and no more than that */
    LINES_LEAST = 500,
    TURNS = 6,
    GROUPS = 8,
    MEASURES_MAX = 60,
    TELL_PERCENT = 8, /* of all that a line costs, and */
    TELL_NS = 15,     /* so much */
};

struct bench {
    struct setup setup; /* with rules of its own */
    struct session_range range;
    struct held_lines lines; /* the first ones */
    uint64_t nlines;
    unsigned measures;
    struct costs *costs;
};

/* One turn: a new session each time, as series and caches fill in one. */
static double turn(struct bench *b)
{
    struct buf err = BUF_INIT;
    struct session s;
    int64_t begun;

    session_init(&s, &b->setup, SESSION_WHOLE, NULL);
    begun = clock_thread_ns();
    (void)session_read(&s, &b->range, NULL, NULL, &err);
    begun = clock_thread_ns() - begun;
    session_release(&s);
    buf_release(&err);
    return (double)begun / (double)b->nlines;
}

static void set_used(struct bench *b, const bool *used, unsigned from, unsigned to, bool on)
{
    for (unsigned i = from; i < to; i++)
        b->setup.rules->events[i].used = on && used[i];
}

/* The least of some turns without the events [from, to), and by turns with them: what disturbs one
 * disturbs the other. */
static double without(struct bench *b, const bool *used, unsigned from, unsigned to)
{
    double best = 0;

    b->measures++;
    for (int i = 0; i < TURNS; i++) {
        double all = turn(b), ns;

        set_used(b, used, from, to, false);
        ns = turn(b);
        set_used(b, used, from, to, true);
        best = i == 0 || ns < best ? ns : best;
        b->costs->line_ns = all < b->costs->line_ns ? all : b->costs->line_ns;
    }
    return best;
}

static bool is_worth_telling(const struct costs *c, double ns)
{
    return ns >= TELL_NS && ns * 100 >= c->line_ns * TELL_PERCENT;
}

/* While all are measured, a cost is what is left without the event, the least first. */
static void keep(struct costs *c, struct cost left)
{
    unsigned i = c->n < COSTS_SHOWN ? c->n++ : COSTS_SHOWN;

    if (i == COSTS_SHOWN && c->list[--i].ns <= left.ns)
        return;
    for (; i > 0 && c->list[i - 1].ns > left.ns; i--)
        c->list[i] = c->list[i - 1];
    c->list[i] = left;
}

/* The events [from, to) cost so much that it matters which of them it is. */
static void divide(struct bench *b, const bool *used, unsigned from, unsigned to)
{
    unsigned step = (to - from + GROUPS - 1) / GROUPS;

    for (unsigned i = from; i < to && b->measures < MEASURES_MAX; i += step) {
        unsigned end = i + step < to ? i + step : to;
        double left = without(b, used, i, end);

        if (!is_worth_telling(b->costs, b->costs->line_ns - left))
            continue;
        if (end - i == 1)
            keep(b->costs, (struct cost){i, left});
        else
            divide(b, used, i, end);
    }
}

/* What a line costs is known best at the end: of what is left becomes what it costs. */
static void settle(struct costs *c)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->n; i++) {
        struct cost cost = {c->list[i].event, c->line_ns - c->list[i].ns};

        if (is_worth_telling(c, cost.ns))
            c->list[n++] = cost;
    }
    c->n = n;
    c->without_ns = c->without_ns < c->line_ns ? c->without_ns : c->line_ns;
}

/* The first lines of the largest file, of which there may be copies in caches now. */
static bool choose_lines(struct bench *b, const struct setup *setup, const struct inputs *inputs,
                         struct held *held)
{
    const struct held_lines *best = NULL;
    struct slice rest, line;

    for (size_t i = 0; i < inputs->n; i++) {
        const struct input *in = &inputs->list[i];
        const struct held_lines *lines = held_lines(held, setup, in->log, in->path);

        if (!lines || (best && lines->text.n <= best->text.n))
            continue;
        best = lines;
        b->range = (struct session_range){.path = in->path, .stream = in->stream, .log = in->log};
    }
    if (!best)
        return false;
    rest = best->text;
    while (rest.n && b->nlines < LINES && best->text.n - rest.n < BYTES &&
           slice_cut(&rest, '\n', &line))
        b->nlines++;
    b->lines.text = slice_make(best->text.p, best->text.n - rest.n);
    b->range.held = &b->lines;
    return b->nlines >= LINES_LEAST;
}

static void measure(struct bench *b, const bool *used)
{
    struct costs *c = b->costs;
    unsigned n = b->setup.rules->nevents;

    c->lines = b->nlines;
    c->line_ns = turn(b);
    c->without_ns = without(b, used, 0, n);
    if (is_worth_telling(c, c->line_ns - c->without_ns))
        divide(b, used, 0, n);
    settle(c);
}

void costs_measure(struct costs *c, const struct setup *setup, const struct inputs *inputs,
                   struct held *held)
{
    struct bench b = {.setup = *setup, .costs = c};
    bool *used;

    *c = (struct costs){.lines = 0};
    if (!choose_lines(&b, setup, inputs, held))
        return;
    b.setup.rules = setup_rules_again(setup);
    used = xcalloc(b.setup.rules->nevents + 1, sizeof *used);
    for (unsigned i = 0; i < b.setup.rules->nevents; i++)
        used[i] = b.setup.rules->events[i].used;
    measure(&b, used);
    free(used);
    ruleset_free(b.setup.rules);
}
