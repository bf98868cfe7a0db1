/* slots -- from a hash to the number of a thing that lies in an array of its owner's: the index of a
 * table that the lines of a log can make large.
 *
 *     struct slots s = SLOTS_INIT;
 *     slots_add(&s, tag, number, SLOTS_HALF);
 *     for (size_t at = slots_first(&s, tag); s.list[at].ref; at = slots_next(&s, at))
 *         if (s.list[at].tag == tag && is_it(things[s.list[at].ref - 1])) ...     when s.list is there
 *     slots_release(&s);
 *
 * The tag is the upper half of a hash of base/hash.h. No addition takes longer than another,
 * however large the table is. There is no removal. */
#ifndef LT_BASE_SLOTS_H
#define LT_BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slot {
    uint32_t tag;
    uint32_t ref; /* number + 1; 0 = free */
};

struct slots {
    struct slot *list;    /* mask + 1; NULL before the first addition */
    uint32_t mask, shift; /* of a tag, to where it begins to look */
    uint32_t n;           /* taken */
    uint32_t copied;
    struct slot *larger; /* twice as many, while it grows: has what list[0, copied) has; or NULL */
};

#define SLOTS_INIT ((struct slots){0})

/* How full it may be before it grows, in sixteenths: a fuller one is smaller and slower. */
enum slots_full { SLOTS_HALF = 8, SLOTS_THREE_QUARTERS = 12 };

static inline size_t slots_first(const struct slots *s, uint32_t tag)
{
    return tag >> s->shift;
}

static inline size_t slots_next(const struct slots *s, size_t at)
{
    return (at + 1) & s->mask;
}

/* Allocated bytes. */
static inline size_t slots_bytes(const struct slots *s)
{
    size_t n = s->list ? (size_t)s->mask + 1 : 0;

    return (s->larger ? 3 * n : n) * sizeof *s->list;
}

/* The thing must not be there yet. */
void slots_add(struct slots *s, uint32_t tag, uint32_t number, enum slots_full full);
void slots_release(struct slots *s);

#endif
