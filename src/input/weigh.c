/* weigh -- what a newcomer and the contents that are known have in common: the evidence for judge.c.
 *
 * Why all that is known is weighed, and not looked for in one way after another: which of several
 * contents a newcomer is depends on all of them. What was read of each is in memory, so that in a
 * directory of a thousand old files only what begins alike costs a read.
 *
 * What is gone is read to its end before anything is compared with it, since nobody can come back to that
 * later: a block of it here, and when there is more the newcomer is put off. Beside that only the name of a file
 * that turns out not to be there is taken from it. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/sys.h"

#include <errno.h>

/* NULs at its end are what a crash of the machine left. 1, 0, or negative errno. */
static int is_copied(int original, int fd, uint64_t size)
{
    uint64_t n;
    int r = tail_alike(original, fd, size);

    if (r != 0)
        return r;
    r = tail_without_nuls(fd, NULL, size, &n);
    return r < 0 || n == size ? r : tail_alike(original, fd, n);
}

/* A descriptor of what is there, or negative errno. */
static int borrow_fd(struct tailset *t, const struct tail_file *f)
{
    return f->tail.fd >= 0 ? f->tail.fd : open_within_budget(t, f->path);
}

static void give_back(const struct tail_file *f, int fd)
{
    if (fd != f->tail.fd)
        (void)sys_close(fd);
}

int weigh_is_copy(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    struct look look;
    int other = borrow_fd(t, f);
    int r;

    if (other < 0)
        return other;
    r = look_at_fd(other, &look);
    if (r == 0 && look.size >= n->look.size)
        r = is_copied(other, n->fd, n->look.size);
    give_back(f, other);
    return r;
}

int weigh_difference(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                     uint64_t *ret_same)
{
    int other = borrow_fd(t, f);
    int r = other < 0 ? other : tail_difference(other, n->fd, 0, ret_same);

    if (other >= 0)
        give_back(f, other);
    return r;
}

int weigh_still_copy(struct tailset *t, const struct tail_file *held)
{
    struct newcomer n = {.fd = open_within_budget(t, held->path)};
    int r;

    if (n.fd < 0)
        return n.fd;
    r = look_at_fd(n.fd, &n.look);
    if (r == 0)
        r = identity_eq(&n.look.id, &held->tail.id) ? weigh_is_copy(t, &n, held->copy_of) : 1;
    (void)sys_close(n.fd);
    return r;
}

/* A copy is made after its original. That the original is from the future means that the clock was
 * set back since; its birth says nothing then. */
static bool is_older(const struct newcomer *n, const struct tail_file *f)
{
    return n->look.id.birth_ns != 0 && n->look.id.birth_ns < f->tail.id.birth_ns &&
           f->tail.id.birth_ns <= clock_wall_ns();
}

/* An archive has the time of what it was made of. */
static int64_t made_ns(const struct newcomer *n)
{
    const struct look *look = &n->look;

    return n->packed && look->mtime_ns < look->id.birth_ns ? look->mtime_ns : look->id.birth_ns;
}

/* Could it be what is left of a lost content: made while that was there, and not before? */
bool weigh_may_continue(const struct newcomer *n, const struct tail_file *f)
{
    return file_is_lost(f) && !f->packed && f->tail.offset > 0 && !is_older(n, f) &&
           (f->away || made_ns(n) <= f->lost_wall_ns || made_ns(n) > clock_wall_ns());
}

/* The same inode, on whatever device. Where no birth is known it may be another file's by now; but not
 * one that was written at the very same time. */
static bool is_its_inode(const struct newcomer *n, const struct tail_file *f)
{
    const struct identity *a = &f->tail.id, *b = &n->look.id;

    if (a->ino != b->ino || a->birth_ns != b->birth_ns || f->truncated || !file_is_lost(f))
        return false;
    if (a->birth_ns != 0)
        return true;
    return f->tail.offset > file_alike(f) && /* a banner proves nothing */
           (n->look.mtime_ns == f->mtime_ns ||
            (f->stream == n->stream && n->look.mtime_ns > f->mtime_ns &&
             !file_is_log_again(f, n->path)));
}

