/* place -- a name may mean another content now: who is behind it?
 *
 * Why names are examined one by one against what is on disk, and not replayed from events: an event
 * says what was; by the time it is read, the name may mean something else, or nothing. The one
 * exception is a name that was deleted and that no known file has: its file lived too short for us,
 * which nobody could find out later.
 *
 * Each examination only does what is certain: this name means this inode, this file has lost its
 * name. What a content without a name has become (deleted, moved away, to be found in a rotated
 * file) and what an unknown content is, can only be said when all names of the batch were looked
 * at; that is place_settle.
 *
 *     rotation by rename, seen as   app.log   -> another inode: the file loses its name
 *                                   app.log.1 -> that file's inode: it has this name now
 *                    place_settle:  the new inode behind app.log is a newcomer */
#include "config.h"

#include "input/set.h"

#include "base/sys.h"
#include "base/xalloc.h"
#include "input/link.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { LINKS_MAX = 10000, ROUNDS_MAX = 8 };

static bool is_memo(const struct tail_file *f)
{
    return f->state == FILE_HELD || f->state == FILE_WAITING || f->state == FILE_DENIED;
}

/* A copy, say, and what was taken as read was not all of it. */
static bool has_grown_since(const struct tail_file *f, const struct look *look)
{
    return file_was_taken_as_read(f) && look->size > f->tail.size;
}

/* No more will come of a slow copy: it is read by its descriptor. */
static void end_waiting(struct tailset *t, struct tail_file *f)
{
    if (f->ambiguous)
        file_tell_ambiguous(t, f->stream, f->path);
    if (f->cut > 0) {
        note(t, f->stream->log, TAIL_TRUNCATED, 1);
        note(t, f->stream->log, TAIL_LOST_TRUNCATED, f->cut);
    }
    f->began_n = 0; /* as it is now */
    f->tail.read_to = f->tail.proved = 0;
    f->met = true; /* a copy renamed over it goes on in its place */
    file_unname(t, f);
}

/* It could not be looked into, and its name is gone: what was in it is lost, if no other leads to it; and then
 * what it is is not yet known. */
static void end_denial(struct tailset *t, struct tail_file *f)
{
    index_remove(&t->id_index, &f->by_id);
    f->denied = true;
    f->error = 0;
    f->tail.size = f->unread;
    f->tail.read_to = 0;
    file_unname(t, f);
}

/* The name means nothing, or something else, now. */
static void lose_name(struct tailset *t, struct tail_file *f)
{
    if (f->state == FILE_HELD)
        file_release_archives(t, f); /* what it was is not known, nor what they were made of */
    if (f->state == FILE_WAITING)
        end_waiting(t, f);
    else if (file_is_put_off(f) && !f->copy_of && f->unread > 0)
        end_denial(t, f);
    else if (file_has_content(f))
        file_unname(t, f);
    else
        file_drop(t, f);
}

/* Of what was empty when it was saved nothing is known but a number, which may be another's by now. */
static bool is_only_number(const struct tail_file *f)
{
    return f->state == FILE_UNPLACED && f->tail.fd < 0 && f->tail.id.birth_ns == 0 &&
           f->tail.size == 0 && f->tail.offset == 0;
}

/* The known file that may be behind this inode, or NULL. An inode number with another birth time is
 * another file: the number was given away again, so the content of the known one is gone. */
static struct tail_file *owner_of(struct tailset *t, const struct look *look)
{
    struct tail_file *f = file_by_id(t, &look->id);

    if (f && look->size > 0 && is_only_number(f)) {
        file_drop(t, f);
        return NULL;
    }
    if (!f || identity_eq(&f->tail.id, &look->id))
        return f;
    if (file_has_name(f))
        lose_name(t, f);
    else
        index_remove(&t->id_index, &f->by_id);
    return NULL;
}

/* Another had its log's name when all was saved; where no birth is known that number may be a third one's by now. */
static bool had_lost_its_name(const struct tail_file *f)
{
    return f->state == FILE_UNPLACED && f->tail.id.birth_ns == 0 && f->renamed &&
           strcmp(f->path, f->stream->path) == 0;
}

