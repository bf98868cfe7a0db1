/* evidence -- what the bytes behind a descriptor say of one content: all of it, a part, NULs that a crash of the
 * machine left, other lines from somewhere on? And which other new file has more of it?
 *
 * Why marks and hashes, and bytes only where both are there: what was read of a content that is gone, or was closed, is
 * not kept. So a place between two marks is not known exactly: what is sure goes up to the first, `perhaps` up to
 * the next.
 *
 * It compares, and changes nothing. judge.c says what follows. */
#include "config.h"

#include "input/set.h"

#include "base/sys.h"

#include <errno.h>
#include <string.h>

enum { SURE = 8 };

static bool has_copy(const struct tail_file *f)
{
    for (const struct tail_file *x = f->stream->files; x; x = x->stream_next)
        if (x->copy_of == f)
            return true;
    return false;
}

/* Does this plain file hold all that was read, or at least more than so many bytes of it? 1, 0, or
 * negative errno. */
static int holds_more(const struct tail_file *f, int fd, uint64_t size, uint64_t than)
{
    int r = tail_compare(&f->tail, fd, size);
    struct tail_likeness like = {.least = size};

    if (r == TAIL_SAME)
        return 1;
    if (r == TAIL_OTHER)
        r = tail_agreement(&f->tail, fd, size < f->tail.offset ? size : f->tail.offset, &like);
    return r < 0 ? r : like.least > than;
}

/* Of an archive only the head is compared. As above. */
static int archive_holds_more(const struct tail_file *f, int fd, uint64_t than)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = unpack_head(fd, head);
    struct tail_likeness like = {0};

    if (unpack_is_passing((int)got))
        return (int)got;
    if (got > 0)
        like = tail_head_like(&f->tail, slice_make(head, (size_t)got));
    return (got >= f->tail.head_n && like.whole) || like.least > than;
}

static int name_holds_more(struct tailset *t, const struct tail_file *f, const char *path,
                           uint64_t size, uint64_t than)
{
    int fd = open_within_budget(t, path), r;

    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
    r = rotated_is_compressed(slice_str(path)) ? archive_holds_more(f, fd, than)
                                               : holds_more(f, fd, size, than);
    (void)sys_close(fd);
    return r;
}

/* An archive waits until that is known which is called as what is in it. */
static int is_new_copy(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                       const struct newcomer *but, uint64_t than)
{
    if (n == but || !n->path || n->stream != f->stream || !n->rotated ||
        (but && rotated_is_unpacked(but->path, n->path)))
        return 0;
    return name_holds_more(t, f, n->path, n->look.size, than);
}

/* The same of what waits, or was held back since f lost its name to one that could not be compared with it. */
static int is_lately_copy(struct tailset *t, const struct tail_file *x, const struct tail_file *f,
                          uint64_t than)
{
    if (x->state == FILE_WAITING)
        return holds_more(f, x->tail.fd, x->tail.size, than);
    if (x->state != FILE_HELD || !f->awaits || x->active_ns < f->active_ns)
        return 0;
    return name_holds_more(t, f, x->path, x->tail.size, than);
}

int file_has_new_copy(struct tailset *t, const struct tail_file *f, const struct newcomer *but,
                      uint64_t than)
{
    int r = 0;

    for (const struct tail_file *x = f->stream->files; x && r == 0; x = x->stream_next)
        r = is_lately_copy(t, x, f, than);
    for (size_t i = 0; i < t->nnewcomers && r == 0; i++)
        r = is_new_copy(t, &t->newcomers[i], f, but, than);
    for (size_t i = 0; i < t->nbatch && r == 0; i++)
        r = is_new_copy(t, &t->batch[i], f, but, than);
    return r;
}

int file_last_line(const struct tailset *t, const struct tail_file *f, int fd, uint64_t n,
                   uint64_t *ret_at)
{
    return tail_last_line(fd, file_charset(f), n, t->options.max_line, ret_at);
}

/* It is held open, and this is another. */
static bool is_beside(const struct tail_file *f, int fd)
{
    return f->tail.fd >= 0 && f->tail.fd != fd && !f->packed;
}

/* No more than the last line of f is not among its first `n` bytes? Some of these must be known to be
 * the same. All of f is only there while it is held open, or is in its head. 1, 0, or negative errno. */
