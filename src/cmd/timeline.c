/* timeline -- see the header. */
#include "config.h"

#include "cmd/timeline.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "input/archive.h"

#include <errno.h>
#include <stdlib.h>

#define HELD_MAX (UINT64_C(256) << 20) /* bytes of waiting lines; beyond, the oldest goes early */

enum { ZONE_STEP_S = 900, ZONE_STEPS = 97 /* -12 h .. 12 h */, ZONE_SURE = 20 };

struct file {
    struct archive *archive;
    struct source *source;
    char *path;
    struct slice rest; /* of the block at hand */
    int64_t time_ns;   /* the newest time seen in it */
    int64_t line_ns;   /* that of the line before */
    bool done;
};

struct held {
    int64_t time_ns;
    uint64_t seq; /* order of reading: lines of one time stay in order */
    struct source *source;
    const char *stream;
    char *text;
    size_t n;
};

struct timeline {
    struct session *session;
    int64_t slack_ns, last_ns;
    struct file *files;
    unsigned nfiles, files_cap;
    struct held *heap;
    size_t n, cap;
    uint64_t seq, held_bytes;
    char *out; /* text of the line handed out last */
    struct timeline_stats stats;
    uint64_t zones[ZONE_STEPS], zones_total;
};

struct timeline *timeline_new(struct session *s, int64_t slack_ns)
{
    struct timeline *t = xcalloc(1, sizeof *t);

    t->session = s;
    t->slack_ns = slack_ns;
    t->last_ns = TIMELINE_NO_TIME;
    return t;
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->nfiles; i++) {
        archive_close(t->files[i].archive);
        source_free(t->files[i].source);
        free(t->files[i].path);
    }
    for (size_t i = 0; i < t->n; i++)
        free(t->heap[i].text);
    free(t->heap);
    free(t->files);
    free(t->out);
    free(t);
}

int timeline_add(struct timeline *t, const char *path, unsigned log, int64_t first_ns,
                 struct buf *err)
{
    struct file f = {.time_ns = first_ns, .line_ns = first_ns};
    int r = archive_open(path, &f.archive);

    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", path, strerror(-r));
        return r;
    }
    f.path = xstrdup(path);
    f.source = source_new(t->session->setup->rules, log, path, t->session->next_id++);
    f.source->dated_ns = first_ns; /* lines before the first date take it from there */
    GROW(t->files, t->nfiles, t->files_cap);
    t->files[t->nfiles++] = f;
    return 0;
}

static bool before(const struct held *a, const struct held *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->seq < b->seq;
}

