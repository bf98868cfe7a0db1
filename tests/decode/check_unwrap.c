/* Wrapped lines come out whole, whatever a runtime did to them. */
#include "config.h"

#include "suite.h"

#include "decode/unwrap.h"

#include "decode/linegen.h"

#include <errno.h>

enum { MAX = 64 };

struct rig {
    enum unwrap_kind kind;
    struct slice key;
    struct partial partial;
    struct arena scratch;
    struct unwrapped got;
};

static struct rig r;

static void ck_fed(const char *raw, enum unwrap_result result, const char *line, const char *stream)
{
    ck_assert_msg(unwrap_line(r.kind, r.key, slice_str(raw), MAX, &r.partial, &r.scratch, &r.got) ==
                      result,
                  "%s", raw);
    if (line == NULL)
        return;
    ck_assert_msg(slice_eq(r.got.line, slice_str(line)), "%s -> %.*s", raw, SLICE_FMT(r.got.line));
    ck_assert_msg(slice_eq(r.got.stream, slice_str(stream)), "%s", raw);
}

static void rig_release(struct rig *used)
{
    partial_release(&used->partial);
    arena_release(&used->scratch);
}

static void begin(void)
{
    r = (struct rig){0};
}

static void end(void)
{
    rig_release(&r);
}

static bool is_empty(const struct partial *p)
{
    for (int i = 0; i < 3; i++)
        if (p->text[i].n > 0 || p->too_long[i])
            return false;
    return true;
}

#define DOCKER(log, stream) \
    "{\"log\":\"" log "\",\"stream\":\"" stream "\",\"time\":\"2025-11-12T10:15:30.1Z\"}"
#define CRI(stream, tag, text) "2025-11-12T10:15:30.123456789Z " stream " " tag " " text

FIXTURE(begin, end);

TEST(what_is_unfinished_comes_out_as_it_stands_once)
{
    r.kind = UNWRAP_CRI;
    ck_fed("2025-11-12T10:15:30.1Z stderr P err", UNWRAP_PART, NULL, NULL);
    ck_fed("2025-11-12T10:15:30.1Z stdout P one ", UNWRAP_PART, NULL, NULL);
    ck_fed("2025-11-12T10:15:30.1Z stdout P two", UNWRAP_PART, NULL, NULL);
    ck_assert(unwrap_unfinished(&r.partial, &r.scratch, &r.got) == UNWRAP_LINE);
    ck_assert(slice_eq(r.got.line, SLICE("one two")) && slice_eq(r.got.stream, SLICE("stdout")));
    ck_assert(unwrap_unfinished(&r.partial, &r.scratch, &r.got) == UNWRAP_LINE);
    ck_assert(slice_eq(r.got.line, SLICE("err")) && slice_eq(r.got.stream, SLICE("stderr")));
    ck_assert(unwrap_unfinished(&r.partial, &r.scratch, &r.got) == UNWRAP_PART);
    r.partial.too_long[0] = true;
    ck_assert(unwrap_unfinished(&r.partial, &r.scratch, &r.got) == UNWRAP_TOO_LONG);
    ck_assert(is_empty(&r.partial));
}

TEST(docker_lines_come_out)
{
    r.kind = UNWRAP_DOCKER;
    ck_fed(DOCKER("text\\n", "stdout"), UNWRAP_LINE, "text", "stdout");
    ck_assert(slice_eq(r.got.time, SLICE("2025-11-12T10:15:30.1Z")));
    ck_fed(DOCKER("{\\\"msg\\\":\\\"x\\\"}\\n", "stderr"), UNWRAP_LINE, "{\"msg\":\"x\"}",
           "stderr");
    ck_fed(DOCKER("\\n", "stdout"), UNWRAP_LINE, "", "stdout");
    ck_fed("{\"time\":\"t\",\"attrs\":{\"log\":\"no\"},\"log\":\"a\\n\"}", UNWRAP_LINE, "a", "");
}

TEST(docker_parts_are_joined_by_stream)
{
    r.kind = UNWRAP_DOCKER;
    ck_assert(is_empty(&r.partial));
    ck_fed(DOCKER("one ", "stdout"), UNWRAP_PART, NULL, NULL);
    ck_assert(!is_empty(&r.partial));
    ck_fed(DOCKER("err ", "stderr"), UNWRAP_PART, NULL, NULL);
    ck_fed(DOCKER("two ", "stdout"), UNWRAP_PART, NULL, NULL);
    ck_fed(DOCKER("three\\n", "stdout"), UNWRAP_LINE, "one two three", "stdout");
    ck_fed(DOCKER("whole\\n", "stdout"), UNWRAP_LINE, "whole", "stdout");
    ck_fed(DOCKER("end\\n", "stderr"), UNWRAP_LINE, "err end", "stderr");
    ck_assert(is_empty(&r.partial));
}

