/* coding -- which of them there are. */
#include "config.h"

#include "http/coding.h"

#include "http/gzip.h"
#include "http/zstd.h"

struct kind {
    const char *name;
    void (*make)(struct slice text, struct coded *ret);
    void (*join)(const struct coded *first, struct slice end, struct buf *out);
};

static void join_gzip(const struct coded *first, struct slice end, struct buf *out)
{
    struct coded last;
    const struct coded *parts[] = {first ? first : &last, &last};

    gzip_make(end, &last);
    gzip_join(parts, first ? 2 : 1, out);
    coded_release(&last);
}

static const struct kind kinds[CODINGS] = {
    [CODING_GZIP] = {"gzip", gzip_make, join_gzip},
#ifdef HAVE_ZSTD
    [CODING_ZSTD] = {"zstd", zstd_make, zstd_join},
#endif
};

bool coding_is_built(enum coding coding)
{
    return coding == CODING_IDENTITY || kinds[coding].name;
}

const char *coding_name(enum coding coding)
{
    return kinds[coding].name;
}

void coded_make(enum coding coding, struct slice text, struct coded *ret_coded)
{
    kinds[coding].make(text, ret_coded);
}

void coded_join(enum coding coding, const struct coded *first, struct slice end, struct buf *out)
{
    kinds[coding].join(first, end, out);
}

void coded_release(struct coded *c)
{
    buf_release(&c->bytes);
    *c = (struct coded){.length = 0};
}
