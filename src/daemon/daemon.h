/* daemon -- `logtally run`: files -> engine -> registry -> snapshot -> page, in one process that
 * goes on.
 *
 * The room joins the others and knows least itself: input brings lines, the engine counts them, the
 * state file keeps what the writer gives it, http asks for pages. daemon.c starts, turns the loop,
 * and is called for every signal, tick and finished save. The other files are called from there and
 * from each other only downwards (routes, reload, page, then the rest), never back:
 *
 *   input.c             what the input room hands up: lines to the engine, the rest into counters
 *   page.c              when a snapshot is taken, and which page a scrape gets
 *   counting.c          registry and engine, from a setup and saved values
 *   start.c             the state is restored while the loop turns
 *   reload.c            new rules beside the old ones, then swapped
 *   rulewatch.c         when they are to be read again unasked; it does not know struct daemon
 *   routes.c            the other paths that are served
 *   site.c              the pages for people, and the same for programs
 *   view.c              what they show, from everywhere
 *   unmatched.c         the last lines that no event took, for the pages
 *   systemd.c           what a service manager is told, and gives
 *   process_metrics.c   the live part of the page
 *   writer.c            a thread that saves; it does not know struct daemon
 *   worker.c            a thread for what takes long: rendering, freeing; nor does it
 *
 * Invariants: a scrape never shows what a crash could take back -- the page comes from the last
 * durable snapshot, but for the live metrics at its end. A snapshot's values and file positions are
 * of one moment, between two lines. A configuration with mistakes changes nothing.
 *
 * Ownership: the loop's thread owns everything in struct daemon; the writer's thread owns a job
 * from writer_start until its result is delivered on the loop, the worker's likewise. What may
 * change under a job (the setup that its page options point into) waits for it. */
#ifndef LT_DAEMON_DAEMON_H
#define LT_DAEMON_DAEMON_H

#include "app/setup.h"
#include "daemon/unmatched.h"
#include "daemon/worker.h"
#include "daemon/writer.h"
#include "engine/engine.h"
#include "http/server.h"
#include "input/tailset.h"
#include "metrics/own.h"

struct run_options {
    struct common_options common;
    struct strings logs;    /* --log GLOB */
    struct strings listen;  /* --listen */
    const char *state;      /* --state */
    const char *web_config; /* --web.config.file */
    const char *log_level, *log_format;
};

struct family_updates {
    uint64_t hits;   /* of the family's events, at the last page */
    uint64_t done;   /* of them, those that updated it */
    uint32_t series; /* that it had then */
    int64_t wall_ns; /* of the last page that found new ones; 0 = none did */
};

/* What counts lines by the rules, and what it has counted. */
struct counting {
    struct ruleset *rules; /* borrows the setup's */
    struct registry *registry;
    struct engine *engine;
    uint64_t *read_errors;          /* per log */
    struct family_updates *updates; /* per family */
    struct unmatched *unmatched;    /* NULL without show_lines */
};

struct start;
struct reload;
struct scrape; /* a request for the page that waits for a snapshot */

struct daemon {
    const struct run_options *options;
    struct setup setup;
    struct loop *loop;
    struct statefile *statefile; /* NULL: nothing is kept */
    struct writer *writer;
    struct worker *worker;
    struct http_server *http;
    struct tailset *files;
    struct tail_log *tail_logs; /* views of setup.rules->logs */
    struct counting counting;
    bool lent; /* the worker has the registry: until it is back, files rest and nothing is saved */

    /* The last durable snapshot, and its pages as far as they were asked for. */
    struct snapshot *durable;
    uint64_t durable_number; /* counts them */
    struct rendering pages[PAGE_FORMATS];
    bool rendering[PAGE_FORMATS][CODINGS]; /* the worker makes this page of the durable snapshot */
    uint64_t durable_version;
    int64_t durable_mono_ns;                       /* when it was taken */
    int64_t saving_mono_ns;                        /* the same of the one being saved */
    int64_t save_took_ns;                          /* the last one, until it was durable */
    int64_t wanted_mono_ns[PAGE_FORMATS][CODINGS]; /* when it was last asked for; 0 = never */
    int64_t checkpoint_wall_ns;                    /* of the last durable snapshot; 0 = none */
    int64_t checkpoint_duration_ns;                /* how long saving it took */
    uint64_t checkpoint_bytes, checkpoint_failures;
    uint64_t state_removed; /* how often it was found removed */

    struct scrape *scrapes; /* waiting */
    struct loop_timer *deadline_timer, *tick_timer;
    struct loop_timer *watchdog_timer; /* NULL: no manager wants it */
    struct loop_timer *wait_timer;     /* for open records and spans; NULL: there was none yet */
    int64_t wait_set_ns;
    int64_t expired_mono_ns;     /* when series were last looked at for `expire` */
    double scrape_seconds;       /* how long the last scrape took */
    int64_t longest_ns;          /* of a callback, when it was last said */
    uint64_t changes;            /* of what tailset_version does not count */
    struct reload *reload;       /* under way; or NULL */
    struct rulewatch *rulewatch; /* NULL: [rules] watch = no */
    bool reload_again;
    struct http_request *reload_request; /* that asked for reload_again; or NULL */
    struct buf reload_mistakes;          /* of the last one, if it did not work */
    struct hours *hours;                 /* view.c */
    struct waiting_page *waiting_pages;  /* site.c */
    struct start *start;                 /* until the daemon has started; or NULL */
    bool failed;                         /* to start: what is wrong was said */
    bool stopping;
    bool reload_ok;          /* the last one worked */
    int64_t reload_wall_ns;  /* of the last that worked */
    bool hiding;             /* some family is hidden */
    struct rules_mark rules; /* saved with each snapshot */

