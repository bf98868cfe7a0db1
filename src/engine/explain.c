/* explain -- a trace in words: the line, the events it is with what they made and updated, and of
 * the others those that got furthest. A person waits for it, once: nothing here is quick. */
#include "config.h"

#include "engine/explain.h"

#include "engine/bare.h"
#include "engine/explain_json.h"
#include "engine/explain_near.h"
#include "engine/explain_read.h"
#include "engine/explain_spans.h"
#include "engine/missed.h"
#include "engine/steps.h"
#include "engine/words.h"

static void show_slot(const struct trace *t, const char *name, uint16_t slot, struct buf *out)
{
    struct record *r = t->record;

    explain_field(slice_str(name), field_text(&r->slots[slot], &r->scratch), out);
}

/* --- what actions made ------------------------------------------------------------------------ */

/* Why a calc has no result. */
static void show_no_result(const struct action *a, const struct step *s, struct buf *out)
{
    static const char *const why[] = {
        [OUTCOME_DONE] = "",
        [OUTCOME_MISSING] = "is missing",
        [OUTCOME_NO_NUMBER] = "is no number",
        [OUTCOME_NO_TIME] = "is no time of this log's formats",
        [OUTCOME_BY_ZERO] = "divided by zero",
        [OUTCOME_TOO_LONG] = "more than 38 digits",
    };
    bool of_field = s->outcome >= OUTCOME_MISSING && s->outcome <= OUTCOME_NO_TIME;

    buf_fmt(out, " -- %s%s%s", of_field ? a->refs[s->field].name : "", of_field ? " " : "",
            why[s->outcome]);
}

static void show_no_row(const struct action *a, const struct step *s, struct buf *out)
{
    struct slice row;

    buf_fmt(out, "has no row for ");
    if (s->looked_up.n)
        show_quoted(out, s->looked_up);
    else
        buf_fmt(out, "%s, which is missing", a->refs[0].name);
    if (!missed_row(a->map, s->looked_up, &row))
        return;
    buf_str(out, ", only for ");
    show_quoted(out, row);
}

static void show_step(const struct action *a, const struct step *s, struct buf *out)
{
    buf_fmt(out, "      %s ", action_text(a->kind));
    if (s->gave_up) {
        buf_str(out, "gave up: match limit");
    } else if (a->kind == ACTION_MAP && !s->made) {
        show_no_row(a, s, out);
    } else if (!s->made) {
        buf_str(out, "finds nothing");
    } else {
        buf_str(out, "makes it ");
        if (s->after.n)
            show_value(out, s->after);
        else
            buf_str(out, "missing");
    }
    if (a->kind == ACTION_CALC && s->outcome != OUTCOME_DONE)
        show_no_result(a, s, out);
    buf_fmt(out, "  (%s:%d)\n", a->at.file, a->at.line);
}

static bool is_made_before(const struct event *e, unsigned action)
{
    for (unsigned i = 0; i < action; i++)
        if (e->actions[i].to == e->actions[action].to)
            return true;
    return false;
}

/* What becomes of the field that this action is the first to make: what it was before, if it was
 * anything, else what that action made it. */
static void show_made_field(const struct event *e, const struct step *steps, unsigned action,
                            struct buf *out)
{
    const struct action *a = &e->actions[action];
    const struct step *s = &steps[action];
    bool is_new = s->before.n == 0 && s->made;

    explain_field(slice_str(a->name), is_new ? s->after : s->before, out);
    if (is_new && a->kind == ACTION_CALC && s->outcome != OUTCOME_DONE) {
        out->n--; /* the reason stands in the same line */
        show_no_result(a, s, out);
        buf_char(out, '\n');
    }
    for (unsigned i = action + is_new; i < e->nactions; i++)
        if (e->actions[i].to == a->to)
            show_step(&e->actions[i], &steps[i], out);
}

static void show_bare(void *ctx, const struct bare_number *b)
{
    struct buf *out = ctx;

    buf_str(out, "    ");
    bare_words(b, out);
    buf_char(out, '\n');
}

static bool is_made(const struct event *e, uint16_t slot)
{
    for (unsigned i = 0; i < e->nactions; i++)
        if (e->actions[i].to == slot)
            return true;
    return false;
}

/* A group that no action makes anew. */
static void show_groups(const struct trace *t, const struct event *e, const struct capture *c,
                        struct buf *out)
{
    for (unsigned g = 0; c->group_slots && g < pattern_ngroups(c->pattern); g++)
        if (!is_made(e, c->group_slots[g]))
            show_slot(t, pattern_group(c->pattern, g), c->group_slots[g], out);
}

