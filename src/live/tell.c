/* tell -- what changed since the last save is told apart by its style, and by +, - and words. */
#include "config.h"

#include "live/tell.h"

#include "base/xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SERIES_SHOWN = 200, /* of a metric */
    WIDTH = 12,         /* of a number */
};

/* --- numbers ---------------------------------------------------------------------------------- */

struct numbers {
    char value[NUM_TEXT], change[NUM_TEXT + 1];
    bool news;
};

/* A time in seconds has more digits than anybody compares. */
static void format(char out[NUM_TEXT], double v)
{
    if (num_format(out, v) > WIDTH && strchr(out, '.'))
        (void)snprintf(out, NUM_TEXT, "%.*g", WIDTH - 2, v);
}

/* `there`: was there anything to compare with? NAN: there is, or was, no such value. */
static struct numbers numbers_of(double now, bool there, double before)
{
    struct numbers n = {.news = false};
    double by = now - before;

    if (isnan(now) && isnan(before))
        return n;
    n.news = there && by != 0; /* NAN is */
    if (!isnan(now))
        format(n.value, now);
    if (n.news && isnan(by)) {
        memcpy(n.change, isnan(now) ? "gone" : "new\0", 5);
    } else if (n.news) {
        n.change[0] = '+';
        format(n.change + (by > 0), by);
    }
    return n;
}

static enum style style_of(const struct numbers *n)
{
    return n->news ? STYLE_NEWS : STYLE_PLAIN;
}

/* --- metrics ---------------------------------------------------------------------------------- */

static uint64_t observations(struct family *f, uint32_t series)
{
    const struct family_cells *c = family_cells(f);
    uint64_t n = 0;

    for (uint32_t i = 0; i <= c->nbounds; i++)
        n += histogram_at(c, series)->bucket[i];
    return n;
}

/* What one number says of a series: its value, or of a histogram how many there were. */
static double value_of(struct family *f, uint32_t series)
{
    switch (family_spec(f)->type) {
    case FAMILY_COUNTER:
        return counter_value(family_counter(f, series));
    case FAMILY_GAUGE:
        return family_cells(f)->gauge[series].value;
    case FAMILY_HISTOGRAM:
        return (double)observations(f, series);
    }
    return NAN;
}

/* Series that a page shows. */
static uint32_t count_shown(const struct family *f)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < family_end(f); i++)
        n += family_is_shown(f, i);
    return n;
}

/* The sum of all; of gauges only a single one says something: NAN, as where there are none. */
static double total_of(struct family *f)
{
    uint32_t n = count_shown(f);
    double total = 0;

    if (n == 0 || (n != 1 && family_spec(f)->type == FAMILY_GAUGE))
        return NAN;
    for (uint32_t i = 0; i < family_end(f); i++)
        if (family_is_shown(f, i))
            total += value_of(f, i);
    return total;
}

static void put_mean(struct family *f, struct buf *out)
{
    double n = 0, sum = 0;
    char mean[NUM_TEXT];

    if (family_spec(f)->type != FAMILY_HISTOGRAM)
        return;
    for (uint32_t i = 0; i < family_end(f); i++) {
        n += (double)observations(f, i);
        sum += nsum_value(&histogram_at(family_cells(f), i)->sum);
    }
    if (n == 0)
        return;
    (void)snprintf(mean, sizeof mean, "%.4g", sum / n);
    buf_fmt(out, "  (mean %s)", mean);
}

static struct family *family_of(const struct outcome *o, const char *name)
{
    return o ? registry_find(o->report.counted.registry, slice_str(name)) : NULL;
}

/* Series after ten times as many lines; "" when no more are to be expected, or nobody can say. */
static void forecast(const struct outcome *now, unsigned family, char out[NUM_TEXT])
{
    struct outlook o;

    growth_outlook(&now->report.growth, family, -1, &o);
    *out = '\0';
    if (outlook_is_known(&o) && outlook_after(&o, 10) > o.now)
        num_format_u64(out, outlook_after(&o, 10));
}

#define METRIC_ROW "%12s %9s %6s %6s  %s"

static void tell_metric(struct page *p, const struct outcome *now, unsigned i, struct family *was,
                        bool compared)
{
    struct family *f = family_of(now, now->setup.rules->families[i].spec.name);
    struct buf name = BUF_INIT;
    uint32_t series = count_shown(f);
    struct numbers n = numbers_of(total_of(f), compared, was ? total_of(was) : NAN);
    char count[NUM_TEXT], later[NUM_TEXT];

    n.news |= compared && (!was || count_shown(was) != series);
    num_format_u64(count, series);
    forecast(now, i, later);
    buf_str(&name, family_spec(f)->name);
    put_mean(f, &name);
    page_add(p, style_of(&n), METRIC_ROW, n.value, n.change, count, later, name.p);
    buf_release(&name);
}

