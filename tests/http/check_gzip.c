/* check_gzip -- parts are made apart, joined into one member, and read back by zlib's own
 * reader. */
#include "config.h"

#include "suite.h"

#include "http/gzip.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <zlib.h>

/* Unpacks one member and demands that nothing follows it. */
static struct buf unpack(const struct buf *packed)
{
    struct buf out = BUF_INIT;
    z_stream z = {.next_in = (Bytef *)packed->p, .avail_in = (uInt)packed->n};
    int r;

    ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
    do {
        z.next_out = (Bytef *)buf_reserve(&out, 65536);
        z.avail_out = 65536;
        r = inflate(&z, Z_NO_FLUSH);
        ck_assert(r == Z_OK || r == Z_STREAM_END);
        out.n += 65536 - z.avail_out;
    } while (r != Z_STREAM_END);
    ck_assert_uint_eq(z.avail_in, 0);
    ck_assert_int_eq(inflateEnd(&z), Z_OK);
    return out;
}

static void check_join(const struct slice *texts, unsigned n)
{
    struct coded parts[8];
    const struct coded *pointers[8];
    struct buf whole = BUF_INIT, packed = BUF_INIT, back;

    for (unsigned i = 0; i < n; i++) {
        gzip_make(texts[i], &parts[i]);
        pointers[i] = &parts[i];
        buf_slice(&whole, texts[i]);
    }
    gzip_join(pointers, n, &packed);
    back = unpack(&packed);
    ck_assert_uint_eq(back.n, whole.n);
    ck_assert(slice_eq(buf_all(&back), buf_all(&whole)));
    for (unsigned i = 0; i < n; i++)
        coded_release(&parts[i]);
    buf_release(&back);
    buf_release(&packed);
    buf_release(&whole);
}

/* An exposition page of at least `bytes` bytes. */
static struct buf page_of(size_t bytes)
{
    struct buf b = BUF_INIT;

    for (unsigned i = 0; b.n < bytes; i++)
        buf_fmt(&b,
                "http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"/api/v1/item/%u\","
                "le=\"%u.5\"} %u\n",
                i / 12, i % 12, i * 2654435761U >> 12);
    return b;
}

TEST(two_parts_make_one_member)
{
    const struct slice texts[] = {SLICE("# TYPE a counter\na_total 5\n"),
                                  SLICE("# TYPE live gauge\nlive 7\n# EOF\n")};

    check_join(texts, 2);
}

TEST(one_part_is_a_member)
{
    const struct slice texts[] = {SLICE("a 1\n")};

    check_join(texts, 1);
}

TEST(empty_parts_are_fine)
{
    const struct slice texts[] = {{NULL, 0}, SLICE("a 1\n"), {NULL, 0}};

    check_join(texts, 3);
    check_join(texts, 1);
    check_join(texts, 0);
}

TEST(a_big_page_and_a_small_one_join)
{
    struct buf big = page_of(3 << 20);
    const struct slice texts[] = {buf_all(&big), SLICE("live 7\n# EOF\n")};

    check_join(texts, 2);
    buf_release(&big);
}

TEST(one_part_serves_many_members)
{
    struct buf big = page_of(100000);
    const struct slice texts[] = {buf_all(&big), buf_all(&big), SLICE("x"), buf_all(&big)};

    check_join(texts, 4);
    buf_release(&big);
}

TEST(bytes_that_do_not_compress_survive)
{
    struct buf noise = BUF_INIT;
    uint32_t x = 1;

    for (unsigned i = 0; i < 300000; i++) {
        x = x * 1664525U + 1013904223U;
        buf_char(&noise, (char)(x >> 24));
    }
    check_join(&(struct slice){noise.p, noise.n}, 1);
    buf_release(&noise);
}

TEST(output_is_appended)
{
    struct coded part;
    const struct coded *parts[] = {&part};
    struct buf out = BUF_INIT;

    gzip_make(SLICE("a 1\n"), &part);
    buf_str(&out, "before");
    gzip_join(parts, 1, &out);
    ck_assert(slice_starts(buf_all(&out), SLICE("before\x1f\x8b")));
    coded_release(&part);
    buf_release(&out);
}
