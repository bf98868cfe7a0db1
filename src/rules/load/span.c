/* span -- a [span] section: which events begin and end it, and by what they know each other.
 *
 * What its events are asked for (a label, a value, a condition) is a field of its lines. Which ones are
 * asked is known only when all metrics are read; then each is looked for in every event that ends the
 * span, and in those that begin it, of which it is kept until the end. */
#include "config.h"

#include "config/section.h"
#include "rules/load/loader.h"

#include "base/xalloc.h"

#define BEGIN_DOT SLICE("begin.")

static bool names_twice(const uint32_t *events, unsigned n, uint32_t event)
{
    for (unsigned i = 0; i < n; i++)
        if (events[i] == event)
            return true;
    return false;
}

/* `begin` or `end`. */
static unsigned load_events_of(struct load *l, const struct ini_entry *e, uint32_t **ret_events)
{
    uint32_t *events = load_alloc(l, slice_count(e->value, ',') + 1, sizeof *events), event;
    struct slice rest = e->value, piece;
    unsigned n = 0;

    while (load_list(l, e, &rest, &piece)) {
        if (!load_find_event(l, piece, e->name, ini_at(e, piece.p), &event))
            continue;
        if (names_twice(events, n, event))
            load_mistake(l, ini_at(e, piece.p), "\"%s\" names event \"%.*s\" twice", e->name,
                         SLICE_FMT(piece));
        else
            events[n++] = event;
        l->r->events[event].used = true;
    }
    *ret_events = events;
    return n;
}

static void load_keys(struct load *l, struct span *span, const struct ini_entry *e)
{
    struct slice rest = e->value, piece;

    span->keys = load_alloc(l, SPAN_KEYS_MAX, sizeof *span->keys);
    while (load_list(l, e, &rest, &piece)) {
        if (!name_is_field(piece)) {
            if (!load_quoted(l, piece, e->at))
                load_mistake(l, ini_at(e, piece.p), "\"%.*s\" is not a field name",
                             SLICE_FMT(piece));
        } else if (span->nkeys == SPAN_KEYS_MAX) {
            load_mistake(l, e->at, "\"key\" takes at most %d fields", SPAN_KEYS_MAX);
            return;
        } else {
            span->keys[span->nkeys++] = arena_strslice(l->text, piece);
        }
    }
}

static struct span_draft *draft_of(const struct load *l, const struct span *span)
{
    return &l->span_drafts[span - l->r->spans];
}

static void load_key(struct load *l, struct span *span, const struct ini_entry *e)
{
    struct span_draft *draft = draft_of(l, span);
    struct key_value v = {0};

    switch (e->key->id) {
    case KEY_BEGIN:
        draft->begin = e->at;
        span->nbegins = load_events_of(l, e, &span->begins);
        break;
    case KEY_END:
        span->nends = load_events_of(l, e, &span->ends);
        draft->end = l->drafts[span->event].unless_at = e->at;
        break;
    case KEY_SPAN_KEY:
        draft->key = e->at;
        load_keys(l, span, e);
        break;
    case KEY_SPAN_TIMEOUT:
        if (key_read(e->key, e, l->m, &v))
            span->timeout_ns = (int64_t)v.n;
        break;
    case KEY_MAX_OPEN:
        if (key_read(e->key, e, l->m, &v))
            span->max_open = (uint32_t)v.n;
        break;
    default:
        break;
    }
}

/* So that it is not taken for what a bare number is elsewhere. */
static void load_duration_unit(struct load *l, const struct span *span)
{
    struct draft *d = &l->drafts[span->event];

    GROW(d->units, d->nunits, d->units_cap);
    d->units[d->nunits] =
        (struct field_unit){.name = "_duration", .text = SLICE("s"), .at = span->at, .used = true};
    (void)unit_parse(SLICE("s"), &d->units[d->nunits++].unit);
}

