/* units -- which units there are, and values of several pieces.
 *
 *     bare      12.345  -1e-3  true           times the unit that the caller gives
 *     own unit  1.5MiB  45 %  850.417us       the caller's unit is not applied
 *     pieces    1h2m3.5s  1d2h  2 min, 3 s    blanks and commas may divide; each unit is smaller
 *                                             than the one before, only the last has a fraction
 *     clock     0:00:31.877  5:07             hours may be missing; minutes and seconds below 60
 *     both      1 day, 0:00:03                the clock is the last
 *
 * Pieces and clocks become one decimal first (decimal.c then rounds once), in 128 bits: what does
 * not fit is no time that a log means, and is refused. A sign is that of the whole, but where days
 * stand before a clock, which only Python writes: -1 day, 23:59:59 is a second. */
#include "config.h"

#include "base/units.h"

#include "base/wide.h"

#include <errno.h>

enum { PIECES_MAX = 10 };

/* A rule's key `unit` knows the short words only; a value in a log may be spelled in many ways. "m"
 * is minutes in a value, and too short to be clear in a rule. A B without an i counts in thousands,
 * whatever the size of its k; a letter alone, as ls -h and du -h have it, in 1024. What is met most
 * often stands first. */
enum { IN_KEY = 1, IN_VALUE = 2, EVERYWHERE = IN_KEY | IN_VALUE };

