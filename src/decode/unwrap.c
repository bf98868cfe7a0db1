/* unwrap -- wrappers are recognised by their form, strictly, and what does not have it goes on as
 * it stands: a log that changes its wrapper in the middle, or a stray line of the runtime's own,
 * loses nothing.
 *
 *   docker  one JSON object with a string "log"; "stream" and "time" may be missing, other members
 *           (attrs) do not matter; a log without "\n" at its end is a part
 *   cri     RFC 3339 time, blank, stdout|stderr, blank, tags divided by ':' of which the first is P
 *           or F, blank (may be missing when the text is empty), text
 *   KEY     one JSON object in which the key is a string; its text is the line (one "\n" at its end
 *           is cut)
 *
 * Parts are joined by copying, whole lines are never copied (but for JSON escapes, into scratch). A
 * joined line over the limit is dropped whole: the parts that follow are thrown away up to the one
 * that ends it, which gives UNWRAP_TOO_LONG, once. So a partial never holds more than max_bytes. A
 * whole line over the limit is dropped too, so that joined or not makes no difference.
 *
 * A line that is not wrapped leaves the parts alone: they belong to their stream. */
#include "config.h"

#include "decode/unwrap.h"

#include "decode/fields.h"
#include "decode/linescan.h"
#include "decode/unescape.h"

#include "base/buf.h"

#include <errno.h>

enum { STREAMS = 3, SAVED_TOO_LONG = 1 };

/* What a wrapper says about one line of the file. */
struct wrapped {
    struct slice text, stream, time;
    bool part;
};

static unsigned stream_number(struct slice name)
{
    if (slice_eq(name, SLICE("stdout")))
        return 0;
    return slice_eq(name, SLICE("stderr")) ? 1 : 2;
}

/* Some names looked up by hand: a table would have to be built and kept for three names. */
struct members {
    struct slice wanted[3];
    struct field found[3];
};

static void member_visit(void *ctx, struct slice name, const struct field *value)
{
    struct members *m = ctx;

    for (int i = 0; i < 3; i++)
        if (m->wanted[i].n > 0 && m->found[i].kind == FIELD_NONE && slice_eq(name, m->wanted[i]))
            m->found[i] = *value;
}

/* A string is given away by the quote before it: kinds do not tell 1 from "1". */
static bool is_string(const struct field *f)
{
    return f->kind == FIELD_JSON || (f->kind == FIELD_TEXT && f->p[-1] == '"');
}

static struct slice plain(struct field *f, struct arena *scratch)
{
    if (!is_string(f))
        return SLICE("");
    field_unescape(f, scratch);
    return slice_make(f->p, f->n);
}

/* Room for a text of n bytes with the slack the fast scanners want behind it. */
static char *slack_alloc(struct arena *scratch, size_t n)
{
    char *p = arena_alloc(scratch, n + LINESCAN_SLACK);

    memset(p + n, 0, LINESCAN_SLACK);
    return p;
}

static struct slice slack_copy(struct arena *scratch, struct slice s)
{
    char *p = slack_alloc(scratch, s.n);

    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return slice_make(p, s.n);
}

/* The last byte if it is "\n". */
static bool cut_newline(struct slice *s)
{
    if (s->n == 0 || s->p[s->n - 1] != '\n')
        return false;
    s->n--;
    return true;
}

/* A string of docker's own, without escapes, behind its opening quote. */
static bool bare_string(const char **p, const char *end, struct slice *ret_text)
{
    const char *start = *p, *close = memchr(start, '"', (size_t)(end - start));

    if (close == NULL)
        return false;
    for (const char *c = start; c < close; c++)
        if ((unsigned char)*c < 0x20 || *c == '\\')
            return false;
    *ret_text = slice_make(start, (size_t)(close - start));
    *p = close + 1;
    return true;
}

static bool skip_text(const char **p, const char *end, struct slice text)
{
    if (!slice_starts(slice_make(*p, (size_t)(end - *p)), text))
        return false;
    *p += text.n;
    return true;
}

/* Byte for byte as dockerd writes it when nothing special is configured: read in one go. Any other
 * form, and what is not valid, is left to the JSON scanner. */
static bool from_plain_docker(struct slice raw, struct arena *scratch, struct wrapped *w)
{
    const char *p = raw.p, *end = raw.p + raw.n;
    char *text, *out;

    if (!skip_text(&p, end, SLICE("{\"log\":\"")))
        return false;
    text = out = slack_alloc(scratch, raw.n);
    p = unescape_json_string(p, end, &out);
    if (p == NULL || !skip_text(&p, end, SLICE("\",\"stream\":\"")) ||
        !bare_string(&p, end, &w->stream) || !skip_text(&p, end, SLICE(",\"time\":\"")) ||
        !bare_string(&p, end, &w->time) || end - p != 1 || *p != '}')
        return false;
    w->text = slice_make(text, (size_t)(out - text));
    w->part = !cut_newline(&w->text);
    return true;
}

static bool from_docker(struct slice raw, struct arena *scratch, struct wrapped *w)
{
    struct members m = {.wanted = {SLICE("log"), SLICE("stream"), SLICE("time")}};

    if (from_plain_docker(raw, scratch, w))
        return true;
    if (!json_each(raw, member_visit, &m) || !is_string(&m.found[0]))
        return false;
    w->text = slack_copy(scratch, plain(&m.found[0], scratch));
    w->stream = plain(&m.found[1], scratch);
    w->time = plain(&m.found[2], scratch);
    w->part = !cut_newline(&w->text);
    return true;
}

