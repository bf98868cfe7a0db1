/* What explain says of lines, word by word; and that it is what the engine counts: over random
 * rules and lines, its text added up is the page that the same lines make unexplained. */
#include "config.h"

#include "base/xalloc.h"
#include "engine/bare.h"
#include "engine/explain.h"
#include "engine/match.h"
#include "engine/words.h"
#include "random_rules.h"
#include "suite.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Why a line has no time. */
#define NO_FIELD ": there is no field time, ts, timestamp, @timestamp, t.$date"
#define NO_GROUP ": neither a group nor time_match has one"

static const char *explain(struct world *w, const char *line, struct buf *out)
{
    struct explain_options o = {.near = NEAR_ALL};

    buf_clear(out);
    explain_line(w->engine, w->source, slice_str(line), &o, out);
    return out->p;
}

/* Over after so many questions. */
static bool counts_down(void *ctx)
{
    int *left = ctx;

    return (*left)-- <= 0;
}

/* Explained by a world of its own with that much patience. */
static void explain_for(int left, struct world *w, const char *line, struct buf *out)
{
    const struct patience patience = {counts_down, &left};
    struct registry *registry = registry_new(&(struct registry_limits){.max_series = 100});
    struct engine *e =
        engine_new(w->rules, registry,
                   &(struct engine_options){.max_line = 1 << 16, .patience = &patience}, 0);
    struct explain_options o = {.near = 3};

    buf_clear(out);
    explain_line(e, w->source, slice_str(line), &o, out);
    engine_free(e);
    registry_free(registry);
}

static void expect_text(const char *rules, const char *line, const char *text)
{
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;

    ck_assert_str_eq(explain(w, line, &out), text);
    buf_release(&out);
    world_free(w);
}

static const char RULES[] =
    "[event bad]\n"
    "where = level == ERROR\n"
    "where = size > 5KiB\n"
    "set.who = ${user|upper}\n"
    "rewrite.path = \\d+ -> N\n"
    "map.path = /N -> number\n"
    "[event quiet]\n"
    "match = ^quiet (?<n>\\d+)$\n"
    "[event rest]\n"
    "unless = bad\n"
    "where = level == ERROR\n"
    "[counter bad_total]\ninc = bad\nlabels = who, path, v\n"
    "[histogram bad_bytes]\nobserve = bad\nvalue = size\nunit = B\nbuckets = 1\n"
    "[gauge bad_v]\nset = bad\nvalue = v\n"
    "[counter quiet_total]\nadd = quiet\nvalue = n\n"
    "[counter rest_total]\ninc = rest\n";

TEST(what_stands_behind_an_object_is_told)
{
    static const char *const lines[][2] = {
        {"{\"a\":1} tail", "it is whole after byte 7, and something stands behind it\n"},
        {"{\"a\":{\"b\":[\"x\"] } }{\"a\":1}", "it is whole after byte 19, and something"},
        {"{\"a\":1]} tail", "it breaks after byte 6, behind the value of a\n"},
        {"{\"a\":01}", "it breaks after byte 6"},
        {"{\"a\":1", "it breaks after byte 6"},
        {"{a:1}", "it breaks before its first value ends\n"},
    };
    struct world *w = world_new(RULES);
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(explain(w, lines[i][0], &out), lines[i][1]))
            ck_abort_msg("%s", out.p);
    buf_release(&out);
    world_free(w);
}

TEST(labels_are_shown_as_the_page_writes_them)
{
    expect_text("[event e]\nwhere = id != x\n[counter e_total]\ninc = e\nlabels = id\n",
                "{\"id\":\"C:\\\\a\\\"b\"}",
                "{\"id\":\"C:\\\\a\\\"b\"}\n"
                "  log auto, decoded as json, no time" NO_FIELD "\n"
                "    id = C:\\a\"b\n"
                "  is event e  (rules.ini:1)\n"
                "    -> inc e_total{id=\"C:\\\\a\\\"b\"}\n");
}

/* The words that a long regex begins with are found, and then it stops. */
TEST(a_long_regex_that_stops_early_is_near)
{
    struct world *w = world_new("[event e]\n"
                                "match = Error: (?<kind>\\d+) of document No\\d+ took "
                                "(?<seconds>[\\d,]+) s$\n"
                                "[counter e_total]\ninc = e\n");
    struct buf out = BUF_INIT;

    ck_assert_ptr_nonnull(strstr(explain(w, "12:00 Error: sale of document No7 took 1,5 s", &out),
                                 "^ and here in the text"));
    buf_release(&out);
    world_free(w);
}

TEST(where_patience_ends_it_is_said)
{
    static const char rules[] = "[event a]\nmatch = ^x+ly\n[event b]\nmatch = ^x+mz\n"
                                "[event c]\neach = v\n"
                                "[counter a_total]\nhelp = N\ninc = a\n"
                                "[counter b_total]\nhelp = N\ninc = b\n"
                                "[counter c_total]\nhelp = N\ninc = c\n";
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;
    unsigned whole = 0;

    for (int left = 0; left < 30; left++) {
        bool told, near;

        explain_for(left, w, "xxxmq", &out);
        told = strstr(out.p, "more would take too long here");
        near = strstr(out.p, "not event b");
        ck_assert_msg(strstr(out.p, "no event takes this line") != NULL, "%s", out.p);
        if (!told && !near)
            ck_abort_msg("%d: neither b nor that it was left out:\n%s", left, out.p);
        if (left == 0 && strstr(out.p, "not event"))
            ck_abort_msg("without patience nothing is tried:\n%s", out.p);
        whole += !told;
    }
    ck_assert_uint_gt(whole, 5);
    buf_release(&out);
    world_free(w);
}

/* Of two numbers that are too small the one that is nearly enough is told, and before what is no number. */
TEST(the_nearest_number_is_told)
{
    static const char *const lines[][2] = {
        {"a=90 b=10", "not event a"}, {"a=10 b=90", "not event b"}, {"a=x b=90", "not event b"}};
    struct world *w = world_new("[event a]\nwhere = a > 100\n[event b]\nwhere = b > 100\n"
                                "[counter n_total]\ninc = a, b\n");
    struct buf out = BUF_INIT;
    struct explain_options o = {.near = 1};

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        buf_clear(&out);
        explain_line(w->engine, w->source, slice_str(lines[i][0]), &o, &out);
        ck_assert_msg(strstr(out.p, lines[i][1]) != NULL, "%s: %s", lines[i][0], out.p);
    }
    buf_release(&out);
    world_free(w);
}

TEST(all_of_it_as_json)
{
    struct world *w = world_new("[log l]\nprefix = ^\\[(?<pid>\\d+)\\]\\s\n"
                                "[event e]\nwhere = a == 2\nwhere = b > 1\n[counter e_total]\n"
                                "inc = e\n");
    struct explain_options o = {.near = NEAR_ALL, .json = true};
    struct buf out = BUF_INIT;

    explain_line(w->engine, w->source, SLICE("[12] a=1 b=2"), &o, &out);
    ck_assert_str_eq(
        out.p,
        "{\"result\":\"line\",\"text\":\"[12] a=1 b=2\",\"log\":\"l\",\"encoding\":null,"
        "\"stream\":null,\"lines\":1,\"cut\":false,\"rewritten\":false,\"whole\":\"[12] a=1 b=2\","
        "\"prefix\":{\"cut\":\"[12] \",\"fields\":[{\"name\":\"pid\",\"value\":\"12\"}]},"
        "\"decoded\":\"logfmt\",\"time\":{\"timestamp_seconds\":null,\"from\":null,\"text\":null,"
        "\"format\":null,\"zone_seconds\":null},\"fields\":[{\"name\":\"a\",\"value\":\"1\"},"
        "{\"name\":\"b\",\"value\":\"2\"}],\"events\":[],\"spans\":[],"
        "\"near\":[{\"name\":\"e\",\"file\":\"rules.ini\",\"line\":3,\"why\":\"condition\","
        "\"nearness\":0.5,\"hold\":1,\"conditions\":2,\"failed\":[{\"file\":\"rules.ini\","
        "\"line\":4,\"field\":\"a\",\"operator\":\"==\",\"wants\":\"2\",\"is\":\"1\","
        "\"hint\":null,\"regex_byte\":null,\"text_byte\":null}]}],\"cut_short\":false}\n");
    buf_clear(&out);
    explain_line(w->engine, w->source, SLICE("a=2 b=3"), &o, &out);
    ck_assert_msg(
        strstr(out.p, "\"events\":[{\"name\":\"e\",\"file\":\"rules.ini\",\"line\":3,\"used\":true,"
                      "\"gave_up\":false,\"members\":[{\"captured\":[],\"steps\":[],\"updates\":["
                      "{\"verb\":\"inc\",\"metric\":\"e_total\",\"labels\":{},\"value\":null,"
                      "\"skipped\":null}]}]}]") != NULL,
        "%s", out.p);
    buf_release(&out);
    world_free(w);
}

