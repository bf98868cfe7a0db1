/* ini_line -- the small eyes of the reader: each looks at one line and remembers nothing. */
#include "config.h"

#include "config/ini_line.h"

bool line_take(struct lines *in, struct line *ret_line)
{
    const char *start = in->p, *nl, *e;

    if (start >= in->end)
        return false;
    nl = memchr(start, '\n', (size_t)(in->end - start));
    e = nl ? nl : in->end;
    in->p = nl ? nl + 1 : in->end;
    in->number++;
    while (e > start && (char_is_blank(e[-1]) || e[-1] == '\r'))
        e--;
    ret_line->indented = e > start && char_is_blank(*start);
    while (start < e && char_is_blank(*start))
        start++;
    ret_line->text = slice_make(start, (size_t)(e - start));
    return true;
}

bool line_is_comment(struct slice s)
{
    return s.n == 0 || *s.p == ';' || *s.p == '#';
}

size_t line_comment_at(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ';' && (i == 0 || char_is_blank(s.p[i - 1])))
            return i;
    return s.n;
}

size_t line_hash_at(struct slice s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        quoted ^= s.p[i] == '"';
        if (s.p[i] == '#' && !quoted && i > 0 && char_is_blank(s.p[i - 1]) &&
            (i + 1 == s.n || char_is_blank(s.p[i + 1])))
            return i;
    }
    return s.n;
}

struct slice line_key(struct slice s)
{
    const char *eq = s.n ? memchr(s.p, '=', s.n) : NULL;

    return eq ? slice_trim(slice_make(s.p, (size_t)(eq - s.p))) : (struct slice){0};
}

bool line_key_has_blank(struct slice s)
{
    struct slice name = line_key(s);
    size_t eq = name.n ? (size_t)((const char *)memchr(s.p, '=', s.n) - s.p) : 0;

    return name.n && memchr(name.p, ' ', name.n) && !strchr("!<>~^", name.p[name.n - 1]) &&
           (eq + 1 == s.n || !strchr("=~", s.p[eq + 1]));
}

struct slice line_section_word(struct slice s)
{
    return slice_until(slice_trim(slice_from(s, 1)), " \t]");
}

void line_unescape(struct buf *value)
{
    size_t n = 0;

    for (size_t i = 0; i < value->n; i++) {
        if (value->p[i] == '\\' && i + 1 < value->n && value->p[i + 1] == ';')
            i++;
        value->p[n++] = value->p[i];
    }
    value->n = n;
}
