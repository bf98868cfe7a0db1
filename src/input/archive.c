/* archive -- why apart from the tailset: a file that is read once needs no identity, no offset and
 * no proof; what the two share is the cutting into lines (linebuf) and the decompressors (codec).
 *
 * An archive cut off in the middle gives what can be read of it and then -EBADMSG; its last,
 * unfinished line is left out, since nobody knows how it went on.
 *
 * It does not follow a file that grows, and it does not look at names. */
#include "config.h"

#include "input/archive.h"

#include "base/log.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/codec.h"
#include "input/crc32c.h"
#include "input/encoding.h"
#include "input/linebuf.h"
#include "input/packing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CUT_BLOCK = 64 * 1024, SMALL = 128 * 1024 }; /* small: the kernel reads it all ahead */

struct archive {
    char *path;
    int fd;
    bool ended;
    int error; /* returned once everything before it was handed out */
    uint64_t size;
    uint64_t too_long;
    struct codec_reader *codec;
    struct linebuf lines;
    struct slice rest; /* of the block taken from `lines`, as UTF-8 */
    struct encoding encoding;
    char first[2]; /* of the content: what says that it is UTF-16 */
    size_t first_n;
    uint64_t invalid;
    bool is_range;
    uint64_t left, got; /* of a range: bytes to come, and read */
    uint32_t crc;
};

