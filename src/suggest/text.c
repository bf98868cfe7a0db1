/* text -- names are made of Latin letters, into which Cyrillic ones are put, digits and underscores; everything else of a log is escaped or
 * shown cut. */
#include "config.h"

#include "suggest/proposal.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

enum {
    NAME_WORDS = 6,
    NAME_BYTES = 48,
    HELP_BYTES = 100,
    SAID_MOST = 4,
    GROUP_BYTES = 28 /* PCRE2 takes 32 */
};

/* The Latin letters for the Cyrillic one that the text begins with, in small letters; NULL: it begins with another. */
static const char *cyrillic_in_latin(struct slice text)
{
    static const char *const small[] = {
        "a",  "b",    "v", "g",  "d", "e",  "zh", "z",  "i", "y",  "k",  "l",
        "m",  "n",    "o", "p",  "r", "s",  "t",  "u",  "f", "kh", "ts", "ch",
        "sh", "shch", "",  "y",  "",  "e",  "yu", "ya", "e", "yo", "dj", "g",
        "ye", "dz",   "i", "yi", "j", "lj", "nj", "c",  "k", "i",  "u",  "dzh",
    };
    unsigned lead = text.n > 1 ? (unsigned char)text.p[0] : 0;
    unsigned code =
        lead == 0xd0 || lead == 0xd1 ? (lead & 0x1f) << 6 | ((unsigned char)text.p[1] & 0x3f) : 0;

    if (code < 0x400 || code > 0x45f || !utf8_valid(slice_make(text.p, 2)))
        return NULL;
    return small[code < 0x410 ? code + 0x50 - 0x430 : code < 0x430 ? code - 0x410 : code - 0x430];
}

/* Letters and digits; anything between them becomes one underscore. In lower case they are words of
 * a sentence: don't is dont. */
static void add_words(struct slice text, bool lower, size_t from, struct buf *out)
{
    bool gap = out->n > from;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        const char *latin = cyrillic_in_latin(slice_from(text, i));

        if (latin || char_is_letter(c) || char_is_digit(c)) {
            if (gap && out->n > from)
                buf_char(out, '_');
            gap = false;
            if (latin)
                buf_str(out, latin);
            else
                buf_char(out, lower ? char_lower(c) : c);
            i += latin != NULL; /* which was of two bytes */
        } else if (!lower || c != '\'') {
            gap = true;
        }
    }
}

void drop_ends(struct buf *name, const char *ends)
{
    struct slice rest = slice_str(ends), end;

    while (slice_cut(&rest, ' ', &end)) {
        if (name->n <= end.n || !slice_ends(buf_all(name), end))
            continue;
        name->p[name->n -= end.n] = '\0';
        rest = slice_str(ends);
    }
}

const char *unique_name(struct rulesfile *f, struct map *taken, struct buf *name)
{
    size_t plain = name->n;
    uint64_t was;

    for (int i = 2; map_get(taken, buf_all(name), &was); i++) {
        name->n = plain;
        buf_fmt(name, "_%d", i);
    }
    map_put(taken, buf_all(name), 1);
    const char *unique = arena_strslice(&f->names, buf_all(name));

    buf_release(name);
    return unique;
}

/* Does this key tell what a record is? */
static bool key_tells(struct slice key)
{
    return field_is_usable(key) && key.p[0] != '@' && !field_is_time(key) && !field_is_level(key);
}

bool next_key(struct slice *rest, struct slice *ret_key)
{
    while (slice_cut(rest, ' ', ret_key))
        if (key_tells(*ret_key))
            return true;
    return false;
}

/* Does a key end so? "RequestMethod" and "req.method" end in method. */
static bool is_key_of(struct slice key, const char *end)
{
    struct slice want = slice_str(end);

    return key.n >= want.n && strncasecmp(key.p + key.n - want.n, end, want.n) == 0;
}

