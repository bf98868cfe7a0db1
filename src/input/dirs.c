/* dirs -- directories: which names are in them, and how we hear of a change.
 *
 * Why three ways to notice. An event is immediate, but some file systems send none and the queue
 * can overflow. The directory's own times are cheap to ask for, but their grain is coarse: two
 * changes within one tick look like one, so after a change that was seen the directory is read
 * again in the next rounds too. And a directory without a watch is read in any case now and then,
 * for file systems that do not keep those times.
 *
 * A root that is not there is waited for: the nearest directory above it that exists is watched. */
#include "config.h"

#include "input/set.h"

#include "base/sys.h"
#include "base/xalloc.h"
#include "input/glob.h"
#include "input/link.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SETTLE_ROUNDS = 2, BLIND_ROUNDS = 15, DEPTH_MAX = 64 };

char *dir_join(const char *dir, const char *name)
{
    struct buf path = BUF_INIT;

    if (strcmp(dir, ".") != 0) {
        buf_str(&path, dir);
        if (strcmp(dir, "/") != 0)
            buf_char(&path, '/');
    }
    buf_str(&path, name);
    return buf_detach(&path);
}

static struct dir *dir_find(const struct tailset *t, struct slice path)
{
    return INDEX_THING(index_find(&t->dir_index, path), struct dir, by_path);
}

static struct slice parent_of(const char *path)
{
    const char *name = path_name(path);

    if (name == path)
        return SLICE(".");
    return slice_make(path, name - path > 1 ? (size_t)(name - path) - 1 : 1);
}

struct dir *dir_of_path(const struct tailset *t, const char *path)
{
    return dir_find(t, parent_of(path));
}

bool dir_is_away(const struct tailset *t, const struct tail_file *f)
{
    const struct dir *d = dir_of_path(t, f->path);

    return d && (d->missing || (d->id.dev && d->id.dev != f->tail.id.dev));
}

/* What of this file's name is on the disk, in watched directories: its path, or where that leads. */
static const char *file_place(const struct tail_file *f)
{
    return f->hops ? f->real : f->path;
}

bool dir_is_watched(const struct tailset *t, const struct tail_file *f)
{
    const struct dir *d;

    if (!file_has_name(f) || f->unresolved) /* or its name leads to another directory */
        return false;
    d = dir_of_path(t, file_place(f));
    return d && d->wd >= 0;
}

bool dir_rescan_of(struct tailset *t, const char *path)
{
    struct dir *d = dir_of_path(t, path);

    if (!d || d->missing)
        return false;
    return d->rescan = true;
}

/* In the next reconcile, too. */
static void scan_next_time(const struct tailset *t, struct dir *d)
{
    if (d->settle <= t->rounds + 1)
        d->settle = t->rounds + 2;
}

void dir_look_later(struct tailset *t, const char *path)
{
    struct dir *d = dir_of_path(t, path);

    if (!d)
        return;
    d->unsure = true;
    scan_next_time(t, d);
}

/* One that was removed is none of ours any more. */
bool dir_is_there(const struct tailset *t, const char *path)
{
    struct slice above = parent_of(path);
    const struct dir *d;

    while (!(d = dir_find(t, above)) && above.n > 1) {
        const char *slash = memrchr(above.p, '/', above.n);
        size_t n = slash > above.p ? (size_t)(slash - above.p) : 1;

        above = slash ? slice_make(above.p, n) : SLICE(".");
    }
    return d && !d->missing;
}

bool dir_is_unsure(const struct tailset *t, const char *path)
{
    const struct dir *d = dir_of_path(t, path);

    return d && d->unsure;
}

bool dir_of_file_is_unsure(const struct tailset *t, const struct tail_file *f)
{
    return dir_is_unsure(t, f->path) || (f->real && dir_is_unsure(t, f->real));
}

bool dirs_are_unsure(const struct tailset *t)
{
    for (const struct dir *d = t->dirs; d; d = d->next)
        if (d->unsure)
            return true;
    return false;
}

static bool wants_watch(const struct tailset *t, const struct dir *d)
{
    if (d->roles & DIR_GLOB)
        return logs_want_events(t, d->path);
    for (unsigned i = 0; i < t->options.nlogs; i++)
        if (!t->options.logs[i].poll)
            return true;
    return false;
}

