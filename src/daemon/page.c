/* page -- when a snapshot is taken, and which page a scrape gets.
 *
 *   a scrape: read what was appended before it asked, then
 *     nothing changed since the durable snapshot,
 *     or it is younger than a second               its page, at once
 *     else                                         wait for a new snapshot
 *     a second without it (a slow disk)            the page of the durable one
 *
 * Snapshots are also taken every `interval` when something changed. One is saved at a time; who
 * asks meanwhile gets that one if it is still young when it is there, so that any number of
 * scrapers cost one snapshot a second. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "http/negotiate.h"

#include <stdlib.h>

#define FRESH_NS NSEC_PER_SEC    /* a page this young is good enough */
#define PATIENCE_NS NSEC_PER_SEC /* how long a scrape waits for a new one */
#define CATCH_UP_NS (10 * NSEC_PER_MSEC)
/* A format not asked for so long is not rendered ahead. */
#define FORMAT_WANTED_NS (300 * NSEC_PER_SEC)

struct scrape {
    struct http_request *request;
    enum expose_format format;
    bool gzip;
    uint64_t version; /* the page must be at least of this version */
    int64_t start_ns;
    struct scrape *next;
};

uint64_t daemon_version(const struct daemon *d)
{
    return tailset_version(d->files) + d->changes;
}

static bool log_feeds(const struct ruleset *rules, unsigned log, unsigned family)
{
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        if (m->family == family && event_for_log(&rules->events[m->event], log))
            return true;
    }
    return false;
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
        for (unsigned f = 0; f < rules->nfamilies; f++)
            hidden[f] |= log_feeds(rules, l, f);
    }
    for (unsigned f = 0; f < rules->nfamilies; f++)
        family_set_hidden(registry_find(d->registry, slice_str(rules->families[f].spec.name)),
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

static void drop_pages(struct daemon *d)
{
    for (unsigned f = 0; f < PAGE_FORMATS; f++)
        rendering_release(&d->pages[f]);
}

void daemon_adopt(struct daemon *d)
{
    daemon_hide(d);
    drop_pages(d);
    snapshot_free(d->durable);
    d->durable = snapshot_take(d->registry);
    d->durable_version = daemon_version(d);
    d->durable_mono_ns = 0; /* not young: the first scrape gets a new one if anything changed */
}

void daemon_save(struct daemon *d)
{
    int64_t now = clock_mono_ns();
    struct writer_job job = {
        .options = page_options(d),
        .wall_ns = clock_wall_ns(),
        .version = daemon_version(d),
        .running_ns = d->running_ns,
    };

    if (writer_busy(d->writer))
        return;
    if (d->hiding)
        daemon_hide(d);
    job.snapshot = snapshot_take(d->registry);
    tailset_encode(d->files, &job.files);
    for (unsigned f = 0; f < PAGE_FORMATS; f++)
        job.render[f] = d->wanted_mono_ns[f] && now - d->wanted_mono_ns[f] < FORMAT_WANTED_NS;
    d->saving_mono_ns = now;
    writer_start(d->writer, &job);
}

uint64_t daemon_family_hits(const struct daemon *d, unsigned family)
{
    const struct ruleset *rules = d->setup.rules;
    uint64_t hits = 0;

    for (unsigned i = 0; i < rules->nmappings; i++)
        if (rules->mappings[i].family == family)
            hits += engine_hits(d->engine, rules->mappings[i].event);
    return hits;
}

/* Which families were updated since the last page. */
static void note_updates(struct daemon *d)
{
    int64_t now = clock_wall_ns();

    for (unsigned f = 0; f < d->setup.rules->nfamilies; f++) {
        uint64_t hits = daemon_family_hits(d, f);

        if (hits != d->updates[f].hits)
            d->updates[f] = (struct family_updates){hits, now};
    }
}

static struct http_body *join_gzip(const struct gzip_part *page, const struct buf *live)
{
    struct gzip_part tail;
    const struct gzip_part *parts[] = {page, &tail};
    struct buf body = BUF_INIT;

    gzip_part_make(buf_all(live), &tail);
    gzip_join(parts, 2, &body);
    gzip_part_release(&tail);
    return http_body_new(&body);
}

/* From the durable snapshot, rendered here and now if nobody asked for this format before. */
static void answer(struct daemon *d, struct scrape *s)
{
    struct rendering *page = &d->pages[s->format];
    struct expose_options options = page_options(d);
    struct buf live = BUF_INIT;
    struct http_reply reply = {
        .status = 200,
        .content_type = expose_content_type(s->format),
        .content_encoding = s->gzip ? "gzip" : NULL,
        .negotiated = true,
    };

    if (!page->plain)
        rendering_make(d->durable, &options, s->format, page);
    note_updates(d);
    options.format = s->format;
    daemon_expose_process(d, &options, &live);
    if (s->gzip) {
        reply.body = join_gzip(&page->gzip, &live);
        buf_release(&live);
    } else {
        reply.body = http_body_ref(page->plain);
        reply.more = http_body_new(&live);
    }
    http_reply(s->request, &reply);
    d->scrape_seconds = (double)(clock_mono_ns() - s->start_ns) / 1e9;
    free(s);
}

/* May it be answered with the durable page? */
static bool is_due(const struct daemon *d, const struct scrape *s, int64_t now)
{
    return s->version <= d->durable_version || now - d->durable_mono_ns < FRESH_NS ||
           now >= s->start_ns + PATIENCE_NS;
}

void daemon_answer_scrapes(struct daemon *d, bool all)
{
    int64_t now = clock_mono_ns(), deadline_ns = INT64_MAX;

    for (struct scrape **at = &d->scrapes; *at;) {
        struct scrape *s = *at;

        if (all || is_due(d, s, now)) {
            *at = s->next;
            answer(d, s);
            continue;
        }
        if (s->start_ns + PATIENCE_NS < deadline_ns)
            deadline_ns = s->start_ns + PATIENCE_NS;
        at = &s->next;
    }
    loop_timer_set(d->deadline_timer, deadline_ns);
}

static void take_result(struct daemon *d, struct writer_job *job)
{
    drop_pages(d);
    snapshot_free(d->durable);
    d->durable = job->snapshot;
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
    note_outcome(d, job->error);
    if (job->error == 0)
        take_result(d, job);
    else
        snapshot_free(job->snapshot);
    daemon_answer_scrapes(d, job->error != 0);
}

void daemon_scrape(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    struct scrape *s = xcalloc(1, sizeof *s);

    s->request = r;
    s->format =
        negotiate_openmetrics(http_request_header(r, "Accept")) ? EXPOSE_OPENMETRICS : EXPOSE_TEXT;
    s->gzip = negotiate_gzip(http_request_header(r, "Accept-Encoding"));
    s->start_ns = clock_mono_ns();
    d->wanted_mono_ns[s->format] = s->start_ns;
    tailset_catch_up(d->files, CATCH_UP_NS);
    s->version = daemon_version(d);
    s->next = d->scrapes;
    d->scrapes = s;
    daemon_answer_scrapes(d, false);
    if (d->scrapes)
        daemon_save(d);
}
