/* spanline -- what a line is to spans: its time, its key, what is kept of it as a begin, and the fields
 * of a span's event that are made of both lines. Counts nothing. */
#ifndef LT_ENGINE_SPANLINE_H
#define LT_ENGINE_SPANLINE_H

#include "engine/record.h"

/* The time of the line at hand; *ret_own: it is its own, and not that of a line before. */
int64_t spanline_time(struct record *r, const struct span_stream *st, bool *ret_own);

/* Its key by these refs, one for each of the span's. The number of the first that it has not, or -1. */
int spanline_key(struct record *r, const struct span *span, const struct ref *refs,
                 struct slice *ret_key);
/* What is kept of it as the b-th of the events that begin the span. */
void spanline_kept(struct record *r, const struct span *span, unsigned b, struct slice *ret_kept);
/* Fills the fields of NAME, of a line that is the event ends[i] where is_end[i], or of
 * NAME.unfinished. `copy`: they outlive `o`. */
void spanline_ended(struct record *r, const struct span *span, const struct open_span *o,
                    const bool *is_end, bool copy);
void spanline_given_up(struct record *r, const struct span *span, const struct open_span *o,
                       bool copy);

/* Seconds between its lines, when both have a time of their own. */
bool spanline_duration(struct record *r, const struct open_span *o, int64_t *ret_ns);

#endif
