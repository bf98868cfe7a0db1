/* intake -- from the raw bytes of a line to a record with its fields: CR and BOM off, unwrapped,
 * prefix cut, decoded. */
#ifndef LT_ENGINE_INTAKE_H
#define LT_ENGINE_INTAKE_H

#include "engine/record.h"

enum intake_result {
    INTAKE_LINE,
    INTAKE_NOTHING,  /* empty, or a part of a line still to come */
    INTAKE_TOO_LONG, /* joined from parts, it went over max_line: dropped whole */
};

/* Up to the unwrapped line: sets r->line, r->stream and r->wrapper_time. The record must have been
 * told its source (record_source). */
enum intake_result intake_unwrap(struct record *r, struct slice raw, size_t max_line);
/* The rest, on r->line: prefix, fields. False when nothing is left of the line. */
bool intake_decode(struct record *r);

/* Both. */
enum intake_result intake_line(struct record *r, struct slice raw, size_t max_line);

/* The line at p in a block of whole lines: as intake_line, and returns where its '\n' is, which
 * must be there; LINESCAN_SLACK bytes behind it must be readable. The fields and the end of the
 * line are found in one pass. */
const char *intake_next(struct record *r, const char *p, size_t max_line,
                        enum intake_result *ret_result);

#endif
