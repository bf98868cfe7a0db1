/* decimal -- from digits and a unit to the nearest double, with one rounding.
 *
 * The fast path is Clinger's (How to Read Floating Point Numbers Accurately, PLDI 1990): when
 * mantissa * mul is at most 2^53 and the power of ten is exact in a double (10^22 is the last), a
 * single IEEE multiplication or division rounds correctly. Nearly all numbers in logs are such.
 *
 * The middle path takes the floats of 16 to 19 digits that JSON writers love. It is the idea of
 * Eisel and Lemire (Number Parsing at a Gigabyte per Second, Software: Practice and Experience 51,
 * 2021) in its simplest form: mantissa times a 128-bit power of ten; if the error of that power
 * could change the rounding, give up.
 *
 * The slow path is exact and plain: the digits in an array, multiplied and divided by the small
 * integers of the unit as on paper, then strtod on the digits (which have no decimal point, so the
 * locale has no say). A division that does not end is cut after more digits than any double needs
 * to be told from its neighbours (767), with a last digit 1 that says "and a little more". */
#include "config.h"

#include "base/decimal.h"

#include "base/pow10.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXP_LIMIT = 100000, /* a written exponent is held inside this; all doubles lie far within */
    DIGITS_MAX = 2048,
    DIVIDE_MAX = DIGITS_MAX - 64 /* digits of a quotient before it is cut */
};

#define TWO_53 (UINT64_C(1) << 53)

/* The exponent, if one stands there: 'e' without digits is left alone, it may begin a unit. */
static int scan_exponent(const char **p, const char *end)
{
    const char *at = *p;
    bool negative = false;
    int e = 0;

    if (at == end || (*at != 'e' && *at != 'E'))
        return 0;
    at++;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end || !char_is_digit(*at))
        return 0;
    for (; at < end && char_is_digit(*at); at++)
        if (e < EXP_LIMIT)
            e = e * 10 + (*at - '0');
    *p = at;
    return negative ? -e : e;
}

/* Whether at most 19 digits are left without leading zeros: then the mantissa has not wrapped. */
static bool fits_64(struct slice digits)
{
    size_t i = 0, significant = 0;

    while (i < digits.n && (digits.p[i] == '0' || digits.p[i] == '.'))
        i++;
    for (; i < digits.n; i++)
        significant += digits.p[i] != '.';
    return significant <= 19;
}

int decimal_scan(struct slice *s, struct decimal *ret_decimal)
{
    const char *p = s->p, *end, *start, *point = NULL;
    struct decimal d = {0};
    uint64_t m = 0;

    if (s->n == 0 || s->n > DECIMAL_TEXT_MAX)
        return -EINVAL;
    end = p + s->n;
    if (*p == '-' || *p == '+')
        d.negative = *p++ == '-';
    start = p;
    for (; p < end && char_is_digit(*p); p++)
        m = m * 10 + (uint64_t)(*p - '0');
    if (p < end && *p == '.') {
        point = p++;
        for (; p < end && char_is_digit(*p); p++)
            m = m * 10 + (uint64_t)(*p - '0');
    }
    d.digits = slice_make(start, (size_t)(p - start));
    if (d.digits.n == (point != NULL))
        return -EINVAL; /* no digit */
    d.exp10 = point ? -(int)(p - point - 1) : 0;
    d.mantissa = m;
    d.fits = d.digits.n <= 19 || fits_64(d.digits);
    d.exp10 += scan_exponent(&p, end);
    *s = slice_from(*s, (size_t)(p - s->p));
    *ret_decimal = d;
    return 0;
}

const double decimal_powers[DECIMAL_POWERS] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* 10^e as an integer; e <= 19. */
static uint64_t power_u64(int e)
{
    return (uint64_t)decimal_powers[e];
}

/* n * 10^e / div as a whole number below 2^64, if it is one; where e > 0, div is 1. */
static bool exact_integer(uint64_t n, int e, uint64_t div, uint64_t *ret_u)
{
    uint64_t scale;

    if (n == 0) {
        *ret_u = 0;
        return true;
    }
    if (e < -19 || e > 19)
        return false; /* no 64-bit number is that round, or holds that much */
    scale = power_u64(e < 0 ? -e : e);
    if (e < 0 ? __builtin_mul_overflow(div, scale, &div) : __builtin_mul_overflow(n, scale, &n))
        return false; /* a divisor above n, or (with e > 0, div is 1 here) a number past 2^64 */
    if (n % div != 0)
        return false;
    *ret_u = n / div;
    return true;
}

/* n * 10^e / div with one IEEE operation, if that is correctly rounded; else false. */
static bool clinger(uint64_t n, int e, uint64_t div, double *ret_d)
{
    if (FLT_EVAL_METHOD != 0 || n > TWO_53 || e <= -DECIMAL_POWERS || e >= DECIMAL_POWERS)
        return false;
    if (div == 1) {
        *ret_d = e < 0 ? (double)n / decimal_powers[-e] : (double)n * decimal_powers[e];
        return true;
    }
    if (e > 0 || e < -19 || __builtin_mul_overflow(div, power_u64(-e), &div) || div > TWO_53)
        return false;
    *ret_d = (double)n / (double)div;
    return true;
}

/* n * 10^e for any n > 0, unless it is too close to the middle between two doubles, or the result
 * is not a normal number. */
