/* calendar -- dates of the Gregorian calendar as days since 1970-01-01, by arithmetic: the civil
 * calendar in eras of 400 years, as in Howard Hinnant's "chrono-compatible low-level date
 * algorithms". */
#ifndef LT_BASE_CALENDAR_H
#define LT_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since 1970 fit an int64_t from the first to the last of these years. */
enum { CALENDAR_YEAR_MIN = 1678, CALENDAR_YEAR_MAX = 2261 };
/* Their first day, and the one behind their last. */
enum { CALENDAR_DAY_MIN = -106650, CALENDAR_DAY_END = 106651 };

bool calendar_is_leap(int year);
/* Is there such a date in the years above? */
bool calendar_has(int year, int month, int day);
int64_t calendar_days(int year, int month, int day);
/* The year in which the day lies. */
int calendar_year(int64_t days);

#endif
