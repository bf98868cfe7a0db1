/* parts -- what pages are made of: head and foot, tables, lists of terms, charts, times. */
#ifndef LT_SITE_PARTS_H
#define LT_SITE_PARTS_H

#include "base/buf.h"
#include "site/view.h"
#include "site/words.h"

struct page {
    const struct view *v;
    enum language l;
    struct buf *out;
};

#define W(name) word(p->l, WORD_##name)

/* Without a title it is the first page. */
void page_begin(struct page *p, const char *title);
void page_end(struct page *p);

/* A table that is too wide is moved in its own frame, also by the keyboard. Columns first, then rows of
 * cells, written by who calls. */
void page_table_begin(struct page *p, const char *name);
void page_frame_begin(struct page *p, const char *name); /* without a heading */
void page_column(struct page *p, const char *name, bool number);
void page_columns_end(struct page *p);
void page_table_end(struct page *p);

void page_cell_number(struct page *p, uint64_t n);
/* Of what should be 0. */
void page_cell_alarm(struct page *p, uint64_t n);
/* "7.63 KiB", "7,63 КиБ". */
void page_bytes(struct page *p, uint64_t n);
void page_cell_bytes(struct page *p, uint64_t n);
void page_cell_moment(struct page *p, int64_t at_ns);
void page_cell_rate(struct page *p, double per_second);
void page_cell_chart(struct page *p, const struct view_count *c);
void page_cell_place(struct page *p, const char *file, int line);

/* A long name, which a narrow screen may break behind `_` and `/`. */
void page_name(struct page *p, const char *name);

/* How long ago. */
void page_moment(struct page *p, int64_t at_ns);
/* A chapter of its own. */
void page_chart(struct page *p, const char *name, const struct view_count *c);

void page_term(struct page *p, const char *name);
void page_term_end(struct page *p);
void page_term_text(struct page *p, const char *name, const char *text);
void page_term_number(struct page *p, const char *name, uint64_t n);
void page_term_moment(struct page *p, const char *name, int64_t at_ns);

/* Of a list these rows are shown; the other pages are at PATH, PATH/2, and so on. */
void page_turns(struct page *p, const char *path, const struct view_rows *rows);

#endif
