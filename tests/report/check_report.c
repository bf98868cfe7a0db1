/* check_report -- a sample held in memory tells the same as its files, again and again, by whatever rules. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/lt-report-XXXXXX";
static char rules_path[64], log_path[64];
static const char *rules_list[] = {rules_path}, *logs_list[] = {log_path};
static const struct common_options options = {.rules = {.list = rules_list, .n = 1}};
static const struct strings files = {.list = logs_list, .n = 1};

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(rules_path, sizeof rules_path, "%s/r.ini", dir);
    (void)snprintf(log_path, sizeof log_path, "%s/l.log", dir);
}

static void end(void)
{
    remove_tree(dir);
}

static void write_rules(const char *event)
{
    struct buf text = BUF_INIT;

    buf_fmt(
        &text,
        "[event e]\nmatch = ^%s (?<n>\\d+)\n[counter es_total]\nhelp = h\ninc = e\nlabels = n\n",
        event);
    put_file(rules_path, buf_all(&text));
    buf_release(&text);
}

/* `n` lines of each of two kinds, by turns. */
static void write_log(unsigned n)
{
    struct buf text = BUF_INIT;

    for (unsigned i = 0; i < n; i++)
        buf_fmt(&text, "open %u of me\nshut %u\n", i % 7, i);
    put_file(log_path, buf_all(&text));
    buf_release(&text);
}

static struct buf errors; /* of the last report */

/* What the rules, as they are now, come to. */
static void tell(struct held *held, const struct report_options *o, struct buf *out)
{
    struct mistakes m = MISTAKES_INIT;
    struct report r;
    struct setup setup;

    ck_assert_int_eq(setup_load(&options, NULL, SETUP_AUTO_LOG, &setup, &m), 0);
    ck_assert_int_eq(report_run(&r, &setup, held, &files, o), -1);
    buf_clear(out);
    report_text(&r, out);
    buf_clear(&errors);
    buf_str(&errors, r.errors.n ? r.errors.p : "");
    report_release(&r);
    setup_release(&setup);
    mistakes_release(&m);
}

/* Those are not the same twice. */
static struct report_options all_but_costs(void)
{
    struct report_options all = REPORT_ALL;

    all.costs = false;
    return all;
}

static bool says(const struct buf *out, const char *text)
{
    return strstr(out->p, text) != NULL;
}

FIXTURE(begin, end);

TEST(changed_rules_meet_the_lines_that_were_read)
{
    struct held *held = held_new(1 << 20);
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct report_options all = all_but_costs();

    write_rules("open");
    write_log(100);
    tell(held, &all, &first);
    ck_assert(says(&first, "200 lines, 100 unmatched"));
    ck_assert(says(&first, "unmatched: 100  shut <number>\n"));
    write_log(10); /* nobody looks at the file again */
    tell(held, &all, &second);
    ck_assert_str_eq(first.p, second.p);
    write_rules("shut");
    tell(held, &all, &second);
    ck_assert(says(&second, "200 lines, 100 unmatched"));
    ck_assert(says(&second, "unmatched: 100  open <number> of me\n"));
    held_free(held);
    held = held_new(1 << 20);
    tell(held, &all, &second);
    ck_assert(says(&second, "20 lines, 10 unmatched"));
    held_free(held);
    buf_release(&first);
    buf_release(&second);
}

TEST(a_file_that_is_not_held_tells_the_same)
{
    struct held *held = held_new(1 << 20), *small = held_new(100);
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct report_options all = all_but_costs(), few = REPORT_FAST;

    write_rules("open");
    write_log(1000);
    tell(held, &all, &first);
    tell(small, &all, &second);
    ck_assert_str_eq(first.p, second.p);
    few.looked_at = 3;
    tell(held, &few, &second);
    ck_assert_str_eq(first.p, second.p);
    tell(small, &few, &second);
    ck_assert_str_eq(first.p, second.p);
    held_free(held);
    held_free(small);
    buf_release(&first);
    buf_release(&second);
}

