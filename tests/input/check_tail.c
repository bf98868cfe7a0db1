/* check_tail -- one content read block by block: holes, lines without an end, what changed meanwhile,
 * and reads that fail. Blocks are small, so that each place is met. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "base/xalloc.h"
#include "input/tail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 64, MAX_LINE = 1000 };

static struct tail tail;
static struct tail_buffer buffer;
static struct buf got, bytes;
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

static struct tail_reader reader = {.buffer = &buffer,
                                    .block = BLOCK,
                                    .max_line = MAX_LINE,
                                    .lines = on_lines,
                                    .too_long = on_too_long};

static void begin(void)
{
    char path[] = "/tmp/lt-tail-XXXXXX";

    tail_init(&tail);
    tail.fd = mkstemp(path);
    ck_assert_int_ge(tail.fd, 0);
    ck_assert_int_eq(unlink(path), 0);
}

static void end(void)
{
    tail_release(&tail);
    tail_buffer_release(&buffer);
    buf_release(&got);
    buf_release(&bytes);
}

static void append(struct slice s)
{
    ck_assert_int_eq(pwrite(tail.fd, s.p, s.n, lseek(tail.fd, 0, SEEK_END)), (ssize_t)s.n);
}

static void append_many(char c, size_t n)
{
    buf_clear(&bytes);
    memset(buf_reserve(&bytes, n), c, n);
    bytes.n = n;
    append(buf_all(&bytes));
}

/* Until there is no more; what the last call said. */
static int read_on(void)
{
    int r, turns = 0;

    do {
        r = tail_read(&tail, &reader);
        ck_assert_int_lt(turns++, 10000);
    } while (r == TAIL_MORE);
    return r;
}

static void expect_lines(const char *text)
{
    ck_assert_int_eq(read_on(), TAIL_END);
    ck_assert_msg(slice_eq(buf_all(&got), slice_str(text)), "%s", got.p);
    buf_clear(&got);
}

FIXTURE(begin, end);

TEST(a_read_that_was_interrupted_is_done_again_and_one_that_failed_is_told)
{
    append(SLICE("one\n"));
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_read(&tail, &reader), -EIO);
    ck_assert_uint_eq(tail.offset, 0);
    failing_call("sys_pread", 1, EINTR);
    expect_lines("one\n");
    ck_assert(failing_happened());
}

/* With every length around the steps in which they are passed over. */
TEST_EACH(nuls_before_a_line_count_as_read_when_it_comes, 5)
{
    static const size_t lengths[] = {1, BLOCK, 1024, 1500, 5000};

    append(SLICE("one\n"));
    expect_lines("one\n");
    append_many(0, lengths[_i]);
    expect_lines("");
    ck_assert_uint_eq(tail.offset, 4); /* they may yet be filled in */
    append(SLICE("two\n"));
    expect_lines("two\n");
    ck_assert_uint_eq(tail.offset, 4 + lengths[_i] + 4);
    append(SLICE("three\n"));
    expect_lines("three\n");
}

TEST(a_long_hole_is_passed_in_turns)
{
    int turns = 0;

    append_many(0, 80 * BLOCK);
    while (tail_read(&tail, &reader) == TAIL_MORE)
        ck_assert_int_lt(turns++, 10);
    ck_assert_int_ge(turns, 3);
    ck_assert_uint_eq(tail.hole_to, 80 * BLOCK);
    append(SLICE("one\n"));
    expect_lines("one\n");
}

TEST(a_hole_is_passed_where_nobody_knows_of_holes)
{
    append_many(0, 3 * BLOCK);
    for (int i = 0; i < 3; i++) {
        failing_call("sys_lseek", 1, EINVAL);
        ck_assert_int_eq(read_on(), TAIL_END);
    }
    ck_assert(failing_happened());
    append(SLICE("one\n"));
    failing_call("sys_lseek", 1, EINVAL);
    expect_lines("one\n");
    ck_assert(failing_happened());
}

