/* reload -- new rules beside the old ones, checked, then swapped between two lines.
 *
 * Values go the same way as over a restart: encoded from the old registry, restored into the new
 * one. So there is one rule for what is kept: families whose name, type, label names and buckets
 * agree. Open spans go likewise; those that the new rules know otherwise are given up first, by the
 * old ones.
 *
 * With a million series that takes seconds, so the worker does it, in three steps:
 *
 *     LOADING    reads and checks the rules; lines are counted by the old ones
 *     BUILDING   the registry is lent: no file is read, no snapshot taken; pages are those of the
 *                durable snapshot
 *     LEAVING    frees what was replaced
 *
 * Between the first two it waits for a save that is under way, whose page options point into the
 * old setup. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/systemd.h"
#include "daemon/view.h"

#include <errno.h>
#include <stdlib.h>

static bool same_texts(const char *const *a, unsigned na, const char *const *b, unsigned nb)
{
    if (na != nb)
        return false;
    for (unsigned i = 0; i < na; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

/* What a reload does not change. */
static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void say_unchanged(const struct daemon *d, const struct settings *now,
                          const struct settings *new)
{
    if (!d->options->listen.n && !same_texts(now->listen, now->nlisten, new->listen, new->nlisten))
        log_warn("[server] listen changed; it takes effect at the next start");
    if (!d->options->web_config && !same_text(now->web_config, new->web_config))
        log_warn("[server] web_config changed; it takes effect at the next start");
    if (!d->options->state && !same_text(now->state_directory, new->state_directory))
        log_warn("[state] directory changed; it takes effect at the next start");
}

/* One reload, from asking to answering. */
struct reload {
    struct work work;
    struct daemon *daemon;
    struct http_request *request; /* NULL: a signal asked */
    struct mistakes mistakes;
    enum { LOADING, WAITING /* for the writer */, BUILDING, LEAVING } state;
    bool refused;
    struct registry *registry; /* lent: the present one */
    struct engine *engine;     /* likewise */
    int64_t running_ns;
    struct setup setup; /* new; when LEAVING the old ones, to be freed */
    struct counting counting;
    struct tail_log *tail_logs;
};

static void reply(struct http_request *request, unsigned status, const struct mistakes *m)
{
    struct http_reply r = {.status = status, .content_type = "text/plain; charset=utf-8"};
    struct buf body = BUF_INIT;

    if (!request)
        return;
    if (status == 200)
        buf_str(&body, "reloaded\n");
    mistakes_print(m, status == 200 ? WARNING : MISTAKE, &body);
    r.body = http_body_new(&body);
    http_reply(request, &r);
}

/* Rules that are gone all at once are a directory emptied, or not mounted: no reload drops every
 * metric. */
static int load_again(const struct daemon *d, struct setup *new, struct mistakes *m)
{
    const char *config = d->options->common.config;
    int r = setup_load(&d->options->common, &d->options->logs, SETUP_NEEDS_LOG, new, m);

    if (r < 0 || new->rules->nfamilies || !d->setup.rules->nfamilies)
        return r;
    mistake_add(m, MISTAKE, (struct where){.file = config ? config : "command line"},
                "no rules file defines a metric any more; %u metric%s would be dropped (to run "
                "without any, restart)",
                d->setup.rules->nfamilies, plural(d->setup.rules->nfamilies));
    return -EINVAL;
}

static void run(struct work *work)
{
    struct reload *r = (struct reload *)(void *)work;

    if (r->state == LOADING) {
        r->refused = load_again(r->daemon, &r->setup, &r->mistakes) < 0;
    } else if (r->state == BUILDING) {
        struct snapshot *snapshot;
        struct buf values = BUF_INIT, spans = BUF_INIT;

        engine_end_spans(r->engine, r->setup.rules);
        engine_save_spans(r->engine, &spans);
        snapshot = snapshot_take(r->registry);
        snapshot_encode(snapshot, &values);
        snapshot_free(snapshot);
        (void)counting_new(&r->setup, r->running_ns, buf_all(&values), buf_all(&spans),
                           &r->counting);
        buf_release(&values);
        buf_release(&spans);
    } else {
        counting_release(&r->counting);
        free(r->tail_logs);
        setup_release(&r->setup);
    }
}

static void done(struct work *work);

static void go_on(struct reload *r, int state)
{
    r->state = state;
    r->work = (struct work){.run = run, .done = done};
    worker_give(r->daemon->worker, &r->work);
}

/* The answer is given; what is left over is freed by the worker, behind all that may still render
 * with the old setup. */
static void leave(struct reload *r)
{
    struct daemon *d = r->daemon;

    mistakes_release(&r->mistakes);
    systemd_notify("READY=1\nSTATUS=%s",
                   d->reload_ok ? "Following"
                                : "Following by the old rules; the new ones have mistakes");
    d->reload = NULL;
    go_on(r, LEAVING);
    daemon_reload_again(d);
}

