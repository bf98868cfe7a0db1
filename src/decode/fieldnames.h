/* fieldnames -- is this key one of the names the rules use?
 *
 * Asked for every key that a plain scanner reads, and once for every step of a trail. Besides the
 * names themselves the table holds what stands before each of their dots: for "a.b.c" also "a" and
 * "a.b", as entries without a slot. A scanner of nested JSON goes into an object only when it found
 * it here.
 * Only this room includes it. */
#ifndef LT_DECODE_FIELDNAMES_H
#define LT_DECODE_FIELDNAMES_H

#include "decode/fields.h"

#include "base/map.h"

enum { FIELDNAME_NO_SLOT = 0xffff };

struct fieldname {
    struct slice text; /* BORROWS the table */
    uint16_t slot;     /* FIELDNAME_NO_SLOT: only begins other names */
    bool begins;       /* text + "." begins a wanted name */
};

struct fieldnames {
    struct map index; /* text -> number of its entry */
    struct fieldname *entries;
    size_t cap;
};

/* The entry of this name, or NULL. */
static inline const struct fieldname *fieldnames_find(const struct fieldnames *f, struct slice name)
{
    const uint64_t *i = map_find(&f->index, name);

    return i ? &f->entries[*i] : NULL;
}

static inline void field_store(struct field *slots, struct touched *touched, unsigned slot,
                               struct field value)
{
    if (slot == FIELDNAME_NO_SLOT || slots[slot].kind != FIELD_NONE)
        return;
    slots[slot] = value;
    touched->slots[touched->n++] = (uint16_t)slot;
}

#endif
