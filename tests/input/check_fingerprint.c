/* check_fingerprint -- what is kept of a content, and how far another is like it, also when the disk
 * does not answer. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "base/xalloc.h"
#include "input/crc32c.h"
#include "input/tail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fd = -1, other = -1;
static struct tail seen;

static int temporary(void)
{
    char path[] = "/tmp/lt-print-XXXXXX";
    int made = mkstemp(path);

    ck_assert_int_ge(made, 0);
    ck_assert_int_eq(unlink(path), 0);
    return made;
}

static void begin(void)
{
    fd = temporary();
    other = temporary();
    tail_init(&seen);
}

static void end(void)
{
    tail_release(&seen);
    (void)close(fd);
    (void)close(other);
}

/* Bytes that differ everywhere, the same on every run. */
static char *content(size_t n, unsigned seed)
{
    char *p = xmalloc(n);

    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        p[i] = (char)(seed >> 16);
    }
    return p;
}

static void put(int to, const char *p, size_t n)
{
    ck_assert_int_eq(ftruncate(to, 0), 0);
    ck_assert_int_eq(pwrite(to, p, n, 0), (ssize_t)n);
}

/* seen has read the first n bytes, in pieces of a few. */
static void consume(const char *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t piece = n - at < 97 ? n - at : 97;

        tail_consume(&seen, p + at, piece);
        at += piece;
    }
}

FIXTURE(begin, end);

TEST_EACH(a_content_is_known_again_whatever_its_length, 40)
{
    size_t n = (size_t)_i * _i * 37 + 1;
    char *p = content(n + 100, 7);

    consume(p, n);
    put(other, p, n + 100);
    ck_assert_int_eq(tail_compare(&seen, other, n + 100), TAIL_SAME);
    ck_assert_int_eq(tail_compare(&seen, other, n), TAIL_SAME);
    if (n > 1)
        ck_assert_int_eq(tail_compare(&seen, other, n - 1), TAIL_PREFIX);
    ck_assert_int_eq(tail_compare(&seen, other, 0), TAIL_PREFIX);
    p[0] ^= 1;
    put(other, p, n + 100);
    ck_assert_int_eq(tail_compare(&seen, other, n + 100), TAIL_OTHER);
    free(p);
}

/* The head, the tail, and a mark between them. */
TEST(one_other_byte_where_it_is_looked_at_is_another_content)
{
    static const size_t places[] = {0, 511, 1024 - 1, 1024 - 64, 16000 - 1, 16000 - 64};
    char *p = content(16000, 3);

    consume(p, 16000);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        p[places[i]] ^= 1;
        put(other, p, 16000);
        ck_assert_msg(tail_compare(&seen, other, 16000) == TAIL_OTHER, "byte %zu", places[i]);
        p[places[i]] ^= 1;
    }
    free(p);
}

/* Shorter than it said it was: it was cut while it was looked at. */
TEST(a_content_that_ends_too_early_is_another_one)
{
    char *p = content(16000, 3);

    consume(p, 16000);
    for (size_t n = 0; n < 16000; n += 300) {
        put(other, p, n);
        ck_assert_int_eq(tail_compare(&seen, other, 16000), TAIL_OTHER);
    }
    put(other, p, 10000);
    ck_assert_int_eq(tail_compare(&seen, other, 15999), TAIL_OTHER); /* of the marks alone */
    free(p);
}

TEST(every_read_of_a_comparison_may_fail)
{
    char *p = content(16000, 3);
    unsigned reads = 0;

    consume(p, 16000);
    put(other, p, 16000);
    for (bool failed = true; failed; reads++) {
        failing_call("sys_pread", reads + 1, EIO);
        int r = tail_compare(&seen, other, 16000);

        failed = failing_happened();
        ck_assert_int_eq(r, failed ? -EIO : TAIL_SAME);
    }
    ck_assert_uint_gt(reads, 10);
    for (unsigned i = 1; i < reads; i++) {
        failing_call("sys_pread", i, EINTR);
        ck_assert_int_eq(tail_compare(&seen, other, 16000), TAIL_SAME);
        ck_assert(failing_happened());
    }
    free(p);
}