static bool from_key(struct slice raw, struct slice key, struct arena *scratch, struct wrapped *w)
{
    struct members m = {.wanted = {key}};

    if (!json_each(raw, member_visit, &m) || !is_string(&m.found[0]))
        return false;
    *w = (struct wrapped){.text = slack_copy(scratch, plain(&m.found[0], scratch))};
    (void)cut_newline(&w->text);
    return true;
}

/* 2025-11-12T10:15:30...: enough to tell it from prose; linetime reads the rest. */
static bool looks_like_time(struct slice s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";

    if (s.n < sizeof form) /* one more at least: the zone */
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] == 'd' ? !char_is_digit(s.p[i]) : s.p[i] != form[i])
            return false;
    return true;
}

static bool from_cri(struct slice raw, struct wrapped *w)
{
    struct slice rest = raw, tags, tag;

    if (!slice_cut(&rest, ' ', &w->time) || !looks_like_time(w->time) ||
        !slice_cut(&rest, ' ', &w->stream) || stream_number(w->stream) > 1 ||
        !slice_cut(&rest, ' ', &tags) || !slice_cut(&tags, ':', &tag) || tag.n != 1)
        return false;
    if (tag.p[0] != 'P' && tag.p[0] != 'F')
        return false;
    w->part = tag.p[0] == 'P';
    w->text = rest.p != NULL ? rest : slice_from(raw, raw.n);
    return true;
}

static bool take_out(enum unwrap_kind kind, struct slice key, struct slice raw,
                     struct arena *scratch, struct wrapped *w)
{
    switch (kind) {
    case UNWRAP_DOCKER:
        return from_docker(raw, scratch, w);
    case UNWRAP_CRI:
        return from_cri(raw, w);
    case UNWRAP_KEY:
        return from_key(raw, key, scratch, w);
    case UNWRAP_AUTO:
        return raw.n > 0 && raw.p[0] == '{' ? from_docker(raw, scratch, w) : from_cri(raw, w);
    case UNWRAP_NONE:
        break;
    }
    return false;
}

/* Takes one part in: false when the line it belongs to went over the limit. */
static bool join(struct buf *text, bool *too_long, struct slice part, size_t max_bytes)
{
    if (*too_long || part.n > max_bytes || text->n > max_bytes - part.n) {
        *too_long = true;
        buf_release(text);
        return false;
    }
    buf_slice(text, part);
    return true;
}

/* The last part: the whole line, in scratch, so that the partial is free for the next one. */
static enum unwrap_result finish(struct partial *partial, unsigned stream, struct slice last,
                                 size_t max_bytes, struct arena *scratch, struct slice *ret_line)
{
    struct buf *text = &partial->text[stream];
    bool *too_long = &partial->too_long[stream];

    if (text->n == 0 && !*too_long && last.n <= max_bytes) {
        *ret_line = last;
        return UNWRAP_LINE;
    }
    if (!join(text, too_long, last, max_bytes)) {
        *too_long = false;
        return UNWRAP_TOO_LONG;
    }
    *ret_line = slack_copy(scratch, buf_all(text));
    buf_clear(text);
    return UNWRAP_LINE;
}

enum unwrap_result unwrap_line(enum unwrap_kind kind, struct slice key, struct slice raw,
                               size_t max_bytes, struct partial *partial, struct arena *scratch,
                               struct unwrapped *ret_line)
{
    struct wrapped w = {0};
    unsigned stream;

    *ret_line = (struct unwrapped){raw, SLICE(""), SLICE("")};
    if (!take_out(kind, key, raw, scratch, &w))
        return UNWRAP_AS_IS;
    stream = stream_number(w.stream);
    ret_line->stream = stream < 2 ? w.stream : SLICE("");
    ret_line->time = w.time;
    if (!w.part)
        return finish(partial, stream, w.text, max_bytes, scratch, &ret_line->line);
    (void)join(&partial->text[stream], &partial->too_long[stream], w.text, max_bytes);
    return UNWRAP_PART;
}

enum unwrap_result unwrap_unfinished(struct partial *partial, struct arena *scratch,
                                     struct unwrapped *ret_line)
{
    static const char *const names[STREAMS] = {"stdout", "stderr", ""};

    for (unsigned i = 0; i < STREAMS; i++) {
        if (partial->text[i].n == 0 && !partial->too_long[i])
            continue;
        *ret_line = (struct unwrapped){SLICE(""), slice_str(names[i]), SLICE("")};
        return finish(partial, i, SLICE(""), SIZE_MAX, scratch, &ret_line->line);
    }
    return UNWRAP_PART;
}

void partial_release(struct partial *p)
{
    for (int i = 0; i < STREAMS; i++) {
        buf_release(&p->text[i]);
        p->too_long[i] = false;
    }
}

void partial_save(const struct partial *p, struct buf *out)
{
    for (int i = 0; i < STREAMS; i++) {
        buf_u8(out, p->too_long[i] ? SAVED_TOO_LONG : 0);
        buf_blob(out, buf_all(&p->text[i]));
    }
}

int partial_load(struct partial *p, struct reader *in)
{
    struct partial loaded = {0};

    for (int i = 0; i < STREAMS; i++) {
        uint8_t flags = read_u8(in);
        struct slice text = read_blob(in);

        if (flags > SAVED_TOO_LONG || (flags == SAVED_TOO_LONG && text.n > 0))
            in->bad = true;
        loaded.too_long[i] = flags == SAVED_TOO_LONG;
        if (!in->bad)
            buf_slice(&loaded.text[i], text);
    }
    if (in->bad) {
        partial_release(&loaded);
        return -EBADMSG;
    }
    partial_release(p);
    *p = loaded;
    return 0;
}
