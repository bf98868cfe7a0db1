/* slots -- linear probing on the HIGH bits of the tag: when the table doubles, every entry goes to
 * one of two neighbours, in order.
 *
 * Doubling a table of a million in one step would hold up the loop for as long as all its pages
 * take. So each addition copies a few slots to the larger table, which takes the place when it has
 * them all. Until then the smaller one has everything: a look-up knows nothing of it. As nothing is
 * removed there are no tombstones, and no entry moves within its table: what is added at a slot that
 * was copied already goes to both. */
#include "base/slots.h"

#include "base/xalloc.h"

#include <stdbool.h>
#include <stdlib.h>

/* COPIED slots with each addition: all are copied before another 16th of them is taken. */
enum { BITS_FIRST = 3, COPIED = 16, FULL = 16 };

static uint32_t put(struct slot *list, uint32_t mask, uint32_t shift, struct slot entry)
{
    uint32_t at = entry.tag >> shift;

    while (list[at].ref)
        at = (at + 1) & mask;
    list[at] = entry;
    return at;
}

static void put_larger(struct slots *s, struct slot entry)
{
    (void)put(s->larger, 2 * s->mask + 1, s->shift - 1, entry);
}

static void grow_on(struct slots *s)
{
    uint32_t until = s->mask - s->copied < COPIED ? s->mask + 1 : s->copied + COPIED;

    for (; s->copied < until; s->copied++)
        if (s->list[s->copied].ref)
            put_larger(s, s->list[s->copied]);
    if (s->copied <= s->mask)
        return;
    free(s->list);
    s->list = s->larger;
    s->larger = NULL;
    s->mask = 2 * s->mask + 1;
    s->shift--;
}

static bool is_full(const struct slots *s, enum slots_full full)
{
    return s->n > ((uint64_t)s->mask + 1) * full / FULL;
}

void slots_add(struct slots *s, uint32_t tag, uint32_t number, enum slots_full full)
{
    struct slot entry = {tag, number + 1};
    uint32_t at;

    if (!s->list) {
        *s = (struct slots){.mask = (1U << BITS_FIRST) - 1, .shift = 32 - BITS_FIRST};
        s->list = xcalloc((size_t)s->mask + 1, sizeof(*s->list));
    }
    at = put(s->list, s->mask, s->shift, entry);
    s->n++;
    if (s->larger && at < s->copied)
        put_larger(s, entry);
    if (!s->larger && is_full(s, full)) {
        s->larger = xcalloc(2 * ((size_t)s->mask + 1), sizeof(*s->larger));
        s->copied = 0;
    }
    if (s->larger)
        grow_on(s);
}

void slots_release(struct slots *s)
{
    free(s->list);
    free(s->larger);
    *s = SLOTS_INIT;
}
