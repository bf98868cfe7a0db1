/* api -- the view for programs, as docs/openapi.json describes it. A field may be added, never taken
 * away or given another meaning. */
#ifndef LT_SITE_API_H
#define LT_SITE_API_H

#include "base/buf.h"
#include "site/view.h"

void api_status(const struct view *v, struct buf *out);
/* In pages of VIEW_ROWS files, or metrics and events, from 1: `next` is where the one behind it is. False
 * where there is no such page. */
bool api_logs(const struct view *v, unsigned number, struct buf *out);
bool api_metrics(const struct view *v, unsigned number, struct buf *out);

#endif
