/* check_unpack -- reading on in an archive from where a plain file was left, also when it is another
 * one, ends too early, or cannot be read. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "base/xalloc.h"
#include "input/set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { TEXT = 3 << 20, LINE = 64 };

static char *text;
static char path[] = "/tmp/lt-unpack-XXXXXX";
static struct tail seen;
static struct unpack *u;
static struct buf got;
static unsigned too_long;

static void on_lines(void *ctx, const char *p, size_t n)
{
    (void)ctx;
    buf_add(&got, p, n);
}

static void on_too_long(void *ctx)
{
    (void)ctx;
    too_long++;
}

static struct tail_reader reader = {.max_line = 1000, .lines = on_lines, .too_long = on_too_long};

/* The first n bytes of the text, packed. A descriptor. */
static int pack(size_t n)
{
    gzFile out = gzopen(path, "w1");

    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(gzwrite(out, text, (unsigned)n), (int)n);
    ck_assert_int_eq(gzclose(out), Z_OK);
    return open(path, O_RDONLY);
}

static void begin(void)
{
    ck_assert_int_ge(mkstemp(path), 0);
    text = xmalloc(TEXT + 1);
    for (int i = 0; i < TEXT / LINE; i++)
        (void)snprintf(text + i * LINE, LINE + 1, "line %056d.\n", i * 7919 % 100003);
    for (int i = 0; i < TEXT / LINE; i++)
        text[i * LINE + LINE - 1] = '\n';
    tail_init(&seen);
}

static void end(void)
{
    unpack_close(u);
    tail_release(&seen);
    buf_release(&got);
    free(text);
    (void)unlink(path);
}

/* Until there is no more; what was said last. */
static int read_on(void)
{
    int r;

    while ((r = unpack_read(u, &seen, &reader)) == UNPACK_MORE)
        ;
    return r;
}

FIXTURE(begin, end);

TEST_EACH(it_goes_on_where_the_plain_file_was_left, 4)
{
    static const size_t lefts[] = {LINE, 600 * LINE, 20000 * LINE, TEXT};
    size_t left = lefts[_i];
    unsigned turns = 0;

    tail_consume(&seen, text, left);
    ck_assert_int_eq(unpack_open(pack(TEXT), &seen, &u), 1);
    while (unpack_read(u, &seen, &reader) == UNPACK_MORE)
        turns++;
    ck_assert_uint_eq(got.n, TEXT - left);
    ck_assert(got.n == 0 || memcmp(got.p, text + left, got.n) == 0);
    ck_assert_uint_eq(seen.offset, TEXT);
    ck_assert_uint_ge(turns, 1 + left / (1 << 20)); /* the way there is gone in steps */
}

/* What is known only by its hashes is known by its bytes again, once they have gone by. */
TEST(of_what_was_gone_the_bytes_come_back)
{
    struct tail plain;

    tail_init(&plain);
    tail_consume(&plain, text, 20000 * LINE);
    tail_consume(&seen, text, 20000 * LINE);
    tail_forget_bytes(&seen, NULL);
    ck_assert_int_eq(unpack_open(pack(20000 * LINE), &seen, &u), 1);
    ck_assert_int_eq(read_on(), UNPACK_END);
    ck_assert_ptr_null(seen.digest);
    ck_assert_mem_eq(seen.head, plain.head, plain.head_n);
    ck_assert_mem_eq(seen.tail, plain.tail, plain.tail_n);
    tail_release(&plain);
}

TEST(what_is_not_packed_is_no_archive_yet)
{
    FILE *f = fopen(path, "w");

    tail_consume(&seen, text, LINE);
    ck_assert_uint_eq(fwrite(text, 1, LINE, f), LINE);
    (void)fclose(f);
    int fd = open(path, O_RDONLY);

    ck_assert_int_eq(unpack_open(fd, &seen, &u), -ENODATA);
    (void)close(fd);
}

TEST(one_that_cannot_be_read_is_tried_again)
{
    int fd = pack(TEXT);

    tail_consume(&seen, text, 20000 * LINE);
    failing_call("sys_lseek", 1, EIO);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), -EIO);
    failing_call("sys_read", 1, EIO);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), -EIO);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), 1);
    failing_call("sys_read", 1, EIO);
    ck_assert_int_eq(read_on(), -EIO);
    ck_assert_uint_eq(seen.offset, 20000 * LINE);
    ck_assert_uint_eq(got.n, 0);
}

TEST(another_one_is_rejected)
{
    int fd = pack(TEXT);

    tail_consume(&seen, text + LINE, 100 * LINE);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), 0); /* by its head */
    tail_restart(&seen);
    text[20000 * LINE - 5] ^= 1;
    tail_consume(&seen, text, 20000 * LINE);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), 1);
    ck_assert_int_eq(read_on(), UNPACK_OTHER); /* by its tail */
    ck_assert_uint_eq(got.n, 0);
}

TEST(one_that_ends_before_the_place_is_another)
{
    int fd = pack(100);

    tail_consume(&seen, text, 600 * LINE);
    ck_assert_int_eq(unpack_open(fd, &seen, &u), 0); /* within the head */
    (void)close(fd);
    ck_assert_int_eq(unpack_open(pack(500 * LINE), &seen, &u), 1);
    ck_assert_int_eq(read_on(), UNPACK_OTHER);
    ck_assert_int_eq(unpack_is_part(u, &seen, FINGERPRINT_HEAD), 2);
    ck_assert_int_eq(unpack_is_part(u, &seen, (uint64_t)500 * LINE), 0); /* a banner */
}

TEST(a_line_too_long_is_reported_and_counts_as_read)
{
    for (int i = 0; i < 30000; i++)
        text[1000 * LINE + i] = 'x';
    for (int i = 0; i < 3 << 19; i++)
        text[(1 << 20) + i] = 'y';
    tail_consume(&seen, text, 10 * LINE);
    ck_assert_int_eq(unpack_open(pack(TEXT), &seen, &u), 1);
    ck_assert_int_eq(read_on(), UNPACK_END);
    ck_assert_uint_eq(too_long, 2);
    ck_assert_uint_eq(seen.offset, TEXT);
    ck_assert_ptr_null(memchr(got.p, 'x', got.n));
    ck_assert_ptr_null(memchr(got.p, 'y', got.n));
}
