/* update -- mappings made ready, and run.
 *
 * Nearly always one event took the line: its mappings run as they stand in its plan, with the
 * series from its cache. Only when several events took the line are their mappings merged. Series
 * that a line needs may come, but none goes before the line is done.
 *
 * A `struct trace *` passed down is constant NULL in one of two copies (TRACED), and compiled
 * away. */
#include "config.h"

#include "engine/update.h"

#include "base/xalloc.h"
#include "engine/match.h"
#include "metrics/own.h"

#include <stdlib.h>

#define SERIES_UNMADE UINT32_MAX

enum { CACHED_FEW = 2048, CACHED_MAX = 1 << 20 };

/* A mapping made ready: what its update needs, in one place. */
enum op_kind { OP_COUNT, OP_OBSERVE, OP_GAUGE, OP_RESET };

struct update_op {
    enum op_kind kind;
    uint32_t position; /* among the mappings of its event */
    bool reads;        /* a value from the line; else `fixed` */
    bool exemplar;     /* its event has one, and its family keeps them */
    struct family *family;
    const struct mapping *mapping;
    struct num fixed; /* a number of the rules; 1 for inc and dec */
};

struct updater {
    const struct ruleset *rules;
    struct registry *registry;
    struct plan *plans;
    struct update_op *ops; /* of each mapping, as plans name them: those of an event side by side */
    struct family *skipped, *folded, *errors;
    int64_t now_ns;
    uint64_t generation;
    const struct update_op **merged; /* of several events */
    uint64_t *actions_ran; /* per event: record.number of the line its actions last ran for */
};

static void add_families(struct updater *u)
{
    for (unsigned i = 0; i < u->rules->nfamilies; i++) {
        const struct family_def *def = &u->rules->families[i];
        struct family *f = registry_family(u->registry, &def->spec);

        if (def->at_start)
            family_touch(f);
        for (unsigned z = 0; z < def->nzeros; z++)
            family_pin(f, def->zeros + (size_t)z * def->spec.nlabels, u->now_ns);
    }
}

static struct update_op *ops_of(const struct updater *u, const struct plan *p)
{
    return u->ops + (p->mappings - u->plans[0].mappings);
}

static struct update_op make_op(struct updater *u, const struct mapping *m, uint32_t position)
{
    const struct family_spec *spec = &u->rules->families[m->family].spec;
    struct update_op op = {
        .kind = spec->type == FAMILY_COUNTER ? OP_COUNT : OP_OBSERVE,
        .reads = m->value_is_field && m->verb != VERB_INC && m->verb != VERB_DEC &&
                 m->verb != VERB_RESET,
        .position = position,
        .exemplar = u->rules->events[m->event].nexemplar && spec->exemplars,
        .family = registry_find(u->registry, slice_str(spec->name)),
        .mapping = m,
        .fixed = m->number,
    };

    if (m->verb == VERB_RESET)
        op.kind = OP_RESET;
    else if (spec->type == FAMILY_GAUGE)
        op.kind = OP_GAUGE;
    if (m->verb == VERB_INC || m->verb == VERB_DEC)
        op.fixed = (struct num){1, 1, true};
    return op;
}

struct updater *updater_new(const struct ruleset *rules, struct registry *registry,
                            struct plan *plans, int64_t now_ns)
{
    struct updater *u = xcalloc(1, sizeof *u);

    u->rules = rules;
    u->registry = registry;
    u->plans = plans;
    u->now_ns = now_ns;
    u->actions_ran = xcalloc(rules->nevents + 1, sizeof *u->actions_ran);
    u->ops = xcalloc(rules->nmappings + 1, sizeof *u->ops);
    u->merged = xcalloc(rules->nmappings + 1, sizeof *u->merged);
    add_families(u);
    for (unsigned e = 0; e < rules->nevents; e++)
        for (unsigned i = 0; i < plans[e].nmappings; i++)
            ops_of(u, &plans[e])[i] = make_op(u, &rules->mappings[plans[e].mappings[i]], i);
    u->skipped = own_family(registry, OWN_RULE_SKIPPED);
    u->errors = own_family(registry, OWN_RULE_ERRORS);
    u->folded = own_family(registry, OWN_SERIES_FOLDED);
    u->generation = registry_generation(registry);
    return u;
}

