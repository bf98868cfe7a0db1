/* process_metrics -- metrics that describe this process now: not derived from lines, not kept over restarts.
 *
 * They live in a registry of their own, filled anew for every page, and stand at the page's end. */
#ifndef LT_DAEMON_PROCESS_METRICS_H
#define LT_DAEMON_PROCESS_METRICS_H

#include "app/setup.h"
#include "engine/engine.h"
#include "http/server.h"
#include "input/tailset.h"
#include "metrics/expose.h"

/* What the daemon knows of itself. */
struct live_facts {
    const struct setup *setup;
    const struct tailset *files;
    const struct registry *registry;
    const struct engine *engine;
    const struct http_server *http;
    bool catching_up;
    int64_t checkpoint_wall_ns; /* of the last durable snapshot; 0 = none */
    uint64_t checkpoint_bytes;
    int64_t checkpoint_duration_ns;
    uint64_t checkpoint_failures;
    bool reload_ok;
    int64_t reload_wall_ns;         /* of the last reload that worked */
    double scrape_seconds;          /* how long the last scrape took */
    const uint64_t *read_errors;    /* per log */
    const int64_t *updated_wall_ns; /* per family of the ruleset; 0 = never */
    int64_t start_wall_ns;
};

/* Appends the live part of the page, with # EOF in OpenMetrics. */
void live_expose(const struct live_facts *facts, const struct expose_options *options,
                 struct buf *out);

#endif
