/* load_metric -- a [counter], [gauge] or [histogram] section: a family when it is the first of its
 * name, and a mapping for each event of each verb, in the order written.
 *
 * A section with mistakes still makes its family and counts its events as used, so that one mistake
 * does not call forth others. */
#include "config.h"

#include "rules/load.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *text;
    enum verb verb;
    bool wants_value;
} verbs[] = {
    {"inc", VERB_INC, false},        {"add", VERB_ADD, true}, {"dec", VERB_DEC, false},
    {"sub", VERB_SUB, true},         {"set", VERB_SET, true}, {"reset", VERB_RESET, false},
    {"observe", VERB_OBSERVE, true},
};

enum { NVERBS = sizeof verbs / sizeof *verbs };

/* A section being read. */
struct metric {
    struct load *l;
    const struct ini_section *section;
    const bool *good;
    unsigned family;
    struct family_def *def;
    struct family_draft *draft;
    struct label_item labels[LABELS_MAX]; /* in the family's order */
    unsigned nlabels;
    bool labels_bad;
    const struct ini_entry *value, *unit;
    struct mapping model; /* value and unit, the same for all its mappings */
    bool value_bad;
};

const char *verb_text(enum verb verb)
{
    for (unsigned i = 0; i < NVERBS; i++)
        if (verbs[i].verb == verb)
            return verbs[i].text;
    return "";
}

const char *family_type_text(enum family_type type)
{
    static const char *const text[] = {"counter", "gauge", "histogram"};

    return text[type];
}

static int find_verb(const char *name)
{
    for (int i = 0; i < NVERBS; i++)
        if (strcmp(verbs[i].text, name) == 0)
            return i;
    return -1;
}

static const struct ini_entry *find_entry(const struct metric *t, const char *name)
{
    for (size_t i = 0; i < t->section->n; i++)
        if (t->good[i] && strcmp(t->section->entries[i].name, name) == 0)
            return &t->section->entries[i];
    return NULL;
}

static void check_family_name(struct load *l, const char *name, struct where at)
{
    struct slice s = slice_str(name);

    if (memchr(s.p, ':', s.n))
        load_mistake(l, at, "\"%s\" is not a metric name: colons are for recording rules", name);
    else if (!load_is_prom_name(s))
        load_mistake(l, at, "\"%s\" is not a metric name ([A-Za-z_][A-Za-z0-9_]*)", name);
    else if (slice_starts(s, SLICE("logtally_")) || slice_starts(s, SLICE("process_")) ||
             strcmp(name, "up") == 0 || strcmp(name, "ALERTS") == 0)
        load_mistake(
            l, at, "the metric name \"%s\" is reserved (logtally_*, process_*, up, ALERTS)", name);
}

/* Finds or makes the family. */
static void find_family(struct metric *t, enum family_type type)
{
    struct load *l = t->l;
    const struct ini_section *s = t->section;
    uint64_t i;

    if (map_get(&l->families, slice_str(s->name), &i)) {
        t->family = (unsigned)i;
        t->def = &l->r->families[i];
        t->draft = &l->family_drafts[i];
        if (t->def->spec.type != type)
            load_mistake(l, s->at, "\"%s\" is a %s in %s:%d and cannot be a %s too", s->name,
                         family_type_text(t->def->spec.type), t->def->at.file, t->def->at.line,
                         family_type_text(type));
        return;
    }
    check_family_name(l, s->name, s->at);
    t->family = l->r->nfamilies++;
    t->def = &l->r->families[t->family];
    t->draft = &l->family_drafts[t->family];
    t->def->at = s->at;
    t->def->spec.name = arena_str(l->text, s->name);
    t->def->spec.type = type;
    map_put(&l->families, slice_str(s->name), t->family);
}

/* A key of the family: true when this is the first; else *same says whether it may stay. */
static bool first_time(struct metric *t, const struct ini_entry *e, struct where *at, bool same)
{
    if (at->line == 0) {
        *at = e->at;
        return true;
    }
    if (!same)
        load_mistake(t->l, e->at, "\"%s\" of \"%s\" is given otherwise in %s:%d; give it once",
                     e->name, t->def->spec.name, at->file, at->line);
    return false;
}

