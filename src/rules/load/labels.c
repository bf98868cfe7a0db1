/* labels -- the labels, the unit and the value of a metric section.
 *
 * They belong to the section, not to the family: each repetition of a metric may take its labels
 * from other fields and its value in another unit. Only the names of the labels must be the
 * family's, and the first section says in what order all keep them. */
#include "config.h"

#include "rules/load/metric.h"

static void list_labels(struct buf *out, const char *const *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%s%s", i ? ", " : "", names[i]);
    if (n == 0)
        buf_str(out, "none");
}

static void different_labels(struct metric *t, const struct label_item *items, unsigned n,
                             struct where at)
{
    struct buf here = BUF_INIT, there = BUF_INIT;
    const char *names[LABELS_MAX];

    for (unsigned i = 0; i < n; i++)
        names[i] = arena_strslice(t->l->text, items[i].name);
    list_labels(&here, names, n);
    list_labels(&there, t->def->spec.labels, t->def->spec.nlabels);
    load_mistake(t->l, at,
                 "the labels of \"%s\" are %s in %s:%d, and %s here; they must be the same",
                 t->def->spec.name, there.p, t->draft->labels.file, t->draft->labels.line, here.p);
    buf_release(&here);
    buf_release(&there);
}

static const struct label_item *find_item(const struct label_item *items, unsigned n,
                                          const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(items[i].name, slice_str(name)))
            return &items[i];
    return NULL;
}

/* The first section of a family says which labels it has and in what order. */
static void name_labels(struct metric *t, const struct label_item *items, unsigned n,
                        struct where at)
{
    const char **names = load_alloc(t->l, n, sizeof *names);

    for (unsigned i = 0; i < n; i++)
        names[i] = arena_strslice(t->l->text, items[i].name);
    t->def->spec.labels = names;
    t->def->spec.nlabels = n;
    t->draft->labels = at;
}

/* Puts the labels in the family's order; false when the names are not the same. */
static bool in_order(struct metric *t, const struct label_item *items, unsigned n)
{
    if (n != t->def->spec.nlabels)
        return false;
    for (unsigned i = 0; i < n; i++) {
        const struct label_item *item = find_item(items, n, t->def->spec.labels[i]);

        if (!item)
            return false;
        t->labels[i] = *item;
    }
    return true;
}

void metric_labels(struct metric *t)
{
    const struct ini_entry *e = metric_entry(t, "labels");
    struct where at = e ? e->at : t->section->at;
    size_t before = t->l->m->nmistakes;
    struct label_item items[LABELS_MAX];
    bool good;

    t->nlabels = e ? load_labels(t->l, e, items) : 0;
    good = t->l->m->nmistakes == before;
    if (t->draft->labels.line == 0) {
        name_labels(t, items, t->nlabels, at);
        t->draft->labels_bad = !good;
    }
    good = good && !t->bad && !t->draft->labels_bad;
    if (good && in_order(t, items, t->nlabels))
        return;
    if (good)
        different_labels(t, items, t->nlabels, at);
    t->bad = true;
    memcpy(t->labels, items, t->nlabels * sizeof *items);
}

/* Words people write for units. */
static const char *unit_meant(struct slice s)
{
    static const struct {
        const char *written, *meant;
    } words[] = {
        {"sec", "s"},
        {"secs", "s"},
        {"second", "s"},
        {"seconds", "s"},
        {"msec", "ms"},
        {"millis", "ms"},
        {"millisecond", "ms"},
        {"milliseconds", "ms"},
        {"usec", "us"},
        {"micros", "us"},
        {"microseconds", "us"},
        {"nsec", "ns"},
        {"nanos", "ns"},
        {"nanoseconds", "ns"},
        {"m", "min"},
        {"mins", "min"},
        {"minute", "min"},
        {"minutes", "min"},
        {"hour", "h"},
        {"hours", "h"},
        {"byte", "B"},
        {"bytes", "B"},
        {"b", "B"},
        {"k", "kB"},
        {"%", "percent"},
        {"pct", "percent"},
    };
    static const char *const units[] = {"ns",  "us",  "ms",  "s",  "min", "h",  "B",  "KiB",
                                        "MiB", "GiB", "TiB", "kB", "MB",  "GB", "TB", "percent"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq(s, slice_str(words[i].written)))
            return words[i].meant;
    return nearest(s, units, sizeof units / sizeof *units);
}

void metric_unit(struct metric *t)
{
    const struct ini_entry *e = t->unit;

    t->model.unit = UNIT_PLAIN;
    if (!e)
        return;
    if (!t->value)
        load_mistake(t->l, e->at, "\"unit\" without \"value\": say of which field it is the unit");
    t->model.unit_text = arena_slice(t->l->text, e->value);
    if (unit_parse(e->value, &t->model.unit) == 0)
        return;
    if (ini_is_quoted(e->value))
        load_mistake(t->l, e->at, "%.*s is quoted; leave the quotes out", SLICE_FMT(e->value));
    else
        load_mistake(
            t->l, e->at, "unknown unit \"%.*s\"%s", SLICE_FMT(e->value),
            unit_meant(e->value)
                ? load_hint(t->l, unit_meant(e->value))
                : "; there are ns us ms s min h, B KiB MiB GiB TiB kB MB GB TB, percent, 1/N");
    t->model.unit = UNIT_PLAIN;
    t->value_bad = true;
}

static bool begins_number(struct slice s)
{
    return s.n && strchr("0123456789+-.", *s.p);
}

/* `value = FIELD | NUMBER`. */
void metric_value(struct metric *t)
{
    const struct ini_entry *e = t->value;

    if (!e)
        return;
    t->value_bad = true;
    if (begins_number(e->value)) {
        if (num_parse(e->value, &t->model.unit, &t->model.number) < 0)
            load_mistake(t->l, e->at, "\"value\" is a field or a number, and \"%.*s\" is neither",
                         SLICE_FMT(e->value));
        else if (t->model.number.d < 0 && t->def->spec.type != FAMILY_GAUGE)
            load_mistake(t->l, e->at, "a %s takes no negative value (\"%.*s\")",
                         family_type_text(t->def->spec.type), SLICE_FMT(e->value));
        else
            t->value_bad = false;
        return;
    }
    if (load_is_field(e->value)) {
        t->model.value_is_field = true;
        t->model.value.name = arena_strslice(t->l->text, e->value);
        t->value_bad = false;
    } else if (ini_is_quoted(e->value)) {
        load_mistake(t->l, e->at, "%.*s is quoted; leave the quotes out", SLICE_FMT(e->value));
    } else {
        load_mistake(t->l, e->at, "\"value\" is the name of a field, or a number, not \"%.*s\"%s",
                     SLICE_FMT(e->value),
                     memchr(e->value.p, '$', e->value.n) ? "; write the name alone, without $"
                                                         : "");
    }
}
