/* dispatch -- which events can a line be? Without trying them all.
 *
 * Every event has at most one key that decides quickly:
 *
 *   where F == V      V is looked up in a table of field F: value -> events
 *   where F ^= P      the prefixes that F's value begins with: prefix -> events
 *   where F =~ REGEX  F's value must hold the regex' required literal, if there is one; and as long as
 *                     values repeat, which regexes match one is remembered
 *   match REGEX       the line must hold the regex' required literal; or, where there is no good
 *                     one and it is anchored, begin with a byte that the regex can begin with
 *   of                tried only when its parent matched: not in here at all
 *   else              tried on every line; `check --lint` says so
 *
 * Of several the value of the field that rules tell apart by most; but not a value that many events
 * share, where there is something else.
 *
 * An answer may hold events that the line is not (the engine checks), never leaves one out that it
 * is. */
#ifndef LT_ENGINE_DISPATCH_H
#define LT_ENGINE_DISPATCH_H

#include "engine/record.h"

/* Immutable, and shared by the engines of many threads. */
struct dispatch_index;
/* One of each engine: what it remembers of lines. */
struct dispatch;

struct dispatch_index *dispatch_index_new(const struct ruleset *rules);
void dispatch_index_free(struct dispatch_index *d);

/* BORROWS the index of these rules; NULL: it makes its own. */
struct dispatch *dispatch_new(const struct ruleset *rules, const struct dispatch_index *index);
void dispatch_free(struct dispatch *d);

/* Tells the trail of the lines which fields decide. */
void dispatch_tell(const struct dispatch *d, struct trail *t);

/* How an event is found, for `check --dump`: one phrase. */
void dispatch_how(const struct dispatch *d, unsigned event, struct buf *out);
bool dispatch_tries_always(const struct dispatch *d, unsigned event);

/* Is the condition by which the event is found proved true by finding it? */
bool dispatch_proves(const struct dispatch *d, unsigned event);

unsigned dispatch_work_out(struct dispatch *d, struct record *r, uint32_t *events);

/* Events the line may be; each at most once, in no order: how many. *ret_events lives as long as the
 * line; it may be `room`, which is there for all events. */
static inline unsigned dispatch_find(struct dispatch *d, struct record *r, uint32_t *room,
                                     const uint32_t **ret_events)
{
    if (r->note && r->note->has_all) {
        *ret_events = r->note->events;
        return r->note->n;
    }
    *ret_events = room;
    return dispatch_work_out(d, r, room);
}

#endif
