/* arena -- bump allocation in a chain of blocks.
 *
 *     block (newest, largest) -> older -> older -> NULL
 *       [header | used ... at | free ... end]
 *
 * Each new block is at least twice the one before, so the newest is the largest and the one that
 * arena_reset keeps: after a few lines the scratch of a hot loop is one block and reset is two
 * stores. Nothing is ever freed alone. */
#include "base/arena.h"

#include "base/xalloc.h"

#include <stdalign.h>
#include <stdlib.h>

enum { ALIGN = 16, FIRST_BLOCK = 512 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    alignas(ALIGN) char data[];
};

static void add_block(struct arena *a, size_t need)
{
    size_t size = a->block ? a->block->size : FIRST_BLOCK / 2;
    struct arena_block *b;

    size = size > SIZE_MAX / 4 ? need : size * 2;
    if (size < need)
        size = need;
    b = xmalloc(sizeof *b + size);
    b->older = a->block;
    b->size = size;
    a->block = b;
    a->begin = a->at = b->data;
    a->end = b->data + size;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t rounded = (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
    void *p;

    if (rounded < n)
        rounded = SIZE_MAX / 2; /* xmalloc refuses this with the right words */
    if (a->block == NULL || rounded > (size_t)(a->end - a->at))
        add_block(a, rounded);
    p = a->at;
    a->at += rounded;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}

char *arena_strslice(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.n + 1);

    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

char *arena_str(struct arena *a, const char *s)
{
    return arena_strslice(a, slice_str(s));
}

struct slice arena_slice(struct arena *a, struct slice s)
{
    return slice_make(arena_strslice(a, s), s.n);
}

static void free_chain(struct arena_block *b)
{
    while (b) {
        struct arena_block *older = b->older;

        free(b);
        b = older;
    }
}

void arena_take_back(struct arena *a)
{
    free_chain(a->block->older);
    a->block->older = NULL;
    a->begin = a->at = a->block->data;
    a->end = a->block->data + a->block->size;
}

void arena_release(struct arena *a)
{
    free_chain(a->block);
    *a = (struct arena){0};
}
