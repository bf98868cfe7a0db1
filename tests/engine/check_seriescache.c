/* The table of label texts: told apart whatever their bytes, and bounded. */
#include "config.h"

#include "engine/seriescache.h"

#include "suite.h"
#include "support.h"
#include "tools.h"

#include <stdio.h>

/* A table and the key last looked for in it. */
struct cache {
    struct seriescache *cache;
    struct serieskey key;
    unsigned ntexts;
};

static struct cache cache_new(unsigned ntexts, unsigned nseries)
{
    struct cache t = {.cache = seriescache_new(nseries), .ntexts = ntexts};

    serieskey_init(&t.key, ntexts);
    return t;
}

static void cache_free(struct cache *t)
{
    seriescache_free(t->cache);
    serieskey_release(&t->key);
}

static uint32_t *find_in(struct cache *t, const struct slice *texts, struct slice block)
{
    serieskey_begin(&t->key);
    for (unsigned i = 0; i < t->ntexts; i++)
        serieskey_add(&t->key, texts[i], block);
    return seriescache_find(t->cache, &t->key);
}

/* Texts of anywhere. */
static uint32_t *find(struct cache *t, const struct slice *texts)
{
    return find_in(t, texts, (struct slice){NULL, 0});
}

static uint32_t *add(struct cache *t, uint32_t max)
{
    return seriescache_add(t->cache, &t->key, max);
}

TEST(an_empty_table_knows_nothing)
{
    struct cache t = cache_new(1, 1);
    struct slice text = SLICE("a");

    ck_assert_ptr_null(find(&t, &text));
    seriescache_clear(t.cache);
    ck_assert_ptr_null(find(&t, &text));
    cache_free(&t);
    seriescache_free(NULL);
}

TEST(no_texts_are_one_label_set)
{
    struct cache t = cache_new(0, 2);

    ck_assert_ptr_null(find(&t, NULL));
    add(&t, 10)[1] = 7;
    ck_assert_uint_eq(find(&t, NULL)[1], 7);
    cache_free(&t);
}

TEST(where_a_text_ends_tells_label_sets_apart)
{
    static const char *const texts[][2] = {{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""},
                                           {"", ""},    {"c", "ab"}, {"bc", "a"}};
    struct cache t = cache_new(2, 1);
    enum { N = sizeof texts / sizeof *texts };

    for (unsigned i = 0; i < N; i++) {
        struct slice two[] = {slice_str(texts[i][0]), slice_str(texts[i][1])};

        ck_assert_ptr_null(find(&t, two));
        *add(&t, 10) = i;
    }
    for (unsigned i = 0; i < N; i++) {
        struct slice two[] = {slice_str(texts[i][0]), slice_str(texts[i][1])};

        ck_assert_uint_eq(*find(&t, two), i);
    }
    cache_free(&t);
}

TEST(zeros_and_lengths_count)
{
    struct cache t = cache_new(1, 1);
    static const char zeros[40] = {0};

    for (unsigned n = 0; n <= sizeof zeros; n++) {
        struct slice text = {zeros, n};

        ck_assert_ptr_null(find(&t, &text));
        *add(&t, 100) = n;
    }
    for (unsigned n = 0; n <= sizeof zeros; n++) {
        struct slice text = {zeros, n};

        ck_assert_uint_eq(*find(&t, &text), n);
    }
    cache_free(&t);
}

TEST(a_new_entry_is_all_zero)
{
    struct cache t = cache_new(1, 3);
    struct slice text = SLICE("x");

    find(&t, &text);
    uint32_t *s = add(&t, 10);

    for (unsigned i = 0; i < 3; i++)
        ck_assert(s[i] == 0);
    cache_free(&t);
}

TEST(a_full_table_begins_anew)
{
    struct cache t = cache_new(1, 1);
    char name[8];

    for (unsigned i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "%u", i);
        struct slice text = slice_str(name);

        ck_assert_ptr_null(find(&t, &text));
        *add(&t, 4) = i;
        ck_assert_uint_eq(*find(&t, &text), i);
    }
    struct slice text = SLICE("7");

    ck_assert_ptr_null(find(&t, &text));
    cache_free(&t);
}

