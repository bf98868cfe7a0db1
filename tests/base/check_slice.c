/* check_slice -- borrowed text: order, trimming, cutting. */
#include "config.h"

#include "suite.h"

#include "base/slice.h"

TEST(order_is_bytewise_and_a_prefix_comes_first)
{
    static const struct slice sorted[] = {{NULL, 0}, {"\0", 1}, {"a", 1},   {"a\0", 2},
                                          {"ab", 2}, {"b", 1},  {"\xff", 1}};
    size_t n = sizeof sorted / sizeof *sorted;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int c = slice_cmp(sorted[i], sorted[j]);

            ck_assert_int_eq((c > 0) - (c < 0), (i > j) - (i < j));
            ck_assert_int_eq(slice_eq(sorted[i], sorted[j]), i == j);
        }
}

TEST(what_is_common_ends_with_the_first_difference_or_the_shorter)
{
    ck_assert_uint_eq(slice_common(SLICE("abc"), SLICE("abd")), 2);
    ck_assert_uint_eq(slice_common(SLICE("abc"), SLICE("ab")), 2);
    ck_assert_uint_eq(slice_common(SLICE("a\0b"), SLICE("a\0bc")), 3);
    ck_assert_uint_eq(slice_common(SLICE("a"), SLICE("b")), 0);
    ck_assert_uint_eq(slice_common(slice_str(NULL), SLICE("a")), 0);
}

TEST(trim_takes_blanks_at_both_ends_only)
{
    ck_assert(slice_eq(slice_trim(SLICE(" \t a b\t ")), SLICE("a b")));
    ck_assert(slice_eq(slice_trim(SLICE("\na\r")), SLICE("\na\r")));
    ck_assert_uint_eq(slice_trim(SLICE(" \t ")).n, 0);
    ck_assert_uint_eq(slice_trim(slice_str(NULL)).n, 0);
}

TEST(cut_gives_every_piece_also_the_empty_ones)
{
    struct slice rest = SLICE("a,,b,"), piece;
    static const char *const want[] = {"a", "", "b", ""};

    for (size_t i = 0; i < 4; i++) {
        ck_assert(slice_cut(&rest, ',', &piece));
        ck_assert(slice_eq(piece, slice_str(want[i])));
    }
    ck_assert_ptr_null(rest.p);
    ck_assert(!slice_cut(&rest, ',', &piece));
}

TEST(cut_of_empty_text_gives_one_empty_piece_and_of_null_none)
{
    struct slice rest = SLICE(""), piece = SLICE("untouched");

    ck_assert(slice_cut(&rest, ',', &piece));
    ck_assert_uint_eq(piece.n, 0);
    piece = SLICE("untouched");
    ck_assert(!slice_cut(&rest, ',', &piece));
    ck_assert(slice_eq(piece, SLICE("untouched")));
}

TEST(starts_ends_and_from_know_the_borders)
{
    struct slice s = SLICE("abc");

    ck_assert(slice_starts(s, SLICE("")) && slice_starts(s, SLICE("ab")) && slice_starts(s, s));
    ck_assert(!slice_starts(s, SLICE("abcd")) && !slice_starts(s, SLICE("b")));
    ck_assert(slice_ends(s, SLICE("")) && slice_ends(s, SLICE("bc")) && slice_ends(s, s));
    ck_assert(!slice_ends(s, SLICE("xabc")) && !slice_ends(s, SLICE("b")));
    ck_assert_uint_eq(slice_from(s, 3).n, 0);
    ck_assert_uint_eq(slice_from(slice_str(NULL), 0).n, 0);
}
