/* process_metrics -- what describes this process now: not derived from lines, not kept over
 * restarts.
 *
 * It lives in a registry of its own, and stands at the page's end. The live part is small; making
 * its registry anew for each page keeps it free of leftovers (a log that a reload removed). What
 * every client library says of its process is read from /proc/self each time: statm and the
 * directory of descriptors cost some ten microseconds. */
#include "config.h"

#include "daemon/daemon.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

struct page {
    struct registry *registry;
    struct family *families[OWN_METRICS]; /* the live ones */
};

static void put_for(struct page *p, enum own_id id, const char *a, const char *b, double value)
{
    struct family *f = p->families[id];
    struct slice labels[] = {slice_str(a), slice_str(b)};
    uint32_t i = family_series(f, labels, 0, NULL);

    if (family_spec(f)->type == FAMILY_COUNTER)
        counter_store(f, i, value);
    else
        gauge_set(f, i, value, 0, 0, 0);
    family_touch(f);
}

static void put(struct page *p, enum own_id id, double value)
{
    put_for(p, id, NULL, NULL, value);
}

static void put_time(struct page *p, enum own_id id, const char *label, int64_t wall_ns)
{
    put_for(p, id, label, NULL, (double)wall_ns / 1e9);
}

static void put_families(struct page *p, const struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;

    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;

        put_for(p, OWN_SERIES, name, NULL, d->counting.updates[i].series);
        if (d->counting.updates[i].wall_ns)
            put_time(p, OWN_METRIC_UPDATED, name, d->counting.updates[i].wall_ns);
    }
}

static void put_logs(struct page *p, const struct daemon *d)
{
    for (unsigned i = 0; i < d->setup.rules->nlogs; i++) {
        const char *name = d->setup.rules->logs[i].name;
        struct tail_log_status s;
        struct tail_log_wanting w;

        tailset_log_status(d->files, i, &s);
        tailset_log_wanting(d->files, i, &w);
        put_for(p, OWN_PATHS_UNMATCHED, name, NULL, w.unmatched);
        put_for(p, OWN_DIRECTORIES_UNREADABLE, name, NULL, w.unreadable);
        put_for(p, OWN_FILES_NULS, name, NULL, w.nuls);
        put_for(p, OWN_FILES, name, NULL, s.files);
        put_for(p, OWN_FILES_OPEN, name, NULL, s.open);
        put_for(p, OWN_LAG_BYTES, name, NULL, (double)s.lag_bytes);
        if (s.last_read_wall_ns)
            put_time(p, OWN_LOG_LAST_LINE, name, s.last_read_wall_ns);
        put_for(p, OWN_READ_ERRORS, name, NULL, (double)d->counting.read_errors[i]);
    }
}

static void put_daemon(struct page *p, const struct daemon *d)
{
    put(p, OWN_CATCHING_UP, d->catching_up);
    put_time(p, OWN_CHECKPOINT_TIME, NULL, d->checkpoint_wall_ns);
    put(p, OWN_CHECKPOINT_BYTES, (double)d->checkpoint_bytes);
    put(p, OWN_CHECKPOINT_DURATION, (double)d->checkpoint_duration_ns / 1e9);
    put(p, OWN_CHECKPOINT_FAILURES, (double)d->checkpoint_failures);
    put(p, OWN_STATE_REMOVED, (double)d->state_removed);
    put(p, OWN_RELOAD_OK, daemon_config_is_good(d));
    put_time(p, OWN_RELOAD_TIME, NULL, d->reload_wall_ns);
    put(p, OWN_SCRAPE_DURATION, d->scrape_seconds);
    put(p, OWN_LOOP_LONGEST, (double)loop_longest(d->loop).cpu_ns / 1e9);
    put_for(p, OWN_BUILD_INFO, PACKAGE_VERSION, BUILD_REVISION, 1);
    put_time(p, OWN_START_TIME, NULL, d->start_wall_ns);
}

static void put_requests(struct page *p, const struct http_server *http)
{
    const char *path;
    unsigned status;
    uint64_t count;

    for (size_t at = 0; http_server_count(http, &at, &path, &status, &count);) {
        char code[16];

        snprintf(code, sizeof code, "%u", status);
        put_for(p, OWN_HTTP_REQUESTS, path, code, (double)count);
    }
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    double n = 0;

    if (!d)
        return 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n - 1; /* the one that reads the directory */
}

/* What cannot be read is 0. */
static void put_process(struct page *p)
{
    FILE *f = fopen("/proc/self/statm", "re");
    double page_bytes = (double)sysconf(_SC_PAGESIZE);
    unsigned long pages = 0, resident = 0;
    struct rusage usage = {0};
    struct rlimit limit = {0};

    if (f && fscanf(f, "%lu %lu", &pages, &resident) != 2)
        pages = resident = 0;
    if (f)
        fclose(f);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    put(p, OWN_CPU_SECONDS, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    put(p, OWN_RESIDENT_BYTES, (double)resident * page_bytes);
    put(p, OWN_VIRTUAL_BYTES, (double)pages * page_bytes);
    put(p, OWN_OPEN_FDS, count_fds());
    put(p, OWN_MAX_FDS, (double)limit.rlim_cur);
}

void daemon_expose_process(const struct daemon *d, const struct expose_options *options,
                           struct buf *out)
{
    struct registry_limits limits = {.label_bytes = 256};
    struct page p = {.registry = registry_new(&limits)};

    for (unsigned i = 0; i < OWN_METRICS; i++)
        if (!own_is_durable(i))
            p.families[i] = own_family(p.registry, i);
    put_families(&p, d);
    put_logs(&p, d);
    put_daemon(&p, d);
    put_requests(&p, d->http);
    put_process(&p);
    expose_registry(p.registry, options, out);
    registry_free(p.registry);
}
