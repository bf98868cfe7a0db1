/* index -- why not base/map: entries go as often as they come here, and the things are found by two
 * keys; embedded nodes need no allocation of their own and no second look-up to be removed. */
#include "config.h"

#include "input/index.h"

#include "base/xalloc.h"

#include <stdlib.h>

static struct index_node **slot_of(const struct index *x, uint64_t hash)
{
    /* The multiplication spreads inode numbers, which lie close together; the high bits are the
     * good ones. */
    return &x->slots[(hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (x->nslots - 1)];
}

static void grow(struct index *x)
{
    struct index old = *x;

    x->nslots = old.nslots ? old.nslots * 2 : 64;
    x->slots = xcalloc(x->nslots, sizeof(struct index_node *));
    for (size_t i = 0; i < old.nslots; i++) {
        struct index_node *node = old.slots[i];

        while (node) {
            struct index_node *next = node->next;
            struct index_node **slot = slot_of(x, node->hash);

            node->next = *slot;
            *slot = node;
            node = next;
        }
    }
    free(old.slots);
}

void index_add(struct index *x, struct index_node *node, uint64_t hash)
{
    struct index_node **slot;

    if (x->n >= x->nslots)
        grow(x);
    slot = slot_of(x, hash);
    *node = (struct index_node){*slot, hash, true};
    *slot = node;
    x->n++;
}

void index_remove(struct index *x, struct index_node *node)
{
    struct index_node **link;

    if (!node->in)
        return;
    for (link = slot_of(x, node->hash); *link != node; link = &(*link)->next)
        ;
    *link = node->next;
    node->in = false;
    x->n--;
}

static struct index_node *same_hash(struct index_node *node, uint64_t hash)
{
    while (node && node->hash != hash)
        node = node->next;
    return node;
}

struct index_node *index_first(const struct index *x, uint64_t hash)
{
    return x->nslots ? same_hash(*slot_of(x, hash), hash) : NULL;
}

struct index_node *index_next(const struct index_node *node)
{
    return same_hash(node->next, node->hash);
}

void index_release(struct index *x)
{
    free(x->slots);
    *x = (struct index){0};
}
