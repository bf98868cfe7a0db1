/* Times of lines against the C library's own, and against what people write. */
#include "config.h"

#include "suite.h"

#include "decode/linetime.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

static struct time_format *format(const char *text, struct zone zone)
{
    struct buf err = BUF_INIT;
    struct time_format *f = time_format_new(slice_str(text), zone, &err);

    ck_assert_msg(f != NULL, "%s: %s", text, err.p);
    ck_assert_uint_eq(err.n, 0);
    return f;
}

/* What `pattern` makes of `text`; INT64_MIN when it is refused. */
static int64_t parse_by(const char *pattern, struct zone zone, const char *text,
                        const struct time_base *base, bool *ret_dated)
{
    struct time_format *f = format(pattern, zone);
    int64_t ns = INT64_MIN;

    (void)linetime_parse(slice_str(text), &f, 1, base, &ns, ret_dated);
    time_format_free(f);
    return ns;
}

static int64_t parse_in(const char *pattern, struct zone zone, const char *text, int64_t last_ns,
                        bool *ret_dated)
{
    struct time_base base = TIME_BASE_NONE;

    base.last_ns = last_ns;
    return parse_by(pattern, zone, text, &base, ret_dated);
}

static int64_t parse(const char *pattern, const char *text)
{
    bool dated = false;
    int64_t ns = parse_in(pattern, (struct zone){0}, text, INT64_MIN, &dated);

    ck_assert(ns == INT64_MIN || dated);
    return ns;
}

static void ck_time(const char *pattern, const char *text, int64_t s, int64_t ns)
{
    int64_t got = parse(pattern, text);

    ck_assert_msg(got == s * SECOND + ns, "%s: %" PRId64, text, got);
}

static void ck_refused(const char *pattern, const char *text)
{
    ck_assert_msg(parse(pattern, text) == INT64_MIN, "%s", text);
}

TEST(rfc3339_as_go_writes_it)
{
    ck_time("rfc3339", "2025-11-12T10:15:30Z", 1762942530, 0);
    ck_time("rfc3339", "2025-11-12T10:15:30.1Z", 1762942530, 100000000);
    ck_time("rfc3339", "2025-11-12T10:15:30.123456789Z", 1762942530, 123456789);
    ck_time("rfc3339", "2025-11-12T10:15:30.1234567891234Z", 1762942530, 123456789);
    ck_time("rfc3339", "2025-11-12T13:15:30.000+03:00", 1762942530, 0);
    ck_time("rfc3339", "2025-11-12T04:45:30-05:30", 1762942530, 0);
    ck_time("rfc3339", " 2025-11-12 10:15:30,5 ", 1762942530, 500000000);
    ck_time("rfc3339", "2025-11-12t10:15:30z", 1762942530, 0);
    ck_time("rfc3339", "2016-12-31T23:59:60Z", 1483228800, 0);
    ck_time("rfc3339", "1969-12-31T23:59:59.5Z", -1, 500000000);
    ck_time("rfc3339@+03:00", "2025-11-12T13:15:30", 1762942530, 0);
    ck_time("rfc3339@+03:00", "2025-11-12T10:15:30Z", 1762942530, 0);
}

