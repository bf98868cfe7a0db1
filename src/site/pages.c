/* pages -- which parts each page has. */
#include "config.h"

#include "site/pages.h"

#include "site/doubts.h"
#include "site/html.h"
#include "site/parts.h"

/* What stands first. */

static void notice_log(struct page *p, const struct view_log *log)
{
    bool failing = view_log_fails(log);

    if (failing || log->waiting)
        html(p->out, "<p>%s <a href=\"/logs/%s\">%s</a></p>",
             failing ? W(LOG_FAILING) : W(LOG_WAITING), log->name, log->name);
}

enum { DOUBTS_MOST = 10 };

/* The list of doubts being made: the first so many of them. */
struct doubting {
    struct page page;
    struct buf text;
    unsigned n;
};

static void doubts_begin(struct doubting *x, const struct page *p)
{
    *x = (struct doubting){*p, BUF_INIT, 0};
    x->page.out = &x->text;
}

static void add_doubt(void *ctx, const struct doubt *d, unsigned number)
{
    static const struct {
        enum word word;
        const char *path;
    } things[] = {[DOUBTED_LOG] = {WORD_LOG, "/logs/"},
                  [DOUBTED_EVENT] = {WORD_EVENT, "/events/"},
                  [DOUBTED_METRIC] = {WORD_METRIC, "/metrics/"}};
    struct doubting *x = ctx;
    struct page *p = &x->page;
    struct buf text = BUF_INIT;

    (void)number;
    if (x->n++ >= DOUBTS_MOST)
        return;
    if (x->n == 1)
        html(p->out, "<p><b>%s</b></p><ul>", W(DOUBTS));
    doubt_put(d, p->l, &text);
    html(p->out, "<li>%s <a href=\"%s%s\">%s</a>: %s</li>", word(p->l, things[d->thing].word),
         things[d->thing].path, d->name, d->name, text.p);
    buf_release(&text);
}

static void doubts_end(struct doubting *x)
{
    struct page *p = &x->page;

    if (x->n)
        html(p->out, "</ul>");
    if (x->n > DOUBTS_MOST)
        html(p->out, "<p>%u %s</p>", (uint64_t)x->n - DOUBTS_MOST, W(MORE));
}

/* All that is to be said on a page of one thing, or of a log and its events. */
static void doubts_notice(struct doubting *x, struct page *p)
{
    doubts_end(x);
    if (x->n)
        html(p->out, "<div class=\"notice bad\">");
    buf_add(p->out, x->text.p, x->text.n);
    if (x->n)
        html(p->out, "</div>\n");
    buf_release(&x->text);
}

static void one_doubt(struct page *p, bool is, const struct doubt *d)
{
    struct doubting x;

    doubts_begin(&x, p);
    if (is)
        add_doubt(&x, d, 0);
    doubts_notice(&x, p);
}

/* Is any number of the lists below red? */
static bool any_red(const struct view *v)
{
    bool red = false;

    for (unsigned i = 0; i < v->nlogs; i++)
        red |= v->logs[i].ntroubles > 0;
    for (unsigned i = 0; i < v->nmetrics; i++)
        red |= v->metrics[i].folded || v->metrics[i].skipped;
    for (unsigned i = 0; i < v->nevents; i++)
        red |= v->events[i].errors > 0;
    return red;
}

static bool any_waiting(const struct view *v)
{
    bool waiting = v->nlogs == 0 || v->nmetrics == 0;

    for (unsigned i = 0; i < v->nlogs; i++)
        waiting |= v->logs[i].waiting;
    return waiting;
}

/* What must be known first. */
static void notice(struct page *p)
{
    const struct view *v = p->v;
    struct doubting x;
    bool waits = any_waiting(v);

    doubts_begin(&x, p);
    doubts_each(v, add_doubt, &x);
    doubts_end(&x);
    html(p->out, "<div class=\"notice%s\">",
         strcmp(v->status, "degraded") == 0 || waits || x.n ? " bad" : "");
    if (strcmp(v->status, "catching_up") == 0)
        html(p->out, "<p>%s</p>", W(CATCHING_UP));
    else if (strcmp(v->status, "ok") == 0 && !waits && !x.n)
        html(p->out, "<p>%s</p>", any_red(v) ? W(SOME_RED) : W(ALL_WELL));
    if (!v->reload_ok)
        html(p->out, "<p><b>%s</b></p><pre lang=\"en\">%L</pre>", W(RELOAD_FAILED), v->mistakes);
    if (v->save_fails)
        html(p->out, "<p><b>%s</b></p>", W(SAVE_FAILS));
    if (v->nlogs == 0)
        html(p->out, "<p>%s</p>", W(NO_LOG));
    if (v->nmetrics == 0)
        html(p->out, "<p>%s</p>", W(NO_METRIC));
    if (v->config && (v->nlogs == 0 || v->nmetrics == 0))
        html(p->out, "<p>%s <code>%s</code>; %s</p>", W(CONFIG_IS), v->config, W(CONFIG_HOW));
    for (unsigned i = 0; i < v->nlogs; i++)
        notice_log(p, &v->logs[i]);
    buf_add(p->out, x.text.p, x.text.n);
    buf_release(&x.text);
    html(p->out, "</div>\n");
}

