/* counting -- what counts lines by the rules (a registry and an engine), made of a setup with the
 * values that were saved, and what is noted of it for pages. Knows no struct daemon. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { LINES_LOOKED_AT = 1000 };

/* What rules can make, found in one look-up for each of many saved series. */
struct makeable {
    const struct ruleset *rules;
    struct map events, metrics;           /* -> number */
    const struct mapping **first, **next; /* of each metric, and behind each of rules->mappings */
};

static void makeable_init(struct makeable *m, const struct ruleset *rules)
{
    *m = (struct makeable){.rules = rules};
    m->first = xcalloc(rules->nfamilies + 1, sizeof *m->first);
    m->next = xcalloc(rules->nmappings + 1, sizeof *m->next);
    for (unsigned i = 0; i < rules->nevents; i++)
        (void)map_put(&m->events, slice_str(rules->events[i].name), i);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        (void)map_put(&m->metrics, slice_str(rules->families[i].spec.name), i);
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *mapping = &rules->mappings[i];

        m->next[i] = m->first[mapping->family];
        m->first[mapping->family] = mapping;
    }
}

static void makeable_release(struct makeable *m)
{
    map_release(&m->events);
    map_release(&m->metrics);
    free(m->first);
    free(m->next);
}

static bool name_known(const struct makeable *m, const char *label, struct slice name)
{
    if (strcmp(label, "event") == 0)
        return map_find(&m->events, name) != NULL;
    if (strcmp(label, "log") == 0)
        return ruleset_log(m->rules, name) >= 0;
    if (strcmp(label, "span") == 0)
        return ruleset_span(m->rules, name) >= 0;
    return strcmp(label, "metric") != 0 || map_find(&m->metrics, name) != NULL;
}

static bool own_may_exist(const struct makeable *m, const struct family_spec *spec,
                          const struct slice *values)
{
    bool all = true;

    for (unsigned i = 0; i < spec->nlabels && all; i++)
        all = name_known(m, spec->labels[i], values[i]);
    return all;
}

/* Could this mapping make the label set? Only its constants can say no. */
static bool mapping_makes(const struct mapping *m, unsigned nlabels, const struct slice *values)
{
    for (unsigned i = 0; i < nlabels; i++)
        if (m->labels[i].constant && !slice_eq(m->labels[i].text, values[i]) &&
            !slice_eq(values[i], SLICE("other")))
            return false;
    return true;
}

static bool may_exist(void *ctx, const struct family *f, const struct slice *values)
{
    const struct makeable *m = ctx;
    const struct family_spec *spec = family_spec(f);
    const struct mapping *mapping;
    uint64_t metric;

    if (spec->own)
        return own_may_exist(m, spec, values);
    if (!map_get(&m->metrics, slice_str(spec->name), &metric))
        return false;
    for (mapping = m->first[metric]; mapping; mapping = m->next[mapping - m->rules->mappings])
        if (mapping_makes(mapping, spec->nlabels, values))
            return true;
    return false;
}

/* Hits of all events that update it, for each family. The caller frees. */
static uint64_t *count_hits(const struct counting *c)
{
    uint64_t *hits = xcalloc(c->rules->nfamilies + 1, sizeof *hits);

    for (unsigned i = 0; i < c->rules->nmappings; i++)
        hits[c->rules->mappings[i].family] += engine_hits(c->engine, c->rules->mappings[i].event);
    return hits;
}

/* Values that were left out, for each family. The caller frees. */
static uint64_t *count_skipped(const struct counting *c)
{
    uint64_t *counts = xcalloc(c->rules->nfamilies + 1, sizeof *counts);
    const struct family *skipped = own_family(c->registry, OWN_RULE_SKIPPED);
    uint32_t n = family_nseries(skipped);
    struct map metrics = MAP_INIT;

    for (unsigned f = 0; n && f < c->rules->nfamilies; f++)
        (void)map_put(&metrics, slice_str(c->rules->families[f].spec.name), f);
    for (uint32_t i = 0; i < n; i++) {
        struct slice values[LABELS_MAX];
        uint64_t f;

        family_labels(skipped, i, values);
        if (map_get(&metrics, values[0], &f))
            counts[f] += (uint64_t)counter_value(family_counter(skipped, i));
    }
    map_release(&metrics);
    return counts;
}

void counting_note(struct counting *c, int64_t wall_ns)
{
    uint64_t *hits = count_hits(c), *skipped = count_skipped(c);

    for (unsigned f = 0; f < c->rules->nfamilies; f++) {
        struct family_updates *u = &c->updates[f];
        struct slice name = slice_str(c->rules->families[f].spec.name);

        u->series = family_nseries(registry_find(c->registry, name));
        if (hits[f] - skipped[f] != u->done)
            u->wall_ns = wall_ns;
        u->hits = hits[f];
        u->done = hits[f] - skipped[f];
    }
    free(hits);
    free(skipped);
}

static bool same_labels(const struct family_spec *a, const struct family_spec *b)
{
    unsigned same = 0;

    for (unsigned i = 0; i < a->nlabels; i++)
        for (unsigned k = 0; k < b->nlabels; k++)
            same += strcmp(a->labels[i], b->labels[k]) == 0;
    return same == a->nlabels && a->nlabels == b->nlabels;
}

