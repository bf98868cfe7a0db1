/* packing -- why also those that nothing here unpacks: a zip that is read as text gives a few lines
 * of rubbish and no word of what it holds; known by its first bytes, it is one clear error.
 *
 * Whoever packs a file on a machine with much memory must not make the reader of it need as much:
 * xz may take XZ_MEMORY (xz -9 needs 65 MiB), zstd what it allows by itself (128 MiB). */
#include "config.h"

#include "input/packing.h"

#include "base/slice.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

static void io_took(struct packing_io *io, size_t in_left, size_t out_left)
{
    io->in += io->in_n - in_left;
    io->out += io->out_n - out_left;
    io->in_n = in_left;
    io->out_n = out_left;
}

/* What no build unpacks, or this one does not. */
static const struct packing foreign = {.begin = NULL};

enum { GZIP_ONLY = 15 + 16 };

static int gzip_begin(void **state)
{
    z_stream *z = *state;

    if (z)
        return inflateReset(z) == Z_OK ? 0 : -ENOMEM;
    *state = z = xcalloc(1, sizeof *z);
    return inflateInit2(z, GZIP_ONLY) == Z_OK ? 0 : -ENOMEM;
}

static int gzip_step(void *state, struct packing_io *io)
{
    z_stream *z = state;
    int r;

    z->next_in = (unsigned char *)(uintptr_t)io->in; /* it is only read */
    z->avail_in = (uInt)io->in_n;
    z->next_out = (unsigned char *)io->out;
    z->avail_out = (uInt)io->out_n;
    r = inflate(z, Z_NO_FLUSH);
    io_took(io, z->avail_in, z->avail_out);
    if (r == Z_MEM_ERROR)
        return -ENOMEM;
    return r == Z_STREAM_END ? 1 : r == Z_OK || r == Z_BUF_ERROR ? 0 : -EBADMSG;
}

static void gzip_end(void *state)
{
    (void)inflateEnd(state);
    free(state);
}

static const struct packing gzip = {gzip_begin, gzip_step, gzip_end, .any_tail = true};

#ifdef HAVE_ZSTD
static int zstd_begin(void **state)
{
    if (!*state)
        *state = ZSTD_createDStream();
    return *state ? 0 : -ENOMEM;
}

static int zstd_step(void *state, struct packing_io *io)
{
    ZSTD_inBuffer from = {io->in, io->in_n, 0};
    ZSTD_outBuffer to = {io->out, io->out_n, 0};
    size_t left = ZSTD_decompressStream(state, &to, &from);

    io_took(io, from.size - from.pos, to.size - to.pos);
    return ZSTD_isError(left) ? -EBADMSG : left == 0;
}

static void zstd_end(void *state)
{
    (void)ZSTD_freeDStream(state);
}

static const struct packing zstd = {zstd_begin, zstd_step, zstd_end, .any_tail = false};
#define ZSTD_TEXT ", zstd"
#else
#define zstd foreign
#define ZSTD_TEXT ""
#endif

#ifdef HAVE_LZMA
#define XZ_MEMORY ((uint64_t)256 << 20)

static int xz_begin(void **state)
{
    static const lzma_stream none = LZMA_STREAM_INIT;
    lzma_stream *x = *state;

    if (!x) {
        *state = x = xmalloc(sizeof *x);
        *x = none;
    }
    return lzma_stream_decoder(x, XZ_MEMORY, 0) == LZMA_OK ? 0 : -ENOMEM;
}

static int xz_step(void *state, struct packing_io *io)
{
    lzma_stream *x = state;
    lzma_ret r;

    x->next_in = io->in;
    x->avail_in = io->in_n;
    x->next_out = (uint8_t *)io->out;
    x->avail_out = io->out_n;
    r = lzma_code(x, LZMA_RUN);
    io_took(io, x->avail_in, x->avail_out);
    if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
        return -ENOMEM;
    return r == LZMA_STREAM_END ? 1 : r == LZMA_OK || r == LZMA_BUF_ERROR ? 0 : -EBADMSG;
}

