/* process_metrics -- a page's live part is small; making its registry anew each time keeps it free of
 * leftovers (a log that a reload removed). */
#include "config.h"

#include "daemon/process_metrics.h"

#include "daemon/process.h"
#include "metrics/expose.h"

#include <stdio.h>

struct page {
    struct registry *registry;
    const struct live_facts *facts;
};

static struct family *add(struct page *p, enum family_type type, const char *name, const char *help,
                          const char *const *labels, unsigned nlabels)
{
    return registry_own(p->registry, type, name, help, labels, nlabels);
}

static void put(struct family *f, const char *a, const char *b, double value)
{
    struct slice labels[] = {slice_str(a), slice_str(b)};
    struct folded folded;
    uint32_t i = family_series(f, labels, 0, &folded);

    if (family_spec(f)->type == FAMILY_COUNTER)
        counter_store(f, i, value);
    else
        gauge_set(f, i, value, 0, 0, 0);
    family_touch(f, i);
}

static void gauge(struct page *p, const char *name, const char *help, double value)
{
    put(add(p, FAMILY_GAUGE, name, help, NULL, 0), NULL, NULL, value);
}

static void counter(struct page *p, const char *name, const char *help, double value)
{
    put(add(p, FAMILY_COUNTER, name, help, NULL, 0), NULL, NULL, value);
}

static void add_logs(struct page *p)
{
    static const char *const log[] = {"log"};
    const struct ruleset *rules = p->facts->setup->rules;
    struct family *files = add(p, FAMILY_GAUGE, "logtally_files", "Files followed", log, 1);
    struct family *open = add(p, FAMILY_GAUGE, "logtally_files_open", "Files held open", log, 1);
    struct family *lag =
        add(p, FAMILY_GAUGE, "logtally_lag_bytes", "Bytes in files that are not yet read", log, 1);
    struct family *last = add(p, FAMILY_GAUGE, "logtally_log_last_line_timestamp_seconds",
                              "When a line of the log was last read", log, 1);
    struct family *errors =
        add(p, FAMILY_COUNTER, "logtally_read_errors_total", "Errors while reading files", log, 1);

    for (unsigned i = 0; i < rules->nlogs; i++) {
        struct tail_log_status s;

        tailset_log_status(p->facts->files, i, &s);
        put(files, rules->logs[i].name, NULL, s.files);
        put(open, rules->logs[i].name, NULL, s.open);
        put(lag, rules->logs[i].name, NULL, (double)s.lag_bytes);
        if (s.last_read_wall_ns)
            put(last, rules->logs[i].name, NULL, (double)s.last_read_wall_ns / 1e9);
        put(errors, rules->logs[i].name, NULL, (double)p->facts->read_errors[i]);
    }
    gauge(p, "logtally_catching_up", "1 while files are read that were there at the start",
          p->facts->catching_up);
}

static void add_families(struct page *p)
{
    static const char *const metric[] = {"metric"};
    const struct ruleset *rules = p->facts->setup->rules;
    struct family *series = add(p, FAMILY_GAUGE, "logtally_series", "Series kept", metric, 1);
    struct family *updated =
        add(p, FAMILY_GAUGE, "logtally_metric_updated_timestamp_seconds",
            "When an event last updated the metric, seen at scrapes", metric, 1);

    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;

        put(series, name, NULL, family_nseries(registry_find(p->facts->registry, slice_str(name))));
        if (p->facts->updated_wall_ns[i])
            put(updated, name, NULL, (double)p->facts->updated_wall_ns[i] / 1e9);
    }
}

static void add_checkpoint(struct page *p)
{
    const struct live_facts *f = p->facts;

    gauge(p, "logtally_checkpoint_timestamp_seconds", "When the last snapshot became durable",
          (double)f->checkpoint_wall_ns / 1e9);
    gauge(p, "logtally_checkpoint_bytes", "Size of the last snapshot", (double)f->checkpoint_bytes);
    gauge(p, "logtally_checkpoint_duration_seconds", "How long saving the last snapshot took",
          (double)f->checkpoint_duration_ns / 1e9);
    counter(p, "logtally_checkpoint_failures_total", "Snapshots that could not be saved",
            (double)f->checkpoint_failures);
    gauge(p, "logtally_config_last_reload_successful", "1 when the last reload worked",
          f->reload_ok);
    gauge(p, "logtally_config_last_reload_success_timestamp_seconds",
          "When a configuration was last loaded", (double)f->reload_wall_ns / 1e9);
}

static void add_http(struct page *p)
{
    static const char *const labels[] = {"path", "code"}, *const build[] = {"version", "revision"};
    struct family *requests =
        add(p, FAMILY_COUNTER, "logtally_http_requests_total", "Requests answered", labels, 2);
    const char *path;
    unsigned status;
    uint64_t count;

    for (size_t at = 0; http_server_count(p->facts->http, &at, &path, &status, &count);) {
        char code[16];

        snprintf(code, sizeof code, "%u", status);
        put(requests, path, code, (double)count);
    }
    gauge(p, "logtally_scrape_duration_seconds", "How long answering the last scrape took",
          p->facts->scrape_seconds);
    put(add(p, FAMILY_GAUGE, "logtally_build_info", "Version of the program", build, 2),
        PACKAGE_VERSION, BUILD_REVISION, 1);
}

static void add_process(struct page *p)
{
    struct process_facts f;

    process_read(&f);
    counter(p, "process_cpu_seconds_total", "CPU time used", f.cpu_seconds);
    gauge(p, "process_resident_memory_bytes", "Resident memory", f.resident_bytes);
    gauge(p, "process_virtual_memory_bytes", "Virtual memory", f.virtual_bytes);
    gauge(p, "process_open_fds", "Open file descriptors", f.open_fds);
    gauge(p, "process_max_fds", "Limit of open file descriptors", f.max_fds);
    gauge(p, "process_start_time_seconds", "When the process started",
          (double)p->facts->start_wall_ns / 1e9);
}

void live_expose(const struct live_facts *facts, const struct expose_options *options,
                 struct buf *out)
{
    struct registry_limits limits = {.label_bytes = 256};
    struct page p = {registry_new(&limits), facts};

    add_families(&p);
    add_logs(&p);
    add_checkpoint(&p);
    add_http(&p);
    add_process(&p);
    struct snapshot *snapshot = snapshot_take(p.registry);

    expose(snapshot, options, out);
    snapshot_free(snapshot);
    registry_free(p.registry);
}
