/* units -- the key `unit` of a metric section and `unit.FIELD` of an event: what bare numbers count.
 *
 * An event's units are those of its parents (`of`) too: where a field comes from, it is known what
 * it counts. They are read when the event is, and applied when all events are in order. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/xalloc.h"

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

bool load_unit(struct load *l, const struct ini_entry *e, struct unit *ret_unit)
{
    *ret_unit = UNIT_PLAIN;
    if (unit_parse(e->value, ret_unit) == 0)
        return true;
    if (!load_quoted(l, e->value, e->at))
        unknown_unit(l, e);
    return false;
}

void load_field_unit(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct draft *d = &l->drafts[event];
    struct unit unit;

    if (!load_unit(l, e, &unit))
        return;
    GROW(d->units, d->nunits, d->units_cap);
    d->units[d->nunits++] = (struct field_unit){.name = strchr(e->name, '.') + 1,
                                                .unit = unit,
                                                .text = arena_slice(l->text, e->value),
                                                .at = e->at};
}

static struct field_unit *unit_of(struct load *l, uint32_t event, const char *name);

/* What the first of them that says it says of the field. One that is no event of a line is not
 * asked, as it would ask its own lines in turn: a mistake, which span.c tells. */
static struct field_unit *unit_of_any(struct load *l, const uint32_t *events, unsigned n,
                                      const char *name)
{
    struct field_unit *u = NULL;

    for (unsigned i = 0; i < n && !u; i++)
        if (!load_span_event(l, events[i]))
            u = unit_of(l, events[i], name);
    return u;
}

/* What a line of the span says of it, the end's before the begin's. */
static struct field_unit *unit_of_lines(struct load *l, const struct span *span, const char *name)
{
    struct field_unit *u = unit_of_any(l, span->ends, span->nends, name);

    return u ? u : unit_of_any(l, span->begins, span->nbegins, name);
}

static struct field_unit *unit_of(struct load *l, uint32_t event, const char *name)
{
    for (; event != EVENT_NONE; event = l->r->events[event].parent) {
        if (l->r->events[event].span && strcmp(name, "_duration") != 0)
            return unit_of_lines(l, l->r->events[event].span, name);
        struct draft *d = &l->drafts[event];

        for (unsigned i = 0; i < d->nunits; i++) {
            if (strcmp(d->units[i].name, name) != 0)
                continue;
            d->units[i].used = true;
            return &d->units[i];
        }
    }
    return NULL;
}

/* A VALUE without a unit counts what the field counts, one with a unit must be of that kind. */
static void condition_unit(struct load *l, struct condition *c, const struct field_unit *u)
{
    bool bare = c->unit.kind == UNIT_NONE;

    c->told = true;
    if (!bare && c->unit.kind != u->unit.kind) {
        load_mistake(l, c->at, "%.*s is of another kind than the unit of %s, %.*s",
                     SLICE_FMT(c->text), c->field.name, SLICE_FMT(u->text));
        return;
    }
    c->unit = u->unit;
    if (bare)
        (void)num_parse(c->text, &u->unit, &c->number); /* as without, it is a number */
}

void load_event_units(struct load *l, uint32_t event)
{
    struct event *e = &l->r->events[event];

    for (unsigned i = 0; i < e->nconditions; i++) {
        struct condition *c = &e->conditions[i];
        struct field_unit *u =
            !c->is_match && c->op >= OP_LT ? unit_of(l, event, c->field.name) : NULL;

        if (u)
            condition_unit(l, c, u);
    }
    for (unsigned i = 0; i < e->nactions; i++) {
        struct action *a = &e->actions[i];

        for (unsigned k = 0; a->calc && k < a->nrefs; k++) {
            struct field_unit *u =
                calc_field_is_time(a->calc, k) ? NULL : unit_of(l, event, a->refs[k].name);

            if (!u)
                continue;
            if (!a->units)
                a->units = load_alloc(l, a->nrefs, sizeof *a->units);
            a->units[k] = u->unit;
        }
    }
}

static bool same_unit(const struct unit *a, const struct unit *b)
{
    return a->kind == b->kind && a->mul == b->mul && a->exp10 == b->exp10 && a->div == b->div;
}

bool load_mapping_unit(struct load *l, struct mapping *k, struct where at)
{
    struct field_unit *u = unit_of(l, k->event, k->value.name);

    if (!u)
        return true;
    if (k->unit_text.n == 0) {
        k->unit = u->unit;
        k->unit_text = u->text;
        return true;
    }
    if (same_unit(&k->unit, &u->unit))
        return true;
    return load_mistake(l, at, "the unit of \"%s\" is %.*s here, and %.*s by unit.%s (%s:%d)",
                        k->value.name, SLICE_FMT(k->unit_text), SLICE_FMT(u->text), u->name,
                        u->at.file, u->at.line);
}

void load_check_units(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        for (unsigned k = 0; k < l->drafts[i].nunits; k++)
            if (!l->drafts[i].units[k].used)
                load_warning(l, l->drafts[i].units[k].at,
                             "nothing reads \"%s\" as a number: no <, >, calc or value",
                             l->drafts[i].units[k].name);
}
