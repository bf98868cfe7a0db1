/* identify -- a regular file that is none of those known: what is it?
 *
 *     under a stream's own name  a content that was deleted just now, written anew with the same
 *                                bytes: go on in it
 *                                else a new generation: from 0
 *     under a rotated name       the rest of a lost content (copytruncate, or rotated while nobody
 *                                looked): go on in it
 *                                a copy of a content that is still there, perhaps not complete:
 *                                hold it back
 *                                else a generation that was rotated before we opened it: from 0
 *     under a rotated name that  the first two as above; else it was never a part: a stream of its
 *     a glob matches, or a weak  own, or a file that is none of ours
 *     compressed                 the rest of a lost content, or nothing
 *
 * Why they are identified together and the oldest first: which one continues a lost content can
 * depend on all names of a rotation, and lines must come in the order in which they were written.
 *
 * Why so many conditions: many logs begin with the same banner, and a content of which little was
 * read has little to be known by. So the times count as well: a copy is made after its original
 * was, and while it was there. What is left undecided by all of this is read; the tests against
 * chance (check_tailset_random) found where that was wrong.
 *
 * At the first look at a log, rotated files are history; they are taken as read. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MUCH = 4096 };

/* Is the newcomer a copy, as far as it has come, of this content, which is still there? 1, 0, or
 * negative errno: it cannot be said now. */
static int is_copy_of(struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    struct look look;
    int other = f->tail.fd >= 0 ? f->tail.fd : open_within_budget(t, f->path);
    int r;

    if (other < 0)
        return other;
    r = look_at_fd(other, &look);
    if (r == 0 && look.size >= n->look.size)
        r = tail_alike(other, n->fd, n->look.size);
    if (other != f->tail.fd)
        (void)sys_close(other);
    return r;
}

bool identify_still_copy(struct tailset *t, const struct tail_file *held)
{
    struct newcomer n = {.fd = open_within_budget(t, held->path)};
    bool same = true;

    if (n.fd < 0)
        return true;
    if (look_at_fd(n.fd, &n.look) == 0 && identity_eq(&n.look.id, &held->tail.id))
        same = is_copy_of(t, &n, held->copy_of) != 0;
    (void)sys_close(n.fd);
    return same;
}

/* A copy is made after its original. That the original is from the future means that the clock was
 * set back since; its birth says nothing then. */
static bool is_older(const struct newcomer *n, const struct tail_file *f)
{
    return n->look.id.birth_ns != 0 && n->look.id.birth_ns < f->tail.id.birth_ns &&
           f->tail.id.birth_ns <= clock_wall_ns();
}

/* Could it be what is left of a lost content: made while that was there, and not before? */
static bool may_continue(const struct newcomer *n, const struct tail_file *f)
{
    return file_is_lost(f) && !f->packed && f->tail.offset > 0 && !is_older(n, f) &&
           (n->look.id.birth_ns <= f->lost_wall_ns || n->look.id.birth_ns > clock_wall_ns());
}

/* How it continues the lost content that it continues best, enum tail_relation with *ret_lost (not
 * with TAIL_OTHER), or negative errno. */
static int find_lost(const struct newcomer *n, struct tail_file **ret_lost)
{
    int best = TAIL_OTHER;

    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int relation;

        if (!may_continue(n, f) && (f != n->copy_of || !file_is_lost(f)))
            continue;
        relation = tail_compare(&f->tail, n->fd, n->look.size);
        if (relation < 0)
            return relation;
        if (relation > best ||
            (relation == best && best != TAIL_OTHER && f->tail.offset > (*ret_lost)->tail.offset)) {
            best = relation;
            *ret_lost = f;
        }
    }
    return best;
}

/* Shorter than what was read: what a truncation left of its copy, or a generation that began alike
 * and was never read? The first is only believed when the copy was seen before, or much of it
 * agrees. */
