/* session -- a ruleset at work on files given by hand: one registry, one engine, nothing kept.
 *
 * The room is what replay, backfill, test, check and merge share: whole files are read to their end
 * and forgotten, so there is no state, no watching and no rotation here, and time is that of the
 * lines.
 *
 *   inputs       which files, of which log, in the order of their first times
 *   parallel     replay: files cut into parts, worked on by threads, put together in order
 *   held         files kept in memory, to be counted again
 *   bytime       backfill, test: the lines of all files in the order of their times
 *   stepwriter   backfill: samples at every step of log time
 *   merge        snapshots in files, added up
 *   golden, exposition   test: which tests there are, and two pages compared by number
 *
 * Invariants: the result depends on the lines alone, not on how many threads work, nor, where lines
 * have times, on the order in which files are named or on how often they were rotated. A file that
 * cannot be read to its end is reported; what came before counts.
 *
 * Ownership: a session owns registry and engine, and borrows the setup; inputs own their paths,
 * whoever works on them borrows. The room knows nothing of HTTP, of the loop and of the state file;
 * sentences on stderr and exit codes are for the commands that call it. */
#ifndef LT_OFFLINE_SESSION_H
#define LT_OFFLINE_SESSION_H

#include "app/setup.h"
#include "engine/engine.h"
#include "metrics/expose.h"
#include "metrics/registry.h"

struct held_lines;

struct session {
    const struct setup *setup;
    struct registry *registry;
    struct engine *engine;
    uint32_t next_id; /* of the next source */
    /* Called for each line of session_read, which counts as any other; NULL: not. */
    void (*traced)(void *ctx, const struct trace *t);
    void *traced_ctx;
    /* How much of what comes next is counted at once: asked before each piece, of which it names the bytes,
     * whole lines. 0: the rest of the file is not wanted. NULL: a block at once. */
    size_t (*piece)(void *ctx, struct slice rest);
    void *piece_ctx;
};

enum session_kind {
    SESSION_WHOLE,
    SESSION_PART, /* one part of the work: remembers what merging needs, and folds nothing */
};

/* `options` but for max_line, which is that of the setup; NULL = none. */
void session_init(struct session *s, const struct setup *setup, enum session_kind kind,
                  const struct engine_options *options);
void session_release(struct session *s);

/* What to read: a whole file ("-": standard input), or bytes [from, to) of a plain one. */
struct session_range {
    const char *path;
    const char *stream; /* the name of the rotated set that it is a part of; NULL: of none */
    unsigned log;
    uint32_t id;                   /* which file, for `set` of gauges */
    uint64_t from, to;             /* to = 0: the whole file */
    const struct held_lines *held; /* its lines, all of them: it is not read. NULL: it is */
};

/* Where a file of a log is cut into ranges, as archive_cut: where a record begins in one that has such.
 * 0 or negative errno. */
int session_cut(const struct setup *setup, const char *path, unsigned log, uint64_t part_bytes,
                uint64_t **ret_cuts, unsigned *ret_n);

/* Called after each block with the bytes of the file read so far. */
typedef void session_progress_fn(void *ctx, uint64_t position, uint64_t size);

/* 0 or negative errno with a sentence in *err; what came before the error counts. */
int session_read(struct session *s, const struct session_range *range,
                 session_progress_fn *progress, void *ctx, struct buf *err);

/* The exposition of the rules' families, sorted, with the configured constant labels. */
void session_expose(const struct session *s, enum expose_format format, struct buf *out);

#endif