static void heap_push(struct timeline *t, struct held h)
{
    size_t i = t->n;

    GROW(t->heap, t->n, t->cap);
    t->n++;
    for (; i > 0 && before(&h, &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = h;
}

static struct held heap_pop(struct timeline *t)
{
    struct held top = t->heap[0], last = t->heap[--t->n];
    size_t i = 0;

    for (size_t child; (child = 2 * i + 1) < t->n; i = child) {
        if (child + 1 < t->n && before(&t->heap[child + 1], &t->heap[child]))
            child++;
        if (!before(&t->heap[child], &last))
            break;
        t->heap[i] = t->heap[child];
    }
    t->heap[i] = last;
    return top;
}

/* Where a line without a date sits beside the last dated one: a constant distance of hours means
 * that its clock is in another zone. */
static void note_zone(struct timeline *t, const struct file *f, const struct engine_peek *line)
{
    int64_t distance_s = (line->time_ns - f->source->dated_ns) / 1000000000;
    int64_t half = distance_s < 0 ? -ZONE_STEP_S / 2 : ZONE_STEP_S / 2;
    int64_t step = (distance_s + half) / ZONE_STEP_S + ZONE_STEPS / 2;

    if (step < 0 || step >= ZONE_STEPS)
        return;
    t->zones[step]++;
    t->zones_total++;
}

static void hold(struct timeline *t, struct file *f, const struct engine_peek *line)
{
    struct held h = {.time_ns = line->time_ns,
                     .seq = t->seq++,
                     .source = f->source,
                     .stream = line->stream,
                     .text = xstrslice(line->line),
                     .n = line->line.n};

    if (!line->has_time) {
        t->stats.without_time++;
        h.time_ns = f->line_ns;
    } else if (!line->dated) {
        note_zone(t, f, line);
    }
    f->line_ns = h.time_ns;
    if (h.time_ns > f->time_ns)
        f->time_ns = h.time_ns;
    if (h.time_ns < t->last_ns) {
        t->stats.late += h.time_ns != TIMELINE_NO_TIME;
        h.time_ns = t->last_ns;
    }
    t->held_bytes += h.n;
    heap_push(t, h);
}

/* The next block of a file; sets done at its end. */
static int next_block(struct timeline *t, struct file *f, struct buf *err)
{
    int r = archive_next(f->archive, (size_t)t->session->setup->settings.max_line, &f->rest);

    if (r > 0) {
        engine_read(t->session->engine, f->source->log, f->rest.n);
        return 0;
    }
    f->done = true;
    if (archive_too_long(f->archive))
        engine_too_long(t->session->engine, f->source->log, archive_too_long(f->archive));
    if (r < 0)
        buf_fmt(err, "cannot read %s to its end: %s", f->path,
                r == -EBADMSG ? "it is damaged" : strerror(-r));
    return r;
}

/* Reads one line of a file into the heap. */
static int read_line(struct timeline *t, struct file *f, struct buf *err)
{
    struct engine_peek line;
    struct slice raw;

    if (f->rest.n == 0)
        return next_block(t, f, err);
    const char *nl = memchr(f->rest.p, '\n', f->rest.n);

    raw = slice_make(f->rest.p, nl ? (size_t)(nl - f->rest.p) : f->rest.n);
    f->rest = slice_from(f->rest, nl ? raw.n + 1 : raw.n);
    if (engine_peek(t->session->engine, f->source, raw, &line))
        hold(t, f, &line);
    return 0;
}

static struct file *furthest_behind(struct timeline *t)
{
    struct file *best = NULL;

    for (unsigned i = 0; i < t->nfiles; i++)
        if (!t->files[i].done && (!best || t->files[i].time_ns < best->time_ns))
            best = &t->files[i];
    return best;
}

/* May the oldest waiting line go? */
static bool is_ripe(const struct timeline *t, const struct file *behind)
{
    if (t->n == 0)
        return false;
    if (!behind || t->held_bytes > HELD_MAX)
        return true;
    return behind->time_ns != TIMELINE_NO_TIME &&
           t->heap[0].time_ns <= behind->time_ns - t->slack_ns;
}

int timeline_next(struct timeline *t, struct source **ret_source, struct engine_peek *ret_line,
                  struct buf *err)
{
    struct file *behind = furthest_behind(t);

    while (!is_ripe(t, behind)) {
        if (!behind)
            return 0;
        int r = read_line(t, behind, err);

        if (r < 0)
            return r;
        behind = furthest_behind(t);
    }
    struct held h = heap_pop(t);

    free(t->out);
    t->out = h.text;
    t->held_bytes -= h.n;
    t->stats.lines++;
    if (h.time_ns > t->last_ns)
        t->last_ns = h.time_ns;
    *ret_source = h.source;
    *ret_line = (struct engine_peek){
        .line = {h.text, h.n}, .stream = h.stream, .time_ns = h.time_ns, .has_time = true};
    return 1;
}

void timeline_stats(const struct timeline *t, struct timeline_stats *ret_stats)
{
    *ret_stats = t->stats;
    for (int i = 0; i < ZONE_STEPS; i++)
        if (t->zones_total >= ZONE_SURE && t->zones[i] * 10 > t->zones_total * 8)
            ret_stats->zone_offset_s = (i - ZONE_STEPS / 2) * ZONE_STEP_S;
}
