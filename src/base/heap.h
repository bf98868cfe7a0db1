/* heap -- a binary heap by time; nodes of one time keep the order in which they were added.
 *
 * A node is a member of what it orders (the first one: a pointer to it is then a pointer to the
 * whole). It knows its place, so that taking any out is O(log n). The heap owns no node. */
#ifndef LT_BASE_HEAP_H
#define LT_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_node {
    int64_t time_ns; /* set before it is added, and left alone while it is in */
    uint64_t seq;
    size_t place;
};

/* Zeroed = empty; free(list) releases it. list[0] is the first while n > 0. */
struct heap {
    struct heap_node **list;
    size_t n, cap;
    uint64_t seq;
};

void heap_add(struct heap *h, struct heap_node *node);
/* Must be in. */
void heap_remove(struct heap *h, struct heap_node *node);

#endif
