/* recall -- one place for each hash.
 *
 * A line pays for this before it is known whether anything is gained. So nothing here asks how long a
 * value is: three pieces of it are hashed, and what was found is compared to its end, masked. Values
 * that differ elsewhere lose their place to one another, no more: dispatch knows the answer too. So who
 * writes the log gains nothing by choosing values that collide.
 *
 * Values that hold an id or a number come once. They must not push out those that come again, nor be
 * copied for nothing: who comes to a place for the first time leaves only his hash. */
#include "config.h"

#include "engine/recall.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { PLACES_BITS = 11, TEXT_MAX = RECALL_AROUND, EVENTS_MAX = 6, CHUNK = 16, SOON = 32 };

typedef long long chunk __attribute__((vector_size(CHUNK)));

struct place {
    uint64_t hash; /* of the values that are here; 0: none */
    uint32_t last; /* the lower half of the hash of who came last and found nothing */
    uint16_t n;    /* events */
    uint16_t lengths[RECALL_FIELDS_MAX];
    uint32_t events[EVENTS_MAX];
    char texts[][TEXT_MAX];
};

struct recall {
    uint16_t slots[RECALL_FIELDS_MAX];
    unsigned nfields;
    size_t stride; /* bytes of a place */
    char *places;
    /* What was last looked for; hash 0: it is not to be kept. */
    struct slice texts[RECALL_FIELDS_MAX];
    uint64_t hash;
};

struct recall *recall_new(const uint16_t *slots, unsigned nfields)
{
    struct recall *r;

    if (nfields == 0 || nfields > RECALL_FIELDS_MAX)
        return NULL;
    r = xcalloc(1, sizeof *r);
    memcpy(r->slots, slots, nfields * sizeof *slots);
    r->nfields = nfields;
    r->stride = sizeof(struct place) + (size_t)nfields * TEXT_MAX;
    r->places = xcalloc(1 << PLACES_BITS, r->stride);
    return r;
}

void recall_free(struct recall *r)
{
    if (!r)
        return;
    free(r->places);
    free(r);
}

static struct place *place_of(const struct recall *r)
{
    return (struct place *)(void *)(r->places + (r->hash >> (64 - PLACES_BITS)) * r->stride);
}

/* As many ones as a text has bytes, at the end of the first half. */
static const unsigned char ones[2 * TEXT_MAX] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

static inline chunk load(const void *p)
{
    chunk c;

    memcpy(&c, p, sizeof c);
    return c;
}

/* Of the first, the middle and the last eight bytes. */
static inline uint64_t hash_on(uint64_t h, const char *p, size_t n)
{
    size_t piece = n < 8 ? n : 8, rest = n - piece;
    uint64_t mask = hash_load8((const char *)ones + TEXT_MAX - piece);
    uint64_t first = hash_load8(p) & mask, last = hash_load8(p + rest) & mask;
    uint64_t middle = hash_load8(p + rest / 2) & mask;

    h ^= (middle << 32 | middle >> 32) + n;
    return hash_fold(first ^ h, last ^ UINT64_C(0xe7037ed1a0b428db));
}

/* In which bits of a chunk do they differ? */
static inline chunk differs_at(struct slice text, const char *kept, size_t at)
{
    return (load(text.p + at) ^ load(kept + at)) & load(ones + TEXT_MAX - text.n + at);
}

static inline bool is_here(const struct recall *r, const struct place *p)
{
    chunk differs = {0, 0};

    for (unsigned i = 0; i < r->nfields; i++) {
        struct slice text = r->texts[i];

        if (p->lengths[i] != text.n)
            return false;
        differs |= differs_at(text, p->texts[i], 0) | differs_at(text, p->texts[i], CHUNK);
        for (size_t at = SOON; __builtin_expect(at < text.n, 0); at += CHUNK)
            differs |= differs_at(text, p->texts[i], at);
    }
    return (differs[0] | differs[1]) == 0;
}

int recall_find(struct recall *r, const struct field *slots, const char *line,
                const uint32_t **ret_events)
{
    const struct place *p;
    uint32_t kinds = 0, longest = 0;
    uint64_t h = 0;

    for (unsigned i = 0; i < r->nfields; i++) {
        const struct field *f = &slots[r->slots[i]];
        bool is_there = f->kind == FIELD_TEXT;
        const char *text = is_there ? f->p : line;
        uint32_t n = is_there ? f->n : 0;

        kinds |= f->kind;
        longest |= n;
        r->texts[i] = slice_make(text, n);
        h = hash_on(h, text, n);
    }
    r->hash = 0;
    if (kinds >= FIELD_JSON || longest >= TEXT_MAX)
        return -1;
    r->hash = h;
    p = place_of(r);
    *ret_events = p->events;
    return p->hash == h && is_here(r, p) ? p->n : -1;
}

void recall_keep(struct recall *r, const uint32_t *events, unsigned n)
{
    struct place *p;

    if (r->hash == 0 || n > EVENTS_MAX)
        return;
    p = place_of(r);
    if (p->last != (uint32_t)r->hash) {
        p->last = (uint32_t)r->hash;
        return;
    }
    memset(p, 0, r->stride);
    p->hash = r->hash;
    p->n = (uint16_t)n;
    memcpy(p->events, events, n * sizeof *events);
    for (unsigned i = 0; i < r->nfields; i++) {
        p->lengths[i] = (uint16_t)r->texts[i].n;
        memcpy(p->texts[i], r->texts[i].p, r->texts[i].n);
    }
}
