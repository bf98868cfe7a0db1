/* exposition -- every sample becomes a key that two pages agree on, then two sorted lists are
 * walked side by side. Comments are skipped: a type or a help text that differs is no difference of
 * numbers. */
#include "config.h"

#include "offline/exposition.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "metrics/registry.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { SHOWN = 40 }; /* differences */

struct label_text {
    struct slice name, value; /* value as written between the quotes */
};

static bool name_byte(char c)
{
    return char_is_word(c) || c == ':';
}

static struct slice take_name(struct slice *s)
{
    size_t n = 0;

    while (n < s->n && name_byte(s->p[n]))
        n++;
    struct slice name = {s->p, n};

    *s = slice_from(*s, n);
    return name;
}

static bool take(struct slice *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

static bool take_quoted(struct slice *s, struct slice *ret_inside)
{
    if (!take(s, '"'))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->p[i] == '\\') {
            i++;
        } else if (s->p[i] == '"') {
            *ret_inside = (struct slice){s->p, i};
            *s = slice_from(*s, i + 1);
            return true;
        }
    }
    return false;
}

/* {a="x",b="y"} */
static bool take_labels(struct slice *s, struct label_text *labels, unsigned *ret_n)
{
    *ret_n = 0;
    if (!take(s, '{'))
        return true;
    while (!take(s, '}')) {
        *s = slice_trim(*s);
        struct slice name = take_name(s), value;

        if (name.n == 0 || !take(s, '=') || !take_quoted(s, &value) || *ret_n > LABELS_MAX)
            return false;
        labels[(*ret_n)++] = (struct label_text){name, value};
        *s = slice_trim(*s);
        if (!take(s, ',') && (s->n == 0 || s->p[0] != '}'))
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(((const struct label_text *)a)->name, ((const struct label_text *)b)->name);
}

static void add_label(struct buf *key, const struct label_text *l)
{
    buf_fmt(key, "%.*s=\"", SLICE_FMT(l->name));
    if (slice_eq(l->name, SLICE("le")) && !slice_eq(l->value, SLICE("+Inf"))) {
        char *text = xstrslice(l->value), le[NUM_TEXT];

        buf_add(key, le, num_format_le(le, strtod(text, NULL)));
        free(text);
    } else {
        buf_slice(key, l->value);
    }
    buf_char(key, '"');
}

static bool read_line(struct slice line, struct exposition *e)
{
    struct label_text labels[LABELS_MAX + 2];
    struct slice rest = line, name = take_name(&rest), value;
    struct sample s = {.is_sum = slice_ends(name, SLICE("_sum"))};
    struct buf key = BUF_INIT;
    unsigned n;
    char *end;

    if (name.n == 0 || !take_labels(&rest, labels, &n))
        return false;
    rest = slice_trim(rest);
    if (!slice_cut(&rest, ' ', &value) || value.n == 0)
        return false;
    s.value = arena_strslice(&e->text, value);
    s.number = strtod(s.value, &end);
    if (*end)
        return false;
    qsort(labels, n, sizeof *labels, by_name);
    buf_slice(&key, name);
    for (unsigned i = 0; i < n; i++) {
        buf_char(&key, i ? ',' : '{');
        add_label(&key, &labels[i]);
    }
    if (n)
        buf_char(&key, '}');
    s.key = arena_strslice(&e->text, buf_all(&key));
    buf_release(&key);
    GROW(e->list, e->n, e->cap);
    e->list[e->n++] = s;
    return true;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct sample *)a)->key, ((const struct sample *)b)->key);
}

int exposition_read(struct slice text, const char *name, struct exposition *ret_exposition,
                    struct buf *err)
{
    struct slice rest = text, line;
    struct exposition e = {.list = NULL};

    for (int number = 1; slice_cut(&rest, '\n', &line); number++) {
        if (slice_ends(line, SLICE("\r")))
            line.n--;
        line = slice_trim(line);
        if (line.n == 0 || line.p[0] == '#' || read_line(line, &e))
            continue;
        buf_fmt(err, "%s:%d: this is no sample: %.*s", name, number, SLICE_FMT(line));
        exposition_release(&e);
        return -EBADMSG;
    }
    if (e.n)
        qsort(e.list, e.n, sizeof *e.list, by_key);
    *ret_exposition = e;
    return 0;
}

void exposition_release(struct exposition *e)
{
    free(e->list);
    arena_release(&e->text);
    *e = (struct exposition){.list = NULL};
}

/* A whole number below 2^64, of which a double may lose the end. */
static bool read_whole(const char *s, uint64_t *ret_v)
{
    errno = 0;
    *ret_v = strtoull(s, NULL, 10);
    return *s && strspn(s, "0123456789") == strlen(s) && errno == 0;
}

static bool same_value(const struct sample *a, const struct sample *b)
{
    uint64_t m, n;

    if (read_whole(a->value, &m) && read_whole(b->value, &n))
        return m == n;
    double x = a->number, y = b->number;

    if (isnan(x) || isnan(y))
        return isnan(x) && isnan(y);
    return x == y || (a->is_sum && fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y)));
}

static void show(struct buf *out, char sign, const struct sample *s)
{
    buf_fmt(out, "  %c %s %s\n", sign, s->key, s->value);
}

size_t exposition_diff(const struct exposition *expected, const struct exposition *got,
                       struct buf *out)
{
    size_t differ = 0;

    for (size_t i = 0, k = 0; i < expected->n || k < got->n;) {
        const struct sample *e = i < expected->n ? &expected->list[i] : NULL;
        const struct sample *g = k < got->n ? &got->list[k] : NULL;
        int order = !e ? 1 : !g ? -1 : strcmp(e->key, g->key);

        i += order <= 0;
        k += order >= 0;
        if (order == 0 && same_value(e, g))
            continue;
        if (++differ > SHOWN)
            continue;
        if (order <= 0)
            show(out, '-', e);
        if (order >= 0)
            show(out, '+', g);
    }
    if (differ > SHOWN)
        buf_fmt(out, "  ... and %zu more that differ%s\n", differ - SHOWN,
                differ - SHOWN == 1 ? "s" : "");
    return differ;
}