void updater_free(struct updater *u)
{
    if (!u)
        return;
    free(u->ops);
    free(u->merged);
    free(u->actions_ran);
    free(u);
}

void updater_set_now(struct updater *u, int64_t now_ns)
{
    u->now_ns = now_ns;
}

static void count(struct updater *u, struct family *f, const struct slice *labels)
{
    counter_inc(f, family_series(f, labels, u->now_ns, NULL), 1, u->now_ns);
}

const char *skip_text(enum skip skip)
{
    static const char *const texts[] = {NULL, "missing", "not_a_number", "negative"};

    return texts[skip];
}

static void count_skip(struct updater *u, const struct mapping *m, enum skip why)
{
    struct slice labels[] = {slice_str(u->rules->families[m->family].spec.name),
                             slice_str(u->rules->events[m->event].name), slice_str(skip_text(why))};

    count(u, u->skipped, labels);
}

void updater_count_error(struct updater *u, unsigned event, const char *reason)
{
    struct slice labels[] = {slice_str(u->rules->events[event].name), slice_str(reason)};

    count(u, u->errors, labels);
}

static void count_folded(struct updater *u, const struct mapping *m, const struct folded *folded)
{
    const struct family_spec *spec = &u->rules->families[m->family].spec;
    struct slice labels[] = {slice_str(spec->name), SLICE("*")};

    if (folded->all) {
        count(u, u->folded, labels);
        return;
    }
    for (unsigned i = 0; i < spec->nlabels; i++) {
        if (!(folded->mask & (UINT32_C(1) << i)))
            continue;
        labels[1] = slice_str(spec->labels[i]);
        count(u, u->folded, labels);
    }
}

/* The registry dropped series (registry_expire, between lines): the indexes in the caches are no
 * longer valid. */
static void forget_series(struct updater *u)
{
    u->generation = registry_generation(u->registry);
    for (unsigned e = 0; e < u->rules->nevents; e++)
        seriescache_clear(u->plans[e].cache);
}

static void label_values(struct record *r, const struct mapping *m, unsigned n,
                         struct slice *values)
{
    for (unsigned i = 0; i < n; i++)
        values[i] = m->labels[i].constant ? m->labels[i].text : record_text(r, &m->labels[i].field);
}

bool updater_actions(struct updater *u, struct record *r, unsigned event)
{
    bool limit = false;

    if (u->plans[event].actions_always || u->actions_ran[event] == r->number)
        return false;
    u->actions_ran[event] = r->number;
    match_actions(r, &u->rules->events[event], &limit);
    if (limit)
        updater_count_error(u, event, "match_limit");
    return limit;
}

/* Its index, also in *s, where the next line with these texts finds it. A label set that was folded is asked for again each
 * time: there may be room by then. */
static __attribute__((noinline)) uint32_t make_series(struct updater *u, struct record *r,
                                                      const struct update_op *op, uint32_t *s)
{
    struct slice values[LABELS_MAX];
    struct folded folded = {0};

    updater_actions(u, r, op->mapping->event);
    label_values(r, op->mapping, family_spec(op->family)->nlabels, values);
    uint32_t index = family_series(op->family, values, u->now_ns, &folded);

    if (folded.any)
        count_folded(u, op->mapping, &folded);
    *s = folded.any ? SERIES_UNMADE : index;
    return index;
}

/* Not yet found, or dropped by a reset: then it comes back only where there is room. */
ALWAYS_INLINE bool is_to_make(const struct update_op *op, uint32_t index)
{
    return index == SERIES_UNMADE || (op->kind == OP_GAUGE && gauge_is_dropped(op->family, index));
}

/* How many label sets an event may remember: some for each of its series, and some that come and
 * go. */
