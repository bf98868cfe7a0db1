/* file -- one content's life, but for reading it.
 *
 *     begin -> named -> (renamed, still named) -> finished -> forgotten
 *                 \-> open (deleted, or moved away; read on by descriptor) -> finished -> forgotten
 *                 \-> lost (gone before we had it open, or truncated) -> found in a rotated file
 *                                                                    \-> given up
 *
 * Why a truncated file becomes two: what was written before and what is written now are two
 * contents that happen to share an inode. The old one is lost at that moment, but perhaps its rest
 * is in a copy (copytruncate); the new one keeps the descriptor and begins at 0.
 *
 * What is known of a content outlives its file for a while, so that a copy or an archive of it that
 * turns up late is recognized. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/must.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/link.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void file_touch(struct tailset *t, struct tail_file *f)
{
    f->active_ns = t->now;
    if (t->files.last == f)
        return;
    files_remove(&t->files, f);
    files_append(&t->files, f);
}

struct tail_file *file_new(struct tailset *t, struct stream *s, enum file_state state)
{
    struct tail_file *f = xcalloc(1, sizeof(*f));

    tail_init(&f->tail);
    f->state = state;
    f->id = ++t->next_id;
    f->retry_ns = INT64_MIN;
    f->active_ns = t->now;
    t->nfiles++;
    files_append(&t->files, f);
    file_join(f, s, NULL);
    return f;
}

/* A name, an inode, a descriptor: each has one that is behind it at most, and what is lost has none.
 */
static void check_state(const struct tail_file *f)
{
    MUST(f->by_path.in == file_has_name(f));
    MUST(f->state != FILE_OPEN || f->tail.fd >= 0);
    MUST(!file_is_lost(f) || (f->tail.fd < 0 && !f->unpack && !f->queued && !f->by_id.in));
    MUST(!f->packed || file_has_content(f));
    MUST(f->state != FILE_ABSENT || f->tail.digest);
    MUST(!f->tail.digest || f->packed || file_is_lost(f));
    MUST(!f->copy_of || f->state == FILE_HELD || f->state == FILE_DENIED || f->retired);
    MUST(!f->copy_of || f->copy_of->stream == f->stream);
    MUST(!f->pipe || f->state == FILE_PIPE);
}

static void forget_hops(struct tailset *t, struct tail_file *f)
{
    while (f->hops) {
        struct hop *hop = f->hops;

        f->hops = hop->next;
        index_remove(&t->hop_index, &hop->by_path);
        free(hop);
    }
}

/* What is gone is found again by its inode and by its name. */
static void remember(struct tailset *t, struct tail_file *f)
{
    index_remove(&t->birth_index, &f->by_birth);
    if (f->state != FILE_ABSENT)
        index_remove(&t->name_index, &f->by_name);
    if (!(file_is_lost(f) || f->state == FILE_OPEN) || f->packed || f->tail.offset == 0)
        return;
    index_add(&t->birth_index, &f->by_birth, birth_hash(&f->tail.id));
    if (f->state != FILE_ABSENT)
        index_add_text(&t->name_index, &f->by_name, path_name(f->path));
}

static void leave_stream(struct tail_file *f)
{
    struct tail_file **link = &f->stream->files;

    while (*link != f)
        link = &(*link)->stream_next;
    *link = f->stream_next;
    f->stream->open -= f->state == FILE_OPEN;
    f->stream->queued -= f->queued;
}

static void join_stream(struct tail_file *f, struct stream *s, struct tail_file *younger)
{
    struct tail_file **link = &s->files;

    while (*link && *link != younger)
        link = &(*link)->stream_next;
    f->stream_next = *link;
    *link = f;
    f->stream = s;
    s->open += f->state == FILE_OPEN;
    s->queued += f->queued;
}

void file_join(struct tail_file *f, struct stream *s, struct tail_file *younger)
{
    if (f->stream)
        leave_stream(f);
    join_stream(f, s, younger);
}

