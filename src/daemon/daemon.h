/* daemon -- the rooms joined: files -> engine -> registry -> snapshot -> page.
 *
 * One thread, the loop, owns files, rules, registry and HTTP; the writer's thread makes copies of
 * the values durable and renders them. What a scrape shows comes from the last durable snapshot. */
#ifndef LT_DAEMON_DAEMON_H
#define LT_DAEMON_DAEMON_H

#include "daemon/process_metrics.h"
#include "daemon/writer.h"

struct run_options {
    struct common_options common;
    struct strings logs;   /* --log GLOB */
    struct strings listen; /* --listen */
    const char *state;     /* --state */
};

struct scrape; /* a request for the page that waits for a snapshot */

struct daemon {
    const struct run_options *options;
    struct setup setup;
    struct loop *loop;
    struct statefile *statefile; /* NULL: nothing is kept */
    struct writer *writer;
    struct http_server *http;
    struct tailset *files;
    struct tail_log *tail_logs; /* views of setup.rules->logs */
    struct registry *registry;
    struct engine *engine;

    /* Counters of the input room, kept in the registry. */
    struct family *rotated, *truncated, *vanished, *lost, *resets;
    uint64_t *read_errors;    /* per log */
    uint64_t *hits_seen;      /* per family: hits of its events at the last page */
    int64_t *updated_wall_ns; /* per family */

    /* The last durable snapshot, and its pages as far as they were asked for. */
    struct snapshot *durable;
    struct rendering pages[PAGE_FORMATS];
    uint64_t durable_version;
    int64_t durable_mono_ns;              /* when it was taken */
    int64_t saving_mono_ns;               /* the same of the one being saved */
    int64_t wanted_mono_ns[PAGE_FORMATS]; /* when the format was last asked for; 0 = never */

    struct scrape *scrapes; /* waiting */
    struct loop_timer *deadline_timer, *tick_timer;
    uint64_t changes; /* of what tailset_version does not count */
    bool reload_again;
    struct http_request *reload_request; /* that asked for reload_again; or NULL */
    bool hiding;                         /* some family is hidden */

    int64_t running_ns, running_from_ns; /* caught-up running time, and since when it counts */
    bool catching_up;
    bool save_fails;  /* the last one did */
    bool first_start; /* there was never a state */
    unsigned nlisten; /* addresses */
    struct live_facts facts;
};

/* Loads, opens and starts everything. 0, or an exit code after a sentence on stderr. */
int daemon_start(struct daemon *d, const struct run_options *options);
/* Turns the loop until SIGTERM or SIGINT, then saves. An exit code. */
int daemon_run(struct daemon *d);
void daemon_stop(struct daemon *d);

/* input.c: the sink of the input room. */
extern const struct tail_sink daemon_sink;
void daemon_count_input(struct daemon *d);
/* Fills tail_logs and options from the ruleset. */
void daemon_tail_options(struct daemon *d, struct tail_options *ret_options);

/* page.c: snapshots and scrapes. */
uint64_t daemon_version(const struct daemon *d);
void daemon_save(struct daemon *d);
void daemon_saved(void *ctx, struct writer_result *result);
void daemon_scrape(void *ctx, struct http_request *r);
void daemon_deadline(void *ctx);
/* Takes the registry as it is as durable: right after a start or a restore. */
void daemon_adopt(struct daemon *d);
/* Hides families whose logs' first backlog is being read. */
void daemon_hide(struct daemon *d);
void daemon_drop_scrapes(struct daemon *d);
/* Hits of all events that update a family. */
uint64_t daemon_family_hits(const struct daemon *d, unsigned family);

/* reload.c */
void daemon_reload(struct daemon *d, struct http_request *request);
/* Makes registry and engine for d->setup and puts back `values` ("" = none). */
int daemon_make_engine(struct daemon *d, struct slice values);

/* routes.c */
extern const struct http_route daemon_routes[];
extern const unsigned daemon_nroutes;

#endif
