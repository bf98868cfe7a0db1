/* Whole files, plain and compressed, also damaged ones. */
#include "config.h"

#include "packers.h"
#include "suite.h"
#include "tools.h"

#include "base/xalloc.h"
#include "input/archive.h"
#include "input/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];
static struct buf text, packed, got;

static void begin(void)
{
    int fd;

    (void)snprintf(path, sizeof(path), "/tmp/lt-archive-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    for (int i = 0; i < 5000; i++)
        buf_fmt(&text, "line %d of the archive, %d\n", i, i * i);
    buf_str(&text, "the last one");
}

static void end(void)
{
    (void)unlink(path);
    buf_release(&text);
    buf_release(&packed);
    buf_release(&got);
}

static void write_file(struct slice s)
{
    put_file(path, s);
}

/* The result of the last archive_next; with ahead a thread unpacks. */
static int read_one_way(bool ahead, size_t max_line, uint64_t *ret_too_long)
{
    struct archive *a;
    struct slice lines;
    int r = archive_open(path, &a);

    buf_clear(&got);
    if (r < 0)
        return r;
    if (ahead)
        archive_read_ahead(a);
    while ((r = archive_next(a, max_line, &lines)) == 1) {
        volatile char sum = 0;

        for (int i = 1; i <= 64; i++)
            sum = (char)(sum + lines.p[-i] + lines.p[lines.n + (size_t)i - 1]);
        buf_slice(&got, lines);
    }
    *ret_too_long = archive_too_long(a);
    ck_assert_uint_le(archive_position(a), archive_size(a));
    archive_close(a);
    return r;
}

/* Both ways of reading must say and give the same. */
static int read_all(size_t max_line, uint64_t *ret_too_long)
{
    uint64_t too_long = 0, too_long_ahead = 0;
    int r = read_one_way(false, max_line, &too_long);
    char *alone = xstrslice(buf_all(&got));

    ck_assert_int_eq(read_one_way(true, max_line, &too_long_ahead), r);
    ck_assert(slice_eq(buf_all(&got), slice_str(alone)));
    ck_assert_uint_eq(too_long_ahead, too_long);
    free(alone);
    if (ret_too_long)
        *ret_too_long = too_long;
    return r;
}

static void expect_text(void)
{
    ck_assert_int_eq(read_all(1000, NULL), 0);
    ck_assert(slice_eq(buf_all(&got), buf_all(&text)));
}

FIXTURE(begin, end);

TEST(a_plain_file_is_read_to_its_last_byte)
{
    write_file(buf_all(&text));
    expect_text();
}

TEST_EACH(how_it_is_packed_is_known_by_its_content, npackers)
{
    packers[_i].add(buf_all(&text), &packed);
    write_file(buf_all(&packed));
    expect_text();
}

TEST_EACH(several_members_are_one_file, npackers)
{
    packers[_i].add(slice_make(text.p, 1000), &packed);
    packers[_i].add(slice_from(buf_all(&text), 1000), &packed);
    if (packers[_i].name[0] != 'z') /* zstd does not pad */
        for (int i = 0; i < 100; i++)
            buf_char(&packed, 0);
    write_file(buf_all(&packed));
    expect_text();
}

TEST(what_cannot_be_unpacked_is_told)
{
    static const struct slice foreign[] = {
        SLICE("PK\3\4\x14\0\0"),
        SLICE("PK\5\6\0\0\0"),
        SLICE("7z\xbc\xaf\x27\x1c\0"),
        SLICE("\4\x22\x4d\x18\x64"),
        SLICE("\2\x21\x4c\x18\x64"),
        SLICE("LZIP\1\x0c"),
        SLICE("\x89LZO\0\r\n"),
        SLICE("Rar!\x1a\7\1\0"),
        SLICE("\x1f\x9d\x90"),
        SLICE("\xff\6\0\0sNaPpY"),
#ifndef HAVE_ZSTD
        SLICE("\x28\xb5\x2f\xfd\4"),
#endif
#ifndef HAVE_LZMA
        SLICE("\xfd"
              "7zXZ\0\0\4"),
#endif
#ifndef HAVE_BZIP2
        SLICE("BZh91AY&SY"),
#endif
    };
    struct archive *a;

    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        write_file(foreign[i]);
        if (archive_open(path, &a) != -EOPNOTSUPP)
            ck_abort_msg("magic %zu", i);
    }
    ck_assert_ptr_nonnull(strstr(archive_error(-EOPNOTSUPP), "gzip"));
    write_file(SLICE("BZhX\n"));
    ck_assert_int_eq(read_all(1000, NULL), 0);
}

