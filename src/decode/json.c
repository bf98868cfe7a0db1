/* JSON, the plain way: one byte after the other, by the grammar of RFC 8259. This file is the
 * specification of what a JSON line is; linescan_kernel.h may only give the same answer sooner.
 *
 * A line is decoded only if it is valid to its last byte, so that a half-written or interleaved
 * line is never counted as a record. Nothing is copied: a value is a piece of the line, and one
 * with backslashes is left as written until a rule wants its text. Objects are entered by name only
 * where a wanted name continues there (`begins`); everything else is checked and forgotten.
 *
 * Decisions. Names are flat: {"a":{"b":1}} and {"a.b":1} both name "a.b", and whichever of the two
 * comes first in the line counts; so a second object under the same key can still supply names the
 * first one lacked. Blanks are the four of RFC 8259 everywhere. The depth counts the outermost
 * object as 1, and its limit also bounds the recursion here. Strings are not checked to be UTF-8: a
 * log line with one bad byte is still a line. */
#include "config.h"

#include "decode/fields.h"

#include "decode/fieldnames.h"
#include "decode/unescape.h"

#include "base/buf.h"

enum {
    DEPTH_MAX = 64,
    ESCAPED_NAME_MAX = 6 * FIELD_NAME_MAX, /* each byte of a name may be written \u00XX */
};

/* Where members get their names from: the text before the dot. */
struct scope {
    bool named;         /* members are asked for at all */
    bool top;           /* no dot */
    struct slice begin; /* names of a ruleset: BORROWS the table */
    size_t path_n;      /* every name: so much of walk.path */
};

struct walk {
    const char *p, *end;
    /* either: the names of a ruleset */
    const struct fieldnames *want;
    struct field *slots;
    struct touched *touched;
    /* or: every name there is */
    field_visit_fn *visit;
    void *ctx;
    struct buf path;
};

/* A member's name, once its key was read. */
struct member {
    bool stored;   /* its value is asked for */
    uint16_t slot; /* names of a ruleset */
    struct scope inner;
};

static bool value(struct walk *w, const struct member *m, unsigned depth);

static void skip_blanks(struct walk *w)
{
    while (w->p < w->end && (char_is_blank(*w->p) || *w->p == '\r' || *w->p == '\n'))
        w->p++;
}

static bool take(struct walk *w, char c)
{
    if (w->p == w->end || *w->p != c)
        return false;
    w->p++;
    return true;
}

/* Skips eight bytes at a time up to a quote, a backslash or a control character, or near it. */
static const char *skip_plain(const char *p, const char *end)
{
    unsigned n = 8;

    for (; n == 8 && end - p >= 8; p += n) {
        uint64_t v;

        memcpy(&v, p, sizeof v);
        n = json_plain_bytes(v);
    }
    return p;
}

/* At the opening quote. The field is what stands between the quotes. */
static bool string(struct walk *w, struct field *ret_text)
{
    const char *start = w->p + 1, *end = w->end, *p = skip_plain(start, end);
    bool escaped = false;

    while (p < end && *p != '"') {
        if ((unsigned char)*p < 0x20)
            return false;
        if (*p != '\\') {
            p++;
            continue;
        }
        escaped = true;
        p = json_skip_escape(p, end);
        if (p == NULL)
            return false;
        p = skip_plain(p, end);
    }
    if (p == end)
        return false;
    *ret_text = (struct field){start, (uint32_t)(p - start), escaped ? FIELD_JSON : FIELD_TEXT};
    w->p = p + 1;
    return true;
}

/* At least one digit. */
static bool digits(struct walk *w)
{
    if (w->p == w->end || !char_is_digit(*w->p))
        return false;
    while (w->p < w->end && char_is_digit(*w->p))
        w->p++;
    return true;
}

static bool number(struct walk *w)
{
    (void)take(w, '-');
    if (!take(w, '0') && !digits(w))
        return false;
    if (take(w, '.') && !digits(w))
        return false;
    if (take(w, 'e') || take(w, 'E')) {
        if (!take(w, '+'))
            (void)take(w, '-');
        return digits(w);
    }
    return true;
}

static bool literal(struct walk *w, const char *text, size_t n)
{
    if ((size_t)(w->end - w->p) < n || memcmp(w->p, text, n) != 0)
        return false;
    w->p += n;
    return true;
}

/* What JavaScript forbids and Python, Java and others write bare all the same. */
static bool no_number(struct walk *w)
{
    if (literal(w, "NaN", 3))
        return true;
    (void)take(w, '-');
    return literal(w, "Infinity", 8);
}