static void summary(struct page *p)
{
    const struct view *v = p->v;

    html(p->out, "<dl>\n");
    page_term_moment(p, W(STARTED), v->start_ns);
    page_term_moment(p, W(LAST_RELOAD), v->reload_ns);
    page_term(p, W(LAST_SAVE));
    if (v->keeps_state) {
        page_moment(p, v->checkpoint_ns);
        if (v->checkpoint_bytes) { /* not known of what a process before saved */
            html(p->out, ", ");
            page_bytes(p, v->checkpoint_bytes);
        }
    } else {
        html(p->out, "%s", W(NOT_KEPT));
    }
    page_term_end(p);
    page_term(p, W(SERIES));
    html(p->out, "%u%s%u", v->series, W(OF), v->series_limit);
    page_term_end(p);
    page_term(p, W(VERSION_));
    html(p->out, "%s (%s)", v->version, v->revision);
    page_term_end(p);
    html(p->out, "</dl>\n");
}

/* The lists of the first page, each also in pages of its own. */

static void columns_logs(struct page *p)
{
    page_column(p, W(LOG), false);
    page_column(p, W(FILES), true);
    page_column(p, W(LAG), true);
    page_column(p, W(LAST_LINE), true);
    page_column(p, W(LINES), true);
    page_column(p, W(PER_SECOND), true);
    page_column(p, W(LAST_HOUR), false);
    page_column(p, W(UNMATCHED), true);
    page_column(p, W(TROUBLES), true);
}

static void row_log(struct page *p, unsigned i)
{
    const struct view_log *log = &p->v->logs[i];
    struct doubt d;

    html(p->out, "<tr><th scope=\"row\"><a href=\"/logs/%s\">%s</a></th>", log->name, log->name);
    page_cell_number(p, log->nfiles);
    page_cell_bytes(p, log->lag_bytes);
    page_cell_moment(p, log->last_line_ns);
    page_cell_number(p, log->lines.total);
    page_cell_rate(p, log->lines.per_second);
    page_cell_chart(p, &log->lines);
    page_cell_number(p, log->unmatched.total);
    page_cell_alarm(p, log->ntroubles + doubt_of_log(log, &d));
    html(p->out, "</tr>\n");
}

static uint64_t rank_log(const struct view *v, unsigned i)
{
    const struct view_log *log = &v->logs[i];
    struct doubt d;

    if (view_log_fails(log))
        return UINT64_MAX;
    return log->waiting || log->ntroubles || doubt_of_log(log, &d) ? UINT64_MAX - 1
                                                                   : log->lag_bytes;
}

static void columns_metrics(struct page *p)
{
    page_column(p, W(METRIC), false);
    page_column(p, W(TYPE), false);
    page_column(p, W(SERIES), true);
    page_column(p, W(LIMIT), true);
    page_column(p, W(FOLDED), true);
    page_column(p, W(SKIPPED), true);
    page_column(p, W(UPDATED), true);
}

static void row_metric(struct page *p, unsigned i)
{
    const struct view_metric *m = &p->v->metrics[i];

    html(p->out, "<tr><th scope=\"row\"><a href=\"/metrics/%s\">", m->name);
    page_name(p, m->name);
    html(p->out, "</a></th><td>%s</td>", m->type);
    page_cell_number(p, m->series);
    page_cell_number(p, m->limit);
    page_cell_alarm(p, m->folded);
    page_cell_alarm(p, m->skipped);
    page_cell_moment(p, m->updated_ns);
    html(p->out, "</tr>\n");
}

static uint64_t rank_metric(const struct view *v, unsigned i)
{
    const struct view_metric *m = &v->metrics[i];

    return m->folded || m->skipped ? UINT64_MAX : m->series;
}

