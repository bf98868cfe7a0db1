/* exact -- a 128-bit mantissa and a power of ten.
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

__extension__ typedef unsigned __int128 u128;

enum {
    DIGITS = 38,
    EXP_MAX = 4096,
    QUOTIENT_DIGITS = DIGITS + 800, /* the first 38 may be zeros */
    ZEROS_MAX = 20,                 /* behind the point, of a text without an exponent */
};

#define TWO_53 (UINT64_C(1) << 53)
static const char padding[] = "00000000000000000000000000000000000000"; /* DIGITS zeros */

#define TEN_19 UINT64_C(10000000000000000000)

/* 10^e, e <= 38. */
static u128 power(unsigned e)
{
    u128 p = 1;

    for (; e > 0; e--)
        p *= 10;
    return p;
}

static bool fits(exact_int m)
{
    const exact_int limit = (exact_int)((u128)TEN_19 * TEN_19);

    return m < limit && m > -limit;
}

/* One that fits, in its one form. False when the exponent does not. */
static bool settle(exact_int mantissa, int exp10, struct exact *ret)
{
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        exp10++;
    }
    *ret = (struct exact){mantissa, mantissa == 0 ? 0 : exp10};
    return ret->exp10 >= -EXP_MAX && ret->exp10 <= EXP_MAX;
}

struct exact exact_make(exact_int mantissa, int exp10)
{
    struct exact e;

    (void)settle(mantissa, exp10, &e);
    return e;
}

