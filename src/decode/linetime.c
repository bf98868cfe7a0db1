/* linetime -- time without the C library: RFC 3339 is read digit by digit, and a date becomes days
 * since 1970 by arithmetic (calendar.h), a few nanoseconds a line where strptime and timegm take
 * hundreds. The clock of a place is asked for its offset a day before and a day after, and whichever
 * agrees with itself wins, the earlier one in the hour that exists twice, unless the text names the
 * other. (mktime would answer that hour by what it was asked before, and the same log must always
 * give the same times.)
 *
 * A name of a zone means what the log's own zone calls so at that moment; else what it is known for
 * (timepattern.c); else the time is refused. Never is one taken for another in silence.
 *
 * What lacks its date or year takes, of all those that it could be, the one nearest to the line
 * before. The first line of a file was written before the file was written last: it takes the last
 * one until then, with some slack for clocks and zones that are wrong. Leap seconds count as the
 * second after. */
#include "config.h"

#include "decode/linetime.h"

#include "decode/timepattern.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/tz.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* How much later than its file's last change a first line may seem to be: by a clock, or by a zone. */
enum { DAY_S = 86400, TIME_SLACK_S = 3600, DATE_SLACK_S = DAY_S };

/* Numbers that time_format = auto takes for a time: of the years 2000 to 2100. */
#define AUTO_FROM_S INT64_C(946684800)
#define AUTO_UNTIL_S INT64_C(4133980800)

enum format_kind { FORMAT_AUTO, FORMAT_RFC3339, FORMAT_UNIX, FORMAT_PATTERN };

