/* Lines as few places of a program write them, whose paths fork: that they have the fields that the plain
 * scanners find, and that lines with one end have the same values that decide. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "decode/linescan.h"
#include "decode/trail.h"

#include "decode/linegen.h"
#include "decode/slots.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = SLOTS_MAX, MSG = 0, LEVEL = 5 };

static const char *const wanted[N] = {"msg",  "status", "a.b", "a",   "duration", "level",
                                      "time", "path",   "id",  "err", "k",        "rows"};

static const struct linescan *scan;
static struct fieldnames *want;
static struct trail *trail;
static struct buf block;
static char *edge; /* nothing behind it can be read */
static unsigned sure, scanned;
/* The values that decide, of the lines that ended with each step. */
static char *decided[TRAIL_STEPS];

static void begin(void)
{
    static const uint16_t deciding[] = {LEVEL, MSG};

    edge = edge_new(1 << 20);
    want = fieldnames_new(wanted, N);
    trail = trail_new(want);
    trail_decide(trail, deciding, 2);
}

static void end(void)
{
    for (unsigned i = 0; i < TRAIL_STEPS; i++)
        free(decided[i]);
    memset(decided, 0, sizeof decided);
    trail_free(trail);
    fieldnames_free(want);
    buf_release(&block);
}

/* False on a machine that has no such instructions. */
static bool choose(int level)
{
    scan = linescan_get((enum linescan_level)level);
    return scan != NULL;
}

static bool same(const struct slots *plain, const struct slots *fast)
{
    if (!plain->valid || !fast->valid)
        return !plain->valid && !fast->valid && fast->touched.n == 0;
    return memcmp(plain->fields, fast->fields, sizeof plain->fields) == 0 &&
           plain->touched.n == fast->touched.n &&
           memcmp(plain->numbers, fast->numbers, plain->touched.n * sizeof *plain->numbers) == 0;
}

/* The same as of all lines before that ended so. */
static void judge_end(const struct slots *s, const char *line)
{
    char **known = &decided[trail->end - trail->steps];

    if (!slots_say_same(known, &s->fields[LEVEL], &s->fields[MSG]))
        ck_abort_msg("not %s: %.*s", *known, (int)strcspn(line, "\n"), line);
    sure++;
}

/* The lines of the block; exactly the slack can be read behind it. */
static void read_block(void)
{
    char *p = edge - LINESCAN_SLACK - block.n;
    const char *last = p + block.n;

    memcpy(p, block.p, block.n);
    memset(edge - LINESCAN_SLACK, '"', LINESCAN_SLACK);
    while (p < last) {
        const char *newline = memchr(p, '\n', (size_t)(last - p));
        bool json = *p == '{';
        struct slots plain, fast;

        slots_scan(&plain, json ? SCAN_JSON : SCAN_LOGFMT, slice_make(p, (size_t)(newline - p)),
                   want);
        slots_begin(&fast);
        const char *found =
            json ? scan->json(p, &fast.valid, trail, fast.fields, &fast.touched)
                 : scan->logfmt(p, false, &fast.valid, trail, fast.fields, &fast.touched);

        scanned++;
        if (found != newline || !same(&plain, &fast))
            ck_abort_msg("%d, not %d: %.*s", fast.valid, plain.valid, (int)(newline - p), p);
        if (fast.valid && trail->end)
            judge_end(&fast, p);
        p += newline + 1 - p;
    }
    buf_clear(&block);
}

/* Is it known what all lines say that end like this one? */
static bool is_sure(const char *line)
{
    unsigned before = sure;

    buf_fmt(&block, "%s\n", line);
    read_block();
    return sure > before;
}

static void learn(const char *line)
{
    for (int i = 0; i < 3; i++)
        (void)is_sure(line);
    if (!is_sure(line))
        ck_abort_msg("no fork: %s", line);
}

FIXTURE(begin, end);