static bool was_read(const struct newcomer *n, const struct tail_file *lost)
{
    if (lost == n->copy_of)
        return true;
    return lost->state != FILE_ABSENT && n->look.size >= MUCH &&
           n->look.size >= lost->tail.offset / 2;
}

static bool begins_otherwise(const struct tail_file *f, struct slice head)
{
    size_t n = head.n < f->tail.head_n ? head.n : f->tail.head_n;

    return n > 0 && memcmp(f->tail.head, head.p, n) != 0;
}

/* A content that is still there, of which the newcomer is a copy: 1, 0, or negative errno when one
 * could not be compared and no other is it. What was read of each is in memory: in a directory of a
 * thousand old files, only what begins alike is opened. */
static int find_original(struct tailset *t, const struct newcomer *n,
                         struct tail_file **ret_original)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = sys_pread(n->fd, head, sizeof(head), 0);
    struct slice begin = slice_make(head, got > 0 ? (size_t)got : 0);
    int error = got < 0 ? -errno : 0;

    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int r;

        if (!file_is_readable(f) || is_older(n, f) || begins_otherwise(f, begin))
            continue;
        r = is_copy_of(t, n, f);
        if (r == 1) {
            *ret_original = f;
            return 1;
        }
        if (r == -ENOENT || r == -ENOTDIR)
            file_misnamed(t, f);
        if (r < 0)
            error = r;
    }
    return error;
}

static int by_age(const void *a, const void *b)
{
    const struct newcomer *x = a, *y = b;

    if (x->rotated != y->rotated)
        return x->rotated ? 1 : -1; /* what copies can be copies of goes first */
    if (x->symlink != y->symlink)
        return x->symlink ? 1 : -1; /* of two names, the stream is that of the file's own */
    if (x->packed != y->packed)
        return x->packed ? 1 : -1; /* what can be compared at once goes first */
    if (x->look.mtime_ns != y->look.mtime_ns)
        return x->look.mtime_ns < y->look.mtime_ns ? -1 : 1;
    return -strcmp(x->path, y->path);
}

static void deny(struct tailset *t, const struct newcomer *n, int error)
{
    file_memo(t, n->stream, FILE_DENIED, n->path, &n->look)->error = error;
    if (!map_get(&t->warned, slice_str(n->path), &(uint64_t){0}))
        note(t, n->stream->log, TAIL_READ_ERROR, 1);
    warn_once(t, n->path, strerror(error));
}

/* The file whose name the stream's path is now; rotated ones come before it. */
static struct tail_file *current_of(const struct tailset *t, const struct stream *s)
{
    struct tail_file *f = file_by_path(t, s->path);

    return f && f->stream == s ? f : NULL;
}

/* What it is cannot be said now: it is looked at again, at a reconcile, or at once when it was
 * compared with what has just lost its name. Read from 0 it could be counted twice. */
static void put_off(struct tailset *t, const struct newcomer *n, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        queue_look(t, n->path, NULL);
    else
        deny(t, n, error);
}

/* Beside the file that a symlink leads to, and written last before it led there? */
static bool is_before_link(const struct newcomer *n)
{
    struct stat st;
    const char *path = n->stream->path;
    size_t dir = (size_t)(path_name(path) - path);

    if (dir == (size_t)(path_name(n->path) - n->path) && memcmp(path, n->path, dir) == 0)
        return false;
    return sys_lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
           st.st_mtim.tv_sec * NSEC_PER_SEC + st.st_mtim.tv_nsec > n->look.mtime_ns;
}

/* Where a new content is read from; nowhere when all of it was read of one that is gone, or is
 * history. 0 or negative errno. */
static int choose_start(struct tailset *t, const struct newcomer *n, struct tail_file *f)
{
    const struct log *log = n->stream->log;
    bool at_end = log->fresh && log->config && log->config->start_at_end;
    bool skip = t->all_at_end && !t->reconciled;
    uint64_t from;
    int r;

    if (f->retired || (n->rotated && !n->own && (log->fresh || skip || is_before_link(n)))) {
        f->retired = true;
        return tail_mark_read(&f->tail, n->fd, n->look.size);
    }
    if (!at_end && !skip)
        return 0;
    r = tail_last_line(n->fd, n->look.size, t->options.max_line, &from);
    if (r == 0)
        r = tail_mark_read(&f->tail, n->fd, from);
    if (r == 0 && !at_end)
        note(t, log, TAIL_LOST_STATE, from);
    return r;
}

