/* series -- the hash, the slots, and the chunks that label sets are written to.
 *
 * Not a map: a key is several texts, which lie in the label sets that snapshots share. The hash
 * takes in each value's length, so that ("ab", "c") and ("a", "bc") differ, and is seeded per
 * registry. */
#include "config.h"

#include "metrics/series.h"

#include "base/hash.h"
#include "base/refs.h"
#include "base/xalloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_FIRST = 512, CHUNK_MAX = 64 * 1024 };

static uint32_t hash_values(const struct series_table *t, const struct slice *values)
{
    uint64_t h = t->seed;

    for (unsigned i = 0; i < t->nlabels; i++)
        h = hash_text(h, values[i]);
    return (uint32_t)(h >> 32);
}

void series_init(struct series_table *t, unsigned nlabels, uint64_t seed)
{
    *t = (struct series_table){.nlabels = nlabels, .seed = seed};
}

void chunks_release(struct chunk_ref *chunks, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (refs_drop(&chunks[i].chunk->refs))
            free(chunks[i].chunk);
    free(chunks);
}

struct chunk_ref *chunks_share(const struct series_table *t)
{
    struct chunk_ref *list;

    if (t->nchunks == 0)
        return NULL;
    list = xreallocarray(NULL, t->nchunks, sizeof *list);
    memcpy(list, t->chunks, t->nchunks * sizeof *list);
    for (unsigned i = 0; i < t->nchunks; i++)
        refs_take(&list[i].chunk->refs);
    return list;
}

void series_release(struct series_table *t)
{
    chunks_release(t->chunks, t->nchunks);
    free(t->label_sets);
    slots_release(&t->slots);
    series_init(t, t->nlabels, t->seed);
}

size_t series_bytes(const struct series_table *t)
{
    size_t n = t->cap * sizeof(*t->label_sets) + slots_bytes(&t->slots) +
               t->chunks_cap * sizeof(*t->chunks);

    for (unsigned i = 0; i < t->nchunks; i++)
        n += sizeof(struct chunk) + t->chunks[i].chunk->cap;
    return n;
}

static bool label_set_is(const struct label_set *set, unsigned nlabels, const struct slice *values)
{
    const char *p = label_set_text(set, nlabels);

    for (unsigned i = 0; i < nlabels; i++) {
        if (set->len[i] != values[i].n || !hash_same(p, values[i].p, values[i].n))
            return false;
        p += set->len[i];
    }
    return true;
}

uint32_t series_find(const struct series_table *t, const struct slice *values)
{
    const struct slots *slots = &t->slots;
    uint32_t tag;

    if (!slots->list)
        return SERIES_NONE;
    for (unsigned i = 0; i < t->nlabels; i++)
        if (values[i].n == 0) /* no series has an empty value, and its p may be NULL */
            return SERIES_NONE;
    tag = hash_values(t, values);
    for (size_t at = slots_first(slots, tag); slots->list[at].ref; at = slots_next(slots, at)) {
        uint32_t index = slots->list[at].ref - 1;

        if (slots->list[at].tag == tag && label_set_is(t->label_sets[index], t->nlabels, values))
            return index;
    }
    return SERIES_NONE;
}

/* Small families stay small: chunks double up to CHUNK_MAX. A label set never spans two. */
static struct chunk *chunk_for(struct series_table *t, size_t need)
{
    struct chunk *last = t->nchunks ? t->chunks[t->nchunks - 1].chunk : NULL;
    size_t cap = last ? last->cap * 2 : CHUNK_FIRST;
    struct chunk *c;

    if (last && last->cap - last->used >= need)
        return last;
    if (cap > CHUNK_MAX)
        cap = CHUNK_MAX;
    if (cap < need)
        cap = need;
    c = xmalloc(sizeof *c + cap);
    atomic_init(&c->refs, 1);
    c->used = 0;
    c->cap = cap;
    GROW(t->chunks, t->nchunks, t->chunks_cap);
    t->chunks[t->nchunks++] = (struct chunk_ref){c, 0};
    return c;
}

static bool needs_escape(struct slice s)
{
    return memchr(s.p, '"', s.n) || memchr(s.p, '\\', s.n) || memchr(s.p, '\n', s.n);
}

static struct label_set *label_set_write(struct series_table *t, const struct slice *values)
{
    size_t text = 0, size;
    struct chunk *c;
    struct label_set *set;
    char *p;

    for (unsigned i = 0; i < t->nlabels; i++)
        text += values[i].n;
    size = label_set_size(t->nlabels, text);
    c = chunk_for(t, size);
    set = (struct label_set *)(void *)(c->bytes + c->used);
    c->used += size;
    t->chunks[t->nchunks - 1].n++;

    set->plain = true;
    set->pinned = false;
    p = (char *)(set->len + t->nlabels);
    for (unsigned i = 0; i < t->nlabels; i++) {
        memcpy(p, values[i].p, values[i].n);
        p += values[i].n;
        set->len[i] = (uint16_t)values[i].n;
        set->plain = set->plain && !needs_escape(values[i]);
    }
    memset(p, 0, (size_t)((char *)set + size - p));
    return set;
}

uint32_t series_append(struct series_table *t, const struct slice *values, int64_t created_ns)
{
    uint32_t index = t->n;
    struct label_set *set = label_set_write(t, values);

    atomic_init(&set->created_ns, created_ns);
    GROW(t->label_sets, t->n, t->cap);
    t->label_sets[t->n++] = set;
    if (t->nlabels == 0)
        return index;
    slots_add(&t->slots, hash_values(t, values), index, SLOTS_THREE_QUARTERS);
    return index;
}

void label_set_values(const struct label_set *set, unsigned nlabels, struct slice *ret_values)
{
    const char *p = label_set_text(set, nlabels);

    for (unsigned i = 0; i < nlabels; i++) {
        ret_values[i] = (struct slice){p, set->len[i]};
        p += set->len[i];
    }
}
