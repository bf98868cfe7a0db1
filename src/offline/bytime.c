/* bytime -- see the header. */
#include "config.h"

#include "offline/bytime.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "input/archive.h"

#include <errno.h>
#include <stdlib.h>

#define HELD_MAX (UINT64_C(256) << 20) /* bytes that lines wait in; beyond, the oldest goes early */

enum { ZONE_STEP_S = 900, ZONE_STEPS = 97 /* -12 h .. 12 h */, ZONE_SURE = 20 };

struct file {
    struct archive *archive; /* NULL: its end was read */
    struct source *source;
    const char *path;
    struct slice rest; /* of the block at hand */
    int64_t time_ns;   /* the newest time seen in it */
    int64_t line_ns;   /* that of the line before */
    uint64_t position; /* bytes of it that are counted */
    size_t held;       /* its lines that wait, or were handed out last */
};

struct held {
    int64_t time_ns;
    uint64_t seq; /* order of reading: lines of one time stay in order */
    struct file *file;
    const char *stream;
    char *text;
    size_t n;
};

struct bytime {
    struct session *session;
    int64_t slack_ns, latest_ns, last_ns;
    const struct input **waiting; /* for their turn: [next, nwaiting), by their first times */
    size_t next, nwaiting, waiting_cap;
    struct file **open;
    size_t nopen, open_cap;
    struct held *heap;
    size_t n, cap;
    uint64_t seq, held_bytes, bytes;
    struct held out; /* the line handed out last */
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

static void held_release(struct held *h)
{
    free(h->text);
    if (h->file && --h->file->held == 0 && !h->file->archive)
        file_free(h->file);
    *h = (struct held){.text = NULL};
}

void bytime_free(struct bytime *t)
{
    if (!t)
        return;
    held_release(&t->out);
    for (size_t i = 0; i < t->n; i++)
        held_release(&t->heap[i]);
    for (size_t i = 0; i < t->nopen; i++)
        file_free(t->open[i]);
    free(t->waiting);
    free(t->open);
    free(t->heap);
    free(t);
}

void bytime_add(struct bytime *t, const struct input *in)
{
    size_t k = t->nwaiting;

    GROW(t->waiting, t->nwaiting, t->waiting_cap);
    for (; k > 0 && t->waiting[k - 1]->first_ns > in->first_ns; k--)
        t->waiting[k] = t->waiting[k - 1];
    t->waiting[k] = in;
    t->nwaiting++;
}

static int open_file(struct bytime *t, const struct input *in, struct buf *err)
{
    struct archive *archive;
    int r = archive_open(in->path, &archive);

    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", in->path, strerror(-r));
        return r;
    }
    struct file *f = xcalloc(1, sizeof *f);

    *f = (struct file){
        .archive = archive,
        .source = source_new(t->session->setup->rules, in->log, in->path, t->session->next_id++),
        .path = in->path,
        .time_ns = in->first_ns,
        .line_ns = in->first_ns};
    f->source->dated_ns = in->first_ns; /* lines before the first date take it from there */
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
    if (f->held == 0)
        file_free(f);
}

/* A log of short lines takes more for what is kept of each than for their texts. */
static uint64_t held_size(const struct held *h)
{
    return sizeof *h + h->n;
}

static bool before(const struct held *a, const struct held *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->seq < b->seq;
}

static void heap_push(struct bytime *t, struct held h)
{
    size_t i = t->n;

    GROW(t->heap, t->n, t->cap);
    t->n++;
    for (; i > 0 && before(&h, &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = h;
}

static struct held heap_pop(struct bytime *t)
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

static void hold(struct bytime *t, struct file *f, const struct engine_peek *line)
{
    struct held h = {.time_ns = line->time_ns,
                     .seq = t->seq++,
                     .file = f,
                     .stream = line->stream,
                     .text = xstrslice(line->line),
                     .n = line->line.n};

    if (!line->has_time)
        h.time_ns = f->line_ns;
    else if (!line->dated)
        note_zone(t, f, line);
    if (h.time_ns == INPUT_NO_TIME && t->stats.timeless++ == 0)
        t->stats.timeless_path = f->path;
    f->line_ns = h.time_ns;
    if (h.time_ns > f->time_ns)
        f->time_ns = h.time_ns;
    if (h.time_ns < t->last_ns) {
        t->stats.late += h.time_ns != INPUT_NO_TIME;
        h.time_ns = t->last_ns;
    }
    t->held_bytes += held_size(&h);
    f->held++;
    heap_push(t, h);
}

/* The next block of a file, which is closed at its end. */
static int next_block(struct bytime *t, struct file *f, struct buf *err)
{
    struct session *s = t->session;
    int r = archive_next(f->archive, (size_t)s->setup->settings.max_line, &f->rest);
    uint64_t position = archive_position(f->archive);

    t->bytes += position - f->position;
    f->position = position;
    if (r > 0) {
        engine_read(s->engine, f->source->log, f->rest.n);
        return 0;
    }
    if (archive_too_long(f->archive))
        engine_too_long(s->engine, f->source->log, archive_too_long(f->archive));
    if (r < 0)
        buf_fmt(err, "cannot read %s to its end: %s", f->path,
                r == -EBADMSG ? "it is damaged" : strerror(-r));
    close_file(t, f);
    return r;
}

/* A date that cannot be: the line has that of the line before, and no other takes its date. */
static void forget_time(struct bytime *t, struct file *f, int64_t dated_ns,
                        struct engine_peek *line)
{
    line->has_time = false;
    f->source->dated_ns = dated_ns;
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
    int64_t dated_ns = f->source->dated_ns;

    if (!engine_peek(t->session->engine, f->source, raw, &line))
        return 0;
    if (line.has_time && line.time_ns > t->latest_ns)
        forget_time(t, f, dated_ns, &line);
    hold(t, f, &line);
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
    while ((*ret_file = least_open(t)), t->next < t->nwaiting) {
        const struct input *in = t->waiting[t->next];

        if (*ret_file && (*ret_file)->time_ns <= in->first_ns)
            break;
        int r = open_file(t, in, err);

        if (r < 0)
            return r;
        t->next++;
    }
    return 0;
}

/* May the oldest waiting line go? */
static bool is_ripe(const struct bytime *t, const struct file *behind)
{
    if (t->n == 0)
        return false;
    if (!behind || t->held_bytes > HELD_MAX)
        return true;
    return behind->time_ns != INPUT_NO_TIME && t->heap[0].time_ns <= behind->time_ns - t->slack_ns;
}

int bytime_next(struct bytime *t, struct source **ret_source, struct engine_peek *ret_line,
                struct buf *err)
{
    struct file *behind;
    int r;

    held_release(&t->out);
    while ((r = furthest_behind(t, &behind, err)) == 0 && !is_ripe(t, behind)) {
        if (!behind)
            return 0;
        if ((r = read_line(t, behind, err)) < 0)
            break;
    }
    if (r < 0)
        return r;
    t->out = heap_pop(t);
    t->held_bytes -= held_size(&t->out);
    t->stats.lines++;
    if (t->stats.first_ns == INPUT_NO_TIME)
        t->stats.first_ns = t->out.time_ns;
    if (t->out.time_ns > t->last_ns)
        t->last_ns = t->out.time_ns;
    *ret_source = t->out.file->source;
    *ret_line = (struct engine_peek){.line = {t->out.text, t->out.n},
                                     .stream = t->out.stream,
                                     .time_ns = t->out.time_ns,
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
