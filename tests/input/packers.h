/* packers -- files as gzip, zstd, xz and bzip2 make them, for those tests that must hold for each. */
#ifndef LT_TESTS_PACKERS_H
#define LT_TESTS_PACKERS_H

#include "base/buf.h"

struct packer {
    const char *name;
    /* Appends a member that holds s. */
    void (*add)(struct slice s, struct buf *out);
};

/* Those that this build unpacks, gzip first. */
extern const struct packer packers[];
extern const unsigned npackers;

#endif