/* Looks up "BEGIN.KEY" (or KEY at the top) among the wanted names. */
static void member_wanted(const struct walk *w, const struct scope *in, const struct field *key,
                          struct member *m)
{
    char text[FIELD_NAME_MAX + 1 + ESCAPED_NAME_MAX];
    struct slice name = {key->p, key->n};
    const struct fieldname *found;

    if (key->n > (key->kind == FIELD_JSON ? ESCAPED_NAME_MAX : FIELD_NAME_MAX))
        return;
    if (!in->top || key->kind == FIELD_JSON) {
        size_t n = 0;

        if (!in->top) {
            memcpy(text, in->begin.p, in->begin.n);
            text[in->begin.n] = '.';
            n = in->begin.n + 1;
        }
        if (key->kind == FIELD_JSON) {
            n += unescape_json(text + n, name);
        } else {
            memcpy(text + n, name.p, name.n);
            n += name.n;
        }
        name = slice_make(text, n);
    }
    found = fieldnames_find(w->want, name);
    if (found == NULL)
        return;
    m->stored = true;
    m->slot = found->slot;
    m->inner.named = found->begins;
    m->inner.begin = found->text;
}

/* Writes the full name into the path. */
static void member_any(struct walk *w, const struct scope *in, const struct field *key,
                       struct member *m)
{
    w->path.n = in->path_n;
    if (!in->top)
        buf_char(&w->path, '.');
    if (key->kind == FIELD_JSON) {
        char *out = buf_reserve(&w->path, key->n);

        w->path.n += unescape_json(out, slice_make(key->p, key->n));
        w->path.p[w->path.n] = '\0';
    } else {
        buf_add(&w->path, key->p, key->n);
    }
    m->stored = true;
    m->inner.named = true;
    m->inner.path_n = w->path.n;
}

static struct member member_of(struct walk *w, const struct scope *in, const struct field *key)
{
    struct member m = {0};

    if (!in->named)
        return m;
    if (w->want != NULL)
        member_wanted(w, in, key, &m);
    else
        member_any(w, in, key, &m);
    return m;
}

static void store(struct walk *w, const struct member *m, const struct field *f)
{
    if (!m->stored)
        return;
    if (w->want != NULL) {
        field_store(w->slots, w->touched, m->slot, *f);
        return;
    }
    w->path.n = m->inner.path_n;
    w->visit(w->ctx, slice_make(w->path.p, w->path.n), f);
}

/* Behind a value: 1 when another follows, 0 when it was the last, -1 when this is not valid. */
static int next_member(struct walk *w, char close)
{
    skip_blanks(w);
    if (take(w, close))
        return 0;
    if (!take(w, ','))
        return -1;
    skip_blanks(w);
    return 1;
}

/* At "{". */
static bool object(struct walk *w, const struct scope *in, unsigned depth)
{
    if (depth > DEPTH_MAX)
        return false;
    w->p++;
    skip_blanks(w);
    if (take(w, '}'))
        return true;
    for (;;) {
        struct field key;
        struct member m;

        if (w->p == w->end || *w->p != '"' || !string(w, &key))
            return false;
        m = member_of(w, in, &key);
        skip_blanks(w);
        if (!take(w, ':'))
            return false;
        skip_blanks(w);
        int next = value(w, &m, depth) ? next_member(w, '}') : -1;

        if (next <= 0)
            return next == 0;
    }
}

enum { NUMBER_MAX = 10 };

/* The number of an element is its key. */
static struct field number_key(char text[NUMBER_MAX], uint32_t i)
{
    size_t n = NUMBER_MAX;

    do {
        text[--n] = (char)('0' + i % 10);
        i /= 10;
    } while (i > 0);
    return (struct field){text + n, (uint32_t)(NUMBER_MAX - n), FIELD_TEXT};
}

static struct member element_of(struct walk *w, const struct scope *in, uint32_t i)
{
    char text[NUMBER_MAX];
    struct field key;

    if (!in->named)
        return (struct member){0};
    key = number_key(text, i);
    return member_of(w, in, &key);
}

/* At "[". */
static bool array(struct walk *w, const struct scope *in, unsigned depth)
{
    if (depth > DEPTH_MAX)
        return false;
    w->p++;
    skip_blanks(w);
    if (take(w, ']'))
        return true;
    for (uint32_t i = 0;; i++) {
        struct member m = element_of(w, in, i);
        int next = value(w, &m, depth) ? next_member(w, ']') : -1;

        if (next <= 0)
            return next == 0;
    }
}

