/* check_expose -- the three formats, byte for byte. */
#include "config.h"

#include "suite.h"

#include "metrics/expose.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const label_names[] = {"method", "path"};
static const double bounds[] = {0.005, 1, 2.5, 100000, 1e6};

static struct registry *new_registry(void)
{
    return registry_new(&(struct registry_limits){.label_bytes = 256, .now_ns = 1500000000});
}

static struct family *add(struct registry *r, const char *name, enum family_type type,
                          unsigned nlabels, const char *help)
{
    struct family_spec spec = {
        .name = name,
        .help = help,
        .type = type,
        .nlabels = nlabels,
        .labels = label_names,
        .nbuckets = type == FAMILY_HISTOGRAM ? 5 : 0,
        .buckets = bounds,
        .exemplars = true,
    };

    return registry_family(r, &spec);
}

static uint32_t series2(struct family *f, const char *a, const char *b)
{
    return family_series(f, (struct slice[]){slice_str(a), slice_str(b)}, 2500000000, NULL);
}

/* The page of r; r is freed. */
static struct buf page(struct registry *r, const struct expose_options *o)
{
    struct buf out = BUF_INIT;
    struct snapshot *s = snapshot_take(r);

    registry_free(r); /* a snapshot must not need it */
    expose(s, o, &out);
    snapshot_free(s);
    return out;
}

static void assert_page(struct registry *r, const struct expose_options *o, const char *want)
{
    struct buf have = page(r, o);

    ck_assert_str_eq(have.p ? have.p : "", want);
    ck_assert_uint_eq(strlen(have.p ? have.p : ""), have.n);
    buf_release(&have);
}

static void assert_text(struct registry *r, const char *want)
{
    assert_page(r, &(struct expose_options){.format = EXPOSE_TEXT}, want);
}

static void assert_openmetrics(struct registry *r, unsigned flags, const char *want)
{
    assert_page(r, &(struct expose_options){.format = EXPOSE_OPENMETRICS, .flags = flags}, want);
}

static struct registry *counters(void)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "http_requests_total", FAMILY_COUNTER, 2, "Requests.");

    counter_inc(f, series2(f, "POST", "/b"), 3, 0);
    counter_inc(f, series2(f, "GET", "/b"), 2, 0);
    counter_inc(f, series2(f, "GET", "/a"), 1, 0);
    return r;
}

TEST(counter_in_text)
{
    assert_text(counters(), "# HELP http_requests_total Requests.\n"
                            "# TYPE http_requests_total counter\n"
                            "http_requests_total{method=\"POST\",path=\"/b\"} 3\n"
                            "http_requests_total{method=\"GET\",path=\"/b\"} 2\n"
                            "http_requests_total{method=\"GET\",path=\"/a\"} 1\n");
}

TEST(counter_in_openmetrics_has_no_total_in_its_metadata)
{
    assert_openmetrics(counters(), EXPOSE_SORTED,
                       "# TYPE http_requests counter\n"
                       "# HELP http_requests Requests.\n"
                       "http_requests_total{method=\"GET\",path=\"/a\"} 1\n"
                       "http_requests_total{method=\"GET\",path=\"/b\"} 2\n"
                       "http_requests_total{method=\"POST\",path=\"/b\"} 3\n"
                       "# EOF\n");
}

TEST(counter_without_total_is_unknown_in_openmetrics)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "requests", FAMILY_COUNTER, 0, "R");
    struct exemplar e = {.value = 1, .time = NAN, .nlabels = 1, .name = {SLICE("id")}};

    e.text[0] = SLICE("x");
    counter_inc(f, 0, 1, 0);
    family_exemplar(f, 0, &e);
    assert_openmetrics(r, EXPOSE_CREATED,
                       "# TYPE requests unknown\n# HELP requests R\nrequests 1\n# EOF\n");
    r = new_registry();
    counter_inc(add(r, "requests", FAMILY_COUNTER, 0, "R"), 0, 1, 0);
    assert_text(r, "# HELP requests R\n# TYPE requests counter\nrequests 1\n");
}

