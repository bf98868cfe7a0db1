/* explain_read -- a line from what was read to its fields: each step that took or changed something, and
 * what kept it from being what it means to be. */
#include "config.h"

#include "engine/explain_read.h"

#include "base/tz.h"
#include "base/utf8.h"
#include "engine/explain_near.h"
#include "engine/record.h"
#include "engine/words.h"

#include <stdlib.h>

/* Of an object with something behind it: so many brackets are looked at behind its last value. */
enum { CLOSERS_MAX = 16 };

void explain_field(struct slice name, struct slice text, struct buf *out)
{
    buf_str(out, "    ");
    utf8_show(out, name);
    buf_str(out, " = ");
    if (text.n)
        show_value(out, text);
    else
        buf_str(out, "(missing)");
    buf_char(out, '\n');
}

/* Fields of the line that no rule asks for are shown while there are few. */
enum { FIELDS_MAX = 10 };

struct shown {
    struct buf *out;
    struct arena scratch;
    const struct ruleset *rules;
    bool json;
    unsigned n, left_out;
};

static bool is_asked_for(const struct ruleset *rules, struct slice name)
{
    for (unsigned i = 0; i < rules->ndecoded; i++)
        if (slice_eq(slice_str(rules->slot_names[i]), name))
            return true;
    return false;
}

/* An object or array of JSON: its members are shown, each for itself. */
static bool has_members(const struct shown *s, const struct field *value)
{
    return s->json && value->n > 2 && (value->p[0] == '{' || value->p[0] == '[') &&
           value->p[-1] != '"';
}

