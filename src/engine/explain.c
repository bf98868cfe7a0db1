/* explain -- a trace in words: the line, the events it is with what they made and updated, and of
 * the others those that got furthest, by the conditions that held and then by how much of the
 * failed one's text or regex fitted. A person waits for it, once: nothing here is quick. */
#include "config.h"

#include "engine/explain.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "engine/bare.h"
#include "engine/explain_spans.h"
#include "engine/match.h"
#include "engine/words.h"

#include <stdio.h>
#include <stdlib.h>

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* Of an object with something behind it: so many brackets are looked at behind its last value. */
enum { CLOSERS_MAX = 16 };

/* --- the line --------------------------------------------------------------------------------- */

static void show_field(struct buf *out, struct slice name, struct slice text)
{
    buf_str(out, "    ");
    utf8_show(out, name);
    buf_str(out, " = ");
    show_text(out, text.n ? text : SLICE("(missing)"));
    buf_char(out, '\n');
}

struct shown {
    struct buf *out;
    struct arena scratch;
};

static void show_decoded_field(void *ctx, struct slice name, const struct field *value)
{
    struct shown *s = ctx;
    struct field copy = *value;

    show_field(s->out, name, field_text(&copy, &s->scratch));
}

/* How far a walk through JSON came. */
struct reach {
    struct slice line;
    size_t end; /* of the last value that was whole */
    struct buf name;
};

static void note_reach(void *ctx, struct slice name, const struct field *value)
{
    struct reach *r = ctx;
    const char *end = value->p + value->n;

    if (value->kind == FIELD_NONE || value->p < r->line.p || end > r->line.p + r->line.n)
        return;
    if ((size_t)(end - r->line.p) < r->end)
        return;
    r->end = (size_t)(end - r->line.p);
    buf_clear(&r->name);
    buf_slice(&r->name, name);
}

static void no_field(void *ctx, struct slice name, const struct field *value)
{
    (void)ctx;
    (void)name;
    (void)value;
}

/* The bytes of the object that the line begins with, whose last value ends at `end`; 0: it is not whole. */
static size_t whole_object(struct slice line, size_t end)
{
    for (size_t i = end; i < line.n && i < end + CLOSERS_MAX && strchr("\"]} ", line.p[i]); i++)
        if (line.p[i] == '}' && json_each(slice_make(line.p, i + 1), no_field, NULL))
            return i + 1;
    return 0;
}

/* A line that means to be JSON and is not: most often it was cut, or something stands behind. */
static void show_broken_json(struct buf *out, struct slice line)
{
    struct reach r = {.line = line};

    (void)json_each(line, note_reach, &r); /* the decoder has refused it already */
    size_t whole = whole_object(line, r.end);

    buf_str(out, "  begins with { but is not valid JSON: it ");
    if (whole > 0) {
        buf_fmt(out, "is whole after byte %zu, and something stands behind it\n", whole);
    } else if (r.end == 0) {
        buf_str(out, "breaks before its first value ends\n");
    } else {
        buf_fmt(out, "breaks after byte %zu, behind the value of ", r.end);
        show_text(out, buf_all(&r.name));
        buf_char(out, '\n');
    }
    buf_release(&r.name);
}

/* A line that has pairs, or should, and is not logfmt. */
static void show_broken_logfmt(struct buf *out, const struct record *r)
{
    bool lenient = r->log->format == LOG_LOGFMT, pairs = kv_each(r->line, no_field, NULL);
    struct slice token;
    const char *fault = logfmt_fault(r->line, lenient, &token);

    if (!lenient && !pairs)
        return;
    buf_str(out, "  is not logfmt: ");
    if (fault) {
        show_quoted(out, token);
        buf_fmt(out, " at byte %zu %s", (size_t)(token.p - r->line.p) + 1, fault);
    } else {
        buf_str(out, lenient ? "there is no token" : "one pair alone is text");
    }
    buf_str(out, pairs ? "; format = kv would read its pairs\n" : "\n");
}

/* Why a line was not decoded, where a person may have meant it to be. */
static void show_why_not(struct buf *out, const struct record *r)
{
    enum log_format format = r->log->format;
    struct slice line = slice_trim(r->line);

    if (format != LOG_LOGFMT && slice_starts(line, SLICE("{")))
        show_broken_json(out, r->line);
    else if (format == LOG_JSON)
        buf_str(out, "  is not JSON: it does not begin with {\n");
    else
        show_broken_logfmt(out, r);
}

