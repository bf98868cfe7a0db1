/* watch -- why directories and not files: one watch serves all files of a directory, reports
 * appends to a file that was renamed inside it, even to one that was unlinked, and does not have to
 * be moved along with a rotation. What it does not report (appends to a file moved out of the
 * directory, to the target of a symlink, through a hard link elsewhere) the reconcile of the
 * tailset finds.
 *
 * The kernel merges equal neighbours in its queue, so a burst of appends to one file is one
 * event. */
#include "config.h"

#include "input/watch.h"

#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/inotify.h>

#define MASK                                                                       \
    (IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_MODIFY | IN_ATTRIB | \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* One event at its longest. A read that leaves room for one has emptied the queue, and asking
 * again would only meet what was written in the meantime. */
enum { EVENT_MAX = sizeof(struct inotify_event) + NAME_MAX + 1 };

struct watch {
    int fd;
    size_t at, n; /* of what was read */
    bool emptied; /* the queue, when it was read */
    _Alignas(struct inotify_event) char events[64 * 1024];
};

int watch_new(struct watch **ret_watch)
{
    int fd = sys_inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    struct watch *w;

    if (fd < 0)
        return -errno;
    w = xcalloc(1, sizeof(*w));
    w->fd = fd;
    *ret_watch = w;
    return 0;
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    (void)sys_close(w->fd);
    free(w);
}

int watch_fd(const struct watch *w)
{
    return w->fd;
}

int watch_add(struct watch *w, const char *directory)
{
    int wd = sys_inotify_add_watch(w->fd, directory, MASK);

    return wd < 0 ? -errno : wd;
}

void watch_remove(struct watch *w, int wd)
{
    (void)sys_inotify_rm_watch(w->fd, wd);
}

static unsigned events_of(uint32_t mask)
{
    static const struct {
        uint32_t kernel;
        unsigned ours;
    } table[] = {
        {IN_MODIFY | IN_ATTRIB, WATCH_CHANGED},
        {IN_CREATE | IN_MOVED_TO, WATCH_APPEARED},
        {IN_DELETE, WATCH_DELETED},
        {IN_MOVED_FROM, WATCH_MOVED},
        {IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED, WATCH_SELF_GONE},
        {IN_Q_OVERFLOW, WATCH_OVERFLOW},
        {IN_ISDIR, WATCH_DIRECTORY},
    };
    unsigned events = 0;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (mask & table[i].kernel)
            events |= table[i].ours;
    return events;
}

/* False: there are none now. */
static bool read_more(struct watch *w)
{
    ssize_t n;

    if (w->emptied) {
        w->emptied = false;
        return false;
    }
    do
        n = sys_read(w->fd, w->events, sizeof(w->events));
    while (n < 0 && errno == EINTR);
    w->at = 0;
    w->n = n > 0 ? (size_t)n : 0;
    w->emptied = n > 0 && w->n <= sizeof(w->events) - EVENT_MAX;
    return n > 0;
}

bool watch_next(struct watch *w, struct watch_event *ret_event)
{
    const struct inotify_event *e;

    if (w->at >= w->n && !read_more(w))
        return false;
    e = (const void *)(w->events + w->at);
    w->at += sizeof(*e) + e->len;
    *ret_event = (struct watch_event){e->wd, events_of(e->mask), e->len ? e->name : ""};
    return true;
}
