/* text -- see the header. */
#include "config.h"

#include "suggest/text.h"

#include "base/utf8.h"

static bool is_clean(struct slice text)
{
    struct buf clean = BUF_INIT;
    bool same = true;

    for (size_t i = 0; i < text.n; i++)
        same &= (unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f;
    utf8_clean(&clean, text);
    same &= slice_eq(buf_all(&clean), text);
    buf_release(&clean);
    return same;
}

bool suggest_plain(struct slice text)
{
    return text.n && text.n < 500 && is_clean(text) && !char_is_blank(text.p[0]) &&
           !char_is_blank(text.p[text.n - 1]) && text.p[0] != '"' && text.p[0] != '\'' &&
           !memchr(text.p, '\\', text.n);
}

void suggest_value(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ';')
            buf_char(out, '\\');
        buf_char(out, text.p[i]);
    }
}

void suggest_shown(struct slice text, size_t most, struct buf *out)
{
    struct buf clean = BUF_INIT;
    size_t n = utf8_cut(text, most);

    utf8_clean(&clean, slice_make(text.p, n));
    for (size_t i = 0; i < clean.n; i++)
        if ((unsigned char)clean.p[i] < 0x20 || clean.p[i] == 0x7f)
            clean.p[i] = ' ';
    suggest_value(buf_all(&clean), out);
    buf_str(out, n < text.n ? "..." : "");
    buf_release(&clean);
}

static void add_literal(struct slice text, struct buf *out)
{
    if (!utf8_valid(text)) {
        buf_str(out, "\\S+");
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c < 0x20 || c == 0x7f)
            buf_fmt(out, "\\x%02x", c);
        else if (strchr("\\^$.|?*+()[]{}", c))
            buf_fmt(out, "\\%c", c);
        else if (c == ';')
            buf_str(out, "\\;");
        else
            buf_char(out, (char)c);
    }
}

static const char *value_regex(enum word_class class)
{
    switch (class) {
    case WORD_METHOD:
        return "[A-Z]+";
    case WORD_NUMBER:
        return "-?[\\d.]+";
    case WORD_QUOTED:
        return ".*?";
    case WORD_OTHER:
        return ".+?"; /* quoted in some lines, bare in others */
    default:
        return "\\S+";
    }
}

static void add_word(const struct shape_word *w, const char *name, struct buf *out)
{
    add_literal(w->before, out);
    if (!w->variable)
        add_literal(w->text, out);
    else if (name)
        buf_fmt(out, "(?<%s>%s)", name, value_regex(w->class));
    else
        buf_str(out, value_regex(w->class));
    add_literal(w->after, out);
}

void suggest_regex(const struct shape *s, char *const *names, struct buf *out)
{
    char first = s->example.n ? s->example.p[0] : 'x', last = s->example.p[s->example.n - 1];

    buf_str(out, char_is_blank(first) ? "^\\s*" : "^");
    for (size_t i = 0; i < s->nwords; i++) {
        if (i)
            buf_str(out, s->words[i].one_blank ? " " : "\\s+");
        add_word(&s->words[i], names[i], out);
    }
    if (!s->open)
        buf_str(out, char_is_blank(last) ? "\\s*$" : "$");
}

struct slice suggest_beginning(const struct shape *s, char *const *names)
{
    struct slice none = {"", 0};
    size_t i = 0;

    while (i < s->nwords && !s->words[i].variable)
        i++;
    for (size_t k = i; k < s->nwords; k++)
        if (names[k] || (!s->words[k].variable && k > i))
            return none;
    /* Only one word may follow: what varies must not swallow what another shape fixes. */
    if (i == 0 || (s->nwords > i + 1) || (s->nwords == i && !s->open))
        return none;
    const struct shape_word *last = &s->words[i - 1];
    const char *end = last->after.n  ? last->after.p + last->after.n
                      : last->text.n ? last->text.p + last->text.n
                                     : last->before.p + last->before.n;

    if (end < s->example.p || end > s->example.p + s->example.n)
        return none;
    return slice_make(s->example.p, (size_t)(end - s->example.p));
}
