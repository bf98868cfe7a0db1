/* template -- parsed once into parts; evaluating is a walk over them. */
#include "config.h"

#include "rules/template.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "config/ini.h"
#include "rules/filter.h"

#include <stdlib.h>

enum { FILTERS_MAX = 8 };

struct step {
    const struct filter *filter;
    char *argument; /* or NULL */
};

struct part {
    char *text; /* literal text, or the field's name */
    int field;  /* number of the field; -1: literal */
    struct step steps[FILTERS_MAX];
    unsigned nsteps;
};

struct template
{
    struct part *parts;
    unsigned n, cap;
    unsigned nfields;
};

static bool name_char(char c)
{
    return char_is_word(c) || c == '.' || c == '-' || c == '@' || c == '/' || c == '!' ||
           (unsigned char)c >= 0x80;
}

static struct part *add_part(struct template *t, struct slice text, int field)
{
    GROW(t->parts, t->n, t->cap);
    t->parts[t->n] = (struct part){.text = xstrslice(text), .field = field};
    return &t->parts[t->n++];
}

static void unknown_filter(struct slice name, struct buf *err)
{
    const char *names[32];
    size_t n = 0;

    for (const struct filter *f = filters; f->name && n < 32; f++)
        names[n++] = f->name;
    const char *near = nearest(name, names, n);

    buf_fmt(err, "unknown filter \"%.*s\"", SLICE_FMT(name));
    if (near) {
        buf_fmt(err, "; did you mean \"%s\"?", near);
        return;
    }
    buf_str(err, "; there are:");
    for (size_t i = 0; i < n; i++)
        buf_fmt(err, " %s", names[i]);
}

/* "route" or "default(x)". */
static bool add_filter(struct part *p, struct slice text, struct buf *err)
{
    struct slice name = slice_trim(text), argument = {NULL, 0};
    const char *open = name.n ? memchr(name.p, '(', name.n) : NULL;

    if (open) {
        if (name.p[name.n - 1] != ')')
            return buf_fail(err, "filter \"%.*s\" lacks its `)`", SLICE_FMT(name));
        argument = (struct slice){open + 1, (size_t)(name.p + name.n - open) - 2};
        name = slice_trim((struct slice){name.p, (size_t)(open - name.p)});
    }
    const struct filter *f = filter_find(name);

    if (!f) {
        unknown_filter(name, err);
        return false;
    }
    if (f->takes_argument != (open != NULL))
        return buf_fail(err,
                        f->takes_argument ? "filter \"%s\" wants a value: %s(x)"
                                          : "filter \"%s\" takes no value",
                        f->name, f->name);
    if (ini_is_quoted(argument))
        return buf_fail(err, "%.*s is quoted; leave the quotes out", SLICE_FMT(argument));
    if (p->nsteps == FILTERS_MAX)
        return buf_fail(err, "more than %d filters on one field", FILTERS_MAX);
    p->steps[p->nsteps++] = (struct step){f, open ? xstrslice(argument) : NULL};
    return true;
}

/* What stands between the braces: NAME or NAME|filter|filter. */
static bool add_field(struct template *t, struct slice text, struct buf *err)
{
    struct slice rest = text, name, filter;

    if (!slice_cut(&rest, '|', &name))
        name = (struct slice){"", 0};
    name = slice_trim(name);
    if (name.n == 0)
        return buf_fail(err, "`${}` names no field; write ${field} or ${field|filter}");
    for (size_t i = 0; i < name.n; i++) {
        if (!name_char(name.p[i]))
            return buf_fail(err, "\"%.*s\" is no field name", SLICE_FMT(name));
    }
    if (t->nfields == TEMPLATE_FIELDS_MAX)
        return buf_fail(err, "more than %d fields in one template", TEMPLATE_FIELDS_MAX);
    struct part *p = add_part(t, name, (int)t->nfields++);

    while (slice_cut(&rest, '|', &filter))
        if (!add_filter(p, filter, err))
            return false;
    return true;
}