TEST(what_is_taken_as_read_is_known_as_if_it_had_been)
{
    char *p = content(20000, 5);

    put(fd, p, 20000);
    for (unsigned upto = 0; upto <= 20000; upto += 611) {
        ck_assert_int_eq(tail_mark_read(&seen, fd, upto), 0);
        ck_assert_uint_eq(seen.offset, upto);
        ck_assert_int_eq(tail_compare(&seen, fd, 20000), upto ? TAIL_SAME : TAIL_OTHER);
    }
    ck_assert_int_eq(tail_mark_read(&seen, fd, 20001), -ENODATA);
    ck_assert_uint_eq(seen.offset, 20000 / 611 * 611); /* as it was */
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_mark_read(&seen, fd, 5000), -EIO);
    failing_call("sys_pread", 2, EIO);
    ck_assert_int_eq(tail_mark_read(&seen, fd, 5000), -EIO);
    failing_call("sys_pread", 4, EIO); /* of one mark: it is not known, the rest is */
    ck_assert_int_eq(tail_mark_read(&seen, fd, 5000), 0);
    ck_assert(failing_happened());
    ck_assert_int_eq(tail_compare(&seen, fd, 20000), TAIL_SAME);
    free(p);
}

/* What was consumed, in whatever pieces and also as a hole; and what of it is known after a cut. */
TEST(what_was_counted_is_known_by_its_checksum)
{
    char *p = content(20000, 5);
    struct tail_count count;

    memset(p + 3000, 0, 9000);
    consume(p, 3000);
    tail_consume_zeros(&seen, 9000);
    tail_consume(&seen, p + 12000, 8000);
    seen.count.lines = 7;
    ck_assert_uint_eq(seen.offset, 20000);
    ck_assert_uint_eq(seen.count.crc, crc32c(0, p, 20000));
    put(fd, p, 15000);
    ck_assert_int_eq(tail_mark_read(&seen, fd, 15000), 0);
    tail_consume(&seen, p + 15000, 3000);
    seen.count.lines = 2;
    count = seen.count;
    ck_assert_uint_eq(count.first, 15000);
    ck_assert_uint_eq(count.lines_before, 7);
    ck_assert_uint_eq(count.crc, crc32c(0, p + 15000, 3000));
    tail_pass_over(&seen, 19000);
    ck_assert_uint_eq(seen.count.first, 19000);
    ck_assert_uint_eq(seen.count.lines_before, 9);
    ck_assert_uint_eq(seen.count.lines, 0);
    ck_assert_uint_eq(seen.count.crc, 0);
    free(p);
}

TEST(the_last_line_begins_behind_the_last_newline)
{
    char *p = xmalloc(20000);
    uint64_t at = 99;

    memset(p, 'x', 20000);
    put(fd, p, 20000);
    ck_assert_int_eq(tail_last_line(fd, NULL, 20000, 1 << 20, &at), 0);
    ck_assert_uint_eq(at, 0);
    ck_assert_int_eq(tail_last_line(fd, NULL, 20000, 8192, &at), 0);
    ck_assert_uint_eq(at, 20000); /* too long to look for its beginning */
    for (size_t newline = 0; newline < 20000; newline += 401) {
        p[newline] = '\n';
        put(fd, p, 20000);
        ck_assert_int_eq(tail_last_line(fd, NULL, 20000, 1 << 20, &at), 0);
        ck_assert_uint_eq(at, newline + 1);
    }
    ck_assert_int_eq(tail_last_line(fd, NULL, 0, 100, &at), 0);
    ck_assert_uint_eq(at, 0);
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_last_line(fd, NULL, 20000, 100, &at), -EIO);
    ck_assert_int_eq(tail_last_line(fd, NULL, 30000, 100, &at), -ENODATA);
    free(p);
}

TEST(two_files_are_alike_as_far_as_both_go)
{
    char *p = content(10000, 9);

    put(fd, p, 10000);
    put(other, p, 10000);
    ck_assert_int_eq(tail_alike(fd, other, 10000), 1);
    ck_assert_int_eq(tail_alike(fd, other, 10), 1);
    ck_assert_int_eq(tail_alike(fd, other, 0), 0);
    for (unsigned i = 1; i <= 6; i++) {
        failing_call("sys_pread", i, EIO);
        ck_assert_int_eq(tail_alike(fd, other, 10000), -EIO);
    }
    ck_assert_int_eq(ftruncate(other, 9000), 0);
    ck_assert_int_eq(tail_alike(fd, other, 10000), 0);
    ck_assert_int_eq(tail_alike(other, fd, 10000), 0);
    p[9999] ^= 1;
    put(other, p, 10000);
    ck_assert_int_eq(tail_alike(fd, other, 10000), 0);
    free(p);
}