static uint32_t cache_limit(const struct updater *u, const struct plan *p)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < p->nmappings; i++) {
        uint32_t of_one = family_nseries(ops_of(u, p)[i].family);

        n = n > of_one ? n : of_one;
    }
    return CACHED_FEW + (n < CACHED_MAX / 2 ? 2 * n : CACHED_MAX);
}

/* For a label set not seen before. Its series are made by the first update that is not refused, so
 * that a value that is no number makes no series. */
static __attribute__((noinline)) uint32_t *cache_series(struct updater *u, struct plan *p)
{
    uint32_t *series = seriescache_add(p->cache, &p->key, cache_limit(u, p));

    for (unsigned i = 0; i < p->nmappings; i++)
        series[i] = SERIES_UNMADE;
    return series;
}

ALWAYS_INLINE uint32_t *find_series(struct updater *u, struct plan *p)
{
    uint32_t *series = seriescache_find(p->cache, &p->key);

    return series ? series : cache_series(u, p);
}

/* Before any action of the line is run by updater_actions: it may write what an input reads. */
ALWAYS_INLINE void read_inputs(struct plan *p, struct record *r)
{
    serieskey_begin(&p->key);
    for (unsigned i = 0; i < p->ninputs; i++)
        serieskey_add(&p->key, record_text(r, &p->inputs[i]), r->block);
}

static enum skip read_value(struct record *r, const struct update_op *op, struct num *ret_value)
{
    struct slice text = record_text(r, &op->mapping->value);

    if (text.n == 0)
        return SKIP_MISSING;
    if (num_parse(text, &op->mapping->unit, ret_value) < 0)
        return SKIP_NOT_A_NUMBER;
    return ret_value->d < 0 && op->kind != OP_GAUGE ? SKIP_NEGATIVE : SKIP_NOT;
}

static void keep_exemplar(struct updater *u, struct record *r, const struct update_op *op,
                          uint32_t index, double value)
{
    const struct event *e = &u->rules->events[op->mapping->event];
    struct exemplar x = {.value = value};

    for (unsigned i = 0; i < e->nexemplar && x.nlabels < EXEMPLAR_LABELS_MAX; i++) {
        struct slice text = record_text(r, &e->exemplar[i]);

        if (text.n == 0)
            continue;
        x.name[x.nlabels] = slice_str(e->exemplar[i].name);
        x.text[x.nlabels++] = text;
    }
    if (x.nlabels == 0)
        return;
    x.time = (double)record_time(r) / 1e9;
    family_exemplar(op->family, index, &x);
}

static void reset_series(struct updater *u, struct record *r, const struct update_op *op)
{
    struct slice values[LABELS_MAX];

    label_values(r, op->mapping, family_spec(op->family)->nlabels, values);
    gauge_reset(op->family, values, u->now_ns);
}

static void update_gauge(struct updater *u, struct record *r, const struct update_op *op,
                         uint32_t index, double v)
{
    enum verb verb = op->mapping->verb;

    if (verb == VERB_SET)
        gauge_set(op->family, index, v, record_time(r), r->source->id, u->now_ns);
    else
        gauge_add(op->family, index, verb == VERB_DEC || verb == VERB_SUB ? -v : v, u->now_ns);
}

static void note_update(const struct updater *u, struct record *r, const struct update_op *op,
                        enum skip skip, const struct num *v, struct trace *t)
{
    unsigned n = family_spec(op->family)->nlabels;
    struct traced_update *noted = &t->updates[op->mapping - u->rules->mappings];

    while (noted->next)
        noted = noted->next;
    if (noted->done)
        noted = noted->next = arena_alloc(&r->scratch, sizeof *noted);
    *noted = (struct traced_update){
        true, skip, *v, arena_alloc(&r->scratch, (n + 1) * sizeof *noted->labels), NULL};
    label_values(r, op->mapping, n, noted->labels);
}

TRACED void update(struct updater *u, struct record *r, const struct update_op *op, uint32_t *s,
                   struct trace *t)
{
    const struct num *v = &op->fixed;
    enum skip skip = SKIP_NOT;
    struct num value;

