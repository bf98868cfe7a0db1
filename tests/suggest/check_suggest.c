/* Which lines suggest puts together, what it takes their fields for, and what it writes. */
#include "config.h"

#include "suite.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "engine/record.h"
#include "suggest/fields.h"
#include "suggest/shapes.h"
#include "rules/load/load.h"
#include "suggest/suggest.h"

#include <stdio.h>
#include <stdlib.h>

static void expect_class(const char *value, enum word_class class)
{
    ck_assert_msg(word_class(slice_str(value)) == class, "%s is of class %d", value,
                  (int)word_class(slice_str(value)));
}

TEST(values_are_known_by_their_look)
{
    expect_class("connected", WORD_FIXED);
    expect_class("", WORD_FIXED);
    expect_class("12", WORD_NUMBER);
    expect_class("-1.5e3", WORD_NUMBER);
    expect_class("10:15:30", WORD_TIME);
    expect_class("2025-11-12T10:15:30.123Z", WORD_TIME);
    expect_class("2025/11/12", WORD_DATE);
    expect_class("12/Nov/2025:10:15:30 +0000", WORD_TIME);
    expect_class("850.417µs", WORD_DURATION);
    expect_class("1h2m3.5s", WORD_DURATION);
    expect_class("1.5MiB", WORD_SIZE);
    expect_class("45%", WORD_PERCENT);
    expect_class("0dc9b667-0bf8-48c2-868b-e121dbe3d758", WORD_ID);
    expect_class("8f36ff41", WORD_ID);
    expect_class("deadbeef", WORD_FIXED); /* may be a word */
    expect_class("10.0.0.1:8080", WORD_ADDRESS);
    expect_class("/api/chat", WORD_PATH);
    expect_class("https://example.com/x", WORD_PATH);
    expect_class("OPTIONS", WORD_METHOD);
    expect_class("true", WORD_BOOL);
    expect_class("OAuth2", WORD_OTHER);
}

TEST(a_word_is_taken_apart_around_its_value)
{
    struct word w[WORDS_MAX];
    bool more;

    ck_assert_uint_eq(
        words_split(SLICE("  Hash=8f36ff41, took (1.5ms) by 'two words' end"), w, &more), 6);
    ck_assert(!more);
    ck_assert(slice_eq(w[0].before, SLICE("Hash=")));
    ck_assert(slice_eq(w[0].core, SLICE("8f36ff41")));
    ck_assert(slice_eq(w[0].after, SLICE(",")));
    ck_assert(w[1].class == WORD_FIXED && slice_eq(w[1].before, SLICE("took")));
    ck_assert(w[2].class == WORD_DURATION && slice_eq(w[2].before, SLICE("(")));
    ck_assert(w[4].class == WORD_QUOTED && slice_eq(w[4].core, SLICE("two words")));
}

TEST(every_prefix_of_a_text_can_be_split)
{
    static const char text[] =
        "a [x y] \"q \\\" r\", k='v w';(z=1.5MiB). \xf0\x9f\x94\x8c https://h/p ''";
    struct word w[WORDS_MAX];
    bool more;

    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = xmalloc(n ? n : 1); /* so that a sanitizer sees a step too far */

        memcpy(copy, text, n);
        size_t k = words_split(slice_make(copy, n), w, &more);

        for (size_t i = 0; i < k; i++)
            ck_assert(w[i].before.p + w[i].before.n <= copy + n);
        free(copy);
    }
}

TEST(more_words_than_the_most_are_left_out)
{
    struct buf text = BUF_INIT;
    struct word w[WORDS_MAX];
    bool more;

    for (int i = 0; i < WORDS_MAX + 1; i++)
        buf_str(&text, "word ");
    ck_assert_uint_eq(words_split(buf_all(&text), w, &more), WORDS_MAX);
    ck_assert(more);
    buf_release(&text);
}

static void add(struct shapes *s, int times, const char *text)
{
    for (int i = 0; i < times; i++)
        shapes_add(s, slice_str(text));
}

TEST(texts_that_differ_in_values_are_one_shape)
{
    struct shapes s = {.nshapes = 0};

    add(&s, 3, "Client 0dc9b667-0bf8-48c2-868b-e121dbe3d758 sent 12 bytes");
    add(&s, 2, "Client 1dc9b667-0bf8-48c2-868b-e121dbe3d758 sent 7 bytes");
    add(&s, 1, "Client gone");
    shapes_find(&s);
    ck_assert_uint_eq(s.nshapes, 2);
    ck_assert_uint_eq(s.shapes[0].count, 5);
    ck_assert(s.shapes[0].words[1].variable && s.shapes[0].words[1].class == WORD_ID);
    ck_assert(s.shapes[0].words[3].variable && s.shapes[0].words[3].class == WORD_NUMBER);
    ck_assert(!s.shapes[0].words[0].variable && !s.shapes[0].open);
    shapes_release(&s);
}

TEST(a_value_that_never_changes_is_fixed_again)
{
    struct shapes s = {.nshapes = 0};

    add(&s, 9, "loaded prompt v1.0.1 in 3 ms");
    shapes_find(&s);
    ck_assert_uint_eq(s.nshapes, 1);
    ck_assert(!s.shapes[0].differs);
    for (size_t i = 0; i < s.shapes[0].nwords; i++) /* the version is, the number will be another */
        ck_assert(s.shapes[0].words[i].variable == (i == 4));
    shapes_release(&s);
}