/* What is a copy of f, which is of the same stream, is one of `original`. */
static void set_copies_of(const struct tail_file *f, struct tail_file *original)
{
    for (struct tail_file *x = f->stream->files; x; x = x->stream_next)
        if (x->copy_of == f)
            x->copy_of = original;
}

void file_move(struct tailset *t, struct tail_file *f, struct stream *s, struct tail_file *younger)
{
    if (f->stream != s) {
        set_copies_of(f, NULL);
        f->copy_of = NULL;
        file_set_backlog(f, false);
        file_close_sink(t, f);
        if (f->stream->log != s->log)
            buf_release(&f->carry);
    }
    file_join(f, s, younger);
}

/* Among those that are gone. */
static void put_away(struct tailset *t, struct tail_file *f)
{
    index_remove(&t->name_index, &f->by_name);
    files_remove(&t->files, f);
    leave_stream(f);
    t->nfiles--;
    gone_add(t, f);
}

static void bring_back(struct tailset *t, struct tail_file *f)
{
    gone_remove(t, f);
    files_append(&t->files, f);
    join_stream(f, f->stream, NULL);
    t->nfiles++;
}

void file_enter(struct tailset *t, struct tail_file *f, enum file_state state)
{
    MUST(f->state != FILE_ABSENT || state == FILE_LOST);
    f->stream->open += (state == FILE_OPEN) - (f->state == FILE_OPEN);
    if (f->state == FILE_ABSENT)
        bring_back(t, f);
    f->state = state;
    if (state != FILE_ABSENT)
        memory_take_back(t, f);
    if (!file_has_name(f)) {
        index_remove(&t->path_index, &f->by_path);
        forget_hops(t, f);
    }
    if (file_is_lost(f)) {
        f->copy_of = NULL;
        f->unverified = 0; /* nothing of it can change any more */
        index_remove(&t->id_index, &f->by_id);
        queue_remove(t, f);
    }
    if (state == FILE_ABSENT)
        put_away(t, f);
    remember(t, f);
    t->full &= state != FILE_NAMED && state != FILE_OPEN;
    check_state(f);
}

void file_set_backlog(struct tail_file *f, bool on)
{
    if (f->backlog == on)
        return;
    f->backlog = on;
    f->stream->log->backlog += on ? 1U : -1U;
}

void file_set_real(struct tailset *t, struct tail_file *f, char *real)
{
    index_remove(&t->real_index, &f->by_real);
    free(f->real);
    f->real = real;
    if (real)
        index_add_text(&t->real_index, &f->by_real, real);
}

static void forget_count(struct tailset *t, const struct tail_file *f)
{
    uint64_t lines = tail_count_lines(&f->tail.count);

    t->sum.lines_forgotten += lines;
    if (lines > 0 && f->mtime_ns > t->sum.forgotten_ns)
        t->sum.forgotten_ns = f->mtime_ns;
}

void file_drop(struct tailset *t, struct tail_file *f)
{
    set_copies_of(f, NULL);
    copies_move(t, f, NULL);
    file_set_backlog(f, false);
    queue_remove(t, f);
    file_close_fd(t, f);
    file_close_sink(t, f);
    index_remove(&t->path_index, &f->by_path);
    index_remove(&t->id_index, &f->by_id);
    forget_hops(t, f);
    file_set_real(t, f, NULL);
    index_remove(&t->birth_index, &f->by_birth);
    forget_count(t, f);
    memory_take_back(t, f);
    if (f->state == FILE_ABSENT)
        bring_back(t, f);
    index_remove(&t->name_index, &f->by_name);
    files_remove(&t->files, f);
    leave_stream(f);
    tail_release(&f->tail);
    buf_release(&f->carry);
    free(f->path);
    free(f);
    t->nfiles--;
}

