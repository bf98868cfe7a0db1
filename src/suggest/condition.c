/* condition -- how an event finds its lines: by a value, by how it begins, by a regex, or by the
 * keys it has. What is proposed must be found without being tried on every line: values, beginnings
 * and regexes with fixed text are; that a key is there is not, so lines of the same keys get an
 * event that finds the key's text first. */
#include "config.h"

#include "suggest/proposal.h"

#include "base/utf8.h"

enum { KEYS_ASKED = 3 };

static void add_literal(struct slice text, struct buf *out)
{
    if (!utf8_valid(text)) {
        buf_str(out, "\\S+");
        return;
    }
    while (text.n) {
        struct slice c = slice_make(text.p, utf8_char(text));

        if (utf8_dangerous(c)) /* of more bytes: of a regex one, or as many as it has */
            buf_fmt(out, c.n == 1 ? "\\x%02x" : ".{1,3}", (unsigned char)*c.p);
        else
            buf_fmt(out, "%s%.*s", strchr("\\^$.|?*+()[]{};", *c.p) ? "\\" : "", SLICE_FMT(c));
        text = slice_from(text, c.n);
    }
}

/* Between quotes it ends at the next one: it must not run on into the values behind. */
static bool ends_at_quote(const struct shape_word *w)
{
    return !w->quotes && slice_ends(w->before, SLICE("\"")) && slice_starts(w->after, SLICE("\""));
}

static void add_shape_word(const struct shape_word *w, bool has_unit, const char *name,
                           struct buf *out)
{
    static const char *const regexes[WORD_CLASSES] = {
        [WORD_METHOD] = "[A-Z]+",
        [WORD_NUMBER] = "-?[\\d.]+",
        [WORD_QUOTED] = ".*?",
    };
    bool any = w->class == WORD_QUOTED || (w->class == WORD_OTHER && w->blanks);
    const char *regex = has_unit && w->odd                    ? "\\S+ \\S+"
                        : has_unit                            ? "-?[\\d.]+ \\S+"
                        : any && ends_at_quote(w)             ? "[^\"]*"
                        : w->class == WORD_OTHER && w->blanks ? ".+?" /* quoted or bare */
                        : regexes[w->class] && !w->odd        ? regexes[w->class]
                        : w->class == WORD_QUOTED             ? ".*?"
                        : w->after.n                          ? "\\S+?"
                                                              : "\\S+";

    add_literal(w->before, out);
    if (!w->variable)
        add_literal(w->text, out);
    else if (name)
        buf_fmt(out, "(?<%s>%s)", name, regex);
    else
        buf_str(out, regex);
    add_literal(w->after, out);
}

/* An anchored regex for a shape; `names` (per word, NULL = none) become groups. Of a record the shape is
 * that of its first line. */
static void add_regex(const struct shape *s, const char *const *names, bool record, struct buf *out)
{
    struct slice e = s->example;

    buf_str(out, e.n && char_is_blank(e.p[0]) ? "^\\s*" : "^");
    for (size_t i = 0; i < s->nwords; i++) {
        if (s->words[i].unit)
            continue;
        if (i && !s->words[i].glued)
            buf_str(out, s->words[i].one_blank ? " " : "\\s+");
        add_shape_word(&s->words[i], i + 1 < s->nwords && s->words[i + 1].unit, names[i], out);
    }
    if (s->ends && names[s->nwords])
        buf_fmt(out, " +(?<%s>.+)", names[s->nwords]);
    else if (!s->open)
        buf_fmt(out, "%s%s", e.n && char_is_blank(e.p[e.n - 1]) ? "\\s*?" : "",
                record ? "(?:\\n|$)" : "$");
}

/* The shape's fixed beginning if all that varies comes behind it and is not named; n = 0: not
 * so. */
static struct slice beginning(const struct shape *s, const char *const *names)
{
    struct slice none = {"", 0};
    size_t i = 0;

