/* explain_read -- a line from what was read to its fields: each step that took or changed something, and
 * what kept it from being what it means to be. */
#include "config.h"

#include "engine/explain_read.h"

#include "base/utf8.h"
#include "engine/record.h"
#include "engine/words.h"

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

struct shown {
    struct buf *out;
    struct arena scratch;
};

static void show_decoded_field(void *ctx, struct slice name, const struct field *value)
{
    struct shown *s = ctx;
    struct field copy = *value;

    explain_field(name, field_text(&copy, &s->scratch), s->out);
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
    record_each(r, show_decoded_field, &shown);
    if (r->decoded > DECODED_LOGFMT && r->log->format != LOG_KV && r->log->format != LOG_TEXT)
        show_why_not(out, r);
    arena_release(&shown.scratch);
}

/* What was taken off, in the order in which it was. */
static void show_taken(const struct trace *t, struct buf *out)
{
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
}

void explain_read(const struct trace *t, struct buf *out)
{
    show_taken(t, out);
    show_decoded(t->record, out);
}
