/* exact -- a 128-bit mantissa, a sign and a power of ten.
 *
 * 10^38 is the largest power of ten below 2^127, so a sum of two mantissas never overflows, and a
 * product says so itself. Two numbers are brought to one power of ten by multiplying the one with
 * the larger exponent up; what then passes 38 digits is refused, not rounded.
 *
 * A quotient of two doubles is one IEEE division, which rounds right. Otherwise its digits are made
 * as on paper, more than any double needs to be told from its neighbours (767), with a last digit 1
 * that says "and a little more"; decimal.c rounds them once. */
#include "config.h"

#include "base/exact.h"

#include "base/units.h"

#include <errno.h>
#include <float.h>
#include <stdio.h>

enum {
    DIGITS = 38,
    EXP_MAX = 4096,
    QUOTIENT_DIGITS = DIGITS + 800, /* the first 38 may be zeros */
    ZEROS_MAX = 20,                 /* behind the point, of a text without an exponent */
    EXACT_POWERS = 16,              /* of ten below 2^53 */
};

#define TWO_53 (UINT64_C(1) << 53)
static const char padding[] = "00000000000000000000000000000000000000"; /* DIGITS zeros */

#define TEN_19 UINT64_C(10000000000000000000)

/* 10^e, e <= 38. */
static struct wide power(unsigned e)
{
    struct wide p = {0, 1};

    for (; e > 0; e--)
        (void)wide_multiply(p, (struct wide){0, 10}, &p);
    return p;
}

static bool fits(struct wide m)
{
    return wide_cmp(m, wide_product(TEN_19, TEN_19)) < 0;
}

/* *m * by, if it fits. */
static bool grow(struct wide *m, struct wide by)
{
    return wide_multiply(*m, by, m) && fits(*m);
}

/* One that fits, in its one form. False when the exponent does not. */
static bool settle(bool negative, struct wide mantissa, int exp10, struct exact *ret)
{
    unsigned digit = 0;

    if (wide_is_zero(mantissa)) {
        *ret = (struct exact){{0, 0}, 0, false};
        return true;
    }
    for (struct wide m = mantissa; digit == 0;) {
        mantissa = m;
        m = wide_tenth(mantissa, &digit);
        exp10 += digit == 0;
    }
    *ret = (struct exact){mantissa, exp10, negative};
    return exp10 >= -EXP_MAX && exp10 <= EXP_MAX;
}

struct exact exact_make(int64_t mantissa, int exp10)
{
    struct wide m = {0, mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa};
    struct exact e;

    (void)settle(mantissa < 0, m, exp10, &e);
    return e;
}

/* The digits as a number; false when there are more than 38 that count. */
static bool read_digits(const struct decimal *d, struct wide *ret_mantissa, int *ret_exp10)
{
    struct wide m = {0, 0};
    unsigned zeros = 0; /* held back: those at the end do not count */

    *ret_exp10 = d->exp10;
    for (size_t i = 0; i < d->digits.n; i++) {
        char c = d->digits.p[i];

        if (c == '.')
            continue;
        zeros++;
        if (c == '0')
            continue;
        for (; zeros > 0; zeros--)
            if (!grow(&m, (struct wide){0, 10}))
                return false;
        m = wide_plus(m, (uint64_t)(c - '0'));
        if (!fits(m))
            return false;
    }
    *ret_exp10 += (int)zeros;
    *ret_mantissa = m;
    return true;
}

/* decimal * unit */
static int measured(const struct decimal *d, const struct unit *u, struct exact *ret)
{
    struct wide m = {0, d->mantissa};
    struct exact divisor;
    int exp10 = d->exp10;

    if (!d->fits && !read_digits(d, &m, &exp10))
        return -ERANGE;
    if (!grow(&m, (struct wide){0, u->mul}) || !settle(d->negative, m, exp10 + u->exp10, ret))
        return -ERANGE;
    divisor = exact_make(u->div, 0);
    return u->div == 1 || exact_divide(ret, &divisor, ret) ? 0 : -ERANGE;
}

