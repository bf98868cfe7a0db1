/* check_tz -- zones against the C library, which reads the same files, and files that are none. */
#include "config.h"

#include "suite.h"

#include "base/buf.h"
#include "base/slurp.h"
#include "base/tz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define HOUR INT64_C(3600)

/* Up to 2100, at steps that meet every hour of the day. */
static void ck_like_the_library(const char *zone, const struct tz *tz, int64_t from_s)
{
    (void)setenv("TZ", zone, 1);
    tzset();
    for (int64_t s = from_s; s < 1139000 * HOUR; s += 5 * HOUR + 1) {
        const struct tz_type *type = tz_at(tz, s);
        time_t t = (time_t)s;
        struct tm tm;

        if (!localtime_r(&t, &tm) || tm.tm_gmtoff != type->offset_s ||
            strcmp(tm.tm_zone, type->name) != 0)
            ck_abort_msg("%s at %lld: %d %s, not %ld %s", zone, (long long)s, type->offset_s,
                         type->name, tm.tm_gmtoff, tm.tm_zone);
    }
}

static const char *const places[] = {
    "Europe/Berlin",    "Europe/London", "Europe/Dublin",       "Europe/Moscow",
    "Europe/Istanbul",  "Asia/Kolkata",  "Australia/Lord_Howe", "America/New_York",
    "America/Santiago", "Africa/Cairo",  "Asia/Jerusalem",      "America/Nuuk",
    "EST5EDT",          "UTC",           "Pacific/Apia",        "Africa/Casablanca"};

TEST_EACH(a_place_is_as_the_library_has_it, sizeof places / sizeof *places)
{
    struct tz *tz;

    if (tz_open(slice_str(places[_i]), &tz) < 0)
        return; /* no such file on this machine */
    ck_like_the_library(places[_i], tz, -438000 * HOUR);
    tz_free(tz);
}

static const char *const rules[] = {"CET-1CEST,M3.5.0,M10.5.0/3",
                                    "EST5EDT,M3.2.0,M11.1.0",
                                    "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                    "<+03>-3",
                                    "IST-2IDT,M3.4.4/26,M10.5.0",
                                    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                    "JST-9JDT,J60/2,J300/3:30",
                                    "XYZ3XYS2,59,J364/23:59:59",
                                    "NST3:30:10"};

TEST_EACH(a_rule_is_as_the_library_has_it, sizeof rules / sizeof *rules)
{
    struct tz *tz;

    (void)setenv("TZ", rules[_i], 1);
    tz = tz_local();
    ck_like_the_library(rules[_i], tz, 0); /* the library counts leap years from 1970 on */
    tz_free(tz);
}

TEST(what_is_no_rule_is_utc)
{
    static const char *const bad[] = {"",
                                      ":",
                                      "X",
                                      "CET",
                                      "CET-1x",
                                      "CET-1CEST,",
                                      "CET-1CEST,1",
                                      "CET-99",
                                      "<+03-3",
                                      "CET-1CEST,M13.1.0,M10.5.0",
                                      "C1T-1",
                                      "../../etc/passwd",
                                      "/nowhere/at/all"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tz *tz;

        (void)setenv("TZ", bad[i], 1);
        tz = tz_local();
        if (tz_at(tz, 0)->offset_s != 0 && strcmp(bad[i], "CET") != 0)
            ck_abort_msg("%s", bad[i]);
        tz_free(tz);
    }
}

TEST(names_stay_below_the_directory)
{
    static const char *const bad[] = {
        "",        "../passwd", "/etc/localtime", "Europe/../UTC", "Europe",
        "Nowhere", "+03",       "Europe/Berlin ", "Europe/B\n"};
    struct tz *tz;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tz_open(slice_str(bad[i]), &tz) == 0)
            ck_abort_msg("%s", bad[i]);
}

/* A file of ours in a directory of ours. */
static int open_bytes(const char *dir, const char *p, size_t n)
{
    char path[64];
    FILE *f;
    struct tz *tz;
    int r;

    (void)snprintf(path, sizeof path, "%s/Zone", dir);
    f = fopen(path, "we");
    ck_assert_ptr_nonnull(f);
    if (n > 0)
        ck_assert_uint_eq(fwrite(p, 1, n, f), n);
    (void)fclose(f);
    r = tz_open(SLICE("Zone"), &tz);
    if (r == 0) {
        (void)tz_at(tz, 0);
        (void)tz_at(tz, INT64_C(1) << 32);
        tz_free(tz);
    }
    return r;
}

TEST(damaged_files_are_refused_or_harmless)
{
    char dir[] = "tz.XXXXXX";
    struct buf file = BUF_INIT;

    if (slurp("/usr/share/zoneinfo/Europe/Moscow", &file) < 0)
        return;
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)setenv("TZDIR", dir, 1);
    ck_assert_int_eq(open_bytes(dir, file.p, file.n), 0);
    for (size_t n = 0; n < file.n; n += n < 200 ? 1 : 7)
        if (open_bytes(dir, file.p, n) != -EBADMSG)
            ck_abort_msg("%zu bytes of it", n);
    for (size_t i = 0; i < file.n; i += i < 100 ? 1 : 3) {
        char was = file.p[i];

        file.p[i] = (char)~was;
        (void)open_bytes(dir, file.p, file.n);
        file.p[i] = was;
    }
    buf_release(&file);
    (void)chdir(dir);
    (void)unlink("Zone");
    (void)chdir("..");
    (void)rmdir(dir);
}
