/* fieldnames -- is this key one of the names the rules use? Asked once for every key of every line.
 *
 * A key of at most 16 bytes is two words, padded with zeros, and its length; a longer one is its
 * first and its last eight bytes and its length, and the text between is compared too. Besides the
 * names themselves the table holds what stands before each of their dots: for "a.b.c" also "a" and
 * "a.b", as entries without a slot. A scanner of nested JSON goes into an object only when it found
 * it here.
 * Only this room includes it. */
#ifndef LT_DECODE_FIELDNAMES_H
#define LT_DECODE_FIELDNAMES_H

#include "decode/fields.h"

enum { FIELDNAME_NO_SLOT = 0xffff };

struct keywords {
    uint64_t first, last;
    size_t n;
};

struct fieldname {
    struct keywords words;
    const char *text; /* words.n bytes; owned */
    uint16_t slot;    /* FIELDNAME_NO_SLOT: only begins other names */
    bool begins;      /* text + "." begins a wanted name */
};

struct fieldnames {
    struct fieldname *entries;
    unsigned n, cap;
    uint32_t *index; /* entry + 1, or 0; at most a quarter of it is used */
    unsigned shift;  /* 64 - log2 of its size */
};

/* Eight bytes of text as one number, the same on every machine. */
static inline uint64_t keywords_le(uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(v);
#else
    return v;
#endif
}

/* Reads exactly the n bytes. */
static inline struct keywords keywords_of(const char *p, size_t n)
{
    uint64_t w[2] = {0, 0};

    if (n > 16) {
        memcpy(&w[0], p, 8);
        memcpy(&w[1], p + n - 8, 8);
    } else if (n > 0) {
        memcpy(w, p, n);
    }
    return (struct keywords){keywords_le(w[0]), keywords_le(w[1]), n};
}

/* The cell where a search begins. The length is left out: the same words with another are rare. */
static inline size_t fieldnames_at(uint64_t first, uint64_t last, unsigned shift)
{
    return (size_t)((first ^ (last << 29 | last >> 35)) * UINT64_C(0x9e3779b97f4a7c15) >> shift);
}

static inline bool keywords_eq(const struct keywords *a, const struct keywords *b)
{
    return ((a->first ^ b->first) | (a->last ^ b->last) | (a->n ^ b->n)) == 0;
}

/* The entry of the name with these words and text, or NULL. */
static inline const struct fieldname *fieldnames_find(const struct fieldnames *f,
                                                      const struct keywords *k, const char *text)
{
    size_t mask = ((size_t)1 << (64 - f->shift)) - 1;
    size_t at = fieldnames_at(k->first, k->last, f->shift);

    for (; f->index[at] != 0; at = (at + 1) & mask) {
        const struct fieldname *e = &f->entries[f->index[at] - 1];

        if (keywords_eq(&e->words, k) &&
            (k->n <= 16 || memcmp(e->text + 8, text + 8, k->n - 16) == 0))
            return e;
    }
    return NULL;
}

static inline void field_store(struct field *slots, struct touched *touched, unsigned slot,
                               struct field value)
{
    if (slots[slot].kind != FIELD_NONE)
        return;
    slots[slot] = value;
    touched->slots[touched->n++] = (uint16_t)slot;
}

#endif