static const struct {
    struct slice name;
    unsigned where;
    struct unit unit;
} unit_names[] = {
    {{"ms", 2}, EVERYWHERE, {UNIT_TIME, 1, -3, 1}},
    {{"\xc2\xb5s", 3}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}}, /* U+00B5, as Go prints it */
    {{"\xce\xbcs", 3}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}}, /* U+03BC, the Greek letter */
    {{"us", 2}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}},
    {{"ns", 2}, EVERYWHERE, {UNIT_TIME, 1, -9, 1}},
    {{"s", 1}, EVERYWHERE, {UNIT_TIME, 1, 0, 1}},
    {{"m", 1}, IN_VALUE, {UNIT_TIME, 60, 0, 1}},
    {{"min", 3}, EVERYWHERE, {UNIT_TIME, 60, 0, 1}},
    {{"h", 1}, EVERYWHERE, {UNIT_TIME, 3600, 0, 1}},
    {{"B", 1}, EVERYWHERE, {UNIT_SIZE, 1, 0, 1}},
    {{"kB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 3, 1}},
    {{"MB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 6, 1}},
    {{"GB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 9, 1}},
    {{"TB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 12, 1}},
    {{"KiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 10, 0, 1}},
    {{"MiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 20, 0, 1}},
    {{"GiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 30, 0, 1}},
    {{"TiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 40, 0, 1}},
    {{"%", 1}, IN_VALUE, {UNIT_PERCENT, 1, -2, 1}},
    {{"percent", 7}, IN_KEY, {UNIT_PERCENT, 1, -2, 1}},
    {{"KB", 2}, IN_VALUE, {UNIT_SIZE, 1, 3, 1}},
    {{"K", 1}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 10, 0, 1}},
    {{"M", 1}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 20, 0, 1}},
    {{"G", 1}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 30, 0, 1}},
    {{"T", 1}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 40, 0, 1}},
    {{"Ki", 2}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 10, 0, 1}},
    {{"Mi", 2}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 20, 0, 1}},
    {{"Gi", 2}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 30, 0, 1}},
    {{"Ti", 2}, IN_VALUE, {UNIT_SIZE, UINT64_C(1) << 40, 0, 1}},
    {{"d", 1}, IN_VALUE, {UNIT_TIME, 86400, 0, 1}},
    {{"day", 3}, IN_VALUE, {UNIT_TIME, 86400, 0, 1}},
    {{"days", 4}, IN_VALUE, {UNIT_TIME, 86400, 0, 1}},
    {{"sec", 3}, IN_VALUE, {UNIT_TIME, 1, 0, 1}},
    {{"secs", 4}, IN_VALUE, {UNIT_TIME, 1, 0, 1}},
    {{"second", 6}, IN_VALUE, {UNIT_TIME, 1, 0, 1}},
    {{"seconds", 7}, IN_VALUE, {UNIT_TIME, 1, 0, 1}},
    {{"msec", 4}, IN_VALUE, {UNIT_TIME, 1, -3, 1}},
    {{"millisecond", 11}, IN_VALUE, {UNIT_TIME, 1, -3, 1}},
    {{"milliseconds", 12}, IN_VALUE, {UNIT_TIME, 1, -3, 1}},
    {{"usec", 4}, IN_VALUE, {UNIT_TIME, 1, -6, 1}},
    {{"microsecond", 11}, IN_VALUE, {UNIT_TIME, 1, -6, 1}},
    {{"microseconds", 12}, IN_VALUE, {UNIT_TIME, 1, -6, 1}},
    {{"nanosecond", 10}, IN_VALUE, {UNIT_TIME, 1, -9, 1}},
    {{"nanoseconds", 11}, IN_VALUE, {UNIT_TIME, 1, -9, 1}},
    {{"minute", 6}, IN_VALUE, {UNIT_TIME, 60, 0, 1}},
    {{"minutes", 7}, IN_VALUE, {UNIT_TIME, 60, 0, 1}},
    {{"hour", 4}, IN_VALUE, {UNIT_TIME, 3600, 0, 1}},
    {{"hours", 5}, IN_VALUE, {UNIT_TIME, 3600, 0, 1}},
    {{"week", 4}, IN_VALUE, {UNIT_TIME, 604800, 0, 1}},
    {{"weeks", 5}, IN_VALUE, {UNIT_TIME, 604800, 0, 1}},
};

/* Of this kind, or of any when `kind` is UNIT_NONE. */
static bool find_unit(struct slice name, unsigned where, enum unit_kind kind, struct unit *ret_unit)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++)
        if ((unit_names[i].where & where) &&
            (kind == UNIT_NONE || kind == unit_names[i].unit.kind) &&
            slice_eq(unit_names[i].name, name)) {
            *ret_unit = unit_names[i].unit;
            return true;
        }
    return false;
}

static struct slice skip_blanks(struct slice s)
{
    while (s.n && char_is_blank(s.p[0]))
        s = slice_from(s, 1);
    return s;
}

/* "1/N" with N a number of 1 to 2^32 - 1. */
static int parse_divisor(struct slice s, struct unit *ret_unit)
{
    uint64_t div = 0;

    if (!slice_starts(s, SLICE("1/")) || s.n == 2)
        return -EINVAL;
    for (size_t i = 2; i < s.n; i++) {
        if (!char_is_digit(s.p[i]))
            return -EINVAL;
        div = div * 10 + (uint64_t)(s.p[i] - '0');
        if (div > UINT32_MAX)
            return -EINVAL;
    }
    if (div == 0)
        return -EINVAL;
    *ret_unit = (struct unit){UNIT_DIVISOR, 1, 0, (uint32_t)div};
    return 0;
}

int unit_parse(struct slice s, struct unit *ret_unit)
{
    return find_unit(s, IN_KEY, UNIT_NONE, ret_unit) ? 0 : parse_divisor(s, ret_unit);
}

/* One piece of a composed time, as "2m" in "1h2m3.5s", or the minutes of a clock. */
struct piece {
    struct decimal number;
    struct unit unit;
    bool in_clock;
};

struct pieces {
    struct piece list[PIECES_MAX];
    size_t n;
};

/* total * 10^-scale seconds. */
static void measure_seconds(struct wide total, int scale, bool negative,
                            struct measure *ret_measure)
{
    size_t at = sizeof ret_measure->digits;
    unsigned digit;

    ret_measure->unit = (struct unit){UNIT_TIME, 1, 0, 1};
    ret_measure->number = (struct decimal){
        .exp10 = -scale, .negative = negative, .fits = total.hi == 0, .mantissa = total.lo};
    while (!wide_is_zero(total)) {
        total = wide_tenth(total, &digit);
        ret_measure->digits[--at] = (char)('0' + digit);
    }
    ret_measure->number.digits =
        slice_make(ret_measure->digits + at, sizeof ret_measure->digits - at);
}

/* *total += mantissa * mul * 10^(scale + exp10), false when it does not fit. */
static bool add_scaled(struct wide *total, const struct decimal *number, const struct unit *unit,
                       int scale)
{
    struct wide v = wide_product(number->mantissa, unit->mul);

    for (int e = scale + number->exp10 + unit->exp10; e > 0; e--)
        if (!wide_multiply(v, (struct wide){0, 10}, &v))
            return false;
    return wide_add(*total, v, total);
}

/* Digits with an optional fraction: no sign, no exponent. */
static bool scan_piece(struct slice *s, struct decimal *ret_number)
{
    if (s->n == 0 || s->p[0] == '-' || s->p[0] == '+')
        return false;
    return decimal_scan(s, ret_number) == 0 && ret_number->fits &&
           ret_number->digits.p + ret_number->digits.n == s->p;
}

/* Whether unit b is smaller than unit a: all factors are whole seconds or a power of ten below 1. */
static bool unit_smaller(const struct unit *b, const struct unit *a)
{
    return b->mul < a->mul || (b->mul == a->mul && b->exp10 < a->exp10);
}

/* Each piece is whole but the last, and smaller than the one before. */
static bool add_piece(struct pieces *ps, const struct piece *p)
{
    const struct piece *last = ps->n ? &ps->list[ps->n - 1] : NULL;

    if (ps->n == PIECES_MAX ||
        (last && (last->number.exp10 != 0 || !unit_smaller(&p->unit, &last->unit))))
        return false;
    ps->list[ps->n++] = *p;
    return true;
}

/* A field of a clock behind the first: two digits below 60, in the last perhaps a fraction. */
static bool is_two_digits(struct slice s)
{
    return s.n >= 2 && s.p[0] >= '0' && s.p[0] <= '5' && char_is_digit(s.p[1]) &&
           (s.n == 2 || s.p[2] == '.');
}

/* All of s is "h:mm:ss.fff" or "m:ss.fff". */
static bool read_clock(struct slice s, struct pieces *ps)
{
    static const struct unit units[] = {
        {UNIT_TIME, 3600, 0, 1}, {UNIT_TIME, 60, 0, 1}, {UNIT_TIME, 1, 0, 1}};
    size_t n = slice_count(s, ':') + 1;
    struct slice field;

    if (n > 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct piece p = {.unit = units[3 - n + i], .in_clock = true};

        (void)slice_cut(&s, ':', &field);
        if ((i > 0 && !is_two_digits(field)) || !scan_piece(&field, &p.number) || field.n ||
            !add_piece(ps, &p))
            return false;
    }
    return true;
}

/* "2m" off the front; what divides it from the next goes too. */
static bool read_piece(struct slice *s, struct pieces *ps)
{
    struct piece p = {0};
    struct slice name;
    size_t n = 0;

    if (!scan_piece(s, &p.number))
        return false;
    *s = skip_blanks(*s);
    while (n < s->n && !char_is_digit(s->p[n]) && !memchr(" \t.,:", s->p[n], 6))
        n++;
    name = slice_make(s->p, n);
    *s = skip_blanks(slice_from(*s, n));
    if (slice_starts(*s, SLICE(",")))
        *s = skip_blanks(slice_from(*s, 1));
    return find_unit(name, IN_VALUE, UNIT_TIME, &p.unit) && add_piece(ps, &p);
}

/* Up to the first blank or comma there is a colon. */
static bool begins_clock(struct slice s)
{
    struct slice word = slice_until(s, " \t,");

    return word.n && memchr(word.p, ':', word.n);
}

/* Their sum; only Python writes a sign before days and a clock, and means that of the days. */
static int add_up(const struct pieces *ps, bool negative, struct measure *ret_measure)
{
    const struct piece *last = &ps->list[ps->n - 1];
    bool split = negative && last->in_clock && !ps->list[0].in_clock;
    int scale = -(last->number.exp10 + last->unit.exp10);
    struct wide minus = {0, 0}, total = {0, 0};

    for (size_t i = 0; i < ps->n; i++) {
        const struct piece *p = &ps->list[i];

        if (!add_scaled(split && !p->in_clock ? &minus : &total, &p->number, &p->unit, scale))
            return -EINVAL;
    }
    if (split) {
        negative = wide_cmp(minus, total) > 0;
        total = negative ? wide_minus(minus, total) : wide_minus(total, minus);
    }
    measure_seconds(total, scale, negative, ret_measure);
    return 0;
}

/* A time that is not number and unit. */
static int read_composed(struct slice s, struct measure *ret_measure)
{
    bool negative = s.n && s.p[0] == '-';
    struct pieces ps = {.n = 0};

    if (negative || (s.n && s.p[0] == '+'))
        s = slice_from(s, 1);
    if (s.n > DECIMAL_TEXT_MAX || s.n == 0 || memchr(" \t,", s.p[s.n - 1], 3))
        return -EINVAL;
    while (s.n && !begins_clock(s))
        if (!read_piece(&s, &ps))
            return -EINVAL;
    if (s.n && !read_clock(s, &ps))
        return -EINVAL;
    return add_up(&ps, negative, ret_measure);
}

int units_read(struct slice s, struct slice rest, const struct decimal *d, enum unit_kind kind,
               struct measure *ret_measure)
{
    rest = skip_blanks(rest);
    if (find_unit(rest, IN_VALUE, kind, &ret_measure->unit)) {
        ret_measure->number = *d;
        return 0;
    }
    if (kind != UNIT_TIME && kind != UNIT_NONE)
        return -EINVAL;
    return read_composed(s, ret_measure);
}

int units_read_word(struct slice s, struct decimal *ret_decimal)
{
    if (slice_eq(s, SLICE("true")))
        *ret_decimal = (struct decimal){.digits = SLICE("1"), .mantissa = 1, .fits = true};
    else if (slice_eq(s, SLICE("false")))
        *ret_decimal = (struct decimal){.digits = SLICE("0"), .fits = true};
    else
        return -EINVAL;
    return 0;
}
