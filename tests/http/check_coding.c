/* check_coding -- what was joined is one member or one frame, and their own libraries read it back,
 * whatever stands at the join. */
#include "config.h"

#include "suite.h"

#include "http/coding.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

static bool gunzip(const struct buf *packed, char *back, size_t n)
{
    z_stream z = {.next_in = (Bytef *)packed->p, .avail_in = (uInt)packed->n};
    bool fine = inflateInit2(&z, 15 + 16) == Z_OK;

    z.next_out = (Bytef *)back;
    z.avail_out = (uInt)n + 1;
    fine = fine && inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0 && z.total_out == n;
    (void)inflateEnd(&z);
    return fine;
}

static bool unzstd(const struct buf *packed, char *back, size_t n)
{
#ifdef HAVE_ZSTD
    return ZSTD_findFrameCompressedSize(packed->p, packed->n) == packed->n &&
           ZSTD_decompress(back, n + 1, packed->p, packed->n) == n;
#else
    (void)packed, (void)back, (void)n;
    return false;
#endif
}

/* How many bytes it became. */
static size_t check_pair(enum coding coding, const struct slice *first, struct slice end)
{
    struct buf packed = BUF_INIT, whole = BUF_INIT;
    struct coded part = {.length = 0};
    size_t n;
    char *back;
    bool fine;

    if (first) {
        coded_make(coding, *first, &part);
        buf_slice(&whole, *first);
    }
    buf_slice(&whole, end);
    coded_join(coding, first ? &part : NULL, end, &packed);
    back = xmalloc(whole.n + 1);
    fine = (coding == CODING_GZIP ? gunzip : unzstd)(&packed, back, whole.n) &&
           slice_eq(slice_make(back, whole.n), buf_all(&whole));
    n = packed.n;
    free(back);
    buf_release(&packed);
    buf_release(&whole);
    coded_release(&part);
    if (!fine)
        ck_abort_msg("%s: a first part of %zu bytes and an end of %zu", coding_name(coding),
                     first ? first->n : 0, end.n);
    return n;
}

static void check_all(const struct slice *first, struct slice end)
{
    for (enum coding c = CODING_GZIP; c < CODINGS; c++)
        if (coding_is_built(c))
            (void)check_pair(c, first, end);
}

/* Numbers that are the same in each run. */
static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static void add_page(struct buf *b, size_t bytes, uint32_t *numbers)
{
    while (b->n < bytes)
        buf_fmt(b, "http_requests_total{endpoint=\"/api/item/%u\",le=\"%u.5\"} %u\n",
                next_number(numbers) % 100, next_number(numbers) % 12, next_number(numbers));
}

TEST(each_coding_has_its_name)
{
    ck_assert_ptr_null(coding_name(CODING_IDENTITY));
    ck_assert_str_eq(coding_name(CODING_GZIP), "gzip");
    ck_assert(coding_is_built(CODING_IDENTITY) && coding_is_built(CODING_GZIP));
#ifdef HAVE_ZSTD
    ck_assert_str_eq(coding_name(CODING_ZSTD), "zstd");
#endif
}

TEST(pages_and_ends_of_all_sizes_join)
{
    static const size_t sizes[] = {0, 1, 7, 1000, 131071, 131072, 131073, 600000, 3 << 20};
    enum { N = sizeof sizes / sizeof *sizes };
    uint32_t numbers = 1;
    struct buf page = BUF_INIT, end = BUF_INIT;

    add_page(&page, sizes[N - 1], &numbers);
    add_page(&end, sizes[N - 1], &numbers);
    for (unsigned i = 0; i < N; i++) {
        const struct slice first = slice_make(page.p, sizes[i]);

        for (unsigned k = 0; k < N; k++)
            check_all(&first, slice_make(end.p, sizes[k]));
        check_all(NULL, first);
    }
    buf_release(&page);
    buf_release(&end);
}

/* What a frame's first blocks may say by distances that they did not name. */
TEST(ends_that_repeat_themselves_at_once_join)
{
    static const char letters[] = "ab\n0";
    uint32_t numbers = 7;
    struct buf page = BUF_INIT;
    char end[64];

    add_page(&page, 5000, &numbers);
    for (int round = 0; round < rounds(20000); round++) {
        const struct slice first = slice_make(page.p, next_number(&numbers) % page.n);
        unsigned n = 1 + next_number(&numbers) % sizeof end, period = 1 + next_number(&numbers) % 9;

        for (unsigned i = 0; i < n; i++)
            end[i] = i < period || next_number(&numbers) % 16 == 0
                         ? letters[next_number(&numbers) % 4]
                         : end[i - period];
        check_all(&first, slice_make(end, n));
    }
    buf_release(&page);
}

TEST(bytes_that_are_no_text_join)
{
    uint32_t numbers = 3;
    struct buf noise = BUF_INIT;
    const struct slice first = SLICE("a 1\n");

    while (noise.n < 300000)
        buf_char(&noise, (char)next_number(&numbers));
    check_all(&first, buf_all(&noise));
    memset(noise.p, 0xff, noise.n);
    check_all(&first, buf_all(&noise));
    buf_release(&noise);
}

/* An end that had to be sent as it is would be seen here. */
TEST(an_end_like_those_of_pages_is_made_smaller)
{
    uint32_t numbers = 5;
    struct buf page = BUF_INIT, end = BUF_INIT;

    add_page(&page, 20000, &numbers);
    buf_str(&end, "# HELP logtally_series Series of a metric now.\n# TYPE logtally_series gauge\n");
    for (unsigned i = 0; i < 100; i++)
        buf_fmt(&end, "logtally_series{metric=\"http_requests_%u_total\"} 10000\n", i);
    for (enum coding c = CODING_GZIP; c < CODINGS; c++) {
        const struct slice first = buf_all(&page);

        if (coding_is_built(c))
            ck_assert_uint_lt(check_pair(c, &first, buf_all(&end)),
                              check_pair(c, &first, SLICE("")) + end.n / 4);
    }
    buf_release(&page);
    buf_release(&end);
}
