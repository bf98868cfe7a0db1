/* disk -- see disk.h. Tables are searched from the front: a test has a dozen names. */
#include "config.h"

#include "disk.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { INODES_MAX = 100000, PAGE = 4096 };

/* One or two names get their inodes at once. */
struct disk_change {
    struct disk_entry set[2];
    size_t n;
};

/* --- bytes ------------------------------------------------------------------------------------ */

static struct timespec now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return t;
}

static void data_copy(struct disk_data *to, const struct disk_data *from)
{
    buf_clear(&to->bytes);
    buf_slice(&to->bytes, buf_all(&from->bytes));
    to->mtime = from->mtime;
}

void disk_resize(struct disk_inode *i, size_t size)
{
    struct buf *b = &i->live.bytes;

    if (size > b->n)
        memset(buf_reserve(b, size - b->n), 0, size - b->n);
    else
        (void)buf_reserve(b, 0);
    buf_commit(b, b->p + size);
    i->ctime = i->live.mtime = now();
}

void disk_write(struct disk_inode *i, size_t offset, struct slice bytes)
{
    if (offset + bytes.n > i->live.bytes.n)
        disk_resize(i, offset + bytes.n);
    memcpy(i->live.bytes.p + offset, bytes.p, bytes.n);
    i->ctime = i->live.mtime = now();
}

/* --- inodes and names ------------------------------------------------------------------------- */

unsigned disk_create(struct disk *d, mode_t mode)
{
    struct disk_inode fresh = {.mode = mode, .born = now()};

    if (d->n >= INODES_MAX)
        return DISK_NONE;
    fresh.ctime = fresh.live.mtime = fresh.synced.mtime = fresh.born;
    GROW(d->inodes, d->n, d->cap);
    d->inodes[d->n] = fresh;
    return (unsigned)d->n++;
}

struct disk_inode *disk_inode(struct disk *d, unsigned inode)
{
    return &d->inodes[inode];
}

void disk_init(struct disk *d)
{
    *d = (struct disk){0};
    (void)disk_create(d, 0);
    (void)disk_create(d, S_IFDIR | 0755);
}

void disk_release(struct disk *d)
{
    for (size_t i = 0; i < d->n; i++) {
        buf_release(&d->inodes[i].live.bytes);
        buf_release(&d->inodes[i].synced.bytes);
    }
    free(d->inodes);
    free(d->live.entries);
    free(d->synced.entries);
    free(d->changes);
}

static struct disk_entry *find(const struct disk_names *names, unsigned dir, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->entries[i].dir == dir && strcmp(names->entries[i].name, name) == 0)
            return &names->entries[i];
    return NULL;
}

unsigned disk_lookup(const struct disk *d, unsigned dir, const char *name)
{
    const struct disk_entry *e = find(&d->live, dir, name);

    return e ? e->inode : DISK_NONE;
}

unsigned disk_links(const struct disk *d, unsigned inode)
{
    unsigned links = inode == DISK_ROOT;

    for (size_t i = 0; i < d->live.n; i++)
        links += d->live.entries[i].inode == inode;
    return links;
}

bool disk_is_empty(const struct disk *d, unsigned dir)
{
    for (size_t i = 0; i < d->live.n; i++)
        if (d->live.entries[i].dir == dir && d->live.entries[i].inode != DISK_NONE)
            return false;
    return true;
}

/* A removed name keeps its place, so that a directory that is being listed does not shift. */
static void apply(struct disk_names *names, const struct disk_change *change)
{
    for (size_t i = 0; i < change->n; i++) {
        struct disk_entry *e = find(names, change->set[i].dir, change->set[i].name);

        if (!e) {
            GROW(names->entries, names->n, names->cap);
            e = &names->entries[names->n++];
        }
        *e = change->set[i];
    }
}

static struct disk_entry entry_of(unsigned dir, const char *name, unsigned inode)
{
    struct disk_entry e = {.dir = dir, .inode = inode};

    strncpy(e.name, name, DISK_NAME_MAX);
    return e;
}

static void change(struct disk *d, const struct disk_change *change)
{
    GROW(d->changes, d->nchanges, d->changes_cap);
    d->changes[d->nchanges++] = *change;
    apply(&d->live, change);
}

