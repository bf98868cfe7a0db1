/* check_site -- pages of a view written by hand: nothing from outside becomes markup, both languages
 * say everything, and a page of 1,000 files is small. */
#include "config.h"

#include "suite.h"

#include "http/coding.h"
#include "site/api.h"
#include "site/doubts.h"
#include "site/html.h"
#include "site/pages.h"

#include <stdio.h>

#define EVIL "<b onclick=\"x\">&\x1b[2J\xff'"
#define SECOND INT64_C(1000000000)

static struct buf out;

static void release(void)
{
    buf_release(&out);
}

static const char *const paths[] = {"/var/log/" EVIL "/*.log"};
static const uint32_t minutes[] = {0, 5, 100};
static const struct view_trouble troubles[] = {{"logtally_lost_bytes_total", 7}};
static const char *const labels[] = {"a", "b"};
static struct view_file files[1000];
static struct view_log logs[2] = {{.name = "web",
                                   .paths = paths,
                                   .npaths = 1,
                                   .nfiles = 3,
                                   .nfailing = 1,
                                   .lag_bytes = 4096,
                                   .last_line_ns = 995 * SECOND,
                                   .lines = {105, 105, 1.75, minutes, 3},
                                   .unmatched = {4, 4, 0, NULL, 0},
                                   .troubles = troubles,
                                   .ntroubles = 1},
                                  {.name = "none", .waiting = true}};
static const struct view_event events[] = {
    {.name = "e", .file = "r/" EVIL, .line = 3, .used = true},
    {.name = "idle", .file = "r", .line = 9}};
static const struct view_metric metrics[] = {{.name = "m_total",
                                              .type = "counter",
                                              .help = EVIL,
                                              .file = "r",
                                              .line = 5,
                                              .labels = labels,
                                              .nlabels = 2,
                                              .series = 3,
                                              .limit = 10}};

static struct view view_of(const char *status)
{
    return (struct view){.version = "1.0.0",
                         .revision = "abc",
                         .status = status,
                         .now_ns = 1000 * SECOND,
                         .start_ns = 100 * SECOND,
                         .reload_ok = false,
                         .mistakes = EVIL,
                         .keeps_state = true,
                         .checkpoint_ns = 999 * SECOND,
                         .checkpoint_bytes = 2048,
                         .series = 3,
                         .series_limit = 100,
                         .logs = logs,
                         .nlogs = 2,
                         .events = events,
                         .nevents = 2,
                         .metrics = metrics,
                         .nmetrics = 1};
}

static const char *made(void)
{
    ck_assert_ptr_nonnull(out.p);
    return out.p;
}

static void expect(const char *text)
{
    ck_assert_msg(strstr(made(), text) != NULL, "%s\nis not in\n%s", text, out.p);
}

static void expect_none(const char *text)
{
    ck_assert_msg(strstr(made(), text) == NULL, "%s\nis in\n%s", text, out.p);
}

FIXTURE(NULL, release);

static void make(int which, const struct view *v, enum language l)
{
    buf_clear(&out);
    if (which == 0)
        page_home(v, l, &out);
    else if (which == 1)
        ck_assert(page_log(v, 0, 1, l, &out));
    else if (which == 2)
        page_metric(v, 0, "m_total{a=\"<i>\"} 1\nm_total{a=\"b\"} 2\n", true, l, &out);
    else
        page_not_found(l, &out);
}

TEST(nothing_from_outside_is_markup)
{
    static const char *const states[] = {"ok", "degraded", "catching_up"};

    files[0] = (struct view_file){EVIL, 10, 5, 0, VIEW_FAILING, EVIL};
    logs[0].files = files;
    logs[0].nlisted = 1;
    for (int i = 0; i < 4 * 3 * LANGUAGES; i++) {
        struct view v = view_of(states[i / 4 % 3]);

        make(i % 4, &v, (enum language)(i / 12));
        expect_none("<b onclick");
        expect_none("<i>");
        expect_none("\x1b");
        expect_none("\xff");
        expect_none(" style=");
        expect_none("<style");
        expect_none("javascript:");
        expect(i / 12 == RUSSIAN ? "<html lang=\"ru\">" : "<html lang=\"en\">");
    }
}

