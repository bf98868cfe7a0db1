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
    ck_assert_int_eq(tail_last_line(fd, 20000, 1 << 20, &at), 0);
    ck_assert_uint_eq(at, 0);
    ck_assert_int_eq(tail_last_line(fd, 20000, 8192, &at), 0);
    ck_assert_uint_eq(at, 20000); /* too long to look for its beginning */
    for (size_t newline = 0; newline < 20000; newline += 401) {
        p[newline] = '\n';
        put(fd, p, 20000);
        ck_assert_int_eq(tail_last_line(fd, 20000, 1 << 20, &at), 0);
        ck_assert_uint_eq(at, newline + 1);
    }
    ck_assert_int_eq(tail_last_line(fd, 0, 100, &at), 0);
    ck_assert_uint_eq(at, 0);
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_last_line(fd, 20000, 100, &at), -EIO);
    ck_assert_int_eq(tail_last_line(fd, 30000, 100, &at), -ENODATA);
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
    for (unsigned i = 1; i <= 4; i++) {
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
    saved.p[3 * 8] = 10, saved.p[3 * 8 + 1] = 0; /* an offset within the tail */
    ck_assert(!is_taken(&saved, &back));
    tail_release(&back);
    buf_release(&saved);
    free(p);

    static const size_t wrong[][2] = {{FINGERPRINT_HEAD + 1, 1}, {1, FINGERPRINT_TAIL + 1}};
    static const char zeros[1000];

    for (int i = 0; i < 2; i++) {
        struct buf made = BUF_INIT;

        buf_add(&made, zeros, 3 * 8);
        buf_u64(&made, 1 << 20);
        buf_add(&made, zeros, 8 + 1);
        buf_blob(&made, slice_make(zeros, wrong[i][0]));
        buf_blob(&made, slice_make(zeros, wrong[i][1]));
        buf_u64(&made, 0);
        buf_add(&made, zeros, 3 * 8 + 4);
        ck_assert(!is_taken(&made, &back));
        tail_release(&back);
        buf_release(&made);
    }
}
