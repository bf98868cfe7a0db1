/* buckets -- the values of `labels` and `buckets`. */
#include "config.h"

#include "rules/load/load.h"

#include <math.h>
#include <stdio.h>

enum { REPORTED_MAX = 4 };

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

/* "text" with \" and \\ inside, from the front of *rest. False when it is not closed. */
static bool take_quoted(struct load *l, struct slice *rest, struct slice *ret_text)
{
    struct buf text = BUF_INIT;
    size_t i = 1;

    for (; i < rest->n && rest->p[i] != '"'; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n && strchr("\"\\", rest->p[i + 1]))
            i++;
        buf_char(&text, rest->p[i]);
    }
    if (i >= rest->n) {
        buf_release(&text);
        return false;
    }
    *ret_text = arena_slice(l->text, buf_all(&text));
    *rest = slice_trim(slice_from(*rest, i + 1));
    buf_release(&text);
    return true;
}

/* Up to the comma, trimmed; the comma stays. */
static struct slice take_bare(struct slice *rest)
{
    size_t n = 0;
    struct slice s;

    while (n < rest->n && rest->p[n] != ',')
        n++;
    s = slice_trim(slice_make(rest->p, n));
    *rest = slice_from(*rest, n);
    return s;
}

static bool check_name(struct load *l, struct slice name, struct where at)
{
    size_t n = 0;

    if (load_is_prom_name(name))
        return !reserved(l, name, at);
    while (n < name.n && name.p[n] != ' ' && name.p[n] != '\t')
        n++;
    if (n && n < name.n && load_is_field(slice_make(name.p, n)))
        load_mistake(l, at, "labels are divided by commas: \"%.*s\"", SLICE_FMT(name));
    else if (load_is_field(name))
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
            if (item->text.n == 0)
                load_mistake(l, at, "label \"%.*s\" is an empty constant", SLICE_FMT(item->name));
            return item->text.n > 0;
        }
        load_mistake(l, at, "the \" of label \"%.*s\" is not closed", SLICE_FMT(item->name));
        *rest = slice_from(*rest, rest->n);
        return false;
    }
    item->text = take_bare(rest);
    if (load_is_field(item->text))
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
    size_t n = 0;
    bool named;

    *rest = slice_trim(*rest);
    while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '=')
        n++;
    item->name = slice_trim(slice_make(rest->p, n));
    item->text = item->name;
    item->constant = false;
    *rest = slice_from(*rest, n);
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

unsigned load_labels(struct load *l, const struct ini_entry *e, struct label_item *items)
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

/* 12 digits: what a person would have written instead of 0.30000000000000004. */
static bool round_bound(double v, double *ret_v)
{
    char text[40];
    struct num num;
    int n = snprintf(text, sizeof text, "%.12g", v);

    if (!isfinite(v) || num_parse(slice_make(text, (size_t)n), &UNIT_PLAIN, &num) < 0)
        return false;
    *ret_v = num.d;
    return true;
}

/* The three numbers of exponential(a, b, n) and linear(a, b, n). */
static bool take_numbers(struct slice s, double numbers[3])
{
    struct slice piece;
    unsigned n = 0;

    s = slice_trim(s);
    if (s.n < 2 || *s.p != '(' || s.p[s.n - 1] != ')')
        return false;
    s = slice_make(s.p + 1, s.n - 2);
    while (slice_cut(&s, ',', &piece)) {
        struct num num;

        if (n == 3 || num_parse(slice_trim(piece), &UNIT_PLAIN, &num) < 0)
            return false;
        numbers[n++] = num.d;
    }
    return n == 3;
}