TEST(home_says_what_is_wrong_first)
{
    struct view v = view_of("degraded");

    make(0, &v, ENGLISH);
    expect("notice bad");
    expect("The last reload was refused");
    expect("&lt;b onclick=&quot;x&quot;&gt;&amp;\\x1b[2J");
    expect("cannot be read: <a href=\"/logs/web\">web</a>");
    expect("No file belongs to this log: none matches its paths, or a [log] before it has them: <a "
           "href=\"/logs/none\">none</a>");
    expect_none("All is well");
    v = view_of("ok");
    v.reload_ok = true;
    v.logs = &logs[1];
    v.nlogs = 1;
    make(0, &v, ENGLISH);
    expect_none("All is well.");
    v.logs = &(struct view_log){.name = "web"};
    make(0, &v, ENGLISH);
    expect("All is well.");
    make(0, &v, RUSSIAN);
    expect("Всё в порядке.");
}

/* Of a log with so many lines in all and in the last hour, and so many of them that no rule took. */
static bool doubts_log(uint64_t since, uint64_t missed, uint32_t hour, uint32_t hour_missed)
{
    struct view_log log = {.lines = {since, since, 0, &hour, 1},
                           .unmatched = {missed, missed, 0, &hour_missed, 1}};
    struct doubt d;

    return doubt_of_log(&log, &d);
}

static bool doubts_metric(uint64_t updates, uint64_t skipped, uint64_t folded)
{
    struct view_metric m = {.updates = updates, .skipped_since = skipped, .folded_since = folded};
    struct doubt d;

    return doubt_of_metric(&m, &d);
}

TEST(what_is_ordinary_is_no_doubt)
{
    struct doubt d;
    struct view_event e = {.used = true, .lacks = "msg", .looked = 1000};
    struct view_log log = {.lines = {3000, 3000, 0, NULL, 0},
                           .unmatched = {1500, 1500, 0, NULL, 0}};
    struct view v = {.logs = &log, .nlogs = 1};

    ck_assert(doubts_log(1000, 1000, 1000, 1000));
    ck_assert(!doubts_log(999, 999, 999, 999));
    ck_assert(!doubts_log(100000, 99999, 100000, 99999));
    ck_assert(doubts_log(3000, 1100, 2000, 1100));
    ck_assert(!doubts_log(3000, 1500, 2000, 1000));
    ck_assert(!doubts_log(1100, 1000, 1000, 1000)); /* before were too few */
    ck_assert(doubts_metric(10, 10, 0));
    ck_assert(!doubts_metric(9, 9, 0));
    ck_assert(!doubts_metric(1000, 999, 0));
    ck_assert(doubts_metric(100, 0, 51));
    ck_assert(!doubts_metric(100, 0, 50));
    ck_assert(!doubts_metric(0, 0, 0));
    ck_assert(doubt_of_event(&v, &e, &d));
    e.looked = 999;
    ck_assert(!doubt_of_event(&v, &e, &d));
    e.looked = 1000;
    log.unmatched.since = 1499; /* by other rules */
    ck_assert(!doubt_of_event(&v, &e, &d));
    log.unmatched.since = 1500;
    e.hits.since = 1;
    ck_assert(!doubt_of_event(&v, &e, &d));
}

TEST(home_names_what_is_doubted)
{
    struct view v = view_of("ok");
    struct view_log log = {.name = "web", .lines = {3000, 3000, 0, NULL, 0}};
    struct view_event event = {
        .name = "request", .file = "r", .used = true, .lacks = "msg", .looked = 1012};
    struct view_metric many[12];

    for (int i = 0; i < 12; i++)
        many[i] = (struct view_metric){
            .name = "m_total", .updates = 2357, .folded = 2056, .folded_since = 2056};
    log.unmatched = log.lines;
    v.reload_ok = true;
    v.logs = &log;
    v.nlogs = 1;
    v.events = &event;
    v.nevents = 1;
    v.metrics = many;
    v.nmetrics = 12;
    make(0, &v, ENGLISH);
    expect("notice bad");
    expect("Log <a href=\"/logs/web\">web</a>: lines that no rule takes: 3000 of 3000");
    expect("<a href=\"/events/request\">request</a>: no hits; lines that have its field msg: 0 of "
           "1012");
    expect(
        "<a href=\"/metrics/m_total\">m_total</a>: updates under &quot;other&quot;, as labels have "
        "more values than max_values or max_series: 2056 of 2357");
    expect("4 more in red below");
    expect_none("All is well");
    make(1, &v, RUSSIAN);
    expect("строки, которых не берёт ни одно правило: 3000 из 3000");
    expect("/events/request");
    buf_clear(&out);
    page_event(&v, 0, ENGLISH, &out);
    expect("its field msg");
    many[0] = (struct view_metric){.name = "s", .updates = 20, .skipped = 20, .skipped_since = 20};
    make(2, &v, ENGLISH);
    expect("updates skipped, as the value is missing, negative or no number: 20 of 20");
    buf_clear(&out);
    api_status(&v, &out);
    expect("{\"kind\":\"no_field\",\"of\":\"event\",\"name\":\"request\",\"field\":\"msg\","
           "\"count\":0,\"total\":1012}");
    log.unmatched.since = 0; /* of before the start */
    event.lacks = NULL;
    many[0] = (struct view_metric){.name = "s", .skipped = 1};
    v.nmetrics = 1;
    make(0, &v, ENGLISH);
    expect("Lines are read; numbers in red are worth a look.");
    expect_none("notice bad");
}

