/* Patterns by their names: every one that ships, and what makes of them a regex. */
#include "config.h"

#include "suite.h"
#include "support.h"

#include <stdio.h>

/* The fields of %{NAME} on a line, as labels of a counter. */
static void expect(const char *pattern, const char *line, bool matches)
{
    struct buf ini = BUF_INIT, text = BUF_INIT;
    struct world *w;

    buf_fmt(&ini, "[event a]\nmatch = ^%%{%s:all}$\n[counter a_total]\ninc = a\n", pattern);
    buf_fmt(&text, "%s\n", line);
    w = world_new(ini.p);
    world_feed(w, text.p);
    ck_assert_msg((strcmp(world_own(w, "a_total"), "1") == 0) == matches, "%s %s \"%s\"", pattern,
                  matches ? "does not match" : "matches", line);
    world_free(w);
    buf_release(&ini);
    buf_release(&text);
}

static const struct {
    const char *name, *yes[4], *no[3];
} samples[] = {
    {"INT", {"12", "-3", "+4"}, {"1.5", "x"}},
    {"POSINT", {"1", "120"}, {"0", "012", "-1"}},
    {"NONNEGINT", {"0", "007"}, {"-1", "x"}},
    {"NUMBER", {"1", "-1.5", ".5", "1e-3"}, {"1.2.3", "e5", "."}},
    {"BASE10NUM", {"3.14"}, {"pi"}},
    {"BASE16NUM", {"0xFF", "beef", "-1a"}, {"0xG"}},
    {"BASE16FLOAT", {"0x1.8", "ff", ".8"}, {"0x", "1.g"}},
    {"WORD", {"abc_1"}, {"a b", "a-b"}},
    {"NOTSPACE", {"a-b=c"}, {"a b"}},
    {"SPACE", {" ", "  "}, {"x"}},
    {"DATA", {"a b"}, {NULL}},
    {"GREEDYDATA", {"a b"}, {NULL}},
    {"QUOTEDSTRING", {"\"a \\\" b\"", "'x'", "`y`", "\"\""}, {"\"a", "a\"", "\"a\" b\""}},
    {"QS", {"\"a\""}, {"a"}},
    {"UUID", {"123e4567-e89b-12d3-a456-426614174000"}, {"123e4567e89b12d3a456426614174000"}},
    {"URN", {"urn:isbn:0451450523", "urn:ietf:rfc:2648"}, {"isbn:0451450523", "urn:a"}},
    {"LOGLEVEL", {"info", "WARNING", "Error", "emerg"}, {"verbose", "infox"}},
    {"USERNAME", {"j.doe-1"}, {"j doe", "a@b"}},
    {"USER", {"root"}, {"a/b"}},
    {"EMAILLOCALPART", {"a.b+c"}, {"a b"}},
    {"EMAILADDRESS", {"a.b+c@example.org"}, {"@example.org", "a@"}},
    {"COMMONMAC", {"00:1a:2B:3c:4d:5e"}, {"00-1a-2b-3c-4d-5e"}},
    {"WINDOWSMAC", {"00-1a-2b-3c-4d-5e"}, {"00:1a:2B:3c:4d:5e"}},
    {"CISCOMAC", {"001a.2b3c.4d5e"}, {"00:1a:2B:3c:4d:5e"}},
    {"MAC", {"00:1a:2B:3c:4d:5e", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"}, {"00:1a:2b:3c:4d", "x"}},
    {"IPV4", {"192.0.2.1", "255.255.255.255", "0.0.0.0"}, {"256.0.0.1", "1.2.3", "1.2.3.4.5"}},
    {"IPV6",
     {"2001:db8::1", "::1", "fe80::1%eth0", "::ffff:192.0.2.1"},
     {"2001:db8::1::2", "12345::", "1:2:3:4:5:6:7:8:9"}},
    {"IP", {"::", "1:2:3:4:5:6:7:8", "192.0.2.1", "1:2:3:4:5:6:7::"}, {"x", ":1"}},
    {"HOSTNAME", {"example.org", "a-b.c_d", "localhost", "example.org."}, {"-a", "a..b"}},
    {"IPORHOST", {"example.org", "::1", "192.0.2.1"}, {"a b"}},
    {"HOSTPORT", {"example.org:80", "[x", NULL}, {"example.org", "a:b"}},
    {"UNIXPATH", {"/", "/var/log/a.log"}, {"a/b", "/a b"}},
    {"WINPATH", {"C:\\Windows\\x.dll"}, {"/a", "C:"}},
    {"PATH", {"/a", "C:\\a"}, {"a"}},
    {"TTY", {"/dev/pts/0", "/dev/ttyS0"}, {"/dev/sda"}},
    {"URIPROTO", {"https", "git+ssh"}, {"1a"}},
    {"URIHOST", {"example.org:8080", "192.0.2.1"}, {"a b"}},
    {"URIPATH", {"/a/b", "/"}, {"/a?b", "a"}},
    {"URIQUERY", {"a=b&c"}, {"a b", "a#b"}},
    {"URIPARAM", {"?a=b&c"}, {"a=b", "?a b"}},
    {"URIPATHPARAM", {"/a?b=c", "/a"}, {"?b"}},
    {"URI", {"https://u:p@example.org:1/a?b", "file:///a", "http://example.org"}, {"a", "http:/x"}},
    {"MONTH", {"Jan", "February", "Sept", "May"}, {"Foo", "Januar"}},
    {"MONTHNUM", {"1", "01", "12"}, {"13", "0"}},
    {"MONTHNUM2", {"01", "12"}, {"1", "13"}},
    {"MONTHDAY", {"1", "01", "31"}, {"32", "0"}},
    {"DAY", {"Mon", "Sunday"}, {"Mo"}},
    {"YEAR", {"2025", "25"}, {"202", "x"}},
    {"HOUR", {"0", "09", "23"}, {"24"}},
    {"MINUTE", {"00", "59"}, {"60", "5"}},
    {"SECOND", {"5", "60", "59.123", "59,1"}, {"61"}},
    {"TIME", {"10:15:30", "10:15", "1:15:30.5"}, {"24:00:00", "10:5"}},
    {"TZ", {"UTC", "CEST"}, {"utc", "UTCUTC"}},
    {"DATE_US", {"11/12/2025", "1-2-25"}, {"13/12/2025"}},
    {"DATE_EU", {"31.12.2025", "31/12/25"}, {"32.1.2025"}},
    {"DATE", {"31.12.2025", "12/31/2025"}, {"x"}},
    {"DATESTAMP", {"31.12.2025 10:15:30"}, {"31.12.2025"}},
    {"ISO8601_TIMEZONE", {"Z", "+01:00", "-0700", "+03"}, {"UTC"}},
    {"ISO8601_SECOND", {"59.5"}, {"x"}},
    {"TIMESTAMP_ISO8601",
     {"2025-11-12T10:15:30Z", "2025-11-12 10:15:30,123", "2025-11-12T10:15:30.5+01:00"},
     {"12.11.2025 10:15:30", "2025-11-12"}},
    {"DATESTAMP_RFC822", {"Wed Nov 12 2025 10:15:30 UTC"}, {"x"}},
    {"DATESTAMP_RFC2822", {"Wed, 12 Nov 2025 10:15:30 +0000"}, {"x"}},
    {"DATESTAMP_OTHER", {"Wed Nov 12 10:15:30 UTC 2025"}, {"x"}},
    {"DATESTAMP_EVENTLOG", {"20251112101530"}, {"2025-11-12 10:15:30", "20251312101530"}},
    {"HTTPDATE", {"12/Nov/2025:10:15:30 +0000"}, {"12/11/2025:10:15:30 +0000"}},
    {"SYSLOGTIMESTAMP", {"Nov 12 10:15:30", "Nov  2 10:15:30"}, {"12 Nov 10:15:30"}},
    {"PROG", {"sshd", "kernel"}, {"a b", "a["}},
    {"SYSLOGPROG", {"sshd[12]", "kernel"}, {"sshd[x]"}},
    {"SYSLOGHOST", {"web1", "192.0.2.1"}, {"a b"}},
    {"SYSLOGFACILITY", {"<4.6>"}, {"<46>"}},
    {"SYSLOGBASE", {"Nov 12 10:15:30 web1 sshd[12]:"}, {"web1 sshd:"}},
    {"SYSLOGLINE", {"Nov 12 10:15:30 web1 sshd[12]: Accepted password"}, {"x"}},
    {"HTTPDUSER", {"ann", "ann@example.org"}, {"a b"}},
    {"COMMONAPACHELOG",
     {"192.0.2.1 - ann [12/Nov/2025:10:15:30 +0000] \"GET / HTTP/1.1\" 200 612",
      "::1 - - [12/Nov/2025:10:15:30 +0000] \"-\" 400 -"},
     {"192.0.2.1 - - x"}},
    {"COMBINEDAPACHELOG",
     {"192.0.2.1 - - [12/Nov/2025:10:15:30 +0000] \"GET / HTTP/1.1\" 200 612 \"-\" \"curl\""},
     {"x"}},
    {"HTTPD_COMMONLOG", {"a - - [12/Nov/2025:10:15:30 +0000] \"GET / HTTP/2\" 200 612"}, {"x"}},
    {"HTTPD_COMBINEDLOG",
     {"a - - [12/Nov/2025:10:15:30 +0000] \"GET / HTTP/2\" 200 612 \"-\" \"b\""},
     {"x"}},
    {"JAVACLASS", {"org.example.Main$1"}, {"1a"}},
    {"JAVAFILE", {"Main.java", "Native Method"}, {"a(b"}},
    {"JAVAMETHOD", {"<init>", "run"}, {"<x>"}},
    {"JAVASTACKTRACEPART", {"\tat org.example.Main.run(Main.java:12)"}, {"org.example.Main"}},
};

TEST(every_common_pattern_matches_what_it_says)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t k = 0; k < 4 && samples[i].yes[k]; k++)
            if (samples[i].yes[k][0] != '[')
                expect(samples[i].name, samples[i].yes[k], true);
        for (size_t k = 0; k < 3 && samples[i].no[k]; k++)
            expect(samples[i].name, samples[i].no[k], false);
    }
}

