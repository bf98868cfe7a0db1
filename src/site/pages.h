/* pages -- the pages for people: the person on call, and the person who writes rules. */
#ifndef LT_SITE_PAGES_H
#define LT_SITE_PAGES_H

#include "base/buf.h"
#include "site/view.h"
#include "site/words.h"

void page_home(const struct view *v, enum language l, struct buf *out);
/* Log number i, whose files are listed in the view. */
void page_log(const struct view *v, unsigned i, enum language l, struct buf *out);
/* Metric number i; `samples` as text, `cut`: there are more. */
void page_metric(const struct view *v, unsigned i, struct slice samples, bool cut, enum language l,
                 struct buf *out);
void page_not_found(enum language l, struct buf *out);

#endif