TEST(what_is_not_wrapped_stands_as_it_is)
{
    static const char *const raw[] = {"plain text",        "",
                                      "{\"msg\":\"x\"}",   "{\"log\":1}",
                                      "{\"log\":null}",    "{\"log\":{\"a\":\"b\"}}",
                                      "{\"log\":\"x\\n\"", "[]"};

    r.kind = UNWRAP_DOCKER;
    ck_fed(DOCKER("part ", "stdout"), UNWRAP_PART, NULL, NULL);
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        ck_fed(raw[i], UNWRAP_AS_IS, raw[i], "");
    ck_fed(DOCKER("end\\n", "stdout"), UNWRAP_LINE, "part end", "stdout");
    r.kind = UNWRAP_NONE;
    ck_fed(DOCKER("text\\n", "stdout"), UNWRAP_AS_IS, DOCKER("text\\n", "stdout"), "");
}

/* Scanners read some bytes behind a line, also behind an empty one. */
TEST(an_empty_line_lies_in_what_was_read)
{
    static const char raw[128] = "2025-11-12T10:15:30.123456789Z stdout F";

    r.kind = UNWRAP_CRI;
    ck_fed(raw, UNWRAP_LINE, "", "stdout");
    ck_assert_ptr_eq(r.got.line.p, raw + strlen(raw));
}

TEST(cri_lines_come_out)
{
    r.kind = UNWRAP_CRI;
    ck_fed(CRI("stdout", "F", "text with  blanks "), UNWRAP_LINE, "text with  blanks ", "stdout");
    ck_assert(slice_eq(r.got.time, SLICE("2025-11-12T10:15:30.123456789Z")));
    ck_fed("2025-11-12T10:15:30.1+03:00 stderr F", UNWRAP_LINE, "", "stderr");
    ck_fed(CRI("stderr", "F", ""), UNWRAP_LINE, "", "stderr");
    ck_fed(CRI("stdout", "F:x:y", "text"), UNWRAP_LINE, "text", "stdout");
    ck_fed(CRI("stdout", "P", "one "), UNWRAP_PART, NULL, NULL);
    ck_fed(CRI("stderr", "F", "other"), UNWRAP_LINE, "other", "stderr");
    ck_fed(CRI("stdout", "P:x", "two "), UNWRAP_PART, NULL, NULL);
    ck_fed(CRI("stdout", "F", "three"), UNWRAP_LINE, "one two three", "stdout");
}

TEST(cri_is_strict)
{
    static const char *const raw[] = {"2025-11-12T10:15:30Z stdin F x",
                                      "2025-11-12T10:15:30Z stdout X x",
                                      "2025-11-12T10:15:30Z stdout FF x",
                                      "2025-11-12 10:15:30 stdout F x",
                                      "2025-11-12T10:15:30Z stdout",
                                      "2025-11-12T10:15:30Z",
                                      "stdout F x",
                                      "2025-11-12T10:15:30Z stdout  F x",
                                      "2025-11-12T10:15:30 stdout F x"};

    r.kind = UNWRAP_CRI;
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        ck_fed(raw[i], UNWRAP_AS_IS, raw[i], "");
}

TEST(a_key_names_the_text)
{
    r.kind = UNWRAP_KEY;
    r.key = SLICE("MESSAGE");
    ck_fed("{\"_PID\":\"1\",\"MESSAGE\":\"a \\\"b\\\"\"}", UNWRAP_LINE, "a \"b\"", "");
    ck_fed("{\"MESSAGE\":\"x\\n\"}", UNWRAP_LINE, "x", "");
    ck_fed("{\"MESSAGE\":[1,2]}", UNWRAP_AS_IS, "{\"MESSAGE\":[1,2]}", "");
    ck_fed("{\"message\":\"x\"}", UNWRAP_AS_IS, "{\"message\":\"x\"}", "");
    r.key = SLICE("a.b");
    ck_fed("{\"a\":{\"b\":\"inner\"}}", UNWRAP_LINE, "inner", "");
}

TEST(auto_decides_line_by_line)
{
    r.kind = UNWRAP_AUTO;
    ck_fed(DOCKER("one\\n", "stdout"), UNWRAP_LINE, "one", "stdout");
    ck_fed(CRI("stderr", "F", "two"), UNWRAP_LINE, "two", "stderr");
    ck_fed("three", UNWRAP_AS_IS, "three", "");
    ck_fed("{\"msg\":\"four\"}", UNWRAP_AS_IS, "{\"msg\":\"four\"}", "");
}