static bool same_labels(const struct family *a, const struct family *b)
{
    const struct family_spec *x = family_spec(a), *y = family_spec(b);
    bool same = x->nlabels == y->nlabels && x->type == y->type;

    for (unsigned i = 0; same && i < x->nlabels; i++)
        same = strcmp(x->labels[i], y->labels[i]) == 0;
    return same;
}

static double was_value(struct family *was, const struct family *f, const struct slice *labels)
{
    uint32_t at;

    if (!was || !same_labels(was, f) || !family_lookup(was, labels, &at) ||
        !family_is_shown(was, at))
        return NAN;
    return value_of(was, at);
}

static void tell_one(struct page *p, struct family *f, struct family *was, uint32_t series,
                     bool compared)
{
    const struct family_spec *spec = family_spec(f);
    struct slice labels[LABELS_MAX];
    struct buf text = BUF_INIT;

    family_labels(f, series, labels);
    for (unsigned i = 0; i < spec->nlabels; i++)
        buf_fmt(&text, "%s%s=\"%.*s\"", i ? ", " : "", spec->labels[i], SLICE_FMT(labels[i]));
    struct numbers n = numbers_of(value_of(f, series), compared, was_value(was, f, labels));

    page_add(p, style_of(&n), "%12s %9s                 {%.*s}", n.value, n.change,
             SLICE_FMT(buf_all(&text)));
    buf_release(&text);
}

struct place {
    const struct family *family;
    uint32_t series;
};

static int by_labels(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    struct slice of_a[LABELS_MAX], of_b[LABELS_MAX];
    int r = 0;

    family_labels(a->family, a->series, of_a);
    family_labels(b->family, b->series, of_b);
    for (unsigned i = 0; r == 0 && i < family_spec(a->family)->nlabels; i++)
        r = slice_cmp(of_a[i], of_b[i]);
    return r;
}

static void tell_series(struct page *p, struct family *f, struct family *was, bool compared)
{
    uint32_t n = 0;
    struct place *places;

    if (family_spec(f)->nlabels == 0 || family_end(f) == 0)
        return;
    places = xcalloc(family_end(f), sizeof *places);
    for (uint32_t i = 0; i < family_end(f); i++)
        if (family_is_shown(f, i))
            places[n++] = (struct place){f, i};
    qsort(places, n, sizeof *places, by_labels);
    for (uint32_t i = 0; i < n && i < SERIES_SHOWN; i++)
        tell_one(p, f, was, places[i].series, compared);
    free(places);
    if (n > SERIES_SHOWN)
        page_add(p, STYLE_PALE, "%38s%u more", "", n - SERIES_SHOWN);
}

static void tell_gone_metrics(struct page *p, const struct outcome *now,
                              const struct outcome *before)
{
    const struct ruleset *rules = before->setup.rules;

    for (unsigned i = 0; i < rules->nfamilies; i++)
        if (!family_of(now, rules->families[i].spec.name))
            page_add(p, STYLE_NEWS, METRIC_ROW, "", "gone", "", "", rules->families[i].spec.name);
}

void tell_metrics(struct page *p, const struct outcome *now, const struct outcome *before,
                  bool series)
{
    const struct ruleset *rules = now->setup.rules;

    page_add(p, STYLE_HEAD, METRIC_ROW, "value", before ? "change" : "", "series", "in 10x",
             "metric");
    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;
        struct family *f = family_of(now, name), *was = family_of(before, name);

        tell_metric(p, now, i, was, before != NULL);
        if (series)
            tell_series(p, f, was, before != NULL);
    }
    if (before)
        tell_gone_metrics(p, now, before);
}

/* --- events ----------------------------------------------------------------------------------- */

static void tell_event(struct page *p, const struct outcome *now, const struct outcome *before,
                       unsigned event)
{
    const struct event *e = &now->setup.rules->events[event];
    uint64_t hits = engine_hits(now->report.counted.engine, event), were = 0;
    bool was = before && outcome_hits(before, e->name, &were);
    struct numbers n = numbers_of((double)hits, before != NULL, was ? (double)were : NAN);
    const char *why = !e->used                        ? "  (no metric uses it)"
                      : hits                          ? ""
                      : report_tries(&now->report, e) ? "  (never)"
                                                      : "  (no file of its logs was given)";

    page_add(p, style_of(&n), "%12s %9s  %s%s", n.value, n.change, e->name, why);
}

