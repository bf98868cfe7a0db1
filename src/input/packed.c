/* packed -- an archive that is none of those known: of what is it made?
 *
 * Why only what it begins with is compared: unpacking costs, and hardly any of the archives in a directory is asked for. One
 * that begins as a content that is there is held back until that is gone; one that begins as a content that is gone is
 * tried from where that was read (unpack.c), and given back when it goes on otherwise. What begins as nothing known is
 * a generation that nobody saw, perhaps (unseen.c).
 *
 * Of several that it may be of, it is the one whose time it has, or else the one of which most was read. */
#include "config.h"

#include "input/set.h"

#include "base/xalloc.h"
#include "input/packing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The first of the stream that was written later, before which it comes; at the latest what has the stream's
 * name. */
static struct tail_file *written_after(const struct tailset *t, const struct stream *s,
                                       int64_t mtime_ns)
{
    const struct tail_file *current = file_current(t, s);
    struct tail_file *f = s->files;

    while (f && f != current && (!file_has_content(f) || f->mtime_ns <= mtime_ns))
        f = f->stream_next;
    return f;
}

/* A generation that nobody has read is read from its beginning. 0 or negative errno. */
static int begin_packed(struct tailset *t, struct newcomer *n)
{
    struct tail_file *f = file_new(t, n->stream, FILE_UNPLACED);
    int r = unpack_begins(n->fd, &f->tail);

    if (r <= 0) {
        file_drop(t, f);
        return r < 0 ? r : -ENODATA;
    }
    unread_forget(t, n, f);
    f->packed = f->renamed = true;
    file_set_began(f, n->head);
    file_join(f, n->stream, written_after(t, n->stream, n->look.mtime_ns));
    file_name(t, f, n->path, &n->look);
    file_set_backlog(f, !t->reconciled);
    queue_read(t, f);
    if (n->ambiguous)
        file_tell_ambiguous(t, n->stream, n->path);
    return 0;
}

/* It begins as one that was there, and is another, written since that was made, or, where no birth is known, was written
 * last: nobody has seen it. */
static bool is_after_another(const struct newcomer *n)
{
    for (const struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int64_t made_ns = f->tail.id.birth_ns ? f->tail.id.birth_ns : f->mtime_ns;

        if (file_is_lost(f) && file_has_rejected(f, &n->look) && n->look.mtime_ns >= made_ns)
            return true;
    }
    return false;
}

static void tell_perhaps_unseen(struct tailset *t, const struct newcomer *n)
{
    static const char what[] =
        "may be of a file that was never seen; it is not read, since it begins like one that was";

    warn_once(t, n->path, what);
    if (is_first(t, n->path, &n->look.id, n->look.mtime_ns, what))
        note(t, n->stream->log, TAIL_VANISHED, 1);
}

/* What continues nothing is read when nobody has read it, and held back else. 0 or negative errno. */
static int identify_unseen(struct tailset *t, struct newcomer *n)
{
    int r = unseen_archive(t, n);
    bool is_new;

    if (r == UNSEEN_NOT && is_after_another(n))
        r = UNSEEN_PERHAPS;
    n->ambiguous = r == UNSEEN_AGAIN;
    is_new = r == UNSEEN_NEW || r == UNSEEN_AGAIN;
    if (is_new)
        r = begin_packed(t, n);
    else if (r == UNSEEN_PERHAPS)
        tell_perhaps_unseen(t, n);
    if (unpack_is_passing(r))
        return r;
    if (r < 0 || !is_new)
        (void)file_memo(t, n->stream, FILE_HELD, n->path, &n->look);
    return 0;
}

/* What an editor replaced has another name, and was compressed. */
static bool was_kept(const struct newcomer *n, const struct tail_file *f)
{
    return f->lost_wall_ns == LOST_BY_EDITOR && weigh_is_time_of(n->look.mtime_ns, f->mtime_ns);
}

/* Does f begin as the archive does, by more than a banner, and is it gone, or still there with all of
 * it that was read? */
static bool is_archive_of(const struct newcomer *n, const struct tail_file *f)
{
    struct tail_likeness like = tail_head_like(&f->tail, n->head);

    if (!file_has_content(f) || f->packed || f->tail.head_n == 0 || !like.whole ||
        file_knows_less_than_a_line(f, n->head) || file_has_rejected(f, &n->look))
        return false;
    if (file_is_lost(f))
        return f->tail.head_n <= n->head.n && (weigh_may_continue(n, f) || was_kept(n, f));
    return like.most > file_alike(f) || like.most == FINGERPRINT_HEAD; /* it may be of less */
}

struct packed_search {
    const struct newcomer *newcomer;
    struct tail_file *best;
    enum { UNLIKE, NOT_ENDED, OF_ITS_TIME, BESIDE } sure; /* of the best */
    bool read;                                            /* all that is in it was read of one */
    bool part;     /* ... which was found when it was tried */
    bool tried;    /* one begins so, of which another archive is being tried */
    uint64_t torn; /* so much of one that a crash may have cut is in it; UINT64_MAX: it was tried */
    int unread; /* one that begins so is there, and nothing was read of it yet; or negative errno */
};

