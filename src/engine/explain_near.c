/* explain_near -- of each such event what a person would change: its log, its `unless`, or the conditions
 * that fail, with what they looked at and what they want. */
#include "config.h"

#include "engine/explain_near.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "engine/missed.h"
#include "engine/nearest.h"
#include "engine/words.h"

#include <stdlib.h>

#define PLAIN "\033[0m"

/* Of a long text so much is shown on either side of a caret. */
enum { AROUND_MAX = 90 };

void explain_name(const char *what, const struct event *e, const char *color, struct buf *out)
{
    buf_fmt(out, "  %s%s %s%s  (%s:%d)", color, what, e->name, color[0] ? PLAIN : "", e->at.file,
            e->at.line);
}

/* --- a condition that fails ------------------------------------------------------------------- */

/* Where to begin to show a text, so that byte `at` is among it: never inside of a character. */
static size_t window(struct slice text, size_t at)
{
    size_t from = at > AROUND_MAX ? at - AROUND_MAX : 0;

    while (from > 0 && from < at && ((unsigned char)text.p[from] & 0xc0) == 0x80)
        from++;
    return from;
}

/* The text around byte `at`, and a caret under it. */
static void show_caret(struct slice text, size_t at, const char *what, struct buf *out)
{
    size_t from = window(text, at), n = utf8_cut(slice_from(text, from), at - from + AROUND_MAX);
    struct buf before = BUF_INIT;

    if (from)
        buf_str(&before, "...");
    show_text(&before, slice_make(text.p + from, at - from));
    buf_fmt(out, "      %s", from ? "..." : "");
    show_text(out, slice_make(text.p + from, n));
    buf_fmt(out, "%s\n      %*s^ %s\n", from + n < text.n ? "..." : "",
            (int)utf8_columns(buf_all(&before)), "", what);
    buf_release(&before);
}

void explain_reach(const struct pattern *p, struct slice text, bool hinted, struct buf *out)
{
    struct slice regex = pattern_text(p);
    struct pattern_reach reach;

    if (!pattern_near(p, text, &reach))
        return;
    if (reach.fitted == 0) {
        buf_str(out, "      ");
        show_text(out, regex);
        buf_str(out, hinted ? "\n" : "\n      nothing of the text fits\n");
        return;
    }
    show_caret(regex, reach.regex, "matched up to here", out);
    show_caret(text, reach.subject, "and here in the text", out);
}

static void show_hint(const struct buf *hint, const char *before, struct buf *out)
{
    if (hint->n)
        buf_fmt(out, "%s%.*s", before, SLICE_FMT(buf_all(hint)));
}

/* What the field is, and what the rule wants instead. */
static void show_values(struct record *r, const struct condition *c, const struct buf *hint,
                        struct buf *out)
{
    struct slice text = missed_subject(r, c);
    bool is_regex = c->op == OP_MATCH || c->op == OP_NOT_MATCH;

    buf_fmt(out, "      %s is ", c->field.name);
    if (text.n == 0)
        buf_str(out, "missing");
    else if (c->op >= OP_LT)
        missed_number(c, text, out);
    else
        show_quoted(out, text);
    if (text.n && !is_regex && c->op != OP_NE) {
        buf_str(out, "; the rule wants ");
        missed_wanted(c, out);
    }
    show_hint(hint, ": ", out);
    buf_char(out, '\n');
}

/* May a match begin anywhere? Then how far one got is chance, where a text that each has is not there. */
static bool floats(const struct condition *c)
{
    return !slice_starts(pattern_text(c->capture.pattern), SLICE("^"));
}

