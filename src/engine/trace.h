/* trace -- what the engine found out about one line, kept for whoever wants to show it.
 *
 * engine_trace fills it while the line goes the way of every line: the same dispatch, conditions,
 * actions and updates. When the line is done, the conditions of all other events are tried too, so
 * that it can be said what was missing; nothing comes of those. The record still holds the line,
 * and in the slots of each event that it is what the event made of it.
 *
 * What is kept is what is not known otherwise. Which of an event's log, parent and `unless` ruled
 * it out, and what a condition looked at, follow from the rules, the other trials and the record.
 *
 * Everything in it dies with the next line. */
#ifndef LT_ENGINE_TRACE_H
#define LT_ENGINE_TRACE_H

#include "base/inline.h"
#include "engine/each.h"

/* Functions of which the plain way and the traced way have a copy each, so that a line that nobody
 * traces pays nothing. */
#define TRACED ALWAYS_INLINE

/* Regexes that run away may each take milliseconds. Where nobody can wait for all of them this is asked
 * before each event; when it is over the others are not tried. */
struct patience {
    bool (*is_over)(void *ctx);
    void *ctx;
};

/* NULL has no end. */
static inline bool patience_is_over(const struct patience *p)
{
    return p && p->is_over(p->ctx);
}

struct step;

/* One event and the line. */
struct trial {
    bool tried;
    bool is_event;  /* also of an event that nothing uses, which is never counted */
    bool gave_up;   /* a regex ran into the match limit */
    unsigned nheld; /* conditions that hold, up to the first that does not; 0 without the parent */
    const bool
        *holds; /* of those of the line each, also behind that one; NULL: they were not tried */
    struct members *members; /* of an event with `each`, if nheld reached it */
    /* If it is one: of each member (or once) what each action made. NULL: there are no actions, or nobody
     * wants to know. */
    const struct step *steps;
};

/* How a span came to nothing, or to less. */
enum span_reason {
    SPAN_NO_BEGIN,
    SPAN_NO_KEY,
    SPAN_REPLACED,
    SPAN_TIMEOUT,
    SPAN_FULL,
    SPAN_RELOAD,   /* the rules that began it are others now */
    SPAN_NEGATIVE, /* the end has the older time */
    SPAN_REASONS,
    SPAN_FINE = SPAN_REASONS,
};
/* The value of the label. */
const char *span_reason_text(enum span_reason reason);

/* What the line at hand did to a span. */
struct span_note {
    struct span_note *next;
    unsigned span;
    bool begins;             /* else it ends it, or would */
    enum span_reason reason; /* NO_BEGIN, NO_KEY, NEGATIVE or FINE; of what is given up, why */
    int missing;             /* NO_KEY: the number of the field that is not there */
    struct slice *key;       /* else */
    bool own;
    int64_t begin_ns; /* with a begin: when it was, its own time or not */
};

enum skip { SKIP_NOT, SKIP_MISSING, SKIP_NOT_A_NUMBER, SKIP_NEGATIVE };
/* The value of the label; NULL of SKIP_NOT. */
const char *skip_text(enum skip skip);

/* One mapping and the line. */
struct traced_update {
    bool done; /* its event took the line: the rest is set */
    enum skip skip;
    struct num value;           /* unless skipped; 1 for inc and dec */
    struct slice *labels;       /* as the rules make them, before any limit */
    struct traced_update *next; /* of the next member */
};

struct trace {
    struct record *record;
    enum record_result result; /* the rest is set only for RECORD_LINE */
    bool cut;                  /* of a record of several lines, the end */
    struct slice raw;          /* the line as it was read; p = NULL of what is unfinished */
    struct slice whole;        /* the line, or record, before its prefix was cut off */
    struct trial *trials;      /* of each event */
    const struct patience *patience;
    bool cut_short; /* it was over: events were left untried, and of the others some is not said */
    struct traced_update *updates; /* of each mapping; run in this order */
    struct span_note *spans;       /* in the order in which it happened */
    int64_t clock_ns;              /* of what is given up: when */
};

/* Of an event that the line is: what that mapping was given for member k, or, as it has no members, for 0.
 * NULL: the mapping is of another event, or does not count the line. */
static inline const struct traced_update *trace_update(const struct trace *t, unsigned mapping,
                                                       unsigned event, unsigned k)
{
    const struct traced_update *u = &t->updates[mapping];

    if (t->record->rules->mappings[mapping].event != event || !u->done)
        return NULL;
    while (k-- > 0)
        u = u->next;
    return u;
}

#endif
