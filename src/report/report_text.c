/* report_text -- a line for each thing that a person may want to know, what hurts last. */
#include "config.h"

#include "report/report.h"

#include "base/utf8.h"

struct telling {
    const struct report *r;
    struct buf *out;
};

static void put_text(struct buf *out, struct slice s)
{
    size_t n = utf8_cut(s, EXAMPLE_MAX);

    utf8_show(out, slice_make(s.p, n));
    if (n < s.n)
        buf_str(out, "...");
}

/* `3 lines`, `1 line`. */
static void put_n(struct buf *out, uint64_t n, const char *what)
{
    buf_fmt(out, "%llu %s%s", (unsigned long long)n, what, n == 1 ? "" : "s");
}

static void put_events(const struct report *r, struct buf *out)
{
    const struct ruleset *rules = r->setup->rules;

    for (unsigned i = 0; i < rules->nevents; i++) {
        const struct event *e = &rules->events[i];
        uint64_t n = engine_hits(r->counted.engine, i);

        if (!e->used)
            continue;
        buf_fmt(out, "event %s: ", e->name);
        if (n)
            buf_fmt(out, "%llu\n", (unsigned long long)n);
        else
            buf_str(out, report_tries(r, e) ? "never\n" : "no file of its logs was given\n");
    }
}

static void put_series(const struct report *r, struct buf *out)
{
    const struct ruleset *rules = r->setup->rules;

    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;
        const struct family *f = registry_find(r->counted.registry, slice_str(name));

        buf_fmt(out, "metric %s: %u series\n", name, family_nseries(f));
    }
}

static void put_fold(void *ctx, const struct slice *labels, uint64_t n)
{
    struct telling *t = ctx;

    buf_fmt(t->out, "%.*s: ", SLICE_FMT(labels[0]));
    put_n(t->out, n, "update");
    if (slice_eq(labels[1], SLICE("*")))
        buf_str(t->out, " beyond max_series are under \"other\" in all labels\n");
    else
        buf_fmt(t->out, " beyond max_values of %.*s are under \"other\"\n", SLICE_FMT(labels[1]));
}

static void put_skipped(void *ctx, const struct slice *labels, uint64_t n)
{
    struct telling *t = ctx;
    struct slice why = labels[2]; /* metric, event, reason */

    buf_fmt(t->out, "%.*s: ", SLICE_FMT(labels[0]));
    put_n(t->out, n, "value");
    if (slice_eq(why, SLICE("not_a_number")))
        why = SLICE("not a number");
    buf_fmt(t->out, " of event %.*s skipped: %.*s%s\n", SLICE_FMT(labels[1]), SLICE_FMT(why),
            report_never_there(t->r, labels, n) ? " in every line" : "");
}

static void put_time(void *ctx, const struct slice *labels, uint64_t n)
{
    struct telling *t = ctx;
    unsigned number = report_log(t->r, labels[0]);
    const struct log_def *log = &t->r->setup->rules->logs[number];
    const struct bad_time *first = &t->r->times[number];

    buf_fmt(t->out, "log %.*s: ", SLICE_FMT(labels[0]));
    put_n(t->out, n, "time");
    buf_str(t->out, " could not be read");
    if (first->any) {
        buf_str(t->out, ": \"");
        put_text(t->out, slice_str(first->text));
        buf_fmt(t->out, "\" (%s) is none of", first->from);
        for (unsigned k = 0; k < log->ntime_formats; k++)
            buf_fmt(t->out, "%s %s", k ? "," : "", time_format_text(log->time_formats[k]));
    }
    buf_char(t->out, '\n');
}

static void put_bare(const struct bare_place *b, struct buf *out)
{
    buf_fmt(out, "%s:%d: ", b->first.at->file, b->first.at->line);
    bare_words(&b->first, out);
    buf_str(out, " (");
    put_n(out, b->lines, "line");
    buf_str(out, ", such as ");
    put_text(out, slice_str(b->text));
    buf_str(out, ")\n");
}

static void put_shapes(const struct report *r, struct buf *out)
{
    const struct shapes *s = &r->kinds.shapes;
    uint64_t rest = 0;
    struct buf words = BUF_INIT;

    for (size_t i = 0; i < s->nshapes; i++) {
        if (i >= SHAPES_SHOWN) {
            rest += s->shapes[i].count;
            continue;
        }
        buf_clear(&words);
        kinds_words(&s->shapes[i], &words);
        buf_fmt(out, "unmatched: %llu  ", (unsigned long long)s->shapes[i].count);
        put_text(out, buf_all(&words));
        buf_char(out, '\n');
        if (slice_eq(buf_all(&words), kinds_example(&r->kinds, &s->shapes[i])))
            continue;
        buf_str(out, "    such as  ");
        put_text(out, kinds_example(&r->kinds, &s->shapes[i]));
        buf_char(out, '\n');
    }
    if (rest)
        buf_fmt(out, "unmatched: %llu  of rarer kinds\n", (unsigned long long)rest);
    if (r->kinds.ungrouped)
        buf_fmt(out, "unmatched: %llu  more, not put together: too many differ\n",
                (unsigned long long)r->kinds.ungrouped);
    buf_release(&words);
}

void report_text(const struct report *r, struct buf *out)
{
    struct telling t = {r, out};

    put_n(out, report_lines(r), "line");
    buf_fmt(out, ", %llu unmatched\n", (unsigned long long)engine_unmatched(r->counted.engine));
    put_events(r, out);
    put_series(r, out);
    report_rows(r, OWN_SERIES_FOLDED, put_fold, &t);
    report_rows(r, OWN_RULE_SKIPPED, put_skipped, &t);
    report_rows(r, OWN_TIMES_UNREADABLE, put_time, &t);
    for (size_t i = 0; i < r->nbare; i++)
        put_bare(&r->bare[i], out);
    put_shapes(r, out);
}
