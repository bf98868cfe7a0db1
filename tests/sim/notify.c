/* notify -- inotify as the kernel does it: an event equal to the last one of the queue is merged
 * with it and with no other; a full queue gives one overflow; a directory follows its inode and not
 * its name; a watch that goes says IN_IGNORED. */
#include "config.h"

#include "world.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

static void push(int wd, uint32_t mask, const char *name)
{
    struct event *last = world.nqueue ? &world.queue[world.nqueue - 1] : NULL;

    if (last && last->wd == wd && last->mask == mask && strcmp(last->name, name) == 0)
        return;
    if (world.nqueue >= world.queue_max) {
        if (!world.overflowed)
            world.queue[world.nqueue++] = (struct event){-1, IN_Q_OVERFLOW, ""};
        world.overflowed = true;
        return;
    }
    world.queue[world.nqueue++] = (struct event){wd, mask, name};
}

static void tell(struct node *n, uint32_t mask, const char *name)
{
    for (int i = 0; i < WATCHES; i++)
        if (world.watches[i].node == n && (world.watches[i].mask & mask))
            push(i + 1, mask, name);
}

void notify_dir(struct node *dir, uint32_t mask, const char *name)
{
    tell(dir, mask, name);
}

void notify_self(struct node *n, uint32_t mask)
{
    tell(n, mask, "");
}

void notify_gone(struct node *n, uint32_t mask)
{
    for (int i = 0; i < WATCHES; i++) {
        if (world.watches[i].node != n)
            continue;
        if (mask)
            push(i + 1, mask, "");
        world.watches[i].node = NULL;
        push(i + 1, IN_IGNORED, "");
    }
}

void notify_unmounted(uint64_t dev)
{
    for (int i = 0; i < WATCHES; i++)
        if (world.watches[i].node && world.watches[i].node->dev == dev)
            notify_gone(world.watches[i].node, IN_UNMOUNT);
}

int notify_add(struct node *n, uint32_t mask)
{
    int unused = -1;

    for (int i = 0; i < WATCHES; i++) {
        if (world.watches[i].node == n)
            return i + 1;
        if (unused < 0 && !world.watches[i].node && world.watches[i].mask == 0)
            unused = i;
    }
    if (unused < 0) {
        errno = ENOSPC;
        return -1;
    }
    world.watches[unused] = (struct watched){n, mask};
    return unused + 1;
}

int notify_remove(int wd)
{
    if (wd < 1 || wd > WATCHES || !world.watches[wd - 1].node) {
        errno = EINVAL;
        return -1;
    }
    world.watches[wd - 1].node = NULL;
    push(wd, IN_IGNORED, "");
    return 0;
}

void notify_reset(void)
{
    memset(world.watches, 0, sizeof(world.watches));
    world.nqueue = 0;
    world.overflowed = false;
}