TEST(home_says_what_to_do_where_nothing_is_there_yet)
{
    struct view v = view_of("ok");

    v.reload_ok = true;
    v.nlogs = v.nmetrics = 0;
    make(0, &v, ENGLISH);
    expect("notice bad");
    expect("No log is followed yet: add a section [log NAME]");
    expect("No rule defines a metric yet");
    expect_none("All is well");
    make(0, &v, RUSSIAN);
    expect("Пока нет ни одного лога");
}

TEST(a_chart_has_a_bar_for_each_minute_that_had_something)
{
    struct view v = view_of("ok");

    make(0, &v, ENGLISH);
    expect("per minute, at most 100");
    expect("M580 100v-6h9v6z");
    expect("M590 100v-100h9v100z");
    expect_none("M570 ");
}

TEST(numbers_are_written_as_the_language_does)
{
    struct view v = view_of("ok");

    logs[0].lag_bytes = 7813;
    make(0, &v, ENGLISH);
    expect("7.63 KiB");
    expect(">1.75<");
    make(0, &v, RUSSIAN);
    expect("7,63 КиБ");
    expect(">1,75<");
    expect("2 КиБ</dd>");
    make(1, &v, RUSSIAN);
    expect("7,63 КиБ");
}

TEST(a_page_of_a_thousand_files_is_small)
{
    static char names[1000][64];
    struct view v = view_of("ok");
    struct buf packed = BUF_INIT;

    for (unsigned i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "/var/log/pods/shop-%u_%08x/app/0.log", i,
                 i * 2654435761u);
        files[i] = (struct view_file){
            names[i], i * 7919, i * 7000, (int64_t)i * SECOND, (enum view_file_state)(i % 3), NULL};
    }
    logs[0].files = files;
    logs[0].nlisted = 1000;
    make(1, &v, RUSSIAN);
    coded_join(CODING_GZIP, NULL, buf_all(&out), &packed);
    ck_assert_uint_lt(packed.n, 100 * 1024);
    buf_release(&packed);
}

TEST(a_format_puts_texts_and_numbers)
{
    html(&out, "%s|%S|%u|%%", NULL, SLICE("a<b"), UINT64_MAX);
    ck_assert_str_eq(made(), "|a&lt;b|18446744073709551615|%");
}

TEST(lines_stay_lines)
{
    struct view v = view_of("degraded");

    v.mistakes = "a.ini:1: one\na.ini:2: <two>\n";
    make(0, &v, ENGLISH);
    expect("<pre lang=\"en\">a.ini:1: one\na.ini:2: &lt;two&gt;\n</pre>");
    make(0, &v, RUSSIAN);
    expect("(ошибки названы по-английски, теми же словами");
    expect("<pre lang=\"en\">a.ini:1: one\n");
    make(2, &v, ENGLISH);
    expect("m_total{a=&quot;&lt;i&gt;&quot;} 1\nm_total{a=&quot;b&quot;} 2\n");
    expect_none("\\x0a");
}

/* Rows that are there, by their links and names. */
static unsigned count_rows(void)
{
    unsigned n = 0;

    for (const char *p = made(); (p = strstr(p, "<th scope=\"row\">")); p++)
        n++;
    return n;
}

enum { MANY = 2345 };

