/* zstd -- blocks that fit behind others.
 *
 * A block may lean on those before it in three ways: its matches may reach back into their text, its
 * tables may be theirs, and a match may have one of the last three distances without naming it. Blocks
 * made apart never do the first two, for they were the first of a frame. The third they may do in
 * theory: a frame begins with the distances 1, 4 and 8, and blocks that use one of these before they
 * named three of their own say something else where other blocks stand before them.
 *
 * So blocks that are to be joined are tried: they are unpacked behind blocks that leave distances so
 * far that each such match would give bytes that no text of ours has. Texts that begin as pages begin
 * have always passed. What does not is sent as it is, in blocks that need nothing (raw ones). */
#include "config.h"

#include "http/zstd.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <zstd.h>

enum {
    LEVEL = 1,
    WINDOW_LOG = 19,     /* level 1's own; RFC 9659 allows browsers 23 */
    BLOCK_MAX = 1 << 17, /* RFC 8878 3.1.1.2.4 */
    TRIED_LOG_MAX = 21,  /* of the bytes that are tried */
};
/* RFC 8878 3.1.1.2.2 */
enum block_type { BLOCK_RAW, BLOCK_RLE, BLOCK_COMPRESSED };
/* In no UTF-8. */
#define FOREIGN '\xff'

#define HEADER_BYTES ((size_t)6)

/* Neither length, checksum nor dictionary: 3.1.1.1. */
static void add_header(unsigned window_log, struct buf *out)
{
    buf_u32(out, ZSTD_MAGICNUMBER);
    buf_u8(out, 0);
    buf_u8(out, (uint8_t)((window_log - 10) << 3));
}

static void add_block_header(enum block_type type, size_t n, bool last, struct buf *out)
{
    size_t h = n << 3 | (size_t)type << 1 | last;

    buf_u8(out, (uint8_t)h);
    buf_u8(out, (uint8_t)(h >> 8));
    buf_u8(out, (uint8_t)(h >> 16));
}

static void add_raw(struct slice text, struct buf *out)
{
    while (text.n) {
        struct slice piece = slice_make(text.p, text.n < BLOCK_MAX ? text.n : BLOCK_MAX);

        add_block_header(BLOCK_RAW, piece.n, false, out);
        buf_slice(out, piece);
        text = slice_from(text, piece.n);
    }
}

/* Fails for want of memory alone, which ends the program (xalloc.h). */
static ZSTD_CCtx *compressor(void)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();

    if (!z)
        abort();
    (void)ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, WINDOW_LOG);
    return z;
}

static void add_blocks(struct slice text, struct buf *out)
{
    ZSTD_CCtx *z = compressor();
    ZSTD_inBuffer in = {text.p, text.n, 0};
    struct buf frame = BUF_INIT;
    size_t left;

    do {
        ZSTD_outBuffer to = {buf_reserve(&frame, ZSTD_CStreamOutSize()), ZSTD_CStreamOutSize(), 0};

        left = ZSTD_compressStream2(z, &to, &in, ZSTD_e_flush);
        if (ZSTD_isError(left))
            abort();
        buf_commit(&frame, (char *)to.dst + to.pos);
    } while (left);
    (void)ZSTD_freeCCtx(z);
    if (frame.n)
        buf_slice(out, slice_from(buf_all(&frame), HEADER_BYTES));
    buf_release(&frame);
}

/* Blocks of `1 << log` foreign bytes, then one whose three sequences each repeat three of them from
 * `(1 << log) - 3` bytes before, so that all three distances are that. Its literals are none, its
 * tables have one symbol each (3.1.1.3.2): lengths 0 and 3, and the distance's, whose other `log` bits
 * are zeros. */
static size_t add_far_distances(unsigned log, struct buf *out)
{
    unsigned bits = 3 * log;
    const uint8_t head[] = {0, 3, 1 << 6 | 1 << 4 | 1 << 2, 0, (uint8_t)log, 0};

    for (size_t left = (size_t)1 << log, n; left; left -= n) {
        n = left < BLOCK_MAX ? left : BLOCK_MAX;
        add_block_header(BLOCK_RLE, n, false, out);
        buf_char(out, FOREIGN);
    }
    add_block_header(BLOCK_COMPRESSED, sizeof head + bits / 8 + 1, false, out);
    buf_add(out, head, sizeof head);
    for (unsigned i = 0; i < bits / 8; i++)
        buf_u8(out, 0);
    buf_u8(out, (uint8_t)(1 << bits % 8)); /* the stream is read from its end, a one */
    return ((size_t)1 << log) + 9;
}

/* Do these blocks say `text`, whatever stands before them? */
static bool is_alone(const struct buf *blocks, struct slice text)
{
    struct buf frame = BUF_INIT, back = BUF_INIT;
    unsigned log = 10;
    size_t before, n;
    bool same;

    while (((size_t)1 << log) < text.n + 3)
        log++;
    add_header(log + 1 > WINDOW_LOG ? log + 1 : WINDOW_LOG, &frame);
    before = add_far_distances(log, &frame);
    buf_slice(&frame, buf_all(blocks));
    add_block_header(BLOCK_RAW, 0, true, &frame);
    n = ZSTD_decompress(buf_reserve(&back, before + text.n), before + text.n, frame.p, frame.n);
    same = n == before + text.n && slice_eq(slice_make(back.p + before, text.n), text);
    buf_release(&back);
    buf_release(&frame);
    return same;
}

static void add_alone(struct slice text, struct buf *out)
{
    struct buf blocks = BUF_INIT;

    add_blocks(text, &blocks);
    if (text.n < (size_t)1 << TRIED_LOG_MAX && !memchr(text.p, (unsigned char)FOREIGN, text.n) &&
        is_alone(&blocks, text))
        buf_slice(out, buf_all(&blocks));
    else
        add_raw(text, out);
    buf_release(&blocks);
}

void zstd_make(struct slice text, struct coded *ret_coded)
{
    *ret_coded = (struct coded){.length = text.n};
    add_blocks(text, &ret_coded->bytes);
}

void zstd_join(const struct coded *first, struct slice end, struct buf *out)
{
    add_header(WINDOW_LOG, out);
    if (first && first->bytes.n) {
        buf_slice(out, buf_all(&first->bytes));
        if (end.n)
            add_alone(end, out);
    } else {
        add_blocks(end, out);
    }
    add_block_header(BLOCK_RAW, 0, true, out);
}
