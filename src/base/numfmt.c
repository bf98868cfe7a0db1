/* numfmt -- numbers as text: shortest digits that read back as the same double.
 *
 * The digits come from Schubfach (Raffaello Giulietti, The Schubfach way to render doubles, 2020):
 * three multiplications by a 128-bit power of ten give the double and the two ends of its rounding
 * interval, each to two bits more than a whole number of 10^k; the shortest decimal inside is then
 * one of four candidates. No loop, no allocation, no retry. Whole numbers below 2^53, which is what
 * nearly all metrics are, do not need it. */
#include "config.h"

#include "base/num.h"

#include "base/pow10.h"

#include <math.h>

/* digits * 10^exp10; no trailing zeros. */
struct shortest {
    uint64_t digits;
    int exp10;
};

/* floor(g * c / 2^128), the last bit also set when something was cut off ("round to odd"). */
static uint64_t multiply_odd(struct wide g, uint64_t c)
{
    struct wide high = wide_plus(wide_product(g.hi, c), wide_product(g.lo, c).hi);

    return high.hi | (high.lo > 1);
}

/* Section 9 of the paper, in units of 10^k / 4: vb is the double, lower to upper reads back. */
static struct shortest pick(uint64_t lower, uint64_t vb, uint64_t upper, int k)
{
    uint64_t s = vb / 4, mid = 4 * s + 2;
    bool down, up;

    if (s >= 10) {
        uint64_t t = s / 10;

        down = lower <= 40 * t;
        up = 40 * t + 40 <= upper;
        if (down != up)
            return (struct shortest){t + up, k + 1};
    }
    down = lower <= 4 * s;
    up = 4 * s + 4 <= upper;
    if (down == up)
        up = vb > mid || (vb == mid && (s & 1));
    return (struct shortest){s + up, k};
}

static void strip_zeros(struct shortest *s)
{
    while (s->digits % 100 == 0) {
        s->digits /= 100;
        s->exp10 += 2;
    }
    if (s->digits % 10 == 0) {
        s->digits /= 10;
        s->exp10++;
    }
}

/* v > 0, finite. The constants are log10(2), log10(3/4) and log2(10) as fractions; proven in the
 * paper for all exponents of a double. */
static struct shortest shortest_of(double v)
{
    uint64_t bits, fraction, c;
    struct shortest result;
    struct wide g;
    bool odd, closer;
    int q, k, h, biased;