void disk_name(struct disk *d, unsigned dir, const char *name, unsigned inode)
{
    unsigned before = disk_lookup(d, dir, name);

    change(d, &(struct disk_change){{entry_of(dir, name, inode)}, 1});
    d->inodes[before].ctime = d->inodes[inode].ctime = d->inodes[dir].ctime = now();
    d->inodes[dir].live.mtime = d->inodes[dir].ctime;
}

void disk_rename(struct disk *d, unsigned dir, const char *name, unsigned to, const char *to_name)
{
    unsigned inode = disk_lookup(d, dir, name), before = disk_lookup(d, to, to_name);

    change(d, &(struct disk_change){{entry_of(dir, name, DISK_NONE), entry_of(to, to_name, inode)},
                                    2});
    d->inodes[before].ctime = d->inodes[inode].ctime = now();
    d->inodes[dir].live.mtime = d->inodes[to].live.mtime = d->inodes[inode].ctime;
}

/* --- what is kept, and what is lost ----------------------------------------------------------- */

void disk_sync_file(struct disk *d, unsigned inode)
{
    data_copy(&d->inodes[inode].synced, &d->inodes[inode].live);
}

void disk_sync_directory(struct disk *d, unsigned dir)
{
    size_t left = 0;

    for (size_t i = 0; i < d->nchanges; i++) {
        const struct disk_change *c = &d->changes[i];

        if (c->set[0].dir == dir || c->set[c->n - 1].dir == dir)
            apply(&d->synced, c);
        else
            d->changes[left++] = *c;
    }
    d->nchanges = left;
}

void disk_sync_all(struct disk *d)
{
    for (unsigned i = DISK_ROOT; i < d->n; i++)
        disk_sync_file(d, i);
    for (size_t i = 0; i < d->nchanges; i++)
        apply(&d->synced, &d->changes[i]);
    d->nchanges = 0;
}

/* xorshift64 */
static size_t roll(unsigned long *seed, size_t sides)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (*seed >> 16) % sides;
}

static size_t common(struct slice a, struct slice b)
{
    size_t n = 0;

    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* What is found of a file: at least what its synced and its live bytes have in common. A length may
 * reach the disk before the bytes do, which come by pages. */
static void lose_data(struct disk_inode *i, enum disk_lost_data how, unsigned long *seed)
{
    size_t size = i->live.bytes.n;
    size_t kept = common(buf_all(&i->live.bytes), buf_all(&i->synced.bytes));
    bool grown = kept == i->synced.bytes.n && size > kept;

    if (how == DATA_ALL)
        return;
    if (how == DATA_NONE || (!grown && roll(seed, 2) == 0)) {
        data_copy(&i->live, &i->synced);
    } else if (grown) {
        size_t page = (kept + roll(seed, size - kept + 1)) / PAGE * PAGE;
        size_t end = how == DATA_CUT ? kept + roll(seed, size - kept + 1)
                     : page > kept   ? page
                                     : kept;

        disk_resize(i, end);
        if (how == DATA_NULS)
            disk_resize(i, size);
    }
}

static void lose_names(struct disk *d, enum disk_lost_names how, unsigned long *seed)
{
    size_t first = how == NAMES_NONE ? 0 : d->nchanges;

    if (how == NAMES_PREFIX)
        first = roll(seed, d->nchanges + 1);
    for (size_t i = 0; i < first; i++)
        if (how != NAMES_SUBSET || roll(seed, 2))
            apply(&d->synced, &d->changes[i]);
    d->nchanges = 0;
    d->live.n = 0;
    for (size_t i = 0; i < d->synced.n; i++)
        apply(&d->live, &(struct disk_change){{d->synced.entries[i]}, 1});
}

void disk_lose(struct disk *d, enum disk_lost_names names, enum disk_lost_data data,
               unsigned long seed)
{
    for (unsigned i = DISK_ROOT; i < d->n; i++) {
        lose_data(&d->inodes[i], data, &seed);
        disk_sync_file(d, i);
    }
    lose_names(d, names, &seed);
}
