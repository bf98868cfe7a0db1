/* calendar -- a year that begins in March ends with its leap day, so that no month needs a case of
 * its own. */
#include "config.h"

#include "base/calendar.h"

enum { ERA_DAYS = 146097, EPOCH = 719468 /* days from 0000-03-01 to 1970-01-01 */ };

int64_t calendar_days(int year, int month, int day)
{
    int y = year - (month <= 2);
    int era = y / 400; /* y > 0 */
    int of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return (int64_t)era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;
}

int calendar_year(int64_t days)
{
    int64_t z = days + EPOCH;
    int64_t era = z / ERA_DAYS; /* z > 0 since CALENDAR_YEAR_MIN */
    int64_t of_era = z - era * ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);

    return (int)(year + era * 400 + (of_year >= 306));
}

bool calendar_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool calendar_has(int year, int month, int day)
{
    static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return year >= CALENDAR_YEAR_MIN && year <= CALENDAR_YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= lengths[month - 1] + (month == 2 && calendar_is_leap(year));
}