void files_drop(struct tailset *t)
{
    while (t->files.first)
        file_drop(t, t->files.first);
    while (t->gone.first)
        file_drop(t, t->gone.first);
}

void file_set_id(struct tailset *t, struct tail_file *f, const struct identity *id)
{
    index_remove(&t->id_index, &f->by_id);
    f->tail.id = *id;
    index_add(&t->id_index, &f->by_id, identity_hash(id));
}

struct hop_taker {
    struct tailset *set;
    struct tail_file *file;
};

static void take_hop(void *ctx, const char *path)
{
    struct hop_taker *taker = ctx;
    size_t n = strlen(path) + 1;
    struct hop *hop = xmalloc(sizeof(*hop) + n);

    *hop = (struct hop){.file = taker->file, .next = taker->file->hops};
    memcpy(hop->path, path, n);
    taker->file->hops = hop;
    index_add_text(&taker->set->hop_index, &hop->by_path, hop->path);
}

void file_add_dirs(struct tailset *t, const struct tail_file *f)
{
    for (const struct hop *hop = f->hops; hop; hop = hop->next)
        dir_add_of(t, hop->path, DIR_LINK);
    if (f->real && !file_is_lost(f))
        dir_add_of(t, f->renamed ? f->path : f->real, DIR_TARGET);
}

/* How many symlinks its name leads over, and to where; -EAGAIN: to another file by now; or another negative
 * errno. */
static int resolve(struct tailset *t, struct tail_file *f, struct buf *ret_real)
{
    struct hop_taker taker = {t, f};
    struct look look;
    int r = link_resolve(f->path, ret_real, take_hop, &taker);

    if (r > 0 && (look_at(ret_real->p, &look) < 0 || !identity_eq(&look.id, &f->tail.id)))
        return -EAGAIN;
    return r;
}

void file_learn_real(struct tailset *t, struct tail_file *f)
{
    struct buf real = BUF_INIT;
    int r;

    forget_hops(t, f);
    r = resolve(t, f, &real);
    f->unresolved = r < 0 && r != -ELOOP;
    if (r >= 0)
        stream_set_leads(t, f->stream, NULL);
    if (r > 0) {
        file_set_real(t, f, buf_detach(&real));
        file_add_dirs(t, f);
        (void)dir_rescan_of(t, f->real); /* parts may lie there that were none before */
    } else {
        forget_hops(t, f);
        if (!f->unresolved)
            file_set_real(t, f, NULL);
    }
    buf_release(&real);
}

void file_hop_moved(struct tailset *t, struct tail_file *f)
{
    struct dir *d = dir_of_path(t, f->path);

    if (d) { /* it may be another one now */
        dir_unwatch(t, d);
        d->rescan = true;
    }
    queue_look(t, f->path);
}

void file_find_moved(struct tailset *t, struct tail_file *f, const struct look *look)
{
    char link[32], path[PATH_MAX];
    struct look there;
    ssize_t n;
    int r;

    if (look->links == 0 || look->ctime_ns == f->ctime_ns)
        return;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", f->tail.fd);
    n = sys_readlink(link, path, sizeof(path) - 1);
    if (n <= 0)
        return;
    path[n] = 0;
    r = path[0] == '/' ? look_at(path, &there) : -ENOENT;
    if (look_is_passing(r))
        return;
    f->ctime_ns = look->ctime_ns;
    f->astray = r < 0 || !identity_eq(&there.id, &f->tail.id);
    if (f->astray) {
        warn_once(t, f->path,
                  "is gone, and another hard link of it is left, nobody knows where: read on, "
                  "but not after a restart");
    } else if (!f->real || strcmp(f->real, path) != 0) {
        file_set_real(t, f, xstrdup(path));
        placed(t);
    }
}

void file_set_began(struct tail_file *f, struct slice head)
{
    f->began_n = (uint16_t)head.n;
    f->began_hash = digest_hash(head.p, head.n);
    memcpy(f->began, head.p, head.n < BEGAN ? head.n : BEGAN);
}