void load_span(struct load *l, unsigned i, const struct ini_section *s)
{
    struct span *span = &l->r->spans[i];
    bool refused = false, begin = false, end = false;

    span->timeout_ns = (int64_t)key_default(KEY_SPAN_TIMEOUT).n;
    span->max_open = (uint32_t)key_default(KEY_MAX_OPEN).n;
    for (size_t k = 0; k < s->n; k++) {
        const struct key *key = s->entries[k].key;

        refused |= !key;
        begin |= key && key->id == KEY_BEGIN;
        end |= key && key->id == KEY_END;
        if (key)
            load_key(l, span, &s->entries[k]);
    }
    if (!refused && !(begin && end))
        load_mistake(l, s->at, "span \"%s\" has no \"%s\": name the events that %s it", s->name,
                     begin ? "end" : "begin", begin ? "end" : "begin");
    load_duration_unit(l, span);
}

/* --- what is asked ---------------------------------------------------------------------------- */

/* How often rules say the name of a decoded field; 0 when they do not. */
static unsigned uses_of(const struct load *l, struct slice name)
{
    uint64_t i;

    return map_get(&l->decoded, name, &i) ? l->uses[i].uses : 0;
}

/* However many events are asked for it, it was said once. */
static void said_once(struct load *l, struct slice name, unsigned before)
{
    uint64_t i;

    if (map_get(&l->decoded, name, &i))
        l->uses[i].uses = before + 1;
}

/* Where each of `events` has the field; nothing in none of them is the caller's to say. One that is no
 * event of a line is not asked, as it would ask its own lines in turn: check_lines says what is wrong. */
static struct ref *refs_in(struct load *l, const uint32_t *events, unsigned n, const char *name,
                           const struct asked *a, bool *ret_any)
{
    struct ref *refs = load_alloc(l, n, sizeof *refs);

    for (unsigned i = 0; i < n; i++) {
        bool of_lines = !load_span_event(l, events[i]);

        refs[i].name = name;
        if (of_lines)
            load_ref(l, events[i], STAGE_END, &refs[i], true, a->what, a->at);
        *ret_any |= !of_lines || refs[i].n > 0 || l->drafts[events[i]].groups_unknown;
    }
    return refs;
}

static unsigned kept_number(struct span *span, const char *name)
{
    unsigned i = 0;

    while (i < span->nkept && strcmp(span->kept[i], name) != 0)
        i++;
    return i;
}

/* `refs` in the order of the begins, for one field more. */
static void keep(struct load *l, struct span *span, const char *name, const struct ref *refs)
{
    struct ref *all = load_alloc(l, (size_t)span->nbegins * (span->nkept + 1), sizeof *all);
    const char **names = load_alloc(l, span->nkept + 1, sizeof *names);

    for (unsigned b = 0; b < span->nbegins; b++) {
        for (unsigned k = 0; k < span->nkept; k++)
            all[b * (span->nkept + 1) + k] = span->begin_kept[b * span->nkept + k];
        all[b * (span->nkept + 1) + span->nkept] = refs[b];
    }
    for (unsigned k = 0; k < span->nkept; k++)
        names[k] = span->kept[k];
    names[span->nkept++] = name;
    span->kept = names;
    span->begin_kept = all;
}

static void no_such_field(struct load *l, const struct span *span, const struct asked *a,
                          const char *name, bool of_begin)
{
    load_mistake(l, a->at, "%s: no event that begins%s span \"%s\" has a field \"%s\"", a->what,
                 of_begin ? "" : " or ends", span->name, name);
}

static void add_field(struct load *l, struct span *span, const struct asked *a)
{
    const struct event *ev = &l->r->events[a->event];
    bool dotted = slice_starts(slice_str(a->name), BEGIN_DOT), any = false;
    const char *name = dotted ? a->name + BEGIN_DOT.n : a->name;
    unsigned before = uses_of(l, slice_str(name));
    struct span_field *f = &span->fields[ev->unfinished][span->nfields[ev->unfinished]++];

    f->slot = a->slot;
    load_patch(l, &f->slot, 1);
    if (!dotted && !ev->unfinished)
        f->ends = refs_in(l, span->ends, span->nends, name, a, &any);
    f->kept = kept_number(span, name);
    if (f->kept == span->nkept)
        keep(l, span, name, refs_in(l, span->begins, span->nbegins, name, a, &any));
    else
        any = true;
    if (!any)
        no_such_field(l, span, a, name, dotted || ev->unfinished);
    said_once(l, slice_str(name), before);
}

