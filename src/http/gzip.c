/* gzip -- parts that fit together whatever page they are from.
 *
 * A member is: header, the parts, an empty last block, CRC-32 and length (RFC 1952). a full
 * flush ends a part on a byte boundary and lets nothing refer back over it, which is what makes
 * parts of different pages fit together. */
#include "config.h"

#include "http/gzip.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

#define OUT_STEP ((size_t)64 * 1024)

#ifdef HAVE_ISAL
#include <isa-l.h>

/* isa-l's level 0: a page of 100,000 series takes a fifth of the time that zlib's level 1 takes, and
 * is a third larger. */
static void make_deflated(struct slice text, struct coded *part)
{
    struct isal_zstream z;

    part->crc = crc32_gzip_refl(0, (const unsigned char *)text.p, text.n);
    isal_deflate_init(&z);
    z.flush = FULL_FLUSH;
    do {
        /* Lengths are 32 bits wide. */
        struct slice piece = slice_make(text.p, text.n < (1u << 30) ? text.n : 1u << 30);

        text = slice_from(text, piece.n);
        z.next_in = (unsigned char *)(uintptr_t)piece.p;
        z.avail_in = (uint32_t)piece.n;
        do {
            z.next_out = (unsigned char *)buf_reserve(&part->bytes, OUT_STEP);
            z.avail_out = (uint32_t)OUT_STEP;
            (void)isal_deflate(&z);
            buf_commit(&part->bytes, (char *)z.next_out);
        } while (z.avail_out == 0);
    } while (text.n);
}

#else

#define LEVEL 1
/* Raw deflate, 32 KiB window. */
#define WINDOW_BITS (-15)
/* A 9 MB page takes 31 ms; 33 with 7, 38 with 9. */
#define MEM_LEVEL 8
/* Checksum and compression go over the text piece by piece, so that the second of them finds it in
 * the cache. */
#define PIECE ((size_t)128 * 1024)

/* So that running out of memory ends as everywhere, and deflate cannot fail. */
static void *zlib_alloc(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return xcalloc(items, size);
}

static void zlib_free(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

static void deflate_piece(z_stream *z, struct slice piece, int flush, struct buf *out)
{
    /* zlib's next_in is not const unless ZLIB_CONST is defined; it only reads. */
    z->next_in = (Bytef *)(uintptr_t)piece.p;
    z->avail_in = (uInt)piece.n;
    do {
        z->next_out = (Bytef *)buf_reserve(out, OUT_STEP);
        z->avail_out = (uInt)OUT_STEP;
        (void)deflate(z, flush);
        buf_commit(out, (char *)z->next_out);
    } while (z->avail_out == 0);
}

static void add_piece(struct coded *part, z_stream *z, struct slice piece, int flush)
{
    if (piece.n > 0)
        part->crc = (uint32_t)crc32_z(part->crc, (const Bytef *)piece.p, piece.n);
    deflate_piece(z, piece, flush, &part->bytes);
}

static void make_deflated(struct slice text, struct coded *part)
{
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
    int r = deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY);

    assert(r == Z_OK);
    (void)r;
    for (; text.n > PIECE; text = slice_from(text, PIECE))
        add_piece(part, &z, slice_make(text.p, PIECE), Z_NO_FLUSH);
    add_piece(part, &z, text, Z_FULL_FLUSH);
    (void)deflateEnd(&z);
}
#endif

void gzip_make(struct slice text, struct coded *ret_part)
{
    *ret_part = (struct coded){.length = text.n};
    make_deflated(text, ret_part);
}

void gzip_join(const struct coded *const *parts, unsigned n, struct buf *out)
{
    /* Magic, deflate, no flags, no time, "fastest", Unix. */
    static const char head[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 4, 3};
    /* A last block with fixed codes that holds only its end. */
    static const char last_block[] = {3, 0};
    uint64_t length = 0;
    uLong crc = 0;

    buf_add(out, head, sizeof(head));
    for (unsigned i = 0; i < n; i++) {
        buf_slice(out, buf_all(&parts[i]->bytes));
        crc = crc32_combine(crc, parts[i]->crc, (z_off_t)parts[i]->length);
        length += parts[i]->length;
    }
    buf_add(out, last_block, sizeof(last_block));
    buf_u32(out, (uint32_t)crc);
    buf_u32(out, (uint32_t)length);
}
