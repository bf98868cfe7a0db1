/* page -- when a snapshot is taken, and which page a scrape gets.
 *
 *   a scrape: read what was appended before it asked, then
 *     nothing changed since the durable snapshot   its page, at once
 *     else                                         wait for a new snapshot
 *     a second without it (a slow disk)            the page of the durable one; 503 before the
 *                                                  state is restored
 *
 * The writer renders the formats and codings that are asked for as it goes; a page that is missing
 * when it is due is rendered by the worker, and answered when it is there.
 *
 * Snapshots are also taken every `interval` when something changed. One is saved at a time, and for
 * scrapes the next one begins when SHARE times as long has passed as the last one took: all who
 * asked meanwhile get it, so that any number of scrapers cost a fourth of the time at most, and one
 * that comes now and then does not wait. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "http/negotiate.h"

#include <stdlib.h>

enum { SHARE = 4 };
/* However fast it is, no disk is made to sync more often; once a second, however slow it is. */
#define SPARE_LEAST_NS (20 * NSEC_PER_MSEC)
#define SPARE_MOST_NS NSEC_PER_SEC
#define PATIENCE_NS NSEC_PER_SEC /* how long a scrape waits for a new one */
/* What is read for a scrape in one go, and how long it is tried again when there is more. */
#define CATCH_UP_NS (10 * NSEC_PER_MSEC)
#define READ_NS (PATIENCE_NS / 4)
/* The version that a scrape wants for which files were not read to their ends yet. */
#define NOT_READ UINT64_MAX
/* A format not asked for so long is not rendered ahead. */
#define FORMAT_WANTED_NS (300 * NSEC_PER_SEC)

struct scrape {
    struct http_request *request;
    enum expose_format format;
    enum coding coding;
    uint64_t version; /* the page must be at least of this version */
    int64_t start_ns;
    struct scrape *next;
};

uint64_t daemon_version(const struct daemon *d)
{
    return tailset_version(d->files) + d->changes;
}

/* Hides the families that this log feeds. */
static void hide_fed(const struct ruleset *rules, unsigned log, bool *hidden)
{
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        hidden[m->family] |= event_for_log(&rules->events[m->event], log);
    }
}

void daemon_hide(struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;
    bool *hidden = xcalloc(rules->nfamilies + 1, sizeof *hidden);

    d->hiding = false;
    for (unsigned l = 0; l < rules->nlogs; l++) {
        struct tail_log_status s;

        tailset_log_status(d->files, l, &s);
        if (!s.first_start || s.backlog_done)
            continue;
        d->hiding = true;
        hide_fed(rules, l, hidden);
    }
    for (unsigned f = 0; f < rules->nfamilies; f++)
        family_set_hidden(
            registry_find(d->counting.registry, slice_str(rules->families[f].spec.name)),
            hidden[f]);
    free(hidden);
}

static struct expose_options page_options(const struct daemon *d)
{
    const struct settings *s = &d->setup.settings;

    return (struct expose_options){
        .flags = s->created ? EXPOSE_CREATED : 0,
        .nconst = s->nconst,
        .const_names = s->const_names,
        .const_values = s->const_values,
    };
}

/* A snapshot that is durable no more, and its pages: millions of series take long to free. */
struct waste {
    struct work work;
    struct snapshot *snapshot;
    struct rendering pages[PAGE_FORMATS];
};

static void free_waste(struct work *work)
{
    struct waste *w = (struct waste *)(void *)work;

    snapshot_free(w->snapshot);
    for (unsigned f = 0; f < PAGE_FORMATS; f++)
        rendering_release(&w->pages[f]);
}

static void end_work(struct work *work)
{
    free(work);
}

static void throw_away(struct daemon *d, struct snapshot *snapshot, struct rendering *pages)
{
    struct waste *w = xcalloc(1, sizeof *w);

    w->work = (struct work){.run = free_waste, .done = end_work};
    w->snapshot = snapshot;
    if (pages) {
        memcpy(w->pages, pages, sizeof w->pages);
        memset(pages, 0, sizeof w->pages);
    }
    worker_give(d->worker, &w->work);
}