/* Each member that passes, with what it came to. */
TEST(members_as_json)
{
    struct world *w = world_new("[event e]\nwhere = m == x\neach = list\nwhere = _value > 1\n"
                                "[gauge g]\nset = e\nvalue = _value\n");
    struct explain_options o = {.near = NEAR_ALL, .json = true};
    struct buf out = BUF_INIT;

    explain_line(w->engine, w->source, SLICE("m=x list=[2,1,3]"), &o, &out);
    ck_assert_str_eq(
        strstr(out.p, "\"members\":"),
        "\"members\":[{\"captured\":[],\"steps\":[],\"updates\":[{\"verb\":\"set\",\"metric\":"
        "\"g\","
        "\"labels\":{},\"value\":2,\"skipped\":null}]},{\"captured\":[],\"steps\":[],\"updates\":[{"
        "\"verb\":\"set\",\"metric\":\"g\",\"labels\":{},\"value\":3,\"skipped\":null}]}]}],"
        "\"spans\":[],\"near\":[],\"cut_short\":false}\n");
    buf_release(&out);
    world_free(w);
}

static void tell_kind(void *ctx, const struct trace *t, bool is_line)
{
    explain_kind(t, is_line, true, ctx);
}

/* What is told of a kind of lines ends with the nearest event, if there is one, and what it misses. */
TEST(a_kind_of_lines_and_its_nearest_event)
{
    static const char *const rules[][2] = {
        {"[event a]\nwhere = a > 100\n[counter n_total]\ninc = a\n",
         "no event, nearest a\n3\n0 0 "},
        {"[event a]\nwhere = a == 90\nwhere = b == 1\n[counter n_total]\ninc = a\n",
         "no event, nearest a\n3\n1 1 "},
        {"", "no event\n"}};
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        struct world *w = world_new(rules[i][0]);

        buf_clear(&out);
        explain_feed(w->engine, w->source, SLICE("a=90 c=1"), tell_kind, &out);
        ck_assert_msg(strncmp(out.p, rules[i][1], strlen(rules[i][1])) == 0, "%s", out.p);
        world_free(w);
    }
    buf_release(&out);
}

static struct buf kind_of(struct world *w, const char *line)
{
    struct buf out = BUF_INIT;

    explain_feed(w->engine, w->source, slice_str(line), tell_kind, &out);
    return out;
}

/* Each is told once: values make no other kind, what went wrong does. */
TEST(kinds_of_lines_that_an_event_took)
{
    static const char *const lines[][2] = {
        {"a=1 b=2 c=3", "event a"},
        {"a=1 b=x c=3", "event a, skips b: "},
        {"a=1 b=2 c=wrong", "event a\na: 0 "},
        {"a=1 b=x c=wrong", "event a, skips b: "},
    };
    enum { LINES = sizeof(lines) / sizeof(*lines) };
    struct world *w = world_new("[event a]\nwhere = a > 0\nmap.c = 3 -> three\n"
                                "[gauge b]\nset = a\nvalue = b\n");
    struct buf kinds[LINES], again = kind_of(w, "a=5 b=6 c=3");

    for (size_t i = 0; i < LINES; i++) {
        kinds[i] = kind_of(w, lines[i][0]);
        ck_assert_msg(slice_starts(buf_all(&kinds[i]), slice_str(lines[i][1])), "%.*s",
                      SLICE_FMT(buf_all(&kinds[i])));
        for (size_t k = 0; k < i; k++)
            ck_assert(!slice_eq(buf_all(&kinds[k]), buf_all(&kinds[i])));
    }
    ck_assert(slice_eq(buf_all(&again), buf_all(&kinds[0])));
    for (size_t i = 0; i < LINES; i++)
        buf_release(&kinds[i]);
    buf_release(&again);
    world_free(w);
}

TEST(an_event_with_its_fields_and_updates)
{
    expect_text(RULES, "{\"level\":\"ERROR\",\"size\":\"6KiB\",\"user\":\"ann\",\"path\":\"/12\"}",
                "{\"level\":\"ERROR\",\"size\":\"6KiB\",\"user\":\"ann\",\"path\":\"/12\"}\n"
                "  log auto, decoded as json, no time" NO_FIELD "\n"
                "    level = ERROR\n    size = 6KiB\n    user = ann\n    path = /12\n"
                "  is event bad  (rules.ini:1)\n"
                "    who = ANN\n    path = /12\n"
                "      rewrite makes it /N  (rules.ini:5)\n"
                "      map makes it number  (rules.ini:6)\n"
                "    holds: where size > 5KiB  (rules.ini:3)\n"
                "      size is 6KiB, 6144 B; the rule wants > 5KiB, 5120 B\n"
                "    -> inc bad_total{who=\"ANN\",path=\"number\",v=\"unknown\"}\n"
                "    -> observe bad_bytes 6144\n"
                "    -> set bad_v -- skipped: v is missing\n"
                "  not event rest  (rules.ini:9)\n"
                "    unless bad: it took the line\n"
                "  not event quiet  (rules.ini:7)\n"
                "    fails: match  (rules.ini:8)\n"
                "      each match has \"quiet \", which is not there\n"
                "      ^quiet (?<n>\\d+)$\n");
}

TEST(an_event_that_it_nearly_was)
{
    expect_text(RULES, "quiet x",
                "quiet x\n"
                "  log auto, decoded as text, no time" NO_GROUP "\n"
                "  no event takes this line\n"
                "  not event quiet  (rules.ini:7)\n"
                "    fails: match  (rules.ini:8)\n"
                "      ^quiet (?<n>\\d+)$\n"
                "                  ^ matched up to here\n"
                "      quiet x\n"
                "            ^ and here in the text\n"
                "  not event bad  (rules.ini:1)  0 of 2 conditions hold\n"
                "    fails: where level == ERROR  (rules.ini:2)\n"
                "      level is missing: the line is text, and has no fields\n"
                "    and fails: where size > 5KiB  (rules.ini:3)\n"
                "      size is missing: the line is text, and has no fields\n"
                "  not event rest  (rules.ini:9)\n"
                "    fails: where level == ERROR  (rules.ini:11)\n"
                "      level is missing: the line is text, and has no fields\n");
    expect_text(RULES, "level=ERROR size=4KiB",
                "level=ERROR size=4KiB\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    level = ERROR\n    size = 4KiB\n"
                "  is event rest  (rules.ini:9)\n"
                "    -> inc rest_total\n"
                "  not event bad  (rules.ini:1)  1 of 2 conditions holds\n"
                "    fails: where size > 5KiB  (rules.ini:3)\n"
                "      size is 4KiB, 4096 B; the rule wants > 5KiB, 5120 B\n"
                "  not event quiet  (rules.ini:7)\n"
                "    fails: match  (rules.ini:8)\n"
                "      each match has \"quiet \", which is not there\n"
                "      ^quiet (?<n>\\d+)$\n");
}

/* Rules of one event with these conditions, and what is said of the line behind "not event e". */
static void expect_miss(const char *conditions, const char *line, const char *want)
{
    struct buf rules = BUF_INIT, out = BUF_INIT;

    buf_fmt(&rules, "[event e]\n%s\n[counter e_total]\ninc = e\n", conditions);
    struct world *w = world_new(rules.p);
    const char *text = strstr(explain(w, line, &out), "  not event e  (rules.ini:1)");

    text = text ? strchr(text, '\n') + 1 : out.p;
    if (strcmp(text, want) != 0)
        ck_abort_msg("%s\n%s\nis said:\n%s", conditions, line, text);
    world_free(w);
    buf_release(&rules);
    buf_release(&out);
}

