/* bytime -- a merge by two heaps: files by their first times until they are opened, lines by their
 * times until none can come before them.
 *
 * A plain walk over the open files decides which is read on: of a rotated set one is open, of
 * several logs a few. */
#include "config.h"

#include "offline/bytime.h"

#include "app/anchor.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/xalloc.h"
#include "input/archive.h"

#include <errno.h>
#include <stdlib.h>

#define QUEUE_MAX \
    (UINT64_C(256) << 20) /* bytes that lines wait in; beyond, the oldest goes early */

#define YEAR_NS (300 * 86400 * NSEC_PER_SEC) /* a year, or nearly */

enum { ZONE_STEP_S = 900, ZONE_STEPS = 97 /* -12 h .. 12 h */, ZONE_SURE = 20 };

struct file {
    struct heap_node node; /* while it waits for its turn: by its first time */
    const struct input *input;
    struct archive *archive; /* NULL: not open yet, or its end was read */
    struct source *source;
    struct slice rest; /* of the block at hand */
    int64_t time_ns;   /* the newest time seen in it */
    int64_t line_ns;   /* that of the line before */
    uint64_t position; /* bytes of it that are counted */
    size_t queued;     /* its lines that wait, or were handed out last */
};

/* A line that waits, or was handed out last. */
struct queued {
    struct heap_node node; /* lines of one time stay in the order of reading */
    struct file *file;
    const char *stream;
    uint32_t lines;
    int64_t own_ns; /* as in engine_peek */
    size_t n;
    char text[];
};

struct bytime {
    struct session *session;
    int64_t slack_ns, latest_ns, last_ns;
    struct heap waiting; /* files whose turn is still to come */
    struct file **open;
    size_t nopen, open_cap;
    struct heap heap;
    uint64_t queued_bytes, bytes;
    struct queued *out; /* the line handed out last; or NULL */
    struct bytime_stats stats;
    uint64_t zones[ZONE_STEPS], zones_total;
};

struct bytime *bytime_new(struct session *s, int64_t slack_ns, int64_t latest_ns)
{
    struct bytime *t = xcalloc(1, sizeof *t);

    t->session = s;
    t->slack_ns = slack_ns;
    t->latest_ns = latest_ns;
    t->last_ns = t->stats.first_ns = INPUT_NO_TIME;
    return t;
}

static void file_free(struct file *f)
{
    archive_close(f->archive);
    source_free(f->source);
    free(f);
}

static struct file *file_of(struct heap_node *node)
{
    return (struct file *)(void *)node;
}

static void queued_free(struct queued *q)
{
    if (q && --q->file->queued == 0 && !q->file->archive)
        file_free(q->file);
    free(q);
}

static struct queued *queued_of(struct heap_node *node)
{
    return (struct queued *)(void *)node;
}

void bytime_free(struct bytime *t)
{
    if (!t)
        return;
    queued_free(t->out);
    for (size_t i = 0; i < t->heap.n; i++)
        queued_free(queued_of(t->heap.list[i]));
    for (size_t i = 0; i < t->nopen; i++)
        file_free(t->open[i]);
    for (size_t i = 0; i < t->waiting.n; i++)
        file_free(file_of(t->waiting.list[i]));
    free(t->waiting.list);
    free(t->open);
    free(t->heap.list);
    free(t);
}

void bytime_add(struct bytime *t, const struct input *in)
{
    struct file *f = xcalloc(1, sizeof *f);

    f->node.time_ns = f->time_ns = f->line_ns = in->first_ns;
    f->input = in;
    heap_add(&t->waiting, &f->node);
    if (in->first_ns != INPUT_NO_TIME)
        engine_see_stream(t->session->engine, in->log, in->stream, in->first_ns);
}

static int open_file(struct bytime *t, struct file *f, struct buf *err)
{
    const struct input *in = f->input;
    int r = archive_open(in->path, &f->archive);

    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", in->path, archive_error(r));
        return r;
    }
    archive_set_encoding(f->archive, t->session->setup->rules->logs[in->log].encoding);
    f->source = source_new(t->session->setup->rules, in->log, in->path, t->session->next_id++);
    source_of_stream(f->source, in->stream);
    f->source->base = anchor_of(t->session->setup, in->log, in->path);
    /* lines before the first date take it from there */
    f->source->dated_ns = f->source->base.last_ns = in->first_ns;
    heap_remove(&t->waiting, &f->node);
    GROW(t->open, t->nopen, t->open_cap);
    t->open[t->nopen++] = f;
    return 0;
}