/* Takes the snapshot. What is rendered of the one before comes too late. */
static void replace_durable(struct daemon *d, struct snapshot *snapshot)
{
    if (d->durable)
        throw_away(d, d->durable, d->pages);
    d->durable = snapshot;
    d->durable_number++;
    memset(d->rendering, 0, sizeof d->rendering);
}

void daemon_drop_durable(struct daemon *d)
{
    snapshot_free(d->durable);
    for (unsigned f = 0; f < PAGE_FORMATS; f++)
        rendering_release(&d->pages[f]);
}

void daemon_adopt(struct daemon *d, struct snapshot *snapshot)
{
    replace_durable(d, snapshot);
    d->durable_version = daemon_version(d);
    d->durable_mono_ns = 0; /* not young: the first scrape gets a new one if anything changed */
}

/* The copy of all that is to be saved. With millions of series, or ten thousands of files, even
 * copying takes long, so the worker does it; the registry is lent and the files rest for that, which
 * keeps values and positions of one moment. */
struct copy {
    struct work work;
    struct daemon *daemon;
    struct registry *registry;   /* lent */
    const struct engine *engine; /* likewise */
    struct tailset *files;       /* they rest */
    struct writer_job job;
};

static void run_copy(struct work *work)
{
    struct copy *c = (struct copy *)(void *)work;

    tailset_encode(c->files, &c->job.files, &c->job.memory);
    c->job.snapshot = snapshot_take(c->registry);
    engine_save_spans(c->engine, &c->job.spans);
}

static void end_copy(struct work *work)
{
    struct copy *c = (struct copy *)(void *)work;
    struct daemon *d = c->daemon;

    writer_start(d->writer, &c->job);
    daemon_take_back(d);
    free(c);
}

void daemon_save(struct daemon *d)
{
    int64_t now = clock_mono_ns();
    struct copy *c;

    if (d->lent || writer_busy(d->writer))
        return;
    d->save_waits = worker_busy(d->worker); /* files would rest as long as it renders */
    if (d->save_waits)
        return;
    if (d->hiding)
        daemon_hide(d);
    counting_note(&d->counting, clock_wall_ns());
    c = xcalloc(1, sizeof *c);
    *c = (struct copy){
        .work = {.run = run_copy, .done = end_copy},
        .daemon = d,
        .registry = d->counting.registry,
        .engine = d->counting.engine,
        .files = d->files,
        .job = {.options = page_options(d),
                .wall_ns = clock_wall_ns(),
                .version = daemon_version(d),
                .running_ns = d->running_ns,
                .rules = d->rules},
    };
    for (unsigned f = 0; f < PAGE_FORMATS; f++)
        for (enum coding k = 0; k < CODINGS; k++)
            c->job.render[f][k] =
                d->wanted_mono_ns[f][k] && now - d->wanted_mono_ns[f][k] < FORMAT_WANTED_NS;
    d->saving_mono_ns = now;
    d->save_soon = false;
    daemon_lend(d);
    worker_give(d->worker, &c->work);
}

/* Nothing is known yet: an answer of less would look like counters that were reset. */
static void refuse(struct scrape *s)
{
    http_reply_text(s->request, 503, "the state is being restored");
    free(s);
}

/* From the page of the durable snapshot, which is there. */
static void answer(struct daemon *d, struct scrape *s)
{
    struct rendering *page = &d->pages[s->format];
    struct expose_options options = page_options(d);
    struct buf live = BUF_INIT, body = BUF_INIT;
    struct http_reply reply = {
        .status = 200,
        .content_type = expose_content_type(s->format),
        .content_encoding = coding_name(s->coding),
        .vary = "Accept, Accept-Encoding",
    };

    if (!d->lent)
        counting_note(&d->counting, clock_wall_ns());
    options.format = s->format;
    daemon_expose_process(d, &options, &live);
    if (s->coding == CODING_IDENTITY) {
        reply.body = http_body_ref(page->plain);
        reply.more = http_body_new(&live);
    } else {
        coded_join(s->coding, &page->coded[s->coding], buf_all(&live), &body);
        reply.body = http_body_new(&body);
        buf_release(&live);
    }
    http_reply(s->request, &reply);
    d->scrape_seconds = (double)(clock_mono_ns() - s->start_ns) / 1e9;
    free(s);
}

