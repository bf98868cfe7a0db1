/* identify -- a regular file that is none of those known: what is it?
 *
 * Each content that it might be, or be a part or a copy of, is weighed against it: what their bytes
 * have in common, and what names, inodes and times say. judge.c has the table; of several contents
 * the one whose row comes first wins, then the one of which most was read (weigh.c: is_rather). The
 * verdict is carried out here:
 *
 *     SAME, CUT         that content goes on in it
 *     COPY              held back, as long as the original is there
 *     WAIT              held open; identified again when it has changed, or has not for a while
 *     READ              a part of a content, with nothing left to read
 *     AMBIGUOUS, NEW    a content of its own: under a stream's name its next generation, under a
 *                       rotated name one that was rotated before we opened it
 *
 * A rotated name that a glob matches, or a weak one, is a part of the stream only if the table says
 * so; else a stream of its own, or a file that is none of ours. What is compressed is the rest of a lost
 * content, or a generation that nobody saw (unseen.c).
 *
 * Why they are identified together and the oldest first: which one continues a lost content can
 * depend on all names of a rotation, and lines must come in the order in which they were written.
 *
 * An error is no evidence: what could not be compared is identified again later (put_off).
 *
 * At the first look at a log, rotated files are history; they are taken as read. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/packing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

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

/* So many bytes, which were not looked into, were in it before it was cut; 0: it was not. */
static uint64_t was_cut(const struct newcomer *n)
{
    return n->look.size < n->seen && n->cut < n->seen ? n->seen : n->cut;
}

/* It is out of sight, and there: what is copied of it meanwhile is its rest. */
static void is_there_yet(struct tailset *t, const struct identity *id)
{
    struct index_node *node = index_first(&t->birth_index, birth_hash(id));

    for (; node && id->birth_ns != 0; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_birth);

        if (f->state == FILE_LOST && !f->truncated && f->lost_wall_ns != LOST_BY_EDITOR &&
            identity_eq(&f->tail.id, id))
            f->lost_wall_ns = clock_wall_ns();
    }
}

static void deny(struct tailset *t, const struct newcomer *n, int error)
{
    struct tail_file *f = file_memo(t, n->stream, FILE_DENIED, n->path, &n->look);

    f->error = error;
    f->unread = n->look.size > was_cut(n) ? n->look.size : was_cut(n);
    f->copy_of = n->copy_of && n->copy_of->stream == n->stream ? n->copy_of : NULL;
    f->tail.proved = n->held;
    if (error == NOT_DRAINED)
        return;
    is_there_yet(t, &n->look.id);
    warn_once(t, n->path, strerror(error));
    if (is_first(t, n->path, &n->look.id, 0, strerror(error)))
        note(t, n->stream->log, TAIL_READ_ERROR, 1);
}

/* The file whose name the stream's path is now; rotated ones come before it. */
static struct tail_file *current_of(const struct tailset *t, const struct stream *s)
{
    struct tail_file *f = file_by_path(t, s->path);

    return f && f->stream == s ? f : NULL;
}

/* Beside the file that a symlink leads to, and written last before it led there? 1, 0, or negative
 * errno. */