static void columns_events(struct page *p)
{
    page_column(p, W(EVENT), false);
    page_column(p, W(HITS), true);
    page_column(p, W(PER_SECOND), true);
    page_column(p, W(LAST_HOUR), false);
    page_column(p, W(GIVEN_UP), true);
    page_column(p, W(DEFINED), false);
}

static void row_event(struct page *p, unsigned i)
{
    const struct view_event *e = &p->v->events[i];

    html(p->out, "<tr><th scope=\"row\"><a href=\"/events/%s\">", e->name);
    page_name(p, e->name);
    html(p->out, "</a></th>");
    if (!e->used) {
        html(p->out, "<td colspan=\"4\" class=\"soft\">%s</td>", W(UNUSED));
    } else {
        page_cell_number(p, e->hits.total);
        page_cell_rate(p, e->hits.per_second);
        page_cell_chart(p, &e->hits);
        page_cell_alarm(p, e->errors);
    }
    page_cell_place(p, e->file, e->line);
    html(p->out, "</tr>\n");
}

static uint64_t rank_event(const struct view *v, unsigned i)
{
    const struct view_event *e = &v->events[i];
    struct doubt d;
    uint64_t hits = 0;

    for (unsigned k = 0; k < e->hits.n; k++)
        hits += e->hits.minute[k];
    return e->errors || doubt_of_event(v, e, &d) ? UINT64_MAX : hits;
}

static const struct kind {
    const char *path;
    enum word name, shown; /* what is shown of too many */
    void (*columns)(struct page *p);
    void (*row)(struct page *p, unsigned i);
    /* The higher, the sooner whoever is on call must see it. */
    uint64_t (*rank)(const struct view *v, unsigned i);
} kinds[PAGE_KINDS] = {
    [PAGE_LOGS] = {"/list/logs", WORD_LOGS, WORD_SHOWN_LOGS, columns_logs, row_log, rank_log},
    [PAGE_METRICS] = {"/list/metrics", WORD_METRICS, WORD_SHOWN_METRICS, columns_metrics,
                      row_metric, rank_metric},
    [PAGE_EVENTS] = {"/list/events", WORD_EVENTS, WORD_SHOWN_EVENTS, columns_events, row_event,
                     rank_event},
};

static unsigned count_of(const struct view *v, enum page_kind kind)
{
    return kind == PAGE_LOGS ? v->nlogs : kind == PAGE_METRICS ? v->nmetrics : v->nevents;
}

int page_kind_of(struct slice name)
{
    for (int k = 0; k < PAGE_KINDS; k++)
        if (slice_eq(name, slice_str(kinds[k].path + strlen("/list/"))))
            return k;
    return -1;
}

/* Home. */

enum { HOME_ROWS = 100 };

/* The HOME_ROWS of n with the highest ranks, the highest first. */
static void pick(const struct view *v, const struct kind *kind, unsigned n,
                 unsigned rows[HOME_ROWS])
{
    uint64_t ranks[HOME_ROWS];
    unsigned k = 0;

    for (unsigned i = 0; i < n; i++) {
        uint64_t rank = kind->rank(v, i);
        unsigned at = k, behind;

        while (at > 0 && ranks[at - 1] < rank)
            at--;
        if (at == HOME_ROWS)
            continue;
        behind = (k < HOME_ROWS ? k : HOME_ROWS - 1) - at;
        memmove(&ranks[at + 1], &ranks[at], behind * sizeof *ranks);
        memmove(&rows[at + 1], &rows[at], behind * sizeof *rows);
        ranks[at] = rank;
        rows[at] = i;
        k += k < HOME_ROWS;
    }
}

static void home_rows(struct page *p, const struct kind *kind, unsigned n)
{
    unsigned rows[HOME_ROWS];

    if (n > HOME_ROWS)
        pick(p->v, kind, n, rows);
    for (unsigned i = 0; i < n && i < HOME_ROWS; i++)
        kind->row(p, n > HOME_ROWS ? rows[i] : i);
}

static void home_table(struct page *p, enum page_kind k)
{
    const struct kind *kind = &kinds[k];
    unsigned n = count_of(p->v, k);

    page_table_begin(p, word(p->l, kind->name));
    kind->columns(p);
    page_columns_end(p);
    home_rows(p, kind, n);
    page_table_end(p);
    if (n > HOME_ROWS)
        html(p->out, "<p class=\"soft\">%u%s%u: %s. <a href=\"%s\">%s</a></p>\n",
             (uint64_t)HOME_ROWS, W(OF), (uint64_t)n, word(p->l, kind->shown), kind->path, W(ALL));
}