static void refuse(struct reload *r)
{
    r->daemon->reload_ok = false;
    log_error("reload refused; the old rules stay:");
    say_mistakes(&r->mistakes, MISTAKE);
    buf_clear(&r->daemon->reload_mistakes);
    mistakes_print(&r->mistakes, MISTAKE, &r->daemon->reload_mistakes);
    reply(r->request, 400, &r->mistakes);
    leave(r);
}

/* From now on no line is counted until the new rules are there: the registry is lent. */
static void build(struct reload *r)
{
    struct daemon *d = r->daemon;

    if (writer_busy(d->writer) || d->lent) {
        r->state = WAITING;
        return;
    }
    say_unchanged(d, &d->setup.settings, &r->setup.settings);
    daemon_lend(d);
    r->registry = d->counting.registry;
    r->engine = d->counting.engine;
    r->running_ns = d->running_ns;
    go_on(r, BUILDING);
}

/* Who asked for a reload is told of a web_config that was refused, though the rules were taken; the
 * log and the page know. */
static bool judge_web_config(struct reload *r)
{
    const char *refused = http_server_refused(r->daemon->http);

    if (refused)
        mistake_add(&r->mistakes, MISTAKE, (struct where){.file = "web_config"},
                    "%s; the settings before it stay, the rules are reloaded", refused);
    return !refused;
}

static void swap(struct reload *r)
{
    struct daemon *d = r->daemon;
    struct setup old_setup = d->setup;
    struct counting old = d->counting;
    struct tail_options options;
    uint32_t fingerprint;

    d->setup = r->setup;
    d->counting = r->counting;
    view_forget(d);
    r->setup = old_setup;
    r->counting = old;
    r->tail_logs = d->tail_logs;
    tail_options_of(&d->setup, &options, &d->tail_logs);
    tailset_reconfigure(d->files, &options);
    d->lent = false;
    fingerprint = setup_fingerprint(&d->setup);
    d->rules.whole &= fingerprint == d->rules.fingerprint;
    d->rules.fingerprint = fingerprint;
    daemon_hide(d);
    daemon_wait(d);
    d->changes++;
    d->reload_ok = true;
    d->reload_wall_ns = clock_wall_ns();
    http_server_reread(d->http);
    log_info("reloaded: %u event%s, %u metric%s", d->setup.rules->nevents,
             plural(d->setup.rules->nevents), d->setup.rules->nfamilies,
             plural(d->setup.rules->nfamilies));
    say_mistakes(&r->mistakes, WARNING);
    reply(r->request, judge_web_config(r) ? 200 : 400, &r->mistakes);
    leave(r);
    daemon_take_back(d);
}

static void done(struct work *work)
{
    struct reload *r = (struct reload *)(void *)work;

    if (r->state == LEAVING)
        free(r);
    else if (r->state == BUILDING)
        swap(r);
    else if (r->daemon->stopping)
        leave(r);
    else if (r->refused)
        refuse(r);
    else
        build(r);
}

bool daemon_reload_waits(const struct daemon *d)
{
    return d->reload && d->reload->state == WAITING;
}

void daemon_reload_go_on(struct daemon *d)
{
    if (d->stopping)
        leave(d->reload);
    else
        build(d->reload);
}

void daemon_reload(struct daemon *d, struct http_request *request)
{
    struct reload *r;

    if (d->reload || d->start) {
        if (d->reload_request && request)
            http_reply_text(request, 503, "a reload is waiting already");
        else if (request)
            d->reload_request = request;
        d->reload_again = true;
        return;
    }
    systemd_notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_mono_ns() / 1000));
    d->reload = r = xcalloc(1, sizeof *r);
    r->daemon = d;
    r->request = request;
    r->mistakes = MISTAKES_INIT;
    go_on(r, LOADING);
}

void daemon_reload_again(struct daemon *d)
{
    struct http_request *request = d->reload_request;

    if (!d->reload_again)
        return;
    d->reload_again = false;
    d->reload_request = NULL;
    daemon_reload(d, request);
}

static void reply_stopping(struct http_request **request)
{
    if (*request)
        http_reply_text(*request, 503, "stopping");
    *request = NULL;
}

bool daemon_end_reload(struct daemon *d)
{
    d->stopping = true;
    d->reload_again = false;
    if (!worker_wait(d->worker)) { /* the disk of the rules */
        if (d->reload)
            reply_stopping(&d->reload->request);
        reply_stopping(&d->reload_request);
        return false;
    }
    if (daemon_reload_waits(d))
        leave(d->reload);
    return true;
}
