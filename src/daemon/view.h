/* view -- a struct view (site/view.h) of the daemon as it is now, and the last hour that it shows.
 *
 * The hour is kept in memory: sixty counts of a minute for each log and each event, 240 bytes each;
 * it begins anew with each reload and start. */
#ifndef LT_DAEMON_VIEW_H
#define LT_DAEMON_VIEW_H

#include "site/view.h"

struct daemon;

/* The hour, and what is counted since the start or a reload, begins: no line was read by these rules. */
void view_begin(struct daemon *d);
/* Takes the count of a minute when one is over; often enough: every few seconds. */
void view_tick(struct daemon *d);
/* The end of it. */
void view_forget(struct daemon *d);

/* In a word, as /health and the pages have it: restoring, catching_up, degraded, ok. */
const char *view_status(const struct daemon *d, bool any_failing);

/* Allocated; the registry must not be lent. `log`: whose files are listed, -1 for none, -2 for all.
 * `lines`: with the last lines of that log, and why no event took them. */
struct view *view_new(struct daemon *d, int log, bool lines);
void view_free(struct view *v);
/* Logs what a view doubts (site/doubts.h), each doubt once. */
void view_tell(struct daemon *d, const struct view *v);

enum { VIEW_NO_FILES = -1, VIEW_ALL_FILES = -2 };

#endif
