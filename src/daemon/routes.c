/* routes -- the routes besides /metrics. /health is for people and alerts and always 200;
 * /health/live and /health/ready answer orchestrators by their status alone; /-/healthy, /-/ready and
 * /healthz are the same by the names that Prometheus and Kubernetes have for them. */
#include "config.h"

#include "daemon/daemon.h"
#include "daemon/view.h"

#include "base/xalloc.h"

#include <stdlib.h>

static void reply_buf(struct http_request *r, unsigned status, const char *type, struct buf *body)
{
    struct http_reply reply = {.status = status, .content_type = type, .body = http_body_new(body)};

    http_reply(r, &reply);
}

struct log_health {
    struct tail_log_status status;
    struct tail_log_wanting wanting;
};

static void put_log(const char *name, const struct log_health *log, bool first, struct buf *out)
{
    const struct tail_log_status *s = &log->status;
    const struct tail_log_wanting *w = &log->wanting;

    buf_fmt(out,
            "%s{\"log\":\"%s\",\"files\":%u,\"failing\":%u,\"lag_bytes\":%llu,"
            "\"last_line_timestamp_seconds\":%.3f,\"waiting\":%s,"
            "\"paths_unmatched\":%u,\"directories_unreadable\":%u,\"files_nuls\":%u}",
            first ? "" : ",", name, s->files, s->failing, (unsigned long long)s->lag_bytes,
            (double)s->last_read_wall_ns / 1e9, s->waiting ? "true" : "false", w->unmatched,
            w->unreadable, w->nuls);
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

/* Without a log, or rules for it, nothing can be counted, and nothing is broken: it is not there yet. */
static void put_missing(const struct daemon *d, struct buf *out)
{
    const char *log = d->setup.any_log ? "" : "\"log\"";
    const char *metric = d->setup.rules->nfamilies ? "" : "\"metric\"";

    buf_fmt(out, "],\"missing\":[%s%s%s]}\n", log, *log && *metric ? "," : "", metric);
}

static void health(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    unsigned n = d->restored ? d->setup.rules->nlogs : 0;
    struct log_health *logs = xcalloc(n, sizeof *logs);
    bool any_failing = look_at_logs(d, logs, n);
    struct buf out = BUF_INIT;

    buf_fmt(&out,
            "{\"status\":\"%s\",\"last_reload_successful\":%s,"
            "\"last_reload_success_timestamp_seconds\":%.3f,\"checkpoint_failures\":%llu,"
            "\"state_removed\":%llu,\"logs\":[",
            view_status(d, any_failing), daemon_config_is_good(d) ? "true" : "false",
            (double)d->reload_wall_ns / 1e9, (unsigned long long)d->checkpoint_failures,
            (unsigned long long)d->state_removed);
    for (unsigned i = 0; i < n; i++)
        put_log(d->setup.rules->logs[i].name, &logs[i], i == 0, &out);
    put_missing(d, &out);
    reply_buf(r, 200, "application/json", &out);
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
