/* check_codec -- what is told from the first bytes, reads that fail or come in pieces, and the parts
 * into which a plain file is cut. Whole archives are in check_archive. */
#include "config.h"

#include "failing.h"
#include "packers.h"
#include "suite.h"

#include "base/xalloc.h"
#include "input/archive.h"
#include "input/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static char path[64];
static struct buf bytes, got;
static int fd = -1;

static void begin(void)
{
    (void)snprintf(path, sizeof(path), "/tmp/lt-codec-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
}

static void end(void)
{
    (void)unlink(path);
    (void)close(fd);
    buf_release(&bytes);
    buf_release(&got);
}

/* The file is these bytes, and fd stands at its beginning. */
static void write_file(struct slice s)
{
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(pwrite(fd, s.p, s.n, 0), (ssize_t)s.n);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
}

static bool has_tail;

/* 0 or what codec_open or codec_read says, `n` bytes at a time; what came is in `got`. */
static int read_all(size_t n)
{
    struct codec_reader *c;
    char *p = xmalloc(n);
    ssize_t r = codec_open(fd, &c);

    buf_clear(&got);
    if (r == 0) {
        while ((r = codec_read(c, p, n)) > 0)
            buf_add(&got, p, (size_t)r);
        has_tail = codec_has_tail(c);
        codec_close(c);
    }
    free(p);
    return (int)r;
}

static void expect_plain(struct slice s)
{
    write_file(s);
    ck_assert_int_eq(read_all(3), 0);
    ck_assert(slice_eq(buf_all(&got), s));
}

static struct buf packed_by(const struct packer *p, struct slice s)
{
    struct buf out = BUF_INIT;

    p->add(s, &out);
    return out;
}

/* Packed by p, and then these bytes. */
static int read_with_tail(const struct packer *p, struct slice tail)
{
    int r;

    buf_clear(&bytes);
    p->add(SLICE("one\ntwo\n"), &bytes);
    buf_slice(&bytes, tail);
    write_file(buf_all(&bytes));
    r = read_all(3);
    if (!slice_eq(buf_all(&got), SLICE("one\ntwo\n")))
        ck_abort_msg("%s: %.*s", p->name, SLICE_FMT(buf_all(&got)));
    return r;
}

FIXTURE(begin, end);

TEST(half_a_magic_is_plain_text)
{
    static const struct slice plain[] = {
        SLICE("\x1f"),
        SLICE("\x1f\x8b"),
        SLICE("\x1f\x8c\x08 and more"),
        SLICE("\x1f\x8b\x07 and more"),
        SLICE("\x28\xb5\x2f\xfe and more"),
        SLICE("\x28\xb5\x2e\xfd and more"),
        SLICE("\x28\xb4\x2f\xfd and more"),
        SLICE("\x28\xb5\x2f"),
        SLICE("\x5f\x2b\x4d\x18 and more"),
        SLICE("\x50\x2a\x4c\x18 and more"),
        SLICE("\x50\x2a\x4d\x19 and more"),
        SLICE("BZh"),
        SLICE("BZh0 and more"),
        SLICE("BZh: and more"),
        SLICE("\xfd"
              "7zXY\0 and more"),
        SLICE("\xfd"
              "7zX"),
    };

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        expect_plain(plain[i]);
}

/* As their own tools do: gzip and bzip2 pass over it and tell, zstd and xz say that it is damage. */
TEST_EACH(what_follows_a_member_and_is_none, npackers)
{
    static const struct slice tails[] = {SLICE("\x1f\x8b"), SLICE("\x1f\x8c\x08 rubbish"),
                                         SLICE("\x1f\x8b\x07 rubbish"), SLICE("BZh"),
                                         SLICE("BZh0 rubbish")};
    const struct packer *p = &packers[_i];
    bool ignored = p->name[0] == 'g' || p->name[0] == 'b';

    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        int error = tails[i].n < 6 ? -ENODATA : -EBADMSG; /* the next member may be on its way */
        int r = read_with_tail(p, tails[i]);

        if (r != (ignored ? 0 : error) || has_tail != ignored)
            ck_abort_msg("%s, tail %zu: %d", p->name, i, r);
    }
    if (ignored) /* padding */
        ck_assert(read_with_tail(p, SLICE("\0\0\0\0\0\0\0\0")) == 0 && !has_tail);
    if (p->name[0] == 'x')
        ck_assert_int_eq(read_with_tail(p, SLICE("\0\0\0\0\0\0\0\0")), 0);
}

