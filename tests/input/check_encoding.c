/* check_encoding -- lines of files in other encodings: written in pieces of any size, read in blocks of any
 * size, taken up again at any byte; the same must come out as of UTF-8. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/utf8.h"
#include "input/archive.h"
#include "input/linebuf.h"
#include "input/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINE = 100 };

static const char text[] =
    "one\nzw\xc3\xb6lf\n\nfour is a long line, but it is not too long\n\xe4\xb8\x8a"
    "\n\xf0\x9f\x98\x80 smiles\nlast\n";
/* U+4E0A and U+0A0A hold a newline's byte. */
static const char wide[] = "\xe4\xb8\x8a\xe0\xa8\x8a\n\xe0\xa8\x8a\n";

static struct tail tail;
static struct tail_buffer buffer;
static struct buf got;
static unsigned too_long;
static uint64_t invalid;
static struct encoding encoding;

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

static void on_invalid(void *ctx, uint64_t n)
{
    (void)ctx;
    invalid += n;
}

static struct tail_reader reader = {.buffer = &buffer,
                                    .max_line = MAX_LINE,
                                    .encoding = &encoding,
                                    .lines = on_lines,
                                    .too_long = on_too_long,
                                    .invalid = on_invalid};

/* UTF-16, of the byte order that is asked for. */
static void write_utf16(struct buf *out, struct slice utf8, bool big)
{
    while (utf8.n > 0) {
        size_t n = utf8_char(utf8);
        uint32_t code = (unsigned char)*utf8.p;

        ck_assert_uint_gt(n, 0);
        if (n > 1)
            code &= 0x7fU >> n;
        for (size_t i = 1; i < n; i++)
            code = code << 6 | ((unsigned char)utf8.p[i] & 0x3f);
        uint32_t units[2] = {code, 0};

        if (code > 0xffff) {
            units[0] = 0xd800 | (code - 0x10000) >> 10;
            units[1] = 0xdc00 | ((code - 0x10000) & 0x3ff);
        }
        for (int i = 0; i < 1 + (code > 0xffff); i++) {
            buf_u8(out, (uint8_t)(big ? units[i] >> 8 : units[i]));
            buf_u8(out, (uint8_t)(big ? units[i] : units[i] >> 8));
        }
        utf8 = slice_from(utf8, n);
    }
}

static void begin(void)
{
    char path[] = "/tmp/lt-encoding-XXXXXX";

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
    encoding_release(&encoding);
}

static void append(struct slice s)
{
    ck_assert_int_eq(pwrite(tail.fd, s.p, s.n, lseek(tail.fd, 0, SEEK_END)), (ssize_t)s.n);
}

static void read_on(void)
{
    int r, turns = 0;

    while ((r = tail_read(&tail, &reader)) == TAIL_MORE)
        if (turns++ > 10000)
            ck_abort_msg("it does not end");
    ck_assert_int_eq(r, TAIL_END);
}

/* As after a restart. */
static void save_and_load(void)
{
    struct buf saved = BUF_INIT;
    struct reader r;
    int fd = tail.fd;

    tail_encode(&tail, &saved);
    tail.fd = -1;
    tail_release(&tail);
    r = reader_of(buf_all(&saved));
    tail_decode(&tail, &r);
    tail.fd = fd;
    ck_assert(!r.bad);
    buf_release(&saved);
}

FIXTURE(begin, end);

TEST(a_byte_order_mark_asks_for_utf_16)
{
    encoding_init(&encoding, "latin1");
    ck_assert_int_eq(charset_newline(encoding_of(&encoding, SLICE("\xfe\xff\0a"))).p[0], 0);
    ck_assert_int_eq(charset_newline(encoding_of(&encoding, SLICE("\xff\xfe"))).p[0], '\n');
    ck_assert_ptr_eq(encoding_of(&encoding, SLICE("\xff")), encoding.given);
    ck_assert_ptr_eq(encoding_of(&encoding, SLICE("\xff\xffx")), encoding.given);
    ck_assert_ptr_eq(encoding_of(&encoding, SLICE("")), encoding.given);
}

