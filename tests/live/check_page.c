/* check_page -- whatever a text holds, a row is safe for a terminal and takes no more columns than it has. */
#include "config.h"

#include "suite.h"

#include "base/utf8.h"
#include "live/page.h"

#include <stdlib.h>

static void expect_fit(const char *text, size_t columns, bool utf8, const char *want)
{
    struct buf out = BUF_INIT;
    size_t used = page_fit(&out, slice_str(text), columns, utf8);

    ck_assert_msg(slice_eq(buf_all(&out), slice_str(want)), "\"%.*s\", not \"%s\"",
                  SLICE_FMT(buf_all(&out)), want);
    ck_assert_uint_eq(used, utf8_columns(slice_str(want)));
    buf_release(&out);
}

TEST(a_text_is_cut_to_its_columns_and_the_cut_is_marked)
{
    expect_fit("", 5, true, "");
    expect_fit("abcde", 5, true, "abcde");
    expect_fit("abcdef", 5, true, "abcd>");
    expect_fit("abc", 1, true, ">");
    expect_fit("abc", 0, true, "");
    expect_fit("漢字漢", 6, true, "漢字漢");
    expect_fit("漢字漢", 5, true, "漢字>");
    expect_fit("漢字漢", 4, true, "漢>");
    expect_fit("a\u0301b", 2, true, "a\u0301b");
}

TEST(what_moves_a_cursor_is_written_out)
{
    expect_fit("\033[2J", 80, true, "\\x1b[2J");
    expect_fit("a\tb", 80, true, "a b");
    expect_fit("\xc2\x9b", 80, true, "\\xc2\\x9b");
    expect_fit("\xe2\x80\xae", 80, true, "\\xe2\\x80\\xae");
    expect_fit("\xff", 80, true, "\xef\xbf\xbd");
    expect_fit("\033", 3, true, ">");
}

TEST(where_there_is_no_utf8_there_is_ascii)
{
    expect_fit("naïve 漢字 \xff", 80, false, "na?ve ?? ?");
}

TEST(a_letter_carries_only_so_many_marks)
{
    struct buf text = BUF_INIT, out = BUF_INIT;

    buf_char(&text, 'e');
    for (int i = 0; i < 1000; i++)
        buf_str(&text, "\u0301");
    ck_assert_uint_eq(page_fit(&out, buf_all(&text), 10, true), 1);
    ck_assert_uint_lt(out.n, 20);
    buf_release(&text);
    buf_release(&out);
}

static bool is_safe(struct slice s, bool utf8)
{
    while (s.n) {
        size_t n = utf8_char(s);

        if (n == 0 || utf8_dangerous(slice_make(s.p, n)) || (n > 1 && !utf8))
            return false;
        s = slice_from(s, n);
    }
    return true;
}

TEST(any_bytes_are_safe_and_fit)
{
    char text[64];
    struct buf out = BUF_INIT;
    uint64_t seed = 1;

    for (int i = 0; i < rounds(200000); i++) {
        for (size_t k = 0; k < sizeof text; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            text[k] = (char)(seed >> 56);
            if (seed >> 40 & 1)
                text[k] = "\033\x9b\xc2\xe2\x80\xae \xcc"[seed >> 45 & 7];
        }
        buf_clear(&out);
        size_t columns = seed >> 33 & 31;
        bool utf8 = seed >> 39 & 1;
        size_t used = page_fit(&out, slice_make(text, sizeof text), columns, utf8);

        if (used > columns || utf8_columns(buf_all(&out)) != used || !is_safe(buf_all(&out), utf8))
            ck_abort_msg("%d: %zu of %zu columns: %.*s", i, used, columns,
                         SLICE_FMT(buf_all(&out)));
    }
    buf_release(&out);
}

/* The rows, divided by '|'. */
static void expect_wrap(const char *text, size_t columns, const char *want)
{
    struct page p = {.n = 0};
    struct buf rows = BUF_INIT;

    page_wrap(&p, STYLE_PLAIN, slice_str(text), columns);
    for (size_t i = 0; i < p.n; i++)
        buf_fmt(&rows, "%s%.*s", i ? "|" : "", SLICE_FMT(page_row_text(&p, i)));
    ck_assert_str_eq(rows.p ? rows.p : "", want);
    buf_release(&rows);
    page_release(&p);
}

TEST(long_lines_become_rows)
{
    expect_wrap("", 10, "");
    expect_wrap("one\ntwo\n", 10, "one|two");
    expect_wrap("a\n\nb", 10, "a||b");
    expect_wrap("the quick brown fox jumps", 20, "the quick brown fox |    jumps");
    expect_wrap("aaaaaaaaaaaaaaaaaaaaaaaa", 20, "aaaaaaaaaaaaaaaaaaaa|    aaaa");
    expect_wrap("the quick brown fox jumps", 16, "the quick brown |fox jumps");
    expect_wrap("漢字漢字漢", 8, "漢字漢字|漢");
    expect_wrap("漢字", 1, "漢|字");
    expect_wrap("abc", 0, "abc");
    expect_wrap("abcd", 1, "a|b|c|d");
}

TEST(rows_of_any_bytes_hold_them_all)
{
    struct page p = {.n = 0};
    char text[200];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i == '\n' ? 'x' : i + 40);
    for (size_t columns = 1; columns < 100; columns++) {
        size_t n = 0;

        page_clear(&p);
        page_wrap(&p, STYLE_PLAIN, slice_make(text, sizeof text), columns);
        for (size_t i = 0; i < p.n; i++)
            n += page_row_text(&p, i).n - (i && columns >= 20 ? 4 : 0);
        if (n != sizeof text)
            ck_abort_msg("%zu columns: %zu bytes of %zu", columns, n, sizeof text);
    }
    page_release(&p);
}
