/* index -- slots of chains; twice as many when there are more nodes than slots. */
#include "config.h"

#include "base/index.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

static struct index_node **slot_of(const struct index *x, uint64_t hash)
{
    return &x->slots[hash >> 32 & (x->nslots - 1)];
}

static void link_node(struct index *x, struct index_node *node)
{
    struct index_node **slot = slot_of(x, node->hash);

    node->next = *slot;
    *slot = node;
}

static struct index_node *reversed(struct index_node *node)
{
    struct index_node *last = NULL, *next;

    for (; node; node = next) {
        next = node->next;
        node->next = last;
        last = node;
    }
    return last;
}

/* Those of a slot stay in their order. */
static void grow(struct index *x)
{
    struct index old = *x;

    x->nslots = old.nslots ? old.nslots * 2 : 64;
    x->slots = xcalloc(x->nslots, sizeof(struct index_node *));
    for (size_t i = 0; i < old.nslots; i++) {
        for (struct index_node *node = reversed(old.slots[i]), *next; node; node = next) {
            next = node->next;
            link_node(x, node);
        }
    }
    free(old.slots);
}

void index_add(struct index *x, struct index_node *node, uint64_t hash)
{
    if (x->n >= x->nslots)
        grow(x);
    *node = (struct index_node){.hash = hash, .in = true};
    link_node(x, node);
    x->n++;
}

void index_add_text(struct index *x, struct index_node *node, const char *key)
{
    index_add(x, node, hash_text(0, slice_str(key)));
    node->key = key;
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

struct index_node *index_find(const struct index *x, struct slice key)
{
    struct index_node *node = index_first(x, hash_text(0, key));

    while (node && !slice_eq(slice_str(node->key), key))
        node = index_next(node);
    return node;
}

void index_release(struct index *x)
{
    free(x->slots);
    *x = (struct index){0};
}