TEST(counter_values_keep_their_digits)
{
    static const struct {
        struct num value;
        const char *text;
    } cases[] = {
        {{0, 0, true}, "0"},
        {{9007199254740993.0, UINT64_C(9007199254740993), true}, "9007199254740993"},
        {{0x1p64, UINT64_MAX, true}, "18446744073709551615"},
        {{0.1, 0, false}, "0.1"},
        {{2.5, 0, false}, "2.5"},
        {{1e-7, 0, false}, "1e-07"},
        {{1e300, 0, false}, "1e+300"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct registry *r = new_registry();
        struct family *f = add(r, "a_total", FAMILY_COUNTER, 0, "A");
        char want[200];

        counter_add(f, 0, &cases[i].value, 0);
        (void)snprintf(want, sizeof want, "# HELP a_total A\n# TYPE a_total counter\na_total %s\n",
                       cases[i].text);
        assert_text(r, want);
    }
}

TEST(fractions_that_add_up_are_whole_again)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "a_total", FAMILY_COUNTER, 0, "A");
    struct num half = {0.5, 0, false};

    counter_add(f, 0, &half, 0);
    counter_add(f, 0, &half, 0);
    counter_inc(f, 0, UINT64_C(9007199254740992), 0);
    assert_text(r, "# HELP a_total A\n# TYPE a_total counter\na_total 9007199254740993\n");
}

TEST(gauge_values)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{NAN, "NaN"},   {-NAN, "NaN"}, {INFINITY, "+Inf"}, {-INFINITY, "-Inf"},
                 {-0.5, "-0.5"}, {10, "10"},    {0.1, "0.1"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct registry *r = new_registry();
        struct family *f = add(r, "g", FAMILY_GAUGE, 0, "G");
        char want[200];

        gauge_set(f, 0, cases[i].value, 0, 0, 0);
        (void)snprintf(want, sizeof want, "# HELP g G\n# TYPE g gauge\ng %s\n", cases[i].text);
        assert_text(r, want);
    }
}

static struct registry *histogram(unsigned nlabels)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "wait_seconds", FAMILY_HISTOGRAM, nlabels, "Wait.");
    uint32_t i = nlabels ? family_series(f, &SLICE("GET"), 0, NULL) : 0;

    histogram_observe(f, i, 0.005, 0);
    histogram_observe(f, i, 1.5, 0);
    histogram_observe(f, i, 2e6, 0);
    return r;
}

TEST(histogram_has_canonical_le_in_both_formats)
{
    static const char samples[] = "wait_seconds_bucket{method=\"GET\",le=\"0.005\"} 1\n"
                                  "wait_seconds_bucket{method=\"GET\",le=\"1.0\"} 1\n"
                                  "wait_seconds_bucket{method=\"GET\",le=\"2.5\"} 2\n"
                                  "wait_seconds_bucket{method=\"GET\",le=\"100000.0\"} 2\n"
                                  "wait_seconds_bucket{method=\"GET\",le=\"1e+06\"} 2\n"
                                  "wait_seconds_bucket{method=\"GET\",le=\"+Inf\"} 3\n"
                                  "wait_seconds_sum{method=\"GET\"} 2000001.505\n"
                                  "wait_seconds_count{method=\"GET\"} 3\n";
    char want[2000];

    (void)snprintf(want, sizeof want, "# HELP wait_seconds Wait.\n%s%s",
                   "# TYPE wait_seconds histogram\n", samples);
    assert_text(histogram(1), want);
    (void)snprintf(want, sizeof want, "%s# UNIT wait_seconds seconds\n%s%s# EOF\n",
                   "# TYPE wait_seconds histogram\n", "# HELP wait_seconds Wait.\n", samples);
    assert_openmetrics(histogram(1), 0, want);
}

TEST(histogram_without_labels)
{
    assert_text(histogram(0), "# HELP wait_seconds Wait.\n"
                              "# TYPE wait_seconds histogram\n"
                              "wait_seconds_bucket{le=\"0.005\"} 1\n"
                              "wait_seconds_bucket{le=\"1.0\"} 1\n"
                              "wait_seconds_bucket{le=\"2.5\"} 2\n"
                              "wait_seconds_bucket{le=\"100000.0\"} 2\n"
                              "wait_seconds_bucket{le=\"1e+06\"} 2\n"
                              "wait_seconds_bucket{le=\"+Inf\"} 3\n"
                              "wait_seconds_sum 2000001.505\n"
                              "wait_seconds_count 3\n");
}

