/* view -- what stands on the screen, made from what is known: rows, as many as there are. */
#ifndef LT_LIVE_VIEW_H
#define LT_LIVE_VIEW_H

#include "live/lines.h"
#include "live/outcome.h"
#include "live/page.h"

enum view {
    VIEW_ALL,
    VIEW_METRICS,
    VIEW_EVENTS,
    VIEW_LINES,
    VIEW_TROUBLE,
    VIEW_PROPOSAL, /* not by Tab from here on */
    VIEW_HELP,
    VIEWS
};

/* All that is shown. BORROWED while it is drawn. */
struct shown {
    const struct common_options *options;
    const struct outcome *now, *before; /* NULL: none yet */
    const struct mistakes *mistakes;    /* of the last save */
    bool broken;                        /* it had some: `now` is older */
    struct slice said;                  /* what else went wrong; lines */
    struct slice done;                  /* by the last key */
    enum view view;
    size_t picked; /* kind of unmatched lines */
    const struct lines *lines;
    size_t line;               /* of them */
    const char *explained;     /* in words; "" = nothing */
    struct slice proposal;     /* a rule for the kind that is picked; "" = none can be made */
    const char *proposal_file; /* to add it to; NULL = none */
    size_t top;                /* rows that are scrolled away */
};

/* Fills the page with `rows` rows. Returns how many rows could be scrolled. */
size_t view_draw(const struct shown *s, size_t rows, size_t columns, struct page *p);
/* All of it, for what is no screen. */
void view_text(const struct shown *s, struct page *p);

#endif
