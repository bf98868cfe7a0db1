/* num -- what counts as a number: bare, or with a unit of its own (units.c). Nearly every value is a
 * short bare one, which needs neither. */
#include "config.h"

#include "base/num.h"

#include "base/units.h"

#include <errno.h>

enum { SHORT_MAX = 15 };

/* A value with a unit of its own: `s` is all of it, `rest` what follows the first number. */
static int parse_own(struct slice s, struct slice rest, const struct decimal *d,
                     enum unit_kind kind, int shift, struct num *ret_num, enum unit_kind *ret_kind)
{
    struct measure m;

    if (units_read(s, rest, d, kind, &m) < 0)
        return -EINVAL;
    *ret_kind = m.unit.kind;
    m.unit.exp10 += shift;
    return decimal_value(&m.number, &m.unit, ret_num);
}

static int parse_word(struct slice s, const struct unit *unit, struct num *ret_num)
{
    struct decimal d;

    if (units_read_word(s, &d) < 0)
        return -EINVAL;
    return decimal_value(&d, unit, ret_num);
}

/* What nearly every value is: at most 15 digits, perhaps with a point, times a power of ten that a
 * double holds exactly; then one division rounds right (Clinger 1990). Below 2^50 the quotient is
 * whole only if it is exactly so. False: the general way must say. */
static bool parse_short(struct slice s, const struct unit *unit, struct num *ret_num)
{
    int scale = -unit->exp10;
    uint64_t m = 0;
    size_t point = s.n;

    if (s.n == 0 || s.n > SHORT_MAX || unit->mul != 1 || unit->div != 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

        if (digit <= 9)
            m = m * 10 + digit;
        else if (s.p[i] == '.' && point == s.n && i > 0 && i + 1 < s.n)
            point = i;
        else
            return false;
    }
    if (point < s.n)
        scale += (int)(s.n - point - 1);
    if (scale < 0 || scale >= DECIMAL_POWERS)
        return false;
    ret_num->d = (double)m / decimal_powers[scale];
    ret_num->u = (uint64_t)ret_num->d;
    ret_num->integral = (double)ret_num->u >= ret_num->d;
    return true;
}

int num_parse(struct slice s, const struct unit *unit, struct num *ret_num)
{
    struct slice rest = s;
    struct decimal d;
    enum unit_kind kind;

    if (parse_short(s, unit, ret_num))
        return 0;
    if (decimal_scan(&rest, &d) < 0)
        return parse_word(s, unit, ret_num);
    if (rest.n == 0)
        return decimal_value(&d, unit, ret_num);
    if (unit->kind == UNIT_NONE || unit->kind == UNIT_DIVISOR)
        return -EINVAL;
    return parse_own(s, rest, &d, unit->kind, 0, ret_num, &kind);
}

/* As num_parse_any, times 10^shift; `want` restricts the kind of unit (UNIT_NONE: any). */
static int parse_any(struct slice s, enum unit_kind want, int shift, struct num *ret_num,
                     enum unit_kind *ret_kind)
{
    struct unit bare = UNIT_PLAIN;
    struct slice rest = s;
    struct decimal d;
    int r;

    r = decimal_scan(&rest, &d);
    if (r < 0)
        return r;
    if (rest.n)
        return parse_own(s, rest, &d, want, shift, ret_num, ret_kind);
    bare.exp10 = shift;
    r = decimal_value(&d, &bare, ret_num);
    if (r == 0)
        *ret_kind = UNIT_NONE;
    return r;
}

int num_parse_any(struct slice s, struct num *ret_num, enum unit_kind *ret_kind)
{
    return parse_any(s, UNIT_NONE, 0, ret_num, ret_kind);
}

/* A whole number of the smallest unit, for configuration. */
static int parse_whole(struct slice s, enum unit_kind want, int shift, uint64_t max,
                       uint64_t *ret_u)
{
    enum unit_kind kind;
    struct num v;
    int r = parse_any(s, want, shift, &v, &kind);

    if (r < 0)
        return r;
    if (kind == UNIT_NONE && !(v.integral && v.u == 0))
        return -EINVAL;
    if (!v.integral)
        return v.d >= 0x1p64 ? -ERANGE : -EINVAL;
    if (v.u > max)
        return -ERANGE;
    *ret_u = v.u;
    return 0;
}

int duration_parse(struct slice s, int64_t *ret_ns)
{
    uint64_t u;
    int r = parse_whole(s, UNIT_TIME, 9, INT64_MAX, &u);

    if (r == 0)
        *ret_ns = (int64_t)u;
    return r;
}

int size_parse(struct slice s, uint64_t *ret_bytes)
{
    return parse_whole(s, UNIT_SIZE, 0, UINT64_MAX, ret_bytes);
}