static void take_fd(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    file_set_fd(t, f, n->fd);
    n->fd = -1;
    queue_read(t, f);
}

/* A new content; `read`: with nothing left to read. 0 or negative errno. */
static int begin(struct tailset *t, struct newcomer *n, bool read)
{
    struct tail_file *f = file_new(t, n->stream, FILE_UNPLACED);
    int r;

    f->retired = read;
    r = choose_start(t, n, f);
    if (r < 0) {
        file_drop(t, f);
        return r;
    }
    if (n->rotated)
        file_join(f, n->stream, current_of(t, n->stream));
    f->mtime_ns = n->look.mtime_ns;
    f->renamed = n->rotated; /* it was never known under another name: no rotation that we saw */
    file_name(t, f, n->path, &n->look);
    t->version++;
    if (f->retired)
        return 0;
    file_set_backlog(f, !t->reconciled || !n->stream->log->looked);
    take_fd(t, f, n);
    return 0;
}

/* f goes on in this file. */
static void adopt(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    file_close_fd(t, f);
    f->tail.hole_to = f->tail.clear_to = 0;
    f->tail.read_to = f->tail.offset;
    f->packed = false;
    f->retired = false;
    file_name(t, f, n->path, &n->look);
    file_set_backlog(f, !t->reconciled);
    t->version++;
    take_fd(t, f, n);
}

static void drain(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader = file_reader(t, f);

    file_open_sink(t, f);
    while (f->sink && tail_read(&f->tail, &reader) == TAIL_MORE)
        ;
}

/* What was last written under this name, if it lost the name just now. */
static struct tail_file *replaced_by(const struct newcomer *n)
{
    struct tail_file *last = NULL;

    for (struct tail_file *f = n->stream->files; f; f = f->stream_next)
        if (file_has_content(f))
            last = f;
    if (!last || last->packed || !(last->just || last->awaits) || last->truncated ||
        last->deleted || (last->retired && !last->awaits) || strcmp(last->path, n->path) != 0)
        return NULL;
    return last;
}

/* 1 when it was not what we thought, 0, or negative errno, which reading will meet and report. What
 * was read to its end is not held open after this. */
static int proves_wrong(struct tailset *t, struct tail_file *f)
{
    struct look look;
    int r = 0;

    if (!file_is_readable(f) || f->tail.offset == 0)
        return 0;
    if (f->tail.fd >= 0)
        return look_at_fd(f->tail.fd, &look) < 0 ? 0 : file_verify(t, f, look.size);
    if (f->state == FILE_NAMED)
        r = file_reopen(t, f);
    if (r <= 0 && f->retired)
        file_close_fd(t, f);
    return r;
}

/* A stream's contents must be what we think before others are compared with them. */
static void verify_stream(struct tailset *t, struct stream *s)
{
    struct tail_file *f = s->files;

    while (f && !s->verified)
        f = proves_wrong(t, f) == 1 ? s->files : f->stream_next;
    s->verified = true;
}

/* Was one truncated while the newcomer was compared with it? Then that may be its copy after all.
 * 1, 0, or negative errno. */
static int changed_meanwhile(struct tailset *t, const struct stream *s)
{
    int error = 0;

    for (struct tail_file *f = s->files; f; f = f->stream_next) {
        int r = f->renamed ? 0 : proves_wrong(t, f);

        if (r == 1)
            return 1;
        if (r < 0)
            error = r;
    }
    return error;
}

/* An editor writes beside it and renames over it; then no event said that the name was deleted. While
 * nobody watched, a new generation with the same banner is as likely: that one is read. */