/* `depth` is that of the object or array around the value. */
static bool value(struct walk *w, const struct member *m, unsigned depth)
{
    struct field f = {w->p, 0, FIELD_TEXT};
    bool valid;

    if (w->p == w->end)
        return false;
    switch (*w->p) {
    case '"':
        if (!string(w, &f))
            return false;
        store(w, m, &f);
        return true;
    case '{':
        valid = object(w, &m->inner, depth + 1);
        break;
    case '[':
        valid = array(w, &m->inner, depth + 1);
        break;
    case 't':
        valid = literal(w, "true", 4);
        break;
    case 'f':
        valid = literal(w, "false", 5);
        break;
    case 'n':
        valid = literal(w, "null", 4);
        f.kind = FIELD_NULL;
        break;
    default:
        valid = number(w);
        if (!valid) {
            w->p = f.p;
            valid = no_number(w);
        }
        break;
    }
    if (!valid)
        return false;
    f.n = (uint32_t)(w->p - f.p);
    store(w, m, &f);
    return true;
}

static bool walk_line(struct walk *w, struct slice line)
{
    struct scope top = {.named = true, .top = true};

    if (line.n > UINT32_MAX)
        return false;
    w->p = line.p;
    w->end = line.p + line.n;
    skip_blanks(w);
    if (w->p == w->end || *w->p != '{' || !object(w, &top, 1))
        return false;
    skip_blanks(w);
    return w->p == w->end;
}

bool json_fields(struct slice line, const struct fieldnames *want, struct field *slots,
                 struct touched *touched)
{
    struct walk w = {.want = want, .slots = slots, .touched = touched};
    unsigned before = touched->n;

    if (walk_line(&w, line))
        return true;
    touched_undo(slots, touched, before);
    return false;
}

const char *json_member(const char *p, const char *end, struct slice key,
                        const struct fieldnames *want, struct field *slots, struct touched *touched)
{
    struct walk w = {.p = p, .end = end, .want = want, .slots = slots, .touched = touched};
    struct scope top = {.named = true, .top = true};
    struct field name = {key.p, (uint32_t)key.n, FIELD_TEXT};
    struct member m = member_of(&w, &top, &name);

    return value(&w, &m, 1) ? w.p : NULL;
}

bool json_each(struct slice line, field_visit_fn *fn, void *ctx)
{
    struct walk w = {.visit = fn, .ctx = ctx};
    bool valid = walk_line(&w, line);

    buf_release(&w.path);
    return valid;
}

static bool take_key(struct walk *w, struct field *ret_key)
{
    if (w->p == w->end || *w->p != '"' || !string(w, ret_key))
        return false;
    skip_blanks(w);
    if (!take(w, ':'))
        return false;
    skip_blanks(w);
    return true;
}

/* A value whose members nobody asks for. */
static bool plain_value(struct walk *w, struct field *ret_field, struct slice *ret_written)
{
    static const struct member unnamed = {0};
    const char *begin = w->p;

    if (w->p < w->end && *w->p == '"') {
        if (!string(w, ret_field))
            return false;
    } else if (!value(w, &unnamed, 1)) {
        return false;
    } else {
        *ret_field = (struct field){begin, (uint32_t)(w->p - begin),
                                    *begin == 'n' ? FIELD_NULL : FIELD_TEXT};
    }
    *ret_written = slice_make(begin, (size_t)(w->p - begin));
    return true;
}

/* Behind the opening bracket. Without a function it only looks. */
static bool members(struct walk *w, char close, json_member_fn *fn, void *ctx)
{
    skip_blanks(w);
    if (take(w, close))
        return true;
    for (uint32_t i = 0;; i++) {
        char text[NUMBER_MAX];
        struct field key = number_key(text, i), f;
        struct slice written;
        int next;

        if ((close == '}' && !take_key(w, &key)) || !plain_value(w, &f, &written))
            return false;
        next = next_member(w, close);
        if (next < 0)
            return false;
        if (fn && !fn(ctx, &key, &f, written))
            return true;
        if (next == 0)
            return true;
    }
}

bool json_members(struct slice text, json_member_fn *fn, void *ctx)
{
    struct walk w = {.p = text.p, .end = text.p + text.n};
    char open;

    if (text.n > UINT32_MAX)
        return false;
    skip_blanks(&w);
    if (w.p == w.end || (*w.p != '{' && *w.p != '['))
        return false;
    open = *w.p++;
    text = slice_make(w.p, (size_t)(w.end - w.p));
    if (!members(&w, open == '{' ? '}' : ']', NULL, NULL))
        return false;
    skip_blanks(&w);
    if (w.p != w.end)
        return false;
    w.p = text.p;
    return members(&w, open == '{' ? '}' : ']', fn, ctx);
}