void page_home(const struct view *v, enum language l, struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;

    page_begin(p, "");
    notice(p);
    summary(p);
    for (enum page_kind k = 0; k < PAGE_KINDS; k++)
        home_table(p, k);
    page_end(p);
}

bool page_list(const struct view *v, enum page_kind k, unsigned number, enum language l,
               struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    struct view_rows rows;

    if (!view_rows(number, count_of(v, k), &rows))
        return false;
    page_begin(p, word(l, kinds[k].name));
    page_turns(p, kinds[k].path, &rows);
    page_frame_begin(p, word(l, kinds[k].name));
    kinds[k].columns(p);
    page_columns_end(p);
    for (unsigned i = rows.from; i < rows.end; i++)
        kinds[k].row(p, i);
    page_table_end(p);
    page_turns(p, kinds[k].path, &rows);
    page_end(p);
    return true;
}

/* One log. */

static const char *state_text(const struct page *p, const struct view_file *f)
{
    switch (f->state) {
    case VIEW_READING:
        return W(STATE_READING);
    case VIEW_READ:
        return W(STATE_READ);
    case VIEW_ROTATED:
        return W(STATE_ROTATED);
    case VIEW_FAILING:
        return W(STATE_FAILING);
    }
    return "";
}

static void row_file(struct page *p, const struct view_file *f)
{
    html(p->out, "<tr><th scope=\"row\">");
    page_name(p, f->path);
    html(p->out, "</th>");
    page_cell_bytes(p, f->size);
    page_cell_bytes(p, f->offset);
    page_cell_moment(p, f->written_ns);
    html(p->out, f->why ? "<td><b class=\"bad\">%s: %s</b></td></tr>\n" : "<td>%s%s</td></tr>\n",
         state_text(p, f), f->why);
}

static void table_files(struct page *p, const struct view_log *log, const struct view_rows *rows)
{
    struct buf path = BUF_INIT;

    buf_fmt(&path, "/logs/%s", log->name);
    page_table_begin(p, W(FILES));
    page_column(p, W(FILE_), false);
    page_column(p, W(SIZE), true);
    page_column(p, W(OFFSET), true);
    page_column(p, W(WRITTEN), true);
    page_column(p, W(STATE), false);
    page_columns_end(p);
    for (unsigned i = rows->from; i < rows->end; i++)
        row_file(p, &log->files[i]);
    page_table_end(p);
    page_turns(p, path.p, rows);
    buf_release(&path);
}

static void table_troubles(struct page *p, const struct view_log *log)
{
    if (log->ntroubles == 0)
        return;
    page_table_begin(p, W(TROUBLES));
    page_column(p, W(METRIC), false);
    page_column(p, W(COUNT), true);
    page_columns_end(p);
    for (unsigned i = 0; i < log->ntroubles; i++) {
        html(p->out, "<tr><th scope=\"row\">");
        page_name(p, log->troubles[i].metric);
        html(p->out, "</th>");
        page_cell_number(p, log->troubles[i].n);
        html(p->out, "</tr>\n");
    }
    page_table_end(p);
}

static void recent_line(struct page *p, const struct view_line *line)
{
    html(p->out, "<details><summary>%S</summary>", line->text);
    if (line->why)
        html(p->out, "<pre lang=\"en\" tabindex=\"0\">%L</pre></details>\n", line->why);
    else
        html(p->out, "<p class=\"soft\">%s</p></details>\n", W(NOT_EXPLAINED));
}

static void recent_lines(struct page *p, const struct view_log *log)
{
    if (!log->shows_lines)
        return;
    html(p->out, "<h2>%s</h2>\n", W(RECENT));
    if (log->nrecent == 0)
        html(p->out, "<p>%s</p>\n", W(NONE_SINCE));
    for (unsigned i = 0; i < log->nrecent; i++)
        recent_line(p, &log->recent[i]);
}

static void log_summary(struct page *p, const struct view_log *log)
{
    html(p->out, "<dl>\n");
    page_term(p, W(PATHS));
    for (unsigned k = 0; k < log->npaths; k++)
        html(p->out, "%s<code>%s</code>", k ? ", " : "", log->paths[k]);
    page_term_end(p);
    page_term_moment(p, W(LAST_LINE), log->last_line_ns);
    page_term(p, W(LAG));
    page_bytes(p, log->lag_bytes);
    page_term_end(p);
    page_term_number(p, W(LINES), log->lines.total);
    page_term_number(p, W(UNMATCHED), log->unmatched.total);
    page_term_number(p, W(TIMES_UNREADABLE), log->times_unreadable);
    html(p->out, "</dl>\n");
}