bool file_begins_so(const struct tail_file *f, struct slice head)
{
    size_t n = head.n < f->began_n ? head.n : f->began_n, first = n < BEGAN ? n : BEGAN;

    if (f->began_n == 0)
        return true;
    return n > 0 && memcmp(head.p, f->began, first) == 0 &&
           (n < f->began_n || digest_hash(head.p, n) == f->began_hash);
}

int file_begins_so_in(const struct tail_file *f, int fd)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = f->began_n > 0 ? tail_read_head(fd, head) : 0;

    return got < 0 ? (int)got : file_begins_so(f, slice_make(head, (size_t)got));
}

/* Less than that proves nothing: two lines of a log begin alike. */
static bool began_with_a_line(const struct tail_file *f)
{
    return f->began_n >= BEGAN || memchr(f->began, '\n', f->began_n);
}

int file_is_its_content(const struct tail_file *f, int fd, uint64_t size)
{
    int r;

    if (f->tail.offset > 0) {
        r = tail_compare(&f->tail, fd, size);
        return r < 0 ? r : r == TAIL_SAME;
    }
    if (f->began_n == 0)
        return !f->renamed;
    return began_with_a_line(f) ? file_begins_so_in(f, fd) : 0;
}

int file_open_moved(struct tailset *t, struct tail_file *f)
{
    struct look look;
    int fd, r;

    if (!f->real || !file_has_content(f) || (f->retired && t->reconciled))
        return 0; /* of one that a copy may be of it is good to know that it is there */
    fd = open_within_budget(t, f->real);
    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR || fd == -EACCES ? 0 : fd;
    r = look_at_fd(fd, &look);
    if (r == 0)
        r = identity_eq(&look.id, &f->tail.id);
    if (r == 1 && f->tail.id.birth_ns == 0) /* the number may be another file's by now */
        r = file_is_its_content(f, fd, look.size);
    if (r != 1) {
        (void)sys_close(fd);
        return r;
    }
    file_set_fd(t, f, fd);
    file_set_id(t, f, &f->tail.id); /* its number is its own again */
    file_reads_on(f);
    return 1;
}

void file_look(struct tailset *t, struct tail_file *f, const struct look *look)
{
    bool changed = look->mtime_ns != f->mtime_ns || look->size != f->tail.read_to;

    f->mtime_ns = look->mtime_ns;
    if (!file_has_content(f) || f->packed)
        return;
    if (file_was_taken_as_read(f) && look->size > f->tail.size) {
        queue_look(t, f->path);
        return;
    }
    if (look->size > f->tail.size) {
        f->tail.size = look->size;
        file_reads_on(f);
    }
    if (changed)
        queue_read(t, f);
}

static void set_path(struct tail_file *f, const char *path)
{
    char *copy = xstrdup(path);

    free(f->path);
    f->path = copy;
}