/* May it be answered with the durable page? */
static bool is_due(const struct daemon *d, const struct scrape *s, int64_t now)
{
    return s->version <= d->durable_version || now >= s->start_ns + PATIENCE_NS;
}

/* When a scrape may have the next snapshot. */
static int64_t next_ns(const struct daemon *d)
{
    int64_t spare = SHARE * d->save_took_ns;

    if (spare < SPARE_LEAST_NS)
        spare = SPARE_LEAST_NS;
    return d->saving_mono_ns + (spare < SPARE_MOST_NS ? spare : SPARE_MOST_NS);
}

/* When something is to be done about a scrape that is not due. */
static int64_t wake_ns(const struct daemon *d, const struct scrape *s, int64_t now)
{
    int64_t next = next_ns(d), patience = s->start_ns + PATIENCE_NS;

    if (s->version == NOT_READ && !d->lent)
        return now;
    return next > now && next < patience ? next : patience;
}

/* One page of the durable snapshot, made by the worker: nobody asked for it so before. */
struct render {
    struct work work;
    struct daemon *daemon;
    const struct snapshot *snapshot; /* freed by the worker, so not before this */
    uint64_t number;
    struct expose_options options;
    enum expose_format format;
    enum coding coding;
    struct rendering page; /* what there is of it, then with this coding */
};

static void run_render(struct work *work)
{
    struct render *r = (struct render *)(void *)work;

    rendering_add(&r->page, r->snapshot, &r->options, r->format, r->coding);
}

/* Two codings may both have been made without a plain page. */
static void take_rendered(struct rendering *page, struct render *r)
{
    if (!page->plain)
        page->plain = http_body_ref(r->page.plain);
    page->is_made[CODING_IDENTITY] = true;
    if (!page->is_made[r->coding]) {
        page->coded[r->coding] = r->page.coded[r->coding];
        r->page.coded[r->coding] = (struct coded){.length = 0};
    }
    page->is_made[r->coding] = true;
}

static void end_render(struct work *work)
{
    struct render *r = (struct render *)(void *)work;
    struct daemon *d = r->daemon;

    if (r->number == d->durable_number) {
        take_rendered(&d->pages[r->format], r);
        d->rendering[r->format][r->coding] = false;
        daemon_serve_scrapes(d);
    }
    rendering_release(&r->page);
    free(r);
}

static bool page_is_there(struct daemon *d, const struct scrape *s)
{
    const struct rendering *page = &d->pages[s->format];
    struct render *r;

    if (page->is_made[s->coding] || d->rendering[s->format][s->coding])
        return page->is_made[s->coding];
    d->rendering[s->format][s->coding] = true;
    r = xcalloc(1, sizeof *r);
    *r = (struct render){
        .work = {.run = run_render, .done = end_render},
        .daemon = d,
        .snapshot = d->durable,
        .number = d->durable_number,
        .options = page_options(d),
        .format = s->format,
        .coding = s->coding,
        .page.plain = page->plain ? http_body_ref(page->plain) : NULL,
    };
    worker_give(d->worker, &r->work);
    return false;
}

void daemon_save_for_scrapes(struct daemon *d)
{
    int64_t now = clock_mono_ns();
    bool any = false;

    for (const struct scrape *s = d->scrapes; s; s = s->next)
        any |= s->version != NOT_READ && !is_due(d, s, now);
    if (any && now >= next_ns(d))
        daemon_save(d);
}

/* Those for which the durable page is new enough, or that waited long enough; or all. A page that is
 * not there is rendered first. */
