/* pages -- the pages for people: the person on call, and the person who writes rules. */
#ifndef LT_SITE_PAGES_H
#define LT_SITE_PAGES_H

#include "base/buf.h"
#include "site/view.h"
#include "site/words.h"

enum page_kind { PAGE_LOGS, PAGE_METRICS, PAGE_EVENTS, PAGE_KINDS };

/* The first page; of lists that are too long for it what whoever is on call must see. */
void page_home(const struct view *v, enum language l, struct buf *out);
/* "logs", "metrics", "events"; -1: none of these. */
int page_kind_of(struct slice name);
/* All of a kind, in pages from 1. False: there is no such page. */
bool page_list(const struct view *v, enum page_kind kind, unsigned number, enum language l,
               struct buf *out);
/* Log number i, whose files are listed in the view, in pages from 1. Likewise. */
bool page_log(const struct view *v, unsigned i, unsigned number, enum language l, struct buf *out);
/* Metric number i; `samples` as lines, NULL = none; `cut`: there are more. */
void page_metric(const struct view *v, unsigned i, const char *samples, bool cut, enum language l,
                 struct buf *out);
/* Event number i. */
void page_event(const struct view *v, unsigned i, enum language l, struct buf *out);
void page_not_found(enum language l, struct buf *out);

#endif
