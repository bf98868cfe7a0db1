/* Fuzzes what a state says of files: whatever the bytes, they are refused and leave nothing, or what
 * comes of them is saved again and read again. */
#include "config.h"

#include "input/tailset.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *open_none(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    (void)ctx, (void)log, (void)stream, (void)path, (void)id, (void)carry;
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

struct saved {
    struct buf state;
    struct tail_memory memory;
};

/* How many contents came of it, or -1; and what is saved of them. */
static int restored(const struct slice *state, struct slice memory, struct saved *ret_saved)
{
    static const char *const globs[] = {"/nowhere/*.log"};
    static const struct tail_log log = {.name = "app", .globs = globs, .nglobs = 1};
    static const struct tail_options options = {.logs = &log, .nlogs = 1, .max_line = 100};
    static const struct tail_sink sink = {.open = open_none, .note = note_none};
    struct loop *loop;
    struct tailset *t;
    unsigned n = 0;
    int r = 0;

    if (loop_new(&loop) < 0)
        abort();
    t = tailset_new(loop, &options, &sink);
    if (state)
        r = tailset_restore(t, *state, memory);
    tailset_known(t, count, &n);
    assert(r == 0 || n == 0);
    *ret_saved = (struct saved){.state = BUF_INIT};
    tailset_encode(t, &ret_saved->state, &ret_saved->memory);
    tailset_free(t);
    loop_free(loop);
    return r < 0 ? -1 : (int)n;
}

static void release(struct saved *s)
{
    buf_release(&s->state);
    buf_release(&s->memory.bytes);
}

static void try_both(struct slice state, struct slice memory)
{
    struct saved saved, again;
    int n = restored(&state, memory, &saved);

    if (n >= 0) {
        state = buf_all(&saved.state);
        assert(restored(&state, buf_all(&saved.memory.bytes), &again) == n);
        release(&again);
    }
    release(&saved);
}

/* As a state, and as the memory beside one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_make((const char *)data, size);
    struct saved empty;

    (void)restored(NULL, bytes, &empty);
    try_both(bytes, SLICE(""));
    try_both(buf_all(&empty.state), bytes);
    release(&empty);
    return 0;
}
