/* JSON lines: what is accepted, what is found. Where jansson is installed it is the second opinion,
 * on generated and damaged lines; where it is known to differ (below, each by its name) the
 * difference itself is checked. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "decode/linegen.h"
#include "decode/slots.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

/* Everything a line holds, one "name KIND text" a line, unescaped. */
struct listing {
    struct buf text;
    struct arena scratch;
};

static void list_field(void *ctx, struct slice name, const struct field *value)
{
    struct listing *l = ctx;
    struct field f = *value;

    buf_slice(&l->text, name);
    buf_str(&l->text, f.kind == FIELD_NULL ? " null " : " = ");
    field_unescape(&f, &l->scratch);
    buf_add(&l->text, f.p, f.n);
    buf_char(&l->text, '\n');
}

static char *listed(const char *line)
{
    struct listing l = {0};
    bool valid = json_each(slice_str(line), list_field, &l);

    arena_release(&l.scratch);
    if (!valid) {
        buf_release(&l.text);
        return NULL;
    }
    return buf_detach(&l.text);
}

static void ck_listing(const char *line, const char *want)
{
    char *got = listed(line);

    ck_assert_msg(got != NULL, "refused: %s", line);
    ck_assert_str_eq(got, want);
    free(got);
}

TEST(values_are_pieces_of_the_line)
{
    ck_listing("{\"s\":\"text\",\"n\":-1.50e+3,\"t\":true,\"f\":false,\"z\":null}",
               "s = text\nn = -1.50e+3\nt = true\nf = false\nz null null\n");
    ck_listing("{}", "");
    ck_listing(" \t{ }\r", "");
    ck_listing("{\"\":1}", " = 1\n");
}

TEST(what_is_no_number_may_stand_bare)
{
    ck_listing("{\"a\":NaN,\"b\":[Infinity,-Infinity]}",
               "a = NaN\nb.0 = Infinity\nb.1 = -Infinity\nb = [Infinity,-Infinity]\n");
}

TEST(members_of_inner_objects_have_dotted_names)
{
    ck_listing("{\"a\":{\"b\":[1,{\"c\":\"x\"}]}}",
               "a.b.0 = 1\na.b.1.c = x\na.b.1 = {\"c\":\"x\"}\na.b = [1,{\"c\":\"x\"}]\n"
               "a = {\"b\":[1,{\"c\":\"x\"}]}\n");
    ck_listing("{\"a.b\":1}", "a.b = 1\n");
}

TEST(escapes_become_text)
{
    ck_listing("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20ac\"}",
               "a = \"\\/\b\f\n\r\tA\u20ac\n");
    ck_listing("{\"a\":\"\\ud83d\\ude00\"}", "a = \U0001F600\n");
    ck_listing("{\"a\":\"\\udbff\\udfff\"}", "a = \U0010FFFF\n");
    ck_listing("{\"a\":\"\\ud83dx\\ude00\"}", "a = \ufffdx\ufffd\n");
    ck_listing("{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "a = \ufffd\U0001F600\n");
    ck_listing("{\"st\\u0061tus\":1}", "status = 1\n");
}

TEST(an_escaped_nul_is_a_byte)
{
    struct arena scratch = {0};
    struct field f = {"a\\u0000b", 8, FIELD_JSON};

    field_unescape(&f, &scratch);
    ck_assert_uint_eq(f.n, 3);
    ck_assert_mem_eq(f.p, "a\0b", 3);
    arena_release(&scratch);
}

static const char *const refused[] = {
    "",
    " ",
    "{",
    "}",
    "[]",
    "1",
    "\"a\"",
    "null",
    "{}x",
    "{} {}",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\":1 \"b\":2}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":'b'}",
    "{\"a\":01}",
    "{\"a\":+1}",
    "{\"a\":1.}",
    "{\"a\":.5}",
    "{\"a\":1e}",
    "{\"a\":1e+}",
    "{\"a\":-}",
    "{\"a\":--1}",
    "{\"a\":0x1}",
    "{\"a\":nan}",
    "{\"a\":-NaN}",
    "{\"a\":NaNs}",
    "{\"a\":Infinit}",
    "{\"a\":+Infinity}",
    "{\"a\":--Infinity}",
    "{\"a\":Infinity1}",
    "{NaN:1}",
    "{\"a\":tru}",
    "{\"a\":True}",
    "{\"a\":nulll}",
    "{\"a\":[1,]}",
    "{\"a\":[,1]}",
    "{\"a\":[1}",
    "{\"a\":{\"b\":1]}",
    "{\"a\":\"b}",
    "{\"a\":\"\\x41\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\u123\"}",
    "{\"a\":\"\\",
    "{\"a\":\"\\\"}",
    "{\"a\":\"tab\there\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":1}\v",
    "\f{\"a\":1}",
    "{\"a\":1/**/}",
    "{\"a\":1,\"a\"}",
    "\xef\xbb\xbf{}",
    "{\"a\":1\x01}",
    "{\"a\\q\":1}",
    "{1:1}",
    "{\"a\":1:2}",
};

