/* series -- the label values of a family's series, and the way from values to index.
 *
 *   slots     {tag, index + 1}   open addressing on the high bits of the hash, at most 3/4 full
 *   records   index -> record    a record holds a series' label values and is written once
 *   chunks    [record record record ...] [record ...]     in order of index
 *
 * Chunks are counted by reference and shared with snapshots: a snapshot takes the list of chunks
 * and how many records each had, and walks them on another thread while new records are written
 * behind. Nothing before that watermark changes, but for the creation time, which is atomic.
 * Removing series writes a new table; the old chunks live on in the snapshots that hold them.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_SERIES_H
#define LT_METRICS_SERIES_H

#include "base/slice.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LABEL_BYTES_MAX = 65535 };

#define SERIES_NONE UINT32_MAX

struct record {
    _Atomic int64_t created_ns; /* 0 = unknown */
    bool plain;                 /* no value needs an escape */
    bool pinned;                /* owner's business only: snapshots do not look at it */
    uint16_t len[];             /* of each value; the values follow */
};

struct chunk;

/* Part of a chunk: its first n records. */
struct chunk_ref {
    struct chunk *chunk;
    uint32_t n;
};

struct slot {
    uint32_t tag; /* the hash */
    uint32_t ref; /* index + 1; 0 = free */
};

struct series_table {
    unsigned nlabels;
    uint64_t seed;
    uint32_t n, cap;
    struct record **records;
    struct slot *slots; /* 1 << bits; NULL while empty */
    unsigned bits;
    struct chunk_ref *chunks;
    unsigned nchunks, chunks_cap;
};

void series_init(struct series_table *t, unsigned nlabels, uint64_t seed);
void series_release(struct series_table *t);

/* SERIES_NONE when there is none. */
uint32_t series_find(const struct series_table *t, const struct slice *values);
/* The label set must not be there yet. Copies. Returns the index, t->n before. */
uint32_t series_append(struct series_table *t, const struct slice *values, int64_t created_ns);

/* Value i; BORROWS the record. To step through all values, add len[i] to the pointer. */
static inline const char *record_text(const struct record *r, unsigned nlabels)
{
    return (const char *)(r->len + nlabels);
}

/* Bytes of all values. */
static inline size_t record_text_bytes(const struct record *r, unsigned nlabels)
{
    size_t n = 0;

    for (unsigned i = 0; i < nlabels; i++)
        n += r->len[i];
    return n;
}

static inline size_t record_size(unsigned nlabels, size_t text)
{
    size_t n = offsetof(struct record, len) + nlabels * sizeof(uint16_t) + text;

    return (n + 7) & ~(size_t)7;
}

struct slice record_value(const struct record *r, unsigned nlabels, unsigned i);
void record_values(const struct record *r, unsigned nlabels, struct slice *ret_values);

/* A copy of the list of chunks, each counted; for snapshots. */
struct chunk_ref *chunks_share(const struct series_table *t);
void chunks_release(struct chunk_ref *chunks, unsigned n);
const char *chunk_bytes(const struct chunk *c);

/* A series: its label set and the index of its cell. */
struct series {
    const struct record *record;
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
        w->at = chunk_bytes(w->next->chunk);
        w->next++;
    }
    ret->record = (const struct record *)(const void *)w->at;
    ret->index = w->index++;
    w->at += record_size(w->nlabels, record_text_bytes(ret->record, w->nlabels));
    w->left--;
    return true;
}

#endif
