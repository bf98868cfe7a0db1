/* The fast scanners give what the plain ones give: the same line ends, the same verdicts, the same
 * fields, at every level of instructions this machine has, on good and on damaged lines. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "decode/linescan.h"
#include "decode/trail.h"

#include "decode/linegen.h"

#include <unistd.h>

enum { N = 12 };

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

struct got {
    bool valid;
    struct field fields[N];
    uint16_t numbers[N + 1];
    struct touched touched;
};

static void got_begin(struct got *g)
{
    *g = (struct got){0};
    g->touched.slots = g->numbers;
}

/* A refused line leaves nothing; the order of touched slots is that of the line. */
static bool same(const struct got *plain, const struct got *fast)
{
    struct got none = {0};

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

struct rig {
    const struct linescan *scan;
    struct fieldnames *want;
    struct trail *trail;
    char *edge; /* nothing behind it can be read */
};

static void rig_init(struct rig *r, int level)
{
    r->edge = edge_new(1 << 18);
    r->scan = linescan_get((enum linescan_level)level);
    r->want = fieldnames_new(wanted, N);
    r->trail = trail_new(r->want);
}

static const char *skipped(const struct rig *r)
{
    return r->scan == NULL ? "this machine cannot run it" : NULL;
}

static void rig_release(struct rig *r)
{
    trail_free(r->trail);
    fieldnames_free(r->want);
}

/* Puts a line so that exactly the slack can be read behind its newline. */
static char *place(const struct rig *r, struct slice line, const char *behind)
{
    char *p = r->edge - LINESCAN_SLACK - line.n;

    memcpy(p, line.p, line.n);
    for (size_t i = 0; i < LINESCAN_SLACK; i++)
        p[line.n + i] = behind[i % strlen(behind)];
    return p;
}

/* Twice: the second time its shape is known, if it has one. */
static void compare_json(const struct rig *r, struct slice line, const char *behind)
{
    char *p = place(r, line, behind);
    struct got plain, fast;
    const char *end;

    got_begin(&plain);
    plain.valid = json_fields(slice_make(p, line.n), r->want, plain.fields, &plain.touched);
    p[line.n] = '\n';
    for (int i = 0; i < 2; i++) {
        got_begin(&fast);
        end = r->scan->json(p, &fast.valid, r->trail, fast.fields, &fast.touched);
        if (end != p + line.n || r->scan->newline(p) != end || !same(&plain, &fast))
            ck_abort_msg("%d, not %d: %.*s", fast.valid, plain.valid, SLICE_FMT(line));
    }
}

static void compare_logfmt(const struct rig *r, struct slice line, bool lenient, const char *behind)
{
    char *p = place(r, line, behind);
    struct got plain, fast;
    const char *end;

    got_begin(&plain);
    plain.valid =
        logfmt_fields(slice_make(p, line.n), lenient, r->want, plain.fields, &plain.touched);
    p[line.n] = '\n';
    for (int i = 0; i < 2; i++) {
        got_begin(&fast);
        end = r->scan->logfmt(p, lenient, &fast.valid, r->trail, fast.fields, &fast.touched);
        if (end != p + line.n || !same(&plain, &fast))
            ck_abort_msg("%d, not %d: %.*s", fast.valid, plain.valid, SLICE_FMT(line));
    }
}

static const char *const behinds[] = {"\"", "}", "\",\"k\":1}", "0123", " a=b", "\n", "\\"};

enum { BEHINDS = sizeof behinds / sizeof *behinds };

TEST_EACH(json_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 40};
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (int i = 0; skipped(&r) == NULL && i < 150000; i++) {
        buf_clear(&line);
        if (i % 4)
            linegen_slog(&g, &line);
        else
            linegen_json(&g, &line);
        if (i % 8 > 3)
            linegen_damage(&g, &line);
        compare_json(&r, buf_all(&line), behinds[i % BEHINDS]);
    }
    buf_release(&line);
    rig_release(&r);
}

TEST_EACH(logfmt_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 50};
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (int i = 0; skipped(&r) == NULL && i < 150000; i++) {
        buf_clear(&line);
        if (i % 4)
            linegen_slog_text(&g, &line);
        else
            linegen_logfmt(&g, &line);
        if (i % 8 > 3)
            linegen_damage(&g, &line);
        compare_logfmt(&r, buf_all(&line), i % 3 == 0, behinds[i % BEHINDS]);
    }
    buf_release(&line);
    rig_release(&r);
}

/* Every byte of a line replaced by every other that means something; the line moved through all
 * positions of a block by the length of its first text. */