/* All of those that ship stand in the table above. */
TEST(every_common_pattern_has_a_sample)
{
    static const char *const names[] = {
#define COMMON(name, regex) name,
#include "rules/load/common_patterns.h"
#undef COMMON
    };
    size_t missing = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t k = 0;

        while (k < sizeof samples / sizeof *samples && strcmp(samples[k].name, names[i]) != 0)
            k++;
        if (k == sizeof samples / sizeof *samples)
            missing += printf("%s has no sample\n", names[i]) > 0;
    }
    ck_assert_uint_eq(missing, 0);
}

TEST(fields_of_any_name)
{
    world_expect("[patterns]\nPAIR = "
                 "%{WORD:[key][name]}=%{NUMBER:value_of_the_pair_that_is_named_before:float}\n"
                 "[event a]\nmatch = ^%{PAIR} %{PAIR2} %{NOTSPACE:client-ip}$\n"
                 "set.text = ${key.name}-1\n"
                 "rewrite.text = ^%{WORD:w}-%{INT} -> ${w}\n"
                 "[patterns]\nPAIR2 = <(?:%{IPV4:ip}|%{WORD:ip})>\n"
                 "[counter a_total]\nadd = a\nvalue = value_of_the_pair_that_is_named_before\n"
                 "labels = name=key.name, ip, client=client-ip\n",
                 "x=1.5 <192.0.2.1> c\ny=2 <host> d\n",
                 "a_total{name=\"x\",ip=\"192.0.2.1\",client=\"c\"} 1.5\n"
                 "a_total{name=\"y\",ip=\"host\",client=\"d\"} 2\n");
}

