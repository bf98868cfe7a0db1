/* Bytes into lines: cut at every place, with every limit, against the simplest way to do it. */
#include "config.h"

#include "suite.h"

#include "base/buf.h"
#include "input/linebuf.h"

#include <stdint.h>

/* What must come out: lines of at most `max` bytes, NULs at their beginnings left out. */
static unsigned reference(struct slice all, size_t max, struct buf *out)
{
    unsigned too_long = 0;

    while (all.n > 0) {
        const char *newline = memchr(all.p, '\n', all.n);
        struct slice line = slice_make(all.p, newline ? (size_t)(newline - all.p) : all.n);

        all = slice_from(all, line.n + (newline ? 1 : 0));
        while (line.n > 0 && *line.p == 0)
            line = slice_from(line, 1);
        if (line.n > max) {
            too_long++;
            continue;
        }
        buf_slice(out, line);
        if (newline)
            buf_char(out, '\n');
    }
    return too_long;
}

static unsigned take_all(struct slice rest, size_t max, struct buf *out)
{
    unsigned too_long = 0;
    struct slice block;
    enum lines_found found;

    while ((found = lines_next(&rest, max, &block)) != LINES_END) {
        if (found == LINES_BLOCK)
            buf_slice(out, block);
        else
            too_long++;
    }
    return too_long;
}

static const char text[] = "one\ntwo\n\nfour is longer\n\0\0\0five\nsix\0middle\n\0\0\n"
                           "seven is very, very long indeed\n\0eight\nnine";

static struct slice all_text(void)
{
    return slice_make(text, sizeof(text) - 1);
}

TEST_EACH(pieces_of_any_size_give_the_same_lines, (int)sizeof(text))
{
    size_t piece = (size_t)_i + 1;

    for (size_t max = 1; max < 40; max++) {
        struct buf want = BUF_INIT, got = BUF_INIT;
        unsigned want_long = reference(all_text(), max, &want), got_long = 0;
        struct slice left = all_text();
        struct linebuf lb;

        linebuf_init(&lb, max);
        while (left.n > 0) {
            size_t room, n;
            char *to = linebuf_space(&lb, &room);

            n = left.n < piece ? left.n : piece;
            ck_assert_uint_ge(room, n);
            memcpy(to, left.p, n);
            left = slice_from(left, n);
            linebuf_filled(&lb, n);
            got_long += take_all(linebuf_take(&lb), max, &got);
        }
        got_long += take_all(linebuf_take_rest(&lb), max, &got);
        ck_assert_msg(slice_eq(buf_all(&got), buf_all(&want)), "piece %zu max %zu", piece, max);
        ck_assert_uint_eq(got_long + lb.too_long, want_long);
        linebuf_release(&lb);
        buf_release(&want);
        buf_release(&got);
    }
}

TEST(a_block_is_cut_only_where_it_must_be)
{
    struct slice rest = SLICE("a\nb\nc\n"), block;

    ck_assert_int_eq(lines_next(&rest, 10, &block), LINES_BLOCK);
    ck_assert_uint_eq(block.n, 6);
    ck_assert_int_eq(lines_next(&rest, 10, &block), LINES_END);
}

TEST(a_line_of_exactly_the_limit_is_a_line)
{
    struct slice rest = SLICE("1234\n12345\n123\n"), block;

    ck_assert_int_eq(lines_next(&rest, 4, &block), LINES_BLOCK);
    ck_assert(slice_eq(block, SLICE("1234\n")));
    ck_assert_int_eq(lines_next(&rest, 4, &block), LINES_TOO_LONG);
    ck_assert_int_eq(lines_next(&rest, 4, &block), LINES_BLOCK);
    ck_assert(slice_eq(block, SLICE("123\n")));
}

TEST(a_line_without_end_costs_no_more_than_the_limit)
{
    enum { MAX = 1 << 20 };
    struct linebuf lb;
    size_t total = 0;

    linebuf_init(&lb, MAX);
    while (total < 64U << 20) {
        size_t room;
        char *to = linebuf_space(&lb, &room);

        memset(to, 'x', room);
        total += room;
        linebuf_filled(&lb, room);
        ck_assert_uint_eq(linebuf_take(&lb).n, 0);
    }
    ck_assert_uint_eq(lb.too_long, 1);
    ck_assert_uint_le(lb.cap, 2 * MAX);
    linebuf_release(&lb);
}

/* They are no line, but bytes that were there. */
TEST(nuls_at_the_end_are_handed_out_with_the_rest)
{
    struct linebuf lb;
    size_t room;

    linebuf_init(&lb, 10);
    memset(linebuf_space(&lb, &room), 0, 100);
    linebuf_filled(&lb, 100);
    ck_assert_uint_eq(linebuf_take(&lb).n, 0);
    (void)linebuf_space(&lb, &room);
    ck_assert_uint_eq(linebuf_take_rest(&lb).n, 100);
    ck_assert_uint_eq(lb.too_long, 0);
    linebuf_release(&lb);
}

TEST(nothing_gives_nothing)
{
    struct linebuf lb;

    linebuf_init(&lb, 10);
    ck_assert_uint_eq(linebuf_take(&lb).n, 0);
    ck_assert_uint_eq(linebuf_take_rest(&lb).n, 0);
    linebuf_release(&lb);
}