/* Texts as long as lines may not fill the memory that a full table of short ones would take. */
TEST(long_texts_are_forgotten_sooner)
{
    static char bytes[3][1024];
    struct cache t = cache_new(1, 1);
    struct slice texts[3];

    for (unsigned i = 0; i < 3; i++) {
        memset(bytes[i], 'a' + (int)i, sizeof bytes[i]);
        texts[i] = slice_make(bytes[i], sizeof bytes[i]);
        ck_assert_ptr_null(find(&t, &texts[i]));
        *add(&t, 4) = i;
    }
    ck_assert_ptr_null(find(&t, &texts[0]));
    ck_assert_uint_eq(*find(&t, &texts[2]), 2);
    cache_free(&t);
}

/* What it answers, beside a plain array. */
TEST(random_texts_are_found_as_they_were_put)
{
    enum { SETS = 3000, TEXTS = 3 };
    static char bytes[SETS][TEXTS][24];
    static struct slice texts[SETS][TEXTS];
    struct cache t = cache_new(TEXTS, 2);
    struct dice d = {20240101};

    for (unsigned i = 0; i < SETS; i++) {
        for (unsigned k = 0; k < TEXTS; k++) {
            unsigned n = roll(&d, 24);

            for (unsigned b = 0; b < n; b++)
                bytes[i][k][b] = "ab"[roll(&d, 2)];
            texts[i][k] = slice_make(bytes[i][k], roll(&d, 4) ? n : n / 8);
        }
        uint32_t *s = find(&t, texts[i]);
        unsigned first = 0;

        while (first < i &&
               !(slice_eq(texts[first][0], texts[i][0]) && slice_eq(texts[first][1], texts[i][1]) &&
                 slice_eq(texts[first][2], texts[i][2])))
            first++;
        if (first < i) {
            ck_assert_ptr_nonnull(s);
            ck_assert_uint_eq(s[0], first);
        } else {
            ck_assert_ptr_null(s);
            s = add(&t, 1 << 20);
            s[0] = s[1] = i;
        }
    }
    cache_free(&t);
}

/* Among few, and among many. */
TEST_EACH(texts_whose_hashes_agree_are_compared_whole, 2)
{
    struct cache t = cache_new(1, 1);
    char text[SERIES_SHORT];
    struct slice one = slice_make(text, sizeof text);
    uint64_t hash;

    memset(text, 'x', sizeof text);
    find(&t, &one);
    hash = t.key.hash;
    *add(&t, UINT32_MAX) = 7;
    for (unsigned i = 0; i < 100 && _i; i++) {
        char other[8];
        struct slice name = {other, (size_t)snprintf(other, sizeof other, "%u", i)};

        find(&t, &name);
        add(&t, UINT32_MAX);
    }
    for (unsigned i = 0; i < sizeof text; i++) {
        text[i] = 'y';
        serieskey_begin(&t.key);
        serieskey_add_any(&t.key, one);
        t.key.hash = hash;
        ck_assert_ptr_null(seriescache_find(t.cache, &t.key));
        text[i] = 'x';
    }
    ck_assert_uint_eq(*find(&t, &one), 7);
    cache_free(&t);
}

/* The sooner way and the other make the same key; what stands behind a text is no part of it. */
TEST(a_text_in_the_block_is_the_same_text)
{
    static const char bytes[] = "the quick brown fox jumps over the lazy dog, twice";
    enum { N = sizeof bytes - 1, SLACK = 16 };
    struct cache t = cache_new(2, 1);
    struct slice block = {bytes, N - SLACK};

    for (unsigned from = 0; from < block.n; from++) {
        for (unsigned n = 0; n <= block.n - from; n++) {
            char copy[N];
            struct slice two[] = {slice_make(bytes + from, n), slice_make(bytes, n / 2)};
            struct slice copied[] = {slice_make(copy, n), two[1]};

            memcpy(copy, two[0].p, n);
            if (!find(&t, copied))
                add(&t, UINT32_MAX);
            if (find_in(&t, two, block) != find(&t, copied))
                ck_abort_msg("%u bytes at %u", n, from);
        }
    }
    cache_free(&t);
}