/* A banner: what comes behind it tells them apart. */
TEST(contents_share_what_both_begin_with)
{
    enum { N = 100000, SHORT = 700, STRIDE = 8192 };
    char *p = content(N, 5);
    struct tail another;
    bool differ;

    consume(p, N);
    for (size_t same = 0; same < FINGERPRINT_HEAD; same += 97) {
        tail_init(&another);
        p[same] ^= 1;
        tail_consume(&another, p, N);
        ck_assert_uint_eq(tail_shared(&seen, &another, &differ), same);
        ck_assert(differ);
        p[same] ^= 1;
        tail_release(&another);
    }
    tail_init(&another);
    tail_consume(&another, p, SHORT); /* has nothing that the other has not */
    ck_assert_uint_eq(tail_shared(&seen, &another, &differ), SHORT);
    ck_assert(!differ);
    ck_assert_uint_eq(tail_shared(&another, &seen, &differ), SHORT);
    ck_assert(!differ);
    tail_consume(&another, p + SHORT, N - SHORT);
    ck_assert_uint_eq(tail_shared(&seen, &another, &differ), N);
    ck_assert(!differ);
    tail_release(&another);
    for (size_t mark = STRIDE; mark <= N; mark += STRIDE) {
        tail_init(&another);
        p[mark - 1] ^= 1;
        tail_consume(&another, p, N);
        ck_assert_uint_eq(tail_shared(&seen, &another, &differ),
                          mark > STRIDE ? mark - STRIDE : FINGERPRINT_HEAD);
        ck_assert(differ);
        p[mark - 1] ^= 1;
        tail_release(&another);
    }
    free(p);
}

/* Hashes of it say less than a mark does. */
TEST(a_banner_seems_no_longer_than_up_to_a_mark)
{
    enum { GONE = 549, SAME = 275, THERE = 341, MARK = 320 };
    char *p = content(GONE, 5);
    struct tail gone;
    bool differ;

    tail_init(&gone);
    tail_consume(&gone, p, GONE);
    tail_forget_bytes(&gone, NULL);
    p[SAME] ^= 1;
    consume(p, THERE);
    ck_assert_uint_eq(tail_shared(&seen, &gone, &differ), MARK - 1);
    ck_assert(differ);
    tail_release(&gone);
    free(p);
}

/* A crash of the machine left them, and other lines came behind. */
TEST(nuls_are_no_banner)
{
    static const char nuls[600];
    struct tail another;
    bool differ = false;

    tail_init(&another);
    tail_consume(&another, nuls, sizeof(nuls));
    consume(nuls, sizeof(nuls));
    consume("one", 3);
    ck_assert_uint_eq(tail_shared(&seen, &another, &differ), 0);
    ck_assert(differ);
    tail_release(&another);
}

TEST(two_files_differ_where_the_first_byte_does_or_the_shorter_ends)
{
    static const size_t places[] = {100, 101, 4095, 4096, 8191, 9999};
    char *p = content(10000, 9);
    uint64_t at;

    put(fd, p, 10000);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        p[places[i]] ^= 1;
        put(other, p, 10000);
        p[places[i]] ^= 1;
        ck_assert_int_eq(tail_difference(fd, other, 100, &at), 0);
        ck_assert_uint_eq(at, places[i]);
        put(other, p, places[i]);
        ck_assert_int_eq(tail_difference(fd, other, 100, &at), 0);
        ck_assert_uint_eq(at, places[i]);
        ck_assert_int_eq(tail_difference(other, fd, 100, &at), 0);
        ck_assert_uint_eq(at, places[i]);
    }
    for (unsigned i = 1; i <= 2; i++) {
        failing_call("sys_pread", i, EIO);
        ck_assert_int_eq(tail_difference(fd, other, 100, &at), -EIO);
    }
    free(p);
}

TEST(two_large_files_are_compared_in_large_blocks)
{
    enum { N = 1 << 20 };
    char *p = content(N, 9);
    uint64_t at;

    put(fd, p, N);
    put(other, p, N);
    failing_call("sys_pread", 16, EIO);
    ck_assert_int_eq(tail_difference(fd, other, 0, &at), 0);
    ck_assert_uint_eq(at, N);
    ck_assert(!failing_happened());
    free(p);
}

