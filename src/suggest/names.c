/* names -- see the header. */
#include "config.h"

#include "suggest/names.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_WORDS = 6, NAME_BYTES = 48, GROUP_BYTES = 28 /* PCRE2 takes 32 */ };

/* Letters and digits of a word in lower case; anything between them becomes one underscore. */
static void add_words(struct slice text, struct buf *out, size_t from)
{
    bool gap = out->n > from;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '\'')
            continue;
        if (!char_is_letter(c) && !char_is_digit(c)) {
            gap = true;
            continue;
        }
        if (gap && out->n > from)
            buf_char(out, '_');
        gap = false;
        buf_char(out, char_lower(c));
    }
}

static void drop_end(struct buf *name, size_t from, const char *end)
{
    size_t n = strlen(end);

    if (name->n > from + n && memcmp(name->p + name->n - n, end, n) == 0)
        name->n -= n;
}

/* Endings that would make two families one. */
static void drop_ends(struct buf *name, size_t from)
{
    static const char *const ends[] = {"_total", "_count", "_sum", "_bucket", "_created", "_info"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        drop_end(name, from, ends[i]);
    name->p[name->n] = '\0';
}

static bool is_access(const struct shape *s)
{
    bool method = false, path = false;

    for (size_t i = 0; i < s->nwords; i++) {
        method |= s->words[i].variable && s->words[i].class == WORD_METHOD;
        path |= s->words[i].variable && s->words[i].class == WORD_PATH;
    }
    return method && path;
}

void suggest_kind_name(const struct kind *k, struct buf *out)
{
    size_t from = out->n, words = 0;

    if (k->of == KIND_TEXT && is_access(k->shape))
        buf_str(out, "http_access");
    else if (k->of == KIND_KEYS)
        buf_str(out, "record_with");
    for (size_t i = 0; i < k->shape->nwords && words < NAME_WORDS && out->n < from + NAME_BYTES;
         i++) {
        const struct shape_word *w = &k->shape->words[i];
        size_t before = out->n;

        if (k->of == KIND_TEXT && out->n && strncmp(out->p + from, "http_access", 11) == 0)
            break;
        add_words(w->before, out, from);
        if (!w->variable && w->before.n == 0)
            add_words(w->text, out, from);
        words += out->n > before;
    }
    if (out->n == from)
        buf_str(out, k->of == KIND_TEXT ? "text" : "event");
    if (out->n > from + NAME_BYTES)
        out->n = from + NAME_BYTES;
    while (out->n > from + 1 && out->p[out->n - 1] == '_')
        out->n--;
    drop_ends(out, from);
    struct slice name = slice_make(out->p + from, out->n - from);

    if (char_is_digit(name.p[0]) || slice_starts(name, SLICE("process_")) ||
        slice_starts(name, SLICE("logtally_")) || slice_eq(name, SLICE("up"))) {
        char *plain = strndup(name.p, name.n);

        out->n = from;
        buf_fmt(out, "log_%s", plain);
        free(plain);
    }
}

void suggest_field_name(struct slice name, struct buf *out)
{
    size_t from = out->n;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (char_is_letter(c) || char_is_digit(c))
            buf_char(out, c);
        else if (out->n > from && out->p[out->n - 1] != '_')
            buf_char(out, '_');
    }
    if (out->n == from || char_is_digit(out->p[from])) {
        out->n = from;
        buf_str(out, "field");
    }
    while (out->n > from + 1 && out->p[out->n - 1] == '_')
        out->n--;
    out->p[out->n] = '\0';
}

void suggest_unique(struct map *taken, size_t from, struct buf *name)
{
    size_t plain = name->n;
    uint64_t was;

    for (int i = 2; map_get(taken, slice_make(name->p + from, name->n - from), &was); i++) {
        name->n = plain;
        buf_fmt(name, "_%d", i);
    }
    map_put(taken, slice_make(name->p + from, name->n - from), 1);
}

static bool is_status(const struct field_stats *f)
{
    return f->min >= 100 && f->max <= 599 && !f->fraction;
}

/* The unit that stands behind a number as a word of its own makes its name: `in 885 ms,`. */
static const char *name_by_unit(const struct shape *s, size_t word)
{
    static const struct {
        const char *unit, *name;
    } names[] = {
        {"ns", "duration_ns"},   {"us", "duration_us"},     {"ms", "duration_ms"},
        {"msec", "duration_ms"}, {"s", "duration_s"},       {"sec", "duration_s"},
        {"secs", "duration_s"},  {"seconds", "duration_s"}, {"milliseconds", "duration_ms"},
        {"bytes", "size_bytes"}, {"kB", "size_kb"},         {"KB", "size_kb"},
        {"KiB", "size_kib"},     {"MB", "size_mb"},
    };

    if (word + 1 >= s->nwords || s->words[word].class != WORD_NUMBER || s->words[word].after.n ||
        s->words[word + 1].variable)
        return NULL;
    struct slice next = s->words[word + 1].before; /* a fixed word is all that */

    while (next.n && strchr(".,;:)]", next.p[next.n - 1]))
        next.n--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_eq(next, slice_str(names[i].unit)))
            return names[i].name;
    return NULL;
}

void suggest_group_name(const struct shape *s, size_t word, const struct field_stats *f,
                        struct buf *out)
{
    static const char *const names[WORD_CLASSES] = {
        [WORD_FIXED] = "word",        [WORD_NUMBER] = "number",
        [WORD_TIME] = "time",         [WORD_DATE] = "date",
        [WORD_DURATION] = "duration", [WORD_SIZE] = "size",
        [WORD_PERCENT] = "percent",   [WORD_ID] = "id",
        [WORD_ADDRESS] = "address",   [WORD_PATH] = "path",
        [WORD_METHOD] = "method",     [WORD_BOOL] = "is",
        [WORD_QUOTED] = "text",       [WORD_OTHER] = "word",
    };
    const struct shape_word *w = &s->words[word];
    const char *by_unit = name_by_unit(s, word);
    const char *equals = w->before.n ? memchr(w->before.p, '=', w->before.n) : NULL;

    if (equals && equals > w->before.p) {
        size_t from = out->n;

        suggest_field_name(slice_make(w->before.p, (size_t)(equals - w->before.p)), out);
        if (out->n > from + GROUP_BYTES)
            out->p[out->n = from + GROUP_BYTES] = '\0';
        for (size_t i = from; i < out->n; i++)
            out->p[i] = char_lower(out->p[i]);
        return;
    }
    buf_str(out, by_unit                                   ? by_unit
                 : w->class == WORD_NUMBER && is_status(f) ? "status"
                                                           : names[w->class]);
}