static int is_before_link(const struct newcomer *n)
{
    struct stat st;
    const char *path = n->stream->path;
    size_t dir = (size_t)(path_name(path) - path);

    if (dir == (size_t)(path_name(n->path) - n->path) && memcmp(path, n->path, dir) == 0)
        return 0;
    if (sys_lstat(path, &st) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    return S_ISLNK(st.st_mode) &&
           clock_ns(st.st_mtim.tv_sec, st.st_mtim.tv_nsec) > n->look.mtime_ns;
}

/* A part that was there before logtally could have read it. 1, 0, or negative errno. */
static int is_history(const struct tailset *t, const struct newcomer *n)
{
    const struct log *log = n->stream->log;

    if (!n->rotated || n->own)
        return 0;
    if (log->fresh || (t->all_at_end && !t->reconciled) ||
        (n->given && !unseen_since_the_save(t, n)))
        return 1;
    return is_before_link(n);
}

/* Where a new content is read from: behind what was read of one that is gone; nowhere when that is all of it,
 * or it is history. 0 or negative errno. */
static int choose_start(struct tailset *t, const struct newcomer *n, struct tail_file *f,
                        uint64_t read)
{
    const struct log *log = n->stream->log;
    bool at_end = log->fresh && log->config && log->config->start_at_end;
    bool skip = t->all_at_end && !t->reconciled;
    uint64_t from;
    int r = read > 0 ? 0 : is_history(t, n);

    if (r < 0)
        return r;
    f->retired = read > 0 && read == n->look.size;
    if (read > 0)
        return tail_mark_read(&f->tail, n->fd, read);
    if (r == 0 && !at_end && !skip)
        return 0;
    f->retired = r == 1;
    r = tail_last_line(n->fd, encoding_of(&n->stream->log->encoding, n->head), n->look.size,
                       t->options.max_line, &from);
    if (r == 0)
        r = tail_mark_read(&f->tail, n->fd, from);
    if (r == 0 && f->retired) /* nothing is read unless it grows */
        f->tail.read_to = f->tail.size = f->tail.proved = n->look.size;
    else if (r == 0 && !at_end)
        note(t, log, TAIL_LOST_STATE, from);
    return r;
}

static void take_fd(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    file_set_fd(t, f, n->fd);
    n->fd = -1;
    queue_read(t, f);
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

/* What was out of sight, with its directory, say, and of which nothing was read, is back, for all that is known. */
static bool is_back_unread(const struct newcomer *n, const struct tail_file *f)
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
    if (is_back_unread(n, f))
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

/* What was truncated before anything of it was read may be in it; and what was empty when it was seen last, and
 * has gone, is in the first archive of what nobody has read. `begun` is what it becomes. */
static void forget_unread(struct tailset *t, const struct newcomer *n,
                          const struct tail_file *begun)
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
            file_drop(t, f);
        } else if (packed && !f->truncated && f->tail.size == 0 && f->tail.fd < 0 &&
                   !is_where_it_was(f)) {
            file_drop(t, f);
            packed = false;
        }
    }
}

/* It could not be looked into at first. */
static bool was_denied(const struct tail_file *f, const struct newcomer *n)
{
    return f->state == FILE_LOST && f->denied && identity_eq(&f->tail.id, &n->look.id);
}

/* What was in it then; a number proves nothing. */
static void learn_denied(struct newcomer *n)
{
    for (const struct tail_file *f = n->stream->files; f; f = f->stream_next)
        if (was_denied(f, n) && f->tail.id.birth_ns != 0 && n->seen < f->tail.size)
            n->seen = f->tail.size;
}

/* It is known now; `met`: the stream of which it seemed to be a part. */
static void forget_denied(struct tailset *t, const struct stream *met, const struct newcomer *n)
{
    struct tail_file *next;

    for (struct tail_file *f = met->files; f; f = next) {
        next = f->stream_next;
        if (was_denied(f, n))
            file_drop(t, f);
    }
}

/* A part of which no line was read yet, and which is no older, may be a copy of it that is under way: it is looked at
 * again. */
static void doubt_unread_parts(struct tailset *t, const struct newcomer *n,
                               const struct tail_file *begun)
{
    struct tail_file *next;

    for (struct tail_file *f = n->stream->files; f; f = next) {
        next = f->stream_next;
        if (f == begun || f->state != FILE_NAMED || !f->renamed || f->packed ||
            f->tail.offset > 0 || f->tail.size == 0 || f->tail.size > n->look.size ||
            f->tail.id.birth_ns < n->look.id.birth_ns || !file_begins_so(f, n->head))
            continue;
        queue_look_seen(t, f, false);
        file_drop(t, f);
    }
}

/* A new content, of which so many bytes were read. 0 or negative errno. */
static int begin(struct tailset *t, struct newcomer *n, uint64_t read)
{
    struct tail_file *f = file_new(t, n->stream, FILE_UNPLACED);
    int r = choose_start(t, n, f, read);

    if (r < 0) {
        file_drop(t, f);
        return r;
    }
    forget_unread(t, n, f);
    if (n->rotated)
        file_join(f, n->stream, current_of(t, n->stream));
    f->mtime_ns = n->look.mtime_ns;
    file_set_began(f, n->head);
    f->tail.proved = n->look.size; /* what is cut of it before it is read is lost */
    f->renamed = n->rotated; /* it was never known under another name: no rotation that we saw */
    file_name(t, f, n->path, &n->look);
    t->version++;
    if (n->ambiguous) /* also of what was there before the log: it may grow */
        file_tell_ambiguous(t, n->stream, n->path);
    else if (!n->rotated)
        doubt_unread_parts(t, n, f);
    if (f->retired)
        return 0;
    file_set_backlog(f, !t->reconciled || !n->stream->log->looked);
    take_fd(t, f, n);
    return 0;
}

