/* check_prefixes -- which prefixes a text begins with: as comparing with each says, whatever they have in
 * common. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "engine/prefixes.h"

#include "base/buf.h"

#include <stdio.h>

enum { TEXTS = 200, LINES = 3000 };

/* Any byte may stand in a text, also those that sort before and behind all others. */
static struct slice random_text(struct dice *d, size_t common, size_t most, struct buf *b)
{
    size_t n = 1 + roll(d, (uint32_t)most);

    buf_clear(b);
    for (size_t i = 0; i < common; i++)
        buf_char(b, (char)('a' + i % 20));
    for (size_t i = 0; i < n; i++)
        buf_char(b, "a\0\xff"[roll(d, 3)]);
    return buf_all(b);
}

/* The text begins with as many of them as were said, each once, the longest first. */
static void assert_as_one_by_one(const struct prefixes *p, const struct map *texts,
                                 struct slice text)
{
    struct slice key;
    uint64_t value;
    size_t said = 0, expected = 0, before = SIZE_MAX;

    for (uint32_t i = prefixes_longest(p, text); i != PREFIX_NONE; i = prefixes_shorter(p, i)) {
        if (prefixes_value(p, i) >= before || prefixes_value(p, i) > text.n)
            ck_abort_msg("a prefix of %llu bytes", (unsigned long long)prefixes_value(p, i));
        before = (size_t)prefixes_value(p, i);
        if (!map_find(texts, slice_make(text.p, before)))
            ck_abort_msg("no prefix has its first %zu bytes", before);
        said++;
    }
    for (size_t at = 0; map_next(texts, &at, &key, &value);)
        expected += slice_starts(text, key);
    if (said != expected)
        ck_abort_msg("%zu prefixes instead of %zu", said, expected);
}

/* Their numbers are their lengths. */
static void compare(size_t common, size_t most, unsigned n, unsigned seed)
{
    struct dice d = {seed};
    struct map texts = MAP_INIT;
    struct buf b = BUF_INIT;

    for (unsigned i = 0; i < n; i++) {
        struct slice t = random_text(&d, common, most, &b);

        map_put(&texts, t, t.n);
    }
    struct prefixes *p = prefixes_new(&texts);

    for (unsigned i = 0; i < LINES; i++)
        assert_as_one_by_one(p, &texts, random_text(&d, roll(&d, 4) ? common : 0, most + 3, &b));
    assert_as_one_by_one(p, &texts, SLICE(""));
    prefixes_free(p);
    map_release(&texts);
    buf_release(&b);
}

TEST(a_text_begins_with_what_comparing_with_each_says)
{
    compare(0, 3, TEXTS, 1);
    compare(0, 12, TEXTS, 2);
    compare(30, 4, TEXTS, 3);
    compare(30, 20, TEXTS, 4);
    compare(7, 9, TEXTS, 5);
    compare(3, 6, 2, 6);
    compare(3, 6, 1, 7);
}

TEST(no_prefixes_make_no_search)
{
    ck_assert_ptr_null(prefixes_new(&MAP_INIT));
}
