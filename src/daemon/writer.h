/* writer -- the writer thread: makes a snapshot durable and renders the pages from it.
 *
 * The loop hands over one job at a time: a copy of all values, and of where every file has been
 * read to. The thread encodes both into one payload, saves it (write, fsync, rename, fsync), and
 * only when that succeeded hands back pages rendered from the same snapshot. So no page ever shows
 * what a crash could take back. Nothing else is shared between the two threads. When it has nothing
 * to do the thread looks whether the state is still there: a look at a disk may hang, and the loop
 * must not. */
#ifndef LT_DAEMON_WRITER_H
#define LT_DAEMON_WRITER_H

#include "http/coding.h"
#include "http/server.h"
#include "input/statefile.h"
#include "input/tailset.h"
#include "metrics/expose.h"

/* A scrape gets text or OpenMetrics, the first two of enum expose_format. */
enum { PAGE_FORMATS = EXPOSE_OPENMETRICS + 1 };

/* A page of one format, in each coding that was asked for. */
struct rendering {
    struct http_body *plain; /* NULL until it was rendered */
    struct coded coded[CODINGS];
    bool is_made[CODINGS]; /* identity: `plain` is */
};

/* By which rules lines were counted: saved, so that `verify` can count them again. */
struct rules_mark {
    uint32_t fingerprint; /* setup_fingerprint */
    bool whole;           /* all lines that the state knows were counted by these */
};

/* What is to be done, and what came of it. */
struct writer_job {
    struct snapshot *snapshot; /* values; they come back with the job */
    struct buf files;          /* tailset's part of the payload */
    struct buf spans;          /* the engine's: those that are open */
    struct tail_memory memory; /* and for the memory beside it */
    struct rules_mark rules;
    int64_t running_ns; /* how long the program has run caught up: what `expire` counts in */
    bool render[PAGE_FORMATS][CODINGS];
    struct expose_options options; /* what it points to must live until the job is done */
    int64_t wall_ns;
    uint64_t version; /* the caller's mark */
    /* Filled in by the thread: */
    int error;  /* of saving; 0 or negative errno */
    bool saved; /* the snapshot is durable now */
    int64_t duration_ns;
    uint64_t bytes;                       /* of the payload */
    struct rendering pages[PAGE_FORMATS]; /* only when error is 0 */
};

struct writer;

/* Called on the loop. */
struct writer_events {
    void (*done)(void *ctx, struct writer_job *job); /* takes what the job holds */
    void (*missed)(void *ctx);                       /* somebody removed the saved state */
    void *ctx;
};

/* 0 or negative errno. */
int writer_new(struct loop *loop, const struct writer_events *events, struct writer **ret_writer);
/* Where jobs are saved from now on; without, or NULL, they are only rendered. */
void writer_keep(struct writer *w, struct statefile *statefile);
/* Waits for the job that runs, drops what came of it. */
void writer_free(struct writer *w);

bool writer_busy(const struct writer *w);
/* Must not be busy. Takes what the job holds. */
void writer_start(struct writer *w, struct writer_job *job);
/* Waits for the job that runs and calls `done`. False: the thread hangs, the disk does not
 * answer. */
bool writer_wait(struct writer *w);
/* CPU time of the thread so far: who waits for a disk uses none. */
int64_t writer_used_ns(const struct writer *w);

/* The payload of the state file. 0 or -EBADMSG; the slices BORROW it. */
struct payload {
    int64_t running_ns; /* how long the program ran */
    struct slice files, values, spans;
    struct rules_mark rules; /* version 0.1 had none: not whole */
};
int payload_decode(struct slice bytes, struct payload *ret_payload);
void payload_encode(const struct payload *p, struct buf *out);

/* Adds this coding, and the plain page if that is missing. */
void rendering_add(struct rendering *r, const struct snapshot *snapshot,
                   const struct expose_options *options, enum expose_format format,
                   enum coding coding);
void rendering_release(struct rendering *r);

#endif
