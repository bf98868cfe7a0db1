/* statefile -- one state file, replaced whole and atomically; the generation before it is kept.
 *
 *   save: what is new of the memory -> fsync
 *         state.tmp-N (new, 0600) -> fsync -> link(state, state.1) -> rename(state.tmp-N, state)
 *         -> fsync(directory)
 *   load: state, else state.1, else nothing; never a leftover state.tmp-N
 *
 * The memory is for what changes little and is much: a file beside, memory-N, which only grows. A
 * state names it, by its number, how long it is and a checksum; what is behind that was never
 * saved. Each run of the program writes one of its own, from the first save on.
 *
 * No link is followed and nothing but a regular file of a trusted owner is opened, as others may be
 * able to write in the directory.
 *
 * The file is a header (magic, format version, sequence number, wall time, lengths) and the payload,
 * and CRC32C of all of it at the end. A damaged file is renamed aside (state.damaged-N), never
 * overwritten. After any error of write or fsync the temporary is thrown away and the next save
 * starts a new one: an fsync is never repeated on the same descriptor. statefile_save may be called
 * from another thread than statefile_load, but from one at a time. */
#ifndef LT_INPUT_STATEFILE_H
#define LT_INPUT_STATEFILE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct statefile;

enum { STATEFILE_VERSION = 2 };

/* Makes the directory if its parent is there, and locks it (flock). 0 or negative errno: -EBUSY
 * when another process holds it; then, as for every error, *err has a sentence that names the
 * path. */
int statefile_open(const char *directory, struct statefile **ret_file, struct buf *err);
void statefile_close(struct statefile *s);
/* Gives up the lock although a save may hang in another thread: that one renames nothing that the
 * next process does not expect. To be followed by _exit(2). */
void statefile_abandon(struct statefile *s);

enum statefile_found {
    STATEFILE_EMPTY,    /* there was never a state */
    STATEFILE_LOADED,   /* the newest one */
    STATEFILE_PREVIOUS, /* the newest is missing, or damaged (now aside); this is the one before */
    STATEFILE_DAMAGED,  /* both are damaged, or foreign: start policy */
    STATEFILE_REMOVED,  /* there is none, but there was one */
};
struct saved_state {
    enum statefile_found found;
    struct buf payload, memory; /* the caller's to release; what they held before goes */
    bool memory_damaged;        /* or missing; there is none then */
    int64_t wall_ns;
    uint64_t sequence;
};
/* 0; -EPROTO: written by a newer version; or why it cannot be read (-EACCES): nothing was touched
 * then, *err has a sentence. */
int statefile_load(struct statefile *s, struct saved_state *ret_state, struct buf *err);
/* What goes into the memory with a save: in the place of all that was there, or behind it. It is
 * kept here when the save fails, and need not be given again. */
struct memory_change {
    struct slice bytes;
    bool replaces;
};
/* Payload and durable: 0 or negative errno (the old state is untouched). */
int statefile_save(struct statefile *s, struct slice payload, const struct memory_change *memory,
                   int64_t wall_ns);
/* True once when what was loaded or saved last is gone, or the next process would not find it locked; from
 * the thread that saves. */
bool statefile_missed(struct statefile *s);
/* Reads without lock or change, for `logtally state`. As statefile_load. */
int statefile_peek(const char *directory, struct saved_state *ret_state, struct buf *err);

#endif
