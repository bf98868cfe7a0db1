/* start -- what comes between the listeners and the first line, while the loop turns.
 *
 *     RESTORING   the worker takes the lock, reads the state, and puts its values into a registry
 *     COPYING     the files are known; the worker copies the values: the first durable snapshot
 *     SAVING      lines are read; without a state as it should be, the first one is on its way
 *
 * A million series take seconds, a disk that does not answer for ever; meanwhile requests are
 * answered, and a signal ends it. The registry is lent from the beginning, so that nothing is read,
 * saved or reloaded before it is there; a scrape waits as any other, and then gets a 503.
 *
 * The log says that it listens when the first state of all is saved: without one, a start after
 * kill -9 would be a first start again, to which a file that was rotated meanwhile is history. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/systemd.h"
#include "daemon/view.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* How often it is asked whether a thread waits for the disk. */
#define LOOK_NS (2 * NSEC_PER_SEC)

struct start {
    struct work work;
    struct daemon *daemon;
    struct loop_timer *timer;
    struct loop_timer *look_timer; /* the first look at the files goes on */
    int64_t used_ns;               /* CPU time of the thread, when last looked at */
    bool told;
    enum { RESTORING, COPYING, SAVING } state;
    const struct setup *setup; /* of the daemon, which changes nothing of it meanwhile */
    _Atomic(struct statefile *) statefile; /* what may have to be abandoned */
    struct saved_state saved;
    struct payload payload; /* of the saved state */
    struct counting counting;
    struct snapshot *snapshot;
    bool failed, damaged;
};

/* A state that cannot be read is damaged; what was counted begins at 0 then. */
static void restore(struct start *s)
{
    if (s->saved.payload.n && payload_decode(buf_all(&s->saved.payload), &s->payload) < 0)
        s->damaged = true;
    if (counting_new(s->setup, s->payload.running_ns, s->payload.values, s->payload.spans,
                     &s->counting) < 0)
        s->damaged = true;
}

static void load(struct start *s)
{
    const char *directory = s->setup->settings.state_directory;
    struct statefile *file = NULL;
    struct buf err = BUF_INIT;

    if (directory[0] != '\0' && statefile_open(directory, &file, &err) < 0) {
        log_error("%s", err.p);
        s->failed = true;
    } else {
        atomic_store(&s->statefile, file);
        s->failed = file && statefile_load(file, &s->saved, &err) < 0;
        if (s->failed)
            log_error("%s: %s", directory, err.p);
    }
    buf_release(&err);
}

static void run(struct work *work)
{
    struct start *s = (struct start *)(void *)work;

    if (s->state == COPYING) {
        s->snapshot = snapshot_take(s->counting.registry);
        return;
    }
    load(s);
    if (!s->failed)
        restore(s);
}

/* A start without the state there had been is told. Is what is known of the files to be believed? */
static bool say_found(struct daemon *d, enum statefile_found found, bool damaged)
{
    const char *directory = d->setup.settings.state_directory;

    if (damaged || found == STATEFILE_DAMAGED)
        log_error("the state in %s is damaged; known files are read from their end", directory);
    else if (found == STATEFILE_REMOVED)
        log_error("the state in %s was removed; files that are there are read from their end (to "
                  "count them from their beginning, remove the whole directory)",
                  directory);
    else if (found == STATEFILE_PREVIOUS)
        log_warn("the newest state in %s is damaged or missing; the one before it is used",
                 directory);
    if (damaged || found > STATEFILE_LOADED)
        counter_inc(own_family(d->counting.registry, OWN_STATE_RESETS), 0, 1, 0);
    return !damaged && found <= STATEFILE_PREVIOUS;
}

static void open_files(struct start *s)
{
    struct daemon *d = s->daemon;
    struct tail_options options;
    struct tail_sink sink = daemon_sink;

    sink.ctx = d;
    tail_options_of(&d->setup, &options, &d->tail_logs);
    d->files = tailset_new(d->loop, &options, &sink);
    if (s->payload.files.n && !s->damaged &&
        tailset_restore(d->files, s->payload.files, buf_all(&s->saved.memory)) < 0)
        s->damaged = true;
    if (s->saved.memory_damaged)
        log_error(
            "what the state in %s remembers of files that are gone is damaged or missing; one "
            "that comes back is read from its beginning",
            d->setup.settings.state_directory);
    if (!say_found(d, s->saved.found, s->damaged))
        tailset_start_at_end(d->files);
    daemon_lend(d);
}

static void say_started(struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;
    const char *state = d->setup.settings.state_directory;
    struct buf counted = BUF_INIT;

    for (unsigned i = 0; i < d->nlisten; i++)
        log_info("listening on %s", http_server_address(d->http, i));
    ruleset_count(rules, &counted);
    log_info("%s, %u log%s; %s%s", counted.p, rules->nlogs, plural(rules->nlogs),
             state[0] ? "state in " : "no state is kept: each start counts anew", state);
    if (rules->nfamilies == 0)
        log_warn(SETUP_NO_METRIC);
    buf_release(&counted);
}

