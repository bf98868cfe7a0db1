/* format = kv: pairs between text are found, text is none, and no line is hostile enough to be read
 * more than a few times. */
#include "config.h"

#include "suite.h"

#include "decode/linegen.h"
#include "decode/slots.h"

#include <stdlib.h>

struct listing {
    struct buf text;
    struct arena scratch;
};

/* "name=text|", unescaped. */
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

/* NULL `want`: there is no pair. */
static void ck_line(const char *line, const char *want)
{
    struct listing l = {0};
    bool any = kv_each(slice_str(line), list_field, &l);

    if (any != (want != NULL) || (want && !slice_eq(buf_all(&l.text), slice_str(want))))
        ck_abort_msg("%s\n%.*s", line, SLICE_FMT(l.text));
    arena_release(&l.scratch);
    buf_release(&l.text);
}

TEST(what_programs_write)
{
    ck_line(
        "I1129 11:38:09.123456    1 kubelet.go:2406] \"Event for pod k=v\" pod=\"default/web-0\" "
        "event={\"ID\":\"7c9\",\"Type\":\"a } b=c\"} n=3",
        "pod=default/web-0|event={\"ID\":\"7c9\",\"Type\":\"a } b=c\"}|n=3|");
    ck_line("method=GET path=/jobs/833552.json format=json status=200 duration=58.33 view=40.43",
            "method=GET|path=/jobs/833552.json|format=json|status=200|duration=58.33|view=40.43|");
    ck_line("kernel: IN=eth0 OUT= MAC=01:02 SRC=10.0.0.1 DF PROTO=TCP",
            "IN=eth0|OUT=|MAC=01:02|SRC=10.0.0.1|PROTO=TCP|");
    ck_line(
        "postfix/smtp[1]: 4F2: to=<a@b.c>, relay=mx[1.2.3.4]:25, delay=0.5, status=sent (250 ok)",
        "to=<a@b.c>|relay=mx[1.2.3.4]:25|delay=0.5|status=sent|");
    ck_line("done (status=200, took=1.5s); [k=v] {@t=1} |x=y",
            "status=200|took=1.5s|k=v|@t=1|x=y|");
}

TEST(keys_begin_where_a_word_begins)
{
    ck_line("a=1", "a=1|");
    ck_line("a.b/c-d@e_f=1\tx=2\r", "a.b/c-d@e_f=1|x=2|");
    ck_line("GET /x?a=b", NULL);
    ck_line("http://h/?a=b&c=d", NULL);
    ck_line("1a=b -a=b =b a:b=c \xc3\xa9=1", NULL);
    ck_line("a = b", NULL);
    ck_line("a=1 a=2", "a=1|a=2|");
    ck_line("a= b=", "a=|b=|");
    ck_line("a==b", "a==b|");
    ck_line("a=1\nb=2", "a=1|b=2|");
}

TEST(values_in_quotes)
{
    ck_line("a=\"x \\\" y\" b='it\\'s' c=`x\\` d=1", "a=x \" y|b=it's|c=x\\|d=1|");
    ck_line("a=\"\" b='' c=``", "a=|b=|c=|");
    ck_line("a=\"x\"y b=1", "a=x|b=1|");
    ck_line("a=\"open b=1", "a=\"open|b=1|");
    ck_line("a='open b=\"x\"", "a='open|b=x|");
    ck_line("a=\"\\", "a=\"\\|");
}

TEST(values_in_brackets)
{
    ck_line("a=[1, 2] b=(x (y) z) c={k=v}", "a=[1, 2]|b=(x (y) z)|c={k=v}|");
    ck_line("a=[\"]\", 2] b=1", "a=[\"]\", 2]|b=1|");
    ck_line("a=[1 b=[2]", "a=[1|b=[2]|");
    ck_line("a=[\"x b=1", "a=[\"x|b=1|");
    ck_line("a=[(] b=1", "a=[(]|b=1|");
}

TEST(bare_values_end)
{
    ck_line("a=1, b=2; c=3,d=4;e=5,", "a=1|b=2|c=3|d=4|e=5|");
    ck_line("a=1,2,3 b=x;y", "a=1,2,3|b=x;y|");
    ck_line("(a=f(x)) ([b=2]) {c=3}}", "a=f(x)|b=2|c=3|");
    ck_line("a=x) b=]", "a=x|b=|");
}

TEST(text_in_double_quotes_is_passed_over)
{
    ck_line("\"GET /?x=y k=v\" a=1", "a=1|");
    ck_line("{\"a\":\"b c=d\"}", NULL);
    ck_line("5\" long, a=1", "a=1|");
    ck_line("\"open a=1", "a=1|");
    ck_line("", NULL);
    ck_line("\"\" ' ` [", NULL);
}

static const char *const wanted[] = {"msg", "status", "a.b", "k", "duration", "a", "level", "_"};

enum { WANTED = sizeof wanted / sizeof *wanted };

/* On the heap, exactly as long as it is: AddressSanitizer and valgrind see each byte too far. */
static void ck_exact(struct slice line, const struct fieldnames *want)
{
    char *exact = malloc(line.n + (line.n == 0));
    const char *differs;

    if (line.n)
        memcpy(exact, line.p, line.n);
    differs = slots_differ(SCAN_KV, slice_make(exact, line.n), wanted, WANTED, want);
    if (differs)
        ck_abort_msg("%s: %.*s", differs, SLICE_FMT(line));
    free(exact);
}

TEST(fields_are_the_first_of_each)
{
    static const char pieces[] = "ak=_\"'`()[]{},;|\\ \t:\xff@.-/\0";
    struct fieldnames *want = fieldnames_new(wanted, WANTED);
    struct linegen g = {11};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(60000); i++) {
        buf_clear(&line);
        if (i % 2)
            linegen_logfmt(&g, &line);
        for (unsigned n = linegen_below(&g, 40); n > 0; n--)
            buf_char(&line, pieces[linegen_below(&g, sizeof pieces - 1)]);
        if (i % 3 == 0 && line.n)
            linegen_damage(&g, &line);
        ck_exact(buf_all(&line), want);
    }
    buf_release(&line);
    fieldnames_free(want);
}

/* Read anew for each piece, 4 MiB would take hours; the time limit of a test is seconds. */
TEST(no_line_takes_more_than_its_length)
{
    static const char *const pieces[] = {
        "k=[", "k=(k=", "k=\"",  "\" \\", "k='\\", "k=` ",  "k=[\\\"", "k={\"", "k=)", "k=,k,",
        "\"",  ":\"",   "k=;;;", "a/",    "k=]]]", "k=[] ", "k=([{",   "[\\\"", ","};
    struct fieldnames *want = fieldnames_new(wanted, WANTED);

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf line = BUF_INIT;
        struct slots s;

        for (int head = 0; head < 2; head++) {
            buf_clear(&line);
            if (head)
                buf_str(&line, "k=");
            while (line.n < (size_t)rounds(1 << 22))
                buf_str(&line, pieces[i]);
            slots_scan(&s, SCAN_KV, buf_all(&line), want);
        }
        buf_release(&line);
    }
    fieldnames_free(want);
}