TEST(what_is_not_one_object_is_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char *got = listed(refused[i]);

        ck_assert_msg(got == NULL, "accepted: %s", refused[i]);
    }
}

TEST(the_depth_is_limited_to_64)
{
    for (unsigned depth = 60; depth < 70; depth++) {
        struct buf line = BUF_INIT;
        char *got;

        buf_str(&line, "{\"a\":");
        for (unsigned i = 1; i < depth; i++)
            buf_char(&line, '[');
        for (unsigned i = 1; i < depth; i++)
            buf_char(&line, ']');
        buf_char(&line, '}');
        got = listed(line.p);
        ck_assert_int_eq(got != NULL, depth <= 64);
        free(got);
        buf_release(&line);
    }
}

TEST(objects_count_as_depth_too)
{
    for (unsigned depth = 63; depth < 67; depth++) {
        struct buf line = BUF_INIT;
        char *got;

        for (unsigned i = 0; i < depth; i++)
            buf_str(&line, "{\"a\":");
        buf_char(&line, '1');
        for (unsigned i = 0; i < depth; i++)
            buf_char(&line, '}');
        got = listed(line.p);
        ck_assert_int_eq(got != NULL, depth <= 64);
        free(got);
        buf_release(&line);
    }
}

TEST(bytes_that_are_not_utf8_lose_nothing)
{
    ck_listing("{\"a\":\"x\xff\xc3\",\"b\":1}", "a = x\xff\xc3\nb = 1\n");
}

static void ck_field(struct slots *s, unsigned slot, const char *want)
{
    struct arena scratch = {0};
    struct slice got = field_text(&s->fields[slot], &scratch);

    ck_assert_msg(slice_eq(got, slice_str(want)), "slot %u: `%.*s` and not `%s`", slot,
                  SLICE_FMT(got), want);
    arena_release(&scratch);
}

TEST(wanted_names_find_their_slots)
{
    static const char *const names[] = {"a.b", "a.b.0", "msg", "a_name_of_more_than_sixteen_bytes",
                                        "e"};
    struct fieldnames *want = fieldnames_new(names, 5);
    struct slots s;

    ck_assert(slots_scan(&s, SCAN_JSON,
                         slice_str("{\"x\":1,\"a\":{\"b\":[7,8]},\"msg\":\"m\\n\","
                                   "\"a_name_of_more_than_sixteen_bytes\":\"y\",\"\\u0065\":-2}"),
                         want));
    ck_field(&s, 0, "[7,8]");
    ck_field(&s, 1, "7");
    ck_field(&s, 2, "m\n");
    ck_field(&s, 3, "y");
    ck_field(&s, 4, "-2");
    ck_assert_uint_eq(s.touched.n, 5);
    fieldnames_free(want);
}