/* Fields that the event itself made: groups, set, calc, rewrite, map. */
static void show_locals(const struct trace *t, const struct event *e, const struct step *steps,
                        struct buf *out)
{
    for (unsigned i = 0; i < e->nconditions; i++)
        show_groups(t, e, &e->conditions[i].capture, out);
    for (unsigned i = 0; steps && i < e->nactions; i++)
        if (!is_made_before(e, i))
            show_made_field(e, steps, i, out);
    for (unsigned i = 0; e->span && i < e->span->nfields[e->unfinished]; i++) {
        uint16_t slot = e->span->fields[e->unfinished][i].slot;

        show_slot(t, t->record->rules->slot_names[slot], slot, out);
    }
    if (e->span && !e->unfinished && e->span->duration != SLOT_NONE)
        show_slot(t, "_duration", e->span->duration, out);
}

static void show_given(const struct trace *t, const struct mapping *m,
                       const struct traced_update *u, struct buf *out)
{
    char text[NUM_TEXT];

    switch (u->skip) {
    case SKIP_MISSING:
        buf_fmt(out, " -- skipped: %s is missing", m->value.name);
        return;
    case SKIP_NOT_A_NUMBER:
        buf_fmt(out, " -- skipped: %s is no number: ", m->value.name);
        show_value(out, record_text(t->record, &m->value));
        number_words(m->value.name, record_text(t->record, &m->value), m->unit.kind, out);
        return;
    case SKIP_NEGATIVE:
        buf_fmt(out, " -- skipped: %s is negative", m->value.name);
        return;
    case SKIP_NOT:
        break;
    }
    if (!verb_has_value(m->verb))
        return;
    buf_char(out, ' ');
    buf_add(out, text,
            u->value.integral ? num_format_u64(text, u->value.u) : num_format(text, u->value.d));
}

static void show_update(const struct trace *t, const struct mapping *m,
                        const struct traced_update *u, struct buf *out)
{
    const struct family_spec *spec = &t->record->rules->families[m->family].spec;

    buf_fmt(out, "    -> %s %s", verb_text(m->verb), spec->name);
    for (unsigned i = 0; i < spec->nlabels; i++) {
        buf_fmt(out, "%s%s=", i ? "," : "{", spec->labels[i]);
        show_quoted(out, u->labels[i].n ? u->labels[i] : SLICE("unknown"));
    }
    if (spec->nlabels)
        buf_char(out, '}');
    show_given(t, m, u, out);
    buf_char(out, '\n');
}

/* What one event did, for member `member`, or as it has no members for the only one. */
static void show_updates(const struct trace *t, unsigned event, unsigned member, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;

    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct traced_update *u = trace_update(t, i, event, member);

        if (u)
            show_update(t, &rules->mappings[i], u, out);
    }
}

/* Of what the event made of the line, or of member k of it. */
static void show_made(const struct trace *t, unsigned event, unsigned k, struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];
    const struct step *steps = t->trials[event].steps;

    show_locals(t, e, steps ? steps + (size_t)k * e->nactions : NULL, out);
    for (unsigned i = 0; i < e->nconditions; i++)
        explain_comparison(t, &e->conditions[i], out);
    bare_find(t->record, e, show_bare, out);
}

static void show_members(const struct trace *t, unsigned event, struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];
    struct members *m = t->trials[event].members;

    for (unsigned k = 0; k < m->n; k++) {
        each_show(t->record, e, m, k);
        buf_fmt(out, "    member %u of %u\n", k + 1, m->n);
        show_slot(t, "_key", e->each->key, out);
        show_slot(t, "_value", e->each->value, out);
        for (unsigned i = 0; i < e->each->nnames; i++)
            show_slot(t, t->record->rules->slot_names[e->each->name_slots[i]],
                      e->each->name_slots[i], out);
        show_made(t, event, k, out);
        show_updates(t, event, k, out);
    }
    each_hide(t->record, e, m);
    if (m->n < m->found)
        buf_fmt(out, "    %u more did not pass all conditions\n", m->found - m->n);
    if (m->cut)
        buf_fmt(out, "    there are more than %d, which do not count\n", EACH_MAX);
}

static void show_event(const struct trace *t, unsigned event, const struct explain_options *o,
                       struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];

    explain_name(e->used ? "is event" : "would be event", e, o->color ? GREEN BOLD : "", out);
    buf_fmt(out, "%s%s\n", e->used ? "" : "  but nothing uses it",
            t->trials[event].gave_up ? "  a regex gave up: match limit" : "");
    if (e->each) {
        show_members(t, event, out);
        return;
    }
    show_made(t, event, 0, out);
    show_updates(t, event, 0, out);
}

