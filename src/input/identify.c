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
 * so; else a stream of its own, or a file that is none of ours. Archives have rules of their own (packed.c).
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
#include "base/sys.h"

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
    f->unread = n->look.size > unread_was_cut(n) ? n->look.size : unread_was_cut(n);
    f->copy_of = n->copy_of && n->copy_of->stream == n->stream ? n->copy_of : NULL;
    f->tail.proved = n->held;
    if (error == NOT_DRAINED)
        return;
    is_there_yet(t, &n->look.id);
    warn_once(t, n->path, strerror(error));
    if (is_first(t, n->path, &n->look.id, 0, strerror(error)))
        note(t, n->stream->log, TAIL_READ_ERROR, 1);
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

/* A part of which no line was read yet, and which is no older, may be a copy of it that is under way: it is looked at
 * again. */
static void doubt_unread_parts(struct tailset *t, const struct newcomer *n,
                               const struct tail_file *begun)
{
    struct tail_file *next;

    for (struct tail_file *f = n->stream->files; f; f = next) {
        next = f->stream_next;
        if (f == begun || f->state != FILE_NAMED || !f->renamed || f->packed || f->retired ||
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
    unread_forget(t, n, f);
    if (n->rotated)
        file_join(f, n->stream, file_current(t, n->stream));
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

/* f goes on in this file, which may be of another stream. Under a rotated name it keeps its place
 * among the generations. */
static void adopt(struct tailset *t, struct tail_file *f, struct newcomer *n)
{
    bool back = file_come_back(t, f);

    if (f->stream != n->stream || back || !n->rotated)
        file_move(t, f, n->stream, n->rotated ? file_current(t, n->stream) : NULL);
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
        file_join(f, n->stream, file_current(t, n->stream));
    e.still = true;
    f->ambiguous = n->ambiguous || judge(&e)->verdict == VERDICT_AMBIGUOUS;
    f->round = t->rounds;
    f->unread = e.relation == TAIL_PREFIX && e.doubt ? n->look.size : 0;
    f->cut = unread_was_cut(n);
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
    const struct tail_file *current = file_current(t, n->stream);
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

/* Is it a copy, as far as it has come, of what has the stream's own name and waits? 1, 0, or negative
 * errno: it cannot be said. */
static int may_be_of_current(struct tailset *t, const struct newcomer *n)
{
    const struct tail_file *current = file_current(t, n->stream);
    int r = file_current_is_unknown(t, n->stream);

    if (r < 0 || !current || current->state != FILE_WAITING)
        return r;
    return weigh_is_copy(t, n, current);
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
        r = file_another_is_unknown(n->stream);
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
    if (best.truncated && !unread_is_back(n, best.truncated))
        was_there(t, n, best.truncated);
    r = best.error < 0 && !is_certain(&best) ? best.error : carry_out(t, n, &best);
    if (n->replaced && r == 0) /* else it is compared with it again */
        n->replaced->awaits = false;
    return r;
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
        return packed_identify(t, n);
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
    unread_learn_denied(n);
    if (r == 0)
        r = identify_content(t, n);
    if (r == 0)
        unread_lose_seen(t, n);
    if (r == 0)
        unread_forget_denied(t, stream, n);
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
