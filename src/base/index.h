/* index -- finds things that carry their own links: a chained hash over nodes embedded in the things.
 *
 * Why not base/map: for things that go as often as they come, or are found by several keys; an embedded
 * node needs no allocation of its own and no second look-up to be removed. A node is in one index at
 * most; its key is a text that the thing owns, or only the hash, and then whoever looks compares. The
 * index owns none of them. */
#ifndef LT_BASE_INDEX_H
#define LT_BASE_INDEX_H

#include "base/slice.h"

#include <stdint.h>

struct index_node {
    struct index_node *next;
    const char *key;
    uint64_t hash;
    bool in;
};

struct index {
    struct index_node **slots;
    size_t n, nslots;
};

static inline void *index_thing(struct index_node *node, size_t offset)
{
    return node ? (char *)node - offset : NULL;
}
/* The thing that holds this node; NULL of NULL. */
#define INDEX_THING(node, type, member) ((type *)index_thing(node, offsetof(type, member)))

/* `hash` is one of base/hash.h: slots are taken by its upper half. */
void index_add(struct index *x, struct index_node *node, uint64_t hash);
/* `key` must stay as it is until index_remove. */
void index_add_text(struct index *x, struct index_node *node, const char *key);
/* Nothing when it is not in. */
void index_remove(struct index *x, struct index_node *node);
/* The nodes with this hash. */
struct index_node *index_first(const struct index *x, uint64_t hash);
struct index_node *index_next(const struct index_node *node);
struct index_node *index_find(const struct index *x, struct slice key);
void index_release(struct index *x);

#endif