void tell_events(struct page *p, const struct outcome *now, const struct outcome *before)
{
    const struct ruleset *rules = now->setup.rules;
    uint64_t hits;

    page_add(p, STYLE_HEAD, "%12s %9s  event", "hits", before ? "change" : "");
    for (unsigned i = 0; i < rules->nevents; i++)
        tell_event(p, now, before, i);
    for (unsigned i = 0; before && i < before->setup.rules->nevents; i++) {
        const char *name = before->setup.rules->events[i].name;

        if (!outcome_hits(now, name, &hits))
            page_add(p, STYLE_NEWS, "%12s %9s  %s", "", "gone", name);
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

/* All have one, and there is little room. */
static const char *without_times(const char *words)
{
    for (size_t n; (n = strcspn(words, " ")) && words[n]; words += n + 1) {
        struct slice word = slice_make(words, n);

        if (!slice_ends(word, SLICE("<time>")) && !slice_ends(word, SLICE("<date>")))
            break;
    }
    return words;
}

/* They are no lines that no event took, and yet what is looked for here. */
static void tell_hidden(struct page *p, const struct report *r)
{
    for (size_t i = 0; i < r->broad.n; i++) {
        const struct event_set *set = &r->broad.sets[i];

        if (set->hidden)
            page_add(p, STYLE_PALE, "%12llu %9s  that event %s alone took, for it takes all kinds",
                     (unsigned long long)set->lines, "",
                     r->setup->rules->events[set->events[set->n - 1]].name);
    }
}

void tell_kinds(struct page *p, const struct outcome *now, size_t picked)
{
    const struct kinds *kinds = &now->report.kinds;

    page_add(p, STYLE_HEAD, "%12s %9s  lines that no event took", "lines",
             now->compared ? "change" : "");
    for (size_t i = 0; i < now->nkinds; i++) {
        const struct outcome_kind *k = &now->kinds[i];
        struct numbers n =
            numbers_of((double)k->now, now->compared, k->before ? (double)k->before : NAN);

        page_add(p, i == picked ? STYLE_PICKED : style_of(&n), "%c%11s %9s  %s",
                 i == picked ? '>' : ' ', n.value, n.change, without_times(k->words));
    }
    if (kinds->ungrouped)
        page_add(p, STYLE_PALE, "%12llu %9s  more, not put together: too many differ",
                 (unsigned long long)kinds->ungrouped, "");
    tell_hidden(p, &now->report);
}

void tell_lines(struct page *p, const struct outcome *now, const struct outcome *before)
{
    uint64_t lines = report_lines(&now->report);
    uint64_t left = engine_unmatched(now->report.counted.engine);
    struct numbers n =
        numbers_of((double)left, before != NULL,
                   before ? (double)engine_unmatched(before->report.counted.engine) : NAN);

    page_add(p, style_of(&n), "%llu line%s: %llu taken, %s not%s%s%s", (unsigned long long)lines,
             plural(lines), (unsigned long long)(lines > left ? lines - left : 0), n.value,
             n.news ? " (" : "", n.change, n.news ? ")" : "");
}

void tell_findings(struct page *p, const struct outcome *now, size_t columns)
{
    const struct findings *f = &now->report.findings;
    struct buf text = BUF_INIT;

    if (now->report.errors.n)
        page_wrap(p, STYLE_BAD, buf_all(&now->report.errors), columns);
    if (now->not_held)
        page_add(p, STYLE_NEWS, "files too large to be kept in memory, read at each save: %zu",
                 now->not_held);
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *one = &f->list[i];

        buf_clear(&text);
        finding_put(one, &text);
        page_wrap(p, one->trap ? STYLE_BAD : STYLE_NEWS, buf_all(&text), columns);
    }
    buf_release(&text);
}

/* --- mistakes --------------------------------------------------------------------------------- */

static void tell_mistake(struct page *p, const struct mistake *m, size_t columns)
{
    struct buf text = BUF_INIT;

    mistake_put(m, m->column > 0, &text);
    page_wrap(p, m->severity == MISTAKE ? STYLE_BAD : STYLE_NEWS, buf_all(&text), columns);
    for (struct slice rest = slice_str(m->more), line; m->more && slice_cut(&rest, '\n', &line);)
        if (line.n)
            page_add(p, STYLE_PLAIN, "%.*s", SLICE_FMT(line));
    buf_release(&text);
}

void tell_mistakes(struct page *p, const struct mistakes *m, size_t columns)
{
    const struct mistake **list;
    size_t n = mistakes_list(m, WARNING, &list), nmistakes = 0;

    for (size_t i = 0; i < n; i++)
        nmistakes += list[i]->severity == MISTAKE;
    if (nmistakes)
        page_add(p, STYLE_BAD, "%zu mistake%s", nmistakes, plural(nmistakes));
    else
        page_add(p, STYLE_GOOD, "no mistakes");
    for (enum severity severity = MISTAKE; severity <= WARNING; severity++)
        for (size_t i = 0; i < n; i++)
            if (list[i]->severity == severity)
                tell_mistake(p, list[i], columns);
    free(list);
}