void file_name(struct tailset *t, struct tail_file *f, const char *path, const struct look *look)
{
    bool another = !f->path || strcmp(f->path, path) != 0;
    bool own = strcmp(path, f->stream->path) == 0;
    bool restored = f->state == FILE_UNPLACED && !t->reconciled;
    bool is_met = f->state != FILE_NAMED || another;

    index_remove(&t->path_index, &f->by_path);
    if (another)
        set_path(f, path);
    index_add_text(&t->path_index, &f->by_path, f->path);
    file_set_id(t, f, &look->id);
    file_enter(t, f, file_has_content(f) ? FILE_NAMED : f->state);
    f->gone_seen = f->deleted = f->astray = false;
    f->seen = true;
    f->truncated = f->awaits = false;
    f->met |= file_has_content(f);
    if (!own && !f->renamed && file_has_content(f) && another)
        note(t, f->stream->log, TAIL_ROTATED, 1);
    f->renamed = !own;
    if (own)
        file_learn_real(t, f);
    if (own && f->retired) /* a part is the log again */
        file_reads_on(f);
    if (own && is_met && file_has_content(f))
        file_join(f, f->stream, NULL); /* it is what is written now */
    if (!own && f->unresolved)         /* nobody knows where its own name leads */
        queue_look(t, f->stream->path);
    if (another && f->tail.offset > 0)
        placed(t);
    if (another) {
        file_touch(t, f);
        if (f->sink)
            t->sink.renamed(t->sink.ctx, f->sink, path);
    }
    file_look(t, f, look);
    if (f->packed)
        queue_read(t, f); /* no look shows that it was not read to its end */
    if (restored && t->sink.wants && t->sink.wants(t->sink.ctx, buf_all(&f->carry))) {
        file_open_sink(t, f); /* an archive at its end is not read again */
        queue_read(t, f);
    }
    if (restored && f->mtime_ns > t->saved_wall_ns - FILE_GRAIN_NS)
        queue_read(t, f); /* written anew since, and as large, it may have the same time */
    if (restored && f->queued && f->tail.size > f->tail.offset)
        file_set_backlog(f, true);
}

void file_unname(struct tailset *t, struct tail_file *f)
{
    file_enter(t, f, FILE_UNPLACED);
    f->ctime_ns = 0;
    t->names_changed = true;
    file_touch(t, f);
}

void file_misnamed(struct tailset *t, struct tail_file *f)
{
    queue_look(t, f->path);
    if (file_has_name(f))
        file_unname(t, f);
}

bool file_is_tried(const struct tail_file *f, struct slice head)
{
    return f->packed && f->tried && f->tail.offset > 0 && tail_head_like(&f->tail, head).whole;
}

bool file_is_elsewhere(const struct tail_file *f)
{
    struct look look;

    return f->real && look_at(f->real, &look) == 0 && identity_eq(&look.id, &f->tail.id);
}

bool file_is_away(const struct tailset *t, const struct tail_file *f)
{
    return dir_is_away(t, f) || !f->stream->wanted || file_is_elsewhere(f);
}

struct tail_file *file_current(const struct tailset *t, const struct stream *s)
{
    struct tail_file *f = file_by_path(t, s->path);

    return f && f->stream == s ? f : NULL;
}

int file_passing_error(const struct tail_file *f)
{
    return f && file_is_put_off(f) ? -f->error : 0;
}

int file_current_is_unknown(const struct tailset *t, const struct stream *s)
{
    const struct tail_file *f = file_by_path(t, s->path);

    if (!f && dir_is_unsure(t, s->path))
        return -EAGAIN; /* until the directory is read */
    return file_passing_error(f);
}

int file_another_is_unknown(const struct stream *s)
{
    for (const struct tail_file *f = s->files; f; f = f->stream_next)
        if (file_is_put_off(f) && !rotated_is_compressed(slice_str(f->path)))
            return -f->error;
    return 0;
}

bool file_come_back(struct tailset *t, struct tail_file *f)
{
    if (f->state != FILE_ABSENT)
        return false;
    file_enter(t, f, FILE_LOST);
    return true;
}

void file_lose(struct tailset *t, struct tail_file *f)
{
    file_enter(t, f, FILE_LOST);
    if (f->tail.proved < f->tail.size) /* so much of it is lost, also after a restart */
        f->tail.proved = f->tail.size;
    f->lost_wall_ns = clock_wall_ns();
    f->away = file_is_away(t, f) ? AWAY_LOOKS : 0;
    f->active_ns = t->now;
}

struct tail_file *file_memo(struct tailset *t, struct stream *s, enum file_state state,
                            const char *path, const struct look *look)
{
    struct tail_file *f = file_new(t, s, state);

    f->tail.size = f->tail.read_to = look->size;
    f->mtime_ns = look->mtime_ns;
    file_name(t, f, path, look);
    return f;
}

