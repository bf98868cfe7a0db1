/* memo -- what was found out of a text, for the lines that repeat it.
 *
 *     const uint32_t *known = memo_rests(&m) ? NULL : memo_find(&m, text);
 *     if (!known) {
 *         ... find numbers[n] out
 *         if (memo_wants(&m, text))
 *             memo_keep(&m, text, numbers, n);
 *     }
 *
 * Bounded in texts and in bytes: a full one is emptied and begins anew. Where texts repeat too seldom
 * it would cost more than it saves, so it rests, longer each time that it finds them so. A zeroed
 * struct memo is valid. */
#ifndef LT_ENGINE_MEMO_H
#define LT_ENGINE_MEMO_H

#include "base/map.h"

enum {
    MEMO_TEXTS = 4096,
    MEMO_BYTES = 1 << 20, /* of texts and of numbers */
    MEMO_TEXT = 1024,     /* a longer one is not kept */
};

struct memo {
    struct map index;  /* text -> where its numbers begin */
    uint32_t *numbers; /* of each text: how many, then they */
    size_t n, cap;
    size_t bytes;           /* of texts */
    uint32_t asked, missed; /* since it was last judged */
    uint32_t rests;         /* for so many texts it is not asked */
    uint32_t rest;          /* how long the last one was */
};

static inline bool memo_rests(struct memo *m)
{
    return m->rests && m->rests--;
}

/* Their number, then they; NULL: they must be found out. Lives until the next memo_keep. */
const uint32_t *memo_find(struct memo *m, struct slice text);
/* Is it worth finding out what memo_find did not know, to keep it? */
static inline bool memo_wants(const struct memo *m, struct slice text)
{
    return m->rests == 0 && text.n <= MEMO_TEXT;
}
/* A text that it wants. */
void memo_keep(struct memo *m, struct slice text, const uint32_t *numbers, uint32_t n);
void memo_release(struct memo *m);

#endif
