/* explain_spans -- begin, end and key, and what is missing. */
#include "config.h"

#include "engine/explain_spans.h"

#include "engine/record.h"
#include "engine/words.h"

static const char *why_given_up(enum span_reason reason)
{
    switch (reason) {
    case SPAN_TIMEOUT:
        return "its timeout is over";
    case SPAN_REPLACED:
        return "another begins with the same key";
    case SPAN_FULL:
        return "more are open than max_open, or than 1 KiB for each of so many";
    default:
        return "its rules are others now";
    }
}

static void show_key(const struct span *span, const struct span_note *n, struct buf *out)
{
    buf_str(out, "    key");
    for (unsigned i = 0; i < span->nkeys; i++) {
        buf_fmt(out, "%s %s = ", i ? "," : "", span->keys[i]);
        show_text(out, n->key[i]);
    }
    buf_str(out, span->nkeys ? "\n" : " none: one is open at a time\n");
}

static void show_begin(const struct span_note *n, struct buf *out)
{
    buf_str(out, "    it began ");
    show_instant(out, n->begin_ns);
    buf_str(out, n->own ? "\n"
                        : ", the time of the line before it: it told none, so there is no "
                          "_duration\n");
}

/* Why a line that is an event of the span does nothing to it. */
static void show_missing(const struct span *span, const struct span_note *n, struct buf *out)
{
    if (n->reason == SPAN_NO_KEY)
        buf_fmt(out, "    key field %s is missing\n", span->keys[n->missing]);
    else
        buf_str(out, "    none is open with this key in this file\n");
}

void explain_span(const struct trace *t, const struct span_note *n, struct buf *out)
{
    const struct span *span = &t->record->rules->spans[n->span];

    buf_fmt(out, "  %s%s span %s  (%s:%d)\n", n->begins ? "begins" : "ends", n->key ? "" : " no",
            span->name, span->at.file, span->at.line);
    if (!n->key) {
        show_missing(span, n, out);
        return;
    }
    show_key(span, n, out);
    if (!n->begins)
        show_begin(n, out);
    if (n->reason == SPAN_NEGATIVE)
        buf_str(out, "    that is later than its end, so there is no _duration\n");
}

void explain_given_up(const struct trace *t, struct buf *out)
{
    const struct span_note *n = t->spans;
    const struct span *span = &t->record->rules->spans[n->span];

    buf_fmt(out, "(no line) span %s is given up  (%s:%d)\n", span->name, span->at.file,
            span->at.line);
    show_key(span, n, out);
    show_begin(n, out);
    buf_fmt(out, "    %s, at ", why_given_up(n->reason));
    show_instant(out, t->clock_ns);
    buf_char(out, '\n');
}
