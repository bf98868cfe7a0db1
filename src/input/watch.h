/* watch -- the events of directories; the only place that knows inotify.
 *
 * Events are hints that something may be worth a look. They get lost, and some file systems send
 * none. */
#ifndef LT_INPUT_WATCH_H
#define LT_INPUT_WATCH_H

#include <stdbool.h>

struct watch;

enum watch_events {
    WATCH_CHANGED = 1 << 0,  /* written, truncated, or its mode changed */
    WATCH_APPEARED = 1 << 1, /* created, or renamed to this name */
    WATCH_DELETED = 1 << 2,
    WATCH_MOVED = 1 << 3,     /* renamed: no longer under this name */
    WATCH_SELF_GONE = 1 << 4, /* the directory itself went away; wd is dead */
    WATCH_OVERFLOW = 1 << 5,  /* events were lost; wd is -1 */
    WATCH_DIRECTORY = 1 << 6, /* the name is or was a directory's */
};

struct watch_event {
    int wd;
    unsigned events;
    const char *name; /* "" when it is about the directory itself; BORROWS the watch */
};

/* 0 or negative errno (-EMFILE: no instance is left). */
int watch_new(struct watch **ret_watch);
void watch_free(struct watch *w);
int watch_fd(const struct watch *w);
/* The watch descriptor, >= 0, or negative errno (-ENOSPC: no watch is left). The same directory
 * gives the same descriptor, whatever its path. */
int watch_add(struct watch *w, const char *directory);
void watch_remove(struct watch *w, int wd);
/* The next that is queued; false: there is none now. Never blocks. */
bool watch_next(struct watch *w, struct watch_event *ret_event);

#endif