TEST_EACH(lines_end_alike_when_all_that_decides_is_the_same, LINESCAN_LEVELS)
{
    if (!choose(_i))
        return;
    learn("{\"time\":\"1\",\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":200}");
    ck_assert(
        is_sure("{\"time\":\"2\",\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"\",\"status\":0}"));
    ck_assert(is_sure("{\"time\":\"2\",\"level\":\"INFO\",\"msg\":\"m\"}"));
    ck_assert(!is_sure("{\"time\":\"2\",\"level\":\"INFO\",\"msg\":\"never seen\"}"));
    ck_assert(!is_sure("{\"time\":\"2\",\"level\":1,\"msg\":\"m\"}"));
    ck_assert(!is_sure("{\"time\":\"2\",\"level\":{},\"msg\":\"m\"}"));
    learn("{\"msg\":\"m\",\"msg\":\"n\"}");
    learn("{\"msg\":\"\"}");
    learn("{\"path\":\"/a\"}");
    learn("{\"msg\":\"a \\\"quoted\\\" text\"}");
    learn("time=1 level=\"INFO\" msg=\"a b\" path=/a status=200");
    ck_assert(!is_sure("time=1 level=INFO msg=\"a b\" path=/a status=200"));
    learn("time=1 level=INFO msg=\"a b\" path=/a status=200");
    learn("time=1 level=INFO msg=m");
    learn("level=I time=1 msg=m");
}

/* A trail of its own: where many values have forks some share a place, by what a step is on this machine. */
TEST_EACH(words_and_numbers_decide_as_texts_do, LINESCAN_LEVELS)
{
    if (!choose(_i))
        return;
    learn("{\"level\":30,\"msg\":\"m\"}");
    learn("{\"level\":null,\"msg\":\"m\"}");
    ck_assert(!is_sure("{\"level\":40,\"msg\":\"m\"}"));
    ck_assert(!is_sure("{\"msg\":\"a message of more than thirty-two bytes\"}"));
    ck_assert(!is_sure("{\"msg\":\"a message of more than thirty-two bytes\"}"));
}

/* Every byte of a line that is known by every other that means something. */
TEST_EACH(one_wrong_byte_anywhere_is_the_same, LINESCAN_LEVELS)
{
    static const char bytes[] = "\"\\,:{}[] =\t0-.eaun\x01\xff";
    static const char *const lines[] = {
        "{\"level\":\"INFO\",\"msg\":\"m "
        "n\",\"a\":{\"b\":[1,\"x\"],\"c\":{}},\"k\":\"v\",\"status\":20}",
        "{\"level\":\"INFO\",\"msg\":\"m "
        "n\",\"x\":{\"b\":[1,\"x\"],\"c\":{}},\"k\":\"\\\"\",\"status\":2.5}",
        "level=INFO msg=\"m n\" k=\"x y\" path=/a status=20 rows=\"\\\"\"",
    };

    for (size_t i = 0; choose(_i) && i < 3; i++) {
        char line[128];
        size_t n = strlen(lines[i]);

        for (unsigned k = 0; k < 3; k++)
            (void)is_sure(lines[i]);
        for (size_t at = 0; at < n; at++) {
            for (size_t b = 0; b < sizeof bytes - 1; b++) {
                memcpy(line, lines[i], n + 1);
                line[at] = bytes[b];
                buf_fmt(&block, "%s\n%s\n%s\n", lines[i], line, lines[i]);
                read_block();
            }
        }
    }
}

/* Of a block that begins where nothing before it can be read. */
TEST_EACH(nothing_before_a_line_is_read, LINESCAN_LEVELS)
{
    enum { SIZE = 4096, K = 10 };
    static const char *const lines[] = {"{\"k\":\"\"}", "{\"k\":1,\"a\":1}", "k=x a=1"};
    static const uint16_t deciding[] = {K};

    edge = edge_new(SIZE);
    trail_decide(trail, deciding, 1);
    for (unsigned i = 0; choose(_i) && i < 9; i++) {
        buf_fmt(&block, "%s\n", lines[i / 3]);
        while (block.n < SIZE - LINESCAN_SLACK)
            buf_char(&block, '\n');
        read_block();
    }
}

