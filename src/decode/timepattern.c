/* timepattern -- a walk over pattern and text, side by side.
 *
 * The C library's strptime reads names in the locale's language, knows no fractions, and wants NUL
 * behind its text, which a piece of a log line does not have. Composites are written out when the
 * pattern is compiled, so that the walk knows only single parts. It does not guess: a text that
 * does not fit to its last byte is refused, and another format may be tried. */
#include "config.h"

#include "decode/timepattern.h"

#include <stddef.h>

struct cursor {
    const char *p, *end;
};

static const char *const months[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

/* What is short for several directives. */
static const struct {
    char letter;
    const char *text;
} composites[] = {{'F', "%Y-%m-%d"}, {'D', "%m/%d/%y"},    {'T', "%H:%M:%S"},
                  {'R', "%H:%M"},    {'r', "%I:%M:%S %p"}, {'c', "%a %b %e %H:%M:%S %Y"}};

static const char *composite(char c)
{
    for (size_t i = 0; i < sizeof composites / sizeof *composites; i++)
        if (composites[i].letter == c)
            return composites[i].text;
    return NULL;
}

/* Does it say when? A date needs month and day (or the day of the year), a time needs its hour. */
static bool check_whole(unsigned have, struct buf *err)
{
    bool month = have & PART_MONTH, day = have & PART_DAY, year = have & PART_YEAR;

    if (have & PART_EPOCH)
        return true;
    if ((have & PART_HOUR12) && !(have & PART_AMPM))
        return buf_fail(err, "%%I needs %%p");
    if (month != day)
        return buf_fail(err, "a month needs a day, and a day needs a month");
    if ((year || (have & PART_YDAY)) && !(month || ((have & PART_YDAY) && year)))
        return buf_fail(err, "a date needs a month and a day, or a year and %%j");
    if (!month && !(have & PART_YDAY) && !(have & (PART_HOUR | PART_HOUR12)))
        return buf_fail(err, "a time needs a date or an hour");
    return true;
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
        size_t taken = have >= whole && same_letters(c->p, names[i], whole) ? whole : 3;

        if (have >= taken && same_letters(c->p, names[i], taken)) {
            c->p += taken;
            *ret_i = i;
            return true;
        }
    }
    return false;
}

