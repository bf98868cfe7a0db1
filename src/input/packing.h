/* packing -- the ways in which files are compressed: how each is known by its first bytes, and how
 * its members are unpacked. A member is what may stand behind another of its kind in one file: a
 * gzip member, a zstd frame, an xz stream, a bzip2 stream. */
#ifndef LT_INPUT_PACKING_H
#define LT_INPUT_PACKING_H

#include <stdbool.h>
#include <stddef.h>

/* So many bytes tell. */
enum { PACKING_MAGIC = 6 };

/* What a step takes from, and puts to; it moves both forward. */
struct packing_io {
    const unsigned char *in;
    size_t in_n;
    char *out;
    size_t out_n; /* 1 GiB at most */
};

struct packing {
    /* Makes ready for a member; *state is NULL before the first. 0 or -ENOMEM. NULL: this build
     * cannot unpack it. */
    int (*begin)(void **state);
    /* As far as input and room go: 0, 1 at the end of the member, -EBADMSG, or -ENOMEM. */
    int (*step)(void *state, struct packing_io *io);
    void (*end)(void *state);
    bool padded;   /* NULs may follow a member */
    bool any_tail; /* and so may anything: it is ignored and told, as by its own tool */
};

/* What is said of a file that this build cannot unpack. */
extern const char packing_refused[];

/* How what begins so is packed; NULL: it is plain. */
const struct packing *packing_of(const unsigned char *p, size_t n);

#endif
