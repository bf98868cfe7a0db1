/* body -- the shared bytes of an answer (server.h).
 *
 * The writer thread makes a page and the loop serves it to many scrapers, so the count is atomic;
 * the bytes never change once the body is made. */
#include "config.h"

#include "http/server.h"

#include "base/refs.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct http_body {
    atomic_uint refs;
    struct buf bytes;
};

struct http_body *http_body_new(struct buf *bytes)
{
    struct http_body *b = xmalloc(sizeof(*b));

    atomic_init(&b->refs, 1);
    b->bytes = *bytes;
    *bytes = BUF_INIT;
    return b;
}

struct http_body *http_body_ref(struct http_body *b)
{
    refs_take(&b->refs);
    return b;
}

void http_body_unref(struct http_body *b)
{
    if (b == NULL || !refs_drop(&b->refs))
        return;
    buf_release(&b->bytes);
    free(b);
}

struct slice http_body_bytes(const struct http_body *b)
{
    return buf_all(&b->bytes);
}