TEST(the_first_of_duplicates_counts)
{
    static const char *const names[] = {"a", "b.c"};
    struct fieldnames *want = fieldnames_new(names, 2);
    struct slots s;

    ck_assert(
        slots_scan(&s, SCAN_JSON, slice_str("{\"a\":1,\"a\":2,\"b.c\":3,\"b\":{\"c\":4}}"), want));
    ck_field(&s, 0, "1");
    ck_field(&s, 1, "3");
    ck_assert_uint_eq(s.touched.n, 2);
    ck_assert(slots_scan(&s, SCAN_JSON, slice_str("{\"a\":null,\"a\":2,\"b\":{\"c\":4},\"b.c\":3}"),
                         want));
    ck_assert_uint_eq(s.fields[0].kind, FIELD_NULL);
    ck_field(&s, 1, "4");
    fieldnames_free(want);
}

TEST(absent_null_empty_and_dash_are_missing)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct fieldnames *want = fieldnames_new(names, 5);
    struct slots s;

    ck_assert(slots_scan(&s, SCAN_JSON,
                         slice_str("{\"b\":null,\"c\":\"\",\"d\":\"-\",\"e\":\"--\"}"), want));
    for (unsigned i = 0; i < 4; i++)
        ck_field(&s, i, "");
    ck_field(&s, 4, "--");
    fieldnames_free(want);
}

TEST(what_is_no_number_is_found_by_every_scanner)
{
    const char *names[] = {"a", "b", "c", "d.0"};
    struct fieldnames *want = fieldnames_new(names, 4);
    struct slots s;

    ck_assert(slots_scan(&s, SCAN_JSON,
                         SLICE("{\"a\":NaN,\"b\":-Infinity,\"d\":[NaN],\"c\":Infinity}"), want));
    ck_field(&s, 0, "NaN");
    ck_field(&s, 1, "-Infinity");
    ck_field(&s, 2, "Infinity");
    ck_field(&s, 3, "NaN");
    fieldnames_free(want);
}

TEST(names_may_begin_each_other_and_be_long)
{
    char longest[FIELD_NAME_MAX + 1], too_long[FIELD_NAME_MAX + 2];
    const char *names[] = {longest, too_long, "a", "a.b", "a"};
    struct fieldnames *want;
    struct buf line = BUF_INIT;
    struct slots s;

    memset(longest, 'n', FIELD_NAME_MAX);
    longest[FIELD_NAME_MAX] = '\0';
    memset(too_long, 'n', FIELD_NAME_MAX + 1);
    too_long[FIELD_NAME_MAX + 1] = '\0';
    want = fieldnames_new(names, 5);
    buf_fmt(&line, "{\"%s\":1,\"%s\":2,\"a\":{\"b\":3}}", too_long, longest);
    ck_assert(slots_scan(&s, SCAN_JSON, slice_str(line.p), want));
    ck_field(&s, 0, "2");
    ck_field(&s, 1, "");
    ck_field(&s, 2, "{\"b\":3}");
    ck_field(&s, 3, "3");
    ck_field(&s, 4, "");
    buf_release(&line);
    fieldnames_free(want);
}

static const char *const wanted[] = {"msg",      "status", "a.b",   "a.0",
                                     "duration", "a.b.c",  "level", ""};

enum { WANTED = sizeof wanted / sizeof *wanted };

static void expect_firsts(const char *p, size_t n, const struct fieldnames *want)
{
    const char *differs = slots_differ(SCAN_JSON, slice_make(p, n), wanted, WANTED, want);

    if (differs)
        ck_abort_msg("%s: %.*s", differs, (int)n, p);
}

TEST(no_byte_behind_the_line_is_read)
{
    struct fieldnames *want = fieldnames_new(wanted, WANTED);
    struct linegen g = {7};
    char *edge = edge_new(1 << 20);

    for (int i = 0; i < 100; i++) {
        struct buf line = BUF_INIT;

        linegen_json(&g, &line);
        if (line.n < 2000)
            for (size_t n = 0; n <= line.n; n++)
                expect_firsts(memcpy(edge - n, line.p, n), n, want);
        buf_release(&line);
    }
    fieldnames_free(want);
}

