/* metrics -- the metrics proposed for one event: a counter of its lines, and what its
 * numbers are good for. */
#ifndef LT_SUGGEST_METRICS_H
#define LT_SUGGEST_METRICS_H

#include "suggest/kinds.h"

enum { SUGGEST_FIELDS = 40 };

/* A field of an event as the rules name it. */
struct item {
    const struct field_stats *stats;
    struct field_guess guess;
    char *name;  /* in the event */
    char *label; /* NULL = none */
    int word;    /* of the shape; -1: a decoded field */
};

struct paper {
    const struct sample_stats *stats;
    struct buf *out;
    struct map events, metrics; /* names taken */
};

struct proposal {
    const struct kind *kind;
    struct item items[SUGGEST_FIELDS];
    size_t n;
    char *groups[WORDS_MAX]; /* names of groups that are used */
    const char *event;
};

/* How many values a label would have. */
size_t item_values(const struct item *i);
void suggest_metrics(struct paper *p, const struct proposal *q);

#endif
