/* daemon -- start, run, stop.
 *
 * The order of starting is: rules (a mistake must not touch anything), addresses (one in use is the
 * commonest reason not to start), then, while the loop turns (start.c), the state file with its lock,
 * state into a new registry, and files last, so that no line is read before what came before it is
 * known. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/rulewatch.h"
#include "daemon/systemd.h"
#include "daemon/view.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_stop(void *ctx, int signo)
{
    struct daemon *d = ctx;

    log_info("%s: %s", signo == SIGTERM ? "SIGTERM" : "SIGINT",
             d->restored ? "saving and stopping"
                         : "stopping; the state was not yet restored, and stays");
    loop_stop(d->loop);
}

static void on_hangup(void *ctx, int signo)
{
    (void)signo;
    daemon_reload(ctx, NULL);
}

/* Files, and folders of logs, that cannot be read now. */
static unsigned count_failing(const struct daemon *d)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->setup.rules->nlogs; i++) {
        struct tail_log_status s;
        struct tail_log_wanting w;

        tailset_log_status(d->files, i, &s);
        tailset_log_wanting(d->files, i, &w);
        n += s.failing + w.unreadable;
    }
    return n;
}

static void say_caught_up(const struct daemon *d)
{
    unsigned failing = count_failing(d);
    const struct passwd *user = failing ? getpwuid(geteuid()) : NULL;

    if (failing)
        log_warn(
            "caught up with the files that were there, but for %u that user %s (%u) cannot "
            "read now, see above; `logtally check`, run "
            "as that user, names those it may not read, and docs/install.md says how to let it",
            failing, user ? user->pw_name : "?", (unsigned)geteuid());
    else
        log_info("caught up with the files that were there");
}

/* Caught-up running time counts while no log's first files are being read. */
static void note_progress(struct daemon *d)
{
    /* d->start: the first state is not yet saved. */
    bool catching_up = d->start != NULL || !tailset_caught_up(d->files);
    int64_t now = clock_mono_ns();

    if (!d->catching_up)
        d->running_ns += now - d->running_from_ns;
    d->running_from_ns = now;
    if (d->catching_up && !catching_up) {
        say_caught_up(d);
        systemd_notify("READY=1\nSTATUS=%s", daemon_doing(d));
    }
    d->catching_up = catching_up;
    if (catching_up && !d->ready_once)
        systemd_progress("Catching up");
    d->ready_once |= !catching_up;
}

/* Files rest while series leave: not at every tick of those that come while catching up. */
#define EXPIRE_NS NSEC_PER_SEC

/* Every `interval`, and more often while catching up. */
#define TICK_LEAST_NS (NSEC_PER_SEC / 10)

/* Files that come and go all the time do not make more saves than this. */
#define SOON_NS NSEC_PER_SEC

/* What is unsaved now is saved `interval` after the last snapshot was tried, which a scrape may
 * have done in the middle of a tick. */
static int64_t until_next_tick(const struct daemon *d)
{
    int64_t interval = d->setup.settings.interval_ns, wait;

    if (d->catching_up)
        return NSEC_PER_SEC / 5;
    if (daemon_version(d) == d->durable_version)
        return interval;
    if (d->save_soon && interval > SOON_NS)
        interval = SOON_NS;
    wait = d->saving_mono_ns + interval - clock_mono_ns();
    return wait > TICK_LEAST_NS ? wait : TICK_LEAST_NS;
}

/* Nothing may hold up the loop for longer. */
#define CALLBACK_MOST_NS (50 * NSEC_PER_MSEC)

static void note_longest(struct daemon *d)
{
    struct loop_longest l = loop_longest(d->loop);

    if (l.cpu_ns > CALLBACK_MOST_NS && l.cpu_ns > d->longest_ns)
        log_warn("%s took %.3f s of CPU time, in which nothing else was done", l.name,
                 (double)l.cpu_ns / 1e9);
    d->longest_ns = l.cpu_ns;
}

/* All series of a family may leave at once, and be a million: the worker does it. */
struct expiry {
    struct work work;
    struct daemon *daemon;
    struct registry *registry; /* lent */
    int64_t now_ns;
    uint32_t gone;
};

static void run_expiry(struct work *work)
{
    struct expiry *x = (struct expiry *)(void *)work;

    x->gone = registry_expire(x->registry, x->now_ns);
}

static void end_expiry(struct work *work)
{
    struct expiry *x = (struct expiry *)(void *)work;
    struct daemon *d = x->daemon;

    d->changes += x->gone > 0;
    daemon_take_back(d);
    free(x);
}

