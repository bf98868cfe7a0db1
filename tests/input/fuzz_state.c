/* Fuzzes what a state says of files: whatever the bytes, they are refused and leave nothing, or what
 * comes of them is saved again and read again. */
#include "config.h"

#include "input/tailset.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *open_none(void *ctx, unsigned log, const char *path, uint32_t id, struct slice carry)
{
    (void)ctx, (void)log, (void)path, (void)id, (void)carry;
    return NULL;
}

static void note_none(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    (void)ctx, (void)log, (void)what, (void)n;
}

static void count(void *ctx, const struct tail_known *k)
{
    unsigned *n = ctx;

    assert(k->log && k->stream && k->path);
    (*n)++;
}

/* How many contents came of it, or -1; and what is saved of them. */
static int restored(struct slice bytes, struct buf *ret_saved)
{
    static const char *const globs[] = {"/nowhere/*.log"};
    static const struct tail_log log = {.name = "app", .globs = globs, .nglobs = 1};
    static const struct tail_options options = {.logs = &log, .nlogs = 1, .max_line = 100};
    static const struct tail_sink sink = {.open = open_none, .note = note_none};
    struct loop *loop;
    struct tailset *t;
    unsigned n = 0;
    int r;

    if (loop_new(&loop) < 0)
        abort();
    t = tailset_new(loop, &options, &sink);
    r = tailset_restore(t, bytes);
    tailset_known(t, count, &n);
    assert(r == 0 || n == 0);
    tailset_encode(t, ret_saved);
    tailset_free(t);
    loop_free(loop);
    return r < 0 ? -1 : (int)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf saved = BUF_INIT, again = BUF_INIT;
    int n = restored(slice_make((const char *)data, size), &saved);

    assert(n < 0 || restored(buf_all(&saved), &again) == n);
    buf_release(&saved);
    buf_release(&again);
    return 0;
}
