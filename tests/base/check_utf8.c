/* check_utf8 -- against a decoder written the other way round: decode leniently, encode again,
 * compare. */
#include "config.h"

#include "suite.h"

#include "base/utf8.h"

#include "base/xalloc.h"

#include <stdlib.h>

/* Length of a character by decoding the payload and asking whether it is the shortest form. */
static size_t slow_char(const unsigned char *p, size_t n)
{
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = p[0] < 0x80       ? 1
                 : p[0] >> 5 == 6  ? 2
                 : p[0] >> 4 == 14 ? 3
                 : p[0] >> 3 == 30 ? 4
                                   : 0;
    uint32_t c = len == 1 ? p[0] : len == 0 ? 0 : p[0] & (0x7fu >> len);

    if (len == 0 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if (p[i] >> 6 != 2)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < first[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    return len;
}

static bool slow_valid(const unsigned char *p, size_t n)
{
    while (n) {
        size_t len = slow_char(p, n);

        if (len == 0)
            return false;
        p += len;
        n -= len;
    }
    return true;
}

/* `bytes` in the middle of ASCII, so that all paths of the fast scan are taken; false when the two
 * decoders do not agree. (An assertion for each of a million inputs would take a minute.) */
static bool agree_inside_ascii(const unsigned char *bytes, size_t n)
{
    bool agree = true;

    for (size_t lead = 0; lead < 9; lead += 4) {
        size_t size = lead + n + 3;
        unsigned char *text = xmalloc(size); /* exact: a read past the end is seen */

        memset(text, 'a', size);
        memcpy(text + lead, bytes, n);
        for (size_t end = lead + n; end <= size; end += 3)
            agree = agree && utf8_valid(slice_make((char *)text, end)) == slow_valid(text, end);
        free(text);
    }
    return agree;
}

TEST(all_pairs_of_bytes_agree_with_the_slow_decoder)
{
    unsigned char b[2];

    for (unsigned i = 0; i < 65536; i++) {
        b[0] = (unsigned char)(i >> 8);
        b[1] = (unsigned char)i;
        if (utf8_char(slice_make((char *)b, 2)) != slow_char(b, 2))
            ck_abort_msg("%02x %02x", b[0], b[1]);
    }
}

TEST(three_and_four_byte_forms_agree_at_all_borders)
{
    static const unsigned char edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90,
                                          0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    unsigned char b[4];

    for (unsigned lead = 0xc0; lead < 0x100; lead++)
        for (size_t i = 0; i < 10; i++)
            for (size_t j = 0; j < 10; j++)
                for (size_t k = 0; k < 10; k++) {
                    b[0] = (unsigned char)lead;
                    b[1] = edges[i];
                    b[2] = edges[j];
                    b[3] = edges[k];
                    if (!agree_inside_ascii(b, 3) || !agree_inside_ascii(b, 4))
                        ck_abort_msg("%02x %02x %02x %02x", b[0], b[1], b[2], b[3]);
                }
}

TEST(every_code_point_is_encoded_and_is_valid)
{
    char text[4];

    for (uint32_t c = 0; c <= 0x110000; c++) {
        size_t n = utf8_encode(text, c);

        if (slow_char((unsigned char *)text, n) != n)
            ck_abort_msg("U+%04X", (unsigned)c);
        if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
            ck_assert(slice_eq(slice_make(text, n), SLICE("\xef\xbf\xbd")));
    }
    ck_assert(slice_eq(slice_make(text, utf8_encode(text, 0x1f600)), SLICE("\xf0\x9f\x98\x80")));
}

TEST(clean_replaces_each_bad_byte_and_nul)
{
    struct buf b = BUF_INIT;

    utf8_clean(&b, SLICE("a\xff\xc3\xa4\xc3\0\xed\xa0\x80z"));
    ck_assert_str_eq(b.p, "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                          "\xef\xbf\xbdz");
    buf_clear(&b);
    utf8_clean(&b, SLICE("\0"));
    ck_assert_str_eq(b.p, "\xef\xbf\xbd");
    buf_clear(&b);
    utf8_clean(&b, slice_str(NULL));
    ck_assert_uint_eq(b.n, 0);
    buf_release(&b);
}

TEST(clean_of_random_bytes_is_valid_and_of_valid_text_the_same)
{
    struct buf once = BUF_INIT, twice = BUF_INIT;
    unsigned seed = 1;
    char bytes[64];

    for (int round = 0; round < rounds(20000); round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1103515245 + 12345;
            bytes[i] = (char)(seed >> 16 | (seed >> 24 & 0xc0)); /* many lead bytes */
        }
        buf_clear(&once);
        buf_clear(&twice);
        utf8_clean(&once, slice_make(bytes, sizeof bytes));
        ck_assert(utf8_valid(buf_all(&once)));
        ck_assert_uint_eq(strlen(once.p), once.n);
        utf8_clean(&twice, buf_all(&once));
        ck_assert_str_eq(once.p, twice.p);
    }
    buf_release(&once);
    buf_release(&twice);
}

TEST(cut_never_splits_a_character_and_loses_at_most_three_bytes)
{
    static const struct slice texts[] = {{"a\xc3\xa4z\xe2\x82\xac!\xf0\x9f\x98\x80?", 13},
                                         {"\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 8},
                                         {"plain", 5}};

    for (size_t t = 0; t < 3; t++)
        for (size_t max = 0; max <= texts[t].n + 2; max++) {
            size_t n = utf8_cut(texts[t], max);

            ck_assert_uint_le(n, max);
            ck_assert(utf8_valid(slice_make(texts[t].p, n)));
            ck_assert(n == texts[t].n || n + 3 >= max);
        }
}

TEST(cut_of_broken_text_makes_progress)
{
    ck_assert_uint_eq(utf8_cut(SLICE("\x80\x80\x80\x80\x80\x80"), 5), 5);
    ck_assert_uint_eq(utf8_cut(SLICE("\xf0\xf0\xf0"), 1), 1);
}

TEST(count_is_characters_not_bytes)
{
    ck_assert_uint_eq(utf8_count(SLICE("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
    ck_assert_uint_eq(utf8_count(slice_str(NULL)), 0);
    ck_assert_uint_eq(utf8_count(SLICE("a\x80\x80\xe2\x82 \xf0\x9f\x98\0")), 10);
}

TEST(clean_is_what_cleaning_leaves_as_it_is)
{
    static const struct {
        struct slice text;
        bool clean;
    } cases[] = {{{NULL, 0}, true},
                 {SLICE("a\t\xc3\xa4"), true},
                 {SLICE("a\0"), false},
                 {SLICE("a\xc3"), false},
                 {SLICE("\xed\xa0\x80"), false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = BUF_INIT;

        utf8_clean(&out, cases[i].text);
        ck_assert_int_eq(utf8_is_clean(cases[i].text), cases[i].clean);
        ck_assert_int_eq(slice_eq(buf_all(&out), cases[i].text), cases[i].clean);
        ck_assert(utf8_is_clean(buf_all(&out)));
        buf_release(&out);
    }
}

TEST(columns_are_those_of_a_terminal)
{
    ck_assert_uint_eq(utf8_columns(SLICE("a\xc3\xa4\xd0\xb6")), 3);        /* Latin, Cyrillic */
    ck_assert_uint_eq(utf8_columns(SLICE("\xf0\x9f\x94\x8c on")), 5);      /* a plug */
    ck_assert_uint_eq(utf8_columns(SLICE("\xe4\xb8\xad\xe6\x96\x87")), 4); /* two ideographs */
    ck_assert_uint_eq(utf8_columns(SLICE("e\xcc\x81")), 1);                /* e, acute */
    ck_assert_uint_eq(utf8_columns(SLICE("\xf0\x9f\x8f\xb7\xef\xb8\x8f")),
                      2); /* and its selector */
    ck_assert_uint_eq(utf8_columns(SLICE("\xff"
                                         "a")),
                      2); /* is shown as U+FFFD */
    ck_assert_uint_eq(utf8_columns(slice_str(NULL)), 0);
}
