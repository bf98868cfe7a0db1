/* The fast scanners give what the plain ones give: the same line ends, the same verdicts, the same
 * fields, at every level of instructions this machine has, on good and on damaged lines. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "decode/linescan.h"
#include "decode/trail.h"

#include "decode/linegen.h"
#include "decode/slots.h"

#include <stdlib.h>

enum { N = SLOTS_MAX };

static const char *const wanted[N] = {"msg",
                                      "status",
                                      "a.b",
                                      "a.0",
                                      "duration",
                                      "level",
                                      "",
                                      "ключ",
                                      "sixteen_letters_",
                                      "a_name_of_more_than_sixteen_bytes",
                                      "k",
                                      "records_deleted_total_of_all"};

/* A refused line leaves nothing; the order of touched slots is that of the line. */
static bool same(const struct slots *plain, const struct slots *fast)
{
    struct slots none = {0};

    if (plain->valid != fast->valid)
        return false;
    if (!plain->valid) {
        for (int i = 0; i < N; i++)
            none.fields[i].kind |= fast->fields[i].kind;
        for (int i = 1; i < N; i++)
            none.fields[0].kind |= none.fields[i].kind;
        return fast->touched.n == 0 && none.fields[0].kind == FIELD_NONE;
    }
    return memcmp(plain->fields, fast->fields, sizeof plain->fields) == 0 &&
           plain->touched.n == fast->touched.n &&
           memcmp(plain->numbers, fast->numbers, plain->touched.n * sizeof *plain->numbers) == 0;
}

static const struct linescan *scan;
static struct fieldnames *want;
static struct trail *trail;
static struct buf line;
static char *edge; /* nothing behind it can be read */

static void begin(void)
{
    edge = edge_new(1 << 18);
    want = fieldnames_new(wanted, N);
    trail = trail_new(want);
}

static void end(void)
{
    trail_free(trail);
    fieldnames_free(want);
    buf_release(&line);
}

/* False on a machine that has no such instructions. */
static bool choose(int level)
{
    scan = linescan_get((enum linescan_level)level);
    return scan != NULL;
}

/* Puts a text so that exactly the slack can be read behind its newline. */
static char *place(struct slice text, const char *behind)
{
    char *p = edge - LINESCAN_SLACK - text.n;

    memcpy(p, text.p, text.n);
    for (size_t i = 0; i < LINESCAN_SLACK; i++)
        p[text.n + i] = behind[i % strlen(behind)];
    return p;
}

/* Twice: the second time its shape is known, if it has one. */
static void compare(enum scan_form form, struct slice text, const char *behind)
{
    char *p = place(text, behind);
    struct slots plain, fast;
    const char *newline;

    slots_scan(&plain, form, slice_make(p, text.n), want);
    p[text.n] = '\n';
    for (int i = 0; i < 2; i++) {
        slots_begin(&fast);
        newline = form == SCAN_JSON ? scan->json(p, &fast.valid, trail, fast.fields, &fast.touched)
                                    : scan->logfmt(p, form == SCAN_LENIENT, &fast.valid, trail,
                                                   fast.fields, &fast.touched);
        if (newline != p + text.n || scan->newline(p) != newline || !same(&plain, &fast))
            ck_abort_msg("%d, not %d: %.*s", fast.valid, plain.valid, SLICE_FMT(text));
    }
}

static void compare_json(struct slice text, const char *behind)
{
    compare(SCAN_JSON, text, behind);
}

static void compare_logfmt(struct slice text, bool lenient, const char *behind)
{
    compare(lenient ? SCAN_LENIENT : SCAN_LOGFMT, text, behind);
}

static const char *const behinds[] = {"\"", "}", "\",\"k\":1}", "0123", " a=b", "\n", "\\"};

enum { BEHINDS = sizeof behinds / sizeof *behinds };

FIXTURE(begin, end);

