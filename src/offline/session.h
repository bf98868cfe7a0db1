/* session -- a ruleset at work on files given by hand: what replay, test, explain and backfill
 * share. */
#ifndef LT_OFFLINE_SESSION_H
#define LT_OFFLINE_SESSION_H

#include "app/setup.h"
#include "engine/engine.h"
#include "metrics/expose.h"
#include "metrics/registry.h"

struct session {
    const struct setup *setup;
    struct registry *registry;
    struct engine *engine;
    uint32_t next_id; /* of the next source */
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
    unsigned log;
    uint32_t id;       /* tells files apart for `set` of gauges */
    uint64_t from, to; /* to = 0: the whole file */
};

/* Called after each block with the bytes of the file read so far. */
typedef void session_progress_fn(void *ctx, uint64_t position, uint64_t size);

/* 0 or negative errno with a sentence in *err; what came before the error counts. */
int session_read(struct session *s, const struct session_range *range,
                 session_progress_fn *progress, void *ctx, struct buf *err);

/* The exposition of the rules' families, sorted, with the configured constant labels. */
void session_expose(const struct session *s, enum expose_format format, struct buf *out);

#endif