static struct ref *key_refs(struct load *l, const struct span *span, const uint32_t *events,
                            unsigned n)
{
    struct ref *refs = load_alloc(l, (size_t)n * span->nkeys, sizeof *refs);
    struct buf what = BUF_INIT;

    for (unsigned i = 0; i < n * span->nkeys; i++) {
        const char *name = span->keys[i % span->nkeys];
        unsigned before = uses_of(l, slice_str(name));

        buf_clear(&what);
        buf_fmt(&what, "key \"%s\" of span \"%s\"", name, span->name);
        refs[i].name = name;
        if (!load_span_event(l, events[i / span->nkeys]))
            load_ref(l, events[i / span->nkeys], STAGE_END, &refs[i], false, what.p,
                     draft_of(l, span)->key);
        if (i >= span->nkeys)
            said_once(l, slice_str(name), before ? before - 1 : 0);
    }
    buf_release(&what);
    return refs;
}

/* --- what is written -------------------------------------------------------------------------- */

static void put_section(struct buf *out, const struct ini_section *s)
{
    buf_fmt(out, "[%s]\n", s->text);
    for (size_t i = 0; i < s->n; i++)
        buf_fmt(out, "%s = %.*s\n", s->entries[i].name, SLICE_FMT(s->entries[i].value));
}

static void put_regex(struct buf *out, const struct pattern *p)
{
    if (!p)
        return;
    buf_slice(out, pattern_text(p));
    buf_char(out, '\n');
}

/* What does not stand in the section: patterns by name, and what a file holds. */
static void put_action(struct buf *out, const struct action *a)
{
    put_regex(out, a->pattern);
    if (a->map && a->map->file)
        buf_fmt(out, "@%016llx\n", (unsigned long long)table_fingerprint(a->map->file));
}

/* Also what its regexes come to: the pieces that they name may be others now. */
static void put_event(const struct load *l, uint32_t event, struct buf *out)
{
    const struct event *e = &l->r->events[event];

    put_section(out, l->drafts[event].section);
    for (unsigned i = 0; i < e->nconditions; i++)
        put_regex(out, e->conditions[i].capture.pattern);
    for (unsigned i = 0; i < e->nactions; i++)
        put_action(out, &e->actions[i]);
}

/* The events that it needs, each once, come before those that need them. */
static void mark_needed(const struct load *l, bool *needed)
{
    for (unsigned i = l->r->nevents; i-- > 0;) {
        const struct event *e = &l->r->events[l->r->order[i]];

        if (!needed[l->r->order[i]])
            continue;
        if (e->parent != EVENT_NONE)
            needed[e->parent] = true;
        for (unsigned k = 0; k < e->nunless; k++)
            needed[e->unless[k]] = true;
    }
}

static void write_down(struct load *l, struct span *span)
{
    bool *needed = load_alloc(l, l->r->nevents + 1, sizeof *needed);
    struct buf text = BUF_INIT;

    for (unsigned i = 0; i < span->nbegins; i++)
        needed[span->begins[i]] = true;
    for (unsigned i = 0; i < span->nends; i++)
        needed[span->ends[i]] = true;
    mark_needed(l, needed);
    put_section(&text, l->drafts[span->event].section);
    for (unsigned i = 0; i < l->r->nevents; i++)
        if (needed[i] && !l->r->events[i].span)
            put_event(l, i, &text);
    span->definition = arena_slice(l->text, buf_all(&text));
    buf_release(&text);
}

