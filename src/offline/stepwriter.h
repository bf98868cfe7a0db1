/* stepwriter -- samples of all series at whole multiples of a step of log time, in order, as
 * OpenMetrics that `promtool tsdb create-blocks-from openmetrics` takes.
 *
 * A sample at T holds all lines with a time up to T. A counter or histogram that appears gets a 0
 * one step before, so that rate() sees its first increase; therefore one step's text is kept
 * back. */
#ifndef LT_OFFLINE_STEPWRITER_H
#define LT_OFFLINE_STEPWRITER_H

#include "offline/session.h"

#include <stdio.h>

struct stepwriter_options {
    int64_t step_ns;
    int64_t start_ns,
        end_ns;       /* samples outside are not written; INT64_MIN and INT64_MAX: no bound */
    unsigned nlabels; /* put on every sample */
    const char *const *names, *const *values;
};

struct stepwriter;

struct stepwriter *stepwriter_new(struct session *s, const struct stepwriter_options *options,
                                  FILE *out);
void stepwriter_free(struct stepwriter *t);
/* Lines from now on have this time or a later one: writes the samples due before it. */
void stepwriter_advance(struct stepwriter *t, int64_t time_ns);
/* The last sample and # EOF. Returns how many steps were written. */
uint64_t stepwriter_finish(struct stepwriter *t);

#endif
