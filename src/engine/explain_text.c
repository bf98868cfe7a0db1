/* explain_text -- what is shown of a line itself. Slow: a person waits for it, once. */
#include "config.h"

#include "engine/explain_text.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

void explain_text(struct buf *out, struct slice s)
{
    size_t n = utf8_cut(s, EXPLAIN_TEXT_MAX);

    utf8_show(out, slice_make(s.p, n));
    if (n < s.n)
        buf_str(out, "...");
}

int explain_columns(struct slice s)
{
    struct buf shown = BUF_INIT;

    explain_text(&shown, s);
    int n = (int)utf8_columns(buf_all(&shown));

    buf_release(&shown);
    return n;
}

void explain_field(struct buf *out, const char *name, struct slice text)
{
    buf_str(out, "    ");
    utf8_show(out, slice_str(name));
    buf_str(out, " = ");
    if (text.n == 0)
        buf_str(out, "(missing)");
    else
        explain_text(out, text);
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
    char *text = xstrslice(name);

    explain_field(s->out, text, field_text(&copy, &s->scratch));
    free(text);
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

/* A line that means to be JSON and is not: most often it was cut. */
static void explain_broken_json(struct buf *out, struct slice line)
{
    struct reach r = {.line = line};

    (void)json_each(line, note_reach, &r); /* the decoder has refused it already */
    buf_str(out, "  begins with { but is not valid JSON: it breaks ");
    if (r.end == 0) {
        buf_str(out, "before its first value ends\n");
    } else {
        buf_fmt(out, "after byte %zu, behind the value of ", r.end);
        explain_text(out, buf_all(&r.name));
        buf_char(out, '\n');
    }
    buf_release(&r.name);
}

void explain_decoded(struct buf *out, const struct record *r)
{
    static const char *const kinds[] = {"json", "logfmt", "text", "undecodable"};
    struct shown shown = {out, {0}};

    buf_fmt(out, "  log %s, decoded as %s\n", r->log->name, kinds[r->decoded]);
    if (r->decoded == DECODED_JSON)
        json_each(r->line, show_decoded_field, &shown);
    else if (r->decoded == DECODED_LOGFMT)
        logfmt_each(r->line, r->log->format == LOG_LOGFMT, show_decoded_field, &shown);
    else if (r->log->format == LOG_AUTO || r->log->format == LOG_JSON)
        if (slice_starts(slice_trim(r->line), SLICE("{")))
            explain_broken_json(out, r->line);
    arena_release(&shown.scratch);
}
