/* explain_json -- keys and their order are an interface: JSON OF EXPLAIN in logtally(1). What a sentence of
 * explain says about the difference stands there as it is; all else as data. */
#include "config.h"

#include "engine/explain_json.h"

#include "base/jsonout.h"
#include "base/tz.h"
#include "base/xalloc.h"
#include "engine/missed.h"
#include "engine/nearest.h"
#include "engine/steps.h"
#include "engine/words.h"

#include <stdlib.h>

static void put_at(struct jsonout *j, const struct where *at)
{
    jsonout_key_text(j, "file", at->file);
    jsonout_key_u64(j, "line", (uint64_t)at->line);
}

/* A text that is missing is null. */
static void put_text(struct jsonout *j, const char *key, struct slice text)
{
    jsonout_key_slice(j, key, text.n ? text : slice_make(NULL, 0));
}

static void put_field(struct jsonout *j, struct slice name, struct slice value)
{
    jsonout_open(j, '{');
    jsonout_key_slice(j, "name", name);
    put_text(j, "value", value);
    jsonout_close(j, '}');
}

static void put_slot(struct jsonout *j, struct record *r, const char *name, uint16_t slot)
{
    put_field(j, slice_str(name), field_text(&r->slots[slot], &r->scratch));
}

static void put_groups(struct jsonout *j, struct record *r, const struct capture *c)
{
    for (unsigned g = 0; c->group_slots && g < pattern_ngroups(c->pattern); g++)
        put_slot(j, r, pattern_group(c->pattern, g), c->group_slots[g]);
}

/* --- how it was read -------------------------------------------------------------------------- */

struct putting {
    struct jsonout *j;
    struct arena *scratch;
};

static void put_decoded(void *ctx, struct slice name, const struct field *value)
{
    struct putting *p = ctx;
    struct field copy = *value;

    put_field(p->j, name, field_text(&copy, p->scratch));
}

