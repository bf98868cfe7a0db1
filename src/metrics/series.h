/* series -- the label values of a family's series, and the way from values to index.
 *
 *   slots       values -> index     by their hash
 *   label_sets  index -> label set  the label values of a series, written once
 *   chunks      [set set set ...] [set ...]                              in order of index
 *
 * Chunks are counted by reference and shared with snapshots: a snapshot takes the list of chunks
 * and how many label sets each had, and walks them on another thread while new ones are written
 * behind. Nothing before that watermark changes, but for the creation time, which is atomic.
 * Removing series writes a new table; the old chunks live on in the snapshots that hold them.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_SERIES_H
#define LT_METRICS_SERIES_H

#include "base/slice.h"
#include "base/slots.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LABEL_BYTES_MAX = 65535 };

#define SERIES_NONE UINT32_MAX

struct label_set {
    _Atomic int64_t created_ns; /* 0 = unknown */
    bool plain;                 /* no value needs an escape */
    bool pinned;                /* owner's business only: snapshots do not look at it */
    uint16_t len[];             /* of each value; the values follow */
};

struct chunk {
    atomic_uint refs;
    size_t used, cap; /* the registry's; a snapshot does not read them */
    _Alignas(8) char bytes[];
};

/* Part of a chunk: its first n label sets. */
struct chunk_ref {
    struct chunk *chunk;
    uint32_t n;
};

struct series_table {
    unsigned nlabels;
    uint64_t seed;
    uint32_t n, cap;
    struct label_set **label_sets;
    struct slots slots;
    struct chunk_ref *chunks;
    unsigned nchunks, chunks_cap;
};

void series_init(struct series_table *t, unsigned nlabels, uint64_t seed);
void series_release(struct series_table *t);

/* Allocated bytes. */
size_t series_bytes(const struct series_table *t);

/* SERIES_NONE when there is none. */
uint32_t series_find(const struct series_table *t, const struct slice *values);
/* The label set must not be there yet. Copies. Returns the index, t->n before. */
uint32_t series_append(struct series_table *t, const struct slice *values, int64_t created_ns);

/* The first value; the others follow without a gap. BORROWS the label set, as all of these. */
static inline const char *label_set_text(const struct label_set *set, unsigned nlabels)
{
    return (const char *)(set->len + nlabels);
}

/* Bytes of all values. */
static inline size_t label_set_bytes(const struct label_set *set, unsigned nlabels)
{
    size_t n = 0;

    for (unsigned i = 0; i < nlabels; i++)
        n += set->len[i];
    return n;
}

static inline size_t label_set_size(unsigned nlabels, size_t text)
{
    size_t n = offsetof(struct label_set, len) + nlabels * sizeof(uint16_t) + text;

    return (n + 7) & ~(size_t)7;
}

void label_set_values(const struct label_set *set, unsigned nlabels, struct slice *ret_values);

/* A copy of the list of chunks, each counted; for snapshots. */
struct chunk_ref *chunks_share(const struct series_table *t);
void chunks_release(struct chunk_ref *chunks, unsigned n);

/* A series: its label set and the index of its cell. */
struct series {
    const struct label_set *labels;
    uint32_t index;
};

/* Walks the first n series of shared chunks, in order of index. */
struct series_walk {
    const struct chunk_ref *next; /* chunk */
    unsigned nlabels;
    uint32_t left; /* in this chunk */
    const char *at;
    uint32_t index, n;
};

static inline void series_walk_init(struct series_walk *w, const struct chunk_ref *chunks,
                                    unsigned nlabels, uint32_t n)
{
    *w = (struct series_walk){.next = chunks, .nlabels = nlabels, .n = n};
}

static inline bool series_walk_next(struct series_walk *w, struct series *ret)
{
    if (w->index == w->n)
        return false;
    if (w->left == 0) {
        w->left = w->next->n;
        w->at = w->next->chunk->bytes;
        w->next++;
    }
    ret->labels = (const struct label_set *)(const void *)w->at;
    ret->index = w->index++;
    w->at += label_set_size(w->nlabels, label_set_bytes(ret->labels, w->nlabels));
    w->left--;
    return true;
}

#endif