/* `$name` where `${name}` was meant. */
static bool looks_like_field(struct slice after_dollar)
{
    return after_dollar.n > 0 && name_char(after_dollar.p[0]) && !char_is_digit(after_dollar.p[0]);
}

static bool parse(struct template *t, struct slice text, struct buf *literal, struct buf *err)
{
    for (size_t i = 0; i < text.n;) {
        struct slice rest = slice_from(text, i);

        if (slice_starts(rest, SLICE("$${"))) {
            buf_str(literal, "${");
            i += 3;
        } else if (slice_starts(rest, SLICE("${"))) {
            const char *close = memchr(rest.p, '}', rest.n);

            if (!close)
                return buf_fail(err, "`%.*s` lacks its `}`", SLICE_FMT(rest));
            if (literal->n)
                add_part(t, buf_all(literal), -1);
            buf_clear(literal);
            if (!add_field(t, slice_make(rest.p + 2, (size_t)(close - rest.p) - 2), err))
                return false;
            i += (size_t)(close - rest.p) + 1;
        } else if (rest.p[0] == '$' && looks_like_field(slice_from(rest, 1))) {
            size_t n = 1;

            while (n < rest.n && name_char(rest.p[n]))
                n++;
            buf_fmt(err, "`%.*s` is plain text; a field is written ${%.*s}", (int)n, rest.p,
                    (int)n - 1, rest.p + 1);
            return false;
        } else {
            buf_char(literal, rest.p[0]);
            i++;
        }
    }
    if (literal->n)
        add_part(t, buf_all(literal), -1);
    return true;
}

struct template *template_new(struct slice text, struct buf *err)
{
    struct template *t = xcalloc(1, sizeof *t);
    struct buf literal = BUF_INIT;
    bool ok = parse(t, text, &literal, err);

    buf_release(&literal);
    if (!ok) {
        template_free(t);
        return NULL;
    }
    return t;
}

void template_free(struct template *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->n; i++) {
        for (unsigned k = 0; k < t->parts[i].nsteps; k++)
            free(t->parts[i].steps[k].argument);
        free(t->parts[i].text);
    }
    free(t->parts);
    free(t);
}

unsigned template_nfields(const struct template *t)
{
    return t->nfields;
}

static const struct part *field_part(const struct template *t, unsigned field)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->parts[i].field == (int)field)
            return &t->parts[i];
    return NULL;
}

const char *template_field(const struct template *t, unsigned i)
{
    return field_part(t, i)->text;
}

bool template_has_default(const struct template *t, unsigned i)
{
    const struct part *p = field_part(t, i);

    for (unsigned k = 0; k < p->nsteps; k++)
        if (p->steps[k].filter->for_missing)
            return true;
    return false;
}

/* Filters one after the other; a missing text skips those that have nothing to say to it. */
static void eval_field(const struct part *p, struct slice value, struct buf *out)
{
    struct buf scratch[2] = {BUF_INIT, BUF_INIT};

    for (unsigned k = 0; k < p->nsteps; k++) {
        const struct step *s = &p->steps[k];
        struct buf *to = &scratch[k & 1];

        if (value.n == 0 && !s->filter->for_missing)
            continue;
        buf_clear(to);
        s->filter->fn(value, slice_str(s->argument), to);
        value = buf_all(to);
    }
    buf_slice(out, value);
    buf_release(&scratch[0]);
    buf_release(&scratch[1]);
}

void template_eval(const struct template *t, const struct slice *values, struct buf *out)
{
    for (unsigned i = 0; i < t->n && out->n <= TEMPLATE_BYTES_MAX; i++) {
        const struct part *p = &t->parts[i];

        if (p->field < 0)
            buf_str(out, p->text);
        else if (p->nsteps == 0)
            buf_slice(out, values[p->field]);
        else
            eval_field(p, values[p->field], out);
    }
    if (out->n > TEMPLATE_BYTES_MAX)
        out->n = utf8_cut(buf_all(out), TEMPLATE_BYTES_MAX);
}
