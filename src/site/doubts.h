/* doubts -- what probably does not count as its rules mean it: told by numbers since the start or the
 * last reload. Rules that take few lines, rare events and values that are missing in some lines are
 * ordinary, so that none of them is a doubt. */
#ifndef LT_SITE_DOUBTS_H
#define LT_SITE_DOUBTS_H

#include "base/buf.h"
#include "site/view.h"
#include "site/words.h"

enum doubted { DOUBTED_LOG, DOUBTED_EVENT, DOUBTED_METRIC };

/* "log", "event", "metric". */
const char *doubted_text(enum doubted thing);

struct doubt {
    enum doubted thing;
    const char *name; /* of the thing */
    enum word what;
    const char *kind;  /* for programs: "unmatched", "changed", "no_field", "skipped", "folded" */
    const char *field; /* of "no_field" */
    uint64_t n, of;
};

bool doubt_of_log(const struct view_log *log, struct doubt *ret);
bool doubt_of_event(const struct view *v, const struct view_event *e, struct doubt *ret);
bool doubt_of_metric(const struct view_metric *m, struct doubt *ret);

/* `number` counts all logs, then events, then metrics. Before there is a metric nothing is doubted of logs. */
typedef void doubt_fn(void *ctx, const struct doubt *d, unsigned number);
void doubts_each(const struct view *v, doubt_fn *fn, void *ctx);

/* Appends `what it is: N of M`, plain text. */
void doubt_put(const struct doubt *d, enum language l, struct buf *out);

#endif