static bool was_edited(const struct tailset *t, const struct newcomer *n, const struct tail_file *f)
{
    const struct dir *d = dir_of_path(t, n->path);

    return t->reconciled && d && d->wd >= 0 && !f->gone_seen && n->look.size >= f->tail.offset / 2;
}

/* Written anew with the same bytes? What the old inode still holds is read first; then the new one
 * goes on behind it. The new one may end before that, when the old one was written to after it was
 * copied; or hold more. 1, 0, or negative errno. */
static int rewritten(struct tailset *t, struct newcomer *n)
{
    struct tail_file *f = replaced_by(n);
    int r;

    while (f && proves_wrong(t, f) == 1)
        f = replaced_by(n);
    if (!f)
        return 0;
    r = tail_compare(&f->tail, n->fd, n->look.size);
    if (r >= 0 && f->state == FILE_OPEN) {
        drain(t, f);
        if (r != TAIL_SAME)
            r = tail_compare(&f->tail, n->fd, n->look.size);
    }
    if (r == TAIL_SAME && f->tail.offset > n->look.size) {
        int error = tail_mark_read(&f->tail, n->fd, n->look.size);

        r = error < 0 ? error : r;
    }
    f->awaits = r < 0;
    if (r == TAIL_PREFIX && was_edited(t, n, f)) {
        int error = tail_mark_read(&f->tail, n->fd, n->look.size);

        r = error < 0 ? error : TAIL_SAME;
    }
    if (r != TAIL_SAME)
        return r < 0 ? r : 0;
    adopt(t, f, n);
    return 1;
}

static bool is_unlinked(const struct tail_file *f)
{
    struct look look;

    return f->state == FILE_OPEN && !f->packed && look_at_fd(f->tail.fd, &look) == 0 &&
           look.links == 0;
}

/* Written anew and then rotated, before we had a look: it goes on where a deleted content ends.
 * 1, 0, or negative errno. */
static int outgrew_deleted(struct tailset *t, struct newcomer *n)
{
    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int r;

        if (!is_unlinked(f) || f->retired || is_older(n, f))
            continue;
        drain(t, f);
        if (n->look.size <= f->tail.offset)
            continue;
        r = tail_compare(&f->tail, n->fd, n->look.size);
        if (r < 0)
            return r;
        if (r != TAIL_SAME)
            continue;
        adopt(t, f, n);
        return 1;
    }
    return 0;
}

/* Is a weak name that of a generation nobody saw? Only if others of this stream were given such
 * names, and it was made after one of those and before what is written now. */
static bool is_between(const struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *current = current_of(t, n->stream);
    int64_t birth = n->look.id.birth_ns;
    struct buf base = BUF_INIT;
    bool after = false;

    for (const struct tail_file *f = n->stream->files; f && !after; f = f->stream_next)
        after = f->renamed && file_has_content(f) && f->tail.id.birth_ns < birth &&
                rotated_base(slice_str(path_name(f->path)), 0, &base) == ROTATED_WEAK;
    buf_release(&base);
    return after && current && birth < current->tail.id.birth_ns;
}

/* One that lost its name since all of them were placed: what has become of it is not known yet, so
 * a newcomer cannot be compared with it. */
static bool has_nameless(const struct stream *s)
{
    for (const struct tail_file *f = s->files; f; f = f->stream_next)
        if (f->state == FILE_UNPLACED)
            return true;
    return false;
}

/* A content that is gone goes on in the newcomer, which may be of another stream. */
static void bring_back(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    if (f->stream != n->stream) {
        file_set_backlog(f, false);
        file_close_sink(t, f);
        if (f->stream->log != n->stream->log)
            buf_release(&f->carry);
    }
    file_join(f, n->stream, n->rotated ? current_of(t, n->stream) : NULL);
    f->truncated = false;
    adopt(t, f, n);
}

