/* table -- fields are read where they stand: results are pieces of the text, in which quotes are
 * undone in place. Rows are counted by lines, as a quoted field may hold some. */
#include "config.h"

#include "rules/table.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "config/textfile.h"

#include <stdlib.h>

enum { MISTAKES_MAX = 20 }; /* of one file: a wrong separator is wrong in each of a million lines */

struct table {
    uint64_t fingerprint;
    struct map index; /* VALUE -> number of its result */
    struct slice *results;
    size_t n, cap;
    struct buf text;
};

struct cursor {
    struct table *t;
    char *p, *end;
    const char *name;
    struct mistakes *m;
    size_t nmistakes;
    int line, begun; /* that of the row */
    char separator;
    bool is_tsv;
};

#define say(c, ...)    \
    ((c)->nmistakes++, \
     mistake_add((c)->m, MISTAKE, (struct where){(c)->name, (c)->begun, 0}, __VA_ARGS__))

static bool at_end(const struct cursor *c)
{
    return c->p == c->end || *c->p == '\n';
}

/* Behind the opening quote; moves the text over doubled quotes. */
static bool quoted_field(struct cursor *c, struct slice *ret_field)
{
    char *to = c->p;

    *ret_field = slice_make(to, 0);
    for (; c->p < c->end; c->p++) {
        if (*c->p == '"' && (c->p + 1 == c->end || c->p[1] != '"'))
            break;
        c->p += *c->p == '"';
        c->line += *c->p == '\n';
        *to++ = *c->p;
    }
    ret_field->n = (size_t)(to - ret_field->p);
    if (c->p == c->end)
        return say(c, "the quote is not closed");
    c->p++;
    if (c->p < c->end && *c->p == '\r')
        c->p++;
    return at_end(c) || *c->p == c->separator ||
           say(c, "there is text behind the closing quote; a quote inside is written twice");
}

static bool field(struct cursor *c, struct slice *ret_field)
{
    char *begin = c->p;

    if (!c->is_tsv && c->p < c->end && *c->p == '"') {
        c->p++;
        return quoted_field(c, ret_field);
    }
    while (!at_end(c) && *c->p != c->separator)
        c->p++;
    *ret_field = slice_make(begin, (size_t)(c->p - begin));
    if (at_end(c) && ret_field->n && c->p[-1] == '\r')
        ret_field->n--;
    return true;
}

static void add_row(struct cursor *c, struct slice value, struct slice result)
{
    struct table *t = c->t;
    uint64_t *before = map_find(&t->index, value);

    if (slice_eq(value, SLICE("-")) && !before)
        mistake_add(c->m, WARNING, (struct where){c->name, c->begun, 0},
                    "a field that is - counts as missing, which is a row without VALUE: %c%.*s",
                    c->separator, SLICE_FMT(result));

    if (before) {
        if (!slice_eq(t->results[*before], result))
            say(c, "\"%.*s\" has two results: \"%.*s\" further up, and \"%.*s\"", SLICE_FMT(value),
                SLICE_FMT(t->results[*before]), SLICE_FMT(result));
        return;
    }
    GROW(t->results, t->n, t->cap);
    t->results[t->n] = result;
    map_put(&t->index, value, t->n++);
}

static void row(struct cursor *c)
{
    struct slice value, result, more;
    unsigned columns = 2;

    if (!field(c, &value))
        return;
    if (at_end(c)) {
        if (value.n)
            say(c, "there is only one column; a line is VALUE%sRESULT",
                c->is_tsv ? ", a tab, " : ",");
        return;
    }
    c->p++;
    if (!field(c, &result))
        return;
    for (; !at_end(c); columns++) {
        c->p++;
        if (!field(c, &more))
            return;
    }
    if (columns > 2)
        say(c, "there are %u columns; a line is VALUE%sRESULT%s", columns,
            c->is_tsv ? ", a tab, " : ",",
            c->is_tsv ? "" : ", and a comma inside stands in double quotes");
    else
        add_row(c, value, result);
}

static void rows(struct cursor *c)
{
    while (c->p < c->end && c->nmistakes < MISTAKES_MAX) {
        c->begun = c->line;
        row(c);
        while (!at_end(c))
            c->p++;
        c->p += c->p < c->end;
        c->line++;
    }
}

/* FNV-1a, eight bytes at once: the same on every machine, as it goes into saved states. */
static uint64_t fingerprint(struct slice text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;

    for (size_t i = 0; i < text.n; i += sizeof word) {
        word = 0;
        for (size_t k = 0; k < sizeof word && i + k < text.n; k++)
            word |= (uint64_t)(unsigned char)text.p[i + k] << 8 * k;
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 32;
    }
    return h ^ text.n;
}

struct table *table_new(struct buf *text, const char *name, bool is_tsv, struct mistakes *m)
{
    struct table *t = xcalloc(1, sizeof *t);
    struct cursor c = {.t = t, .name = name, .m = m, .line = 1, .is_tsv = is_tsv};

    c.separator = is_tsv ? '\t' : ',';
    t->text = *text;
    *text = BUF_INIT;
    t->fingerprint = fingerprint(buf_all(&t->text));
    c.p = t->text.p;
    c.end = t->text.p + t->text.n;
    if (slice_starts(buf_all(&t->text), SLICE("\xEF\xBB\xBF")))
        c.p += 3;
    if (t->text.n && textfile_check(buf_all(&t->text), name, m))
        rows(&c);
    return t;
}

void table_free(struct table *t)
{
    if (!t)
        return;
    map_release(&t->index);
    free(t->results);
    buf_release(&t->text);
    free(t);
}

bool table_find(const struct table *t, struct slice value, struct slice *ret_result)
{
    uint64_t i;

    if (!map_get(&t->index, value, &i))
        return false;
    *ret_result = t->results[i];
    return true;
}

uint64_t table_fingerprint(const struct table *t)
{
    return t->fingerprint;
}