/* What is gone has no place among the generations any more: true when it got one. */
static bool come_back(struct tailset *t, struct tail_file *f)
{
    if (f->state != FILE_ABSENT)
        return false;
    file_enter(t, f, FILE_LOST);
    return true;
}

/* f goes on in this file, which may be of another stream. Under a rotated name it keeps its place
 * among the generations. */
static void adopt(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    bool back = come_back(t, f);

    if (f->stream != n->stream || back || !n->rotated)
        file_move(t, f, n->stream, n->rotated ? current_of(t, n->stream) : NULL);
    file_close_fd(t, f);
    f->tail.hole_to = f->tail.clear_to = 0;
    f->tail.read_to = f->tail.offset;
    f->packed = false;
    f->rebooted = 0;
    if (f->tail.proved < n->look.size) /* what is cut of it before it is read is lost */
        f->tail.proved = n->look.size;
    file_reads_on(f);
    file_name(t, f, n->path, &n->look);
    file_set_backlog(f, !t->reconciled);
    t->version++;
    take_fd(t, f, n);
}

/* To the beginning of a line, of which something counted as it stood: does it count again? */
static bool goes_back(const struct evidence *e)
{
    return e->relation == TAIL_SAME && e->from < e->offset;
}

/* 0 or negative errno. */
static int go_on(struct tailset *t, const struct finding *best, struct newcomer *n)
{
    struct tail_file *f = best->file;
    const struct evidence *e = &best->evidence;
    bool is_cut = best->row->verdict == VERDICT_CUT && e->from < e->offset && !e->replaced;
    int r = 0;

    if (e->from < f->tail.offset && e->replaced)
        r = file_go_on_shorter(t, f, n->fd, e->from);
    else if (e->from < f->tail.offset)
        r = tail_mark_read(&f->tail, n->fd, e->from);
    else
        r = tail_recall(&f->tail, n->fd);
    if (r < 0)
        return r;
    if (e->doubt || goes_back(e))
        file_tell_doubt(t, f);
    if (is_cut && f->state != FILE_ABSENT) /* else it was told */
        note(t, f->stream->log, TAIL_LOST_TRUNCATED, e->known_size - e->offset);
    adopt(t, f, n);
    return 0;
}

static void wait_for_more(struct tailset *t, const struct finding *best, struct newcomer *n)
{
    struct tail_file *f = file_memo(t, n->stream, FILE_WAITING, n->path, &n->look);
    struct evidence e = best->evidence;

    if (n->rotated)
        file_join(f, n->stream, current_of(t, n->stream));
    e.still = true;
    f->ambiguous = n->ambiguous || judge(&e)->verdict == VERDICT_AMBIGUOUS;
    f->round = t->rounds;
    f->unread = e.relation == TAIL_PREFIX && e.doubt ? n->look.size : 0;
    f->cut = was_cut(n);
    file_set_began(f, n->head);
    file_set_fd(t, f, n->fd);
    n->fd = -1;
}

static struct tail_file *last_before(const struct newcomer *n)
{
    struct tail_file *last = NULL;

    for (struct tail_file *f = n->rotated ? NULL : n->stream->files; f; f = f->stream_next)
        if (file_has_content(f) && !f->denied)
            last = f;
    return last;
}

/* The same; of a part what has its log's name, and was renamed to that. */
static struct tail_file *named_before(const struct tailset *t, const struct newcomer *n)
{
    struct tail_file *f;

    if (!n->rotated)
        return last_before(n);
    f = file_by_path(t, n->stream->path);
    return f && f->stream != n->stream ? f : NULL;
}

/* One that was deleted is not replaced: what comes then under its name is written again, or put back. */
static struct tail_file *replaced_by(const struct newcomer *n)
{
    struct tail_file *last = last_before(n);

