/* logfmt: KEY=VALUE tokens divided by blanks, read from left to right in one walk.
 *
 * There is no standard; what is accepted here was chosen so that all output of Go's
 * slog.TextHandler decodes, whatever is in it, and ordinary prose does not:
 *
 *   blanks  space, tab, CR (a CR only ever stands at the end of a line)
 *   KEY     bare: one or more bytes that are no blank, `"` or `=`; or Go-quoted, then also empty
 *   VALUE   right behind the `=`: Go-quoted and closed, with a blank or the end of the line behind
 * the closing quote; or bare: zero or more bytes that are no blank and no `"`. A bare VALUE may
 * hold
 *           `=` (slog would quote it, others do not: token=YWJj==) and any other byte: control
 *           characters and bytes that are not UTF-8 never lose a line.
 *   quotes  closed by the first `"` that has no backslash before it; a backslash takes the next
 * byte with it
 *
 * Strict (format = auto): two tokens or more, and every one has its `=`. `GET /x?a=b` fails at GET,
 * `a = b` at a, `level=info` is one token only, `said="hi` is not closed, `x="a"b` has text behind
 * the quote. Lenient (format = logfmt): one token will do, and a KEY alone, bare or quoted, is a
 * token with an empty value. `=b` has no KEY and is refused by both, as is a `"` inside of bare
 * text.
 *
 * Inside of quotes any byte goes. Keys are looked up unescaped; values are unescaped when a rule
 * wants them. */
#include "config.h"

#include "decode/fields.h"

#include "decode/fieldnames.h"
#include "decode/unescape.h"

#include "base/buf.h"

enum { ESCAPED_NAME_MAX = 10 * FIELD_NAME_MAX }; /* \UNNNNNNNN is the longest escape */

struct token {
    struct field key, value;
    bool has_value;
    const char *fault; /* of a token that is none: what it has or does, for people */
};

static bool is_blank(char c)
{
    return char_is_blank(c) || c == '\r' || c == '\n'; /* a record of several lines has them */
}

/* At the opening quote; *p ends behind the closing one. */
static bool quoted(const char **p, const char *end, struct field *ret_text)
{
    const char *at = *p + 1, *start = at;
    bool escaped = false;

    while (at < end && *at != '"') {
        if (*at == '\\') {
            escaped = true;
            at++;
        }
        at++;
    }
    if (at >= end)
        return false;
    *ret_text = (struct field){start, (uint32_t)(at - start), escaped ? FIELD_GO : FIELD_TEXT};
    *p = at + 1;
    return true;
}

static bool bare_value(const char **p, const char *end, struct field *ret_text)
{
    const char *at = *p;

    while (at < end && !is_blank(*at) && *at != '"')
        at++;
    *ret_text = (struct field){*p, (uint32_t)(at - *p), FIELD_TEXT};
    *p = at;
    return true;
}

static bool bare_key(const char **p, const char *end, struct field *ret_text)
{
    const char *at = *p;

    while (at < end && !is_blank(*at) && *at != '"' && *at != '=')
        at++;
    *ret_text = (struct field){*p, (uint32_t)(at - *p), FIELD_TEXT};
    *p = at;
    return ret_text->n > 0;
}

static bool refuse(struct token *t, const char *fault)
{
    t->fault = fault;
    return false;
}

/* At the first byte of a token. */
static bool next_token(const char **p, const char *end, struct token *t)
{
    bool in_quotes = **p == '"';

    if (!(in_quotes ? quoted : bare_key)(p, end, &t->key))
        return refuse(t, in_quotes ? "has a quote that is not closed" : "has no key");
    t->has_value = *p < end && **p == '=';
    if (t->has_value) {
        ++*p;
        in_quotes = *p < end && **p == '"';
        if (!(in_quotes ? quoted : bare_value)(p, end, &t->value))
            return refuse(t, "has a quote that is not closed");
    } else {
        t->value = (struct field){*p, 0, FIELD_TEXT};
    }
    if (*p < end && !is_blank(**p))
        return refuse(t, in_quotes ? "goes on behind its quote" : "has a quote inside");
    return true;
}

/* 1: a token; 0: the line is used up; -1: this is not logfmt. */
static int step(const char **p, const char *end, bool lenient, struct token *t)
{
    while (*p < end && is_blank(**p))
        ++*p;
    if (*p == end)
        return 0;
    if (!next_token(p, end, t))
        return -1;
    if (!t->has_value && !lenient)
        t->fault = "has no =";
    return t->has_value || lenient ? 1 : -1;
}

static bool enough(unsigned tokens, bool lenient)
{
    return tokens >= (lenient ? 1 : 2);
}

static void store_wanted(const struct fieldnames *want, const struct token *t, struct field *slots,
                         struct touched *touched)
{
    char text[ESCAPED_NAME_MAX];
    struct slice name = {t->key.p, t->key.n};
    const struct fieldname *found;

    if (t->key.kind == FIELD_GO) {
        if (name.n > sizeof text)
            return;
        name = slice_make(text, unescape_go(text, name));
    }
    found = fieldnames_find(want, name);
    if (found != NULL)
        field_store(slots, touched, found->slot, t->value);
}

bool logfmt_fields(struct slice line, bool lenient, const struct fieldnames *want,
                   struct field *slots, struct touched *touched)
{
    const char *p = line.p, *end = line.p + line.n;
    unsigned tokens = 0, before = touched->n;
    struct token t;
    int r;

    if (line.n > UINT32_MAX)
        return false;
    for (; (r = step(&p, end, lenient, &t)) > 0; tokens++)
        store_wanted(want, &t, slots, touched);
    if (r == 0 && enough(tokens, lenient))
        return true;
    touched_undo(slots, touched, before);
    return false;
}

bool logfmt_each(struct slice line, bool lenient, field_visit_fn *fn, void *ctx)
{
    const char *p = line.p, *end = line.p + line.n;
    struct buf name = BUF_INIT;
    unsigned tokens = 0;
    struct token t;
    int r;

    if (line.n > UINT32_MAX)
        return false;
    for (; (r = step(&p, end, lenient, &t)) > 0; tokens++) {
        struct slice key = {t.key.p, t.key.n};

        if (t.key.kind == FIELD_GO) {
            buf_clear(&name);
            key = slice_make(buf_reserve(&name, key.n), key.n);
            key.n = unescape_go((char *)key.p, slice_make(t.key.p, t.key.n));
        }
        fn(ctx, key, &t.value);
    }
    buf_release(&name);
    return r == 0 && enough(tokens, lenient);
}

const char *logfmt_fault(struct slice line, bool lenient, struct slice *ret_token)
{
    const char *p = line.p, *end = line.p + line.n, *start = p;
    struct token t;
    int r;

    do {
        while (p < end && is_blank(*p))
            p++;
        start = p;
        r = step(&p, end, lenient, &t);
    } while (r > 0);
    for (p = start; p < end && !is_blank(*p);)
        p++;
    *ret_token = slice_make(start, (size_t)(p - start));
    return r < 0 ? t.fault : NULL;
}
