/* digest -- what stays of a fingerprint when its content is gone: hashes in the place of the bytes.
 *
 * Why so many hashes of the head: what comes back may be shorter than what was read, or go on
 * otherwise, and how far it is the same must be known then. Each covers twice as much as the one
 * before, and the first bytes are kept as they are, so that even a name that a slow copy has hardly
 * begun to fill is told from another. The marks cover the rest of a small content completely
 * (fingerprint.c).
 *
 * Of the tail's last line it is known how long it is, and the hash of what is before it: an editor
 * that deletes a last line leaves that.
 *
 * Nothing here reads a file. A content whose bytes are gone is not read on before they are back
 * (tail_recall). */
#include "config.h"

#include "base/xalloc.h"
#include "input/tail.h"

#include <stdlib.h>

/* FNV-1a (Fowler, Noll, Vo), not base/hash.h, which may change: these stand in the state file. */
static uint64_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
    return h;
}

uint32_t digest_fold(uint64_t hash)
{
    uint32_t h = (uint32_t)(hash ^ hash >> 32);

    return h ? h : 1;
}

uint32_t digest_hash(const char *p, size_t n)
{
    return digest_fold(hash_bytes(p, n));
}

unsigned digest_heads(size_t head_n)
{
    unsigned n = 0;

    while (n < DIGEST_HEADS && (size_t)DIGEST_HEAD << n < head_n)
        n++;
    return n;
}

/* So many bytes the i-th hash is of. */
static size_t size_of(size_t head_n, unsigned i)
{
    size_t n = (size_t)DIGEST_HEAD << (i + 1);

    return n < head_n ? n : head_n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t tail_last_n(const struct tail *t, const struct charset *c)
{
    size_t unit = charset_newline(c).n, from = t->tail_n % unit, n = 0;

    if (t->digest)
        return t->digest->last_n;
    if (t->tail_n > from)
        n = charset_whole_lines(c, slice_make(t->tail + from, t->tail_n - from - unit));
    return n ? t->tail_n - from - n : t->tail_n;
}

void tail_forget_bytes(struct tail *t, const struct charset *c)
{
    struct tail_digest *d;

    if (t->digest)
        return;
    d = xcalloc(1, sizeof(*d));
    if (t->head_n > 0)
        memcpy(d->head, t->head, least(t->head_n, DIGEST_HEAD));
    for (unsigned i = 0; i < digest_heads(t->head_n); i++)
        d->heads[i] = digest_hash(t->head, size_of(t->head_n, i));
    d->last_n = (uint8_t)tail_last_n(t, c);
    d->before_last = digest_hash(t->tail, (size_t)(t->tail_n - d->last_n));
    d->tail = hash_bytes(t->tail, t->tail_n);
    free(t->head);
    t->head = NULL;
    t->digest = d;
}

/* In the place of the digest, of whose bytes these were found to be. */
void tail_set_bytes(struct tail *t, const char *head, const char *tail)
{
    free(t->digest);
    free(t->head);
    t->digest = NULL;
    t->head = NULL;
    if (t->head_n > 0) {
        t->head = xmalloc(t->head_n);
        memcpy(t->head, head, t->head_n);
    }
    memcpy(t->tail, tail, t->tail_n);
}

struct tail_likeness tail_head_like(const struct tail *t, struct slice head)
{
    const struct tail_digest *d = t->digest;
    size_t n = least(head.n, t->head_n), first = d ? least(n, DIGEST_HEAD) : n;
    size_t same = slice_common(slice_make(d ? d->head : t->head, first), head);

    if (same < first || !d)
        return (struct tail_likeness){same == first, same, same};
    for (unsigned i = 0; i < digest_heads(t->head_n) && size_of(t->head_n, i) <= n; i++) {
        size_t size = size_of(t->head_n, i);

        if (digest_hash(head.p, size) != d->heads[i])
            return (struct tail_likeness){false, same, size - 1};
        same = size;
    }
    return (struct tail_likeness){true, same, n};
}

bool tail_tail_like(const struct tail *t, const char *p, size_t n)
{
    const struct tail_digest *d = t->digest;
    size_t before = d ? (size_t)(t->tail_n - d->last_n) : 0;

    if (!d)
        return memcmp(p, t->tail, n) == 0;
    if (n == t->tail_n)
        return hash_bytes(p, n) == d->tail;
    return before == 0 || n < before || digest_hash(p, before) == d->before_last;
}