/* The order of the others stays: it decides between files of one time. */
static void close_file(struct bytime *t, struct file *f)
{
    size_t i = 0;

    while (t->open[i] != f)
        i++;
    memmove(&t->open[i], &t->open[i + 1], (t->nopen - i - 1) * sizeof *t->open);
    t->nopen--;
    archive_close(f->archive);
    f->archive = NULL;
    if (f->queued == 0)
        file_free(f);
}

/* A log of short lines takes more for what is kept of each than for their texts. */
static uint64_t queued_size(const struct queued *q)
{
    return sizeof *q + q->n;
}

/* Where a line without a date sits beside the last dated one: a constant distance of hours means
 * that its clock is in another zone. */
static void note_zone(struct bytime *t, const struct file *f, const struct engine_peek *line)
{
    int64_t distance_s = (line->time_ns - f->source->dated_ns) / 1000000000;
    int64_t half = distance_s < 0 ? -ZONE_STEP_S / 2 : ZONE_STEP_S / 2;
    int64_t step = (distance_s + half) / ZONE_STEP_S + ZONE_STEPS / 2;

    if (step < 0 || step >= ZONE_STEPS)
        return;
    t->zones[step]++;
    t->zones_total++;
}

/* A time without a year is less than half a year from the one before, so one that is much further has its
 * own: was the year of those before it guessed wrong? */
static void note_year(struct bytime *t, const struct file *f, int64_t time_ns)
{
    int64_t jump_ns = f->line_ns == INPUT_NO_TIME ? 0 : time_ns - f->line_ns;
    const struct log_def *log = &t->session->setup->rules->logs[f->source->log];

    if (!log->time_partial || t->stats.year_path || (jump_ns < YEAR_NS && jump_ns > -YEAR_NS))
        return;
    t->stats.year_path = f->input->path;
    t->stats.year_from_ns = f->line_ns;
    t->stats.year_to_ns = time_ns;
}

static void enqueue(struct bytime *t, struct file *f, const struct engine_peek *line)
{
    int64_t time_ns = line->has_time ? line->time_ns : f->line_ns;
    struct queued *q = xmalloc(sizeof *q + line->line.n);

    if (line->has_time && !line->dated)
        note_zone(t, f, line);
    if (time_ns == INPUT_NO_TIME && t->stats.timeless++ == 0)
        t->stats.timeless_path = f->input->path;
    if (line->has_time)
        note_year(t, f, time_ns);
    f->line_ns = time_ns;
    if (time_ns > f->time_ns)
        f->time_ns = time_ns;
    if (time_ns < t->last_ns) {
        t->stats.late += time_ns != INPUT_NO_TIME;
        time_ns = t->last_ns;
    }
    *q = (struct queued){.node.time_ns = time_ns,
                         .file = f,
                         .stream = line->stream,
                         .lines = line->lines,
                         .own_ns = line->own_ns,
                         .n = line->line.n};
    memcpy(q->text, line->line.p, q->n);
    t->queued_bytes += queued_size(q);
    f->queued++;
    if (line->own_ns != INT64_MIN)
        engine_see(t->session->engine, f->source, line->own_ns);
    heap_add(&t->heap, &q->node);
}

/* The next block of a file, which is closed at its end. */
static int next_block(struct bytime *t, struct file *f, struct buf *err)
{
    struct session *s = t->session;
    int r = archive_next(f->archive, (size_t)s->setup->settings.max_line, &f->rest);
    uint64_t position = archive_position(f->archive);
    struct engine_peek line;

    t->bytes += position - f->position;
    f->position = position;
    if (r > 0) {
        engine_read(s->engine, f->source->log, f->rest.n);
        return 0;
    }
    while (r == 0 && engine_peek_unfinished(s->engine, f->source, &line))
        enqueue(t, f, &line);
    if (archive_too_long(f->archive))
        engine_too_long(s->engine, f->source->log, archive_too_long(f->archive));
    engine_invalid(s->engine, f->source->log, archive_invalid(f->archive));
    if (r < 0)
        buf_fmt(err, "cannot read %s to its end: %s", f->input->path, archive_error(r));
    close_file(t, f);
    return r;
}

/* A date that cannot be: the line has that of the line before, and no other takes its date. */
static void forget_time(struct bytime *t, struct file *f, int64_t dated_ns, int64_t last_ns,
                        struct engine_peek *line)
{
    line->has_time = false;
    line->own_ns = INT64_MIN;
    f->source->dated_ns = dated_ns;
    f->source->base.last_ns = last_ns;
    t->stats.future++;
}

