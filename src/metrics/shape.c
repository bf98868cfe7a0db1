/* shape -- put together once per family and page, used for each of its series. A value is copied as
 * it stands when its label set says that nothing in it needs an escape. */
#include "config.h"

#include "metrics/shape.h"

#include "metrics/escape.h"

static void put_consts(struct buf *out, const struct expose_options *o)
{
    for (unsigned i = 0; i < o->nconst; i++) {
        if (i)
            buf_char(out, ',');
        buf_str(out, o->const_names[i]);
        buf_str(out, "=\"");
        escape_text(out, slice_str(o->const_values[i]), ESCAPE_LABEL);
        buf_char(out, '"');
    }
}

void shape_init(struct shape *s, const struct expose_options *o, const struct family_spec *spec,
                struct slice name, const char *suffix)
{
    bool braces = name.n && (o->nconst || spec->nlabels);

    buf_slice(&s->text, name);
    buf_str(&s->text, suffix);
    buf_str(&s->text, braces ? "{" : "");
    put_consts(&s->text, o);
    for (unsigned i = 0; i < spec->nlabels; i++) {
        if (i || o->nconst)
            buf_char(&s->text, ',');
        buf_str(&s->text, spec->labels[i]);
        buf_str(&s->text, "=\"");
        s->begin[i + 1] = s->text.n;
        buf_char(&s->text, '"');
    }
    buf_str(&s->text, braces ? "}" : "");
    buf_str(&s->text, name.n ? " " : "");
    s->begin[spec->nlabels + 1] = s->text.n;
    buf_pad(&s->text);
}

/* Every byte of a value may need a backslash. */
size_t shape_room(const struct shape *s, const struct label_set *set, unsigned nlabels)
{
    return s->text.n + 2 * label_set_bytes(set, nlabels) + BLOCK;
}

static char *put_escaped(char *p, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\\' || s[i] == '"' || s[i] == '\n')
            *p++ = '\\';
        *p++ = s[i] == '\n' ? 'n' : s[i];
    }
    return p;
}

char *shape_put(char *p, const struct shape *s, const struct label_set *set, unsigned nlabels)
{
    const char *value = label_set_text(set, nlabels);

    p = put_piece(p, s->text.p, s->begin[1]);
    for (unsigned i = 0; i < nlabels; i++) {
        size_t n = set->len[i];

        p = set->plain ? put(p, value, n) : put_escaped(p, value, n);
        value += n;
        p = put_piece(p, s->text.p + s->begin[i + 1], s->begin[i + 2] - s->begin[i + 1]);
    }
    return p;
}
