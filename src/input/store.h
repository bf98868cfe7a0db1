/* store -- one state file, replaced whole and atomically; the generation before it is kept.
 *
 *   save: state.tmp (O_CREAT|O_TRUNC|O_CLOEXEC, 0600) -> fsync -> link(state, state.1) ->
 * rename(state.tmp, state)
 *         -> fsync(directory)
 *   load: state, else state.1, else nothing; never a leftover state.tmp
 *
 * The file is a header (magic, format version, sequence number, wall time, length) and the payload,
 * and CRC32C of all of it at the end. A damaged file is renamed aside (state.damaged-N), never
 * overwritten. After any error of write or fsync the temporary is thrown away and the next save
 * starts a new one: an fsync is never repeated on the same descriptor. store_save may be called
 * from another thread than store_load, but from one at a time. */
#ifndef LT_INPUT_STORE_H
#define LT_INPUT_STORE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

enum { STORE_VERSION = 1 };

/* Makes the directory if its parent is there, and locks it (flock). 0 or negative errno: -EBUSY
 * when another process holds it; then, as for every error, *err has a sentence that names the
 * path. */
int store_open(const char *directory, struct store **ret_store, struct buf *err);
void store_close(struct store *s);

enum store_found {
    STORE_EMPTY,    /* there was never a state */
    STORE_LOADED,   /* the newest one */
    STORE_PREVIOUS, /* the newest was damaged (now aside); this is the one before */
    STORE_DAMAGED,  /* both are damaged, or foreign: start policy */
};
/* 0; -EPROTO: written by a newer version; or why it cannot be read (-EACCES): nothing was touched
 * then, *err has a sentence. *ret_payload owns the bytes. */
int store_load(struct store *s, enum store_found *ret_found, struct buf *ret_payload,
               int64_t *ret_wall_ns, struct buf *err);
/* Payload and durable: 0 or negative errno (the old state is untouched). */
int store_save(struct store *s, struct slice payload, int64_t wall_ns);
/* Reads without lock or change, for `logtally state`. As store_load. */
int store_peek(const char *directory, enum store_found *ret_found, struct buf *ret_payload,
               int64_t *ret_wall_ns, struct buf *err);

#endif
