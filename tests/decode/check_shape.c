/* Lines of a known shape: that they are taken as such, that others are not, and that both have the
 * fields that the plain scanners find. Lines stand in blocks here, as they come from a file. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "decode/linescan.h"
#include "decode/shape.h"

#include "decode/linegen.h"
#include "decode/slots.h"

enum { N = SLOTS_MAX, MSG = 0, LEVEL = 5 };

static const char *const wanted[N] = {"msg",  "status", "a.b", "a",   "duration", "level",
                                      "time", "path",   "id",  "err", "k",        "rows"};

static const struct linescan *scan;
static struct fieldnames *want;
static struct trail *trail;
static struct buf block;
static char *edge; /* nothing behind it can be read */
static unsigned fitted, scanned;

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

/* The lines of the block, read as one; exactly the slack can be read behind it. */
static void read_block(void)
{
    char *p = edge - LINESCAN_SLACK - block.n;
    const char *last = p + block.n;

    memcpy(p, block.p, block.n);
    memset(edge - LINESCAN_SLACK, '"', LINESCAN_SLACK);
    trail_block(trail, p, block.n);
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

        if (fast.valid && trail->shape) {
            trail_store_rest(trail, fast.fields, &fast.touched);
            fitted++;
        }
        scanned++;
        if (found != newline || !same(&plain, &fast))
            ck_abort_msg("%d, not %d: %.*s", fast.valid, plain.valid, (int)(newline - p), p);
        p += newline + 1 - p;
    }
    trail_block(trail, NULL, 0);
    buf_clear(&block);
}

/* Was the line, alone in its block, taken by its shape? */
static bool fits(const char *line)
{
    unsigned before = fitted;

    buf_fmt(&block, "%s\n", line);
    read_block();
    return fitted > before;
}

static void learn(const char *line)
{
    for (int i = 0; i < 10; i++)
        (void)fits(line);
    if (!fits(line))
        ck_abort_msg("no shape: %s", line);
}

FIXTURE(begin, end);

TEST_EACH(the_values_of_a_shape_may_be_any, LINESCAN_LEVELS)
{
    if (!choose(_i))
        return;
    learn("{\"time\":\"1\",\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/"
          "a\",\"status\":200,\"rows\":1}");
    ck_assert(fits(
        "{\"time\":\"2025-11-12\",\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a/long/path/of/more/"
        "than/sixty/four/bytes/so/that/it/is/not/in/one/word\",\"status\":0,\"rows\":-1.5e3}"));
    ck_assert(fits("{\"time\":\"\",\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"\",\"status\":null,"
                   "\"rows\":true}"));
    learn("time=1 level=INFO msg=\"a b\" path=/a status=200");
    for (unsigned i = 0; i < 600; i++) /* the guesses begin anew for the other form, after a rest */
        (void)fits("time=1 level=INFO msg=\"a b\" path=/a status=200");
    ck_assert(fits("time=234 level=INFO msg=\"a b\" path= status=x"));
}

TEST_EACH(what_is_not_of_the_shape_is_not_taken_by_it, LINESCAN_LEVELS)
{
    static const char *const others[] = {
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":007}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":1 }",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":1}}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"\t\",\"status\":1}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"\\\",\"status\":1}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"pbth\":\"/a\",\"status\":1}",
        "{\"level\":\"INFO\",\"msg\":\"n\",\"path\":\"/a\",\"status\":1}",
        "{\"level\":\"INFP\",\"msg\":\"m\",\"path\":\"/a\",\"status\":1}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":\"1\"}",
        "{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\"}",
    };

    if (!choose(_i))
        return;
    learn("{\"level\":\"INFO\",\"msg\":\"m\",\"path\":\"/a\",\"status\":200}");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (fits(others[i]))
            ck_abort_msg("%s", others[i]);
}

/* Every byte of a line of a shape by every other that means something. */
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

        for (unsigned k = 0; k < 700; k++)
            (void)fits(lines[i]);
        if (i > 0 && !fits(lines[i])) /* a rule asks for something in the first one's "a" */
            ck_abort_msg("no shape: %s", lines[i]);
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

/* A byte that the index has, and that ends no bare value of logfmt. */
TEST_EACH(a_backslash_may_stand_in_a_bare_value, LINESCAN_LEVELS)
{
    for (unsigned i = 0; choose(_i) && i < 1000; i++)
        if (fits("level=INFO msg=\"a b\" k=1\\2"))
            ck_abort_msg("in line %u", i);
}

/* Nothing tells these apart before they are read: whichever is guessed, the other comes too. */
TEST_EACH(shapes_that_are_taken_for_each_other, LINESCAN_LEVELS)
{
    for (unsigned i = 0; choose(_i) && i < 3000; i++)
        buf_fmt(&block, "{\"level\":\"INFO\",\"msg\":\"m\",\"%s\":\"%u\",\"%s\":%u}\n",
                i * 7 % 3 ? "id" : "err", i, i * 5 % 4 ? "rows" : "k", i);
    read_block();
    ck_assert(fitted > scanned / 10 || scanned == 0);
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

/* Blocks that end anywhere, with lines that are damaged, of another form, empty, or longer than what is
 * indexed at once. */
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
                buf_fmt(&line, "%*s", (int)linegen_below(&g, 2 * INDEX_BYTES), "x");
            buf_fmt(&block, "%.*s\n", (int)line.n, line.p);
        }
        read_block();
    }
    if (fitted < scanned / 3)
        ck_abort_msg("%u of %u", fitted, scanned);
    buf_release(&line);
}

/* Every line is one that was never seen: what is learned stays bounded, and so do the tries. */
TEST_EACH(ever_new_shapes_are_the_same, LINESCAN_LEVELS)
{
    struct linegen g = {9};

    for (unsigned i = 0; choose(_i) && i < 20000; i++) {
        buf_fmt(&block, "{\"level\":\"l\",\"msg\":\"%u\",\"%u\":\"\",\"k\":%u}\n",
                linegen_below(&g, 2000), linegen_below(&g, 2000), i);
        if (i % 100 == 99)
            read_block();
    }
}

TEST_EACH(a_block_is_forgotten_when_it_ends, LINESCAN_LEVELS)
{
    struct slots fast;
    char *p = edge - 256;

    if (!choose(_i))
        return;
    learn("{\"level\":\"INFO\",\"msg\":\"m\",\"status\":1}");
    strcpy(p, "{\"level\":\"INFO\",\"msg\":\"m\",\"status\":2}\n");
    slots_begin(&fast);
    (void)scan->json(p, &fast.valid, trail, fast.fields, &fast.touched);
    ck_assert(fast.valid && !trail->shape);
}
