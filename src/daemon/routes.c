/* routes -- the routes besides /metrics. /health is for people and alerts and always 200;
 * /health/live and /health/ready answer orchestrators by their status alone; /-/healthy, /-/ready and
 * /healthz are the same by the names that Prometheus and Kubernetes have for them. */
#include "config.h"

#include "daemon/daemon.h"
#include "daemon/view.h"

#include "base/jsonout.h"
#include "base/xalloc.h"

#include <stdlib.h>

static void reply_json(struct http_request *r, struct buf *body)
{
    struct http_reply reply = {
        .status = 200, .content_type = "application/json", .body = http_body_new(body)};

    http_reply(r, &reply);
}

struct log_health {
    struct tail_log_status status;
    struct tail_log_wanting wanting;
};

static void put_log(struct jsonout *j, const char *name, const struct log_health *log)
{
    const struct tail_log_status *s = &log->status;
    const struct tail_log_wanting *w = &log->wanting;

    jsonout_open(j, '{');
    jsonout_key_text(j, "name", name);
    jsonout_key_u64(j, "files_followed", s->files);
    jsonout_key_u64(j, "files_failing", s->failing);
    jsonout_key_u64(j, "lag_bytes", s->lag_bytes);
    jsonout_key_time(j, "last_line_timestamp_seconds", s->last_read_wall_ns);
    jsonout_key_bool(j, "waiting", s->waiting);
    jsonout_key_u64(j, "paths_unmatched", w->unmatched);
    jsonout_key_u64(j, "directories_unreadable", w->unreadable);
    jsonout_key_u64(j, "files_nuls", w->nuls);
    jsonout_close(j, '}');
}

/* True when anything cannot be read. */
static bool look_at_logs(const struct daemon *d, struct log_health *logs, unsigned n)
{
    bool any_failing = false;

    for (unsigned i = 0; i < n; i++) {
        tailset_log_status(d->files, i, &logs[i].status);
        tailset_log_wanting(d->files, i, &logs[i].wanting);
        any_failing |= logs[i].status.failing || logs[i].wanting.unreadable;
    }
    return any_failing;
}

static void put_logs(struct jsonout *j, const struct daemon *d, const struct log_health *logs,
                     unsigned n)
{
    jsonout_key_open(j, "logs", '[');
    for (unsigned i = 0; i < n; i++)
        put_log(j, d->setup.rules->logs[i].name, &logs[i]);
    jsonout_close(j, ']');
}

/* Without a log, or rules for it, nothing can be counted, and nothing is broken: it is not there yet. */
static void put_missing(struct jsonout *j, const struct daemon *d)
{
    jsonout_key_open(j, "missing", '[');
    if (!d->setup.any_log)
        jsonout_text(j, SLICE("log"));
    if (!d->setup.rules->nfamilies)
        jsonout_text(j, SLICE("metric"));
    jsonout_close(j, ']');
}

static void health(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    unsigned n = d->restored ? d->setup.rules->nlogs : 0;
    struct log_health *logs = xcalloc(n, sizeof *logs);
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_open(&j, '{');
    jsonout_key_text(&j, "status", view_status(d, look_at_logs(d, logs, n)));
    jsonout_key_text(&j, "program_version", PACKAGE_VERSION);
    jsonout_key_bool(&j, "last_reload_successful", daemon_config_is_good(d));
    jsonout_key_time(&j, "last_reload_success_timestamp_seconds", d->reload_wall_ns);
    jsonout_key_u64(&j, "checkpoint_failures", d->checkpoint_failures);
    jsonout_key_u64(&j, "state_removed", d->state_removed);
    put_logs(&j, d, logs, n);
    put_missing(&j, d);
    jsonout_close(&j, '}');
    buf_char(&out, '\n');
    reply_json(r, &out);
    free(logs);
}

static void live(void *ctx, struct http_request *r)
{
    (void)ctx;
    http_reply_text(r, 200, "alive");
}

static void ready(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;

    if (!d->restored)
        http_reply_text(r, 503, "restoring the state");
    else if (d->catching_up)
        http_reply_text(r, 503, "catching up with files that were there at the start");
    else
        http_reply_text(r, 200, "ready");
}

static void reload(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;

    if (!d->setup.settings.reload)
        http_reply_text(r, 403,
                        "reload over HTTP is off; set reload = yes in [server], or send SIGHUP");
    else if (http_request_is_foreign(r))
        http_reply_text(r, 403, "a page of another site asks for this");
    else
        daemon_reload(d, r);
}

const struct http_route daemon_routes[] = {
    {"/metrics", "GET, HEAD", daemon_scrape},
    {"/health", "GET, HEAD", health},
    {"/health/live", "GET, HEAD", live},
    {"/health/ready", "GET, HEAD", ready},
    {"/-/healthy", "GET, HEAD", live},
    {"/-/ready", "GET, HEAD", ready},
    {"/-/reload", "POST, PUT", reload},
    {"/healthz", "GET, HEAD", live},
    {NULL, NULL, NULL},
};
