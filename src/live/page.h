/* page -- rows of text for a terminal. What a log or a rules file says is made safe where rows are
 * shown, and only there: no control byte reaches a terminal, and a row takes no more columns than it
 * has, whatever stands in it. */
#ifndef LT_LIVE_PAGE_H
#define LT_LIVE_PAGE_H

#include "base/buf.h"

enum style {
    STYLE_PLAIN,
    STYLE_TITLE, /* a bar over the whole width */
    STYLE_HEAD,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_NEWS, /* other than at the last save */
    STYLE_PALE,
    STYLE_PICKED,
    STYLES
};

struct page_row {
    size_t from, n; /* of the text */
    enum style style;
};

struct page {
    struct buf text; /* as it was given */
    struct page_row *rows;
    size_t n, cap;
};

void page_add(struct page *p, enum style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Each line of the text, and of a line as many rows as it takes; those after its first are indented, where
 * there is room. 0 columns: no line is too long. */
void page_wrap(struct page *p, enum style style, struct slice text, size_t columns);
/* Rows [from, from + n) of another page. */
void page_copy(struct page *p, const struct page *of, size_t from, size_t n);
struct slice page_row_text(const struct page *p, size_t row);
void page_clear(struct page *p);
void page_release(struct page *p);

/* Appends what fits of a text, a cut marked with '>'; returns the columns. `utf8`: else what is not
 * ASCII becomes '?'. */
size_t page_fit(struct buf *out, struct slice text, size_t columns, bool utf8);

#endif
