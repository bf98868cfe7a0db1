/* report_run -- the files one after the other: all lines through one session, which folds as `run` would,
 * then those that are looked at one by one through another, which traces them; and what follows of that. */
#include "config.h"

#include "report/report.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum {
    BARE_MAX = 1000, /* places; beyond, the rules have much the same trouble everywhere */
    TRIED_EVENTS = 50,
    TRIED_LEAST = 100,
};

static void keep(char into[EXAMPLE_MAX + 1], struct slice text)
{
    size_t n = utf8_cut(text, EXAMPLE_MAX);

    memcpy(into, text.p, n);
    into[n] = '\0';
}

static void note_bare(void *ctx, const struct bare_number *b)
{
    struct report *r = ctx;
    size_t i = 0;

    while (i < r->nbare && (r->bare[i].first.at != b->at || r->bare[i].first.field != b->field))
        i++;
    if (i == BARE_MAX)
        return;
    if (i == r->nbare) {
        GROW(r->bare, r->nbare, r->bare_cap);
        r->bare[r->nbare++] = (struct bare_place){.first = *b};
        r->bare[i].first.text = (struct slice){0};
        keep(r->bare[i].text, b->text);
    }
    r->bare[i].lines++;
}

static void note_event(struct report *r, const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];
    struct members *m = t->trials[event].members;

    if (!e->each) {
        bare_find(t->record, e, note_bare, r);
        return;
    }
    for (unsigned k = 0; k < m->n; k++) {
        each_show(t->record, e, m, k);
        bare_find(t->record, e, note_bare, r);
    }
    each_hide(t->record, e, m);
}

static void note_time(struct report *r, const struct record *line)
{
    struct bad_time *first = &r->times[line->source->log];

    if (!line->time_bad || line->time_own || first->any)
        return;
    first->any = true;
    first->from = line->told.from;
    keep(first->text, line->told.text);
}

/* Of what the line is, or of a span that was given up. */
static void note_events(struct report *r, const struct trace *t)
{
    for (unsigned i = 0; i < t->record->rules->nevents; i++)
        if (t->trials[i].is_event)
            note_event(r, t, i);
}

static void note_given_up(void *ctx, const struct trace *t)
{
    note_events(ctx, t);
}

static void note_line(void *ctx, const struct trace *t)
{
    struct report *r = ctx;

    if (t->result != RECORD_LINE)
        return;
    seen_add(&r->seen, t);
    broad_add(&r->broad, t);
    note_time(r, t->record);
    note_events(r, t);
}

static void note_unmatched(void *ctx, const struct source *source, struct slice line)
{
    struct report *r = ctx;

    (void)source;
    kinds_add(&r->kinds, line);
}

/* Of a block, what is still to be looked at. */
static size_t piece_to_look_at(void *ctx, struct slice rest)
{
    struct report *r = ctx;
    struct slice left = rest, line;

    for (; left.n && r->left && slice_cut(&left, '\n', &line); r->left--)
        ;
    return rest.n - left.n;
}

/* At most so many lines of each file. */
static void read_all(struct report *r, struct session *s, struct held *held, uint64_t most,
                     struct buf *errors)
{
    for (size_t i = 0; i < r->inputs.n; i++) {
        const struct input *in = &r->inputs.list[i];
        struct session_range range = {in->path, in->stream, in->log, (uint32_t)i, 0, 0, NULL};
        struct buf err = BUF_INIT;

        range.held = held_lines(held, r->setup, in->log, in->path);
        r->left = most ? most : UINT64_MAX;
        (void)session_read(s, &range, NULL, NULL, &err);
        if (range.held && range.held->cut)
            buf_fmt(&err, "%s%s is longer than can be held: only its first %zu bytes were counted",
                    err.n ? "\n" : "", in->path, range.held->text.n);
        if (errors && err.n)
            buf_fmt(errors, "%s%s", errors->n ? "\n" : "", err.p);
        buf_release(&err);
    }
}

static void count_all(struct report *r, struct held *held)
{
    struct engine_options options = {.unmatched = note_unmatched, .ctx = r};

    session_init(&r->counted, r->setup, SESSION_WHOLE, &options);
    growth_init(&r->growth, &r->counted);
    r->counted.piece = growth_piece;
    r->counted.piece_ctx = &r->growth;
    read_all(r, &r->counted, held, 0, &r->errors);
    kinds_find(&r->kinds);
}

static void look_at_lines(struct report *r, struct held *held)
{
    struct engine_options options = {.trace_hits_only = true};

    seen_init(&r->seen, r->setup->rules);
    broad_init(&r->broad, r->setup->rules);
    session_init(&r->looked, r->setup, SESSION_WHOLE, &options);
    r->looked.traced = note_line;
    r->looked.traced_ctx = r;
    r->looked.piece = piece_to_look_at;
    r->looked.piece_ctx = r;
    engine_trace_given_up(r->looked.engine, note_given_up, r);
    read_all(r, &r->looked, held, r->options.looked_at, NULL);
    broad_find(&r->broad);
}

static void note_trials(void *ctx, const struct trace *t)
{
    struct report *r = ctx;

    if (t->result == RECORD_LINE)
        misses_add(&r->misses, t);
}

static bool some_never_happen(const struct report *r)
{
    for (unsigned i = 0; i < r->setup->rules->nevents; i++)
        if (report_tries(r, &r->setup->rules->events[i]) && engine_hits(r->counted.engine, i) == 0)
            return true;
    return false;
}

/* Fewer where there are many events. */
static uint64_t tried_lines(const struct report *r)
{
    uint64_t n = r->options.tried / (1 + r->setup->rules->nevents / TRIED_EVENTS);

    return n > TRIED_LEAST ? n : TRIED_LEAST;
}

static void try_lines(struct report *r, struct held *held)
{
    struct session s;

    misses_init(&r->misses, r->setup->rules);
    if (!some_never_happen(r))
        return;
    session_init(&s, r->setup, SESSION_WHOLE, NULL);
    s.traced = note_trials;
    s.traced_ctx = r;
    s.piece = piece_to_look_at;
    s.piece_ctx = r;
    read_all(r, &s, held, tried_lines(r), NULL);
    session_release(&s);
}

int report_run(struct report *r, const struct setup *setup, struct held *held,
               const struct strings *files, const struct report_options *options)
{
    int code;

    *r = (struct report){.setup = setup, .options = *options};
    r->kinds.most = options->unmatched_max;
    if ((code = inputs_find(&r->inputs, setup, files, options->as, false)) >= 0)
        return code;
    r->times = xcalloc(setup->rules->nlogs, sizeof *r->times);
    count_all(r, held);
    look_at_lines(r, held);
    try_lines(r, held);
    if (options->costs)
        costs_measure(&r->costs, setup, &r->inputs, held);
    findings_make(&r->findings, r);
    return -1;
}

void report_release(struct report *r)
{
    findings_release(&r->findings);
    misses_release(&r->misses);
    broad_release(&r->broad);
    seen_release(&r->seen);
    growth_release(&r->growth);
    buf_release(&r->errors);
    kinds_release(&r->kinds);
    free(r->times);
    free(r->bare);
    if (r->looked.engine)
        session_release(&r->looked);
    if (r->counted.engine)
        session_release(&r->counted);
    inputs_release(&r->inputs);
    *r = (struct report){.setup = NULL};
}
