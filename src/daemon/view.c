/* view -- what is known in many places, put together for people. */
#include "config.h"

#include "daemon/view.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "engine/explain.h"
#include "site/doubts.h"

#include <stdlib.h>

#define MINUTE_NS (60 * NSEC_PER_SEC)

/* A count at first and when the present minute began, and how much it grew in each; the present one is
 * last. */
struct hour {
    uint64_t first, before;
    uint32_t minute[VIEW_MINUTES];
};

/* Of a metric, at first. */
struct first {
    uint64_t updates, folded, skipped;
};

struct hours {
    struct hour *lines, *unmatched; /* per log */
    struct hour *hits;              /* per event */
    struct first *metrics;
    bool *told;       /* doubts: of each log, event and metric, in that order */
    unsigned n;       /* minutes that are over */
    int64_t taken_ns; /* monotonic */
};

/* Own counters. */

static uint64_t count_of(const struct daemon *d, enum own_id id, const char *a, const char *b)
{
    const struct family *f = own_family(d->counting.registry, id);
    struct slice labels[] = {slice_str(a), slice_str(b)};
    uint32_t i;

    if (!family_lookup(f, labels, &i))
        return 0;
    return (uint64_t)counter_value(family_counter(f, i));
}

/* A counter by its first label, with any value of the others. All of them are added up in one walk: a
 * walk for each log or metric is what a page of 10,000 metrics has no time for. Counters of our own
 * never expire and fold nothing, so their indexes have no holes. */
struct sum {
    struct slice name; /* borrowed of the registry */
    uint64_t n;
};

struct sums {
    struct sum *list; /* by name, each once */
    unsigned n;
};

static int by_name(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;

    return slice_cmp(x->name, y->name);
}

static struct sums sums_new(const struct daemon *d, enum own_id id)
{
    const struct family *f = own_family(d->counting.registry, id);
    uint32_t nseries = family_nseries(f);
    struct sums s = {xcalloc(nseries + 1, sizeof *s.list), 0};

    for (uint32_t i = 0; i < nseries; i++) {
        struct slice values[LABELS_MAX];

        family_labels(f, i, values);
        s.list[i] = (struct sum){values[0], (uint64_t)counter_value(family_counter(f, i))};
    }
    qsort(s.list, nseries, sizeof *s.list, by_name);
    for (uint32_t i = 0; i < nseries; i++) {
        if (s.n && slice_eq(s.list[s.n - 1].name, s.list[i].name))
            s.list[s.n - 1].n += s.list[i].n;
        else
            s.list[s.n++] = s.list[i];
    }
    return s;
}

static uint64_t sum_of(const struct sums *s, const char *name)
{
    const struct sum key = {.name = slice_str(name)};
    const struct sum *found = bsearch(&key, s->list, s->n, sizeof key, by_name);

    return found ? found->n : 0;
}

static uint64_t lines_of(const struct daemon *d, const struct sums *lines, unsigned log)
{
    return sum_of(lines, d->setup.rules->logs[log].name);
}

static uint64_t unmatched_of(const struct daemon *d, const struct sums *sums, unsigned log)
{
    uint64_t lines = lines_of(d, sums, log);
    uint64_t matched = count_of(d, OWN_LOG_LINES_MATCHED, d->setup.rules->logs[log].name, NULL);

    return lines > matched ? lines - matched : 0;
}

static uint64_t hits_of(const struct daemon *d, unsigned event)
{
    return count_of(d, OWN_EVENT_HITS, d->setup.rules->events[event].name, NULL);
}

/* The last hour. */

static struct hour begun(uint64_t n)
{
    return (struct hour){.first = n, .before = n};
}

static void begin_metrics(struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;
    struct sums folded = sums_new(d, OWN_SERIES_FOLDED), skipped = sums_new(d, OWN_RULE_SKIPPED);
    struct first *first = d->hours->metrics = xcalloc(rules->nfamilies + 1, sizeof *first);

    for (unsigned i = 0; i < rules->nfamilies; i++) {
        const char *name = rules->families[i].spec.name;

        first[i] = (struct first){d->counting.updates[i].hits, sum_of(&folded, name),
                                  sum_of(&skipped, name)};
    }
    free(folded.list);
    free(skipped.list);
}