/* The line's own time, and where it stands; or why there is none. */
static void show_time(const struct record *r, struct buf *out)
{
    if (r->time_own) {
        buf_str(out, "time ");
        show_instant(out, r->time_ns);
        buf_fmt(out, " from %s by %s\n", r->told.from,
                time_format_text(r->log->time_formats[r->told.format]));
        return;
    }
    buf_str(out, "no time");
    if (r->time_bad) {
        buf_fmt(out, ": %s is ", r->told.from);
        show_quoted(out, r->told.text);
        buf_str(out, ", which is not read by");
        for (unsigned i = 0; i < r->log->ntime_formats; i++)
            buf_fmt(out, "%s %s", i ? "," : "", time_format_text(r->log->time_formats[i]));
    }
    buf_char(out, '\n');
}

/* How the line was decoded, and its fields; or what kept it from being what it means to be. */
static void show_decoded(const struct record *r, struct buf *out)
{
    struct shown shown = {out, {0}};

    buf_fmt(out, "  log %s, decoded as %s, ", r->log->name, decoded_text(r->decoded));
    show_time(r, out);
    if (r->decoded == DECODED_JSON)
        json_each(r->line, show_decoded_field, &shown);
    else if (r->decoded == DECODED_LOGFMT && r->log->format == LOG_KV)
        kv_each(r->line, show_decoded_field, &shown);
    else if (r->decoded == DECODED_LOGFMT)
        logfmt_each(r->line, r->log->format == LOG_LOGFMT, show_decoded_field, &shown);
    else if (r->log->format != LOG_KV && r->log->format != LOG_TEXT)
        show_why_not(out, r);
    arena_release(&shown.scratch);
}

/* --- events that the line is ------------------------------------------------------------------ */

static void show_slot(const struct trace *t, const char *name, uint16_t slot, struct buf *out)
{
    struct record *r = t->record;

    show_field(out, slice_str(name), field_text(&r->slots[slot], &r->scratch));
}

/* Why a calc has no result. */
static void show_no_result(const struct trace *t, const struct action *a, struct buf *out)
{
    static const char *const why[] = {
        [OUTCOME_DONE] = "",
        [OUTCOME_MISSING] = "is missing",
        [OUTCOME_NO_NUMBER] = "is no number",
        [OUTCOME_NO_TIME] = "is no time of this log's formats",
        [OUTCOME_BY_ZERO] = "divided by zero",
        [OUTCOME_TOO_LONG] = "more than 38 digits",
    };
    struct exact result;
    unsigned field = 0;
    enum calc_outcome outcome = match_calc(t->record, a, &result, &field);
    bool of_field = outcome >= OUTCOME_MISSING && outcome <= OUTCOME_NO_TIME;

    buf_fmt(out, "    %s = (missing)", a->name);
    if (outcome != OUTCOME_DONE)
        buf_fmt(out, " -- %s%s%s", of_field ? a->refs[field].name : "", of_field ? " " : "",
                why[outcome]);
    buf_char(out, '\n');
}

static void show_action(const struct trace *t, const struct action *a, struct buf *out)
{
    if (a->kind == ACTION_CALC && t->record->slots[a->to].n == 0)
        show_no_result(t, a, out);
    else if (t->record->slots[a->to].kind != FIELD_NONE) /* a map or rewrite may change nothing */
        show_slot(t, a->name, a->to, out);
}

static void show_bare(void *ctx, const struct bare_number *b)
{
    struct buf *out = ctx;

    buf_str(out, "    ");
    bare_words(b, out);
    buf_char(out, '\n');
}

/* By an action behind this one? What it comes to at last is shown. */
static bool is_made_again(const struct event *e, unsigned action)
{
    for (unsigned i = action + 1; i < e->nactions; i++)
        if (e->actions[i].to == e->actions[action].to)
            return true;
    return false;
}

/* Fields that the event itself made: groups, set, calc, rewrite, map. */
static void show_locals(const struct trace *t, const struct event *e, struct buf *out)
{
    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct capture *c = &e->conditions[i].capture;

        for (unsigned g = 0; c->group_slots && g < pattern_ngroups(c->pattern); g++)
            show_slot(t, pattern_group(c->pattern, g), c->group_slots[g], out);
    }
    for (unsigned i = 0; i < e->nactions; i++)
        if (!is_made_again(e, i))
            show_action(t, &e->actions[i], out);
    for (unsigned i = 0; e->span && i < e->span->nfields[e->unfinished]; i++) {
        uint16_t slot = e->span->fields[e->unfinished][i].slot;

        show_slot(t, t->record->rules->slot_names[slot], slot, out);
    }
    if (e->span && !e->unfinished && e->span->duration != SLOT_NONE)
        show_slot(t, "_duration", e->span->duration, out);
}

