/* page -- a text is walked through in pieces: a character, or what is shown for it. */
#include "config.h"

#include "live/page.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    PIECE_MAX = 16,
    MARKS_MAX = 4,     /* on one letter; a log may have a thousand */
    INDENT_LEAST = 20, /* columns of rows that are indented */
};

struct piece {
    char text[PIECE_MAX + 1];
    size_t n, columns;
};

/* Of a character that a terminal must not get: its bytes. */
static void escape(struct piece *p, struct slice c)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < c.n; i++) {
        p->text[p->n++] = '\\';
        p->text[p->n++] = 'x';
        p->text[p->n++] = digits[(unsigned char)c.p[i] >> 4];
        p->text[p->n++] = digits[c.p[i] & 15];
    }
    p->columns = p->n;
}

static void put(struct piece *p, struct slice text)
{
    memcpy(p->text, text.p, text.n);
    p->n = text.n;
    p->columns = utf8_columns(text);
}

/* Takes the next piece off the text. */
static struct piece next_piece(struct slice *rest, bool utf8)
{
    struct piece p = {.n = 0};
    size_t n = utf8_char(*rest);
    struct slice c = slice_make(rest->p, n ? n : 1);

    *rest = slice_from(*rest, c.n);
    if (n == 1 && *c.p == '\t')
        put(&p, SLICE(" "));
    else if (n == 0)
        put(&p, utf8 ? SLICE("\xef\xbf\xbd") : SLICE("?"));
    else if (utf8_dangerous(c))
        escape(&p, c);
    else if (n > 1 && !utf8)
        put(&p, utf8_columns(c) ? SLICE("?") : SLICE(""));
    else
        put(&p, c);
    return p;
}

size_t page_fit(struct buf *out, struct slice text, size_t columns, bool utf8)
{
    size_t used = 0, marks = 0, short_of = out->n, short_used = 0;

    while (text.n) {
        struct piece p = next_piece(&text, utf8);

        if (used + p.columns > columns) {
            out->n = short_of;
            if (columns)
                buf_char(out, '>');
            return short_used + (columns > 0);
        }
        marks = p.columns ? 0 : marks + 1;
        if (marks <= MARKS_MAX)
            buf_add(out, p.text, p.n);
        used += p.columns;
        if (used < columns) { /* up to here there is room for the mark */
            short_of = out->n;
            short_used = used;
        }
    }
    return used;
}

/* So many bytes of a text fit; the row ends behind a blank if its second half has one. */
static size_t that_fit(struct slice text, size_t columns)
{
    struct slice rest = text;
    size_t used = 0, n = 0, blank = 0;

    while (rest.n) {
        struct piece p = next_piece(&rest, true);

        used += p.columns;
        if (used > columns)
            break;
        n = text.n - rest.n;
        if (text.p[n - 1] == ' ' && used > columns / 2)
            blank = n;
    }
    if (rest.n == 0 && used <= columns)
        return text.n;
    return blank ? blank : n ? n : utf8_char(text) ? utf8_char(text) : 1;
}

static void add(struct page *p, enum style style, const char *indent, struct slice text)
{
    GROW(p->rows, p->n, p->cap);
    p->rows[p->n] = (struct page_row){.from = p->text.n, .style = style};
    buf_str(&p->text, indent);
    buf_slice(&p->text, text);
    p->rows[p->n].n = p->text.n - p->rows[p->n].from;
    p->n++;
}

void page_add(struct page *p, enum style style, const char *fmt, ...)
{
    struct buf text = BUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    add(p, style, "", buf_all(&text));
    buf_release(&text);
}

void page_wrap(struct page *p, enum style style, struct slice text, size_t columns)
{
    const char *indent = columns < INDENT_LEAST ? "" : "    ";
    size_t behind = columns - strlen(indent);
    struct slice line;

    if (slice_ends(text, SLICE("\n")))
        text.n--;
    while (text.p && slice_cut(&text, '\n', &line)) {
        size_t n = columns ? that_fit(line, columns) : line.n;

        add(p, style, "", slice_make(line.p, n));
        while ((line = slice_from(line, n)).n) {
            n = that_fit(line, behind);
            add(p, style, indent, slice_make(line.p, n));
        }
    }
}

struct slice page_row_text(const struct page *p, size_t row)
{
    return slice_make(p->text.p + p->rows[row].from, p->rows[row].n);
}

void page_copy(struct page *p, const struct page *of, size_t from, size_t n)
{
    for (size_t i = from; i < of->n && i - from < n; i++)
        add(p, of->rows[i].style, "", page_row_text(of, i));
}

void page_clear(struct page *p)
{
    buf_clear(&p->text);
    p->n = 0;
}

void page_release(struct page *p)
{
    buf_release(&p->text);
    free(p->rows);
    *p = (struct page){.n = 0};
}
