/* metric -- a [counter], [gauge] or [histogram] section: a family when it is the first of its
 * name, and a mapping for each event of each verb, in the order written.
 *
 * A section with mistakes still makes its family and counts its events as used, so that one mistake
 * does not call forth others. */
#include "config.h"

#include "rules/load/metric.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

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

        if (w->line == at.line && strcmp(w->file, at.file) == 0)
            load_mistake(t->l, at, "\"%s\" names event \"%s\" twice", verb_text(k->verb),
                         t->l->r->events[k->event].name);
        else
            load_mistake(t->l, at, "\"%s = %s\" of \"%s\" is the same mapping as in %s:%d",
                         verb_text(k->verb), t->l->r->events[k->event].name, t->def->spec.name,
                         w->file, w->line);
        again = true;
    } else {
        map_put(&t->l->mapping_keys, buf_all(&key), t->l->nmappings);
    }
    buf_release(&key);
    return again;
}

/* Labels as that event sees them. */
static struct label *event_labels(struct metric *t, uint32_t event, struct where at)
{
    struct label *labels = load_alloc(t->l, t->nlabels, sizeof *labels);

    for (unsigned i = 0; i < t->nlabels; i++) {
        struct label *label = &labels[i];
        char what[80];

        label->name = arena_strslice(t->l->text, t->labels[i].name);
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

static void add_mapping(struct metric *t, enum verb verb, uint32_t event, const struct ini_entry *e)
{
    struct load *l = t->l;
    const struct ini_entry *labels = metric_entry(t, KEY_LABELS);
    bool good = !t->bad && (!verb_has_value(verb) || (t->value && !t->value_bad));
    struct mapping k = t->model;

    l->r->events[event].used = true;
    if (!verb_has_value(verb))
        k = (struct mapping){.unit = UNIT_PLAIN};
    k.family = t->family;
    k.event = event;
    k.verb = verb;
    k.at = e->at;
    if (k.value_is_field && !load_mapping_unit(l, &k, t->unit ? t->unit->at : e->at))
        good = false;
    if (good && seen_before(t, &k, e->at))
        return;
    if (k.value_is_field)
        load_ref(l, event, STAGE_END, &k.value, false, "value", t->value->at);
    k.labels = event_labels(t, event, labels ? labels->at : e->at);
    if (!good)
        return;
    if (l->nmappings == MAPPINGS_MAX) {
        if (!l->too_many_mappings)
            load_mistake(l, e->at, "more than %d mappings of events to metrics", MAPPINGS_MAX);
        l->too_many_mappings = true;
        return;
    }
    GROW(l->mappings, l->nmappings, l->mappings_cap);
    l->mappings[l->nmappings++] = k;
}

static void unknown_event(struct load *l, struct slice name, struct where at)
{
    const char *near = load_nearest(l, &l->events, name);
    uint64_t meant;

    if (!load_quoted(l, name, at)) {
        load_mistake(l, at, "unknown event \"%.*s\"", SLICE_FMT(name));
        if (memchr(name.p, ' ', name.n))
            mistake_hint(l->m, "events are divided by commas");
        else
            mistake_near(l->m, near);
    }
    if (near && map_get(&l->events, slice_str(near), &meant))
        l->r->events[meant].used = true;
}

static void read_verb(struct metric *t, enum verb verb, const struct ini_entry *e)
{
    struct load *l = t->l;
    struct slice rest = e->value, piece;
    uint64_t event;

    t->draft->inc_or_dec |= verb == VERB_INC || verb == VERB_DEC;
    if (verb_has_value(verb) && !t->value)
        load_mistake(l, e->at, "\"%s\" needs a value: write value = FIELD or value = NUMBER",
                     e->name);
    while (load_list(l, e, &rest, &piece)) {
        if (map_get(&l->events, piece, &event))
            add_mapping(t, verb, (uint32_t)event, e);
        else
            unknown_event(l, piece, ini_at(e, piece.p));
    }
}

/* The events of a key that was refused are not said to be unused as well. */
static void read_refused(struct metric *t, const struct ini_entry *e)
{
    struct slice rest = e->value, piece;
    uint64_t event;

    while (slice_cut(&rest, ',', &piece))
        if (map_get(&t->l->events, slice_trim(piece), &event))
            t->l->r->events[event].used = true;
}

static void check_verbs(struct metric *t, bool any, bool value_used)
{
    struct buf verbs = BUF_INIT;

    if (!any) {
        key_verbs(t->section->kind, false, "or", &verbs);
        load_mistake(t->l, t->section->at, "%s \"%s\" has no verb: say which events %s it",
                     t->section->word, t->section->name, verbs.p);
    } else if (t->value && !value_used) {
        key_verbs(SECTION_METRIC, true, "and", &verbs);
        load_mistake(t->l, t->value->at, "nothing here uses \"value\": %s take none", verbs.p);
    }
    buf_release(&verbs);
}

static void read_verbs(struct metric *t)
{
    bool any = false, value_used = false, refused = false;

    for (size_t i = 0; i < t->section->n; i++) {
        const struct ini_entry *e = &t->section->entries[i];

        if (!e->key) {
            refused = true;
            read_refused(t, e);
        } else if (e->key->flags & KEY_VERB) {
            enum verb verb = (enum verb)(e->key->id - KEY_INC);

            any = true;
            value_used |= verb_has_value(verb);
            read_verb(t, verb, e);
        }
    }
    if (!refused)
        check_verbs(t, any, value_used);
}

/* The section's labels as metric_zero() wants them; no refs. */
static void read_zeros(struct metric *t)
{
    struct label labels[LABELS_MAX];

    if (t->bad)
        return;
    for (unsigned i = 0; i < t->nlabels; i++)
        labels[i] = (struct label){.name = t->def->spec.labels[i],
                                   .constant = t->labels[i].constant,
                                   .text = t->labels[i].text};
    for (size_t i = 0; i < t->section->n; i++)
        if (t->section->entries[i].key && t->section->entries[i].key->id == KEY_ZERO)
            metric_zero(t, labels, &t->section->entries[i]);
}

void load_metric(struct load *l, const struct ini_section *s)
{
    struct metric t = {.l = l, .section = s};

    t.type = s->kind == SECTION_COUNTER ? FAMILY_COUNTER
             : s->kind == SECTION_GAUGE ? FAMILY_GAUGE
                                        : FAMILY_HISTOGRAM;
    t.bad = !metric_family(&t);
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].key)
            metric_family_key(&t, &s->entries[i]);
    metric_labels(&t);
    t.value = metric_entry(&t, KEY_VALUE);
    t.unit = metric_entry(&t, KEY_UNIT);
    metric_unit(&t);
    metric_value(&t);
    read_verbs(&t);
    read_zeros(&t);
}
