/* unread -- what was seen, and lost before anything of it was read; and how it turns out that it was not.
 *
 * Why apart: of such a content only its size, its time and perhaps its first bytes are known, so it cannot be weighed. A
 * newcomer that may hold it all is taken for it; else what was in it is lost, and told. */
#include "config.h"

#include "input/set.h"

#include <string.h>

uint64_t unread_was_cut(const struct newcomer *n)
{
    return n->look.size < n->seen && n->cut < n->seen ? n->seen : n->cut;
}

static bool is_where_it_was(const struct tail_file *f)
{
    struct look look;

    return look_at(f->path, &look) == 0 && identity_eq(&look.id, &f->tail.id);
}

/* All of it, as far as the newcomer is known. */
static bool is_large_enough(const struct newcomer *n, const struct tail_file *f)
{
    if (n->packed)
        return n->head.n == FINGERPRINT_HEAD || f->tail.size <= n->head.n;
    return f->tail.size <= n->look.size;
}

/* It has more than a banner of what an archive begins with, and was there before that was written last. */
static bool was_written_on(const struct newcomer *n, const struct tail_file *f)
{
    return n->look.mtime_ns > f->mtime_ns && f->began_n > file_alike(f) &&
           memchr(n->head.p, '\n', f->began_n < n->head.n ? f->began_n : n->head.n);
}

bool unread_is_back(const struct newcomer *n, const struct tail_file *f)
{
    const struct identity *a = &f->tail.id, *b = &n->look.id;

    return f->tail.offset == 0 && !f->truncated && is_large_enough(n, f) && a->ino == b->ino &&
           a->birth_ns == b->birth_ns && (a->birth_ns != 0 || strcmp(f->path, n->path) == 0) &&
           file_begins_so(f, n->head);
}

/* NULs, which a crash of the machine left, are at the end of the copy of it. */
static bool is_torn_copy(const struct tailset *t, const struct newcomer *n,
                         const struct tail_file *f)
{
    const struct charset *c = encoding_of(&n->stream->log->encoding, n->head);
    uint64_t size;

    return t->rebooted && !n->packed && tail_without_nuls(n->fd, c, n->look.size, &size) == 0 &&
           size < f->tail.size;
}

/* What was lost before anything of it was read may be in this: it is the same file; after a truncation that is its
 * copy; an archive has its time, or more of it; what an editor put in its place begins with all of it. */
static bool may_hold_unread(const struct tailset *t, const struct newcomer *n,
                            const struct tail_file *f)
{
    if (f->state != FILE_LOST || !is_large_enough(n, f))
        return false;
    if (unread_is_back(n, f))
        return true;
    if (!n->rotated)
        return f->began_n > 0 && f->began_n >= f->tail.size;
    return (f->truncated && !is_torn_copy(t, n, f)) ||
           (n->packed && f->began_n > 0 &&
            (weigh_is_time_of(n->look.mtime_ns, f->mtime_ns) || was_written_on(n, f)));
}

/* What waits was truncated before anybody could look into it, and this is its copy, perhaps. */
static bool may_be_of_cut(const struct newcomer *n, const struct tail_file *f)
{
    return f->state == FILE_WAITING && n->rotated && !n->packed && f->cut <= n->look.size;
}

static void found(struct tailset *t, struct newcomer *n, struct tail_file *f)
{
    if (f == n->replaced)
        n->replaced = NULL;
    file_drop(t, f);
}

void unread_forget(struct tailset *t, struct newcomer *n, const struct tail_file *begun)
{
    struct tail_file *next;
    bool packed = n->packed;

    for (struct tail_file *f = n->stream->files; f; f = next) {
        next = f->stream_next;
        if (may_be_of_cut(n, f))
            f->cut = 0;
        if (f == begun || !file_has_content(f) || f->tail.offset > 0 || !file_begins_so(f, n->head))
            continue;
        if (may_hold_unread(t, n, f)) {
            found(t, n, f);
        } else if (packed && !f->truncated && f->tail.size == 0 && f->tail.fd < 0 &&
                   !is_where_it_was(f)) {
            found(t, n, f);
            packed = false;
        }
    }
}

/* It could not be looked into at first. */
static bool was_denied(const struct tail_file *f, const struct newcomer *n)
{
    return f->state == FILE_LOST && f->denied && identity_eq(&f->tail.id, &n->look.id);
}

void unread_learn_denied(struct newcomer *n)
{
    for (const struct tail_file *f = n->stream->files; f; f = f->stream_next)
        if (was_denied(f, n) && f->tail.id.birth_ns != 0 && n->seen < f->tail.size)
            n->seen = f->tail.size;
}

void unread_forget_denied(struct tailset *t, const struct stream *met, const struct newcomer *n)
{
    struct tail_file *next;

    for (struct tail_file *f = met->files; f; f = next) {
        next = f->stream_next;
        if (was_denied(f, n))
            file_drop(t, f);
    }
}

void unread_lose_seen(struct tailset *t, const struct newcomer *n)
{
    struct tail_file *f = file_by_path(t, n->path);
    uint64_t cut = unread_was_cut(n);

    if (cut == 0 || n->packed || !f || f->state != FILE_NAMED || f->retired)
        return;
    if (f->tail.offset > 0 && n->look.size >= n->seen)
        return;
    note(t, n->stream->log, TAIL_TRUNCATED, 1);
    if (f->tail.offset > 0) {
        note(t, n->stream->log, TAIL_LOST_TRUNCATED, n->seen - n->look.size);
        return;
    }
    f->began_n = 0; /* as it is now; what there was may have begun otherwise */
    file_lose_unread(t, f, cut);
}
