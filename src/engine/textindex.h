/* textindex -- known texts -> numbers, in a few nanoseconds: the look-up that decides what a line
 * is.
 *
 * A text's hash is made of its length, its first and its last eight bytes: one multiplication
 * whatever its length. That guesses: texts that share both ends share a slot's neighbourhood. It
 * proves by comparing: the ends (which is all of a text of up to 16 bytes), then the rest. Texts
 * are those of the rules, so nobody can choose them to collide; a line's text only chooses which
 * slot is looked at. */
#ifndef LT_ENGINE_TEXTINDEX_H
#define LT_ENGINE_TEXTINDEX_H

#include "base/slice.h"

#include <stdint.h>

struct textindex_slot {
    uint64_t head, tail; /* as text_ends gives them */
    const char *p;       /* NULL = free */
    uint32_t n;
    uint32_t value;
};

struct textindex {
    struct textindex_slot *slots;
    unsigned bits; /* 1 << bits slots, at most a quarter full */
    uint32_t n;
};

struct text_ends {
    uint64_t head, tail;
};

/* First and last eight bytes; they overlap in a text shorter than 16. */
static inline struct text_ends text_ends(const char *p, size_t n)
{
    struct text_ends e = {0, 0};

    if (n >= 8) {
        memcpy(&e.head, p, 8);
        memcpy(&e.tail, p + n - 8, 8);
    } else if (n >= 4) {
        memcpy(&e.head, p, 4);
        memcpy(&e.tail, p + n - 4, 4);
    } else if (n > 0) {
        e.head = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
                 (uint64_t)(unsigned char)p[n - 1] << 16;
    }
    return e;
}

static inline uint32_t text_slot(struct text_ends e, size_t n, unsigned bits)
{
    unsigned __int128 m = (unsigned __int128)(e.head ^ 0xa0761d6478bd642full) *
                          (e.tail ^ 0xe7037ed1a0b428dbull ^ (uint64_t)n << 56);

    return (uint32_t)(((uint64_t)m ^ (uint64_t)(m >> 64)) >> (64 - bits));
}

/* False when the text is none of those added. */
static inline bool textindex_find(const struct textindex *t, struct slice text, uint32_t *ret_value)
{
    if (t->n == 0)
        return false;
    struct text_ends e = text_ends(text.p, text.n);
    uint32_t mask = (UINT32_C(1) << t->bits) - 1, i = text_slot(e, text.n, t->bits);

    for (; t->slots[i].p; i = (i + 1) & mask) {
        const struct textindex_slot *s = &t->slots[i];

        if (s->head != e.head || s->tail != e.tail || s->n != text.n)
            continue;
        if (text.n > 16 && memcmp(s->p + 8, text.p + 8, text.n - 16) != 0)
            continue;
        *ret_value = s->value;
        return true;
    }
    return false;
}

/* The text is borrowed and must not be there yet. */
void textindex_add(struct textindex *t, struct slice text, uint32_t value);
void textindex_release(struct textindex *t);

#endif