static void expire(struct daemon *d)
{
    int64_t now = clock_mono_ns();
    struct expiry *x;

    if (d->lent || worker_busy(d->worker) || now - d->expired_mono_ns < EXPIRE_NS ||
        !registry_may_expire(d->counting.registry))
        return;
    d->expired_mono_ns = now;
    daemon_lend(d);
    x = xcalloc(1, sizeof *x);
    *x = (struct expiry){.work = {.run = run_expiry, .done = end_expiry},
                         .daemon = d,
                         .registry = d->counting.registry,
                         .now_ns = d->running_ns};
    worker_give(d->worker, &x->work);
}

static bool save_is_due(const struct daemon *d)
{
    int64_t now = clock_mono_ns();

    return now - d->durable_mono_ns >= d->setup.settings.interval_ns ||
           (d->save_soon && now - d->saving_mono_ns >= SOON_NS);
}

static void on_tick(void *ctx)
{
    struct daemon *d = ctx;
    bool was_hiding = d->hiding;

    note_longest(d);
    note_progress(d);
    view_tick(d);
    if (was_hiding && !d->lent)
        daemon_hide(d);
    if (was_hiding && !d->hiding)
        d->changes++;
    expire(d);
    if (daemon_version(d) != d->durable_version && save_is_due(d))
        daemon_save(d);
    loop_timer_set(d->tick_timer, clock_mono_ns() + until_next_tick(d));
}

/* Twice within the time that the manager gives. */
static void on_watchdog(void *ctx)
{
    struct daemon *d = ctx;

    systemd_notify("WATCHDOG=1");
    loop_timer_set(d->watchdog_timer, clock_mono_ns() + systemd_watchdog_ns() / 2);
}

/* The command line's addresses, else the sockets that a manager opened, else the configuration's. */
static int choose_addresses(struct daemon *d, struct http_options *options, struct buf *err)
{
    const struct settings *s = &d->setup.settings;
    unsigned inherited = systemd_listen_fds();

    options->listen = s->listen;
    options->nlisten = s->nlisten;
    if (d->options->listen.n) {
        options->listen = d->options->listen.list;
        options->nlisten = (unsigned)d->options->listen.n;
    } else if (inherited > SYSTEMD_FDS_MOST) {
        buf_fmt(err, "LISTEN_FDS hands over more than %d sockets: take some out of the socket unit",
                SYSTEMD_FDS_MOST);
        return -EINVAL;
    } else if (inherited) {
        const char **list = arena_alloc(&d->setup.settings.text, inherited * sizeof *list);

        for (unsigned i = 0; i < inherited; i++) {
            char *spec = arena_alloc(&d->setup.settings.text, 16);

            snprintf(spec, 16, "fd:%u", SYSTEMD_FIRST_FD + i);
            list[i] = spec;
        }
        options->listen = list;
        options->nlisten = inherited;
    }
    return 0;
}

/* "It lives", by all its names: a probe knows no password, and a flood of others must not have it kill
 * the program. */
static const char *const open_paths[] = {"/health/live", "/healthz", "/-/healthy", NULL};

static int open_http(struct daemon *d)
{
    const struct settings *s = &d->setup.settings;
    struct buf err = BUF_INIT;
    struct http_options options = {
        .max_connections = s->max_connections,
        .timeout_ns = s->timeout_ns,
        .web_config = d->options->web_config ? d->options->web_config : s->web_config,
        .routes = {daemon_routes, site_routes},
        .open = open_paths,
        .ctx = d,
    };
    int r = choose_addresses(d, &options, &err);

    if (r == 0)
        r = http_server_new(d->loop, &options, &d->http, &err);
    if (r < 0)
        log_error("%s", err.p);
    d->nlisten = options.nlisten;
    buf_release(&err);
    if (r == -EINVAL || r == -ENOTSUP)
        return EXIT_MISTAKES; /* it is no address, or a web_config with a mistake */
    return r < 0 ? EXIT_SYSTEM : 0;
}

static int load(struct daemon *d, uint64_t *ret_contents)
{
    struct mistakes m = MISTAKES_INIT;
    int r = setup_load(&d->options->common, &d->options->logs, SETUP_AWAITS_LOG, &d->setup, &m);

    say_mistakes(&m, WARNING);
    *ret_contents = setup_contents(&d->setup, &m);
    mistakes_release(&m);
    return r < 0 ? EXIT_MISTAKES : 0;
}

static int open_loop(struct daemon *d)
{
    int r = loop_new(&d->loop);

    (void)signal(SIGXFSZ, SIG_IGN); /* a write past RLIMIT_FSIZE fails with EFBIG instead */
    if (r == 0)
        r = loop_add_signal(d->loop, SIGTERM, on_stop, d);
    if (r == 0)
        r = loop_add_signal(d->loop, SIGINT, on_stop, d);
    if (r == 0)
        r = loop_add_signal(d->loop, SIGHUP, on_hangup, d);
    return r;
}