TEST(what_a_text_has_that_the_rule_does_not_want)
{
    static const struct {
        const char *condition, *value, *said;
    } cases[] = {
        {"== http request", "HTTP request",
         "\"HTTP request\"; the rule wants \"http request\": only the case of letters differs"},
        {"== http request", "http  request",
         "\"http  request\"; the rule wants \"http request\": only blanks differ"},
        {"== http request", "http\xc2\xa0request",
         "\"http\\u00a0request\"; the rule wants \"http request\": only blanks differ"},
        {"== http request", "Http request ",
         "\"Http request \"; the rule wants \"http request\": only blanks and the case of letters "
         "differ"},
        {"== 1.50", "1.5",
         "\"1.5\"; the rule wants \"1.50\": as numbers they are equal, but == compares texts"},
        {"== job", "job done",
         "\"job done\"; the rule wants \"job\": it begins so, and ^= would do"},
        {"== done", "job done",
         "\"job done\"; the rule wants \"done\": that stands inside, at byte 5, and =~ would find "
         "it"},
        {"== job.*", "job done",
         "\"job done\"; the rule wants \"job.*\": == takes it as it is written; as a regex, with "
         "=~, "
         "it would match"},
        {"== finished", "fnished", "\"fnished\"; the rule wants \"finished\": 1 character differs"},
        {"== finished", "started", "\"started\"; the rule wants \"finished\""},
        {"^= job", "Job 1",
         "\"Job 1\"; the rule wants ^= \"job\": only the case of letters differs"},
        {"^= job", "a job",
         "\"a job\"; the rule wants ^= \"job\": that stands inside, at byte 3, and =~ would find "
         "it"},
        {"!= job", "job", "\"job\""},
        {"!~ j(o)b", "a job", "\"a job\": it matches \"job\""},
        {"> 400", "many", "\"many\", which is no number; the rule wants > 400"},
        {"> 400", "5ms",
         "\"5ms\", which is no number; the rule wants > 400: it carries a unit, and the rule's "
         "number "
         "has none"},
        {"> 400", "399", "399; the rule wants > 400"},
        {"> 1s", "5MiB",
         "\"5MiB\", which is no number; the rule wants > 1s, 1 s: it carries a unit of another "
         "kind"},
        {"> 1s", "250ms", "250ms, 0.25 s; the rule wants > 1s, 1 s"},
        {"> 1h", "250", "250, taken for 250 s; the rule wants > 1h, 3600 s"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf condition = BUF_INIT, line = BUF_INIT, want = BUF_INIT;

        buf_fmt(&condition, "where = msg %s", cases[i].condition);
        buf_fmt(&line, "{\"msg\":\"%s\"}", cases[i].value);
        buf_fmt(&want, "    fails: where msg %s  (rules.ini:2)\n      msg is %s\n",
                cases[i].condition, cases[i].said);
        expect_miss(condition.p, line.p, want.p);
        buf_release(&condition);
        buf_release(&line);
        buf_release(&want);
    }
}

TEST(a_unit_that_the_rules_say)
{
    expect_miss("unit.took = ms\nwhere = took > 1s", "{\"took\":250}",
                "    fails: where took > 1s  (rules.ini:3)\n"
                "      took is 250, 0.25 s by unit.took; the rule wants > 1s, 1 s\n");
}

TEST(what_a_regex_asks_for_too_much)
{
    static const struct {
        const char *regex, *line, *said;
    } cases[] = {
        {"^get (?<n>\\d+)", "GET 12",
         "      it would match if case did not matter: (?i)\n      ^get (?<n>\\d+)\n"},
        {"^b \\d", "a b 1", "      it would match without ^, at byte 3\n      ^b \\d\n"},
        {"^b$", "a b", "      it would match without ^, at byte 3\n      ^b$\n"},
        {"^b$", "a b c", "      it would match without ^ and $, at byte 3\n      ^b$\n"},
        {"b$", "b c",
         "      it would match without $; behind that stands \" c\"\n"
         "      b$\n       ^ matched up to here\n      b c\n       ^ and here in the text\n"},
        {"a b", "a  b",
         "      it would match if each of its blanks were \\s+\n"
         "      a b\n        ^ matched up to here\n      a  b\n        ^ and here in the text\n"},
        {"^job \\d", "no work",
         "      each match has \"job \", which is not there\n      ^job \\d\n"},
        {"^Job .* by", "job 1 BY",
         "      it would match if case did not matter: (?i)\n      ^Job .* by\n"},
        {"^\\d", "x", "      ^\\d\n      nothing of the text fits\n"},
        {"(?i)x|^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", NULL},
    };

    for (size_t i = 0; cases[i].said; i++) {
        struct buf condition = BUF_INIT, want = BUF_INIT;

        buf_fmt(&condition, "match = %s", cases[i].regex);
        buf_fmt(&want, "    fails: match  (rules.ini:2)\n%s", cases[i].said);
        expect_miss(condition.p, cases[i].line, want.p);
        buf_release(&condition);
        buf_release(&want);
    }
    expect_miss("where = msg =~ ^/api", "{\"msg\":\"/API/x\"}",
                "    fails: where msg =~ ^/api  (rules.ini:2)\n"
                "      msg is \"/API/x\": it would match if case did not matter: (?i)\n"
                "      ^/api\n        ^ matched up to here\n"
                "      /API/x\n       ^ and here in the text\n");
}

TEST(where_a_field_that_is_missing_may_be)
{
    static const char fails[] =
        "    fails: where status == ok  (rules.ini:2)\n      status is missing";
    static const char *const cases[][2] = {
        {"{\"Status\":\"ok\"}", ": the line has that in Status\n"},
        {"{\"Status\":1}", ": the line has Status\n"},
        {"{\"state\":1,\"satus\":2}", ": the line has satus\n"},
        {"{\"http\":{\"status\":2}}", ": the line has http.status\n"},
        {"{\"result\":\"ok\"}", ": the line has that in result\n"},
        {"{\"status\":null}", ": it is null, which is as good as not there\n"},
        {"{\"status\":\"\"}", ": it is empty, which is as good as not there\n"},
        {"{\"status\":\"-\"}", ": it is -, which is as good as not there\n"},
        {"{\"code\":1}", "\n"},
        {"ok", ": the line is text, and has no fields\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf want = BUF_INIT;

        buf_fmt(&want, "%s%s", fails, cases[i][1]);
        expect_miss("where = status == ok", cases[i][0], want.p);
        buf_release(&want);
    }
}

TEST(a_letter_or_two_in_what_a_regex_wants)
{
    expect_miss("match = saving terminatd with \\w+$", "2 saving terminated with success",
                "    fails: match  (rules.ini:2)\n"
                "      each match has \"saving terminatd with \", and here it is "
                "\"saving terminated with \"\n"
                "      saving terminatd with \\w+$\n"
                "                     ^ matched up to here\n"
                "      2 saving terminated with success\n"
                "                       ^ and here in the text\n");
    expect_miss("match = ^no (?:such )?file of that name", "no such flie fo that name",
                "    fails: match  (rules.ini:2)\n"
                "      each match has \"file of that name\", which is not there\n"
                "      ^no (?:such )?file of that name\n"
                "                     ^ matched up to here\n"
                "      no such flie fo that name\n"
                "               ^ and here in the text\n");
    expect_miss("match = saving terminated with \\w+$", "saxing termixated with success",
                "    fails: match  (rules.ini:2)\n"
                "      each match has \"saving terminated with \", and here it is "
                "\"saxing termixated with \"\n"
                "      saving terminated with \\w+$\n"
                "        ^ matched up to here\n"
                "      saxing termixated with success\n"
                "        ^ and here in the text\n");
}

/* As one reads. */
TEST(of_two_places_that_are_as_near_the_first_is_told)
{
    expect_miss("match = saving terminated with \\d+$",
                "saxing terminated with, saving termixated with",
                "    fails: match  (rules.ini:2)\n"
                "      each match has \"saving terminated with \", and here it is "
                "\"saxing terminated with\"\n"
                "      saving terminated with \\d+$\n"
                "                  ^ matched up to here\n"
                "      saxing terminated with, saving termixated with\n"
                "                                          ^ and here in the text\n");
}

/* What has been looked at in vain is nearer than what nobody could have met. */
TEST(how_near_a_regex_of_a_field_is)
{
    static const char *const rows[][2] = {{"a =~ x", "\"nearness\":0,"},
                                          {"a !~ [0-9]", "\"nearness\":0.5,"}};
    struct explain_options o = {.near = NEAR_ALL, .json = true};
    struct buf rules = BUF_INIT, out = BUF_INIT;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_clear(&rules);
        buf_fmt(&rules, "[event e]\nwhere = %s\n[counter e_total]\ninc = e\n", rows[i][0]);
        struct world *w = world_new(rules.p);

        buf_clear(&out);
        explain_line(w->engine, w->source, SLICE("a=1 b=2"), &o, &out);
        ck_assert_msg(strstr(out.p, rows[i][1]) != NULL, "%s", out.p);
        world_free(w);
    }
    buf_release(&rules);
    buf_release(&out);
}

/* Of a line that an event takes those are shown that only a slip keeps from taking it, too. */
TEST(a_slip_beside_an_event_that_takes_the_line)
{
    static const char rules[] =
        "[event all]\nmatch = .\n[event anchored]\nmatch = ^saved (?<n>\\d+)\n"
        "[event cased]\nmatch = Saved (?<n>\\d+)\n"
        "[event other]\nmatch = saved nothing\n"
        "[counter a_total]\ninc = all, anchored, cased, other\n";
    struct explain_options few = {.near = 3};
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;

    explain_line(w->engine, w->source, SLICE("12:00 saved 5"), &few, &out);
    ck_assert_msg(strstr(out.p, "is event all") && strstr(out.p, "not event anchored") &&
                      strstr(out.p, "not event cased") && !strstr(out.p, "not event other"),
                  "%s", out.p);
    buf_release(&out);
    world_free(w);
}

TEST(fields_that_no_rule_asks_for_are_shown_while_there_are_few)
{
    static const char line[] =
        "{\"o\":{\"in\":1},\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
        "\"i\":1,\"j\":1,\"list\":[2],\"msg\":\"m\"}";

    expect_text("[event e]\nwhere = msg == m\n[counter e_total]\ninc = e\n", line,
                "{\"o\":{\"in\":1},\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,"
                "\"i\":1,\"j\":1,\"list\":[2],\"msg\":\"m\"}\n"
                "  log auto, decoded as json, no time" NO_FIELD "\n"
                "    o.in = 1\n    a = 1\n    b = 1\n    c = 1\n    d = 1\n    e = 1\n    f = 1\n"
                "    g = 1\n    h = 1\n    i = 1\n    msg = m\n"
                "    and 2 more, which no rule asks for\n"
                "  is event e  (rules.ini:1)\n    -> inc e_total\n");
}

/* What a regex that fails would have captured is not missing for itself. */
TEST(what_follows_from_another_condition_is_not_told)
{
    expect_miss(
        "match = ^GET (?<path>/\\S*)\nwhere = path == /", "POST /",
        "    fails: match  (rules.ini:2)\n      each match has \"GET /\", which is not there\n"
        "      ^GET (?<path>/\\S*)\n");
}

/* By the share of conditions that hold, and by how much of the one that fails does. */
TEST(the_nearest_event_comes_first)
{
    static const char rules[] = "[event a]\nwhere = level == info\nwhere = msg == start\n"
                                "[event b]\nwhere = msg == http request\n"
                                "[event c]\nwhere = level == info\nwhere = took > 5\n"
                                "where = host == x\n"
                                "[counter a_total]\ninc = a, b, c\n";
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;
    const char *a, *b, *c;

    explain(w, "{\"level\":\"info\",\"msg\":\"HTTP request\",\"took\":6}", &out);
    a = strstr(out.p, "not event a");
    b = strstr(out.p, "not event b");
    c = strstr(out.p, "not event c");
    ck_assert_msg(a && b && c && b < c && c < a, "%s", out.p);
    buf_release(&out);
    world_free(w);
}

/* The one that says most about it, however little: of a line that no event takes there is always one. */
/* What a missing field is not says nothing of the line. */
TEST(what_holds_of_a_missing_field_makes_no_event_near)
{
    struct world *w =
        world_new("[event a]\nwhere = msg == done\nwhere = level != debug\nwhere = path !~ ^/x\n"
                  "[event b]\nmatch = ^took (?<n>\\d+) ms of all$\n"
                  "[counter c_total]\nhelp = h\ninc = a, b\n");
    struct explain_options o = {.near = 1};
    struct buf out = BUF_INIT;

    explain_line(w->engine, w->source, SLICE("took 12 ms"), &o, &out);
    ck_assert_msg(strstr(out.p, "not event b  ("), "%s", out.p);
    ck_assert_msg(!strstr(out.p, "not event a"), "%s", out.p);
    buf_clear(&out);
    explain_line(w->engine, w->source, SLICE("{\"msg\":\"Done\"}"), &o, &out);
    ck_assert_msg(strstr(out.p, "not event a  (rules.ini:1)  2 of 3 conditions hold\n"), "%s",
                  out.p);
    buf_release(&out);
    world_free(w);
}

TEST(a_line_that_nothing_takes_has_a_nearest_event)
{
    static const char *const conditions[] = {
        "where = msg == x",
        "where = msg != x",
        "where = msg ^= x",
        "where = n > 5",
        "match = ^x",
        "where = msg =~ ^x",
        "where = _line !~ .",
        "each = list",
        "log = other\nmatch = .",
        "where = msg == x\neach = list",
        "where = _bytes < 1",
    };
    static const char *const lines[] = {"y", "{\"msg\":\"x\"}", "msg=y n=1", "{\"list\":[]}",
                                        "{\"a\""};

    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct buf rules = BUF_INIT, out = BUF_INIT;
        struct explain_options few = {.near = 3};

        buf_fmt(&rules,
                "[log l]\npath = /l\n[log other]\npath = /o\n[event e]\n%s\n"
                "[counter e_total]\ninc = e\n",
                conditions[i]);
        struct world *w = world_new(rules.p);

        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            buf_clear(&out);
            explain_line(w->engine, w->source, slice_str(lines[k]), &few, &out);
            if (!strstr(out.p, "is event e") && !strstr(out.p, "not event e"))
                ck_abort_msg("%s\n%s", conditions[i], out.p);
        }
        world_free(w);
        buf_release(&rules);
        buf_release(&out);
    }
}

