/* Fuzzes lines of other encodings: whatever the bytes, what a file read once gives is what one gives that
 * grew in pieces and was taken up again after each, and all of it is UTF-8. The first byte chooses the
 * encoding, the second the size of pieces, the third how long a line may be. Those with shift states are
 * left out: how many bytes a line may take has no bound in them. */
#include "config.h"

#include "base/utf8.h"
#include "input/archive.h"
#include "input/tail.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"utf-16",    "utf-16le",  "utf-16be", "cp1251",
                                    "latin1",    "gb18030",   "utf-32be", "ucs-2le",
                                    "shift_jis", "ebcdic-us", "utf-8"};

struct got {
    struct buf lines;
    uint64_t too_long, invalid;
};

static void on_lines(void *ctx, const char *p, size_t n)
{
    struct got *g = ctx;
    volatile char sum = 0;

    for (int k = 1; k <= 64; k++)
        sum = (char)(sum + p[-k] + p[n + (size_t)k - 1]); /* may be read */
    buf_add(&g->lines, p, n);
}

static void on_too_long(void *ctx)
{
    ((struct got *)ctx)->too_long++;
}

static void on_invalid(void *ctx, uint64_t n)
{
    ((struct got *)ctx)->invalid += n;
}

static void read_archive(int fd, const char *name, size_t max_line, struct got *g)
{
    struct archive *a;
    struct slice lines;
    char path[40];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (archive_open(path, &a) < 0)
        abort();
    archive_set_encoding(a, name);
    while (archive_next(a, max_line, &lines) > 0)
        on_lines(g, lines.p, lines.n);
    g->too_long = archive_too_long(a);
    g->invalid = archive_invalid(a);
    archive_close(a);
}

/* As a restart does. */
static void take_up_again(struct tail *t)
{
    struct buf saved = BUF_INIT;
    struct reader r;
    int fd = t->fd;

    tail_encode(t, &saved);
    t->fd = -1;
    tail_release(t);
    r = reader_of(buf_all(&saved));
    tail_decode(t, &r);
    assert(!r.bad);
    t->fd = fd;
    buf_release(&saved);
}

static void read_growing(struct slice all, size_t piece, const char *name, size_t max_line,
                         struct got *g)
{
    off_t size = 0;
    struct encoding encoding;
    struct tail_buffer buffer = {0};
    struct tail_reader reader = {&buffer, 32,       max_line,    &encoding,
                                 g,       on_lines, on_too_long, on_invalid};
    struct tail t;

    encoding_init(&encoding, name);
    tail_init(&t);
    t.fd = memfd_create("growing", MFD_CLOEXEC);
    if (t.fd < 0)
        abort();
    while (all.n > 0) {
        size_t n = all.n < piece ? all.n : piece;

        if (pwrite(t.fd, all.p, n, size) != (ssize_t)n) /* reading moves the descriptor's place */
            abort();
        size += (off_t)n;
        all = slice_from(all, n);
        for (int turns = 0; tail_read(&t, &reader) == TAIL_MORE; turns++)
            assert(turns < 100000);
        take_up_again(&t);
    }
    while (tail_finish(&t, &reader) == TAIL_MORE)
        (void)tail_read(&t, &reader);
    tail_release(&t);
    tail_buffer_release(&buffer);
    encoding_release(&encoding);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct got once = {.too_long = 0}, grown = {.too_long = 0};
    const char *name;
    size_t max_line;
    int fd;

    if (size < 6)
        return 0;
    if (data[3] == 0x1f || data[3] == 0x28 || data[3] == 0xfd || data[3] == 'B' || data[3] == 'P' ||
        data[3] == '7' || data[3] == 0x04)
        return 0; /* how what is packed begins */
    name = names[data[0] % (sizeof names / sizeof *names)];
    max_line = data[2] & 1 ? 1 << 16 : 8 + data[2];
    fd = memfd_create("once", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data + 3, size - 3) != (ssize_t)size - 3)
        abort();
    read_archive(fd, name, max_line, &once);
    (void)close(fd);
    read_growing(slice_make((const char *)data + 3, size - 3), data[1] % 40 + 1U, name, max_line,
                 &grown);
    assert(slice_eq(buf_all(&once.lines), buf_all(&grown.lines)));
    assert(once.too_long == grown.too_long);
    assert(strcmp(name, "utf-8") == 0 || utf8_valid(buf_all(&once.lines)));
    buf_release(&once.lines);
    buf_release(&grown.lines);
    return 0;
}