/* Its own, and those of events that it should have. */
static void log_doubts(struct page *p, unsigned i)
{
    const struct view *v = p->v;
    struct doubting x;
    struct doubt d;

    doubts_begin(&x, p);
    if (doubt_of_log(&v->logs[i], &d))
        add_doubt(&x, &d, 0);
    for (unsigned k = 0; k < v->nevents; k++)
        if (v->events[k].log == i && doubt_of_event(v, &v->events[k], &d))
            add_doubt(&x, &d, 0);
    doubts_notice(&x, p);
}

bool page_log(const struct view *v, unsigned i, unsigned number, enum language l, struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    const struct view_log *log = &v->logs[i];
    struct view_rows rows;

    if (!view_rows(number, log->nlisted, &rows))
        return false;
    page_begin(p, log->name);
    if (view_log_fails(log) || log->waiting) {
        html(p->out, "<div class=\"notice bad\">");
        notice_log(p, log);
        html(p->out, "</div>\n");
    }
    log_doubts(p, i);
    log_summary(p, log);
    page_chart(p, W(LINES), &log->lines);
    page_chart(p, W(UNMATCHED), &log->unmatched);
    table_troubles(p, log);
    recent_lines(p, log);
    table_files(p, log, &rows);
    page_end(p);
    return true;
}

/* One metric. */

void page_metric(const struct view *v, unsigned i, const char *samples, bool cut, enum language l,
                 struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    const struct view_metric *m = &v->metrics[i];
    struct doubt d;

    page_begin(p, m->name);
    one_doubt(p, doubt_of_metric(m, &d), &d);
    html(p->out, "<p>%s</p>\n<dl>\n", m->help);
    page_term_text(p, W(TYPE), m->type);
    page_term(p, W(LABELS));
    for (unsigned k = 0; k < m->nlabels; k++)
        html(p->out, "%s%s", k ? ", " : "", m->labels[k]);
    html(p->out, "%s", m->nlabels ? "" : W(NONE));
    page_term_end(p);
    if (m->nlabels && m->max_values)
        page_term_number(p, W(MAX_VALUES), m->max_values);
    page_term(p, W(DEFINED));
    html(p->out, "%s:%u", m->file, (uint64_t)m->line);
    page_term_end(p);
    page_term(p, W(SERIES));
    html(p->out, "%u%s%u", m->series, W(OF), m->limit);
    page_term_end(p);
    page_term_number(p, W(FOLDED), m->folded);
    page_term_number(p, W(SKIPPED), m->skipped);
    page_term_moment(p, W(UPDATED), m->updated_ns);
    html(p->out, "</dl>\n<h2>%s</h2>\n", W(SAMPLES));
    if (samples)
        html(p->out, "<pre tabindex=\"0\">%L</pre>\n", samples);
    else
        html(p->out, "<p>%s</p>\n", W(HIDDEN));
    if (cut)
        html(p->out, "<p class=\"soft\">%s</p>\n", W(FIRST_ONLY));
    page_end(p);
}

/* One event. */

static void event_updates(struct page *p, unsigned event)
{
    const struct view *v = p->v;
    unsigned n = 0, last = v->nmetrics;

    page_term(p, W(METRICS));
    for (unsigned i = 0; i < v->nupdates; i++) {
        const struct view_update *u = &v->updates[i];
        const char *name = v->metrics[u->metric].name;

        if (u->event != event || u->metric == last)
            continue;
        last = u->metric;
        html(p->out, "%s<a href=\"/metrics/%s\">%s</a>", n++ ? ", " : "", name, name);
    }
    html(p->out, "%s", n ? "" : W(NONE));
    page_term_end(p);
}

void page_event(const struct view *v, unsigned i, enum language l, struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    const struct view_event *e = &v->events[i];
    struct doubt d;

    page_begin(p, e->name);
    one_doubt(p, doubt_of_event(v, e, &d), &d);
    html(p->out, "<dl>\n");
    page_term(p, W(DEFINED));
    html(p->out, "%s:%u", e->file, (uint64_t)e->line);
    page_term_end(p);
    page_term_number(p, W(HITS), e->hits.total);
    page_term_number(p, W(GIVEN_UP), e->errors);
    event_updates(p, i);
    html(p->out, "</dl>\n");
    page_chart(p, W(HITS), &e->hits);
    page_end(p);
}

void page_not_found(enum language l, struct buf *out)
{
    struct page page = {NULL, l, out}, *p = &page;

    page_begin(p, "404");
    html(p->out, "<p>%s</p>\n", W(NOT_FOUND));
    page_end(p);
}