static void read_help(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    bool same = spec->help && slice_eq(slice_str(spec->help), e->value);

    if (first_time(t, e, &t->draft->help, same))
        spec->help = arena_slice(t->l->text, e->value).p;
}

static void read_buckets(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    double bounds[BUCKETS_MAX], *kept;
    unsigned n = load_buckets(t->l, e, bounds);
    bool same = n == spec->nbuckets;

    for (unsigned i = 0; same && i < n; i++)
        same = bounds[i] == spec->buckets[i];
    if (n == 0 || !first_time(t, e, &t->draft->buckets, same))
        return;
    kept = load_alloc(t->l, n, sizeof *kept);
    memcpy(kept, bounds, n * sizeof *kept);
    spec->buckets = kept;
    spec->nbuckets = n;
}

static void read_limit(struct metric *t, const struct ini_entry *e, struct where *at,
                       uint32_t *limit)
{
    enum { LIMIT_MAX = 10000000 };
    uint64_t v = 0;
    bool good = e->value.n > 0 && e->value.n <= 8;

    for (size_t i = 0; good && i < e->value.n; i++) {
        good = e->value.p[i] >= '0' && e->value.p[i] <= '9';
        v = v * 10 + (uint64_t)(e->value.p[i] - '0');
    }
    if (!good || v < 1 || v > LIMIT_MAX)
        load_mistake(t->l, e->at, "\"%s\" is a whole number from 1 to %d, not \"%.*s\"", e->name,
                     LIMIT_MAX, SLICE_FMT(e->value));
    else if (first_time(t, e, at, v == *limit))
        *limit = (uint32_t)v;
}

static void read_expire(struct metric *t, const struct ini_entry *e)
{
    int64_t ns;

    if (duration_parse(e->value, &ns) < 0 || ns <= 0)
        load_mistake(t->l, e->at,
                     "\"expire\" is a time with its unit, as 90s, 15m or 1h, not \"%.*s\"",
                     SLICE_FMT(e->value));
    else if (first_time(t, e, &t->draft->expire, ns == t->def->spec.expire_ns))
        t->def->spec.expire_ns = ns;
}

static void read_min(struct metric *t, const struct ini_entry *e)
{
    struct family_spec *spec = &t->def->spec;
    struct num num;

    if (num_parse(e->value, &UNIT_PLAIN, &num) < 0) {
        load_mistake(t->l, e->at, "\"min\" is a number, not \"%.*s\"", SLICE_FMT(e->value));
        return;
    }
    if (!first_time(t, e, &t->draft->min, spec->min == num.d))
        return;
    spec->has_min = true;
    spec->min = num.d;
}

static void read_family_keys(struct metric *t)
{
    for (size_t i = 0; i < t->section->n; i++) {
        const struct ini_entry *e = &t->section->entries[i];

        if (!t->good[i])
            continue;
        if (strcmp(e->name, "help") == 0)
            read_help(t, e);
        else if (strcmp(e->name, "buckets") == 0)
            read_buckets(t, e);
        else if (strcmp(e->name, "max_values") == 0)
            read_limit(t, e, &t->draft->max_values, &t->def->spec.max_values);
        else if (strcmp(e->name, "max_series") == 0)
            read_limit(t, e, &t->draft->max_series, &t->def->spec.max_series);
        else if (strcmp(e->name, "expire") == 0)
            read_expire(t, e);
        else if (strcmp(e->name, "min") == 0)
            read_min(t, e);
    }
}

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
    t->labels_bad = true;
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