static void show_value(const struct trace *t, const struct mapping *m,
                       const struct traced_update *u, struct buf *out)
{
    char text[NUM_TEXT];

    switch (u->skip) {
    case SKIP_MISSING:
        buf_fmt(out, " -- skipped: %s is missing", m->value.name);
        return;
    case SKIP_NOT_A_NUMBER:
        buf_fmt(out, " -- skipped: %s is no number: ", m->value.name);
        show_text(out, record_text(t->record, &m->value));
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

/* As the page writes it. */
static void show_label(struct buf *out, struct slice value)
{
    struct buf escaped = BUF_INIT;

    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_char(&escaped, '\\');
        buf_char(&escaped, value.p[i]);
    }
    show_quoted(out, buf_all(&escaped));
    buf_release(&escaped);
}

static void show_update(const struct trace *t, const struct mapping *m,
                        const struct traced_update *u, struct buf *out)
{
    const struct family_spec *spec = &t->record->rules->families[m->family].spec;

    buf_fmt(out, "    -> %s %s", verb_text(m->verb), spec->name);
    for (unsigned i = 0; i < spec->nlabels; i++) {
        buf_fmt(out, "%s%s=", i ? "," : "{", spec->labels[i]);
        show_label(out, u->labels[i].n ? u->labels[i] : SLICE("unknown"));
    }
    if (spec->nlabels)
        buf_char(out, '}');
    show_value(t, m, u, out);
    buf_char(out, '\n');
}

static void show_name(const char *what, const struct event *e, const char *color, struct buf *out)
{
    buf_fmt(out, "  %s%s %s%s  (%s:%d)", color, what, e->name, color[0] ? PLAIN : "", e->at.file,
            e->at.line);
}

/* What one event did, for member `member`, or as it has no members for the only one. */
static void show_updates(const struct trace *t, unsigned event, unsigned member, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;

    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct traced_update *u = &t->updates[i];

        if (rules->mappings[i].event != event || !u->done)
            continue;
        for (unsigned k = 0; k < member; k++)
            u = u->next;
        show_update(t, &rules->mappings[i], u, out);
    }
}

static void show_made(const struct trace *t, const struct event *e, struct buf *out)
{
    show_locals(t, e, out);
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
        show_made(t, e, out);
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

    show_name(e->used ? "is event" : "would be event", e, o->color ? GREEN BOLD : "", out);
    buf_fmt(out, "%s%s\n", e->used ? "" : "  but nothing uses it",
            t->trials[event].gave_up ? "  a regex gave up: match limit" : "");
    if (e->each) {
        show_members(t, event, out);
        return;
    }
    show_made(t, e, out);
    show_updates(t, event, 0, out);
}

/* --- events that it nearly was ---------------------------------------------------------------- */

/* Why it is not the event: what a person can change first. */
enum miss { UNDECODED, NOT_PARENT, CONDITION_FAILED, NO_MEMBER, OTHER_LOG, IS_UNLESS };

static enum miss why_not(const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];

    if (!event_for_line(e, t->record))
        return UNDECODED;
    if (e->parent != EVENT_NONE && !t->trials[e->parent].is_event)
        return NOT_PARENT;
    if (t->trials[event].nheld < e->nline)
        return CONDITION_FAILED;
    if (e->each && t->trials[event].members->n == 0)
        return NO_MEMBER;
    return event_for_log(e, t->record->source->log) ? IS_UNLESS : OTHER_LOG;
}

/* What a condition looks at. */
static struct slice subject(const struct trace *t, const struct condition *c)
{
    return c->is_match ? t->record->line : record_text(t->record, &c->field);
}

/* How far a condition that failed got, 0..1: 1 is nearly. */
static double nearness(const struct trace *t, const struct condition *c)
{
    struct slice text = subject(t, c);
    size_t at_regex, at_text;

    if (c->is_match || c->op == OP_MATCH) {
        struct slice regex = pattern_text(c->capture.pattern);

        if (!pattern_near(c->capture.pattern, text, &at_regex, &at_text) || regex.n == 0)
            return 0;
        return (double)at_regex / (double)regex.n;
    }
    if (text.n == 0)
        return 0;
    if (c->op == OP_EQ || c->op == OP_PREFIX)
        return (double)slice_common(text, c->text) / (double)(c->text.n + 1);
    return 0.5;
}