static void finish(struct start *s)
{
    struct daemon *d = s->daemon;

    d->durable_mono_ns = 0; /* not young: the first scrape gets a new one if anything changed */
    say_started(d);
    daemon_drop_start(d);
    daemon_reload_again(d);
}

/* The rules of now, and whether all that is known was counted by them. */
static struct rules_mark rules_now(const struct start *s)
{
    const struct rules_mark *saved = &s->payload.rules;
    uint32_t now = setup_fingerprint(s->setup);
    bool same = saved->whole && saved->fingerprint == now && !s->damaged;

    return (struct rules_mark){now, same || s->saved.found == STATEFILE_EMPTY};
}

static void go_on(struct start *s, int state);

static void end_restore(struct start *s)
{
    struct daemon *d = s->daemon;

    d->statefile = s->statefile;
    d->counting = s->counting;
    if (s->failed) {
        d->failed = true;
        loop_stop(d->loop);
        return;
    }
    writer_keep(d->writer, d->statefile);
    d->running_ns = s->payload.running_ns;
    d->rules = rules_now(s);
    d->checkpoint_wall_ns = s->saved.wall_ns;
    open_files(s);
    daemon_hide(d);
    go_on(s, COPYING);
}

/* The first state is to know the files; unless it is saved for a scrape. */
static void save_first(void *ctx)
{
    struct start *s = ctx;
    struct daemon *d = s->daemon;

    if (d->lent)
        return;
    (void)tailset_catch_up(d->files, 0);
    if (tailset_has_looked(d->files))
        daemon_save(d);
    else
        loop_timer_set(s->look_timer, loop_now(d->loop));
}

static void end_copy(struct start *s)
{
    struct daemon *d = s->daemon;

    s->state = SAVING;
    s->daemon->restored = true;
    view_begin(d);
    daemon_adopt(d, s->snapshot);
    d->running_from_ns = clock_mono_ns();
    daemon_wait(d);
    loop_timer_set(d->tick_timer, clock_mono_ns() + NSEC_PER_SEC / 10);
    if (!d->statefile || (!s->damaged && s->saved.found == STATEFILE_LOADED)) {
        finish(s);
        daemon_take_back(d);
        return;
    }
    daemon_take_back(d);
    save_first(s);
}

static void done(struct work *work)
{
    struct start *s = (struct start *)(void *)work;

    if (s->state == COPYING)
        end_copy(s);
    else
        end_restore(s);
}

static void go_on(struct start *s, int state)
{
    s->state = state;
    s->work = (struct work){.run = run, .done = done};
    worker_give(s->daemon->worker, &s->work);
}

/* Of the thread that may wait for the disk now. */
static int64_t used_ns(const struct start *s)
{
    const struct daemon *d = s->daemon;

    return s->state == SAVING ? writer_used_ns(d->writer) : worker_used_ns(d->worker);
}

/* Who works uses CPU time, however slow the machine is. */
static void on_look(void *ctx)
{
    struct start *s = ctx;
    int64_t used = used_ns(s);

    if (used == s->used_ns && !s->told) {
        log_error("the disk of %s does not answer: the start waits for it",
                  s->setup->settings.state_directory);
        s->told = true;
    }
    if (used != s->used_ns)
        systemd_progress("Restoring the state");
    s->used_ns = used;
    loop_timer_set(s->timer, clock_mono_ns() + LOOK_NS);
}

void daemon_begin(struct daemon *d)
{
    struct start *s = xcalloc(1, sizeof *s);

    d->start = s;
    d->lent = true;
    settings_choose_state(&d->setup.settings, d->options->state);
    s->daemon = d;
    s->setup = &d->setup;
    s->timer = loop_timer_new(d->loop, on_look, s);
    s->look_timer = loop_timer_new(d->loop, save_first, s);
    loop_timer_set(s->timer, clock_mono_ns() + LOOK_NS);
    go_on(s, RESTORING);
}

void daemon_start_saved(struct daemon *d)
{
    if (d->start && d->start->state == SAVING)
        finish(d->start);
}

void daemon_drop_start(struct daemon *d)
{
    struct start *s = d->start;

    if (!s)
        return;
    loop_timer_free(s->timer);
    loop_timer_free(s->look_timer);
    buf_release(&s->saved.payload);
    buf_release(&s->saved.memory);
    free(s);
    d->start = NULL;
}

/* The thread may be anywhere, also in the kernel and for ever: as if killed, but that the listeners
 * and the lock are free at once. */
void daemon_leave_start(struct daemon *d)
{
    struct statefile *file = d->start->statefile;

    daemon_end_scrapes(d);
    http_server_free(d->http);
    if (file)
        statefile_abandon(file);
    _exit(EXIT_FINE);
}
