/* spans -- which spans are open: begun by a line, and waiting for the line that ends them.
 *
 * They lie by stream: a file and all that it was rotated into, by the name of the file. A stream has a
 * clock, the newest time that its lines told; each of its spans is open until the clock is past its
 * begin and its timeout. Found by key, and in the order of their begins.
 *
 * Bounded: of each stream and span max_open, and on average OPEN_BYTES of text. Streams without open
 * spans and without a source are forgotten. All of it is saved with the values that were counted.
 *
 * What a line is, and what is counted when one is ended or given up, is not known here. */
#ifndef LT_ENGINE_SPANS_H
#define LT_ENGINE_SPANS_H

#include "base/heap.h"
#include "base/index.h"
#include "rules/ruleset.h"

struct spans;

struct span_stream {
    struct index_node by_path;
    struct span_stream *next, *prev; /* of all */
    struct spans *spans;
    char *path;
    unsigned log;
    uint32_t file; /* whose lines came last, for `set` of gauges */
    unsigned refs; /* of sources */
    uint32_t nopen;
    int64_t clock_ns;   /* while spans are open */
    int64_t running_ns; /* when its last line came */
    int64_t until_ns;   /* the first of its spans is open until then; INT64_MAX: none is */
    int64_t seen_ns; /* it has a line of that time, which was not counted yet; INT64_MIN: unknown */
    bool timed;      /* the clock is that of lines, not of reading them */
    struct span_queue *queues; /* of each span */
};

struct open_span {
    struct heap_node
        node; /* its time is that of its begin, its own or else that of the line before */
    struct index_node by_key;
    struct span_stream *stream;
    uint32_t span;
    uint32_t nkey, nkept; /* bytes */
    bool own;             /* the begin had a time of its own */
    bool stale;           /* by other rules: only to be given up */
    char text[];          /* its key, then what is kept: u32 length and bytes, for each text */
};

/* `label_bytes`: no kept text is longer, but for what tells that it was cut. */
struct spans *spans_new(const struct ruleset *rules, size_t label_bytes);
void spans_free(struct spans *s);

/* For a source, until span_stream_unref. */
struct span_stream *spans_stream(struct spans *s, unsigned log, const char *path);
void span_stream_unref(struct span_stream *st);
/* The stream after `st`, NULL: the first. */
struct span_stream *spans_next(const struct spans *s, const struct span_stream *st);
bool spans_any_open(const struct spans *s);
/* How many, of each span. */
void spans_count(const struct spans *s, uint64_t *ret_open);

/* What the clock is after a line of this time, which is its own or not. */
int64_t span_stream_after(const struct span_stream *st, int64_t ns, bool own);
/* The line came, after so long a running time. */
void span_stream_move(struct span_stream *st, int64_t ns, bool own, int64_t running_ns);
/* As above: a line of that time will come. */
void span_stream_see(struct span_stream *st, int64_t ns);

/* NULL when none is open. */
struct open_span *spans_find(const struct span_stream *st, unsigned span, const struct slice *keys);
/* None may be open under this key. */
struct open_span *spans_open(struct span_stream *st, unsigned span, const struct slice *keys,
                             const struct slice *kept, int64_t begin_ns, bool own);
/* It is not there any more. */
void spans_close(struct open_span *o);

/* Up to when it waits for its end. */
int64_t open_span_until(const struct open_span *o);
/* The i-th of its texts. */
struct slice open_span_key(const struct open_span *o, unsigned i);
struct slice open_span_kept(const struct open_span *o, unsigned i);

/* What is to be given up, first; or NULL: when the clock is at ns; */
struct open_span *span_stream_over(const struct span_stream *st, int64_t ns);
/* as there are too many of this span; */
struct open_span *span_stream_surplus(const struct span_stream *st, unsigned span);
/* before a line of that time, of whatever stream, as its own will have one that is later; */
struct open_span *spans_over_before(struct spans *s, int64_t ns);
/* as other rules began it. */
struct open_span *spans_stale(const struct spans *s);
/* Of these rules, those that they know otherwise or not at all; all of logs that they do not know. */
void spans_make_stale(struct spans *s, const struct ruleset *rules);

void spans_save(const struct spans *s, struct buf *out);
/* Into empty ones. 0, or -EBADMSG with none open. Those of names that are gone, or that
 * nothing uses, are forgotten. */
int spans_load(struct spans *s, struct slice saved, size_t *ret_forgotten);

#endif
