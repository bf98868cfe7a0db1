/* index -- finds things that carry their own links: a chained hash over nodes embedded in the
 * things.
 *
 * The owner compares: index_first and index_next give every node with that hash, and perhaps none
 * is meant. A node is in one index at most. */
#ifndef LT_INPUT_INDEX_H
#define LT_INPUT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_node {
    struct index_node *next;
    uint64_t hash;
    bool in;
};

struct index {
    struct index_node **slots;
    size_t n, nslots;
};

/* The thing that holds this node. */
#define INDEX_THING(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

void index_add(struct index *x, struct index_node *node, uint64_t hash);
/* Nothing when it is not in. */
void index_remove(struct index *x, struct index_node *node);
struct index_node *index_first(const struct index *x, uint64_t hash);
struct index_node *index_next(const struct index_node *node);
void index_release(struct index *x);

#endif