TEST(an_event_that_nothing_uses_is_none)
{
    expect_text("[event a]\nwhere = msg == m\n[event b]\nmatch = ^msg=(?<v>\\w)\nset.w = <${v}>\n"
                "[counter a_total]\ninc = a\n",
                "msg=n x=1",
                "msg=n x=1\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD "\n    msg = n\n    x = 1\n"
                "  would be event b  (rules.ini:3)  but nothing uses it\n    v = n\n    w = <n>\n"
                "  no event takes this line\n"
                "  not event a  (rules.ini:1)\n"
                "    fails: where msg == m  (rules.ini:2)\n"
                "      msg is \"n\"; the rule wants \"m\"\n");
}

TEST(the_time_of_an_event_that_nothing_uses_is_not_the_lines)
{
    struct world *w = world_new("[event a]\nmatch = ^at (?<time>\\S+)\n"
                                "[event b]\nmatch = x$\nset.t = ${_time}\n"
                                "[gauge b]\nset = b\nvalue = t\n");
    struct buf out = BUF_INIT;

    ck_assert(strstr(explain(w, "at 2025-11-11T22:40:03Z x", &out), "-> set b 1000000000\n"));
    ck_assert(strstr(explain(w, "x", &out), "-> set b 1000000000\n"));
    buf_release(&out);
    world_free(w);
}

TEST(a_regex_that_gave_up_is_said)
{
    expect_text("[event a]\nwhere = x !~ ^(a+)+$\n[counter a_total]\ninc = a\n",
                "x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! y=1",
                "x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! y=1\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD "\n"
                "    x = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n    y = 1\n"
                "  is event a  (rules.ini:1)  a regex gave up: match limit\n"
                "    -> inc a_total\n");
}

/* --- what it says, added up ------------------------------------------------------------------- */

struct tally {
    struct map keys;     /* sample or event -> place in values */
    long double *values; /* whose sums of some doubles round to what an exact sum rounds to */
    unsigned n, cap;
};

static long double *of_key(struct tally *t, struct slice key)
{
    uint64_t i = t->n;

    if (!map_get(&t->keys, key, &i)) {
        map_put(&t->keys, key, i);
        GROW(t->values, t->n, t->cap);
        t->values[t->n++] = 0;
    }
    return &t->values[i];
}

static long double *of_sample(struct tally *t, struct slice name, const char *suffix,
                              struct slice labels)
{
    struct buf key = BUF_INIT;

    buf_fmt(&key, "%.*s%s%.*s", SLICE_FMT(name), suffix, SLICE_FMT(labels));
    long double *v = of_key(t, buf_all(&key));

    buf_release(&key);
    return v;
}