enum { CUTS = 10 };

TEST_EACH(a_cut_archive_gives_its_whole_lines_and_an_error, npackers *CUTS)
{
    const struct packer *p = &packers[_i / CUTS];

    p->add(buf_all(&text), &packed);
    write_file(slice_make(packed.p, (packed.n - 16) * (size_t)(_i % CUTS) / (CUTS - 1) + 15));
    ck_assert_int_eq(read_all(1000, NULL), -EBADMSG);
    ck_assert_uint_lt(got.n, text.n);
    ck_assert(got.n == 0 || got.p[got.n - 1] == '\n');
    ck_assert(slice_starts(buf_all(&text), buf_all(&got)));
}

TEST_EACH(a_damaged_archive_is_told, npackers)
{
    packers[_i].add(buf_all(&text), &packed);
    packed.p[packed.n / 2] ^= 1;
    write_file(buf_all(&packed));
    ck_assert_int_eq(read_all(1000, NULL), -EBADMSG);
    ck_assert_str_eq(archive_error(-EBADMSG), "it is damaged");
}

TEST(long_lines_are_left_out_and_counted)
{
    uint64_t too_long;

    buf_clear(&text);
    buf_str(&text, "short\n");
    for (int i = 0; i < 2000000; i++)
        buf_char(&text, 'x');
    buf_str(&text, "\nshort again\n");
    write_file(buf_all(&text));
    ck_assert_int_eq(read_all(1000, &too_long), 0);
    ck_assert(slice_eq(buf_all(&got), SLICE("short\nshort again\n")));
    ck_assert_uint_eq(too_long, 1);
}

TEST(a_long_line_among_short_ones_is_left_out)
{
    uint64_t too_long;

    write_file(SLICE("short\na line of some more bytes\nshort again\n"));
    ck_assert_int_eq(read_all(12, &too_long), 0);
    ck_assert(slice_eq(buf_all(&got), SLICE("short\nshort again\n")));
    ck_assert_uint_eq(too_long, 1);
}

TEST(nothing_and_no_file)
{
    struct archive *a;

    write_file(SLICE(""));
    ck_assert_int_eq(read_all(1000, NULL), 0);
    ck_assert_uint_eq(got.n, 0);
    ck_assert_int_eq(archive_open("/nonexistent", &a), -ENOENT);
    ck_assert_int_eq(archive_open("/tmp", &a), -EISDIR);
    archive_close(NULL);
}

/* The bytes of the file that were read, once they are so many or time is up. */
static off_t read_so_far(int fd, off_t enough)
{
    off_t at = 0;

    for (int i = 0; i < 300000 && (at = lseek(fd, 0, SEEK_CUR)) < enough; i++)
        (void)usleep(1000);
    return at;
}

TEST(unpacking_goes_on_while_a_block_is_looked_at)
{
    struct codec_reader *codec;
    unsigned noise = 1;
    char some[1000];

    for (int i = 0; i < 4 << 20; i++, noise = noise * 1103515245 + 12345)
        buf_char(&text, "0123456789abcdef"[noise >> 16 & 15]);
    packers[0].add(buf_all(&text), &packed);
    ck_assert_uint_gt(packed.n, 1500000);
    write_file(buf_all(&packed));
    int fd = open(path, O_RDONLY);

    ck_assert_int_eq(codec_open(fd, &codec), 0);
    codec_read_ahead(codec);
    codec_read_ahead(codec); /* and that it does so already is no matter */
    ck_assert_int_eq(codec_read(codec, some, sizeof some), sizeof some);
    ck_assert_mem_eq(some, text.p, sizeof some);
    ck_assert_int_ge(read_so_far(fd, 200000), 200000);
    codec_close(codec); /* in the midst of it */
    ck_assert_int_lt(lseek(fd, 0, SEEK_CUR), 1000000);
    (void)close(fd);
}

