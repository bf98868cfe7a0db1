/* zero -- `zero = a=x|y b="two words"`: label sets that are there at 0 from the start.
 *
 * A line is one cross product over every label of its section that is not a constant. Products are
 * bounded before they are made. */
#include "config.h"

#include "rules/load/metric.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum { ZEROS_MAX = 100000, VALUES_MAX = 10000 };

/* The values of each label; `n` of them. */
struct axis {
    struct slice *values;
    size_t n, cap;
    bool given;
};

struct zero {
    struct load *l;
    const struct ini_entry *e;
    const struct family_spec *spec;
    const struct label *labels;
    struct axis axes[LABELS_MAX];
};

/* A value, bare or quoted, from the front of *rest, up to | or a blank. False after a mistake. */
static bool take_value(struct zero *z, struct slice *rest, struct slice *ret_value)
{
    struct buf text = BUF_INIT;
    bool quoted = rest->n && *rest->p == '"', closed = true;

    if (quoted) {
        closed = buf_unquote(&text, rest);
    } else {
        buf_slice(&text, slice_until(*rest, "| \t"));
        *rest = slice_from(*rest, text.n);
    }
    *ret_value = arena_slice(z->l->text, buf_all(&text));
    buf_release(&text);
    if (!quoted && slice_count(*ret_value, ','))
        load_warning(
            z->l, z->e->at,
            "\"%.*s\" in \"zero\" is one value: values are divided by |, labels by blanks; "
            "a comma that is meant stands in quotes",
            SLICE_FMT(*ret_value));
    if (!closed)
        load_mistake(z->l, z->e->at, "a \" in \"zero\" is not closed");
    else if (ret_value->n == 0)
        load_mistake(z->l, z->e->at,
                     "an empty value in \"zero\"; a missing label is written unknown");
    else if (!rest->n || strchr("| \t", *rest->p))
        return true;
    else
        load_mistake(z->l, z->e->at, "\"%.*s\" after a quoted value in \"zero\"", SLICE_FMT(*rest));
    return false;
}

static bool take_values(struct zero *z, struct slice *rest, struct axis *axis)
{
    for (;;) {
        GROW(axis->values, axis->n, axis->cap);
        if (axis->n == VALUES_MAX)
            return load_mistake(z->l, z->e->at, "more than %d values of a label in \"zero\"",
                                VALUES_MAX);
        if (!take_value(z, rest, &axis->values[axis->n]))
            return false;
        axis->n++;
        if (!rest->n || *rest->p != '|')
            return true;
        *rest = slice_from(*rest, 1);
    }
}

/* The label's number; -1 after a mistake. */
static int label_number(struct zero *z, struct slice name)
{
    const char *near;

    for (unsigned i = 0; i < z->spec->nlabels; i++) {
        if (!slice_eq(name, slice_str(z->spec->labels[i])))
            continue;
        if (z->labels[i].constant) {
            load_mistake(z->l, z->e->at,
                         "label \"%.*s\" is a constant in this section; leave it out of "
                         "\"zero\"",
                         SLICE_FMT(name));
            return -1;
        }
        if (!z->axes[i].given)
            return (int)i;
        load_mistake(z->l, z->e->at,
                     "label \"%.*s\" is given twice in this \"zero\"; divide its values with |",
                     SLICE_FMT(name));
        return -1;
    }
    near = nearest(name, z->spec->labels, z->spec->nlabels);
    load_mistake(z->l, z->e->at, "\"zero\" names \"%.*s\", which is no label of this metric",
                 SLICE_FMT(name));
    mistake_near(z->l->m, near);
    return -1;
}

static bool take_axes(struct zero *z)
{
    struct slice rest = slice_trim(z->e->value);

    while (rest.n) {
        const char *eq = memchr(rest.p, '=', rest.n);
        struct slice name = eq ? slice_trim(slice_make(rest.p, (size_t)(eq - rest.p))) : rest;
        int i;

        if (!eq)
            return load_mistake(z->l, z->e->at,
                                "\"%.*s\" is not LABEL=VALUE; quote a value that has blanks",
                                SLICE_FMT(rest));
        i = label_number(z, name);
        if (i < 0)
            return false;
        z->axes[i].given = true;
        rest = slice_from(rest, (size_t)(eq - rest.p) + 1);
        if (!take_values(z, &rest, &z->axes[i]))
            return false;
        rest = slice_trim(rest);
    }
    for (unsigned i = 0; i < z->spec->nlabels; i++) {
        if (z->axes[i].given || z->labels[i].constant)
            continue;
        load_mistake(z->l, z->e->at, "\"zero\" does not say which values label \"%s\" has",
                     z->spec->labels[i]);
        return false;
    }
    return true;
}

/* How many label sets; 0 after a mistake. */
static size_t product(struct zero *z)
{
    size_t n = 1;

    for (unsigned i = 0; i < z->spec->nlabels; i++) {
        if (z->labels[i].constant)
            continue;
        n *= z->axes[i].n;
        if (n > ZEROS_MAX)
            return load_mistake(z->l, z->e->at, "\"zero\" makes more than %d series", ZEROS_MAX);
    }
    return n;
}

/* Adds the label set, unless the family has it. */
static void add_set(struct zero *z, struct family_draft *d, const struct slice *values)
{
    struct buf key = BUF_INIT;
    unsigned n = z->spec->nlabels;

    for (unsigned i = 0; i < n; i++)
        buf_blob(&key, values[i]);
    if (map_put(&d->seen, buf_all(&key), 1)) {
        if (d->nzeros >= d->cap) {
            d->cap = d->cap ? d->cap * 2 : 8;
            d->zeros = xreallocarray(d->zeros, d->cap * n, sizeof *d->zeros);
        }
        memcpy(d->zeros + d->nzeros++ * n, values, n * sizeof *values);
    }
    buf_release(&key);
}

static void add_sets(struct zero *z, struct family_draft *d, size_t count)
{
    struct slice values[LABELS_MAX];

    for (size_t k = 0; k < count && d->nzeros <= ZEROS_MAX; k++) {
        size_t rest = k;

        for (unsigned i = z->spec->nlabels; i-- > 0;) {
            values[i] = z->labels[i].text;
            if (z->labels[i].constant)
                continue;
            values[i] = z->axes[i].values[rest % z->axes[i].n];
            rest /= z->axes[i].n;
        }
        add_set(z, d, values);
    }
}

void metric_zero(struct metric *t, const struct label *labels, const struct ini_entry *e)
{
    struct zero z = {.l = t->l, .e = e, .spec = &t->def->spec, .labels = labels};

    t->draft->zero_at = e->at;
    if (z.spec->nlabels == 0)
        load_mistake(t->l, e->at, "\"zero\" is for label sets, and this metric has no labels");
    else if (take_axes(&z))
        add_sets(&z, t->draft, product(&z));
    for (unsigned i = 0; i < z.spec->nlabels; i++)
        free(z.axes[i].values);
}