static void watch_dir(struct tailset *t, struct dir *d)
{
    int wd;

    if (!t->watch || d->wd >= 0 || d->missing || !wants_watch(t, d))
        return;
    wd = watch_add(t->watch, d->path);
    if (wd == -ENOSPC && !t->watches_full) {
        t->watches_full = true;
        warn_once(t, d->path,
                  "no inotify watch is left (fs.inotify.max_user_watches); looking every few "
                  "seconds instead");
    }
    if (wd < 0)
        return;
    d->wd = wd;
    index_add(&t->wd_index, &d->by_wd, (uint64_t)wd);
    d->rescan = (d->roles & DIR_SCANNED) != 0;
}

void dir_unwatch(struct tailset *t, struct dir *d)
{
    int wd = d->wd;

    if (wd < 0)
        return;
    index_remove(&t->wd_index, &d->by_wd);
    d->wd = -1;
    if (!index_first(&t->wd_index, (uint64_t)wd))
        watch_remove(t->watch, wd);
}

static struct dir *dir_add(struct tailset *t, const char *path, unsigned role)
{
    struct dir *d = dir_find(t, slice_str(path));

    if (!d) {
        d = xmalloc(sizeof(*d));
        *d = (struct dir){.path = xstrdup(path), .wd = -1, .missing = true, .next = t->dirs};
        t->dirs = d;
        index_add_text(&t->dir_index, &d->by_path, d->path);
    }
    if (role & ~d->roles) {
        d->roles |= role;
        d->rescan = true;
        t->names_changed = true;
    }
    return d;
}

void dir_add_of(struct tailset *t, const char *path, unsigned role)
{
    char *dir = xstrslice(parent_of(path));

    (void)dir_add(t, dir, role);
    free(dir);
}

static void sweep_dead(struct tailset *t)
{
    struct dir **link = &t->dirs;

    while (*link) {
        struct dir *d = *link;

        if (!d->dead) {
            link = &d->next;
            continue;
        }
        *link = d->next;
        dir_unwatch(t, d);
        index_remove(&t->dir_index, &d->by_path);
        free(d->path);
        free(d);
    }
}

void dirs_free(struct tailset *t)
{
    for (struct dir *d = t->dirs; d; d = d->next)
        d->dead = true;
    sweep_dead(t);
    index_release(&t->dir_index);
    index_release(&t->wd_index);
}

void dirs_configure(struct tailset *t)
{
    dirs_free(t);
    for (unsigned i = 0; i < t->options.nlogs; i++) {
        const struct tail_log *log = &t->options.logs[i];

        for (unsigned k = 0; k < log->nglobs; k++) {
            const char *glob = plain_glob(log->globs[k]);
            char *path;

            if (glob_names_pipe(glob))
                continue;
            path = xstrslice(glob_root(glob));
            dir_add(t, path, DIR_GLOB)->root = true;
            free(path);
        }
    }
}

static void watch_above(struct tailset *t, const char *missing)
{
    char *path = xstrslice(parent_of(missing));
    struct look look;

    while (look_at(path, &look) < 0 && strcmp(path, "/") != 0 && strcmp(path, ".") != 0) {
        char *up = xstrslice(parent_of(path));

        free(path);
        path = up;
    }
    dir_add(t, path, DIR_ABOVE);
    free(path);
}

static void gone(struct tailset *t, struct dir *d)
{
    dir_unwatch(t, d);
    if (!d->missing)
        d->read_now = true;
    d->missing = true;
    d->error = 0;
    d->id = (struct identity){0};
    d->settle = 0;
    if (d->root)
        watch_above(t, d->path);
    else
        d->dead = true;
}

static void unreadable(struct tailset *t, struct dir *d, int error)
{
    d->error = error;
    d->unsure = error != EACCES && error != EPERM;
    scan_next_time(t, d);
    warn_once(t, d->path, strerror(error));
}

/* What the directory itself says: is it there, the same, changed? */
static void look_at_dir(struct tailset *t, struct dir *d)
{
    struct look look;
    int r = look_at(d->path, &look);

    if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP || (r == 0 && !S_ISDIR(look.mode))) {
        gone(t, d);
        return;
    }
    if (r < 0) {
        unreadable(t, d, -r);
        return;
    }
    if (d->error)
        d->rescan = true;
    if (d->missing || !identity_eq(&d->id, &look.id)) {
        dir_unwatch(t, d);
        d->missing = false;
        d->rescan = true;
    }
    if (d->mtime_ns != look.mtime_ns || d->ctime_ns != look.ctime_ns)
        d->settle = t->rounds + 1 + SETTLE_ROUNDS;
    d->rescan |= t->rounds < d->settle;
    d->rescan |= d->dangling;
    d->id = look.id;
    d->mtime_ns = look.mtime_ns;
    d->ctime_ns = look.ctime_ns;
    watch_dir(t, d);
}

