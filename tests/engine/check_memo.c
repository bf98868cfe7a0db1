/* check_memo -- what was kept of a text comes back as it was, within bounds; and where texts hardly
 * repeat nothing is kept. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "engine/memo.h"

#include <stdio.h>

/* Numbers that belong to a text. */
static uint32_t make(uint32_t i, uint32_t *numbers)
{
    for (uint32_t k = 0; k < i % 7; k++)
        numbers[k] = i * 7 + k;
    return i % 7;
}

/* Was it known? Then it is right; else it is kept, if that is wanted. */
static bool ask(struct memo *m, uint32_t i)
{
    char text[32];
    struct slice s = {text, (size_t)snprintf(text, sizeof text, "%u", i)};
    const uint32_t *known = memo_rests(m) ? NULL : memo_find(m, s);
    uint32_t numbers[7], n = make(i, numbers);

    if (known && (known[0] != n || memcmp(known + 1, numbers, n * sizeof *numbers) != 0))
        ck_abort_msg("text %u", i);
    if (!known && memo_wants(m, s))
        memo_keep(m, s, numbers, n);
    return known;
}

TEST(what_repeats_is_known)
{
    struct memo m = {.rests = 0};
    unsigned known = 0;

    for (uint32_t i = 0; i < 100000; i++)
        known += ask(&m, i * 7919 % 3000);
    ck_assert_uint_eq(known, 100000 - 3000);
    memo_release(&m);
}

TEST(it_stays_within_its_bounds)
{
    struct memo m = {.rests = 0};
    unsigned known = 0;

    for (uint32_t i = 0; i < 1000000; i++) {
        known += ask(&m, i / 10 * 7919 % 50000);
        if (m.index.n > MEMO_TEXTS)
            ck_abort_msg("%zu texts", m.index.n);
    }
    ck_assert_uint_eq(known, 900000);
    memo_release(&m);
}

TEST(long_texts_and_long_lists_are_bounded_too)
{
    static const uint32_t numbers[100000];
    static char text[MEMO_TEXT + 1];
    struct memo m = {.rests = 0};

    ck_assert(!memo_wants(&m, slice_make(text, sizeof text)));
    ck_assert_ptr_null(memo_find(&m, slice_make(text, sizeof text)));
    for (uint32_t i = 0; i < 200; i++) {
        text[0] = (char)i;
        memo_keep(&m, slice_make(text, MEMO_TEXT), numbers, 100000);
        ck_assert_uint_le(m.index.n, 4);
        ck_assert_uint_eq(memo_find(&m, slice_make(text, MEMO_TEXT))[0], 100000);
    }
    memo_release(&m);
}

TEST(texts_that_never_repeat_are_soon_left_alone)
{
    struct memo m = {.rests = 0};
    unsigned wanted = 0;

    for (uint32_t i = 0; i < 2000000; i++) {
        ask(&m, i);
        wanted += m.rests == 0;
    }
    ck_assert_uint_lt(wanted, 20000);
    ck_assert_uint_eq(m.index.n, 0);
    memo_release(&m);
}

TEST(texts_that_repeat_again_are_known_again)
{
    struct memo m = {.rests = 0};
    unsigned known = 0;

    for (uint32_t i = 0; i < 5000; i++)
        ask(&m, i);
    ck_assert_uint_gt(m.rests, 0);
    for (uint32_t i = 0; i < 1000000; i++)
        known += ask(&m, i % 10);
    ck_assert_uint_gt(known, 700000);
    memo_release(&m);
}
