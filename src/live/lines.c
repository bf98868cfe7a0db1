/* lines -- where a log hands out its lines as they stand, their place is that of the text. Where they are
 * unwrapped, rewritten or put together, they are given to the engine one by one: what came since it last
 * counted one is what the line was made of. */
#include "config.h"

#include "live/lines.h"

#include "app/anchor.h"
#include "base/xalloc.h"
#include "engine/explain.h"

#include <stdlib.h>

struct walk {
    lines_fn *fn;
    void *ctx;
    bool over; /* no more are wanted */
    const struct kinds *kinds;
    size_t input;
    struct slice all;   /* lines of the file */
    struct slice given; /* what the next one was made of; p = NULL: it stands where it is */
};

/* The line that this is a part of. */
static struct slice line_around(struct slice all, const char *p)
{
    const char *begin = p > all.p ? memrchr(all.p, '\n', (size_t)(p - all.p)) : NULL;
    const char *end = memchr(p, '\n', (size_t)(all.p + all.n - p));

    begin = begin ? begin + 1 : all.p;
    return slice_make(begin, (size_t)((end ? end : all.p + all.n) - begin));
}

static void take(void *ctx, const struct source *source, struct slice line)
{
    struct walk *w = ctx;
    const struct shape *shape = kinds_of(w->kinds, line);
    struct line_place place = {.input = w->input, .raw = w->given, .begin = w->all.p};

    (void)source;
    if (w->over)
        return;
    place.shape = shape ? (size_t)(shape - w->kinds->shapes.shapes) : SIZE_MAX;
    if (!place.raw.p && line.p >= w->all.p && line.p < w->all.p + w->all.n)
        place.raw = line_around(w->all, line.p);
    if (place.raw.p)
        w->over = !w->fn(w->ctx, &place, line);
}

static void give_one_by_one(struct walk *w, struct engine *e, struct source *s, bool records)
{
    struct slice rest = w->all, raw;
    const char *begin = rest.p;
    uint64_t counted = engine_counted(e, s->log);

    while (rest.n && slice_cut(&rest, '\n', &raw)) {
        const char *end = raw.p + raw.n + (rest.p != NULL);

        /* a record ends where the next one begins */
        w->given = slice_make(begin, (size_t)((records ? raw.p : end) - begin));
        engine_lines(e, s, raw.p, (size_t)(end - raw.p));
        if (engine_counted(e, s->log) != counted)
            begin = records ? raw.p : end;
        counted = engine_counted(e, s->log);
    }
    w->given = slice_make(begin, (size_t)(w->all.p + w->all.n - begin));
}

static struct source *source_of(const struct outcome *o, const struct input *in)
{
    struct source *s = source_new(o->setup.rules, in->log, in->path, 0);

    s->base = anchor_of(&o->setup, in->log, in->path);
    source_of_stream(s, in->stream);
    return s;
}

static void walk_file(struct walk *w, const struct outcome *o, struct engine *e)
{
    const struct input *in = &o->report.inputs.list[w->input];
    const struct log_def *log = &o->setup.rules->logs[in->log];
    struct source *s = source_of(o, in);

    w->given = (struct slice){0};
    if (!log->record && log->unwrap == UNWRAP_NONE && log->nrewrites == 0)
        engine_lines(e, s, w->all.p, w->all.n);
    else
        give_one_by_one(w, e, s, log->record != NULL);
    (void)engine_finish(e, s, NULL);
    source_free(s);
}

void lines_each(const struct outcome *o, struct held *held, lines_fn *fn, void *ctx)
{
    struct walk w = {.fn = fn, .ctx = ctx, .kinds = &o->report.kinds};
    struct engine_options options = {.unmatched = take, .ctx = &w};
    struct session s;

    session_init(&s, &o->setup, SESSION_WHOLE, &options);
    for (w.input = 0; w.input < o->report.inputs.n && !w.over; w.input++) {
        const struct input *in = &o->report.inputs.list[w.input];
        const struct held_lines *lines = held_lines(held, &o->setup, in->log, in->path);

        if (!lines || lines->text.n == 0)
            continue;
        w.all = lines->text;
        walk_file(&w, o, s.engine);
    }
    session_release(&s);
}

static bool keep(void *ctx, const struct line_place *place, struct slice line)
{
    struct lines *l = ctx;

    (void)line;
    if (place->shape == SIZE_MAX || l->of_shape[place->shape] >= LINES_MAX)
        return true;
    l->of_shape[place->shape]++;
    GROW(l->all, l->nall, l->all_cap);
    l->all[l->nall++] = *place;
    return l->nall < LINES_OF_ALL;
}

void lines_find(struct lines *l, const struct outcome *o, struct held *held)
{
    lines_release(l);
    l->of_shape = xcalloc(o->report.kinds.shapes.nshapes + 1, sizeof *l->of_shape);
    lines_each(o, held, keep, l);
}

void lines_pick(struct lines *l, size_t shape)
{
    l->n = 0;
    for (size_t i = 0; i < l->nall; i++) {
        if (l->all[i].shape != shape)
            continue;
        GROW(l->list, l->n, l->cap);
        l->list[l->n++] = i;
    }
}

void lines_release(struct lines *l)
{
    free(l->all);
    free(l->of_shape);
    free(l->list);
    *l = (struct lines){.n = 0};
}

uint64_t line_number(const struct line_place *p)
{
    return slice_count(slice_make(p->begin, (size_t)(p->raw.p - p->begin)), '\n') + 1;
}

void line_explain(const struct line_place *p, const struct outcome *o, struct buf *out)
{
    const struct explain_options how = {.near = 3};
    struct slice rest = p->raw, raw;
    struct session s;
    struct source *source = source_of(o, &o->report.inputs.list[p->input]);

    if (slice_ends(rest, SLICE("\n")))
        rest.n--;
    session_init(&s, &o->setup, SESSION_WHOLE, NULL);
    while (rest.p && slice_cut(&rest, '\n', &raw))
        explain_line(s.engine, source, raw, &how, out);
    explain_rest(s.engine, source, &how, out);
    source_free(source);
    session_release(&s);
}