bool kind_is_access(const struct kind *k)
{
    const struct shape *s = k->shape;
    struct slice keys = s->example, key;
    bool method = false, path = false;
    int said = 0; /* words before: a sentence may name a request too */

    for (size_t i = 0; k->of == KIND_TEXT && i < s->nwords; i++) {
        said += !method && !s->words[i].variable && slice_has_letter(s->words[i].before);
        method |= s->words[i].variable && s->words[i].class == WORD_METHOD;
        path |= s->words[i].variable && s->words[i].class == WORD_PATH;
    }
    while (k->of == KIND_KEYS && next_key(&keys, &key)) {
        method |= is_key_of(key, "method");
        path |= is_key_of(key, "path") || is_key_of(key, "url") || is_key_of(key, "uri");
    }
    return method && path && said <= SAID_MOST;
}

void add_pattern(const struct kind *k, struct buf *out)
{
    const struct shape *s = k->shape;
    struct slice keys = s->example, key;
    size_t from = out->n;

    for (size_t i = 0; k->of != KIND_KEYS && i < s->nwords && out->n < from + HELP_BYTES; i++) {
        const struct shape_word *w = &s->words[i];

        buf_str(out, i && !w->glued ? " " : "");
        add_shown(w->before, HELP_BYTES, out);
        if (w->variable)
            buf_str(out, "...");
        else
            add_shown(w->text, HELP_BYTES, out);
        add_shown(w->after, HELP_BYTES, out);
    }
    while (k->of == KIND_KEYS && out->n < from + HELP_BYTES && next_key(&keys, &key)) {
        buf_str(out, out->n > from ? ", " : "");
        add_shown(key, HELP_BYTES, out);
    }
    buf_str(out, (k->of != KIND_KEYS && s->open) || out->n >= from + HELP_BYTES ? " ..." : "");
}

/* Would a family of that name, with something behind it, be one that rules cannot have? */
static bool is_reserved(struct slice name)
{
    struct slice first = slice_until(name, "_");

    return slice_eq(first, SLICE("process")) || slice_eq(first, SLICE("logtally")) ||
           slice_eq(name, SLICE("up"));
}

void add_kind_name(const struct kind *k, struct buf *out)
{
    bool access = kind_is_access(k);
    struct buf name = BUF_INIT;

    buf_str(&name, access ? "http_access" : k->of == KIND_KEYS ? "record_with" : "");
    for (size_t i = 0, words = 0;
         !access && i < k->shape->nwords && words < NAME_WORDS && name.n < NAME_BYTES; i++) {
        const struct shape_word *w = &k->shape->words[i];
        size_t before = name.n;

        add_words(w->before, true, 0, &name);
        if (!w->variable && w->before.n == 0)
            add_words(w->text, true, 0, &name);
        words += name.n > before;
    }
    if (name.n == 0)
        buf_str(&name, k->of == KIND_TEXT ? "text" : "event");
    if (name.n > NAME_BYTES)
        name.n = NAME_BYTES;
    while (name.n > 1 && name.p[name.n - 1] == '_')
        name.n--;
    /* Endings that would make two families one. */
    drop_ends(&name, "_total _count _sum _bucket _created _info");
    if (char_is_digit(name.p[0]) || is_reserved(buf_all(&name)))
        buf_str(out, "log_");
    buf_slice(out, buf_all(&name));
    buf_release(&name);
}

void add_field_name(struct slice field, struct buf *out)
{
    size_t from = out->n;

    add_words(field, false, from, out);
    if (out->n == from || char_is_digit(out->p[from])) {
        out->n = from;
        buf_str(out, "field");
    }
}