TEST(what_comes_after_a_colon_may_differ)
{
    struct shapes s = {.nshapes = 0};

    add(&s, 2, "cannot write: broken pipe");
    add(&s, 2, "cannot write: no space left on device");
    add(&s, 2, "cannot write: timeout");
    add(&s, 2, "ERROR: one thing");
    add(&s, 2, "ERROR: quite another");
    add(&s, 2, "ERROR: and a third");
    shapes_find(&s);
    ck_assert_uint_eq(s.nshapes, 4); /* a level says nothing on its own */
    ck_assert_uint_eq(s.shapes[0].count, 6);
    ck_assert(s.shapes[0].open);
    shapes_release(&s);
}

TEST(a_word_that_is_many_things_varies)
{
    struct shapes s = {.nshapes = 0};
    char text[64];

    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "user %c%c%c logged in", 'a' + i, 'b' + i, 'c' + i);
        add(&s, 1, text);
    }
    add(&s, 5, "Auth service initialized");
    add(&s, 5, "Mail service initialized");
    shapes_find(&s);
    ck_assert_uint_eq(s.nshapes, 3);
    ck_assert_uint_eq(s.shapes[0].count, 12);
    ck_assert(s.shapes[0].words[1].variable);
    shapes_release(&s);
}

static struct field_guess guess(const char *name, const char *const *values, int times,
                                const char *about)
{
    struct field_list list = {.n = 0};

    for (int t = 0; t < times; t++)
        for (size_t i = 0; values[i]; i++)
            field_note(&list, slice_str(name), slice_str(values[i]));
    struct field_guess g = field_guess(&list.list[0], slice_str(name), slice_str(about));

    field_list_release(&list);
    return g;
}

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect_role(struct field_guess g, enum field_role role, const char *unit)
{
    ck_assert_int_eq(g.role, role);
    if (unit)
        ck_assert_str_eq(g.unit, unit);
}

TEST(units_are_guessed_by_name_then_by_size)
{
    expect_role(guess("duration_ms", VALUES("12", "900"), 3, ""), ROLE_TIME, "ms");
    expect_role(guess("tookNanos", VALUES("12", "900"), 3, ""), ROLE_TIME, "ns");
    expect_role(guess("duration", VALUES("1500000000", "23000000"), 3, ""), ROLE_TIME, "ns");
    expect_role(guess("latency", VALUES("0.25", "1.5"), 3, ""), ROLE_TIME, "s");
    expect_role(guess("latency", VALUES("25", "150"), 3, ""), ROLE_TIME, "ms");
    expect_role(guess("took", VALUES("0.000", "0.000"), 3, ""), ROLE_TIME, "s");
    expect_role(guess("took", VALUES("0", "0"), 3, ""), ROLE_TIME, "ms");
    expect_role(guess("anything", VALUES("1.5s", "850µs"), 3, ""), ROLE_TIME, "s");
    expect_role(guess("body_bytes", VALUES("20", "45119"), 3, ""), ROLE_SIZE, "B");
    expect_role(guess("rcvdbyte", VALUES("20", "45119"), 3, ""), ROLE_SIZE, "B");
    expect_role(guess("request_id_ms_x", VALUES("12"), 3, ""), ROLE_NUMBER, NULL);
    expect_role(guess("interval", VALUES("86400000000000"), 3, ""), ROLE_NUMBER, NULL);
}

TEST(numbers_are_sums_states_or_nothing)
{
    expect_role(guess("records_deleted", VALUES("1", "42"), 3, ""), ROLE_ADD, NULL);
    expect_role(guess("input_tokens", VALUES("1", "42"), 3, ""), ROLE_ADD, NULL);
    expect_role(guess("count", VALUES("1", "42"), 3, "rows imported"), ROLE_ADD, NULL);
    expect_role(guess("count", VALUES("1", "42"), 3, "active sessions"), ROLE_SET, NULL);
    expect_role(guess("idle", VALUES("1", "42"), 3, "pool"), ROLE_SET, NULL);
    expect_role(guess("user_id", VALUES("1", "42"), 3, ""), ROLE_NUMBER, NULL);
    expect_role(guess("status", VALUES("200", "404"), 3, ""), ROLE_LABEL, NULL);
}

TEST(what_has_many_values_is_refused_as_label)
{
    struct field_list list = {.n = 0};
    char text[32];

    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "user%c%c", 'a' + i % 26, 'a' + i / 26);
        field_note(&list, SLICE("user"), slice_str(text));
    }
    expect_role(field_guess(&list.list[0], SLICE("user"), SLICE("")), ROLE_REFUSED, NULL);
    field_list_release(&list);
    expect_role(guess("kind", VALUES("a", "b", "c"), 3, ""), ROLE_LABEL, NULL);
    expect_role(guess("mail", VALUES("a@example.com"), 3, ""), ROLE_REFUSED, NULL);
    expect_role(guess("id", VALUES("0dc9b667-0bf8-48c2-868b-e121dbe3d758"), 3, ""), ROLE_REFUSED,
                NULL);
    expect_role(guess("path", VALUES("/user/1", "/user/2"), 3, ""), ROLE_ROUTE, NULL);
}

TEST(different_values_are_counted_up_to_a_bound)
{
    struct field_list list = {.n = 0};
    char text[32];

    for (int i = 0; i < 3 * VALUES_MAX; i++) {
        snprintf(text, sizeof text, "/p/x%dy", i);
        field_note(&list, SLICE("path"), slice_str(text));
    }
    ck_assert_uint_eq(list.list[0].values.n, VALUES_MAX);
    ck_assert_uint_eq(list.list[0].routes.n, VALUES_MAX);
    ck_assert_uint_eq(list.list[0].seen, 3 * VALUES_MAX);
    field_list_release(&list);
}

