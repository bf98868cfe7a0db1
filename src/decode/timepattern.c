/* timepattern -- a walk over pattern and text, side by side.
 *
 * The C library's strptime reads names in the locale's language, knows no fractions, and wants NUL
 * behind its text, which a piece of a log line does not have. Composites are written out when the
 * pattern is compiled, so that the walk knows only single parts. It does not guess: a text that
 * does not fit to its last byte is refused, and another format may be tried. */
#include "config.h"

#include "decode/timepattern.h"

#include <errno.h>

struct cursor {
    const char *p, *end;
};

static const char *const months[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

static const char *composite(char c)
{
    switch (c) {
    case 'F':
        return "%Y-%m-%d";
    case 'D':
        return "%m/%d/%y";
    case 'T':
        return "%H:%M:%S";
    case 'R':
        return "%H:%M";
    default:
        return NULL;
    }
}

/* What a directive supplies; -1 when there is no such directive. */
static int supplies(char c)
{
    switch (c) {
    case 'Y':
    case 'y':
        return PART_YEAR;
    case 'm':
    case 'b':
    case 'B':
    case 'h':
        return PART_MONTH;
    case 'd':
    case 'e':
        return PART_DAY;
    case 'j':
        return PART_YDAY;
    case 'H':
    case 'k':
        return PART_HOUR;
    case 'I':
    case 'l':
        return PART_HOUR12;
    case 'p':
        return PART_AMPM;
    case 'z':
    case 'Z':
        return PART_ZONE;
    case 's':
        return PART_EPOCH;
    case 'a':
    case 'A':
    case 'M':
    case 'S':
    case 'f':
    case 'n':
    case 't':
    case '%':
        return 0;
    default:
        return -1;
    }
}

/* Does it say when? A date needs month and day (or the day of the year), a time needs its hour. */
static int check_whole(unsigned have, struct buf *err)
{
    bool month = have & PART_MONTH, day = have & PART_DAY, year = have & PART_YEAR;

    if (have & PART_EPOCH)
        return 0;
    if ((have & PART_HOUR12) && !(have & PART_AMPM)) {
        buf_str(err, "%I needs %p");
        return -EINVAL;
    }
    if (month != day) {
        buf_str(err, "a month needs a day, and a day needs a month");
        return -EINVAL;
    }
    if ((year || (have & PART_YDAY)) && !(month || ((have & PART_YDAY) && year))) {
        buf_str(err, "a date needs a month and a day, or a year and %j");
        return -EINVAL;
    }
    if (!month && !(have & PART_YDAY) && !(have & (PART_HOUR | PART_HOUR12))) {
        buf_str(err, "it names neither a date nor an hour");
        return -EINVAL;
    }
    return 0;
}

int timepattern_compile(struct slice text, struct buf *ret_pattern, unsigned *ret_have,
                        struct buf *err)
{
    struct buf full = BUF_INIT;
    unsigned have = 0;
    int r;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' && i + 1 < text.n && composite(text.p[i + 1]) != NULL)
            buf_str(&full, composite(text.p[++i]));
        else
            buf_char(&full, text.p[i]);
    }
    for (size_t i = 0; i < full.n; i++) {
        int part;

        if (full.p[i] != '%')
            continue;
        part = i + 1 < full.n ? supplies(full.p[++i]) : -1;
        if (part < 0) {
            buf_fmt(err, "%%%c is not known in a time pattern", full.p[i]);
            buf_release(&full);
            return -EINVAL;
        }
        have |= (unsigned)part;
    }
    r = check_whole(have, err);
    if (r == 0) {
        buf_slice(ret_pattern, buf_all(&full));
        *ret_have = have;
    }
    buf_release(&full);
    return r;
}

/* One to `width` digits, from low to high. */
static bool number(struct cursor *c, int width, int low, int high, int *ret_v)
{
    int v = 0, n = 0;

    for (; n < width && c->p < c->end && char_is_digit(*c->p); n++)
        v = v * 10 + (*c->p++ - '0');
    if (n == 0 || v < low || v > high)
        return false;
    *ret_v = v;
    return true;
}

static bool padded(struct cursor *c, int width, int low, int high, int *ret_v)
{
    while (c->p < c->end && *c->p == ' ')
        c->p++;
    return number(c, width, low, high, ret_v);
}

static size_t word_length(const struct cursor *c)
{
    const char *p = c->p;

    while (p < c->end && char_is_letter(*p))
        p++;
    return (size_t)(p - c->p);
}

static bool same_letters(const char *p, const char *lower, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((p[i] | 0x20) != lower[i])
            return false;
    return true;
}

/* A whole name or its first three letters. */
static bool name(struct cursor *c, const char *const *names, int n, int *ret_i)
{
    size_t have = word_length(c);

    for (int i = 0; i < n; i++) {
        size_t whole = strlen(names[i]);

        if ((have >= whole && same_letters(c->p, names[i], whole)) ||
            (have >= 3 && same_letters(c->p, names[i], 3))) {
            c->p += have >= whole && same_letters(c->p, names[i], whole) ? whole : 3;
            *ret_i = i;
            return true;
        }
    }
    return false;
}

static bool am_pm(struct cursor *c, bool *ret_pm)
{
    if (c->end - c->p < 2 || (c->p[1] | 0x20) != 'm')
        return false;
    *ret_pm = (c->p[0] | 0x20) == 'p';
    if (!*ret_pm && (c->p[0] | 0x20) != 'a')
        return false;
    c->p += 2;
    return true;
}