    if (op->reads) {
        skip = read_value(r, op, &value);
        v = skip == SKIP_NOT ? &value : v;
    }
    if (t)
        note_update(u, r, op, skip, v, t);
    if (skip != SKIP_NOT) {
        count_skip(u, op->mapping, skip);
        return;
    }
    if (op->kind == OP_RESET) {
        reset_series(u, r, op);
        return;
    }
    uint32_t index = *s;
    unsigned bucket = 0;

    if (is_to_make(op, index))
        index = make_series(u, r, op, s);
    if (op->kind == OP_COUNT)
        counter_add(op->family, index, v, u->now_ns);
    else if (op->kind == OP_OBSERVE)
        bucket = histogram_observe(op->family, index, v->d, u->now_ns);
    else
        update_gauge(u, r, op, index, v->d);
    if (op->exemplar && family_wants_exemplar(op->family, index, bucket))
        keep_exemplar(u, r, op, index, v->d);
}

/* For all members, before the next update of the rules. */
TRACED void update_members(struct updater *u, struct record *r, const struct update_op *op,
                           struct trace *t)
{
    unsigned event = op->mapping->event;
    struct plan *p = &u->plans[event];

    for (unsigned k = 0; k < p->members->n; k++) {
        each_show(r, &u->rules->events[event], p->members, k);
        read_inputs(p, r);
        update(u, r, op, find_series(u, p) + op->position, t);
    }
    each_hide(r, &u->rules->events[event], p->members);
}

TRACED void apply_one(struct updater *u, struct record *r, unsigned event, struct trace *t)
{
    struct plan *p = &u->plans[event];
    const struct update_op *op = ops_of(u, p), *end = op + p->nmappings;
    uint32_t *series;

    if (p->members) {
        for (; op < end; op++)
            update_members(u, r, op, t);
        return;
    }
    series = find_series(u, p);
    for (; op < end; op++)
        update(u, r, op, series++, t);
}

/* Mappings, as rules name them. */
static int by_number(const void *a, const void *b)
{
    const struct update_op *x = *(const struct update_op *const *)a;
    const struct update_op *y = *(const struct update_op *const *)b;

    return (x->mapping > y->mapping) - (x->mapping < y->mapping);
}

static __attribute__((noinline)) void apply_merged(struct updater *u, struct record *r,
                                                   const uint32_t *events, unsigned n,
                                                   struct trace *t)
{
    unsigned count_all = 0;

    for (unsigned i = 0; i < n; i++)
        read_inputs(&u->plans[events[i]], r);
    for (unsigned i = 0; t && i < n; i++)
        t->trials[events[i]].gave_up |= updater_actions(u, r, events[i]);
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < u->plans[events[i]].nmappings; k++)
            u->merged[count_all++] = ops_of(u, &u->plans[events[i]]) + k;
    qsort(u->merged, count_all, sizeof *u->merged, by_number);
    for (unsigned i = 0; i < count_all; i++) {
        const struct update_op *op = u->merged[i];
        struct plan *p = &u->plans[op->mapping->event];

        if (p->members)
            update_members(u, r, op, t);
        else
            update(u, r, op, find_series(u, p) + op->position, t);
    }
}

TRACED void apply(struct updater *u, struct record *r, const uint32_t *events, unsigned n,
                  struct trace *t)
{
    if (registry_generation(u->registry) != u->generation)
        forget_series(u);
    if (n > 1) {
        apply_merged(u, r, events, n, t);
        return;
    }
    read_inputs(&u->plans[events[0]], r);
    if (t)
        t->trials[events[0]].gave_up |= updater_actions(u, r, events[0]);
    apply_one(u, r, events[0], t);
}

void updater_apply(struct updater *u, struct record *r, const uint32_t *events, unsigned n)
{
    apply(u, r, events, n, NULL);
}

void updater_trace(struct updater *u, struct record *r, const uint32_t *events, unsigned n,
                   struct trace *t)
{
    apply(u, r, events, n, t);
}
