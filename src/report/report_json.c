/* report_json -- the same as report_text. Keys and their order are an interface, as those of
 * dump_json. */
#include "config.h"

#include "report/report.h"

#include <math.h>

static void put_files(const struct report *r, struct jsonout *j)
{
    struct slice rest = buf_all(&r->errors), error;

    jsonout_key_open(j, "files", '[');
    for (size_t i = 0; i < r->inputs.n; i++)
        jsonout_text(j, slice_str(r->inputs.list[i].path));
    jsonout_close(j, ']');
    jsonout_key_open(j, "errors", '[');
    while (slice_cut(&rest, '\n', &error))
        jsonout_text(j, error);
    jsonout_close(j, ']');
}

static void put_shapes(const struct report *r, struct jsonout *j)
{
    const struct shapes *s = &r->kinds.shapes;
    struct buf words = BUF_INIT;

    jsonout_key_open(j, "shapes", '[');
    for (size_t i = 0; i < s->nshapes && i < SHAPES_SHOWN; i++) {
        buf_clear(&words);
        kinds_words(&s->shapes[i], &words);
        jsonout_open(j, '{');
        jsonout_key_u64(j, "count", s->shapes[i].count);
        jsonout_key_slice(j, "shape", buf_all(&words));
        jsonout_key_slice(j, "example", kinds_example(&r->kinds, &s->shapes[i]));
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    buf_release(&words);
}

static void put_hits(const struct report *r, struct jsonout *j)
{
    const struct ruleset *rules = r->setup->rules;

    jsonout_key_open(j, "hits", '[');
    for (unsigned i = 0; i < rules->nevents; i++) {
        if (!rules->events[i].used)
            continue;
        jsonout_open(j, '{');
        jsonout_key_text(j, "event", rules->events[i].name);
        jsonout_key_u64(j, "count", engine_hits(r->counted.engine, i));
        jsonout_key_bool(j, "tried", report_tries(r, &rules->events[i]));
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

static void put_series(const struct report *r, struct jsonout *j)
{
    const struct ruleset *rules = r->setup->rules;

    jsonout_key_open(j, "series", '[');
    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;
        const struct family *f = registry_find(r->counted.registry, slice_str(name));
        struct outlook o;
        bool known;

        growth_outlook(&r->growth, i, -1, &o);
        known = outlook_is_known(&o) || o.bound == 1;
        jsonout_open(j, '{');
        jsonout_key_text(j, "metric", name);
        jsonout_key_u64(j, "count", family_nseries(f));
        jsonout_key_u64(j, "bytes", family_bytes(f));
        jsonout_key_u64(j, "updates", o.updates);
        jsonout_key_whole(j, "half", o.half, known);
        jsonout_key_whole(j, "after_10", outlook_after(&o, 10), known);
        jsonout_key_whole(j, "after_100", outlook_after(&o, 100), known);
        jsonout_key_whole(j, "bound", o.bound, o.bound);
        jsonout_key_whole(j, "limit", o.limit, o.limit);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

/* The rows of a counter, and what their labels are called; NULL ends them. */
struct rows {
    struct jsonout *j;
    const char *const *names;
};

static void put_row(void *ctx, const struct slice *labels, uint64_t n)
{
    struct rows *r = ctx;

    jsonout_open(r->j, '{');
    for (size_t i = 0; r->names[i]; i++)
        jsonout_key_slice(r->j, r->names[i], labels[i]);
    jsonout_key_u64(r->j, "count", n);
    jsonout_close(r->j, '}');
}

static void put_rows(const struct report *r, const char *key, enum own_id id,
                     const char *const *names, struct jsonout *j)
{
    struct rows rows = {j, names};

    jsonout_key_open(j, key, '[');
    report_rows(r, id, put_row, &rows);
    jsonout_close(j, ']');
}

struct times {
    const struct report *r;
    struct jsonout *j;
};

static void put_time(void *ctx, const struct slice *labels, uint64_t n)
{
    struct times *t = ctx;
    int number = ruleset_log(t->r->setup->rules, labels[0]);
    const struct log_def *log = &t->r->setup->rules->logs[number];
    const struct bad_time *first = &t->r->times[number];

    jsonout_open(t->j, '{');
    jsonout_key_slice(t->j, "log", labels[0]);
    jsonout_key_u64(t->j, "count", n);
    jsonout_key_text(t->j, "from", first->any ? first->from : NULL);
    jsonout_key_text(t->j, "text", first->any ? first->text : NULL);
    jsonout_key_open(t->j, "formats", '[');
    for (unsigned i = 0; i < log->ntime_formats; i++)
        jsonout_text(t->j, slice_str(time_format_text(log->time_formats[i])));
    jsonout_close(t->j, ']');
    jsonout_close(t->j, '}');
}

static void put_times(const struct report *r, struct jsonout *j)
{
    struct times t = {r, j};

    jsonout_key_open(j, "times", '[');
    report_rows(r, OWN_TIMES_UNREADABLE, put_time, &t);
    jsonout_close(j, ']');
}

static void put_bare(const struct report *r, struct jsonout *j)
{
    struct buf words = BUF_INIT;

    jsonout_key_open(j, "bare", '[');
    for (size_t i = 0; i < r->nbare; i++) {
        const struct bare_place *b = &r->bare[i];

        buf_clear(&words);
        bare_words(&b->first, &words);
        jsonout_open(j, '{');
        jsonout_key_text(j, "file", b->first.at->file);
        jsonout_key_u64(j, "line", (uint64_t)b->first.at->line);
        jsonout_key_text(j, "field", b->first.field);
        jsonout_key_u64(j, "count", b->lines);
        jsonout_key_text(j, "example", b->text);
        jsonout_key_slice(j, "text", buf_all(&words));
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    buf_release(&words);
}

struct losses {
    struct jsonout *j;
    enum own_id id;
};

static void put_loss(void *ctx, const struct slice *labels, uint64_t n)
{
    struct losses *l = ctx;

    jsonout_open(l->j, '{');
    jsonout_key_text(l->j, "counter", own_name(l->id));
    jsonout_key_slice(l->j, "of", labels[0]);
    jsonout_key_slice(l->j, "reason", labels[1]);
    jsonout_key_u64(l->j, "count", n);
    jsonout_close(l->j, '}');
}

static void put_too_long(void *ctx, const struct slice *labels, uint64_t n)
{
    if (slice_eq(labels[1], SLICE("too_long"))) /* log, decoded */
        put_loss(ctx, labels, n);
}

/* What else was lost, beside skipped values and times. */
static void put_losses(const struct report *r, struct jsonout *j)
{
    static const enum own_id ids[] = {OWN_RULE_ERRORS, OWN_ENCODING_ERRORS, OWN_RECORDS_CUT,
                                      OWN_SPANS_UNMATCHED, OWN_LOG_REGEX_ERRORS};
    struct losses l = {j, OWN_LOG_LINES};

    jsonout_key_open(j, "lost", '[');
    report_rows(r, l.id, put_too_long, &l);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        l.id = ids[i];
        report_rows(r, l.id, put_loss, &l);
    }
    jsonout_close(j, ']');
}

static void put_findings(const struct report *r, struct jsonout *j)
{
    jsonout_key_open(j, "findings", '[');
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.list[i];

        jsonout_open(j, '{');
        jsonout_key_text(j, "kind", finding_word(f->kind));
        jsonout_key_bool(j, "trap", f->trap);
        jsonout_key_text(j, "file", f->at.line ? f->at.file : NULL);
        jsonout_key_whole(j, "line", (uint64_t)f->at.line, f->at.line > 0);
        jsonout_key_u64(j, "count", f->count);
        jsonout_key_text(j, "metric", f->metric);
        jsonout_key_text(j, "event", f->event);
        jsonout_key_text(j, "name", f->name);
        jsonout_key_text(j, "text", f->text);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

/* What is measured is nanoseconds, and no part of one. */
static void key_cost(struct jsonout *j, const char *key, double ns)
{
    jsonout_key_number(j, key, round(ns) / 1e9, true);
}

/* null when there are too few lines to tell. */
static void put_costs(const struct report *r, struct jsonout *j)
{
    const struct costs *c = &r->costs;

    if (c->lines == 0) {
        jsonout_key_text(j, "costs", NULL);
        return;
    }
    jsonout_key_open(j, "costs", '{');
    jsonout_key_u64(j, "lines", c->lines);
    key_cost(j, "line_seconds", c->line_ns);
    key_cost(j, "read_seconds", c->without_ns);
    jsonout_key_open(j, "events", '[');
    for (unsigned i = 0; i < c->n; i++) {
        jsonout_open(j, '{');
        jsonout_key_text(j, "event", r->setup->rules->events[c->list[i].event].name);
        key_cost(j, "seconds", c->list[i].ns);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

void report_json(const struct report *r, struct jsonout *j)
{
    static const char *const folded[] = {"metric", "label", NULL};
    static const char *const skipped[] = {"metric", "event", "reason", NULL};

    if (!r) {
        jsonout_key_text(j, "against", NULL);
        return;
    }
    jsonout_key_open(j, "against", '{');
    put_files(r, j);
    jsonout_key_u64(j, "lines", report_lines(r));
    jsonout_key_u64(j, "unmatched", engine_unmatched(r->counted.engine));
    put_shapes(r, j);
    jsonout_key_u64(j, "ungrouped", r->kinds.ungrouped);
    put_hits(r, j);
    put_series(r, j);
    put_rows(r, "folded", OWN_SERIES_FOLDED, folded, j);
    put_rows(r, "skipped", OWN_RULE_SKIPPED, skipped, j);
    put_times(r, j);
    put_bare(r, j);
    put_losses(r, j);
    put_costs(r, j);
    put_findings(r, j);
    jsonout_key_u64(j, "traps", r->findings.ntraps);
    jsonout_close(j, '}');
}