struct time_format {
    enum format_kind kind;
    int digits;       /* UNIX: a unit is 10^digits ns */
    unsigned have;    /* PATTERN: PART_ */
    struct zone zone; /* where the text names none */
    bool own_zone;    /* and it is not the log's */
    char *pattern;    /* PATTERN: owned */
    char *text;       /* as written */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int offset_at(const struct zone *zone, int64_t utc_s)
{
    return zone->tz ? tz_at(zone->tz, utc_s)->offset_s : zone->offset_s;
}

/* Do the zone's clocks show shown_s then, and are they called `name`? In the hours behind a change the
 * name alone is not enough: 03:30 CET less the offset of CEST is a moment that is called CET. */
static bool is_called(const struct zone *zone, struct slice name, int64_t shown_s, int64_t utc_s)
{
    const struct tz_type *then = zone->tz ? tz_at(zone->tz, utc_s) : NULL;

    return then && shown_s - utc_s == then->offset_s && slice_eq(slice_str(then->name), name);
}

/* Seconds since 1970 of what a clock in that zone showed; false when the text says a zone that is not
 * known. */
static bool to_utc(int64_t shown_s, const struct zone *zone, const struct zone_said *said,
                   int64_t *ret_utc)
{
    int before = offset_at(zone, shown_s - DAY_S), after = offset_at(zone, shown_s + DAY_S);

    *ret_utc = shown_s - before;
    if (said->name.n == 0 && said->known) {
        *ret_utc = shown_s - said->offset_s;
    } else if (said->name.n == 0) {
        if (offset_at(zone, shown_s - before) != before &&
            offset_at(zone, shown_s - after) == after)
            *ret_utc = shown_s - after;
    } else if (!is_called(zone, said->name, shown_s, *ret_utc)) {
        *ret_utc = shown_s - after; /* the second 02:30 of a night in autumn */
        if (!is_called(zone, said->name, shown_s, *ret_utc)) {
            *ret_utc = shown_s - said->offset_s;
            return said->known;
        }
    }
    return true;
}

/* Two digits at p, or a number over 99. */
static unsigned two(const char *p)
{
    unsigned tens = (unsigned char)p[0] - '0', ones = (unsigned char)p[1] - '0';

    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* What follows the seconds: ".123", then "Z", "+03:00", "+0300", "+03" or " UTC". */
static bool rfc3339_rest(const char *p, const char *end, struct zone_said *said, int32_t *ret_ns)
{
    if (p < end && (*p == '.' || *p == ',')) {
        p++;
        if (!timepattern_fraction(&p, end, ret_ns))
            return false;
    }
    while (p < end && char_is_blank(*p))
        p++;
    return p == end || (timepattern_zone_name(&p, end, said) && p == end);
}

static int parse_rfc3339(struct slice s, const struct zone *zone, int64_t *ret_ns)
{
    unsigned century, of_century, year, month, day, hour, minute, second;
    struct zone_said said = {.known = false};
    int32_t ns = 0;
    int64_t shown, utc;

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
        hour > 24 || minute > 59 || second > 60 || !rfc3339_rest(s.p + 19, s.p + s.n, &said, &ns) ||
        (hour == 24 && (minute || second || ns)))
        return -EINVAL;
    shown =
        calendar_days((int)year, (int)month, (int)day) * DAY_S + hour * 3600 + minute * 60 + second;
    if (!to_utc(shown, zone, &said, &utc))
        return -EINVAL;
    *ret_ns = utc * NSEC_PER_SEC + ns;
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

/* The best so far of the times that a text could be. */
struct choice {
    const struct zone *zone;
    const struct zone_said *said;
    int64_t near_s, until_s; /* the nearest to the one is wanted, or the last until the other */
    bool nearest, found;
    int64_t utc_s;
};

static void offer(struct choice *c, int64_t shown_s)
{
    int64_t utc;

    if (!to_utc(shown_s, c->zone, c->said, &utc) || (!c->nearest && utc > c->until_s))
        return;
    if (c->found &&
        (c->nearest ? distance(utc, c->near_s) >= distance(c->utc_s, c->near_s) : utc <= c->utc_s))
        return;
    c->found = true;
    c->utc_s = utc;
}

/* So near that no other can be nearer; mostly so, and then the others need not be made. */
static bool is_nearest(const struct choice *c, int64_t most_s)
{
    return c->nearest && c->found && distance(c->utc_s, c->near_s) <= most_s;
}

/* Near the line before, or else not long after the file was last written. False: nothing is known. */
static bool choice_begin(struct choice *c, const struct time_base *base, int64_t slack_s)
{
    c->nearest = base->last_ns != INT64_MIN;
    if (!c->nearest && base->latest_ns == INT64_MIN)
        return false;
    c->near_s = floor_div(c->nearest ? base->last_ns : base->latest_ns, NSEC_PER_SEC);
    c->until_s = c->near_s + slack_s;
    return true;
}

/* Of a time of day. */
static void choose_day(struct choice *c, const struct time_base *base, int64_t of_day)
{
    if (base->last_ns == INT64_MIN && base->day != INT64_MIN) {
        c->nearest = true;
        offer(c, base->day * DAY_S + of_day);
    } else if (choice_begin(c, base, TIME_SLACK_S)) {
        int64_t today = floor_div(c->near_s + offset_at(c->zone, c->near_s), DAY_S);

        offer(c, today * DAY_S + of_day);
        if (is_nearest(c, 11 * 3600))
            return;
        for (int64_t day = today - 2; day <= today + 1; day++)
            offer(c, day * DAY_S + of_day);
    }
}

/* Of a month and a day, which need not be a date in every year. */
static void choose_year(struct choice *c, const struct time_base *base, const struct time_parts *t,
                        int64_t of_day)
{
    struct time_base given = *base;
    int64_t year, around = t->month == 2 && t->day == 29 ? 8 : 1;

    if (base->last_ns == INT64_MIN && base->year) {
        if (calendar_has(base->year, t->month, t->day))
            offer(c, calendar_days(base->year, t->month, t->day) * DAY_S + of_day);
        return;
    }
    if (base->last_ns == INT64_MIN && base->day != INT64_MIN)
        given.last_ns = (base->day * DAY_S + DAY_S / 2) * NSEC_PER_SEC;
    if (!choice_begin(c, &given, DATE_SLACK_S))
        return;
    year = calendar_year(floor_div(c->near_s + offset_at(c->zone, c->near_s), DAY_S));
    if (calendar_has((int)year, t->month, t->day))
        offer(c, calendar_days((int)year, t->month, t->day) * DAY_S + of_day);
    if (is_nearest(c, INT64_C(180) * DAY_S))
        return;
    for (int64_t y = year - around; y <= year + around; y++)
        if (calendar_has((int)y, t->month, t->day))
            offer(c, calendar_days((int)y, t->month, t->day) * DAY_S + of_day);
}

static int parse_pattern(const struct time_format *f, struct slice s, const struct time_base *base,
                         int64_t *ret_ns, bool *ret_dated)
{
    struct time_parts t;
    struct choice c = {.zone = &f->zone, .said = &t.zone, .nearest = true};
    int64_t of_day;

    if (!timepattern_match(f->pattern, s, &t))
        return -EINVAL;
    of_day = t.hour * 3600 + t.minute * 60 + t.second;
    *ret_dated = (t.have & (PART_EPOCH | PART_YEAR | PART_MONTH)) != 0;
    if (t.have & PART_EPOCH) {
        c.utc_s = t.epoch_s;
        c.found = c.utc_s < INT64_MAX / NSEC_PER_SEC;
    } else if ((t.have & PART_YEAR) && !(t.have & PART_MONTH)) {
        if (calendar_has(t.year, 1, 1) && t.yday <= 365 + calendar_is_leap(t.year))
            offer(&c, (calendar_days(t.year, 1, 1) + t.yday - 1) * DAY_S + of_day);
    } else if (t.have & PART_YEAR) {
        if (calendar_has(t.year, t.month, t.day))
            offer(&c, calendar_days(t.year, t.month, t.day) * DAY_S + of_day);
    } else if (t.have & PART_MONTH) {
        choose_year(&c, base, &t, of_day);
    } else {
        choose_day(&c, base, of_day);
    }
    if (!c.found)
        return -EINVAL;
    *ret_ns = c.utc_s * NSEC_PER_SEC + t.ns;
    return 0;
}

static int parse_one(const struct time_format *f, struct slice s, const struct time_base *base,
                     int64_t *ret_ns, bool *ret_dated)
{
    switch (f->kind) {
    case FORMAT_AUTO:
        *ret_dated = true;
        return parse_rfc3339(s, &f->zone, ret_ns) == 0 ? 0 : parse_auto_number(s, ret_ns);
    case FORMAT_RFC3339:
        *ret_dated = true;
        return parse_rfc3339(s, &f->zone, ret_ns);
    case FORMAT_UNIX:
        *ret_dated = true;
        return scaled_number(s, f->digits, ret_ns);
    case FORMAT_PATTERN:
        break;
    }
    return parse_pattern(f, s, base, ret_ns, ret_dated);
}

/* All formats read the same years, whatever a number or a zone's offset makes of them. */
static bool in_years(int64_t ns)
{
    return ns >= CALENDAR_DAY_MIN * (DAY_S * NSEC_PER_SEC) &&
           ns < CALENDAR_DAY_END * (DAY_S * NSEC_PER_SEC);
}

int linetime_parse(struct slice text, struct time_format *const *formats, unsigned n,
                   const struct time_base *base, int64_t *ret_ns, bool *ret_dated)
{
    struct slice s = slice_trim(text);

    for (unsigned i = 0; i < n; i++) {
        int64_t ns;
        bool dated;

        if (parse_one(formats[i], s, base, &ns, &dated) == 0 && in_years(ns)) {
            *ret_ns = ns;
            *ret_dated = dated;
            return (int)i;
        }
    }
    return -EINVAL;
}

bool time_format_took_zone(const struct time_format *f, struct slice text, int64_t ns,
                           struct tz_type *ret_zone)
{
    int64_t utc_s = floor_div(ns, NSEC_PER_SEC), other_ns = ns;
    const struct time_base base = {ns, INT64_MIN, 0, INT64_MIN};
    struct time_format other = *f, *const formats[] = {&other};
    bool dated;

    if (f->zone.tz)
        *ret_zone = *tz_at(f->zone.tz, utc_s);
    else
        *ret_zone = (struct tz_type){.offset_s = f->zone.offset_s};
    other.zone = (struct zone){.offset_s = ret_zone->offset_s + 60};
    (void)linetime_parse(text, formats, 1, &base, &other_ns, &dated);
    return other_ns != ns;
}

int zone_parse(struct slice s, struct zone *ret_zone)
{
    struct zone zone = {.tz = NULL};
    const char *p = s.p;

    if (slice_eq(s, SLICE("UTC"))) {
        *ret_zone = zone;
        return 0;
    }
    if (slice_eq(s, SLICE("local")))
        zone.tz = tz_local();
    else if (tz_is_name(s) && tz_open(s, &zone.tz) < 0)
        return -ENOENT;
    else if (!zone.tz && (s.n != 6 || s.p[3] != ':' ||
                          !timepattern_zone(&p, s.p + s.n, &zone.offset_s) || p != s.p + s.n))
        return -EINVAL;
    *ret_zone = zone;
    return 0;
}

void zone_release(struct zone *z)
{
    tz_free(z->tz);
    z->tz = NULL;
}

void zone_say_missing(struct slice s, struct buf *err)
{
    bool installed = access(tz_directory(), X_OK) == 0;

    buf_fmt(err, "there is no time zone \"%.*s\" in %s%s", SLICE_FMT(s), tz_directory(),
            installed ? "; names are as Europe/Berlin" : ", which is not there: install tzdata");
}

/* "+3", "Berlin", "MESZ", or nothing at all; a place that is none of the system's has a message of its own. */
static bool looks_like_zone(struct slice name)
{
    bool is = true;

    for (size_t i = 0; i < name.n; i++)
        is &= char_is_word(name.p[i]) || name.p[i] == '+' || name.p[i] == '-' || name.p[i] == ':';
    return is;
}

/* Cuts "@ZONE" off the end, if what stands there means to be one. */
static bool take_zone(struct slice *text, struct time_format *f, struct buf *err)
{
    const char *at = text->n > 0 ? memrchr(text->p, '@', text->n) : NULL;
    struct slice name;
    int r;

    if (at == NULL)
        return true;
    name = slice_from(*text, (size_t)(at + 1 - text->p));
    r = zone_parse(name, &f->zone);
    if (r == 0) {
        text->n = (size_t)(at - text->p);
        f->own_zone = true;
        return true;
    }
    if (r == -ENOENT && memchr(name.p, '/', name.n)) {
        zone_say_missing(name, err);
        return false;
    }
    if (!looks_like_zone(name))
        return true;
    return buf_fail(err, "`%.*s` is no zone; write @UTC, @local, @+HH:MM or @Europe/Berlin",
                    SLICE_FMT(name));
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

/* What is left without its zone. */
static bool read_format(struct slice text, struct time_format *f, struct buf *err)
{
    struct buf pattern = BUF_INIT;

    if (named_format(text, f))
        return true;
    if (text.n == 0 || memchr(text.p, '%', text.n) == NULL)
        return buf_fail(err,
                        "`%.*s` is no time format; write auto, rfc3339, unix, unix_ms, unix_us, "
                        "unix_ns or a strptime pattern such as %%Y-%%m-%%d %%H:%%M:%%S",
                        SLICE_FMT(text));
    f->kind = FORMAT_PATTERN;
    if (!timepattern_compile(text, &pattern, &f->have, err))
        return false;
    f->pattern = buf_detach(&pattern);
    return true;
}

struct time_format *time_format_new(struct slice text, struct zone dflt, struct buf *err)
{
    struct time_format *f = xcalloc(1, sizeof *f);

    f->zone = dflt;
    f->text = xstrslice(text);
    if (take_zone(&text, f, err) && read_format(text, f, err))
        return f;
    time_format_free(f);
    return NULL;
}

void time_format_free(struct time_format *f)
{
    if (f == NULL)
        return;
    if (f->own_zone)
        zone_release(&f->zone);
    free(f->pattern);
    free(f->text);
    free(f);
}

const char *time_format_text(const struct time_format *f)
{
    return f->text;
}

bool time_format_is_partial(const struct time_format *f)
{
    return f->kind == FORMAT_PATTERN && !(f->have & (PART_YEAR | PART_EPOCH));
}