/* How near the line came to being the event; 0 = not at all, or it is. */
static double score(const struct trace *t, unsigned event)
{
    const struct trial *trial = &t->trials[event];
    enum miss why = why_not(t, event);

    if (!trial->tried || trial->is_event || why == UNDECODED || why == NOT_PARENT ||
        t->record->rules->events[event].span)
        return 0;
    if (why == NO_MEMBER)
        return trial->nheld + 0.5;
    if (why != CONDITION_FAILED)
        return 1000;
    return trial->nheld + nearness(t, &t->record->rules->events[event].conditions[trial->nheld]);
}

/* The text, and a caret under the byte `at` of it. */
static void show_caret(struct slice text, size_t at, const char *what, struct buf *out)
{
    struct buf before = BUF_INIT;

    show_text(&before, slice_make(text.p, at));
    buf_str(out, "      ");
    show_text(out, text);
    buf_fmt(out, "\n      %*s^ %s\n", (int)utf8_columns(buf_all(&before)), "", what);
    buf_release(&before);
}

/* Where the regex got to, and where in the text. */
static void show_regex_place(const struct condition *c, struct slice text, struct buf *out)
{
    struct slice regex = pattern_text(c->capture.pattern);
    size_t at_regex, at_text;

    if (text.n > TEXT_MAX || regex.n > TEXT_MAX ||
        !pattern_near(c->capture.pattern, text, &at_regex, &at_text))
        return;
    show_caret(regex, at_regex, "matched up to here", out);
    show_caret(text, at_text, "and here in the text", out);
}

static void show_condition(const struct trace *t, const struct condition *c, struct buf *out)
{
    struct slice text = subject(t, c);

    if (c->is_match) {
        buf_fmt(out, "    the regex does not match  (%s:%d)\n", c->at.file, c->at.line);
    } else {
        buf_fmt(out, "    fails: where %s %s %.*s  (%s:%d)\n    but %s is ", c->field.name,
                op_text(c->op), SLICE_FMT(c->text), c->at.file, c->at.line, c->field.name);
        if (text.n == 0)
            buf_str(out, "missing");
        else
            show_quoted(out, text);
        buf_char(out, '\n');
    }
    if (c->is_match || c->op == OP_MATCH)
        show_regex_place(c, text, out);
}

/* Why there is nothing that `each` could walk. */
static void show_no_member(const struct trace *t, unsigned event, struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];
    const struct condition *c = &e->conditions[e->nline];
    const struct members *m = t->trials[event].members;
    struct slice text = record_text(t->record, &c->field);

    buf_fmt(out, "    each %s%s%.*s  (%s:%d)\n", c->field.name, c->text.n ? " =~ " : "",
            SLICE_FMT(c->text), c->at.file, c->at.line);
    if (m->found) {
        buf_fmt(out, "    none of %u members passes what stands below\n", m->found);
        return;
    }
    buf_fmt(out, "    but %s is ", c->field.name);
    if (text.n == 0) {
        buf_str(out, "missing\n");
        return;
    }
    show_quoted(out, text);
    buf_str(out, m->is_none          ? ", no JSON object or array\n"
                 : c->op == OP_MATCH ? ", in which the regex does not match\n"
                                     : ", which is empty\n");
}

static void show_logs(const struct record *r, const struct event *e, struct buf *out)
{
    const char *before = "";

    buf_str(out, "    it is only for log");
    for (unsigned i = 0; i < r->rules->nlogs; i++)
        if (event_for_log(e, i)) {
            buf_fmt(out, "%s %s", before, r->rules->logs[i].name);
            before = ",";
        }
    buf_fmt(out, ", and this line is of log %s\n", r->log->name);
}

static void show_unless(const struct trace *t, const struct event *e, struct buf *out)
{
    for (unsigned i = e->nunless; i-- > 0;) {
        if (!t->trials[e->unless[i]].is_event)
            continue;
        buf_fmt(out, "    unless %s: it took the line\n",
                t->record->rules->events[e->unless[i]].name);
        return;
    }
}

