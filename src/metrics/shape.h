/* shape -- the text of a sample without its label values and its value.
 *
 *   http_requests_total{env="x",method="  GET  ",status="  200  "}
 *
 * It is the same for all series of a family; with it a line is a few short copies. Most copies are
 * of a few bytes, and calling memcpy for each would be most of the cost of a page.
 *
 * Only this room includes this header. */
#ifndef LT_METRICS_SHAPE_H
#define LT_METRICS_SHAPE_H

#include "metrics/expose.h"
#include "metrics/series.h"

/* Fixed text is copied in blocks of so many bytes: it is followed by as many more (buf_pad), and so
 * is the room it is copied to. */
enum { BLOCK = 32 };

struct shape {
    struct buf text;              /* release with buf_release */
    size_t begin[LABELS_MAX + 2]; /* piece i of text: begin[i] to begin[i + 1] */
};

/* A sample's shape, with braces and a blank behind; without a name, that of the labels alone. *s
 * must be zeroed. */
void shape_init(struct shape *s, const struct expose_options *o, const struct family_spec *spec,
                struct slice name, const char *suffix);
/* Room that shape_put may need. */
size_t shape_room(const struct shape *s, const struct label_set *set, unsigned nlabels);
/* Writes it with the values of `set`, escaped; returns the end. */
char *shape_put(char *p, const struct shape *s, const struct label_set *set, unsigned nlabels);

static inline char *put_piece(char *p, const char *s, size_t n)
{
    memcpy(p, s, BLOCK);
    if (n > BLOCK)
        memcpy(p + BLOCK, s + BLOCK, n - BLOCK);
    return p + n;
}

/* memcpy for texts of any origin: a pair of loads and stores that may overlap. */
static inline char *put(char *p, const char *s, size_t n)
{
    struct pair {
        uint64_t a, b;
    } head, tail;
    uint64_t a, b;

    if (n > 2 * sizeof head) {
        memcpy(p, s, n);
    } else if (n >= sizeof head) {
        memcpy(&head, s, sizeof head);
        memcpy(&tail, s + n - sizeof tail, sizeof tail);
        memcpy(p, &head, sizeof head);
        memcpy(p + n - sizeof tail, &tail, sizeof tail);
    } else if (n >= sizeof a) {
        memcpy(&a, s, sizeof a);
        memcpy(&b, s + n - sizeof b, sizeof b);
        memcpy(p, &a, sizeof a);
        memcpy(p + n - sizeof b, &b, sizeof b);
    } else {
        for (size_t i = 0; i < n; i++)
            p[i] = s[i];
    }
    return p + n;
}

static inline void buf_pad(struct buf *text)
{
    memset(buf_reserve(text, BLOCK), 0, BLOCK);
}

/* What was written up to `end` belongs to *b. */
static inline void buf_commit(struct buf *b, char *end)
{
    *end = '\0';
    b->n = (size_t)(end - b->p);
}

#endif
