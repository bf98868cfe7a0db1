/* process -- logtally as far as exactness goes: tailset and state file, wired as the daemon does it,
 * with a count for each line in the place of rules and metrics. A save takes counts and positions of
 * one moment, and is written some time later, as the writer's thread does it. */
#include "config.h"

#include "world.h"

#include "base/loop.h"
#include "base/xalloc.h"
#include "input/set.h"
#include "input/statefile.h"
#include "input/tailset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_NS NSEC_PER_SEC
#define PIECE_NS 2000 /* two looks at a clock */
#define KEEP_NS (10 * NSEC_PER_SEC)
enum { FEW_OPEN = 3, MAX_GONE = 3 };

static struct {
    struct loop *loop;
    struct statefile *state;
    struct tailset *files;
    struct loop_timer *tick, *writer;
    struct buf payload; /* being saved */
    struct tail_memory memory;
    bool saving;
    uint64_t saved_version;
} process;

/* What is configured: all; without the links; one log, and the links. */
static const struct {
    const char *globs[3];
    unsigned n;
} configs[] = {
    {{"/log/*.log", "/mnt/*.log", "/cur/app.log"}, 3},
    {{"/log/*.log", "/mnt/*.log"}, 2},
    {{"/log/a.log", "/cur/app.log"}, 2},
};
enum { CONFIGS = sizeof(configs) / sizeof(configs[0]) };

static struct tail_log log_config;

static void configure(unsigned config)
{
    world.config = config % CONFIGS;
    log_config = (struct tail_log){.name = "app",
                                   .globs = configs[world.config].globs,
                                   .nglobs = configs[world.config].n,
                                   .poll = (world.knobs & KNOB_POLL) != 0};
}

/* As a.1.log: the log of another worker, for all that its name says. */
static bool is_weak(const char *name)
{
    return name[1] == '.' && strspn(name + 2, "0123456789") > 0 &&
           strcmp(name + 2 + strspn(name + 2, "0123456789"), ".log") == 0;
}

bool process_wants(const char *dir, const char *name)
{
    if (strcmp(dir, "/log") == 0)
        return world.config != 2 ||
               (name[0] == 'a' && !strchr("bcdefghijklmnopqrstuvwxyz", name[1]) && !is_weak(name));
    return strcmp(dir, "/mnt") == 0 ? world.config != 2 : world.config != 1;
}

/* What the sink keeps of a file: the last line that came from it. */
static void *sink_open(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    (void)ctx, (void)log, (void)stream, (void)carry;
    world_talk("   reads %s as %u", path, id);
    return xcalloc(1, sizeof(unsigned));
}

static uint64_t sink_lines(void *ctx, void *file, const char *p, size_t n)
{
    (void)ctx;
    uint64_t lines = 0;

    if (world.ghost)
        return 0;
    oracle_took(file, p, n);
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n' || i + 1 == n;
    return lines;
}

static void sink_carry(void *ctx, void *file, struct buf *out)
{
    (void)ctx, (void)file, (void)out;
}

static void sink_renamed(void *ctx, void *file, const char *path)
{
    (void)ctx, (void)file, (void)path;
}

static void sink_close(void *ctx, void *file)
{
    (void)ctx;
    free(file);
}

static void sink_note(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    (void)ctx, (void)log;
    if (world.ghost)
        return;
    oracle.told[what] += n;
    world_talk("   tells %d: %llu", what, (unsigned long long)n);
    cover(COVER_NOTE, what);
}

static const struct tail_sink sink = {.ctx = &process,
                                      .open = sink_open,
                                      .lines = sink_lines,
                                      .carry = sink_carry,
                                      .renamed = sink_renamed,
                                      .close = sink_close,
                                      .note = sink_note};