void load_span_refs(struct load *l)
{
    for (unsigned i = 0; i < l->r->nspans; i++) {
        struct span *span = &l->r->spans[i];

        span->begin_keys = key_refs(l, span, span->begins, span->nbegins);
        span->end_keys = key_refs(l, span, span->ends, span->nends);
        for (unsigned k = 0; k < 2; k++)
            span->fields[k] = load_alloc(l, l->nasked, sizeof *span->fields[k]);
        write_down(l, span);
    }
    for (unsigned i = 0; i < l->nasked; i++) {
        const struct asked *a = &l->asked[i];
        struct span *span = l->r->events[a->event].span;

        if (strcmp(a->name, "_duration") != 0) {
            add_field(l, span, a);
            continue;
        }
        span->duration = a->slot;
        load_patch(l, &span->duration, 1);
    }
}

/* --- checks ----------------------------------------------------------------------------------- */

static void check_lines(struct load *l, const struct span *span, const char *key,
                        const uint32_t *events, unsigned n, struct where at)
{
    for (unsigned i = 0; i < n; i++) {
        const struct event *e = &l->r->events[events[i]];

        if (load_span_event(l, events[i]))
            load_mistake(l, at, "\"%s\" of span \"%s\" names \"%s\", which is no event of a line",
                         key, span->name, e->name);
        else if (e->each)
            load_mistake(
                l, at,
                "\"%s\" of span \"%s\" names \"%s\", which has \"each\" and happens several "
                "times a line",
                key, span->name, e->name);
    }
}

/* What is given up is of no line: no `match` sees it, and it is beside no event of a line. */
static void check_event(struct load *l, uint32_t event)
{
    struct event *e = &l->r->events[event];
    const struct event *root = load_span_event(l, event);
    const struct event *without = root && root->unfinished ? root : NULL;
    unsigned kept = 0;

    if (without && l->drafts[event].has_match)
        load_mistake(l, e->at,
                     "\"%s\" has no line that could match; where = _line =~ REGEX looks at that of "
                     "its begin",
                     without->name);
    for (unsigned i = 0; i < e->nunless; i++) {
        const struct event *other = load_span_event(l, e->unless[i]);

        other = other && other->unfinished ? other : NULL;
        if (other == without)
            e->unless[kept++] = e->unless[i];
        else
            load_warning(l, l->drafts[event].unless_at,
                         "unless %s rules nothing out: \"%s\" happens without a line",
                         l->r->events[e->unless[i]].name, (without ? without : other)->name);
    }
    e->nunless = kept;
}

/* Does an update of the family, by this verb, come of the event? */
static const struct mapping *updates(const struct load *l, unsigned family, enum verb verb,
                                     uint32_t event)
{
    for (unsigned i = 0; i < l->r->nmappings; i++) {
        const struct mapping *m = &l->r->mappings[i];

        if (m->family == family && m->verb == verb && m->event == event)
            return m;
    }
    return NULL;
}

/* A gauge that goes up at the begin and down at the end stays up after what never ends. */
static void check_gauges(struct load *l, const struct span *span)
{
    for (unsigned i = 0; i < l->r->nmappings; i++) {
        const struct mapping *m = &l->r->mappings[i];

        if (m->verb != VERB_DEC || m->event != span->event ||
            updates(l, m->family, VERB_DEC, span->event + 1))
            continue;
        load_warning(
            l, m->at,
            "\"%s\" does not go down when a span is given up; write dec = %s, %s.unfinished",
            l->r->families[m->family].spec.name, span->name, span->name);
    }
}

void load_check_spans(struct load *l)
{
    for (unsigned i = 0; i < l->r->nspans; i++) {
        struct span *span = &l->r->spans[i];

        span->used = l->r->events[span->event].used || l->r->events[span->event + 1].used;
        l->r->spans_used |= span->used;
        if (!span->used)
            load_warning(l, span->at, "nothing uses span \"%s\"", span->name);
        check_lines(l, span, "begin", span->begins, span->nbegins, draft_of(l, span)->begin);
        check_lines(l, span, "end", span->ends, span->nends, draft_of(l, span)->end);
        check_gauges(l, span);
    }
    for (unsigned i = 0; i < l->r->nevents && l->r->nspans; i++)
        check_event(l, i);
    l->r->uses_time |= l->r->spans_used;
}