static int lost_last_line(const struct tailset *t, const struct tail_file *f, int fd, uint64_t n)
{
    const struct tail *tail = &f->tail;
    const struct charset *c = file_charset(f);
    uint64_t gone = tail->offset - n, last;
    int r;

    if (n >= tail->offset)
        return 0;
    if (tail->head && tail->head_n == tail->offset)
        return charset_whole_lines(
                   c, slice_make(tail->head + n, (size_t)gone - charset_newline(c).n)) == 0;
    if (gone <= tail->tail_n && (n <= tail->head_n || gone + SURE <= tail->tail_n))
        return gone <= tail_last_n(tail, c);
    if (!is_beside(f, fd))
        return 0;
    r = file_last_line(t, f, tail->fd, tail->offset - charset_newline(c).n, &last);
    return r < 0 && r != -ENODATA ? r : r == 0 && last <= n;
}

/* All that is left of f are its first `n` bytes. 1, 0, or negative errno. */
static int is_cut_at(const struct tailset *t, const struct tail_file *f, int fd, uint64_t n,
                     struct evidence *e)
{
    int r = n > 0 ? tail_compare(&f->tail, fd, n) : TAIL_OTHER;
    uint64_t line;

    if (r != TAIL_PREFIX)
        return r < 0 ? r : 0;
    r = file_last_line(t, f, fd, n, &line);
    if (r == 0 && line == 0 && !e->inode)
        return 0;
    e->agrees = e->from = n;
    e->doubt = r == 0 && line == 0; /* what is less than a line proves little */
    return r < 0 ? r : 1;
}

/* As far as both go. */
static uint64_t common_size(const struct evidence *e)
{
    return e->size < e->offset ? e->size : e->offset;
}

/* The whole lines that are the same, and those that may be. 0 or negative errno. */
static int find_lines(const struct tailset *t, const struct tail_file *f, int fd,
                      const struct tail_likeness *like, struct evidence *e)
{
    int r = file_last_line(t, f, fd, like->least, &e->from);

    e->perhaps = e->from;
    if (r == 0 && like->most > like->least)
        r = file_last_line(t, f, fd, like->most, &e->perhaps);
    return r;
}

/* Behind the last mark in it lie other lines, perhaps. Of what is gone there is nothing but hashes: it would go on
 * where these end. 1 or negative errno. */
static int weigh_end(const struct tailset *t, const struct tail_file *f, int fd, struct evidence *e)
{
    uint64_t from = e->from;
    struct tail_likeness like;
    int r = tail_agreement(&f->tail, fd, e->agrees, &like);

    if (r == 0)
        r = find_lines(t, f, fd, &like, e);
    e->doubt |= e->perhaps > e->from;
    if (!e->doubt || !f->tail.digest)
        e->from = from;
    return r < 0 ? r : 1;
}

/* What a crash of the machine left: a part, perhaps with NULs up to where it was read, or written on
 * since. 0 or negative errno. */
static int weigh_crash(const struct tailset *t, const struct tail_file *f, int fd,
                       const struct look *look, struct evidence *e)
{
    uint64_t upto = common_size(e), n;
    struct tail_likeness like;
    int r = tail_without_nuls(fd, file_charset(f), upto, &n);

    e->agrees = e->from = 0;
    if (r == 0 && e->inode && f->rebooted == 1 &&
        (n < upto || (n < e->offset && look->mtime_ns <= t->boot_wall_ns)))
        r = is_cut_at(t, f, fd, n, e);
    if (r == 1 && n == upto) /* the clock may have been set */
        r = weigh_end(t, f, fd, e);
    if (r != 0 || n == 0) /* NULs agree with NULs */
        return r < 0 ? r : 0;
    r = tail_agreement(&f->tail, fd, upto, &like);
    if (r < 0)
        return r;
    e->agrees = like.least;
    e->doubt = like.least > 0;
    return find_lines(t, f, fd, &like, e);
}

/* An editor's work, perhaps written on: both can be compared byte by byte, from where they are known
 * to be the same. */
static int weigh_replaced(const struct tailset *t, const struct tail_file *f, int fd,
                          struct evidence *e)
{
    uint64_t upto = common_size(e);
    struct tail_likeness like;
    int r = tail_agreement(&f->tail, fd, upto, &like);

    if (r >= 0)
        r = tail_difference(f->tail.fd, fd, like.least, &e->agrees);
    if (r < 0)
        return r;
    e->relation = TAIL_OTHER;
    if (e->agrees >= upto) {
        e->agrees = e->from = upto;
        e->relation = e->size < e->offset ? TAIL_PREFIX : TAIL_SAME;
    }
    if (e->relation == TAIL_SAME)
        return 0;
    return file_last_line(t, f, fd, e->agrees, &e->from);
}