static void xz_end(void *state)
{
    lzma_end(state);
    free(state);
}

static const struct packing xz = {xz_begin, xz_step, xz_end, .padded = true};
#define XZ_TEXT ", xz"
#else
#define xz foreign
#define XZ_TEXT ""
#endif

#ifdef HAVE_BZIP2
static int bzip2_begin(void **state)
{
    bz_stream *b = *state;

    if (b)
        (void)BZ2_bzDecompressEnd(b);
    else
        *state = b = xcalloc(1, sizeof *b);
    return BZ2_bzDecompressInit(b, 0, 0) == BZ_OK ? 0 : -ENOMEM;
}

static int bzip2_step(void *state, struct packing_io *io)
{
    bz_stream *b = state;
    int r;

    b->next_in = (char *)(uintptr_t)io->in;
    b->avail_in = (unsigned)io->in_n;
    b->next_out = io->out;
    b->avail_out = (unsigned)io->out_n;
    r = BZ2_bzDecompress(b);
    io_took(io, b->avail_in, b->avail_out);
    if (r == BZ_MEM_ERROR)
        return -ENOMEM;
    return r == BZ_STREAM_END ? 1 : r == BZ_OK ? 0 : -EBADMSG;
}

static void bzip2_end(void *state)
{
    (void)BZ2_bzDecompressEnd(state);
    free(state);
}

static const struct packing bzip2 = {bzip2_begin, bzip2_step, bzip2_end, .any_tail = true};
#define BZIP2_TEXT ", bzip2"
#else
#define bzip2 foreign
#define BZIP2_TEXT ""
#endif

const char packing_refused[] =
    "it is compressed, and not with one of gzip" ZSTD_TEXT XZ_TEXT BZIP2_TEXT;

/* # is a digit from 1 to 9. Of the first byte only the bits of `first` count. */
static const struct magic {
    const struct packing *packing;
    struct slice bytes;
    unsigned first;
} magics[] = {
    {&gzip, SLICE("\x1f\x8b\x08"), 0xff},
    {&zstd, SLICE("\x28\xb5\x2f\xfd"), 0xff},
    {&zstd, SLICE("\x50\x2a\x4d\x18"), 0xf0}, /* a frame to be skipped */
    {&xz,
     SLICE("\xfd"
           "7zXZ\0"),
     0xff},
    {&bzip2, SLICE("BZh#"), 0xff},
    {&foreign, SLICE("PK\3\4"), 0xff},             /* zip */
    {&foreign, SLICE("PK\5\6"), 0xff},             /* zip, of nothing */
    {&foreign, SLICE("7z\xbc\xaf\x27\x1c"), 0xff}, /* 7z */
    {&foreign, SLICE("\x04\x22\x4d\x18"), 0xff},   /* lz4 */
    {&foreign, SLICE("\x02\x21\x4c\x18"), 0xff},   /* lz4, as Linux has it */
    {&foreign, SLICE("LZIP\1"), 0xff},             /* lzip */
    {&foreign, SLICE("\x89LZO"), 0xff},            /* lzop */
    {&foreign, SLICE("Rar!\x1a\x07"), 0xff},       /* rar */
    {&foreign, SLICE("\x1f\x9d"), 0xff},           /* compress */
    {&foreign, SLICE("\xff\6\0\0sN"), 0xff},       /* snappy */
};

static bool has_magic(const struct magic *m, const unsigned char *p, size_t n)
{
    if (n < m->bytes.n)
        return false;
    for (size_t i = 0; i < m->bytes.n; i++) {
        unsigned char want = (unsigned char)m->bytes.p[i];
        unsigned char got = i == 0 ? p[0] & m->first : p[i];

        if (want == '#' ? p[i] < '1' || p[i] > '9' : got != want)
            return false;
    }
    return true;
}

const struct packing *packing_of(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (has_magic(&magics[i], p, n))
            return magics[i].packing;
    return NULL;
}