TEST(a_hole_that_cannot_be_read_is_told)
{
    append_many(0, BLOCK);
    ck_assert_int_eq(tail_read(&tail, &reader), TAIL_MORE); /* a hole so far */
    append(SLICE("one\n"));
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_read(&tail, &reader), -EIO);
    expect_lines("one\n");
}

TEST(nuls_before_half_a_line_go_before_it_does)
{
    append(SLICE("\0\0half"));
    expect_lines("");
    ck_assert_uint_eq(tail.offset, 2);
    append(SLICE(" a line\n"));
    expect_lines("half a line\n");
}

TEST(a_line_too_long_among_others_is_reported_once)
{
    reader.block = 4 * MAX_LINE;
    append(SLICE("one\n"));
    append_many('x', MAX_LINE + 1);
    append(SLICE("\ntwo\n"));
    expect_lines("one\ntwo\n");
    ck_assert_uint_eq(too_long, 1);
    reader.block = BLOCK;
    append_many('x', 3 * MAX_LINE);
    expect_lines("");
    ck_assert_uint_eq(too_long, 2);
    append(SLICE("end\nthree\n"));
    expect_lines("three\n");
    ck_assert_uint_eq(too_long, 2);
}

/* A megabyte of a line that grows is looked at once for its newline, not with every read. */
static void begin_long_line(void)
{
    reader.max_line = 1 << 20;
    reader.block = 4096;
    append_many('x', 200000);
    expect_lines("");
    ck_assert_uint_eq(tail.clear_to, 200000);
}

TEST(a_long_line_is_whole_when_its_newline_comes)
{
    begin_long_line();
    append_many('x', 3 * 4096); /* whole blocks, and no byte more */
    expect_lines("");
    ck_assert_uint_eq(tail.clear_to, 200000 + 3 * 4096);
    append_many('x', 10);
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(tail_read(&tail, &reader), -EIO);
    expect_lines("");
    append(SLICE("\n"));
    ck_assert_int_eq(read_on(), TAIL_END);
    ck_assert_uint_eq(got.n, 200000 + 3 * 4096 + 10 + 1);
    ck_assert_uint_eq(too_long, 0);
}

TEST(a_long_line_that_becomes_too_long_is_reported)
{
    begin_long_line();
    append_many('x', 2 << 20);
    expect_lines("");
    ck_assert_uint_eq(too_long, 1);
    append(SLICE("\nnext\n"));
    expect_lines("next\n");
}

TEST(a_long_line_that_was_cut_off_is_looked_at_again)
{
    begin_long_line();
    append(SLICE("\n"));
    ck_assert_int_eq(read_on(), TAIL_END);
    append_many('x', 100000);
    ck_assert_int_eq(read_on(), TAIL_END);
    ck_assert_uint_eq(tail.clear_to, 300001);
    ck_assert_int_eq(ftruncate(tail.fd, 0), 0);
    ck_assert_int_eq(read_on(), TAIL_CHANGED);
}

/* They may yet be written over; but when a line has come behind them, theirs is one too long. */
TEST_EACH(nuls_behind_a_beginning_are_waited_for, 2)
{
    reader.max_line = MAX_LINE;
    reader.block = BLOCK;
    append(SLICE("one\nzw"));
    append_many(0, 5 * MAX_LINE);
    expect_lines("one\n");
    ck_assert_uint_eq(too_long, 0);
    ck_assert_uint_eq(tail.offset, 4);
    if (_i) {
        ck_assert_int_eq(pwrite(tail.fd, "o\nthree\n", 8, 6), 8);
        expect_lines("zwo\nthree\n");
        return;
    }
    append(SLICE("o\nthree\n"));
    expect_lines("three\n");
    ck_assert_uint_eq(too_long, 1);
}