/* `VERB FAMILY{labels} VALUE` */
static void add_update(struct tally *t, struct slice text)
{
    struct slice verb, sample, name;
    size_t end = text.n;

    if (memmem(text.p, text.n, " -- skipped: ", 13))
        return;
    slice_cut(&text, ' ', &verb);
    end = text.n;
    while (end > 0 && text.p[end - 1] != ' ' && text.p[end - 1] != '}')
        end--;
    double value = end > 0 && text.p[end - 1] == ' ' ? strtod(text.p + end, NULL) : 1;

    sample = slice_make(text.p, end > 0 && text.p[end - 1] == ' ' ? end - 1 : text.n);
    const char *brace = memchr(sample.p, '{', sample.n);

    name = slice_make(sample.p, brace ? (size_t)(brace - sample.p) : sample.n);
    struct slice labels = slice_from(sample, name.n);

    if (slice_eq(verb, SLICE("observe"))) {
        *of_sample(t, name, "_sum", labels) += value;
        *of_sample(t, name, "_count", labels) += 1;
    } else if (slice_eq(verb, SLICE("set"))) {
        *of_sample(t, name, "", labels) = value;
    } else if (slice_eq(verb, SLICE("reset"))) {
        *of_sample(t, name, "", labels) = 0;
    } else {
        bool down = slice_eq(verb, SLICE("sub")) || slice_eq(verb, SLICE("dec"));

        *of_sample(t, name, "", labels) += down ? -value : value;
    }
}

static void add_text(struct tally *t, struct slice text)
{
    struct slice line, name = {"", 0};

    while (slice_cut(&text, '\n', &line)) {
        if (slice_starts(line, SLICE("    -> "))) {
            add_update(t, slice_from(line, 7));
        } else if (slice_starts(line, SLICE("  is event "))) {
            line = slice_from(line, 11);
            slice_cut(&line, ' ', &name);
            *of_key(t, name) += 1;
        } else if (slice_starts(line, SLICE("    member ")) &&
                   !slice_starts(line, SLICE("    member 1 "))) {
            *of_key(t, name) += 1;
        } else if (slice_eq(line, SLICE("  no event takes this line"))) {
            *of_key(t, SLICE("unmatched")) += 1;
        }
    }
}

static void random_some(struct dice *d, struct buf *rules)
{
    unsigned n = 1 + roll(d, RANDOM_EVENTS);

    random_values(d, n, random_rules(d, n, rules), rules);
}

static void explain_lines(struct world *w, struct slice lines, struct tally *t, struct buf *all)
{
    struct explain_options o = {.near = NEAR_ALL};
    struct buf out = BUF_INIT;
    struct slice line;

    while (slice_cut(&lines, '\n', &line)) {
        buf_clear(&out);
        explain_line(w->engine, w->source, line, &o, &out);
        add_text(t, buf_all(&out));
        buf_slice(all, buf_all(&out));
    }
    buf_release(&out);
}

/* Valgrind computes a long double as a double, and what is added up then differs in the last digits. */
static bool is_sum(long double said, double counted)
{
    volatile long double one = 1;
    bool is_wider = one + DBL_EPSILON / 4 != one;

    return is_wider ? (double)said == counted
                    : fabs((double)said - counted) <= 1e-12 * fabs(counted);
}

/* Every sample of the page but those that the text does not say: buckets, and the gauge that
 * several events move in the order of sections. */
static void expect_page(struct tally *t, const char *page, const char *said)
{
    struct slice rest = slice_str(page), line;

    while (slice_cut(&rest, '\n', &line)) {
        size_t n = line.n;

        if (n == 0 || memmem(line.p, n, "_bucket", 7) || slice_starts(line, SLICE("order")))
            continue;
        while (line.p[n - 1] != ' ')
            n--;
        long double *v = of_key(t, slice_make(line.p, n - 1));

        ck_assert_msg(is_sum(*v, strtod(line.p + n, NULL)), "%.*s: %.17Lg is said\n%s",
                      SLICE_FMT(line), *v, said);
        *v = 0;
    }
}

static void expect_same(struct world *w, struct tally *t, const char *said)
{
    *of_key(t, SLICE("order")) = 0;
    ck_assert_msg(*of_key(t, SLICE("unmatched")) == (double)engine_unmatched(w->engine), "%s",
                  said);
    *of_key(t, SLICE("unmatched")) = 0;
    for (unsigned i = 0; i < w->rules->nevents; i++) {
        long double *v = of_key(t, slice_str(w->rules->events[i].name));

        ck_assert_msg(*v == (double)engine_hits(w->engine, i), "%s: %Lg is said, %llu counted\n%s",
                      w->rules->events[i].name, *v, (unsigned long long)engine_hits(w->engine, i),
                      said);
        *v = 0;
    }
    expect_page(t, world_page(w), said);
    for (unsigned i = 0; i < t->n; i++)
        ck_assert_msg(t->values[i] == 0, "said, and not on the page: %Lg\n%s\n%s", t->values[i],
                      said, world_page(w));
}

TEST_EACH(what_explain_says_is_what_replay_counts, 6)
{
    struct dice d = {271828 + 6007u * (unsigned)_i};
    struct buf rules = BUF_INIT, lines = BUF_INIT, said = BUF_INIT;
    uint64_t hits = 0, unmatched = 0;

    for (int round = 0; round < 20; round++) {
        struct tally t = {0};

        random_some(&d, &rules);
        buf_clear(&lines);
        buf_clear(&said);
        buf_fmt(&said, "%s\n", rules.p);
        for (int i = 0; i < 100; i++)
            random_line(&d, &lines);
        struct world *asked = world_new(rules.p), *plain = world_new(rules.p);

        explain_lines(asked, buf_all(&lines), &t, &said);
        world_feed(plain, lines.p);
        expect_same(plain, &t, said.p);
        ck_assert_str_eq(world_page(asked), world_page(plain));
        ck_assert(slice_eq(buf_all(&asked->unmatched), buf_all(&plain->unmatched)));
        hits += engine_hits(plain->engine, 0);
        unmatched += engine_unmatched(plain->engine);
        world_free(asked);
        world_free(plain);
        map_release(&t.keys);
        free(t.values);
    }
    ck_assert_uint_gt(hits, 100);
    ck_assert_uint_gt(unmatched, 10);
    buf_release(&rules);
    buf_release(&lines);
    buf_release(&said);
}

/* The trace's facts about one event, put together as docs/rules.md has it. */
static bool should_be(const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];

    if (e->parent != EVENT_NONE && !t->trials[e->parent].is_event)
        return false;
    for (unsigned i = 0; i < e->nunless; i++)
        if (t->trials[e->unless[i]].is_event)
            return false;
    return event_for_log(e, t->record->source->log) && t->trials[event].nheld == e->nconditions;
}

TEST_EACH(a_trace_holds_the_reasons_of_each_verdict, 4)
{
    struct dice d = {314159 + 7013u * (unsigned)_i};
    struct buf rules = BUF_INIT, line = BUF_INIT;

    for (int round = 0; round < rounds(20); round++) {
        random_some(&d, &rules);
        struct world *w = world_new(rules.p);

        for (int i = 0; i < 100; i++) {
            buf_clear(&line);
            random_line(&d, &line);
            const struct trace *t =
                engine_trace(w->engine, w->source, slice_make(line.p, line.n - 1));

            for (unsigned e = 0; t->result == RECORD_LINE && e < w->rules->nevents; e++)
                ck_assert_msg(t->trials[e].is_event == should_be(t, e), "%s\n%s: %s %d", rules.p,
                              line.p, w->rules->events[e].name, t->trials[e].is_event);
        }
        world_free(w);
    }
    buf_release(&rules);
    buf_release(&line);
}

TEST(why_a_calc_has_no_result)
{
    expect_text("[event a]\nwhere = msg == m\ncalc.p = x + y\ncalc.q = x * z\ncalc.r = time(x)\n"
                "calc.s = 1 / (x - 2)\ncalc.t = x * 5\ncalc.u = x * n\n"
                "[counter a_total]\ninc = a\n",
                "msg=m x=2 z=none n=99999999999999999999999999999999999999",
                "msg=m x=2 z=none n=99999999999999999999999999999999999999\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    msg = m\n    x = 2\n    z = none\n"
                "    n = 99999999999999999999999999999999999999\n"
                "  is event a  (rules.ini:1)\n"
                "    p = (missing) -- y is missing\n"
                "    q = (missing) -- z is no number\n"
                "    r = (missing) -- x is no time of this log's formats\n"
                "    s = (missing) -- divided by zero\n"
                "    t = 10\n"
                "    u = (missing) -- more than 38 digits\n"
                "    -> inc a_total\n");
}