static void write_state(void *ctx)
{
    struct memory_change change;
    int r;

    (void)ctx;
    if (!process.saving)
        return;
    process.saving = false;
    change = (struct memory_change){buf_all(&process.memory.bytes), process.memory.replaces};
    r = statefile_save(process.state, buf_all(&process.payload), &change, 0);
    buf_release(&process.memory.bytes);
    if (r < 0 || world.ghost)
        return;
    memcpy(oracle.saved, process.payload.p + sizeof(oracle.told), LINES_MAX);
    oracle.sequence++;
    oracle_saved();
}

static void save(void)
{
    struct buf files = BUF_INIT;

    buf_clear(&process.payload);
    buf_add(&process.payload, oracle.told, sizeof(oracle.told));
    buf_add(&process.payload, oracle.count, LINES_MAX);
    tailset_encode(process.files, &files, &process.memory);
    buf_blob(&process.payload, buf_all(&files));
    buf_release(&files);
    process.saved_version = tailset_version(process.files);
    process.saving = true;
    oracle_saves(tailset_has_looked(process.files));
}

static void on_tick(void *ctx)
{
    (void)ctx;
    if (!process.saving && tailset_version(process.files) != process.saved_version) {
        save();
        loop_timer_set(process.writer, loop_now(process.loop) + NSEC_PER_SEC / 20);
    }
    oracle_reconciled(tailset_has_looked(process.files));
    cover_look();
    loop_timer_set(process.tick, loop_now(process.loop) + INTERVAL_NS);
}

static void take_up(struct slice payload, struct slice memory)
{
    struct reader r = reader_of(payload);

    memcpy(oracle.told, r.p, sizeof(oracle.told));
    memcpy(oracle.count, r.p + sizeof(oracle.told), LINES_MAX);
    r.p += sizeof(oracle.told) + LINES_MAX;
    if (tailset_restore(process.files, read_blob(&r), memory) < 0 && !world.ghost)
        oracle_fault(FAULT_BROKEN, "a saved state cannot be restored");
}

/* What was found, or negative errno: then it does not start, so that nothing is taken for new. */
static int restore(void)
{
    struct saved_state s = {0};
    struct buf err = BUF_INIT;
    int error = statefile_load(process.state, &s, &err);

    buf_release(&err);
    if (error < 0 || world.ghost) {
        buf_release(&s.payload);
        buf_release(&s.memory);
        return error < 0 ? error : -EIO;
    }
    world_talk("   takes up state %llu, found %d", (unsigned long long)s.sequence, (int)s.found);
    if (!world.failed && s.sequence < oracle.sequence)
        oracle_fault(FAULT_BACK, "the state went back from %llu to %llu",
                     (unsigned long long)oracle.sequence, (unsigned long long)s.sequence);
    if (!world.failed && (s.found == STATEFILE_DAMAGED || s.found == STATEFILE_REMOVED))
        oracle_fault(FAULT_BROKEN, "the state is damaged, or gone");
    if (!world.failed && s.memory_damaged)
        oracle_fault(FAULT_BROKEN, "the memory is damaged, or gone");
    if (s.memory_damaged)
        oracle_forgot();
    oracle.sequence = s.sequence;
    if (s.found == STATEFILE_PREVIOUS) /* what was counted since counts if it is still there */
        oracle_went_back();
    memset(oracle.count, 0, sizeof(oracle.count));
    memset(oracle.told, 0, sizeof(oracle.told));
    if (s.found == STATEFILE_LOADED || s.found == STATEFILE_PREVIOUS)
        take_up(buf_all(&s.payload), buf_all(&s.memory));
    else if (s.found != STATEFILE_EMPTY) {
        tailset_start_at_end(process.files);
        oracle_destroyed();
    }
    oracle_restored();
    buf_release(&s.payload);
    buf_release(&s.memory);
    return (int)s.found;
}

bool process_alive(void)
{
    return process.loop != NULL;
}

/* Not where a link leads. */
bool process_looks(const char *path)
{
    char dir[16];

    (void)snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
    return process.loop && !world.failed && !world.jumped && !world.hang_at &&
           strcmp(dir, "/pods") != 0 && process_wants(dir, strrchr(path, '/') + 1);
}

const struct tailset *process_files(void)
{
    return process.files;
}