TEST(every_prefix_of_a_line_is_refused)
{
    struct linegen g = {8};

    for (int i = 0; i < 300; i++) {
        struct buf line = BUF_INIT;
        struct listing l = {0};

        linegen_slog(&g, &line);
        for (size_t n = 0; n < line.n; n++)
            if (json_each(slice_make(line.p, n), list_field, &l))
                ck_abort_msg("accepted: %.*s", (int)n, line.p);
        ck_assert(json_each(buf_all(&line), list_field, &l));
        arena_release(&l.scratch);
        buf_release(&l.text);
        buf_release(&line);
    }
}

TEST(fields_are_the_first_of_each)
{
    struct fieldnames *want = fieldnames_new(wanted, WANTED);
    struct linegen g = {9};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(100000); i++) {
        buf_clear(&line);
        linegen_json(&g, &line);
        if (i % 2)
            linegen_damage(&g, &line);
        expect_firsts(line.p, line.n, want);
    }
    buf_release(&line);
    fieldnames_free(want);
}

#ifdef HAVE_JANSSON
static void list_jansson(struct buf *out, struct buf *name, bool top, json_t *value);

static void list_member(struct buf *out, struct buf *name, bool top, const char *key, json_t *inner)
{
    size_t path = name->n;

    if (!top)
        buf_char(name, '.');
    buf_str(name, key);
    list_jansson(out, name, false, inner);
    name->n = path;
}