void view_begin(struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;
    struct hours *h = xcalloc(1, sizeof *h);
    struct sums lines = sums_new(d, OWN_LOG_LINES);

    view_forget(d);
    d->hours = h;
    begin_metrics(d);
    h->told = xcalloc(rules->nlogs + rules->nevents + rules->nfamilies + 1, sizeof *h->told);

    h->lines = xcalloc(rules->nlogs + 1, sizeof *h->lines);
    h->unmatched = xcalloc(rules->nlogs + 1, sizeof *h->unmatched);
    h->hits = xcalloc(rules->nevents + 1, sizeof *h->hits);
    h->taken_ns = clock_mono_ns();
    for (unsigned i = 0; i < rules->nlogs; i++) {
        h->lines[i] = begun(lines_of(d, &lines, i));
        h->unmatched[i] = begun(unmatched_of(d, &lines, i));
    }
    for (unsigned i = 0; i < rules->nevents; i++)
        h->hits[i] = begun(hits_of(d, i));
    free(lines.list);
}

static void note_present(struct hour *h, uint64_t now)
{
    uint64_t grown = now > h->before ? now - h->before : 0;

    h->minute[VIEW_MINUTES - 1] = grown < UINT32_MAX ? (uint32_t)grown : UINT32_MAX;
}

static void end_minute(struct hour *h, uint64_t now)
{
    note_present(h, now);
    memmove(h->minute, h->minute + 1, sizeof h->minute - sizeof *h->minute);
    h->minute[VIEW_MINUTES - 1] = 0;
    h->before = now;
}

void view_tick(struct daemon *d)
{
    const struct ruleset *rules = d->setup.rules;
    struct hours *h = d->hours;
    struct sums lines;

    if (d->lent)
        return;
    if (clock_mono_ns() - h->taken_ns < MINUTE_NS)
        return;
    h->taken_ns = clock_mono_ns();
    h->n += h->n < VIEW_MINUTES - 1;
    lines = sums_new(d, OWN_LOG_LINES);
    for (unsigned i = 0; i < rules->nlogs; i++) {
        end_minute(&h->lines[i], lines_of(d, &lines, i));
        end_minute(&h->unmatched[i], unmatched_of(d, &lines, i));
    }
    free(lines.list);
    for (unsigned i = 0; i < rules->nevents; i++)
        end_minute(&h->hits[i], hits_of(d, i));
    struct view *v = view_new(d, VIEW_NO_FILES, false);

    view_tell(d, v);
    view_free(v);
}

/* Once each, until a reload. */
static void tell(void *ctx, const struct doubt *d, unsigned number)
{
    const struct hours *h = ctx;
    struct buf text = BUF_INIT;

    if (h->told[number])
        return;
    h->told[number] = true;
    doubt_put(d, ENGLISH, &text);
    log_warn("%s %s: %s; `logtally check --against FILE` says why", doubted_text(d->thing), d->name,
             text.p);
    buf_release(&text);
}

void view_tell(struct daemon *d, const struct view *v)
{
    doubts_each(v, tell, d->hours);
}

void view_forget(struct daemon *d)
{
    if (!d->hours)
        return;
    free(d->hours->lines);
    free(d->hours->unmatched);
    free(d->hours->hits);
    free(d->hours->metrics);
    free(d->hours->told);
    free(d->hours);
    d->hours = NULL;
}

/* Of the present minute, or the one before while this one is young. */
static double per_second(const struct hours *h, const struct hour *hour, uint64_t total)
{
    int64_t age = clock_mono_ns() - h->taken_ns;

    if (h->n && age < MINUTE_NS / 4)
        return hour->minute[VIEW_MINUTES - 2] / 60.0;
    if (age < NSEC_PER_SEC || total < hour->before)
        return 0;
    return (double)(total - hour->before) * (double)NSEC_PER_SEC / (double)age;
}

static struct view_count count_view(const struct hours *h, struct hour *hour, uint64_t total)
{
    note_present(hour, total);
    return (struct view_count){total, total > hour->first ? total - hour->first : 0,
                               per_second(h, hour, total), hour->minute + VIEW_MINUTES - 1 - h->n,
                               h->n + 1};
}

/* Logs. */

struct making {
    struct daemon *d;
    struct view *v;
    struct arena *text;
    struct sums lines, lost, folded, skipped, errors;
    struct view_file *files;
    unsigned n, cap;
};