TEST_EACH(json_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 40};

    for (int i = 0; choose(_i) && i < rounds(150000); i++) {
        buf_clear(&line);
        if (i % 4)
            linegen_slog(&g, &line);
        else
            linegen_json(&g, &line);
        if (i % 8 > 3)
            linegen_damage(&g, &line);
        compare_json(buf_all(&line), behinds[i % BEHINDS]);
    }
}

TEST_EACH(logfmt_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 50};

    for (int i = 0; choose(_i) && i < rounds(150000); i++) {
        buf_clear(&line);
        if (i % 4)
            linegen_slog_text(&g, &line);
        else
            linegen_logfmt(&g, &line);
        if (i % 8 > 3)
            linegen_damage(&g, &line);
        compare_logfmt(buf_all(&line), i % 3 == 0, behinds[i % BEHINDS]);
    }
}

/* Every byte of a line replaced by every other that means something; the line moved through all
 * positions of a block by the length of its first text. */
TEST_EACH(one_wrong_byte_anywhere_is_the_same, LINESCAN_LEVELS)
{
    static const char bytes[] = "\"\\,:{}[] =\t0-.eaunt\x01\xff";

    for (int i = 0; choose(_i) && i < 130; i++) {
        buf_clear(&line);
        if (i % 2)
            buf_fmt(&line, "{\"msg\":\"%*s\",\"a\":0,\"k\":\"\\\\\",\"status\":200}", i, "x");
        else
            buf_fmt(&line, "msg=\"%*s\" a=0 k=\"\\\\\" status=200", i, "x");
        for (size_t at = 0; at < line.n; at++) {
            char was = line.p[at];

            for (size_t b = 0; b < sizeof bytes; b++) {
                line.p[at] = bytes[b]; /* NUL too */
                if (i % 2)
                    compare_json(buf_all(&line), "\"}");
                else
                    compare_logfmt(buf_all(&line), false, "\" ");
            }
            line.p[at] = was;
        }
    }
}

TEST_EACH(every_prefix_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 70};

    for (int i = 0; choose(_i) && i < rounds(300); i++) {
        buf_clear(&line);
        if (i % 2)
            linegen_slog(&g, &line);
        else
            linegen_slog_text(&g, &line);
        for (size_t n = 0; n <= line.n; n++) {
            compare_json(slice_make(line.p, n), behinds[n % BEHINDS]);
            compare_logfmt(slice_make(line.p, n), n % 2, behinds[n % BEHINDS]);
        }
    }
}

