/* linetime -- time without the C library where it can be: RFC 3339 is read digit by digit, and a
 * date becomes days since 1970 by arithmetic (calendar.h), a few nanoseconds a line where strptime
 * and timegm take hundreds. Only the zone `local` asks the library, because only it knows the rules
 * of summer time: localtime_r is asked for the offset a day before and a day after, and whichever
 * agrees with itself wins, the earlier one in the hour that exists twice. (mktime would answer that
 * hour by what it was asked before, and the same log must always give the same times.)
 *
 * A text that lacks its date takes one of yesterday, today and tomorrow of the last dated line; one
 * that lacks only the year (syslog) takes one of three years. Leap seconds count as the second
 * after. */
#include "config.h"

#include "decode/linetime.h"

#include "decode/timepattern.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { DAY_S = 86400 };

/* Numbers that time_format = auto takes for a time: of the years 2000 to 2100. */
#define AUTO_FROM_S INT64_C(946684800)
#define AUTO_UNTIL_S INT64_C(4133980800)

enum format_kind { FORMAT_AUTO, FORMAT_RFC3339, FORMAT_UNIX, FORMAT_PATTERN };

struct time_format {
    enum format_kind kind;
    int digits;       /* UNIX: a unit is 10^digits ns */
    unsigned have;    /* PATTERN: PART_ */
    struct zone zone; /* where the text names none */
    char *pattern;    /* PATTERN: owned */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t local_offset(int64_t utc_s)
{
    time_t t = (time_t)utc_s;
    struct tm tm;

    return localtime_r(&t, &tm) != NULL ? tm.tm_gmtoff : 0;
}

static bool is_called(int64_t utc_s, struct slice name)
{
    time_t t = (time_t)utc_s;
    struct tm tm;

    return localtime_r(&t, &tm) && slice_eq(slice_str(tm.tm_zone), name);
}

/* Seconds since 1970 of what a clock in that zone showed. */
static int64_t to_utc(int64_t shown_s, struct zone zone)
{
    int64_t before, after;

    if (!zone.local)
        return shown_s - zone.offset_s;
    before = local_offset(shown_s - DAY_S);
    after = local_offset(shown_s + DAY_S);
    if (zone.name.n && !is_called(shown_s - before, zone.name) &&
        is_called(shown_s - after, zone.name))
        return shown_s - after; /* the second 02:30 of a night in autumn */
    if (local_offset(shown_s - before) != before && local_offset(shown_s - after) == after)
        return shown_s - after;
    return shown_s - before;
}

static int64_t to_shown(int64_t utc_s, struct zone zone)
{
    return utc_s + (zone.local ? local_offset(utc_s) : zone.offset_s);
}

/* Two digits at p, or a number over 99. */
static unsigned two(const char *p)
{
    unsigned tens = (unsigned char)p[0] - '0', ones = (unsigned char)p[1] - '0';

    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* What a zone is called: only that of this machine has names of its own. */
static void zone_names(struct zone zone, struct slice ret_names[2])
{
    ret_names[0] = zone.local ? slice_str(tzname[0]) : SLICE("");
    ret_names[1] = zone.local ? slice_str(tzname[1]) : SLICE("");
}

/* What follows the seconds: ".123", then "Z", "+03:00", "+0300", "+03" or " UTC". */
static bool rfc3339_rest(const char *p, const char *end, struct zone *zone, int32_t *ret_ns)
{
    struct slice names[2], local;

    if (p < end && (*p == '.' || *p == ',')) {
        p++;
        if (!timepattern_fraction(&p, end, ret_ns))
            return false;
    }
    while (p < end && char_is_blank(*p))
        p++;
    if (p == end)
        return true;
    zone_names(*zone, names);
    if (!timepattern_zone_name(&p, end, names, &local, &zone->offset_s) || p != end)
        return false;
    zone->name = local;
    zone->local &= local.n > 0;
    return true;
}

static int parse_rfc3339(struct slice s, struct zone zone, int64_t *ret_ns)
{
    unsigned century, of_century, year, month, day, hour, minute, second;
    int32_t ns = 0;
    int64_t shown;

    if (s.n < 19 || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':' ||
        (s.p[10] != 'T' && s.p[10] != ' ' && s.p[10] != 't'))
        return -EINVAL;
    century = two(s.p);
    of_century = two(s.p + 2);
    year = century * 100 + of_century;
    month = two(s.p + 5);
    day = two(s.p + 8);
    hour = two(s.p + 11);
    minute = two(s.p + 14);
    second = two(s.p + 17);
    if (century > 99 || of_century > 99 || !calendar_has((int)year, (int)month, (int)day) ||
        hour > 24 || minute > 59 || second > 60 || !rfc3339_rest(s.p + 19, s.p + s.n, &zone, &ns) ||
        (hour == 24 && (minute || second || ns)))
        return -EINVAL;
    shown =
        calendar_days((int)year, (int)month, (int)day) * DAY_S + hour * 3600 + minute * 60 + second;
    *ret_ns = to_utc(shown, zone) * NSEC_PER_SEC + ns;
    return 0;
}

/* The exponent of "1.7e+09"; *p at the "e". */
static bool exponent(const char **p, const char *end, int *ret_e)
{
    const char *at = *p + 1;
    bool negative = at < end && *at == '-';
    int e = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return false;
    for (; at < end; at++) {
        if (!char_is_digit(*at))
            return false;
        e = e < 100 ? e * 10 + (*at - '0') : e;
    }
    *p = at;
    *ret_e = negative ? -e : e;
    return true;
}

/* A decimal number times 10^scale, as a whole number rounded towards zero. */
static int scaled_number(struct slice s, int scale, int64_t *ret_v)
{
    const char *p = s.p, *end = s.p + s.n;
    bool negative = p < end && *p == '-', point = false;
    uint64_t v = 0;
    int n = 0, e = 0;

    p += negative;
    for (; p < end && (char_is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        n++;
        if (v > UINT64_MAX / 10 - 1) {
            scale += !point; /* a digit too many to keep: only its place counts */
            continue;
        }
        v = v * 10 + (uint64_t)(*p - '0');
        scale -= point;
    }
    if (n == 0 || (p < end && ((*p != 'e' && *p != 'E') || !exponent(&p, end, &e))) || p != end)
        return -EINVAL;
    for (scale += e; scale < 0 && v > 0; scale++)
        v /= 10;
    for (; scale > 0 && v > 0; scale--)
        if (__builtin_mul_overflow(v, UINT64_C(10), &v))
            return -EINVAL;
    if (v > INT64_MAX)
        return -EINVAL;
    *ret_v = negative ? -(int64_t)v : (int64_t)v;
    return 0;
}

/* Of a bare number, which in one unit at most is a time of those years. */
static int parse_auto_number(struct slice s, int64_t *ret_ns)
{
    for (int digits = 9; digits >= 0; digits -= 3)
        if (scaled_number(s, digits, ret_ns) == 0 && *ret_ns >= AUTO_FROM_S * NSEC_PER_SEC &&
            *ret_ns < AUTO_UNTIL_S * NSEC_PER_SEC)
            return 0;
    return -EINVAL;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The seconds of the day on the day that brings them nearest to the last dated line. */
static int64_t nearest_day(int64_t of_day, struct zone zone, int64_t last_s)
{
    int64_t today = floor_div(to_shown(last_s, zone), DAY_S);
    int64_t best = 0;

    for (int64_t day = today - 1; day <= today + 1; day++) {
        int64_t utc = to_utc(day * DAY_S + of_day, zone);

        if (day == today - 1 || distance(utc, last_s) < distance(best, last_s))
            best = utc;
    }
    return best;
}

/* Month and day in the year that brings them nearest; false when it is no date in any of them. */
static bool nearest_year(const struct time_parts *t, int64_t of_day, struct zone zone,
                         int64_t last_s, int64_t *ret_utc)
{
    int year = calendar_year(floor_div(to_shown(last_s, zone), DAY_S));
    bool found = false;

    for (int y = year - 1; y <= year + 1; y++) {
        int64_t utc;

        if (!calendar_has(y, t->month, t->day))
            continue;
        utc = to_utc(calendar_days(y, t->month, t->day) * DAY_S + of_day, zone);
        if (!found || distance(utc, last_s) < distance(*ret_utc, last_s))
            *ret_utc = utc;
        found = true;
    }
    return found;
}

static int parse_pattern(const struct time_format *f, struct slice s, int64_t last_ns,
                         int64_t *ret_ns, bool *ret_dated)
{
    struct zone zone = f->zone;
    struct slice names[2];
    struct time_parts t;
    int64_t of_day, utc = 0;

    zone_names(zone, names);
    if (!timepattern_match(f->pattern, s, names, &t))
        return -EINVAL;
    if (t.have & PART_ZONE)
        zone = (struct zone){t.local_name.n > 0, t.offset_s, t.local_name};
    of_day = t.hour * 3600 + t.minute * 60 + t.second;
    *ret_dated = true;
    if (t.have & PART_EPOCH) {
        utc = t.epoch_s;
        if (utc > INT64_MAX / NSEC_PER_SEC - 1)
            return -EINVAL;
    } else if ((t.have & PART_YEAR) && !(t.have & PART_MONTH)) {
        if (!calendar_has(t.year, 1, 1) || t.yday > 365 + calendar_is_leap(t.year))
            return -EINVAL;
        utc = to_utc((calendar_days(t.year, 1, 1) + t.yday - 1) * DAY_S + of_day, zone);
    } else if (t.have & PART_YEAR) {
        if (!calendar_has(t.year, t.month, t.day))
            return -EINVAL;
        utc = to_utc(calendar_days(t.year, t.month, t.day) * DAY_S + of_day, zone);
    } else if (last_ns == INT64_MIN) {
        return -EINVAL;
    } else if (t.have & PART_MONTH) {
        if (!nearest_year(&t, of_day, zone, floor_div(last_ns, NSEC_PER_SEC), &utc))
            return -EINVAL;
    } else {
        *ret_dated = false;
        utc = nearest_day(of_day, zone, floor_div(last_ns, NSEC_PER_SEC));
    }
    *ret_ns = utc * NSEC_PER_SEC + t.ns;
    return 0;
}

static int parse_one(const struct time_format *f, struct slice s, int64_t last_ns, int64_t *ret_ns,
                     bool *ret_dated)
{
    switch (f->kind) {
    case FORMAT_AUTO:
        *ret_dated = true;
        return parse_rfc3339(s, f->zone, ret_ns) == 0 ? 0 : parse_auto_number(s, ret_ns);
    case FORMAT_RFC3339:
        *ret_dated = true;
        return parse_rfc3339(s, f->zone, ret_ns);
    case FORMAT_UNIX:
        *ret_dated = true;
        return scaled_number(s, f->digits, ret_ns);
    case FORMAT_PATTERN:
        break;
    }
    return parse_pattern(f, s, last_ns, ret_ns, ret_dated);
}

int linetime_parse(struct slice text, struct time_format *const *formats, unsigned n,
                   int64_t last_ns, int64_t *ret_ns, bool *ret_dated)
{
    struct slice s = slice_trim(text);

    for (unsigned i = 0; i < n; i++) {
        bool dated;
        int64_t ns;

        if (parse_one(formats[i], s, last_ns, &ns, &dated) == 0) {
            *ret_ns = ns;
            *ret_dated = dated;
            return 0;
        }
    }
    return -EINVAL;
}

int zone_parse(struct slice s, struct zone *ret_zone)
{
    const char *p = s.p;
    int offset_s;

    if (slice_eq(s, SLICE("UTC"))) {
        *ret_zone = (struct zone){.local = false};
        return 0;
    }
    if (slice_eq(s, SLICE("local"))) {
        tzset();
        *ret_zone = (struct zone){.local = true};
        return 0;
    }
    if (s.n != 6 || s.p[3] != ':' || !timepattern_zone(&p, s.p + s.n, &offset_s) || p != s.p + s.n)
        return -EINVAL;
    *ret_zone = (struct zone){.offset_s = offset_s};
    return 0;
}

/* Cuts "@ZONE" off the end, if what stands there means to be one. */
static bool take_zone(struct slice *text, struct zone *zone, struct buf *err)
{
    const char *at = text->n > 0 ? memrchr(text->p, '@', text->n) : NULL;
    struct slice name;

    if (at == NULL)
        return true;
    name = slice_from(*text, (size_t)(at + 1 - text->p));
    if (zone_parse(name, zone) == 0) {
        text->n = (size_t)(at - text->p);
        return true;
    }
    if (name.n > 0 && name.p[0] != '+' && name.p[0] != '-')
        return true;
    return buf_fail(err, "`%.*s` is no zone; write @UTC, @local or @+HH:MM", SLICE_FMT(name));
}

/* The formats that have a name. */
static bool named_format(struct slice text, struct time_format *f)
{
    static const struct {
        const char *name;
        enum format_kind kind;
        int digits;
    } names[] = {
        {"auto", FORMAT_AUTO, 0},    {"rfc3339", FORMAT_RFC3339, 0}, {"unix", FORMAT_UNIX, 9},
        {"unix_ms", FORMAT_UNIX, 6}, {"unix_us", FORMAT_UNIX, 3},    {"unix_ns", FORMAT_UNIX, 0},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_eq(text, slice_str(names[i].name))) {
            f->kind = names[i].kind;
            f->digits = names[i].digits;
            return true;
        }
    }
    return false;
}

struct time_format *time_format_new(struct slice text, struct zone dflt, struct buf *err)
{
    struct time_format f = {.zone = dflt};
    struct buf pattern = BUF_INIT;
    struct time_format *made;

    if (!take_zone(&text, &f.zone, err))
        return NULL;
    if (!named_format(text, &f)) {
        if (text.n == 0 || memchr(text.p, '%', text.n) == NULL) {
            buf_fmt(err,
                    "`%.*s` is no time format; write auto, rfc3339, unix, unix_ms, unix_us, "
                    "unix_ns or a "
                    "strptime pattern such as %%Y-%%m-%%d %%H:%%M:%%S",
                    SLICE_FMT(text));
            return NULL;
        }
        f.kind = FORMAT_PATTERN;
        if (!timepattern_compile(text, &pattern, &f.have, err))
            return NULL;
        f.pattern = buf_detach(&pattern);
    }
    made = xcalloc(1, sizeof *made);
    *made = f;
    return made;
}

void time_format_free(struct time_format *f)
{
    if (f == NULL)
        return;
    free(f->pattern);
    free(f);
}
