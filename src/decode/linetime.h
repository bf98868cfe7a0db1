/* linetime -- the time a line says it was written.
 *
 * Formats: auto (rfc3339, or a number that in one of the units is a time of the years 2000 to
 * 2100), rfc3339 (Go's RFC3339Nano, `T` or blank, any number of fraction digits, Z, +hh:mm, +hhmm,
 * +hh or a name as of %Z; a missing zone is the log's), unix, unix_ms, unix_us, unix_ns (with
 * fraction), or a strptime pattern with %f for fraction digits; "@+03:00", "@UTC", "@local" or
 * "@Europe/Berlin" at the pattern's end is its zone.
 *
 * A time of day, and a date without a year (syslog), is the one nearest to the line before that has a
 * time; the first one of a file is found by what is known of the file (struct time_base). */
#ifndef LT_DECODE_LINETIME_H
#define LT_DECODE_LINETIME_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct tz;

/* A place, or hours east of UTC. */
struct zone {
    struct tz *tz; /* NULL: an offset. Owned by whoever called zone_parse */
    int offset_s;
};

/* "UTC", "local", "+HH:MM" or a name of the system's files, "Europe/Berlin". 0; -ENOENT: a name that
 * no file has; -EINVAL. */
int zone_parse(struct slice s, struct zone *ret_zone);
void zone_release(struct zone *z);
/* Why zone_parse said -ENOENT: a sentence. */
void zone_say_missing(struct slice s, struct buf *err);

struct time_format;

/* `dflt` is for texts that name no zone; BORROWED. NULL with a sentence in *err when the text is no
 * known format. */
struct time_format *time_format_new(struct slice text, struct zone dflt, struct buf *err);
void time_format_free(struct time_format *f);
/* As it was written. */
const char *time_format_text(const struct time_format *f);
/* Has it times without a date or without a year? */
bool time_format_is_partial(const struct time_format *f);

/* Of a text that the format reads as that moment: did it name no zone? Then *ret_zone is what was taken:
 * how far east, and what the place calls that, or "". For people. */
struct tz_type;
bool time_format_took_zone(const struct time_format *f, struct slice text, int64_t ns,
                           struct tz_type *ret_zone);

/* Where a time without a date or a year is to be found: beside the line before or, without one, where
 * the file's first line can be. */
struct time_base {
    int64_t last_ns;   /* of the line before that has a time; INT64_MIN: none */
    int64_t latest_ns; /* the file was not written after; INT64_MIN: nobody knows */
    int year;          /* of the first line; 0: nobody says */
    int64_t day;       /* likewise, since 1970; INT64_MIN */
};
#define TIME_BASE_NONE ((struct time_base){INT64_MIN, INT64_MIN, 0, INT64_MIN})

/* Tries each format in order on the whole text (blanks trimmed). *ret_dated says whether the text
 * held its own date, perhaps without a year. The number of the format, or -EINVAL. Nanoseconds since
 * 1970; years 1678 to 2261. */
int linetime_parse(struct slice text, struct time_format *const *formats, unsigned n,
                   const struct time_base *base, int64_t *ret_ns, bool *ret_dated);

#endif
