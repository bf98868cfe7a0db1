/* timepattern -- strptime without a locale, with fractions of a second. Internal to linetime.
 *
 *   %Y %y %m %d %e %j   year, year of two digits (69 to 68: 1969 to 2068), month, day, day of the
 *                       year
 *   %b %B %h %a %A      English names, short or long, in any case; the weekday is not checked
 *   %H %k %I %l %p      hour 0-24 (24:00:00 is the next midnight); hour 1-12 with AM or PM
 *   %M %S %f            minute; second (60 is taken); fraction digits, any number, those after the
 *                       ninth are dropped
 *   %L                  milliseconds
 *   %z %Z               +hhmm, +hh:mm, +hh or Z; %Z also GMT+3, and names: whoever asked knows
 *                       those of its own zone, some are known here (see zone_names)
 *   %s                  seconds since 1970
 *   %F %D %T %R %r %c   %Y-%m-%d  %m/%d/%y  %H:%M:%S  %H:%M  %I:%M:%S %p
 *                       %a %b %e %H:%M:%S %Y
 *   %% %n %t            a percent sign; blanks
 *
 * A blank in the pattern takes any number of blanks, also none. */
#ifndef LT_DECODE_TIMEPATTERN_H
#define LT_DECODE_TIMEPATTERN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum time_part {
    PART_YEAR = 1 << 0,
    PART_MONTH = 1 << 1,
    PART_DAY = 1 << 2,
    PART_YDAY = 1 << 3,
    PART_HOUR = 1 << 4,
    PART_HOUR12 = 1 << 5,
    PART_AMPM = 1 << 6,
    PART_ZONE = 1 << 7,
    PART_EPOCH = 1 << 8,
};

/* What a text says of its zone: nothing (all 0), a name, an offset, or a name that is known to be that
 * offset. */
struct zone_said {
    struct slice name; /* "" for an offset alone */
    bool known;
    int offset_s; /* if known */
};

struct time_parts {
    unsigned have; /* PART_ */
    int year, month, day, yday;
    int hour, minute, second;
    bool pm;
    int32_t ns;
    struct zone_said zone;
    int64_t epoch_s;
};

/* The pattern in the form that timepattern_match takes, appended to *ret_pattern, and what it has;
 * or false with a sentence in *err. */
bool timepattern_compile(struct slice text, struct buf *ret_pattern, unsigned *ret_have,
                         struct buf *err);
/* The whole of `text`; values are checked but the day against its month, and a zone's name. */
bool timepattern_match(const char *pattern, struct slice text, struct time_parts *ret_parts);

/* One digit or more at *p as nanoseconds; moves *p behind them. */
bool timepattern_fraction(const char **p, const char *end, int32_t *ret_ns);
/* "Z", "+hh:mm", "+hhmm", "+hh" at *p; moves *p behind it. */
bool timepattern_zone(const char **p, const char *end, int *ret_offset_s);
/* That, "GMT+3", or a name at *p, known or not. */
bool timepattern_zone_name(const char **p, const char *end, struct zone_said *ret_said);

#endif