TEST(names_are_told_apart_up_to_a_bound)
{
    struct field_list list = {.n = 0};
    char name[32];

    for (int t = 0; t < 2; t++)
        for (int i = 0; i < 3 * FIELDS_MAX; i++) {
            snprintf(name, sizeof name, "f%d", i);
            field_note(&list, slice_str(name), SLICE("1"));
        }
    ck_assert_uint_eq(list.n, FIELDS_MAX);
    for (int i = 0; i < FIELDS_MAX; i++) {
        snprintf(name, sizeof name, "f%d", i);
        ck_assert_str_eq(list.list[i].name, name);
        ck_assert_uint_eq(list.list[i].seen, 2);
    }
    field_list_release(&list);
}

/* The whole way, from lines to a file. */
static char *write_up(const char *const *lines, int times, uint64_t least)
{
    struct mistakes m = MISTAKES_INIT;
    struct ruleset_options ro = {.lint = false};
    struct ruleset *rules = ruleset_load(NULL, 0, &ro, &m);
    struct source *source = source_new(rules, 0, "", 0);
    struct suggest *s = suggest_new(least, NULL);
    struct buf out = BUF_INIT;
    struct record r;

    record_init(&r, rules);
    record_source(&r, source);
    for (int t = 0; t < times; t++)
        for (size_t i = 0; lines[i]; i++)
            if (record_line(&r, slice_str(lines[i]), 1 << 20) == RECORD_LINE)
                suggest_add(s, r.line, r.stream.n > 0);
    suggest_write(s, &(const char *){"sample"}, 1, &out);
    suggest_free(s);
    record_release(&r);
    source_free(source);
    ruleset_free(rules);
    mistakes_release(&m);
    return buf_detach(&out);
}

/* What was written loads without mistakes and warnings. */
static void expect_loads(const char *text)
{
    struct mistakes m = MISTAKES_INIT;
    struct ruleset_options ro = {.lint = false};
    struct ini_doc *doc = ini_read_text(slice_str(text), "suggested.ini", SECTION_RULE, &m);
    struct ruleset *rules = ruleset_load(&doc, 1, &ro, &m);
    struct buf said = BUF_INIT;

    mistakes_print(&m, WARNING, &said);
    ck_assert_msg(m.nmistakes == 0 && m.nwarnings == 0, "%s\nin\n%s", said.p, text);
    buf_release(&said);
    ruleset_free(rules);
    ini_free(doc);
    mistakes_release(&m);
}

static void expect_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no\n%s\nin\n%s", part, text);
}

static void expect_lacks(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "%s\nin\n%s", part, text);
}

TEST(the_field_that_tells_lines_apart_is_found)
{
    char *text = write_up(VALUES("{\"what\":\"paid\",\"sum\":12,\"host\":\"a\"}",
                                 "{\"what\":\"failed\",\"sum\":13,\"host\":\"a\"}"),
                          10, 5);

    expect_has(text, "told apart by the field `what`");
    expect_has(text, "where = what == paid");
    expect_loads(text);
    free(text);
}

/* tracing of Rust writes so. */
TEST(a_message_may_stand_inside_of_an_object)
{
    char *text = write_up(VALUES("{\"level\":\"INFO\",\"fields\":{\"message\":\"order "
                                 "paid\",\"took\":\"3 ms\"},\"target\":\"shop\"}",
                                 "{\"level\":\"ERROR\",\"fields\":{\"message\":\"order "
                                 "lost\",\"kind\":\"late\"},\"target\":\"shop\"}"),
                          10, 5);

    expect_has(text, "told apart by the field `fields.message`");
    expect_has(text, "[event order_paid]\nlog = sample\nwhere = fields.message == order paid\n");
    expect_has(text, "[histogram order_paid_took_seconds]");
    expect_has(text, "labels = kind=fields.kind");
    expect_loads(text);
    free(text);
    text = write_up(VALUES("{\"message\":\"order paid\",\"data\":{\"msg\":\"a b\"}}",
                           "{\"message\":\"order lost\",\"data\":{\"msg\":\"c d\"}}"),
                    10, 5);
    expect_has(text, "told apart by the field `message`");
    free(text);
}

/* `#k` would be a comment, `[k]` a section. */
TEST(a_field_that_no_rule_can_name_tells_nothing_apart)
{
    char *text = write_up(VALUES("{\"#k\":{\"msg\":\"order paid\"},\"n\":1}",
                                 "{\"#k\":{\"msg\":\"order lost\"},\"n\":1}"),
                          10, 5);

    expect_lacks(text, "told apart");
    expect_loads(text);
    free(text);
    text = write_up(VALUES("{\"a\":[{\"msg\":\"order paid\",\"level\":\"info\"}]}",
                           "{\"a\":[{\"msg\":\"order lost\",\"level\":\"info\"}]}"),
                    10, 5);
    expect_has(text, "told apart by the field `a.0.msg`");
    expect_has(text, "where = a.0.level == info\n");
    expect_loads(text);
    free(text);
}

/* A client that lies in one line of thirty must not cost the histogram. */
TEST(a_few_wrong_values_do_not_hide_a_duration)
{
    struct field_list list = {.n = 0};

    for (int i = 0; i < 29; i++)
        field_note(&list, SLICE("latency"), SLICE("13 ms"));
    field_note(&list, SLICE("latency"), SLICE("soon"));
    ck_assert_int_eq(field_guess(&list.list[0], SLICE("latency"), SLICE("")).role, ROLE_TIME);
    for (int i = 0; i < 9; i++)
        field_note(&list, SLICE("latency"), SLICE("soon"));
    ck_assert_int_ne(field_guess(&list.list[0], SLICE("latency"), SLICE("")).role, ROLE_TIME);
    field_list_release(&list);
}