/* What is known of some lines only is not said of all. */
TEST(what_was_not_looked_at_is_not_claimed)
{
    struct held *held = held_new(1 << 20);
    struct buf text = BUF_INIT;
    struct report_options few = REPORT_FAST;

    put_file(rules_path, SLICE("[log l]\npath = /none\nprefix = ^late:[ ]\ntime_format = rfc3339\n"
                               "[event e]\nwhere = x == a\n"
                               "[counter es_total]\nhelp = h\ninc = e\nlabels = y\n"));
    for (int i = 0; i < 100; i++)
        buf_str(&text, "x=a z=1 time=bad\n");
    buf_str(&text, "late: x=a y=b\n");
    put_file(log_path, buf_all(&text));
    few.looked_at = 10;
    tell(held, &few, &text);
    ck_assert(says(
        &text,
        "all 10 updates by event e: of the 10 lines that were looked at none has the field y"));
    ck_assert(says(&text, "10 times could not be read (of the 10 lines that were looked at)"));
    ck_assert(says(&text, "prefix matches no line of it (of the 10 lines that were looked at)"));
    few.looked_at = 0;
    tell(held, &few, &text);
    ck_assert(
        says(&text, "\"unknown\" in 100 of 101 updates by event e: y is missing in these lines\n"));
    ck_assert(!says(&text, "prefix matches no line"));
    ck_assert(says(&text, "100 times could not be read: "));
    held_free(held);
    buf_release(&text);
}

/* It comes only once: of what does not fit the first lines are there, each time, and it is said. */
TEST(standard_input_is_read_once_as_far_as_it_fits)
{
    struct held *held = held_new(1000);
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct report_options all = all_but_costs();

    write_rules("open");
    write_log(1000);
    ck_assert_ptr_nonnull(freopen(log_path, "r", stdin));
    logs_list[0] = "-";
    tell(held, &all, &first);
    ck_assert(says(&errors, "- is longer than can be held: only its first "));
    ck_assert(!says(&first, "2000 lines"));
    tell(held, &all, &second);
    ck_assert_str_eq(first.p, second.p);
    held_free(held);
    buf_release(&first);
    buf_release(&second);
}

TEST(of_standard_input_not_even_a_line_may_fit)
{
    struct held *held = held_new(10);
    struct setup none = {.rules = &(struct ruleset){.logs = &(struct log_def){.name = "l"}}};
    const struct held_lines *lines;

    none.settings.max_line = 1 << 16;
    write_log(100);
    ck_assert_ptr_nonnull(freopen(log_path, "r", stdin));
    lines = held_lines(held, &none, 0, "-");
    ck_assert(lines->cut);
    ck_assert_uint_eq(lines->text.n, 0);
    ck_assert_ptr_null(lines->text.p);
    held_free(held);
}

/* Rules that count lines by level, lines of two kinds, and miss a third. */
static void write_broad(const char *first)
{
    struct buf text = BUF_INIT;

    buf_fmt(&text,
            "[event line]\nmatch = %s\n[event put]\nmatch = ^put (?<n>\\d+)$\n"
            "[event get]\nmatch = ^get \\d+$\n[counter c_total]\nhelp = h\ninc = line, put, get\n",
            first);
    put_file(rules_path, buf_all(&text));
    buf_release(&text);
}

TEST(an_event_that_takes_all_hides_no_line)
{
    struct report_options all = all_but_costs();
    struct buf out = BUF_INIT, text = BUF_INIT;
    struct held *held = held_new(1 << 20);

    for (unsigned i = 0; i < 100; i++)
        buf_fmt(&text, "put %u\nget %u\n%s", i, i, i % 10 ? "" : "put 7 too late\n");
    put_file(log_path, buf_all(&text));
    write_broad("^");
    tell(held, &all, &out);
    ck_assert(says(&out, "210 lines, 0 unmatched"));
    ck_assert(says(&out,
                   ":1: 10 lines are taken by event line alone, and would be unmatched without "
                   "it: 10 \"put 7 too late\"\n"));
    write_broad("^put"); /* of one kind with put alone: what is no put is meant */
    tell(held, &all, &out);
    ck_assert(says(&out, "210 lines, 0 unmatched"));
    ck_assert(!says(&out, "alone"));
    held_free(held);
    buf_release(&out);
    buf_release(&text);
}