/* The same inode, on whatever device, under whatever name: enum tail_relation or negative errno. */
static int is_its_inode(const struct newcomer *n, const struct tail_file *f)
{
    const struct identity *a = &f->tail.id, *b = &n->look.id;

    if (a->ino != b->ino || a->birth_ns != b->birth_ns || f->truncated)
        return TAIL_OTHER;
    if (a->birth_ns == 0 && (f->stream != n->stream || n->look.mtime_ns < f->mtime_ns))
        return TAIL_OTHER;
    return tail_compare(&f->tail, n->fd, n->look.size);
}

/* A known file that was away: 1, 0, or negative errno. */
static int same_inode_is_back(struct tailset *t, struct newcomer *n)
{
    struct index_node *node = index_first(&t->birth_index, birth_hash(&n->look.id)), *next;

    for (; node; node = next) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_birth);
        int r = is_its_inode(n, f);
        uint64_t upto;

        next = index_next(node);
        if (r < 0)
            return r;
        if (r != TAIL_SAME) {
            if (n->look.id.birth_ns == 0 || n->look.id.birth_ns != f->tail.id.birth_ns ||
                f->truncated || !file_was_cut(f, n->fd, n->look.size, &upto))
                continue;
            r = tail_mark_read(&f->tail, n->fd, upto);
            if (r < 0)
                return r;
        }
        bring_back(t, f, n);
        return 1;
    }
    return 0;
}

/* Some copy the whole seconds only. */
static bool is_time_of(int64_t copy_ns, int64_t ns)
{
    return copy_ns == ns || copy_ns == ns - ns % NSEC_PER_SEC;
}

/* Another inode with the content of one that is gone. Copied with its times, or grown since, it is
 * that one. Only written again it is what a job does that deletes its log and runs again: then it is
 * new, since doubled lines are seen sooner than missing ones. */
static int same_name_is_back(struct tailset *t, struct newcomer *n)
{
    struct index_node *node = index_find(&t->name_index, slice_str(path_name(n->path)));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_name);
        bool same_time = is_time_of(n->look.mtime_ns, f->mtime_ns);
        bool same_size = n->look.size == f->tail.size;
        int r;

        if (f->stream->log != n->stream->log || n->look.size < f->tail.size ||
            (!same_size && f->tail.offset < MUCH))
            continue;
        r = tail_compare(&f->tail, n->fd, n->look.size);
        if (r < 0)
            return r;
        if (r != TAIL_SAME)
            continue;
        if (same_size && !same_time) {
            note(t, n->stream->log, TAIL_AMBIGUOUS, 1);
            warn_once(t, n->path,
                      "holds the lines of one that is gone: a copy of it without its time, or "
                      "written again? They count again");
            continue;
        }
        bring_back(t, f, n);
        return 1;
    }
    return 0;
}

/* As identify_rotated: 0, or negative errno when it cannot be said now what it is. */
static int identify_own(struct tailset *t, struct newcomer *n)
{
    int r = rewritten(t, n);

    if (r == 0)
        r = same_name_is_back(t, n);
    return r ? r : begin(t, n, false);
}

/* No part of the stream that its name led to. */
static int stand_alone(struct tailset *t, struct newcomer *n)
{
    if (!n->own) {
        (void)file_memo(t, n->stream, FILE_HELD, n->path, &n->look);
        return 0;
    }
    n->stream = stream_get(t, n->path, log_of_path(t, n->path));
    n->rotated = false;
    if (!has_nameless(n->stream))
        return identify_own(t, n);
    queue_look(t, n->path, n->copy_of);
    return 0;
}

static int identify_rotated(struct tailset *t, struct newcomer *n)
{
    struct tail_file *original = NULL, *lost = NULL;
    int r = outgrew_deleted(t, n);

    if (r == 1)
        return 0;
    if (r == 0)
        r = find_original(t, n, &original);
    if (original || n->look.size == 0) {
        file_memo(t, n->stream, FILE_HELD, n->path, &n->look)->copy_of = original;
        return 0;
    }
    if (r == 0)
        r = find_lost(n, &lost);
    if (r < 0)
        return r;
    if (r == TAIL_SAME) {
        adopt(t, lost, n);
        return 0;
    }
    if (lost && was_read(n, lost))
        return begin(t, n, true);
    r = changed_meanwhile(t, n->stream);
    if (r == 1)
        queue_look(t, n->path, NULL);
    if (r == 0 && (n->own || (n->weak && !is_between(t, n))))
        return stand_alone(t, n);
    return r ? r : begin(t, n, false);
}

