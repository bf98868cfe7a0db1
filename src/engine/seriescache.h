/* seriescache -- the label texts of an event, all together, -> the series of all its metrics, in
 * one look-up.
 *
 * Most lines of an event repeat label texts seen before. Their series are remembered under the
 * texts as they stood in the line, before any set, calc, rewrite or map; so those run once for each new
 * set of texts, not once per line. Texts are compared whole, with their lengths.
 *
 *     slots:   hash -> entry number       open addressing, at most half full
 *     entries: hash, key, series...       dense
 *
 * Bounded: a table that is full is emptied and begins anew, so a log of ever new paths costs time
 * but not memory, however long they are. How large it may grow is said with each addition: many
 * more entries than there are series are mostly texts that never come again, and only push others
 * out of the cache. */
#ifndef LT_ENGINE_SERIESCACHE_H
#define LT_ENGINE_SERIESCACHE_H

#include "base/slice.h"

#include <stdint.h>

#define FOLDED_ALL UINT32_MAX

struct cached_series {
    uint32_t index;  /* of the series in its family */
    uint32_t folded; /* bit i: label i is "other"; FOLDED_ALL: all are */
};

struct seriescache;

/* For keys of `ntexts` texts and entries of `nseries` series. */
struct seriescache *seriescache_new(unsigned ntexts, unsigned nseries);
void seriescache_free(struct seriescache *t);

/* The series of these texts, or NULL. Dies with the next seriescache_add or seriescache_clear. Texts in
 * `block`, behind which 16 bytes can be read, are taken sooner; none need be there. */
struct cached_series *seriescache_find(struct seriescache *t, const struct slice *texts,
                                       struct slice block);
/* Adds what seriescache_find just did not find, to a table of at most `max` entries, which is
 * emptied first when it is full; the caller fills the series. */
struct cached_series *seriescache_add(struct seriescache *t, uint32_t max);
void seriescache_clear(struct seriescache *t);

#endif