/* Of its stream's own name, or that of which it was met as a part, a crash may have undone that it got
 * another. */
static bool is_undone(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    enum rotated is;

    if (!f->rebooted || f->stream == n->stream)
        return f->rebooted && !n->rotated;
    return stream_of_rotated(t, f->stream->path, &is) == n->stream;
}

/* Where no birth is known: the bytes say that the number is still its own, under whatever name; under that of
 * another log only many do, as the banner of a first generation is not known to be one; if no crash undid that it got
 * another. */
static bool is_its_number(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                          const struct evidence *e)
{
    return e->number && e->gone && e->relation == TAIL_SAME && !f->truncated &&
           n->look.mtime_ns >= f->mtime_ns && f->stream->log == n->stream->log &&
           (f->tail.offset >= JUDGE_MUCH || strcmp(f->path, n->path) == 0 ||
            !stream_is_not_called(t, f->stream, n->path) || is_undone(t, n, f)) &&
           !file_is_log_again(f, n->path);
}

static bool is_its_name(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    if (is_undone(t, n, f))
        return true;
    return strcmp(path_name(n->path), path_name(f->path)) == 0 &&
           (f->stream->log == n->stream->log || strcmp(n->path, f->path) == 0);
}

/* What it was before an editor made it shorter only a crash of the machine brings back. */
static bool is_put_back(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    return is_its_name(t, n, f) && (f->lost_wall_ns != LOST_BY_EDITOR || f->rebooted);
}

/* 1, 0, or negative errno. One that was moved away may be written on. */
static int is_gone(const struct newcomer *n, const struct tail_file *f)
{
    struct look look;
    int r;

    if (f->state != FILE_OPEN)
        return file_is_lost(f);
    if (f->tail.fd < 0) /* read to its end: in a part of it, it would go on */
        return n->rotated || !file_is_elsewhere(f);
    r = look_at_fd(f->tail.fd, &look);
    return r < 0 ? r : look.links == 0;
}

/* Some copy the whole seconds only. */
bool weigh_is_time_of(int64_t copy_ns, int64_t ns)
{
    return copy_ns == ns || copy_ns == ns - ns % NSEC_PER_SEC;
}

/* Could a rotated name be what is left of it? It was lost; or deleted, and written anew and rotated
 * before we had a look, and then the newcomer has more. */
static bool is_its_rest(const struct newcomer *n, const struct tail_file *f)
{
    if (file_is_lost(f))
        return weigh_may_continue(n, f) || f == n->copy_of;
    if (f->tail.fd < 0) /* read to its end */
        return !is_older(n, f);
    return !f->retired && !is_older(n, f) && n->look.size > f->tail.offset;
}

static bool is_watched(const struct tailset *t, const char *path)
{
    const struct dir *d = dir_of_path(t, path);

    return t->reconciled && d && d->wd >= 0;
}

/* What the old inode still holds is read first; then the new one goes on behind it. It was copied
 * before, so it may end, or go on otherwise, where the late lines of the old one begin. */
static int weigh_drained(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                         struct evidence *e)
{
    uint64_t before = f->tail.offset;
    bool same = e->relation == TAIL_SAME;
    int r = follow_drain(t, f) ? 0 : -NOT_DRAINED;

    if (r == 0 && f->tail.offset > before)
        r = file_weigh(t, f, n->fd, &n->look, e);
    if (e->replaced && same)
        e->relation = TAIL_SAME; /* up to where it agrees */
    return r;
}

/* 0 or negative errno. */
static int weigh_bytes(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                       struct evidence *e)
{
    struct tail_likeness heads = tail_head_like(&f->tail, n->head);
    int r;

    if (!heads.whole && heads.least <= file_alike(f) && !e->replaced)
        return 0;
    r = file_weigh(t, f, n->fd, &n->look, e);
    if (r == 0 && f->state == FILE_OPEN && f->tail.fd >= 0 &&
        (e->replaced || e->agrees > 0 || e->offset == 0))
        r = weigh_drained(t, n, f, e);
    return r;
}

