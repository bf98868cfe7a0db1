/* identity -- which file is it: device, inode, birth time.
 *
 * An inode number is given to the next file as soon as its file is gone; the birth time makes the
 * difference where the file system knows it (0 where not). What is in the file decides in the end
 * (tail.h). */
#ifndef LT_INPUT_IDENTITY_H
#define LT_INPUT_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct identity {
    uint64_t dev, ino;
    int64_t birth_ns; /* 0 = the file system does not know */
};

/* What one look at a file tells. */
struct look {
    struct identity id;
    uint64_t size;
    int64_t mtime_ns, ctime_ns;
    uint32_t links;
    mode_t mode;
};

/* 0 or negative errno. Symlinks are followed. */
int look_at(const char *path, struct look *ret_look);
int look_at_fd(int fd, struct look *ret_look);
/* Such an error does not say that nothing is there, or nothing for us. */
bool look_is_passing(int r);

/* Same device and inode, and no contradiction in birth time. */
bool identity_eq(const struct identity *a, const struct identity *b);
uint64_t identity_hash(const struct identity *id);
/* Of what was written last then. */
uint64_t identity_hash_at(const struct identity *id, int64_t mtime_ns);

#endif