TEST_EACH(members_are_one_file_and_an_empty_one_is_nothing, npackers)
{
    for (int i = 0; i < 100; i++) {
        packers[_i].add(SLICE(""), &bytes);
        packers[_i].add(SLICE("one\n"), &bytes);
    }
    packers[_i].add(SLICE(""), &bytes);
    for (size_t n = 1; n < 1000; n *= 7) {
        write_file(buf_all(&bytes));
        ck_assert_int_eq(read_all(n), 0);
        ck_assert_uint_eq(got.n, 400);
    }
}

/* As a slow pipe may give it. */
TEST_EACH(what_comes_a_byte_at_a_time_is_known_as_well, npackers)
{
    int ends[2];

    packers[_i].add(SLICE("one\n"), &bytes);
    packers[_i].add(SLICE("two\n"), &bytes);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    for (size_t i = 0; i < bytes.n; i++)
        ck_assert_int_eq(send(ends[0], bytes.p + i, 1, MSG_DONTWAIT), 1);
    (void)close(ends[0]);
    ck_assert_int_eq(dup2(ends[1], fd), fd);
    (void)close(ends[1]);
    ck_assert_int_eq(read_all(100), 0);
    ck_assert(slice_eq(buf_all(&got), SLICE("one\ntwo\n")));
}

/* Whatever byte is changed: it is told, or nothing has changed. */
TEST_EACH(no_changed_byte_gives_other_lines_silently, npackers)
{
    static const struct slice text = SLICE("one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    struct buf packed = packed_by(&packers[_i], text);

    for (size_t i = 0; i < packed.n; i++) {
        int r;

        packed.p[i] ^= 0x41;
        write_file(buf_all(&packed));
        packed.p[i] ^= 0x41;
        r = read_all(1000);
        if (r == 0 && i >= 6 && got.n > 0 && !slice_eq(buf_all(&got), text))
            ck_abort_msg("%s: byte %zu", packers[_i].name, i);
    }
    buf_release(&packed);
}

/* pzstd writes its frames behind skippable ones, which say how long they are. */
TEST(a_skippable_frame_is_skipped)
{
#ifdef HAVE_ZSTD
    static const char skippable[] = "\x5f\x2a\x4d\x18\4\0\0\0abcd";

    ck_assert_str_eq(packers[1].name, "zstd");
    for (int empty = 0; empty < 2; empty++) {
        buf_clear(&bytes);
        buf_add(&bytes, skippable, sizeof(skippable) - 1);
        if (!empty)
            packers[1].add(SLICE("one\n"), &bytes);
        write_file(buf_all(&bytes));
        ck_assert_int_eq(read_all(100), 0);
        ck_assert(slice_eq(buf_all(&got), empty ? SLICE("") : SLICE("one\n")));
    }
#endif
}

TEST(a_read_that_was_interrupted_is_done_again)
{
    write_file(SLICE("one\n"));
    failing_call("sys_read", 1, EINTR);
    ck_assert_int_eq(read_all(100), 0);
    ck_assert(failing_happened());
    ck_assert(slice_eq(buf_all(&got), SLICE("one\n")));
}

/* At its first bytes, in its midst, and where another member might follow. */
static void expect_each_read_may_fail(struct slice s)
{
    unsigned reads = 0;

    for (bool failed = true; failed; reads++) {
        write_file(s);
        failing_call("sys_read", reads + 1, EIO);
        int r = read_all((size_t)1 << 16);

        failed = failing_happened();
        ck_assert_int_eq(r, failed ? -EIO : 0);
    }
    ck_assert_uint_ge(reads, 4);
}

TEST(a_read_that_fails_is_told_whatever_is_read)
{
    char *noise = xmalloc(200000);
    unsigned x = 1;

    for (int i = 0; i < 200000; i++, x = x * 1103515245 + 12345)
        noise[i] = (char)(x >> 16);
    noise[0] = 'x';
    expect_each_read_may_fail(slice_make(noise, 200000));
    for (unsigned i = 0; i < npackers; i++) {
        struct buf packed = packed_by(&packers[i], slice_make(noise, 200000));

        expect_each_read_may_fail(buf_all(&packed));
        buf_release(&packed);
    }
    free(noise);
}

TEST(an_input_that_cannot_be_looked_at_is_no_archive)
{
    struct archive *a;

    write_file(SLICE("one\n"));
    failing_call("sys_fstat", 1, EIO);
    ck_assert_int_eq(archive_open(path, &a), -EIO);
    failing_call("sys_lseek", 1, EINVAL);
    ck_assert_int_eq(archive_open_part(path, 0, 4, &a), -EINVAL);
    ck_assert(failing_happened());
}

TEST(a_dash_is_the_standard_input)
{
    struct archive *a;
    struct slice lines;

    write_file(SLICE("one\ntwo"));
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(archive_open("-", &a), 0);
    ck_assert_int_eq(archive_next(a, 100, &lines), 1);
    ck_assert(slice_eq(lines, SLICE("one\n")));
    ck_assert_int_eq(archive_next(a, 100, &lines), 1);
    ck_assert(slice_eq(lines, SLICE("two")));
    ck_assert_int_eq(archive_next(a, 100, &lines), 0);
    archive_close(a);
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0); /* it stays open for others */
}