TEST(units_follow_the_name_without_total)
{
    struct registry *r = new_registry();

    add(r, "cpu_seconds_total", FAMILY_COUNTER, 2, "");
    add(r, "size_bytes", FAMILY_GAUGE, 2, "");
    add(r, "used_ratio", FAMILY_GAUGE, 2, "");
    add(r, "seconds", FAMILY_GAUGE, 2, "");
    add(r, "milliseconds", FAMILY_GAUGE, 2, "");
    assert_openmetrics(r, 0,
                       "# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n"
                       "# HELP cpu_seconds \n"
                       "# TYPE size_bytes gauge\n# UNIT size_bytes bytes\n# HELP size_bytes \n"
                       "# TYPE used_ratio gauge\n# UNIT used_ratio ratio\n# HELP used_ratio \n"
                       "# TYPE seconds gauge\n# HELP seconds \n"
                       "# TYPE milliseconds gauge\n# HELP milliseconds \n"
                       "# EOF\n");
}

TEST(escapes_of_help_and_labels)
{
    static const char help[] = "a \"b\" \\ c\nd";

    for (int i = 0; i < 2; i++) {
        struct registry *r = new_registry();
        struct family *f = add(r, "g", FAMILY_GAUGE, 2, help);

        gauge_set(f, series2(f, "q\"b\\n\nt\t", "\xf0\x9f\x98\x80"), 1, 0, 0, 0);
        if (i == 0)
            assert_text(r, "# HELP g a \"b\" \\\\ c\\nd\n# TYPE g gauge\n"
                           "g{method=\"q\\\"b\\\\n\\nt\t\",path=\"\xf0\x9f\x98\x80\"} 1\n");
        else
            assert_openmetrics(r, 0,
                               "# TYPE g gauge\n# HELP g a \\\"b\\\" \\\\ c\\nd\n"
                               "g{method=\"q\\\"b\\\\n\\nt\t\",path=\"\xf0\x9f\x98\x80\"} 1\n"
                               "# EOF\n");
    }
}

TEST(label_values_of_every_length_are_whole)
{
    char value[200], want[600];

    for (size_t n = 1; n < sizeof value; n++) {
        struct registry *r = new_registry();
        struct family *f = add(r, "g", FAMILY_GAUGE, 2, "");

        for (size_t i = 0; i < n; i++)
            value[i] = (char)('a' + (i + n) % 26);
        value[n] = '\0';
        gauge_set(f, series2(f, value, "x"), 1, 0, 0, 0);
        (void)snprintf(want, sizeof want,
                       "# HELP g \n# TYPE g gauge\ng{method=\"%s\",path=\"x\"} 1\n", value);
        assert_text(r, want);
    }
}

TEST(const_labels_come_first)
{
    const char *names[] = {"env", "dc"}, *values[] = {"a\"b", "x"};
    struct expose_options o = {
        .format = EXPOSE_TEXT, .nconst = 2, .const_names = names, .const_values = values};
    struct registry *r = new_registry();
    struct family *f = add(r, "g", FAMILY_GAUGE, 2, "");

    gauge_set(f, series2(f, "GET", "/"), 1, 0, 0, 0);
    family_touch(add(r, "c_total", FAMILY_COUNTER, 0, ""));
    assert_page(r, &o,
                "# HELP g \n# TYPE g gauge\n"
                "g{env=\"a\\\"b\",dc=\"x\",method=\"GET\",path=\"/\"} 1\n"
                "# HELP c_total \n# TYPE c_total counter\nc_total{env=\"a\\\"b\",dc=\"x\"} 0\n");
    r = new_registry();
    f = add(r, "h", FAMILY_HISTOGRAM, 0, "");
    family_touch(f);
    o.nconst = 1;
    assert_page(r, &o,
                "# HELP h \n# TYPE h histogram\n"
                "h_bucket{env=\"a\\\"b\",le=\"0.005\"} 0\n"
                "h_bucket{env=\"a\\\"b\",le=\"1.0\"} 0\n"
                "h_bucket{env=\"a\\\"b\",le=\"2.5\"} 0\n"
                "h_bucket{env=\"a\\\"b\",le=\"100000.0\"} 0\n"
                "h_bucket{env=\"a\\\"b\",le=\"1e+06\"} 0\n"
                "h_bucket{env=\"a\\\"b\",le=\"+Inf\"} 0\n"
                "h_sum{env=\"a\\\"b\"} 0\n"
                "h_count{env=\"a\\\"b\"} 0\n");
}

