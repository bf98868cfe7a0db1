/* num -- what counts as a number: bare, or with a unit of its own (units.c). Nearly every value is a
 * short bare one, which needs neither. */
#include "config.h"

#include "base/num.h"

#include "base/units.h"
#include "base/wide.h"
#include "base/word.h"

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

/* 1 to 15 bytes, less '0' each, as two words with the last byte highest; those in front are 0. */
static inline struct wide load_short(struct slice s)
{
    const char *p = s.p;
    unsigned n = (unsigned)s.n, missing = 8 * (8 - n % 8);
    uint64_t v;

    if (n >= 8)
        return (struct wide){(word_load(p) ^ WORD_OF('0')) << (missing - 8) << 8,
                             word_load(p + n - 8) ^ WORD_OF('0')};
    if (n >= 4)
        v = word_load4(p) << missing | word_load4(p + n - 4) << 32;
    else
        v = (uint64_t)(unsigned char)p[0] << missing |
            (uint64_t)(unsigned char)p[n / 2] << (missing + 8 * (n / 2)) |
            (uint64_t)(unsigned char)p[n - 1] << 56;
    return (struct wide){0, v ^ WORD_OF('0') << missing};
}

/* Takes the byte out that is `at` bits from the first. */
static inline void take_out(struct wide *v, unsigned at)
{
    uint64_t *word = at < 64 ? &v->hi : &v->lo, before = *word & ((UINT64_C(1) << at % 64) - 1);

    *word = (*word & (UINT64_MAX << at % 64 << 8)) | before << 8;
    if (at >= 64) {
        v->lo |= v->hi >> 56;
        v->hi <<= 8;
    }
}

/* What nearly every value is: at most 15 digits, perhaps with a point, times a power of ten that a
 * double holds exactly; then one division rounds right (Clinger 1990). Below 2^50 the quotient is
 * whole only if it is exactly so. False: the general way must say. */
static inline bool parse_short(struct slice s, const struct unit *unit, struct num *ret_num)
{
    int scale = -unit->exp10;

    if (s.n - 1 >= SHORT_MAX || unit->mul != 1 || unit->div != 1)
        return false;
    struct wide v = load_short(s), others = {word_no_digits(v.hi), word_no_digits(v.lo)};

    if (others.hi | others.lo) {
        unsigned at = others.hi ? (unsigned)__builtin_ctzll(others.hi) & 56
                                : 64 + ((unsigned)__builtin_ctzll(others.lo) & 56);
        size_t behind = 15 - at / 8; /* digits */

        if (behind == 0 || behind + 1 >= s.n || s.p[s.n - 1 - behind] != '.')
            return false;
        take_out(&v, at);
        if (word_no_digits(v.hi) | word_no_digits(v.lo))
            return false;
        scale += (int)behind;
    }
    if (scale < 0 || scale >= DECIMAL_POWERS)
        return false;
    uint64_t m = word_number(v.lo);

    if (v.hi)
        m += word_number(v.hi) * 100000000;
    ret_num->d = (double)(int64_t)m / decimal_powers[scale];
    ret_num->u = (uint64_t)(int64_t)ret_num->d;
    ret_num->integral = (double)(int64_t)ret_num->u >= ret_num->d;
    return true;
}

/* Whatever it is. */
static __attribute__((noinline)) int parse(struct slice s, const struct unit *unit,
                                           struct num *ret_num)
{
    struct slice rest = s;
    struct decimal d;
    enum unit_kind kind;

    if (decimal_scan(&rest, &d) < 0)
        return parse_word(s, unit, ret_num);
    if (rest.n == 0)
        return decimal_value(&d, unit, ret_num);
    if (unit->kind == UNIT_NONE || unit->kind == UNIT_DIVISOR)
        return -EINVAL;
    return parse_own(s, rest, &d, unit->kind, 0, ret_num, &kind);
}

int num_parse(struct slice s, const struct unit *unit, struct num *ret_num)
{
    return parse_short(s, unit, ret_num) ? 0 : parse(s, unit, ret_num);
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