/* Reads the parts one behind the other and demands that each ends a line. */
static void expect_parts(uint64_t part_bytes, unsigned want)
{
    uint64_t *cuts;
    unsigned n;

    ck_assert_int_eq(archive_cut(path, part_bytes, NULL, &cuts, &n), 0);
    ck_assert_uint_eq(n, want);
    buf_clear(&got);
    for (unsigned i = 0; i < n; i++) {
        struct archive *a;
        struct slice lines;
        int r;

        ck_assert_int_eq(archive_open_part(path, cuts[i], n == 1 ? 0 : cuts[i + 1], &a), 0);
        while ((r = archive_next(a, 1 << 20, &lines)) == 1)
            buf_slice(&got, lines);
        ck_assert_int_eq(r, 0);
        ck_assert(i + 1 == n || got.p[got.n - 1] == '\n');
        archive_close(a);
    }
    free(cuts);
}

TEST(a_plain_file_is_cut_between_lines)
{
    for (int i = 0; i < 100; i++)
        buf_fmt(&bytes, "line %d\n", i);
    buf_str(&bytes, "the last");
    write_file(buf_all(&bytes));
    for (uint64_t part = 1; part < 2000; part += 7) {
        unsigned n = part == 1 ? 101 : 0;
        uint64_t *cuts;

        if (n == 0) {
            ck_assert_int_eq(archive_cut(path, part, NULL, &cuts, &n), 0);
            free(cuts);
        }
        expect_parts(part, n);
        ck_assert(slice_eq(buf_all(&got), buf_all(&bytes)));
    }
}

TEST(a_line_longer_than_parts_stays_whole)
{
    buf_str(&bytes, "short\n");
    for (int i = 0; i < 300000; i++)
        buf_char(&bytes, 'x');
    buf_str(&bytes, "\nshort\n");
    write_file(buf_all(&bytes));
    expect_parts(1000, 2);
    ck_assert(slice_eq(buf_all(&got), buf_all(&bytes)));
}

TEST(what_is_packed_or_empty_or_gone_is_not_cut)
{
    uint64_t *cuts;
    unsigned n;
    struct buf packed = packed_by(&packers[0], SLICE("one\ntwo\n"));

    write_file(buf_all(&packed));
    expect_parts(1, 1);
    ck_assert(slice_eq(buf_all(&got), SLICE("one\ntwo\n")));
    buf_release(&packed);
    write_file(SLICE(""));
    expect_parts(1, 1);
    ck_assert_int_eq(archive_cut("/nonexistent", 1, NULL, &cuts, &n), -ENOENT);
    write_file(SLICE("one\ntwo\n"));
    failing_call("sys_pread", 1, EIO);
    ck_assert_int_eq(archive_cut(path, 2, NULL, &cuts, &n), -EIO);
}