/* What was packed is unpacked beside its archive: all of it, or if nothing at its end may be another's. */
static bool is_unpacked(const struct evidence *e)
{
    return !e->doubt &&
           (e->relation == TAIL_PREFIX ? e->agrees > 0
                                       : e->relation == TAIL_SAME && e->size == e->offset);
}

/* Of one that is still there; or that was read to its end, and closed: then if nothing at the end of the copy
 * may be another's. 1, 0 or negative errno. */
static int weigh_copy(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                      const struct evidence *e)
{
    int r;

    if (f->packed)
        return is_unpacked(e);
    if (!file_is_readable(f) || is_older(n, f) || !tail_head_like(&f->tail, n->head).whole)
        return 0;
    if (f->state == FILE_OPEN && f->tail.fd < 0)
        return e->relation == TAIL_PREFIX && e->agrees > 0 && !e->doubt;
    r = weigh_is_copy(t, n, f);
    if (r == -ENOENT || r == -ENOTDIR)
        file_misnamed(t, f);
    return r;
}

/* Less proves nothing: two lines of a log begin alike. */
static bool has_a_line(const struct newcomer *n, uint64_t size)
{
    return size >= FINGERPRINT_HEAD ||
           memchr(n->head.p, '\n', size < n->head.n ? (size_t)size : n->head.n);
}

/* Has another of the stream, f aside, what the newcomer begins with? Contents that were edited share more than a banner
 * with each other, so that `alike` alone does not say so. */
static bool is_banner(const struct newcomer *n, const struct tail_file *f, uint64_t size)
{
    unsigned left = COMPARISONS_MAX;

    if (size > f->stream->alike)
        return false;
    for (const struct tail_file *g = f->stream->files; g; g = g->stream_next)
        if (g != f && g->tail.offset > 0 && tail_head_like(&g->tail, n->head).most >= size)
            return true;
    for (const struct tail_file *g = f->stream->gone; g && left > 0; g = g->stream_next, left--)
        if (tail_head_like(&g->tail, n->head).most >= size)
            return true;
    return false;
}

/* It is unpacked, by its name, from an archive of which nothing was read yet. 1, 0 or negative errno. */
static int weigh_archive(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    if (f->tail.offset > 0 || !rotated_is_unpacked(n->path, f->path))
        return 0;
    return unseen_begins(t, f, n->head);
}

/* What an editor kept, or a rotator, of which at most a banner was read, and what it put in its place are both new,
 * and a copy is not the older one: does one begin with all of the other, which is more than a banner? 1, 0 or negative errno. */
static int weigh_twins(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    uint64_t same, least = f->tail.size < n->look.size ? f->tail.size : n->look.size;
    int r;

    if (f->packed)
        return weigh_archive(t, n, f);
    if (!file_is_readable(f) || !has_a_line(n, least) || n->stream->log->fresh ||
        !file_begins_so(f, n->head) || f->tail.offset > file_alike(f) || is_banner(n, f, least))
        return 0;
    r = weigh_difference(t, n, f, &same);
    return r < 0 ? r : same >= least;
}

/* It may have been truncated unseen; a newcomer with its bytes would be all that is left of it. 0, or
 * negative errno: it cannot be said now. */
static int check_unverified(const struct newcomer *n, const struct tail_file *f,
                            const struct evidence *e)
{
    int r = e->replaced ? TAIL_SAME : tail_compare(&f->tail, n->fd, n->look.size);

    return r < 0 ? r : r == TAIL_OTHER ? 0 : f->unverified;
}

/* Or had it last; or lies where a symlink led. */
static bool has_another_name(const struct newcomer *n, const struct tail_file *f)
{
    return f == n->before || f->renamed || f->state == FILE_OPEN;
}

/* By its name: of the stream, or of what has, or had last, the stream's own name. */
static bool is_part_of(const struct newcomer *n, const struct tail_file *f)
{
    return n->rotated && (f->stream == n->stream || strcmp(f->path, n->stream->path) == 0);
}

