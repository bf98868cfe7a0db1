/* exemplars -- rendered when they are kept, not when a page is made: a page shows each of them
 * again and again, and the label texts die with the line. */
#include "config.h"

#include "metrics/exemplars.h"

#include "base/refs.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "metrics/escape.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Series in a block. */
enum { BLOCK = 256 };

struct exemplar_text {
    atomic_uint refs;
    uint32_t n, cap;
    char text[];
};

static void text_unref(struct exemplar_text *t)
{
    if (t && refs_drop(&t->refs))
        free(t);
}

static bool fits(const struct exemplar *e)
{
    size_t chars = 0;

    for (unsigned i = 0; i < e->nlabels; i++)
        chars += utf8_count(e->name[i]) + utf8_count(e->text[i]);
    return chars <= EXEMPLAR_CHARS_MAX;
}

static void render(struct buf *out, const struct exemplar *e)
{
    char number[NUM_TEXT];

    buf_str(out, " # {");
    for (unsigned i = 0; i < e->nlabels; i++) {
        if (i)
            buf_char(out, ',');
        buf_slice(out, e->name[i]);
        buf_str(out, "=\"");
        escape_text(out, e->text[i], ESCAPE_LABEL);
        buf_char(out, '"');
    }
    buf_str(out, "} ");
    buf_add(out, number, num_format(number, e->value));
    if (isfinite(e->time)) {
        buf_char(out, ' ');
        buf_add(out, number, num_format(number, e->time));
    }
}

/* Replaces *slot; in place while nobody shares it. */
static void store(struct exemplar_text **slot, struct slice text)
{
    struct exemplar_text *t = *slot;

    if (!t || t->cap < text.n || atomic_load_explicit(&t->refs, memory_order_acquire) != 1) {
        text_unref(t);
        t = xmalloc(sizeof *t + text.n);
        atomic_init(&t->refs, 1);
        t->cap = (uint32_t)text.n;
        *slot = t;
    }
    memcpy(t->text, text.p, text.n);
    t->n = (uint32_t)text.n;
}

static size_t blocks_for(uint32_t nseries)
{
    return ((size_t)nseries + BLOCK - 1) / BLOCK;
}

/* The block of this series; NULL while it has no exemplar. */
static struct exemplar_text **block_of(const struct exemplars *x, uint32_t index)
{
    return x->blocks ? x->blocks[index / BLOCK] : NULL;
}

/* Those of a series of this block. */
static struct exemplar_text **in_block(const struct exemplars *x, struct exemplar_text **block,
                                       uint32_t index)
{
    return block + (size_t)(index % BLOCK) * x->slots;
}

static struct exemplar_text **block_make(struct exemplars *x, uint32_t index)
{
    struct exemplar_text ***block = &x->blocks[index / BLOCK];

    if (!*block)
        *block = xcalloc((size_t)BLOCK * x->slots, sizeof **block);
    return *block;
}

bool exemplars_put(struct exemplars *x, uint32_t cap, uint32_t index, unsigned slot,
                   const struct exemplar *e)
{
    struct buf text = BUF_INIT;

    if (!fits(e))
        return false;
    if (!x->blocks) {
        x->blocks = xcalloc(blocks_for(cap), sizeof *x->blocks);
        x->fresh = xcalloc((size_t)cap * x->slots, 1);
    }
    render(&text, e);
    store(&in_block(x, block_make(x, index), index)[slot], buf_all(&text));
    x->fresh[(size_t)index * x->slots + slot] = 1;
    buf_release(&text);
    return true;
}

void exemplars_grow(struct exemplars *x, uint32_t old_cap, uint32_t cap)
{
    size_t old = (size_t)old_cap * x->slots, n = (size_t)cap * x->slots;
    size_t old_blocks = blocks_for(old_cap), blocks = blocks_for(cap);

    if (!x->blocks)
        return;
    x->blocks = xreallocarray(x->blocks, blocks, sizeof(*x->blocks));
    memset(x->blocks + old_blocks, 0, (blocks - old_blocks) * sizeof(*x->blocks));
    x->fresh = xrealloc(x->fresh, n);
    memset(x->fresh + old, 0, n - old);
}

static void forget_one(struct exemplars *x, uint32_t index)
{
    struct exemplar_text **block = block_of(x, index);

    for (unsigned i = 0; block && i < x->slots; i++) {
        struct exemplar_text **at = &in_block(x, block, index)[i];

        text_unref(*at);
        *at = NULL;
        if (x->fresh)
            x->fresh[(size_t)index * x->slots + i] = 0;
    }
}

void exemplars_forget(struct exemplars *x, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; x->blocks && i < to; i++)
        forget_one(x, i);
}

void exemplars_move(struct exemplars *x, uint32_t from, uint32_t to)
{
    struct exemplar_text **block = block_of(x, from);
    uint8_t *fresh = x->fresh;
    size_t size = x->slots * sizeof(*block);

    if (!x->blocks || from == to)
        return;
    forget_one(x, to);
    if (!block)
        return;
    memcpy(in_block(x, block_make(x, to), to), in_block(x, block, from), size);
    memset(in_block(x, block, from), 0, size);
    memcpy(fresh + (size_t)to * x->slots, fresh + (size_t)from * x->slots, x->slots);
    memset(fresh + (size_t)from * x->slots, 0, x->slots);
}

static size_t block_bytes(const struct exemplars *x, struct exemplar_text **block)
{
    size_t n = (size_t)BLOCK * x->slots, bytes = n * sizeof(*block);

    for (size_t i = 0; i < n; i++)
        bytes += block[i] ? sizeof **block + block[i]->cap : 0;
    return bytes;
}

size_t exemplars_bytes(const struct exemplars *x, uint32_t cap)
{
    size_t bytes = 0;

    if (!x->blocks)
        return 0;
    for (size_t i = 0; i < blocks_for(cap); i++)
        bytes += sizeof(*x->blocks) + (x->blocks[i] ? block_bytes(x, x->blocks[i]) : 0);
    return bytes + (size_t)cap * x->slots;
}

void exemplars_release(struct exemplars *x, uint32_t cap)
{
    exemplars_forget(x, 0, cap);
    for (size_t i = 0; x->blocks && i < blocks_for(cap); i++)
        free(x->blocks[i]);
    free(x->blocks);
    free(x->fresh);
    x->blocks = NULL;
    x->fresh = NULL;
}

static struct exemplar_text **share_block(const struct exemplars *x, struct exemplar_text **block)
{
    size_t n = (size_t)BLOCK * x->slots;
    struct exemplar_text **copy = xreallocarray(NULL, n, sizeof *copy);

    memcpy(copy, block, n * sizeof(*copy));
    for (size_t i = 0; i < n; i++)
        if (copy[i])
            refs_take(&copy[i]->refs);
    return copy;
}

struct exemplars exemplars_share(struct exemplars *x, uint32_t n)
{
    struct exemplars copy = {.slots = x->slots};

    if (!x->blocks || n == 0)
        return copy;
    copy.blocks = xcalloc(blocks_for(n), sizeof *copy.blocks);
    memset(x->fresh, 0, (size_t)n * x->slots);
    for (size_t i = 0; i < blocks_for(n); i++)
        if (x->blocks[i])
            copy.blocks[i] = share_block(x, x->blocks[i]);
    return copy;
}

struct slice exemplars_text(const struct exemplars *x, uint32_t index, unsigned slot)
{
    struct exemplar_text **block = block_of(x, index);
    const struct exemplar_text *t = block ? in_block(x, block, index)[slot] : NULL;

    return t ? (struct slice){t->text, t->n} : (struct slice){0};
}