static bool read_am_pm(struct cursor *c, struct time_parts *t)
{
    if (c->end - c->p < 2 || (c->p[1] | 0x20) != 'm')
        return false;
    t->pm = (c->p[0] | 0x20) == 'p';
    if (!t->pm && (c->p[0] | 0x20) != 'a')
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

static bool read_fraction(struct cursor *c, struct time_parts *t)
{
    return timepattern_fraction(&c->p, c->end, &t->ns);
}

static bool read_epoch(struct cursor *c, struct time_parts *t)
{
    const char *start = c->p;
    int64_t v = 0;

    for (; c->p < c->end && char_is_digit(*c->p) && v < INT64_C(100000000000); c->p++)
        v = v * 10 + (*c->p - '0');
    t->epoch_s = v;
    return c->p > start;
}

static bool two_digits(const char *p, const char *end, int max, int *ret_v)
{
    struct cursor c = {p, end};

    return number(&c, 2, 0, max, ret_v) && c.p - p == 2;
}

/* "+hh:mm", "+hhmm", "+hh"; `hours_min` digits of hours at least. */
static bool read_offset(struct cursor *c, int hours_min, int *ret_offset_s)
{
    const char *start;
    int hours, minutes = 0, sign;

    if (c->p == c->end || (*c->p != '+' && *c->p != '-'))
        return false;
    sign = *c->p++ == '-' ? -1 : 1;
    start = c->p;
    if (!number(c, 2, 0, 23, &hours) || c->p - start < hours_min)
        return false;
    if (c->end - c->p >= 3 && *c->p == ':') {
        if (!two_digits(c->p + 1, c->end, 59, &minutes))
            return false;
        c->p += 3;
    } else if (two_digits(c->p, c->end, 59, &minutes)) {
        c->p += 2;
    }
    *ret_offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool timepattern_zone(const char **p, const char *end, int *ret_offset_s)
{
    struct cursor c = {*p, end};

    if (c.p < end && (*c.p == 'Z' || *c.p == 'z')) {
        *ret_offset_s = 0;
        *p = c.p + 1;
        return true;
    }
    if (!read_offset(&c, 2, ret_offset_s))
        return false;
    *p = c.p;
    return true;
}

static bool read_zone(struct cursor *c, struct time_parts *t)
{
    t->zone = (struct zone_said){.known = true};
    return timepattern_zone(&c->p, c->end, &t->zone.offset_s);
}

/* Abbreviations are nobody's standard: IST, BST, CST of China mean something else elsewhere. These
 * are they that loggers write and that are taken one way only; C and M are America's. */
static const struct {
    const char *name;
    int hours;
} zone_names[] = {{"utc", 0},  {"gmt", 0},  {"z", 0},    {"est", -5}, {"edt", -4}, {"cst", -6},
                  {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"wet", 0},
                  {"west", 1}, {"cet", 1},  {"cest", 2}, {"eet", 2},  {"eest", 3}, {"msk", 3}};

bool timepattern_zone_name(const char **p, const char *end, struct zone_said *ret_said)
{
    struct cursor c = {*p, end};
    struct zone_said said = {.name = {c.p, word_length(&c)}};

    if (said.name.n == 0) {
        *ret_said = (struct zone_said){.known = true};
        return timepattern_zone(p, end, &ret_said->offset_s);
    }
    c.p += said.name.n;
    for (size_t i = 0; i < sizeof zone_names / sizeof *zone_names; i++) {
        if (strlen(zone_names[i].name) != said.name.n ||
            !same_letters(said.name.p, zone_names[i].name, said.name.n))
            continue;
        said.known = true;
        said.offset_s = zone_names[i].hours * 3600;

        struct cursor offset = c;

        if (i < 2 && read_offset(&offset, 1, &said.offset_s)) { /* UTC+1, GMT+3 */
            said.name.n = 0;
            c = offset;
        }
        break;
    }
    *p = c.p;
    *ret_said = said;
    return true;
}

static bool read_zone_name(struct cursor *c, struct time_parts *t)
{
    return timepattern_zone_name(&c->p, c->end, &t->zone);
}

static bool read_milliseconds(struct cursor *c, struct time_parts *t)
{
    int ms;

    if (!number(c, 3, 0, 999, &ms))
        return false;
    t->ns = ms * 1000000;
    return true;
}

static bool read_year_of_two(struct cursor *c, struct time_parts *t)
{
    if (!number(c, 2, 0, 99, &t->year))
        return false;
    t->year += t->year < 69 ? 2000 : 1900;
    return true;
}

static bool read_month_name(struct cursor *c, struct time_parts *t)
{
    if (!name(c, months, 12, &t->month))
        return false;
    t->month++;
    return true;
}

static bool read_weekday(struct cursor *c, struct time_parts *t)
{
    int ignored;

    (void)t;
    return name(c, weekdays, 7, &ignored);
}

static bool read_blanks(struct cursor *c, struct time_parts *t)
{
    (void)t;
    while (c->p < c->end && char_is_blank(*c->p))
        c->p++;
    return true;
}

static bool read_percent(struct cursor *c, struct time_parts *t)
{
    (void)t;
    return c->p < c->end && *c->p++ == '%';
}

/* What stands for one part of a time: a function, or a number of `width` digits. */
static const struct directive {
    const char *letters;
    unsigned part; /* that it supplies */
    bool (*read)(struct cursor *c, struct time_parts *t);
    size_t field; /* in time_parts, of the number */
    int width, low, high;
    bool padded; /* blanks may stand before it */
} directives[] = {
    {"Y", PART_YEAR, NULL, offsetof(struct time_parts, year), 4, 1, 9999, false},
    {"m", PART_MONTH, NULL, offsetof(struct time_parts, month), 2, 1, 12, false},
    {"de", PART_DAY, NULL, offsetof(struct time_parts, day), 2, 1, 31, true},
    {"j", PART_YDAY, NULL, offsetof(struct time_parts, yday), 3, 1, 366, false},
    {"Hk", PART_HOUR, NULL, offsetof(struct time_parts, hour), 2, 0, 24, true},
    {"Il", PART_HOUR12, NULL, offsetof(struct time_parts, hour), 2, 1, 12, true},
    {"M", 0, NULL, offsetof(struct time_parts, minute), 2, 0, 59, false},
    {"S", 0, NULL, offsetof(struct time_parts, second), 2, 0, 60, false},
    {.letters = "y", .part = PART_YEAR, .read = read_year_of_two},
    {.letters = "bBh", .part = PART_MONTH, .read = read_month_name},
    {.letters = "aA", .read = read_weekday},
    {.letters = "p", .part = PART_AMPM, .read = read_am_pm},
    {.letters = "f", .read = read_fraction},
    {.letters = "L", .read = read_milliseconds},
    {.letters = "s", .part = PART_EPOCH, .read = read_epoch},
    {.letters = "z", .part = PART_ZONE, .read = read_zone},
    {.letters = "Z", .part = PART_ZONE, .read = read_zone_name},
    {.letters = "nt", .read = read_blanks},
    {.letters = "%", .read = read_percent},
};

static const struct directive *find_directive(char c)
{
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (c && strchr(directives[i].letters, c))
            return &directives[i];
    return NULL;
}

/* Each letter gives way to the number of its row, from 1. */
static bool number_directives(struct buf *pattern, unsigned *have, struct buf *err)
{
    for (size_t i = 0; i < pattern->n; i++) {
        const struct directive *d;

        if (pattern->p[i] != '%')
            continue;
        d = i + 1 < pattern->n ? find_directive(pattern->p[++i]) : NULL;
        if (d == NULL)
            return buf_fail(err, "%%%c is not known in a time pattern", pattern->p[i]);
        *have |= d->part;
        pattern->p[i] = (char)(d - directives + 1);
    }
    return true;
}

bool timepattern_compile(struct slice text, struct buf *ret_pattern, unsigned *ret_have,
                         struct buf *err)
{
    struct buf full = BUF_INIT;
    unsigned have = 0;
    bool good;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' && i + 1 < text.n && composite(text.p[i + 1]) != NULL)
            buf_str(&full, composite(text.p[++i]));
        else
            buf_char(&full, text.p[i]);
    }
    good = number_directives(&full, &have, err) && check_whole(have, err);
    if (good) {
        buf_slice(ret_pattern, buf_all(&full));
        *ret_have = have;
    }
    buf_release(&full);
    return good;
}

static bool take(const struct directive *d, struct cursor *c, struct time_parts *t)
{
    t->have |= d->part;
    if (d->read != NULL)
        return d->read(c, t);
    while (d->padded && c->p < c->end && *c->p == ' ')
        c->p++;
    return number(c, d->width, d->low, d->high, (int *)(void *)((char *)t + d->field));
}

bool timepattern_match(const char *pattern, struct slice text, struct time_parts *ret_parts)
{
    struct cursor c = {text.p, text.p + text.n};
    struct time_parts t = {.have = 0};

    for (const char *f = pattern; *f != '\0'; f++) {
        if (char_is_blank(*f)) {
            (void)read_blanks(&c, &t);
        } else if (*f == '%') {
            if (!take(&directives[*++f - 1], &c, &t))
                return false;
        } else if (c.p == c.end || *c.p++ != *f) {
            return false;
        }
    }
    if (c.p != c.end || (t.hour == 24 && (t.minute || t.second || t.ns)))
        return false;
    if (t.have & PART_HOUR12)
        t.hour = t.hour % 12 + (t.pm ? 12 : 0);
    *ret_parts = t;
    return true;
}