void file_release_copies(struct tailset *t, struct stream *s)
{
    struct tail_file *next;

    for (struct tail_file *x = s->files; x; x = next) {
        next = x->stream_next;
        if (x->state != FILE_HELD)
            continue;
        queue_look_copy(t, x);
        file_drop(t, x);
    }
}

void file_release_archives(struct tailset *t, const struct tail_file *f)
{
    struct buf packed = BUF_INIT;

    for (unsigned i = 0; rotated_packed(f->path, i, &packed); i++) {
        struct tail_file *x = file_by_path(t, packed.p);

        if (!x || x->state != FILE_HELD)
            continue;
        queue_look(t, x->path);
        file_drop(t, x);
    }
    buf_release(&packed);
}

void file_tell_ambiguous(struct tailset *t, const struct stream *s, const char *path)
{
    note(t, s->log, TAIL_AMBIGUOUS, 1);
    warn_once(t, path,
              "holds the lines of one that is gone, or has another name now: a copy of it without "
              "its time, or written again? They count again");
}

void file_tell_part(struct tailset *t, const struct stream *s, const char *path)
{
    note(t, s->log, TAIL_AMBIGUOUS, 1);
    warn_once(
        t, path,
        "is taken for a part of one that is gone, which was read; other lines that lie at its "
        "end, perhaps, do not count");
}

void file_tell_doubt(struct tailset *t, const struct tail_file *f)
{
    note(t, f->stream->log, TAIL_AMBIGUOUS, 1);
    warn_once(
        t, f->path,
        "was cut or changed, perhaps by a crash of the machine, and written on since; where is not "
        "known exactly, and some of its lines may count again");
}

void file_note_loss(struct tailset *t, struct tail_file *f, enum tail_note what)
{
    if (f->tail.size > f->tail.offset)
        note(t, f->stream->log, what, f->tail.size - f->tail.offset);
}

/* The content that was there before `f`. */
static struct tail_file *new_old(struct tailset *t, struct tail_file *f)
{
    struct tail_file *old = file_new(t, f->stream, FILE_UNPLACED);

    file_join(old, f->stream, f);
    set_path(old, f->path);
    old->renamed = old->truncated = true;
    old->began_n = f->began_n;
    old->began_hash = f->began_hash;
    memcpy(old->began, f->began, sizeof(old->began));
    return old;
}

int file_go_on_shorter(struct tailset *t, struct tail_file *f, int fd, uint64_t from)
{
    struct tail shorter = {.id = f->tail.id, .fd = f->tail.fd, .count = f->tail.count};
    int r = tail_mark_read(&shorter, fd, from);
    struct tail_file *old;

    if (r < 0)
        return r;
    old = new_old(t, f);
    old->tail = f->tail;
    old->tail.fd = -1;
    old->tail.count = (struct tail_count){.first = f->tail.offset};
    old->mtime_ns = f->mtime_ns;
    old->retired = old->doubted = true;
    old->truncated = false;
    f->tail = shorter;
    file_enter(t, old, FILE_LOST);
    old->lost_wall_ns = LOST_BY_EDITOR;
    file_enter(t, old, FILE_ABSENT);
    return 0;
}

void file_lose_unread(struct tailset *t, struct tail_file *f, uint64_t size)
{
    struct tail_file *old = new_old(t, f);

    old->tail.id = f->tail.id;
    old->tail.size = size;
    file_lose(t, old);
    f->began_n = 0;
    f->tail.size = f->tail.proved = f->tail.read_to;
    t->names_changed = true;
    file_release_copies(t, f->stream);
}

/* It is known by its beginning as long as nothing of it is read. */
static void learn_began(struct tail_file *f)
{
    char head[FINGERPRINT_HEAD];
    ssize_t got = tail_read_head(f->tail.fd, head);

    while (got > 0 && head[got - 1] == 0) /* allocated ahead */
        got--;
    file_set_began(f, slice_make(head, got > 0 ? (size_t)got : 0));
}