static bool is_unwritten(const struct tail_file *f, const struct look *look)
{
    return look->mtime_ns == f->mtime_ns && look->size == f->tail.size;
}

/* Where no birth is known, an inode number without a descriptor may be another file's by now; under
 * another name only the bytes can say that it is not. 1, 0, or negative errno. */
static int is_its_file(struct tailset *t, const struct tail_file *f, const char *path,
                       const struct look *look)
{
    int fd, r;

    if (f->tail.id.birth_ns != 0 || f->tail.fd >= 0 ||
        (strcmp(f->path, path) == 0 && !had_lost_its_name(f)))
        return 1;
    if (f->packed) /* nobody writes to an archive */
        return look->mtime_ns == f->mtime_ns && rotated_is_compressed(slice_str(path));
    if ((f->tail.offset == 0 && f->began_n == 0) || had_lost_its_name(f) ||
        file_is_log_again(f, path) || stream_is_not_called(t, f->stream, path))
        return is_unwritten(f, look); /* then nothing but that says so */
    if (look->mtime_ns < f->mtime_ns)
        return 0;
    if (f->tail.offset > 0 && file_proves_nothing(f))
        return 0;
    fd = open_within_budget(t, path);
    if (fd < 0)
        return fd;
    r = file_is_its_content(f, fd, look->size);
    (void)sys_close(fd);
    return r;
}

/* 1, 0, or negative errno: it cannot be said now. */
static int is_at_its_path(const struct tail_file *f, struct look *ret_look)
{
    int r = look_at(f->path, ret_look);

    if (r < 0)
        return look_is_passing(r) ? r : 0;
    return identity_eq(&ret_look->id, &f->tail.id) &&
           (!had_lost_its_name(f) || is_unwritten(f, ret_look));
}

/* As above. */
static int still_named(const struct tail_file *f)
{
    struct look look;

    return f->state == FILE_NAMED || f->state == FILE_UNPLACED ? is_at_its_path(f, &look) : 0;
}

static void add_newcomer(struct tailset *t, const struct pending *p, const struct look *look)
{
    const char *path = p->path;
    struct log *log = log_of_path(t, path);
    enum rotated is;
    struct stream *s = stream_of_rotated(t, path, &is);
    bool rotated;

    rotated = s && s->wanted; /* not a part of what nobody wants any more */
    if (!rotated)
        s = NULL;
    if (!s && log) {
        s = stream_get(t, path, log);
        dirs_add_given(t, s);
    }
    if (!s)
        return;
    newcomer_add(t, (struct newcomer){.path = xstrdup(path),
                                      .look = *look,
                                      .stream = s,
                                      .symlink = link_is(path) != 0,
                                      .copy_of = p->copy_of,
                                      .held = p->held,
                                      .rotated = rotated,
                                      .weak = rotated && is == ROTATED_WEAK,
                                      .given = rotated && is == ROTATED_GIVEN,
                                      .own = log != NULL,
                                      .packed = rotated_is_compressed(slice_str(path)),
                                      .still = p->still,
                                      .ambiguous = p->still && p->ambiguous,
                                      .seen = p->seen,
                                      .cut = p->cut});
}

/* That of which it is the log, or a part, by its name; or NULL. */
static struct stream *stream_of_name(struct tailset *t, const char *path)
{
    struct log *log = log_of_path(t, path);
    enum rotated is;
    struct stream *s = log ? stream_get(t, path, log) : stream_of_rotated(t, path, &is);

    return s && s->wanted && (log || is != ROTATED_WEAK) ? s : NULL;
}

/* What was first met under the name of a part has the log's own: a crash undid that it was rotated. Or somebody wants
 * what nobody wanted under the name before: it may be another file by now, as old and with the same number. */