/* What a crash of the machine left, a hole or written; behind what is no NUL, at whatever place. */
TEST_EACH(nuls_at_the_end_are_passed_in_large_blocks, 2)
{
    static const size_t ends[] = {1, 5000, 70000, 300000};
    enum { N = 16 << 20 };
    char *p = xcalloc(1, N);
    uint64_t at;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        memset(p, 'x', ends[i]);
        put(fd, p, _i == 0 ? ends[i] : N);
        ck_assert_int_eq(ftruncate(fd, N), 0);
        failing_call("sys_pread", 100, EIO);
        ck_assert_int_eq(tail_without_nuls(fd, NULL, N, &at), 0);
        ck_assert_uint_eq(at, ends[i]);
        ck_assert(!failing_happened());
    }
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_without_nuls(fd, NULL, N, &at), -EIO);
    free(p);
}

/* A crash of the machine left a hole of NULs. */
TEST(two_files_are_compared_amid_them_too)
{
    char *p = content(1 << 20, 9);

    put(fd, p, 1 << 20);
    memset(p + (400 << 10), 0, 100 << 10);
    put(other, p, 1 << 20);
    ck_assert_int_eq(tail_alike(fd, other, 1 << 20), 0);
    free(p);
}

/* Who has no birth time may be the same; device and inode say who cannot. */
TEST(an_identity_is_device_inode_and_birth_where_it_is_known)
{
    static const struct identity a = {.dev = 1, .ino = 2, .birth_ns = 3};
    static const struct {
        struct identity id;
        bool want;
    } others[] = {
        {{1, 2, 3}, true},  {{1, 2, 4}, false}, {{1, 2, 0}, true},
        {{1, 4, 3}, false}, {{4, 2, 3}, false}, {{4, 2, 0}, false},
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ck_assert(identity_eq(&a, &others[i].id) == others[i].want);
        ck_assert(identity_eq(&others[i].id, &a) == others[i].want);
    }
}

/* A saved fingerprint: as it was, and any other length of its parts is refused. */
static bool is_taken(const struct buf *saved, struct tail *ret_tail)
{
    struct reader r = reader_of(buf_all(saved));

    tail_decode(ret_tail, &r);
    tail_decode_count(ret_tail, &r);
    return !r.bad;
}

TEST(a_saved_fingerprint_is_read_back_and_a_wrong_one_refused)
{
    enum { HEAD_AT = 5 * 8 + 1 };
    char *p = content(3000, 11);
    struct buf saved = BUF_INIT;
    struct tail back;

    consume(p, 3000);
    put(other, p, 3000);
    tail_encode(&seen, &saved);
    tail_encode_count(&seen, &saved);
    ck_assert(is_taken(&saved, &back));
    ck_assert_uint_eq(back.offset, 3000);
    ck_assert_int_eq(tail_compare(&back, other, 3000), TAIL_SAME);
    tail_release(&back);
    for (size_t n = 0; n < saved.n; n++) {
        struct buf cut = {.p = saved.p, .n = n};

        ck_assert_msg(!is_taken(&cut, &back), "of %zu bytes", n);
        tail_release(&back);
    }
    buf_release(&saved);
    free(p);
}

/* Birth, offset and what was seen behind it are in front. */
static void begin_saved(struct buf *out, uint64_t offset, uint8_t flags, uint64_t head_n,
                        uint8_t tail_n)
{
    buf_clear(out);
    buf_varint(out, 1);
    buf_varint(out, 2);
    buf_u64(out, 3);
    buf_varint(out, offset);
    buf_varint(out, 0);
    buf_u8(out, flags);
    buf_varint(out, head_n);
    buf_u8(out, tail_n);
}

/* Zeros follow. */
static bool zeros_are_taken(struct buf *made)
{
    static const char zeros[1000];
    struct tail back;
    bool taken;

    buf_add(made, zeros, sizeof(zeros));
    taken = is_taken(made, &back);
    tail_release(&back);
    return taken;
}