void process_banners(bool known[STREAMS])
{
    static const char *const logs[STREAMS] = {"/log/a.log", "/log/b.log", "/cur/app.log",
                                              "/mnt/m.log"};

    for (unsigned i = 0; i < STREAMS; i++) {
        const struct stream *s = stream_get(process.files, logs[i], NULL);

        known[i] = s && s->alike > 0;
    }
}

bool process_lost_of(unsigned stream)
{
    static const char *const begins[STREAMS] = {"/log/a", "/log/b", "/cur/", "/mnt/m"};

    for (const struct tail_file *f = process.files ? process.files->gone.first : NULL; f;
         f = f->next)
        if (!f->retired && strncmp(f->stream->path, begins[stream], strlen(begins[stream])) == 0)
            return true;
    return false;
}

static struct tail_options options(void)
{
    return (struct tail_options){.logs = &log_config,
                                 .nlogs = 1,
                                 .max_line = 1 << 16,
                                 .rotate_wait_ns = ROTATE_WAIT_NS,
                                 .piece_ns = world.knobs & KNOB_PIECES ? PIECE_NS : 0,
                                 .keep_ns = world.knobs & KNOB_FORGETS ? KEEP_NS : 0,
                                 .max_gone = world.knobs & KNOB_FORGETS ? MAX_GONE : 0,
                                 .max_open = world.knobs & KNOB_FEW_OPEN ? FEW_OPEN : 0};
}

void process_configure(unsigned config)
{
    struct tail_options o;

    if (config % CONFIGS != world.config)
        oracle_reconfigured();
    configure(config);
    if (!process.loop)
        return;
    o = options();
    tailset_reconfigure(process.files, &o);
    process_reap();
}

void process_start(void)
{
    struct tail_options o = options();
    struct buf err = BUF_INIT;
    int r;

    if (process.loop)
        return;
    world.ghost = false;
    world_talk("-- started");
    configure(world.config);
    oracle_born();
    if (statefile_open("/state", &process.state, &err) < 0) {
        buf_release(&err);
        process_reap();
        return;
    }
    buf_release(&err);
    (void)loop_new(&process.loop);
    process.files = tailset_new(process.loop, &o, &sink);
    process.tick = loop_timer_new(process.loop, on_tick, NULL);
    process.writer = loop_timer_new(process.loop, write_state, NULL);
    process.saving = false;
    process.saved_version = UINT64_MAX;
    r = restore();
    if (r < 0) {
        process_close();
        world.ghost = false;
        return;
    }
    if (!oracle.began)
        oracle_first();
    if (r == STATEFILE_EMPTY) {
        do
            (void)tailset_catch_up(process.files, 0);
        while (!tailset_has_looked(process.files) && !world.ghost);
        save();
        write_state(NULL);
    }
    loop_timer_set(process.tick, loop_now(process.loop) + INTERVAL_NS);
    process_reap();
}

void process_close(void)
{
    if (!process.loop)
        return;
    tailset_free(process.files);
    loop_timer_free(process.tick);
    loop_timer_free(process.writer);
    statefile_close(process.state);
    loop_free(process.loop);
    buf_release(&process.payload);
    buf_release(&process.memory.bytes);
    memset(&process, 0, sizeof(process));
    sys_forget();
    oracle_died();
}

void process_reap(void)
{
    if (world.ghost)
        process_close();
    world.ghost = false;
}

void process_run(int64_t ns)
{
    if (process.loop)
        loop_run_until(process.loop, world.mono_ns + ns);
    else
        world.mono_ns += ns;
    process_reap();
}

void process_scrape(void)
{
    if (!process.loop)
        return;
    process_run(0);
    if (process.loop && tailset_catch_up(process.files, NSEC_PER_SEC)) {
        write_state(NULL);
        save();
        write_state(NULL);
    }
    process_reap();
}

void process_stop(void)
{
    if (!process.loop)
        return;
    write_state(NULL);
    save();
    write_state(NULL);
    process_close();
    world.ghost = false;
}
