/* check_hash -- what tables rely on: every byte and every length counts, both halves are good. */
#include "config.h"

#include "suite.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

enum { LENGTH_MAX = 70, BUCKETS = 256, EACH = 100 };

/* Of texts in memory of their own, so that a sanitizer sees a read outside of them. */
static uint64_t hash_alone(uint64_t seed, const char *p, size_t n)
{
    char *copy = xmalloc(n);
    uint64_t hash;

    memcpy(copy, p, n);
    hash = hash_text(seed, slice_make(copy, n));
    free(copy);
    return hash;
}

TEST(every_byte_and_length_and_the_seed_count)
{
    char text[LENGTH_MAX];

    memset(text, 'a', sizeof text);
    for (size_t n = 0; n < LENGTH_MAX; n++) {
        uint64_t hash = hash_alone(1, text, n);

        ck_assert_uint_eq(hash, hash_alone(1, text, n));
        ck_assert_uint_ne(hash, hash_alone(2, text, n));
        ck_assert_uint_ne(hash, hash_alone(1, text, n + 1));
        for (size_t at = 0; at < n; at++) {
            text[at] ^= 1;
            ck_assert_uint_ne(hash, hash_alone(1, text, n));
            text[at] ^= 1;
        }
    }
}

/* Of every length, each with the hash of the one before as its seed. Who changes the hash changes these. */
TEST(it_is_the_same_on_every_machine)
{
    char text[LENGTH_MAX];
    uint64_t hash = 0;

    for (size_t n = 0; n < LENGTH_MAX; n++) {
        text[n] = (char)(n * 73 + 1);
        hash = hash_alone(hash, text, n);
    }
    ck_assert_uint_eq(hash, UINT64_C(0xd69bf455f78c2385));
    ck_assert_uint_eq(hash_number(UINT64_C(0x0123456789abcdef)), UINT64_C(0xc93a7b79aeda89b));
}

TEST(the_same_bytes_are_the_same_and_others_are_not)
{
    char a[LENGTH_MAX], b[LENGTH_MAX];

    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    for (size_t n = 0; n < LENGTH_MAX; n++) {
        ck_assert(hash_same(a, b, n));
        for (size_t at = 0; at < sizeof b; at++) {
            b[at] ^= 1;
            ck_assert_int_eq(hash_same(a, b, n), at >= n);
            b[at] ^= 1;
        }
    }
}

/* 100 expected, deviation 10: seven deviations are no accident. */
static void ck_spread(const unsigned *count)
{
    for (unsigned i = 0; i < BUCKETS; i++)
        ck_assert_msg(count[i] > 30 && count[i] < 170, "bucket %u has %u", i, count[i]);
}

static const char *const around[][2] = {
    {"", ""}, {"0000", ""}, {"/api/v1/users/", "/posts"}, {"key_", "_of_many_that_are_long"}};

/* Tables take the lowest bits, the highest, or those from the middle up. */
TEST_EACH(similar_texts_spread_over_all_bits, sizeof around / sizeof *around)
{
    for (unsigned shift = 0; shift <= 56; shift += 8) {
        unsigned count[BUCKETS] = {0};
        char text[64];

        for (unsigned i = 0; i < BUCKETS * EACH; i++) {
            int n = snprintf(text, sizeof text, "%s%u%s", around[_i][0], i, around[_i][1]);

            count[hash_text(0, slice_make(text, (size_t)n)) >> shift & (BUCKETS - 1)]++;
        }
        ck_spread(count);
    }
}

TEST(numbers_in_a_row_spread_over_the_upper_half)
{
    for (unsigned shift = 32; shift <= 56; shift += 8) {
        unsigned count[BUCKETS] = {0};

        for (uint64_t i = 0; i < BUCKETS * EACH; i++)
            count[hash_number(i) >> shift & (BUCKETS - 1)]++;
        ck_spread(count);
    }
}

/* What whoever knows the constants can do without the seed: make a factor zero, or exchange two. */
TEST(without_the_seed_nobody_chooses_texts_that_collide)
{
    static const uint64_t constants[] = {0, UINT64_C(0xa0761d6478bd642f),
                                         UINT64_C(0xe7037ed1a0b428db)};
    const uint64_t seed = hash_number(0x7f1234567);

    for (unsigned i = 0; i < 9; i++) {
        uint64_t words[2] = {constants[i / 3], constants[i % 3]}, tail[2] = {'x', 'y'};
        char text[32];

        memcpy(text, words, 16);
        memcpy(text + 16, tail, 16);
        uint64_t hash = hash_text(seed, slice_make(text, 32));

        text[0] ^= 1;
        ck_assert_uint_ne(hash, hash_text(seed, slice_make(text, 32)));
        text[0] ^= 1;
        text[8] ^= 1;
        ck_assert_uint_ne(hash, hash_text(seed, slice_make(text, 32)));
    }
    for (unsigned n = 16; n <= 32; n += 16) {
        uint64_t turn = constants[1] * n ^ constants[2];
        uint64_t words[4] = {1, 2, 3, 4}, turned[4] = {2 ^ turn, 1 ^ turn, 3, 4};

        ck_assert_uint_ne(hash_text(seed, slice_make((const char *)words, n)),
                          hash_text(seed, slice_make((const char *)turned, n)));
    }
}
