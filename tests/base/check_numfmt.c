/* check_numfmt -- printed numbers against the C library: the fewest of "%.1e" to "%.17e" digits
 * that strtod reads back. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/num.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct dice dice = {88172645463325252u};

static double double_of(uint64_t bits)
{
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

/* A normal number that has 15 digits or fewer is found with 15: the rest are zeros. */
static void slow_shortest(char out[40], double v)
{
    int p = fabs(v) < DBL_MIN ? 0 : 14;

    do
        (void)snprintf(out, 40, "%.*e", p, v);
    while (strtod(out, NULL) != v && ++p < 17);
}

/* The digits alone, without zeros at both ends. */
static void significant(char out[40], const char *text)
{
    size_t n = 0;

    for (; *text && *text != 'e'; text++)
        if (*text >= (n ? '0' : '1') && *text <= '9')
            out[n++] = *text;
    while (n && out[n - 1] == '0')
        n--;
    out[n] = '\0';
}

/* A power of two has a narrower interval below it: "%e" rounds to nearest and may need a digit
 * more. */
static bool is_power_of_two(double v)
{
    int e;

    return fabs(frexp(v, &e)) == 0.5;
}

static void check_shortest(double v)
{
    char slow[40], want[40], got[40], text[NUM_TEXT];
    size_t n = num_format(text, v);

    if (n != strlen(text) || n >= NUM_TEXT)
        ck_abort_msg("%s: length %zu", text, n);
    slow_shortest(slow, v);
    if (strtod(text, NULL) != v)
        ck_abort_msg("%s does not read back as %s", text, slow);
    significant(want, slow);
    significant(got, text);
    if (strcmp(got, want) != 0 && !(is_power_of_two(v) && strlen(got) < strlen(want)))
        ck_abort_msg("%s is not %s", text, slow);
}

TEST(random_bit_patterns_have_the_shortest_digits)
{
    for (int i = 0; i < rounds(150000); i++) {
        double v = double_of(roll_bits(&dice));

        if (isfinite(v) && v != 0)
            check_shortest(v);
    }
}

TEST(values_as_metrics_have_them_have_the_shortest_digits)
{
    for (int i = 0; i < rounds(150000); i++) {
        uint64_t r = roll_bits(&dice);
        double n = (double)(roll_bits(&dice) >> (r & 63));

        check_shortest(n == 0 ? 1 : n);
        check_shortest((n + 1) / pow(10, (double)(r >> 8 & 15)));
        check_shortest((double)(int64_t)roll_bits(&dice) / 0x1p40 + 1e-9);
    }
}

TEST(the_neighbours_of_all_powers_of_two_and_ten_are_right)
{
    for (int e = -1074; e <= 1023; e++) {
        check_shortest(ldexp(1, e));
        check_shortest(nextafter(ldexp(1, e), INFINITY));
        if (e > -1074)
            check_shortest(-nextafter(ldexp(1, e), 0));
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        double v;

        (void)snprintf(text, sizeof text, "1e%d", e);
        v = strtod(text, NULL);
        check_shortest(v);
        check_shortest(nextafter(v, INFINITY));
        check_shortest(nextafter(v, 0) == 0 ? v : nextafter(v, 0));
    }
    check_shortest(DBL_MAX);
    check_shortest(DBL_MIN);
}

