/* fieldnames -- is this key one of the names the rules use? Asked once for every key of every line.
 *
 * A key is reduced to three words: its length, its first and its last eight bytes (a key shorter
 * than eight bytes: the bytes it has, padded with zeros, twice). Up to 16 bytes these ARE the key,
 * so that one probe of the table and three compares answer; longer names compare the rest too. A
 * scanner that may read past a key's end loads the words without looking at the length
 * (fields_fast.c); both ways must give the same words, which is why they are defined here.
 *
 * Besides the names themselves the table holds what stands before each of their dots: for "a.b.c"
 * also "a" and "a.b", as entries without a slot. A scanner of nested JSON goes into an object only
 * when it found it here. Internal to src/rules. */
#ifndef LT_RULES_FIELDNAMES_H
#define LT_RULES_FIELDNAMES_H

#include "rules/fields.h"

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
    uint16_t *index; /* entry + 1, or 0; at most a quarter of it is used */
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
    struct keywords k = {0, 0, n};

    if (n >= 8) {
        memcpy(&k.first, p, 8);
        memcpy(&k.last, p + n - 8, 8);
        k.first = keywords_le(k.first);
        k.last = keywords_le(k.last);
        return k;
    }
    if (n > 0)
        memcpy(&k.first, p, n);
    k.first = keywords_le(k.first);
    k.last = k.first;
    return k;
}

static inline uint64_t keywords_hash(const struct keywords *k)
{
    uint64_t h = (k->first ^ k->n) * UINT64_C(0x9e3779b97f4a7c15);

    h = (h ^ (h >> 29) ^ k->last) * UINT64_C(0xbf58476d1ce4e5b9);
    return h;
}

static inline bool keywords_eq(const struct keywords *a, const struct keywords *b)
{
    return a->first == b->first && a->last == b->last && a->n == b->n;
}

/* The entry of the name with these words and text, or NULL. */
static inline const struct fieldname *fieldnames_find(const struct fieldnames *f,
                                                      const struct keywords *k, const char *text)
{
    size_t mask = ((size_t)1 << (64 - f->shift)) - 1;
    size_t at = (size_t)(keywords_hash(k) >> f->shift);

    while (f->index[at] != 0) {
        const struct fieldname *e = &f->entries[f->index[at] - 1];

        if (keywords_eq(&e->words, k) &&
            (k->n <= 16 || memcmp(e->text + 8, text + 8, k->n - 16) == 0))
            return e;
        at = (at + 1) & mask;
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