bool timepattern_fraction(const char **p, const char *end, int32_t *ret_ns)
{
    const char *at = *p;
    int32_t ns = 0, scale = 100000000;

    for (; at < end && char_is_digit(*at); at++) {
        ns += (*at - '0') * scale;
        scale /= 10;
    }
    if (at == *p)
        return false;
    *ret_ns = ns;
    *p = at;
    return true;
}

static bool epoch(struct cursor *c, int64_t *ret_s)
{
    const char *start = c->p;
    int64_t v = 0;

    for (; c->p < c->end && char_is_digit(*c->p) && v < INT64_C(100000000000); c->p++)
        v = v * 10 + (*c->p - '0');
    *ret_s = v;
    return c->p > start;
}

static bool two_digits(const char *p, const char *end, int max, int *ret_v)
{
    struct cursor c = {p, end};

    return number(&c, 2, 0, max, ret_v) && c.p - p == 2;
}

bool timepattern_zone(const char **p, const char *end, int *ret_offset_s)
{
    const char *at = *p;
    int hours, minutes = 0;
    int sign;

    if (at < end && (*at == 'Z' || *at == 'z')) {
        *ret_offset_s = 0;
        *p = at + 1;
        return true;
    }
    if (at == end || (*at != '+' && *at != '-'))
        return false;
    sign = *at++ == '-' ? -1 : 1;
    if (!two_digits(at, end, 23, &hours))
        return false;
    at += 2;
    if (end - at >= 3 && *at == ':') {
        if (!two_digits(at + 1, end, 59, &minutes))
            return false;
        at += 3;
    } else if (two_digits(at, end, 59, &minutes)) {
        at += 2;
    }
    *ret_offset_s = sign * (hours * 3600 + minutes * 60);
    *p = at;
    return true;
}

/* UTC, GMT, or a name that says nothing. */
static bool zone_name(struct cursor *c, struct time_parts *t)
{
    size_t n = word_length(c);

    if (n == 0)
        return false;
    if ((n == 3 && (same_letters(c->p, "utc", 3) || same_letters(c->p, "gmt", 3))) ||
        (n == 1 && (*c->p | 0x20) == 'z')) {
        t->offset_s = 0;
        t->have |= PART_ZONE;
    }
    c->p += n;
    return true;
}

static bool year_of_two(struct cursor *c, int *ret_year)
{
    if (!number(c, 2, 0, 99, ret_year))
        return false;
    *ret_year += *ret_year < 69 ? 2000 : 1900;
    return true;
}

static bool month_name(struct cursor *c, int *ret_month)
{
    if (!name(c, months, 12, ret_month))
        return false;
    ++*ret_month;
    return true;
}

static bool date_directive(char d, struct cursor *c, struct time_parts *t)
{
    int ignored;

    switch (d) {
    case 'Y':
        return number(c, 4, 1, 9999, &t->year);
    case 'y':
        return year_of_two(c, &t->year);
    case 'm':
        return number(c, 2, 1, 12, &t->month);
    case 'b':
    case 'B':
    case 'h':
        return month_name(c, &t->month);
    case 'd':
    case 'e':
        return padded(c, 2, 1, 31, &t->day);
    case 'j':
        return number(c, 3, 1, 366, &t->yday);
    default: /* a A */
        return name(c, weekdays, 7, &ignored);
    }
}

/* %Z and what is no number. */
static bool other_directive(char d, struct cursor *c, struct time_parts *t)
{
    switch (d) {
    case 'p':
        return am_pm(c, &t->pm);
    case 'f':
        return timepattern_fraction(&c->p, c->end, &t->ns);
    case 's':
        return epoch(c, &t->epoch_s);
    case 'z':
        return timepattern_zone(&c->p, c->end, &t->offset_s);
    case 'Z':
        return zone_name(c, t);
    default: /* %% */
        return c->p < c->end && *c->p++ == '%';
    }
}

static bool directive(char d, struct cursor *c, struct time_parts *t)
{
    if (d != 'Z')
        t->have |= (unsigned)supplies(d);
    switch (d) {
    case 'H':
    case 'k':
        return padded(c, 2, 0, 23, &t->hour);
    case 'I':
    case 'l':
        return padded(c, 2, 1, 12, &t->hour);
    case 'M':
        return number(c, 2, 0, 59, &t->minute);
    case 'S':
        return number(c, 2, 0, 60, &t->second);
    case 'p':
    case 'f':
    case 's':
    case 'z':
    case 'Z':
    case '%':
        return other_directive(d, c, t);
    default:
        return date_directive(d, c, t);
    }
}

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && char_is_blank(*c->p))
        c->p++;
}

bool timepattern_match(const char *pattern, struct slice text, struct time_parts *ret_parts)
{
    struct cursor c = {text.p, text.p + text.n};
    struct time_parts t = {0};

    for (const char *f = pattern; *f != '\0'; f++) {
        if (char_is_blank(*f) || (f[0] == '%' && (f[1] == 'n' || f[1] == 't'))) {
            f += *f == '%';
            skip_blanks(&c);
        } else if (*f == '%') {
            if (!directive(*++f, &c, &t))
                return false;
        } else if (c.p == c.end || *c.p++ != *f) {
            return false;
        }
    }
    if (c.p != c.end)
        return false;
    if (t.have & PART_HOUR12)
        t.hour = t.hour % 12 + (t.pm ? 12 : 0);
    *ret_parts = t;
    return true;
}