static void list_file(void *ctx, const struct tail_file_status *s)
{
    struct making *m = ctx;

    GROW(m->files, m->n, m->cap);
    m->files[m->n++] = (struct view_file){
        .path = arena_str(m->text, s->path),
        .size = s->size,
        .offset = s->offset,
        .written_ns = s->mtime_ns,
        .state = s->error     ? VIEW_FAILING
                 : !s->read   ? VIEW_READING
                 : s->rotated ? VIEW_ROTATED
                              : VIEW_READ,
        .why = s->error ? arena_str(m->text, strerror(s->error)) : NULL,
    };
}

/* Names as a shell sorts them. */
static int by_path(const void *a, const void *b)
{
    const struct view_file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

static void list_files(struct making *m, unsigned log, struct view_log *v)
{
    struct view_file *copy;

    m->n = 0;
    tailset_each_file(m->d->files, log, list_file, m);
    if (m->n == 0)
        return;
    qsort(m->files, m->n, sizeof *m->files, by_path);
    copy = arena_alloc(m->text, m->n * sizeof *copy);
    memcpy(copy, m->files, m->n * sizeof *copy);
    v->files = copy;
    v->nlisted = m->n;
}

static void add_trouble(struct view_log *v, const char *metric, uint64_t n)
{
    struct view_trouble *list = (struct view_trouble *)(uintptr_t)v->troubles;

    if (n)
        list[v->ntroubles++] = (struct view_trouble){metric, n};
}

static void list_troubles(struct making *m, unsigned log, const struct tail_log_wanting *w,
                          struct view_log *v)
{
    static const enum own_id counters[] = {OWN_FILES_TRUNCATED, OWN_FILES_AMBIGUOUS,
                                           OWN_FILES_VANISHED};
    enum { MOST = sizeof counters / sizeof *counters + 5 };

    v->troubles = arena_zalloc(m->text, MOST * sizeof *v->troubles);
    for (unsigned i = 0; i < sizeof counters / sizeof *counters; i++)
        add_trouble(v, own_name(counters[i]), count_of(m->d, counters[i], v->name, NULL));
    add_trouble(v, own_name(OWN_LOST_BYTES), sum_of(&m->lost, v->name));
    add_trouble(v, own_name(OWN_READ_ERRORS), m->d->counting.read_errors[log]);
    add_trouble(v, own_name(OWN_PATHS_UNMATCHED), w->unmatched);
    add_trouble(v, own_name(OWN_DIRECTORIES_UNREADABLE), w->unreadable);
    add_trouble(v, own_name(OWN_FILES_NULS), w->nuls);
}

static void view_log(struct making *m, unsigned i, bool files, struct view_log *v)
{
    const struct log_def *log = &m->d->setup.rules->logs[i];
    const struct hours *h = m->d->hours;
    struct tail_log_status s;
    struct tail_log_wanting w;

    tailset_log_status(m->d->files, i, &s);
    tailset_log_wanting(m->d->files, i, &w);
    *v = (struct view_log){
        .name = log->name,
        .paths = log->paths,
        .npaths = log->npaths,
        .nfiles = s.files,
        .nopen = s.open,
        .nfailing = s.failing,
        .nunreadable = w.unreadable,
        .lag_bytes = s.lag_bytes,
        .last_line_ns = s.last_read_wall_ns,
        .times_unreadable = count_of(m->d, OWN_TIMES_UNREADABLE, log->name, NULL),
        .catching_up = !s.backlog_done,
        .waiting = s.waiting,
        .lines = count_view(h, &h->lines[i], lines_of(m->d, &m->lines, i)),
        .unmatched = count_view(h, &h->unmatched[i], unmatched_of(m->d, &m->lines, i)),
    };
    list_troubles(m, i, &w, v);
    if (files)
        list_files(m, i, v);
}

/* Explained by an engine of its own, whose counts are thrown away. With very many events to make one
 * would hold up the loop: then the lines stand for themselves. */
enum { EXPLAINED_EVENTS = 2000 };
/* Explaining tries regexes that the literals of a line rule out, and one may take milliseconds (the match
 * limit): after so long what is left stands for itself, too. */
#define EXPLAIN_NS (20 * NSEC_PER_MSEC)

static bool is_late(void *ctx)
{
    const int64_t *until = ctx;

    return clock_mono_ns() >= *until;
}

static void explain(struct making *m, unsigned log, struct view_line *lines, unsigned n)
{
    static const struct explain_options options = {.near = 3};
    struct ruleset *rules = m->d->setup.rules;
    struct registry *registry;
    struct engine *engine;
    struct source *source;
    struct buf out = BUF_INIT;
    int64_t until = clock_mono_ns() + EXPLAIN_NS;

    if (n == 0 || rules->nevents > EXPLAINED_EVENTS)
        return;
    registry = registry_new(&(struct registry_limits){.max_series = 0});
    engine = engine_new(rules, registry,
                        &(struct engine_options){.max_line = (size_t)m->d->setup.settings.max_line,
                                                 .patience = &(struct patience){is_late, &until}},
                        0);
    source = source_new(rules, log, "", 0);
    for (unsigned i = 0; i < n && !is_late(&until); i++) {
        buf_clear(&out);
        explain_line(engine, source, lines[i].text, &options, &out);
        lines[i].why = arena_strslice(m->text, buf_all(&out));
    }
    buf_release(&out);
    source_free(source);
    engine_free(engine);
    registry_free(registry);
}

static void list_lines(struct making *m, unsigned log, struct view_log *v)
{
    const struct unmatched *u = m->d->counting.unmatched;
    struct view_line *lines = arena_zalloc(m->text, UNMATCHED_LINES * sizeof *lines);
    struct slice line;

    while (u && (line = unmatched_line(u, log, v->nrecent)).p)
        lines[v->nrecent++].text = line;
    explain(m, log, lines, v->nrecent);
    v->shows_lines = u != NULL;
    v->recent = lines;
}

/* Events and metrics. */

/* Of a condition that a line without the field cannot meet. */
static bool wants_field(const struct condition *c)
{
    return !c->is_match && !c->is_each && c->op != OP_NE && c->op != OP_NOT_MATCH;
}

static bool never_saw(const struct daemon *d, const struct event *e, const struct ref *field)
{
    bool never = true;

    for (unsigned i = 0; i < d->setup.rules->nlogs; i++)
        never &= !event_for_log(e, i) || engine_never_saw(d->counting.engine, i, field);
    return never;
}

/* Of an event that did not happen: what it asks for in vain. Of a parent that did not, only that is told. */
static void find_lacking(struct making *m, const struct event *e, struct view_event *v)
{
    const struct ruleset *rules = m->d->setup.rules;
    const struct engine *engine = m->d->counting.engine;

    for (unsigned i = rules->nlogs; i-- > 0;) {
        uint64_t looked = event_for_log(e, i) ? engine_looked(engine, i) : 0;

        v->looked += looked;
        v->log = looked ? i : v->log;
    }
    for (unsigned i = 0; i < e->nline; i++)
        if (!wants_field(&e->conditions[i]) || !never_saw(m->d, e, &e->conditions[i].field))
            return;
    v->lacks = e->nline ? e->conditions[0].field.name : NULL;
}

static void view_event(struct making *m, unsigned i, struct view_event *v)
{
    const struct event *e = &m->d->setup.rules->events[i];

    *v = (struct view_event){
        .name = e->name,
        .file = e->at.file,
        .line = e->at.line,
        .used = e->used,
        .hits = count_view(m->d->hours, &m->d->hours->hits[i], hits_of(m->d, i)),
        .errors = sum_of(&m->errors, e->name),
    };
    if (!e->span && v->hits.since == 0 &&
        (e->parent == EVENT_NONE || hits_of(m->d, e->parent) > m->d->hours->hits[e->parent].first))
        find_lacking(m, e, v);
}

static void view_metric(struct making *m, unsigned i, struct view_metric *v)
{
    const struct family_def *def = &m->d->setup.rules->families[i];
    const struct first *first = &m->d->hours->metrics[i];
    const struct family *f = registry_find(m->d->counting.registry, slice_str(def->spec.name));

    *v = (struct view_metric){
        .name = def->spec.name,
        .type = family_type_text(def->spec.type),
        .help = def->spec.help,
        .file = def->at.file,
        .line = def->at.line,
        .labels = def->spec.labels,
        .nlabels = def->spec.nlabels,
        .series = family_nseries(f),
        .limit = def->spec.max_series,
        .max_values = def->spec.max_values,
        .folded = sum_of(&m->folded, def->spec.name),
        .skipped = sum_of(&m->skipped, def->spec.name),
        .updates = m->d->counting.updates[i].hits - first->updates,
        .updated_ns = m->d->counting.updates[i].wall_ns,
    };
    v->folded_since = v->folded - first->folded;
    v->skipped_since = v->skipped - first->skipped;
    m->v->series += v->series;
}

/* Of rules, and of a web_config that changed since; NULL: there are none. */
static const char *mistakes_of(const struct daemon *d, struct arena *text)
{
    const char *refused = http_server_refused(d->http), *mistakes = NULL;
    struct buf all = BUF_INIT;

    if (!d->reload_ok)
        buf_add(&all, d->reload_mistakes.p, d->reload_mistakes.n);
    if (refused)
        buf_fmt(&all, "web_config: %s\n", refused);
    if (all.n)
        mistakes = arena_strslice(text, buf_all(&all));
    buf_release(&all);
    return mistakes;
}

static const char *config_of(const struct daemon *d)
{
    const struct common_options *o = &d->options->common;

    return (o->config || o->rules.n == 0) && d->setup.ndocs ? d->setup.docs[0]->file : NULL;
}

const char *view_status(const struct daemon *d, bool any_failing)
{
    if (!d->restored)
        return "restoring";
    if (d->catching_up)
        return "catching_up";
    return daemon_config_is_good(d) && !d->save_fails && !any_failing ? "ok" : "degraded";
}

static bool any_failing(const struct view *v)
{
    for (unsigned i = 0; i < v->nlogs; i++)
        if (view_log_fails(&v->logs[i]))
            return true;
    return false;
}

static void making_end(struct making *m)
{
    free(m->lines.list);
    free(m->lost.list);
    free(m->folded.list);
    free(m->skipped.list);
    free(m->errors.list);
    free(m->files);
}

struct whole {
    struct view view; /* first: it is what is handed out */
    struct arena text;
};

struct view *view_new(struct daemon *d, int log, bool lines)
{
    const struct ruleset *rules = d->setup.rules;
    struct whole *w = xcalloc(1, sizeof *w);
    struct making m = {
        .d = d,
        .v = &w->view,
        .text = &w->text,
        .lines = sums_new(d, OWN_LOG_LINES),
        .lost = sums_new(d, OWN_LOST_BYTES),
        .folded = sums_new(d, OWN_SERIES_FOLDED),
        .skipped = sums_new(d, OWN_RULE_SKIPPED),
        .errors = sums_new(d, OWN_RULE_ERRORS),
    };
    struct view_log *logs = arena_zalloc(&w->text, (rules->nlogs + 1) * sizeof *logs);
    struct view_event *events = arena_zalloc(&w->text, (rules->nevents + 1) * sizeof *events);
    struct view_update *updates = arena_zalloc(&w->text, (rules->nmappings + 1) * sizeof *updates);
    struct view_metric *metrics = arena_zalloc(&w->text, (rules->nfamilies + 1) * sizeof *metrics);

    counting_note(&d->counting, clock_wall_ns());
    for (unsigned i = 0; i < rules->nlogs; i++)
        view_log(&m, i, log == VIEW_ALL_FILES || log == (int)i, &logs[i]);
    if (log >= 0 && lines)
        list_lines(&m, (unsigned)log, &logs[log]);
    for (unsigned i = 0; i < rules->nevents; i++)
        view_event(&m, i, &events[i]);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        view_metric(&m, i, &metrics[i]);
    for (unsigned i = 0; i < rules->nmappings; i++)
        updates[i] = (struct view_update){rules->mappings[i].event, rules->mappings[i].family};
    making_end(&m);
    w->view = (struct view){
        .version = PACKAGE_VERSION,
        .revision = BUILD_REVISION,
        .now_ns = clock_wall_ns(),
        .start_ns = d->start_wall_ns,
        .reload_ns = d->reload_wall_ns,
        .reload_ok = daemon_config_is_good(d),
        .mistakes = mistakes_of(d, &w->text),
        .config = config_of(d),
        .checkpoint_ns = d->checkpoint_wall_ns,
        .checkpoint_bytes = d->checkpoint_bytes,
        .checkpoint_failures = d->checkpoint_failures,
        .keeps_state = d->statefile != NULL,
        .save_fails = d->save_fails,
        .series = w->view.series,
        .series_limit = d->setup.settings.max_series,
        .logs = logs,
        .nlogs = rules->nlogs,
        .events = events,
        .nevents = rules->nevents,
        .metrics = metrics,
        .nmetrics = rules->nfamilies,
        .updates = updates,
        .nupdates = rules->nmappings,
    };
    w->view.status = view_status(d, any_failing(&w->view));
    return &w->view;
}

void view_free(struct view *v)
{
    struct whole *w = (struct whole *)(void *)v;

    arena_release(&w->text);
    free(w);
}
