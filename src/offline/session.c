/* session -- one registry and one engine for files that are read to their end and then forgotten:
 * `now` stands still, so nothing expires. */
#include "config.h"

#include "offline/session.h"

#include "app/anchor.h"
#include "base/clock.h"
#include "input/archive.h"
#include "offline/held.h"

#include <errno.h>

void session_init(struct session *s, const struct setup *setup, enum session_kind kind,
                  const struct engine_options *options)
{
    const struct settings *settings = &setup->settings;
    struct registry_limits limits = {
        .max_series = kind == SESSION_PART ? 0 : (uint32_t)settings->max_series,
        .label_bytes = (uint32_t)settings->max_label,
        .part = kind == SESSION_PART,
    };
    struct engine_options o = options ? *options : (struct engine_options){.max_line = 0};
    int64_t now = clock_wall_ns();

    o.max_line = (size_t)settings->max_line;
    o.max_label = (size_t)settings->max_label;
    *s = (struct session){.setup = setup};
    s->registry = registry_new(&limits);
    s->engine = engine_new(setup->rules, s->registry, &o, now);
    engine_set_time(s->engine, now, now);
}

void session_release(struct session *s)
{
    engine_free(s->engine);
    registry_free(s->registry);
}

/* Windows before a part in which the line with the last time is looked for. */
#define BEFORE_LEAST (UINT64_C(64) << 10)
#define BEFORE_MOST (UINT64_C(256) << 20)

struct beginning {
    struct engine *engine;
    struct source *source;
};

static bool begins_record(void *ctx, struct slice line)
{
    struct beginning *b = ctx;

    return engine_begins_record(b->engine, b->source, line);
}

int session_cut(const struct setup *setup, const char *path, unsigned log, uint64_t part_bytes,
                uint64_t **ret_cuts, unsigned *ret_n)
{
    struct beginning b;
    struct archive_beginning beginning = {begins_record, &b, (size_t)setup->settings.max_line};
    struct session s;
    int r;

    if (!setup->rules->logs[log].record)
        return archive_cut(path, part_bytes, NULL, ret_cuts, ret_n);
    session_init(&s, setup, SESSION_WHOLE, NULL);
    b = (struct beginning){s.engine, source_new(setup->rules, log, path, 0)};
    r = archive_cut(path, part_bytes, &beginning, ret_cuts, ret_n);
    source_free(b.source);
    session_release(&s);
    return r;
}

/* Is it certain that a line, the first of a window amid the file, is not the rest of one, or of a
 * record? */
static bool is_beginning(struct session *s, struct source *source, struct slice raw)
{
    return !s->setup->rules->logs[source->log].record ||
           engine_begins_record(s->engine, source, raw);
}

/* Looks at the lines of [from, to), of which the first may be the rest of one. */
static void look_at_times(struct session *s, struct source *source, const char *path, uint64_t from,
                          uint64_t to)
{
    struct engine_peek unused;
    struct slice block, raw;
    struct archive *a;
    bool whole = from == 0, cut = !whole;

    if (archive_open_part(path, from, to, &a) < 0)
        return;
    archive_set_encoding(a, s->setup->rules->logs[source->log].encoding);
    while (archive_next(a, (size_t)s->setup->settings.max_line, &block) > 0) {
        while (slice_cut(&block, '\n', &raw)) {
            whole = whole || (!cut && is_beginning(s, source, raw));
            if (whole)
                (void)engine_peek(s->engine, source, raw, &unused);
            cut = false;
        }
    }
    while (engine_peek_unfinished(s->engine, source, &unused))
        ;
    archive_close(a);
}

/* A part begins with the time of the line before it. What is counted while that is looked for was
 * counted where it stands. */
static void take_time_before(const struct setup *setup, struct source *source,
                             const struct session_range *r)
{
    uint64_t window = BEFORE_LEAST;
    struct session s;

    if (r->from == 0 || !setup->rules->uses_time)
        return;
    session_init(&s, setup, SESSION_WHOLE, NULL);
    do {
        window *= 4;
        look_at_times(&s, source, r->path, r->from > window ? r->from - window : 0, r->from);
    } while (source->base.last_ns == INT64_MIN && window < r->from && window < BEFORE_MOST);
    session_release(&s);
}