static int open_input(struct archive *a, const char *path)
{
    struct stat st;

    a->path = xstrdup(path);
    if (strcmp(path, "-") == 0)
        a->fd = sys_fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    else
        a->fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (a->fd < 0 || sys_fstat(a->fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (S_ISREG(st.st_mode)) {
        a->size = (uint64_t)st.st_size;
        if (st.st_size > SMALL)
            (void)sys_fadvise(a->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return 0;
}

/* As codec_open; bytes [from, to) of a plain file when `to` is not 0. */
static int open_codec(struct archive *a, uint64_t from, uint64_t to)
{
    if (to == 0)
        return codec_open(a->fd, &a->codec);
    if (sys_lseek(a->fd, (off_t)from, SEEK_SET) < 0)
        return -errno;
    a->codec = codec_open_part(a->fd, to - from);
    a->size = to - from;
    return 0;
}

/* Its own first bytes say nothing of how the file is written. */
static int learn_first_of_plain(struct archive *a)
{
    ssize_t n = sys_pread(a->fd, a->first, sizeof(a->first), 0);

    a->first_n = n > 0 ? (size_t)n : 0;
    return n < 0 ? -errno : 0;
}

int archive_open_part(const char *path, uint64_t from, uint64_t to, struct archive **ret_archive)
{
    struct archive *a = xcalloc(1, sizeof(*a));
    int r = open_input(a, path);

    if (r == 0)
        r = open_codec(a, from, to);
    if (r == 0 && to > 0 && from > 0)
        r = learn_first_of_plain(a);
    if (r < 0) {
        archive_close(a);
        return r;
    }
    linebuf_init(&a->lines, 0);
    *ret_archive = a;
    return 0;
}

int archive_open(const char *path, struct archive **ret_archive)
{
    return archive_open_part(path, 0, 0, ret_archive);
}

/* Of what is read from its beginning, or must be unpacked up to where it is read. */
static void learn_first(struct archive *a, const char *p, size_t n)
{
    for (; n > 0 && a->first_n < sizeof(a->first); n--)
        a->first[a->first_n++] = *p++;
}

static struct charset *charset_of(struct archive *a)
{
    return encoding_of(&a->encoding, slice_make(a->first, a->first_n));
}

/* Unpacks what is before the range and throws it away. 0 or negative errno. */
static int skip(struct archive *a, uint64_t n)
{
    char p[CUT_BLOCK];

    while (n > 0) {
        ssize_t got = codec_read(a->codec, p, n < sizeof(p) ? (size_t)n : sizeof(p));

        if (got <= 0)
            return got < 0 ? (int)got : -ENODATA;
        learn_first(a, p, (size_t)got);
        n -= (uint64_t)got;
    }
    return 0;
}

int archive_open_range(const char *path, bool packed, uint64_t from, uint64_t to,
                       struct archive **ret_archive)
{
    struct archive *a;
    int r = archive_open_part(path, packed ? 0 : from, packed ? 0 : to, &a);

    if (r < 0)
        return r;
    a->is_range = true;
    a->left = to - from;
    if (packed)
        r = skip(a, from);
    if (r < 0) {
        archive_close(a);
        return r;
    }
    *ret_archive = a;
    return 0;
}

void archive_set_encoding(struct archive *a, const char *name)
{
    encoding_release(&a->encoding);
    encoding_init(&a->encoding, name);
}

uint64_t archive_invalid(const struct archive *a)
{
    return a->invalid;
}

uint32_t archive_crc(const struct archive *a, uint64_t *ret_n)
{
    *ret_n = a->got;
    return a->crc;
}

void archive_read_ahead(struct archive *a)
{
    codec_read_ahead(a->codec);
}

/* The end of the line that byte `at` is in; `size` when it is the last one. */
static int line_end(int fd, uint64_t at, uint64_t size, uint64_t *ret_end)
{
    char block[CUT_BLOCK];

    while (at < size) {
        ssize_t n = sys_pread(fd, block, sizeof(block), (off_t)at);
        const char *nl = n > 0 ? memchr(block, '\n', (size_t)n) : NULL;

        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        if (nl) {
            *ret_end = at + (uint64_t)(nl - block) + 1;
            return 0;
        }
        at += (uint64_t)n;
    }
    *ret_end = size;
    return 0;
}

/* The first line of a block that may begin a part: where it lies there; its size when none does. */
static size_t beginning_in(struct slice block, const struct archive_beginning *b)
{
    struct slice rest = block;

    while (rest.n > 0) {
        size_t n = charset_first_line(NULL, rest);
        struct slice line = slice_make(rest.p, n ? n - 1 : rest.n);

        line = slice_from(line, lines_nuls(NULL, line));
        if (line.n <= b->max_line && b->is(b->ctx, line))
            return block.n - rest.n;
        rest = slice_from(rest, n ? n : rest.n);
    }
    return block.n;
}

/* Reads on: the next whole lines of a file, and where they lie; none at its end. 0 or negative errno. */
static int next_block(int fd, struct linebuf *lines, uint64_t *end, struct slice *ret_block,
                      uint64_t *ret_at)
{
    ssize_t n;

    do {
        size_t room;
        char *to = linebuf_space(lines, &room);

        n = sys_pread(fd, to, room, (off_t)*end);
        if (n < 0)
            return -errno;
        *end += (uint64_t)n;
        linebuf_filled(lines, (size_t)n);
        *ret_block = linebuf_take(lines);
    } while (n > 0 && ret_block->n == 0);
    *ret_at = *end - linebuf_pending(lines).n - ret_block->n;
    return 0;
}

/* The same in a file, from `at` on, which begins a line. 0 or negative errno. */
static int find_beginning(int fd, const struct archive_beginning *b, uint64_t size, uint64_t *at)
{
    struct linebuf lines;
    struct slice block;
    uint64_t end = *at, block_at = 0;
    size_t n;
    int r;

    linebuf_init(&lines, b->max_line);
    do {
        r = next_block(fd, &lines, &end, &block, &block_at);
        n = r == 0 ? beginning_in(block, b) : 0;
    } while (r == 0 && block.n > 0 && n == block.n);
    linebuf_release(&lines);
    *at = block.n > 0 && block_at + n < size ? block_at + n : size;
    return r;
}

int archive_cut(const char *path, uint64_t part_bytes, const struct archive_beginning *beginning,
                uint64_t **ret_cuts, unsigned *ret_n)
{
    struct archive *a;
    int r = archive_open(path, &a);

    if (r < 0)
        return r;
    uint64_t size = codec_is_plain(a->codec) ? a->size : 0;

    if (size > 0)
        r = learn_first_of_plain(a);
    if (charset_of(a))
        size = 0; /* where a line ends, its converting tells */
    uint64_t *cuts = xcalloc(size / part_bytes + 3, sizeof(*cuts));
    unsigned n = 0;

    while (r == 0 && cuts[n] < size) {
        uint64_t next = cuts[n] + part_bytes;

        if (next >= size)
            cuts[++n] = size;
        else
            r = line_end(a->fd, next - 1, size, &cuts[++n]);
        if (r == 0 && beginning && cuts[n] < size)
            r = find_beginning(a->fd, beginning, size, &cuts[n]);
    }
    archive_close(a);
    if (r < 0) {
        free(cuts);
        return r;
    }
    *ret_cuts = cuts;
    *ret_n = n ? n : 1;
    return 0;
}

void archive_close(struct archive *a)
{
    if (!a)
        return;
    codec_close(a->codec);
    linebuf_release(&a->lines);
    encoding_release(&a->encoding);
    if (a->fd >= 0)
        (void)sys_close(a->fd);
    free(a->path);
    free(a);
}

/* As codec_read; of a range no more than is in it. */
static ssize_t read_some(struct archive *a, char *to, size_t room)
{
    ssize_t n;

    if (!a->is_range)
        return codec_read(a->codec, to, room);
    n = codec_read(a->codec, to, a->left < room ? (size_t)a->left : room);
    if (n > 0) {
        a->crc = crc32c(a->crc, to, (size_t)n);
        a->got += (uint64_t)n;
        a->left -= (uint64_t)n;
    }
    return n;
}

/* Lines as they stand in the file, to be cut. */
static void take(struct archive *a, struct slice lines)
{
    struct charset *c = charset_of(a);
    uint64_t invalid = 0;

    a->rest = c && lines.n ? charset_convert(c, lines, &invalid) : lines;
    a->invalid += invalid;
}

static void fill(struct archive *a)
{
    size_t room;
    char *to = linebuf_space(&a->lines, &room);
    ssize_t n = a->is_range && a->left == 0 ? 0 : read_some(a, to, room);

    if (n > 0) {
        linebuf_filled(&a->lines, (size_t)n);
        learn_first(a, to, (size_t)n);
        a->lines.charset = charset_of(a);
        take(a, linebuf_take(&a->lines));
        return;
    }
    a->ended = true;
    if (n == 0 && codec_has_tail(a->codec))
        log_warn("%s: " CODEC_TAIL, a->path);
    if (n < 0)
        a->error = n == -ENODATA ? -EBADMSG : (int)n;
    else
        take(a, linebuf_take_rest(&a->lines));
}

int archive_next(struct archive *a, size_t max_line, struct slice *ret_lines)
{
    a->lines.max_line = max_line;
    for (;;) {
        switch (lines_next(&a->rest, max_line, ret_lines)) {
        case LINES_BLOCK:
            return 1;
        case LINES_TOO_LONG:
            a->too_long++;
            break;
        case LINES_END:
            if (a->ended)
                return a->error;
            fill(a);
        }
    }
}

const char *archive_error(int error)
{
    if (error == -EBADMSG)
        return "it is damaged";
    return error == -EOPNOTSUPP ? packing_refused : strerror(-error);
}

uint64_t archive_too_long(const struct archive *a)
{
    return a->too_long + a->lines.too_long;
}

uint64_t archive_position(const struct archive *a)
{
    return codec_position(a->codec);
}

uint64_t archive_size(const struct archive *a)
{
    return a->size;
}