/* The unit that stands behind a number as a word of its own makes its name: `in 885 ms,`. */
static const char *name_by_unit(const struct shape *s, size_t word)
{
    static const struct {
        const char *units, *name;
    } names[] = {
        {"ns", "duration_ns"},
        {"us usec usecs microseconds мкс", "duration_us"},
        {"ms msec msecs millis milliseconds мс миллисекунд", "duration_ms"},
        {"s sec secs seconds сек секунд секунды секунду", "duration_s"},
        {"bytes байт байта", "size_bytes"},
        {"kB KB КБ", "size_kb"},
        {"KiB", "size_kib"},
        {"MB МБ", "size_mb"},
    };

    if (word + 1 >= s->nwords || s->words[word].class != WORD_NUMBER || s->words[word].after.n ||
        s->words[word + 1].variable)
        return NULL;
    struct slice next = s->words[word + 1].before; /* a fixed word is all that */

    while (next.n && strchr(".,;:)]", next.p[next.n - 1]))
        next.n--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (word_among(next, names[i].units))
            return names[i].name;
    return NULL;
}

/* `key=12`, or `key: 12` where that is one word; empty: there is none. */
static struct slice key_before(const struct shape *s, size_t word)
{
    const struct shape_word *w = &s->words[word], *last = word ? w - 1 : NULL;
    const char *equals = w->before.n ? memchr(w->before.p, '=', w->before.n) : NULL;
    struct slice key = {"", 0};

    if (equals)
        return slice_make(w->before.p, (size_t)(equals - w->before.p));
    if (w->class != WORD_NUMBER || w->before.n || w->glued || !last || last->variable ||
        last->before.n < 4 || !slice_ends(last->before, SLICE(":")))
        return key;
    key = slice_make(last->before.p, last->before.n - 1);
    for (size_t i = 0; i < key.n; i++)
        if (!char_is_letter(key.p[i]) && key.p[i] != '_')
            return (struct slice){"", 0};
    return key;
}

void add_group_name(const struct shape *s, size_t word, const struct field_stats *f,
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
        [WORD_NAME] = "name",         [WORD_DASH] = "word",
    };
    const struct shape_word *w = &s->words[word];
    const char *by_unit = name_by_unit(s, word);
    bool status = w->class == WORD_NUMBER && f->min >= 100 && f->max <= 599 && !f->fraction;
    struct slice key = key_before(s, word);

    if (key.n) {
        add_field_name(key, out);
        if (out->n > GROUP_BYTES)
            out->p[out->n = GROUP_BYTES] = '\0';
        for (size_t i = 0; i < out->n; i++)
            out->p[i] = char_lower(out->p[i]);
        return;
    }
    buf_str(out, by_unit ? by_unit : status ? "status" : names[w->class]);
}

/* Valid, and may be shown: rules are read in terminals and editors. */
static bool is_clean(struct slice text)
{
    while (text.n) {
        size_t n = utf8_char(text);

        if (n == 0 || utf8_dangerous(slice_make(text.p, n)))
            return false;
        text = slice_from(text, n);
    }
    return true;
}

bool text_fits_zero(struct slice text)
{
    return text_is_plain(text) && slice_until(text, " \t|\",;=#").n == text.n;
}

bool text_is_plain(struct slice text)
{
    return text.n && text.n < 500 && is_clean(text) && !char_is_blank(text.p[0]) &&
           !char_is_blank(text.p[text.n - 1]) && text.p[0] != '"' && text.p[0] != '\'' &&
           !memchr(text.p, '\\', text.n);
}

void add_value(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ';')
            buf_char(out, '\\');
        buf_char(out, text.p[i]);
    }
}

void add_shown(struct slice text, size_t most, struct buf *out)
{
    struct buf clean = BUF_INIT;
    size_t n = utf8_cut(text, most);

    utf8_clean(&clean, slice_make(text.p, n));
    for (struct slice rest = buf_all(&clean); rest.n;) {
        struct slice c = slice_make(rest.p, utf8_char(rest));

        add_value(utf8_dangerous(c) ? SLICE(" ") : c, out);
        rest = slice_from(rest, c.n);
    }
    buf_str(out, n < text.n ? "..." : "");
    buf_release(&clean);
}

void add_event(const struct rulesfile *f, const char *name)
{
    buf_fmt(f->out, "[event %s]\n", name);
    if (f->log)
        buf_fmt(f->out, "log = %s\n", f->log);
}
