/* parallel -- threads take parts in order, the caller merges them in order. One mutex guards which
 * part is next and which are done; everything else belongs to one thread. */
#include "config.h"

#include "offline/parallel.h"

#include "offline/session.h"

#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "engine/dispatch.h"
#include "input/archive.h"
#include "input/crc32c.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define PART_BYTES (UINT64_C(64) << 20)
/* Files are put together until a part has so much: making its registry and merging it costs as much
 * as some thousand lines. */
#define PART_LEAST (UINT64_C(1) << 20)

enum {
    AHEAD = 2,                /* parts per thread that may wait to be merged */
    UNMATCHED_MOST = 4 << 20, /* bytes of a part's unmatched lines that wait for its turn */
};

/* A file, or a piece of a large one. */
struct piece {
    struct session_range range;
    struct buf error;
};

struct part {
    struct work *work;
    size_t first, n; /* pieces */
    uint64_t size;   /* of them; PART_LEAST when no other file comes to it */
    struct buf snapshot, unmatched;
    uint64_t seen; /* bytes of the present piece that the progress knows of */
    bool done;
};

struct work {
    const struct setup *setup;
    const struct parallel_options *options;
    struct dispatch_index *index; /* of its rules, for all threads */
    struct piece *pieces;
    size_t npieces, pieces_cap;
    struct part *parts;
    size_t n, cap, next, merged;
    uint64_t bytes_done;
    bool stop;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* The same number wherever a part of the work is done: it goes into snapshots, which another machine
 * may merge. */
static uint32_t identify(const struct input *in)
{
    struct buf b = BUF_INIT;

    buf_str(&b, in->path);
    buf_u64(&b, (uint64_t)in->first_ns);
    buf_u64(&b, in->size);
    uint32_t id = crc32c(0, b.p, b.n);

    buf_release(&b);
    return id;
}

/* To the last part, if that is still small, or if it goes on what that read. */
static void add_piece(struct work *w, struct session_range range, uint64_t size, bool goes_on)
{
    struct part *last = w->n ? &w->parts[w->n - 1] : NULL;

    GROW(w->pieces, w->npieces, w->pieces_cap);
    w->pieces[w->npieces++] = (struct piece){.range = range};
    if (last && (goes_on || (size < PART_LEAST && last->size < PART_LEAST))) {
        last->n++;
        last->size += size;
        return;
    }
    GROW(w->parts, w->n, w->cap);
    w->parts[w->n++] = (struct part){.work = w, .first = w->npieces - 1, .n = 1, .size = size};
}

/* Rotated sets among the inputs, each in the order of the first of its files. */
struct sets {
    size_t *first; /* file of each */
    size_t *next;  /* of each file: the next of its set; 0 = none */
    size_t n;
};

static void find_sets(const struct inputs *inputs, struct sets *ret)
{
    size_t *last = xcalloc(inputs->n + 1, sizeof *last);
    struct map numbers = MAP_INIT;

    *ret = (struct sets){.first = xcalloc(inputs->n + 1, sizeof *ret->first),
                         .next = xcalloc(inputs->n + 1, sizeof *ret->next)};
    for (size_t i = 0; i < inputs->n; i++) {
        struct slice stream = slice_str(inputs->list[i].stream);
        uint64_t set = ret->n;

        if (map_get(&numbers, stream, &set)) {
            ret->next[last[set]] = i;
        } else {
            map_put(&numbers, stream, set);
            ret->first[ret->n++] = i;
        }
        last[set] = i;
    }
    map_release(&numbers);
    free(last);
}

/* Spans live in a file and what it was rotated into: such a set is one part. */
static void add_sets(struct work *w, const struct inputs *inputs)
{
    struct sets sets;

    find_sets(inputs, &sets);
    for (size_t k = 0; k < sets.n; k++) {
        size_t i = sets.first[k];
        bool goes_on = false;

        do {
            const struct input *in = &inputs->list[i];

            add_piece(
                w, (struct session_range){in->path, in->stream, in->log, identify(in), 0, 0, NULL},
                in->size, goes_on);
            goes_on = true;
            i = sets.next[i];
        } while (i);
    }
    free(sets.first);
    free(sets.next);
}

/* A log whose lines come in pieces is not cut: a line may lie on both sides. Nor is one where a time
 * means something only beside the one before, or one that is converted. */
static void cut(struct work *w, const struct input *in)
{
    uint64_t *cuts = NULL;
    unsigned n = 1;
    uint32_t id = identify(in);
    const struct log_def *log = &w->setup->rules->logs[in->log];

    if (in->size > PART_BYTES && log->unwrap == UNWRAP_NONE && !log->encoding &&
        !log->time_partial && session_cut(w->setup, in->path, in->log, PART_BYTES, &cuts, &n) < 0)
        n = 1; /* reading it will say what is wrong */
    for (unsigned i = 0; i < n; i++)
        add_piece(w,
                  (struct session_range){in->path, in->stream, in->log, id, n > 1 ? cuts[i] : 0,
                                         n > 1 ? cuts[i + 1] : 0, NULL},
                  n > 1 ? PART_LEAST : in->size, false);
    free(cuts);
}

/* Whether it went well, the owner of the file finds out. */
static void write_unmatched(struct part *p)
{
    fwrite(p->unmatched.p, 1, p->unmatched.n, p->work->options->unmatched);
}

/* Writes what a part has collected, when all before it are merged. The part whose turn it is never
 * waits, so it always goes on. */
static void pass_unmatched(struct part *p)
{
    struct work *w = p->work;

    pthread_mutex_lock(&w->mutex);
    while (!w->stop && &w->parts[w->merged] != p)
        pthread_cond_wait(&w->changed, &w->mutex);
    bool go_on = !w->stop;

    pthread_mutex_unlock(&w->mutex);
    if (go_on)
        write_unmatched(p);
    buf_clear(&p->unmatched);
}

static void keep_unmatched(void *ctx, const struct source *source, struct slice line)
{
    struct part *p = ctx;

    (void)source;
    buf_slice(&p->unmatched, line);
    buf_char(&p->unmatched, '\n');
    if (p->unmatched.n > UNMATCHED_MOST)
        pass_unmatched(p);
}

static void tell_progress(void *ctx, uint64_t position, uint64_t size)
{
    struct part *p = ctx;
    struct work *w = p->work;

    (void)size;
    pthread_mutex_lock(&w->mutex);
    w->bytes_done += position - p->seen;
    p->seen = position;
    progress_at(w->options->progress, w->bytes_done);
    pthread_mutex_unlock(&w->mutex);
}

static void do_part(struct part *p)
{
    const struct parallel_options *o = p->work->options;
    struct engine_options engine_options = {
        .no_dispatch = o->no_dispatch,
        .index = p->work->index,
        .unmatched = o->unmatched ? keep_unmatched : NULL,
        .ctx = p,
    };
    struct session s;

    session_init(&s, p->work->setup, SESSION_PART, &engine_options);
    for (size_t i = p->first; i < p->first + p->n; i++) {
        struct piece *piece = &p->work->pieces[i];

        p->seen = piece->range.from;
        session_read(&s, &piece->range, tell_progress, p, &piece->error);
    }
    struct snapshot *snapshot = snapshot_take(s.registry);

    snapshot_encode(snapshot, &p->snapshot);
    snapshot_free(snapshot);
    session_release(&s);
}

/* The next part to work on; waits while too many wait to be merged. NULL: there are no more. */
static struct part *take_part(struct work *w)
{
    struct part *p = NULL;

