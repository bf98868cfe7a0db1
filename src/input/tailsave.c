/* tailsave -- a content's fingerprint in the saved state.
 *
 *     varint device, inode; u64 birth; varint offset, bytes behind it that were seen
 *     u8 flags (1 inside a line that is too long, 2 a digest); varint bytes of the head; u8 of the tail
 *       head and tail, or: first bytes, u32 hashes of the head, u64 of the tail, u32 of what is before
 *       its last line, u8 how long that is
 *     varint stride of the marks (0: none), u8 how many, u32 each
 *
 * Why so tight: there may be twenty thousand contents that are gone, and a quarter of a kilobyte is what
 * one of them is worth. */
#include "config.h"

#include "base/xalloc.h"
#include "input/tail.h"

enum { SKIPPING = 1, DIGEST = 2 };
/* Marks of that stride reach farther than any file. */
#define STRIDE_MOST ((uint64_t)FINGERPRINT_TAIL << 50)

static size_t first_bytes(const struct tail *t)
{
    return t->head_n < DIGEST_HEAD ? t->head_n : DIGEST_HEAD;
}

static void encode_digest(const struct tail *t, struct buf *out)
{
    const struct tail_digest *d = t->digest;

    buf_add(out, d->head, first_bytes(t));
    for (unsigned i = 0; i < digest_heads(t->head_n); i++)
        buf_u32(out, d->heads[i]);
    buf_u64(out, d->tail);
    buf_u32(out, d->before_last);
    buf_u8(out, d->last_n);
}

static void encode_marks(const struct tail_marks *m, struct buf *out)
{
    uint8_t n = FINGERPRINT_MARKS;

    buf_varint(out, m ? m->stride : 0);
    if (!m)
        return;
    while (n > 0 && m->hash[n - 1] == 0)
        n--;
    buf_u8(out, n);
    for (int i = 0; i < n; i++)
        buf_u32(out, m->hash[i]);
}

void tail_encode(const struct tail *t, struct buf *out)
{
    buf_varint(out, t->id.dev);
    buf_varint(out, t->id.ino);
    buf_u64(out, (uint64_t)t->id.birth_ns);
    buf_varint(out, t->offset);
    buf_varint(out, t->proved > t->offset ? t->proved - t->offset : 0);
    buf_u8(out, (uint8_t)((t->skipping ? SKIPPING : 0) | (t->digest ? DIGEST : 0)));
    buf_varint(out, t->head_n);
    buf_u8(out, t->tail_n);
    if (t->digest) {
        encode_digest(t, out);
    } else {
        buf_add(out, t->head, t->head_n);
        buf_add(out, t->tail, t->tail_n);
    }
    encode_marks(t->marks, out);
}

static void decode_digest(struct tail *t, struct reader *r)
{
    struct tail_digest *d = t->digest = xcalloc(1, sizeof(*d));
    struct slice head = read_bytes(r, first_bytes(t));

    if (head.n > 0)
        memcpy(d->head, head.p, head.n);
    for (unsigned i = 0; i < digest_heads(t->head_n); i++)
        d->heads[i] = read_u32(r);
    d->tail = read_u64(r);
    d->before_last = read_u32(r);
    d->last_n = read_u8(r);
    r->bad |= d->last_n > t->tail_n;
}

/* False: so many they cannot be. */
static bool set_sizes(struct tail *t, uint64_t head_n, uint64_t tail_n, struct reader *r)
{
    r->bad |= head_n > FINGERPRINT_HEAD || tail_n > FINGERPRINT_TAIL || tail_n > t->offset;
    if (r->bad)
        return false;
    t->head_n = (uint16_t)head_n;
    t->tail_n = (uint8_t)tail_n;
    return true;
}

static void decode_fingerprint(struct tail *t, bool digest, struct reader *r)
{
    uint64_t head_n = read_varint(r);
    uint8_t tail_n = read_u8(r);
    struct slice head, tail;

    if (!set_sizes(t, head_n, tail_n, r))
        return;
    if (digest) {
        decode_digest(t, r);
        return;
    }
    head = read_bytes(r, head_n);
    tail = read_bytes(r, tail_n);
    if (!r->bad)
        tail_set_bytes(t, head.p, tail.p);
}

/* NULL: it has none, or they cannot be. They lie as far from each other as a doubled tail is long. */
static struct tail_marks *new_marks(uint64_t stride, struct reader *r)
{
    struct tail_marks *m;

    r->bad |= stride > 0 &&
              (stride < FINGERPRINT_TAIL || stride > STRIDE_MOST || (stride & (stride - 1)) != 0);
    if (stride == 0 || r->bad)
        return NULL;
    m = xcalloc(1, sizeof(*m));
    m->stride = stride;
    return m;
}

static void decode_marks(struct tail *t, struct reader *r)
{
    uint64_t stride = read_varint(r);
    unsigned n = stride ? read_u8(r) : 0;

    r->bad |= n > FINGERPRINT_MARKS;
    t->marks = new_marks(stride, r);
    for (unsigned i = 0; t->marks && i < n; i++)
        t->marks->hash[i] = read_u32(r);
}

void tail_decode(struct tail *t, struct reader *r)
{
    uint64_t seen;
    uint8_t flags;

    tail_init(t);
    t->id.dev = read_varint(r);
    t->id.ino = read_varint(r);
    t->id.birth_ns = (int64_t)read_u64(r);
    t->offset = t->read_to = t->count.first = read_varint(r);
    seen = read_varint(r);
    t->size = t->proved = t->offset + seen;
    r->bad |= t->size < seen || t->size > INT64_MAX;
    flags = read_u8(r);
    t->skipping = (flags & SKIPPING) != 0;
    decode_fingerprint(t, (flags & DIGEST) != 0, r);
    decode_marks(t, r);
}

void tail_decode_0_1(struct tail *t, struct reader *r)
{
    struct slice head, tail;

    tail_init(t);
    t->id.dev = read_u64(r);
    t->id.ino = read_u64(r);
    t->id.birth_ns = (int64_t)read_u64(r);
    t->offset = t->read_to = t->count.first = read_u64(r);
    t->size = t->proved = read_u64(r);
    r->bad |= t->offset > INT64_MAX || t->size > INT64_MAX;
    t->skipping = read_u8(r) != 0;
    head = read_blob(r);
    tail = read_blob(r);
    if (set_sizes(t, head.n, tail.n, r))
        tail_set_bytes(t, head.p, tail.p);
    t->marks = new_marks(read_u64(r), r);
    for (int i = 0; t->marks && i < FINGERPRINT_MARKS; i++) {
        uint64_t hash = read_u64(r);

        t->marks->hash[i] = hash ? digest_fold(hash) : 0;
    }
}

void tail_encode_count(const struct tail *t, struct buf *out)
{
    buf_varint(out, t->count.first);
    buf_varint(out, t->count.lines);
    buf_varint(out, t->count.lines_before);
    buf_u32(out, t->count.crc);
}

void tail_decode_count(struct tail *t, struct reader *r)
{
    t->count.first = read_varint(r);
    t->count.lines = read_varint(r);
    t->count.lines_before = read_varint(r);
    t->count.crc = read_u32(r);
    r->bad |= t->count.first > t->offset;
}
