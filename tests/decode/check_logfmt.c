/* logfmt lines: everything slog's TextHandler writes decodes to what went in, and prose does
 * not. */
#include "config.h"

#include "suite.h"

#include "decode/linegen.h"
#include "decode/slots.h"

#include <stdlib.h>

/* Everything a line holds, one "name=text|" after the other, unescaped. */
struct listing {
    struct buf text;
    struct arena scratch;
};

static void list_field(void *ctx, struct slice name, const struct field *value)
{
    struct listing *l = ctx;
    struct field f = *value;

    field_unescape(&f, &l->scratch);
    buf_slice(&l->text, name);
    buf_char(&l->text, '=');
    buf_add(&l->text, f.p, f.n);
    buf_char(&l->text, '|');
}

/* NULL `want`: the line is refused. */
static void ck_line(const char *line, bool lenient, const char *want)
{
    struct listing l = {0};
    bool valid = logfmt_each(slice_str(line), lenient, list_field, &l);

    if (want == NULL)
        ck_assert_msg(!valid, "accepted: %s", line);
    else
        ck_assert_msg(valid && slice_eq(buf_all(&l.text), slice_str(want)), "%s\n%.*s", line,
                      SLICE_FMT(l.text));
    arena_release(&l.scratch);
    buf_release(&l.text);
}

TEST(slog_text_lines_decode)
{
    ck_line("time=2025-11-12T10:15:30.000Z level=INFO msg=\"a b\" status=200 took=1.5s", false,
            "time=2025-11-12T10:15:30.000Z|level=INFO|msg=a b|status=200|took=1.5s|");
    ck_line("a=\"\" b=<nil> !BADKEY=x", false, "a=|b=<nil>|!BADKEY=x|");
    ck_line("path=/..\\..\\win.ini d=850.417\u00b5s", false,
            "path=/..\\..\\win.ini|d=850.417\u00b5s|");
    ck_line("\"a key\"=1 \"\"=2 \"q\\\"=\"=3", false, "a key=1|=2|q\"==3|");
    ck_line("a=1\tb=2  c=3 \r", false, "a=1|b=2|c=3|");
    ck_line("a=1 a=2", false, "a=1|a=2|");
}

TEST(go_escapes_become_text)
{
    ck_line("a=\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\'\" b=1", false, "a=\a\b\f\n\r\t\v\\\"'|b=1|");
    ck_line("a=\"\\x41\\101\\u20ac\\U0001f600\" b=1", false, "a=AA\u20ac\U0001F600|b=1|");
    ck_line("a=\"\\xff\" b=1", false, "a=\xff|b=1|");
    ck_line("a=\"\\q \\x4 \\u12 \\400 \\ud800 \\U00110000 \\/\" b=1", false,
            "a=\\q \\x4 \\u12 \\400 \\ud800 \\U00110000 \\/|b=1|");
}

TEST(other_writers_decode)
{
    ck_line("token=YWJj== empty= color=\x1b[32mok\x1b[0m", false,
            "token=YWJj==|empty=|color=\x1b[32mok\x1b[0m|");
    ck_line("a=\xff\xfe b=\"\xff\"", false, "a=\xff\xfe|b=\xff|");
    ck_line("a=\"tab\there\" b=1", false, "a=tab\there|b=1|");
}

TEST(prose_is_not_logfmt)
{
    static const char *const prose[] = {"",
                                        " ",
                                        "word",
                                        "level=info",
                                        "a = b",
                                        "a= b",
                                        "a =b",
                                        "GET /x?a=b",
                                        "x=1, y = 2",
                                        "=1 b=2",
                                        "a=\"open b=1",
                                        "a=\"x\"y b=1",
                                        "a=x\"y\" b=1",
                                        "a=1 \"b\"c=2",
                                        "a=1 b",
                                        "a=1 \"b\"",
                                        "a=1 b=\"\\\"",
                                        "10:15:31 | 200 | 1.1ms | GET /api/chat",
                                        "{\"a\":\"b=c d=e\"}",
                                        "a=1 b=\"\\",
                                        "panic: x=1 y=2",
                                        "a=1 b=2 (c)",
                                        "a\"b=1 c=2"};

    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
        ck_line(prose[i], false, NULL);
}

TEST(lenient_takes_bare_words)
{
    ck_line("word", true, "word=|");
    ck_line("level=info", true, "level=info|");
    ck_line("at=info \"a word\" done", true, "at=info|a word=|done=|");
    ck_line("", true, NULL);
    ck_line(" \r", true, NULL);
    ck_line("=x", true, NULL);
    ck_line("a=\"open", true, NULL);
    ck_line("it's 5\" long", true, NULL);
}