TEST(label_less_family_is_metadata_until_touched)
{
    struct registry *r = new_registry();

    add(r, "g", FAMILY_GAUGE, 0, "G");
    family_touch(add(r, "h", FAMILY_GAUGE, 0, "H"));
    gauge_add(add(r, "i", FAMILY_GAUGE, 0, "I"), 0, 1, 0);
    assert_text(r, "# HELP g G\n# TYPE g gauge\n# HELP h H\n# TYPE h gauge\nh 0\n"
                   "# HELP i I\n# TYPE i gauge\ni 1\n");
}

TEST(hidden_families_are_left_out)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "a_total", FAMILY_COUNTER, 0, "A");

    counter_inc(f, 0, 1, 0);
    family_set_hidden(f, true);
    add(r, "b_total", FAMILY_COUNTER, 0, "B");
    assert_text(r, "# HELP b_total B\n# TYPE b_total counter\n");
}

TEST(dropped_gauges_are_left_out)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "g", FAMILY_GAUGE, 1, "G");

    gauge_set(f, family_series(f, &SLICE("a"), 0, NULL), 1, 0, 0, 0);
    gauge_set(f, family_series(f, &SLICE("b"), 0, NULL), 2, 0, 0, 0);
    gauge_reset(f, &SLICE("a"), 0);
    assert_text(r, "# HELP g G\n# TYPE g gauge\ng{method=\"b\"} 2\n");
}

TEST(own_families_can_be_left_out_and_families_sorted)
{
    struct expose_options o = {.format = EXPOSE_TEXT, .flags = EXPOSE_NO_OWN | EXPOSE_SORTED};
    struct registry *r = new_registry();

    registry_family(r, &(struct family_spec){.name = "m", .type = FAMILY_GAUGE, .own = true});
    add(r, "z", FAMILY_GAUGE, 0, "");
    add(r, "b", FAMILY_GAUGE, 0, "");
    assert_page(r, &o, "# HELP b \n# TYPE b gauge\n# HELP z \n# TYPE z gauge\n");
}

TEST(sorting_is_bytewise_and_prefixes_come_first)
{
    static const char *const values[] = {"b", "a", "ab", "\xc3\xa9", "B", "a b"};
    struct expose_options o = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED};
    struct registry *r = new_registry();
    struct family *f = add(r, "g", FAMILY_GAUGE, 1, "");

    for (int i = 0; i < 6; i++)
        (void)family_series(f, (struct slice[]){slice_str(values[i])}, 0, NULL);
    assert_page(r, &o,
                "# HELP g \n# TYPE g gauge\ng{method=\"B\"} 0\ng{method=\"a\"} 0\n"
                "g{method=\"a b\"} 0\ng{method=\"ab\"} 0\ng{method=\"b\"} 0\n"
                "g{method=\"\xc3\xa9\"} 0\n");
}

static bool keep_exemplar(struct family *f, uint32_t index, double value, double time,
                          struct slice id)
{
    struct exemplar e = {.value = value, .time = time, .nlabels = 1, .name = {SLICE("trace_id")}};

    e.text[0] = id;
    return family_exemplar(f, index, &e);
}

static void put_exemplar(struct family *f, uint32_t index, double value, double time,
                         const char *id)
{
    ck_assert(keep_exemplar(f, index, value, time, slice_str(id)));
}

TEST(exemplars_stand_in_openmetrics_only)
{
    for (int i = 0; i < 2; i++) {
        struct registry *r = histogram(0);
        struct family *f = registry_at(r, 0), *c = add(r, "c_total", FAMILY_COUNTER, 0, "");

        counter_inc(c, 0, 1, 0);
        put_exemplar(c, 0, 1, NAN, "a\"b");
        put_exemplar(f, 0, 1.5, 1520879607.789, "old, and longer than the new one");
        put_exemplar(f, 0, 1.75, 1520879608, "new");
        put_exemplar(f, 0, 2e6, NAN, "inf");
        if (i == 0) {
            struct buf text = page(r, &(struct expose_options){.format = EXPOSE_TEXT});

            ck_assert_ptr_null(strstr(text.p, "trace_id"));
            buf_release(&text);
            continue;
        }
        assert_openmetrics(
            r, 0,
            "# TYPE wait_seconds histogram\n# UNIT wait_seconds seconds\n"
            "# HELP wait_seconds Wait.\n"
            "wait_seconds_bucket{le=\"0.005\"} 1\n"
            "wait_seconds_bucket{le=\"1.0\"} 1\n"
            "wait_seconds_bucket{le=\"2.5\"} 2 # {trace_id=\"new\"} 1.75 1520879608\n"
            "wait_seconds_bucket{le=\"100000.0\"} 2\n"
            "wait_seconds_bucket{le=\"1e+06\"} 2\n"
            "wait_seconds_bucket{le=\"+Inf\"} 3 # {trace_id=\"inf\"} 2000000\n"
            "wait_seconds_sum 2000001.505\n"
            "wait_seconds_count 3\n"
            "# TYPE c counter\n# HELP c \n"
            "c_total 1 # {trace_id=\"a\\\"b\"} 1\n"
            "# EOF\n");
    }
}

