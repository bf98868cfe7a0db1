/* metrics -- the metrics proposed for one event: a counter of its lines, and what its numbers are
 * good for. */
#include "config.h"

#include "suggest/proposal.h"

#include "base/num.h"

#include <stdio.h>

enum { HISTOGRAM_SETS = 300, ZERO_VALUES = 6, ZERO_SERIES = 24, ZERO_SEEN = 20 };

/* What the lines of a kind are, in words: nothing in it is of one line only. */
static void print_what(const struct kind *k, bool first, struct buf *out)
{
    if (kind_is_access(k)) {
        buf_str(out, "HTTP requests");
        return;
    }
    buf_str(out, k->of == KIND_KEYS ? first ? "Records with " : "records with "
                 : first            ? "Lines: "
                                    : "lines: ");
    add_pattern(k, out);
}

/* Are the label's values all there will be? Few words, each of which came often. */
static bool is_closed(const struct item *i)
{
    struct slice value;
    uint64_t n;

    if (i->guess.role != ROLE_LABEL || i->stats->values.n > ZERO_VALUES || i->maps_level)
        return false;
    for (size_t at = 0; map_next(&i->stats->values, &at, &value, &n);)
        if (n * ZERO_SEEN < i->stats->seen || !text_fits_zero(value) ||
            (word_class(value) == WORD_NUMBER && !field_is_status(slice_str(i->name))))
            return false;
    return true;
}

/* Series that are there from the start, where all labels have few values that are known. */
static void print_zero(const struct proposal *p, struct buf *out)
{
    const char *between = "zero = ";
    size_t series = 1;

    for (size_t i = 0; i < p->n; i++) {
        if (!p->items[i].label)
            continue;
        series *= item_values(&p->items[i]);
        if (!is_closed(&p->items[i]) || p->items[i].stats->seen < p->kind->shape->count ||
            series > ZERO_SERIES)
            return;
    }
    for (size_t i = 0; i < p->n; i++) {
        struct slice value;
        uint64_t n;

        if (!p->items[i].label)
            continue;
        buf_fmt(out, "%s%s", between, p->items[i].label);
        between = " ";
        for (size_t at = 0; map_next(&p->items[i].stats->values, &at, &value, &n);)
            buf_fmt(out, "%s%.*s", at == 1 ? "=" : "|", SLICE_FMT(value));
    }
    buf_str(out, *between == ' ' ? "\n" : "");
}

static void print_labels(const struct proposal *p, bool histogram, struct buf *out)
{
    const char *between = "labels = ";
    size_t series = 1;

    for (size_t i = 0; i < p->n; i++) {
        const struct item *item = &p->items[i];

        if (!item->label)
            continue;
        /* a histogram is a dozen series per label set: what came of it is for the counter */
        if (histogram && word_among(slice_str(item->label), "status code level"))
            continue;
        if (histogram && series * item_values(item) > HISTOGRAM_SETS)
            continue;
        series *= item_values(item);
        buf_fmt(out, "%s%s", between, item->label);
        between = ", ";
        if (item->guess.role == ROLE_ROUTE)
            buf_fmt(out, "=%s_route", item->name);
        else if (strcmp(item->label, item->name) != 0)
            buf_fmt(out, "=%s", item->name);
    }
    buf_str(out, *between == ',' ? "\n" : "");
}

/* The head of a family that no other has the name of, with and without _total. */
static void print_family(struct rulesfile *f, const char *type, struct buf *name, const char *end)
{
    buf_fmt(f->out, "\n[%s %s%s]\nhelp = ", type, unique_name(f, &f->metrics, name), end);
}

/* ... 0.5, 1, 2.5, 5, 10, 25 ...; the 0th is 1. */
static double step(int i)
{
    static const double steps[] = {1, 2.5, 5};
    int k = (i % 3 + 3) % 3;

    return steps[k] * __builtin_powi(10, (i - k) / 3);
}

/* The steps from below the least to above the largest, at most 14. None is below `least`: what is written tells no
 * more. */
static void print_buckets(double min, double max, double least, struct buf *out)
{
    int from = 0, to, thin = 1;

    if (!(max > 0))
        return;
    if (!(min > max * 1e-4))
        min = max * 1e-4;
    if (min < least)
        min = least;
    while (step(from) > min)
        from--;
    while (step(from + 1) <= min)
        from++;
    for (to = from; step(to) < max; to++)
        ;
    while ((to - from) / thin >= 14)
        thin++;
    buf_str(out, "buckets =");
    for (int i = from; i < to + thin; i += thin) {
        char text[NUM_TEXT];
        struct num v;

        snprintf(text, sizeof text, "%.2g", step(i));
        num_parse(slice_str(text), &UNIT_PLAIN, &v);
        num_format(text, v.d);
        buf_fmt(out, " %s", text);
    }
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

/* What becomes of a number. */
static const struct form {
    const char *type, *verb, *what;
    const char *drop, *add, *end; /* endings of the field's name, of the family's, behind _2 */
} forms[] = {
    [ROLE_TIME] = {"histogram", "observe", "Duration", "_seconds _ms _ns _us _bytes _s", "_seconds",
                   ""},
    [ROLE_SIZE] = {"histogram", "observe", "Size", "_seconds _ms _ns _us _bytes _s", "_bytes", ""},
    [ROLE_ADD] = {"counter", "add", "Sum", "_total _sum _bucket _created", "", "_total"},
    [ROLE_SET] = {"gauge", "set", "Last value", "_total _sum _bucket _created _count", "_current",
                  ""},
};

static void print_value(struct rulesfile *f, const struct proposal *p, const struct item *i)
{
    const struct form *form = &forms[i->guess.role];
    const char *event = p->kind->event;
    bool histogram = strcmp(form->verb, "observe") == 0;
    double factor = factor_of(i);
    struct buf name = BUF_INIT;

    buf_fmt(&name, "%s_", event);
    add_field_name(field_within(f->sample, slice_str(i->name)), &name);
    drop_ends(&name, form->drop);
    buf_str(&name, form->add);
    print_family(f, form->type, &name, form->end);
    buf_fmt(f->out, "%s (%s) of ", form->what, i->name);
    print_what(p->kind, false, f->out);
    buf_fmt(f->out, "\n%s = %s\nvalue = %s\n", form->verb, event, i->name);
    if (histogram)
        buf_fmt(f->out, "unit = %s\n", i->guess.unit);
    print_labels(p, histogram, f->out);
    if (histogram)
        print_buckets(i->stats->min * factor, i->stats->max * factor,
                      i->stats->fraction || factor == 1 ? 0 : factor, f->out);
}

void print_metrics(struct rulesfile *f, const struct proposal *p)
{
    struct buf name = BUF_INIT;

    buf_str(&name, p->kind->event);
    print_family(f, "counter", &name, "_total");
    print_what(p->kind, true, f->out);
    buf_fmt(f->out, "\ninc = %s\n", p->kind->event);
    print_labels(p, false, f->out);
    print_zero(p, f->out);
    for (size_t i = 0; i < p->n; i++)
        if (item_is_value(&p->items[i]))
            print_value(f, p, &p->items[i]);
}