static void go_home(struct tailset *t, struct tail_file *f, const char *path)
{
    struct stream *home = f->rebooted || !f->stream->wanted ? stream_of_name(t, path) : NULL;
    struct tail_file *current;
    enum rotated is;

    if (!home || home == f->stream)
        return;
    current = file_by_path(t, home->path);
    if (!f->stream->wanted ||
        (strcmp(path, home->path) == 0 && stream_of_rotated(t, f->stream->path, &is) == home))
        file_move(t, f, home, current && current->stream == home ? current : NULL);
    f->renamed = strcmp(f->path, f->stream->path) != 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Something was in what waits, or could not be looked into; if it begins otherwise now, that is not there any
 * more. */
static void take_unread(const struct tail_file *f, struct pending *p)
{
    bool is_another = f->state == FILE_WAITING && file_begins_so_in(f, f->tail.fd) == 0;

    p->seen = larger(p->seen, f->unread);
    p->cut = larger(p->cut, is_another ? f->unread : f->cut);
}

/* Another hard link of what has a name: it counts once, under its first name; but its stream's own name says where
 * its parts lie. */
static void take_link(struct tailset *t, struct tail_file *f, const char *path,
                      const struct look *look)
{
    bool is_own;

    if (f->rebooted)
        go_home(t, f, path);
    is_own = strcmp(path, f->stream->path) == 0;
    (void)names_add(&t->links, slice_str(is_own ? f->path : path), LINKS_MAX, t->now);
    if (is_own)
        file_name(t, f, path, look);
}

static bool is_unchanged_memo(const struct tail_file *f, const struct look *look)
{
    return is_memo(f) && identity_eq(&f->tail.id, &look->id) && f->tail.size == look->size &&
           f->mtime_ns == look->mtime_ns;
}

/* The name means what it meant: a content that is followed, or what is held back and has not changed. */
static bool is_what_it_was(struct tailset *t, struct tail_file *f, const struct pending *p,
                           const struct look *look)
{
    if (identity_eq(&f->tail.id, &look->id) && !is_memo(f) && !has_grown_since(f, look)) {
        f->seen = true;
        f->gone_seen = f->deleted = false; /* the event told of one that had the name before */
        go_home(t, f, p->path);
        file_look(t, f, look);
        return true;
    }
    if (!is_unchanged_memo(f, look) || f->state == FILE_DENIED || p->still)
        return false;
    f->seen = true;
    return true;
}

/* What had the name loses it; a memo, or a copy that has grown, is to be identified anew. */
static void make_way(struct tailset *t, struct tail_file *f, const struct look *look,
                     struct pending *newcomer)
{
    if (!identity_eq(&f->tail.id, &look->id)) {
        lose_name(t, f);
        return;
    }
    if (!newcomer->copy_of) {
        newcomer->copy_of = f->copy_of;
        newcomer->held = f->tail.proved;
    }
    take_unread(f, newcomer);
    if (f->hops) /* parts beside what it is may be met before */
        stream_set_leads(t, f->stream, xstrdup(f->real));
    file_drop(t, f);
}

static void pass_hop(void *ctx, const char *path)
{
    (void)ctx, (void)path;
}

/* What is made where the stream's own name leads, and what is rotated there, is of the stream, also when
 * the name leads nowhere again before anybody looks. */
static void look_where_it_leads(struct tailset *t, struct stream *s)
{
    struct buf leads = BUF_INIT;

    if (link_resolve(s->path, &leads, pass_hop, NULL) > 0) {
        dir_add_of(t, leads.p, DIR_TARGET);
        if (!s->leads || strcmp(s->leads, leads.p) != 0) {
            (void)dir_rescan_of(t, leads.p); /* parts may lie there that were none before */
            stream_set_leads(t, s, buf_detach(&leads));
        }
    }
    buf_release(&leads);
}

/* It has no name that we know, and lies where it went, or where a link led: this is another hard link of it, and not its
 * log's own name. */
static bool is_beside_its_place(const struct tail_file *f, const char *path)
{
    return file_has_content(f) && f->real && strcmp(f->real, path) != 0 &&
           strcmp(f->stream->path, path) != 0 && file_is_elsewhere(f);
}

/* The file is one that is known, by another name or none. 1; 0 when it is not; or negative errno. */
static int examine_owner(struct tailset *t, const char *path, const struct look *look)
{
    struct tail_file *owner = owner_of(t, look);
    struct log *log;
    int r;

    if (!owner)
        return 0;
    if (owner->state == FILE_WAITING)
        lose_name(t, owner);
    r = still_named(owner);
    if (r < 0)
        return r;
    if (r == 1) {
        if (owner->state != FILE_NAMED) /* restored, and not yet looked for */
            file_name(t, owner, owner->path, look);
        if (strcmp(owner->path, path) != 0)
            take_link(t, owner, path, look);
        return 1;
    }
    if (is_beside_its_place(owner, path)) {
        take_link(t, owner, path, look);
        return 1;
    }
    if (is_memo(owner)) { /* this may be another hard link of it */
        queue_look_copy(t, owner);
        file_drop(t, owner);
        return 0;
    }
    r = is_its_file(t, owner, path, look);
    if (r < 0)
        return r;
    if (r == 0) {
        index_remove(&t->id_index, &owner->by_id);
        return 0;
    }
    go_home(t, owner, path);
    file_name(t, owner, path, look);
    log = owner->renamed && link_is(path) == 1 ? log_of_path(t, path) : NULL;
    if (log) /* another's name: where do the parts of that one lie? */
        look_where_it_leads(t, stream_get(t, path, log));
    return 1;
}

/* The name means a regular file. */
static void examine_regular(struct tailset *t, const struct pending *p, const struct look *look)
{
    struct tail_file *f = file_by_path(t, p->path);
    struct pending newcomer = *p;
    int r;

    if (!identity_eq(&p->id, &look->id)) /* another file by now */
        newcomer.seen = newcomer.cut = 0;
    newcomer.still = p->still && f && is_unchanged_memo(f, look);
    if (f && is_what_it_was(t, f, p, look))
        return;
    if (f)
        make_way(t, f, look, &newcomer);
    r = examine_owner(t, p->path, look);
    if (r < 0)
        dir_look_later(t, p->path);
    else if (r == 0)
        add_newcomer(t, &newcomer, look);
}

static void examine(struct tailset *t, const struct pending *p);

/* The path is none of ours, but a symlink of ours may lead there. */
static void examine_symlink(struct tailset *t, const char *path)
{
    const struct stream *s = stream_by_real(t, path);

    if (s && s->wanted)
        examine(t, &(struct pending){.path = s->path});
}

static void note_dangling(struct tailset *t, const char *path)
{
    struct dir *d = dir_of_path(t, path);
    struct stream *s = stream_get(t, path, log_of_path(t, path));

    if (d)
        d->dangling = true;
    if (s && s->wanted)
        look_where_it_leads(t, s);
}

/* Nothing lies behind the name. -ENOENT, or another negative errno: whether it is a symlink cannot be said
 * now. */
static int examine_nothing(struct tailset *t, const char *path)
{
    struct stream *s = stream_get(t, path, NULL);
    int r = link_is(path);

    if (r == 1)
        note_dangling(t, path);
    else if (r == 0 && s && !s->files && !s->gone)
        stream_set_leads(t, s, NULL); /* nothing is known of it any more */
    return r < 0 ? r : -ENOENT;
}

static void examine(struct tailset *t, const struct pending *p)
{
    const char *path = p->path;
    struct tail_file *f = file_by_path(t, path);
    struct look look;
    enum rotated is;
    int r;

    if (!f && !log_of_path(t, path) && !stream_of_rotated(t, path, &is)) {
        examine_symlink(t, path);
        return;
    }
    t->names_changed = true;
    r = look_at(path, &look);
    if (r == 0 && S_ISREG(look.mode)) {
        examine_regular(t, p, &look);
        return;
    }
    if (r == -ENOENT && !f && t->looking.reconciles)
        t->looking.missed |= stream_of_rotated(t, path, &is) != NULL;
    if (f && f->state == FILE_PIPE)
        return;
    if (r == -ENOENT)
        r = examine_nothing(t, path);
    if (r == -ELOOP || (r == 0 && !S_ISDIR(look.mode)))
        warn_once(t, path, r ? strerror(-r) : "not a regular file; ignored");
    if (r < 0 && r != -ENOENT && r != -ENOTDIR && r != -ELOOP) {
        dir_look_later(t, path);
        return;
    }
    if (f)
        lose_name(t, f);
}

/* Examining may queue other names, behind these. Of what the configuration calls a part, its stream must
 * be known first: there is a second walk for those. */
bool place_examine(struct tailset *t, const struct piece *p)
{
    struct looking *l = &t->looking;

    while (t->npending > 0) {
        struct pending name = t->pending[l->pending++];

        if (name.path &&
            (l->parts || !is_given_rotated(t, name.path) || log_of_path(t, name.path))) {
            t->pending[l->pending - 1] = (struct pending){0};
            examine(t, &name);
            free(name.path);
        }
        if (l->pending == t->npending) {
            t->npending = l->parts ? 0 : t->npending;
            l->parts = !l->parts;
            l->pending = 0;
        }
        if (piece_is_over(p))
            return t->npending == 0;
    }
    return true;
}

/* Files whose names were not met in the directories just read. */
static void queue_unseen(struct tailset *t)
{
    for (const struct tail_file *f = t->files.first; f; f = f->next) {
        const struct dir *d = file_has_name(f) ? dir_of_path(t, f->path) : NULL;

        if (d && d->read_now && !f->seen && f->state != FILE_PIPE)
            queue_look(t, f->path);
    }
}

static bool begin_rescan(struct tailset *t, const struct piece *p)
{
    (void)p;
    for (struct tail_file *f = dirs_ask(t) ? t->files.first : NULL; f; f = f->next)
        f->seen = false;
    t->looking.dir = NULL;
    t->looking.more = t->looking.any = false;
    return true;
}

/* Until a walk over the directories finds none that asks for it. */
static bool scan(struct tailset *t, const struct piece *p)
{
    struct looking *l = &t->looking;

    while (place_examine(t, p)) {
        l->dir = dirs_scan(t, l->dir);
        l->more |= l->dir && l->dir->read_now;
        if (!l->dir && !l->more)
            return true;
        if (!l->dir) {
            l->more = false;
            l->any = true;
        }
        if (piece_is_over(p))
            break;
    }
    return false;
}

static bool end_scan(struct tailset *t, const struct piece *p)
{
    (void)p;
    if (t->looking.any)
        queue_unseen(t);
    return true;
}

static bool end_rescan(struct tailset *t, const struct piece *p)
{
    (void)p;
    dirs_scanned(t);
    return true;
}

bool place_rescan(struct tailset *t, const struct piece *p)
{
    static work_fn *const row[] = {begin_rescan, scan, end_scan, place_examine, end_rescan};

    return work_on(t, p, row, sizeof(row) / sizeof(row[0]), &t->looking.rescan);
}

/* What waited when the state was saved: was it written anew since? */
static bool begins_otherwise(struct tailset *t, const struct tail_file *f)
{
    int fd = f->began_n > 0 ? open_within_budget(t, f->path) : -1;
    int r = fd < 0 ? fd : file_begins_so_in(f, fd);

    if (fd >= 0)
        (void)sys_close(fd);
    return r == 0;
}

static void settle_one(struct tailset *t, struct tail_file *f)
{
    bool held = f->tail.fd >= 0;
    struct look look;
    int r = held ? 0 : is_at_its_path(f, &look);

    if (r == 1 && f->denied) { /* back, and nobody knows what it is */
        queue_look_seen(t, f, f->truncated || begins_otherwise(t, f));
        file_drop(t, f);
        return;
    }
    if (r == 1 && file_by_path(t, f->path)) { /* it took the place of another, and nobody looked */
        queue_look(t, f->path);
        return;
    }
    if (r == 1) { /* nobody wants its name now, so nobody looked */
        file_name(t, f, f->path, &look);
        return;
    }
    if (held)
        r = 1;
    else if (r == 0)
        r = dir_of_file_is_unsure(t, f) ? -EAGAIN : f->denied ? 0 : file_open_moved(t, f);
    if (r < 0) {
        t->names_changed = true; /* not now */
        return;
    }
    if (r == 0) {
        file_close_fd(t, f); /* an archive, amid its reading; another may have the rest */
        f->packed = false;
        dir_look(t, f->path); /* no event tells that its disk is gone */
        file_lose(t, f);
        file_release_copies(t, f->stream);
        file_release_archives(t, f);
        return;
    }
    file_enter(t, f, FILE_OPEN);
    if (look_at_fd(f->tail.fd, &look) == 0) {
        file_find_moved(t, f, &look);
        f->awaits |= f->met && look.links == 0 &&
                     !dir_is_there(t, f->path); /* what replaced it may have gone with that */
    }
    queue_read(t, f);
}

/* Files without a name: those that have a descriptor go on by it; the others are lost, until a
 * newcomer turns out to be their continuation. */
static bool settle_nameless(struct tailset *t, const struct piece *p)
{
    for (struct tail_file *f; (f = files_next(&t->files)) != NULL;) {
        f->just = f->state == FILE_UNPLACED;
        if (!f->just)
            continue;
        settle_one(t, f);
        if (piece_is_over(p))
            return false;
    }
    return true;
}

static void search_directory(struct tailset *t, struct tail_file *f)
{
    struct look look;

    if (f->tail.fd >= 0 && look_at_fd(f->tail.fd, &look) == 0 && look.links == 0)
        return;
    (void)dir_rescan_of(t, f->path);
    if (f->real)
        (void)dir_rescan_of(t, f->real);
}

/* A file that lost its name may have got another one without an event (or had two all along):
 * its directory is read once more. */
static bool search_directories(struct tailset *t, const struct piece *p)
{
    for (struct tail_file *f; (f = files_next(&t->files)) != NULL;) {
        if (f->state == FILE_UNPLACED)
            search_directory(t, f);
        if (piece_is_over(p))
            return false;
    }
    return true;
}

/* One may bring new questions. */
static bool settle_round(struct tailset *t, const struct piece *p)
{
    static work_fn *const row[] = {
        place_rescan,    files_rewind,  search_directories, place_rescan,  files_rewind,
        settle_nameless, place_examine, identify_verify,    place_examine, identify_newcomers};

    return work_on(t, p, row, sizeof(row) / sizeof(row[0]), &t->looking.round_step);
}

bool place_settle(struct tailset *t, const struct piece *p)
{
    struct looking *l = &t->looking;

    for (; l->rounds < ROUNDS_MAX; l->rounds++, l->in_round = false) {
        if (!l->in_round && !place_examine(t, p))
            return false;
        if (!l->in_round && !t->names_changed)
            break;
        t->names_changed &= l->in_round;
        l->in_round = true;
        if (!settle_round(t, p))
            return false;
    }
    t->unsettled = l->rounds == ROUNDS_MAX;
    l->rounds = 0;
    return true;
}

/* The file whose name is gone, as an event says; it may have lost the name already, when we looked
 * before the event was read. */
static struct tail_file *whose_name_is_gone(struct tailset *t, const char *path)
{
    struct tail_file *f = file_by_path(t, path);
    struct stream *s = stream_get(t, path, NULL);
    enum rotated is;

    if (f)
        return f;
    if (!s)
        s = stream_of_rotated(t, path, &is);
    for (f = s ? s->files : NULL; f; f = f->stream_next)
        if (!file_has_name(f) && !f->gone_seen && strcmp(f->path, path) == 0)
            return f;
    return NULL;
}

/* A packer took its place. */
static bool was_packed(const char *path)
{
    struct buf packed = BUF_INIT;
    bool was = false;
    struct look look;

    for (unsigned i = 0; !was && rotated_packed(path, i, &packed); i++)
        was = look_at(packed.p, &look) == 0;
    buf_release(&packed);
    return was;
}

/* It was renamed to this, and deleted, before anyone looked: it is still held. */
static bool was_moved_and_deleted(struct tailset *t, const char *path)
{
    struct stream *s = stream_get(t, path, NULL);
    enum rotated is;
    struct look look;

    if (!s)
        s = stream_of_rotated(t, path, &is);
    for (struct tail_file *f = s ? s->files : NULL; f; f = f->stream_next) {
        if (!f->gone_seen || f->deleted || f->tail.fd < 0 || look_at_fd(f->tail.fd, &look) < 0 ||
            look.links > 0)
            continue;
        f->deleted = true;
        return true;
    }
    return false;
}

static void tell_never_seen(struct tailset *t, const char *path)
{
    const struct log *log = log_of_path(t, path);

    if (log && !was_packed(path))
        note(t, log, TAIL_VANISHED, 1);
}

/* A deleted name that nobody had is that of a file which came and went between two looks; but not
 * when it was seen as the second name of another, or what it was is known by another. */
static void name_gone(struct tailset *t, unsigned events, const char *path)
{
    struct tail_file *f = whose_name_is_gone(t, path);
    bool link = names_remove(&t->links, slice_str(path));

    if (f) {
        f->gone_seen = true;
        f->deleted = (events & WATCH_DELETED) != 0;
    } else if ((events & WATCH_DELETED) && !(events & WATCH_DIRECTORY) && !link &&
               !was_moved_and_deleted(t, path))
        tell_never_seen(t, path);
}

/* Files are named through this symlink. */
static void hop_moved(struct tailset *t, const char *path)
{
    struct index_node *node = index_find(&t->hop_index, slice_str(path));

    for (; node; node = index_next(node)) {
        struct hop *hop = INDEX_THING(node, struct hop, by_path);

        if (strcmp(hop->path, path) == 0)
            file_hop_moved(t, hop->file);
    }
}

/* A name was made, moved or deleted. */
static void name_changed(struct tailset *t, struct dir *d, unsigned events, const char *path)
{
    const struct tail_file *linked = file_by_real(t, path);

    t->names_changed = true;
    if (events & (WATCH_DELETED | WATCH_MOVED))
        name_gone(t, events, path);
    if (d->roles & DIR_SCANNED)
        dir_see_name(t, path, DT_UNKNOWN);
    if (linked)
        queue_look(t, linked->path);
    hop_moved(t, path);
}

static void name_event(struct tailset *t, struct dir *d, unsigned events, const char *name)
{
    char *path = dir_join(d->path, name);
    struct tail_file *f = file_by_path(t, path);

    if (!f)
        f = file_by_real(t, path);
    if (events & (WATCH_APPEARED | WATCH_MOVED | WATCH_DELETED))
        name_changed(t, d, events, path);
    else if (f && file_has_content(f))
        queue_grown(t, f);
    else if (d->roles & DIR_SCANNED)
        queue_look(t, path);
    free(path);
    (void)place_examine(t, NULL);
}

void place_event(struct tailset *t, int wd, unsigned events, const char *name)
{
    struct index_node *next;

    for (struct index_node *node = index_first(&t->wd_index, (uint64_t)wd); node; node = next) {
        struct dir *d = INDEX_THING(node, struct dir, by_wd);

        next = index_next(node);
        if (events & WATCH_SELF_GONE)
            dir_unwatch(t, d);
        if ((events & WATCH_SELF_GONE) || *name == 0) {
            d->rescan = true;
            t->names_changed = true;
        } else {
            name_event(t, d, events, name);
        }
        for (struct dir *other = t->dirs; other && (d->roles & DIR_ABOVE); other = other->next)
            other->rescan |= other->missing;
    }
}
