/* linetime -- the time a line says it was written.
 *
 * Formats: auto (rfc3339, or a number that in one of the units is a time of the years 2000 to
 * 2100), rfc3339 (Go's RFC3339Nano, `T` or blank, any number of fraction digits, Z, +hh:mm, +hhmm,
 * +hh or a name as of %Z; a missing zone is the log's), unix, unix_ms, unix_us, unix_ns (with
 * fraction), or a strptime pattern with %f for fraction digits; "@+03:00", "@UTC" or "@local" at the
 * pattern's end is its zone. A pattern without a date gives a time of day: it takes the date that brings it nearest to
 * the last dated line of the file. One with a date but without a year (syslog) takes its year in
 * the same way, and counts as dated. */
#ifndef LT_DECODE_LINETIME_H
#define LT_DECODE_LINETIME_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct zone {
    bool local;
    int offset_s;      /* east of UTC */
    struct slice name; /* of a local one, where a text says which: CET or CEST; mostly "" */
};

struct time_format;

/* "UTC", "local" or "+HH:MM". 0 or -EINVAL. */
int zone_parse(struct slice s, struct zone *ret_zone);
/* NULL with a sentence in *err when the text is no known format. */
struct time_format *time_format_new(struct slice text, struct zone dflt, struct buf *err);
void time_format_free(struct time_format *f);

/* Tries each format in order on the whole text (blanks trimmed). `last_ns` is the last dated line's
 * time (INT64_MIN: none yet; then a time of day, and a date without a year, is refused). *ret_dated
 * says whether the text held its own date. 0 or -EINVAL. Nanoseconds since 1970; years 1678 to
 * 2261. */
int linetime_parse(struct slice text, struct time_format *const *formats, unsigned n,
                   int64_t last_ns, int64_t *ret_ns, bool *ret_dated);

#endif
