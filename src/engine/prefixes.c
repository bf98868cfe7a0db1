/* prefixes -- a sorted array. The last entry that is not behind a text is the longest prefix of it, or
 * goes on where it ends, or else differently: what both have in common is then among the entries that
 * this one begins with, each of which names the next shorter (`parent`).
 *
 * All have some first bytes in common, mostly; the eight behind those are compared as one number, without
 * branches, before whole texts are. */
#include "config.h"

#include "engine/prefixes.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct prefix {
    struct slice text;
    uint64_t value;
    uint32_t parent; /* the longest other that it begins with; PREFIX_NONE */
};

struct prefixes {
    struct slice common; /* what all begin with */
    uint32_t n;
    struct prefix *list; /* bytewise ascending */
    uint64_t *heads;     /* of each: the eight bytes behind `common`, NULs behind its end */
};

/* As numbers they are in the order of the texts. */
static uint64_t head(struct slice text, size_t from)
{
    char bytes[8] = {0};
    uint64_t v;

    if (text.n - from >= sizeof bytes)
        v = word_load(text.p + from);
    else
        v = word_load(memcpy(bytes, text.p + from, text.n - from));
    return __builtin_bswap64(v);
}

static int by_text(const void *a, const void *b)
{
    return slice_cmp(((const struct prefix *)a)->text, ((const struct prefix *)b)->text);
}

static inline bool begins_with(struct slice text, struct slice prefix)
{
    return text.n >= prefix.n && hash_same(text.p, prefix.p, prefix.n);
}

/* From the entry before it, or one of those that begin that one. */
static uint32_t longest_from(const struct prefixes *p, uint32_t i, struct slice text)
{
    while (i != PREFIX_NONE && !begins_with(text, p->list[i].text))
        i = p->list[i].parent;
    return i;
}

struct prefixes *prefixes_new(const struct map *texts)
{
    struct slice key;
    uint64_t value;

    if (texts->n == 0)
        return NULL;
    struct prefixes *p = xcalloc(1, sizeof *p);

    p->list = xcalloc(texts->n, sizeof *p->list);
    p->heads = xcalloc(texts->n, sizeof *p->heads);
    for (size_t at = 0; map_next(texts, &at, &key, &value);)
        p->list[p->n++] = (struct prefix){key, value, PREFIX_NONE};
    qsort(p->list, p->n, sizeof *p->list, by_text);
    p->common = p->list[0].text;
    p->common.n = slice_common(p->common, p->list[p->n - 1].text);
    for (uint32_t i = 0; i < p->n; i++) {
        p->heads[i] = head(p->list[i].text, p->common.n);
        p->list[i].parent = i > 0 ? longest_from(p, i - 1, p->list[i].text) : PREFIX_NONE;
    }
    return p;
}

void prefixes_free(struct prefixes *p)
{
    if (!p)
        return;
    free(p->list);
    free(p->heads);
    free(p);
}

/* How many heads are at most `most`. */
static uint32_t count_at_most(const struct prefixes *p, uint64_t most)
{
    const uint64_t *from = p->heads;

    for (uint32_t n = p->n; n > 1; n -= n / 2)
        from += from[n / 2 - 1] <= most ? n / 2 : 0;
    return (uint32_t)(from - p->heads) + (*from <= most);
}

/* How many entries are at most the text, of those before `end`, which all are or have its head. */
static uint32_t count_with_head(const struct prefixes *p, uint32_t end, uint64_t its_head,
                                struct slice text)
{
    uint32_t begin = its_head ? count_at_most(p, its_head - 1) : 0;

    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;

        if (slice_cmp(p->list[middle].text, text) <= 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return end;
}

uint32_t prefixes_longest(const struct prefixes *p, struct slice text)
{
    uint64_t its_head;
    uint32_t n;

    if (!begins_with(text, p->common))
        return PREFIX_NONE;
    its_head = head(text, p->common.n);
    n = count_at_most(p, its_head);
    /* Of a single one with this head all that begins the text is a prefix, if it is not itself one. */
    if (n > 1 && p->heads[n - 2] == its_head)
        n = count_with_head(p, n, its_head, text);
    return n > 0 ? longest_from(p, n - 1, text) : PREFIX_NONE;
}

uint32_t prefixes_shorter(const struct prefixes *p, uint32_t i)
{
    return p->list[i].parent;
}

uint64_t prefixes_value(const struct prefixes *p, uint32_t i)
{
    return p->list[i].value;
}