TEST(what_is_no_name_is_the_regex_it_was)
{
    world_expect("[event a]\nmatch = ^%{2}x %{1,2}y \\%{IP} %\\{a%$\n[counter a_total]\ninc = a\n",
                 "%%x %%y %{IP} %{a%\n%%x %y %{IP} %{a%\n", "a_total 2\n");
}

TEST(everywhere_a_regex_stands)
{
    world_expect(
        "[patterns]\nHEAD = <\\d+>\n"
        "[log app]\npath = /x\nprefix = ^%{HEAD} %{WORD:host}: \n"
        "path_match = /%{WORD:dir}/%{WORD:app}\\.log$\ntime_match = at %{TIMESTAMP_ISO8601:time}\n"
        "[event a]\nwhere = _line =~ n=%{INT:n}\nwhere = host !~ ^%{INT}$\n"
        "each = _line =~ %{WORD:k}=%{INT:v}\nset.k2 = ${k}!\nrewrite.k2 = %{WORD}! -> [$0]\n"
        "[counter a_total]\nadd = a\nvalue = v\nlabels = host, app, dir, k, k2, t=_time\n",
        "<1> web: n=5 m=2 at 2024-01-01T00:00:00Z\n<1> 77: n=5\n",
        "a_total{host=\"web\",app=\"app\",dir=\"log\",k=\"m\",k2=\"[m!]\",t=\"1704067200\"} 2\n"
        "a_total{host=\"web\",app=\"app\",dir=\"log\",k=\"n\",k2=\"[n!]\",t=\"1704067200\"} 5\n");
}

/* Patterns that double at each step, and a chain of many: bounded, and said. */
TEST(bounds)
{
    struct mistakes m = MISTAKES_INIT;
    struct buf ini = BUF_INIT, said = BUF_INIT;
    struct ini_doc *doc;

    buf_str(&ini, "[patterns]\nP0 = aaaaaaaaaaaaaaaa\n");
    for (int i = 1; i < 40; i++)
        buf_fmt(&ini, "P%d = %%{P%d}%%{P%d}\n", i, i - 1, i - 1);
    buf_str(&ini, "Q0 = a\n");
    for (int i = 1; i < 200; i++)
        buf_fmt(&ini, "Q%d = %%{Q%d}\n", i, i - 1);
    doc = ini_read_text(buf_all(&ini), "p.ini", SECTION_RULE, &m);
    ck_assert_ptr_null(ruleset_load(&doc, 1, NULL, &m));
    mistakes_print(&m, MISTAKE, &said);
    ck_assert_ptr_nonnull(strstr(said.p, "regular expression is too large"));
    ck_assert_ptr_nonnull(strstr(said.p, "is inside of more than 64 others"));
    ini_free(doc);
    mistakes_release(&m);
    buf_release(&ini);
    buf_release(&said);
}