static void show_near(const struct trace *t, unsigned event, const struct explain_options *o,
                      struct buf *out)
{
    const struct event *e = &t->record->rules->events[event];

    show_name("not event", e, o->color ? YELLOW : "", out);
    buf_char(out, '\n');
    switch (why_not(t, event)) {
    case OTHER_LOG:
        show_logs(t->record, e, out);
        break;
    case IS_UNLESS:
        show_unless(t, e, out);
        break;
    case NO_MEMBER:
        show_no_member(t, event, out);
        break;
    default:
        show_condition(t, &e->conditions[t->trials[event].nheld], out);
        break;
    }
}

/* Of one condition, how far it got: a text or two of a long regex are worth a look, a letter is not. */
#define NEAR_ENOUGH 0.15

static void show_nearest(const struct trace *t, const struct explain_options *o, struct buf *out)
{
    unsigned n = t->record->rules->nevents;
    double *scores = xcalloc(n + 1, sizeof *scores);

    for (unsigned i = 0; i < n && !patience_is_over(t->patience); i++)
        scores[i] = score(t, i);
    for (unsigned k = 0; k < o->near && !patience_is_over(t->patience); k++) {
        unsigned best = 0;

        for (unsigned i = 1; i < n; i++)
            if (scores[i] > scores[best])
                best = i;
        if (scores[best] <= NEAR_ENOUGH)
            break;
        scores[best] = 0;
        show_near(t, best, o, out);
    }
    free(scores);
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

/* What is given up while a line is looked at: before it as time has passed, behind it by what the line
 * begins. */
struct given_up {
    const struct explain_options *options;
    struct buf before, behind;
};

static void show_given_up(void *ctx, const struct trace *t)
{
    struct given_up *g = ctx;
    struct buf *out = t->spans->reason == SPAN_TIMEOUT ? &g->before : &g->behind;

    explain_given_up(t, out);
    show_events(t, g->options, out);
}

static void explain_trace(const struct trace *t, struct slice headline,
                          const struct explain_options *o, struct buf *out)
{
    unsigned hits;

    show_lines(out, headline);
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
    if (t->record->log->record)
        buf_fmt(out, "  a record of %u line%s%s\n", t->record->nlines,
                t->record->nlines == 1 ? "" : "s", t->cut ? ", cut off at [limits] line" : "");
    if (t->record->log->nrewrites && t->record->rewritten && t->record->log->record) {
        buf_str(out, "  with lines that were rewritten\n");
    } else if (t->record->log->nrewrites && t->record->rewritten) {
        buf_str(out, "  rewritten: ");
        show_text(out, t->record->line);
        buf_char(out, '\n');
    }
    show_decoded(t->record, out);
    hits = show_events(t, o, out);
    for (const struct span_note *n = t->spans; n; n = n->next)
        explain_span(t, n, out);
    if (hits == 0)
        buf_str(out, "  no event takes this line\n");
    if (hits == 0 || o->always_near)
        show_nearest(t, o, out);
    if (t->cut_short || patience_is_over(t->patience))
        buf_str(out, "  more would take too long here; `logtally explain` says all\n");
}

static void end_given_up(struct engine *e, struct given_up *g, struct buf *out)
{
    buf_slice(out, buf_all(&g->behind));
    buf_release(&g->before);
    buf_release(&g->behind);
    engine_trace_given_up(e, NULL, NULL);
}

void explain_line(struct engine *e, struct source *s, struct slice raw,
                  const struct explain_options *o, struct buf *out)
{
    struct given_up g = {.options = o};
    const struct trace *t;

    engine_trace_given_up(e, show_given_up, &g);
    t = engine_trace(e, s, raw);
    buf_slice(out, buf_all(&g.before));
    if (!t->record->log->record || t->result == RECORD_TOO_LONG)
        explain_trace(t, raw, o, out);
    else if (t->result == RECORD_LINE)
        explain_trace(t, t->whole, o, out);
    end_given_up(e, &g, out);
}

void explain_rest(struct engine *e, struct source *s, const struct explain_options *o,
                  struct buf *out)
{
    struct given_up g = {.options = o};
    const struct trace *t;

    engine_trace_given_up(e, show_given_up, &g);
    while ((t = engine_trace_unfinished(e, s))) {
        buf_slice(out, buf_all(&g.before));
        buf_clear(&g.before);
        explain_trace(t, t->whole, o, out);
    }
    end_given_up(e, &g, out);
}