TEST(a_joined_line_over_the_limit_is_dropped_whole)
{
    r.kind = UNWRAP_CRI;
    for (int i = 0; i < 10; i++)
        ck_fed(CRI("stdout", "P", "sixteen letters."), UNWRAP_PART, NULL, NULL);
    ck_assert_uint_eq(r.partial.text[0].n, 0);
    ck_assert(!is_empty(&r.partial));
    ck_fed(CRI("stdout", "F", "x"), UNWRAP_TOO_LONG, NULL, NULL);
    ck_assert(is_empty(&r.partial));
    for (int i = 0; i < 3; i++)
        ck_fed(CRI("stdout", "P", "sixteen letters."), UNWRAP_PART, NULL, NULL);
    ck_fed(CRI("stdout", "F", "sixteen letters!"), UNWRAP_LINE,
           "sixteen letters.sixteen letters.sixteen letters.sixteen letters!", "stdout");
    ck_fed(CRI("stdout", "P", "a"), UNWRAP_PART, NULL, NULL);
    ck_fed(CRI("stdout", "F", "sixteen letters.sixteen letters.sixteen letters.sixteen letters!"),
           UNWRAP_TOO_LONG, NULL, NULL);
    ck_fed(CRI("stdout", "F", "sixteen letters.sixteen letters.sixteen letters.sixteen letters!!"),
           UNWRAP_TOO_LONG, NULL, NULL);
    ck_fed(CRI("stdout", "F", "next"), UNWRAP_LINE, "next", "stdout");
}

/* Saves and loads between any two lines: nothing changes. */
TEST(parts_survive_a_restart)
{
    static const char *const raw[] = {DOCKER("one ", "stdout"), DOCKER("err ", "stderr"),
                                      DOCKER("two", "stdout"), DOCKER("other ", "tty")};

    r.kind = UNWRAP_DOCKER;
    for (int i = 0; i < 4; i++) {
        struct buf saved = BUF_INIT;
        struct partial loaded = {0};
        struct reader in;

        ck_fed(raw[i], UNWRAP_PART, NULL, NULL);
        partial_save(&r.partial, &saved);
        in = reader_of(buf_all(&saved));
        ck_assert_int_eq(partial_load(&loaded, &in), 0);
        ck_assert_ptr_eq(in.p, in.end);
        partial_release(&r.partial);
        r.partial = loaded;
        buf_release(&saved);
    }
    ck_fed(DOCKER("\\n", "stdout"), UNWRAP_LINE, "one two", "stdout");
    ck_fed(DOCKER("end\\n", "stderr"), UNWRAP_LINE, "err end", "stderr");
    ck_fed(DOCKER("end\\n", "tty"), UNWRAP_LINE, "other end", "");
}

TEST(a_damaged_save_is_refused_and_changes_nothing)
{
    struct buf saved = BUF_INIT;

    r.kind = UNWRAP_CRI;
    ck_fed(CRI("stdout", "P", "kept "), UNWRAP_PART, NULL, NULL);
    partial_save(&r.partial, &saved);
    for (size_t n = 0; n < saved.n; n++) {
        struct reader in = reader_of(slice_make(saved.p, n));

        ck_assert_int_eq(partial_load(&r.partial, &in), -EBADMSG);
    }
    saved.p[0] = 7;
    ck_assert_int_eq(partial_load(&r.partial, &(struct reader){saved.p, saved.p + saved.n, false}),
                     -EBADMSG);
    ck_fed(CRI("stdout", "F", "text"), UNWRAP_LINE, "kept text", "stdout");
    buf_release(&saved);
}

/* Docker's own form is read in one go, any other by the JSON scanner: a blank behind the brace must
 * change nothing, whatever is in the line. */
TEST(both_ways_to_read_docker_agree)
{
    struct linegen g = {11};
    struct buf line = BUF_INIT, inner = BUF_INIT;

    for (int i = 0; i < rounds(30000); i++) {
        struct rig a = {.kind = UNWRAP_DOCKER}, b = a;
        enum unwrap_result result;

        buf_clear(&inner);
        linegen_json(&g, &inner);
        buf_clear(&line);
        buf_str(&line, "{ \"log\":");
        linegen_json_text(&g, &line, inner.p);
        buf_str(&line, ",\"stream\":\"stdout\",\"time\":\"2025-11-12T10:15:30Z\"}");
        if (i % 2)
            linegen_damage(&g, &line);
        if (line.n < 2 || line.p[0] != '{' || line.p[1] != ' ')
            continue;
        a.got.line = b.got.line = (struct slice){"", 0};
        result =
            unwrap_line(a.kind, a.key, buf_all(&line), 1 << 20, &a.partial, &a.scratch, &a.got);
        line.p[1] = '{';
        if (unwrap_line(b.kind, b.key, slice_from(buf_all(&line), 1), 1 << 20, &b.partial,
                        &b.scratch, &b.got) != result)
            ck_abort_msg("not the same: %s", line.p);
        if (result == UNWRAP_LINE &&
            (!slice_eq(a.got.line, b.got.line) || !slice_eq(a.got.time, b.got.time)))
            ck_abort_msg("other text: %s", line.p);
        if (!slice_eq(buf_all(&a.partial.text[0]), buf_all(&b.partial.text[0])))
            ck_abort_msg("other part: %s", line.p);
        rig_release(&a);
        rig_release(&b);
    }
    buf_release(&line);
    buf_release(&inner);
}