    if (s->ends && names[s->nwords])
        return none;
    while (i < s->nwords && !s->words[i].variable)
        i++;
    /* Only one word may follow: what varies must not swallow what another shape fixes. */
    if (i == 0 || s->nwords > i + 1 || (s->nwords == i ? !s->open : names[i] != NULL))
        return none;
    const struct shape_word *last = &s->words[i - 1];
    const char *end = last->after.n  ? last->after.p + last->after.n
                      : last->text.n ? last->text.p + last->text.n
                                     : last->before.p + last->before.n;

    if (end < s->example.p || end > s->example.p + s->example.n)
        return none;
    return slice_make(s->example.p, (size_t)(end - s->example.p));
}

struct slice kind_beginning(const struct proposal *p)
{
    struct slice none = {"", 0}, begin = beginning(p->kind->shape, p->groups);

    return p->kind->of != KIND_KEYS && text_is_plain(begin) ? begin : none;
}

/* Of two that begin alike only one leaves the other out. */
static bool is_narrower(const struct kind *k, const struct kind *than)
{
    return k->begin.n == 0 || k->begin.n > than->begin.n ||
           (k->begin.n == than->begin.n && k < than);
}

/* What begins in the same way, but is an event of its own, is not this one. */
static void print_unless(const struct rulesfile *f, const struct kind *kind)
{
    const struct kind *k = f->sample->kinds;
    const char *between = "unless = ";

    for (size_t i = 0; i < f->sample->nkinds && k->shape->count >= f->sample->least; i++, k++) {
        if (!k->event || k == kind || k->of != kind->of || !is_narrower(k, kind) ||
            !slice_starts(k->shape->example, kind->begin))
            continue;
        buf_fmt(f->out, "%s%s", between, k->event);
        between = ", ";
    }
    buf_str(f->out, *between == ',' ? "\n" : "");
}

void print_keys_line(const struct rulesfile *f, const struct proposal *p)
{
    struct slice rest = p->kind->shape->example, key;

    next_key(&rest, &key);
    add_event(f, p->kind->line);
    buf_fmt(f->out, "match = \\b%.*s\"?[:=]\n\n", SLICE_FMT(key));
}

/* Lines of the same keys: one that is written early finds them fast, others make it sure. */
static void print_keys(const struct rulesfile *f, const struct kind *kind)
{
    struct slice rest = kind->shape->example, key;

    buf_fmt(f->out, "of = %s\n", kind->line);
    if (f->sample->field)
        buf_fmt(f->out, "where = %s ==\n", f->sample->field);
    for (unsigned n = 0; n < KEYS_ASKED && next_key(&rest, &key); n++)
        buf_fmt(f->out, "where = %.*s !=\n", SLICE_FMT(key));
}

static bool varies(const struct shape *s)
{
    bool variable = s->open;

    for (size_t i = 0; i < s->nwords; i++)
        variable |= s->words[i].variable;
    return variable;
}

static void print_where(const struct rulesfile *f, const char *op, struct slice value)
{
    buf_fmt(f->out, "where = %s %s ", f->sample->field, op);
    add_value(value, f->out);
}

void print_condition(const struct rulesfile *f, const struct proposal *p)
{
    const struct kind *kind = p->kind;
    const struct shape *s = kind->shape;

    if (kind->of == KIND_KEYS) {
        print_keys(f, kind);
        return;
    }
    if (kind->begin.n)
        print_unless(f, kind);
    if (kind->of == KIND_VALUE && !varies(s) && text_is_plain(s->example)) {
        print_where(f, "==", s->example);
    } else if (kind->of == KIND_VALUE && kind->begin.n) {
        print_where(f, "^=", kind->begin);
    } else {
        if (kind->of == KIND_TEXT)
            buf_str(f->out, "match = ");
        else
            print_where(f, "=~", SLICE(""));
        add_regex(s, p->groups, kind->of == KIND_TEXT && f->sample->record, f->out);
    }
    buf_char(f->out, '\n');
}
