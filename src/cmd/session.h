/* session -- a ruleset at work on files given by hand: what replay, test, explain and backfill
 * share. */
#ifndef LT_CMD_SESSION_H
#define LT_CMD_SESSION_H

#include "cmd/setup.h"
#include "metrics/expose.h"
#include "metrics/registry.h"
#include "rules/engine.h"

struct session {
    const struct setup *setup;
    struct registry *registry;
    struct engine *engine;
    uint32_t next_id; /* of the next source */
};

void session_init(struct session *s, const struct setup *setup,
                  const struct engine_options *options);
void session_release(struct session *s);

/* Called after each block with the bytes of the file read so far. */
typedef void session_progress_fn(void *ctx, uint64_t position, uint64_t size);

/* Reads a whole file ("-": standard input) as log number `log`. 0 or negative errno with a sentence
 * in *err. */
int session_read(struct session *s, const char *path, unsigned log, session_progress_fn *progress,
                 void *ctx, struct buf *err);

/* The exposition of the rules' families, sorted. */
void session_expose(const struct session *s, enum expose_format format, struct buf *out);

#endif