    int64_t start_wall_ns;
    int64_t running_ns, running_from_ns; /* caught-up running time, and since when it counts */
    bool restored;                       /* start.c: lines are read */
    bool ready_once;                     /* it had caught up before */
    bool catching_up;
    bool save_fails;  /* the last one did */
    bool save_waits;  /* until the worker is idle */
    bool save_soon;   /* a file was born or renamed since the last save began */
    unsigned nlisten; /* addresses */
};

/* Are rules and web_config those that are on disk? */
static inline bool daemon_config_is_good(const struct daemon *d)
{
    return d->reload_ok && !http_server_refused(d->http);
}

/* For the manager's status, when all that is there is read. */
static inline const char *daemon_doing(const struct daemon *d)
{
    return d->setup.any_log ? "Following"
                            : "No log to follow yet: name one in the configuration, then reload";
}

/* Loads, opens and begins everything. 0, or an exit code after a sentence on stderr. */
int daemon_start(struct daemon *d, const struct run_options *options);
/* Turns the loop, which first restores the state, until SIGTERM or SIGINT, then saves. An exit
 * code. */
int daemon_run(struct daemon *d);
void daemon_stop(struct daemon *d);

/* input.c: the sink of the input room. */
extern const struct tail_sink daemon_sink;
/* If records or spans are open, somebody looks soon whether time completes them. */
void daemon_wait(struct daemon *d);
/* What the input room is asked for. The caller frees *ret_logs, which the options borrow. */
void tail_options_of(const struct setup *setup, struct tail_options *ret_options,
                     struct tail_log **ret_logs);

/* page.c: snapshots and scrapes. */
uint64_t daemon_version(const struct daemon *d);
void daemon_save(struct daemon *d);
/* A save has ended: its pages are taken over, the scrapes that waited for them answered. */
void daemon_take_saved(struct daemon *d, struct writer_job *job);
void daemon_scrape(void *ctx, struct http_request *r);
/* Takes the snapshot as durable: of the registry as it was restored. */
void daemon_adopt(struct daemon *d, struct snapshot *snapshot);
/* Hides families whose logs' first backlog is being read. */
void daemon_hide(struct daemon *d);
/* Takes a snapshot if any scrape waits for one and its time has come. */
void daemon_save_for_scrapes(struct daemon *d);
/* All of it: reads for those that wait, answers who is due, saves for the others. */
void daemon_serve_scrapes(struct daemon *d);
/* Answers all scrapes that wait, here and now: the loop has ended. */
void daemon_end_scrapes(struct daemon *d);
/* Frees the durable snapshot and its pages. */
void daemon_drop_durable(struct daemon *d);
/* The registry goes to the worker, and comes back. */
void daemon_lend(struct daemon *d);
void daemon_take_back(struct daemon *d);

/* process_metrics.c: appends the live part of the page, with # EOF in OpenMetrics. */
void daemon_expose_process(const struct daemon *d, const struct expose_options *options,
                           struct buf *out);

/* counting.c */
/* Makes registry and engine for the setup and puts back `values` and open `spans` ("" = none). Knows no
 * struct daemon: may run on any thread. 0 or -EBADMSG. */
int counting_new(const struct setup *setup, int64_t running_ns, struct slice values,
                 struct slice spans, struct counting *ret);
void counting_release(struct counting *c);
/* What happened to families since this was last called happened at wall_ns; 0: at no time. */
void counting_note(struct counting *c, int64_t wall_ns);
/* Takes up from `before` when each family was last updated: a reload is no update, and forgets none. */
void counting_go_on(struct counting *c, struct counting *before);
/* A note of the input room; neither TAIL_TOO_LONG nor TAIL_READ_ERROR. */
void counting_add_note(struct counting *c, unsigned log, enum tail_note note, uint64_t n);

/* start.c: the registry is lent until the state is restored. */
void daemon_begin(struct daemon *d);
/* A save has ended, and with the first of all the start. */
void daemon_start_saved(struct daemon *d);
void daemon_drop_start(struct daemon *d);
/* A signal came before the state was restored. */
_Noreturn void daemon_leave_start(struct daemon *d);

/* reload.c */
/* While the daemon starts, or another reload is under way, it waits. */
void daemon_reload(struct daemon *d, struct http_request *request);
/* The rules of now are those of these setup_contents(): they are read again when they change, if the
 * settings wish it. */
void daemon_watch_rules(struct daemon *d, uint64_t contents);
/* The one that was asked for meanwhile. */
void daemon_reload_again(struct daemon *d);
/* Waits for the writer to be idle? Then it can go on. */
bool daemon_reload_waits(const struct daemon *d);
void daemon_reload_go_on(struct daemon *d);
/* The loop has ended: the reload that is under way ends, too. False: the disk of the rules hangs. */
bool daemon_end_reload(struct daemon *d);

/* routes.c, and site.c for people: a table that ends with a NULL path. */
extern const struct http_route daemon_routes[], site_routes[];
/* Pages that waited for the registry: answered, or at the end refused. */
void daemon_answer_pages(struct daemon *d, bool all);

#endif
