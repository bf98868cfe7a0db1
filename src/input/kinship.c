/* kinship -- how a newcomer may be related to contents that are known: a copy of one that is there,
 * the rest of one that is lost.
 *
 * Why so many conditions: many logs begin with the same banner, and a content of which little was
 * read has little to be known by. So the times count as well: a copy is made after its original
 * was, and while it was there. What is left undecided by all of this is read; the tests against
 * chance (check_tailset_random) found where that was wrong. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"

#include <errno.h>
#include <unistd.h>

enum { COMPARE = 4096 };

/* 1, 0 also when it is shorter, or negative errno. */
static int holds(int fd, const char *p, size_t n, uint64_t offset)
{
    char there[COMPARE];
    ssize_t got = pread(fd, there, n, (off_t)offset);

    if (got < 0)
        return -errno;
    return (size_t)got == n && memcmp(there, p, n) == 0;
}

/* As far as the shorter of the two goes, at its beginning and at its end. 1, 0, or negative errno.
 */
static int begins_alike(int a, int b, uint64_t size)
{
    char p[COMPARE];
    size_t n = size < COMPARE ? (size_t)size : COMPARE;
    const uint64_t places[2] = {0, size - n};
    int r = n > 0;

    for (int i = 0; i < 2 && r == 1; i++) {
        ssize_t got = pread(a, p, n, (off_t)places[i]);

        if (got < 0)
            return -errno;
        r = (size_t)got == n ? holds(b, p, n, places[i]) : 0;
    }
    return r;
}

/* Is the newcomer a copy, as far as it has come, of this content, which is still there? 1, 0, or
 * negative errno: it cannot be told now. */
static int is_copy_of(struct tailset *t, const struct newcomer *n, int fd,
                      const struct tail_file *f)
{
    struct look look;
    int other = f->tail.fd >= 0 ? f->tail.fd : follow_open(t, f->path);
    int r;

    if (other < 0)
        return other;
    r = look_at_fd(other, &look);
    if (r == 0 && look.size >= n->look.size)
        r = begins_alike(other, fd, n->look.size);
    if (other != f->tail.fd)
        (void)close(other);
    return r;
}

bool kin_still_copy(struct tailset *t, const struct tail_file *held)
{
    struct newcomer n = {0};
    bool same = true;
    int fd = follow_open(t, held->path);

    if (fd < 0)
        return true;
    if (look_at_fd(fd, &n.look) == 0 && identity_eq(&n.look.id, &held->tail.id))
        same = is_copy_of(t, &n, fd, held->copy_of) != 0;
    (void)close(fd);
    return same;
}

/* A copy is made after its original. That the original is from the future means that the clock was
 * set back since; its birth tells nothing then. */
bool kin_is_older(const struct newcomer *n, const struct tail_file *f)
{
    return n->look.id.birth_ns != 0 && n->look.id.birth_ns < f->tail.id.birth_ns &&
           f->tail.id.birth_ns <= clock_wall_ns();
}

/* Could it be what is left of a lost content: made while that was there, and not before? */
bool kin_may_continue(const struct newcomer *n, const struct tail_file *f)
{
    return f->kind == FILE_PLAIN && f->place == PLACE_LOST && f->tail.offset > 0 &&
           !kin_is_older(n, f) &&
           (n->look.id.birth_ns <= f->lost_wall_ns || n->look.id.birth_ns > clock_wall_ns());
}

/* The lost content that this file continues best; *ret_relation says how, or is a negative errno
 * with NULL. */
struct tail_file *kin_lost(const struct newcomer *n, int fd, int *ret_relation)
{
    struct tail_file *best = NULL;

    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int relation;

        if (!kin_may_continue(n, f) && (f != n->copy_of || f->place != PLACE_LOST))
            continue;
        relation = tail_compare(&f->tail, fd, n->look.size);
        if (relation < 0) {
            *ret_relation = relation;
            return NULL;
        }
        if (relation == TAIL_OTHER)
            continue;
        if (!best || relation > *ret_relation ||
            (relation == *ret_relation && f->tail.offset > best->tail.offset)) {
            best = f;
            *ret_relation = relation;
        }
    }
    return best;
}

/* Shorter than what was read: what a truncation left of its copy, or a generation that began alike
 * and was never read? The first is only believed when the copy was seen before, or much of it
 * agrees. */
bool kin_was_read(const struct newcomer *n, const struct tail_file *lost)
{
    if (lost == n->copy_of)
        return true;
    return !lost->given_up && n->look.size >= COMPARE && n->look.size >= lost->tail.offset / 2;
}

static bool begins_otherwise(const struct tail_file *f, struct slice head)
{
    size_t n = head.n < f->tail.head_n ? head.n : f->tail.head_n;

    return n > 0 && memcmp(f->tail.head, head.p, n) != 0;
}

/* A content that is still there, of which the newcomer is a copy; or NULL. What was read of each is
 * in memory: in a directory of a thousand old files, only what begins alike is opened. With NULL,
 * *ret_error is a negative errno when one could not be compared, else 0. */
struct tail_file *kin_original(struct tailset *t, const struct newcomer *n, int fd, int *ret_error)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = pread(fd, head, sizeof(head), 0);
    struct slice begin = slice_make(head, got > 0 ? (size_t)got : 0);

    *ret_error = got < 0 ? -errno : 0;
    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int r;

        if (!file_is_readable(f) || kin_is_older(n, f) || begins_otherwise(f, begin))
            continue;
        r = is_copy_of(t, n, fd, f);
        if (r == 1)
            return f;
        if (r == -ENOENT || r == -ENOTDIR)
            place_examine(t, f->path);
        if (r < 0)
            *ret_error = r;
    }
    return NULL;
}