/* Byte by byte and in larger pieces, saved after each; the mark says what it is, or the configuration. */
TEST_EACH(utf_16_in_pieces_gives_the_lines, 4 * 9)
{
    bool big = _i & 1, marked = _i & 2;
    size_t piece = (size_t)_i / 4 + 1;
    struct buf raw = BUF_INIT;

    if (!marked)
        encoding_init(&encoding, big ? "utf-16be" : "utf-16le");
    reader.block = 64;
    if (marked)
        write_utf16(&raw, SLICE("\xef\xbb\xbf"), big);
    write_utf16(&raw, slice_str(text), big);
    write_utf16(&raw, slice_str(wide), big);
    for (struct slice left = buf_all(&raw); left.n > 0;) {
        size_t n = left.n < piece ? left.n : piece;

        append(slice_make(left.p, n));
        left = slice_from(left, n);
        read_on();
        if (tail.offset % 2)
            ck_abort_msg("offset %llu", (unsigned long long)tail.offset);
        save_and_load();
    }
    ck_assert_uint_eq(tail.offset, raw.n);
    ck_assert_msg(got.n == 3 * (size_t)marked + strlen(text) + strlen(wide), "%s", got.p);
    ck_assert(slice_ends(buf_all(&got), slice_str(wide)));
    ck_assert_uint_eq(invalid, 0);
    buf_release(&raw);
}

/* What is too long is so as UTF-8: 100 letters of two bytes each are 200. */
TEST_EACH(a_limit_is_one_of_utf_8, 2)
{
    static const char *const names[] = {"cp1251", "utf-16le"};
    struct buf raw = BUF_INIT;
    size_t unit = _i ? 2 : 1;

    encoding_init(&encoding, names[_i]);
    reader.block = 16;
    for (size_t letters = 40; letters <= 60; letters++) {
        for (size_t i = 0; i < letters; i++)
            buf_slice(&raw, _i ? SLICE("\x1f\x04") : SLICE("\xcf"));
        buf_slice(&raw, slice_make("\n\0", unit));
    }
    append(buf_all(&raw));
    read_on();
    ck_assert_uint_eq(too_long, 10);
    ck_assert_uint_eq(tail.offset, raw.n);
    buf_clear(&raw);
    for (size_t i = 0; i < 5000; i++) /* so long that it is not even read whole */
        buf_slice(&raw, slice_make("x\0", unit));
    append(buf_all(&raw));
    read_on();
    append(slice_make("x", 1)); /* amid a character */
    read_on();
    ck_assert_uint_eq(too_long, 11);
    ck_assert_uint_eq(tail.offset % unit, 0);
    buf_clear(&got);
    append(_i ? SLICE("\0\n\0a\0\n\0") : SLICE("\na\n"));
    read_on();
    ck_assert_msg(slice_eq(buf_all(&got), SLICE("a\n")), "%s", got.p);
    buf_release(&raw);
}

/* A hole that a crash left before a line of the byte order in which that begins with a NUL. */
TEST_EACH(a_hole_is_whole_characters, 2 * 5)
{
    static const size_t lengths[] = {2, 64, 1024, 1500, 5000};
    size_t n = lengths[_i / 2];
    bool big = _i & 1;
    struct buf raw = BUF_INIT;

    encoding_init(&encoding, big ? "utf-16be" : "utf-16le");
    reader.block = 64;
    write_utf16(&raw, SLICE("one\n"), big);
    memset(buf_reserve(&raw, n), 0, n);
    raw.n += n;
    append(buf_all(&raw));
    read_on();
    ck_assert_uint_eq(tail.offset, 8);
    buf_clear(&raw);
    write_utf16(&raw, SLICE("two\n"), big);
    append(slice_make(raw.p, 1));
    read_on();
    append(slice_from(buf_all(&raw), 1));
    read_on();
    ck_assert_msg(slice_eq(buf_all(&got), SLICE("one\ntwo\n")), "%.*s", SLICE_FMT(buf_all(&got)));
    ck_assert_uint_eq(tail.offset, 8 + n + 8);
    buf_release(&raw);
}

/* The end may come amid a character: its line is handed out, and when the rest comes it is the rest. */
TEST(an_end_amid_a_character_is_told_and_kept)
{
    encoding_init(&encoding, "utf-16le");
    reader.block = 64;
    append(SLICE("a\0\n\0b\0c"));
    read_on();
    ck_assert_int_eq(tail_finish(&tail, &reader), TAIL_END);
    ck_assert_msg(slice_eq(buf_all(&got), SLICE("a\nb")), "%s", got.p);
    ck_assert_uint_eq(invalid, 1);
    ck_assert_uint_eq(tail.offset, 6);
    append(SLICE("\0\n\0d\0\n\0"));
    read_on();
    ck_assert_msg(slice_eq(buf_all(&got), SLICE("a\nbc\nd\n")), "%s", got.p);
}