/* \1 to \3 are marks of the shapes themselves. */
TEST(bytes_of_no_text_are_found_as_they_are)
{
    char *text =
        write_up(VALUES("\1\xc3\xbf went away", "\2\3 went away", "\3\4 went away"), 10, 5);

    expect_has(text, "\nmatch = ^\\x01\xc3\xbf went away$\n");
    expect_has(text, "\nmatch = ^\\x02\\x03 went away$\n");
    expect_has(text, "\nmatch = ^\\x03\\x04 went away$\n");
    expect_loads(text);
    free(text);
}

/* Else all events of a log in Russian are event_2, event_3 ... */
TEST(cyrillic_words_make_names)
{
    char *text = write_up(VALUES("{\"msg\":\"Заказ 17 оплачен\",\"объём\":1}",
                                 "{\"msg\":\"Ошибка чтения: Щит\"}", "{\"msg\":\"Ґанок їжака\"}",
                                 "{\"msg\":\"订单\"}"),
                          10, 5);

    expect_has(text, "\n[event zakaz_oplachen]\n");
    expect_has(text, "\n[event oshibka_chteniya_shchit]\n");
    expect_has(text, "_yizhaka]\n");
    expect_has(text, "\n[event event]\n");
    expect_loads(text);
    free(text);
}

/* A unit stands behind the number, outside of what is matched. */
TEST(units_may_be_in_russian)
{
    char *text = write_up(VALUES("Заказ 17 создан за 296 мс", "Заказ 18 создан за 12 мс",
                                 "Выгрузка: 15 сек., записано 2048 байт",
                                 "Выгрузка: 2 сек., записано 64 байт"),
                          10, 5);

    expect_has(text, "создан за (?<duration_ms>-?[\\d.]+) мс");
    expect_has(text, "\nvalue = duration_ms\nunit = ms\n");
    expect_has(text, "\nvalue = duration_s\nunit = s\n");
    expect_has(text, "\nvalue = size_bytes\nunit = B\n");
    expect_loads(text);
    free(text);
}

TEST(tomorrow_has_another_date)
{
    char *text = write_up(VALUES("2025-11-12 10:00:00 INFO Order 12 done in 885 ms, 20 bytes",
                                 "2025-11-12 10:00:00 INFO Order 13 done in 12 ms, 12 bytes",
                                 "2025-11-12 10:00:01 WARN Job 7 took 1.5 seconds",
                                 "2025-11-12 10:00:01 WARN Job 8 took 0.25 seconds"),
                          10, 5);

    expect_has(text, "\n[log sample]\npath = sample\nprefix = ^(?<time>\\d{4}-");
    expect_has(text, "\nmatch = ^Order -?[\\d.]+ done in "
                     "(?<duration_ms>-?[\\d.]+) ms, (?<size_bytes>");
    expect_has(text, "\nvalue = duration_ms\nunit = ms\n");
    expect_has(text, "\nvalue = size_bytes\nunit = B\n");
    expect_has(text, "\nmatch = ^Job -?[\\d.]+ took ");
    expect_has(text, "\nvalue = duration_s\nunit = s\n");
    expect_lacks(text, "2025]");
    expect_loads(text);
    free(text);
}

/* The `time_format` lines that are proposed for lines of two times; "": none. */
static void expect_formats(const char *a, const char *b, const char *formats)
{
    struct buf first = BUF_INIT, second = BUF_INIT, found = BUF_INIT;
    struct slice rest, line;

    buf_fmt(&first, "%s INFO order 12 placed", a);
    buf_fmt(&second, "%s WARN order 13 failed", b);
    char *text = write_up(VALUES(first.p, second.p), 10, 5);

    for (rest = slice_str(text); slice_cut(&rest, '\n', &line);)
        if (slice_starts(line, SLICE("time_format = ")))
            buf_fmt(&found, "%s%.*s", found.n ? "|" : "", SLICE_FMT(slice_from(line, 14)));
    ck_assert_msg(strcmp(found.n ? found.p : "", formats) == 0, "%s: %s, not %s", a, found.p,
                  formats);
    ck_assert_msg((strstr(text, "(?<time>") == NULL) == (*formats == '\0'), "%s", text);
    expect_loads(text);
    free(text);
    buf_release(&first);
    buf_release(&second);
    buf_release(&found);
}

TEST(days_and_clocks_are_read_together)
{
    expect_formats("25.11.2026 06:00:00,001", "28.11.2026 09:01:00,123", "%d.%m.%Y %H:%M:%S,%f");
    expect_formats("11/25/2026 01:40:00 PM", "11/28/2026 09:01:00 AM", "%m/%d/%Y %I:%M:%S %p");
    expect_formats("11/25/2026, 1:40:00 PM", "1/2/2027, 12:01:00 AM", "%m/%d/%Y, %I:%M:%S %p");
    expect_formats("25/11/2026:06:00:00", "28/11/2026:09:01:00", "%d/%m/%Y:%H:%M:%S");
    expect_formats("01:40:00 PM", "09:01:00 AM", "%I:%M:%S %p");
    expect_formats("2026-11-25 01:40:00 PM", "2026-11-25 02:40:00 PM", "%Y-%m-%d %I:%M:%S %p");
    expect_formats("Nov 25, 2026 1:40:00 PM", "Nov 5, 2026 1:40:00 AM", "%b %d, %Y %I:%M:%S %p");
    expect_formats("25-NOV-26 01.40", "25-NOV-26 01.41", "");
    expect_formats("2026/11/25 06:00:00 MSK", "2026/11/25 06:00:00 MSK", "%Y/%m/%d %H:%M:%S %Z");
    expect_formats("03-17 16:13:38.811", "03-18 16:13:38.811", "%m-%d %H:%M:%S.%f");
    expect_formats("25.11.2026 06:00", "25.11.2026 06:01:00", "%d.%m.%Y %H:%M|%d.%m.%Y %H:%M:%S");
}

