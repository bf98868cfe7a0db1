/* check_num -- values with units against exact tables, the C library and plain integer
 * arithmetic. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/num.h"

#include "base/num_table.h"
#include "base/xalloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct unit plain = {UNIT_NONE, 1, 0, 1};

static struct dice dice = {88172645463325252u};

static struct unit unit_of(const char *name)
{
    struct unit u;

    ck_assert_int_eq(unit_parse(slice_str(name), &u), 0);
    return u;
}

/* Parses from memory that ends with the text, so that a read past the end is seen. */
static int parse_exact(const char *text, size_t n, const struct unit *unit, struct num *ret_num)
{
    char *copy = xmalloc(n);
    int r;

    memcpy(copy, text, n);
    r = num_parse(slice_make(copy, n), unit, ret_num);
    free(copy);
    return r;
}

static double value(const char *text, const char *unit_name)
{
    struct unit unit = unit_of(unit_name);
    struct num v;

    ck_assert_msg(parse_exact(text, strlen(text), &unit, &v) == 0, "%s in %s", text, unit_name);
    return v.d;
}

TEST(values_and_units_are_one_number_rounded_once)
{
    for (size_t i = 0; i < sizeof num_table / sizeof *num_table; i++) {
        const char *text = num_table[i].text;
        struct unit unit = unit_of(num_table[i].unit);
        bool whole = num_table[i].whole;
        struct num v;

        ck_assert_msg(parse_exact(text, strlen(text), &unit, &v) == 0, "%s", text);
        ck_assert_msg(v.d == num_table[i].d && v.integral == whole, "%s %s: %a %d", text,
                      num_table[i].unit, v.d, v.integral);
        if (whole)
            ck_assert_uint_eq(v.u, num_table[i].u);
    }
}

TEST(bare_numbers_are_what_strtod_reads)
{
    struct num v;
    char text[64];

    for (int i = 0; i < rounds(300000); i++) {
        uint64_t r = roll_bits(&dice);
        int digits = 1 + (int)(r % 19), n;

        n = snprintf(text, sizeof text, "%" PRIu64, roll_bits(&dice) >> (r >> 8 & 63));
        if (n > digits)
            n = digits;
        if (r >> 16 & 1)
            n += snprintf(text + n, sizeof text - (size_t)n, ".%" PRIu64,
                          roll_bits(&dice) >> (r >> 20 & 63));
        if (r >> 17 & 1)
            n += snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)(r >> 40 & 63) - 32);
        if (num_parse(slice_make(text, (size_t)n), &plain, &v) < 0)
            ck_abort_msg("refused: %.*s", n, text);
        text[n] = '\0';
        if (v.d != strtod(text, NULL))
            ck_abort_msg("%s: %a", text, v.d);
    }
}

TEST(decimal_units_only_move_the_exponent)
{
    static const struct {
        const char *name;
        int exp10;
    } units[] = {{"ns", -9}, {"us", -6}, {"ms", -3},     {"s", 0},
                 {"kB", 3},  {"TB", 12}, {"percent", -2}};
    char text[64], shifted[80];
    struct num v;

    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        struct unit unit = unit_of(units[u].name);

        for (int i = 0; i < rounds(20000); i++) {
            (void)snprintf(text, sizeof text, "%" PRIu64 ".%03u",
                           roll_bits(&dice) >> (roll_bits(&dice) & 63),
                           (unsigned)(roll_bits(&dice) % 1000));
            (void)snprintf(shifted, sizeof shifted, "%se%d", text, units[u].exp10);
            if (num_parse(slice_str(text), &unit, &v) < 0 || v.d != strtod(shifted, NULL))
                ck_abort_msg("%s %s: %a", text, units[u].name, v.d);
        }
    }
}