/* All that is said without a look at the bytes of the newcomer. */
static void weigh_names(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                        struct evidence *e)
{
    e->rotated = is_part_of(n, f);
    e->inode = is_its_inode(n, f);
    e->born = e->inode && f->tail.id.birth_ns != 0;
    e->number = !e->inode && f->tail.id.birth_ns == 0 && f->tail.id.ino == n->look.id.ino;
    e->replaced = f == n->replaced;
    e->named = e->gone && is_put_back(t, n, f);
    e->aside =
        !n->rotated && f->stream == n->stream && has_another_name(n, f) && !e->inode && !e->named;
    e->older = n->look.id.birth_ns != 0 && n->look.id.birth_ns <= f->tail.id.birth_ns;
    e->seen =
        e->replaced && !f->gone_seen && n->look.id.dev == f->tail.id.dev && is_watched(t, n->path);
    e->packed = f->packed;
    e->away = f->away;
    e->held = f == n->copy_of ? n->held : 0;
    e->lately = f->state != FILE_ABSENT;
    e->same_time = weigh_is_time_of(n->look.mtime_ns, f->mtime_ns);
    e->still = n->still;
    e->rest = e->rotated && e->gone && is_its_rest(n, f);
}

/* Does another newcomer have more of f? 0 or negative errno. */
static int weigh_others(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                        const struct evidence *e, bool *ret_more)
{
    int r = file_has_new_copy(t, f, n, e->agrees);

    *ret_more = r == 1;
    return r < 0 ? r : 0;
}

/* Negative errno: it cannot be said now. */
static int weigh(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                 struct evidence *e)
{
    int r = is_gone(n, f);

    if (r < 0)
        return r;
    e->gone = r == 1;
    weigh_names(t, n, f, e);
    r = 0;
    if ((f->tail.offset > 0 || f->state == FILE_OPEN) &&
        (e->inode || e->number || e->replaced || e->named || (e->rotated && e->gone)))
        r = weigh_bytes(t, n, f, e);
    e->inode |= is_its_number(t, n, f, e);
    if (r == 0 && (e->aside || (e->rotated && !e->gone)) && !e->replaced && f->tail.offset > 0 &&
        tail_head_like(&f->tail, n->head).whole)
        r = file_weigh(t, f, n->fd, &n->look, e);
    if (r == 0 && ((e->inode && e->doubt) || e->rest) && f->rebooted && !e->copied)
        r = weigh_others(t, n, f, e, &e->copied);
    if (r == 0 && e->replaced && e->seen && e->agrees > 0 && e->relation == TAIL_OTHER)
        r = weigh_others(t, n, f, e, &e->elsewhere);
    if (r == 0 && (e->rotated || e->replaced) && f->unverified)
        r = check_unverified(n, f, e);
    if (r < 0)
        return r;
    e->rest = e->rest && is_its_rest(n, f); /* it may have been drained */
    if (e->rotated && !(e->rest && e->relation == TAIL_SAME))
        r = weigh_copy(t, n, f, e);
    e->copy = r == 1;
    if (r == 0 && (e->aside || e->rotated))
        r = weigh_twins(t, n, f);
    e->twin = r == 1 && !e->copy;
    return r;
}

/* It goes on in it, for all that their bytes and names say: no birth and no look proves that. */
static bool seems_to_go_on(const struct row *row, const struct evidence *e)
{
    return (row->verdict == VERDICT_SAME || row->verdict == VERDICT_CUT) && !e->born &&
           !e->replaced;
}

/* Of several that seem to go on in it, it is the one of which it has most, since that was read: the other is what
 * an editor had made of it, say. Of several that it may be a copy of it is the one that has a name; else, that of
 * which most was read. */
static bool is_rather(const struct row *row, const struct tail_file *f, const struct evidence *e,
                      const struct finding *best)
{
    bool both = best->row && seems_to_go_on(row, e) && seems_to_go_on(best->row, &best->evidence);

    if (both && e->from != best->evidence.from)
        return e->from > best->evidence.from;
    if (!best->row || row != best->row)
        return !best->row || row < best->row;
    if (row->verdict == VERDICT_COPY && file_has_name(f) != file_has_name(best->file))
        return file_has_name(f);
    return !both && e->offset > best->evidence.offset;
}