int exact_parse(struct slice s, const struct unit *unit, struct exact *ret)
{
    static const struct unit plain = {UNIT_NONE, 1, 0, 1};
    const struct unit *bare = unit ? unit : &plain;
    struct slice rest = s;
    struct decimal d;
    struct measure m;

    if (decimal_scan(&rest, &d) < 0)
        return units_read_word(s, &d) < 0 ? -EINVAL : measured(&d, bare, ret);
    if (rest.n == 0)
        return measured(&d, bare, ret);
    if (unit && (unit->kind == UNIT_NONE || unit->kind == UNIT_DIVISOR))
        return -EINVAL;
    if (units_read(s, rest, &d, bare->kind, &m) < 0)
        return -EINVAL;
    return measured(&m.number, &m.unit, ret);
}

/* *m * 10^e, if it fits. */
static bool scale(struct wide *m, int e)
{
    return e <= DIGITS && grow(m, power((unsigned)e));
}

/* The sum of two that have one power of ten. */
static bool add_scaled(const struct exact *a, struct wide x, const struct exact *b, struct wide y,
                       int exp10, struct exact *ret)
{
    bool less = wide_cmp(x, y) < 0;

    if (a->negative == b->negative)
        return wide_add(x, y, &x) && fits(x) && settle(a->negative, x, exp10, ret);
    return settle(less ? b->negative : a->negative, less ? wide_minus(y, x) : wide_minus(x, y),
                  exp10, ret);
}

bool exact_add(const struct exact *a, const struct exact *b, struct exact *ret)
{
    struct wide x = a->mantissa, y = b->mantissa;
    int exp10 = a->exp10 < b->exp10 ? a->exp10 : b->exp10;

    if (wide_is_zero(x) || wide_is_zero(y)) {
        *ret = wide_is_zero(x) ? *b : *a;
        return true;
    }
    return scale(&x, a->exp10 - exp10) && scale(&y, b->exp10 - exp10) &&
           add_scaled(a, x, b, y, exp10, ret);
}

bool exact_multiply(const struct exact *a, const struct exact *b, struct exact *ret)
{
    struct wide m = a->mantissa;

    return grow(&m, b->mantissa) && settle(a->negative != b->negative, m, a->exp10 + b->exp10, ret);
}

struct exact exact_negate(const struct exact *a)
{
    return (struct exact){a->mantissa, a->exp10, !a->negative && !wide_is_zero(a->mantissa)};
}

static int count_digits(struct wide m)
{
    unsigned digit;
    int n = 0;

    for (; !wide_is_zero(m); m = wide_tenth(m, &digit))
        n++;
    return n;
}

/* *r * 2 + bit, less m if that is left; returns whether it was. *r is below m, which is below
 * 2^127. */
static unsigned next_bit(struct wide *r, unsigned bit, struct wide m)
{
    *r = (struct wide){r->hi << 1 | r->lo >> 63, r->lo << 1 | bit};
    if (wide_cmp(*r, m) < 0)
        return 0;
    *r = wide_minus(*r, m);
    return 1;
}

/* a / m, and what is left, bit by bit. */
static struct wide divide(struct wide a, struct wide m, struct wide *ret_rest)
{
    struct wide quotient = {0, 0}, rest = {0, 0};

    for (unsigned i = 0; i < 128; i++) {
        unsigned bit = next_bit(&rest, (unsigned)(a.hi >> 63), m);

        a = (struct wide){a.hi << 1 | a.lo >> 63, a.lo << 1};
        quotient = (struct wide){quotient.hi << 1 | quotient.lo >> 63, quotient.lo << 1 | bit};
    }
    *ret_rest = rest;
    return quotient;
}

/* 10 * *rest / m as a digit, and what is left. 10 * *rest may pass 2^128, 2 * *rest does not. */
static char next_digit(struct wide *rest, struct wide m)
{
    struct wide r = *rest;
    unsigned q = next_bit(&r, 0, m);

    q = 2 * q + next_bit(&r, 0, m); /* 10 is (2 * 2 + 1) * 2 */
    (void)wide_add(r, *rest, &r);
    if (wide_cmp(r, m) >= 0) {
        r = wide_minus(r, m);
        q++;
    }
    q = 2 * q + next_bit(&r, 0, m);
    *rest = r;
    return (char)('0' + q);
}

/* The digits of m before `end`; returns where they begin. */
static char *put_digits(char *end, struct wide m)
{
    unsigned digit;

    while (!wide_is_zero(m)) {
        m = wide_tenth(m, &digit);
        *--end = (char)('0' + digit);
    }
    return end;
}