/* Of an event, what is said between its name and its updates. */
static void expect_made(const char *event, const char *line, const char *want)
{
    struct buf rules = BUF_INIT, out = BUF_INIT;

    buf_fmt(&rules, "[event e]\n%s\n[counter e_total]\ninc = e\n", event);
    struct world *w = world_new(rules.p);
    char *text = strstr((char *)(uintptr_t)explain(w, line, &out), "  is event e  (rules.ini:1)");
    char *end = text ? strstr(text, "    -> inc e_total") : NULL;

    if (end)
        *end = '\0';
    text = end ? strchr(text, '\n') + 1 : out.p;
    if (strcmp(text, want) != 0)
        ck_abort_msg("%s\n%s\nis said:\n%s", event, line, text);
    world_free(w);
    buf_release(&rules);
    buf_release(&out);
}

TEST(a_field_at_each_step)
{
    expect_made("match = ^(?<path>\\S+)\nrewrite.path = \\d+ -> N\nrewrite.path = x -> y\n"
                "map.path = /N -> number\nset.path = <${path}>",
                "/12 ok",
                "    path = /12\n"
                "      rewrite makes it /N  (rules.ini:3)\n"
                "      rewrite finds nothing  (rules.ini:4)\n"
                "      map makes it number  (rules.ini:5)\n"
                "      set makes it <number>  (rules.ini:6)\n");
    expect_made("where = k != x\ncalc.n = v * 2\nset.n = <${n}>\ncalc.m = v / 0\nset.m = ${v}",
                "{\"v\":4,\"k\":\" a \"}",
                "    n = 8\n      set makes it <8>  (rules.ini:4)\n"
                "    m = (missing) -- divided by zero\n      set makes it 4  (rules.ini:6)\n");
    expect_made("where = k != x\nrewrite.k = ^(a+)+$ -> b",
                "{\"k\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}",
                "    k = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n"
                "      rewrite gave up: match limit  (rules.ini:3)\n");
}

TEST(a_map_without_a_row)
{
    static const char *const cases[][2] = {
        {"Mail", "has no row for \"Mail\", only for \"mail\""},
        {"mial", "has no row for \"mial\", only for \"mail\""},
        {"042", "has no row for \"042\", only for \"42\""},
        {"web", "has no row for \"web\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf line = BUF_INIT, want = BUF_INIT;

        buf_fmt(&line, "{\"k\":\"%s\"}", cases[i][0]);
        buf_fmt(&want, "    k = %s\n      map %s  (rules.ini:3)\n", cases[i][0], cases[i][1]);
        expect_made("where = k != x\nmap.k = mail -> m\nmap.k = 42 -> n", line.p, want.p);
        buf_release(&line);
        buf_release(&want);
    }
    expect_made("where = k != x\nmap.l = mail -> m", "{\"k\":1}",
                "    l = (missing)\n      map has no row for l, which is missing  (rules.ini:3)\n");
}

/* Of each member, and as it was before the actions, also what the regex of `each` captured. */
TEST(members_at_each_step)
{
    static const char rules[] = "[event e]\nmatch = .\neach = _line =~ (?<w>[a-z]+)\\d\n"
                                "rewrite.w = a -> b\nmap.w = b -> c\n"
                                "[counter e_total]\ninc = e\nlabels = w\n";

    expect_text(rules, "a1 x2",
                "a1 x2\n  log auto, decoded as text, no time" NO_GROUP "\n"
                "  is event e  (rules.ini:1)\n"
                "    member 1 of 2\n    _key = 0\n    _value = a1\n"
                "    w = a\n      rewrite makes it b  (rules.ini:4)\n"
                "      map makes it c  (rules.ini:5)\n"
                "    -> inc e_total{w=\"c\"}\n"
                "    member 2 of 2\n    _key = 1\n    _value = x2\n"
                "    w = x\n      rewrite finds nothing  (rules.ini:4)\n"
                "      map has no row for \"x\"  (rules.ini:5)\n"
                "    -> inc e_total{w=\"x\"}\n");
}

TEST(values_that_would_mislead_are_quoted)
{
    static const char *const cases[][2] = {
        {"a b", "a b"},
        {" a", "\" a\""},
        {"a ", "\"a \""},
        {"a  b", "\"a  b\""},
        {"(missing)", "\"(missing)\""},
        {"\\\"a\\\"", "\"\\\"a\\\"\""},
        {"a\\tb", "\"a\\x09b\""},
        {"a\xc2\xa0"
         "b",
         "\"a\\u00a0b\""},
        {"a -- b", "\"a -- b\""},
        {"\\\\x41", "\"\\\\x41\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf line = BUF_INIT, want = BUF_INIT;

        buf_fmt(&line, "{\"k\":\"%s\"}", cases[i][0]);
        buf_fmt(&want, "    v = %s\n", cases[i][1]);
        expect_made("where = k !~ ^$\nset.v = ${k}", line.p, want.p);
        buf_release(&line);
        buf_release(&want);
    }
}

/* The first lines of what is said, up to the fields. */
static void expect_read(const char *log, const char *line, const char *want)
{
    struct buf rules = BUF_INIT, out = BUF_INIT;

    buf_fmt(&rules, "[log l]\n%s\n[event e]\nwhere = nothing == here\n[counter e_total]\ninc = e\n",
            log);
    struct world *w = world_new(rules.p);
    const char *text = strchr(explain(w, line, &out), '\n') + 1;

    if (strncmp(text, want, strlen(want)) != 0)
        ck_abort_msg("%s\n%s\nis said:\n%s", log, line, text);
    world_free(w);
    buf_release(&rules);
    buf_release(&out);
}

TEST(what_a_prefix_cuts_off)
{
    static const char log[] = "prefix = ^\\[(?<pid>\\d+)\\]\\s";

    expect_read(log, "[12] a=1 b=2",
                "  prefix cuts off \"[12] \"\n    pid = 12\n  log l, decoded as logfmt");
    expect_read(log, "[x] a=1 b=2",
                "  prefix cuts nothing off: it does not match\n"
                "      ^\\[(?<pid>\\d+)\\]\\s\n                ^ matched up to here\n"
                "      [x] a=1 b=2\n       ^ and here in the text\n");
    expect_read("prefix = \\[(?<pid>\\d+)\\]", "a=1 [12]",
                "  prefix cuts nothing off: its match is not at the start, or is empty\n");
}

TEST(what_was_unwrapped)
{
    expect_read("unwrap = docker",
                "{\"log\":\"a=1 b=2\\n\",\"stream\":\"stderr\",\"time\":\"2025-11-12T10:15:30Z\"}",
                "  unwrapped, of stderr: a=1 b=2\n"
                "  log l, decoded as logfmt, time 2025-11-12T10:15:30Z from the wrapper by auto\n");
    expect_read("unwrap = cri", "2025-11-12T10:15:30Z stdout F a=1 b=2",
                "  unwrapped, of stdout: a=1 b=2\n");
    expect_read("unwrap = cri", "a=1 b=2",
                "  not wrapped as unwrap = cri has it: taken as it stands\n");
    expect_read("unwrap = MESSAGE", "{\"MESSAGE\":\"a=1 b=2\"}", "  unwrapped: a=1 b=2\n");
    expect_read("unwrap = MESSAGE", "{\"message\":\"a=1 b=2\"}",
                "  not wrapped as unwrap = KEY has it: taken as it stands\n");
    expect_read("encoding = ISO-8859-1", "a=1 b=2", "  read as ISO-8859-1\n  log l, decoded");
}

TEST(how_the_time_was_read)
{
    static const struct {
        const char *log, *line, *said;
    } cases[] = {
        {"format = auto", "a=1 ts=2025-11-12T10:15:30Z",
         "time 2025-11-12T10:15:30Z from ts by auto"},
        {"format = auto", "a=1 ts=2025-11-12T10:15:30",
         "time 2025-11-12T10:15:30Z from ts by auto, in zone UTC"},
        {"format = auto", "a=1 ts=1762942530", "time 2025-11-12T10:15:30Z from ts by auto"},
        {"time_zone = +03:00", "a=1 ts=2025-11-12T10:15:30",
         "time 2025-11-12T07:15:30Z from ts by auto, in zone +03:00"},
        {"time = at\ntime_format = %H:%M:%S", "a=1 at=10:15:30",
         "no time: at is \"10:15:30\", which is not read by %H:%M:%S; if its day is another field, "
         "a "
         "time_match can hold both"},
        {"", "date=2025-11-12 time=10:15:30",
         "no time: time is \"10:15:30\", which is not read by auto; if its day is another field, a "
         "time_match can hold both"},
        {"time = at, when", "a=1 b=2", "no time: there is no field at, when"},
        {"format = text", "a", "no time: neither a group nor time_match has one"},
        {"format = text\ntime_match = ^(?<time>\\d+)", "a", "no time: time_match finds none"},
        {"time_format = unix_ms", "a=1 time=soon",
         "no time: time is \"soon\", which is not read by unix_ms"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf want = BUF_INIT;
        bool text = strncmp(cases[i].log, "format = text", 13) == 0;

        buf_fmt(&want, "  log l, decoded as %s, %s\n", text ? "text" : "logfmt", cases[i].said);
        expect_read(cases[i].log, cases[i].line, want.p);
        buf_release(&want);
    }
}

static void write_bare(void *ctx, const struct bare_number *b)
{
    buf_fmt(ctx, "%s=%.*s\n", b->field, SLICE_FMT(b->text));
}

static void tell_bare(void *ctx, const struct trace *t, bool is_line)
{
    ck_assert(is_line);
    bare_find(t->record, &t->record->rules->events[0], write_bare, ctx);
}

TEST(a_bare_number_that_met_a_unit)
{
    static const char rules[] = "[event a]\nwhere = took > 1s\ncalc.t = took + run\n"
                                "[counter a_total]\ninc = a\n";

    expect_text(
        rules, "took=5 run=1s",
        "took=5 run=1s\n"
        "  log auto, decoded as logfmt, no time" NO_FIELD "\n    took = 5\n    run = 1s\n"
        "  is event a  (rules.ini:1)\n"
        "    t = 6\n"
        "    took is a bare number, and counts seconds for where took > 1s; unit.took would "
        "say what it counts\n"
        "    took is a bare number among values with units; unit.took would say what it "
        "counts\n"
        "    -> inc a_total\n");
    expect_text("[event a]\nunit.took = ms\nwhere = took > 1s\ncalc.t = took + run\n"
                "[counter a_total]\ninc = a\n",
                "took=5000 run=1s",
                "took=5000 run=1s\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    took = 5000\n    run = 1s\n"
                "  is event a  (rules.ini:1)\n"
                "    t = 6\n"
                "    holds: where took > 1s  (rules.ini:3)\n"
                "      took is 5000, 5 s by unit.took; the rule wants > 1s, 1 s\n"
                "    -> inc a_total\n");
}

/* Where they stand on the page of a report, with the number itself. */
TEST(each_bare_number_that_met_a_unit_is_found_with_its_text)
{
    struct world *w = world_new("[event a]\nwhere = took > 1s\ncalc.t = took + run + rest\n"
                                "[counter a_total]\ninc = a\n");
    struct buf out = BUF_INIT;

    explain_feed(w->engine, w->source, SLICE("took=5 run=1s rest=7"), tell_bare, &out);
    ck_assert_str_eq(out.p, "took=5\nrest=7\n");
    buf_release(&out);
    world_free(w);
}

TEST(how_a_number_is_made_of_a_text)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"12,5ms", "; if its comma is a decimal one, rewrite.f = , -> . in the event makes a "
                   "number of it"},
        {"1.234,50",
         "; if its comma is a decimal one, rewrite.f = [.] -> and then rewrite.f = , -> "
         ". in the event make a number of it"},
        {"1,2,3", ""},
        {",5", ""},
        {"5,", ""},
        {"5,x", ""},
        {"5,5x", ""},
        {"1 200 ms", "; rewrite.f = (*UCP)\\s -> in the event makes a number of it, without its "
                     "blanks"},
        {"1\xc2\xa0"
         "200",
         "; rewrite.f = (*UCP)\\s -> in the event makes a number of it, "
         "without its blanks"},
        {"1\xe2\x80\x8b"
         "200",
         ""}, /* \s does not match what takes no room */
        {"1 x", ""},
    };
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_clear(&out);
        buf_str(&out, "");
        number_words("f", slice_str(rows[i].text), UNIT_TIME, &out);
        ck_assert_str_eq(out.p, rows[i].words);
    }
    buf_clear(&out);
    buf_str(&out, "");
    number_words("_value", SLICE("12,5"), UNIT_TIME, &out);
    ck_assert_str_eq(out.p, "");
    buf_release(&out);
}

