/* check_heap -- against a list that is searched from end to end. */
#include "config.h"

#include "suite.h"

#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

enum { NODES = 64, STEPS = 20000 };

/* The node that must come first: of the earliest, the one added first. */
static struct heap_node *first_of(struct heap_node *nodes, const bool *in)
{
    struct heap_node *first = NULL;

    for (int i = 0; i < NODES; i++)
        if (in[i] && (!first || nodes[i].time_ns < first->time_ns ||
                      (nodes[i].time_ns == first->time_ns && nodes[i].seq < first->seq)))
            first = &nodes[i];
    return first;
}

static void check_places(const struct heap *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->list[i]->place != i)
            ck_abort_msg("place %zu of %zu", i, h->n);
}

TEST(the_first_is_the_earliest_whatever_was_added_and_removed)
{
    struct heap_node nodes[NODES] = {{.time_ns = 0}};
    bool in[NODES] = {false};
    struct heap h = {.list = NULL};
    unsigned chance = 1;

    for (int step = 0; step < STEPS; step++) {
        chance = chance * 1103515245 + 12345;
        unsigned i = (chance >> 16) % NODES;

        if (in[i]) {
            heap_remove(&h, &nodes[i]);
        } else {
            nodes[i].time_ns = (chance >> 8) % 7 ? (int64_t)(chance >> 22) : INT64_MIN;
            heap_add(&h, &nodes[i]);
        }
        in[i] = !in[i];
        check_places(&h);
        if ((h.n ? h.list[0] : NULL) != first_of(nodes, in))
            ck_abort_msg("step %d", step);
    }
    free(h.list);
}

TEST(those_of_one_time_come_in_the_order_they_were_added)
{
    struct heap_node nodes[NODES] = {{.time_ns = 0}};
    struct heap h = {.list = NULL};

    for (int i = 0; i < NODES; i++)
        heap_add(&h, &nodes[i]);
    for (int i = 0; i < NODES; i++) {
        ck_assert_ptr_eq(h.list[0], &nodes[i]);
        heap_remove(&h, &nodes[i]);
    }
    ck_assert_uint_eq(h.n, 0);
    free(h.list);
}
