/* check_slots -- every number is found while the table grows, wherever its tag lies. */
#include "config.h"

#include "suite.h"

#include "base/slots.h"

#include <stdbool.h>

enum { N = 3000 };

static uint32_t spread(uint32_t i)
{
    return i * 2654435761U;
}

static uint32_t same(uint32_t i)
{
    (void)i;
    return 7;
}

/* In the last slots, over whose end it goes on at the first. */
static uint32_t at_the_end(uint32_t i)
{
    return UINT32_MAX - i % 3;
}

static uint32_t (*const tags[])(uint32_t i) = {spread, same, at_the_end};

static bool has(const struct slots *s, uint32_t tag, uint32_t number)
{
    for (size_t at = slots_first(s, tag); s->list[at].ref; at = slots_next(s, at))
        if (s->list[at].tag == tag && s->list[at].ref == number + 1)
            return true;
    return false;
}

TEST_EACH(all_are_found_while_it_grows, sizeof tags / sizeof *tags)
{
    struct slots s = SLOTS_INIT;
    uint32_t n = _i ? N / 6 : N;

    for (uint32_t i = 0; i < n; i++) {
        slots_add(&s, tags[_i](i), i, i % 2 ? SLOTS_HALF : SLOTS_THREE_QUARTERS);
        for (uint32_t k = 0; k <= i; k++)
            if (!has(&s, tags[_i](k), k))
                ck_abort_msg("%u of %u is lost", k, i + 1);
        if (has(&s, tags[_i](n), n))
            ck_abort_msg("%u is there", n);
    }
    ck_assert_uint_eq(s.n, n);
    slots_release(&s);
    ck_assert_ptr_null(s.list);
}

TEST_EACH(no_addition_copies_more_than_a_few, 2)
{
    struct slots s = SLOTS_INIT;
    size_t longest = 0, copied, n;

    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t mask = s.mask;

        copied = s.larger ? s.copied : 0;
        slots_add(&s, spread(i), i, _i ? SLOTS_HALF : SLOTS_THREE_QUARTERS);
        n = s.mask == mask ? s.copied : (size_t)mask + 1;
        if (s.larger || (mask && s.mask != mask))
            longest = n - copied > longest ? n - copied : longest;
        if (s.n * 16 > ((size_t)s.mask + 1) * (_i ? 9 : 13))
            ck_abort_msg("%u of %u are taken", s.n, s.mask + 1);
    }
    ck_assert_uint_le(longest, 16);
    slots_release(&s);
}
