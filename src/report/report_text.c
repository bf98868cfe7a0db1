/* report_text -- a line for each thing that a person may want to know: what there is, what it will be, what
 * hurts, and what is left. */
#include "config.h"

#include "report/report.h"

#include "base/utf8.h"

static void put_bytes(struct buf *out, double n)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB"};
    unsigned i = 0;

    for (; n >= 1000 && i < 3; i++)
        n /= 1000;
    buf_fmt(out, i && n < 10 ? "%.1f %s" : "%.0f %s", n, units[i]);
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

/* What will be: nothing of a metric that cannot grow. */
static void put_outlook(const struct outlook *o, struct buf *out)
{
    if (o->bound == 1)
        return;
    if (o->updates_half == 0 || (!outlook_is_known(o) && o->now == o->half))
        buf_str(out, "; too few updates for a forecast");
    else if (!outlook_is_known(o))
        buf_fmt(out, "; %u new in the second half, too few for a forecast", o->now - o->half);
    else if (o->now == o->half)
        buf_str(out, "; no new ones in the second half");
    else
        buf_fmt(out, "; %llu after 10 times as many lines, %llu after 100 times",
                (unsigned long long)outlook_after(o, 10),
                (unsigned long long)outlook_after(o, 100));
    if (o->bound)
        buf_fmt(out, "; at most %llu, by the rules", (unsigned long long)o->bound);
}

static void put_series(const struct report *r, struct buf *out)
{
    const struct ruleset *rules = r->setup->rules;
    size_t bytes = 0;

    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;
        const struct family *f = registry_find(r->counted.registry, slice_str(name));
        struct outlook o;

        growth_outlook(&r->growth, i, -1, &o);
        bytes += family_bytes(f);
        buf_fmt(out, "metric %s: %u series, ", name, family_nseries(f));
        put_bytes(out, (double)family_bytes(f));
        put_outlook(&o, out);
        buf_char(out, '\n');
    }
    buf_str(out, "memory: ");
    put_bytes(out, (double)bytes);
    buf_str(out, " of series\n");
}

static void put_costs(const struct report *r, struct buf *out)
{
    const struct costs *c = &r->costs;

    if (c->lines == 0)
        return;
    buf_fmt(out, "a line: %.0f ns, %.0f of them to read it", c->line_ns, c->without_ns);
    for (unsigned i = 0; i < c->n; i++)
        buf_fmt(out, ", %.0f for event %s", c->list[i].ns,
                r->setup->rules->events[c->list[i].event].name);
    buf_char(out, '\n');
}

static void put_findings(const struct report *r, struct buf *out)
{
    for (size_t i = 0; i < r->findings.n; i++) {
        finding_put(&r->findings.list[i], out);
        buf_char(out, '\n');
    }
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
        utf8_show_cut(out, buf_all(&words), EXAMPLE_MAX);
        buf_char(out, '\n');
        if (slice_eq(buf_all(&words), kinds_example(&r->kinds, &s->shapes[i])))
            continue;
        buf_str(out, "    such as  ");
        utf8_show_cut(out, kinds_example(&r->kinds, &s->shapes[i]), EXAMPLE_MAX);
        buf_char(out, '\n');
    }
    if (rest)
        buf_fmt(out, "unmatched: %llu  of rarer kinds\n", (unsigned long long)rest);
    if (r->kinds.ungrouped)
        buf_fmt(out, "unmatched: %llu  more, not put together: too many differ\n",
                (unsigned long long)r->kinds.ungrouped);
    buf_release(&words);
}

/* Could a line of this log be any event? Those of others, and of spans, are none where the others are none. */
static bool is_asked(const struct ruleset *rules, unsigned log)
{
    for (unsigned i = 0; i < rules->nevents; i++) {
        const struct event *e = &rules->events[i];

        if (e->used && !e->span && e->parent == EVENT_NONE && event_for_log(e, log))
            return true;
    }
    return false;
}

/* Files that are of none of several [log]s, and that no event looks at for that. */
static void put_strangers(const struct report *r, struct buf *out)
{
    int none = ruleset_log(r->setup->rules, SLICE("auto"));
    const char *first = NULL;
    size_t n = 0;

    if (none < 0 || r->options.as || is_asked(r->setup->rules, (unsigned)none))
        return;
    for (size_t i = 0; i < r->inputs.n; i++)
        if (r->inputs.list[i].log == (unsigned)none && n++ == 0)
            first = r->inputs.list[i].path;
    if (n == 0)
        return;
    utf8_show(out, slice_str(first));
    if (n == 1)
        buf_str(out, " is of no [log] by its path; --as NAME says of which\n");
    else
        buf_fmt(out, " and %zu more are of no [log] by their paths; --as NAME says of which\n",
                n - 1);
}

void report_text(const struct report *r, struct buf *out)
{
    buf_count(out, report_lines(r), "line");
    buf_fmt(out, ", %llu unmatched", (unsigned long long)engine_unmatched(r->counted.engine));
    if (r->findings.ntraps) {
        buf_str(out, ", ");
        buf_count(out, r->findings.ntraps, "trap");
    }
    buf_char(out, '\n');
    put_strangers(r, out);
    put_events(r, out);
    put_series(r, out);
    put_costs(r, out);
    put_findings(r, out);
    put_shapes(r, out);
}
