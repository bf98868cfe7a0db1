/* outcome -- kinds of two saves are the same when their words are: each report finds its own. */
#include "config.h"

#include "live/outcome.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct outcome *outcome_new(const struct common_options *options, struct held *held,
                            struct mistakes *m, outcome_source_fn *source, void *ctx, int *ret_code)
{
    struct outcome *o = xcalloc(1, sizeof *o);
    struct report_options how = REPORT_FAST;
    int code = EXIT_MISTAKES;

    how.as = options->as;
    if (setup_load(options, NULL, SETUP_AUTO_LOG, &o->setup, m) == 0)
        code = report_run(&o->report, &o->setup, held, &options->files, &how);
    if (source)
        setup_sources(&o->setup, source, ctx);
    for (size_t i = 0; code < 0 && i < o->report.inputs.n; i++)
        o->not_held += !held_lines(held, &o->setup, o->report.inputs.list[i].log,
                                   o->report.inputs.list[i].path);
    if (code < 0)
        return o;
    *ret_code = code;
    outcome_free(o);
    return NULL;
}

static void release_kinds(struct outcome *o)
{
    for (size_t i = 0; i < o->nkinds; i++)
        free(o->kinds[i].words);
    free(o->kinds);
    o->kinds = NULL;
    o->nkinds = 0;
}

void outcome_free(struct outcome *o)
{
    if (!o)
        return;
    release_kinds(o);
    report_release(&o->report);
    setup_release(&o->setup);
    free(o);
}

/* Those that were, and are no more: all of them are taken now. */
static void add_gone(struct outcome *o, const struct outcome *before, size_t cap)
{
    struct map now = MAP_INIT;

    for (size_t i = 0; i < o->nkinds; i++)
        map_put(&now, slice_str(o->kinds[i].words), i);
    for (size_t i = 0; i < before->nkinds && o->nkinds < cap; i++) {
        const struct outcome_kind *was = &before->kinds[i];
        uint64_t at;

        if (map_get(&now, slice_str(was->words), &at))
            o->kinds[at].before += was->now;
        else if (was->now)
            o->kinds[o->nkinds++] =
                (struct outcome_kind){SIZE_MAX, 0, was->now, xstrdup(was->words)};
    }
    map_release(&now);
}

void outcome_compare(struct outcome *o, const struct outcome *before)
{
    const struct shapes *s = &o->report.kinds.shapes;
    size_t cap = s->nshapes + (before ? before->nkinds : 0);

    release_kinds(o);
    o->kinds = xcalloc(cap, sizeof *o->kinds);
    for (size_t i = 0; i < s->nshapes; i++) {
        struct buf words = BUF_INIT;

        kinds_words(&s->shapes[i], &words);
        o->kinds[o->nkinds++] = (struct outcome_kind){i, s->shapes[i].count, 0, buf_detach(&words)};
    }
    o->compared = before != NULL;
    if (before)
        add_gone(o, before, cap);
}

bool outcome_hits(const struct outcome *o, const char *event, uint64_t *ret_hits)
{
    int i = ruleset_event(o->setup.rules, slice_str(event));

    if (i >= 0)
        *ret_hits = engine_hits(o->report.counted.engine, (unsigned)i);
    return i >= 0;
}