static struct view view_of_many(void)
{
    static struct view_event events_[MANY];
    static struct view_metric metrics_[MANY];
    static uint32_t hits[MANY];
    static char names[MANY][16];
    struct view v = view_of("ok");

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "x%u", i);
        hits[i] = i * 7919 % MANY;
        events_[i] = (struct view_event){
            names[i], "r", 1, true, {hits[i], hits[i], 0, &hits[i], 1}, .errors = i == 5};
        metrics_[i] = (struct view_metric){.name = names[i], .file = "r", .skipped = i == 2000};
    }
    v.events = events_;
    v.metrics = metrics_;
    v.nevents = v.nmetrics = MANY;
    v.nlogs = 0;
    return v;
}

TEST(home_shows_of_many_what_must_be_seen)
{
    struct view v = view_of_many();
    unsigned shown = 0;

    make(0, &v, ENGLISH);
    ck_assert_uint_eq(count_rows(), 200);
    expect("100 of 2345: the most hits in the last hour. <a href=\"/list/events\">all</a>");
    expect("<a href=\"/list/metrics\">all</a>");
    expect("/metrics/x2000\"");
    expect("<th scope=\"row\"><a href=\"/events/x5\">x5</a></th>");
    for (unsigned i = 0; i < MANY; i++) {
        char row[64];

        snprintf(row, sizeof row, "href=\"/events/%s\"", v.events[i].name);
        if (i == 5)
            continue;
        if ((strstr(made(), row) != NULL) != (v.events[i].hits.total >= MANY - 99))
            ck_abort_msg("event %u of %llu hits", i, (unsigned long long)v.events[i].hits.total);
        shown += strstr(made(), row) != NULL;
    }
    ck_assert_uint_eq(shown, 99);
}

TEST(a_list_has_each_row_on_one_page)
{
    struct view v = view_of_many();
    unsigned rows = 0;

    ck_assert_int_eq(page_kind_of(SLICE("events")), PAGE_EVENTS);
    ck_assert_int_eq(page_kind_of(SLICE("none")), -1);
    ck_assert(!page_list(&v, PAGE_EVENTS, 4, RUSSIAN, &out));
    ck_assert(!page_list(&v, PAGE_LOGS, 2, RUSSIAN, &out));
    ck_assert_uint_eq(out.n, 0);
    ck_assert(page_list(&v, PAGE_LOGS, 1, RUSSIAN, &out));
    for (unsigned i = 1; i <= 3; i++) {
        buf_clear(&out);
        ck_assert(page_list(&v, PAGE_EVENTS, i, RUSSIAN, &out));
        rows += count_rows();
        ck_assert_uint_eq(strstr(made(), "rel=\"prev\" href=\"/list/events/") != NULL, i > 1);
        ck_assert_uint_eq(strstr(made(), "rel=\"next\" href=\"/list/events/") != NULL, i < 3);
    }
    ck_assert_uint_eq(rows, MANY);
    expect("2001-2345 из 2345");
}

TEST(programs_get_each_row_on_one_page)
{
    struct view v = view_of_many();

    ck_assert(api_metrics(&v, 1, &out));
    expect("\"next\":\"/api/v1/metrics/2\"");
    expect("\"name\":\"x999\"");
    expect_none("\"name\":\"x1000\"");
    buf_clear(&out);
    ck_assert(api_metrics(&v, 3, &out));
    expect("\"next\":null");
    expect("\"name\":\"x2000\"");
    expect("\"name\":\"x2344\"");
    buf_clear(&out);
    ck_assert(!api_metrics(&v, 4, &out));
    v = view_of("ok");
    for (unsigned i = 0; i < 1000; i++)
        files[i] = (struct view_file){"f", 1, 1, 0, VIEW_READ, NULL};
    files[999].path = "last";
    logs[0].files = logs[1].files = files;
    logs[0].nlisted = 10;
    logs[1].nlisted = 1000;
    logs[1].nunreadable = 2;
    ck_assert(api_logs(&v, 1, &out));
    expect("\"files_failing\":0,\"directories_unreadable\":2");
    expect("\"next\":\"/api/v1/logs/2\"");
    expect_none("\"last\"");
    buf_clear(&out);
    ck_assert(api_logs(&v, 2, &out));
    expect("\"last\"");
    expect("\"next\":null");
    buf_clear(&out);
    ck_assert(!api_logs(&v, 3, &out));
}