TEST(wanted_names_find_their_slots)
{
    static const char *const names[] = {"msg", "a.b", "a key", "a"};
    static const char *const texts[] = {"first", "2", "x\ny", ""};
    struct fieldnames *want = fieldnames_new(names, 4);
    struct arena scratch = {0};
    struct slots s;

    ck_assert(slots_scan(&s, SCAN_LOGFMT,
                         SLICE("msg=first a.b=2 msg=second \"a key\"=\"x\\ny\" other=1"), want));
    ck_assert_uint_eq(s.touched.n, 3);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(slice_eq(field_text(&s.fields[i], &scratch), slice_str(texts[i])));
    arena_release(&scratch);
    fieldnames_free(want);
}

/* Any bytes but newline, as key or value. */
static void random_text(struct linegen *g, char out[24], size_t *ret_n)
{
    *ret_n = linegen_below(g, 24);
    for (size_t i = 0; i < *ret_n; i++)
        out[i] = (char)(linegen_below(g, 2) ? ' ' + (int)linegen_below(g, 95)
                                            : (int)linegen_below(g, 256));
}

TEST(what_slog_quotes_comes_back)
{
    static const char *const names[] = {"k"};
    struct fieldnames *want = fieldnames_new(names, 1);
    struct linegen g = {3};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(200000); i++) {
        char key[24], text[24];
        size_t nkey, ntext;
        struct arena scratch = {0};
        struct slots s;

        buf_clear(&line);
        random_text(&g, key, &nkey);
        random_text(&g, text, &ntext);
        linegen_go_quote(&line, slice_make(key, nkey));
        buf_str(&line, "=1 k=");
        linegen_go_quote(&line, slice_make(text, ntext));
        if (memchr(line.p, '\n', line.n) == NULL && !(nkey == 1 && key[0] == 'k')) {
            if (!slots_scan(&s, SCAN_LOGFMT, buf_all(&line), want))
                ck_abort_msg("refused: %s", line.p);
            field_unescape(&s.fields[0], &scratch);
            if (!slice_eq(slice_make(s.fields[0].p, s.fields[0].n), slice_make(text, ntext)))
                ck_abort_msg("not what went in: %s", line.p);
            arena_release(&scratch);
        }
    }
    buf_release(&line);
    fieldnames_free(want);
}

static const char *const wanted[] = {"msg", "status", "a.b", "k", "duration", "a.b.c", "level", ""};

enum { WANTED = sizeof wanted / sizeof *wanted };

TEST(fields_are_the_first_of_each)
{
    struct fieldnames *want = fieldnames_new(wanted, WANTED);
    struct linegen g = {9};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(200000); i++) {
        const char *differs;

        buf_clear(&line);
        linegen_logfmt(&g, &line);
        if (i % 2)
            linegen_damage(&g, &line);
        differs = slots_differ(i % 4 < 2 ? SCAN_LENIENT : SCAN_LOGFMT, buf_all(&line), wanted,
                               WANTED, want);
        if (differs)
            ck_abort_msg("%s: %.*s", differs, SLICE_FMT(line));
    }
    buf_release(&line);
    fieldnames_free(want);
}

TEST(all_slog_text_is_accepted)
{
    struct linegen g = {5};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(100000); i++) {
        struct listing l = {0};

        buf_clear(&line);
        linegen_slog_text(&g, &line);
        if (!logfmt_each(buf_all(&line), false, list_field, &l))
            ck_abort_msg("refused: %s", line.p);
        arena_release(&l.scratch);
        buf_release(&l.text);
    }
    buf_release(&line);
}

/* On the heap, exactly as long as it is: AddressSanitizer and valgrind see each byte too far. */
TEST(every_prefix_stays_within_its_bytes)
{
    struct fieldnames *want = fieldnames_new(wanted, WANTED);
    struct linegen g = {6};

    for (int i = 0; i < 150; i++) {
        struct buf line = BUF_INIT;

        linegen_logfmt(&g, &line);
        for (size_t n = 0; n <= line.n; n++) {
            char *exact = malloc(n + (n == 0));

            if (n > 0)
                memcpy(exact, line.p, n);
            ck_assert_ptr_null(
                slots_differ(SCAN_LENIENT, slice_make(exact, n), wanted, WANTED, want));
            free(exact);
        }
        buf_release(&line);
    }
    fieldnames_free(want);
}