static int weigh_other(const struct tailset *t, const struct tail_file *f, int fd,
                       struct evidence *e)
{
    struct tail_likeness like;
    int r = tail_agreement(&f->tail, fd, common_size(e), &like);

    if (r == 0) {
        e->agrees = like.least;
        r = find_lines(t, f, fd, &like, e);
    }
    if (r == -ENODATA) { /* what was another is not there any more, either */
        e->agrees = e->from = e->perhaps = 0;
        r = 0;
    }
    e->doubt = e->perhaps > e->from; /* up to the next mark, or the next hash */
    return r;
}

/* The same: 1, 0, or negative errno. */
static int knows_less_than_a_line(const struct tail_file *f, int fd)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = f->tail.digest ? tail_read_head(fd, head) : 0;

    if (got < 0)
        return (int)got;
    return file_knows_less_than_a_line(f, slice_make(head, (size_t)got));
}

/* In another inode what lies where the part ends, or behind the place where R ended amid a line, may be the end of
 * another line; a crash of the machine may have cut that, and then another was written in its place. */
static bool may_be_amid_a_line(const struct tail_file *f, const struct evidence *e)
{
    bool is_whole = e->relation == TAIL_SAME;
    bool is_equal = is_whole && e->size == e->offset;
    bool is_its_end = e->inode && !(is_whole && e->rebooted);

    return e->relation != TAIL_OTHER && !is_equal && !is_its_end && !f->tail.skipping;
}

/* Of one line, less than half proves little: the first of the next generation may begin alike. */
static int weigh_last_line(const struct tailset *t, const struct tail_file *f, int fd,
                           struct evidence *e)
{
    uint64_t line;
    int r;

    if (e->relation != TAIL_PREFIX || e->agrees >= e->offset / 2)
        return 0;
    r = file_last_line(t, f, fd, e->agrees, &line);
    e->last_line = line > 0;
    return r;
}

/* Enum tail_relation or negative errno. What is held open says more than what is known of it. */
static int compare(const struct tail_file *f, int fd, uint64_t size)
{
    int r = tail_compare(&f->tail, fd, size);

    if (r != TAIL_PREFIX || size == 0 || !is_beside(f, fd))
        return r;
    r = tail_alike(f->tail.fd, fd, size);
    return r < 0 ? r : r == 1 ? TAIL_PREFIX : TAIL_OTHER;
}

int file_weigh(const struct tailset *t, const struct tail_file *f, int fd, const struct look *look,
               struct evidence *e)
{
    int little = e->born ? 0 : knows_less_than_a_line(f, fd);
    int r = little ? little : compare(f, fd, look->size);

    if (little == 1)
        r = TAIL_OTHER;
    if (r < 0)
        return r;
    e->relation = (enum tail_relation)r;
    e->offset = f->tail.offset;
    e->known_size = f->tail.size > f->tail.offset ? f->tail.size : f->tail.offset;
    e->size = look->size;
    e->alike = file_alike(f);
    e->rebooted = f->rebooted;
    e->copied = has_copy(f);
    e->agrees = r == TAIL_SAME ? e->offset : r == TAIL_PREFIX ? e->size : 0;
    e->from = e->perhaps = e->agrees;
    r = 0;
    if ((e->inode || e->rest) && f->rebooted && e->relation != TAIL_SAME)
        r = weigh_crash(t, f, fd, look, e);
    else if (e->replaced && f->tail.fd >= 0 && e->offset > 0 && e->relation != TAIL_SAME && !little)
        r = weigh_replaced(t, f, fd, e);
    else if (e->relation == TAIL_OTHER)
        r = weigh_other(t, f, fd, e);
    else if (e->relation == TAIL_PREFIX && e->agrees > e->held && !is_beside(f, fd) &&
             (e->inode || e->rest || e->replaced || e->named || f->packed))
        r = weigh_end(t, f, fd, e); /* they were never seen beside each other */
    if (r >= 0 && may_be_amid_a_line(f, e))
        r = file_last_line(t, f, fd, e->from, &e->from);
    if (r < 0)
        return r;
    r = lost_last_line(t, f, fd, e->from);
    e->last_line = r == 1;
    return r < 0 || r == 0 ? r : weigh_last_line(t, f, fd, e);
}
