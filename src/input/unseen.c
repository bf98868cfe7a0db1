/* unseen -- an archive that continues nothing known: was it born, written, rotated and compressed
 * while nobody looked?
 *
 * Why so careful: most archives that turn up are those of generations that were read, perhaps long
 * ago; read again, they would double. Compressing keeps the time of the last write. So one that was
 * written and made since the last save, and begins like nothing that is known, was never seen; one
 * that begins as something did that went on otherwise may be, or not, and is told. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/sys.h"
#include "input/codec.h"

#include <string.h>

bool unseen_since_the_save(const struct tailset *t, const struct newcomer *n)
{
    int64_t from_ns = t->saved_wall_ns - FILE_GRAIN_NS;

    return n->look.mtime_ns >= from_ns &&
           (n->look.id.birth_ns == 0 || n->look.id.birth_ns >= from_ns);
}

/* What it begins with now, if it was not yet read so far: it may have been met just now. Bytes, or
 * negative errno. */
static ssize_t look_at_head(struct tailset *t, const struct tail_file *f,
                            char head[FINGERPRINT_HEAD])
{
    bool is_held = f->tail.fd >= 0 && !f->packed;
    int fd = is_held ? f->tail.fd : open_within_budget(t, f->path);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = f->packed ? unpack_head(fd, head) : tail_read_head(fd, head);
    if (!is_held)
        (void)sys_close(fd);
    return n;
}

/* What is shorter than the archive is another, as far as it is known. */
static bool is_begun_alike(const struct tail *t, uint64_t size, struct slice head)
{
    size_t n = t->head_n < head.n ? t->head_n : head.n;

    return n > 0 && tail_head_like(t, head).whole && (n == FINGERPRINT_HEAD || head.n <= size);
}

/* It may be what the archive was made of, and have been met just now; or have been written on, and got
 * another name that nobody saw, before it was compressed. */
static bool may_hold_it(const struct newcomer *n, const struct tail_file *f)
{
    bool is_short = f->tail.head_n < FINGERPRINT_HEAD && !file_is_lost(f);
    bool is_deleted = f->state == FILE_OPEN && f->tail.fd >= 0;

    return is_short &&
           (f->stream == n->stream || (f->stream->log == n->stream->log &&
                                       (is_deleted || (f->tail.offset == 0 && f->tail.size > 0))));
}

/* It begins with all that there was when this one, of which nothing is read yet, was met. */
static bool has_unread(const struct tail_file *f, struct slice head)
{
    return f->tail.offset == 0 && f->state < FILE_LOST && f->began_n <= head.n &&
           file_begins_so(f, head);
}

/* At least a line, more than a banner, is that of one that a crash of the machine may have cut, or that
 * is gone: edited before it was compressed, or written again? Of one that is there, all of it is. */
static bool has_lines_of(const struct newcomer *newcomer, const struct tail_file *f,
                         struct slice head)
{
    bool is_gone = file_is_lost(f) || f->state == FILE_OPEN;
    struct tail_likeness like = tail_head_like(&f->tail, head);
    size_t n = f->rebooted || is_gone || like.whole ? like.least : 0;

    if (has_unread(f, head))
        n = f->began_n;
    return n > 0 && n > file_alike(f) &&
           (memchr(head.p, '\n', n) ||
            (like.whole && rotated_is_unpacked(f->path, newcomer->path)));
}

int unseen_begins(struct tailset *t, const struct tail_file *f, struct slice head)
{
    char now[FINGERPRINT_HEAD];
    ssize_t got = look_at_head(t, f, now);

    if (got < 0) /* an archive that is torn, too short to tell, begins like nothing */
        return unpack_is_passing((int)got) ? (int)got : 0;
    return is_begun_alike(&(struct tail){.head = now, .head_n = (uint16_t)got}, (uint64_t)got,
                          head);
}

/* More than was read of it tells them apart. */
static bool is_known_in_part(const struct tail_file *f, struct slice head)
{
    return file_is_readable(f) && f->tail.head_n < head.n && f->tail.size > f->tail.head_n;
}

