/* check_arena -- pieces are aligned, do not overlap, and one block is enough after the first
 * round. */
#include "config.h"

#include "suite.h"

#include "base/arena.h"

TEST(pieces_of_all_sizes_are_aligned_and_do_not_overlap)
{
    struct arena a = {0};
    unsigned char *pieces[2000];
    size_t wrong = 0;

    for (size_t i = 0; i < 2000; i++) {
        pieces[i] = arena_alloc(&a, i);
        ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 0xff), i);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t k = 0; k < i; k++)
            wrong += pieces[i][k] != (i & 0xff);
    ck_assert_uint_eq(wrong, 0);
    arena_release(&a);
    ck_assert_ptr_null(a.block);
}

TEST(reset_keeps_one_block_that_holds_the_same_again)
{
    struct arena a = {0};
    struct arena_block *kept;

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1000; i++)
            (void)arena_alloc(&a, 100);
        arena_reset(&a);
    }
    kept = a.block;
    for (int i = 0; i < 1000; i++)
        (void)arena_alloc(&a, 100);
    ck_assert_ptr_eq(a.block, kept);
    arena_release(&a);
}

TEST(one_huge_piece_gets_its_block)
{
    struct arena a = {0};
    char *p = arena_zalloc(&a, 10 * 1000 * 1000);

    for (size_t i = 0; i < 10 * 1000 * 1000; i += 4096)
        ck_assert_int_eq(p[i], 0);
    ck_assert_ptr_nonnull(arena_alloc(&a, 1));
    arena_release(&a);
}

TEST(zeroed_memory_is_zero_after_reuse)
{
    struct arena a = {0};
    unsigned char *p;

    memset(arena_alloc(&a, 1000), 0xff, 1000);
    arena_reset(&a);
    p = arena_zalloc(&a, 1000);
    for (size_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(p[i], 0);
    arena_release(&a);
}

TEST(text_is_copied_and_ends_in_nul)
{
    struct arena a = {0};
    char source[] = "abc\0def";
    struct slice copy = arena_slice(&a, slice_make(source, 7));
    char *s = arena_str(&a, source), *t = arena_strslice(&a, slice_make(source, 2));
    char *empty = arena_strslice(&a, slice_str(NULL));

    memset(source, 'x', 7);
    ck_assert(slice_eq(copy, SLICE("abc\0def")));
    ck_assert_int_eq(copy.p[7], '\0');
    ck_assert_str_eq(s, "abc");
    ck_assert_str_eq(t, "ab");
    ck_assert_str_eq(empty, "");
    arena_release(&a);
}

TEST(reset_and_release_of_an_unused_arena_are_fine)
{
    struct arena a = {0};

    arena_reset(&a);
    arena_release(&a);
    arena_release(&a);
}