/* Runs of backslashes of every length at every place, before a quote and before a letter. */
TEST_EACH(backslashes_are_the_same, LINESCAN_LEVELS)
{
    for (int at = 0; choose(_i) && at < 70; at++) {
        for (int n = 0; n < 70; n++) {
            static const char *const tails[] = {"\"",          "u12e4\"", "n\"",
                                                "\",\"k\":\"", "x\"",     "u12"};

            for (int t = 0; t < 6; t++) {
                buf_clear(&line);
                buf_fmt(
                    &line, "{\"msg\":\"%.*s", at,
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
                for (int i = 0; i < n; i++)
                    buf_char(&line, '\\');
                buf_str(&line, tails[t]);
                buf_char(&line, '}');
                compare_json(buf_all(&line), "\"}");
                buf_clear(&line);
                buf_fmt(&line, "a=1 msg=\"%*s", at, "");
                for (int i = 0; i < n; i++)
                    buf_char(&line, '\\');
                buf_str(&line, tails[t]);
                compare_logfmt(buf_all(&line), false, "\" b=1");
                line.p[8] = 'x'; /* the same without the opening quote */
                compare_logfmt(buf_all(&line), false, "\" b=1");
            }
        }
    }
}

TEST_EACH(many_members_and_long_texts_are_the_same, LINESCAN_LEVELS)
{
    struct buf text = BUF_INIT;

    for (unsigned n = 1; choose(_i) && n < 700; n += 1 + n / 8) {
        buf_clear(&line);
        buf_clear(&text);
        buf_str(&line, "{\"level\":\"first\"");
        buf_str(&text, "level=first");
        for (unsigned i = 0; i < n; i++) {
            buf_fmt(&line, ",\"%s\":%u", i % 3 ? "a" : "k", i);
            buf_fmt(&text, " %s=%u", i % 3 ? "a" : "k", i);
        }
        buf_fmt(&line, ",\"msg\":\"%*s\",\"level\":\"last\"}", (int)n * 50, "x");
        buf_fmt(&text, " msg=\"%*s\" level=last", (int)n * 50, "x");
        compare_json(buf_all(&line), "x");
        compare_logfmt(buf_all(&text), false, "x");
    }
    buf_release(&text);
}

/* Keys that are always new: the trail fills up, and what it knew still serves. */
TEST_EACH(a_full_trail_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {5};

    for (unsigned i = 0; choose(_i) && i < 3 * TRAIL_STEPS; i++) {
        buf_clear(&line);
        buf_fmt(&line, "{\"level\":\"x\",\"%u\":%u,\"msg\":[1,\"\\n\"],\"k\":null}",
                linegen_below(&g, TRAIL_STEPS), i);
        compare_json(buf_all(&line), "x");
        buf_clear(&line);
        buf_fmt(&line, "level=x k%u=%u msg=\"a b\" k=", linegen_below(&g, TRAIL_STEPS), i);
        compare_logfmt(buf_all(&line), false, "x");
    }
    ck_assert_uint_le(trail->n, TRAIL_STEPS);
}

/* What was null once may be a string, or an object, the next time: each gets a step. */
TEST_EACH(a_key_may_have_values_of_every_kind, LINESCAN_LEVELS)
{
    static const char *const json[] = {"{\"k\":null}", "{\"k\":\"x\"}", "{\"k\":{\"b\":1}}",
                                       "{\"k\":[]}"};
    static const char *const logfmt[] = {"a=1 k=2", "a=1 k=\"x y\""};

    for (int round = 0; choose(_i) && round < 3; round++) {
        for (int i = 0; i < 4; i++)
            compare_json(slice_str(json[i]), "}");
        for (int i = 0; i < 2; i++)
            compare_logfmt(slice_str(logfmt[i]), false, "x");
        /* the value's step and the end, for each; a=, and two for each k= */
        ck_assert_uint_eq(trail->n, 4 * 2 + 1 + 2 * 2);
    }
}

/* Blanks where JSON allows them become part of the shape. */
TEST_EACH(blanks_are_the_same, LINESCAN_LEVELS)
{
    static const char *const lines[] = {
        "{\"msg\": \"a\", \"status\": 200}",     "{ \"msg\" : \"a\" , \"status\" :\t200 } \r",
        "{\"msg\": \"a\", \"status\": 200 }",    "{\"a\": {\"b\": 1}, \"k\": [ 1, 2 ]}",
        "{\"msg\":\"a\",\"status\":200}x",       "{\"msg\":\"a\",\"status\":200,}",
        "{\"msg\":\"a\",\"status\":200 300}",    "{\"msg\":\"a\",\"status\":}",
        "{\"msg\":\"a\",\"status\":\"200\"}",    "{\"msg\":3,\"status\":nul}",
        "{\"msg\":null,\"status\":-1.5e3}",      "{\"msg\":true,\"status\":01}",
        "{\"msg\":\"a\",\"msg\":\"b\"}",         "{\"msg\":\"a\",\"level\":\"\\u00e9\\\"\"}",
        "{\"sixteen_letters_\":\"a\",\"k\":{}}", "{}",
    };

    for (int round = 0; choose(_i) && round < 3; round++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            compare_json(slice_str(lines[i]), "}");
}

TEST(the_best_one_is_there)
{
    ck_assert_ptr_nonnull(linescan_best());
    ck_assert_ptr_nonnull(linescan_get(LINESCAN_SWAR));
#ifdef __AARCH64EL__
    ck_assert_ptr_nonnull(linescan_get(LINESCAN_NEON));
#endif
    ck_assert_ptr_null(linescan_get(LINESCAN_LEVELS));
}