/* Outside the loop: the worker is waited for, before and after. */
static void save_now(struct daemon *d)
{
    (void)worker_wait(d->worker);
    daemon_save(d);
    (void)worker_wait(d->worker);
}

/* Somebody removed the state: what is known is saved again, also when nothing has changed. */
static void on_missed(void *ctx)
{
    struct daemon *d = ctx;

    log_error("the saved state in %s was removed, or its lock; it is saved again",
              d->setup.settings.state_directory);
    d->state_removed++;
    d->changes++;
    daemon_save(d);
}

static void on_deadline(void *ctx)
{
    daemon_serve_scrapes(ctx);
}

/* A reload that waits for the writer goes before the next save. */
static void on_saved(void *ctx, struct writer_job *job)
{
    struct daemon *d = ctx;

    daemon_take_saved(d, job);
    daemon_start_saved(d);
    if (daemon_reload_waits(d))
        daemon_reload_go_on(d);
    else if (!d->stopping)
        daemon_save_for_scrapes(d);
}

static void on_idle(void *ctx)
{
    struct daemon *d = ctx;

    if (daemon_reload_waits(d))
        daemon_reload_go_on(d);
    else if (d->save_waits)
        daemon_save(d);
}

int daemon_start(struct daemon *d, const struct run_options *options)
{
    uint64_t contents;
    int code;

    *d = (struct daemon){.options = options, .catching_up = true};
    d->start_wall_ns = d->reload_wall_ns = clock_wall_ns();
    d->reload_ok = true;
    d->running_from_ns = clock_mono_ns();
    if ((code = load(d, &contents)) != 0)
        return code;
    int r = open_loop(d);

    if (r < 0) {
        log_error("cannot set up the event loop: %s", strerror(-r));
        return EXIT_SYSTEM;
    }
    if ((code = open_http(d)) != 0)
        return code;
    r = writer_new(d->loop, &(struct writer_events){on_saved, on_missed, d}, &d->writer);
    if (r == 0)
        r = worker_new(d->loop, &(struct worker_idle){on_idle, d}, &d->worker);
    if (r < 0) {
        log_error("cannot start a thread: %s", strerror(-r));
        return EXIT_SYSTEM;
    }
    d->deadline_timer = loop_timer_new(d->loop, on_deadline, d);
    d->tick_timer = loop_timer_new(d->loop, on_tick, d);
    if (systemd_watchdog_ns()) {
        d->watchdog_timer = loop_timer_new(d->loop, on_watchdog, d);
        loop_timer_set(d->watchdog_timer, clock_mono_ns());
    }
    daemon_begin(d);
    daemon_watch_rules(d, contents);
    return 0;
}

/* The disk does not answer, and perhaps never will. The listeners and the lock are free at once,
 * for the next process; the writer's thread stays in the kernel until the disk comes back, and ends
 * there. Nothing that was shown is lost: what was not saved is read again. */
_Noreturn static void leave(struct daemon *d, const char *what)
{
    log_error("the disk of %s does not answer: stopping without saving; what was read since the "
              "last save is read again at the next start",
              what);
    daemon_end_scrapes(d);
    http_server_free(d->http);
    statefile_abandon(d->statefile);
    _exit(EXIT_SYSTEM);
}

int daemon_run(struct daemon *d)
{
    int r = loop_run(d->loop);

    systemd_notify("STOPPING=1");
    if (r < 0) {
        log_error("the event loop failed: %s", strerror(-r));
        return EXIT_SYSTEM;
    }
    if (!d->restored && !d->failed)
        daemon_leave_start(d);
    if (!daemon_end_reload(d))
        leave(d, "the rules");
    if (d->failed) {
        daemon_end_scrapes(d);
        return EXIT_SYSTEM;
    }
    if (!writer_wait(d->writer)) /* for what was under way */
        leave(d, d->setup.settings.state_directory);
    save_now(d);
    if (!writer_wait(d->writer))
        leave(d, d->setup.settings.state_directory);
    daemon_end_scrapes(d);
    daemon_answer_pages(d, true);
    return d->save_fails ? EXIT_SYSTEM : EXIT_FINE;
}

void daemon_stop(struct daemon *d)
{
    daemon_drop_start(d);
    worker_free(d->worker); /* its work may end in the writer's */
    writer_free(d->writer);
    daemon_drop_durable(d);
    rulewatch_free(d->rulewatch);
    view_forget(d);
    buf_release(&d->reload_mistakes);
    tailset_free(d->files);
    http_server_free(d->http);
    statefile_close(d->statefile);
    loop_timer_free(d->deadline_timer);
    loop_timer_free(d->tick_timer);
    loop_timer_free(d->wait_timer);
    loop_timer_free(d->watchdog_timer);
    loop_free(d->loop);
    counting_release(&d->counting);
    free(d->tail_logs);
    setup_release(&d->setup);
}