void dir_look(struct tailset *t, const char *path)
{
    struct dir *d = dir_of_path(t, path);

    if (d)
        look_at_dir(t, d);
}

static void see_directory(struct tailset *t, const char *path, bool symlink)
{
    if (slice_count(slice_str(path), '/') >= DEPTH_MAX)
        return;
    if (logs_reach(t, path, symlink))
        (void)dir_add(t, path, DIR_GLOB);
}

void dir_see_name(struct tailset *t, const char *path, unsigned char type)
{
    struct look look;
    int symlink = type == DT_LNK;

    if (type == DT_LNK || type == DT_UNKNOWN) {
        symlink = link_is(path);
        if (symlink < 0)
            dir_look_later(t, path);
        if (look_at(path, &look) == 0 && S_ISDIR(look.mode))
            type = DT_DIR;
    }
    if (type == DT_DIR)
        see_directory(t, path, symlink);
    else
        queue_look(t, path);
}

static void scan(struct tailset *t, struct dir *d)
{
    DIR *list = sys_opendir(d->path);
    const struct dirent *e;
    int error;

    if (!list) {
        if (errno == ENOENT || errno == ENOTDIR)
            gone(t, d);
        else
            unreadable(t, d, errno);
        return;
    }
    d->unsure = false;
    if (sys_faccessat(AT_FDCWD, d->path, X_OK, AT_EACCESS) < 0)
        unreadable(t, d, errno);
    else
        d->error = 0;
    for (errno = 0; (e = sys_readdir(list)) != NULL; errno = 0) {
        char *path;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        path = dir_join(d->path, e->d_name);
        dir_see_name(t, path, e->d_type);
        free(path);
    }
    error = errno;
    (void)sys_closedir(list);
    d->read_now = error == 0;
    if (error)
        unreadable(t, d, error);
}

bool dirs_ask(const struct tailset *t)
{
    for (const struct dir *d = t->dirs; d; d = d->next)
        if (d->rescan && !d->dead)
            return true;
    return false;
}

struct dir *dirs_scan(struct tailset *t, struct dir *d)
{
    d = d ? d->next : t->dirs;
    while (d && (!d->rescan || d->dead))
        d = d->next;
    if (!d)
        return NULL;
    if (d->missing || d->wd < 0)
        look_at_dir(t, d);
    d->rescan = d->dangling = false;
    if (!d->missing && (d->roles & DIR_SCANNED))
        scan(t, d);
    return d;
}

void dirs_scanned(struct tailset *t)
{
    for (struct dir *d = t->dirs; d; d = d->next)
        d->read_now = false;
    sweep_dead(t);
}

static bool root_is_missing(const struct tailset *t)
{
    for (const struct dir *d = t->dirs; d; d = d->next)
        if (d->root && d->missing)
            return true;
    return false;
}

void dirs_add_given(struct tailset *t, const struct stream *s)
{
    const struct tail_log *log = s->log->config;
    char *dir = xstrslice(parent_of(s->path));

    for (unsigned i = 0; log && i < log->nrotated; i++) {
        char *path;

        if (!strchr(log->rotated[i], '/'))
            continue;
        path = dir_join(dir, plain_glob(log->rotated[i]));
        dir_add_of(t, path, DIR_TARGET);
        free(path);
    }
    free(dir);
}

bool dirs_begin(struct tailset *t, const struct piece *p)
{
    (void)p;
    for (const struct stream *s = t->streams; s && t->given; s = s->next)
        dirs_add_given(t, s);
    t->looking.missing = root_is_missing(t);
    t->looking.dir = t->dirs;
    return true;
}

bool dirs_look(struct tailset *t, const struct piece *p)
{
    while (t->looking.dir) {
        struct dir *d = t->looking.dir;

        t->looking.dir = d->next;
        look_at_dir(t, d);
        if (t->looking.all || (d->wd < 0 && t->rounds % BLIND_ROUNDS == 0))
            d->rescan = true;
        if (d->roles == DIR_ABOVE && !t->looking.missing)
            d->dead = true;
        if (piece_is_over(p))
            return false;
    }
    return true;
}