/* All that was packed: then more was written to it by its descriptor, or a crash undid what an editor took. */
static bool was_read(const struct newcomer *n, const struct tail_file *f)
{
    return file_has_content(f) && !f->packed && n->head.n < FINGERPRINT_HEAD &&
           f->tail.head_n >= n->head.n && tail_head_like(&f->tail, n->head).whole;
}

/* What begins so is there. */
static bool is_of_another(const struct newcomer *n)
{
    for (const struct tail_file *f = n->stream->files; f; f = f->stream_next)
        if (file_is_readable(f) && is_archive_of(n, f))
            return true;
    return false;
}

/* What is called as what is in it is there until the packer has come to its end. What is there has all that it was made
 * of, if that is not less; what ended is known by its time, and what was read again is another now, if all of it was
 * read, and that is there. */
static unsigned how_sure(const struct newcomer *n, const struct tail_file *f)
{
    bool is_again = file_is_lost(f) && f->doubted && !f->renamed;

    if (f->state == FILE_NAMED && rotated_is_unpacked(f->path, n->path))
        return BESIDE;
    if (weigh_is_time_of(n->look.mtime_ns, f->mtime_ns) &&
        !(is_again && f->tail.size <= f->tail.offset && is_of_another(n)))
        return OF_ITS_TIME;
    if (file_is_lost(f))
        return !(f->retired || is_again) || f->mtime_ns > n->look.mtime_ns;
    return f->tail.size >= n->head.n;
}

/* What a crash cut before it was packed is not all in it. */
static uint64_t has_of_torn(const struct newcomer *n, const struct tail_file *f)
{
    if (!file_has_content(f) || !f->rebooted)
        return 0;
    return file_has_rejected(f, &n->look) ? UINT64_MAX : tail_head_like(&f->tail, n->head).least;
}

/* Of several that began so it is the one that was written last when the archive says, or else the one of
 * which most was read. */
static void consider_packed(struct tailset *t, struct packed_search *p, struct tail_file *f)
{
    uint64_t torn;
    unsigned sure;

    if (p->unread == 0 && f->state == FILE_OPEN && f->tail.fd >= 0 &&
        tail_head_like(&f->tail, p->newcomer->head).whole && !follow_drain(t, f))
        p->unread = -NOT_DRAINED;
    sure = how_sure(p->newcomer, f);
    p->read |= was_read(p->newcomer, f);
    p->part |= file_has_read(f, &p->newcomer->look);
    p->tried |= file_is_tried(f, p->newcomer->head);
    torn = has_of_torn(p->newcomer, f);
    p->torn = torn > p->torn ? torn : p->torn;
    if (p->unread == 0 && file_is_readable(f) && f->tail.offset == 0 && f->tail.size > 0)
        p->unread = unseen_begins(t, f, p->newcomer->head);
    if (p->unread == 0 && file_is_readable(f)) /* what is in it now is not known */
        p->unread = f->unverified;
    if (!is_archive_of(p->newcomer, f) || p->sure > sure ||
        (p->best && p->sure == sure && f->tail.offset <= p->best->tail.offset))
        return;
    p->best = f;
    p->sure = sure;
}

static void search_packed(struct tailset *t, struct packed_search *p, const struct stream *s)
{
    const struct newcomer *n = p->newcomer;
    struct gone_search gone = {.head = n->head, .path = n->path, .stream = s};
    unsigned left = COMPARISONS_MAX;

    for (struct tail_file *f = s ? s->files : NULL; f; f = f->stream_next)
        consider_packed(t, p, f);
    for (struct tail_file *f; s && s->gone && left > 0 && (f = gone_next(t, &gone));) {
        if (f->stream != s)
            continue;
        consider_packed(t, p, f);
        left--;
    }
}

/* Of another stream, that has the name of what was packed, or had it last. */
static void search_packed_name(struct tailset *t, struct packed_search *p, const char *plain)
{
    struct named_search s = {.path = plain, .but = p->newcomer->stream};

    for (struct tail_file *f; (f = file_next_named(t, &s));)
        consider_packed(t, p, f);
}

/* Of a part that is a log of its own: it was renamed, perhaps. */
static void search_packed_log(struct tailset *t, struct packed_search *p)
{
    const struct stream *s = p->newcomer->stream;
    enum rotated is;

    for (struct tail_file *f = t->files.first; f; f = f->next)
        if (f->state == FILE_LOST && f->stream != s &&
            stream_of_rotated(t, f->stream->path, &is) == s)
            consider_packed(t, p, f);
}

/* f goes on in the archive, in which so much is of one that a crash cut: then its lines may count again. 0 or negative
 * errno. */
