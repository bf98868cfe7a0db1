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
 * A look, for [rules] watch, is a reload that nobody asked for: unless it finds a change that rests,
 * it ends after LOADING without a word.
 *
 * Between the first two it waits for a save that is under way, whose page options point into the
 * old setup. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/rulewatch.h"
#include "daemon/systemd.h"
#include "daemon/view.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

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
    if (now->max_connections != new->max_connections)
        log_warn("[server] max_connections changed; it takes effect at the next start");
    if (now->timeout_ns != new->timeout_ns)
        log_warn("[server] timeout changed; it takes effect at the next start");
    if (!same_text(now->state_directory, new->state_directory))
        log_warn("[state] directory changed; it takes effect at the next start");
}

/* One reload, from asking to answering. */
struct reload {
    struct work work;
    struct daemon *daemon;
    struct http_request *request; /* NULL: a signal asked */
    struct mistakes mistakes;
    enum { LOADING, WAITING /* for the writer */, BUILDING, LEAVING } state;
    bool look; /* nobody asked */
    bool refused;
    uint64_t contents;         /* of what was read */
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

/* Rules that are gone all at once are a directory emptied, or not mounted, and a configuration without a log one that
 * is being written: no reload drops every metric, or every log. */
static int load_again(const struct daemon *d, struct setup *new, struct mistakes *m)
{
    const char *config = d->options->common.config;
    struct where at = {.file = config ? config : "command line"};
    const struct ruleset *now = d->setup.rules;
    size_t before = m->nmistakes;
    int r = setup_load(&d->options->common, &d->options->logs, SETUP_AWAITS_LOG, new, m);

    settings_choose_state(&new->settings, d->options->state);
    if (r < 0)
        return r;
    if (!new->rules->nfamilies && now->nfamilies)
        mistake_add(m, MISTAKE, at,
                    SETUP_NO_METRIC " any more; %u metric%s would be dropped (to run without any, "
                                    "restart)",
                    now->nfamilies, plural(now->nfamilies));
    if (!new->any_log && d->setup.any_log)
        mistake_add(m, MISTAKE, at,
                    "no log to follow any more; %u would be dropped (to run without any, restart)",
                    now->nlogs);
    return m->nmistakes > before ? -EINVAL : 0;
}

/* The files that were read, and all names by which they were looked for. */
static void watch_folders(struct rulewatch *watch, const struct setup *s)
{
    setup_sources(s, rulewatch_add, watch);
    for (size_t i = 0; i < s->ndocs; i++)
        if (access(s->docs[i]->file, F_OK) == 0)
            rulewatch_add(watch, s->docs[i]->file);
}

static void load(struct reload *r)
{
    r->refused = load_again(r->daemon, &r->setup, &r->mistakes) < 0;
    r->contents = setup_contents(&r->setup, &r->mistakes);
    if (r->look)
        watch_folders(r->daemon->rulewatch, &r->setup);
}

static void run(struct work *work)
{
    struct reload *r = (struct reload *)(void *)work;

    if (r->state == LOADING) {
        load(r);
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

/* What is left over is freed by the worker, behind all that may still render with the old setup. */
static void end(struct reload *r)
{
    struct daemon *d = r->daemon;

    mistakes_release(&r->mistakes);
    d->reload = NULL;
    go_on(r, LEAVING);
    daemon_reload_again(d);
}

static void tell_begin(void)
{
    systemd_notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_mono_ns() / 1000));
}

/* The answer is given. */
static void leave(struct reload *r)
{
    systemd_notify("READY=1\nSTATUS=%s",
                   r->daemon->reload_ok ? daemon_doing(r->daemon)
                                        : "Following by the old rules; the new ones have mistakes");
    end(r);
}

static void refuse(struct reload *r)
{
    r->daemon->reload_ok = false;
    if (r->daemon->rulewatch)
        rulewatch_know(r->daemon->rulewatch, r->contents);
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

static void start(struct daemon *d, struct http_request *request, bool look);

static bool look(void *ctx)
{
    struct daemon *d = ctx;

    if (d->reload || d->start || d->stopping)
        return false;
    start(d, NULL, true);
    return true;
}

void daemon_watch_rules(struct daemon *d, uint64_t contents)
{
    if (!d->setup.settings.watch) {
        rulewatch_free(d->rulewatch);
        d->rulewatch = NULL;
    } else if (!d->rulewatch) {
        d->rulewatch = rulewatch_new(d->loop, look, d, contents);
    } else {
        rulewatch_know(d->rulewatch, contents);
    }
}

static void say_reloaded(const struct ruleset *rules)
{
    struct buf counted = BUF_INIT;

    ruleset_count(rules, &counted);
    log_info("reloaded: %s", counted.p);
    buf_release(&counted);
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
    counting_go_on(&d->counting, &old);
    daemon_watch_rules(d, r->contents);
    view_begin(d);
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
    say_reloaded(d->setup.rules);
    say_mistakes(&r->mistakes, WARNING);
    reply(r->request, judge_web_config(r) ? 200 : 400, &r->mistakes);
    leave(r);
    daemon_take_back(d);
}

/* Is what was read worth a word? */
static bool is_news(struct reload *r)
{
    if (!r->look)
        return true;
    if (rulewatch_judge(r->daemon->rulewatch, r->contents) != RULES_CHANGED)
        return false;
    tell_begin();
    return true;
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
    else if (!is_news(r))
        end(r);
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

static void start(struct daemon *d, struct http_request *request, bool unasked)
{
    struct reload *r = xcalloc(1, sizeof *r);

    d->reload = r;
    r->daemon = d;
    r->request = request;
    r->look = unasked;
    r->mistakes = MISTAKES_INIT;
    go_on(r, LOADING);
}

void daemon_reload(struct daemon *d, struct http_request *request)
{
    if (d->reload || d->start) {
        if (d->reload_request && request)
            http_reply_text(request, 503, "a reload is waiting already");
        else if (request)
            d->reload_request = request;
        d->reload_again = true;
        return;
    }
    tell_begin();
    start(d, request, false);
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
