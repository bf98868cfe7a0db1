/* place -- a name may mean another content now: who is behind it?
 *
 * Why names are examined one by one against what is on disk, and not replayed from events: events
 * tell a history that is over; the disk tells what is. Each examination only does what is certain:
 * this name means this inode, this record has lost its name. What a content without a name has
 * become (deleted, moved away, to be found in a rotated file) and what a content without a record is,
 * can only be said when all names of the batch were looked at; that is place_settle.
 *
 *     rotation by rename, seen as   app.log   -> another inode: the record loses its name
 *                                   app.log.1 -> that record's inode: it has this name now
 *                    settle:        the new inode behind app.log is a
 * newcomer */
#include "config.h"

#include "input/set.h"

#include "base/xalloc.h"
#include "input/rotated.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { LINKS_MAX = 10000 };

struct tail_file *file_by_path(const struct tailset *t, const char *path)
{
    struct index_node *node = index_first(&t->path_index, slice_hash(slice_str(path)));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_path);

        if (strcmp(f->path, path) == 0)
            return f;
    }
    return NULL;
}

struct tail_file *file_by_target(const struct tailset *t, const char *path)
{
    struct index_node *node = index_first(&t->target_index, slice_hash(slice_str(path)));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_target);

        if (strcmp(f->target, path) == 0)
            return f;
    }
    return NULL;
}

struct tail_file *file_by_id(const struct tailset *t, const struct identity *id)
{
    struct index_node *node = index_first(&t->id_index, identity_hash(id));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_id);

        if (f->tail.id.dev == id->dev && f->tail.id.ino == id->ino)
            return f;
    }
    return NULL;
}

static bool is_memo(const struct tail_file *f)
{
    return f->kind == FILE_HELD || f->kind == FILE_DENIED;
}

/* The name means nothing, or something else, now. */
static void lose_name(struct tailset *t, struct tail_file *f)
{
    if (is_memo(f) || f->kind == FILE_PIPE)
        file_drop(t, f);
    else
        file_unname(t, f);
}

/* A record that may be behind this inode, or NULL. An inode number with another birth time is
 * another file: the number was given away again, so the record's content is gone. */
static struct tail_file *owner_of(struct tailset *t, const struct look *look)
{
    struct tail_file *f = file_by_id(t, &look->id);

    if (!f || identity_eq(&f->tail.id, &look->id))
        return f;
    if (f->place == PLACE_NAMED)
        lose_name(t, f);
    else
        index_remove(&t->id_index, &f->by_id);
    return NULL;
}

static bool still_named(const struct tail_file *f)
{
    struct look look;

    return f->place == PLACE_NAMED && look_at(f->path, &look) == 0 &&
           identity_eq(&look.id, &f->tail.id);
}

static void add_newcomer(struct tailset *t, const char *path, const struct look *look)
{
    struct log *log = log_of_path(t, path);
    struct stream *s = stream_of_rotated(t, path);
    bool rotated = s != NULL;

    if (!s && log)
        s = stream_get(t, path, log);
    if (!s)
        return;
    newcomer_add(t, (struct newcomer){.path = xstrdup(path),
                                      .look = *look,
                                      .stream = s,
                                      .rotated = rotated,
                                      .own = log != NULL,
                                      .packed = rotated_is_compressed(slice_str(path))});
}

/* The name means a regular file. */
static void examine_regular(struct tailset *t, const char *path, const struct look *look)
{
    struct tail_file *f = file_by_path(t, path);
    struct tail_file *owner;

    if (f && identity_eq(&f->tail.id, &look->id) && !is_memo(f)) {
        f->seen = true;
        file_look(t, f, look);
        return;
    }
    if (f && f->kind == FILE_HELD && identity_eq(&f->tail.id, &look->id) &&
        f->tail.size == look->size && f->mtime_ns == look->mtime_ns) {
        f->seen = true;
        return;
    }
    if (f)
        lose_name(t, f);
    owner = owner_of(t, look);
    if (owner && still_named(owner)) {
        if (t->links.n < LINKS_MAX)
            (void)map_put(&t->links, slice_str(path), 1);
        return; /* a hard link: counted once, under its first name */
    }
    if (owner && is_memo(owner)) {
        file_drop(t, owner);
        owner = NULL;
    }
    if (owner)
        file_name(t, owner, path, look);
    else
        add_newcomer(t, path, look);
}

void place_examine(struct tailset *t, const char *path)
{
    struct tail_file *f = file_by_path(t, path);
    struct look look;
    int r;

    if (!f && !log_of_path(t, path) && !stream_of_rotated(t, path))
        return;
    t->names_changed = true;
    r = look_at(path, &look);
    if (r == 0 && S_ISREG(look.mode)) {
        examine_regular(t, path, &look);
        return;
    }
    if (f && f->kind == FILE_PIPE)
        return;
    if (r == -ELOOP || (r == 0 && !S_ISDIR(look.mode)))
        warn_once(t, path, r ? strerror(-r) : "not a regular file; ignored");
    if (f && (r == 0 || r == -ENOENT || r == -ENOTDIR || r == -ELOOP))
        lose_name(t, f);
}

void place_examine_all(struct tailset *t, struct buf *paths)
{
    for (size_t at = 0; at < paths->n; at += strlen(paths->p + at) + 1)
        place_examine(t, paths->p + at);
    buf_release(paths);
}

/* Records without a name: those that hold a descriptor go on by it; the others are lost, until a
 * newcomer turns out to be their continuation. */
static void settle_nameless(struct tailset *t)
{
    for (struct tail_file *f = t->first; f; f = f->next) {
        f->just = f->place == PLACE_UNKNOWN;
        if (!f->just)
            continue;
        if (f->tail.fd >= 0) {
            f->place = PLACE_OPEN;
            follow_queue(t, f);
            continue;
        }
        file_lose(t, f);
        file_release_copies(t, f->stream);
    }
}

/* A file that lost its name may have got another one that no event told us (or had two all along):
 * its directory is read once more. */
static bool search_directories(struct tailset *t)
{
    bool any = false;

    for (struct tail_file *f = t->first; f; f = f->next) {
        struct look look;
        struct dir *d;

        if (f->place != PLACE_UNKNOWN || f->searched)
            continue;
        f->searched = true;
        if (f->tail.fd >= 0 && look_at_fd(f->tail.fd, &look) == 0 && look.links == 0)
            continue;
        d = dir_of_path(t, f->path);
        if (d && !d->missing)
            any = d->rescan = true;
    }
    return any;
}

void place_settle(struct tailset *t)
{
    for (int round = 0; t->names_changed && round < 8; round++) {
        t->names_changed = false;
        dirs_rescan(t);
        if (search_directories(t))
            dirs_rescan(t);
        settle_nameless(t);
        newcomers_settle(t);
    }
}