TEST_EACH(one_wrong_byte_anywhere_is_the_same, LINESCAN_LEVELS)
{
    static const char bytes[] = "\"\\,:{}[] =\t0-.eaunt\x01\xff";
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (int i = 0; skipped(&r) == NULL && i < 130; i++) {
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
                    compare_json(&r, buf_all(&line), "\"}");
                else
                    compare_logfmt(&r, buf_all(&line), false, "\" ");
            }
            line.p[at] = was;
        }
    }
    buf_release(&line);
    rig_release(&r);
}

TEST_EACH(every_prefix_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 70};
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (int i = 0; skipped(&r) == NULL && i < 300; i++) {
        buf_clear(&line);
        if (i % 2)
            linegen_slog(&g, &line);
        else
            linegen_slog_text(&g, &line);
        for (size_t n = 0; n <= line.n; n++) {
            compare_json(&r, slice_make(line.p, n), behinds[n % BEHINDS]);
            compare_logfmt(&r, slice_make(line.p, n), n % 2, behinds[n % BEHINDS]);
        }
    }
    buf_release(&line);
    rig_release(&r);
}

/* Runs of backslashes of every length at every place, before a quote and before a letter. */
TEST_EACH(backslashes_are_the_same, LINESCAN_LEVELS)
{
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (int at = 0; skipped(&r) == NULL && at < 70; at++) {
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
                compare_json(&r, buf_all(&line), "\"}");
                buf_clear(&line);
                buf_fmt(&line, "a=1 msg=\"%*s", at, "");
                for (int i = 0; i < n; i++)
                    buf_char(&line, '\\');
                buf_str(&line, tails[t]);
                compare_logfmt(&r, buf_all(&line), false, "\" b=1");
                line.p[8] = 'x'; /* the same without the opening quote */
                compare_logfmt(&r, buf_all(&line), false, "\" b=1");
            }
        }
    }
    buf_release(&line);
    rig_release(&r);
}

TEST_EACH(many_members_and_long_texts_are_the_same, LINESCAN_LEVELS)
{
    struct buf line = BUF_INIT, text = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (unsigned n = 1; skipped(&r) == NULL && n < 700; n += 1 + n / 8) {
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
        compare_json(&r, buf_all(&line), "x");
        compare_logfmt(&r, buf_all(&text), false, "x");
    }
    buf_release(&line);
    buf_release(&text);
    rig_release(&r);
}

/* Keys that are always new: the trail fills up, and what it knew still serves. */
TEST_EACH(a_full_trail_is_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {5};
    struct buf line = BUF_INIT;
    struct rig r;

    rig_init(&r, _i);
    for (unsigned i = 0; skipped(&r) == NULL && i < 3 * TRAIL_STEPS; i++) {
        buf_clear(&line);
        buf_fmt(&line, "{\"level\":\"x\",\"%u\":%u,\"msg\":[1,\"\\n\"],\"k\":null}",
                linegen_below(&g, TRAIL_STEPS), i);
        compare_json(&r, buf_all(&line), "x");
        buf_clear(&line);
        buf_fmt(&line, "level=x k%u=%u msg=\"a b\" k=", linegen_below(&g, TRAIL_STEPS), i);
        compare_logfmt(&r, buf_all(&line), false, "x");
    }
    ck_assert_uint_le(r.trail->n, TRAIL_STEPS);
    buf_release(&line);
    rig_release(&r);
}

/* What was null once may be a string, or an object, the next time: each gets a step. */
TEST_EACH(a_key_may_have_values_of_every_kind, LINESCAN_LEVELS)
{
    static const char *const json[] = {"{\"k\":null}", "{\"k\":\"x\"}", "{\"k\":{\"b\":1}}",
                                       "{\"k\":[]}"};
    static const char *const logfmt[] = {"a=1 k=2", "a=1 k=\"x y\""};
    struct rig r;

    rig_init(&r, _i);
    for (int round = 0; skipped(&r) == NULL && round < 3; round++) {
        for (int i = 0; i < 4; i++)
            compare_json(&r, slice_str(json[i]), "}");
        for (int i = 0; i < 2; i++)
            compare_logfmt(&r, slice_str(logfmt[i]), false, "x");
        /* the value's step and the end, for each; a=, and two for each k= */
        ck_assert_uint_eq(r.trail->n, 4 * 2 + 1 + 2 * 2);
    }
    rig_release(&r);
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
    struct rig r;

    rig_init(&r, _i);
    for (int round = 0; skipped(&r) == NULL && round < 3; round++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            compare_json(&r, slice_str(lines[i]), "}");
    rig_release(&r);
}

TEST(the_best_one_is_there)
{
    ck_assert_ptr_nonnull(linescan_best());
    ck_assert_ptr_nonnull(linescan_get(LINESCAN_SWAR));
    ck_assert_ptr_null(linescan_get(LINESCAN_LEVELS));
}