TEST(known_numbers_look_as_expected)
{
    static const struct {
        double v;
        const char *text, *le;
    } rows[] = {{0, "0", "0.0"},
                {-0.0, "-0", "0.0"},
                {1, "1", "1.0"},
                {10, "10", "10.0"},
                {0.005, "0.005", "0.005"},
                {2.5, "2.5", "2.5"},
                {-1.25, "-1.25", "-1.25"},
                {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
                {0.0001, "0.0001", "0.0001"},
                {0.00001, "1e-05", "1e-05"},
                {0.000012345, "1.2345e-05", "1.2345e-05"},
                {999999, "999999", "999999.0"},
                {999999.5, "999999.5", "999999.5"},
                {1e6, "1000000", "1e+06"},
                {1234567, "1234567", "1.234567e+06"},
                {1234567.5, "1234567.5", "1.2345675e+06"},
                {9007199254740992, "9007199254740992", "9.007199254740992e+15"},
                {9223372036854775808.0, "9223372036854776000", "9.223372036854776e+18"},
                {1e20, "100000000000000000000", "1e+20"},
                {1e21, "1e+21", "1e+21"},
                {1e100, "1e+100", "1e+100"},
                {5e-324, "5e-324", "5e-324"},
                {0x1p-44, "5.684341886080802e-14", "5.684341886080802e-14"},
                {9e15 + 0.5, "9000000000000000", "9e+15"},
                {DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157e+308"},
                {INFINITY, "+Inf", "+Inf"},
                {-INFINITY, "-Inf", "-Inf"},
                {NAN, "NaN", "NaN"},
                {-NAN, "NaN", "NaN"}};
    char out[NUM_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_uint_eq(num_format(out, rows[i].v), strlen(rows[i].text));
        ck_assert_str_eq(out, rows[i].text);
        ck_assert_uint_eq(num_format_le(out, rows[i].v), strlen(rows[i].le));
        ck_assert_str_eq(out, rows[i].le);
    }
}

/* Prometheus' labels.FormatOpenMetricsFloat by means of printf. */
static void slow_le(char out[64], double v)
{
    char d[40];
    int p = 0, e;

    do
        (void)snprintf(d, sizeof d, "%.*e", p, v);
    while (strtod(d, NULL) != v && ++p < 17);
    e = atoi(strchr(d, 'e') + 1);
    if (e < -4 || e >= 6)
        (void)snprintf(out, 64, "%s", d);
    else
        (void)snprintf(out, 64, "%.*f", p - e > 0 ? p - e : 1, v);
}

TEST(bucket_bounds_are_canonical)
{
    char want[64], got[NUM_TEXT];

    for (int i = 0; i < rounds(60000); i++) {
        uint64_t r = roll_bits(&dice);
        double v =
            i % 2 ? double_of(r) : (double)(int)(r & 0xfffff) / pow(10, (double)(r >> 32 & 7));

        if (!isfinite(v) || v == 0 || is_power_of_two(v))
            continue;
        slow_le(want, v);
        (void)num_format_le(got, v);
        if (strcmp(want, got) != 0)
            ck_abort_msg("%s is not %s", got, want);
    }
}

TEST(integers_are_printed_whole)
{
    char want[32], got[NUM_TEXT];

    for (int i = 0; i < rounds(100000); i++) {
        uint64_t v = roll_bits(&dice) >> (roll_bits(&dice) & 63);

        (void)snprintf(want, sizeof want, "%" PRIu64, v);
        if (num_format_u64(got, v) != strlen(want) || strcmp(got, want) != 0)
            ck_abort_msg("%s is not %s", got, want);
    }
    ck_assert_uint_eq(num_format_u64(got, 0), 1);
    ck_assert_uint_eq(num_format_u64(got, UINT64_MAX), 20);
    ck_assert_str_eq(got, "18446744073709551615");
}

TEST(durations_for_people_have_three_digits)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {{0, "0s"},
                {1.5, "1.5s"},
                {0.00085, "850\xc2\xb5s"},
                {0.0123456, "12.3ms"},
                {3723, "1h2m3s"},
                {3600, "1h"},
                {7260, "2h1m"},
                {60, "1m"},
                {59.97, "1m"},
                {59.94, "59.9s"},
                {0.9999, "1s"},
                {0.0009996, "1ms"},
                {9.996, "10s"},
                {0.25e-6, "250ns"},
                {-90, "-1m30s"},
                {86400, "24h"},
                {-0.5, "-500ms"},
                {1e300, "1e+300s"},
                {INFINITY, "+Inf"},
                {NAN, "NaN"}};
    char out[NUM_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_uint_eq(num_format_duration(out, rows[i].v), strlen(rows[i].text));
        ck_assert_str_eq(out, rows[i].text);
    }
}

TEST(sizes_for_people_have_three_digits)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {{0, "0 B"},        {512, "512 B"},         {1023, "1023 B"},   {1024, "1 KiB"},
                {1536, "1.5 KiB"}, {12897485, "12.3 MiB"}, {0x1p40, "1 TiB"},  {1048575, "1 MiB"},
                {-2048, "-2 KiB"}, {0x1p63, "8 EiB"},      {INFINITY, "+Inf"}, {1023.6, "1 KiB"}};
    char out[NUM_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_uint_eq(num_format_bytes(out, rows[i].v), strlen(rows[i].text));
        ck_assert_str_eq(out, rows[i].text);
    }
    ck_assert_uint_lt(num_format_bytes(out, -DBL_MAX), NUM_TEXT);
    ck_assert_uint_lt(num_format_duration(out, -DBL_MAX), NUM_TEXT);
    ck_assert_uint_lt(num_format_duration(out, -DBL_MIN), NUM_TEXT);
}