TEST(the_size_is_not_needed_to_read)
{
    append_many('\n', 3 * BLOCK);
    failing_call("sys_fstat", 1, EIO);
    ck_assert_int_eq(tail_read(&tail, &reader), TAIL_MORE);
    ck_assert(failing_happened());
    ck_assert_uint_eq(tail.proved, BLOCK);
    ck_assert_int_eq(tail_read(&tail, &reader), TAIL_MORE);
    ck_assert_uint_eq(tail.proved, 3 * BLOCK);
}

TEST(the_end_hands_out_what_has_no_newline)
{
    append(SLICE("one\nhalf"));
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_MORE); /* there are whole lines yet */
    expect_lines("one\n");
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_END);
    ck_assert(slice_eq(buf_all(&got), SLICE("half")));
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_END); /* and not twice */
    ck_assert_uint_eq(got.n, 4);
    append_many(0, 10);
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_MORE); /* perhaps that is not all */
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_END);  /* NULs are no line */
    ck_assert_uint_eq(got.n, 4);
    ck_assert_int_eq(ftruncate(tail.fd, 1), 0);
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_CHANGED);
}

TEST(the_end_of_a_line_too_long_is_no_line)
{
    append_many('x', 2 * MAX_LINE);
    reader.max_line = MAX_LINE;
    reader.block = BLOCK;
    expect_lines("");
    append(SLICE("rest"));
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_MORE);
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_END);
    ck_assert_uint_eq(got.n, 0);
    ck_assert_uint_eq(too_long, 1);
    append(SLICE("new\n"));
    expect_lines("new\n");
}

/* All of it, as when a rotated file is closed. */
static void finish(void)
{
    int turns = 0;

    while (tail_finish(&tail, &reader) == TAIL_MORE) {
        (void)tail_read(&tail, &reader);
        ck_assert_int_lt(turns++, 1000);
    }
    ck_assert_int_eq(lseek(tail.fd, 0, SEEK_END), (off_t)tail.offset);
}

/* A hole before it is no part of its length. */
TEST_EACH(the_end_behind_nuls_is_whole, 5)
{
    append_many(0, 1 + (size_t)_i * MAX_LINE / 2);
    append_many('x', MAX_LINE);
    finish();
    ck_assert_uint_eq(got.n, MAX_LINE);
    ck_assert_uint_eq(too_long, 0);
}

TEST_EACH(the_end_behind_nuls_is_too_long, 5)
{
    append_many(0, 1 + (size_t)_i * MAX_LINE / 2);
    append_many('x', MAX_LINE + 1);
    finish();
    ck_assert_uint_eq(got.n, 0);
    ck_assert_uint_eq(too_long, 1);
    too_long = 0;
}

static const uint64_t strides[] = {1, 32, 65, 96, UINT64_C(1) << 60, UINT64_MAX};

/* A damaged state: marks so far from each other have no end, or no bytes. */
TEST_EACH(marks_that_cannot_be_are_no_state, sizeof(strides) / sizeof(strides[0]))
{
    struct buf saved = BUF_INIT;
    struct tail read;
    struct reader r;

    tail.marks = xcalloc(1, sizeof(*tail.marks));
    tail.marks->stride = strides[_i];
    tail_encode(&tail, &saved);
    r = reader_of(buf_all(&saved));
    tail_decode(&read, &r);
    ck_assert(r.bad);
    tail_release(&read);
    buf_release(&saved);
}

/* What is left is a hole, and where that ends cannot be said. */
TEST(the_end_of_a_hole_may_not_be_found)
{
    int r;

    ck_assert_int_eq(ftruncate(tail.fd, 1 << 20), 0);
    failing_call("sys_lseek", 2, EIO);
    while ((r = tail_read(&tail, &reader)) == TAIL_MORE)
        ;
    ck_assert_int_eq(r, -EIO);
    ck_assert(failing_happened());
    ck_assert_int_eq(tail_read(&tail, &reader), TAIL_END);
    ck_assert_uint_eq(tail.read_to, 1 << 20);
}