static void put_prefix(struct jsonout *j, const struct trace *t)
{
    struct record *r = t->record;
    const struct capture *c = &r->log->prefix;

    if (!c->pattern) {
        jsonout_key_text(j, "prefix", NULL);
        return;
    }
    jsonout_key_open(j, "prefix", '{');
    jsonout_key_slice(j, "cut", slice_make(t->whole.p, t->whole.n - r->line.n));
    jsonout_key_open(j, "fields", '[');
    put_groups(j, r, c);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

/* The zone is null where the text names its own. */
static void put_time(struct jsonout *j, const struct record *r)
{
    const struct time_format *f = r->time_own ? r->log->time_formats[r->told.format] : NULL;
    struct tz_type zone;
    bool took_zone = f && time_format_took_zone(f, r->told.text, r->time_ns, &zone);

    jsonout_key_open(j, "time", '{');
    jsonout_key_number(j, "timestamp_seconds", (double)r->time_ns / 1e9, f != NULL);
    jsonout_key_text(j, "from", f || r->time_bad ? r->told.from : NULL);
    jsonout_key_slice(j, "text", f || r->time_bad ? r->told.text : slice_make(NULL, 0));
    jsonout_key_text(j, "format", f ? time_format_text(f) : NULL);
    jsonout_key_number(j, "zone_seconds", took_zone ? zone.offset_s : 0, took_zone);
    jsonout_close(j, '}');
}

static void put_read(struct jsonout *j, const struct trace *t)
{
    struct record *r = t->record;
    struct putting p = {j, &r->scratch};

    jsonout_key_text(j, "log", r->log->name);
    jsonout_key_text(j, "encoding", r->log->encoding);
    jsonout_key_text(j, "stream",
                     r->stream.n ? (slice_eq(r->stream, SLICE("stderr")) ? "stderr" : "stdout")
                                 : NULL);
    jsonout_key_u64(j, "lines", r->log->record ? r->nlines : 1);
    jsonout_key_bool(j, "cut", t->cut);
    jsonout_key_bool(j, "rewritten", r->log->nrewrites && r->rewritten);
    jsonout_key_slice(j, "whole", t->whole);
    put_prefix(j, t);
    jsonout_key_text(j, "decoded", decoded_text(r->decoded));
    put_time(j, r);
    jsonout_key_open(j, "fields", '[');
    record_each(r, put_decoded, &p);
    jsonout_close(j, ']');
}

/* --- events that it is ------------------------------------------------------------------------ */

static void put_steps(struct jsonout *j, const struct event *e, const struct step *s)
{
    jsonout_key_open(j, "steps", '[');
    for (unsigned i = 0; s && i < e->nactions; i++) {
        jsonout_open(j, '{');
        jsonout_key_text(j, "field", e->actions[i].name);
        jsonout_key_text(j, "by", action_text(e->actions[i].kind));
        put_at(j, &e->actions[i].at);
        put_text(j, "before", s[i].before);
        put_text(j, "after", s[i].after);
        jsonout_key_bool(j, "made", s[i].made);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

static void put_captured(struct jsonout *j, struct record *r, const struct event *e)
{
    jsonout_key_open(j, "captured", '[');
    for (unsigned i = 0; i < e->nconditions; i++)
        put_groups(j, r, &e->conditions[i].capture);
    for (unsigned i = 0; e->span && i < e->span->nfields[e->unfinished]; i++) {
        uint16_t slot = e->span->fields[e->unfinished][i].slot;

        put_slot(j, r, r->rules->slot_names[slot], slot);
    }
    jsonout_close(j, ']');
}

static void put_update(struct jsonout *j, const struct trace *t, const struct mapping *m,
                       const struct traced_update *u)
{
    const struct family_spec *spec = &t->record->rules->families[m->family].spec;

    jsonout_open(j, '{');
    jsonout_key_text(j, "verb", verb_text(m->verb));
    jsonout_key_text(j, "metric", spec->name);
    jsonout_key_open(j, "labels", '{');
    for (unsigned i = 0; i < spec->nlabels; i++)
        jsonout_key_slice(j, spec->labels[i], u->labels[i].n ? u->labels[i] : SLICE("unknown"));
    jsonout_close(j, '}');
    jsonout_key(j, "value");
    if (u->skip != SKIP_NOT || !verb_has_value(m->verb))
        jsonout_word(j, SLICE("null"));
    else if (u->value.integral)
        jsonout_u64(j, u->value.u);
    else
        jsonout_number(j, u->value.d);
    jsonout_key_text(j, "skipped", skip_text(u->skip));
    jsonout_close(j, '}');
}

/* Of the only member, or of member k. */
static void put_member(struct jsonout *j, const struct trace *t, unsigned event, unsigned k)
{
    const struct ruleset *rules = t->record->rules;
    const struct event *e = &rules->events[event];
    const struct step *steps = t->trials[event].steps;

    jsonout_open(j, '{');
    put_captured(j, t->record, e);
    put_steps(j, e, steps ? steps + (size_t)k * e->nactions : NULL);
    jsonout_key_open(j, "updates", '[');
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct traced_update *u = trace_update(t, i, event, k);

        if (u)
            put_update(j, t, &rules->mappings[i], u);
    }
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static void put_members(struct jsonout *j, const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];
    struct members *m = t->trials[event].members;

    for (unsigned k = 0; m && k < m->n; k++) {
        each_show(t->record, e, m, k);
        put_member(j, t, event, k);
    }
    if (m)
        each_hide(t->record, e, m);
    else
        put_member(j, t, event, 0);
}

static unsigned put_events(struct jsonout *j, const struct trace *t)
{
    const struct ruleset *rules = t->record->rules;
    unsigned hits = 0;

    jsonout_key_open(j, "events", '[');
    for (unsigned i = 0; i < rules->nevents; i++) {
        if (!t->trials[i].is_event)
            continue;
        hits += rules->events[i].used;
        jsonout_open(j, '{');
        jsonout_key_text(j, "name", rules->events[i].name);
        put_at(j, &rules->events[i].at);
        jsonout_key_bool(j, "used", rules->events[i].used);
        jsonout_key_bool(j, "gave_up", t->trials[i].gave_up);
        jsonout_key_open(j, "members", '[');
        put_members(j, t, i);
        jsonout_close(j, ']');
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    return hits;
}

static void put_spans(struct jsonout *j, const struct trace *t)
{
    jsonout_key_open(j, "spans", '[');
    for (const struct span_note *n = t->spans; n; n = n->next) {
        const struct span *span = &t->record->rules->spans[n->span];

        jsonout_open(j, '{');
        jsonout_key_text(j, "name", span->name);
        put_at(j, &span->at);
        jsonout_key_bool(j, "begins", n->begins);
        jsonout_key_text(j, "reason", n->reason == SPAN_FINE ? NULL : span_reason_text(n->reason));
        jsonout_key_open(j, "key", '{');
        for (unsigned i = 0; n->key && i < span->nkeys; i++)
            jsonout_key_slice(j, span->keys[i], n->key[i]);
        jsonout_close(j, '}');
        jsonout_key_number(j, "began_timestamp_seconds", (double)n->begin_ns / 1e9, n->key != NULL);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

/* --- events that it is not -------------------------------------------------------------------- */

static void put_condition(struct jsonout *j, const struct trace *t, const struct event *e,
                          const struct condition *c)
{
    struct slice is = missed_subject(t->record, c);
    struct pattern_reach reach;
    struct buf hint = BUF_INIT;
    bool is_regex = c->is_match || c->op == OP_MATCH;

    missed_hint(t->record, e, c, &hint);
    jsonout_open(j, '{');
    put_at(j, &c->at);
    jsonout_key_text(j, "field", c->is_match ? NULL : c->field.name);
    jsonout_key_text(j, "operator", c->is_match ? "match" : op_text(c->op));
    jsonout_key_slice(j, "wants", c->is_match ? pattern_text(c->capture.pattern) : c->text);
    put_text(j, "is", is);
    put_text(j, "hint", buf_all(&hint));
    if (is_regex && is.n && pattern_near(c->capture.pattern, is, &reach)) {
        jsonout_key_u64(j, "regex_byte", reach.regex);
        jsonout_key_u64(j, "text_byte", reach.subject);
    } else {
        jsonout_key_text(j, "regex_byte", NULL);
        jsonout_key_text(j, "text_byte", NULL);
    }
    jsonout_close(j, '}');
    buf_release(&hint);
}

static void put_near(struct jsonout *j, const struct trace *t, const struct near_event *n)
{
    const struct event *e = &t->record->rules->events[n->event];

    jsonout_open(j, '{');
    jsonout_key_text(j, "name", e->name);
    put_at(j, &e->at);
    jsonout_key_text(j, "why", miss_text(n->why));
    jsonout_key_number(j, "nearness", n->nearness, true);
    jsonout_key_u64(j, "hold", n->nheld);
    jsonout_key_u64(j, "conditions", e->nline);
    jsonout_key_open(j, "failed", '[');
    for (unsigned i = 0; n->why == CONDITION_FAILED && i < e->nline; i++)
        if (!t->trials[n->event].holds[i] && !nearest_follows(t, n->event, i))
            put_condition(j, t, e, &e->conditions[i]);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static void put_nearest(struct jsonout *j, const struct trace *t, bool taken,
                        const struct explain_options *o)
{
    struct near_event *list = xcalloc(t->record->rules->nevents + 1, sizeof *list);
    unsigned n = nearest_shown(t, taken, o->near, list);

    jsonout_key_open(j, "near", '[');
    for (unsigned i = 0; i < n; i++)
        put_near(j, t, &list[i]);
    jsonout_close(j, ']');
    free(list);
}

static const char *result_text(const struct trace *t, bool is_line)
{
    if (!is_line)
        return "given_up";
    return t->result == RECORD_LINE ? "line" : t->result == RECORD_NOTHING ? "nothing" : "too_long";
}

void explain_json(const struct trace *t, bool is_line, const struct explain_options *o,
                  struct buf *out)
{
    struct jsonout j = {out, true};

    jsonout_open(&j, '{');
    jsonout_key_text(&j, "result", result_text(t, is_line));
    jsonout_key_slice(&j, "text", is_line && t->raw.p ? t->raw : slice_make(NULL, 0));
    if (is_line && t->result == RECORD_LINE) {
        put_read(&j, t);
        bool taken = put_events(&j, t) > 0;

        put_spans(&j, t);
        put_nearest(&j, t, taken, o);
        jsonout_key_bool(&j, "cut_short", t->cut_short || patience_is_over(t->patience));
    } else if (!is_line) {
        (void)put_events(&j, t);
        put_spans(&j, t);
    }
    jsonout_close(&j, '}');
    buf_char(out, '\n');
}