TEST(whole_numbers_stay_exact_to_the_last_unit)
{
    struct unit kib = unit_of("KiB"), ns = unit_of("ns"), div = unit_of("1/1000");
    char text[64];
    struct num v;

    for (int i = 0; i < rounds(100000); i++) {
        uint64_t n = roll_bits(&dice) >> (roll_bits(&dice) & 63);

        (void)snprintf(text, sizeof text, "%" PRIu64, n);
        if (num_parse(slice_str(text), &plain, &v) < 0 || !v.integral || v.u != n ||
            v.d != (double)n)
            ck_abort_msg("%s", text);
        if (num_parse(slice_str(text), &kib, &v) < 0 || v.integral != (n >> 54 == 0) ||
            (v.integral && v.u != n << 10))
            ck_abort_msg("%s KiB", text);
        if (num_parse(slice_str(text), &div, &v) < 0 || v.integral != (n % 1000 == 0) ||
            (v.integral && v.u != n / 1000))
            ck_abort_msg("%s / 1000", text);
        (void)snprintf(text, sizeof text, "%" PRIu64 "000000000", n);
        if (num_parse(slice_str(text), &ns, &v) < 0 || !v.integral || v.u != n)
            ck_abort_msg("%s ns", text);
    }
}

/* As Go's Duration.String prints it. */
static void go_duration(char *out, size_t size, uint64_t ns)
{
    uint64_t s = ns / 1000000000;
    char fraction[16] = "";
    size_t n;

    (void)snprintf(fraction, sizeof fraction, ".%09" PRIu64, ns % 1000000000);
    for (n = strlen(fraction); fraction[n - 1] == '0'; n--)
        fraction[n - 1] = '\0';
    if (n == 1)
        fraction[0] = '\0';
    if (s >= 3600)
        (void)snprintf(out, size, "%" PRIu64 "h%" PRIu64 "m%" PRIu64 "%ss", s / 3600, s / 60 % 60,
                       s % 60, fraction);
    else if (s >= 60)
        (void)snprintf(out, size, "%" PRIu64 "m%" PRIu64 "%ss", s / 60, s % 60, fraction);
    else
        (void)snprintf(out, size, "%" PRIu64 "%ss", s, fraction);
}

TEST(go_durations_are_exact)
{
    char text[64], seconds[64];
    struct unit unit = unit_of("h"); /* must not matter */
    struct num v;
    int64_t ns;

    for (int i = 0; i < rounds(100000); i++) {
        uint64_t n = roll_bits(&dice) >> (1 + roll_bits(&dice) % 50);

        if (i % 3 == 0)
            n = n / 1000000 * 1000000;
        go_duration(text, sizeof text, n);
        (void)snprintf(seconds, sizeof seconds, "%" PRIu64 "e-9", n);
        if (num_parse(slice_str(text), &unit, &v) < 0 || v.d != strtod(seconds, NULL))
            ck_abort_msg("%s", text);
        if (v.integral != (n % 1000000000 == 0) || (v.integral && v.u != n / 1000000000))
            ck_abort_msg("%s: integral", text);
        if (duration_parse(slice_str(text), &ns) < 0 || ns != (int64_t)n)
            ck_abort_msg("%s: %" PRId64 " ns", text, ns);
    }
}