static const char *some_text(struct linegen *g)
{
    static const char *const texts[] = {"",        "x",
                                        "GET",     "a \\\"quoted\\\" text",
                                        "\\\\",    "\\n",
                                        "/a/b/c",  "a=b c",
                                        "\\u00e9", "{}",
                                        "[1,2]",   "ключ",
                                        "},{\\\"", "0123456789012345678901234567890123",
                                        "a,\\\"k"};

    return texts[linegen_below(g, sizeof texts / sizeof *texts)];
}

static const char *some_number(struct linegen *g)
{
    static const char *const numbers[] = {
        "0",   "7",    "200",  "1234567890", "12345678901234567", "-1",   "0.25",
        "1e9", "null", "true", "3.14",       "99999999",          "false"};

    return numbers[linegen_below(g, sizeof numbers / sizeof *numbers)];
}

/* Lines as few places in a program write them, each with some keys that may not be there. */
static void put_line(struct linegen *g, struct buf *out, bool json)
{
    static const char *const msgs[] = {"http request", "db query",
                                       "a message of more than forty bytes, which is in no run",
                                       "m", ""};
    unsigned place = linegen_below(g, 5), keys = linegen_below(g, 4) ? 15 : linegen_below(g, 16);

    if (!json) {
        buf_fmt(out, "time=%u level=%s msg=\"%s\"", linegen_below(g, 1000),
                place % 2 ? "INFO" : "WARN", msgs[place]);
        if (keys & 1)
            buf_fmt(out, " k=\"%s\"", some_text(g));
        if (keys & 2)
            buf_fmt(out, " status=%s", some_number(g));
        buf_fmt(out, " path=/%u", linegen_below(g, 100000));
        return;
    }
    buf_fmt(out, "{\"time\":\"%u\",\"level\":\"%s\",\"msg\":\"%s\"", linegen_below(g, 1000),
            place % 2 ? "INFO" : "WARN", msgs[place]);
    if (keys & 1)
        buf_fmt(out, ",\"k\":\"%s\"", some_text(g));
    if (keys & 2)
        buf_fmt(out, ",\"status\":%s", some_number(g));
    if (keys & 4)
        buf_fmt(out, ",\"%s\":{\"b\":%s,\"c\":[\"%s\",{}]}", place == 1 ? "a" : "inner",
                some_number(g), some_text(g));
    if (keys & 8)
        buf_fmt(out, ",\"duration\":%s,\"id\":\"%s\"", some_number(g), some_text(g));
    buf_str(out, "}");
}

/* Blocks that end anywhere, with lines that are damaged, of another form, empty, or long. */
TEST_EACH(random_blocks_are_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {(uint64_t)_i + 60};
    struct buf line = BUF_INIT;

    for (unsigned i = 0; choose(_i) && i < 1500; i++) {
        bool json = i / 300 % 2 == 0;

        for (unsigned n = linegen_below(&g, 120) + 1; n > 0; n--) {
            buf_clear(&line);
            put_line(&g, &line, linegen_below(&g, 50) ? json : !json);
            if (linegen_below(&g, 8) == 0)
                linegen_damage(&g, &line);
            if (linegen_below(&g, 300) == 0)
                buf_fmt(&line, "%*s", (int)linegen_below(&g, 8192), "x");
            buf_fmt(&block, "%.*s\n", (int)line.n, line.p);
        }
        read_block();
    }
    if (sure < scanned / 4)
        ck_abort_msg("%u of %u", sure, scanned);
    buf_release(&line);
}

/* Every line is one that was never seen: what is learned stays bounded, and so do the tries. */
TEST_EACH(ever_new_values_are_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {9};

    for (int i = 0; choose(_i) && i < rounds(20000); i++) {
        buf_fmt(&block, "{\"level\":\"l\",\"msg\":\"%u\",\"%u\":\"\",\"k\":%u}\n",
                linegen_below(&g, 2000), linegen_below(&g, 2000), i);
        if (i % 100 == 99)
            read_block();
    }
}
