/* labels -- the labels of a metric section.
 *
 * They belong to the section, not to the family: each repetition of a metric may take its labels
 * from other fields. Only the names of the labels must be the
 * family's, and the first section says in what order all keep them. */
#include "config.h"

#include "rules/load/metric.h"

static bool reserved(struct load *l, struct slice name, struct where at)
{
    static const char *const warned[] = {"job", "instance", "quantile"};

    if (slice_eq(name, SLICE("le")) || slice_starts(name, SLICE("__"))) {
        load_mistake(l, at, "label \"%.*s\" is reserved by Prometheus; choose another name",
                     SLICE_FMT(name));
        return true;
    }
    for (unsigned i = 0; i < 3; i++)
        if (slice_eq(name, slice_str(warned[i])))
            load_warning(l, at,
                         "label \"%.*s\" has a meaning of its own in Prometheus; choose another "
                         "name, with labels = NAME=%.*s",
                         SLICE_FMT(name), SLICE_FMT(name));
    return false;
}

/* "text" from the front of *rest, and the blanks after it. False when it is not closed. */
static bool take_quoted(struct load *l, struct slice *rest, struct slice *ret_text)
{
    struct buf text = BUF_INIT;
    bool closed = buf_unquote(&text, rest);

    *ret_text = arena_slice(l->text, buf_all(&text));
    *rest = slice_trim(*rest);
    buf_release(&text);
    return closed;
}

/* Up to the comma, trimmed; the comma stays. */
static struct slice take_bare(struct slice *rest)
{
    struct slice s = slice_until(*rest, ",");

    *rest = slice_from(*rest, s.n);
    return slice_trim(s);
}

static bool check_name(struct load *l, struct slice name, struct where at)
{
    struct slice word = slice_until(name, " \t");

    if (name_is_prometheus(name))
        return !reserved(l, name, at);
    if (word.n < name.n && name_is_field(word))
        load_mistake(l, at, "labels are divided by commas: \"%.*s\"", SLICE_FMT(name));
    else if (name_is_field(name))
        load_mistake(
            l, at,
            "\"%.*s\" is not a label name ([A-Za-z_][A-Za-z0-9_]*); write NAME=%.*s to name it "
            "anew",
            SLICE_FMT(name), SLICE_FMT(name));
    else
        load_mistake(l, at, "\"%.*s\" is not a label name ([A-Za-z_][A-Za-z0-9_]*)",
                     SLICE_FMT(name));
    return false;
}

/* What stands after NAME=. */
static bool take_source(struct load *l, struct slice *rest, struct label_item *item,
                        struct where at)
{
    *rest = slice_trim(*rest);
    item->constant = rest->n && *rest->p == '"';
    if (item->constant) {
        if (take_quoted(l, rest, &item->text)) {
            if (item->text.n > 1 && *item->text.p == '$' && !char_is_digit(item->text.p[1]) &&
                name_is_field(slice_from(item->text, 1)))
                load_warning(l, at,
                             "label \"%.*s\" is the text %.*s in every series; a field is "
                             "written without quotes and $: %.*s=%.*s",
                             SLICE_FMT(item->name), SLICE_FMT(item->text), SLICE_FMT(item->name),
                             SLICE_FMT(slice_from(item->text, 1)));
            if (item->text.n == 0)
                load_mistake(l, at, "label \"%.*s\" is an empty constant", SLICE_FMT(item->name));
            return item->text.n > 0;
        }
        load_mistake(l, at, "the \" of label \"%.*s\" is not closed", SLICE_FMT(item->name));
        *rest = slice_from(*rest, rest->n);
        return false;
    }
    item->text = take_bare(rest);
    if (name_is_field(item->text))
        return true;
    if (item->text.n == 0)
        load_mistake(l, at, "label \"%.*s\" has nothing after its =", SLICE_FMT(item->name));
    else if (ini_is_quoted(item->text))
        load_mistake(l, at, "a constant label stands in double quotes: %.*s=\"%.*s\"",
                     SLICE_FMT(item->name), (int)item->text.n - 2, item->text.p + 1);
    else
        load_mistake(l, at,
                     "label \"%.*s\": \"%.*s\" is not a field name; a constant is written in "
                     "double quotes, labels are divided by commas",
                     SLICE_FMT(item->name), SLICE_FMT(item->text));
    return false;
}

/* One `a`, `b=field` or `c="constant"`. False when it is not to be used. */
static bool take_item(struct load *l, struct slice *rest, struct label_item *item, struct where at)
{
    struct slice before = slice_until(slice_trim(*rest), ",=");
    bool named;

    *rest = slice_from(slice_trim(*rest), before.n);
    item->name = item->text = slice_trim(before);
    item->constant = false;
    if (item->name.n == 0) {
        load_mistake(l, at, "\"labels\" has a comma too many, or a label without a name");
        (void)take_bare(rest);
        return false;
    }
    if (rest->n == 0 || *rest->p == ',')
        return check_name(l, item->name, at);
    *rest = slice_from(*rest, 1);
    named = check_name(l, item->name, at);
    return take_source(l, rest, item, at) && named;
}