TEST(a_value_with_its_own_unit_is_not_multiplied_again)
{
    ck_assert(value("1.5s", "ns") == 1.5);
    ck_assert(value("850.417\xc2\xb5s", "ms") == 0.000850417);
    ck_assert(value("850.417\xce\xbcs", "ms") == 0.000850417);
    ck_assert(value("250   ms", "s") == 0.25);
    ck_assert(value("24h0m0s", "ns") == 86400);
    ck_assert(value("0s", "ns") == 0);
    ck_assert(value("-1m1.5s", "ns") == -61.5);
    ck_assert(value("1h2m3.5s", "min") == 3723.5);
    ck_assert(value("1s500ms", "min") == 1.5);
    ck_assert(value("0:00:31.877", "ms") == 31.877);
    ck_assert(value("-2:03", "ms") == -123);
    ck_assert(value("1234:59:59", "ms") == 4445999);
    ck_assert(value("1 day, 0:00:03", "ms") == 86403);
    ck_assert(value("-1 day, 23:59:59", "ms") == -1);
    ck_assert(value("-2 days, 0:00:00.5", "ms") == -172799.5);
    ck_assert(value("1d2h", "ms") == 93600);
    ck_assert(value("2 weeks 1 hour", "s") == 1213200);
    ck_assert(value("3 minutes, 4 seconds,5 msec", "s") == 184.005);
    ck_assert(value("7 microseconds", "s") == 7e-6);
    ck_assert(value("1h 2m", "s") == 3720);
    ck_assert(value("-1h 2m", "s") == -3720);
    ck_assert(value("1\ts", "ms") == 1);
    ck_assert(value("1 KB", "B") == 1000);
    ck_assert(value("1K", "B") == 1024);
    ck_assert(value("2.5M", "B") == 2621440);
    ck_assert(value("3Gi", "B") == 3221225472);
    ck_assert(value("1.5MiB", "kB") == 1572864);
    ck_assert(value("10 kB", "B") == 10000);
    ck_assert(value("45 %", "percent") == 0.45);
    ck_assert(value("45%", "percent") == 0.45);
    ck_assert(value("45", "percent") == 0.45);
}

TEST(true_is_one_and_false_is_nothing)
{
    struct num v;

    ck_assert(value("true", "ms") == 0.001);
    ck_assert(value("false", "ms") == 0);
    ck_assert_int_eq(num_parse(SLICE("true"), &plain, &v), 0);
    ck_assert(v.integral && v.u == 1);
}

TEST(minus_zero_is_zero)
{
    struct num v;

    ck_assert_int_eq(num_parse(SLICE("-0.00"), &plain, &v), 0);
    ck_assert(v.integral && v.u == 0 && !__builtin_signbit(v.d));
}

TEST(what_is_no_number_is_refused_and_nothing_written)
{
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      ".",
                                      "-.",
                                      "e5",
                                      "12abc",
                                      "0x10",
                                      "1e400",
                                      "-1e400",
                                      "nan",
                                      "NaN",
                                      "inf",
                                      "-Infinity",
                                      "1_000",
                                      "1,5",
                                      " 1",
                                      "1 ",
                                      "1\n",
                                      "--1",
                                      "+-1",
                                      "1.2.3",
                                      "1e",
                                      "1e+",
                                      "TRUE",
                                      "truex",
                                      "null",
                                      "1 s s",
                                      "1sx",
                                      "s",
                                      "\xc2\xb5s",
                                      "1\xc2s",
                                      "1e309s",
                                      "1s2h",
                                      "1s1s",
                                      "1.5h2m",
                                      "1h-2m",
                                      "1h+2m",
                                      "1 day,",
                                      "1 day ,, 2h",
                                      "1 day 2:60",
                                      "2h 1 day",
                                      "1 fortnight",
                                      "1.5 days 0:00:03",
                                      "1h2",
                                      "1:60",
                                      "1:6",
                                      "1:006",
                                      "1:2:3",
                                      ":30",
                                      "1:",
                                      "1::02",
                                      "1:02:03:04",
                                      "1.5:00",
                                      "1:00 s",
                                      "1:0\x30s",
                                      "--1:00",
                                      "1:-1",
                                      "1e3:00",
                                      "1h1e3s",
                                      "0h1e-99999s",
                                      "1:00e0",
                                      "99999999999999999999h1s",
                                      "1m0.0000000000000000000000000000000000000000001s"};
    static const char *const units[] = {"ns", "B", "percent", "1/10"};
    struct num v = {42, 42, true};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (size_t u = 0; u < 4; u++) {
            struct unit unit = unit_of(units[u]);

            ck_assert_msg(parse_exact(bad[i], strlen(bad[i]), &unit, &v) == -EINVAL, "\"%s\" in %s",
                          bad[i], units[u]);
        }
        ck_assert_int_eq(parse_exact(bad[i], strlen(bad[i]), &plain, &v), -EINVAL);
    }
    ck_assert_int_eq(num_parse(slice_str(NULL), &plain, &v), -EINVAL);
    ck_assert_int_eq(num_parse(SLICE("1\0"), &plain, &v), -EINVAL);
    ck_assert(v.d == 42 && v.u == 42);
}