/* jansson's view of a value, in the form of list_field; strings and numbers by what they mean. */
static void list_jansson(struct buf *out, struct buf *name, bool top, json_t *value)
{
    char number[24];
    const char *key;
    json_t *inner;
    size_t i;

    json_object_foreach(value, key, inner)
    {
        list_member(out, name, top, key, inner);
    }
    json_array_foreach(value, i, inner)
    {
        (void)snprintf(number, sizeof number, "%zu", i);
        list_member(out, name, top, number, inner);
    }
    if (top)
        return;
    buf_add(out, name->p, name->n);
    buf_str(out, json_is_null(value) ? " null " : " = ");
    if (json_is_string(value))
        buf_add(out, json_string_value(value), json_string_length(value));
    else if (json_is_real(value))
        buf_fmt(out, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        buf_str(out, json_is_true(value) ? "true" : "false");
    else if (json_is_object(value) || json_is_array(value))
        buf_str(out, "...");
    buf_char(out, '\n');
}

/* Ours, with numbers and inner texts in the same form. */
static void list_meaning(void *ctx, struct slice name, const struct field *value)
{
    struct listing *l = ctx;
    struct field f = *value;
    bool is_string = f.p[-1] == '"';

    buf_slice(&l->text, name);
    buf_str(&l->text, f.kind == FIELD_NULL ? " null " : " = ");
    field_unescape(&f, &l->scratch);
    if (is_string || f.p[0] == 't' || f.p[0] == 'f')
        buf_add(&l->text, f.p, f.n);
    else if (f.p[0] == '{' || f.p[0] == '[')
        buf_str(&l->text, "...");
    else if (f.kind != FIELD_NULL)
        buf_fmt(&l->text, "%.17g", strtod(f.p, NULL));
    buf_char(&l->text, '\n');
}

/* Deeper than 64, counted outside of strings. */
static bool too_deep(struct slice s)
{
    bool in = false;
    int depth = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (in && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            in = !in;
        else if (!in && (s.p[i] == '{' || s.p[i] == '['))
            depth++;
        else if (!in && (s.p[i] == '}' || s.p[i] == ']'))
            depth--;
        if (depth > 64)
            return true;
    }
    return false;
}

/* What jansson accepts and RFC 8259 does not: its reader skips a raw NUL. And our own limit. */
static bool known_acceptance(struct slice line)
{
    return too_deep(line) || memchr(line.p, '\0', line.n) != NULL;
}

/* What jansson refuses and RFC 8259 (as read here) does not. */
static bool known_refusal(const json_error_t *e)
{
    enum json_error_code code = json_error_code(e);

    return code == json_error_invalid_utf8 || code == json_error_numeric_overflow ||
           code == json_error_null_byte_in_key || strstr(e->text, "invalid Unicode") != NULL;
}

static void compare_with_jansson(struct slice line)
{
    size_t flags = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    struct listing ours = {0};
    struct buf theirs = BUF_INIT, name = BUF_INIT;
    bool valid = json_each(line, list_meaning, &ours);
    json_error_t error;
    json_t *any = json_loadb(line.p, line.n, flags, &error);
    json_t *unique = json_loadb(line.p, line.n, flags | JSON_REJECT_DUPLICATES, NULL);

    if (any == NULL && valid && !known_refusal(&error))
        ck_abort_msg("accepted: %.*s\njansson: %s", SLICE_FMT(line), error.text);
    if (any != NULL && json_is_object(any) != valid &&
        !(json_is_object(any) && known_acceptance(line)))
        ck_abort_msg("refused, or an array: %.*s", SLICE_FMT(line));
    if (unique != NULL && valid) {
        list_jansson(&theirs, &name, true, unique);
        if (!slice_eq(buf_all(&ours.text), buf_all(&theirs)))
            ck_abort_msg("%.*s\nours\n%.*s\njansson\n%.*s", SLICE_FMT(line), SLICE_FMT(ours.text),
                         SLICE_FMT(theirs));
    }
    json_decref(any);
    json_decref(unique);
    arena_release(&ours.scratch);
    buf_release(&ours.text);
    buf_release(&theirs);
    buf_release(&name);
}

TEST_EACH(jansson_agrees, 6)
{
    struct linegen g = {(uint64_t)_i + 100};
    struct buf line = BUF_INIT;

    for (int i = 0; i < rounds(40000); i++) {
        buf_clear(&line);
        if (i % 3)
            linegen_json(&g, &line);
        else
            linegen_slog(&g, &line);
        if (i % 4 > 1)
            linegen_damage(&g, &line);
        (void)buf_reserve(&line, 1); /* strtod wants an end */
        line.p[line.n] = '\0';
        compare_with_jansson(buf_all(&line));
    }
    buf_release(&line);
}
#endif

/* --- members --------------------------------------------------------------------------------- */

static bool note_member(void *ctx, const struct field *key, const struct field *value,
                        struct slice written)
{
    struct buf *out = ctx;

    buf_fmt(out, "%.*s:%.*s:%.*s:%u ", (int)key->n, key->p, (int)value->n, value->p,
            SLICE_FMT(written), value->kind);
    return out->n < 60;
}

TEST(members_of_an_object_or_array)
{
    static const struct {
        const char *text, *said;
        bool valid;
    } cases[] = {
        {"{}", "", true},
        {" [ ] ", "", true},
        {"{\"a\":1, \"b\" : \"x\\n\",\"c\":null}", "a:1:1:2 b:x\\n:\"x\\n\":3 c:null:null:1 ",
         true},
        {"[true,[1,2],{\"a\":[]}]\r", "0:true:true:2 1:[1,2]:[1,2]:2 2:{\"a\":[]}:{\"a\":[]}:2 ",
         true},
        {"{\"a\":1", "", false},
        {"{\"a\":1}x", "", false},
        {"{\"a\":1,}", "", false},
        {"[1,]", "", false},
        {"[1 2]", "", false},
        {"{1:2}", "", false},
        {"\"text\"", "", false},
        {"12", "", false},
        {"", "", false},
        {"{\"a\":{\"b\":tru}}", "", false},
        {"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]",
         "0:1:1:2 1:2:2:2 2:3:3:2 3:4:4:2 4:5:5:2 5:6:6:2 6:7:7:2 7:8:8:2 ", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf said = BUF_INIT;
        bool valid = json_members(slice_str(cases[i].text), note_member, &said);

        buf_str(&said, "");
        ck_assert_msg(valid == cases[i].valid, "%s", cases[i].text);
        ck_assert_str_eq(said.p, cases[i].said);
        buf_release(&said);
    }
}
