/* input -- lines from the input room go to the engine; what else happens there is
 * counted. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <stdlib.h>

static void *sink_open(void *ctx, unsigned log, const char *path, uint32_t id, struct slice carry)
{
    struct daemon *d = ctx;
    struct source *s = source_new(d->setup.rules, log, path, id);

    if (carry.n)
        source_load(s, carry);
    return s;
}

static void sink_lines(void *ctx, void *file, const char *p, size_t n)
{
    struct daemon *d = ctx;
    int64_t now = loop_now(d->loop);
    int64_t running = d->running_ns + (d->catching_up ? 0 : now - d->running_from_ns);

    engine_set_time(d->engine, running, clock_wall_ns());
    engine_lines(d->engine, file, p, n);
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

static void count(struct family *f, const char *log, const char *reason, uint64_t n)
{
    struct slice labels[] = {slice_str(log), slice_str(reason)};
    struct folded folded;

    counter_inc(f, family_series(f, labels, 0, &folded), n, 0);
}

static void sink_note(void *ctx, unsigned log, enum tail_note note, uint64_t n)
{
    struct daemon *d = ctx;
    const char *name = d->setup.rules->logs[log].name;

    switch (note) {
    case TAIL_ROTATED:
        count(d->rotated, name, NULL, n);
        break;
    case TAIL_TRUNCATED:
        count(d->truncated, name, NULL, n);
        break;
    case TAIL_VANISHED:
        count(d->vanished, name, NULL, n);
        break;
    case TAIL_LOST_VANISHED:
        count(d->lost, name, "vanished", n);
        break;
    case TAIL_LOST_TRUNCATED:
        count(d->lost, name, "truncated", n);
        break;
    case TAIL_LOST_STATE:
        count(d->lost, name, "state", n);
        break;
    case TAIL_TOO_LONG:
        engine_too_long(d->engine, log, n);
        break;
    case TAIL_READ_ERROR:
        d->read_errors[log] += n;
        break;
    }
}

const struct tail_sink daemon_sink = {
    NULL, sink_open, sink_lines, sink_carry, sink_renamed, sink_close, sink_note,
};

static struct family *counter(struct daemon *d, const char *name, const char *help,
                              const char *const *labels, unsigned nlabels)
{
    return registry_own(d->registry, FAMILY_COUNTER, name, help, labels, nlabels);
}

void daemon_count_input(struct daemon *d)
{
    static const char *const log[] = {"log"}, *const log_reason[] = {"log", "reason"};
    static const char *const reasons[] = {"vanished", "truncated", "state"};

    d->rotated = counter(d, "logtally_files_rotated_total",
                         "Files that got another name and were followed", log, 1);
    d->truncated = counter(d, "logtally_files_truncated_total", "Files cut while followed", log, 1);
    d->vanished = counter(d, "logtally_files_vanished_total",
                          "Files gone before they were read to the end", log, 1);
    d->lost = counter(d, "logtally_lost_bytes_total", "Bytes known lost", log_reason, 2);
    d->resets = counter(d, "logtally_state_resets_total", "Starts without the state there had been",
                        NULL, 0);
    family_touch(d->resets, 0);
    for (unsigned i = 0; i < d->setup.rules->nlogs; i++) {
        const char *name = d->setup.rules->logs[i].name;

        count(d->rotated, name, NULL, 0);
        count(d->truncated, name, NULL, 0);
        count(d->vanished, name, NULL, 0);
        for (unsigned k = 0; k < sizeof reasons / sizeof *reasons; k++)
            count(d->lost, name, reasons[k], 0);
    }
}

void daemon_tail_options(struct daemon *d, struct tail_options *ret_options)
{
    const struct ruleset *rules = d->setup.rules;

    d->tail_logs = xcalloc(rules->nlogs + 1, sizeof *d->tail_logs);
    for (unsigned i = 0; i < rules->nlogs; i++) {
        const struct log_def *log = &rules->logs[i];

        d->tail_logs[i] = (struct tail_log){
            .name = log->name,
            .globs = log->paths,
            .nglobs = log->npaths,
            .excludes = log->excludes,
            .nexcludes = log->nexcludes,
            .start_at_end = log->start_at_end,
            .poll = log->poll,
        };
    }
    *ret_options = (struct tail_options){
        .logs = d->tail_logs,
        .nlogs = rules->nlogs,
        .max_line = (size_t)d->setup.settings.max_line,
        .rotate_wait_ns = d->setup.settings.rotate_wait_ns,
    };
}
