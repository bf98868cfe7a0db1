/* fingerprint -- what is kept of the bytes that were read of a content, to know it again.
 *
 * Why three memories. The head is compared as far as both go: a file that only grows never changes
 * it, so that small files need no special case. The tail lies where reading goes on, which is where
 * a difference would do harm. The marks are for a content that is shorter than what was read (a
 * copy that was cut off by the truncation it precedes, a file cut in its middle): its tail is gone,
 * and equal heads alone are weak, since many logs begin with the same banner. They lie at multiples
 * of a stride that doubles as the file grows; of a small file they cover everything.
 *
 * None of them stands against a writer that changes bytes already read while leaving these alone.
 * For that there is a checksum of all that was counted, which nobody looks at but `logtally
 * verify`: it would have to be read again. */
#include "config.h"

#include "input/tail.h"

#include "base/must.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/crc32c.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_STRIDE = FINGERPRINT_TAIL, COMPARE = 4096, PLACES = 16, BLOCK = 256 * 1024 };

void tail_init(struct tail *t)
{
    *t = (struct tail){.fd = -1};
}

void tail_restart(struct tail *t)
{
    free(t->head);
    free(t->digest);
    free(t->marks);
    *t = (struct tail){.id = t->id, .fd = t->fd};
}

void tail_release(struct tail *t)
{
    if (t->fd >= 0)
        (void)sys_close(t->fd);
    tail_restart(t);
    tail_init(t);
}

static uint32_t hash_mark(const char *p)
{
    return digest_hash(p, FINGERPRINT_TAIL);
}

static void extend_head(struct tail *t, const char *p, uint64_t n)
{
    uint64_t room = (uint64_t)FINGERPRINT_HEAD - t->head_n;

    if (t->head_n != t->offset || room == 0)
        return;
    if (n > room)
        n = room;
    t->head = xrealloc(t->head, t->head_n + (size_t)n);
    memcpy(t->head + t->head_n, p, (size_t)n);
    t->head_n = (uint16_t)(t->head_n + n);
}

static void extend_tail(struct tail *t, const char *p, uint64_t n)
{
    size_t take = n < FINGERPRINT_TAIL ? (size_t)n : FINGERPRINT_TAIL;
    size_t keep = FINGERPRINT_TAIL - take;

    if (keep > t->tail_n)
        keep = t->tail_n;
    memmove(t->tail, t->tail + t->tail_n - keep, keep);
    memcpy(t->tail + keep, p + n - take, take);
    t->tail_n = (uint8_t)(keep + take);
}

/* The stride whose marks reach as far as `end`, from `stride` on. */
static uint64_t stride_for(uint64_t end, uint64_t stride)
{
    while (end > FINGERPRINT_MARKS * stride)
        stride *= 2;
    return stride;
}

static void double_stride(struct tail_marks *m)
{
    for (int i = 0; i < FINGERPRINT_MARKS / 2; i++)
        m->hash[i] = m->hash[2 * i + 1];
    memset(m->hash + FINGERPRINT_MARKS / 2, 0, sizeof(m->hash) / 2);
    m->stride *= 2;
}

static void set_mark(struct tail *t, uint64_t at, uint32_t hash)
{
    if (!t->marks) {
        t->marks = xcalloc(1, sizeof(*t->marks));
        t->marks->stride = FIRST_STRIDE;
    }
    while (at > FINGERPRINT_MARKS * t->marks->stride)
        double_stride(t->marks);
    if (at % t->marks->stride == 0)
        t->marks->hash[at / t->marks->stride - 1] = hash;
}

/* The tail is moved from mark to mark: it holds the bytes before each that lies in these. */
static void extend_tail_and_marks(struct tail *t, const char *p, uint64_t n)
{
    uint64_t end = t->offset + n, done = 0;
    uint64_t stride = stride_for(end, t->marks ? t->marks->stride : FIRST_STRIDE);

    for (uint64_t at = (t->offset / stride + 1) * stride; at <= end; at += stride) {
        extend_tail(t, p + done, at - t->offset - done);
        done = at - t->offset;
        if (t->tail_n == FINGERPRINT_TAIL)
            set_mark(t, at, hash_mark(t->tail));
    }
    extend_tail(t, p + done, n - done);
}

