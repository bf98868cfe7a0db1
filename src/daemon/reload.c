/* reload -- new rules beside the old ones, checked, then swapped between two lines.
 *
 * Values go the same way as over a restart: encoded from the old registry, restored into the new
 * one. So there is one rule for what is kept: families whose name, type, label names and buckets
 * agree. While the writer works on a job, the reload waits for it: the job's page options point
 * into the old setup. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <stdlib.h>

static bool name_known(const struct ruleset *rules, const char *label, const char *value)
{
    if (strcmp(label, "event") == 0)
        return ruleset_event(rules, value) >= 0;
    if (strcmp(label, "log") == 0)
        return ruleset_log(rules, value) >= 0;
    if (strcmp(label, "metric") != 0)
        return true;
    for (unsigned i = 0; i < rules->nfamilies; i++)
        if (strcmp(rules->families[i].spec.name, value) == 0)
            return true;
    return false;
}

static bool own_may_exist(const struct ruleset *rules, const struct family_spec *spec,
                          const struct slice *values)
{
    bool all = true;

    for (unsigned i = 0; i < spec->nlabels && all; i++) {
        char *value = xstrslice(values[i]);

        all = name_known(rules, spec->labels[i], value);
        free(value);
    }
    return all;
}

/* Could this mapping make the label set? Only its constants can say no. */
static bool mapping_makes(const struct mapping *m, unsigned nlabels, const struct slice *values)
{
    for (unsigned i = 0; i < nlabels; i++)
        if (m->labels[i].constant && !slice_eq(m->labels[i].text, values[i]) &&
            !slice_eq(values[i], SLICE("other")))
            return false;
    return true;
}

static bool may_exist(void *ctx, const struct family *f, const struct slice *values)
{
    const struct ruleset *rules = ctx;
    const struct family_spec *spec = family_spec(f);

    if (spec->own)
        return own_may_exist(rules, spec, values);
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        if (strcmp(rules->families[m->family].spec.name, spec->name) == 0 &&
            mapping_makes(m, spec->nlabels, values))
            return true;
    }
    return false;
}

int daemon_make_engine(struct daemon *d, struct slice values)
{
    const struct settings *s = &d->setup.settings;
    const struct ruleset *rules = d->setup.rules;
    struct registry_limits limits = {
        .max_series = (uint32_t)s->max_series,
        .label_bytes = (uint32_t)s->max_label,
        .now_ns = clock_wall_ns(),
    };
    struct engine_options options = {.max_line = (size_t)s->max_line};
    struct restore_report report = {0};
    int r = 0;

    d->registry = registry_new(&limits);
    d->engine = engine_new(rules, d->registry, &options, d->running_ns);
    daemon_count_input(d);
    d->read_errors = xcalloc(rules->nlogs + 1, sizeof *d->read_errors);
    d->updates = xcalloc(rules->nfamilies + 1, sizeof *d->updates);
    if (values.n)
        r = snapshot_restore(d->registry, values, clock_wall_ns(), may_exist, d->setup.rules,
                             &report);
    if (values.n && r == 0)
        log_info("restored %u series, parked %u, dropped %u", report.restored, report.parked,
                 report.dropped);
    for (unsigned f = 0; f < rules->nfamilies; f++)
        d->updates[f].hits = daemon_family_hits(d, f);
    return r;
}

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
static void say_unchanged(const struct daemon *d, const struct settings *now,
                          const struct settings *new)
{
    if (!d->options->listen.n && !same_texts(now->listen, now->nlisten, new->listen, new->nlisten))
        log_warn("[server] listen changed; it takes effect at the next start");
    const char *a = now->state_directory, *b = new->state_directory;

    if (!d->options->state && ((a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0)))
        log_warn("[state] directory changed; it takes effect at the next start");
}

static void swap(struct daemon *d, struct setup *new)
{
    struct setup old = d->setup;
    struct registry *old_registry = d->registry;
    struct engine *old_engine = d->engine;
    struct tail_log *old_logs = d->tail_logs;
    struct snapshot *snapshot = snapshot_take(old_registry);
    struct tail_options options;
    struct buf values = BUF_INIT;

    snapshot_encode(snapshot, &values);
    snapshot_free(snapshot);
    free(d->read_errors);
    free(d->updates);
    d->setup = *new;
    daemon_make_engine(d, buf_all(&values));
    daemon_tail_options(d, &options);
    tailset_reconfigure(d->files, &options);
    engine_free(old_engine);
    registry_free(old_registry);
    free(old_logs);
    setup_release(&old);
    buf_release(&values);
    daemon_hide(d);
    d->changes++;
}

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

void daemon_reload(struct daemon *d, struct http_request *request)
{
    struct mistakes m = MISTAKES_INIT;
    struct setup new;

    if (d->reload_again && !request) {
        request = d->reload_request;
        d->reload_request = NULL;
    }
    if (writer_busy(d->writer)) {
        if (d->reload_request && request)
            http_reply_text(request, 503, "a reload is waiting already");
        else if (request)
            d->reload_request = request;
        d->reload_again = true;
        return;
    }
    d->reload_again = false;
    if (setup_load(&d->options->common, &d->options->logs, SETUP_NEEDS_LOG, &new, &m) < 0) {
        d->reload_ok = false;
        log_error("reload refused; the old rules stay:");
        say_mistakes(&m, MISTAKE);
        setup_release(&new);
        reply(request, 400, &m);
    } else {
        say_unchanged(d, &d->setup.settings, &new.settings);
        swap(d, &new);
        d->reload_ok = true;
        d->reload_wall_ns = clock_wall_ns();
        log_info("reloaded: %u events, %u metrics", d->setup.rules->nevents,
                 d->setup.rules->nfamilies);
        say_mistakes(&m, WARNING);
        reply(request, 200, &m);
    }
    mistakes_release(&m);
}