    memcpy(&bits, &v, sizeof bits);
    fraction = bits & ((UINT64_C(1) << 52) - 1);
    biased = (int)(bits >> 52);
    c = biased ? fraction | UINT64_C(1) << 52 : fraction;
    q = (biased ? biased : 1) - 1075;
    odd = c & 1;
    closer = fraction == 0 && biased > 1; /* the neighbour below is only half as far */
    k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    h = q + ((-k * 1741647) >> 19) + 1;
    g = pow10_get(-k);
    result = pick(multiply_odd(g, (4 * c - 2 + closer) << h) + odd, multiply_odd(g, (4 * c) << h),
                  multiply_odd(g, (4 * c + 2) << h) - odd, k);
    strip_zeros(&result);
    return result;
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

/* The digits of v, ending before `end`; returns where they begin. */
static char *put_backwards(char *end, uint64_t v)
{
    while (v >= 100) {
        end -= 2;
        memcpy(end, pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        end -= 2;
        memcpy(end, pairs + v * 2, 2);
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

size_t num_format_u64(char out[NUM_TEXT], uint64_t v)
{
    char text[20];
    char *at = put_backwards(text + sizeof text, v);
    size_t n = (size_t)(text + sizeof text - at);

    memcpy(out, at, n);
    out[n] = '\0';
    return n;
}

static size_t put_text(char *out, const char *s)
{
    size_t n = strlen(s);

    memcpy(out, s, n + 1);
    return n;
}

/* "d.ddde+06" */
static char *put_scientific(char *out, const char *digits, size_t n, int exp10)
{
    *out++ = digits[0];
    if (n > 1) {
        *out++ = '.';
        memcpy(out, digits + 1, n - 1);
        out += n - 1;
    }
    *out++ = 'e';
    *out++ = exp10 < 0 ? '-' : '+';
    if (exp10 < 0)
        exp10 = -exp10;
    if (exp10 >= 100)
        *out++ = (char)('0' + exp10 / 100);
    memcpy(out, pairs + exp10 % 100 * 2, 2);
    return out + 2;
}

/* "ddd.dd", "0.00ddd", "ddd000"; `whole` digits stand before the point. */
static char *put_plain(char *out, const char *digits, size_t n, int whole)
{
    size_t left;

    if (whole <= 0) {
        memcpy(out, "0.", 2);
        memset(out + 2, '0', (size_t)-whole);
        memcpy(out + 2 - whole, digits, n);
        return out + 2 - whole + n;
    }
    left = (size_t)whole;
    if (left >= n) {
        memcpy(out, digits, n);
        memset(out + n, '0', left - n);
        return out + left;
    }
    memcpy(out, digits, left);
    out[left] = '.';
    memcpy(out + left + 1, digits + left, n - left);
    return out + n + 1;
}

/* v > 0, finite; exponent form when the decimal exponent is below -4 or at least `exp_from`. */
static char *put_positive(char *out, double v, int exp_from)
{
    struct shortest s = shortest_of(v);
    char text[20];
    char *digits = put_backwards(text + sizeof text, s.digits);
    size_t n = (size_t)(text + sizeof text - digits);
    int exp10 = s.exp10 + (int)n - 1;

    if (exp10 < -4 || exp10 >= exp_from)
        return put_scientific(out, digits, n, exp10);
    return put_plain(out, digits, n, exp10 + 1);
}

/* The values that have no digits; 0 when v is not one of them. */
static size_t put_special(char *out, double v)
{
    if (isnan(v))
        return put_text(out, "NaN");
    if (isinf(v))
        return put_text(out, v > 0 ? "+Inf" : "-Inf");
    return 0;
}

size_t num_format(char out[NUM_TEXT], double v)
{
    char *at = out;
    size_t n = put_special(out, v);

    if (n)
        return n;
    if (signbit(v)) {
        *at++ = '-';
        v = -v;
    }
    if (v < 0x1p53 && v == (double)(uint64_t)v)
        return (size_t)(at - out) + num_format_u64(at, (uint64_t)v);
    at = put_positive(at, v, 21);
    *at = '\0';
    return (size_t)(at - out);
}

size_t num_format_le(char out[NUM_TEXT], double v)
{
    char *at = out;
    size_t n = put_special(out, v);

    if (n)
        return n;
    if (v == 0)
        return put_text(out, "0.0");
    if (v < 0) {
        *at++ = '-';
        v = -v;
    }
    at = put_positive(at, v, 6);
    *at = '\0';
    n = (size_t)(at - out);
    if (memchr(out, '.', n) == NULL && memchr(out, 'e', n) == NULL)
        n += put_text(at, ".0");
    return n;
}

/* Below: for people. Three digits and a unit, nothing that has to be read back; without printf,
 * whose decimal point is the locale's. */

static size_t add_text(char *out, size_t n, const char *text)
{
    return n + put_text(out + n, text);
}

/* v >= 0 to three digits; whole numbers stay whole. */
static size_t put_rounded(char *out, double v)
{
    double scale = v < 9.995 ? 100 : v < 99.95 ? 10 : 1;

    return num_format(out, round(v * scale) / scale);
}

static size_t put_part(char *out, size_t n, uint64_t v, const char *unit)
{
    return v ? add_text(out, n + num_format_u64(out + n, v), unit) : n;
}

/* v >= 59.95: "1h2m3s", parts that are 0 left out. */
static size_t put_clock(char *out, double v)
{
    uint64_t s;
    size_t n;

    if (v >= 1e15) /* 30 million years: only the size of it matters */
        return add_text(out, num_format_le(out, v), "s");
    s = (uint64_t)llround(v);
    n = put_part(out, 0, s / 3600, "h");
    n = put_part(out, n, s / 60 % 60, "m");
    return put_part(out, n, s % 60, "s");
}

/* v > 0 */
static size_t put_duration(char *out, double v)
{
    if (v >= 59.95)
        return put_clock(out, v);
    if (v >= 0.9995)
        return add_text(out, put_rounded(out, v), "s");
    if (v >= 0.0009995)
        return add_text(out, put_rounded(out, v * 1e3), "ms");
    if (v >= 0.0000009995)
        return add_text(out, put_rounded(out, v * 1e6), "\xc2\xb5s");
    return add_text(out, put_rounded(out, v * 1e9), "ns");
}

size_t num_format_duration(char out[NUM_TEXT], double seconds)
{
    if (!isfinite(seconds))
        return num_format(out, seconds);
    if (seconds == 0)
        return put_text(out, "0s");
    if (seconds > 0)
        return put_duration(out, seconds);
    out[0] = '-';
    return 1 + put_duration(out + 1, -seconds);
}

size_t num_format_bytes(char out[NUM_TEXT], double bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    size_t n = 0, unit = 0;

    if (!isfinite(bytes))
        return num_format(out, bytes);
    if (bytes < 0) {
        out[n++] = '-';
        bytes = -bytes;
    }
    while (bytes >= 1023.5 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    if (bytes >= 1e15)
        return add_text(out, n + num_format_le(out + n, bytes), units[unit]);
    return add_text(out, n + put_rounded(out + n, bytes), units[unit]);
}