static void read_labels(struct metric *t)
{
    const struct ini_entry *e = find_entry(t, "labels");
    struct where at = e ? e->at : t->section->at;
    size_t before = t->l->m->nmistakes;
    struct label_item items[LABELS_MAX];
    unsigned n = e ? load_labels(t->l, e, items) : 0;

    t->labels_bad = t->l->m->nmistakes != before;
    if (t->draft->labels.line == 0)
        name_labels(t, items, n, at);
    if (n != t->def->spec.nlabels) {
        if (!t->labels_bad)
            different_labels(t, items, n, at);
        t->labels_bad = true;
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        const struct label_item *item = find_item(items, n, t->def->spec.labels[i]);

        if (!item) {
            different_labels(t, items, n, at);
            return;
        }
        t->labels[i] = *item;
    }
    t->nlabels = n;
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
        {"ratio", "percent"},
    };
    static const char *const units[] = {"ns",  "us",  "ms",  "s",  "min", "h",  "B",  "KiB",
                                        "MiB", "GiB", "TiB", "kB", "MB",  "GB", "TB", "percent"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq(s, slice_str(words[i].written)))
            return words[i].meant;
    return nearest(s, units, sizeof units / sizeof *units);
}

static void read_unit(struct metric *t)
{
    const struct ini_entry *e = t->unit;

    t->model.unit = UNIT_PLAIN;
    if (!e)
        return;
    if (!t->value)
        load_mistake(t->l, e->at, "\"unit\" without \"value\": say of which field it is the unit");
    if (unit_parse(e->value, &t->model.unit) == 0)
        return;
    load_mistake(t->l, e->at, "unknown unit \"%.*s\"%s", SLICE_FMT(e->value),
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
static void read_value(struct metric *t)
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
    } else if (load_is_quoted(e->value)) {
        load_mistake(t->l, e->at, "%.*s is quoted; leave the quotes out", SLICE_FMT(e->value));
    } else {
        load_mistake(t->l, e->at, "\"value\" is the name of a field, or a number, not \"%.*s\"%s",
                     SLICE_FMT(e->value),
                     memchr(e->value.p, '$', e->value.n) ? "; write the name alone, without $"
                                                         : "");
    }
}

/* What makes two mappings equal. */
static bool seen_before(struct metric *t, const struct mapping *k, struct where at)
{
    struct buf key = BUF_INIT;
    bool again = false;
    uint64_t first;

    buf_u32(&key, (uint32_t)k->family);
    buf_u32(&key, k->event);
    buf_u32(&key, k->verb);
    buf_u32(&key, k->value_is_field);
    buf_blob(&key, slice_str(k->value.name));
    buf_f64(&key, k->number.d);
    buf_u32(&key, k->unit.kind);
    buf_u64(&key, k->unit.mul);
    buf_u32(&key, (uint32_t)k->unit.exp10);
    buf_u32(&key, k->unit.div);
    for (unsigned i = 0; i < t->nlabels; i++) {
        buf_u8(&key, t->labels[i].constant);
        buf_blob(&key, t->labels[i].text);
    }
    if (map_get(&t->l->mapping_keys, buf_all(&key), &first)) {
        const struct where *w = &t->l->mappings[first].at;

        load_mistake(t->l, at, "\"%s = %s\" of \"%s\" is the same mapping as in %s:%d",
                     verb_text(k->verb), t->l->r->events[k->event].name, t->def->spec.name, w->file,
                     w->line);
        again = true;
    } else {
        map_put(&t->l->mapping_keys, buf_all(&key), t->l->nmappings);
    }
    buf_release(&key);
    return again;
}

/* Labels as that event sees them. */
static struct label *event_labels(struct metric *t, uint16_t event, struct where at)
{
    struct label *labels = load_alloc(t->l, t->nlabels, sizeof *labels);

    for (unsigned i = 0; i < t->nlabels; i++) {
        struct label *label = &labels[i];
        char what[80];

        label->name = t->def->spec.labels[i];
        label->constant = t->labels[i].constant;
        if (label->constant) {
            label->text = t->labels[i].text;
            continue;
        }
        label->field.name = arena_strslice(t->l->text, t->labels[i].text);
        snprintf(what, sizeof what, "label \"%.60s\"", label->name);
        load_ref(t->l, event, STAGE_END, &label->field, false, what, at);
    }
    return labels;
}