static void answer_scrapes(struct daemon *d, bool all)
{
    int64_t now = clock_mono_ns(), deadline_ns = INT64_MAX;

    for (struct scrape **at = &d->scrapes; *at;) {
        struct scrape *s = *at;
        bool due = all || is_due(d, s, now);

        if (due && !d->durable) {
            *at = s->next;
            refuse(s);
            continue;
        }
        if (due && page_is_there(d, s)) {
            *at = s->next;
            answer(d, s);
            continue;
        }
        if (!due && wake_ns(d, s, now) < deadline_ns)
            deadline_ns = wake_ns(d, s, now);
        at = &s->next;
    }
    loop_timer_set(d->deadline_timer, deadline_ns);
}

void daemon_end_scrapes(struct daemon *d)
{
    struct expose_options options = page_options(d);

    for (const struct scrape *s = d->scrapes; s; s = s->next) {
        d->rendering[s->format][s->coding] = false;
        if (d->durable)
            rendering_add(&d->pages[s->format], d->durable, &options, s->format, s->coding);
    }
    d->durable_number++; /* what the worker still renders comes too late */
    answer_scrapes(d, true);
}

static void take_result(struct daemon *d, struct writer_job *job)
{
    replace_durable(d, job->snapshot);
    memcpy(d->pages, job->pages, sizeof d->pages);
    d->durable_version = job->version;
    d->durable_mono_ns = d->saving_mono_ns;
    if (job->saved) {
        d->checkpoint_wall_ns = job->wall_ns;
        d->checkpoint_bytes = job->bytes;
        d->checkpoint_duration_ns = job->duration_ns;
    }
}

/* Says when it begins and when it is over, not each time. */
static void note_outcome(struct daemon *d, int error)
{
    if (error && !d->save_fails)
        log_error("cannot save the state: %s; the page stays as it is until it can be saved",
                  strerror(-error));
    else if (!error && d->save_fails)
        log_info("the state can be saved again");
    d->save_fails = error != 0;
    d->checkpoint_failures += error != 0;
}

void daemon_take_saved(struct daemon *d, struct writer_job *job)
{
    d->save_took_ns = clock_mono_ns() - d->saving_mono_ns;
    note_outcome(d, job->error);
    if (job->error == 0)
        take_result(d, job);
    else
        throw_away(d, job->snapshot, NULL);
    answer_scrapes(d, job->error != 0);
}

/* What was appended before they asked, for those for whom it has not been read yet. Lines may come
 * faster than they are read: then what there is will do. */
static void read_for_scrapes(struct daemon *d)
{
    bool read = true;

    for (struct scrape *s = d->scrapes; s && !d->lent && read; s = s->next) {
        if (s->version != NOT_READ)
            continue;
        read = tailset_catch_up(d->files, CATCH_UP_NS);
        if (read || clock_mono_ns() >= s->start_ns + READ_NS)
            s->version = daemon_version(d);
    }
}

void daemon_serve_scrapes(struct daemon *d)
{
    read_for_scrapes(d);
    answer_scrapes(d, false);
    daemon_save_for_scrapes(d);
}

void daemon_lend(struct daemon *d)
{
    d->lent = true;
    tailset_rest(d->files, true);
}

void daemon_take_back(struct daemon *d)
{
    d->lent = false;
    tailset_rest(d->files, false);
    daemon_serve_scrapes(d);
    daemon_answer_pages(d, false);
}

void daemon_scrape(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    struct scrape *s = xcalloc(1, sizeof *s);

    s->request = r;
    s->format =
        negotiate_openmetrics(http_request_header(r, "Accept")) ? EXPOSE_OPENMETRICS : EXPOSE_TEXT;
    s->coding = negotiate_coding(http_request_header(r, "Accept-Encoding"));
    s->start_ns = clock_mono_ns();
    d->wanted_mono_ns[s->format][s->coding] = s->start_ns;
    s->version = NOT_READ;
    s->next = d->scrapes;
    d->scrapes = s;
    daemon_serve_scrapes(d);
}
