/* textindex -- the half that runs at load: adding texts, doubling the table. Looking up is inline,
 * in the header. */
#include "config.h"

#include "engine/textindex.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum { BITS_MIN = 4 };

static void place(struct textindex *t, struct textindex_slot slot)
{
    uint32_t mask = (UINT32_C(1) << t->bits) - 1;
    uint32_t i = text_slot((struct text_ends){slot.head, slot.tail}, slot.n, t->bits);

    while (t->slots[i].p)
        i = (i + 1) & mask;
    t->slots[i] = slot;
}

static void grow(struct textindex *t)
{
    struct textindex_slot *old = t->slots;
    size_t nold = old ? (size_t)1 << t->bits : 0;

    t->bits = old ? t->bits + 1 : BITS_MIN;
    t->slots = xcalloc((size_t)1 << t->bits, sizeof *t->slots);
    for (size_t i = 0; i < nold; i++)
        if (old[i].p)
            place(t, old[i]);
    free(old);
}

void textindex_add(struct textindex *t, struct slice text, uint32_t value)
{
    struct text_ends e = text_ends(text.p, text.n);

    if (!t->slots || t->n >= (UINT32_C(1) << t->bits) / 4)
        grow(t);
    place(t, (struct textindex_slot){e.head, e.tail, text.p, (uint32_t)text.n, value});
    t->n++;
}

void textindex_release(struct textindex *t)
{
    free(t->slots);
    *t = (struct textindex){0};
}
