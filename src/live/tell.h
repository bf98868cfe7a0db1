/* tell -- an outcome as rows, numbers first: what stands behind them may be of any width. The same rows
 * are the screen's and, all of them, those of --once. */
#ifndef LT_LIVE_TELL_H
#define LT_LIVE_TELL_H

#include "live/outcome.h"
#include "live/page.h"

/* `columns`: of a row; 0: as long as it takes. `before` NULL: nothing to compare with. The first row of
 * each is its heading. */
/* Mistakes before warnings: there may be room for a few. */
void tell_mistakes(struct page *p, const struct mistakes *m, size_t columns);
/* `20 lines: 12 taken, 8 not`. */
void tell_lines(struct page *p, const struct outcome *now, const struct outcome *before);
/* What hurts, or will; nothing when all is well. */
void tell_findings(struct page *p, const struct outcome *now, size_t columns);
/* With each of their series, or only how many. */
void tell_metrics(struct page *p, const struct outcome *now, const struct outcome *before,
                  bool series);
void tell_events(struct page *p, const struct outcome *now, const struct outcome *before);
/* `picked` SIZE_MAX: none. */
void tell_kinds(struct page *p, const struct outcome *now, size_t picked);

#endif
