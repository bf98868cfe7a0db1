/* selector -- one walk over the text; what it expects and does not find is said with what stands there instead. */
#include "config.h"

#include "metrics/selector.h"

#include "base/utf8.h"
#include "metrics/escape.h"
#include "metrics/expose.h"

#include <errno.h>
#include <string.h>

struct parser {
    const char *p;
    struct selector *ret;
    struct buf *err;
};

static void skip_blanks(struct parser *x)
{
    x->p += strspn(x->p, " \t\n");
}

static int refuse(struct parser *x, const char *wanted)
{
    size_t n = strlen(x->p);

    if (n == 0)
        buf_fmt(x->err, "it ends where %s was expected", wanted);
    else {
        buf_fmt(x->err, "%s was expected before ", wanted);
        escape_text(x->err, slice_make(x->p, utf8_cut(slice_make(x->p, n), n < 20 ? n : 20)),
                    ESCAPE_HELP);
    }
    return -EINVAL;
}

static bool take(struct parser *x, char c)
{
    skip_blanks(x);
    if (*x->p != c)
        return false;
    x->p++;
    return true;
}

static struct slice take_name(struct parser *x)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    struct slice name;

    skip_blanks(x);
    name = arena_slice(&x->ret->text, slice_make(x->p, strspn(x->p, letters)));
    x->p += name.n;
    return name;
}

/* Behind the first quote. */
static int take_text(struct parser *x, struct slice *ret)
{
    struct buf text = BUF_INIT;

    for (; *x->p && *x->p != '"'; x->p++) {
        if (*x->p != '\\') {
            buf_char(&text, *x->p);
            continue;
        }
        x->p++;
        if (!*x->p || !strchr("\\\"n", *x->p)) {
            buf_release(&text);
            return refuse(x, "\\, \" or n behind a backslash");
        }
        buf_char(&text, *x->p == 'n' ? '\n' : *x->p);
    }
    *ret = arena_slice(&x->ret->text, buf_all(&text));
    buf_release(&text);
    if (*x->p == '"') {
        x->p++;
        return 0;
    }
    return refuse(x, "a quote");
}

static int take_label(struct parser *x)
{
    struct selector *s = x->ret;
    struct slice name = take_name(x);

    if (name.n == 0)
        return refuse(x, "the name of a label, or }");
    for (unsigned i = 0; i < s->nlabels; i++)
        if (slice_eq(s->labels[i], name)) {
            buf_fmt(x->err, "the label %.*s is there twice", SLICE_FMT(name));
            return -EINVAL;
        }
    if (s->nlabels == LABELS_MAX) {
        buf_fmt(x->err, "these are more than %d labels, and no metric has so many", LABELS_MAX);
        return -EINVAL;
    }
    if (!take(x, '='))
        return refuse(x, "= (no other comparison is known here)");
    if (!take(x, '"'))
        return refuse(x, *x->p == '~' ? "a value in quotes (no regex is known here)"
                                      : "a value in double quotes");
    s->labels[s->nlabels] = name;
    return take_text(x, &s->values[s->nlabels++]);
}

static int take_labels(struct parser *x)
{
    while (!take(x, '}')) {
        int r = take_label(x);

        if (r < 0)
            return r;
        if (!take(x, ',') && *x->p != '}')
            return refuse(x, ", or }");
    }
    return 0;
}

int selector_parse(const char *text, struct selector *ret, struct buf *err)
{
    struct parser x = {text, ret, err};
    int r;

    *ret = (struct selector){.metric = {0}};
    ret->metric = take_name(&x);
    if (!metric_name_valid(ret->metric))
        return refuse(&x, "the name of a metric");
    if (take(&x, '{') && (r = take_labels(&x)) < 0)
        return r;
    skip_blanks(&x);
    return *x.p ? refuse(&x, ret->nlabels ? "nothing more" : "{, or nothing more,") : 0;
}

void selector_release(struct selector *s)
{
    arena_release(&s->text);
}

void selector_put(struct slice metric, unsigned nlabels, const struct slice *labels,
                  const struct slice *values, struct buf *out)
{
    buf_slice(out, metric);
    for (unsigned i = 0; i < nlabels; i++) {
        buf_fmt(out, "%s%.*s=\"", i ? "," : "{", SLICE_FMT(labels[i]));
        escape_text(out, values[i], ESCAPE_LABEL);
        buf_char(out, '"');
    }
    if (nlabels)
        buf_char(out, '}');
}