static bool given(const struct label_item *items, unsigned n, struct slice name)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(items[i].name, name))
            return true;
    return false;
}

/* After an item: the comma. */
static bool take_comma(struct load *l, struct slice *rest, struct where at)
{
    *rest = slice_trim(*rest);
    if (rest->n == 0)
        return false;
    if (*rest->p == ',') {
        *rest = slice_from(*rest, 1);
        if (slice_trim(*rest).n)
            return true;
        load_mistake(l, at, "\"labels\" ends in a comma");
        return false;
    }
    load_mistake(l, at, "labels are divided by commas: \"%.*s\"", SLICE_FMT(*rest));
    return false;
}

static unsigned read_labels(struct load *l, const struct ini_entry *e, struct label_item *items)
{
    struct slice rest = slice_trim(e->value);
    unsigned n = 0;

    if (rest.n == 0)
        return 0;
    do {
        struct label_item item;

        if (!take_item(l, &rest, &item, e->at))
            continue;
        if (given(items, n, item.name)) {
            load_mistake(l, e->at, "label \"%.*s\" is given twice", SLICE_FMT(item.name));
        } else if (n == LABELS_MAX) {
            load_mistake(l, e->at, "more than %d labels", LABELS_MAX);
            break;
        } else {
            items[n++] = item;
        }
    } while (take_comma(l, &rest, e->at));
    return n;
}

static void list_labels(struct buf *out, const char *const *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%s%s", i ? ", " : "", names[i]);
    if (n == 0)
        buf_str(out, "none");
}

static const struct label_item *find_item(const struct label_item *items, unsigned n,
                                          const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(items[i].name, slice_str(name)))
            return &items[i];
    return NULL;
}

/* What the other has and one lacks can be said to be none; a name that only differs is a slip. */
static void hint_labels(struct metric *t, const struct label_item *items, unsigned n)
{
    for (unsigned i = 0; i < t->def->spec.nlabels && n < t->def->spec.nlabels; i++)
        if (!find_item(items, n, t->def->spec.labels[i])) {
            mistake_hint(t->l->m, "a constant stands for what is lacking: %s=\"none\"",
                         t->def->spec.labels[i]);
            return;
        }
}

static void different_labels(struct metric *t, const struct label_item *items, unsigned n,
                             struct where at)
{
    struct buf here = BUF_INIT, there = BUF_INIT;
    const char *names[LABELS_MAX];

    for (unsigned i = 0; i < n; i++)
        names[i] = arena_strslice(t->l->text, items[i].name);
    list_labels(&here, names, n);
    list_labels(&there, t->def->spec.labels, t->def->spec.nlabels);
    load_mistake(t->l, at,
                 "the labels of \"%s\" are %s in %s:%d, and %s here; they must be the same",
                 t->def->spec.name, there.p, t->draft->labels.file, t->draft->labels.line, here.p);
    hint_labels(t, items, n);
    buf_release(&here);
    buf_release(&there);
}

/* The first section of a family says which labels it has and in what order. */
static void name_labels(struct metric *t, const struct label_item *items, unsigned n,
                        struct where at)
{
    const char **names = load_alloc(t->l, n, sizeof *names);

    for (unsigned i = 0; i < n; i++)
        names[i] = arena_strslice(t->l->text, items[i].name);
    t->def->spec.labels = names;
    t->def->spec.nlabels = n;
    t->draft->labels = at;
}

/* Puts the labels in the family's order; false when the names are not the same. */
static bool in_order(struct metric *t, const struct label_item *items, unsigned n)
{
    if (n != t->def->spec.nlabels)
        return false;
    for (unsigned i = 0; i < n; i++) {
        const struct label_item *item = find_item(items, n, t->def->spec.labels[i]);

        if (!item)
            return false;
        t->labels[i] = *item;
    }
    return true;
}

void metric_labels(struct metric *t)
{
    const struct ini_entry *e = metric_entry(t, KEY_LABELS);
    struct where at = e ? e->at : t->section->at;
    size_t before = t->l->m->nmistakes;
    struct label_item items[LABELS_MAX];
    bool good;

    t->nlabels = e ? read_labels(t->l, e, items) : 0;
    good = t->l->m->nmistakes == before;
    if (t->draft->labels.line == 0) {
        name_labels(t, items, t->nlabels, at);
        t->draft->labels_bad = !good;
    }
    good = good && !t->bad && !t->draft->labels_bad;
    if (good && in_order(t, items, t->nlabels))
        return;
    if (good)
        different_labels(t, items, t->nlabels, at);
    t->bad = true;
    memcpy(t->labels, items, t->nlabels * sizeof *items);
}
