/* plain_read -- what stands in a regex, as a row of items: what its text says, and nothing that follows from
 * it. */
#ifndef LT_RULES_PLAIN_READ_H
#define LT_RULES_PLAIN_READ_H

#include "rules/plain_items.h"

enum { ITEMS_MAX = 96 };

/* A set of bytes. */
struct set {
    uint64_t bits[4];
};

static inline bool set_has(const struct set *s, unsigned c)
{
    return s->bits[c / 64] >> c % 64 & 1;
}

static inline void set_add(struct set *s, char c)
{
    unsigned char u = (unsigned char)c;

    s->bits[u / 64] |= UINT64_C(1) << u % 64;
}

static inline void set_add_all(struct set *s, const struct set *of, bool but)
{
    for (unsigned i = 0; i < 4; i++)
        s->bits[i] |= but ? ~of->bits[i] : of->bits[i];
}

static inline bool sets_meet(const struct set *a, const struct set *b)
{
    uint64_t both = 0;

    for (unsigned i = 0; i < 4; i++)
        both |= a->bits[i] & b->bits[i];
    return both;
}

struct row {
    bool from_start, to_end; /* ^ and $ */
    char *texts;             /* of all TEXTs; the caller frees it, of what is none too */
    unsigned n;
    struct item items[ITEMS_MAX + 1]; /* behind them an END */
    struct set sets[ITEMS_MAX + 1];   /* of items that are SETs */
};

/* False: it has something that is left to PCRE2. */
bool plain_read(struct slice regex, struct row *ret);

#endif