static void show_condition(const struct trace *t, const struct event *e, const struct condition *c,
                           const char *fails, struct buf *out)
{
    struct slice text = missed_subject(t->record, c);
    struct buf hint = BUF_INIT;

    missed_hint(t->record, e, c, &hint);
    if (c->is_match) {
        buf_fmt(out, "    %s: match  (%s:%d)\n", fails, c->at.file, c->at.line);
        show_hint(&hint, "      ", out);
        buf_str(out, hint.n ? "\n" : "");
    } else {
        buf_fmt(out, "    %s: where %s %s %.*s  (%s:%d)\n", fails, c->field.name, op_text(c->op),
                SLICE_FMT(c->text), c->at.file, c->at.line);
        show_values(t->record, c, &hint, out);
    }
    if (slice_ends(buf_all(&hint), SLICE(", which is not there")) && floats(c)) {
        buf_str(out, "      ");
        show_text(out, pattern_text(c->capture.pattern));
        buf_char(out, '\n');
    } else if (c->is_match || (c->op == OP_MATCH && text.n))
        explain_reach(c->capture.pattern, text, hint.n > 0, out);
    buf_release(&hint);
}

void explain_comparison(const struct trace *t, const struct condition *c, struct buf *out)
{
    static const struct buf no_hint = BUF_INIT;
    struct num v;

    if (c->op < OP_LT || c->unit.kind == UNIT_NONE)
        return;
    if (!c->told && num_parse(missed_subject(t->record, c), &UNIT_PLAIN, &v) == 0)
        return; /* bare.h has a sentence about it */
    buf_fmt(out, "    holds: where %s %s %.*s  (%s:%d)\n", c->field.name, op_text(c->op),
            SLICE_FMT(c->text), c->at.file, c->at.line);
    show_values(t->record, c, &no_hint, out);
}

static void show_conditions(const struct trace *t, const struct near_event *n, struct buf *out)
{
    const struct event *e = &t->record->rules->events[n->event];
    const bool *holds = t->trials[n->event].holds;
    const char *fails = "fails";

    for (unsigned i = 0; i < e->nline; i++) {
        if (holds[i] || nearest_follows(t, n->event, i))
            continue;
        show_condition(t, e, &e->conditions[i], fails, out);
        fails = "and fails";
    }
}

/* --- why not ---------------------------------------------------------------------------------- */

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
    for (unsigned i = 0; i < e->nunless; i++)
        if (t->trials[e->unless[i]].is_event)
            buf_fmt(out, "    unless %s: it took the line\n",
                    t->record->rules->events[e->unless[i]].name);
}

static void show_why(const struct trace *t, const struct near_event *n, struct buf *out)
{
    const struct ruleset *rules = t->record->rules;
    const struct event *e = &rules->events[n->event];

    switch (n->why) {
    case UNDECODED:
        buf_str(out, "    it asks for decoded fields, and the line is undecodable\n");
        break;
    case OF_SPAN:
        buf_fmt(out, "    %s span %s\n",
                e->unfinished ? "no line is one: it happens when nothing ends" : "the line ends no",
                e->span->name);
        break;
    case NOT_PARENT:
        buf_fmt(out, "    it is of %s, which the line is not\n", rules->events[e->parent].name);
        break;
    case CONDITION_FAILED:
        show_conditions(t, n, out);
        break;
    case NO_MEMBER:
        show_no_member(t, n->event, out);
        break;
    case OTHER_LOG:
    case IS_UNLESS:
        break;
    }
    if (n->why >= CONDITION_FAILED && !event_for_log(e, t->record->source->log))
        show_logs(t->record, e, out);
    if (n->why >= CONDITION_FAILED)
        show_unless(t, e, out);
}

static void show_near(const struct trace *t, const struct near_event *n,
                      const struct explain_options *o, struct buf *out)
{
    const struct event *e = &t->record->rules->events[n->event];

    explain_name("not event", e, o->color ? YELLOW : "", out);
    if (n->why == CONDITION_FAILED && e->nline > 1)
        buf_fmt(out, "  %u of %u conditions hold%s", n->nheld, e->nline, n->nheld == 1 ? "s" : "");
    buf_str(out, t->trials[n->event].gave_up ? "  a regex gave up: match limit\n" : "\n");
    show_why(t, n, out);
}

void explain_near(const struct trace *t, const struct explain_options *o, bool taken,
                  struct buf *out)
{
    struct near_event *list = xcalloc(t->record->rules->nevents + 1, sizeof *list);
    unsigned n = nearest_shown(t, taken, o->near, list);

    for (unsigned i = 0; i < n && !patience_is_over(t->patience); i++)
        show_near(t, &list[i], o, out);
    free(list);
}