static unsigned computed(struct load *l, const struct ini_entry *e, bool exponential,
                         double *bounds)
{
    const char *form =
        exponential ? "exponential(start, factor, count)" : "linear(start, width, count)";
    double v[3], at;
    unsigned count;

    if (!take_numbers(slice_from(e->value, exponential ? strlen("exponential") : strlen("linear")),
                      v)) {
        load_mistake(l, e->at, "\"%.*s\" is not %s", SLICE_FMT(e->value), form);
        return 0;
    }
    if (exponential && (v[0] <= 0 || v[1] <= 1)) {
        load_mistake(l, e->at, "%s needs start > 0 and factor > 1", form);
        return 0;
    }
    if (!exponential && v[1] <= 0) {
        load_mistake(l, e->at, "%s needs width > 0", form);
        return 0;
    }
    if (v[2] < 1 || v[2] > BUCKETS_MAX || v[2] != floor(v[2])) {
        load_mistake(l, e->at, "%s needs a count from 1 to %d", form, BUCKETS_MAX);
        return 0;
    }
    count = (unsigned)v[2];
    at = v[0];
    for (unsigned i = 0; i < count; i++) {
        if (!round_bound(at, &bounds[i])) {
            load_mistake(l, e->at, "bound %u of \"%.*s\" is too large for a number", i + 1,
                         SLICE_FMT(e->value));
            return 0;
        }
        at = exponential ? at * v[1] : v[0] + v[1] * (i + 1);
    }
    return count;
}

static void bad_bound(struct load *l, struct slice s, struct where at)
{
    struct num num;
    enum unit_kind kind;

    if (slice_eq(s, SLICE("+Inf")) || slice_eq(s, SLICE("Inf")) || slice_eq(s, SLICE("inf")))
        load_mistake(l, at, "bucket \"%.*s\" is always there; leave it out", SLICE_FMT(s));
    else if (num_parse_any(s, &num, &kind) == 0)
        load_mistake(l, at, "bucket \"%.*s\" has a unit; write plain numbers in seconds or bytes",
                     SLICE_FMT(s));
    else
        load_mistake(l, at,
                     "bucket \"%.*s\" is not a number; write numbers, exponential(start, factor, "
                     "count) or linear(start, width, count)",
                     SLICE_FMT(s));
}

static unsigned listed(struct load *l, const struct ini_entry *e, double *bounds)
{
    struct slice rest = e->value, word;
    unsigned n = 0, bad = 0;

    while (load_word(&rest, &word)) {
        struct num num;

        if (word.n > 1 && word.p[word.n - 1] == ',')
            word.n--;
        if (num_parse(word, &UNIT_PLAIN, &num) < 0) {
            if (bad++ < REPORTED_MAX)
                bad_bound(l, word, e->at);
        } else if (n == BUCKETS_MAX) {
            load_mistake(l, e->at, "more than %d buckets", BUCKETS_MAX);
            return 0;
        } else {
            bounds[n++] = num.d;
        }
    }
    return bad ? 0 : n;
}

static void not_ascending(struct load *l, const struct ini_entry *e, bool computed_, double low,
                          double high)
{
    char before[NUM_TEXT], after[NUM_TEXT];

    num_format(before, low);
    num_format(after, high);
    if (computed_)
        load_mistake(l, e->at, "\"%.*s\": bounds are rounded to 12 digits, and then two are %s",
                     SLICE_FMT(e->value), after);
    else
        load_mistake(l, e->at, "buckets must ascend: %s comes after %s", after, before);
}

unsigned load_buckets(struct load *l, const struct ini_entry *e, double *bounds)
{
    bool exponential = slice_starts(e->value, SLICE("exponential"));
    bool linear = slice_starts(e->value, SLICE("linear"));
    unsigned n;

    if (e->value.n == 0) {
        load_mistake(l, e->at, "\"buckets\" has no value; leave the key out for the default ones");
        return 0;
    }
    if (exponential || linear)
        n = computed(l, e, exponential, bounds);
    else
        n = listed(l, e, bounds);
    for (unsigned i = 1; i < n; i++) {
        if (bounds[i] > bounds[i - 1])
            continue;
        not_ascending(l, e, exponential || linear, bounds[i - 1], bounds[i]);
        return 0;
    }
    return n;
}
