/* check_site -- pages of a view written by hand: nothing from outside becomes markup, both languages
 * say everything, and a page of 1,000 files is small. */
#include "config.h"

#include "suite.h"

#include "http/coding.h"
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
                                   .lines = {105, 1.75, minutes, 3},
                                   .unmatched = {4, 0, NULL, 0},
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
        page_log(v, 0, l, &out);
    else if (which == 2)
        page_metric(v, 0, SLICE("m_total{a=\"<i>\"} 1\n"), true, l, &out);
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
    expect("No file matches this log's paths: <a href=\"/logs/none\">none</a>");
    expect_none("All is well");
    v = view_of("ok");
    v.reload_ok = true;
    v.nlogs = 0;
    make(0, &v, ENGLISH);
    expect("All is well.");
    make(0, &v, RUSSIAN);
    expect("Всё в порядке.");
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