TEST(a_unit_that_the_metric_lacks)
{
    static const struct {
        const char *text;
        enum unit_kind kind;
        const char *words;
    } rows[] = {
        {"1.5s", UNIT_NONE, "; the metric needs unit = s to read it"},
        {"12 KB", UNIT_NONE, "; the metric needs unit = B to read it"},
        {"45 %", UNIT_NONE, "; the metric needs unit = percent to read it"},
        {"1,5s", UNIT_NONE,
         "; if its comma is a decimal one, rewrite.f = , -> . in the event makes a number of it; "
         "the "
         "metric needs unit = s to read it"},
        {"45 %", UNIT_SIZE, ""},
        {"1,5 KB", UNIT_TIME, ""},
        {"1.5s", UNIT_DIVISOR, ""},
        {"fast", UNIT_NONE, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = BUF_INIT;

        buf_str(&out, "");
        number_words("f", slice_str(rows[i].text), rows[i].kind, &out);
        ck_assert_str_eq(out.p, rows[i].words);
        buf_release(&out);
    }
}

TEST(blanks_that_look_like_another_or_like_nothing)
{
    static const struct {
        const char *text;
        size_t n; /* bytes of it; 0: it is none */
    } rows[] = {
        {"\xc2\xa0", 2},
        {"\xe2\x80\x80", 3},
        {"\xe2\x80\x8f", 3},
        {"\xe2\x80\xaf", 3},
        {"\xe3\x80\x80", 3},
        {"\xef\xbb\xbf", 3},
        {" ", 0},
        {"\xc2\xa1", 0},
        {"\xc3\xa0", 0},
        {"\xe2\x80\x90", 0},
        {"\xe2\x80\xae", 0},
        {"\xe2\x81\x80", 0},
        {"\xe3\x80\x81", 0},
        {"\xe3\x81\x80", 0},
        {"\xe4\xb8\x80", 0},
        {"\xe4\x80\x80", 0},
        {"\xef\xbb\xbe", 0},
        {"\xef\xbc\xbf", 0},
        {"\xe2\x80", 0},
        {"\xc2", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(strange_blank(slice_str(rows[i].text), 0) == rows[i].n, "row %zu", i);
}

/* What explain says of the line itself, in a log of this format. */
static void expect_why(const char *format, const char *line, const char *want)
{
    struct buf rules = BUF_INIT, text = BUF_INIT;

    buf_fmt(&rules, "[log l]\npath = /l\nformat = %s\n", format);
    buf_str(&rules, "[event a]\nwhere = k == v\n[counter a_total]\ninc = a\n");
    buf_fmt(&text, "%s\n  log l, decoded as %s, no time" NO_GROUP "\n%s", line,
            strcmp(format, "auto") == 0 ? "text" : "undecodable", want);
    buf_fmt(&text, "  no event takes this line\n  not event a  (rules.ini:4)\n%s",
            strcmp(format, "auto") == 0
                ? "    fails: where k == v  (rules.ini:5)\n"
                  "      k is missing: the line is text, and has no fields\n"
                : "    it asks for decoded fields, and the line is undecodable\n");
    expect_text(rules.p, line, text.p);
    buf_release(&rules);
    buf_release(&text);
}

TEST(which_token_kept_a_line_from_being_logfmt)
{
    static const char kv[] = "; format = kv would read its pairs\n";
    static const struct {
        const char *format, *line, *fault;
        bool pairs;
    } cases[] = {
        {"auto", "k=v msg=hello world x=1", "\"world\" at byte 15 has no =", true},
        {"auto", "k=v =x", "\"=x\" at byte 5 has no key", true},
        {"auto", "k=v m=\"open x=1", "\"m=\\\"open\" at byte 5 has a quote that is not closed",
         true},
        {"auto", "k=v \"open x=1", "\"\\\"open\" at byte 5 has a quote that is not closed", true},
        {"auto", "k=v m=a\"b\"", "\"m=a\\\"b\\\"\" at byte 5 has a quote inside", true},
        {"auto", "k=v m=\"a b\"c", "\"m=\\\"a\" at byte 5 goes on behind its quote", true},
        {"auto", "k=v", "one pair alone is text", true},
        {"logfmt", "k=v =x", "\"=x\" at byte 5 has no key", true},
        {"logfmt", "it's 5\" long", "\"5\\\"\" at byte 6 has a quote inside", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf want = BUF_INIT;

        buf_fmt(&want, "  is not logfmt: %s%s", cases[i].fault, cases[i].pairs ? kv : "\n");
        expect_why(cases[i].format, cases[i].line, want.p);
        buf_release(&want);
    }
    expect_why("auto", "it is text", "");
    expect_why("json", "k=v x=1", "  is not JSON: it does not begin with {\n");
    expect_why("auto", "{\"k\":1} tail",
               "  begins with { but is not valid JSON: it is whole after byte 7, and something "
               "stands behind it\n");
}

TEST(pairs_between_text)
{
    expect_text("[log l]\npath = /l\nformat = kv\n[event a]\nwhere = k == v w\n"
                "[counter a_total]\ninc = a\n",
                "it said (k=\"v w\", b=2)",
                "it said (k=\"v w\", b=2)\n"
                "  log l, decoded as logfmt, no time" NO_FIELD "\n    k = v w\n    b = 2\n"
                "  is event a  (rules.ini:4)\n"
                "    -> inc a_total\n");
}

TEST(members)
{
    static const char rules[] = "[event q]\nwhere = msg == m\neach = list\nwhere = _value > 1\n"
                                "set.k = <${_key}>\n"
                                "[counter q_total]\ninc = q\nlabels = k\n"
                                "[gauge g]\nset = q\nvalue = _value\n";

    expect_text(rules, "msg=m list=[1,2,3]",
                "msg=m list=[1,2,3]\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    msg = m\n    list = [1,2,3]\n"
                "  is event q  (rules.ini:1)\n"
                "    member 1 of 2\n"
                "    _key = 1\n    _value = 2\n    k = <1>\n"
                "    -> inc q_total{k=\"<1>\"}\n"
                "    -> set g 2\n"
                "    member 2 of 2\n"
                "    _key = 2\n    _value = 3\n    k = <2>\n"
                "    -> inc q_total{k=\"<2>\"}\n"
                "    -> set g 3\n"
                "    1 more did not pass all conditions\n");
    expect_text(rules, "msg=m list=[0,1",
                "msg=m list=[0,1\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD "\n    msg = m\n    list = [0,1\n"
                "  no event takes this line\n"
                "  not event q  (rules.ini:1)\n"
                "    each list  (rules.ini:3)\n"
                "    but list is \"[0,1\", no JSON object or array\n");
    expect_text(rules, "msg=m list=[0,1]",
                "msg=m list=[0,1]\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    msg = m\n    list = [0,1]\n"
                "  no event takes this line\n"
                "  not event q  (rules.ini:1)\n"
                "    each list  (rules.ini:3)\n"
                "    none of 2 members passes what stands below\n");
}

/* A record is shown as it was joined, with its prefix, and whether lines of it were rewritten. */
TEST(a_record_is_shown_whole)
{
    static const char rules[] = "[log l]\nrecord = ^B\nprefix = ^B (?<id>\\d+) ?\n"
                                "rewrite = ^X -> B\n[event e]\nwhere = _line =~ a\n"
                                "[counter e_total]\nhelp = h\ninc = e\nlabels = id\n";
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;

    ck_assert_str_eq(explain(w, "lead", &out), "");
    ck_assert_str_eq(explain(w, "X 1 a", &out),
                     "lead\n  a record of 1 line\n"
                     "  prefix cuts nothing off: it does not match\n"
                     "      ^B (?<id>\\d+) ?\n      nothing of the text fits\n  log l, decoded as "
                     "text, no time" NO_GROUP "\n"
                     "  is event e  (rules.ini:5)\n    -> inc e_total{id=\"unknown\"}\n");
    ck_assert_str_eq(explain(w, "b", &out), "");
    ck_assert_str_eq(explain(w, "B 2 a", &out),
                     "B 1 a\nb\n  a record of 2 lines\n  with lines that were rewritten\n"
                     "  prefix cuts off \"B 1 \"\n    id = 1\n"
                     "  log l, decoded as text, no time" NO_GROUP "\n"
                     "  is event e  (rules.ini:5)\n    -> inc e_total{id=\"1\"}\n");
    buf_release(&out);
    world_free(w);
}

TEST(a_record_of_lines_that_were_unwrapped)
{
    struct world *w = world_new("[log l]\nunwrap = cri\nrecord = ^B\n[event e]\nmatch = ^B\n"
                                "[counter e_total]\nhelp = h\ninc = e\n");
    struct buf out = BUF_INIT;

    ck_assert_str_eq(explain(w, "2025-11-12T10:15:30Z stderr F B 1", &out), "");
    ck_assert_str_eq(
        explain(w, "2025-11-12T10:15:31Z stderr F B 2", &out),
        "B 1\n  a record of 1 line\n  unwrapped, of stderr\n"
        "  log l, decoded as text, time 2025-11-12T10:15:30Z from the wrapper by auto\n"
        "  is event e  (rules.ini:4)\n    -> inc e_total\n");
    buf_release(&out);
    world_free(w);
}

/* As it counts when nothing more comes. */
TEST(a_part_whose_rest_never_comes_is_a_line_at_the_end)
{
    static const char rules[] = "[log l]\nunwrap = cri\n[event e]\nmatch = ^(?<t>.*)$\n"
                                "[counter e_total]\nhelp = h\ninc = e\nlabels = t\n";
    struct explain_options o = {.near = 3};
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;

    explain(w, "2025-11-12T10:15:32Z stdout P half", &out);
    buf_clear(&out);
    explain_rest(w->engine, w->source, &o, &out);
    ck_assert_str_eq(out.p,
                     "half\n  unwrapped, of stdout\n  log l, decoded as text, no time" NO_GROUP
                     "\n  is event e  (rules.ini:3)\n"
                     "    t = half\n    -> inc e_total{t=\"half\"}\n");
    buf_release(&out);
    world_free(w);
}

TEST(spans)
{
    static const char rules[] = "[event o]\nwhere = m == o\n[event c]\nwhere = m == c\n"
                                "[span s]\nbegin = o\nend = c\nkey = k\n"
                                "[counter s_total]\ninc = s\nlabels = u\n";

    expect_text(rules, "m=o k=1 u=ann",
                "m=o k=1 u=ann\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD
                "\n    m = o\n    k = 1\n    u = ann\n"
                "  is event o  (rules.ini:1)\n"
                "  begins span s  (rules.ini:5)\n"
                "    key k = 1\n"
                "  not event c  (rules.ini:3)\n"
                "    fails: where m == c  (rules.ini:4)\n"
                "      m is \"o\"; the rule wants \"c\"\n"
                "  not event s  (rules.ini:5)\n"
                "    the line ends no span s\n"
                "  not event s.unfinished  (rules.ini:5)\n"
                "    no line is one: it happens when nothing ends span s\n");
    expect_text(rules, "m=c k=1",
                "m=c k=1\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD "\n    m = c\n    k = 1\n"
                "  is event c  (rules.ini:3)\n"
                "  ends no span s  (rules.ini:5)\n"
                "    none is open with this key in this file\n"
                "  not event o  (rules.ini:1)\n"
                "    fails: where m == o  (rules.ini:2)\n"
                "      m is \"c\"; the rule wants \"o\"\n"
                "  not event s  (rules.ini:5)\n"
                "    the line ends no span s\n"
                "  not event s.unfinished  (rules.ini:5)\n"
                "    no line is one: it happens when nothing ends span s\n");
    expect_text(rules, "m=o u=ann",
                "m=o u=ann\n"
                "  log auto, decoded as logfmt, no time" NO_FIELD "\n    m = o\n    u = ann\n"
                "  is event o  (rules.ini:1)\n"
                "  begins no span s  (rules.ini:5)\n"
                "    key field k is missing\n"
                "  not event c  (rules.ini:3)\n"
                "    fails: where m == c  (rules.ini:4)\n"
                "      m is \"o\"; the rule wants \"c\"\n"
                "  not event s  (rules.ini:5)\n"
                "    the line ends no span s\n"
                "  not event s.unfinished  (rules.ini:5)\n"
                "    no line is one: it happens when nothing ends span s\n");
}

TEST(the_key_field_that_a_span_lacks_is_named)
{
    static const char rules[] = "[event o]\nwhere = m == o\n[event c]\nwhere = m == c\n"
                                "[span s]\nbegin = o\nend = c\nkey = k, l\n"
                                "[counter s_total]\ninc = s\n";
    static const char *const rows[][2] = {
        {"m=o l=1", "begins no span s  (rules.ini:5)\n    key field k is missing\n"},
        {"m=o k=1", "begins no span s  (rules.ini:5)\n    key field l is missing\n"},
        {"m=c k=1", "ends no span s  (rules.ini:5)\n    key field l is missing\n"}};
    struct world *w = world_new(rules);
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(strstr(explain(w, rows[i][0], &out), rows[i][1]) != NULL, "%s", out.p);
    buf_release(&out);
    world_free(w);
}