TEST(a_unit_of_another_kind_is_refused)
{
    static const char *const texts[] = {"1s", "1kB", "1%"}, *const units[] = {"ms", "B", "percent"};
    struct num v;

    for (size_t t = 0; t < 3; t++) {
        for (size_t u = 0; u < 3; u++) {
            struct unit unit = unit_of(units[u]);

            ck_assert_int_eq(num_parse(slice_str(texts[t]), &unit, &v), t == u ? 0 : -EINVAL);
        }
        ck_assert_int_eq(num_parse(slice_str(texts[t]), &plain, &v), -EINVAL);
    }
}

TEST(every_prefix_is_read_within_its_bounds)
{
    static const char *const good[] = {"-1h2m3.5s",
                                       "850.417\xc2\xb5s",
                                       "0:00:31.877",
                                       "1.5MiB",
                                       "1 day, 0:00:03",
                                       "45 %",
                                       "-12345678901234567890.5e-10",
                                       "24h0m0s",
                                       "true"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (size_t n = 0; n <= strlen(good[i]); n++)
            for (int kind = UNIT_NONE; kind <= UNIT_DIVISOR; kind++) {
                struct unit unit = {(enum unit_kind)kind, 1, 0, 1};
                struct num v;
                int r = parse_exact(good[i], n, &unit, &v);

                ck_assert(r == 0 || r == -EINVAL);
            }
}

TEST(long_numbers_are_exact_to_the_bound_and_refused_beyond)
{
    static char text[2000];
    struct num v;

    memset(text, '0', sizeof text);
    text[0] = '1';
    text[1] = '.';
    text[1023] = '1';
    ck_assert_int_eq(num_parse(slice_make(text, 1024), &plain, &v), 0);
    ck_assert(v.d == 1 && !v.integral);
    ck_assert_int_eq(num_parse(slice_make(text, 1023), &plain, &v), 0);
    ck_assert(v.d == 1 && v.integral && v.u == 1);
    ck_assert_int_eq(num_parse(slice_make(text, 1025), &plain, &v), -EINVAL);
    memset(text, '9', sizeof text);
    ck_assert_int_eq(num_parse(slice_make(text, 1024), &plain, &v), -EINVAL); /* overflows */
    ck_assert_int_eq(num_parse(SLICE("0e99999999999999999999"), &plain, &v), 0);
    ck_assert(v.integral && v.u == 0);
    ck_assert_int_eq(num_parse(SLICE("1e-99999999999999999999"), &plain, &v), 0);
    ck_assert(v.d == 0 && !v.integral);
    ck_assert_int_eq(num_parse(SLICE("1e99999999999999999999"), &plain, &v), -EINVAL);
}

TEST(units_of_rules_are_known_and_others_are_not)
{
    static const char *const bad[] = {"",     "S",       "m",     "sec",          "KB",   "kb",
                                      "%",    "Percent", "1/0",   "1/",           "1/-1", "2/3",
                                      "1/ 5", " s",      "1/1e3", "1/4294967296", "d",    "b"};
    struct unit u;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(unit_parse(slice_str(bad[i]), &u) == -EINVAL, "%s", bad[i]);
    ck_assert_int_eq(unit_of("\xc2\xb5s").exp10, -6);
    ck_assert_int_eq((int)unit_of("KiB").kind, UNIT_SIZE);
    ck_assert_int_eq((int)unit_of("percent").kind, UNIT_PERCENT);
    ck_assert_uint_eq(unit_of("1/4294967295").div, UINT32_MAX);
}

TEST(any_tells_which_kind_the_number_carried)
{
    static const struct {
        const char *text;
        double d;
        enum unit_kind kind;
    } rows[] = {{"10", 10, UNIT_NONE},      {"1s", 1, UNIT_TIME},
                {"1m30s", 90, UNIT_TIME},   {"10MiB", 10485760, UNIT_SIZE},
                {"5%", 0.05, UNIT_PERCENT}, {"1:30", 90, UNIT_TIME}};
    enum unit_kind kind = UNIT_DIVISOR;
    struct num v;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(num_parse_any(slice_str(rows[i].text), &v, &kind), 0);
        ck_assert(v.d == rows[i].d);
        ck_assert_int_eq((int)kind, (int)rows[i].kind);
    }
    kind = UNIT_DIVISOR;
    ck_assert_int_eq(num_parse_any(SLICE("true"), &v, &kind), -EINVAL);
    ck_assert_int_eq(num_parse_any(SLICE("1x"), &v, &kind), -EINVAL);
    ck_assert_int_eq((int)kind, UNIT_DIVISOR);
}