    if (!last || last->packed || last->truncated || last->deleted ||
        strcmp(last->path, n->path) != 0)
        return NULL;
    return last->awaits || (last->just && last->met && !last->retired) ? last : NULL;
}

/* 1 when it was not what we thought, 0, or negative errno, which reading will meet and report. What
 * was read to its end is not held open after this. */
static int proves_wrong(struct tailset *t, struct tail_file *f)
{
    struct look look;
    int r = 0;

    if (!file_is_readable(f) ||
        (f->tail.offset == 0 && (f->packed || (f->tail.fd < 0 && f->tail.size == 0))))
        return 0;
    if (f->tail.fd >= 0) {
        r = look_at_fd(f->tail.fd, &look);
        return r < 0 ? r : file_verify(t, f, look.size);
    }
    if (f->state == FILE_NAMED)
        r = file_reopen(t, f);
    if (r <= 0 && f->retired)
        file_close_fd(t, f);
    return r;
}

/* A stream's contents must be what we think before others are compared with them; what could not be
 * read now leaves that open. */
static void verify_stream(struct tailset *t, struct stream *s)
{
    struct tail_file *f = s->files;

    while (f) {
        int r = proves_wrong(t, f);

        f->unverified = r < 0 ? r : 0;
        f = r == 1 ? s->files : f->stream_next;
    }
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

static int identify_plain(struct tailset *t, struct newcomer *n);

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
        return identify_plain(t, n);
    queue_newcomer(t, n);
    return 0;
}

/* What could not be looked into, and may be another time: negative errno, or 0. NULL: it is none. */
static int passing_error(const struct tail_file *f)
{
    return f && file_is_put_off(f) ? -f->error : 0;
}

/* Is there something under the stream's own name that could not be looked into? Negative errno, or 0. */
static int current_is_unknown(const struct tailset *t, const struct stream *s)
{
    const struct tail_file *f = file_by_path(t, s->path);

    if (!f && dir_is_unsure(t, s->path))
        return -EAGAIN; /* until the directory is read */
    return passing_error(f);
}

/* Is it a copy, as far as it has come, of what has the stream's own name and waits? 1, 0, or negative
 * errno: it cannot be said. */
static int may_be_of_current(struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *current = current_of(t, n->stream);
    int r = current_is_unknown(t, n->stream);

    if (r < 0 || !current || current->state != FILE_WAITING)
        return r;
    return weigh_is_copy(t, n, current);
}

/* Another part that could not be looked into may be the rest of what an archive seems to be, or what is a log of its
 * own by its name may be a copy of it: negative errno, or 0. */
static int another_is_unknown(const struct stream *s)
{
    for (const struct tail_file *f = s->files; f; f = f->stream_next)
        if (file_is_put_off(f) && !rotated_is_compressed(slice_str(f->path)))
            return -f->error;
    return 0;
}

/* So much of what it is a copy of is in it; of what is gone, if that much was read. 0 or negative errno. */
static int compare_copy(struct tailset *t, const struct newcomer *n, uint64_t *ret_same)
{
    struct tail_file *f = n->copy_of;
    bool is_there = file_is_readable(f) && (f->tail.fd >= 0 || file_has_name(f));
    int r;

    *ret_same = 0;
    if (is_there)
        return weigh_difference(t, n, f, ret_same);
    *ret_same = n->held < f->tail.offset ? n->held : f->tail.offset;
    r = tail_compare(&f->tail, n->fd, *ret_same);
    *ret_same = r > TAIL_OTHER ? *ret_same : 0;
    return r < 0 ? r : 0;
}

/* What it began with was held as a copy, is one still, and was or will be read: it goes on otherwise, from this line
 * on. 0 or negative errno. */
static int find_end_of_copy(struct tailset *t, const struct newcomer *n, uint64_t *ret_from)
{
    uint64_t same;
    int r;

    *ret_from = 0;
    if (!n->copy_of || n->held == 0 || n->held > n->look.size)
        return 0;
    r = compare_copy(t, n, &same);
    if (r < 0 || (same < n->held && same < n->copy_of->tail.offset))
        return r;
    return tail_last_line(n->fd, encoding_of(&n->stream->log->encoding, n->head), same,
                          t->options.max_line, ret_from);
}

/* It may only be a copy of what waits, or was truncated meanwhile. 1: it waits as well, or is looked at again; 0, or
 * negative errno. */