TEST(parts_of_a_saved_fingerprint_that_are_too_long_are_refused)
{
    static const struct {
        uint64_t offset;
        uint8_t flags;
        uint64_t head_n;
        uint8_t tail_n;
        bool want;
    } cases[] = {
        {1 << 20, 0, FINGERPRINT_HEAD, FINGERPRINT_TAIL, true},
        {1 << 20, 0, FINGERPRINT_HEAD + 1, 1, false},
        {1 << 20, 0, 1, FINGERPRINT_TAIL + 1, false},
        {10, 0, 10, 11, false}, /* the tail begins before the file */
        {1 << 20, 2, FINGERPRINT_HEAD, FINGERPRINT_TAIL, true},
        {1 << 20, 2, FINGERPRINT_HEAD + 1, 1, false},
        {10, 2, 10, 11, false},
    };
    struct buf made = BUF_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin_saved(&made, cases[i].offset, cases[i].flags, cases[i].head_n, cases[i].tail_n);
        ck_assert_msg(zeros_are_taken(&made) == cases[i].want, "case %zu", i);
    }
    begin_saved(&made, 100, 0, 0, 0);
    buf_varint(&made, 64);
    buf_u8(&made, FINGERPRINT_MARKS + 1);
    ck_assert(!zeros_are_taken(&made));
    begin_saved(&made, 1, 2, 1, 1);
    buf_add(&made, "x01234567abcd\2", 15); /* two bytes of a tail of one are its last line */
    ck_assert(!zeros_are_taken(&made));
    buf_release(&made);
}

static uint64_t fnv(const char *p)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (int i = 0; i < FINGERPRINT_TAIL; i++)
        h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* Its marks had 64 bits each, and the first lay at 512. */
TEST(a_fingerprint_of_version_0_1_is_known)
{
    enum { SIZE = 8 * 512, STRIDE = 512 };
    char *p = content(SIZE, 11);
    struct buf saved = BUF_INIT;
    struct reader r;
    struct tail back;

    for (int i = 0; i < 3; i++)
        buf_u64(&saved, 7);
    buf_u64(&saved, SIZE);
    buf_u64(&saved, SIZE);
    buf_u8(&saved, 0);
    buf_blob(&saved, slice_make(p, FINGERPRINT_HEAD));
    buf_blob(&saved, slice_make(p + SIZE - FINGERPRINT_TAIL, FINGERPRINT_TAIL));
    buf_u64(&saved, STRIDE);
    for (size_t i = 0; i < FINGERPRINT_MARKS; i++)
        buf_u64(&saved, i < 8 ? fnv(p + (i + 1) * STRIDE - FINGERPRINT_TAIL) : 0);
    r = reader_of(buf_all(&saved));
    tail_decode_0_1(&back, &r);
    ck_assert(!r.bad && r.p == r.end);
    put(other, p, SIZE);
    ck_assert_int_eq(tail_compare(&back, other, SIZE), TAIL_SAME);
    p[3 * STRIDE - 1] ^= 1;
    put(other, p, SIZE);
    ck_assert_int_eq(tail_compare(&back, other, SIZE), TAIL_OTHER);
    tail_release(&back);
    for (size_t n = 0; n < saved.n; n++) {
        r = reader_of(slice_make(saved.p, n));
        tail_decode_0_1(&back, &r);
        tail_release(&back);
        if (!r.bad)
            ck_abort_msg("of %zu bytes", n);
    }
    buf_release(&saved);
    free(p);
}

/* As it is when its content is gone. */
static void forget_and_save(void)
{
    struct buf saved = BUF_INIT;

    tail_forget_bytes(&seen, NULL);
    tail_encode(&seen, &saved);
    tail_encode_count(&seen, &saved);
    ck_assert_uint_le(saved.n, 160);
    tail_release(&seen);
    ck_assert(is_taken(&saved, &seen));
    for (size_t n = 0; n < saved.n; n++) {
        struct buf cut = {.p = saved.p, .n = n};
        struct tail back;
        bool taken = is_taken(&cut, &back);

        tail_release(&back);
        if (taken)
            ck_abort_msg("of %zu bytes", n);
    }
    ck_assert_ptr_nonnull(seen.digest);
    buf_release(&saved);
}

