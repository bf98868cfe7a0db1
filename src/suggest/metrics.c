/* metrics -- see the header. */
#include "config.h"

#include "suggest/metrics.h"

#include "base/num.h"
#include "suggest/names.h"
#include "suggest/text.h"

enum { HISTOGRAM_SETS = 300 };

static bool is_value(const struct item *i)
{
    return i->guess.role == ROLE_ADD || i->guess.role == ROLE_SET;
}

size_t item_values(const struct item *i)
{
    return i->guess.role == ROLE_ROUTE ? field_routes(i->stats) : i->stats->values.n;
}

/* A histogram is a dozen series per label set: what came of it is for the counter. */
static bool is_outcome(const struct item *i)
{
    return strcmp(i->label, "status") == 0 || strcmp(i->label, "code") == 0 ||
           strcmp(i->label, "level") == 0;
}

static void print_labels(const struct proposal *q, bool histogram, struct buf *out)
{
    bool any = false;
    size_t series = 1;

    for (size_t i = 0; i < q->n; i++) {
        const struct item *item = &q->items[i];

        if (!item->label || (histogram && is_outcome(item)))
            continue;
        if (histogram && series * item_values(item) > HISTOGRAM_SETS)
            continue;
        series *= item_values(item);
        buf_str(out, any ? ", " : "labels = ");
        any = true;
        buf_str(out, item->label);
        if (item->guess.role == ROLE_ROUTE)
            buf_fmt(out, "=%s_route", item->name);
        else if (strcmp(item->label, item->name) != 0)
            buf_fmt(out, "=%s", item->name);
    }
    buf_str(out, any ? "\n" : "");
}

/* Names a family so that no other has its name, with and without _total. */
static void print_family(struct paper *p, const char *type, const char *name, const char *end)
{
    struct buf full = BUF_INIT;

    buf_str(&full, name);
    suggest_unique(&p->metrics, 0, &full);
    buf_fmt(p->out, "\n[%s %s%s]\nhelp = ", type, full.p, end);
    buf_release(&full);
}

/* 1, 2.5, 5 and their tenfolds from below the least to above the largest, at most 14. */
static void print_buckets(double min, double max, struct buf *out)
{
    static const double steps[] = {1, 2.5, 5};
    unsigned thin = 1;

    if (!(max > 0))
        return;
    if (!(min > max * 1e-6))
        min = max * 1e-6;
    int from = 0, to;

#define STEP(i) (steps[((i) % 3 + 3) % 3] * __builtin_powi(10, ((i) - (((i) % 3 + 3) % 3)) / 3))
    while (STEP(from) > min)
        from--;
    while (STEP(from + 1) <= min)
        from++;
    for (to = from; STEP(to) < max; to++)
        ;
    while ((unsigned)(to - from) / thin >= 14)
        thin++;
    buf_str(out, "buckets =");
    for (int i = from; i < to + (int)thin; i += (int)thin) {
        char text[NUM_TEXT];
        struct buf digits = BUF_INIT;
        struct num v;

        buf_fmt(&digits, "%.2g", STEP(i));
        num_parse(buf_all(&digits), &UNIT_PLAIN, &v);
        num_format(text, v.d);
        buf_fmt(out, " %s", text);
        buf_release(&digits);
    }
#undef STEP
    buf_char(out, '\n');
}

static double factor_of(const struct item *i)
{
    struct unit unit;
    struct num one;

    if (i->stats->classes[WORD_NUMBER] != i->stats->seen ||
        unit_parse(slice_str(i->guess.unit), &unit) < 0 || num_parse(SLICE("1"), &unit, &one) < 0)
        return 1;
    return one.d;
}

static void print_histogram(struct paper *p, const struct proposal *q, const struct item *i)
{
    bool time = i->guess.role == ROLE_TIME;
    double factor = factor_of(i);
    struct buf name = BUF_INIT;

    buf_fmt(&name, "%s_", q->event);
    suggest_field_name(slice_str(i->name), &name);
    for (size_t k = 0; k < 6; k++) {
        static const char *const ends[] = {"_seconds", "_ms", "_ns", "_us", "_bytes", "_s"};
        size_t n = strlen(ends[k]);

        if (name.n > n && strcmp(name.p + name.n - n, ends[k]) == 0)
            name.p[name.n -= n] = '\0';
    }
    buf_str(&name, time ? "_seconds" : "_bytes");
    print_family(p, "histogram", name.p, "");
    buf_fmt(p->out, "%s of lines of event %s\nobserve = %s\nvalue = %s\nunit = %s\n",
            time ? "Duration" : "Size", q->event, q->event, i->name, i->guess.unit);
    print_labels(q, true, p->out);
    print_buckets(i->stats->min * factor, i->stats->max * factor, p->out);
    buf_release(&name);
}

static void print_number(struct paper *p, const struct proposal *q, const struct item *i)
{
    bool add = i->guess.role == ROLE_ADD;
    struct buf name = BUF_INIT;

    buf_fmt(&name, "%s_", q->event);
    suggest_field_name(slice_str(i->name), &name);
    for (size_t k = 0; k < 4; k++) {
        static const char *const ends[] = {"_total", "_sum", "_bucket", "_created"};
        size_t n = strlen(ends[k]);

        if (name.n > n && strcmp(name.p + name.n - n, ends[k]) == 0)
            name.p[name.n -= n] = '\0';
    }
    if (!add && name.n > 6 && strcmp(name.p + name.n - 6, "_count") == 0)
        name.n -= 6;
    if (!add)
        buf_str(&name, "_current");
    print_family(p, add ? "counter" : "gauge", name.p, add ? "_total" : "");
    buf_fmt(p->out, "%s of lines of event %s\n%s = %s\nvalue = %s\n", i->name, q->event,
            add ? "add" : "set", q->event, i->name);
    print_labels(q, false, p->out);
    buf_release(&name);
}

void suggest_metrics(struct paper *p, const struct proposal *q)
{
    print_family(p, "counter", q->event, "_total");
    buf_str(p->out, "Lines that say: ");
    suggest_shown(q->kind->shape->example, 80, p->out);
    buf_fmt(p->out, "\ninc = %s\n", q->event);
    print_labels(q, false, p->out);
    for (size_t i = 0; i < q->n; i++) {
        if (q->items[i].guess.role == ROLE_TIME || q->items[i].guess.role == ROLE_SIZE)
            print_histogram(p, q, &q->items[i]);
        else if (is_value(&q->items[i]))
            print_number(p, q, &q->items[i]);
    }
}