static int go_on_packed(struct tailset *t, struct tail_file *f, struct newcomer *n, uint64_t torn)
{
    int r = unpack_begins(n->fd, &f->tail);

    if (r <= 0)
        return r < 0 ? r : -EIO; /* it has changed since we looked */
    if (file_come_back(t, f))
        file_join(f, f->stream, file_current(t, f->stream));
    f->packed = true;
    f->plain_id = f->tail.id;
    f->plain_mtime_ns = f->mtime_ns;
    f->retired =
        f->retired && f->renamed && !f->rebooted && weigh_is_time_of(n->look.mtime_ns, f->mtime_ns);
    file_name(t, f, n->path, &n->look);
    f->tried = !f->retired;
    /* Not read to its end, or written on since; an editor kept what he made it of; or torn by a crash of the machine. */
    if (!f->retired) {
        file_set_backlog(f, !t->reconciled);
        queue_read(t, f);
    }
    if (!f->retired && torn > f->tail.offset)
        file_tell_doubt(t, f);
    return 0;
}

/* Held back until it changes, or what it may be the rest of does. `growing`: nothing is said of it
 * before. */
static void hold(struct tailset *t, const struct newcomer *n, bool growing)
{
    file_memo(t, n->stream, FILE_HELD, n->path, &n->look)->growing = growing;
}

/* It is still being written: what it may be the rest of is searched for as long. */
static void hold_growing(struct tailset *t, const struct newcomer *n)
{
    for (struct tail_file *f = n->stream->files; f; f = f->stream_next)
        if (weigh_may_continue(n, f))
            file_touch(t, f);
    hold(t, n, true);
}

/* What it was made of is there, and must be known first, if not by another hard link of it: -ENOENT, or
 * the error because of which it is not; or 0. 1: it is held back, as its name is too weak to say what it
 * is. */
static int is_of_unknown(const struct tailset *t, const struct newcomer *n, const char *plain)
{
    const struct tail_file *f = file_by_path(t, plain);
    struct look look;
    int r;

    if (f && f->state == FILE_HELD && !f->copy_of && n->weak)
        return f->tail.size > 0;
    if (f)
        return file_passing_error(f);
    r = look_at(plain, &look);
    if (r == 0)
        return S_ISREG(look.mode) && !file_by_id(t, &look.id) ? -ENOENT : 0;
    return look_is_passing(r) ? r : 0;
}

/* Is all that is known of an archive in what it begins like, and is held back for? 1, 0, or negative errno. */
static int is_held_by(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    if (!file_is_readable(f) || (f->tail.fd < 0 && !file_has_name(f)))
        return 1;
    return unseen_begins(t, f, n->head);
}

/* One that is called as what is in it was last comes before others that begin so. */
static bool another_is_called_so(const struct tailset *t, const struct newcomer *n,
                                 const struct tail_file *f)
{
    if (rotated_is_unpacked(f->path, n->path))
        return false;
    for (size_t i = 0; i < t->nbatch; i++)
        if (t->batch[i].path && rotated_is_unpacked(f->path, t->batch[i].path))
            return true;
    return false;
}

/* Its head is known. 0 or negative errno. */
static int identify_head(struct tailset *t, struct newcomer *n, const char *plain)
{
    struct packed_search p = {.newcomer = n};

    search_packed(t, &p, n->stream);
    search_packed(t, &p, stream_get(t, plain, NULL));
    search_packed_name(t, &p, plain);
    search_packed_name(t, &p, n->stream->path);
    if (!p.best)
        search_packed_log(t, &p);
    if (p.unread < 0)
        return p.unread;
    if (p.unread) {
        hold(t, n, true);
        return 0;
    }
    if (p.part || p.tried || (p.read && p.best && p.best->tail.offset < n->head.n)) {
        hold(t, n, false);
        return 0;
    }
    if (!p.best) {
        int r = file_current_is_unknown(t, n->stream);

        return r < 0 ? r : identify_unseen(t, n);
    }
    if (file_is_lost(p.best) && another_is_called_so(t, n, p.best)) {
        queue_newcomer(t, n);
        return 0;
    }
    if (file_is_lost(p.best)) {
        int r = file_another_is_unknown(n->stream);

        if (r < 0 || !file_is_elsewhere(p.best))
            return r < 0 ? r : go_on_packed(t, p.best, n, p.torn);
    } else {
        int r = is_held_by(t, n, p.best);

        if (r <= 0)
            return r < 0 ? r : identify_unseen(t, n);
    }
    hold(t, n, false);
    return 0;
}

int packed_identify(struct tailset *t, struct newcomer *n)
{
    char head[FINGERPRINT_HEAD];
    char *plain = xstrslice(rotated_unpacked(slice_str(n->path)));
    int r = is_of_unknown(t, n, plain);
    ssize_t got = r != 0 ? 0 : unpack_head(n->fd, head);

    n->head = slice_make(head, got > 0 ? (size_t)got : 0);
    if (got == -EOPNOTSUPP)
        warn_once(t, n->path, packing_refused);
    if (r == 1)
        hold(t, n, false);
    else if (got == -ENODATA)
        hold_growing(t, n);
    else if (unpack_is_passing((int)got))
        r = (int)got;
    else if (r == 0)
        r = identify_head(t, n, plain);
    free(plain);
    return r < 0 ? r : 0;
}
