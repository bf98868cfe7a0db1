/* disk -- a disk in memory that knows what of it would survive a power cut.
 *
 * Everything is there twice: as programs see it (live) and as it would be found after a cut
 * (synced). It is as unkind as POSIX allows: fsync of a file keeps the bytes of that file and not
 * its name; a name (created, linked, renamed, removed) is kept by fsync of its directory, and of a
 * rename between two directories by fsync of one of them. A change of names is one step: a rename
 * is never seen half done.
 *
 * Inodes are numbered from DISK_ROOT and never freed or used again, since the kernel may still ask
 * for one that has lost its names. Knows nothing of FUSE. */
#ifndef LT_TESTS_POWER_DISK_H
#define LT_TESTS_POWER_DISK_H

#include "base/buf.h"

#include <sys/types.h>
#include <time.h>

enum { DISK_NONE = 0, DISK_ROOT = 1, DISK_NAME_MAX = 255 };

struct disk_data {
    struct buf bytes;
    struct timespec mtime;
};

struct disk_inode {
    mode_t mode;
    struct timespec born, ctime;
    struct disk_data live, synced;
};

/* A name in a directory; inode DISK_NONE: nothing has that name (any more). */
struct disk_entry {
    unsigned dir, inode;
    char name[DISK_NAME_MAX + 1];
};

struct disk_names {
    struct disk_entry *entries;
    size_t n, cap;
};

/* Which changes of names that were not synced survive, and what of bytes that were not. */
enum disk_lost_names { NAMES_NONE, NAMES_ALL, NAMES_PREFIX, NAMES_SUBSET };
enum disk_lost_data { DATA_NONE, DATA_CUT, DATA_NULS, DATA_ALL };

struct disk {
    struct disk_inode *inodes; /* [0] is not used */
    size_t n, cap;
    struct disk_names live, synced;
    struct disk_change *changes; /* of names, since they were synced, in order */
    size_t nchanges, changes_cap;
};

void disk_init(struct disk *d);
void disk_release(struct disk *d);

/* DISK_NONE when there is no such inode left: a limit on what a test may make. */
unsigned disk_create(struct disk *d, mode_t mode);
struct disk_inode *disk_inode(struct disk *d, unsigned inode);
/* Of a file: its bytes change up to `size`; what is new is NUL. */
void disk_resize(struct disk_inode *i, size_t size);
void disk_write(struct disk_inode *i, size_t offset, struct slice bytes);

/* The inode of that name, or DISK_NONE. */
unsigned disk_lookup(const struct disk *d, unsigned dir, const char *name);
unsigned disk_links(const struct disk *d, unsigned inode);
bool disk_is_empty(const struct disk *d, unsigned dir);
/* `inode` DISK_NONE removes the name. */
void disk_name(struct disk *d, unsigned dir, const char *name, unsigned inode);
void disk_rename(struct disk *d, unsigned dir, const char *name, unsigned to, const char *to_name);

void disk_sync_file(struct disk *d, unsigned inode);
void disk_sync_directory(struct disk *d, unsigned dir);
void disk_sync_all(struct disk *d);

/* The power goes off and comes back: what is found then is live and synced. The same seed (not 0)
 * loses the same. */
void disk_lose(struct disk *d, enum disk_lost_names names, enum disk_lost_data data,
               unsigned long seed);

#endif