static bool begins_a_hundred(void *ctx, struct slice line)
{
    unsigned n = 0;
    size_t i = 5;

    (void)ctx;
    while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9')
        n = 10 * n + (unsigned)(line.p[i++] - '0');
    return i > 5 && n % 100 == 0;
}

/* Parts are whole lines, begin where one may, and are the file together; packed and UTF-16 are one. */
TEST_EACH(a_file_is_cut_where_a_part_may_begin, 2)
{
    struct archive_beginning beginning = {begins_a_hundred, NULL, 60};
    unsigned n;
    uint64_t *cuts;

    write_file(buf_all(&text));
    ck_assert_int_eq(archive_cut(path, 10000, _i ? &beginning : NULL, &cuts, &n), 0);
    ck_assert_uint_gt(n, 3);
    ck_assert_uint_eq(cuts[0], 0);
    ck_assert_uint_eq(cuts[n], text.n);
    for (unsigned i = 1; i < n; i++) {
        struct slice part = slice_from(buf_all(&text), cuts[i]);

        ck_assert_uint_gt(cuts[i], cuts[i - 1]);
        ck_assert_int_eq(part.p[-1], '\n');
        if (_i)
            ck_assert(begins_a_hundred(NULL, part));
    }
    free(cuts);
    beginning.max_line = 3; /* none is so short: it is one part */
    ck_assert_int_eq(archive_cut(path, 10000, &beginning, &cuts, &n), 0);
    ck_assert_uint_eq(n, 1);
    free(cuts);
    write_file(SLICE("\xff\xfe"
                     "a\0\n\0b\0\n\0"));
    ck_assert_int_eq(archive_cut(path, 2, NULL, &cuts, &n), 0);
    ck_assert_uint_eq(n, 1);
    free(cuts);
    ck_assert_int_eq(archive_cut("/no/such/file", 2, NULL, &cuts, &n), -ENOENT);
}

static void read_range(bool is_packed, uint64_t from, uint64_t to, int wanted)
{
    struct archive *a;
    struct slice lines;
    uint64_t n;
    int r = archive_open_range(path, is_packed, from, to, &a);

    buf_clear(&got);
    if (r == 0) {
        while ((r = archive_next(a, 1000, &lines)) > 0)
            buf_slice(&got, lines);
        (void)archive_crc(a, &n);
        if (r == 0)
            ck_assert_uint_eq(n, to - from);
        archive_close(a);
    }
    ck_assert_int_eq(r, wanted);
    if (r == 0)
        ck_assert(slice_eq(buf_all(&got), slice_make(text.p + from, to - from)));
}

TEST(a_range_is_read_and_summed)
{
    const char *middle = memchr(text.p + 50000, '\n', text.n - 50000);
    uint64_t from = (uint64_t)(middle + 1 - text.p);

    write_file(buf_all(&text));
    read_range(false, 0, text.n, 0);
    read_range(false, from, text.n, 0);
    packers[0].add(buf_all(&text), &packed);
    write_file(buf_all(&packed));
    read_range(true, 0, text.n, 0);
    read_range(true, from, text.n, 0);
    read_range(true, text.n + 1, text.n + 2, -ENODATA);
}

/* What it begins with may look like a mark of UTF-16, and is in the midst of a file. */
TEST(a_part_is_written_as_its_file_is)
{
    static const char all[] = "the first line\n\xff\xfeno mark\n";
    const size_t first = strlen("the first line\n");
    struct slice lines;
    struct archive *a;

    write_file(SLICE(all));
    ck_assert_int_eq(archive_open_part(path, first, sizeof(all) - 1, &a), 0);
    ck_assert_int_eq(archive_next(a, 1000, &lines), 1);
    ck_assert(slice_eq(lines, slice_from(SLICE(all), first)));
    archive_close(a);
}