/* The content that was there before, without a place. It takes the sink over. */
static void split_old(struct tailset *t, struct tail_file *f)
{
    struct tail_file *old = new_old(t, f);

    old->tail = f->tail;
    old->tail.fd = -1;
    old->sink = f->sink;
    old->carry = f->carry;
    file_lose(t, old);
    old->rebooted = f->rebooted;
    old->id = f->id;
    set_copies_of(f, old);
    copies_move(t, f, old);
    learn_began(f);
    f->sink = NULL;
    f->carry = BUF_INIT;
    f->id = ++t->next_id;
    f->tail.head = NULL;
    f->tail.digest = NULL;
    f->tail.marks = NULL;
    tail_restart(&f->tail);
}

/* By no crash, and of more than its newline: or the next line has begun behind the one before, as this did. 1, 0, or
 * negative errno. */
static int is_cut_amid_a_line(struct tailset *t, const struct tail_file *f,
                              const struct evidence *e)
{
    uint64_t line;
    int r;

    if (e->rebooted || e->from + charset_newline(file_charset(f)).n >= e->offset)
        return 0;
    r = file_last_line(t, f, f->tail.fd, e->from, &line);
    return r < 0 ? r : line < e->from;
}

/* It goes on where what is left of it ends. 0 or negative errno. */
static int go_on_cut(struct tailset *t, struct tail_file *f, const struct evidence *e)
{
    uint64_t unread = e->known_size - e->offset;
    int amid = is_cut_amid_a_line(t, f, e);
    int r = amid < 0 ? amid : tail_mark_read(&f->tail, f->tail.fd, e->from);

    if (r < 0)
        return r;
    note(t, f->stream->log, TAIL_LOST_TRUNCATED, unread);
    if (e->doubt || amid)
        file_tell_doubt(t, f);
    queue_read(t, f);
    return 0;
}

void file_begin_generation(struct tailset *t, struct tail_file *f)
{
    split_old(t, f);
    file_reads_on(f);
    (void)dir_rescan_of(t, f->path);
    if (f->hops)
        (void)dir_rescan_of(t, f->real);
    t->names_changed = true;
    file_release_copies(t, f->stream);
    queue_read(t, f);
}

/* Where no birth is known, a rotated name may as well mean another file with its number by now: what it
 * is will be found out. */
static void lose_number(struct tailset *t, struct tail_file *f)
{
    file_close_fd(t, f);
    file_lose(t, f);
    f->truncated = true;
    t->names_changed = true;
    file_release_copies(t, f->stream);
    queue_look(t, f->path);
}

static bool is_but_a_number(const struct tail_file *f)
{
    return f->renamed && f->state == FILE_NAMED && f->tail.id.birth_ns == 0;
}

/* What is cut of the new one before it is read is lost, as well. */
static void end_generation(struct tailset *t, struct tail_file *f, uint64_t size)
{
    if (is_but_a_number(f)) {
        lose_number(t, f);
        return;
    }
    file_begin_generation(t, f);
    f->tail.size = f->tail.proved = size;
}

int file_generation_ended(struct tailset *t, struct tail_file *f)
{
    bool is_known = f->rebooted || !is_but_a_number(f);
    struct evidence e = {.inode = is_known, .born = is_known};
    struct look look;
    bool has_lines;
    int r = look_at_fd(f->tail.fd, &look);

    f->tail.size = f->tail.proved; /* what was seen since may be the new content's */
    if (r == 0)
        r = file_weigh(t, f, f->tail.fd, &look, &e);
    has_lines = e.relation == TAIL_OTHER && e.perhaps > e.alike;
    if (r == 0 && (e.doubt || e.rebooted || has_lines) && !e.copied)
        r = file_has_new_copy(t, f, NULL, e.agrees);
    if (r < 0)
        return r;
    if (r == 1 && e.rebooted && !e.doubt) /* what is left may be a banner of another */
        file_tell_doubt(t, f);
    e.copied |= r == 1;
    switch (judge(&e)->verdict) {
    case VERDICT_SAME:
        break;
    case VERDICT_CUT:
        r = go_on_cut(t, f, &e);
        break;
    default:
        r = 0;
        if (judge_doubts(&e))
            file_tell_doubt(t, f);
        end_generation(t, f, look.size);
    }
    if (r < 0)
        return r;
    if (!file_is_lost(f)) /* else a copy may be of what the crash cut */
        f->rebooted = 0;
    if (e.relation != TAIL_SAME)
        note(t, f->stream->log, TAIL_TRUNCATED, 1);
    return 0;
}