/* Of a metric before and after a reload: why its values are not gone on with. */
static void say_anew(const struct family_spec *old, const struct family_spec *new)
{
    const char *what = NULL;

    if (old->type != new->type)
        what = "type";
    else if (!same_labels(old, new))
        what = "labels";
    else if (old->nbuckets != new->nbuckets ||
             (old->nbuckets &&
              memcmp(old->buckets, new->buckets, old->nbuckets * sizeof *old->buckets) != 0))
        what = "buckets";
    if (what)
        log_warn("metric %s begins anew: its %s changed; its values are kept aside for a day",
                 new->name, what);
}

void counting_go_on(struct counting *c, struct counting *before)
{
    const struct ruleset *old = before->rules, *new = c->rules;
    struct map names = MAP_INIT;
    uint64_t was;

    counting_note(before, clock_wall_ns());
    for (unsigned f = 0; f < old->nfamilies; f++)
        (void)map_put(&names, slice_str(old->families[f].spec.name), f);
    for (unsigned f = 0; f < new->nfamilies; f++)
        if (map_get(&names, slice_str(new->families[f].spec.name), &was)) {
            c->updates[f].wall_ns = before->updates[was].wall_ns;
            say_anew(&old->families[was].spec, &new->families[f].spec);
        }
    map_release(&names);
}

/* Where a note is counted; TAIL_TOO_LONG, TAIL_INVALID and TAIL_READ_ERROR come after these. */
static const struct {
    enum own_id metric;
    const char *reason;
} counted[] = {
    [TAIL_ROTATED] = {OWN_FILES_ROTATED, NULL},
    [TAIL_TRUNCATED] = {OWN_FILES_TRUNCATED, NULL},
    [TAIL_AMBIGUOUS] = {OWN_FILES_AMBIGUOUS, NULL},
    [TAIL_VANISHED] = {OWN_FILES_VANISHED, NULL},
    [TAIL_LOST_VANISHED] = {OWN_LOST_BYTES, "vanished"},
    [TAIL_LOST_TRUNCATED] = {OWN_LOST_BYTES, "truncated"},
    [TAIL_LOST_STATE] = {OWN_LOST_BYTES, "state"},
};

void counting_add_note(struct counting *c, unsigned log, enum tail_note note, uint64_t n)
{
    struct family *f = own_family(c->registry, counted[note].metric);
    struct slice labels[] = {slice_str(c->rules->logs[log].name), slice_str(counted[note].reason)};

    counter_inc(f, family_series(f, labels, 0, NULL), n, 0);
}

/* At 0 for every log. */
static void add_input(struct counting *c)
{
    for (unsigned i = 0; i < c->rules->nlogs; i++)
        for (unsigned note = 0; note < sizeof counted / sizeof *counted; note++)
            counting_add_note(c, i, note, 0);
    family_touch(own_family(c->registry, OWN_STATE_RESETS));
}

/* Open ones, behind the values that they were counted into. */
static int load_spans(struct counting *c, struct slice spans)
{
    struct spans_report report;
    int r = engine_load_spans(c->engine, spans, &report);

    if (r == 0 && report.given_up)
        log_warn("%zu open span%s begun by other rules, and given up", report.given_up,
                 report.given_up == 1 ? " was" : "s were");
    if (r == 0 && report.forgotten)
        log_warn("%zu open span%s forgotten: the rules know %s no more", report.forgotten,
                 report.forgotten == 1 ? " is" : "s are", report.forgotten == 1 ? "it" : "them");
    return r;
}

static int restore(struct counting *c, struct slice values, int64_t running_ns)
{
    struct restore_report report = {0};
    struct makeable makeable;
    int r;

    makeable_init(&makeable, c->rules);
    r = snapshot_restore(c->registry, values, clock_wall_ns(), running_ns, may_exist, &makeable,
                         &report);
    makeable_release(&makeable);
    if (r == 0)
        log_info(
            "restored %u series, its own ones too; kept for a day without a rule: %u; dropped: %u",
            report.restored, report.parked, report.dropped);
    return r;
}

int counting_new(const struct setup *setup, int64_t running_ns, struct slice values,
                 struct slice spans, struct counting *ret)
{
    const struct settings *s = &setup->settings;
    struct ruleset *rules = setup->rules;
    struct registry_limits limits = {
        .max_series = (uint32_t)s->max_series,
        .label_bytes = (uint32_t)s->max_label,
        .now_ns = clock_wall_ns(),
    };
    struct engine_options options = {.max_line = (size_t)s->max_line,
                                     .max_label = (size_t)s->max_label,
                                     .looks = LINES_LOOKED_AT};
    int r = 0;

    *ret = (struct counting){.rules = rules, .registry = registry_new(&limits)};
    if (s->show_lines) {
        ret->unmatched = unmatched_new(rules->nlogs);
        options.unmatched = unmatched_add;
        options.ctx = ret->unmatched;
    }
    ret->engine = engine_new(rules, ret->registry, &options, running_ns);
    add_input(ret);
    ret->read_errors = xcalloc(rules->nlogs + 1, sizeof *ret->read_errors);
    ret->updates = xcalloc(rules->nfamilies + 1, sizeof *ret->updates);
    if (values.n)
        r = restore(ret, values, running_ns);
    if (r == 0)
        r = load_spans(ret, spans);
    counting_note(ret, 0); /* what was counted up to now is no update */
    return r;
}

void counting_release(struct counting *c)
{
    engine_free(c->engine);
    registry_free(c->registry);
    free(c->read_errors);
    free(c->updates);
    unmatched_free(c->unmatched);
}
