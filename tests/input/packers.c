#include "config.h"

#include "packers.h"

#include "suite.h"

#include <stdint.h>
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

static void add_gzip(struct slice s, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.n};

    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.avail_out = (uInt)deflateBound(&z, s.n);
    z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n += z.total_out;
    (void)deflateEnd(&z);
}

#ifdef HAVE_ZSTD
static void add_zstd(struct slice s, struct buf *out)
{
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    size_t bound = ZSTD_compressBound(s.n), n;

    (void)ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1); /* as the tool does */
    n = ZSTD_compress2(ctx, buf_reserve(out, bound), bound, s.p, s.n);
    (void)ZSTD_freeCCtx(ctx);

    ck_assert(!ZSTD_isError(n));
    out->n += n;
}
#endif

#ifdef HAVE_LZMA
static void add_xz(struct slice s, struct buf *out)
{
    size_t bound = lzma_stream_buffer_bound(s.n), n = 0;
    uint8_t *to = (uint8_t *)buf_reserve(out, bound);

    ck_assert_int_eq(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)s.p, s.n,
                                             to, &n, bound),
                     LZMA_OK);
    out->n += n;
}
#endif

#ifdef HAVE_BZIP2
static void add_bzip2(struct slice s, struct buf *out)
{
    unsigned n = (unsigned)(s.n + s.n / 100 + 600);
    char *to = buf_reserve(out, n);

    ck_assert_int_eq(
        BZ2_bzBuffToBuffCompress(to, &n, (char *)(uintptr_t)s.p, (unsigned)s.n, 1, 0, 0), BZ_OK);
    out->n += n;
}
#endif

const struct packer packers[] = {
    {"gzip", add_gzip},
#ifdef HAVE_ZSTD
    {"zstd", add_zstd},
#endif
#ifdef HAVE_LZMA
    {"xz", add_xz},
#endif
#ifdef HAVE_BZIP2
    {"bzip2", add_bzip2},
#endif
};
const unsigned npackers = sizeof packers / sizeof *packers;