/* As file_verify, of which nothing was read: of what was truncated, and perhaps written anew, before that
 * only its beginning tells, and that it is less than was seen. */
static int verify_unread(struct tailset *t, struct tail_file *f, uint64_t size)
{
    int r = file_begins_so_in(f, f->tail.fd);
    struct look look;

    if (r < 0)
        return r;
    if (r == 1 && size >= f->tail.size) {
        f->tail.size = f->tail.proved = size; /* what is cut of it before it is read is lost */
        return 0;
    }
    if (r == 0)
        f->tail.size = f->tail.proved; /* what was seen since may be the new content's */
    r = look_at_fd(f->tail.fd, &look); /* `size` may be what was seen of the old one */
    if (r < 0)
        return r;
    note(t, f->stream->log, TAIL_TRUNCATED, 1);
    end_generation(t, f, look.size); /* perhaps there is a copy */
    return 1;
}

/* What was counted as it stood, amid a line, a crash may have cut, or another may have its number: what lies behind
 * that may be the end of another line, which begins alike. 0 or negative errno. */
static int go_back_to_line(struct tailset *t, struct tail_file *f, uint64_t size)
{
    uint64_t line;
    int r;

    if (f->tail.skipping || size <= f->tail.offset)
        return 0;
    r = file_last_line(t, f, f->tail.fd, f->tail.offset, &line);
    if (r < 0 || line == f->tail.offset)
        return r;
    r = tail_mark_read(&f->tail, f->tail.fd, line);
    if (r == 0)
        file_tell_doubt(t, f);
    return r;
}

int file_verify(struct tailset *t, struct tail_file *f, uint64_t size)
{
    int r;

    if (f->tail.offset == 0)
        return verify_unread(t, f, size);
    r = tail_compare(&f->tail, f->tail.fd, size);
    if (r < 0)
        return r;
    if (r == TAIL_SAME) {
        r = f->rebooted ? go_back_to_line(t, f, size) : 0;
        f->rebooted = r < 0 ? f->rebooted : 0;
        return r;
    }
    r = file_generation_ended(t, f);
    return r < 0 ? r : 1;
}

/* As file_verify, of what was not held open: where no birth is known, it may be another by now, as far as its number
 * goes. */
static int verify_reopened(struct tailset *t, struct tail_file *f, uint64_t size)
{
    int r = file_verify(t, f, size);

    if (r == 0 && f->tail.id.birth_ns == 0 && file_proves_nothing(f))
        return go_back_to_line(t, f, size);
    return r;
}

int file_reopen(struct tailset *t, struct tail_file *f)
{
    struct look look;
    int fd = open_within_budget(t, f->path);
    int r = fd < 0 ? fd : look_at_fd(fd, &look);

    if (r < 0 && r != -ENOENT && r != -ENOTDIR) {
        if (fd >= 0)
            (void)sys_close(fd);
        return r;
    }
    if (r < 0 || !identity_eq(&look.id, &f->tail.id)) {
        if (fd >= 0)
            (void)sys_close(fd);
        file_misnamed(t, f);
        return 1;
    }
    file_set_fd(t, f, fd);
    return f->packed ? 0 : verify_reopened(t, f, look.size);
}