static void consider(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                     struct finding *best)
{
    struct evidence e = {0};
    const struct row *row;
    int r;

    if (!file_has_content(f) || (f->packed && f->state != FILE_NAMED))
        return;
    r = weigh(t, n, f, &e);
    if (r < 0) {
        best->error = r;
        return;
    }
    row = judge(&e);
    if (row->verdict == VERDICT_NEW && e.inode && judge_doubts(&e))
        best->doubt = f;
    if (row->verdict == VERDICT_NEW && e.born)
        best->truncated = f;
    if (row->verdict == VERDICT_NEW || !is_rather(row, f, &e, best))
        return;
    best->row = row;
    best->file = f;
    best->evidence = e;
}

/* Of its stream, or of its name. */
static bool may_be_gone(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    return is_part_of(n, f) || is_its_name(t, n, f);
}

/* The first line of the newcomer, or all that there is of it yet, may be that of this one. */
static bool may_share_a_line(const struct newcomer *n, const struct tail_file *f)
{
    struct tail_likeness like = tail_head_like(&f->tail, n->head);

    return like.most > 0 && (like.most == n->head.n || memchr(n->head.p, '\n', like.most));
}

/* What is gone of its stream and begins with the same line goes on otherwise, perhaps; or the newcomer is too
 * short yet: found by no hash. */
static void consider_stream(struct tailset *t, const struct newcomer *n, struct finding *best)
{
    unsigned left = COMPARISONS_MAX;

    for (struct tail_file *f = n->stream->gone; f && left > 0; f = f->stream_next, left--)
        if (may_share_a_line(n, f))
            consider(t, n, f, best);
}

/* What is gone and begins alike: the latest few, if there are many. */
static void consider_gone(struct tailset *t, const struct newcomer *n, struct finding *best)
{
    struct gone_search s = {.head = n->head, .path = n->path, .stream = n->stream};
    unsigned left = COMPARISONS_MAX;
    struct tail_file *f;

    if (n->copy_of && n->copy_of->state == FILE_ABSENT)
        consider(t, n, n->copy_of, best);
    while (left > 0 && (f = gone_next(t, &s))) {
        if (!may_be_gone(t, n, f))
            continue;
        consider(t, n, f, best);
        left--;
    }
}

/* Of another stream, that has the name that the newcomer is a part of, or had it last: it was renamed to that. */
static void consider_renamed(struct tailset *t, const struct newcomer *n, struct finding *best)
{
    struct named_search s = {.path = n->stream->path, .but = n->stream};

    for (struct tail_file *f; (f = file_next_named(t, &s));)
        consider(t, n, f, best);
}

/* What was met as a part of the newcomer, and is lost. */
static void consider_undone(struct tailset *t, const struct newcomer *n, struct finding *best)
{
    for (struct tail_file *f = t->rebooted ? t->files.first : NULL; f; f = f->next)
        if (f->rebooted && f->state == FILE_LOST && f->stream != n->stream && is_undone(t, n, f))
            consider(t, n, f, best);
}

/* Its stream's contents, those that had its inode, and those that had its name. */
void weigh_newcomer(struct tailset *t, const struct newcomer *n, struct finding *best)
{
    struct index_node *node, *next;

    for (struct tail_file *f = n->stream->files; f; f = f->stream_next)
        consider(t, n, f, best);
    for (node = index_first(&t->birth_index, birth_hash(&n->look.id)); node; node = next) {
        next = index_next(node);
        consider(t, n, INDEX_THING(node, struct tail_file, by_birth), best);
    }
    for (node = index_find(&t->name_index, slice_str(path_name(n->path))); node; node = next) {
        next = index_next(node);
        consider(t, n, INDEX_THING(node, struct tail_file, by_name), best);
    }
    if (n->rotated)
        consider_renamed(t, n, best);
    consider_undone(t, n, best);
    consider_gone(t, n, best);
    consider_stream(t, n, best);
}