TEST(configured_durations_are_whole_nanoseconds)
{
    static const struct {
        const char *text;
        int r;
        int64_t ns;
    } rows[] = {{"0", 0, 0},
                {"10s", 0, INT64_C(10000000000)},
                {"1h30m", 0, INT64_C(5400000000000)},
                {"1.5 ms", 0, 1500000},
                {"9223372036854775807ns", 0, INT64_MAX},
                {"9223372036854775808ns", -ERANGE, 0},
                {"1000000000h", -ERANGE, 0},
                {"1e200s", -ERANGE, 0},
                {"10", -EINVAL, 0},
                {"1.5ns", -EINVAL, 0},
                {"-1s", -EINVAL, 0},
                {"1kB", -EINVAL, 0},
                {"5%", -EINVAL, 0},
                {"", -EINVAL, 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = -7;

        ck_assert_msg(duration_parse(slice_str(rows[i].text), &ns) == rows[i].r, "%s",
                      rows[i].text);
        ck_assert_int_eq(ns, rows[i].r ? -7 : rows[i].ns);
    }
}

TEST(configured_sizes_are_whole_bytes)
{
    static const struct {
        const char *text;
        int r;
        uint64_t bytes;
    } rows[] = {{"0", 0, 0},
                {"256B", 0, 256},
                {"1MiB", 0, 1048576},
                {"1.5 KiB", 0, 1536},
                {"10kB", 0, 10000},
                {"18446744073709551615B", 0, UINT64_MAX},
                {"18446744073709551616B", -ERANGE, 0},
                {"16777216TiB", -ERANGE, 0},
                {"0.1B", -EINVAL, 0},
                {"-1B", -EINVAL, 0},
                {"10", -EINVAL, 0},
                {"10s", -EINVAL, 0},
                {"1h2m", -EINVAL, 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t bytes = 7;

        ck_assert_msg(size_parse(slice_str(rows[i].text), &bytes) == rows[i].r, "%s", rows[i].text);
        ck_assert_uint_eq(bytes, rows[i].r ? 7 : rows[i].bytes);
    }
}

TEST(the_compensated_sum_keeps_small_values)
{
    struct nsum s = {0, 0};

    nsum_add(&s, 1e16);
    for (int i = 0; i < 1000; i++)
        nsum_add(&s, 0.1);
    nsum_add(&s, -1e16);
    ck_assert(nsum_value(&s) > 99.99999999 && nsum_value(&s) < 100.00000001);
}

TEST(a_sum_beyond_all_numbers_is_infinite_and_stays_so)
{
    struct nsum s = {1, 0}, whole = {1, 0};

    nsum_add(&s, 1.7e308);
    nsum_add(&s, 1.7e308);
    nsum_add(&s, 0.1);
    ck_assert(nsum_value(&s) == (double)INFINITY);
    nsum_merge(&whole, &s);
    nsum_add(&whole, 0.1);
    ck_assert(nsum_value(&whole) == (double)INFINITY);
}
