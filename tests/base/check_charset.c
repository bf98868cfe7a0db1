/* check_charset -- lines of other encodings become UTF-8, cut anywhere, with bytes that are no characters. */
#include "config.h"

#include "suite.h"

#include "base/buf.h"
#include "base/charset.h"
#include "base/utf8.h"

#include <errno.h>

static struct charset *open_charset(const char *name)
{
    struct charset *c;

    ck_assert_int_eq(charset_new(slice_str(name), &c), 0);
    return c;
}

TEST(utf_8_is_none_and_unknown_names_are_told)
{
    static const char *const unknown[] = {"", "utf-99", "latin1//IGNORE", "no such"};
    struct charset *c;

    ck_assert_ptr_null(open_charset("utf-8"));
    ck_assert_ptr_null(open_charset("UTF8"));
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        ck_assert_int_eq(charset_new(slice_str(unknown[i]), &c), -EINVAL);
}

static const struct {
    const char *name;
    struct slice raw;
    const char *text;
    uint64_t invalid;
} rows[] = {
    {"latin1", {"caf\xe9\nx\n", 7}, "caf\xc3\xa9\nx\n", 0},
    {"cp1251", {"\xcf\xf0\xe8\n", 4}, "\xd0\x9f\xd1\x80\xd0\xb8\n", 0},
    {"utf-16le", {"a\0\n\0\x1f\x04\n\0", 8}, "a\n\xd0\x9f\n", 0},
    {"UTF16BE", {"\0a\0\n\x04\x1f\0\n", 8}, "a\n\xd0\x9f\n", 0},
    {"utf-16", {"a\0", 2}, "a", 0},
    {"ucs-2le", {"a\0\n\0", 4}, "a\n", 0},
    {"utf-32le", {"a\0\0\0\n\0\0\0", 8}, "a\n", 0},
    {"utf-32be", {"\0\0\0a\0\0\0\n", 8}, "a\n", 0},
    {"shift_jis", {"\x83\x65\n", 3}, "\xe3\x83\x86\n", 0},
    /* a pair of surrogates; a lone one of each kind; half a unit at the end */
    {"utf-16le", {"\x3d\xd8\x00\xde\n\0", 6}, "\xf0\x9f\x98\x80\n", 0},
    {"utf-16le", {"\x3d\xd8\n\0", 4}, "\xef\xbf\xbd\n", 2},
    {"utf-16le", {"\x00\xde\n\0", 4}, "\xef\xbf\xbd\n", 2},
    {"utf-16le", {"a\0\n\0b", 5}, "a\n", 1},
    {"utf-16le", {"a\0\x3d\xd8", 4}, "a\xef\xbf\xbd", 2},
    /* a first byte without its second swallows no newline */
    {"shift_jis", {"\x83\nx\n", 4}, "\xef\xbf\xbd\nx\n", 1},
    {"gb18030", {"\x81\nx\n", 4}, "\xef\xbf\xbd\nx\n", 1},
    {"shift_jis", {"a\x83", 2}, "a\xef\xbf\xbd", 1},
    {"ascii", {"a\xff\xfe\n", 4}, "a\xef\xbf\xbd\xef\xbf\xbd\n", 2},
    /* a shifted state ends with its line */
    {"iso-2022-jp", {"\x1b$B%F\nab\n", 9}, "\xe3\x83\x86\nab\n", 0},
    /* a letter that an accent might follow waits for it: nothing does at the end */
    {"cp1258", {"a\nba", 4}, "a\nba", 0},
    {"tcvn", {"xo", 2}, "xo", 0},
    {"big5-hkscs", {"x\x88\x66", 3}, "x\xc3\x8a", 0},
};

TEST_EACH(lines_become_utf_8, (int)(sizeof rows / sizeof *rows))
{
    struct charset *c = open_charset(rows[_i].name);
    uint64_t invalid;
    struct slice text = charset_convert(c, rows[_i].raw, &invalid);

    ck_assert_msg(slice_eq(text, slice_str(rows[_i].text)), "%s: %.*s", rows[_i].name,
                  SLICE_FMT(text));
    ck_assert_uint_eq(invalid, rows[_i].invalid);
    charset_free(c);
}

/* U+0A0A and U+0A00 are written with a newline's bytes. */
TEST(bytes_of_a_newline_in_other_characters_are_none)
{
    static const char raw[] = "\x0a\x0a\x00\x0a\x0a\x00\x0a\x0a";
    struct charset *le = open_charset("utf-16le"), *be = open_charset("utf-16be");
    struct slice all = slice_make(raw, 8);

    ck_assert_uint_eq(charset_first_line(le, all), 6);
    ck_assert_uint_eq(charset_whole_lines(le, all), 6);
    ck_assert_uint_eq(charset_first_line(be, all), 4);
    ck_assert_uint_eq(charset_whole_lines(be, slice_from(all, 4)), 0);
    charset_free(le);
    charset_free(be);
}

/* A file of lines that fit no state gives the same whether they are taken together or one by one. */
TEST_EACH(each_line_is_converted_alone, 6)
{
    static const char *const names[] = {"utf-16le", "utf-16be",    "shift_jis",
                                        "gb18030",  "iso-2022-jp", "utf-7"};
    struct charset *c = open_charset(names[_i]);
    uint32_t seed = 1;

    for (int round = 0; round < 300; round++) {
        struct buf together = BUF_INIT, alone = BUF_INIT;
        uint64_t invalid, sum = 0;
        char raw[64];

        for (size_t i = 0; i < sizeof raw; i++) {
            seed = seed * 1103515245 + 12345;
            raw[i] = "\n\0\x1b$B%+~\x83\xd8\x3d-abc"[seed >> 16 & 15];
        }
        buf_slice(&together, charset_convert(c, slice_make(raw, sizeof raw), &invalid));
        for (struct slice left = slice_make(raw, sizeof raw); left.n > 0;) {
            size_t n = charset_first_line(c, left);
            uint64_t bad;

            buf_slice(&alone, charset_convert(c, slice_make(left.p, n ? n : left.n), &bad));
            sum += bad;
            left = slice_from(left, n ? n : left.n);
        }
        if (!slice_eq(buf_all(&together), buf_all(&alone)) || sum != invalid ||
            !utf8_valid(buf_all(&alone)))
            ck_abort_msg("%s round %d", names[_i], round);
        buf_release(&together);
        buf_release(&alone);
    }
    charset_free(c);
}