TEST(exemplars_are_cleaned_and_measured_as_they_are_shown)
{
    static const struct {
        struct slice id;
        const char *shown;
    } cases[] = {
        {SLICE("a\0b"), "a\xef\xbf\xbd"
                        "b"},
        {SLICE("\0"), "\xef\xbf\xbd"},
        {SLICE("caf\xe9"), "caf\xef\xbf\xbd"},
        {SLICE("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {SLICE("\xf0\x9f\x98"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {SLICE("\xff\"\n\\"), "\xef\xbf\xbd\\\"\\n\\\\"},
    };
    char long_id[121];
    struct registry *r;
    struct family *f;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[200];

        r = new_registry();
        f = add(r, "c_total", FAMILY_COUNTER, 0, "");
        counter_inc(f, 0, 1, 0);
        ck_assert(keep_exemplar(f, 0, 1, NAN, cases[i].id));
        (void)snprintf(want, sizeof want,
                       "# TYPE c counter\n# HELP c \nc_total 1 # {trace_id=\"%s\"} 1\n# EOF\n",
                       cases[i].shown);
        assert_openmetrics(r, 0, want);
    }
    /* "trace_id" and 120 more are the 128 characters that there may be. */
    memset(long_id, 0x80, sizeof long_id);
    r = new_registry();
    f = add(r, "c_total", FAMILY_COUNTER, 0, "");
    ck_assert(keep_exemplar(f, 0, 1, NAN, slice_make(long_id, 120)));
    ck_assert(!keep_exemplar(f, 0, 1, NAN, slice_make(long_id, 121)));
    registry_free(r);
}

/* A page with this text wherever a log, a rules file or the environment can bring one. */
static struct buf page_of_text(struct slice text, enum expose_format format)
{
    char *str = xstrslice(text);
    const char *name = "env", *value = str;
    struct expose_options o = {
        .format = format, .nconst = 1, .const_names = &name, .const_values = &value};
    struct registry *r = new_registry();
    struct family *c = add(r, "c_total", FAMILY_COUNTER, 2, str);
    struct family *h = add(r, "h", FAMILY_HISTOGRAM, 1, str);
    struct buf out;

    counter_inc(c, family_series(c, (struct slice[]){text, SLICE("x")}, 0, NULL), 1, 0);
    histogram_observe(h, family_series(h, &text, 0, NULL), 0.5, 0);
    ck_assert(keep_exemplar(c, 0, 1, NAN, text));
    ck_assert(keep_exemplar(h, 0, 0.5, NAN, text));
    out = page(r, &o);
    free(str);
    return out;
}

/* Prometheus refuses a page for one such byte. */
TEST(no_text_makes_a_page_that_is_not_utf8)
{
    static const enum expose_format formats[] = {EXPOSE_TEXT, EXPOSE_OPENMETRICS, EXPOSE_JSON};

    for (unsigned bytes = 0; bytes < 256 * 6; bytes++) {
        static const char after[] = {'x', '\0', '"', '\xbf', '\xe2', '\n'};
        char text[] = {'<', (char)(bytes % 256), after[bytes / 256], '>'};

        for (int i = 0; i < 3; i++) {
            struct buf have = page_of_text(slice_make(text, sizeof text), formats[i]);
            size_t lines = slice_count(buf_all(&have), '\n');

            ck_assert_msg(utf8_is_clean(buf_all(&have)), "byte %u: %s", bytes, have.p);
            ck_assert_uint_eq(lines, formats[i] == EXPOSE_JSON   ? 1
                                     : formats[i] == EXPOSE_TEXT ? 13
                                                                 : 14);
            buf_release(&have);
        }
    }
}

