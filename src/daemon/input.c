/* input -- lines from the input room go to the engine; what else happens there is
 * counted. */
#include "config.h"

#include "daemon/daemon.h"

#include "app/anchor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <stdlib.h>

static void set_time(struct daemon *d)
{
    int64_t now = loop_now(d->loop);
    int64_t running = d->running_ns + (d->catching_up ? 0 : now - d->running_from_ns);

    engine_set_time(d->counting.engine, running, clock_wall_ns());
}

/* How often those that wait are looked at: a record_wait is that much longer at most. */
#define LOOK_NS (NSEC_PER_SEC / 5)
#define CATCH_UP_NS (20 * NSEC_PER_MSEC)

/* Only silence completes them, and unread bytes are none. */
static void on_wait(void *ctx)
{
    struct daemon *d = ctx;
    struct engine *e = d->counting.engine;
    bool may = !d->lent && !d->catching_up;

    if (may)
        set_time(d);
    if (may && engine_is_due(e, loop_now(d->loop)) && tailset_catch_up(d->files, CATCH_UP_NS)) {
        set_time(d);
        (void)engine_is_due(e, loop_now(d->loop));
        engine_complete(e, loop_now(d->loop));
        tailset_count_completed(d->files);
        d->changes++;
    }
    daemon_wait(d);
}

void daemon_wait(struct daemon *d)
{
    if (!engine_waits(d->counting.engine))
        return;
    if (!d->wait_timer)
        d->wait_timer = loop_timer_new(d->loop, on_wait, d);
    if (loop_now(d->loop) - d->wait_set_ns < LOOK_NS)
        return;
    d->wait_set_ns = loop_now(d->loop);
    loop_timer_set(d->wait_timer, d->wait_set_ns + LOOK_NS);
}

static void *sink_open(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    struct daemon *d = ctx;
    struct source *s = source_new(d->setup.rules, log, path, id);

    s->base = anchor_of(&d->setup, log, path);

    source_of_stream(s, stream);
    if (carry.n)
        source_load(s, carry);
    engine_wait(d->counting.engine, s);
    daemon_wait(d);
    return s;
}

static uint64_t sink_lines(void *ctx, void *file, const char *p, size_t n)
{
    struct daemon *d = ctx;
    struct source *s = file;
    uint64_t before = engine_counted(d->counting.engine, s->log);

    set_time(d);
    engine_lines(d->counting.engine, s, p, n);
    daemon_wait(d);
    return engine_counted(d->counting.engine, s->log) - before;
}

static void sink_carry(void *ctx, void *file, struct buf *out)
{
    (void)ctx;
    source_save(file, out);
}

static void sink_renamed(void *ctx, void *file, const char *path)
{
    (void)ctx;
    source_rename(file, path);
}

static void sink_close(void *ctx, void *file)
{
    (void)ctx;
    source_free(file);
}

static void sink_note(void *ctx, unsigned log, enum tail_note note, uint64_t n)
{
    struct daemon *d = ctx;

    if (note == TAIL_TOO_LONG)
        engine_too_long(d->counting.engine, log, n);
    else if (note == TAIL_INVALID)
        engine_invalid(d->counting.engine, log, n);
    else if (note == TAIL_READ_ERROR)
        d->counting.read_errors[log] += n;
    else
        counting_add_note(&d->counting, log, note, n);
}

static void sink_pass(void *ctx, void *from, void *to)
{
    struct daemon *d = ctx;

    source_pass(from, to);
    engine_wait(d->counting.engine, to);
}

static uint64_t sink_finish(void *ctx, void *file)
{
    struct daemon *d = ctx;
    const struct source *s = file;
    uint64_t before = engine_counted(d->counting.engine, s->log);
    unsigned parts;

    set_time(d);
    (void)engine_finish(d->counting.engine, file, &parts);
    if (parts)
        log_warn("%s: %u unfinished line%s counted as it stands: nothing came of the rest", s->path,
                 parts, parts > 1 ? "s" : "");
    return engine_counted(d->counting.engine, s->log) - before;
}

static bool sink_wants(void *ctx, struct slice carry)
{
    (void)ctx;
    return source_saved_open(carry);
}

static uint64_t sink_completed(void *ctx, void *file)
{
    struct source *s = file;
    uint64_t n = s->completed;

    (void)ctx;
    s->completed = 0;
    return n;
}

/* What files there are, and where, has changed: saved within a second, whatever the interval is; the
 * tick knows when. */
static void sink_placed(void *ctx)
{
    struct daemon *d = ctx;

    if (d->save_soon)
        return;
    d->save_soon = true;
    loop_timer_set(d->tick_timer, clock_mono_ns());
}

const struct tail_sink daemon_sink = {
    NULL,      sink_open, sink_lines,  sink_carry,  sink_renamed, sink_close,
    sink_note, sink_pass, sink_finish, sink_placed, sink_wants,   sink_completed,
};

void tail_options_of(const struct setup *setup, struct tail_options *ret_options,
                     struct tail_log **ret_logs)
{
    const struct ruleset *rules = setup->rules;
    struct tail_log *logs = xcalloc(rules->nlogs + 1, sizeof *logs);

    for (unsigned i = 0; i < rules->nlogs; i++) {
        const struct log_def *log = &rules->logs[i];

        logs[i] = (struct tail_log){
            .name = log->name,
            .globs = log->paths,
            .nglobs = log->npaths,
            .excludes = log->excludes,
            .nexcludes = log->nexcludes,
            .rotated = log->rotated,
            .nrotated = log->nrotated,
            .encoding = log->encoding,
            .start_at_end = log->start_at_end,
            .poll = log->poll,
        };
    }
    *ret_options = (struct tail_options){
        .logs = logs,
        .nlogs = rules->nlogs,
        .max_line = (size_t)setup->settings.max_line,
        .rotate_wait_ns = setup->settings.rotate_wait_ns,
        .keep_ns = setup->settings.remember_ns,
    };
    *ret_logs = logs;
}