/* As it was read, or, where little was, as it is now. 1, 0, or negative errno. */
static int begins_like(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                       struct slice head)
{
    if (!file_has_content(f))
        return 0;
    if (is_begun_alike(&f->tail, f->tail.size, head))
        return is_known_in_part(f, head) ? unseen_begins(t, f, head) : 1;
    return may_hold_it(n, f) ? unseen_begins(t, f, head) : 0;
}

/* Of what is gone only some hashes are left, or it was not read so far; and two logs may have the same banner. */
static bool is_sure(const struct newcomer *n, const struct tail_file *f, struct slice head)
{
    return f->stream == n->stream || rotated_is_unpacked(f->path, n->path) || file_is_readable(f) ||
           tail_head_like(&f->tail, head).least == head.n;
}

/* Of all that was met so far. 0 or negative errno: it cannot be said. */
static int compare(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                   struct slice head, enum unseen *found)
{
    int r = begins_like(t, n, f, head);

    if (r < 0 || *found == UNSEEN_NOT)
        return r < 0 ? r : 0;
    if (r == 0 && n->stream == f->stream && has_lines_of(n, f, head))
        *found = UNSEEN_AGAIN;
    if (r == 1 && !is_sure(n, f, head))
        *found = UNSEEN_AGAIN;
    else if (r == 1 && !file_has_rejected(f, &n->look))
        *found = UNSEEN_NOT;
    else if (r == 1)
        *found = f->rebooted ? UNSEEN_AGAIN : UNSEEN_PERHAPS;
    return 0;
}

/* Hardly anything is known of the archive, so all are compared. */
static void compare_tiny(struct tailset *t, const struct newcomer *n, struct slice head,
                         enum unseen *found)
{
    for (const struct tail_file *f = t->gone.first; f; f = f->next)
        (void)compare(t, n, f, head, found);
}

static void compare_gone(struct tailset *t, const struct newcomer *n, struct slice head,
                         enum unseen *found)
{
    struct gone_search s = {.head = head, .path = n->path, .stream = n->stream};
    const struct tail_file *f;

    while ((f = gone_next(t, &s)))
        (void)compare(t, n, f, head, found);
}

/* Of all that is known. enum unseen, or negative errno: it cannot be said. */
static int compare_all(struct tailset *t, const struct newcomer *n, struct slice head)
{
    enum unseen found = UNSEEN_NEW;
    int r = 0;

    for (const struct tail_file *f = t->files.first; f && r == 0 && found != UNSEEN_NOT;
         f = f->next)
        r = compare(t, n, f, head, &found);
    if (head.n < GONE_LEAST)
        compare_tiny(t, n, head, &found);
    else
        compare_gone(t, n, head, &found);
    return r < 0 ? r : (int)found;
}

/* NULs at the end of a copy are what a crash of the machine left, before that was compressed. When
 * more than the head lies in the archive, lines may follow them that nobody has seen. */
static int compare_crashed(struct tailset *t, const struct newcomer *n, struct slice head)
{
    bool whole = head.n < FINGERPRINT_HEAD;
    int r;

    while (head.n > 0 && head.p[head.n - 1] == 0)
        head.n--;
    if (!memchr(head.p, '\n', head.n))
        return UNSEEN_NEW;
    r = compare_all(t, n, head);
    return r == UNSEEN_NOT && !whole ? UNSEEN_AGAIN : r;
}

int unseen_archive(struct tailset *t, const struct newcomer *n)
{
    int r, found;

    if (n->stream->log->fresh || !unseen_since_the_save(t, n) || n->head.n == 0)
        return UNSEEN_NOT;
    r = codec_looks_packed(n->fd);
    if (r <= 0)
        return r == 0 ? UNSEEN_NOT : r;
    found = compare_all(t, n, n->head);
    if (found == UNSEEN_NEW && n->head.p[n->head.n - 1] == 0)
        found = compare_crashed(t, n, n->head);
    return found;
}
