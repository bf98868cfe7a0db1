/* check_buf -- the invariant of struct buf after every step, and what is written reads back. */
#include "config.h"

#include "suite.h"

#include "base/buf.h"

#include <math.h>
#include <stdlib.h>

static void assert_sane(const struct buf *b)
{
    ck_assert_uint_le(b->n, b->cap);
    if (b->p == NULL)
        ck_assert_uint_eq(b->cap, 0);
    else
        ck_assert_int_eq(b->p[b->n], '\0');
}

TEST(appending_in_all_sizes_keeps_every_byte)
{
    struct buf b = BUF_INIT;
    char chunk[300], *model;
    size_t n = 0;

    model = malloc(300 * 300);
    for (size_t len = 0; len < 300; len++) {
        memset(chunk, (int)len, len);
        buf_add(&b, len ? chunk : NULL, len);
        assert_sane(&b);
        memset(model + n, (int)len, len);
        n += len;
    }
    ck_assert_uint_eq(b.n, n);
    ck_assert_int_eq(memcmp(b.p, model, n), 0);
    buf_release(&b);
    assert_sane(&b);
    free(model);
}

TEST(empty_operations_leave_a_c_string)
{
    struct buf b = BUF_INIT;
    char *p;

    buf_clear(&b);
    assert_sane(&b);
    buf_str(&b, "");
    ck_assert_str_eq(b.p, "");
    p = buf_detach(&b);
    ck_assert_str_eq(p, "");
    free(p);
    assert_sane(&b);
    p = buf_detach(&b); /* of a buffer that never had memory */
    ck_assert_str_eq(p, "");
    free(p);
}

TEST(reserve_gives_room_and_changes_nothing_else)
{
    struct buf b = BUF_INIT;
    char *to;

    buf_str(&b, "head");
    to = buf_reserve(&b, 5000);
    ck_assert_ptr_eq(to, b.p + 4);
    ck_assert_uint_ge(b.cap - b.n, 5000);
    ck_assert_str_eq(b.p, "head");
    assert_sane(&b);
    buf_release(&b);
}

TEST(fmt_grows_across_the_border_byte_by_byte)
{
    for (size_t lead = 0; lead < 140; lead++) {
        struct buf b = BUF_INIT;

        for (size_t i = 0; i < lead; i++)
            buf_char(&b, 'x');
        buf_fmt(&b, "%s-%d", "abcdef", 42);
        assert_sane(&b);
        ck_assert_uint_eq(b.n, lead + 9);
        ck_assert_str_eq(b.p + lead, "abcdef-42");
        buf_release(&b);
    }
}

TEST(clear_keeps_the_memory)
{
    struct buf b = BUF_INIT;
    char *p;

    buf_str(&b, "something");
    p = b.p;
    buf_clear(&b);
    assert_sane(&b);
    ck_assert_uint_eq(b.n, 0);
    buf_str(&b, "else");
    ck_assert_ptr_eq(b.p, p);
    buf_release(&b);
}

static void write_record(struct buf *b)
{
    buf_u8(b, 0xfe);
    buf_u32(b, 0x01020304);
    buf_u64(b, UINT64_C(0x1112131415161718));
    buf_f64(b, -0.1);
    buf_blob(b, SLICE("bl\0b"));
    buf_blob(b, slice_str(NULL));
}

TEST(fields_are_little_endian_and_read_back)
{
    static const unsigned char head[] = {0xfe, 4,    3,    2,    1,    0x18, 0x17,
                                         0x16, 0x15, 0x14, 0x13, 0x12, 0x11};
    struct buf b = BUF_INIT;
    struct reader r;

    write_record(&b);
    ck_assert_int_eq(memcmp(b.p, head, sizeof head), 0);
    r = reader_of(buf_all(&b));
    ck_assert_uint_eq(read_u8(&r), 0xfe);
    ck_assert_uint_eq(read_u32(&r), 0x01020304);
    ck_assert_uint_eq(read_u64(&r), UINT64_C(0x1112131415161718));
    ck_assert(read_f64(&r) == -0.1);
    ck_assert(slice_eq(read_blob(&r), SLICE("bl\0b")));
    ck_assert_uint_eq(read_blob(&r).n, 0);
    ck_assert(!r.bad);
    ck_assert_ptr_eq(r.p, r.end);
    ck_assert_uint_eq(read_u8(&r), 0);
    ck_assert(r.bad);
    buf_release(&b);
}

TEST(every_cut_record_is_bad_and_never_read_past)
{
    struct buf b = BUF_INIT;

    write_record(&b);
    for (size_t n = 0; n < b.n; n++) {
        char *exact = malloc(n ? n : 1); /* so that a read past the end is seen */
        struct reader r;

        memcpy(exact, b.p, n);
        r = reader_of(slice_make(exact, n));
        (void)read_u8(&r);
        (void)read_u32(&r);
        (void)read_u64(&r);
        (void)read_f64(&r);
        (void)read_blob(&r);
        ck_assert_uint_eq(read_blob(&r).n, 0);
        ck_assert(r.bad);
        free(exact);
    }
    buf_release(&b);
}

TEST(a_blob_that_claims_too_much_is_bad)
{
    struct buf b = BUF_INIT;
    struct reader r;

    buf_u32(&b, UINT32_MAX);
    buf_str(&b, "abc");
    r = reader_of(buf_all(&b));
    ck_assert_uint_eq(read_blob(&r).n, 0);
    ck_assert(r.bad);
    buf_release(&b);
}

TEST(every_kind_of_double_survives)
{
    static const double values[] = {0.0, -0.0, 1e-320, 1e308, INFINITY, -INFINITY};
    struct buf b = BUF_INIT;
    struct reader r;

    for (size_t i = 0; i < 6; i++)
        buf_f64(&b, values[i]);
    buf_f64(&b, NAN);
    r = reader_of(buf_all(&b));
    for (size_t i = 0; i < 6; i++) {
        double v = read_f64(&r);

        ck_assert_int_eq(memcmp(&v, &values[i], sizeof v), 0);
    }
    ck_assert(isnan(read_f64(&r)));
    buf_release(&b);
}

TEST(a_name_lies_beside_the_file_that_it_stands_in)
{
    static const struct {
        const char *file, *name, *path;
    } rows[] = {{"/etc/l/c.ini", "r.ini", "/etc/l/r.ini"}, {"/etc/c.ini", "/r.ini", "/r.ini"},
                {"c.ini", "r/*.ini", "r/*.ini"},           {"/c.ini", "r.ini", "/r.ini"},
                {"a/c.ini", "../r.ini", "a/../r.ini"},     {"a/c.ini", "", "a/"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;

        buf_beside(&b, rows[i].file, slice_str(rows[i].name));
        ck_assert_str_eq(b.p, rows[i].path);
        buf_release(&b);
    }
}