static bool has_rejected(const struct tail_file *f, const struct identity *id)
{
    for (unsigned i = 0; i < f->nrejected && i < REJECTED_MAX; i++)
        if (f->rejected[i] == identity_hash(id))
            return true;
    return false;
}

/* The name says compressed; only what begins as a lost content did is opened. */
static int identify_packed(struct tailset *t, struct newcomer *n)
{
    for (struct tail_file *f = n->stream->files; f; f = f->stream_next) {
        int r;

        if (!may_continue(n, f) || has_rejected(f, &n->look.id))
            continue;
        r = unpack_open(n->fd, &f->tail, &f->unpack);
        if (r == -ENODATA)
            file_touch(t, f); /* still being written: the search goes on */
        if (r == -EOPNOTSUPP)
            warn_once(t, n->path, "this build cannot unpack it; what was not read of it is lost");
        if (r <= 0)
            continue;
        n->fd = -1;
        f->packed = true;
        file_name(t, f, n->path, &n->look);
        if (f->retired) {
            file_close_fd(t, f);
        } else {
            file_set_backlog(f, !t->reconciled);
            queue_read(t, f);
        }
        return 0;
    }
    (void)file_memo(t, n->stream, FILE_HELD, n->path, &n->look);
    return 0;
}

static bool known_by_now(const struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *f = file_by_id(t, &n->look.id);

    return file_by_path(t, n->path) || (f && !file_is_lost(f));
}

/* 1 or 0, or negative errno: it cannot be said now. */
static int identify_content(struct tailset *t, struct newcomer *n)
{
    int r = n->packed ? identify_packed(t, n) : same_inode_is_back(t, n);

    if (r != 0 || n->packed)
        return r;
    return n->rotated ? identify_rotated(t, n) : identify_own(t, n);
}

/* With a look of now: a copy may have been seen half made, and completed before its original was
 * found to be truncated; its size of then would be taken for all of it. */
static void identify(struct tailset *t, struct newcomer *n)
{
    struct identity met = n->look.id;
    int r;

    if (known_by_now(t, n))
        return;
    if (has_nameless(n->stream)) {
        queue_look(t, n->path, n->copy_of);
        return;
    }
    n->fd = open_within_budget(t, n->path);
    if (n->fd == -ENOENT || n->fd == -ENOTDIR)
        return;
    if (n->fd < 0) {
        deny(t, n, -n->fd);
        return;
    }
    if (look_at_fd(n->fd, &n->look) < 0 || !identity_eq(&n->look.id, &met))
        r = -ENOENT; /* another file by now */
    else
        r = identify_content(t, n);
    if (n->fd >= 0)
        (void)sys_close(n->fd);
    if (r < 0)
        put_off(t, n, -r);
}

void identify_verify(struct tailset *t)
{
    for (size_t i = 0; i < t->nnewcomers; i++)
        if (t->newcomers[i].rotated && !t->newcomers[i].packed)
            verify_stream(t, t->newcomers[i].stream);
    for (size_t i = 0; i < t->nnewcomers; i++)
        t->newcomers[i].stream->verified = false;
}

void identify_newcomers(struct tailset *t)
{
    struct newcomer *list = t->newcomers;
    size_t count = t->nnewcomers;

    t->newcomers = NULL;
    t->nnewcomers = t->newcomers_cap = 0;
    if (count > 1)
        qsort(list, count, sizeof(*list), by_age);
    for (size_t i = 0; i < count; i++) {
        identify(t, &list[i]);
        free(list[i].path);
    }
    free(list);
}