static int may_be_but_a_copy(struct tailset *t, const struct finding *best, struct newcomer *n)
{
    int r = may_be_of_current(t, n);

    if (r == 1)
        wait_for_more(t, best, n);
    if (r != 0)
        return r;
    r = changed_meanwhile(t, n->stream);
    if (r == 1)
        queue_newcomer(t, n);
    return r;
}

/* A rotated name that says nothing of what we know. */
static int begin_rotated(struct tailset *t, const struct finding *best, struct newcomer *n)
{
    int r = may_be_but_a_copy(t, best, n);
    uint64_t from;

    if (r == 0 && n->own)
        r = another_is_unknown(n->stream);
    if (r == 0 && (n->own || (n->weak && !is_between(t, n))))
        return stand_alone(t, n);
    if (r != 0)
        return r < 0 ? r : 0;
    r = find_end_of_copy(t, n, &from);
    return r < 0 ? r : begin(t, n, from);
}

/* What it ends with may be other lines. After a crash of the machine, which cut what was written on and
 * copied then, that is not unlikely: they are read. 0 or negative errno. */
static int begin_part(struct tailset *t, const struct finding *best, struct newcomer *n)
{
    const struct evidence *e = &best->evidence;
    bool reads_end = e->doubt && e->rebooted && e->held == 0;
    int r = e->doubt && !reads_end ? file_has_new_copy(t, best->file, n, e->agrees) : 0;

    if (r == 1) { /* it is compared with that then, byte by byte */
        n->copy_of = best->file;
        n->held = e->held > 0 ? e->held : JUDGE_MUCH;
        queue_newcomer(t, n);
    }
    if (r != 0)
        return r < 0 ? r : 0;
    r = begin(t, n, reads_end ? e->from : n->look.size);
    if (r < 0)
        return r;
    if (reads_end) {
        file_tell_doubt(t, file_by_path(t, n->path));
        return 0;
    }
    if (best->file->stream == n->stream)
        file_by_path(t, n->path)->copy_of = best->file; /* until it grows: a copy took its time */
    if (e->doubt)
        file_tell_part(t, n->stream, n->path);
    return 0;
}

static bool is_begun(const struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *f = file_by_path(t, n->path);

    return f && file_has_content(f);
}

/* As far as it goes now. */
static void hold_copy(struct tailset *t, const struct newcomer *n, struct tail_file *of)
{
    struct tail_file *f = file_memo(t, of->stream, FILE_HELD, n->path, &n->look);

    f->copy_of = of;
    f->tail.proved = n->look.size;
}

static int carry_out(struct tailset *t, struct newcomer *n, const struct finding *best)
{
    enum verdict verdict = best->row ? best->row->verdict : VERDICT_NEW;
    struct tail_file *of;
    int r;

    /* Another took what it was alike, meanwhile; or what seems to be a copy of that did. */
    if (verdict == VERDICT_NEW && (n->ambiguous || best->doubt))
        verdict = VERDICT_AMBIGUOUS;
    n->ambiguous = verdict == VERDICT_AMBIGUOUS;
    switch (verdict) {
    case VERDICT_SAME:
    case VERDICT_CUT:
        r = n->rotated && !best->evidence.inode ? may_be_but_a_copy(t, best, n) : 0;
        return r ? (r < 0 ? r : 0) : go_on(t, best, n);
    case VERDICT_COPY:
        hold_copy(t, n, best->file);
        return 0;
    case VERDICT_WAIT:
        wait_for_more(t, best, n);
        return 0;
    case VERDICT_READ:
        r = may_be_but_a_copy(t, best, n);
        return r ? (r < 0 ? r : 0) : begin_part(t, best, n);
    default:
        break;
    }
    r = n->rotated ? begin_rotated(t, best, n) : begin(t, n, 0);
    of = best->file ? best->file : best->doubt;
    if (r == 0 && n->ambiguous && of && is_begun(t, n)) {
        of->doubted = !of->deleted; /* else it was written again */
        if (of->state == FILE_ABSENT)
            gone_renew(t, of);
    }
    return r;
}

/* It was there until now, where nobody looked: what was copied of it meanwhile is its rest. Was it first met under the
 * name of a part, a crash undid that it was rotated. */