/* a / b * 10^exp10 to the nearest double; a and b are not 0. */
static bool divide_long(struct wide a, struct wide b, int exp10, double *ret)
{
    struct wide rest, whole = divide(a, b, &rest);
    char text[DIGITS + QUOTIENT_DIGITS + 1], *begin = put_digits(text + DIGITS, whole);
    struct decimal d = {.exp10 = exp10};
    struct unit one = UNIT_PLAIN;
    size_t n = DIGITS;
    struct num v;

    for (; !wide_is_zero(rest) && n < sizeof text - 1; n++) {
        text[n] = next_digit(&rest, b);
        d.exp10--;
    }
    if (!wide_is_zero(rest)) {
        text[n++] = '1';
        d.exp10--;
    }
    d.digits = slice_make(begin, (size_t)(text + n - begin));
    if (decimal_value(&d, &one, &v) < 0)
        return false;
    *ret = v.d;
    return true;
}

static bool divide_short(struct wide a, struct wide b, int exp10, double *ret)
{
    if (FLT_EVAL_METHOD != 0 || exp10 <= -EXACT_POWERS || exp10 >= EXACT_POWERS)
        return false;
    if (!(exp10 < 0 ? grow(&b, power((unsigned)-exp10)) : grow(&a, power((unsigned)exp10))))
        return false;
    if (a.hi || b.hi || a.lo > TWO_53 || b.lo > TWO_53)
        return false;
    *ret = (double)a.lo / (double)b.lo;
    return true;
}

bool exact_divide(const struct exact *a, const struct exact *b, struct exact *ret)
{
    bool negative = a->negative != b->negative;
    int exp10 = a->exp10 - b->exp10;
    char text[NUM_TEXT];
    double d;

    if (wide_is_zero(b->mantissa))
        return false;
    if (wide_is_zero(a->mantissa)) {
        *ret = *a;
        return true;
    }
    if (!divide_short(a->mantissa, b->mantissa, exp10, &d) &&
        !divide_long(a->mantissa, b->mantissa, exp10, &d))
        return false;
    return exact_parse(slice_make(text, num_format(text, negative ? -d : d)), NULL, ret) == 0;
}

/* As exact_cmp, of two mantissas that are not 0. */
static int cmp_magnitudes(const struct exact *a, const struct exact *b)
{
    struct wide x = a->mantissa, y = b->mantissa;
    int places = count_digits(x) + a->exp10 - count_digits(y) - b->exp10;

    if (places)
        return places < 0 ? -1 : 1;
    if (a->exp10 > b->exp10) /* of one length: the one with the larger exponent has fewer digits */
        (void)scale(&x, a->exp10 - b->exp10);
    else
        (void)scale(&y, b->exp10 - a->exp10);
    return wide_cmp(x, y);
}

static int sign_of(const struct exact *a)
{
    return wide_is_zero(a->mantissa) ? 0 : a->negative ? -1 : 1;
}

int exact_cmp(const struct exact *a, const struct exact *b)
{
    int x = sign_of(a), y = sign_of(b);

    return x != y ? (x > y ? 1 : -1) : x ? x * cmp_magnitudes(a, b) : 0;
}

size_t exact_format(char out[EXACT_TEXT], const struct exact *a)
{
    char text[DIGITS], *digits = put_digits(text + DIGITS, a->mantissa);
    int n = (int)(text + DIGITS - digits), point = n + a->exp10; /* digits before the point */
    const char *sign = a->negative ? "-" : "";

    if (n == 0)
        return (size_t)snprintf(out, EXACT_TEXT, "0");
    if (point > DIGITS || point < -ZEROS_MAX)
        return (size_t)snprintf(out, EXACT_TEXT, "%s%.*se%d", sign, n, digits, a->exp10);
    if (point <= 0)
        return (size_t)snprintf(out, EXACT_TEXT, "%s0.%.*s%.*s", sign, -point, padding, n, digits);
    if (point >= n)
        return (size_t)snprintf(out, EXACT_TEXT, "%s%.*s%.*s", sign, n, digits, point - n, padding);
    return (size_t)snprintf(out, EXACT_TEXT, "%s%.*s.%.*s", sign, point, digits, n - point,
                            digits + point);
}