TEST(rfc3339_as_others_write_it)
{
    static const char *const texts[] = {
        "2025-11-12T13:15:30+03",      "2025-11-12T13:15:30+0300", "2025-11-12T13:15:30 +0300",
        "2025-11-12 10:15:30 UTC",     "2025-11-12 10:15:30Z",     "2025-11-12 10:15:30 Z",
        "2025-11-12 13:15:30 MSK",     "2025-11-12 11:15:30 cet",  "2025-11-12 13:15:30 GMT+3",
        "2025-11-12 13:15:30 UTC+0300"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_time("rfc3339", texts[i], 1762942530, 0);
    ck_time("rfc3339", "2025-11-11T24:00:00Z", 1762905600, 0);
}

TEST(auto_takes_numbers_of_this_century)
{
    ck_time("auto", "2025-11-12T10:15:30Z", 1762942530, 0);
    ck_time("auto", "1762942530.25", 1762942530, 250000000);
    ck_time("auto", "1762942530250", 1762942530, 250000000);
    ck_time("auto", "1762942530250000", 1762942530, 250000000);
    ck_time("auto", "1762942530250000001", 1762942530, 250000001);
    ck_time("auto", "946684800", 946684800, 0);
    ck_time("auto", "4133980799", 4133980799, 0);
    ck_refused("auto", "946684799");
    ck_refused("auto", "4133980800");
    ck_refused("auto", "20260301");
    ck_refused("auto", "0.003");
    ck_refused("auto", "-1762942530");
}

TEST(a_name_of_a_zone_is_known_or_refused)
{
    ck_time("%F %T %Z", "2025-11-12 13:15:30 MSK", 1762942530, 0);
    ck_time("%F %T %Z", "2025-11-12 15:15:30 +05", 1762942530, 0);
    ck_time("%F %T %Z", "2025-11-12 05:15:30 EST", 1762942530, 0);
    ck_refused("%F %T %Z", "2025-11-12 15:45:30 IST");
    ck_refused("%F %T %Z", "2025-11-12 15:45:30 ");
    ck_refused("%F %T %Z@+05:30", "2025-11-12 15:45:30 IST");
}

TEST(milliseconds_and_the_next_midnight)
{
    ck_time("%F %T.%L", "2025-11-12 10:15:30.056", 1762942530, 56000000);
    ck_time("%c", "Wed Nov 12 10:15:30 2025", 1762942530, 0);
    ck_time("%F %r", "2025-11-12 10:15:30 AM", 1762942530, 0);
    ck_time("%F %T", "2025-11-11 24:00:00", 1762905600, 0);
    ck_refused("%F %T", "2025-11-11 24:00:01");
}

TEST(rfc3339_is_strict)
{
    static const char *const bad[] = {"",
                                      "2025",
                                      "2025-11-12",
                                      "2025-11-12T10:15",
                                      "2025-11-12T10:15:3",
                                      "2025-11-12T10:15:30.",
                                      "2025-11-12T10:15:30.Z",
                                      "2025-11-12T10:15:30+3:00",
                                      "2025-11-12T10:15:30+030",
                                      "2025-11-12T10:15:30 IST",
                                      "2025-11-12T10:15:30 UT",
                                      "2025-11-12T10:15:30 CET+1",
                                      "2025-11-12T24:00:00.5Z",
                                      "1762942530",
                                      "2025-11-12T10:15:30+03:60",
                                      "2025-11-12T10:15:30+24:00",
                                      "2025-11-12T10:15:30Zx",
                                      "2025-13-12T10:15:30Z",
                                      "2025-00-12T10:15:30Z",
                                      "2025-02-29T10:15:30Z",
                                      "2025-11-31T10:15:30Z",
                                      "2025-11-00T10:15:30Z",
                                      "2025-11-12T24:15:30Z",
                                      "2025-11-12T10:60:30Z",
                                      "2025-11-12T10:15:61Z",
                                      "2025/11/12T10:15:30Z",
                                      "2025-11-12T10-15-30Z",
                                      "12x5-11-12T10:15:30Z",
                                      "x225-11-12T10:15:30Z",
                                      "2025-1x-12T10:15:30Z",
                                      "1677-01-01T00:00:00Z",
                                      "2262-01-01T00:00:00Z",
                                      "0000-01-01T00:00:00Z",
                                      "2025-11-12_10:15:30Z",
                                      "1900-02-29T00:00:00Z"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_refused("rfc3339", bad[i]);
}

/* Whatever a number, or the offset of a zone, makes of them. */
TEST(all_formats_read_the_same_years)
{
    ck_refused("unix", "9214646400"); /* 2262-01-01 */
    ck_refused("unix", "-9214560001");
    ck_refused("unix_ns", "9222200123000000000");
    ck_refused("%s", "9214646400");
    ck_refused("rfc3339", "1678-01-01T00:00:00+14:00");
    ck_refused("rfc3339", "2261-12-31T23:59:59-14:00");
    ck_refused("%Y-%m-%d %H:%M %z", "2261-12-31 23:59 -0100");
    ck_time("unix", "9214646399", INT64_C(9214646399), 0);
    ck_time("unix", "-9214560000", INT64_C(-9214560000), 0);
}

TEST(every_day_agrees_with_the_library)
{
    struct time_format *f = format("rfc3339", (struct zone){0});
    struct time_format *days = format("%Y %j", (struct zone){0});

    for (int64_t day = -106650; day < 106650; day++) { /* 1678 to 2261 */
        time_t t = (time_t)(day * 86400 + 86399);
        char text[64], of_year[64];
        struct tm tm;
        int64_t ns = 0, by_day = 0;
        bool dated;

        (void)gmtime_r(&t, &tm);
        if (tm.tm_year + 1900 < 1678 || tm.tm_year + 1900 > 2261)
            continue;
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        (void)strftime(of_year, sizeof of_year, "%Y %j", &tm);
        if (linetime_parse(slice_str(text), &f, 1, &TIME_BASE_NONE, &ns, &dated) != 0 ||
            ns != t * SECOND ||
            linetime_parse(slice_str(of_year), &days, 1, &TIME_BASE_NONE, &by_day, &dated) != 0 ||
            by_day != (t - 86399) * SECOND)
            ck_abort_msg("%s", text);
    }
    time_format_free(f);
    time_format_free(days);
}

TEST(unix_times_in_four_units)
{
    ck_time("unix", "1762942530", 1762942530, 0);
    ck_time("unix", "1762942530.123456789", 1762942530, 123456789);
    ck_time("unix", "1762942530.1234567899", 1762942530, 123456789);
    ck_time("unix", "1.7629425305e+09", 1762942530, 500000000);
    ck_time("unix", "1.7629425305E9", 1762942530, 500000000);
    ck_time("unix", "-1.5", -1, -500000000);
    ck_time("unix", "0", 0, 0);
    ck_time("unix_ms", "1762942530123.5", 1762942530, 123500000);
    ck_time("unix_us", "1762942530123456", 1762942530, 123456000);
    ck_time("unix_ns", "1762942530123456789", 1762942530, 123456789);
    ck_time("unix", "1762942530.000000000000000000000000001", 1762942530, 0);
    ck_refused("unix", "");
    ck_refused("unix", ".");
    ck_refused("unix", "-");
    ck_refused("unix", "1e");
    ck_refused("unix", "1.2.3");
    ck_refused("unix", "12x");
    ck_refused("unix", "9223372037");
    ck_refused("unix", "1e99");
    ck_refused("unix_ns", "99999999999999999999999");
    ck_refused("unix", "2025-11-12");
}

TEST(patterns_read_what_they_name)
{
    ck_time("%d/%b/%Y:%H:%M:%S %z", "12/Nov/2025:10:15:30 +0000", 1762942530, 0);
    ck_time("%d/%b/%Y:%H:%M:%S %z", "12/NOV/2025:13:15:30 +03:00", 1762942530, 0);
    ck_time("%Y/%m/%d %T.%f", "2025/11/12 10:15:30.25", 1762942530, 250000000);
    ck_time("%F %T,%f %Z", "2025-11-12 10:15:30,250 UTC", 1762942530, 250000000);
    ck_time("%F %T @+03:00", "2025-11-12 13:15:30", 1762942530, 0);
    ck_time("%a %b %e %T %Y", "Wed Nov 12 10:15:30 2025", 1762942530, 0);
    ck_time("%A, %d %B %Y %I:%M:%S %p", "Wednesday, 12 November 2025 10:15:30 am", 1762942530, 0);
    ck_time("%D %I:%M:%S%p", "11/12/25 12:00:00AM", 1762905600, 0);
    ck_time("%D %I:%M:%S%p", "11/12/25 12:00:00PM", 1762948800, 0);
    ck_time("%Y%m%d%H%M%S", "20251112101530", 1762942530, 0);
    ck_time("%y%m%d %R", "700101 00:01", 60, 0);
    ck_time("[%s.%f]", "[1762942530.5]", 1762942530, 500000000);
    ck_time("%F", "2025-11-12", 1762905600, 0);
    ck_time("100%% %F", "100% 2025-11-12", 1762905600, 0);
    ck_time("%F%n%T", "2025-11-12 \t 10:15:30", 1762942530, 0);
    ck_time("%b %d %Y", "May  2 2025", 1746144000, 0);
}

TEST(patterns_refuse_what_does_not_fit)
{
    ck_refused("%F %T", "2025-11-12 10:15:30x");
    ck_refused("%F %T", "2025-11-12 10:15");
    ck_refused("%F %T", "2025-02-30 10:15:30");
    ck_refused("%F %T", "2025-11-12 25:15:30");
    ck_refused("%b %d %Y", "Nox 12 2025");
    ck_refused("%b %d %Y", "N");
    ck_refused("%Y %j", "2025 366");
    ck_refused("%F %I %p", "2025-11-12 13 PM");
    ck_refused("%F %I %p", "2025-11-12 1 XM");
    ck_refused("%F %z", "2025-11-12 3");
    ck_refused("%s", "");
    ck_refused("%s", "99999999999999999999");
}

TEST(mistakes_in_formats_are_sentences)
{
    static const char *const bad[] = {
        "rfc3399",         "",          "%Q",       "%F %",      "%m", "%d %T",    "%Y",
        "%I:%M",           "%M:%S",     "%F@+3:00", "%F@+24:00", "%f", "%Y %m %T", "%j %T",
        "%F@Europe/Berln", "%F@Berlin", "%F@MESZ",  "%F@noon"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf err = BUF_INIT;

        ck_assert_msg(time_format_new(slice_str(bad[i]), (struct zone){0}, &err) == NULL, "%s",
                      bad[i]);
        ck_assert_uint_gt(err.n, 0);
        buf_release(&err);
    }
    time_format_free(NULL);
}

TEST(an_at_sign_that_is_no_zone_is_text)
{
    ck_time("%F@ noon", "2025-11-12@ noon", 1762905600, 0);
    ck_time("@%s", "@17", 17, 0);
}

TEST(the_first_format_that_fits_counts)
{
    struct time_format *f[] = {format("%d/%m/%Y", (struct zone){0}),
                               format("%m/%d/%Y", (struct zone){0}),
                               format("unix", (struct zone){0})};
    int64_t ns = 7;
    bool dated = false;

    ck_assert_int_eq(linetime_parse(SLICE("01/02/1970"), f, 3, &TIME_BASE_NONE, &ns, &dated), 0);
    ck_assert_int_eq(ns, 31 * 86400 * SECOND);
    ck_assert_int_eq(linetime_parse(SLICE("01/13/1970"), f, 3, &TIME_BASE_NONE, &ns, &dated), 1);
    ck_assert_int_eq(ns, 12 * 86400 * SECOND);
    ck_assert_int_eq(linetime_parse(SLICE("5"), f, 3, &TIME_BASE_NONE, &ns, &dated), 2);
    ck_assert_int_eq(ns, 5 * SECOND);
    ck_assert_int_lt(linetime_parse(SLICE("x"), f, 3, &TIME_BASE_NONE, &ns, &dated), 0);
    ck_assert_int_eq(ns, 5 * SECOND);
    for (int i = 0; i < 3; i++)
        time_format_free(f[i]);
}

static int64_t at(const char *text)
{
    return parse("rfc3339", text);
}

static void ck_near(const char *pattern, const char *text, const char *last, const char *want,
                    bool want_dated)
{
    bool dated = !want_dated;
    int64_t got = parse_in(pattern, (struct zone){0}, text, at(last), &dated);

    ck_assert_msg(got == at(want), "%s after %s", text, last);
    ck_assert_int_eq(dated, want_dated);
}

TEST(a_time_of_day_takes_the_nearest_date)
{
    ck_near("%T", "10:15:31", "2025-11-12T10:15:30Z", "2025-11-12T10:15:31Z", false);
    ck_near("%T", "00:00:05", "2025-11-12T23:59:59Z", "2025-11-13T00:00:05Z", false);
    ck_near("%T", "23:59:59", "2025-11-13T00:00:01Z", "2025-11-12T23:59:59Z", false);
    ck_near("%T", "00:00:05", "2025-12-31T23:59:59Z", "2026-01-01T00:00:05Z", false);
    ck_near("%T@+03:00", "00:00:05", "2025-11-12T21:00:00Z", "2025-11-12T21:00:05Z", false);
    ck_near("%T.%f", "23:59:59.5", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", false);
    ck_near("%T %z", "02:00:00 +0200", "2025-11-12T23:00:00Z", "2025-11-13T00:00:00Z", false);
    ck_refused("%T", "10:15:31");
}

TEST(a_date_without_a_year_takes_the_nearest)
{
    ck_near("%b %e %T", "Nov 12 10:15:30", "2025-11-01T00:00:00Z", "2025-11-12T10:15:30Z", true);
    ck_near("%b %e %T", "Jan  1 00:00:01", "2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z", true);
    ck_near("%b %e %T", "Dec 31 23:59:59", "2026-01-01T00:00:01Z", "2025-12-31T23:59:59Z", true);
    ck_near("%b %e %T", "Feb 29 00:00:00", "2025-01-01T00:00:00Z", "2024-02-29T00:00:00Z", true);
    ck_refused("%b %e %T", "Nov 12 10:15:30");
}

/* What a file is the first line of which is `text`, and that was written until `latest`. */
static void ck_first(const char *pattern, const char *text, const char *latest, const char *want)
{
    struct time_base base = TIME_BASE_NONE;
    bool dated;

    base.latest_ns = at(latest);
    ck_assert_msg(parse_by(pattern, (struct zone){0}, text, &base, &dated) == at(want),
                  "%s in a file of %s", text, latest);
}

TEST(the_first_line_is_not_after_its_file)
{
    ck_first("%T", "10:15:30", "2025-11-12T12:00:00Z", "2025-11-12T10:15:30Z");
    ck_first("%T", "12:30:00", "2025-11-12T12:00:00Z", "2025-11-12T12:30:00Z");
    ck_first("%T", "13:30:00", "2025-11-12T12:00:00Z", "2025-11-11T13:30:00Z");
    ck_first("%T", "23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z");
    ck_first("%T@+03:00", "01:00:00", "2025-11-12T22:30:00Z", "2025-11-12T22:00:00Z");
    ck_first("%b %e %T", "Nov 12 10:15:30", "2025-12-01T00:00:00Z", "2025-11-12T10:15:30Z");
    ck_first("%b %e %T", "Jan  1 00:00:00", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z");
    ck_first("%b %e %T", "Jan  2 00:00:00", "2025-12-31T23:00:00Z", "2025-01-02T00:00:00Z");
    ck_first("%b %e %T", "Dec 31 23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z");
    ck_first("%b %e %T", "Feb 29 12:00:00", "2026-01-01T00:00:05Z", "2024-02-29T12:00:00Z");
    ck_first("%b %e %T", "Feb 29 12:00:00", "1903-01-01T00:00:00Z", "1896-02-29T12:00:00Z");
}

TEST(who_knows_the_first_lines_date_says_it)
{
    struct time_base base = TIME_BASE_NONE;
    struct zone utc = {0};
    bool dated;

    base.latest_ns = at("2025-11-12T12:00:00Z");
    base.year = 2021;
    ck_assert(parse_by("%b %e %T", utc, "Dec 31 23:00:00", &base, &dated) ==
              at("2021-12-31T23:00:00Z"));
    ck_assert(parse_by("%b %e %T", utc, "Jan  1 00:00:00", &base, &dated) ==
              at("2021-01-01T00:00:00Z"));
    ck_assert(parse_by("%b %e %T", utc, "Feb 29 00:00:00", &base, &dated) == INT64_MIN);
    ck_assert(parse_by("%T", utc, "11:00:00", &base, &dated) == at("2025-11-12T11:00:00Z"));
    base.year = 0;
    base.day = at("2024-03-01T00:00:00Z") / SECOND / 86400;
    ck_assert(parse_by("%T", utc, "23:59:59", &base, &dated) == at("2024-03-01T23:59:59Z"));
    ck_assert(!dated);
    ck_assert(parse_by("%T@-05:00", utc, "23:59:59", &base, &dated) == at("2024-03-02T04:59:59Z"));
    ck_assert(parse_by("%b %e %T", utc, "Feb 29 12:00:00", &base, &dated) ==
              at("2024-02-29T12:00:00Z"));
    ck_assert(parse_by("%b %e %T", utc, "Dec 31 12:00:00", &base, &dated) ==
              at("2023-12-31T12:00:00Z"));
    base.last_ns = at("2030-01-01T00:00:00Z"); /* it is not the first line */
    ck_assert(parse_by("%T", utc, "23:59:59", &base, &dated) == at("2029-12-31T23:59:59Z"));
}

TEST(zones_are_utc_local_an_offset_or_a_place)
{
    struct zone z;

    ck_assert_int_eq(zone_parse(SLICE("UTC"), &z), 0);
    ck_assert(!z.tz && z.offset_s == 0);
    ck_assert_int_eq(zone_parse(SLICE("-05:30"), &z), 0);
    ck_assert(!z.tz && z.offset_s == -(5 * 3600 + 1800));
    ck_assert_int_eq(zone_parse(SLICE("local"), &z), 0);
    ck_assert(z.tz);
    zone_release(&z);
    ck_assert_int_lt(zone_parse(SLICE(""), &z), 0);
    ck_assert_int_lt(zone_parse(SLICE("+3"), &z), 0);
    ck_assert_int_lt(zone_parse(SLICE("+0300"), &z), 0);
    ck_assert_int_lt(zone_parse(SLICE("+03:00x"), &z), 0);
    ck_assert_int_eq(zone_parse(SLICE("Europe/Berln"), &z), -ENOENT);
    ck_assert_int_eq(zone_parse(SLICE("../UTC"), &z), -EINVAL);
}

static int64_t in_berlin(const char *pattern, const char *text)
{
    struct zone zone;
    bool dated;
    int64_t ns;

    ck_assert_int_eq(zone_parse(SLICE("Europe/Berlin"), &zone), 0);
    ns = parse_in(pattern, zone, text, INT64_MIN, &dated);
    zone_release(&zone);
    return ns;
}

TEST(a_place_knows_summer_and_its_names)
{
    struct zone zone;

    if (zone_parse(SLICE("Europe/Berlin"), &zone) < 0)
        return; /* without tzdata */
    zone_release(&zone);
    ck_assert(in_berlin("%F %T", "2025-07-12 12:15:30") == at("2025-07-12T10:15:30Z"));
    ck_assert(in_berlin("auto", "2025-11-12 12:15:30") == at("2025-11-12T11:15:30Z"));
    ck_assert(in_berlin("%F %T", "2045-07-12 12:15:30") == at("2045-07-12T10:15:30Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-10-26 02:30:00 CEST") == at("2025-10-26T00:30:00Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-10-26 02:30:00 CET") == at("2025-10-26T01:30:00Z"));
    /* in the hours behind a change the moment, too, must be one that shows this time */
    ck_assert(in_berlin("%F %T %Z", "2025-10-26 03:00:00 CET") == at("2025-10-26T02:00:00Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-10-26 03:59:59 CET") == at("2025-10-26T02:59:59Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-03-30 03:30:00 CEST") == at("2025-03-30T01:30:00Z"));
    ck_assert(in_berlin("%F %T %Z@Australia/Sydney", "2025-04-06 03:30:00 AEST") ==
              at("2025-04-05T17:30:00Z"));
    ck_assert(in_berlin("%F %T %Z@America/New_York", "2025-11-02 02:30:00 EST") ==
              at("2025-11-02T07:30:00Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-07-12 12:15:30 CET") == at("2025-07-12T11:15:30Z"));
    ck_assert(in_berlin("%F %T %Z", "2025-07-12 12:15:30 IST") == INT64_MIN);
    ck_assert(in_berlin("%F %T@Asia/Kolkata", "2025-07-12 12:15:30") == at("2025-07-12T06:45:30Z"));
    ck_assert(in_berlin("%F %T %Z@Asia/Kolkata", "2025-07-12 12:15:30 IST") ==
              at("2025-07-12T06:45:30Z"));
    ck_assert(in_berlin("%F %T %Z@Asia/Shanghai", "2025-07-12 12:15:30 CST") ==
              at("2025-07-12T04:15:30Z"));
    ck_assert(in_berlin("%F %T %Z@America/Chicago", "2025-07-12 12:15:30 CST") ==
              at("2025-07-12T18:15:30Z"));
}

/* The rules of central Europe, written out so that no zone files are needed. */
TEST(local_time_knows_summer)
{
    struct zone local;
    bool dated;

    (void)setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ck_assert_int_eq(zone_parse(SLICE("local"), &local), 0);
    ck_assert_int_eq(parse_in("%F %T", local, "2025-11-12 11:15:30", 0, &dated),
                     at("2025-11-12T10:15:30Z"));
    ck_assert_int_eq(parse_in("%F %T", local, "2025-07-12 12:15:30", 0, &dated),
                     at("2025-07-12T10:15:30Z"));
    ck_assert_int_eq(parse_in("rfc3339@local", (struct zone){0}, "2025-07-12 12:15:30", 0, &dated),
                     at("2025-07-12T10:15:30Z"));
    /* around both changes; the hour that is there twice is the first of the two */
    ck_assert_int_eq(parse_in("%F %T", local, "2025-03-30 01:59:59", 0, &dated),
                     at("2025-03-30T00:59:59Z"));
    ck_assert_int_eq(parse_in("%F %T", local, "2025-03-30 03:00:00", 0, &dated),
                     at("2025-03-30T01:00:00Z"));
    ck_assert_int_eq(parse_in("%F %T", local, "2025-10-26 01:59:59", 0, &dated),
                     at("2025-10-25T23:59:59Z"));
    ck_assert_int_eq(parse_in("%F %T", local, "2025-10-26 02:30:00", 0, &dated),
                     at("2025-10-26T00:30:00Z"));
    ck_assert_int_eq(parse_in("%F %T %Z", local, "2025-10-26 02:30:00 CEST", 0, &dated),
                     at("2025-10-26T00:30:00Z"));
    ck_assert_int_eq(parse_in("%F %T %Z", local, "2025-10-26 02:30:00 CET", 0, &dated),
                     at("2025-10-26T01:30:00Z"));
    ck_assert_int_eq(parse_in("auto", local, "2025-10-26 02:30:00 CET", 0, &dated),
                     at("2025-10-26T01:30:00Z"));
    ck_assert_int_eq(parse_in("auto", local, "2025-10-26 03:30:00 CET", 0, &dated),
                     at("2025-10-26T02:30:00Z"));
    ck_assert_int_eq(parse_in("%F %T", local, "2025-10-26 03:00:00", 0, &dated),
                     at("2025-10-26T02:00:00Z"));
    ck_assert_int_eq(parse_in("%T", local, "00:30:00", at("2025-07-12T21:59:00Z"), &dated),
                     at("2025-07-12T22:30:00Z"));
    zone_release(&local);
}

TEST(every_prefix_stays_within_its_bytes)
{
    static const char *const patterns[] = {"rfc3339", "unix", "%a %b %e %T.%f %z %Y",
                                           "%d/%b/%Y:%T %Z", "%F %I:%M:%S %p"};
    static const char *const texts[] = {"2025-11-12T10:15:30.123456789+03:00", "1.7629425305e+09",
                                        "Wed Nov 12 10:15:30.5 +03:00 2025",
                                        "12/November/2025:10:15:30 GMT", "2025-11-12 10:15:30 pm"};

    for (int i = 0; i < 5; i++) {
        struct time_format *f = format(patterns[i], (struct zone){0});

        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            char *exact = malloc(n + (n == 0));
            int64_t ns;
            bool dated;
            int r;

            memcpy(exact, texts[i], n);
            r = linetime_parse(slice_make(exact, n), &f, 1, &TIME_BASE_NONE, &ns, &dated);
            ck_assert(n < strlen(texts[i]) || r == 0);
            free(exact);
        }
        time_format_free(f);
    }
}