static void was_there(struct tailset *t, const struct newcomer *n, struct tail_file *f)
{
    if (f->stream != n->stream && f->state == FILE_LOST && f->rebooted && !n->rotated)
        file_move(t, f, n->stream, NULL);
    f->truncated = true;
    f->lost_wall_ns = clock_wall_ns();
}

/* Whatever could not be weighed, it is this one; and nothing is lost when it is held for a while. */
static bool is_certain(const struct finding *best)
{
    return best->row && (best->row->verdict == VERDICT_COPY ||
                         (best->evidence.born && best->row->verdict < VERDICT_COPY));
}

/* 0, or negative errno when it cannot be said now what it is. */
static int identify_plain(struct tailset *t, struct newcomer *n)
{
    struct finding best = {0};
    int r;

    if (n->rotated && n->look.size == 0) {
        (void)file_memo(t, n->stream, FILE_HELD, n->path, &n->look);
        return 0;
    }
    n->before = last_before(n);
    n->replaced = replaced_by(n);
    if (n->rotated)
        follow_retract(t, n->stream, n->head);
    weigh_newcomer(t, n, &best);
    if (best.truncated && !is_back_unread(n, best.truncated))
        was_there(t, n, best.truncated);
    r = best.error < 0 && !is_certain(&best) ? best.error : carry_out(t, n, &best);
    if (n->replaced && r == 0) /* else it is compared with it again */
        n->replaced->awaits = false;
    return r;
}

/* The first of the stream that was written later, before which it comes; at the latest what has the stream's
 * name. */
static struct tail_file *written_after(const struct tailset *t, const struct stream *s,
                                       int64_t mtime_ns)
{
    const struct tail_file *current = current_of(t, s);
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
    forget_unread(t, n, f);
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
    struct tail_file *f = file_by_path(t, plain);
    struct index_node *node = index_find(&t->name_index, slice_str(path_name(plain)));

    if (f && f->stream != p->newcomer->stream)
        consider_packed(t, p, f);
    for (; node; node = index_next(node)) {
        f = INDEX_THING(node, struct tail_file, by_name);
        if (f->stream != p->newcomer->stream && strcmp(f->path, plain) == 0)
            consider_packed(t, p, f);
    }
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
    if (come_back(t, f))
        file_join(f, f->stream, current_of(t, f->stream));
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
        return passing_error(f);
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
    for (size_t i = 0; i < t->nbatch; i++)
        if (&t->batch[i] != n && t->batch[i].path && rotated_is_unpacked(f->path, t->batch[i].path))
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
        int r = current_is_unknown(t, n->stream);

        return r < 0 ? r : identify_unseen(t, n);
    }
    if (file_is_lost(p.best) && another_is_called_so(t, n, p.best)) {
        queue_newcomer(t, n);
        return 0;
    }
    if (file_is_lost(p.best)) {
        int r = another_is_unknown(n->stream);

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

/* The name says compressed; only what begins as a lost content did is opened. 0 or negative errno. */
static int identify_packed(struct tailset *t, struct newcomer *n)
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

/* It may be the name of what was found by its descriptor meanwhile. */
static bool known_by_now(struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *f = file_by_id(t, &n->look.id);

    if (file_by_path(t, n->path))
        return true;
    if (f && f->state == FILE_OPEN)
        queue_newcomer(t, n);
    return f && !file_is_lost(f);
}

/* What it begins with, once it does not shrink any more: bytes, or negative errno. */
static ssize_t read_head(struct newcomer *n, char head[FINGERPRINT_HEAD])
{
    for (;;) {
        ssize_t got = tail_read_head(n->fd, head);
        struct look look;
        int r = got < 0 ? (int)got : look_at_fd(n->fd, &look);

        if (r < 0 || look.size >= n->look.size)
            return r < 0 ? r : got;
        n->look = look;
    }
}

static int identify_content(struct tailset *t, struct newcomer *n)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got;

    if (n->packed)
        return identify_packed(t, n);
    got = read_head(n, head);
    if (got < 0)
        return (int)got;
    while (got > 0 && head[got - 1] == 0) /* a crash of the machine may have left them */
        got--;
    n->head = slice_make(head, (size_t)got);
    return identify_plain(t, n);
}