static void add_mapping(struct metric *t, int verb, uint16_t event, const struct ini_entry *e)
{
    struct load *l = t->l;
    const struct ini_entry *labels = find_entry(t, "labels");
    struct mapping k = t->model;

    l->r->events[event].used = true;
    if (t->labels_bad || (verbs[verb].wants_value && (!t->value || t->value_bad)))
        return;
    if (!verbs[verb].wants_value)
        k = (struct mapping){.unit = UNIT_PLAIN};
    k.family = (uint16_t)t->family;
    k.event = event;
    k.verb = verbs[verb].verb;
    k.at = e->at;
    if (seen_before(t, &k, e->at))
        return;
    if (k.value_is_field)
        load_ref(l, event, STAGE_END, &k.value, false, "value", t->value->at);
    k.labels = event_labels(t, event, labels ? labels->at : e->at);
    GROW(l->mappings, l->nmappings, l->mappings_cap);
    l->mappings[l->nmappings++] = k;
}

static void read_verb(struct metric *t, int verb, const struct ini_entry *e)
{
    struct load *l = t->l;
    struct slice rest = e->value, piece;
    uint64_t event;

    t->draft->inc_or_dec |= verbs[verb].verb == VERB_INC || verbs[verb].verb == VERB_DEC;
    if (verbs[verb].wants_value && !t->value)
        load_mistake(l, e->at, "\"%s\" needs a value: write value = FIELD or value = NUMBER",
                     e->name);
    while (load_list(l, e, &rest, &piece)) {
        if (map_get(&l->events, piece, &event))
            add_mapping(t, verb, (uint16_t)event, e);
        else
            load_mistake(l, e->at, "unknown event \"%.*s\"%s%s", SLICE_FMT(piece),
                         load_hint(l, load_nearest(l, &l->events, piece)),
                         load_is_name(piece) ? "" : "; events are divided by commas");
    }
}

static void read_verbs(struct metric *t)
{
    const char *kind = t->section->kind;
    bool any = false, wants_value = false, bad_key = false;

    for (size_t i = 0; i < t->section->n; i++) {
        int verb = find_verb(t->section->entries[i].name);

        bad_key |= !t->good[i];
        if (verb < 0 || !t->good[i])
            continue;
        any = true;
        wants_value |= verbs[verb].wants_value;
        read_verb(t, verb, &t->section->entries[i]);
    }
    if (!any && !bad_key)
        load_mistake(t->l, t->section->at, "%s \"%s\" has no verb: say which events %s it", kind,
                     t->section->name,
                     strcmp(kind, "counter") == 0 ? "inc or add"
                     : strcmp(kind, "gauge") == 0 ? "inc, dec, add, sub, set or reset"
                                                  : "observe");
    else if (any && t->value && !wants_value)
        load_mistake(t->l, t->value->at,
                     "nothing here uses \"value\": inc, dec and reset take none");
}

/* The section's labels as load_zero wants them; no refs. */
static void read_zeros(struct metric *t)
{
    struct label labels[LABELS_MAX];

    for (unsigned i = 0; i < t->nlabels; i++)
        labels[i] = (struct label){.name = t->def->spec.labels[i],
                                   .constant = t->labels[i].constant,
                                   .text = t->labels[i].text};
    for (size_t i = 0; i < t->section->n; i++)
        if (t->good[i] && !t->labels_bad && strcmp(t->section->entries[i].name, "zero") == 0)
            load_zero(t->l, t->family, labels, &t->section->entries[i]);
}

void load_metric(struct load *l, const struct ini_section *s, unsigned kind)
{
    struct metric t = {.l = l, .section = s, .good = load_keys(l, s, kind)};

    find_family(&t, kind == SECTION_COUNTER ? FAMILY_COUNTER
                    : kind == SECTION_GAUGE ? FAMILY_GAUGE
                                            : FAMILY_HISTOGRAM);
    read_family_keys(&t);
    read_labels(&t);
    t.value = find_entry(&t, "value");
    t.unit = find_entry(&t, "unit");
    read_unit(&t);
    read_value(&t);
    read_verbs(&t);
    read_zeros(&t);
}