static bool eisel_lemire(uint64_t n, int e, double *ret_d)
{
    struct wide g, product;
    uint64_t m, rest, half;
    int zeros, shift, biased;

    if (n == 0 || e < POW10_MIN || e > POW10_MAX)
        return false;
    zeros = __builtin_clzll(n);
    n <<= zeros;
    g = pow10_get(e);
    /* The upper 128 of 192 bits. The power is less than 1 too large and what is cut off is less
     * than 1, so the true product lies within 1 on either side. */
    product = wide_plus(wide_product(n, g.hi), wide_product(n, g.lo).hi);
    shift = 10 + (int)(product.hi >> 63);
    half = UINT64_C(1) << (shift - 1);
    rest = product.hi & ((half << 1) - 1);
    if (rest == half ? product.lo <= 1 : rest == half - 1 && product.lo == UINT64_MAX)
        return false;
    m = (product.hi >> shift) + (rest >= half);
    biased = shift + 128 - zeros + ((e * 1741647) >> 19) - 127 + 1075;
    if (biased < 1 || biased > 2045)
        return false;
    /* The hidden bit of m counts the exponent up by one; so does the carry when m is 2^53. */
    m += (uint64_t)(biased - 1) << 52;
    memcpy(ret_d, &m, sizeof m);
    return true;
}

static bool fast_value(const struct decimal *d, const struct unit *u, struct num *ret_num)
{
    struct num v = {0};
    int e = d->exp10 + u->exp10;
    uint64_t n;

    if (!d->fits || __builtin_mul_overflow(d->mantissa, u->mul, &n) ||
        !(clinger(n, e, u->div, &v.d) || (u->div == 1 && eisel_lemire(n, e, &v.d))))
        return false;
    if (d->negative && n != 0) {
        v.d = -v.d;
    } else if (e == 0 && u->div == 1) {
        v.integral = true;
        v.u = n;
    } else {
        /* A whole number below 2^64 rounds to a whole one: a fraction in the double settles it. */
        v.integral =
            v.d < 0x1p64 && v.d == (double)(uint64_t)v.d && exact_integer(n, e, u->div, &v.u);
    }
    *ret_num = v;
    return true;
}

/* The exact number: its digits and their own exponent; no leading zero once trimmed. */
struct digits {
    unsigned char d[DIGITS_MAX];
    size_t n;
    int exp10;
};

static void digits_trim(struct digits *x)
{
    size_t lead = 0;

    while (x->n && x->d[x->n - 1] == 0) {
        x->n--;
        x->exp10++;
    }
    while (lead < x->n && x->d[lead] == 0)
        lead++;
    x->n -= lead;
    memmove(x->d, x->d + lead, x->n);
}

static void digits_load(struct digits *x, const struct decimal *d)
{
    x->n = 0;
    x->exp10 = d->exp10;
    for (size_t i = 0; i < d->digits.n; i++)
        if (d->digits.p[i] != '.')
            x->d[x->n++] = (unsigned char)(d->digits.p[i] - '0');
    digits_trim(x);
}

/* mul < 2^59, so that a carry and nine times mul fit. */
static void digits_multiply(struct digits *x, uint64_t mul)
{
    unsigned char high[24];
    size_t nhigh = 0;
    uint64_t carry = 0;

    for (size_t i = x->n; i-- > 0;) {
        carry += x->d[i] * mul;
        x->d[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    for (; carry; carry /= 10)
        high[nhigh++] = (unsigned char)(carry % 10);
    memmove(x->d + nhigh, x->d, x->n);
    for (size_t i = 0; i < nhigh; i++)
        x->d[i] = high[nhigh - 1 - i];
    x->n += nhigh;
}

static void digits_divide(struct digits *x, uint32_t div)
{
    uint64_t rest = 0;

    for (size_t i = 0; i < x->n; i++) {
        rest = rest * 10 + x->d[i];
        x->d[i] = (unsigned char)(rest / div);
        rest %= div;
    }
    for (; rest && x->n < DIVIDE_MAX; x->exp10--) {
        rest *= 10;
        x->d[x->n++] = (unsigned char)(rest / div);
        rest %= div;
    }
    if (rest) {
        x->d[x->n++] = 1;
        x->exp10--;
    }
}

static bool digits_integer(const struct digits *x, uint64_t *ret_u)
{
    uint64_t u = 0;

    if (x->n && (x->exp10 < 0 || x->exp10 > 20))
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (__builtin_mul_overflow(u, 10u, &u) || __builtin_add_overflow(u, x->d[i], &u))
            return false;
    for (int i = 0; x->n && i < x->exp10; i++)
        if (__builtin_mul_overflow(u, 10u, &u))
            return false;
    *ret_u = u;
    return true;
}

static double digits_double(const struct digits *x)
{
    char text[DIGITS_MAX + 16];

    if (x->n == 0)
        return 0;
    for (size_t i = 0; i < x->n; i++)
        text[i] = (char)('0' + x->d[i]);
    (void)snprintf(text + x->n, 16, "E%d", x->exp10);
    return strtod(text, NULL);
}

static int slow_value(const struct decimal *d, const struct unit *u, struct num *ret_num)
{
    struct digits x;
    struct num v = {0};

    digits_load(&x, d);
    x.exp10 += u->exp10;
    digits_multiply(&x, u->mul);
    digits_divide(&x, u->div);
    digits_trim(&x);
    v.d = digits_double(&x);
    if (isinf(v.d))
        return -EINVAL;
    if (d->negative && x.n)
        v.d = -v.d;
    else
        v.integral = digits_integer(&x, &v.u);
    *ret_num = v;
    return 0;
}

int decimal_value(const struct decimal *d, const struct unit *u, struct num *ret_num)
{
    if (fast_value(d, u, ret_num))
        return 0;
    return slow_value(d, u, ret_num);
}