/* What is `of` an event says more of some of its lines, and never that the others were missed. */
TEST(an_event_with_parts_hides_none)
{
    struct report_options all = all_but_costs();
    struct buf out = BUF_INIT, text = BUF_INIT;
    struct held *held = held_new(1 << 20);

    for (unsigned i = 0; i < 100; i++)
        buf_fmt(&text, "level=%s\n", i % 5 == 0 ? "a" : i % 2 ? "b" : "c");
    put_file(log_path, buf_all(&text));
    put_file(rules_path, SLICE("[event e]\nmatch = ^level\n[event b]\nof = e\nmatch = b$\n"
                               "[event c]\nof = e\nmatch = c$\n[counter c_total]\nhelp = h\n"
                               "inc = e, b, c\n"));
    tell(held, &all, &out);
    ck_assert(says(&out, "event b: 40") && says(&out, "event c: 40"));
    ck_assert(!says(&out, "alone"));
    held_free(held);
    buf_release(&out);
    buf_release(&text);
}

/* Nothing is guessed of 12,50, 1.234,50 and 1 200, and what would help is said. */
TEST(a_decimal_comma_and_blanks_are_told)
{
    static const struct {
        const char *value, *rewrite;
    } rows[] = {
        {"12,50", "; if its comma is a decimal one, rewrite.n = , -> . in the event makes a number "
                  "of it\n"},
        {"1.234,50 s", "; if its comma is a decimal one, rewrite.n = [.] -> and then rewrite.n = , "
                       "-> . in the event make a number of it\n"},
        {"1 200 ms",
         "; rewrite.n = (*UCP)\\s -> in the event makes a number of it, without its blanks\n"},
        {"13\xc2\xa0ms",
         "; rewrite.n = (*UCP)\\s -> in the event makes a number of it, without its blanks\n"},
        {"13\xe2\x80\xafms",
         "; rewrite.n = (*UCP)\\s -> in the event makes a number of it, without its blanks\n"},
        {"13\xef\xbb\xbfms", NULL},
        {"1 2 x", NULL},
        {"1,2,3", NULL},
        {"a,5", NULL},
        {",5", NULL},
        {"5,", NULL},
    };
    struct report_options all = all_but_costs();

    put_file(rules_path, SLICE("[event e]\nmatch = ^n=(?<n>.*)\n[counter ns_total]\nhelp = h\n"
                               "add = e\nvalue = n\nunit = s\n"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct held *held = held_new(1 << 20);
        struct buf line = BUF_INIT, out = BUF_INIT;

        buf_fmt(&line, "n=%s\n", rows[i].value);
        put_file(log_path, buf_all(&line));
        tell(held, &all, &out);
        ck_assert_msg(says(&out, "not a number, such as"), "%s", out.p);
        ck_assert_msg(says(&out, rows[i].rewrite ? rows[i].rewrite : "\"\n"), "%s", out.p);
        ck_assert_msg(rows[i].rewrite || !says(&out, "comma"), "%s", out.p);
        held_free(held);
        buf_release(&line);
        buf_release(&out);
    }
}

TEST(kinds_have_their_true_numbers_of_lines)
{
    struct kinds k = {.most = 10};
    struct buf line = BUF_INIT;
    uint64_t sum = 0;

    for (unsigned i = 0; i < 1000; i++) {
        buf_clear(&line);
        buf_fmt(&line, i % 4 ? "took %u ms for /a/%u" : "user %u is gone", i, i * 7);
        kinds_add(&k, buf_all(&line));
    }
    for (unsigned i = 0; i < 100; i++) { /* each is one of its own, and there is no room for all */
        buf_clear(&line);
        buf_fmt(&line, "%c%c alone", 'a' + i % 10, 'a' + i / 10);
        kinds_add(&k, buf_all(&line));
    }
    kinds_find(&k);
    for (size_t i = 0; i < k.shapes.nshapes; i++)
        sum += k.shapes.shapes[i].count;
    ck_assert_uint_eq(sum + k.ungrouped, 1100);
    ck_assert_uint_gt(k.ungrouped, 0);
    ck_assert_uint_le(k.nexamples, 10);
    ck_assert_uint_eq(k.shapes.shapes[0].count, 750);
    buf_clear(&line);
    kinds_words(&k.shapes.shapes[0], &line);
    ck_assert_str_eq(line.p, "took <number> ms for <path>");
    ck_assert_uint_eq(k.shapes.shapes[1].count, 250);
    kinds_release(&k);
    buf_release(&line);
}

TEST(members_are_said_once)
{
    struct kinds k = {.most = 10};
    struct buf text = BUF_INIT;

    for (int i = 0; i < 8; i++)
        kinds_add(
            &k, i % 2 ? SLICE("{\"fields\":{\"message\":\"done\",\"empty\":{}},\"host\":{\"name\":"
                              "\"web\"},\"spans\":[\"a\", \"b\"],\"text\":\"[x]yz\",\"n\":1}")
                      : SLICE("{\"fields\":{\"message\":\"done\",\"empty\":{}},\"host\":{\"name\":"
                              "\"web\"},\"spans\":[\"a\", \"b\"],\"text\":\"[x]yz\",\"n\":2}"));
    kinds_find(&k);
    kinds_words(&k.shapes.shapes[0], &text);
    ck_assert_ptr_nonnull(strstr(text.p, "fields.message=done"));
    ck_assert_ptr_nonnull(strstr(text.p, "host.name=<...>"));
    ck_assert_ptr_nonnull(strstr(text.p, "fields.empty="));
    ck_assert_ptr_nonnull(strstr(text.p, "spans.1="));
    ck_assert_ptr_nonnull(strstr(text.p, " text="));
    ck_assert_ptr_null(strstr(text.p, " fields="));
    ck_assert_ptr_null(strstr(text.p, " spans="));
    kinds_release(&k);
    buf_release(&text);
}

static void add_pairs(struct kinds *k, const char *action, unsigned n)
{
    struct buf line = BUF_INIT;

    for (unsigned i = 0; i < n; i++) {
        buf_clear(&line);
        buf_fmt(&line,
                "time=10:00:%02u device=\"FW %u\" type=\"event\" text=\"the tunnel changed\" "
                "%s=\"%u/1\"",
                i % 60, i % 2, action, i);
        kinds_add(k, buf_all(&line));
    }
    buf_release(&line);
}

/* They all begin alike, and what is shown is cut: what tells them apart must not be behind. */
TEST(of_pairs_those_that_never_change_are_told_first)
{
    struct kinds k = {.most = 100};
    struct buf words = BUF_INIT;

    add_pairs(&k, "up", 30);
    add_pairs(&k, "down", 20);
    kinds_find(&k);
    ck_assert_uint_eq(k.shapes.nshapes, 2);
    kinds_words(&k.shapes.shapes[0], &words);
    ck_assert_str_eq(words.p, "type=\"event\" text=\"the tunnel changed\" time=<time> "
                              "device=\"<quoted>\" up=\"<number>/<number>\"");
    kinds_release(&k);
    buf_release(&words);
}

TEST(an_example_holds_a_nul_as_the_line_does)
{
    struct kinds k = {.most = 10};

    kinds_add(&k, SLICE("a\0b"));
    kinds_find(&k);
    ck_assert(slice_eq(kinds_example(&k, &k.shapes.shapes[0]), SLICE("a\0b")));
    kinds_release(&k);
}
