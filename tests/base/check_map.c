/* check_map -- the map against a plain array of what was put. */
#include "config.h"

#include "suite.h"

#include "base/map.h"

#include <stdio.h>

enum { KEYS = 20000 };

static struct slice key_of(char text[32], unsigned i)
{
    return slice_make(text, (size_t)snprintf(text, 32, "key_%u", i * 7919));
}

TEST(many_keys_are_found_and_others_are_not)
{
    struct map m = MAP_INIT;
    char text[32];
    uint64_t v;

    for (unsigned i = 0; i < KEYS; i++)
        ck_assert(map_put(&m, key_of(text, i), i));
    ck_assert_uint_eq(m.n, KEYS);
    for (unsigned i = 0; i < KEYS; i++) {
        ck_assert(map_get(&m, key_of(text, i), &v));
        ck_assert_uint_eq(v, i);
        ck_assert(!map_get(&m, key_of(text, i + KEYS), &v));
        ck_assert_uint_eq(v, i); /* untouched */
    }
    map_release(&m);
}

TEST(keys_of_any_bytes_and_lengths_are_different_keys)
{
    struct map m = MAP_INIT;
    static const char zeros[70];
    uint64_t v;

    for (size_t n = 0; n <= sizeof zeros; n++)
        ck_assert(map_put(&m, slice_make(n ? zeros : NULL, n), n));
    for (unsigned c = 1; c < 256; c++) {
        char byte = (char)c;

        ck_assert(map_put(&m, slice_make(&byte, 1), 1000 + c));
    }
    for (size_t n = 0; n <= sizeof zeros; n++) {
        ck_assert(map_get(&m, slice_make(zeros, n), &v));
        ck_assert_uint_eq(v, n);
    }
    ck_assert(map_get(&m, SLICE("\xff"), &v));
    ck_assert_uint_eq(v, 1255);
    map_release(&m);
}

TEST(a_second_put_replaces_and_keeps_the_place)
{
    struct map m = MAP_INIT;
    struct slice key;
    size_t at = 0;
    uint64_t v;

    ck_assert(map_put(&m, SLICE("a"), 1));
    ck_assert(map_put(&m, SLICE("b"), 2));
    ck_assert(!map_put(&m, SLICE("a"), UINT64_MAX));
    ck_assert(map_next(&m, &at, &key, &v));
    ck_assert(slice_eq(key, SLICE("a")));
    ck_assert_uint_eq(v, UINT64_MAX);
    ck_assert(map_next(&m, &at, &key, &v));
    ck_assert(slice_eq(key, SLICE("b")));
    ck_assert(!map_next(&m, &at, &key, &v));
    map_release(&m);
}

TEST(iteration_is_in_the_order_of_insertion)
{
    struct map m = MAP_INIT;
    char text[32];
    struct slice key;
    uint64_t v, want = 0;

    for (unsigned i = 0; i < KEYS; i++)
        (void)map_put(&m, key_of(text, i), i);
    for (size_t at = 0; map_next(&m, &at, &key, &v); want++) {
        ck_assert_uint_eq(v, want);
        ck_assert(slice_eq(key, key_of(text, (unsigned)want)));
    }
    ck_assert_uint_eq(want, KEYS);
    map_release(&m);
}

TEST(keys_are_copied)
{
    struct map m = MAP_INIT;
    char text[] = "abc";
    uint64_t v;

    (void)map_put(&m, slice_make(text, 3), 5);
    text[0] = 'x';
    ck_assert(map_get(&m, SLICE("abc"), &v));
    ck_assert(!map_get(&m, SLICE("xbc"), &v));
    map_release(&m);
}

TEST(an_empty_map_has_nothing)
{
    struct map m = MAP_INIT;
    struct slice key;
    size_t at = 0;
    uint64_t v;

    ck_assert(!map_get(&m, SLICE("a"), &v));
    ck_assert(!map_next(&m, &at, &key, &v));
    map_release(&m);
}