TEST_EACH(what_is_gone_is_known_again_whatever_its_length, 40)
{
    size_t n = (size_t)_i * _i * 37 + 1;
    char *p = content(n + 100, 7);

    consume(p, n);
    forget_and_save();
    put(other, p, n + 100);
    ck_assert_int_eq(tail_compare(&seen, other, n + 100), TAIL_SAME);
    if (n > 1)
        ck_assert_int_eq(tail_compare(&seen, other, n - 1), TAIL_PREFIX);
    ck_assert_int_eq(tail_compare(&seen, other, 0), TAIL_PREFIX);
    ck_assert_int_eq(tail_recall(&seen, other), 0);
    ck_assert_ptr_null(seen.digest);
    tail_consume(&seen, p + n, 100); /* it can be read on */
    ck_assert_int_eq(tail_compare(&seen, other, n + 100), TAIL_SAME);
    ck_assert_int_eq(tail_recall(&seen, other), 0);
    free(p);
}

/* Is a change of this byte seen, by who compares and by who wants the bytes back? */
static bool sees(char *p, size_t n, size_t at)
{
    bool kept = at < FINGERPRINT_HEAD || at + FINGERPRINT_TAIL >= n;
    bool seen_it;

    p[at] ^= 1;
    put(other, p, n);
    seen_it = tail_compare(&seen, other, n) == TAIL_OTHER &&
              (!kept || tail_recall(&seen, other) == -ENOENT);
    p[at] ^= 1;
    return seen_it;
}

TEST_EACH(one_other_byte_is_another_content_than_what_is_gone, 5)
{
    static const size_t sizes[] = {1, 20, 300, 1024, 16000};
    size_t n = sizes[_i];
    char *p = content(n, 3);

    consume(p, n);
    forget_and_save();
    for (size_t i = 0; i < n && i < 1024; i++)
        if (!sees(p, n, i) && (n <= 1024 || i < FINGERPRINT_HEAD))
            ck_abort_msg("byte %zu of %zu", i, n);
    for (size_t mark = 1024; mark < n; mark += 1024)
        if (!sees(p, n, mark - 1) || !sees(p, n, mark - FINGERPRINT_TAIL))
            ck_abort_msg("before %zu of %zu", mark, n);
    put(other, p, n - 1);
    ck_assert_int_eq(tail_recall(&seen, other), -ENOENT);
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_recall(&seen, other), -EIO);
    ck_assert_ptr_nonnull(seen.digest);
    free(p);
}

/* Never more than is the same, and more than half of it. */
TEST(how_much_of_a_head_is_the_same_is_known_without_its_bytes)
{
    char *p = content(FINGERPRINT_HEAD, 3);

    consume(p, FINGERPRINT_HEAD);
    forget_and_save();
    for (size_t same = 0; same < FINGERPRINT_HEAD; same++) {
        struct tail_likeness l, file;

        p[same] ^= 1;
        put(other, p, FINGERPRINT_HEAD);
        l = tail_head_like(&seen, slice_make(p, FINGERPRINT_HEAD));
        if (l.whole || l.least > same || l.most < same || 2 * l.least < same)
            ck_abort_msg("%zu: between %zu and %zu", same, (size_t)l.least, (size_t)l.most);
        if (tail_agreement(&seen, other, FINGERPRINT_HEAD, &file) < 0 || file.least != l.least ||
            file.most != l.most)
            ck_abort_msg("%zu: agrees in %zu to %zu", same, (size_t)file.least, (size_t)file.most);
        p[same] ^= 1;
        l = tail_head_like(&seen, slice_make(p, same));
        if (!l.whole || l.most != same || 2 * l.least < same)
            ck_abort_msg("the first %zu: between %zu and %zu", same, (size_t)l.least,
                         (size_t)l.most);
    }
    free(p);
}

TEST(the_last_line_of_what_is_gone_may_be_missing)
{
    static const char text[] = "a line that is longer than all of the others together, and "
                               "is not the last\nthe last but one\nthe last\n";
    enum { ALL = sizeof(text) - 1, LAST = sizeof("the last\n") - 1 };
    char p[ALL];

    memcpy(p, text, ALL);
    consume(p, ALL);
    ck_assert_uint_eq(tail_last_n(&seen, NULL), LAST);
    forget_and_save();
    ck_assert_uint_eq(tail_last_n(&seen, NULL), LAST);
    put(other, p, ALL - LAST);
    ck_assert_int_eq(tail_compare(&seen, other, ALL - LAST), TAIL_PREFIX);
    p[ALL - LAST - 2] ^= 1;
    put(other, p, ALL - LAST);
    ck_assert_int_eq(tail_compare(&seen, other, ALL - LAST), TAIL_OTHER);
}
