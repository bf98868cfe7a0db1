/* expose -- a snapshot as text: Prometheus 0.0.4, OpenMetrics 1.0.0, or JSON.
 *
 * Values, le and escapes keep clear of the traps that Prometheus' own parser sets: canonical le
 * ("1.0") in both text formats, counters without _total in OpenMetrics' TYPE line, "NaN" and
 * "+Inf", nothing escaped but backslash, quote and line feed, no timestamps unless asked for,
 * exemplars only in OpenMetrics and only on _total and _bucket. */
#ifndef LT_METRICS_EXPOSE_H
#define LT_METRICS_EXPOSE_H

#include "base/buf.h"
#include "metrics/snapshot.h"

enum expose_format { EXPOSE_TEXT, EXPOSE_OPENMETRICS, EXPOSE_JSON, EXPOSE_FORMATS };
/* As --format has it. */
const char *expose_format_name(enum expose_format format);
/* For the header Content-Type. */
const char *expose_content_type(enum expose_format format);

enum expose_flags {
    EXPOSE_SORTED = 1 << 0,  /* families by name, series by label values */
    EXPOSE_NO_OWN = 1 << 1,  /* only the rules' families */
    EXPOSE_CREATED = 1 << 2, /* _created samples (OpenMetrics only) */
    EXPOSE_BARE = 1 << 3,    /* families alone, without what begins and ends a page */
    EXPOSE_NO_META = 1 << 4, /* samples only, without # lines but "# EOF" */
    EXPOSE_TIMES = 1 << 5,   /* timestamp time_ms, and no exemplars (backfill; not JSON) */
};

struct expose_options {
    enum expose_format format;
    unsigned flags;
    unsigned nconst; /* labels put before those of every series */
    const char *const *const_names;
    const char *const *const_values;
    int64_t time_ms; /* unix; with EXPOSE_TIMES */
};

/* Appends to *out. */
void expose(const struct snapshot *s, const struct expose_options *o, struct buf *out);
/* The first `most` series of one family, hidden or not; false when there are more. */
bool expose_family(const struct snapshot *s, struct slice name, uint32_t most,
                   const struct expose_options *o, struct buf *out);
/* The registry as it is now. */
void expose_registry(struct registry *r, const struct expose_options *o, struct buf *out);

/* Is this a name Prometheus accepts: [a-zA-Z_][a-zA-Z0-9_]* (no colon: those are for recording
 * rules). */
bool metric_name_valid(struct slice name);
/* [a-zA-Z_][a-zA-Z0-9_]*, not beginning with "__". */
bool label_name_valid(struct slice name);
/* The unit that a family's name without _total ends in, as OpenMetrics has it ("seconds"); p = NULL
 * when there is none. */
struct slice metric_name_unit(struct slice base);

#endif
