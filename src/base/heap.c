/* heap -- nodes move up and down as pointers, and are told their places. */
#include "config.h"

#include "base/heap.h"

#include "base/xalloc.h"

#include <stdbool.h>

static bool before(const struct heap_node *a, const struct heap_node *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->seq < b->seq;
}

static void put(struct heap *h, size_t place, struct heap_node *node)
{
    h->list[place] = node;
    node->place = place;
}

static void move_up(struct heap *h, size_t place, struct heap_node *node)
{
    for (; place > 0 && before(node, h->list[(place - 1) / 2]); place = (place - 1) / 2)
        put(h, place, h->list[(place - 1) / 2]);
    put(h, place, node);
}

static void move_down(struct heap *h, size_t place, struct heap_node *node)
{
    for (size_t child; (child = 2 * place + 1) < h->n; place = child) {
        if (child + 1 < h->n && before(h->list[child + 1], h->list[child]))
            child++;
        if (!before(h->list[child], node))
            break;
        put(h, place, h->list[child]);
    }
    put(h, place, node);
}

void heap_add(struct heap *h, struct heap_node *node)
{
    node->seq = h->seq++;
    GROW(h->list, h->n, h->cap);
    move_up(h, h->n++, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
    struct heap_node *last = h->list[--h->n];

    if (last == node)
        return;
    if (before(last, node))
        move_up(h, node->place, last);
    else
        move_down(h, node->place, last);
}
