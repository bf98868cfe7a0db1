/* event -- what an event about a directory makes us look at.
 *
 * Why nothing is concluded here: an event tells what was; by the time it is read, the name may mean
 * something else, or nothing. It only says where to look. The one exception is a name that was
 * deleted and is in no record: its file lived too short for us, which nobody could find out
 * later. */
#include "config.h"

#include "input/set.h"

#include <dirent.h>
#include <stdlib.h>

/* The record whose name is gone, as an event tells; it may have lost the name already, when we
 * looked before the event was read. */
static struct tail_file *whose_name_is_gone(struct tailset *t, const char *path)
{
    struct tail_file *f = file_by_path(t, path);
    struct stream *s = stream_find(t, path);

    if (f)
        return f;
    if (!s)
        s = stream_of_rotated(t, path);
    for (f = s ? s->files : NULL; f; f = f->stream_next)
        if (f->place != PLACE_NAMED && !f->gone_told && strcmp(f->path, path) == 0)
            return f;
    return NULL;
}

static bool forget_link(struct tailset *t, const char *path)
{
    uint64_t linked = 0;

    if (map_get(&t->links, slice_str(path), &linked) && linked)
        (void)map_put(&t->links, slice_str(path), 0);
    return linked;
}

/* A deleted name that nobody had is that of a file which came and went between two looks; but not
 * when it was seen as the second name of another. */
static void name_gone(struct tailset *t, unsigned events, const char *path)
{
    struct tail_file *f = whose_name_is_gone(t, path);
    bool link = forget_link(t, path);

    if (f)
        f->gone_told = true;
    else if ((events & WATCH_DELETED) && !(events & WATCH_DIRECTORY) && !link)
        note(t, log_of_path(t, path), TAIL_VANISHED, 1);
}

/* A name was made, moved or deleted. */
static void name_changed(struct tailset *t, struct dir *d, unsigned events, const char *path)
{
    const struct tail_file *linked = file_by_target(t, path);
    struct buf links = BUF_INIT;

    t->names_changed = true;
    if (linked)
        buf_add(&links, linked->path, strlen(linked->path) + 1);
    if (events & (WATCH_DELETED | WATCH_MOVED))
        name_gone(t, events, path);
    if (d->roles & DIR_GLOB)
        dir_see_name(t, path, DT_UNKNOWN);
    place_examine_all(t, &links);
}

static void name_event(struct tailset *t, struct dir *d, unsigned events, const char *name)
{
    char *path = dir_join(d->path, name);
    struct tail_file *f = file_by_path(t, path);

    if (!f)
        f = file_by_target(t, path);
    if (events & (WATCH_APPEARED | WATCH_MOVED | WATCH_DELETED))
        name_changed(t, d, events, path);
    else if (f && (f->kind == FILE_PLAIN || f->kind == FILE_PACKED))
        follow_grown(t, f);
    else if (d->roles & DIR_GLOB)
        place_examine(t, path);
    free(path);
}

void dir_event(struct tailset *t, int wd, unsigned events, const char *name)
{
    struct index_node *next;

    for (struct index_node *node = index_first(&t->wd_index, (uint64_t)wd); node; node = next) {
        struct dir *d = INDEX_THING(node, struct dir, by_wd);

        next = index_next(node);
        if (events & WATCH_SELF_GONE)
            dir_unwatch(t, d, true);
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