TEST(exemplar_of_a_snapshot_does_not_change)
{
    struct expose_options o = {.format = EXPOSE_OPENMETRICS, .flags = EXPOSE_NO_META};
    struct registry *r = new_registry();
    struct family *f = add(r, "c_total", FAMILY_COUNTER, 1, "");
    struct buf out = BUF_INIT;
    struct snapshot *s;

    counter_inc(f, family_series(f, &SLICE("x"), 0, NULL), 1, 0);
    put_exemplar(f, 0, 1, NAN, "one");
    s = snapshot_take(r);
    put_exemplar(f, 0, 2, NAN, "two");
    for (int i = 0; i < 100; i++) {
        char text[16];

        (void)snprintf(text, sizeof text, "%d", i);
        (void)family_series(f, (struct slice[]){slice_str(text)}, 0, NULL);
    }
    expose(s, &o, &out);
    ck_assert_str_eq(out.p, "c_total{method=\"x\"} 1 # {trace_id=\"one\"} 1\n# EOF\n");
    snapshot_free(s);
    registry_free(r);
    buf_release(&out);
}

/* Every third series has one, and every second stays. */
TEST(exemplars_stay_with_their_series_when_others_leave)
{
    struct expose_options o = {.format = EXPOSE_OPENMETRICS, .flags = EXPOSE_NO_META | EXPOSE_BARE};
    struct registry *r = new_registry();
    struct family_spec spec = {.name = "c_total",
                               .type = FAMILY_COUNTER,
                               .nlabels = 1,
                               .labels = label_names,
                               .exemplars = true,
                               .expire_ns = 10};
    struct family *f = registry_family(r, &spec);
    struct buf want = BUF_INIT, have;

    for (unsigned i = 0; i < 1500; i++) {
        char text[16];

        (void)snprintf(text, sizeof text, "%u", i);
        counter_inc(f, family_series(f, (struct slice[]){slice_str(text)}, 0, NULL), 1,
                    i % 2 ? 100 : 0);
        if (i % 3 == 0)
            put_exemplar(f, i, 1, NAN, text);
        if (i % 6 == 3)
            buf_fmt(&want, "c_total{method=\"%u\"} 1 # {trace_id=\"%u\"} 1\n", i, i);
        else if (i % 2)
            buf_fmt(&want, "c_total{method=\"%u\"} 1\n", i);
    }
    ck_assert_uint_eq(registry_expire(r, 100), 750);
    have = page(r, &o);
    ck_assert_str_eq(have.p, want.p);
    buf_release(&have);
    buf_release(&want);
}

/* Each in the last bucket. */
TEST(exemplars_of_many_histograms_are_shown)
{
    struct expose_options o = {.format = EXPOSE_OPENMETRICS, .flags = EXPOSE_NO_META | EXPOSE_BARE};
    struct registry *r = new_registry();
    struct family *f = add(r, "h", FAMILY_HISTOGRAM, 1, "");
    char text[64];
    struct buf have;

    for (unsigned i = 0; i < 250; i++) {
        (void)snprintf(text, sizeof text, "%u", i);
        histogram_observe(f, family_series(f, (struct slice[]){slice_str(text)}, 0, NULL), 2e6, 0);
        put_exemplar(f, i, 2e6, NAN, text);
    }
    have = page(r, &o);
    for (unsigned i = 0; i < 250; i++) {
        (void)snprintf(text, sizeof text, "le=\"+Inf\"} 1 # {trace_id=\"%u\"} 2000000\n", i);
        if (!strstr(have.p, text))
            ck_abort_msg("%s is not in %s", text, have.p);
    }
    buf_release(&have);
}

TEST(created_samples_in_openmetrics)
{
    struct registry *r = new_registry();
    struct family *f = add(r, "http_requests_total", FAMILY_COUNTER, 2, "Requests.");

    registry_set_wall(r, 1700000000500000000); /* series2() brings 2.5 s, of another clock */
    counter_inc(f, series2(f, "POST", "/b"), 3, 0);
    family_touch(add(r, "g", FAMILY_GAUGE, 0, ""));
    assert_openmetrics(r, EXPOSE_CREATED,
                       "# TYPE http_requests counter\n# HELP http_requests Requests.\n"
                       "http_requests_total{method=\"POST\",path=\"/b\"} 3\n"
                       "http_requests_created{method=\"POST\",path=\"/b\"} 1700000000.5\n"
                       "# TYPE g gauge\n# HELP g \ng 0\n# EOF\n");
}