static void show_decoded_field(void *ctx, struct slice name, const struct field *value)
{
    struct shown *s = ctx;
    struct field copy = *value;
    struct slice text;
    bool is_asked = is_asked_for(s->rules, name);

    if (!is_asked && has_members(s, value))
        return;
    if (!is_asked && s->n >= FIELDS_MAX) {
        s->left_out++;
        return;
    }
    s->n++;
    text = field_text(&copy, &s->scratch);
    explain_field(name, text, s->out);
    if (text.n || value->kind == FIELD_NONE)
        return;
    s->out->n -= 2; /* before the bracket: which of those that are as good as missing */
    buf_fmt(s->out, ": %s)\n", value->kind == FIELD_NULL ? "null" : value->n ? "-" : "empty");
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

/* What was taken for what the text does not say: its zone, its date. */
static void show_assumed(const struct record *r, struct buf *out)
{
    const struct time_format *f = r->log->time_formats[r->told.format];
    struct tz_type zone;
    int minutes;

    if (time_format_took_zone(f, r->told.text, r->time_ns, &zone)) {
        minutes = abs(zone.offset_s) / 60;
        buf_str(out, ", in zone ");
        if (zone.name[0])
            buf_fmt(out, "%s ", zone.name);
        if (zone.offset_s || zone.name[0])
            buf_fmt(out, "%c%02d:%02d", zone.offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
        else
            buf_str(out, "UTC");
    }
    if (!r->time_dated)
        buf_str(out, ", of a day that it does not name");
    else if (time_format_is_partial(f))
        buf_str(out, ", of a year that it does not name");
}

/* Nothing on the line could be its time: where it was looked for. */
static void show_no_time(const struct record *r, struct buf *out)
{
    const struct log_def *log = r->log;

    if (r->decoded <= DECODED_LOGFMT) {
        buf_str(out, ": there is no field");
        for (unsigned i = 0; i < log->ntimes; i++)
            buf_fmt(out, "%s %s", i ? "," : "", log->time_names[i]);
    } else if (log->time_match) {
        buf_str(out, ": time_match finds none");
    } else {
        buf_str(out, ": neither a group nor time_match has one");
    }
}

/* The line's own time, and where it stands; or why there is none. */
static void show_time(const struct record *r, struct buf *out)
{
    if (r->time_own) {
        buf_str(out, "time ");
        show_instant(out, r->time_ns);
        buf_fmt(out, " from %s by %s", r->told.from,
                time_format_text(r->log->time_formats[r->told.format]));
        show_assumed(r, out);
    } else if (r->time_bad) {
        buf_fmt(out, "no time: %s is ", r->told.from);
        show_quoted(out, r->told.text);
        buf_str(out, ", which is not read by");
        record_put_formats(r->log, r->told.text, out);
    } else {
        buf_str(out, "no time");
        show_no_time(r, out);
    }
    buf_char(out, '\n');
}

/* How the line was decoded, and its fields; or what kept it from being what it means to be. */
static void show_decoded(const struct record *r, struct buf *out)
{
    struct shown shown = {out, {0}, r->rules, r->decoded == DECODED_JSON, 0, 0};

    buf_fmt(out, "  log %s, decoded as %s, ", r->log->name, decoded_text(r->decoded));
    show_time(r, out);
    record_each(r, show_decoded_field, &shown);
    if (shown.left_out)
        buf_fmt(out, "    and %u more, which no rule asks for\n", shown.left_out);
    if (r->decoded > DECODED_LOGFMT && r->log->format != LOG_KV && r->log->format != LOG_TEXT)
        show_why_not(out, r);
    arena_release(&shown.scratch);
}

static void show_groups(struct record *r, const struct capture *c, struct buf *out)
{
    for (unsigned g = 0; g < pattern_ngroups(c->pattern); g++)
        explain_field(slice_str(pattern_group(c->pattern, g)),
                      field_text(&r->slots[c->group_slots[g]], &r->scratch), out);
}

static void show_path(struct record *r, struct buf *out)
{
    const struct capture *c = &r->log->path_match;

    if (!c->pattern || r->source->path[0] == '\0')
        return;
    buf_str(out, "  path ");
    show_quoted(out, slice_str(r->source->path));
    buf_char(out, '\n');
    show_groups(r, c, out);
}

/* Is the text not a part of what was read, which was no wrapper then? */
static bool is_as_read(const struct trace *t)
{
    struct slice raw = t->raw, whole = t->whole;

    return whole.p >= raw.p && whole.p + whole.n <= raw.p + raw.n && raw.n - whole.n <= 4;
}

static void show_unwrapped(const struct trace *t, struct buf *out)
{
    static const char *const names[] = {"none", "docker", "cri", "auto", "KEY"};
    const struct record *r = t->record;
    bool told = r->stream.n || r->wrapper_time.n;

    if (r->log->unwrap == UNWRAP_NONE || (!told && (r->rewritten || r->log->record || !t->raw.n)))
        return;
    if (!told && is_as_read(t)) {
        buf_fmt(out, "  not wrapped as unwrap = %s has it: taken as it stands\n",
                names[r->log->unwrap]);
        return;
    }
    buf_str(out, "  unwrapped");
    if (r->stream.n)
        buf_fmt(out, ", of %.*s", SLICE_FMT(r->stream));
    if (!r->log->record && t->raw.p) { /* else it stands above */
        buf_str(out, ": ");
        show_value(out, t->whole);
    }
    buf_char(out, '\n');
}

static void show_rewritten(const struct trace *t, struct buf *out)
{
    if (!t->record->log->nrewrites || !t->record->rewritten)
        return;
    if (t->record->log->record) {
        buf_str(out, "  with lines that were rewritten\n");
        return;
    }
    buf_str(out, "  rewritten: ");
    show_value(out, t->whole);
    buf_char(out, '\n');
}

/* What it cut off, and its groups; or how far it fits. */
static void show_prefix(const struct trace *t, struct buf *out)
{
    struct record *r = t->record;
    struct pattern *p = r->log->prefix.pattern;
    size_t cut = t->whole.n - r->line.n;

    if (!p)
        return;
    if (cut == 0) {
        buf_fmt(out, "  prefix cuts nothing off: %s\n",
                pattern_match(p, r->matcher, t->whole) == PATTERN_YES
                    ? "its match is not at the start, or is empty"
                    : "it does not match");
        if (pattern_match(p, r->matcher, t->whole) == PATTERN_NO)
            explain_reach(p, t->whole, false, out);
        return;
    }
    buf_str(out, "  prefix cuts off ");
    show_quoted(out, slice_make(t->whole.p, cut));
    buf_char(out, '\n');
    show_groups(r, &r->log->prefix, out);
}

/* What was taken off, in the order in which it was. */
static void show_taken(const struct trace *t, struct buf *out)
{
    const struct record *r = t->record;

    if (r->log->encoding)
        buf_fmt(out, "  read as %s\n", r->log->encoding);
    if (r->log->record)
        buf_fmt(out, "  a record of %u line%s%s\n", r->nlines, r->nlines == 1 ? "" : "s",
                t->cut ? ", cut off at [limits] line" : "");
    show_unwrapped(t, out);
    show_rewritten(t, out);
    show_path(t->record, out);
    show_prefix(t, out);
}

void explain_read(const struct trace *t, struct buf *out)
{
    show_taken(t, out);
    show_decoded(t->record, out);
}