TEST(invalid_bytes_are_counted)
{
    encoding_init(&encoding, "ascii");
    reader.block = 64;
    append(SLICE("a\xe9\xe9z\n"));
    read_on();
    ck_assert_uint_eq(invalid, 2);
    ck_assert(slice_eq(buf_all(&got), SLICE("a\xef\xbf\xbd\xef\xbf\xbdz\n")));
}

TEST_EACH(the_last_line_begins_behind_a_newline_of_two_bytes, 2)
{
    bool big = _i & 1;
    struct charset *c;
    struct buf raw = BUF_INIT;
    uint64_t offset;

    ck_assert_int_eq(charset_new(big ? SLICE("utf-16be") : SLICE("utf-16le"), &c), 0);
    write_utf16(&raw, SLICE("one\n\xe4\xb8\x8a\xe0\xa8\x8a"), big);
    append(buf_all(&raw));
    for (size_t size = 8; size <= raw.n; size++) {
        ck_assert_int_eq(tail_last_line(tail.fd, c, size, 1000, &offset), 0);
        ck_assert_uint_eq(offset, 8);
    }
    ck_assert_int_eq(tail_last_line(tail.fd, c, 7, 1000, &offset), 0);
    ck_assert_uint_eq(offset, 0);
    append(SLICE("\0\0\0\0"));
    ck_assert_int_eq(tail_without_nuls(tail.fd, c, raw.n + 4, &offset), 0);
    ck_assert_uint_eq(offset, raw.n);
    charset_free(c);
    buf_release(&raw);
}

/* Pieces of any size into a buffer, which keeps what is unfinished. */
TEST_EACH(a_pipe_gives_the_same, 2 * 12)
{
    bool big = _i & 1;
    size_t piece = (size_t)_i / 2 + 1;
    struct buf raw = BUF_INIT;
    struct charset *c;
    struct linebuf lb;

    ck_assert_int_eq(charset_new(big ? SLICE("utf-16be") : SLICE("utf-16le"), &c), 0);
    write_utf16(&raw, slice_str(text), big);
    for (int i = 0; i < 300; i++)
        write_utf16(&raw, SLICE("much too long"), big);
    write_utf16(&raw, SLICE("\n"), big);
    write_utf16(&raw, slice_str(wide), big);
    linebuf_init(&lb, MAX_LINE);
    lb.charset = c;
    for (struct slice left = buf_all(&raw); left.n > 0;) {
        size_t n = left.n < piece ? left.n : piece, room;
        char *to = linebuf_space(&lb, &room);
        struct slice lines;

        memcpy(to, left.p, n);
        left = slice_from(left, n);
        linebuf_filled(&lb, n);
        lines = linebuf_take(&lb);
        if (lines.n)
            buf_slice(&got, charset_convert(c, lines, &invalid));
    }
    ck_assert_uint_eq(lb.too_long, 1);
    ck_assert_uint_eq(linebuf_take_rest(&lb).n, 0);
    ck_assert(slice_starts(buf_all(&got), slice_str(text)));
    ck_assert(slice_ends(buf_all(&got), slice_str(wide)));
    ck_assert_uint_eq(got.n, strlen(text) + strlen(wide));
    linebuf_release(&lb);
    charset_free(c);
    buf_release(&raw);
}

/* A file that is marked is one part, and a part of what was counted of it is known by its mark. */
TEST(an_archive_is_known_by_its_mark)
{
    static const char path[] = "lt-encoding-archive";
    struct buf raw = BUF_INIT;
    uint64_t *cuts;
    unsigned n;
    struct archive *a;
    struct slice lines;
    FILE *f = fopen(path, "w");

    write_utf16(&raw, SLICE("\xef\xbb\xbf"), true);
    write_utf16(&raw, slice_str(text), true);
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(raw.p, 1, raw.n, f), raw.n);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(archive_cut(path, 16, NULL, &cuts, &n), 0);
    ck_assert_uint_eq(n, 1);
    free(cuts);
    ck_assert_int_eq(archive_open(path, &a), 0);
    archive_set_encoding(a, "latin1");
    ck_assert_int_eq(archive_next(a, MAX_LINE, &lines), 1);
    ck_assert(slice_ends(lines, slice_str(text)));
    ck_assert_uint_eq(archive_invalid(a), 0);
    archive_close(a);
    ck_assert_int_eq(archive_open_range(path, false, 10, raw.n, &a), 0);
    ck_assert_int_eq(archive_next(a, MAX_LINE, &lines), 1);
    ck_assert_msg(slice_eq(lines, slice_from(slice_str(text), 4)), "%.*s", SLICE_FMT(lines));
    archive_close(a);
    ck_assert_int_eq(unlink(path), 0);
    buf_release(&raw);
}