/* A wrong time is worse than none. */
TEST(a_time_without_its_day_or_half_is_none)
{
    static const char *const texts[] = {
        "06:00:00 25.11.2026",      "[25.11.2026] [06:00:00]", "25 ноября 2026 06:00:00",
        "2026-11-25 01:40:00 p.m.", "day-2026-11-25 06:00:00", "261125 06:00:00",
        "Nov-25 06:00:00",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_formats(texts[i], texts[i], "");
    expect_formats("11/25/2026 06:00:00", "25/11/2026 06:00:00", "");
    expect_formats("ip-10-11-12-13 10.0.12.5 06:00:00", "ip-10-11-12-14 10.0.12.5 06:00:00",
                   "%H:%M:%S");
}

TEST(what_a_prefix_drops_of_a_time_is_said)
{
    char *text = write_up(VALUES("[25.11.2026] [06:00:00] order 12 placed"), 10, 5);

    expect_has(text, "\n; `prefix` drops what may be a part of the time, such as \"25.11.2026\": "
                     "lines have no time until ");
    free(text);
    text = write_up(VALUES("25.11.2026 [2026-11-25T06:00:00Z] order 12 placed"), 10, 5);
    expect_has(text, "(?<time>");
    expect_has(text, "\n; `prefix` drops what may be a part of the time, such as \"25.11.2026\"\n");
    free(text);
    text = write_up(VALUES("05/06/2026 06:00:00 order 12 placed"), 10, 5);
    expect_has(text, "; Which number is the day, and which the month, no date tells: it may be "
                     "%d/%m/%Y instead\ntime_format = %m/%d/%Y %H:%M:%S\n");
    free(text);
}

TEST(hosts_and_processes_are_of_the_head)
{
    char *text = write_up(VALUES("Nov  9 10:00:01 host app[12]: Job 7 took 1.5 seconds",
                                 "Nov  9 10:00:01 host app[13]: Job 8 took 0.25 seconds"),
                          10, 5);

    expect_has(text, "\\s+\\S+\\s+(?<program>[^\\s:\\[]+)(?:\\[[\\d:]+\\])?:\\s*\n");
    expect_has(text, "\ntime_format = %b %d %H:%M:%S\n");
    expect_has(text, "\nmatch = ^Job -?[\\d.]+ took ");
    expect_loads(text);
    free(text);
}

/* "Не удалось" without its first word says that it went well. */
TEST(a_word_of_other_letters_is_no_sign_of_the_head)
{
    char *text = write_up(VALUES("2026-11-30 09:00:00 [w-1] ERROR Не удалось отправить письмо",
                                 "2026-11-30 09:00:00 [w-2] INFO Заказ 17 создан",
                                 "2026-11-30 09:00:01 [w-2] INFO → Заказ 18 создан"),
                          10, 5);

    expect_has(text, "\\s+(?<level>\\w+)\\s*\n");
    expect_has(text, "\nmatch = ^Не удалось отправить письмо");
    expect_has(text, "\nmatch = ^Заказ ");
    expect_loads(text);
    free(text);
    text = write_up(VALUES("2026-11-30 09:00:00 INFO – Заказ 17 создан"), 10, 5);
    expect_has(text, "(?<level>\\w+)\\s+[^\\w\\s]+\\s*\n");
    expect_has(text, "\nmatch = ^Заказ ");
    free(text);
    text = write_up(VALUES("2025-11-09 10:00:01 подключён user=ann port=1",
                           "2025-11-09 10:00:02 отключён user=bob port=2"),
                    10, 5);
    expect_has(text, "\nmatch = ^подключён user=");
    free(text);
}

/* Firewalls and switches: a host, and no program before the pairs. */
TEST(a_host_before_pairs_is_of_the_head)
{
    char *text = write_up(
        VALUES(
            "Nov  9 10:00:01 fw1 date=2025-11-09 time=10:00:01 type=\"event\" action=\"up\" n=1",
            "Nov  9 10:00:02 fw2 date=2025-11-09 time=10:00:02 type=\"event\" action=\"down\" n=2",
            "Nov  9 10:00:02 rsyslogd: started"),
        10, 5);

    expect_has(text, "30 lines, 20 of them JSON or logfmt");
    expect_has(text, "\\d\\d:\\d\\d:\\d\\d)\\s+\\S+\\s*\n");
    expect_has(text, "\nwhere = action == down\n");
    expect_has(text, "\ntime_match = \\bdate=(?<time>\\S+ time=\\S+)\n"
                     "time_format = %Y-%m-%d time=%H:%M:%S\n"
                     "time_format = %b %d %H:%M:%S\n");
    expect_loads(text);
    free(text);
}

/* The only word of a message is none. */
TEST(a_word_before_pairs_is_not_cut_off_behind_other_times)
{
    char *text = write_up(VALUES("2025-11-09 10:00:01 connected user=ann port=1",
                                 "2025-11-09 10:00:02 disconnected user=bob port=2"),
                          10, 5);

    expect_has(text, "\nmatch = ^connected user=");
    expect_loads(text);
    free(text);
}

/* The line's own time stands in the place of the head's. */
TEST(a_time_behind_the_head_is_read_too)
{
    char *text =
        write_up(VALUES("Nov  9 10:00:01 web app[1]: time=2025-11-09T10:00:01Z msg=\"job done\"",
                        "Nov  9 10:00:01 web app[1]: time=2025-11-09T10:00:02Z msg=\"job done\""),
                 10, 5);

    expect_has(text, "\ntime_format = %b %d %H:%M:%S\ntime_format = auto\n");
    expect_loads(text);
    free(text);
}

/* `.*?` would run on into the next values, and take the lines of another event. */
TEST(what_is_quoted_ends_at_its_quote)
{
    char *text =
        write_up(VALUES("login by=\"ann smith\" from=\"the net\" ok", "login by=\"bob\" ok",
                        "login by=\"eve jones\" from=\"the lan\" ok", "login by=\"joe\" ok"),
                 10, 5);

    expect_has(text, "\nmatch = ^login by=\"(?<by>[^\"]*)\" ok$\n");
    expect_lacks(text, ".*?");
    expect_loads(text);
    free(text);
}

TEST(a_field_counts_the_same_in_all_events)
{
    char *text =
        write_up(VALUES("{\"msg\":\"shut\",\"duration\":12}", "{\"msg\":\"shut\",\"duration\":130}",
                        "{\"msg\":\"tunnel down\",\"duration\":81000}",
                        "{\"msg\":\"other\",\"duration\":1}"),
                 10, 5);

    expect_has(text, "\nunit = us\n");
    expect_lacks(text, "\nunit = ms\n");
    expect_loads(text);
    free(text);
}

/* Of so many labels as may be, those that tell lines apart. */
TEST(labels_that_never_change_come_last)
{
    char *text = write_up(
        VALUES("{\"msg\":\"shut\",\"a\":\"x\",\"b\":\"x\",\"c\":\"x\",\"d\":\"x\",\"e\":\"x\","
               "\"f\":\"x\",\"by\":\"peer\"}",
               "{\"msg\":\"shut\",\"a\":\"x\",\"b\":\"x\",\"c\":\"x\",\"d\":\"x\",\"e\":\"x\","
               "\"f\":\"x\",\"by\":\"us\"}"),
        10, 5);

    expect_has(text, "\nlabels = a, b, c, d, e, by\n");
    expect_loads(text);
    free(text);
}

/* What comes of a row of numbers, of levels that are no words, of a code behind a slash. */
TEST(totals_and_codes_are_found_inside_of_words)
{
    char *text =
        write_up(VALUES("7 10.0.0.1 TCP_MISS/200 5833 GET http://a.example/x - 0/0/1/158/160",
                        "9 10.0.0.2 TCP_HIT/404 12 GET http://a.example/y - 0/2/1/58/61"),
                 10, 5);

    expect_has(text, "/(?<status>-?[\\d.]+) (?<size>");
    expect_has(text, "-?[\\d.]+/-?[\\d.]+/-?[\\d.]+/-?[\\d.]+/(?<duration_2>-?[\\d.]+)$");
    expect_has(text, "duration in ms (guessed by magnitude");
    expect_loads(text);
    free(text);
}

TEST(levels_are_words)
{
    char *text = write_up(VALUES("{\"level\":30,\"msg\":\"paid\",\"responseTime\":12}",
                                 "{\"level\":50,\"msg\":\"paid\",\"responseTime\":190}"),
                          10, 5);

    expect_has(
        text,
        "[event sample_level_info]\nlog = sample\nwhere = level == 30\nmap.level = 30 -> info\n");
    expect_has(text, "zero = level=info|error\n");
    expect_has(text, "value = responseTime\nunit = ms\n");
    expect_loads(text);
    free(text);
}

/* A name with a blank, and values with a backslash, cannot be written into a `where`. */
TEST(levels_that_no_rule_can_ask_for_are_left_out)
{
    char *text = write_up(VALUES("{\"log level\":\"info\",\"msg\":\"paid\"}",
                                 "{\"log level\":\"warn\",\"msg\":\"paid\"}"),
                          10, 5);

    expect_lacks(text, "by its level");
    expect_lacks(text, "log_lines_total");
    expect_loads(text);
    free(text);
    text = write_up(VALUES("{\"level\":\"a\\\\b\",\"msg\":\"paid\"}"), 10, 5);
    expect_lacks(text, "by its level");
    expect_lacks(text, "log_lines_total");
    expect_loads(text);
    free(text);
    text = write_up(
        VALUES("{\"level\":\"a\\\\b\",\"msg\":\"paid\"}", "{\"level\":\"info\",\"msg\":\"paid\"}"),
        10, 5);
    expect_has(text, "\ninc = sample_level_info\n");
    expect_loads(text);
    free(text);
}

/* pino's own levels are numbers, a program's may be anything. */
TEST(levels_that_nobody_knows_stay_as_they_are)
{
    char *text =
        write_up(VALUES("{\"level\":30,\"msg\":\"paid\"}", "{\"level\":35,\"msg\":\"paid\"}",
                        "{\"level\":40,\"msg\":\"paid\"}"),
                 10, 5);

    expect_has(text, "[event sample_level_35]\nlog = sample\nwhere = level == 35\n\n");
    expect_has(text, "zero = level=info|35|warn\n");
    expect_loads(text);
    free(text);
}

/* Numbers with a sign or an exponent are not found by the regex for plain ones. */
TEST(an_event_takes_the_lines_that_it_was_made_of)
{
    char *text = write_up(
        VALUES("job 7 at +0000 took 1e3 steps of all", "job 8 at +0100 took 2e3 steps of all"), 10,
        5);

    expect_has(text, "\nmatch = ^job -?[\\d.]+ at \\S+ took \\S+ steps of all$\n");
    expect_loads(text);
    free(text);
}

TEST(what_no_message_tells_apart_is_no_line_with_one)
{
    char *text = write_up(VALUES("{\"msg\":\"paid\",\"kind\":\"a\"}",
                                 "{\"msg\":\"sent\",\"kind\":\"b\"}", "{\"kind\":\"c\",\"sum\":1}"),
                          10, 5);

    expect_has(text, "of = record_with_kind_line\nwhere = msg ==\nwhere = kind !=\n");
    expect_loads(text);
    free(text);
}

/* Whole milliseconds tell nothing of microseconds. */
TEST(buckets_are_no_finer_than_what_is_written)
{
    char *text = write_up(
        VALUES("{\"msg\":\"asked\",\"took_ms\":0}", "{\"msg\":\"asked\",\"took_ms\":7}"), 10, 5);

    expect_has(text, "buckets = 0.001 0.0025 0.005 0.01\n");
    expect_loads(text);
    free(text);
}

TEST(small_closed_sets_are_there_from_the_start)
{
    char *text = write_up(
        VALUES("{\"msg\":\"asked\",\"cache\":\"hit\"}", "{\"msg\":\"asked\",\"cache\":\"miss\"}"),
        10, 5);

    expect_has(text, "labels = cache\nzero = cache=hit|miss\n");
    expect_loads(text);
    free(text);
    text = write_up(VALUES("{\"msg\":\"asked\",\"code\":200}", "{\"msg\":\"asked\",\"code\":503}"),
                    10, 5);
    expect_has(text, "labels = code\nzero = code=200|503\n");
    expect_loads(text);
    free(text);
}

TEST(access_logs_of_web_servers_are_known)
{
    char *text = write_up(
        VALUES("10.0.0.1 - - [12/Nov/2025:10:00:00 +0000] \"GET /user/12 HTTP/1.1\" 200 512 \"-\" "
               "\"Mozilla/5.0 (X11; Linux)\"",
               "10.0.0.2 - - [12/Nov/2025:10:00:01 +0000] \"POST /user/13 HTTP/2.0\" 404 12 "
               "\"https://example.org/\" \"curl/7.88\""),
        10, 5);

    expect_has(text, "\n; 20 lines, such as: \"GET ");
    expect_has(text,
               "[event http_access]\nlog = sample\nmatch = ^\"(?<method>[A-Z]+) (?<path>\\S+) ");
    expect_has(text, "\nvalue = size\nunit = B\n");
    expect_has(text, "set.path_route = ${path|route}");
    expect_has(text, "endpoint=path_route");
    expect_loads(text);
    free(text);
}

TEST(hostile_texts_make_rules_that_load)
{
    char *text = write_up(
        VALUES("{\"msg\":\"a ; b \\\\; [c] = ${d} $e\",\"le\":\"x\",\"a b\":1,\"q\\\"\":2}",
               "{\"msg\":\"\\\"quoted\\\"\",\"__name__\":\"x\",\"job\":\"y\"}",
               "{\"msg\":\"line one\\nline two\\u0000\",\"status\":\"ok\"}",
               "{\"msg\":\" blanks around \",\"duration\":1.5}", "{\"msg\":\"\xff\xfe bytes\"}",
               "{\"msg\":\"up\"}", "{\"msg\":\"process restarted\"}", "{\"msg\":\"123\"}",
               "{\"msg\":\"active sessions count\",\"count\":3,\"total\":4}",
               "{\"msg\":\"active sessions\",\"count\":3}", "{\"other\":1,\"keys\":\"x\"}",
               "{\"msg\":\"Сессия открыта\"}", "[section]", "key = value ; comment",
               "text with (brackets) and \\ and $ and ^ | ?", "\x1b[31mred\x1b[0m alert 7",
               "tab\tseparated\tthing", "; looks like a comment", "x"),
        6, 5);

    expect_loads(text);
    free(text);
}

/* `record_with_a_line` finds the lines of `record_with_a`, and is what lines with a and line are called. */
TEST(no_two_events_have_one_name)
{
    char *text = write_up(VALUES("{\"a\":1}", "{\"a\":1,\"line\":2}", "{\"c\":3}"), 10, 5);

    expect_has(text, "[event record_with_a_line_2]\nof = record_with_a_line_2_line\n");
    expect_loads(text);
    free(text);
}

TEST(no_family_has_a_reserved_name)
{
    char *text = write_up(VALUES("process 12", "logtally 7 and 8"), 10, 5);

    expect_has(text, "[counter log_process_total]");
    expect_loads(text);
    free(text);
}

TEST(no_two_families_are_one)
{
    char *text = write_up(VALUES("{\"msg\":\"host\"}", "{\"msg\":\"host total total\"}",
                                 "{\"msg\":\"host total count\"}"),
                          10, 5);

    expect_has(text, "[counter host_2_total]");
    expect_loads(text);
    free(text);
}

TEST(of_two_that_begin_alike_one_leaves_the_other_out)
{
    char *text = write_up(VALUES("pay 'q", "pay -7"), 10, 5);

    expect_has(text, "[event pay_2]\nlog = sample\nunless = pay\n");
    expect_loads(text);
    free(text);
}

/* Where a text turns its direction, or a C1 control begins a command of the terminal. */
TEST(rules_can_be_shown_in_a_terminal)
{
    char *text = write_up(VALUES("{\"msg\":\"turned \u202e round\",\"u\":\"\u2066x\"}",
                                 "{\"msg\":\"report \u202e %d\",\"\u202ekey\":\"x\"}",
                                 "plain \xc2\x9b"
                                 "31m text 7",
                                 "\xe2\x80\xae"
                                 "begins 8",
                                 "line\xe2\x80\xa8separator level=\xe2\x80\xae"),
                          6, 5);

    for (struct slice rest = slice_str(text); rest.n;) {
        struct slice c = slice_make(rest.p, utf8_char(rest));

        if (c.n == 0 || (utf8_dangerous(c) && *c.p != '\n'))
            ck_abort_msg("a terminal must not get %.40s of %s", rest.p, text);
        rest = slice_from(rest, c.n);
    }
    expect_loads(text);
    free(text);
}

TEST(rare_lines_are_named_but_not_proposed)
{
    char *text = write_up(VALUES("{\"msg\":\"seldom seen\"}"), 4, 5);

    expect_lacks(text, "[event");
    expect_has(text, ";      4  seldom seen");
    expect_loads(text);
    free(text);
}

TEST(a_prefix_leaves_out_what_has_an_event_of_its_own)
{
    char more[8][64];
    const char *list[20];
    size_t n = 0;

    for (int i = 0; i < 8; i++) {
        snprintf(more[i], sizeof more[i], "{\"msg\":\"failed to %c%c%c\"}", 'a' + i, 'b' + i,
                 'c' + i);
        list[n++] = more[i];
    }
    for (int i = 0; i < 6; i++)
        list[n++] = "{\"msg\":\"failed to open door\"}";
    list[n] = NULL;
    char *page = write_up(list, 1, 5);

    expect_has(page, "where = msg ^= failed to\n");
    expect_has(page, "unless = failed_to_open_door\n");
    expect_loads(page);
    free(page);
}

TEST(rules_beside_others_are_events_and_metrics_of_other_names)
{
    struct event event = {.name = "job_accepted"};
    struct family_def family = {.spec.name = "job_accepted_total"};
    const struct ruleset rules = {
        .events = &event, .nevents = 1, .families = &family, .nfamilies = 1};
    struct suggest *s = suggest_new(1, NULL);
    struct buf out = BUF_INIT;

    suggest_beside(s, true);
    suggest_taken(s, &rules);
    for (int i = 0; i < 10; i++)
        suggest_add(s, SLICE("level=info msg=\"job accepted\" user=ann"), false);
    suggest_write(s, &(const char *){"sample"}, 1, &out);
    expect_has(out.p, "\n[event job_accepted_2]\n");
    expect_has(out.p, "\n[counter job_accepted_2_total]\n");
    expect_lacks(out.p, "[log");
    expect_lacks(out.p, "level_info");
    expect_lacks(out.p, "Proposed by");
    expect_loads(out.p);
    buf_release(&out);
    suggest_free(s);
}

/* A payment gateway's log: a code, reasons behind a colon, and reasons behind a value. */
TEST(codes_and_reasons_are_labels)
{
    static const char *const lines[] = {
        "done op=a rc=00",
        "done op=b rc=05",
        "done op=a rc=51",
        "order 7 declined: insufficient funds (rc=51)",
        "order 8 declined: expired card",
        "order 9 declined: do not honor (rc=05)",
        "retry 1/3 to acquirer after 1.5s: connection reset",
        "retry 2/3 to acquirer after 500ms: TLS: bad record mac",
        "retry 3/3 to acquirer after 3s: connect timed out",
        "pool waiting=3",
        "pool waiting=12",
        NULL,
    };
    char *page = write_up(lines, 10, 5);

    expect_has(page, ";   waiting              number, unused, 3 to 12");
    expect_has(page, " rc=(?<rc>-?[\\d.]+)");
    expect_has(page, " declined: +(?<reason>.+)\n");
    expect_has(page, " after (?<duration>\\S+?): +(?<reason>.+)\n");
    expect_lacks(page, "connection_reset");
    expect_loads(page);
    free(page);
}

TEST(who_logs_is_a_field_and_a_label_where_it_varies)
{
    static const char *const lines[] = {
        "2025-11-12 10:00:01,123 [w-7] INFO  pay.core - pool grew",
        "2025-11-12 10:00:02,123 [w-8] WARN  org.pay.Net - pool grew",
        "2025-11-12 10:00:03,123 [w-7] ERROR pay.core - pool is gone",
        NULL,
    };
    char *page = write_up(lines, 10, 5);

    expect_has(page, "(?<level>\\w+)\\s+(?<logger>\\S+)\\s+[^\\w\\s]+\\s*\n");
    expect_has(page, ";   logger               label, 2 values: pay.core org.pay.Net");
    expect_lacks(page, "label, 1 value");
    expect_has(page, "\n; Its times name no zone: they are UTC unless time_zone");
    expect_loads(page);
    free(page);
    page = write_up(VALUES("2025-11-12T10:00:01,123Z INFO pool grew"), 10, 5);
    expect_has(page, "prefix = ");
    expect_lacks(page, "name no zone");
    free(page);
}

/* Else the slowest, told in seconds, are of no event, or of one of their own. */
TEST(a_unit_that_varies_is_of_the_number_before_it)
{
    static const char *const lines[] = {
        "op=a took 83 ms rc=00",
        "op=b took 1200 ms rc=05",
        "op=a took 2.01 s rc=00",
        NULL,
    };
    char *page = write_up(lines, 10, 5);

    expect_has(page, " took (?<duration>-?[\\d.]+ \\S+) rc=");
    expect_has(page, "value = duration\nunit = s\n");
    expect_loads(page);
    free(page);
}

TEST(a_single_line_gives_away_no_id)
{
    static const char *const lines[] = {"txn=3bfd62 acct=*5359 op=CAPTURE refused", NULL};
    char *page = write_up(lines, 1, 1);

    expect_has(page, "match = ^txn=\\S+ acct=\\S+ op=CAPTURE refused$");
    expect_loads(page);
    free(page);
}