/* The digits as a number; false when there are more than 38 that count. */
static bool read_digits(const struct decimal *d, exact_int *ret_mantissa, int *ret_exp10)
{
    exact_int m = 0;
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
            if (__builtin_mul_overflow(m, (exact_int)10, &m) || !fits(m))
                return false;
        m += c - '0';
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
    struct exact divisor;
    exact_int m = (exact_int)d->mantissa;
    int exp10 = d->exp10;

    if (!d->fits && !read_digits(d, &m, &exp10))
        return -ERANGE;
    if (__builtin_mul_overflow(m, (exact_int)u->mul, &m) || !fits(m) ||
        !settle(d->negative ? -m : m, exp10 + u->exp10, ret))
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

/* m * 10^e, if it fits. */
static bool scale(exact_int m, int e, exact_int *ret)
{
    *ret = m;
    if (m == 0)
        return true;
    return e <= DIGITS && !__builtin_mul_overflow(m, (exact_int)power((unsigned)e), ret) &&
           fits(*ret);
}

bool exact_add(const struct exact *a, const struct exact *b, struct exact *ret)
{
    int exp10;
    exact_int x, y;

    if (a->mantissa == 0 || b->mantissa == 0) {
        *ret = a->mantissa == 0 ? *b : *a;
        return true;
    }
    exp10 = a->exp10 < b->exp10 ? a->exp10 : b->exp10;
    return scale(a->mantissa, a->exp10 - exp10, &x) && scale(b->mantissa, b->exp10 - exp10, &y) &&
           fits(x + y) && settle(x + y, exp10, ret);
}

bool exact_multiply(const struct exact *a, const struct exact *b, struct exact *ret)
{
    exact_int m;

    return !__builtin_mul_overflow(a->mantissa, b->mantissa, &m) && fits(m) &&
           settle(m, a->exp10 + b->exp10, ret);
}

struct exact exact_negate(const struct exact *a)
{
    return (struct exact){-a->mantissa, a->exp10};
}

static u128 magnitude(const struct exact *a)
{
    return a->mantissa < 0 ? (u128)-a->mantissa : (u128)a->mantissa;
}

static int count_digits(u128 m)
{
    int n = 0;

    for (; m; m /= 10)
        n++;
    return n;
}

/* 10 * *rest / m as a digit, and what is left. 10 * *rest may pass 2^128, 2 * *rest does not. */
static char next_digit(u128 *rest, u128 m)
{
    u128 r = *rest;
    unsigned q = 0;

    for (int step = 0; step < 3; step++) { /* 10 is binary 1010 */
        r *= 2;
        q *= 2;
        if (r >= m) {
            r -= m;
            q++;
        }
        if (step == 1) {
            r += *rest;
            if (r >= m) {
                r -= m;
                q++;
            }
        }
    }
    *rest = r;
    return (char)('0' + q);
}

/* The digits of m before `end`; returns where they begin. */
static char *put_digits(char *end, u128 m)
{
    for (; m; m /= 10)
        *--end = (char)('0' + (int)(m % 10));
    return end;
}

/* a / b * 10^exp10 to the nearest double; a and b are not 0. */
static bool divide_long(u128 a, u128 b, int exp10, double *ret)
{
    char text[DIGITS + QUOTIENT_DIGITS + 1], *begin = put_digits(text + DIGITS, a / b);
    struct decimal d = {.exp10 = exp10};
    struct unit one = UNIT_PLAIN;
    u128 rest = a % b;
    size_t n = DIGITS;
    struct num v;

    for (; rest && n < sizeof text - 1; n++) {
        text[n] = next_digit(&rest, b);
        d.exp10--;
    }
    if (rest) {
        text[n++] = '1';
        d.exp10--;
    }
    d.digits = slice_make(begin, (size_t)(text + n - begin));
    if (decimal_value(&d, &one, &v) < 0)
        return false;
    *ret = v.d;
    return true;
}

static bool divide_short(u128 a, u128 b, int exp10, double *ret)
{
    if (FLT_EVAL_METHOD != 0 || exp10 <= -DIGITS || exp10 >= DIGITS || a > TWO_53 || b > TWO_53)
        return false;
    if (exp10 < 0 ? __builtin_mul_overflow(b, power((unsigned)-exp10), &b)
                  : __builtin_mul_overflow(a, power((unsigned)exp10), &a))
        return false;
    if (a > TWO_53 || b > TWO_53)
        return false;
    *ret = (double)a / (double)b;
    return true;
}

bool exact_divide(const struct exact *a, const struct exact *b, struct exact *ret)
{
    bool negative = (a->mantissa < 0) != (b->mantissa < 0);
    u128 x = magnitude(a), y = magnitude(b);
    int exp10 = a->exp10 - b->exp10;
    char text[NUM_TEXT];
    double d;

    if (y == 0)
        return false;
    if (x == 0) {
        *ret = (struct exact){0, 0};
        return true;
    }
    if (!divide_short(x, y, exp10, &d) && !divide_long(x, y, exp10, &d))
        return false;
    return exact_parse(slice_make(text, num_format(text, negative ? -d : d)), NULL, ret) == 0;
}

int exact_cmp(const struct exact *a, const struct exact *b)
{
    int sign = a->mantissa < 0 ? -1 : 1, places;
    u128 x = magnitude(a), y = magnitude(b);

    if (a->mantissa == 0 || b->mantissa == 0 || (a->mantissa < 0) != (b->mantissa < 0))
        return (a->mantissa > b->mantissa) - (a->mantissa < b->mantissa);
    places = count_digits(x) + a->exp10 - count_digits(y) - b->exp10;
    if (places)
        return places > 0 ? sign : -sign;
    if (a->exp10 > b->exp10) /* of one length: the one with the larger exponent has fewer digits */
        x *= power((unsigned)(a->exp10 - b->exp10));
    else
        y *= power((unsigned)(b->exp10 - a->exp10));
    return x > y ? sign : x < y ? -sign : 0;
}

size_t exact_format(char out[EXACT_TEXT], const struct exact *a)
{
    char text[DIGITS], *digits = put_digits(text + DIGITS, magnitude(a));
    int n = (int)(text + DIGITS - digits), point = n + a->exp10; /* digits before the point */
    const char *sign = a->mantissa < 0 ? "-" : "";

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
