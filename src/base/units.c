/* units -- which units there are, and values of several pieces.
 *
 *     bare      12.345  -1e-3  true          times the unit that the caller gives
 *     own unit  1.5MiB  45 %  850.417us      the caller's unit is not applied
 *     pieces    1h2m3.5s  24h0m0s            as Go prints durations; each unit is smaller than
 *                                            the one before
 *     clock     0:00:31.877  5:07            hours may be missing; minutes and seconds below 60
 *
 * Pieces and clocks become one decimal first (decimal.c then rounds once), in 128 bits: what does
 * not fit is no time that a log means, and is refused. */
#include "config.h"

#include "base/units.h"

#include <errno.h>

__extension__ typedef unsigned __int128 u128;

enum { PIECES_MAX = 6 };

/* A rule's key `unit` and a value in a log know nearly the same names; the flags say where they
 * differ: "m" is minutes in Go's durations but too short to be clear in a rule, and a rule spells
 * percent out. Decimal and binary sizes are told apart strictly: "KB" is neither. */
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

/* One piece of a composed time, as "2m" in "1h2m3.5s". */
struct piece {
    struct decimal number;
    struct unit unit;
};

/* total * 10^-scale seconds. */
static void measure_seconds(u128 total, int scale, bool negative, struct measure *ret_measure)
{
    size_t at = sizeof ret_measure->digits;

    ret_measure->unit = (struct unit){UNIT_TIME, 1, 0, 1};
    ret_measure->number = (struct decimal){.exp10 = -scale,
                                           .negative = negative,
                                           .fits = total <= UINT64_MAX,
                                           .mantissa = (uint64_t)total};
    for (; total; total /= 10)
        ret_measure->digits[--at] = (char)('0' + (int)(total % 10));
    ret_measure->number.digits =
        slice_make(ret_measure->digits + at, sizeof ret_measure->digits - at);
}

/* *total += mantissa * mul * 10^(scale + exp10), false when it does not fit. */
static bool add_scaled(u128 *total, const struct decimal *number, const struct unit *unit,
                       int scale)
{
    u128 v = (u128)number->mantissa * unit->mul;

    for (int e = scale + number->exp10 + unit->exp10; e > 0; e--)
        if (__builtin_mul_overflow(v, (u128)10, &v))
            return false;
    return !__builtin_add_overflow(*total, v, total);
}

/* Digits with an optional fraction: no sign, no exponent. */
static bool scan_piece(struct slice *s, struct decimal *ret_number)
{
    if (s->n == 0 || s->p[0] == '-' || s->p[0] == '+')
        return false;
    return decimal_scan(s, ret_number) == 0 && ret_number->fits &&
           ret_number->digits.p + ret_number->digits.n == s->p;
}

static struct slice cut_name(struct slice *s)
{
    struct slice name = *s;
    size_t n = 0;

    while (n < s->n && !char_is_digit(s->p[n]) && s->p[n] != '.')
        n++;
    name.n = n;
    *s = slice_from(*s, n);
    return name;
}

/* Whether unit b is smaller than unit a: all factors are 3600, 60 or a power of ten below 1. */
static bool unit_smaller(const struct unit *b, const struct unit *a)
{
    return b->mul < a->mul || (b->mul == a->mul && b->exp10 < a->exp10);
}

/* "1h2m3.5s" after its sign. Only the last piece may have a fraction. */
static int read_pieces(struct slice s, bool negative, struct measure *ret_measure)
{
    struct piece pieces[PIECES_MAX];
    size_t n = 0;
    u128 total = 0;
    int scale;

    while (s.n) {
        struct piece *p = &pieces[n];

        if (n == PIECES_MAX || (n && pieces[n - 1].number.exp10 != 0) ||
            !scan_piece(&s, &p->number) ||
            !find_unit(cut_name(&s), IN_VALUE, UNIT_TIME, &p->unit) ||
            (n && !unit_smaller(&p->unit, &p[-1].unit)))
            return -EINVAL;
        n++;
    }
    scale = -(pieces[n - 1].number.exp10 + pieces[n - 1].unit.exp10);
    for (size_t i = 0; i < n; i++)
        if (!add_scaled(&total, &pieces[i].number, &pieces[i].unit, scale))
            return -EINVAL;
    measure_seconds(total, scale, negative, ret_measure);
    return 0;
}

/* The last field of a clock: two digits below 60, then perhaps a fraction. */
static bool is_two_digits(struct slice s)
{
    return s.n >= 2 && s.p[0] >= '0' && s.p[0] <= '5' && char_is_digit(s.p[1]) &&
           (s.n == 2 || s.p[2] == '.');
}

/* "h:mm:ss.fff" or "m:ss.fff" after its sign. */
static int read_clock(struct slice s, bool negative, struct measure *ret_measure)
{
    static const struct unit units[] = {
        {UNIT_TIME, 3600, 0, 1}, {UNIT_TIME, 60, 0, 1}, {UNIT_TIME, 1, 0, 1}};
    struct slice fields[3], field;
    struct decimal numbers[3];
    size_t n = 0;
    u128 total = 0;

    while (slice_cut(&s, ':', &field)) {
        if (n == 3)
            return -EINVAL;
        fields[n++] = field;
    }
    for (size_t i = 0; i < n; i++) {
        if ((i > 0 && !is_two_digits(fields[i])) || !scan_piece(&fields[i], &numbers[i]) ||
            fields[i].n || (i < n - 1 && numbers[i].exp10 != 0))
            return -EINVAL;
    }
    for (size_t i = 0; i < n; i++)
        if (!add_scaled(&total, &numbers[i], &units[3 - n + i], -numbers[n - 1].exp10))
            return -EINVAL;
    measure_seconds(total, -numbers[n - 1].exp10, negative, ret_measure);
    return 0;
}

/* A time that is not number and unit. */
static int read_composed(struct slice s, struct measure *ret_measure)
{
    bool negative = s.n && s.p[0] == '-';

    if (negative || (s.n && s.p[0] == '+'))
        s = slice_from(s, 1);
    if (s.n > DECIMAL_TEXT_MAX || s.n == 0)
        return -EINVAL;
    if (memchr(s.p, ':', s.n))
        return read_clock(s, negative, ret_measure);
    return read_pieces(s, negative, ret_measure);
}

int units_read(struct slice s, struct slice rest, const struct decimal *d, enum unit_kind kind,
               struct measure *ret_measure)
{
    while (rest.n && rest.p[0] == ' ')
        rest = slice_from(rest, 1);
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
