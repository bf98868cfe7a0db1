/* check_negotiate -- what real scrapers send, and what nobody should. */
#include "config.h"

#include "suite.h"

#include "http/negotiate.h"

#include <stdlib.h>
#include <string.h>

#define OM true
#define TEXT false

#define PROTO                                                                  \
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;" \
    "encoding=delimited"

struct row {
    const char *accept;
    bool want;
};

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(negotiate_openmetrics(rows[i].accept) == rows[i].want, "row %zu: %s", i,
                      rows[i].accept ? rows[i].accept : "(null)");
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

TEST(every_prometheus_gets_openmetrics)
{
    static const struct row rows[] = {
        /* 2.31 to 2.48 */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         OM},
        /* 2.42 with native histograms */
        {PROTO ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;"
               "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         OM},
        /* 2.49 to 2.55 */
        {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0."
         "0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         OM},
        /* 3.0: parameters twice */
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
         "openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;"
         "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         OM},
        /* 3.5 to 3.14 */
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
         "openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
         "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         OM},
        {"application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.2", OM},
        {"application/openmetrics-text;version=1.0.0;escaping=values;q=0.6,*/*;q=0.2", OM},
        /* 3.x, protobuf first */
        {PROTO ";escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping="
               "allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;"
               "version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
         OM},
    };
    CHECK_ROWS(rows);
}

TEST(other_scrapers_get_what_they_can_read)
{
    static const struct row rows[] = {
        /* VictoriaMetrics, vmagent, Netdata */
        {"text/plain;version=0.0.4;q=1,*/*;q=0.1", TEXT},
        /* Grafana Alloy scrapes as Prometheus 2.49 and later do */
        {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version="
         "0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         OM},
        /* Datadog: the second generation of its check, and the first */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         OM},
        {"text/plain", TEXT},
        /* Telegraf: protobuf first, which we have not; its later versions take OpenMetrics, too */
        {PROTO ";q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", TEXT},
        {PROTO ";q=0.7,text/plain;version=0.0.4;q=0.3", TEXT},
        {"application/openmetrics-text, " PROTO ";q=0.7,text/plain;version=0.0.4;q=0.3", OM},
    };
    CHECK_ROWS(rows);
}

TEST(scrape_protocols_may_ask_for_text)
{
    static const struct row rows[] = {
        {"text/plain;version=0.0.4;q=0.6,*/*;q=0.5", TEXT},
        {"text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0."
         "4",
         TEXT},
        {"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5", TEXT},
        {PROTO ";q=0.6,*/*;q=0.5", TEXT},
        /* text 1.0.0 is skipped, the next entry counts */
        {"text/plain;version=1.0.0;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5", OM},
    };
    CHECK_ROWS(rows);
}

TEST(no_wish_is_text)
{
    static const struct row rows[] = {
        {NULL, TEXT},
        {"", TEXT},
        {"*/*", TEXT},
        {"text/*", TEXT},
        {"text/plain", TEXT},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", TEXT},
        {"application/json", TEXT},
        {"application/*", TEXT},
    };
    CHECK_ROWS(rows);
}

TEST(the_highest_q_wins_and_ties_go_by_order)
{
    static const struct row rows[] = {
        {"application/openmetrics-text", OM},
        {"application/openmetrics-text;version=0.0.1", OM},
        {"application/openmetrics-text;version=2.0.0", TEXT},
        {"application/openmetrics-text,text/plain", OM},
        {"text/plain,application/openmetrics-text", TEXT},
        {"text/plain;q=0.5,application/openmetrics-text;q=0.500", TEXT},
        {"text/plain;q=0.5,application/openmetrics-text;q=0.501", OM},
        {"application/openmetrics-text;q=0.9,*/*", TEXT},
        {"*/*;q=0.2,application/openmetrics-text;q=0.3", OM},
    };
    CHECK_ROWS(rows);
}

TEST(q_of_zero_refuses)
{
    static const struct row rows[] = {
        {"application/openmetrics-text;q=0", TEXT},
        {"application/openmetrics-text;q=0.000,*/*;q=0.1", TEXT},
        {"text/plain;q=0,application/openmetrics-text;q=0.1", OM},
    };
    CHECK_ROWS(rows);
}

TEST(the_first_of_a_parameter_counts)
{
    static const struct row rows[] = {
        {"application/openmetrics-text;q=0.5;q=0", OM},
        {"application/openmetrics-text;q=0;q=0.5", TEXT},
        {"application/openmetrics-text;version=1.0.0;version=2.0.0", OM},
        {"application/openmetrics-text;version=2.0.0;version=1.0.0", TEXT},
    };
    CHECK_ROWS(rows);
}

TEST(case_and_blanks_do_not_matter)
{
    static const struct row rows[] = {
        {"APPLICATION/OpenMetrics-Text ; VERSION = 1.0.0 ; Q = 0.9 , text/plain;q=0.8", OM},
        {"\ttext/plain ;\tq=0.1\t,  application/openmetrics-text\t", OM},
        {"application/openmetrics-text;version=\"1.0.0\"", OM},
        {"application/openmetrics-text;x=\"a,b;q=0\";q=0.9,text/plain;q=0.8", OM},
    };
    CHECK_ROWS(rows);
}

TEST(garbage_is_text_and_never_fails)
{
    static const struct row rows[] = {
        {",", TEXT},
        {";;;,,,===", TEXT},
        {";q=1", TEXT},
        {"application/openmetrics-text;q=abc", TEXT},
        {"application/openmetrics-text;q=-1", TEXT},
        {"application/openmetrics-text;q=", TEXT},
        {"application/openmetrics-text;q=.", TEXT},
        {"application/openmetrics-text;q=1e999", TEXT},
        {"application/openmetrics-text;q=99999999999999999999999999999999", OM},
        {"application/openmetrics-text;q=0.0000000000000000000000000000001", TEXT},
        {"application/openmetrics-text;version=\"1.0.0", TEXT},
        {"\"\\", TEXT},
        {"\"application/openmetrics-text", TEXT},
        {"application/openmetrics-text;;q=0.5", OM},
        {"garbage,application/openmetrics-text;q=0.5", OM},
        {"application/openmetrics-text;q=0.5.5", TEXT},
        {"application/openmetrics-text;x=\"\\\",text/plain\"", OM},
        {"text/plain;x=\"\\\",application/openmetrics-text", TEXT},
        {"\xff\xfe\x01", TEXT},
    };
    CHECK_ROWS(rows);
}

/* Each prefix of a real header, in memory of just its size so that a sanitizer sees a read too
 * far. */
TEST(every_prefix_of_a_real_header_is_fine)
{
    const char *whole = PROTO ";q=0.6,application/openmetrics-text;version=\"1.0.0\";q=0.5,*/*";

    for (size_t n = 0; n <= strlen(whole); n++) {
        char *prefix = strndup(whole, n);

        (void)negotiate_openmetrics(prefix);
        (void)negotiate_coding(prefix);
        free(prefix);
    }
}

static void check_coding(const char *accept, enum coding want)
{
    enum coding got = negotiate_coding(accept);

    if (!coding_is_built(want))
        want = got == CODING_ZSTD ? CODING_IDENTITY : got;
    ck_assert_msg(got == want, "%s: %d, not %d", accept ? accept : "(null)", (int)got, (int)want);
}

TEST(gzip_only_when_asked_for)
{
    check_coding("gzip", CODING_GZIP);
    check_coding("GZIP", CODING_GZIP);
    check_coding("deflate, gzip;q=1.0, *;q=0.5", CODING_GZIP);
    check_coding("gzip;q=0.001", CODING_GZIP);
    check_coding("br , gzip ; q=0.1", CODING_GZIP);
    check_coding("x-gzip", CODING_GZIP);
    check_coding(NULL, CODING_IDENTITY);
    check_coding("", CODING_IDENTITY);
    check_coding("identity", CODING_IDENTITY);
    check_coding("gzip;q=0", CODING_IDENTITY);
    check_coding("gzip;q=0.0, identity", CODING_IDENTITY);
    check_coding("gzip;q=abc", CODING_IDENTITY);
    check_coding("gzipped", CODING_IDENTITY);
    check_coding("deflate, br", CODING_IDENTITY);
}

TEST(a_star_is_what_was_not_named)
{
    check_coding("*", CODING_GZIP);
    check_coding("br, *;q=0.1", CODING_GZIP);
    check_coding("identity;q=0.5, *", CODING_GZIP);
    check_coding("*;q=0", CODING_IDENTITY);
    check_coding("*;q=0, gzip", CODING_GZIP);
    check_coding("*, gzip;q=0", CODING_ZSTD);
    check_coding("gzip;q=0, *", CODING_ZSTD);
    check_coding("zstd;q=0, *", CODING_GZIP);
    check_coding("zstd;q=0, gzip;q=0, *", CODING_IDENTITY);
}

TEST(zstd_where_it_is_the_first_wish)
{
    check_coding("zstd", CODING_ZSTD);
    check_coding("ZSTD;q=0.1", CODING_ZSTD);
    check_coding("deflate, br, zstd", CODING_ZSTD);
    check_coding("zstd, gzip", CODING_ZSTD);
    check_coding("gzip;q=0.8, zstd;q=0.9", CODING_ZSTD);
    check_coding("gzip, deflate, br, zstd", CODING_GZIP); /* browsers */
    check_coding("zstd;q=0.5, gzip", CODING_GZIP);
    check_coding("zstd;q=0.5, identity", CODING_IDENTITY);
    check_coding("zstd;q=0.5, identity;q=0.4", CODING_ZSTD);
    check_coding("zstd;q=0", CODING_IDENTITY);
    check_coding("zstd;q=0, zstd", CODING_IDENTITY);
    check_coding("zstandard", CODING_IDENTITY);
}

TEST(russian_only_where_it_is_preferred)
{
    ck_assert(negotiate_russian("ru"));
    ck_assert(negotiate_russian("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7"));
    ck_assert(negotiate_russian("de, en;q=0.4, RU-ru;q=0.5"));
    ck_assert(!negotiate_russian("en, ru"));
    ck_assert(!negotiate_russian("en-GB, ru;q=0.9"));
    ck_assert(!negotiate_russian("ru;q=0"));
    ck_assert(!negotiate_russian("run"));
    ck_assert(!negotiate_russian("*"));
    ck_assert(!negotiate_russian(NULL));
}
