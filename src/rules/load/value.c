/* value -- the value of a metric section and its unit. They belong to the section, not to the
 * family: each repetition of a metric may have others. */
#include "config.h"

#include "rules/load/metric.h"

const struct ini_entry *metric_entry(const struct metric *t, enum key_id id)
{
    for (size_t i = 0; i < t->section->n; i++)
        if (t->section->entries[i].key && t->section->entries[i].key->id == id)
            return &t->section->entries[i];
    return NULL;
}

/* Words people write for units. */
static const char *unit_meant(struct slice s)
{
    static const struct {
        const char *unit, *written;
    } words[] = {
        {"s", "sec secs second seconds"},
        {"ms", "msec millis millisecond milliseconds"},
        {"us", "usec micros microseconds"},
        {"ns", "nsec nanos nanoseconds"},
        {"min", "m mins minute minutes"},
        {"h", "hour hours"},
        {"B", "byte bytes b"},
        {"kB", "k"},
        {"percent", "% pct"},
    };
    static const char *const units[] = {"ns",  "us",  "ms",  "s",  "min", "h",  "B",  "KiB",
                                        "MiB", "GiB", "TiB", "kB", "MB",  "GB", "TB", "percent"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        struct slice rest = slice_str(words[i].written), word;

        while (slice_cut(&rest, ' ', &word))
            if (slice_eq(s, word))
                return words[i].unit;
    }
    return nearest(s, units, sizeof units / sizeof *units);
}

static void unknown_unit(struct load *l, const struct ini_entry *e)
{
    const char *meant = unit_meant(e->value);

    load_mistake(l, e->at, "unknown unit \"%.*s\"", SLICE_FMT(e->value));
    mistake_near(l->m, meant);
    if (!meant)
        mistake_hint(l->m,
                     "there are ns us ms s min h, B KiB MiB GiB TiB kB MB GB TB, percent, 1/N");
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
    if (!load_quoted(t->l, e->value, e->at))
        unknown_unit(t->l, e);
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
    if (name_is_field(e->value)) {
        t->model.value_is_field = true;
        t->model.value.name = arena_strslice(t->l->text, e->value);
        t->value_bad = false;
    } else if (!load_quoted(t->l, e->value, e->at)) {
        load_mistake(t->l, e->at, "\"value\" is the name of a field, or a number, not \"%.*s\"%s",
                     SLICE_FMT(e->value),
                     memchr(e->value.p, '$', e->value.n) ? "; write the name alone, without $"
                                                         : "");
    }
}