    pthread_mutex_lock(&w->mutex);
    while (!w->stop && w->next < w->n && w->next >= w->merged + AHEAD * w->options->threads)
        pthread_cond_wait(&w->changed, &w->mutex);
    if (!w->stop && w->next < w->n)
        p = &w->parts[w->next++];
    pthread_mutex_unlock(&w->mutex);
    return p;
}

static void *work_on(void *ctx)
{
    struct work *w = ctx;
    struct part *p;

    while ((p = take_part(w)) != NULL) {
        do_part(p);
        pthread_mutex_lock(&w->mutex);
        p->done = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->mutex);
    }
    return NULL;
}

static bool merge(struct registry *registry, struct slice snapshot)
{
    struct buf err = BUF_INIT;
    int r = snapshot_merge(registry, snapshot, &err);

    if (r < 0)
        log_error("cannot put the parts together: %s", err.n ? err.p : "damaged");
    buf_release(&err);
    return r == 0;
}

/* Did all go well? */
static bool say_errors(const struct work *w, const struct part *p)
{
    bool any = false;

    for (size_t i = p->first; i < p->first + p->n; i++) {
        if (w->pieces[i].error.n == 0)
            continue;
        log_error("%s", w->pieces[i].error.p);
        any = true;
    }
    return !any;
}

/* Merges parts in order as they are done. */
static int merge_all(struct work *w, struct registry *registry)
{
    int code = EXIT_FINE;

    for (size_t i = 0; i < w->n && code != EXIT_SYSTEM; i++) {
        struct part *p = &w->parts[i];

        pthread_mutex_lock(&w->mutex);
        while (!p->done)
            pthread_cond_wait(&w->changed, &w->mutex);
        pthread_mutex_unlock(&w->mutex);
        if (!say_errors(w, p))
            code = EXIT_MISTAKES;
        if (p->unmatched.n)
            write_unmatched(p);
        if (!merge(registry, buf_all(&p->snapshot)))
            code = EXIT_SYSTEM;
        buf_release(&p->snapshot);
        buf_release(&p->unmatched);
        pthread_mutex_lock(&w->mutex);
        w->merged = i + 1;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->mutex);
    }
    return code;
}

static int run_threads(struct work *w, struct registry *registry)
{
    pthread_t threads[PARALLEL_THREADS_MAX];
    unsigned n = 0;
    int code, r = 0;

    while (n < w->options->threads && n < w->n &&
           (r = pthread_create(&threads[n], NULL, work_on, w)) == 0)
        n++;
    if (n == 0 && w->n > 0) {
        log_error("cannot start a thread: %s", strerror(r));
        return EXIT_SYSTEM;
    }
    code = merge_all(w, registry);
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    return code;
}

int parallel_run(const struct setup *setup, const struct inputs *inputs,
                 const struct parallel_options *options, struct registry *registry)
{
    struct work w = {.setup = setup, .options = options};

    pthread_mutex_init(&w.mutex, NULL);
    pthread_cond_init(&w.changed, NULL);
    if (setup->rules->spans_used)
        add_sets(&w, inputs);
    for (size_t i = 0; i < inputs->n && !setup->rules->spans_used; i++)
        cut(&w, &inputs->list[i]);
    w.index = dispatch_index_new(setup->rules);
    int code = run_threads(&w, registry);

    dispatch_index_free(w.index);

    for (size_t i = 0; i < w.n; i++) {
        buf_release(&w.parts[i].snapshot);
        buf_release(&w.parts[i].unmatched);
    }
    for (size_t i = 0; i < w.npieces; i++)
        buf_release(&w.pieces[i].error);
    free(w.parts);
    free(w.pieces);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.mutex);
    return code;
}