void tail_consume(struct tail *t, const char *p, uint64_t n)
{
    if (n == 0)
        return;
    MUST(!t->digest);
    extend_head(t, p, n);
    extend_tail_and_marks(t, p, n);
    t->count.crc = crc32c(t->count.crc, p, n);
    t->offset += n;
    if (t->read_to < t->offset)
        t->read_to = t->offset;
}

void tail_consume_zeros(struct tail *t, uint64_t n)
{
    t->count.crc = crc32c_zeros(t->count.crc, n);
    t->offset += n;
}

/* What is counted from `offset` on can be checked; what was counted before, not any more. */
static struct tail_count count_from(const struct tail_count *c, uint64_t offset)
{
    return (struct tail_count){.first = offset, .lines_before = tail_count_lines(c)};
}

void tail_pass_over(struct tail *t, uint64_t offset)
{
    t->count = count_from(&t->count, offset);
    t->offset = t->read_to = offset;
    t->tail_n = 0;
}

/* 0 or negative errno; -ENODATA when there are fewer. */
static int read_exactly(int fd, char *p, size_t n, uint64_t offset)
{
    while (n > 0) {
        ssize_t got = sys_pread(fd, p, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -ENODATA;
        p += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

ssize_t tail_read_head(int fd, char head[FINGERPRINT_HEAD])
{
    size_t n = 0;
    ssize_t got = 1;

    while (got > 0 && n < FINGERPRINT_HEAD) {
        got = sys_pread(fd, head + n, FINGERPRINT_HEAD - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            n += (size_t)got;
    }
    return got < 0 ? -errno : (ssize_t)n;
}

int tail_mark_read(struct tail *t, int fd, uint64_t upto)
{
    char head[FINGERPRINT_HEAD], end[FINGERPRINT_TAIL], mark[FINGERPRINT_TAIL];
    size_t head_n = upto < sizeof(head) ? (size_t)upto : sizeof(head);
    size_t end_n = upto < sizeof(end) ? (size_t)upto : sizeof(end);
    uint64_t stride = stride_for(upto, FIRST_STRIDE);
    struct tail_count count;
    int r = read_exactly(fd, head, head_n, 0);

    if (r == 0)
        r = read_exactly(fd, end, end_n, upto - end_n);
    if (r < 0)
        return r;
    count = count_from(&t->count, upto);
    tail_restart(t);
    t->count = count;
    extend_head(t, head, head_n);
    for (uint64_t at = stride; at <= upto; at += stride) /* one that cannot be read stays unknown */
        if (read_exactly(fd, mark, sizeof(mark), at - sizeof(mark)) == 0)
            set_mark(t, at, hash_mark(mark));
    extend_tail(t, end, end_n);
    t->offset = t->read_to = t->size = t->proved = upto;
    return 0;
}

void tail_move_count(struct tail *from, struct tail *to)
{
    to->count = from->count;
    from->count = (struct tail_count){.first = from->offset};
}

int tail_recall(struct tail *t, int fd)
{
    char head[FINGERPRINT_HEAD], tail[FINGERPRINT_TAIL];
    int r;

    if (!t->digest)
        return 0;
    r = read_exactly(fd, head, t->head_n, 0);
    if (r == 0)
        r = read_exactly(fd, tail, t->tail_n, t->offset - t->tail_n);
    if (r < 0)
        return r == -ENODATA ? -ENOENT : r;
    if (!tail_head_like(t, slice_make(head, t->head_n)).whole ||
        !tail_tail_like(t, tail, t->tail_n))
        return -ENOENT;
    tail_set_bytes(t, head, tail);
    return 0;
}

int tail_last_line(int fd, const struct charset *c, uint64_t size, size_t max, uint64_t *ret_offset)
{
    char p[COMPARE]; /* whole units of any encoding */
    uint64_t at = size -= size % charset_newline(c).n;

    while (at > 0 && size - at < max) {
        size_t n = at < sizeof(p) ? (size_t)at : sizeof(p), whole;
        int r = read_exactly(fd, p, n, at - n);

        if (r < 0)
            return r;
        whole = charset_whole_lines(c, slice_make(p, n));
        if (whole) {
            *ret_offset = at - n + whole;
            return 0;
        }
        at -= n;
    }
    *ret_offset = at == 0 ? 0 : size;
    return 0;
}

static bool is_hole(int fd, uint64_t from, uint64_t upto)
{
    off_t data = sys_lseek(fd, (off_t)from, SEEK_DATA);

    return data < 0 ? errno == ENXIO : (uint64_t)data >= upto;
}

/* Goes back over NULs, so many bytes, more with each step. 1; 0 when something else is met; or negative errno. */
static int pass_nuls(int fd, char *p, uint64_t *step, uint64_t *upto)
{
    uint64_t n = *step < *upto ? *step : *upto;
    size_t left;
    int r;

    if (is_hole(fd, *upto - n, *upto)) {
        *upto -= n;
        *step *= 2;
        return 1;
    }
    n = n < BLOCK ? n : BLOCK;
    r = read_exactly(fd, p, (size_t)n, *upto - n);
    if (r < 0)
        return r;
    for (left = (size_t)n; left > 0 && p[left - 1] == 0;)
        left--;
    *upto -= n - left;
    *step = 2 * n;
    return left == 0;
}

int tail_without_nuls(int fd, const struct charset *c, uint64_t upto, uint64_t *ret_upto)
{
    uint64_t size = upto, step = COMPARE, over;
    char *p = xmalloc(BLOCK);
    int r = 1;

    while (r == 1 && upto > 0)
        r = pass_nuls(fd, p, &step, &upto);
    free(p);
    if (r < 0)
        return r;
    over = upto % charset_newline(c).n; /* the NUL that ends it may be half a character */
    if (over > 0)
        upto += charset_newline(c).n - over;
    *ret_upto = upto < size ? upto : size;
    return 0;
}

/* 1 equal, 0 not, or negative errno. */
static int holds(int fd, const char *p, size_t n, uint64_t offset)
{
    char there[COMPARE];
    int r = read_exactly(fd, there, n, offset);

    if (r < 0)
        return r == -ENODATA ? 0 : r;
    return memcmp(there, p, n) == 0;
}

/* As holds, of another file. */
static int holds_same(int a, int b, size_t n, uint64_t offset)
{
    char p[COMPARE];
    int r = read_exactly(a, p, n, offset);

    return r == 0 ? holds(b, p, n, offset) : r == -ENODATA ? 0 : r;
}

int tail_alike(int a, int b, uint64_t size)
{
    size_t n = size < COMPARE ? (size_t)size : COMPARE;
    uint64_t last = size - n, step = last / PLACES > n ? last / PLACES : n, at = 0;
    int r = n > 0 ? holds_same(a, b, n, at) : 0;

    while (r == 1 && at < last) {
        at = at + step < last ? at + step : last;
        r = holds_same(a, b, n, at);
    }
    return r;
}

static int holds_marks(const struct tail *t, int fd, uint64_t size)
{
    if (!t->marks)
        return 1;
    for (int i = 0; i < FINGERPRINT_MARKS; i++) {
        uint64_t at = (uint64_t)(i + 1) * t->marks->stride;
        char p[FINGERPRINT_TAIL];
        int r;

        if (t->marks->hash[i] == 0 || at > size)
            continue;
        r = read_exactly(fd, p, sizeof(p), at - FINGERPRINT_TAIL);
        if (r < 0)
            return r == -ENODATA ? 0 : r;
        if (hash_mark(p) != t->marks->hash[i])
            return 0;
    }
    return 1;
}

/* The first n bytes of the head. */
static int holds_head(const struct tail *t, int fd, size_t n)
{
    char there[FINGERPRINT_HEAD];
    int r = read_exactly(fd, there, n, 0);

    if (r < 0)
        return r == -ENODATA ? 0 : r;
    return tail_head_like(t, slice_make(there, n)).whole;
}

/* Of the tail what lies in the first `size` bytes. */
static int holds_tail(const struct tail *t, int fd, uint64_t size)
{
    char there[FINGERPRINT_TAIL];
    uint64_t at = t->offset - t->tail_n;
    size_t n = size < t->offset ? (size_t)(size - at) : t->tail_n;
    int r = read_exactly(fd, there, n, at);

    if (r < 0)
        return r == -ENODATA ? 0 : r;
    return tail_tail_like(t, there, n);
}

int tail_compare(const struct tail *t, int fd, uint64_t size)
{
    size_t head_n = size < t->head_n ? (size_t)size : t->head_n;
    int r;

    if (head_n == 0)
        return size == 0 && t->offset > 0 ? TAIL_PREFIX : TAIL_OTHER;
    r = holds_head(t, fd, head_n);
    if (r == 1 && size > t->offset - t->tail_n)
        r = holds_tail(t, fd, size);
    if (r == 1)
        r = holds_marks(t, fd, size);
    if (r <= 0)
        return r < 0 ? r : TAIL_OTHER;
    return size >= t->offset ? TAIL_SAME : TAIL_PREFIX;
}

static uint32_t mark_at(const struct tail *t, uint64_t at)
{
    const struct tail_marks *m = t->marks;

    return m && at % m->stride == 0 && at <= FINGERPRINT_MARKS * m->stride
               ? m->hash[at / m->stride - 1]
               : 0;
}

/* What one has and the other has not (yet) is no difference, and NULs that a crash left are no
 * banner. */
uint64_t tail_shared(const struct tail *a, const struct tail *b, bool *ret_differ)
{
    struct tail_likeness heads = tail_head_like(b, slice_make(a->head, a->head_n));
    uint64_t shared = heads.most;

    *ret_differ = true;
    if (a->head_n > 0 && a->head[0] == 0)
        return 0;
    if (!heads.whole)
        return shared;
    for (int i = 0; a->marks && i < FINGERPRINT_MARKS; i++) {
        uint64_t at = (uint64_t)(i + 1) * a->marks->stride;
        uint32_t one = mark_at(a, at), other = mark_at(b, at);

        if (one && other && one != other)
            return shared < at ? shared : at - 1;
        if (one && one == other)
            shared = at > shared ? at : shared;
    }
    *ret_differ = false;
    return a->offset < b->offset ? a->offset : b->offset;
}

int tail_agreement(const struct tail *t, int fd, uint64_t upto, struct tail_likeness *ret_like)
{
    char p[FINGERPRINT_HEAD];
    size_t head_n = upto < t->head_n ? (size_t)upto : t->head_n;
    struct tail_likeness like;
    int r = read_exactly(fd, p, head_n, 0);

    if (r < 0)
        return r;
    like = tail_head_like(t, slice_make(p, head_n));
    if (like.whole)
        like.most = upto;
    for (int i = 0; like.whole && t->marks && i < FINGERPRINT_MARKS; i++) {
        uint64_t at = (uint64_t)(i + 1) * t->marks->stride;

        if (at > upto || t->marks->hash[i] == 0)
            continue;
        r = read_exactly(fd, p, FINGERPRINT_TAIL, at - FINGERPRINT_TAIL);
        if (r < 0)
            return r;
        like.whole = hash_mark(p) == t->marks->hash[i];
        if (!like.whole)
            like.most = at - 1;
        else if (at > like.least)
            like.least = at;
    }
    *ret_like = like;
    return 0;
}

/* 1: what was read of both, at once, is the same; 0: they differ there, or one ends; or negative errno. */
static int pass_same(int a, int b, char *p, uint64_t *at)
{
    char *q = p + BLOCK;
    ssize_t n = sys_pread(a, p, BLOCK, (off_t)*at);
    ssize_t m = n > 0 ? sys_pread(b, q, (size_t)n, (off_t)*at) : n;
    bool all = m > 0 && memcmp(p, q, (size_t)m) == 0;
    ssize_t same = all ? m : 0;

    if (m < 0)
        return -errno;
    while (same < m && p[same] == q[same])
        same++;
    *at += (uint64_t)same;
    return all;
}

int tail_difference(int a, int b, uint64_t from, uint64_t *ret_offset)
{
    char *p = xmalloc(2 * (size_t)BLOCK);
    int r = 1;

    while (r == 1)
        r = pass_same(a, b, p, &from);
    free(p);
    if (r == 0)
        *ret_offset = from;
    return r;
}