static void read_block(struct session *s, struct source *source, struct slice block)
{
    struct slice raw;

    if (!s->traced) {
        engine_lines(s->engine, source, block.p, block.n);
        return;
    }
    engine_read(s->engine, source->log, block.n);
    if (block.n && block.p[block.n - 1] == '\n')
        block.n--;
    while (slice_cut(&block, '\n', &raw))
        s->traced(s->traced_ctx, engine_trace(s->engine, source, raw));
}

static void read_rest(struct session *s, struct source *source)
{
    const struct trace *t;

    if (!s->traced)
        (void)engine_finish(s->engine, source, NULL);
    while (s->traced && (t = engine_trace_unfinished(s->engine, source)))
        s->traced(s->traced_ctx, t);
}

/* False when the rest of the file is not wanted. */
static bool read_pieces(struct session *s, struct source *source, struct slice block)
{
    while (s->piece && block.n) {
        size_t n = s->piece(s->piece_ctx, block);

        if (n == 0)
            return false;
        read_block(s, source, slice_make(block.p, n));
        block = slice_from(block, n);
    }
    if (!s->piece)
        read_block(s, source, block);
    return true;
}

struct progress_of {
    session_progress_fn *fn;
    void *ctx;
};

/* How it ended: 0 or negative errno. */
static int read_archive(struct session *s, struct source *source, struct archive *a,
                        const struct progress_of *progress)
{
    struct slice block;
    int r;

    archive_set_encoding(a, s->setup->rules->logs[source->log].encoding);
    archive_read_ahead(a);
    while ((r = archive_next(a, (size_t)s->setup->settings.max_line, &block)) > 0) {
        if (!read_pieces(s, source, block))
            return 0;
        if (progress->fn)
            progress->fn(progress->ctx, archive_position(a), archive_size(a));
    }
    return r;
}

static void count_unreadable(struct session *s, unsigned log, uint64_t too_long, uint64_t invalid)
{
    if (too_long)
        engine_too_long(s->engine, log, too_long);
    engine_invalid(s->engine, log, invalid);
}

static int say_end(const char *path, int r, struct buf *err)
{
    if (r == -EBADMSG)
        buf_fmt(err, "%s is damaged; what could be read of it was counted", path);
    else if (r < 0)
        buf_fmt(err, "cannot read %s: %s", path, archive_error(r));
    return r;
}

static struct source *begin(struct session *s, const struct session_range *range)
{
    struct source *source = source_new(s->setup->rules, range->log, range->path, range->id);

    source->base = anchor_of(s->setup, range->log, range->path);
    if (range->stream)
        source_of_stream(source, range->stream);
    return source;
}

static int read_held(struct session *s, const struct session_range *range, struct buf *err)
{
    const struct held_lines *held = range->held;
    struct source *source = begin(s, range);

    if (held->text.n)
        (void)read_pieces(s, source, held->text);
    if (held->result == 0)
        read_rest(s, source);
    count_unreadable(s, range->log, held->too_long, held->invalid);
    source_free(source);
    return say_end(range->path, held->result, err);
}

int session_read(struct session *s, const struct session_range *range,
                 session_progress_fn *progress, void *ctx, struct buf *err)
{
    struct progress_of told = {progress, ctx};
    struct archive *a;
    int r;

    if (range->held)
        return read_held(s, range, err);
    r = archive_open_part(range->path, range->from, range->to, &a);
    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", range->path, archive_error(r));
        return r;
    }
    struct source *source = begin(s, range);

    take_time_before(s->setup, source, range);
    r = read_archive(s, source, a, &told);
    if (r == 0)
        read_rest(s, source);
    count_unreadable(s, range->log, archive_too_long(a), archive_invalid(a));
    source_free(source);
    archive_close(a);
    return say_end(range->path, r, err);
}

void session_expose(const struct session *s, enum expose_format format, struct buf *out)
{
    const struct settings *settings = &s->setup->settings;
    struct expose_options options = {
        .format = format,
        .flags = EXPOSE_SORTED | EXPOSE_NO_OWN,
        .nconst = settings->nconst,
        .const_names = settings->const_names,
        .const_values = settings->const_values,
    };

    expose_registry(s->registry, &options, out);
}