/* Reads one line of a file into the heap. */
static int read_line(struct bytime *t, struct file *f, struct buf *err)
{
    struct engine_peek line;
    struct slice raw;

    if (f->rest.n == 0)
        return next_block(t, f, err);
    const char *nl = memchr(f->rest.p, '\n', f->rest.n);

    raw = slice_make(f->rest.p, nl ? (size_t)(nl - f->rest.p) : f->rest.n);
    f->rest = slice_from(f->rest, nl ? raw.n + 1 : raw.n);
    int64_t dated_ns = f->source->dated_ns, last_ns = f->source->base.last_ns;

    if (!engine_peek(t->session->engine, f->source, raw, &line))
        return 0;
    if (line.has_time && line.time_ns > t->latest_ns)
        forget_time(t, f, dated_ns, last_ns, &line);
    enqueue(t, f, &line);
    return 0;
}

static struct file *least_open(const struct bytime *t)
{
    struct file *best = NULL;

    for (size_t i = 0; i < t->nopen; i++)
        if (!best || t->open[i]->time_ns < best->time_ns)
            best = t->open[i];
    return best;
}

/* The file to read on in, opened if it is its turn; NULL when all were read. */
static int furthest_behind(struct bytime *t, struct file **ret_file, struct buf *err)
{
    while ((*ret_file = least_open(t)), t->waiting.n) {
        struct file *next = file_of(t->waiting.list[0]);

        if (*ret_file && (*ret_file)->time_ns <= next->node.time_ns)
            break;
        int r = open_file(t, next, err);

        if (r < 0)
            return r;
    }
    return 0;
}

/* May the oldest waiting line go? */
static bool is_ripe(const struct bytime *t, const struct file *behind)
{
    if (t->heap.n == 0)
        return false;
    if (!behind || t->queued_bytes > QUEUE_MAX)
        return true;
    return behind->time_ns != INPUT_NO_TIME &&
           t->heap.list[0]->time_ns <= behind->time_ns - t->slack_ns;
}

/* A span that is given up before the next line: engine_take does it when its time has come. */
static bool next_over(struct bytime *t, struct source **ret_source, struct engine_peek *ret_line)
{
    int64_t ns;

    if (!engine_is_over(t->session->engine, t->heap.list[0]->time_ns, &ns))
        return false;
    *ret_source = NULL;
    *ret_line =
        (struct engine_peek){.time_ns = ns > t->last_ns ? ns : t->last_ns, .has_time = true};
    return true;
}

int bytime_next(struct bytime *t, struct source **ret_source, struct engine_peek *ret_line,
                struct buf *err)
{
    struct file *behind;
    int r;

    queued_free(t->out);
    t->out = NULL;
    while ((r = furthest_behind(t, &behind, err)) == 0 && !is_ripe(t, behind)) {
        if (!behind)
            return 0;
        if ((r = read_line(t, behind, err)) < 0)
            break;
    }
    if (r < 0)
        return r;
    if (next_over(t, ret_source, ret_line))
        return 1;
    struct queued *q = t->out = queued_of(t->heap.list[0]);

    heap_remove(&t->heap, &q->node);
    t->queued_bytes -= queued_size(q);
    t->stats.lines++;
    if (t->stats.first_ns == INPUT_NO_TIME)
        t->stats.first_ns = q->node.time_ns;
    if (q->node.time_ns > t->last_ns)
        t->last_ns = q->node.time_ns;
    *ret_source = q->file->source;
    *ret_line = (struct engine_peek){.line = {q->text, q->n},
                                     .stream = q->stream,
                                     .lines = q->lines,
                                     .time_ns = q->node.time_ns,
                                     .own_ns = q->own_ns,
                                     .has_time = true};
    return 1;
}

uint64_t bytime_bytes(const struct bytime *t)
{
    return t->bytes;
}

void bytime_stats(const struct bytime *t, struct bytime_stats *ret_stats)
{
    *ret_stats = t->stats;
    ret_stats->last_ns = t->last_ns;
    for (int i = 0; i < ZONE_STEPS; i++)
        if (t->zones_total >= ZONE_SURE && t->zones[i] * 10 > t->zones_total * 8)
            ret_stats->zone_offset_s = (i - ZONE_STEPS / 2) * ZONE_STEP_S;
}