/* What it is cannot be said now: it is looked at again, at a reconcile, or at once when it was
 * compared with what has just lost its name. Read from 0 it could be counted twice. */
static void put_off(struct tailset *t, const struct newcomer *n, int error)
{
    struct tail_file *f = replaced_by(n);

    if (f)
        f->awaits = true;
    if (error == ENOENT || error == ENOTDIR)
        queue_newcomer(t,
                       &(struct newcomer){.path = n->path, .copy_of = n->copy_of, .held = n->held});
    else
        deny(t, n, error);
}

/* It was truncated since it was met; perhaps there is a copy. What goes on in it may have been put back anew;
 * but what is missing of that is lost. */
static void lose_seen(struct tailset *t, const struct newcomer *n)
{
    struct tail_file *f = file_by_path(t, n->path);
    uint64_t cut = was_cut(n);

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

/* With a look of now: a copy may have been seen half made, and completed before its original was
 * found to be truncated; its size of then would be taken for all of it. */
static void identify(struct tailset *t, struct newcomer *n)
{
    const struct stream *stream = n->stream;
    struct look met = n->look;
    int r;

    if (known_by_now(t, n))
        return;
    if (has_nameless(n->stream)) {
        queue_newcomer(t, n);
        return;
    }
    n->fd = open_within_budget(t, n->path);
    if (n->fd == -ENOENT || n->fd == -ENOTDIR) {
        t->looking.missed |= n->rotated;
        queue_look(t, n->path); /* it may be a symlink that leads nowhere now */
        return;
    }
    r = n->fd < 0 ? n->fd : look_at_fd(n->fd, &n->look);
    if (r == 0 && !identity_eq(&n->look.id, &met.id)) {
        r = -ENOENT; /* another file by now */
        n->copy_of = NULL;
    }
    if (n->seen < met.size)
        n->seen = met.size;
    learn_denied(n);
    if (r == 0)
        r = identify_content(t, n);
    if (r == 0)
        lose_seen(t, n);
    if (r == 0)
        forget_denied(t, stream, n);
    if (n->fd >= 0)
        (void)sys_close(n->fd);
    if (r < 0)
        put_off(t, n, -r);
}

/* What has the stream's own name comes before a part of it, also where no event told of it. */
static void look_at_own_name(struct tailset *t, const struct stream *s)
{
    const struct tail_file *f = file_by_path(t, s->path);
    struct look look;
    uint64_t number;

    if (f ? look_at(s->path, &look) == 0 && !identity_eq(&look.id, &f->tail.id)
          : !map_get(&t->newcomer_numbers, slice_str(s->path), &number))
        queue_look(t, s->path);
}

bool identify_verify(struct tailset *t, const struct piece *p)
{
    while (t->looking.newcomer < t->nnewcomers) {
        const struct newcomer *n = &t->newcomers[t->looking.newcomer++];
        struct tail_file *f;
        int r = 0;

        if (n->rotated && !n->stream->verified) {
            look_at_own_name(t, n->stream);
            verify_stream(t, n->stream);
        }
        while ((f = named_before(t, n)) && (r = proves_wrong(t, f)) == 1)
            ;
        if (f)
            f->unverified = r < 0 ? r : 0;
        if (piece_is_over(p))
            return false;
    }
    for (size_t i = 0; i < t->nnewcomers; i++)
        t->newcomers[i].stream->verified = false;
    t->looking.newcomer = 0;
    return true;
}

static void take_batch(struct tailset *t)
{
    t->batch = t->newcomers;
    t->nbatch = t->nnewcomers;
    t->newcomers = NULL;
    t->nnewcomers = t->newcomers_cap = 0;
    map_release(&t->newcomer_numbers);
    if (t->nbatch > 1)
        qsort(t->batch, t->nbatch, sizeof(*t->batch), by_age);
}

bool identify_newcomers(struct tailset *t, const struct piece *p)
{
    if (!t->batch)
        take_batch(t);
    while (t->looking.newcomer < t->nbatch) {
        struct newcomer *n = &t->batch[t->looking.newcomer++];

        identify(t, n);
        free(n->path);
        n->path = NULL;
        if (piece_is_over(p))
            return false;
    }
    free(t->batch);
    t->batch = NULL;
    t->nbatch = t->looking.newcomer = 0;
    return true;
}