TEST(timestamps_and_no_metadata_for_backfill)
{
    struct expose_options o = {.format = EXPOSE_OPENMETRICS,
                               .flags = EXPOSE_NO_META | EXPOSE_TIMES | EXPOSE_BARE,
                               .time_ms = INT64_C(1520879607789)};
    struct registry *r;

    r = histogram(0);
    put_exemplar(registry_at(r, 0), 0, 1.5, NAN, "left out");
    assert_page(r, &o,
                "wait_seconds_bucket{le=\"0.005\"} 1 1520879607.789\n"
                "wait_seconds_bucket{le=\"1.0\"} 1 1520879607.789\n"
                "wait_seconds_bucket{le=\"2.5\"} 2 1520879607.789\n"
                "wait_seconds_bucket{le=\"100000.0\"} 2 1520879607.789\n"
                "wait_seconds_bucket{le=\"1e+06\"} 2 1520879607.789\n"
                "wait_seconds_bucket{le=\"+Inf\"} 3 1520879607.789\n"
                "wait_seconds_sum 2000001.505 1520879607.789\n"
                "wait_seconds_count 3 1520879607.789\n");
    o.format = EXPOSE_TEXT;
    o.time_ms = 1000;
    assert_page(counters(), &o,
                "http_requests_total{method=\"POST\",path=\"/b\"} 3 1000\n"
                "http_requests_total{method=\"GET\",path=\"/b\"} 2 1000\n"
                "http_requests_total{method=\"GET\",path=\"/a\"} 1 1000\n");
}

TEST(json)
{
    const char *names[] = {"env"}, *values[] = {"\x01"};
    struct expose_options o = {
        .format = EXPOSE_JSON, .nconst = 1, .const_names = names, .const_values = values};
    struct registry *r = histogram(0);
    struct family *c = add(r, "c_total", FAMILY_COUNTER, 2, "say \"hi\"\n");
    struct family *g = add(r, "g", FAMILY_GAUGE, 0, "");

    counter_inc(c, series2(c, "GET", "\\"), UINT64_MAX, 0);
    gauge_set(g, 0, NAN, 0, 0, 0);
    add(r, "empty", FAMILY_GAUGE, 0, "");
    assert_page(
        r, &o,
        "{\"version\":1,\"program_version\":\"" PACKAGE_VERSION
        "\",\"families\":[{\"name\":\"wait_seconds\",\"type\":\"histogram\",\"help\":"
        "\"Wait.\",\"labels\":[],\"series\":[{\"labels\":{\"env\":\"\\u0001\"},\"buckets\":{"
        "\"0.005\":1,\"1.0\":1,\"2.5\":2,\"100000.0\":2,\"1e+06\":2,\"+Inf\":3},"
        "\"sum\":2000001.505,\"count\":3}]},"
        "{\"name\":\"c_total\",\"type\":\"counter\",\"help\":\"say \\\"hi\\\"\\n\","
        "\"labels\":[\"method\",\"path\"],\"series\":[{\"labels\":{\"env\":\"\\u0001\","
        "\"method\":\"GET\",\"path\":\"\\\\\"},\"value\":18446744073709551615}]},"
        "{\"name\":\"g\",\"type\":\"gauge\",\"help\":\"\",\"labels\":[],\"series\":[{"
        "\"labels\":{\"env\":\"\\u0001\"},\"value\":\"NaN\"}]},"
        "{\"name\":\"empty\",\"type\":\"gauge\",\"help\":\"\",\"labels\":[],\"series\":[]}"
        "]}\n");
}

TEST(names)
{
    static const char *const good[] = {"a", "_a9", "A_total", "__x"};
    static const char *const bad[] = {"", "9a", "a-b", "a:b", "a b", "\xc3\xa9"};

    for (int i = 0; i < 4; i++)
        ck_assert(metric_name_valid(slice_str(good[i])));
    for (int i = 0; i < 6; i++) {
        ck_assert(!metric_name_valid(slice_str(bad[i])));
        ck_assert(!label_name_valid(slice_str(bad[i])));
    }
    ck_assert(label_name_valid(SLICE("_x")));
    ck_assert(!label_name_valid(SLICE("__x")));
}

TEST(content_types_name_version_and_charset)
{
    ck_assert_str_eq(expose_content_type(EXPOSE_OPENMETRICS),
                     "application/openmetrics-text; version=1.0.0; charset=utf-8");
    ck_assert_str_eq(expose_content_type(EXPOSE_TEXT), "text/plain; version=0.0.4; charset=utf-8");
}