/* A record by its first lines. */
static void show_lines(struct buf *out, struct slice text)
{
    enum { LINES_SHOWN = 6 };
    struct slice line;

    for (int i = 0; slice_cut(&text, '\n', &line); i++) {
        if (i == LINES_SHOWN) {
            buf_str(out, "\n...");
            break;
        }
        if (i)
            buf_char(out, '\n');
        show_text(out, line);
    }
}

static unsigned show_events(const struct trace *t, const struct explain_options *o, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;
    unsigned hits = 0;

    for (unsigned i = 0; i < rules->nevents; i++) {
        if (!t->trials[i].is_event)
            continue;
        show_event(t, i, o, out);
        hits += rules->events[i].used;
    }
    return hits;
}

/* --- what is told ----------------------------------------------------------------------------- */

/* The line as it was read; of a log with `record` the record. */
static struct slice headline(const struct trace *t)
{
    return t->raw.p && !(t->record->log->record && t->result == RECORD_LINE) ? t->raw : t->whole;
}

static void explain_trace(const struct trace *t, const struct explain_options *o, struct buf *out)
{
    unsigned hits;

    show_lines(out, headline(t));
    switch (t->result) {
    case RECORD_NOTHING:
        buf_str(out, "\n  an empty line, or a part of a line still to come\n");
        return;
    case RECORD_TOO_LONG:
        buf_str(out, "\n  joined from its parts it is longer than [limits] line: skipped\n");
        return;
    case RECORD_LINE:
        buf_char(out, '\n');
        break;
    }
    explain_read(t, out);
    hits = show_events(t, o, out);
    for (const struct span_note *n = t->spans; n; n = n->next)
        explain_span(t, n, out);
    if (hits == 0)
        buf_str(out, "  no event takes this line\n");
    explain_near(t, o, hits > 0, out);
    if (t->cut_short || patience_is_over(t->patience))
        buf_str(out, "  more would take too long here; `logtally explain` says all\n");
}

void explain_told(const struct trace *t, bool is_line, const struct explain_options *o,
                  struct buf *out)
{
    if (o->json) {
        explain_json(t, is_line, o, out);
    } else if (is_line) {
        explain_trace(t, o, out);
    } else {
        explain_given_up(t, out);
        show_events(t, o, out);
    }
}

struct feed {
    explain_fn *fn;
    void *ctx;
};

static void feed_given_up(void *ctx, const struct trace *t)
{
    const struct feed *f = ctx;

    f->fn(f->ctx, t, false);
}

void explain_feed(struct engine *e, struct source *s, struct slice raw, explain_fn *fn, void *ctx)
{
    struct feed f = {fn, ctx};
    const struct trace *t;

    engine_trace_given_up(e, feed_given_up, &f);
    t = engine_trace(e, s, raw);
    if (!t->record->log->record || t->result != RECORD_NOTHING)
        fn(ctx, t, true);
    engine_trace_given_up(e, NULL, NULL);
}

void explain_feed_rest(struct engine *e, struct source *s, explain_fn *fn, void *ctx)
{
    struct feed f = {fn, ctx};
    const struct trace *t;

    engine_trace_given_up(e, feed_given_up, &f);
    while ((t = engine_trace_unfinished(e, s)))
        fn(ctx, t, true);
    engine_trace_given_up(e, NULL, NULL);
}

/* What is given up while a line is looked at comes first: before the line as time has passed, or behind
 * it by what the line begins. */
struct telling {
    const struct explain_options *options;
    struct buf *out, behind;
};

static void tell(void *ctx, const struct trace *t, bool is_line)
{
    struct telling *l = ctx;
    bool is_behind = !is_line && t->spans->reason != SPAN_TIMEOUT;

    explain_told(t, is_line, l->options, is_behind ? &l->behind : l->out);
    if (!is_line)
        return;
    buf_slice(l->out, buf_all(&l->behind));
    buf_clear(&l->behind);
}

static void end_telling(struct telling *l)
{
    buf_slice(l->out, buf_all(&l->behind));
    buf_release(&l->behind);
}

void explain_line(struct engine *e, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out)
{
    struct telling l = {o, out, BUF_INIT};

    explain_feed(e, s, raw, tell, &l);
    end_telling(&l);
}

void explain_rest(struct engine *e, struct source *s, const struct explain_options *o,
                  struct buf *out)
{
    struct telling l = {o, out, BUF_INIT};

    explain_feed_rest(e, s, tell, &l);
    end_telling(&l);
}
