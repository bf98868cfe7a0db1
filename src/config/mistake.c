/* mistake -- a growing list; sorted only when it is printed.
 *
 * Text from a person's file goes into sentences that a terminal shows: what is not UTF-8 and
 * control bytes are replaced here, once, so that no caller needs to think of it. Distances are
 * counted with neighbours swapped as one edit, the commonest slip of a keyboard, and without regard
 * to case. */
#include "config.h"

#include "config/mistake.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* What a terminal may be shown: each dangerous character is one blank, so that carets still point
 * to the right place. */
static char *printable(struct slice s, bool lines)
{
    struct buf clean = BUF_INIT, out = BUF_INIT;
    struct slice rest;

    utf8_clean(&clean, s);
    rest = buf_all(&clean);
    while (rest.n) {
        struct slice c = slice_make(rest.p, utf8_char(rest));

        if (utf8_dangerous(c) && !(lines && c.p[0] == '\n'))
            buf_char(&out, ' ');
        else
            buf_slice(&out, c);
        rest = slice_from(rest, c.n);
    }
    buf_release(&clean);
    return buf_detach(&out);
}

__attribute__((format(printf, 1, 0))) static char *format(const char *fmt, va_list ap)
{
    struct buf text = BUF_INIT;
    char *clean;

    buf_vfmt(&text, fmt, ap);
    clean = printable(buf_all(&text), true);
    buf_release(&text);
    return clean;
}

bool mistake_add(struct mistakes *m, enum severity severity, struct where at, const char *fmt, ...)
{
    va_list ap;

    GROW(m->list, m->n, m->cap);
    va_start(ap, fmt);
    m->list[m->n] = (struct mistake){.file = printable(slice_str(at.file), false),
                                     .text = format(fmt, ap),
                                     .line = at.line,
                                     .column = at.column,
                                     .severity = severity,
                                     .number = m->n};
    va_end(ap);
    m->n++;
    m->nmistakes += severity == MISTAKE;
    m->nwarnings += severity == WARNING;
    return false;
}

void mistake_hint(struct mistakes *m, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    m->list[m->n - 1].hint = format(fmt, ap);
    va_end(ap);
}

void mistake_near(struct mistakes *m, const char *near)
{
    if (near)
        mistake_hint(m, "did you mean \"%s\"?", near);
}

void mistake_more(struct mistakes *m, struct slice more)
{
    m->list[m->n - 1].more = printable(more, true);
}

static int by_place(const void *va, const void *vb)
{
    const struct mistake *a = *(const struct mistake *const *)va;
    const struct mistake *b = *(const struct mistake *const *)vb;
    int c = strcmp(a->file, b->file);

    if (c == 0)
        c = (a->line > b->line) - (a->line < b->line);
    if (c == 0)
        c = (a->number > b->number) - (a->number < b->number);
    return c;
}

static const char *hint_of(const struct mistake *k)
{
    return k->hint ? k->hint : "";
}

/* The same sentence may have come from several sections that share a line. */
static bool said_before(struct map *said, const struct mistake *k)
{
    struct buf key = BUF_INIT;

    buf_u32(&key, (uint32_t)k->line);
    buf_u32(&key, k->severity);
    buf_blob(&key, slice_str(k->file));
    buf_blob(&key, slice_str(k->text));
    buf_str(&key, hint_of(k));
    bool again = !map_put(said, buf_all(&key), 1);

    buf_release(&key);
    return again;
}

void mistake_put(const struct mistake *k, bool column, struct buf *out)
{
    static const char *const prefix[] = {"", "warning: ", "advice: "};

    if (*k->file)
        buf_fmt(out, "%s:", k->file);
    if (k->line > 0)
        buf_fmt(out, "%d:", k->line);
    if (column && k->line > 0)
        buf_fmt(out, "%d:", k->column > 0 ? k->column : 1);
    buf_fmt(out, "%s%s%s%s%s", *k->file || k->line > 0 ? " " : "", prefix[k->severity], k->text,
            k->hint ? "; " : "", hint_of(k));
}

size_t mistakes_list(const struct mistakes *m, enum severity most, const struct mistake ***ret_list)
{
    const struct mistake **list = xcalloc(m->n + 1, sizeof *list);
    struct map said = MAP_INIT;
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].severity <= most)
            list[n++] = &m->list[i];
    qsort(list, n, sizeof *list, by_place);
    for (size_t i = 0; i < n; i++)
        if (!said_before(&said, list[i]))
            list[kept++] = list[i];
    map_release(&said);
    *ret_list = list;
    return kept;
}

size_t mistakes_print(const struct mistakes *m, enum severity most, struct buf *out)
{
    const struct mistake **list;
    size_t n = mistakes_list(m, most, &list), nmistakes = 0;

    for (size_t i = 0; i < n; i++) {
        mistake_put(list[i], m->columns, out);
        buf_char(out, '\n');
        if (list[i]->more)
            buf_str(out, list[i]->more);
        nmistakes += list[i]->severity == MISTAKE;
    }
    free(list);
    return nmistakes;
}

void mistakes_release(struct mistakes *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->list[i].file);
        free(m->list[i].text);
        free(m->list[i].hint);
        free(m->list[i].more);
    }
    free(m->list);
    *m = MISTAKES_INIT;
}

const char *nearest(struct slice word, const char *const *candidates, size_t n)
{
    unsigned best = word.n / 3 > 1 ? (unsigned)(word.n / 3) : 1;
    const char *found = NULL;

    if (word.n == 0 || word.n > SLICE_EDITS_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct slice c = slice_str(candidates[i]);
        unsigned d;

        if (c.n == 0 || c.n > SLICE_EDITS_MAX)
            continue;
        d = slice_edits(word, c);
        if (d < (word.n > c.n ? word.n : c.n) && (found ? d < best : d <= best)) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}
